//! The line itself between simulated parties, on both runners. The program's allocator watches:
//! nothing of a whole call may allocate or free on a line's thread.

use crate::{
    allocator::alone,
    parts::{EasyOffice, OfficeState, profile, settle},
};
use drivers::{
    port::Port,
    sim::{
        called_office::{Services, Switching},
        called_party::{Answer, CalledPartyScript},
        clip::Clip,
        clocked::{self, Clocked},
        copper::Copper,
        exchange::{line::ExchangeLine, routes::Routes},
        far_end::FarEnd,
        handset::HandsetScript,
        script::Step,
        sim_port::{Handle, SimPort},
        subscriber::SubscriberLine,
        transcript::Event,
    },
};
use line::Shared;
use sallyport::runtime::{
    clock::{Clock, duration},
    plant::{Plant, PlantLine, PlantTrunk},
    threads::{Controller, ThreadOptions, hub::Audience},
    trunk_room::LOOK,
    virtual_time::{World, WorldOptions},
};
use speech::Speech;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use types::{
    call_record::CallEnd,
    credential::{CardNumber, ConfirmBy, IdentifyBy},
    disposition::Disposition,
    fact::{Fact, FactAt},
    frame::Law,
    id::LineId,
    language::Language,
    query::LineCommand,
    secret::Secret,
    settings::CallSettings,
    tick::{Tick, Ticks},
    treatment::{CallTreatment, ExtraDigitResponse, ThreeWayResponse, Warning},
    trunk::TrunkSignalling,
};

const NUMBER: &str = "2155550123";
/// The number that the called party dials for a third.
const THIRD: &str = "2155550177";

/// What tests share, loaded once.
fn shared() -> Arc<Shared> {
    static SHARED: OnceLock<Arc<Shared>> = OnceLock::new();
    let load = || {
        let tables = tonetables::load("us").expect("the tables of the country");
        Arc::new(Shared {
            dial_plan: tables.dial_plan(Some("215")),
            plan: tables.tones,
            speech: Speech::load(&[Language::ENGLISH], None).expect("prompts"),
            echo_tail: 256,
        })
    };
    Arc::clone(SHARED.get_or_init(load))
}

/// A plant of as many lines and trunks as there are handsets, and what it shows.
struct Town {
    plant: Plant,
    office: Arc<OfficeState>,
    phones: Vec<Handle>,
    trunks: Vec<Handle>,
}

/// What is asked of callers, and what becomes of their calls.
struct Custom {
    collect: bool,
    officer: bool,
    treatment: Option<CallTreatment>,
    settings: CallSettings,
    routes: Routes,
}

impl Custom {
    /// Calls like any, to be accepted or not.
    fn usual(collect: bool) -> Custom {
        let mut settings = CallSettings::standard();
        settings.pin_required = collect;
        settings.dial_tone = Ticks::ms(500);
        Custom {
            collect,
            officer: false,
            treatment: None,
            settings,
            routes: Routes::new().to(&format!("1{NUMBER}"), called(collect)),
        }
    }

    /// Collect calls by card that an officer confirms with another; keys are interfered with.
    fn guarded(three_way: ThreeWayResponse) -> Custom {
        let mut custom = Custom::usual(true);
        custom.officer = true;
        custom.settings.identify_by = IdentifyBy::Card;
        custom.settings.confirm_by = ConfirmBy::Card;
        custom.treatment = Some(CallTreatment {
            three_way,
            extra_digits: ExtraDigitResponse::Interfere { digits: 1 },
            ..CallTreatment::standard()
        });
        custom.routes = Routes::new()
            .to(&format!("1{NUMBER}"), joins_a_third())
            .to(THIRD, third());
        custom
    }
}

/// Ports on this clock, or on virtual time.
fn town(handsets: u16, custom: Custom, steps: &[Step], clock: Option<Clock>) -> Town {
    let state = Arc::new(OfficeState::default());
    let mut office = EasyOffice::new(Arc::clone(&state));
    office.collect = custom.collect;
    office.officer = custom.officer;
    office.treatment = custom.treatment;
    let settings = custom.settings;
    let routes = Arc::new(custom.routes);
    let (mut lines, mut phones) = (Vec::new(), Vec::new());
    let (mut trunks, mut exchange) = (Vec::new(), Vec::new());
    for number in 1..=handsets {
        let seed = u64::from(number);
        let script = HandsetScript::new(steps.to_vec());
        let port = SimPort::handset(script, Copper::default(), Law::Mu, seed, 0);
        phones.push(port.handle());
        lines.push(PlantLine {
            id: LineId(number),
            own_trunk: None,
            phone: on(port, clock),
            settings: settings.clone(),
        });
        let (line, routes) = (ExchangeLine::kewl_start(), Arc::clone(&routes));
        let port = SimPort::trunk(line, routes, Copper::default(), Law::Mu, seed + 100, 0);
        exchange.push(port.handle());
        let mut profile = profile(number);
        profile.signalling = TrunkSignalling::KewlStart;
        trunks.push(PlantTrunk {
            profile,
            port: on(port, clock),
        });
    }
    Town {
        plant: Plant::new(shared(), lines, trunks, Box::new(office)),
        office: state,
        phones,
        trunks: exchange,
    }
}

fn on<F: FarEnd + 'static>(port: SimPort<F>, clock: Option<Clock>) -> Box<dyn Port> {
    match clock {
        None => Box::new(port),
        Some(clock) => {
            let clock = clocked::Clock::new(clock.origin());
            Box::new(Clocked::new(port, clock).expect("a timer"))
        }
    }
}

fn called(collect: bool) -> CalledPartyScript {
    let mut steps = Vec::new();
    if collect {
        steps.push(Step::await_quiet(Ticks::ms(1200), Ticks::secs(40)));
        steps.push(Step::dial("1"));
    }
    steps.push(Step::SayFor(Clip::called_talk(), Ticks::secs(60)));
    CalledPartyScript::answering(1, steps)
}

/// A called party who accepts, talks, holds the call, dials a third party and joins it.
fn joins_a_third() -> CalledPartyScript {
    let talk = Clip::called_talk();
    let says = |seconds| Step::SayFor(talk.clone(), Ticks::secs(seconds));
    let steps = vec![
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(40)),
        Step::dial("1"),
        Step::wait_ms(4000),
        says(5),
        Step::wait_ms(5000),
        says(8),
        Step::wait_ms(500),
        Step::flash_ms(550),
        Step::await_dial_tone(Ticks::secs(3)),
        Step::wait_ms(400),
        Step::dial(THIRD),
        Step::await_voice(Ticks::secs(15)),
        Step::wait_ms(2500),
        says(3),
        Step::wait_ms(500),
        Step::flash_ms(450),
        Step::wait_ms(9000),
        says(4),
        Step::wait_ms(60_000),
    ];
    CalledPartyScript::answering(1, steps)
        .on(SubscriberLine::house(2.0, 17.0, -56.0))
        .with(Services::three_way(Switching::ANALOG))
}

/// Says something to the called party, and from the joining on talks with the inmate.
fn third() -> CalledPartyScript {
    let mut steps = Vec::new();
    for (pause, seconds) in [(500, 2), (6500, 7), (8000, 9), (60_000, 0)] {
        steps.push(Step::wait_ms(pause));
        steps.push(Step::SayFor(Clip::inmate_shout(), Ticks::secs(seconds)));
    }
    CalledPartyScript::new(Answer::After(Ticks::secs(5)), steps)
        .on(SubscriberLine::house(5.0, 13.0, -47.0))
}

/// A person who gives a PIN and a name, talks, and hangs up.
fn collect_call() -> Vec<Step> {
    vec![
        Step::wait_ms(500),
        Step::OffHook,
        Step::wait_ms(1500),
        Step::dial("483920"),
        Step::wait_ms(1500),
        Step::dial(&format!("0{NUMBER}")),
        Step::await_beep(Ticks::secs(20)),
        Step::Say(Clip::inmate_name()),
        Step::wait_ms(40_000),
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(5)),
        Step::OnHook,
    ]
}

/// A person with a card, who talks, listens, and presses keys after a while.
fn card_call() -> Vec<Step> {
    let mut steps = vec![
        Step::wait_ms(500),
        Step::OffHook,
        Step::wait_ms(8000),
        Step::dial(&format!("0{NUMBER}")),
        Step::await_beep(Ticks::secs(40)),
        Step::Say(Clip::inmate_name()),
        Step::wait_ms(30_000),
    ];
    for pause in [7000, 6000, 26_000, 11_000, 8000] {
        steps.push(Step::SayFor(Clip::inmate_talk(), Ticks::secs(5)));
        steps.push(Step::wait_ms(pause));
    }
    steps.extend([Step::dial("42"), Step::wait_ms(3000), Step::OnHook]);
    steps
}

/// A person without a PIN who talks at once.
fn direct_call() -> Vec<Step> {
    vec![
        Step::wait_ms(300),
        Step::OffHook,
        Step::wait_ms(1200),
        Step::dial(&format!("1{NUMBER}")),
        Step::wait_ms(14_000),
        Step::OnHook,
    ]
}

#[test]
fn a_collect_call_allocates_nothing_on_virtual_time() {
    let (passed, said) = alone("real::collect_calls_on_virtual_time");
    assert!(passed, "{said}");
}

#[test]
fn a_card_an_officers_confirmation_and_what_is_done_about_fraud_allocate_nothing() {
    let (passed, said) = alone("real::guarded_calls_on_virtual_time");
    assert!(passed, "{said}");
}

#[test]
fn calls_on_the_real_clock_allocate_nothing_and_are_stored() {
    let (passed, said) = alone("real::calls_on_the_real_clock");
    assert!(passed, "{said}");
}

#[test]
#[ignore = "run by another test, in a process that the allocator may end"]
fn collect_calls_on_virtual_time() {
    let town = town(2, Custom::usual(true), &collect_call(), None);
    let mut world = World::new(town.plant, WorldOptions::default());
    world.run_until(Tick::ZERO + Ticks::secs(80));
    let story = world.story();
    assert_eq!(story.records.len(), 2);
    for (line, end) in &story.records {
        let tale: Vec<_> = story.of(*line).map(|f| format!("{:?}", f.fact)).collect();
        assert_eq!(
            end.disposition,
            Disposition::Completed,
            "{}",
            tale.join("\n")
        );
    }
    assert!(story.tap.len() > 1000, "{} tap entries", story.tap.len());
    let gauges = world.gauges(LineId(1)).expect("a line");
    assert_eq!(
        gauges.lateness.worst(),
        Ticks::ZERO,
        "no frame is late on virtual time"
    );
    assert_eq!(
        gauges.counts.phone_lost.get() + gauges.counts.trunk_lost.get(),
        0
    );
    assert_eq!(gauges.counts.slips.get(), 0);
    world.finish();
}

/// Runs until the call is in this phase, and has a card read there.
fn card_at(world: &mut World, phase: &str, card: &str) {
    let limit = world.now() + Ticks::secs(60);
    let came = world.run_while(|w| w.phase(LineId(1)) != Some(phase), limit);
    assert!(came, "{phase} comes: {:?}", world.phase(LineId(1)));
    let card = CardNumber::parse(card.as_bytes()).expect("a card");
    world.command(LineId(1), LineCommand::Card(Secret::new(card)));
}

#[test]
#[ignore = "run by another test, in a process that the allocator may end"]
fn guarded_calls_on_virtual_time() {
    let (warned, tale) = guarded_call(ThreeWayResponse::Warn(Warning::Random));
    assert_eq!(warned.disposition, Disposition::Completed, "{tale}");
    let response = warned.response;
    assert_eq!(
        (response.three_way_times, response.warned),
        (1, 1),
        "{tale}"
    );
    assert!(response.interfered > 0, "{tale}");
    let (cut, tale) = guarded_call(ThreeWayResponse::Disconnect);
    assert_eq!(cut.disposition, Disposition::ThreeWay, "{tale}");
}

/// How it ended, and what happened.
fn guarded_call(response: ThreeWayResponse) -> (CallEnd, String) {
    let town = town(1, Custom::guarded(response), &card_call(), None);
    let mut world = World::new(town.plant, WorldOptions::default());
    card_at(&mut world, "pin", "MILLER0042");
    card_at(&mut world, "confirm", "OFFICER0007");
    world.run_until(Tick::ZERO + Ticks::secs(200));
    let (_, story) = world.finish();
    let tale: Vec<_> = story
        .of(LineId(1))
        .map(|f| format!("{:?}", f.fact))
        .collect();
    let tale = tale.join("\n");
    assert_eq!(story.records.len(), 1, "{tale}");
    let end = story.records[0].1.clone();
    assert!(end.inmate.is_some(), "by the card: {tale}");
    (end, tale)
}

#[test]
#[ignore = "run by another test, in a process that the allocator may end"]
fn calls_on_the_real_clock() {
    let clock = Clock::start();
    let town = town(3, Custom::usual(false), &direct_call(), Some(clock));
    let options = ThreadOptions {
        clock,
        // These machines are loaded with other tests.
        silent_after: Ticks::secs(20),
        ..ThreadOptions::default()
    };
    let mut audience = Audience::default();
    let (facts, tap) = (audience.facts(10_000), audience.tap(None, 100_000));
    let controller = Controller::start(town.plant, options, audience).expect("it starts");
    let ended = || town.office.stored.lock().expect("no panic").len();
    let start = std::time::Instant::now();
    while ended() < 3 && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(50));
    }
    for gauges in controller.gauges() {
        println!(
            "line {}: {} frames, {} late, worst {} ms, p99.9 {} ms",
            gauges.line,
            gauges.counts.frames.get(),
            gauges.lateness.late(),
            gauges.lateness.worst().as_ms(),
            gauges.lateness.p999().as_ms(),
        );
        assert!(gauges.counts.frames.get() > 500);
        assert_eq!(gauges.counts.deaths.get(), 0);
    }
    // The exchange sees the release when the keeper next looks at the trunk.
    std::thread::sleep(2 * duration(LOOK));
    let remains = controller.stop(Duration::from_secs(2));
    assert_eq!((remains.phones.len(), remains.trunks.len()), (3, 3));
    drop(remains);
    let stored = town.office.stored.lock().expect("no panic");
    for (line, end) in stored.iter() {
        assert_eq!(
            end.disposition,
            Disposition::Completed,
            "line {line}: {end:?}"
        );
        assert!(end.talk_from.is_some(), "line {line}: {end:?}");
    }
    assert_eq!(stored.len(), 3);
    let facts: Vec<FactAt> = facts.receiver.try_iter().collect();
    for line in [1, 2, 3].map(LineId) {
        let first = facts.iter().find(|fact| fact.line == line);
        let first = first.map(|fact| &fact.fact);
        assert!(
            matches!(first, Some(Fact::OffHook)),
            "line {line}: {first:?}"
        );
    }
    assert!(
        tap.receiver.len() > 500,
        "{} tap entries",
        tap.receiver.len()
    );
    settle("transcripts are handed over", || {
        town.phones.iter().all(|p| p.transcript().is_some())
    });
    for trunk in &town.trunks {
        let transcript = trunk.transcript().expect("the port is gone");
        let released = transcript.first(|e| *e == Event::Released);
        assert!(
            released.is_some(),
            "every trunk was given back to the exchange"
        );
    }
}

//! What a review by an attacker's mind found: each scenario shows a hole and fails until it is cured.

use crate::{
    bench::{self, Outcome, Scenario, wait},
    ready::{direct, picks_up, plain, quick},
};
use backoffice::AllowedFlags;
use drivers::sim::{
    clip::Clip,
    copper::Copper,
    exchange::{
        line::{ExchangeLine, HangUpSignal, Incoming, Numbering},
        r2::R2Line,
        routes::{Destination, Routes},
        signalling::{EmLine, LineSignalling},
    },
    script::Step,
    tone_plan,
    transcript::Event,
};
use sallyport::{records::Recorder, site::Site};
use signaling::{SupervisionEvent, Trunk, step::Step as Signal};
use slog::{Drain, Logger, OwnedKVList, Record};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use types::{
    digits::Digits,
    disposition::Blocked,
    edge::{Abcd, Edge, EdgeAt},
    fact::Fact,
    frame::{FRAME, Law},
    heard::Heard,
    id::{CallId, LineId, TrunkId},
    mf::MfSignal,
    tap::{TapEntry, TapFlags, TapFrame},
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::{Outpulsing, R2Country, R2Trunk, TrunkProfile, TrunkSignalling, TrunkTrust, Wink},
    verdict::RecordingRule,
};

// ---- digits after the last

/// The inmate dials this and waits; the exchange connects what it knows and hears no further digit.
fn keyed(number: &str, restricted: &'static str) -> Outcome {
    let steps = vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial(number),
        wait(14_000),
        Step::OnHook,
    ];
    bench::phone(steps)
        .exchange(quick())
        .site(move |seed| {
            plain(seed);
            seed.restricted = vec![(restricted.to_owned(), "a victim".to_owned())];
        })
        .lasting(18)
        .run()
}

#[test]
fn a_restricted_number_abroad_is_restricted_with_a_digit_after_its_last() {
    let exact = keyed("011442079460123#", "+442079460123");
    assert_eq!(exact.record().blocked, Some(Blocked::NumberRestricted));
    // Exchanges pass over what is dialed after a number's last digit.
    let longer = keyed("0114420794601239#", "+442079460123");
    assert_eq!(
        longer.record().blocked,
        Some(Blocked::NumberRestricted),
        "{}",
        longer.tale()
    );
}

#[test]
fn an_attorney_abroad_is_not_recorded_with_a_digit_after_the_last() {
    let steps = vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial("0114420794601239#"),
        wait(14_000),
        Step::OnHook,
    ];
    let out = bench::phone(steps)
        .exchange(quick())
        .site(|seed| {
            plain(seed);
            seed.settings.rules.record = true;
            let privileged = AllowedFlags {
                privileged: true,
                ..AllowedFlags::default()
            };
            seed.allowed = vec![("+442079460123".to_owned(), privileged)];
        })
        .lasting(18)
        .run();
    // Refused as no number, or as the attorney's; never as a stranger's.
    let recorded = out.record().recording == Some(RecordingRule::Record);
    assert!(!recorded, "{:?}", out.record());
}

// ---- R2: a number that the exchange takes for complete too early

fn r2(country: R2Country) -> TrunkSignalling {
    TrunkSignalling::R2(R2Trunk {
        country,
        ani: Digits::parse("2155557100").expect("digits"),
        category: MfSignal::new(1).expect("a signal"),
    })
}

#[test]
fn an_r2_exchange_that_connects_the_first_seven_digits_connects_nobody() {
    // 2155552199 is restricted. As it is dialed at home, its digits begin a number elsewhere.
    let dialed = "5552199123";
    let steps = vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial(dialed),
        wait(9000),
        Step::OnHook,
    ];
    let line = ExchangeLine {
        post_dial: Ticks::ms(200),
        numbering: Numbering::NorthAmerica { seven_digits: true },
        ..ExchangeLine::digital(LineSignalling::R2(R2Line::itu()))
    };
    let party = picks_up(vec![Step::SayFor(Clip::called_talk(), Ticks::secs(5))]);
    let scenario = bench::phone(steps)
        .exchange(line)
        .to("5552199", party)
        .site(|seed| {
            plain(seed);
            seed.restricted = vec![("2155552199".to_owned(), "a victim".to_owned())];
        })
        .lasting(14);
    let out = Scenario {
        signalling: r2(R2Country::Itu),
        ..scenario
    }
    .run();
    assert!(out.entered("dial").is_some(), "{}", out.tale());
    // The registers asked for no eighth digit: that is known before anybody answers.
    assert!(out.entered("talk").is_none(), "{}", out.tale());
}

// ---- E&M: a second wink

#[test]
fn a_wink_as_long_as_the_site_allows_is_no_answer() {
    let signalling = TrunkSignalling::EmWink(Wink {
        max: Ticks::ms(800),
        ..Wink::STANDARD
    });
    let ringing = |own: Vec<(Tick, Ticks)>| {
        let line = ExchangeLine {
            post_dial: Ticks::ms(200),
            ..ExchangeLine::digital(LineSignalling::Em(EmLine {
                own,
                ..EmLine::wink()
            }))
        };
        let scenario = direct(vec![wait(9000), Step::OnHook], vec![]).exchange(line);
        Scenario {
            signalling,
            routes: Routes::new().unknown(Destination::RingNoAnswer),
            ..scenario.lasting(18)
        }
        .run()
    };
    let quiet = ringing(Vec::new());
    let rings = quiet.trunk().first(|e| matches!(e, Event::Rings(_)));
    let rings = rings.unwrap_or_else(|| panic!("it rings: {}", quiet.tale()));
    let out = ringing(vec![(rings + Ticks::secs(1), Ticks::ms(600))]);
    assert_eq!(out.record().answered_utc_ms, None, "{}", out.tale());
}

// ---- the end of a talk

#[test]
fn silence_that_ended_a_talk_is_no_talk() {
    let party = vec![
        wait(300),
        Step::SayFor(Clip::called_talk(), Ticks::secs(4)),
        Step::Mark("gone"),
        Step::OnHook,
    ];
    let line = ExchangeLine {
        hang_up: HangUpSignal::NOTHING,
        ..quick()
    };
    let out = direct(vec![wait(60_000)], party)
        .exchange(line)
        .settings(|settings| settings.talk_silence = Ticks::secs(30))
        .lasting(48)
        .run();
    let gone = out.trunk().mark("gone").expect("the called party hangs up");
    let talk = out.entered("talk").expect("talk");
    let (said, told) = (gone.since(talk), out.record().talk);
    assert!(
        told <= said + Ticks::secs(3),
        "{told:?} for {said:?}: {}",
        out.tale()
    );
}

// ---- joins

/// An exchange that tells nothing of the answer; a talk that may be joined, in which the inmate plays
/// this from the mark on.
fn joined_talk(plays: Vec<Step>, tilt_db: f64) -> Outcome {
    let line = ExchangeLine {
        answer_reversal: false,
        ..quick()
    };
    let party = vec![wait(300), Step::Say(Clip::called_hello()), wait(60_000)];
    let mut scenario = direct(plays, party)
        .exchange(line)
        .settings(|settings| settings.join_talk = true);
    scenario.phone_copper = Copper::clear();
    scenario.trunk_copper = Copper {
        twist_db: tilt_db,
        ..Copper::clear()
    };
    scenario.lasting(24).run()
}

/// Keys of a pocket dialer that somebody has tampered with, with pauses between them.
fn dialer(on_ms: u64, off_ms: u64, twist_db: f64, off_tune: f64) -> Clip {
    const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
    const COLUMNS: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
    const KEYPAD: [&str; 4] = ["123A", "456B", "789C", "*0#D"];
    let mut samples = Vec::new();
    for digit in "18005550199".chars() {
        let row = KEYPAD.iter().position(|row| row.contains(digit));
        let row = row.expect("a key");
        let column = KEYPAD[row].find(digit).expect("a key");
        for n in 0..(on_ms + off_ms) * 8 {
            let turn =
                |hz: f64| (std::f64::consts::TAU * hz * (1.0 + off_tune) * n as f64 / 8000.0).sin();
            let peak = |dbm0: f64| 22_303.0 * 10f64.powf(dbm0 / 20.0);
            let key =
                peak(-15.0) * turn(ROWS[row]) + peak(-15.0 + twist_db) * turn(COLUMNS[column]);
            samples.push(if n < on_ms * 8 { key as i16 } else { 0 });
        }
    }
    Clip::from_samples("keys", &samples)
}

/// Of each such key a card's join lets 20 to 40 ms pass; the sim's join is a block late, and so hides
/// most of it. That there is a join again for each is what is wrong.
#[test]
fn a_join_does_not_come_back_for_each_key_that_is_made_to_look_like_none() {
    let mut back = Vec::new();
    for (on, twist, tune, tilt) in [
        (70, 8.0, 0.0, -4.0),
        (70, 12.0, 0.0, -8.0),
        (70, -11.0, 0.0, 2.5),
        (70, 0.0, 0.024, 0.0),
    ] {
        let keys = dialer(on, 700, twist, tune);
        let plays = vec![
            Step::Mark("keys"),
            Step::Say(keys),
            wait(3000),
            Step::OnHook,
        ];
        let out = joined_talk(plays, tilt);
        let keyed = out.marked("keys");
        let joins = out
            .facts()
            .filter(|(at, f)| *at > keyed && matches!(f, Fact::Joined));
        let joins = joins.filter(|(at, _)| *at < keyed + Ticks::secs(8)).count();
        back.push((twist, tune, joins, out.record().extra_digits));
    }
    // Eleven keys in eight seconds: after the first there should be none for ten.
    assert!(
        back.iter().all(|b| b.2 == 0),
        "twist, tune, joins, told: {back:?}"
    );
}

// ---- signals that flap

struct Flapping {
    trunk: Trunk,
    now: Tick,
    events: Vec<SupervisionEvent>,
}

impl Flapping {
    fn seized(signalling: TrunkSignalling) -> Flapping {
        let profile = TrunkProfile {
            id: TrunkId(1),
            law: Law::Mu,
            signalling,
            outpulsing: Outpulsing::Dtmf,
            trust: TrunkTrust::LOOP_START,
            guard: Ticks::secs(1),
            dial_tone_wait: Ticks::secs(4),
            dial_tone_break: TrunkProfile::DIAL_TONE_BREAK,
            cancel_echo: false,
        };
        let mut flapping = Flapping {
            trunk: Trunk::new(&profile),
            now: Tick(8000),
            events: Vec::new(),
        };
        let _ = flapping.trunk.seize(flapping.now);
        flapping
    }

    fn take(&mut self, steps: signaling::step::Steps) {
        for step in steps {
            if let Signal::Event(event) = step {
                self.events.push(event);
            }
        }
    }

    fn edge(&mut self, edge: Edge) {
        let steps = self.trunk.edge(EdgeAt { at: self.now, edge });
        self.take(steps);
    }

    fn pass(&mut self, ms: u64) {
        let until = self.now + Ticks::ms(ms);
        while self.now < until {
            self.now += Ticks::ms(10);
            let steps = self.trunk.passed(self.now);
            self.take(steps);
        }
    }

    fn told(&self, wanted: impl Fn(&SupervisionEvent) -> bool) -> bool {
        self.events.iter().any(wanted)
    }
}

#[test]
fn a_tip_that_is_open_for_a_moment_ends_no_call() {
    let mut line = Flapping::seized(TrunkSignalling::GroundStart);
    line.edge(Edge::TipGround);
    line.pass(100);
    let dial_tone = Heard::Tone {
        tone: Tone::Dial,
        cycles: 1,
        start: line.now,
        level_dbm0: -13.0,
        confidence: 1.0,
    };
    let steps = line.trunk.heard(&dial_tone);
    line.take(steps);
    let number = Digits::parse("12155550123").expect("digits");
    let _ = line.trunk.outpulse(line.now, number);
    let steps = line.trunk.sent(line.now);
    line.take(steps);
    line.edge(Edge::PolarityReversed);
    line.pass(300);
    assert!(
        line.told(|e| matches!(e, SupervisionEvent::Answered(_))),
        "{:?}",
        line.events
    );
    // One errored superframe: 3 ms, told as 10.
    line.edge(Edge::TipOpen);
    line.pass(10);
    line.edge(Edge::TipGround);
    line.pass(1000);
    let released = line.told(|e| matches!(e, SupervisionEvent::Released(_)));
    assert!(!released, "{:?}", line.events);
}

/// An ITU R2 trunk whose call was answered.
fn answered() -> Flapping {
    let mut line = Flapping::seized(r2(R2Country::Itu));
    line.bits(0b1101);
    line.pass(50);
    let number = Digits::parse("12").expect("digits");
    let steps = line.trunk.outpulse(line.now, number);
    line.take(steps);
    for signal in [1, 6] {
        let signal = MfSignal::new(signal).expect("a signal");
        let steps = line.trunk.mf_began(line.now, signal);
        line.take(steps);
        line.pass(50);
        let steps = line.trunk.mf_ended(line.now, signal);
        line.take(steps);
        line.pass(50);
    }
    line.bits(0b0101);
    line.pass(50);
    assert!(
        line.told(|e| matches!(e, SupervisionEvent::Answered(_))),
        "{:?}",
        line.events
    );
    line
}

impl Flapping {
    fn bits(&mut self, bits: u8) {
        self.edge(Edge::Bits(Abcd::new(bits)));
    }
}

#[test]
fn bits_without_meaning_that_flap_hide_no_clear_back() {
    let mut line = answered();
    // Cleared back; C and D never rest.
    for at in 0..200 {
        line.bits(0b1100 | (at % 2));
        line.pass(10);
    }
    let released = line.told(|e| matches!(e, SupervisionEvent::Released(_)));
    assert!(released, "{:?}", line.events);
}

#[test]
fn an_answer_before_the_number_is_out_is_none() {
    let mut line = Flapping::seized(r2(R2Country::Itu));
    line.bits(0b1101);
    line.pass(50);
    let number = Digits::parse("12155550123").expect("digits");
    let steps = line.trunk.outpulse(line.now, number);
    line.take(steps);
    // Nothing was asked for yet: the exchange knows one digit at most.
    line.pass(30);
    line.bits(0b0101);
    line.pass(30);
    line.bits(0b1101);
    line.pass(300);
    let answered = line.told(|e| matches!(e, SupervisionEvent::Answered(_)));
    assert!(!answered, "{:?}", line.events);
}

// ---- recordings

/// Counts what is logged.
struct Counted(Arc<AtomicUsize>);

impl Drain for Counted {
    type Ok = ();
    type Err = slog::Never;

    fn log(&self, _: &Record<'_>, _: &OwnedKVList) -> Result<(), slog::Never> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn each_spell_of_calls_that_can_t_be_recorded_is_told() {
    let dir = tempfile::tempdir().expect("a directory");
    let place = dir.path().join("recordings");
    let told = Arc::new(AtomicUsize::new(0));
    let log = Logger::root(Counted(Arc::clone(&told)), slog::o!());
    let mut recorder = Recorder::new(&place, log).expect("a recorder");
    let mut record = |sequence: u64| {
        let (line, call) = (LineId(1), CallId { site: 1, sequence });
        let at = Tick(sequence * 80_000);
        recorder.take(&TapEntry::Open { line, call, at });
        for frame in 1..=10 {
            recorder.take(&TapEntry::Frame(TapFrame {
                line,
                call,
                at: at + Ticks(frame * FRAME as u64),
                from_phone: [1; FRAME],
                from_trunk: [1; FRAME],
                to_phone: [0; FRAME],
                to_trunk: [0; FRAME],
                flags: TapFlags::default(),
            }));
        }
        recorder.take(&TapEntry::Close { line, call, at });
    };
    // The disk is away for one call, is there for the next, and away again a week later.
    fs::remove_dir(&place).expect("removed");
    record(1);
    assert_eq!(told.load(Ordering::Relaxed), 1);
    fs::create_dir(&place).expect("made");
    record(2);
    assert_eq!(fs::read_dir(&place).expect("read").count(), 1);
    fs::remove_dir_all(&place).expect("removed");
    record(3);
    assert_eq!(told.load(Ordering::Relaxed), 2, "nobody knows of call 3");
}

// ---- files that others may write

#[test]
fn a_site_file_that_others_may_change_is_refused() {
    let text = r#"
        [site]
        id = 7
        name = "A site"
        country = "us"
        area_code = "215"
        time_zone = "America/New_York"
        data = "database"
        languages = ["en"]
        driver = "sim"
        [[line]]
        id = 1
        channel = 1
        [[trunk]]
        id = 1
        channel = 2
        signalling = "loop-start"
    "#;
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("site.toml");
    fs::write(&file, text).expect("written");
    for (mode, right) in [(0o600, true), (0o644, true), (0o664, false), (0o666, false)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("the mode");
        let loaded = Site::load(&file);
        assert_eq!(loaded.is_ok(), right, "{mode:o}: {loaded:?}");
    }
}

#[test]
fn a_database_in_a_directory_that_others_may_change_is_refused() {
    let config = bench::phone(vec![]).config();
    for (mode, right) in [(0o700, true), (0o777, false)] {
        let dir = tempfile::tempdir().expect("a directory");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).expect("the mode");
        let opened = backoffice::BackOffice::open(dir.path(), config.clone());
        assert_eq!(opened.is_ok(), right, "{mode:o}");
    }
}

#[test]
fn a_program_s_name_moves_no_terminal_s_cursor() {
    let holder = drivers::dahdi::survey::Holder {
        process: 1,
        name: "\u{1b}[2J\u{1b}]0;x\u{7}".to_owned(),
    };
    let told = holder.to_string();
    assert!(!told.chars().any(char::is_control), "{told:?}");
}

// ---- an outsider who calls the trunk

/// The caller waits for the trunk to be seized, plays dial tone and ringback, and talks.
#[test]
fn a_caller_who_is_not_rung_yet_is_not_taken_for_the_exchange() {
    let tone = |a: f64, b: f64, ms: u64| {
        let turn = |hz: f64, at: u64| (std::f64::consts::TAU * hz * at as f64 / 8000.0).sin();
        let both = move |at| (4000.0 * (turn(a, at) + turn(b, at))) as i16;
        (0..ms * 8).map(both).collect::<Vec<i16>>()
    };
    let mut says = tone(350.0, 440.0, 1000);
    says.extend(vec![0; 8 * 2500]);
    says.extend(tone(440.0, 480.0, 2000));
    says.extend(vec![0; 8 * 700]);
    says.extend(Clip::called_talk().samples());
    let quiet = direct(vec![], vec![wait(60_000)]).lasting(6).run();
    let seized = quiet.trunk().first(|e| *e == Event::OffHook);
    let seized = seized.expect("the trunk is seized");
    // An exchange that does not ring at once: a call is there for seconds without a ring.
    let mut silent_at_first = tone_plan::US.clone();
    silent_at_first.ring = (0, 6000);
    let line = ExchangeLine {
        plan: Box::leak(Box::new(silent_at_first)),
        incoming: vec![Incoming {
            at: seized - Ticks::secs(2),
            rings: 3,
            caller: Some(Clip::from_samples("caller", &says)),
        }],
        ..quick()
    };
    let out = direct(vec![wait(20_000)], vec![wait(60_000)])
        .exchange(line)
        .lasting(20)
        .run();
    assert_eq!(
        out.trunk().count(|e| *e == Event::Glare),
        1,
        "{}",
        out.tale()
    );
    assert!(out.entered("talk").is_none(), "{}", out.tale());
}

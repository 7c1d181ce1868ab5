//! Trunks that are no loop start lines: E&M, ground start, feature group D, MFC-R2; each from
//! seizure to release, with an exchange that has registers of its own.

mod hits;

use crate::{
    bench::{self, MOTHER, Outcome, Scenario, wait},
    ready::{direct, picks_up, plain},
    trunk::returned,
};
use drivers::{
    sim::{
        called_party::{Answer, CalledPartyScript},
        clip::Clip,
        exchange::{
            line::{ExchangeLine, Incoming, Numbering},
            r2::R2Line,
            routes::{Destination, Routes},
            signalling::{EmLine, EmRegister, EmStart, LineSignalling},
        },
        script::Step,
        transcript::Event,
    },
    wrap::faulty::Faults,
};
use types::{
    digits::Digits,
    disposition::{Disposition, EndedBy},
    evidence::{AnswerEvidence, ReleaseEvidence},
    fact::Fact,
    id::TrunkId,
    mf::MfSignal,
    tick::{Tick, Ticks},
    tone::SitKind,
    trunk::{FeatureGroupD, Outpulsing, R2Country, R2Trunk, TrunkCondition, TrunkSignalling, Wink},
};

const ANI: &str = "2155557100";

fn number() -> String {
    format!("1{MOTHER}")
}

fn wink() -> TrunkSignalling {
    TrunkSignalling::EmWink(Wink::STANDARD)
}

fn em(line: EmLine) -> ExchangeLine {
    ExchangeLine {
        post_dial: Ticks::ms(200),
        ..ExchangeLine::digital(LineSignalling::Em(line))
    }
}

/// An E&M trunk that goes off-hook so after a seizure.
fn starting(after: u64, length: u64) -> ExchangeLine {
    em(EmLine {
        start: EmStart::OffHook {
            after: Ticks::ms(after),
            length: Ticks::ms(length),
        },
        ..EmLine::wink()
    })
}

/// The inmate talks for three seconds and the called party hangs up.
fn call(signalling: TrunkSignalling, line: ExchangeLine) -> Scenario {
    let scenario = direct(
        vec![wait(9000), Step::OnHook],
        vec![
            Step::SayFor(Clip::called_talk(), Ticks::secs(3)),
            Step::OnHook,
        ],
    );
    Scenario {
        signalling,
        ..scenario.exchange(line).lasting(22)
    }
}

/// The called party lets it ring once and then says hello: what an answer is known by that no signal
/// tells.
fn answered_late(scenario: Scenario, talk: Vec<Step>) -> Scenario {
    let steps = [vec![wait(300)], talk].concat();
    let party = CalledPartyScript::new(Answer::AfterRings(1), steps);
    Scenario {
        routes: Routes::new().to(&number(), party),
        ..scenario
    }
}

/// A scenario in which nobody answers.
fn unanswered(signalling: TrunkSignalling, lines: Vec<ExchangeLine>) -> Scenario {
    let scenario = call(signalling, lines[0].clone()).trunks(lines);
    Scenario {
        routes: Routes::new().unknown(Destination::RingNoAnswer),
        ..scenario
    }
}

/// That the call was answered and released by these signals, and the trunk used once.
fn supervised(out: &Outcome, answer: AnswerEvidence, release: ReleaseEvidence) {
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    assert_eq!(
        record.ended_by,
        Some(EndedBy::CalledParty),
        "{}",
        out.tale()
    );
    assert!(
        record.answer_evidence.contains(&(answer, 100)),
        "{record:?}"
    );
    assert!(
        record.release_evidence.contains(&(release, 100)),
        "{record:?}"
    );
    assert_eq!(out.dialed(), [Digits::parse(&number()).expect("digits")]);
    assert_eq!(out.lent(1), [TrunkId(1)], "{}", out.tale());
    assert_eq!(returned(out), [(TrunkId(1), TrunkCondition::Good)]);
    let talked = record.talk.as_ms();
    assert!(
        (2000..4200).contains(&talked),
        "{talked} ms; {}",
        out.tale()
    );
}

fn by_hook(out: &Outcome) {
    let far = (AnswerEvidence::FarOffHook, ReleaseEvidence::FarOnHook);
    supervised(out, far.0, far.1);
}

fn first_digit(out: &Outcome) -> Tick {
    out.seen(|e| matches!(e, Event::Digit { .. }), 0)
}

/// That the first trunk was given up without a digit and the second carried the call.
fn second_trunk(out: &Outcome) {
    assert_eq!(out.lent(1), [TrunkId(1), TrunkId(2)], "{}", out.tale());
    let digits = |e: &Event| matches!(e, Event::Digit { .. } | Event::Dialed(_));
    assert_eq!(out.trunks[0].count(digits), 0, "{}", out.tale());
    assert_eq!(out.trunks[1].dialed().count(), 1, "{}", out.tale());
    assert_eq!(returned(out)[0], (TrunkId(1), TrunkCondition::Faulty));
}

// ---- E&M

#[test]
fn on_a_wink_trunk_digits_follow_the_wink_and_the_far_hook_answers_and_releases() {
    let out = call(wink(), em(EmLine::wink())).run();
    by_hook(&out);
    let wink_end = out.seen(|e| *e == Event::FarOnHook, 0);
    assert!(
        first_digit(&out).since(wink_end) >= Ticks::ms(70),
        "{}",
        out.tale()
    );
    // Told when it is longer than a wink, kept from when it began.
    let answered = out
        .fact(|f| matches!(f, Fact::Answered(_)))
        .expect("an answer");
    let off_hook = out.seen(|e| *e == Event::FarOffHook, 1);
    let late = answered.since(off_hook).as_ms();
    assert!((380..460).contains(&late), "{late} ms");
}

#[test]
fn a_wink_that_is_too_short_is_no_proceed_signal() {
    let out = unanswered(wink(), vec![starting(200, 60), em(EmLine::wink())]).run();
    second_trunk(&out);
}

#[test]
fn a_wink_that_is_too_long_is_somebody_else_s_call() {
    let out = unanswered(wink(), vec![starting(200, 800), em(EmLine::wink())]).run();
    second_trunk(&out);
}

#[test]
fn a_short_wink_and_a_long_one_are_proceed_signals() {
    // Real channels lengthen or shorten a wink by some 20 ms.
    for length in [130, 320] {
        let out = call(wink(), starting(200, length)).run();
        by_hook(&out);
    }
}

#[test]
fn without_a_wink_the_trunk_is_given_up() {
    let dead = em(EmLine {
        start: EmStart::Never,
        ..EmLine::wink()
    });
    let out = unanswered(wink(), vec![dead, em(EmLine::wink())]).run();
    second_trunk(&out);
}

#[test]
fn on_an_immediate_start_trunk_digits_follow_the_stated_wait() {
    let wait = Ticks::ms(300);
    let out = call(
        TrunkSignalling::EmImmediate { wait },
        em(EmLine::immediate()),
    )
    .run();
    by_hook(&out);
    let seized = out.seen(|e| *e == Event::OffHook, 0);
    let late = first_digit(&out).since(seized).as_ms();
    assert!((330..450).contains(&late), "{late} ms; {}", out.tale());
}

#[test]
fn on_a_delay_dial_trunk_digits_follow_the_end_of_the_delay() {
    let out = call(TrunkSignalling::EmDelayDial, starting(50, 1500)).run();
    by_hook(&out);
    let ready = out.seen(|e| *e == Event::FarOnHook, 0);
    assert!(
        first_digit(&out).since(ready) >= Ticks::ms(70),
        "{}",
        out.tale()
    );
}

#[test]
fn digits_go_out_as_r1_signals_where_the_trunk_wants_them() {
    let line = em(EmLine {
        register: EmRegister::Mf,
        ..EmLine::wink()
    });
    let scenario = Scenario {
        outpulsing: Outpulsing::Mf,
        ..call(wink(), line)
    };
    by_hook(&scenario.run());
}

#[test]
fn when_both_ends_seize_a_trunk_ours_is_given_up() {
    let seized = call(wink(), em(EmLine::wink()))
        .run()
        .seen(|e| *e == Event::OffHook, 0);
    let busy = em(EmLine {
        own: vec![(seized - Ticks::ms(10), Ticks::secs(5))],
        ..EmLine::wink()
    });
    let out = unanswered(wink(), vec![busy, em(EmLine::wink())]).run();
    second_trunk(&out);
    assert_eq!(
        out.trunks[0].count(|e| *e == Event::Glare),
        1,
        "{}",
        out.tale()
    );
}

#[test]
fn a_trunk_whose_far_end_is_off_hook_is_not_seized() {
    let stuck = em(EmLine {
        own: vec![(Tick::ZERO, Ticks::secs(60))],
        ..EmLine::wink()
    });
    let out = unanswered(wink(), vec![stuck, em(EmLine::wink())]).run();
    assert_eq!(out.lent(1), [TrunkId(2)], "{}", out.tale());
    assert_eq!(out.trunks[0].count(|e| *e == Event::OffHook), 0);
}

#[test]
fn a_trunk_is_not_seized_again_before_the_far_end_has_released_it() {
    let holding = ExchangeLine {
        held: Ticks::secs(60),
        ..em(EmLine::wink())
    };
    let again = [
        wait(3000),
        Step::OffHook,
        wait(300),
        Step::dial(&number()),
        wait(4000),
    ];
    let mut steps = vec![wait(500), Step::OnHook];
    steps.extend(again);
    let talk = vec![Step::SayFor(Clip::called_talk(), Ticks::secs(30))];
    let out = Scenario {
        signalling: wink(),
        ..direct(steps, talk).exchange(holding).lasting(22)
    }
    .run();
    assert_eq!(out.lent(1), [TrunkId(1)], "{}", out.tale());
    let refused = out
        .records
        .iter()
        .filter(|r| r.disposition == Disposition::NoTrunk);
    assert_eq!(refused.count(), 1, "{}", out.tale());
}

#[test]
fn a_short_off_hook_while_it_rings_is_no_answer() {
    let ringing = |own: Vec<(Tick, Ticks)>| {
        let line = em(EmLine {
            own,
            ..EmLine::wink()
        });
        unanswered(wink(), vec![line]).run()
    };
    let rings = ringing(Vec::new()).seen(|e| matches!(e, Event::Rings(_)), 0);
    let out = ringing(vec![(rings + Ticks::secs(2), Ticks::ms(300))]);
    assert_eq!(
        out.trunk().count(|e| *e == Event::FarOffHook),
        2,
        "{}",
        out.tale()
    );
    assert_eq!(out.record().answered_utc_ms, None, "{}", out.tale());
}

// ---- feature group D

fn carrier(change: impl Fn(&mut FeatureGroupD)) -> TrunkSignalling {
    let mut carrier = FeatureGroupD::direct(Digits::parse(ANI).expect("digits"));
    change(&mut carrier);
    TrunkSignalling::FeatureGroupD(carrier)
}

fn carrier_line(tandem: bool, winks_for_number: bool, acknowledges: bool) -> ExchangeLine {
    let line = EmLine {
        register: EmRegister::Carrier {
            tandem,
            winks_for_number,
            acknowledges,
        },
        ..EmLine::wink()
    };
    ExchangeLine {
        post_dial: Ticks::ms(500),
        ..em(line)
    }
}

fn identified(out: &Outcome) -> Vec<String> {
    let told = out.trunk().events().iter().filter_map(|e| match e.event {
        Event::Identified(digits) => Some(digits.to_string()),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_carrier_is_told_who_calls_before_the_number() {
    let out = call(carrier(|_| {}), carrier_line(false, false, true)).run();
    by_hook(&out);
    assert_eq!(identified(&out), [format!("29{ANI}")]);
    // Wink, acknowledgement, answer.
    assert_eq!(
        out.trunk().count(|e| *e == Event::FarOffHook),
        3,
        "{}",
        out.tale()
    );
    let outpulsed = out
        .fact(|f| matches!(f, Fact::Outpulsed))
        .expect("outpulsed");
    let acknowledged = out.seen(|e| *e == Event::FarOnHook, 1);
    assert!(outpulsed >= acknowledged, "{}", out.tale());
}

#[test]
fn a_carrier_that_winks_for_the_number_gets_it_then() {
    let asks = carrier(|carrier| carrier.winks_for_number = true);
    let out = call(asks, carrier_line(false, true, true)).run();
    by_hook(&out);
    assert_eq!(identified(&out), [format!("29{ANI}")]);
}

#[test]
fn an_access_tandem_is_told_the_carrier_first() {
    let code = Digits::parse("0110288").expect("digits");
    let out = call(
        carrier(|c| c.carrier = code),
        carrier_line(true, false, true),
    )
    .run();
    by_hook(&out);
    assert_eq!(identified(&out), ["0110288".to_owned(), format!("29{ANI}")]);
}

#[test]
fn an_answer_without_the_acknowledgement_is_an_answer() {
    by_hook(&call(carrier(|_| {}), carrier_line(false, false, false)).run());
}

#[test]
fn a_carrier_that_never_acknowledges_fails_the_call() {
    let out = unanswered(carrier(|_| {}), vec![carrier_line(false, false, false)])
        .lasting(40)
        .run();
    // The inmate hangs up after 14 s, before the 20 s are over: nothing is taken for an answer.
    assert_eq!(out.record().answered_utc_ms, None, "{}", out.tale());
    assert_eq!(out.record().disposition, Disposition::Abandoned);
}

// ---- ground start

fn ground() -> ExchangeLine {
    ExchangeLine {
        post_dial: Ticks::ms(200),
        ..ExchangeLine::ground_start()
    }
}

/// It tells the answer by polarity.
fn reversing() -> ExchangeLine {
    ExchangeLine {
        answer_reversal: true,
        ..ground()
    }
}

#[test]
fn on_ground_start_the_loop_is_closed_when_the_tip_is_grounded() {
    let out = call(TrunkSignalling::GroundStart, reversing()).run();
    let polarity = AnswerEvidence::PolarityReversal;
    supervised(&out, polarity, ReleaseEvidence::LoopBreak);
    seized_by_grounds(&out);
}

/// Where only tones and voices tell an answer, the tip's ground still tells the release.
#[test]
fn a_ground_start_trunk_that_tells_no_answer_carries_a_call_and_tells_its_end() {
    let talk = Step::SayFor(Clip::called_talk(), Ticks::secs(3));
    let scenario = call(TrunkSignalling::GroundStart, ground());
    let out = answered_late(scenario, vec![talk, Step::OnHook]).run();
    seized_by_grounds(&out);
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    assert!(out.answer_evidence().contains(&AnswerEvidence::Voice));
    let release = (ReleaseEvidence::LoopBreak, 100);
    assert!(record.release_evidence.contains(&release), "{record:?}");
    assert_eq!(record.ended_by, Some(EndedBy::CalledParty));
    assert_eq!(out.dialed(), [Digits::parse(&number()).expect("digits")]);
    assert_eq!(returned(&out), [(TrunkId(1), TrunkCondition::Good)]);
}

fn seized_by_grounds(out: &Outcome) {
    let order = [
        out.seen(|e| *e == Event::RingGround, 0),
        out.seen(|e| *e == Event::TipGround, 0),
        out.seen(|e| *e == Event::OffHook, 0),
        out.seen(|e| matches!(e, Event::DialTone { .. }), 0),
        first_digit(out),
    ];
    assert!(order.is_sorted(), "{order:?}; {}", out.tale());
    assert!(order[2].since(order[1]) <= Ticks::ms(50), "{}", out.tale());
}

#[test]
fn without_the_tip_s_ground_the_loop_stays_open_and_another_trunk_is_tried() {
    let dead = ExchangeLine {
        signalling: LineSignalling::Ground {
            tip_after: Ticks::secs(60),
        },
        ..ground()
    };
    let out = unanswered(TrunkSignalling::GroundStart, vec![dead, ground()]).run();
    second_trunk(&out);
    assert_eq!(out.trunks[0].count(|e| *e == Event::OffHook), 0);
}

#[test]
fn a_ground_start_trunk_that_rings_while_it_is_asked_for_is_given_up() {
    let run = |incoming: Vec<Incoming>| {
        let first = ExchangeLine {
            incoming,
            ..ground()
        };
        unanswered(TrunkSignalling::GroundStart, vec![first, ground()]).run()
    };
    let asked = run(Vec::new()).seen(|e| *e == Event::RingGround, 0);
    let out = run(vec![Incoming {
        at: asked - Ticks::ms(10),
        rings: 3,
        caller: Some(Clip::called_talk()),
    }]);
    second_trunk(&out);
}

#[test]
fn a_ground_start_trunk_with_a_grounded_tip_is_not_seized() {
    let rung = ExchangeLine {
        incoming: vec![Incoming {
            at: Tick::ZERO,
            rings: 5,
            caller: None,
        }],
        ..ground()
    };
    let out = unanswered(TrunkSignalling::GroundStart, vec![rung, ground()]).run();
    assert_eq!(out.lent(1), [TrunkId(2)], "{}", out.tale());
    assert_eq!(out.trunks[0].count(|e| *e == Event::RingGround), 0);
}

// ---- R2

const COUNTRIES: [R2Country; 7] = [
    R2Country::Itu,
    R2Country::Argentina,
    R2Country::Brazil,
    R2Country::China,
    R2Country::Colombia,
    R2Country::Mexico,
    R2Country::Venezuela,
];

fn r2(country: R2Country) -> TrunkSignalling {
    TrunkSignalling::R2(R2Trunk {
        country,
        ani: Digits::parse(ANI).expect("digits"),
        category: MfSignal::new(1).expect("a signal"),
        metering: None,
    })
}

fn r2_line(line: R2Line) -> ExchangeLine {
    ExchangeLine {
        post_dial: Ticks::ms(200),
        ..ExchangeLine::digital(LineSignalling::R2(line))
    }
}

fn itu() -> R2Line {
    R2Line::of_country(R2Country::Itu)
}

/// A call to a number that leads there.
fn r2_to(country: R2Country, line: R2Line, to: Destination) -> Outcome {
    let scenario = call(r2(country), r2_line(line));
    let routes = Routes::new().to(&number(), to);
    let scenario = Scenario { routes, ..scenario };
    scenario.lasting(12).run()
}

fn by_bits(out: &Outcome) {
    let signals = (AnswerEvidence::AnswerSignal, ReleaseEvidence::ClearBack);
    supervised(out, signals.0, signals.1);
}

fn bits(out: &Outcome) -> Vec<u8> {
    let sent = out.trunk().events().iter().filter_map(|e| match e.event {
        Event::Bits(bits) => Some(bits.ab()),
        _ => None,
    });
    sent.collect()
}

#[test]
fn an_r2_call_goes_through_line_and_register_signals() {
    let out = call(r2(R2Country::Itu), r2_line(itu())).run();
    by_bits(&out);
    // Acknowledged, answered, cleared back, idle after our clear-forward.
    assert_eq!(bits(&out), [0b11, 0b01, 0b11, 0b10], "{}", out.tale());
    assert_eq!(
        out.seen(|e| *e == Event::Category(1), 0),
        out.seen(|e| matches!(e, Event::Category(_)), 0)
    );
    let outpulsed = out
        .fact(|f| matches!(f, Fact::Outpulsed))
        .expect("outpulsed");
    let began = out
        .fact(|f| matches!(f, Fact::Outpulsing { .. }))
        .expect("outpulsing");
    let each = outpulsed.since(began).as_ms() / 12;
    assert!(each < 220, "a compelled cycle takes {each} ms");
}

#[test]
fn each_country_s_exchange_gets_category_and_caller_s_number_its_own_way() {
    for country in COUNTRIES {
        let line = R2Line {
            category_after: Some(3),
            asks_caller: true,
            ..R2Line::of_country(country)
        };
        let out = r2_to(country, line, Destination::RingNoAnswer);
        let told = Event::Caller(Digits::parse(ANI).expect("digits"));
        let what = format!("{country:?}: {}", out.tale());
        assert_eq!(out.trunk().count(|e| *e == told), 1, "{what}");
        assert_eq!(out.trunk().count(|e| *e == Event::Category(1)), 1, "{what}");
        assert_eq!(out.dialed().len(), 1, "{what}");
        assert_eq!(out.dialed()[0].as_str(), number(), "{what}");
        assert!(
            out.fact(|f| matches!(f, Fact::Outpulsed)).is_some(),
            "{what}"
        );
    }
}

/// The exchange of each country has a signal for such a line.
fn told_by_a_register_signal(to: &Destination, disposition: Disposition) {
    for country in COUNTRIES {
        // Mexico has one signal for busy and for no such number.
        let told = match (country, disposition) {
            (R2Country::Mexico, Disposition::Intercept) => Disposition::Busy,
            _ => disposition,
        };
        let out = r2_to(country, R2Line::of_country(country), to.clone());
        let record = out.record();
        assert_eq!(record.disposition, told, "{country:?}: {}", out.tale());
        assert_eq!(record.ended_by, Some(EndedBy::Network));
        assert_eq!(bits(&out), [0b11, 0b10], "{country:?}: {}", out.tale());
    }
}

#[test]
fn a_busy_line_is_told_by_a_register_signal() {
    told_by_a_register_signal(&Destination::Busy, Disposition::Busy);
}

#[test]
fn congestion_is_told_by_a_register_signal() {
    told_by_a_register_signal(&Destination::Reorder, Disposition::NetworkBusy);
}

#[test]
fn a_number_that_is_none_is_told_by_a_register_signal() {
    let vacant = Destination::Sit(SitKind::VacantCode, None);
    told_by_a_register_signal(&vacant, Disposition::Intercept);
}

#[test]
fn digits_are_sent_again_when_the_exchange_asks() {
    let line = R2Line {
        repeats_after: Some(5),
        ..itu()
    };
    let out = r2_to(R2Country::Itu, line, Destination::RingNoAnswer);
    assert_eq!(out.dialed()[0].as_str(), number(), "{}", out.tale());
}

#[test]
fn an_exchange_that_does_not_know_the_end_of_the_number_is_told_or_asks_by_a_pulse() {
    // The recommendations have a signal for the end; Brazil has none, and falls silent.
    for country in [R2Country::Itu, R2Country::Brazil] {
        let line = ExchangeLine {
            numbering: Numbering::Open,
            ..r2_line(R2Line::of_country(country))
        };
        let scenario = Scenario {
            routes: Routes::new().unknown(Destination::RingNoAnswer),
            ..call(r2(country), line)
        };
        let out = scenario.run();
        assert_eq!(
            out.dialed()[0].as_str(),
            number(),
            "{country:?} {}",
            out.tale()
        );
        assert!(
            out.fact(|f| matches!(f, Fact::Outpulsed)).is_some(),
            "{}",
            out.tale()
        );
    }
}

#[test]
fn a_register_that_does_not_answer_fails_the_call_after_fifteen_seconds() {
    let line = R2Line {
        mute: true,
        ..itu()
    };
    let mut scenario = call(r2(R2Country::Itu), r2_line(line)).lasting(34);
    let last = scenario.handsets[0].len() - 1;
    scenario.handsets[0].insert(last, wait(12_000));
    let out = scenario.run();
    assert_eq!(
        out.record().disposition,
        Disposition::NetworkBusy,
        "{}",
        out.tale()
    );
    let began = out
        .fact(|f| matches!(f, Fact::Outpulsing { .. }))
        .expect("outpulsing");
    let ended = out
        .fact(|f| matches!(f, Fact::TrunkReturned { .. }))
        .expect("an end");
    let waited = ended.since(began).as_ms();
    assert!(
        (15_000..15_100).contains(&waited),
        "{waited} ms; {}",
        out.tale()
    );
}

#[test]
fn without_a_seizure_acknowledge_another_trunk_is_tried() {
    let dead = r2_line(R2Line {
        acknowledge: None,
        ..itu()
    });
    let out = unanswered(r2(R2Country::Itu), vec![dead, r2_line(itu())]).run();
    second_trunk(&out);
}

#[test]
fn a_blocked_trunk_is_not_seized_until_it_is_unblocked() {
    let blocked = |length| {
        r2_line(R2Line {
            blocked: vec![(Tick::ZERO, length)],
            ..itu()
        })
    };
    let out = unanswered(
        r2(R2Country::Itu),
        vec![blocked(Ticks::secs(60)), r2_line(itu())],
    )
    .run();
    assert_eq!(out.lent(1), [TrunkId(2)], "{}", out.tale());
    let out = unanswered(
        r2(R2Country::Itu),
        vec![blocked(Ticks::ms(200)), blocked(Ticks::secs(60))],
    )
    .run();
    assert_eq!(out.lent(1), [TrunkId(1)], "{}", out.tale());
}

#[test]
fn metering_pulses_do_not_end_a_call() {
    let line = R2Line {
        metering: Some(Ticks::ms(150)),
        ..R2Line::of_country(R2Country::Argentina)
    };
    let out = call(r2(R2Country::Argentina), r2_line(line)).run();
    by_bits(&out);
    let pulses = bits(&out)
        .windows(3)
        .filter(|b| *b == [0b01, 0b11, 0b01])
        .count();
    assert!(pulses >= 2, "{}", out.tale());
}

#[test]
fn a_forced_release_ends_the_call() {
    let line = R2Line {
        forces_release: true,
        ..itu()
    };
    let out = call(r2(R2Country::Itu), r2_line(line)).run();
    supervised(
        &out,
        AnswerEvidence::AnswerSignal,
        ReleaseEvidence::ForcedRelease,
    );
}

#[test]
fn an_inmate_who_hangs_up_between_the_digits_clears_the_trunk_forward() {
    let mut scenario = call(r2(R2Country::Itu), r2_line(itu()));
    scenario.handsets[0].truncate(4);
    scenario.handsets[0].extend([wait(100), Step::OnHook, wait(5000)]);
    let out = scenario.lasting(14).run();
    assert_eq!(out.dialed(), [], "{}", out.tale());
    assert_eq!(bits(&out), [0b11, 0b10], "{}", out.tale());
    assert_eq!(out.record().disposition, Disposition::Abandoned);
}

// ---- both sides

#[test]
fn the_inmate_s_hang_up_releases_every_kind_of_trunk() {
    let kinds = [
        (wink(), em(EmLine::wink())),
        (carrier(|_| {}), carrier_line(false, false, true)),
        (TrunkSignalling::GroundStart, ground()),
        (r2(R2Country::Itu), r2_line(itu())),
    ];
    for (signalling, line) in kinds {
        let talk = vec![Step::SayFor(Clip::called_talk(), Ticks::secs(30))];
        let scenario = direct(vec![wait(4000), Step::OnHook, wait(2000)], Vec::new());
        let scenario = Scenario {
            signalling,
            ..scenario.exchange(line).lasting(20)
        };
        let out = answered_late(scenario, talk).run();
        let record = out.record();
        assert_eq!(record.ended_by, Some(EndedBy::Inmate), "{}", out.tale());
        assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
        assert_eq!(
            out.trunk().count(|e| *e == Event::Released),
            1,
            "{}",
            out.tale()
        );
    }
}

#[test]
fn an_exchange_that_takes_the_first_seven_digits_for_a_number_connects_nobody() {
    // As it is dialed at home, the number's digits begin another's.
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
        numbering: Numbering::NorthAmerica { seven_digits: true },
        ..r2_line(itu())
    };
    let party = picks_up(vec![Step::SayFor(Clip::called_talk(), Ticks::secs(5))]);
    let scenario = bench::phone(steps)
        .exchange(line)
        .to("5552199", party)
        .site(plain)
        .lasting(14);
    let out = Scenario {
        signalling: r2(R2Country::Itu),
        ..scenario
    }
    .run();
    assert!(out.entered("dial").is_some(), "{}", out.tale());
    // The registers asked for no eighth digit: that is known before anybody answers.
    assert!(out.entered("talk").is_none(), "{}", out.tale());
    assert_eq!(out.record().disposition, Disposition::NetworkBusy);
}

#[test]
fn an_off_hook_as_long_as_the_site_s_longest_wink_is_no_answer() {
    let signalling = TrunkSignalling::EmWink(Wink {
        max: Ticks::ms(800),
        ..Wink::STANDARD
    });
    let ringing = |own: Vec<(Tick, Ticks)>| {
        let line = em(EmLine {
            own,
            ..EmLine::wink()
        });
        let scenario = direct(vec![wait(9000), Step::OnHook], vec![]).exchange(line);
        Scenario {
            signalling,
            routes: Routes::new().unknown(Destination::RingNoAnswer),
            ..scenario.lasting(18)
        }
        .run()
    };
    let quiet = ringing(Vec::new());
    let rings = quiet.seen(|e| matches!(e, Event::Rings(_)), 0);
    let out = ringing(vec![(rings + Ticks::secs(1), Ticks::ms(600))]);
    assert_eq!(out.record().answered_utc_ms, None, "{}", out.tale());
    let out = ringing(vec![(rings + Ticks::secs(1), Ticks::ms(2000))]);
    assert!(out.record().answered_utc_ms.is_some(), "{}", out.tale());
}

/// A span that fails may show an answer before it says so.
#[test]
fn an_answer_by_bits_just_before_an_alarm_of_the_span_is_none() {
    let run = |alarm: Option<Tick>| {
        let talks = vec![Step::SayFor(Clip::called_talk(), Ticks::secs(10))];
        let scenario = direct(vec![wait(18_000), Step::OnHook], talks);
        let mut scenario = scenario.exchange(em(EmLine::wink())).lasting(24);
        scenario.signalling = wink();
        let alarm = alarm.map(|at| (at, Ticks::secs(60)));
        let faults = Faults {
            alarm,
            ..Faults::default()
        };
        scenario.trunk_faults = vec![(1, faults)];
        scenario.run()
    };
    let quiet = run(None);
    let answered = quiet.fact(|f| matches!(f, Fact::Answered(_)));
    let answered = answered.unwrap_or_else(|| panic!("no answer: {}", quiet.tale()));
    for (seconds, stands) in [(1, false), (6, true)] {
        let out = run(Some(answered + Ticks::secs(seconds)));
        let record = out.record();
        assert_eq!(record.disposition, Disposition::TrunkLost, "{}", out.tale());
        assert_eq!(record.answered_utc_ms.is_some(), stands, "{}", out.tale());
        assert_eq!(record.talk > Ticks::ZERO, stands, "{}", out.tale());
    }
}

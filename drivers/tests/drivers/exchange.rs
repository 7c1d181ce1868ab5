//! The central office: tones, registers, destinations, supervision.

use crate::bench::{Bench, assert_tones, level_at, level_dbm0, trunk, trunk_over};
use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    copper::Copper,
    exchange::{
        Exchange,
        line::{Afterwards, ExchangeLine, HangUpSignal, Incoming, Numbering},
        routes::{Destination, Routes},
    },
    script::Step,
    tone_plan::{DE, GB},
    transcript::{Event, Reached},
};
use types::{
    digits::Digits,
    edge::{Edge, PortCommand},
    tick::{Tick, Ticks},
    tone::SitKind,
};

const NUMBER: &str = "5551234567";

fn line() -> ExchangeLine {
    ExchangeLine::kewl_start()
}

/// A party that answers at once, says a tone of 1000 Hz for `talk_ms`, and hangs up.
fn short_party(talk_ms: u64) -> CalledPartyScript {
    CalledPartyScript::new(
        Answer::After(Ticks::ms(1000)),
        vec![
            Step::Say(Clip::tone(1000.0, -12.0, Ticks::ms(talk_ms))),
            Step::OnHook,
        ],
    )
}

fn called(line: ExchangeLine, destination: impl Into<Destination>) -> Bench<Exchange> {
    let mut bench = trunk(line, Routes::new().to(NUMBER, destination));
    bench.seize();
    bench.dial(NUMBER);
    bench
}

fn numbers(bench: &Bench<Exchange>) -> Vec<String> {
    bench.transcript().dialed().map(|d| d.to_string()).collect()
}

fn when(bench: &Bench<Exchange>, wanted: impl Fn(&Event) -> bool) -> Tick {
    bench.transcript().first(wanted).expect("it happened")
}

#[test]
fn off_hook_gives_dial_tone_after_its_delay() {
    let mut bench = trunk(line(), Routes::new());
    bench.run_ms(500);
    assert!(level_dbm0(&bench.heard) < -60.0);
    bench.command(PortCommand::OffHook);
    bench.run_ms(290);
    assert!(level_dbm0(bench.last_heard(250)) < -60.0);
    bench.run_ms(500);
    assert_tones(bench.last_heard(400), &[(350.0, -13.0), (440.0, -13.0)]);
}

#[test]
fn the_first_digit_removes_dial_tone() {
    let mut bench = trunk(line(), Routes::new());
    bench.seize();
    bench.dial("5");
    bench.run_ms(300);
    assert!(level_dbm0(bench.last_heard(200)) < -60.0);
}

#[test]
fn dtmf_digits_are_registered_through_default_copper() {
    let mut bench = trunk_over(line(), Routes::new(), Copper::default());
    bench.seize();
    bench.key(NUMBER, 50, -10.0, 2.0);
    assert_eq!(numbers(&bench), [NUMBER]);
}

#[test]
fn a_20_ms_digit_is_ignored() {
    let mut bench = trunk(line(), Routes::new());
    bench.seize();
    bench.key("5", 20, -8.0, 0.0);
    bench.run_ms(300);
    assert_eq!(
        bench
            .transcript()
            .count(|e| matches!(e, Event::Digit { .. })),
        0
    );
    assert_tones(bench.last_heard(250), &[(350.0, -13.0), (440.0, -13.0)]);
}

#[test]
fn loop_pulses_are_registered() {
    let mut bench = trunk(line(), Routes::new());
    bench.seize();
    bench.command(PortCommand::Pulse(Digits::parse(NUMBER).expect("digits")));
    bench.run_ms(17_000);
    assert_eq!(numbers(&bench), [NUMBER]);
    assert!(bench.edge(Edge::PulsesSent).is_some());
    assert_eq!(
        bench.transcript().count(|e| matches!(e, Event::Released)),
        0
    );
}

#[test]
fn numbering_seven_ten_eleven_operator_and_international() {
    let cases = [
        ("5551234567", false, 0),
        ("15551234567", false, 0),
        ("05551234567", false, 0),
        ("5551234", true, 0),
        ("5551234", false, 4500),
        ("0", false, 4500),
        ("911", false, 4500),
        ("011442071234567", false, 4500),
        ("01144207123456#", false, 0),
    ];
    for (digits, seven_digits, wait) in cases {
        let numbering = Numbering::NorthAmerica { seven_digits };
        let mut bench = trunk(
            ExchangeLine {
                numbering,
                ..line()
            },
            Routes::new(),
        );
        bench.seize();
        bench.dial(digits);
        let early = numbers(&bench);
        assert_eq!(early.is_empty(), wait > 0, "{digits} {early:?}");
        bench.run_ms(wait);
        assert_eq!(numbers(&bench), [digits]);
    }
}

#[test]
fn a_route_is_taken_as_soon_as_it_matches() {
    let open = ExchangeLine {
        numbering: Numbering::Open,
        ..line()
    };
    let mut bench = trunk(open, Routes::new().to("77", Destination::Busy));
    bench.seize();
    bench.dial("77");
    assert_eq!(numbers(&bench), ["77"]);
}

#[test]
fn a_shorter_route_waits_for_a_longer_one() {
    let routes = Routes::new()
        .to("0", Destination::Busy)
        .to("05551234567", Destination::Reorder);
    let mut bench = trunk(line(), routes);
    bench.seize();
    bench.dial("0");
    assert!(numbers(&bench).is_empty());
    bench.run_ms(4500);
    assert_eq!(numbers(&bench), ["0"]);
}

#[test]
fn an_unfinished_number_times_out_to_reorder() {
    let mut bench = trunk(line(), Routes::new());
    bench.seize();
    bench.dial("555");
    bench.run_ms(6000);
    when(&bench, |e| *e == Event::DialingTimedOut);
    assert!(bench.edge(Edge::BatteryLost).is_some());
}

#[test]
fn busy_sounds_as_busy() {
    let mut bench = called(line(), Destination::Busy);
    let from = when(&bench, |e| matches!(e, Event::Dialed(_))) + Ticks::ms(1200);
    bench.run_ms(3000);
    let on = bench.heard_between(from + Ticks::ms(60), from + Ticks::ms(460));
    assert_tones(on, &[(480.0, -24.0), (620.0, -24.0)]);
    let off = bench.heard_between(from + Ticks::ms(540), from + Ticks::ms(960));
    assert!(level_dbm0(off) < -60.0);
    let on = bench.heard_between(from + Ticks::ms(1060), from + Ticks::ms(1460));
    assert_tones(on, &[(480.0, -24.0), (620.0, -24.0)]);
}

#[test]
fn reorder_is_twice_as_fast() {
    let mut bench = called(line(), Destination::Reorder);
    let from = when(&bench, |e| matches!(e, Event::Dialed(_))) + Ticks::ms(1200);
    bench.run_ms(3000);
    let on = bench.heard_between(from + Ticks::ms(520), from + Ticks::ms(740));
    assert_tones(on, &[(480.0, -24.0), (620.0, -24.0)]);
    let off = bench.heard_between(from + Ticks::ms(270), from + Ticks::ms(490));
    assert!(level_dbm0(off) < -60.0);
}

#[test]
fn special_information_tones_and_what_is_said_after() {
    let clip = Clip::tone(700.0, -12.0, Ticks::ms(500));
    let mut bench = called(line(), Destination::Sit(SitKind::VacantCode, Some(clip)));
    let from = when(&bench, |e| matches!(e, Event::Dialed(_))) + Ticks::ms(1200);
    bench.run_ms(4000);
    let parts = [
        (40, 350, 985.2),
        (390, 640, 1370.6),
        (670, 1000, 1776.7),
        (1100, 1500, 700.0),
    ];
    for (begin, end, hz) in parts {
        let part = bench.heard_between(from + Ticks::ms(begin), from + Ticks::ms(end));
        assert!(
            level_at(part, hz) > -26.0,
            "{hz} Hz: {}",
            level_at(part, hz)
        );
    }
}

#[test]
fn unknown_numbers_get_vacant_code() {
    let mut bench = trunk(line(), Routes::new());
    bench.seize();
    bench.dial(NUMBER);
    bench.run_ms(2000);
    when(&bench, |e| *e == Event::Reached(Reached::Unknown));
}

#[test]
fn ring_no_answer_rings_for_ever() {
    let mut bench = called(line(), Destination::RingNoAnswer);
    let from = when(&bench, |e| matches!(e, Event::Dialed(_))) + Ticks::ms(1200);
    bench.run_ms(32_000);
    for ring in 0..5 {
        let begin = from + Ticks::secs(6 * ring);
        let on = bench.heard_between(begin + Ticks::ms(100), begin + Ticks::ms(1900));
        assert_tones(on, &[(440.0, -19.0), (480.0, -19.0)]);
        let off = bench.heard_between(begin + Ticks::ms(2100), begin + Ticks::ms(5900));
        assert!(level_dbm0(off) < -60.0);
    }
    assert!(bench.transcript().count(|e| matches!(e, Event::Rings(_))) >= 5);
}

#[test]
fn silence_is_silence() {
    let mut bench = called(line(), Destination::Silence);
    bench.run_ms(10_000);
    assert!(level_dbm0(bench.last_heard(9000)) < -60.0);
}

#[test]
fn other_countries_have_their_own_tones() {
    let mut bench = trunk(
        ExchangeLine {
            plan: &DE,
            ..line()
        },
        Routes::new(),
    );
    bench.seize();
    bench.run_ms(300);
    assert_tones(bench.last_heard(400), &[(425.0, -12.0)]);
    let british = ExchangeLine {
        plan: &GB,
        ..line()
    };
    let mut bench = called(british, Destination::Reorder);
    let from = when(&bench, |e| matches!(e, Event::Dialed(_))) + Ticks::ms(1200);
    bench.run_ms(3000);
    let on = bench.heard_between(from + Ticks::ms(30), from + Ticks::ms(370));
    assert_tones(on, &[(400.0, -16.0)]);
    let off = bench.heard_between(from + Ticks::ms(430), from + Ticks::ms(720));
    assert!(level_dbm0(off) < -60.0);
}

#[test]
fn a_party_answers_after_its_rings_and_says_hello() {
    let party = CalledPartyScript::answering(2, vec![]);
    let mut bench = called(line(), party);
    bench.run_ms(15_000);
    let ring = when(&bench, |e| *e == Event::Rings(1));
    let answer = when(&bench, |e| *e == Event::Answered);
    assert_eq!(answer.since(ring).as_ms(), 8500);
    let hello = bench.heard_between(answer + Ticks::ms(400), answer + Ticks::ms(1000));
    assert!(level_dbm0(hello) > -35.0, "{}", level_dbm0(hello));
}

#[test]
fn an_answer_may_reverse_polarity_and_a_hang_up_puts_it_back() {
    let reversing = ExchangeLine {
        answer_reversal: true,
        ..line()
    };
    let mut bench = called(reversing, short_party(2000));
    bench.run_ms(8000);
    let answer = when(&bench, |e| *e == Event::Answered);
    let gone = when(&bench, |e| *e == Event::PartyHungUp);
    assert!(
        bench
            .edge(Edge::PolarityReversed)
            .expect("reversed")
            .since(answer)
            <= Ticks::ms(10)
    );
    let back = bench.edge(Edge::PolarityNormal).expect("normal");
    assert_eq!(back.since(gone).as_ms(), 500);
}

#[test]
fn without_the_option_polarity_never_changes() {
    let mut bench = called(line(), short_party(2000));
    bench.run_ms(8000);
    assert_eq!(bench.edge(Edge::PolarityReversed), None);
}

#[test]
fn kewl_start_breaks_the_loop_after_a_hang_up() {
    let mut bench = called(line(), short_party(2000));
    bench.run_ms(8000);
    let gone = when(&bench, |e| *e == Event::PartyHungUp);
    let lost = bench.edge(Edge::BatteryLost).expect("a break");
    let back = bench.edge(Edge::BatteryBack).expect("its end");
    assert_eq!(lost.since(gone).as_ms(), 500);
    assert!((640..=660).contains(&back.since(lost).as_ms()));
}

#[test]
fn loop_start_gives_second_dial_tone_and_takes_another_number() {
    let mut bench = called(ExchangeLine::loop_start(), short_party(1000));
    bench.run_ms(16_000);
    assert_eq!(bench.edge(Edge::BatteryLost), None);
    when(&bench, |e| *e == Event::DialTone { again: true });
    assert_tones(bench.last_heard(300), &[(350.0, -13.0), (440.0, -13.0)]);
    bench.dial("5557654321");
    assert_eq!(numbers(&bench), [NUMBER, "5557654321"]);
    let after: String = bench
        .transcript()
        .digits_after_answer()
        .map(|(_, d)| d.to_string())
        .collect();
    assert_eq!(after, "5557654321");
}

#[test]
fn a_hang_up_may_bring_busy_reorder_or_nothing() {
    let cases = [
        (Afterwards::Busy, -24.0),
        (Afterwards::Reorder, -24.0),
        (Afterwards::Silence, -90.0),
    ];
    for (afterwards, level) in cases {
        let hang_up = HangUpSignal::only(afterwards, Ticks::secs(2));
        let mut bench = called(ExchangeLine { hang_up, ..line() }, short_party(1000));
        bench.run_ms(8000);
        let gone = when(&bench, |e| *e == Event::PartyHungUp);
        let on = bench.heard_between(gone + Ticks::ms(2030), gone + Ticks::ms(2230));
        assert!(
            (level_at(on, 480.0) - level).abs() < 1.5
                || level_at(on, 480.0) < -60.0 && level < -80.0
        );
        assert!(bench.edges.is_empty(), "{:?}", bench.edges);
    }
}

#[test]
fn digits_in_talk_reach_the_network_log() {
    let party = CalledPartyScript::answering(1, vec![Step::wait_ms(60_000)]);
    let mut bench = called(line(), party);
    bench.run_ms(6000);
    bench.dial("12*");
    let after: String = bench
        .transcript()
        .digits_after_answer()
        .map(|(_, d)| d.to_string())
        .collect();
    assert_eq!(after, "12*");
}

#[test]
fn a_flash_in_talk_is_logged_and_may_recall() {
    for flash_recall in [false, true] {
        let party = CalledPartyScript::answering(1, vec![]);
        let mut bench = called(
            ExchangeLine {
                flash_recall,
                ..line()
            },
            party,
        );
        bench.run_ms(6000);
        bench.command(PortCommand::OnHook);
        bench.run_ms(400);
        bench.command(PortCommand::OffHook);
        bench.run_ms(500);
        assert_eq!(bench.transcript().flashes_after_answer().count(), 1);
        let again = bench
            .transcript()
            .count(|e| *e == Event::DialTone { again: true });
        assert_eq!(again, usize::from(flash_recall));
    }
}

#[test]
fn our_on_hook_releases_and_a_new_seizure_gets_dial_tone() {
    let mut bench = called(line(), CalledPartyScript::answering(1, vec![]));
    bench.run_ms(6000);
    bench.command(PortCommand::OnHook);
    bench.run_ms(1500);
    let released = when(&bench, |e| *e == Event::Released);
    bench.seize();
    bench.run_ms(300);
    assert!(released < bench.now);
    assert_tones(bench.last_heard(250), &[(350.0, -13.0), (440.0, -13.0)]);
}

#[test]
fn a_called_party_may_hold_the_line_after_our_release() {
    let held = ExchangeLine {
        held: Ticks::secs(10),
        ..line()
    };
    let party = CalledPartyScript::answering(
        1,
        vec![Step::SayFor(
            Clip::tone(1000.0, -12.0, Ticks::secs(1)),
            Ticks::secs(60),
        )],
    );
    let mut bench = called(held, party);
    bench.run_ms(6000);
    bench.command(PortCommand::OnHook);
    bench.run_ms(2000);
    bench.seize();
    bench.run_ms(500);
    when(&bench, |e| *e == Event::HeldLine);
    assert!(level_at(bench.last_heard(300), 350.0) < -40.0);
    bench.command(PortCommand::OnHook);
    bench.run_ms(12_000);
    bench.seize();
    bench.run_ms(500);
    assert_tones(bench.last_heard(300), &[(350.0, -13.0), (440.0, -13.0)]);
}

#[test]
fn dead_and_slow_trunks() {
    let mut dead = trunk(
        ExchangeLine {
            dial_tone: None,
            ..line()
        },
        Routes::new(),
    );
    dead.seize();
    dead.run_ms(20_000);
    assert!(level_dbm0(&dead.heard) < -60.0);

    let mut unfed = trunk(
        ExchangeLine {
            battery: false,
            ..line()
        },
        Routes::new(),
    );
    unfed.run_ms(20);
    assert!(unfed.edge(Edge::BatteryLost).is_some());
    unfed.seize();
    unfed.run_ms(2000);
    assert!(level_dbm0(&unfed.heard) < -60.0);

    let dial_tone = Some(Ticks::secs(6));
    let mut slow = trunk(
        ExchangeLine {
            dial_tone,
            ..line()
        },
        Routes::new(),
    );
    slow.command(PortCommand::OffHook);
    slow.run_ms(5900);
    assert!(level_dbm0(&slow.heard) < -60.0);
    slow.run_ms(600);
    assert_tones(slow.last_heard(400), &[(350.0, -13.0), (440.0, -13.0)]);
}

#[test]
fn an_incoming_call_rings_in_its_cadence_and_seizing_it_is_glare() {
    let incoming = vec![
        Incoming {
            at: Tick(8000),
            rings: 2,
            caller: None,
        },
        Incoming {
            at: Tick(8000 * 30),
            rings: 4,
            caller: Some(Clip::tone(1000.0, -12.0, Ticks::secs(5))),
        },
    ];
    let mut bench = trunk(ExchangeLine { incoming, ..line() }, Routes::new());
    bench.run_ms(29_000);
    let rings: Vec<(Edge, u64)> = bench
        .edges
        .iter()
        .map(|e| (e.edge, Ticks(e.at.0).as_ms()))
        .collect();
    assert_eq!(
        rings,
        [
            (Edge::RingStart, 1000),
            (Edge::RingStop, 3000),
            (Edge::RingStart, 7000),
            (Edge::RingStop, 9000)
        ]
    );
    bench.run_ms(2000);
    bench.seize();
    bench.run_ms(500);
    when(&bench, |e| *e == Event::Glare);
    assert!(level_at(bench.last_heard(300), 1000.0) > -14.0);
}

#[test]
fn each_call_takes_the_routes_next_destination() {
    let routes = Routes::new()
        .to(NUMBER, Destination::Busy)
        .to(NUMBER, Destination::Reorder);
    let mut bench = trunk(line(), routes);
    for _ in 0..3 {
        bench.seize();
        bench.dial(NUMBER);
        bench.run_ms(2000);
        bench.command(PortCommand::OnHook);
        bench.run_ms(1500);
    }
    let reached: Vec<Reached> = bench
        .transcript()
        .events()
        .iter()
        .filter_map(|e| match e.event {
            Event::Reached(reached) => Some(reached),
            _ => None,
        })
        .collect();
    assert_eq!(reached, [Reached::Busy, Reached::Reorder, Reached::Reorder]);
}

#[test]
fn a_called_party_presses_keys_and_pulses() {
    let steps = vec![
        Step::wait_ms(500),
        Step::dial("1"),
        Step::wait_ms(300),
        Step::Mark("pulses"),
        Step::pulse_dial("3"),
        Step::Mark("done"),
    ];
    let party = CalledPartyScript::new(Answer::AfterRings(1), steps);
    let mut bench = called(line(), party);
    bench.run_ms(8000);
    let answer = when(&bench, |e| *e == Event::Answered);
    let key = bench.heard_between(answer + Ticks::ms(500), answer + Ticks::ms(590));
    assert!(level_at(key, 697.0) > -11.0 && level_at(key, 1209.0) > -9.0);
    let begin = bench.transcript().mark("pulses").expect("a mark");
    let end = bench.transcript().mark("done").expect("a mark");
    let clicks = bench
        .heard_between(Tick(begin.0 - 400), end)
        .windows(200)
        .filter(|w| w[..160].iter().all(|s| s.abs() < 100) && w[160].abs() >= 100)
        .filter(|w| w[160..].iter().any(|s| s.abs() > 1000))
        .count();
    assert_eq!(clicks, 6);
}

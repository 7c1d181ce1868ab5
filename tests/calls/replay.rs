//! The same scenario twice gives the same bytes; and the map of all ways between phases.

use crate::{
    bench::{self, MOTHER, PIN, RESTRICTED, Scenario, collect_call, then, two_languages, wait},
    ready::{collect, direct, picks_up, plain, quick},
};
use backoffice::Routing;
use drivers::{
    sim::{
        clip::Clip,
        exchange::{
            line::ExchangeLine,
            routes::{Destination, Routes},
        },
        script::Step,
    },
    wrap::faulty::Faults,
};
use std::{collections::BTreeSet, path::Path};
use types::{
    fact::Fact,
    query::LineCommand,
    settings::LanguageChoice,
    tick::{Tick, Ticks},
    tone::SitKind,
    verdict::Handling,
};

// ---- the same bytes

fn talked() -> Scenario {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(3)),
        Step::OnHook,
    ];
    direct(
        inmate,
        vec![
            wait(1000),
            Step::SayFor(Clip::called_talk(), Ticks::secs(9)),
        ],
    )
    .lasting(13)
}

fn with_faults() -> Scenario {
    let mut scenario = talked();
    scenario.options.late_replies = Some((300, Ticks::ms(2500)));
    let faults = Faults {
        seed: 7,
        lost_blocks: 0.02,
        late_blocks: 0.02,
        ..Faults::default()
    };
    scenario.trunk_faults = vec![(1, faults)];
    scenario
}

fn two_phones() -> Scenario {
    let out_of_step = vec![
        wait(1100),
        Step::OffHook,
        wait(300),
        Step::dial("12155550177"),
        wait(6000),
    ];
    talked()
        .and_phone(out_of_step)
        .trunks(vec![quick(), quick()])
        .to(
            "12155550177",
            picks_up(vec![Step::SayFor(Clip::called_talk(), Ticks::secs(9))]),
        )
}

fn accepted() -> Scenario {
    collect(
        vec![wait(9000), Step::OnHook],
        vec![wait(3000), Step::dial("1"), wait(9000)],
    )
    .lasting(20)
}

fn seeded(mut scenario: Scenario, seed: u64) -> String {
    scenario.seed = seed;
    scenario.run().hash
}

fn replays(scenario: fn() -> Scenario) {
    let first = seeded(scenario(), 11);
    assert_eq!(
        first,
        seeded(scenario(), 11),
        "the same seed gives the same bytes"
    );
    assert_ne!(first, seeded(scenario(), 12), "another seed gives others");
}

#[test]
fn a_talked_call_replays_to_the_byte() {
    replays(talked);
}

#[test]
fn an_accepted_call_replays_to_the_byte() {
    replays(accepted);
}

#[test]
fn a_call_with_late_replies_and_lost_audio_replays_to_the_byte() {
    replays(with_faults);
    assert_ne!(
        seeded(with_faults(), 11),
        seeded(talked(), 11),
        "the faults are real"
    );
}

#[test]
fn two_calls_at_once_replay_to_the_byte() {
    replays(two_phones);
}

#[test]
fn a_call_by_card_that_an_officer_confirms_replays_to_the_byte() {
    replays(crate::identity::both_cards);
}

#[test]
fn a_different_word_of_the_called_party_gives_other_bytes() {
    let other = direct(
        vec![
            Step::SayFor(Clip::inmate_talk(), Ticks::secs(3)),
            Step::OnHook,
        ],
        vec![
            wait(1001),
            Step::SayFor(Clip::called_talk(), Ticks::secs(9)),
        ],
    );
    assert_ne!(seeded(talked(), 11), seeded(other.lasting(13), 11));
}

// ---- the phases

const EDGES: &str = "tests/calls/phase_edges.txt";
/// Set to write the file anew.
const REWRITE: &str = "REWRITE_PHASE_EDGES";

#[test]
fn the_ways_between_phases_are_the_ones_that_were_reviewed() {
    let mut edges = BTreeSet::new();
    for scenario in all_ways() {
        let out = scenario.run();
        for (_, fact) in out.facts() {
            if let Fact::Phase { from, to } = fact {
                edges.insert(format!("{from} -> {to}\n"));
            }
        }
    }
    let seen: String = edges.into_iter().collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(EDGES);
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(&path, &seen).expect("the file of phase edges");
    }
    let reviewed = std::fs::read_to_string(&path).expect("the file of phase edges");
    assert_eq!(
        seen, reviewed,
        "if this is meant, run again with {REWRITE}=1 and review {EDGES}"
    );
}

fn all_ways() -> Vec<Scenario> {
    let mut all = before_the_number();
    all.extend(from_the_number_to_the_trunk());
    all.extend(collect_calls());
    all.extend(on_the_trunk());
    all.extend(conversations());
    all.extend(crate::identity::ways());
    all.extend(crate::responses::ways_with_a_word());
    all
}

/// Lifts and does this after dial tone.
fn lifts(steps: Vec<Step>) -> Scenario {
    bench::phone(then(vec![wait(300), Step::OffHook, wait(1500)], steps)).lasting(12)
}

fn hangs_up(ms: u64) -> [Step; 2] {
    [wait(ms), Step::OnHook]
}

fn before_the_number() -> Vec<Scenario> {
    let menu = |steps: Vec<Step>| lifts(steps).settings(two_languages(LanguageChoice::Menu));
    let late = |mut scenario: Scenario| {
        scenario.options.late_replies = Some((1000, Ticks::secs(8)));
        scenario.options.office_reply = Ticks::secs(8);
        scenario
    };
    let wrong = || Step::dial("000000");
    let pin_then = |more: Vec<Step>| lifts(then(vec![Step::dial(PIN)], more));
    vec![
        bench::phone(vec![wait(300), Step::OffHook, wait(500), Step::OnHook]).lasting(3),
        // Lifted again too soon.
        bench::phone(then(
            vec![
                Step::OffHook,
                wait(500),
                Step::OnHook,
                wait(600),
                Step::OffHook,
            ],
            hangs_up(1000),
        ))
        .lasting(5),
        bench::phone(then(vec![Step::OffHook], hangs_up(3000)))
            .settings(|s| s.in_service = false)
            .site(|seed| {
                seed.phones[0].1.in_service = false;
            })
            .lasting(5),
        lifts(hangs_up(500).into()),
        lifts(vec![]).settings(|s| (s.prompt_repeats, s.first_digit) = (1, Ticks::secs(1))),
        lifts(vec![wrong(), wait(2500)]).settings(|s| s.pin_tries = 1),
        lifts(then(vec![wrong()], hangs_up(3000))),
        late(pin_then(vec![wait(6000)])),
        late(pin_then(vec![wait(200), Step::OnHook])).lasting(6),
        pin_then(hangs_up(1500).into()),
        menu(hangs_up(300).into()),
        menu(vec![Step::dial("2"), wait(500), Step::OnHook]),
        menu(vec![])
            .settings(|s| {
                two_languages(LanguageChoice::Menu)(s);
                (s.prompt_repeats, s.first_digit) = (1, Ticks::secs(1));
            })
            .lasting(20),
        lifts(vec![])
            .settings(|s| s.dial_tone = Ticks::secs(4))
            .at(2, LineCommand::CutOff)
            .lasting(4),
        menu(vec![]).at(3, LineCommand::CutOff).lasting(5),
        lifts(vec![Step::dial(PIN), wait(3000), Step::OnHook])
            .settings(two_languages(LanguageChoice::FromPin)),
    ]
}

fn number(digits: &str, more: impl IntoIterator<Item = Step>) -> Scenario {
    let steps = vec![wait(300), Step::OffHook, wait(300), Step::dial(digits)];
    bench::phone(then(steps, more))
        .site(plain)
        .exchange(quick())
        .lasting(14)
}

fn from_the_number_to_the_trunk() -> Vec<Scenario> {
    let menu_without_pin = bench::phone(then(
        vec![Step::OffHook, wait(1500), Step::dial("1")],
        hangs_up(500),
    ))
    .site(plain)
    .settings(two_languages(LanguageChoice::Menu));
    let mut slow = number("12155550123", []);
    slow.options.office_reply = Ticks::secs(9);
    slow.options.late_replies = Some((1000, Ticks::secs(9)));
    let mut impatient = number("12155550123", hangs_up(100));
    impatient.options.late_replies = Some((1000, Ticks::secs(9)));
    let no_trunk = number("12155550123", [wait(9000)]).trunks(vec![]);
    let dead = ExchangeLine {
        dial_tone: None,
        ..quick()
    };
    vec![
        menu_without_pin,
        slow,
        impatient,
        no_trunk,
        number("12155550123", [wait(9000)]).exchange(dead),
        number(&format!("1{RESTRICTED}"), hangs_up(3000)),
        number("0", [wait(12_000)]).settings(|s| s.prompt_repeats = 1),
        number(&format!("0{MOTHER}"), hangs_up(1000)),
    ]
}

fn collect_calls() -> Vec<Scenario> {
    let at = |ms: u64| {
        collect(
            vec![wait(ms), Step::OnHook],
            vec![wait(3000), Step::dial("2")],
        )
        .lasting(18)
    };
    let silent = |name: u64| {
        let steps = vec![
            wait(300),
            Step::OffHook,
            wait(300),
            Step::dial(&format!("0{MOTHER}")),
            wait(name),
        ];
        bench::phone(steps)
            .site(plain)
            .exchange(quick())
            .lasting(30)
    };
    let slow = ExchangeLine {
        dial_tone: Some(Ticks::secs(3)),
        ..quick()
    };
    let hung_up = collect(vec![wait(12_000)], vec![wait(2000), Step::OnHook]).lasting(18);
    vec![
        at(400).exchange(slow),
        at(250),
        at(2500),
        at(5000),
        at(12_000),
        accepted(),
        hung_up,
        silent(20_000),
        collect(vec![], vec![])
            .at(5, LineCommand::CutOff)
            .lasting(8),
        collect(vec![wait(9000)], vec![])
            .at(12, LineCommand::CutOff)
            .lasting(14),
        then_pin(collect_call(PIN, MOTHER)),
        refused_for_good(vec![wait(20_000)], vec![]),
        refused_for_good(vec![wait(20_000)], vec![wait(500), Step::OnHook]),
        refused_for_good(vec![wait(12_000), Step::OnHook], vec![]),
    ]
}

/// The called party presses the key that refuses all calls, and does this.
fn refused_for_good(inmate: Vec<Step>, party: Vec<Step>) -> Scenario {
    let party = then(vec![wait(7000), Step::dial("8")], party);
    collect(inmate, party)
        .settings(|s| {
            s.block_keys.facility = Some(8);
            s.accept_wait = Ticks::secs(1);
        })
        .lasting(30)
}

fn then_pin(steps: Vec<Step>) -> Scenario {
    bench::phone(steps)
        .exchange(quick())
        .to(&format!("1{MOTHER}"), picks_up(vec![]))
        .lasting(25)
}

fn on_the_trunk() -> Vec<Scenario> {
    let to = |destination: Destination| {
        let mut scenario = number("12155550123", [wait(20_000)]).settings(|s| {
            s.max_rings = 1;
            s.trunk_silent = Ticks::secs(3);
        });
        scenario.routes = Routes::new().to("12155550123", destination);
        scenario.lasting(16)
    };
    let mut gone = number("12155550123", [wait(9000)]);
    gone.trunk_faults = vec![(
        1,
        Faults {
            gone_at: Some(Tick::ZERO + Ticks::ms(4000)),
            ..Faults::default()
        },
    )];
    let mut rings = number("12155550123", hangs_up(6000));
    rings.routes = Routes::new().to("12155550123", Destination::RingNoAnswer);
    let mut operator = number(&format!("0{MOTHER}"), hangs_up(6000));
    operator.routing = Routing {
        zero_plus: Handling::CarrierOperator,
        ..Routing::north_america()
    };
    vec![
        to(Destination::Busy),
        to(Destination::Reorder),
        to(Destination::Sit(SitKind::VacantCode, None)),
        to(Destination::RingNoAnswer),
        to(Destination::Silence),
        gone,
        rings,
        operator,
    ]
}

fn conversations() -> Vec<Scenario> {
    let far = direct(hangs_up(8000).into(), vec![wait(3000), Step::OnHook]).lasting(18);
    let limited =
        direct(vec![wait(9000)], vec![wait(30_000)]).settings(|s| s.hard_limit = Ticks::secs(3));
    let cut = direct(vec![wait(9000)], vec![wait(30_000)]).at(9, LineCommand::CutOff);
    vec![talked(), far, limited.lasting(12), cut.lasting(12)]
}

//! Calls that are not collect and that the called party must accept as well.

use crate::{
    accept::{gets_through, nothing_got_through, together},
    bench::{Outcome, then, wait},
    operator::through_the_carrier,
    ready::{asked, collect, hung_up, must_be_accepted},
    short::hears_fast_busy,
    who_answered::greeting,
};
use drivers::sim::{clip::Clip, script::Step};
use types::{
    disposition::Disposition,
    fact::{Fact, Leg},
    party_block::{BlockKeys, PartyBlock},
    prompt::Prompt,
    tick::Ticks,
    treatment::{Brand, Messages},
    verdict::{Handling, RecordingRule},
};

const BRAND: Prompt = Prompt::CarrierBrand {
    brand: Brand::IntraLata,
};

/// Hears the announcement out and presses this.
fn presses(key: &str) -> Vec<Step> {
    vec![
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(40)),
        Step::dial(key),
        wait(20_000),
    ]
}

/// However long the called party takes.
fn waits_for_fast_busy() -> Vec<Step> {
    vec![
        Step::await_fast_busy(Ticks::secs(100)),
        wait(4000),
        Step::OnHook,
    ]
}

/// What was said to the called party up to the question, in order.
fn announced(out: &Outcome) -> Vec<Prompt> {
    let said = out.facts().filter_map(|(_, fact)| match fact {
        Fact::Says {
            leg: Leg::Trunk,
            prompt,
            ..
        } => Some(*prompt),
        _ => None,
    });
    let question = |prompt: &Prompt| !matches!(prompt, Prompt::AcceptOrRefuse { .. });
    said.take_while(question).collect()
}

#[test]
fn a_call_that_is_not_collect_is_talked_after_the_called_party_accepted() {
    let out = asked(vec![wait(30_000)], presses("1")).lasting(36).run();
    let parts = [
        BRAND,
        Prompt::CallFrom,
        Prompt::RecordingNotice,
        Prompt::ThreeWayNotice,
    ];
    assert_eq!(announced(&out), parts, "{}", out.tale());
    for prompt in parts {
        assert!(!out.called_heard(prompt).is_empty(), "{prompt:?}");
    }
    let accepted = out.fact(|f| matches!(f, Fact::Accepted)).expect("a key");
    assert!(out.entered("talk").is_some_and(|talk| talk > accepted));
    let record = out.record();
    assert_eq!(record.handling, Some(Handling::Direct));
    assert_eq!(record.acceptance, Some(true));
    out.goes_on();
    // Nobody is thanked for a carrier that nobody chose, nor told twice of the recording.
    let brand = Brand::IntraLata;
    assert!(
        out.inmate_heard(Prompt::ThankYouCarrier { brand })
            .is_empty()
    );
    assert_eq!(out.called_heard(Prompt::RecordingNotice).len(), 1);
}

fn shouting(shouts: bool) -> Outcome {
    let noise = Step::SayFor(Clip::inmate_shout(), Ticks::secs(30));
    let inmate = if shouts { noise } else { wait(30_000) };
    let party = vec![wait(6000), Step::dial("1"), wait(8000)];
    asked(vec![inmate], party).lasting(28).run()
}

#[test]
fn nothing_of_the_inmate_passes_before_a_call_that_is_not_collect_is_accepted() {
    let (loud, quiet) = (shouting(true), shouting(false));
    let talk = loud
        .entered("talk")
        .unwrap_or_else(|| panic!("{}", loud.tale()));
    together(talk, &quiet);
    let tracks = (&loud.trunk().heard, &quiet.trunk().heard);
    let said = &loud.phone().emitted;
    assert!(nothing_got_through(tracks, said, talk), "{}", loud.tale());
    assert!(gets_through(tracks, said, talk), "and then it does");
}

#[test]
fn a_call_that_is_not_collect_can_be_refused_or_left_alone() {
    let out = asked(waits_for_fast_busy(), presses("2")).lasting(50).run();
    assert_eq!(
        out.record().disposition,
        Disposition::Refused,
        "{}",
        out.tale()
    );
    assert!(out.entered("talk").is_none());
    out.inmate_heard_in_order(&[Prompt::CallRefused]);

    let out = asked(waits_for_fast_busy(), vec![wait(95_000)])
        .lasting(95)
        .run();
    assert_eq!(
        out.record().disposition,
        Disposition::NotAccepted,
        "{}",
        out.tale()
    );
    assert!(out.entered("talk").is_none());
    out.inmate_heard_in_order(&[Prompt::CallNotAccepted]);
}

#[test]
fn all_calls_are_refused_by_a_key_in_one_that_is_not_collect() {
    let confirmed = [
        Step::dial("8"),
        wait(600),
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(20)),
        Step::dial("8"),
        wait(20_000),
    ];
    let hears = vec![Step::await_quiet(Ticks::ms(1200), Ticks::secs(40))];
    let out = asked(waits_for_fast_busy(), then(hears, confirmed))
        .settings(|settings| {
            settings.block_keys = BlockKeys {
                inmate: None,
                facility: Some(8),
            }
        })
        .lasting(60)
        .run();
    let record = out.record();
    assert_eq!(
        record.party_block,
        Some(PartyBlock::Facility),
        "{}",
        out.tale()
    );
}

#[test]
fn an_answering_machine_accepts_no_call_that_is_not_collect() {
    let party = greeting(Ticks::secs(7));
    let out = asked(hears_fast_busy(), party).lasting(40).run();
    out.told_then_fast_busy(Prompt::AnsweredByMachine);
    assert_eq!(out.record().disposition, Disposition::AnsweringMachine);
}

#[test]
fn a_treatment_leaves_the_carrier_and_the_third_party_out_and_nothing_else() {
    let short = Messages {
        carrier: false,
        three_way_notice: false,
    };
    let treated = |out: crate::bench::Scenario| out.treated(|t| t.messages = short).run();
    let out = treated(asked(vec![wait(30_000)], presses("1")).lasting(36));
    let rest = [Prompt::CallFrom, Prompt::RecordingNotice];
    assert_eq!(announced(&out), rest, "{}", out.tale());
    assert!(out.called_heard(Prompt::ThreeWayNotice).is_empty());
    assert!(out.entered("talk").is_some());

    // Who is to pay hears whose call it is.
    let out = treated(collect(vec![wait(30_000)], presses("1")).lasting(36));
    let brand = Brand::IntraLata;
    let rest = [Prompt::CollectCallFrom { brand }, Prompt::RecordingNotice];
    assert_eq!(announced(&out), rest, "{}", out.tale());
}

#[test]
fn who_is_asked_to_accept_a_call_that_is_not_recorded_is_told_of_no_recording() {
    for asked in [asked, collect] {
        let silent = asked(vec![wait(30_000)], presses("1")).site(|seed| {
            must_be_accepted(seed);
            seed.settings.rules.record = false;
        });
        let out = silent.lasting(36).run();
        let record = out.record();
        assert_eq!(record.recording, Some(RecordingRule::DoNotRecord));
        let told = announced(&out);
        assert!(!told.contains(&Prompt::RecordingNotice), "{told:?}");
        assert!(told.contains(&Prompt::ThreeWayNotice), "{told:?}");
        assert!(out.entered("talk").is_some(), "{}", out.tale());
    }
}

#[test]
fn an_attorney_who_must_accept_is_told_of_no_recording() {
    let out = asked(vec![wait(30_000)], presses("1"))
        .site(|seed| {
            must_be_accepted(seed);
            for (_, phone) in &mut seed.phones {
                phone.privileged = true;
            }
        })
        .lasting(36)
        .run();
    assert_eq!(announced(&out), [BRAND, Prompt::CallFrom], "{}", out.tale());
    assert!(out.entered("talk").is_some());
    assert_eq!(out.record().recording, Some(RecordingRule::Privileged));
}

#[test]
fn a_call_that_the_carriers_operator_takes_is_not_asked_here() {
    let scenario = through_the_carrier(vec![wait(1000), Step::OnHook], vec![wait(9000)]);
    let out = scenario.site(must_be_accepted).run();
    assert!(out.entered("name").is_none() && out.entered("accept").is_none());
    assert!(out.entered("talk").is_some(), "{}", out.tale());
    assert!(hung_up(&out) > out.entered("talk").expect("talk"));
}

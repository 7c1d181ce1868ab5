//! From where on a call counts, what is given back, and what two share.

use crate::{
    bench::{self, MOTHER, Outcome, STRANGER, Scenario, then, wait},
    ready::{picks_up, quick},
    registers::{and_fails, calls_a_day, endings, everybody},
    responses::calls_and_keys,
    short::{dials, hears_fast_busy, without_pin},
};
use backoffice::{FraudRule, Seed, SeedAllowance};
use drivers::sim::{
    called_party::CalledPartyScript, clip::Clip, exchange::routes::Destination, script::Step,
};
use types::{
    disposition::{Blocked, Disposition},
    fact::Fact,
    language::Language,
    prompt::Prompt,
    settings::CountsFrom,
    tick::Ticks,
};

/// Calls a busy number.
fn busy() -> Vec<Step> {
    then(
        dials(STRANGER),
        [
            Step::await_fast_busy(Ticks::secs(20)),
            Step::OnHook,
            wait(2500),
        ],
    )
}

/// Calls collect, says the name and does this.
fn collect(steps: Vec<Step>) -> Vec<Step> {
    let named = [
        Step::await_beep(Ticks::secs(20)),
        wait(200),
        Step::Say(Clip::inmate_name()),
    ];
    let calls = then(dials(&format!("0{MOTHER}")), named);
    then(then(calls, steps), [Step::OnHook, wait(2500)])
}

fn refuses() -> CalledPartyScript {
    picks_up(vec![
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(40)),
        Step::dial("2"),
        wait(20_000),
    ])
}

/// A call to a busy number, one that is refused, and one that is left to ring.
fn three_calls(counts_from: CountsFrom) -> Outcome {
    let refused = collect(vec![Step::await_fast_busy(Ticks::secs(60))]);
    let rings = then(dials(MOTHER), [wait(9000), Step::OnHook]);
    bench::phone(then(then(busy(), refused), rings))
        .exchange(quick())
        .to(STRANGER, Destination::Busy)
        .to(&format!("1{MOTHER}"), refuses())
        .to(MOTHER, Destination::RingNoAnswer)
        .site(move |seed| {
            everybody(calls_a_day(3))(seed);
            seed.settings.registers.counts_from = counts_from;
            seed.settings.registers.tell_left = true;
        })
        .lasting(95)
        .run()
}

/// How many calls the last call was told to have left, as it was heard.
fn told_left(out: &Outcome) -> Option<u32> {
    let said = out.facts().filter_map(|(at, fact)| match fact {
        Fact::Says {
            prompt: prompt @ Prompt::CallsLeft { calls },
            ..
        } => Some((at, *prompt, *calls)),
        _ => None,
    });
    let (at, prompt, calls) = said.last()?;
    let heard = out.inmate_heard(prompt);
    heard.iter().any(|m| m.at >= at).then_some(calls)
}

#[test]
fn a_call_counts_from_dialing_from_answer_or_from_acceptance() {
    let cases = [
        (CountsFrom::Dialing, 1),
        (CountsFrom::Answer, 2),
        (CountsFrom::Acceptance, 3),
    ];
    for (counts_from, calls) in cases {
        let out = three_calls(counts_from);
        let expected = [
            (Disposition::Busy, None),
            (Disposition::Refused, None),
            (Disposition::Abandoned, None),
        ];
        assert_eq!(endings(&out), expected, "{}", out.tale());
        assert_eq!(told_left(&out), Some(calls), "{}", out.tale());
    }
}

#[test]
fn a_call_that_is_given_up_while_the_called_party_is_asked_costs_none() {
    let given_up = collect(vec![wait(8000)]);
    let next = then(dials(MOTHER), [wait(5500), Step::OnHook]);
    let asked = picks_up(vec![wait(60_000)]);
    let out = bench::phone(then(given_up, next))
        .exchange(quick())
        .to(&format!("1{MOTHER}"), asked)
        .to(MOTHER, Destination::RingNoAnswer)
        .site(everybody(calls_a_day(1)))
        .lasting(50)
        .run();
    assert!(out.entered("accept").is_some(), "{}", out.tale());
    let endings: Vec<_> = out.records.iter().map(|r| r.blocked).collect();
    assert_eq!(endings, [None, None], "{}", out.tale());
    assert!(out.records[0].answered_utc_ms.is_some());
    assert_eq!(out.records[0].talk_utc_ms, None);
    assert_eq!(out.dialed().len(), 2);
}

/// One call a day to the number, whoever calls, without PIN.
fn one_call_to_the_number(seed: &mut Seed) {
    without_pin(seed);
    let of = SeedAllowance::Numbers(STRANGER.to_owned());
    seed.allowances = vec![(of, calls_a_day(1))];
}

#[test]
fn what_a_busy_call_held_is_there_for_the_phone_that_was_refused() {
    let call = |after: u64| then(vec![wait(after)], crate::short::keys(STRANGER));
    let first = then(
        call(0),
        [Step::await_fast_busy(Ticks::secs(20)), Step::OnHook],
    );
    // While the first is being dialed; and when it has been busy.
    let second = then(call(1500), hears_fast_busy());
    let second = then(second, call(9000));
    let second = then(
        second,
        [Step::await_fast_busy(Ticks::secs(20)), Step::OnHook],
    );
    let out = bench::phone(first)
        .and_phone(second)
        .trunks(vec![quick(), quick()])
        .to(STRANGER, Destination::Busy)
        .site(one_call_to_the_number)
        .lasting(60)
        .run();
    let mut told: Vec<_> = out
        .records
        .iter()
        .map(|r| (r.line.0, r.disposition, r.blocked))
        .collect();
    told.sort_by_key(|record| record.0);
    let expected = [
        (1, Disposition::Busy, None),
        (2, Disposition::Blocked, Some(Blocked::NumberUsedUp)),
        (2, Disposition::Busy, None),
    ];
    assert_eq!(told, expected, "{}", out.tale());
    let heard = |prompt| out.heard(&out.phones[1], Language::ENGLISH, prompt);
    let (refused, busy) = (heard(Prompt::NumberUsedUp), heard(Prompt::LineBusy));
    assert_eq!((refused.len(), busy.len()), (1, 1), "{}", out.tale());
    assert!(refused[0].at < busy[0].at);
}

// ---- a number that fraud blocked

/// A call with keys in it blocks the number; the next is refused, and so much later there is another.
fn blocked_for(seconds: Option<u32>, between: u64) -> Scenario {
    let fraud = then(calls_and_keys(bench::PIN, 300), [wait(2500)]);
    let number = format!("1{MOTHER}");
    let refused = and_fails(fraud, &number);
    let next = then(
        vec![wait(between)],
        then(dials(&number), [wait(6000), Step::OnHook]),
    );
    bench::phone(then(refused, next))
        .exchange(quick())
        .to(&number, picks_up(vec![wait(9000)]))
        .site(move |seed| {
            seed.settings.rules.announce_limit = false;
            seed.settings.fraud.block_seconds = seconds;
            seed.settings.fraud.extra_digits = FraudRule {
                times: Some(1),
                period_seconds: 3600,
            };
        })
}

/// Refused once, and then let through.
fn open_again(out: &Outcome) {
    let blocked: Vec<_> = out.records.iter().map(|r| r.blocked).collect();
    let expected = [None, Some(Blocked::NumberFraud), None];
    assert_eq!(blocked, expected, "{}", out.tale());
    assert_eq!(out.inmate_heard(Prompt::NumberFraud).len(), 1);
    assert_eq!(out.dialed().len(), 2, "{}", out.tale());
}

#[test]
fn a_number_that_was_blocked_for_fraud_is_called_again_when_its_time_is_over() {
    open_again(&blocked_for(Some(60), 50_000).lasting(100).run());
}

#[test]
fn a_number_that_was_blocked_for_fraud_is_called_again_when_an_officer_lifts_the_block() {
    let lifted = |office: &mut backoffice::BackOffice, now| {
        let lifted = office.lift_number_block(now, "warden", MOTHER);
        assert!(lifted.expect("changes"), "it was blocked");
    };
    let scenario = blocked_for(None, 8000).lasting(55);
    open_again(&scenario.administered(35, lifted).run());
}

//! `decide` against the rules told once more, over random sites.

mod model;
mod registers;

use model::{Answer, answer};
use proptest::test_runner::TestCaseError;
use screening::{Decision, LimitedBy};
use sites::{
    decided, runner,
    site::{self, Ask, Site},
};
use std::{cell::RefCell, collections::BTreeMap, fmt::Debug};
use types::tick::Ticks;

/// The first thing that `decide` says and the model does not.
fn difference(decision: &Decision, told: &Answer) -> Option<String> {
    let steps: Vec<_> = decision
        .trace
        .iter()
        .map(|s| (s.check, s.finding))
        .collect();
    let number = decision
        .number
        .map(|n| (n.number.to_string(), n.pattern, n.call_type));
    let who = decision.inmate.map(|inmate| inmate.0);
    differs("steps", &steps, &told.steps)
        .or_else(|| differs("inmate", &who, &told.inmate))
        .or_else(|| differs("number", &number, &told.number))
        .or_else(|| differs("watched", &decision.watched, &told.watched))
        .or_else(|| differs("opens", &decision.opens_utc_ms, &told.opens))
        .or_else(|| match (&decision.outcome, &told.outcome) {
            (Err(why), Err(any)) if any.contains(&why.blocked) => {
                let prompt = format!("{:?}", why.prompt);
                differs("prompt", &prompt, &model::said(why.blocked))
            }
            (Ok(allowed), Ok((call, way))) => {
                of_way(allowed, way).or_else(|| of_call(decision, allowed, call))
            }
            (got, wanted) => Some(format!("decided {got:?}, told {wanted:?}")),
        })
}

fn of_way(allowed: &screening::Allowed, way: &model::Way) -> Option<String> {
    let routes = allowed.routes.iter().map(|route| {
        let group = route.group.map(|group| group.0);
        (route.number, group, route.outpulse.to_string())
    });
    let got = (
        allowed.handling,
        allowed.acceptance,
        routes.collect::<Vec<_>>(),
    );
    let wanted = (way.handling, way.acceptance, way.ways.clone());
    differs("way", &got, &wanted)
}

fn of_call(
    decision: &Decision,
    allowed: &screening::Allowed,
    call: &model::Call,
) -> Option<String> {
    let ms = |ticks: Ticks| i64::try_from(ticks.as_ms()).expect("is small");
    let by = decision.limited_by;
    let is_smallest = match by {
        Some(by) => call.limited_by.contains(&by),
        None => call.limited_by.is_empty(),
    };
    let treatment = allowed.treatment;
    let every = |ticks: Option<Ticks>| ticks.map_or(0, |ticks| ticks.0);
    let announced = treatment.announcements;
    let left = registers::Left {
        calls: allowed.room.calls.map(i64::from),
        talk_ms: allowed.room.talk.map(ms),
    };
    let got = (
        allowed.limit.map(ms),
        allowed.open_for.map_or(site::FOREVER, ms),
        (allowed.recording, treatment.number, treatment.three_way),
        (
            treatment.extra_digits,
            treatment.brand,
            allowed.warnings.two_minutes,
            allowed.warnings.one_minute,
        ),
        (
            every(announced.origin_every),
            every(announced.remaining_every),
        ),
        (allowed.announce_limit, allowed.counts, left),
        (
            treatment.messages.carrier,
            treatment.messages.three_way_notice,
            treatment.word_before_cut,
        ),
    );
    let wanted = (
        call.limit_ms,
        call.open_ms,
        (call.recording, call.treatment, call.three_way),
        (
            call.extra_digits,
            call.brand,
            call.warned_at(120_000),
            call.warned_at(60_000),
        ),
        (call.origin_every, call.remaining_every),
        (call.announce_limit, call.counts, call.left),
        (call.says_carrier, call.says_three_way, call.word_before_cut),
    );
    differs("call", &got, &wanted).or_else(|| match is_smallest {
        true => None,
        false => Some(format!("limited by {by:?}, told {:?}", call.limited_by)),
    })
}

fn differs<T: PartialEq + Debug>(what: &str, got: &T, wanted: &T) -> Option<String> {
    (got != wanted).then(|| format!("{what}: decided {got:?}, told {wanted:?}"))
}

/// What can be found, decided and told is met at least one time in so many.
const SELDOM: u32 = 20_000;

#[test]
fn any_call_at_any_site_is_decided_as_the_rules_are_told() {
    let met = RefCell::new(Met::default());
    let mut runner = runner(file!(), 100_000);
    let ran = runner.run(&sites::cases(), |(site, ask)| {
        let decision = decided(&site, &ask);
        if let Some(why) = difference(&decision, &answer(&site, &ask)) {
            return Err(TestCaseError::fail(why));
        }
        met.borrow_mut().count(&decision);
        Ok(())
    });
    if let Err(failed) = ran {
        panic!("{failed}");
    }
    let least = runner.config().cases / SELDOM;
    assert_eq!(met.into_inner().amiss(least), Vec::<String>::new());
}

/// How often things were met.
#[derive(Default)]
struct Met(BTreeMap<String, u32>);

impl Met {
    fn count(&mut self, decision: &Decision) {
        for step in &decision.trace {
            self.one(&format!("{:?}", step.check), step.finding);
        }
        match &decision.outcome {
            Err(why) => self.one("refused", why.blocked),
            Ok(allowed) => {
                match decision.limited_by {
                    Some(LimitedBy::Class { of_pin, day, .. }) => {
                        self.one("class of PIN", of_pin);
                        self.one("day", day);
                    }
                    by => self.one("limit", by),
                }
                self.one("handling", allowed.handling);
                self.one("acceptance", allowed.acceptance);
                self.one("recording", allowed.recording);
                self.one("counts", allowed.counts);
                self.one("three-way", allowed.treatment.three_way);
            }
        }
    }

    fn one(&mut self, what: &str, said: impl Debug) {
        *self.0.entry(format!("{what}: {said:?}")).or_default() += 1;
    }

    /// What was met less often, and what nobody expected to be met.
    fn amiss(&self, least: u32) -> Vec<String> {
        let expected: Vec<&str> = include_str!("met.txt").lines().collect();
        let times = |name: &str| self.0.get(name).copied().unwrap_or(0);
        let seldom = expected.iter().filter(|name| times(name) < least);
        let seldom = seldom.map(|name| format!("{name}: {} times", times(name)));
        let met = self
            .0
            .keys()
            .filter(|name| !expected.contains(&name.as_str()));
        seldom.chain(met.cloned()).collect()
    }
}

#[test]
fn the_same_question_has_the_same_answer() {
    holds_for_a_few(|site, ask| decided(site, ask) == decided(site, ask));
}

#[test]
fn one_restricted_entry_more_lets_nothing_through_that_was_refused() {
    holds_for_a_few(|site, ask| {
        let before = decided(site, ask);
        let entries = site.records.iter().map(|row| row.pattern);
        entries.chain(["*", "2155550123", "+44207*"]).all(|entry| {
            let mut more = site.clone();
            more.restricted.push(entry);
            before.outcome.is_ok() || decided(&more, ask).outcome.is_err()
        })
    });
}

#[test]
fn more_minutes_never_make_a_call_shorter() {
    holds_for_a_few(|site, ask| {
        let mut more = site.clone();
        for limits in &mut more.allowances {
            limits.minutes = limits.minutes.map(|minutes| minutes.map(|m| m + 5));
        }
        let (before, after) = (decided(site, ask).outcome, decided(&more, ask).outcome);
        match (before, after) {
            (Err(_), _) => true,
            (Ok(before), Ok(after)) => {
                after.limit.is_none() || before.limit.is_some_and(|l| Some(l) <= after.limit)
            }
            (Ok(_), Err(_)) => false,
        }
    });
}

fn holds_for_a_few(holds: impl Fn(&Site, &Ask) -> bool) {
    let mut runner = runner(file!(), 20_000);
    let ran = runner.run(&sites::cases(), |(site, ask)| match holds(&site, &ask) {
        true => Ok(()),
        false => Err(TestCaseError::fail("it does not hold")),
    });
    if let Err(failed) = ran {
        panic!("{failed}");
    }
}

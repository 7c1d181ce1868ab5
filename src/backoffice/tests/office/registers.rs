//! Lockout registers: what is reserved, counted and given back, and what an administrator does.

use crate::bench::{Bench, DOE, NOON_ISH, ONE, OPEN_PHONE, ROE, TWO, bench, bench_with, completed};
use backoffice::{
    Alert, Allowance, AllowanceOf, AllowedFlags, Asking, Error, FrequentTally, InmateClassDetails,
    InmateProfile, Often, Period, RegisterOf, RegisterState, Used,
};
use types::{
    call_record::{CallEnd, Noticed},
    disposition::{Blocked, Disposition, EndedBy},
    id::{CallId, InmateId, LineId, TrunkId},
    inmate::InmateClass,
    phone_number::PhoneNumber,
    query::{Query, Reply},
    settings::CountsFrom,
    tick::{Tick, Ticks},
    verdict::{Check, Finding, Permit},
};

const DIALED: &str = "02155550123";
const OTHER: &str = "02155550199";
const DOES: RegisterOf = RegisterOf::Inmate(InmateId(1));
const MINUTE: Ticks = Ticks::secs(60);

fn number() -> PhoneNumber {
    PhoneNumber::national("2155550123").expect("a number")
}

fn calls_a_day(calls: u32) -> Allowance {
    let mut allowance = Allowance::default();
    allowance.calls.day = Some(calls);
    allowance
}

fn minutes_a_day(minutes: u32) -> Allowance {
    let mut allowance = Allowance::default();
    allowance.minutes.day = Some(minutes);
    allowance
}

fn allow(bench: &mut Bench, of: &AllowanceOf, allowance: &Allowance) {
    let set = bench
        .office
        .set_allowance(bench.now, "warden", of, Some(allowance));
    set.expect("is set");
}

fn everybody(allowance: &Allowance) -> Bench {
    let mut bench = bench();
    allow(&mut bench, &AllowanceOf::Everybody, allowance);
    bench
}

/// The wall clock is so now (RFC 3339).
fn at(bench: &mut Bench, utc: &str) {
    let utc: jiff::Timestamp = utc.parse().expect("an instant");
    bench.office.anchor(bench.now, utc.as_millisecond());
}

fn state(bench: &Bench, of: RegisterOf) -> RegisterState {
    bench.office.register(bench.now, of).expect("reads")
}

fn used_today(bench: &Bench, of: RegisterOf) -> Used {
    state(bench, of).used.day
}

/// The end of a call that was answered after ten seconds and then talked for so long.
fn talked(call: CallId, off_hook_at: Tick, talk: Ticks) -> CallEnd {
    let from = off_hook_at + Ticks::secs(10);
    CallEnd {
        call: Some(call),
        trunk: Some(TrunkId(1)),
        answered_at: Some(from),
        talk_from: Some(from),
        ..CallEnd::bare(
            off_hook_at,
            from + talk,
            Disposition::Completed,
            EndedBy::Inmate,
        )
    }
}

/// The end of a call that nobody answered.
fn busy(call: CallId, off_hook_at: Tick) -> CallEnd {
    let ended_at = off_hook_at + Ticks::secs(20);
    CallEnd {
        call: Some(call),
        trunk: Some(TrunkId(1)),
        ..CallEnd::bare(off_hook_at, ended_at, Disposition::Busy, EndedBy::Network)
    }
}

/// A call from admission to end.
fn whole_call(bench: &mut Bench, line: LineId, pin: Option<&str>, dialed: &str, talk: Ticks) {
    let start = bench.now;
    let permit = bench.permitted(line, pin, dialed);
    bench.now = start + Ticks::secs(10) + talk;
    bench.end(line, talked(permit.call, start, talk));
}

fn seen_talking(bench: &mut Bench, line: LineId, permit: &Permit, from: Tick) {
    let (call, at) = (permit.call, bench.now);
    let query = Query::Seen {
        call,
        at,
        answered_at: Some(from),
        talk_from: Some(from),
        noticed: Noticed::default(),
    };
    assert!(bench.ask(line, query).is_none());
}

#[test]
fn the_calls_of_a_day_are_counted_and_one_more_is_refused_until_midnight() {
    let mut bench = everybody(&calls_a_day(2));
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    whole_call(&mut bench, TWO, Some(DOE), OTHER, MINUTE);
    let verdict = bench.dial(ONE, Some(DOE), DIALED);
    let refusal = verdict.outcome.expect_err("a third");
    assert_eq!(refusal.blocked, Blocked::CallsUsedUp);
    let last = verdict.trace.iter().last().expect("a trace");
    assert_eq!(
        (last.check, last.finding),
        (Check::InmateRegister, Finding::UsedUp)
    );
    // 9:32:20 in New York.
    let left = Ticks::secs(14 * 3600 + 27 * 60 + 40);
    assert_eq!(refusal.again_in, Some(left));
    bench.permitted(TWO, Some(ROE), DIALED);
    bench.now += left;
    bench.permitted(ONE, Some(DOE), DIALED);
}

#[test]
fn a_call_that_is_not_accepted_gives_its_place_back() {
    let mut bench = everybody(&calls_a_day(1));
    for _ in 0..3 {
        let start = bench.now;
        let permit = bench.permitted(ONE, Some(DOE), DIALED);
        assert_eq!(used_today(&bench, DOES).calls, 1, "reserved");
        bench.wait(20);
        bench.end(ONE, busy(permit.call, start));
        assert_eq!(used_today(&bench, DOES), Used::default());
    }
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
}

#[test]
fn a_call_lasts_no_longer_than_the_minutes_that_are_left() {
    let mut bench = everybody(&minutes_a_day(12));
    // The class allows ten minutes.
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), DIALED);
    assert_eq!(permit.limit, Some(Ticks::secs(600)));
    assert_eq!(used_today(&bench, DOES).ticks, 600 * 8000);
    bench.wait(430);
    bench.end(ONE, talked(permit.call, start, Ticks::secs(420)));
    assert_eq!(used_today(&bench, DOES).ticks, 420 * 8000);
    let permit = bench.permitted(ONE, Some(DOE), DIALED);
    assert_eq!(permit.limit, Some(Ticks::secs(300)));
    let start = bench.now;
    bench.wait(310);
    bench.end(ONE, talked(permit.call, start, Ticks::secs(250)));
    // Fifty seconds are left: no call.
    assert_eq!(
        bench.refused(ONE, Some(DOE), DIALED),
        Blocked::MinutesUsedUp
    );
}

#[test]
fn two_lines_that_ask_at_once_get_no_call_too_many() {
    let limit = |bench: &mut Bench, allowance: &Allowance| {
        let of = AllowanceOf::Numbers("215555*".to_owned());
        allow(bench, &of, allowance);
    };
    let mut bench = bench();
    limit(&mut bench, &calls_a_day(1));
    let (start, dialed) = (bench.now, DIALED);
    let ask = |pin| crate::bench::admission(Some(pin), dialed, start);
    let answers = bench.batch(vec![(ONE, ask(DOE)), (TWO, ask(ROE))]);
    let outcomes = answers
        .into_iter()
        .map(|(_, answered)| match answered.reply {
            Reply::Admitted(verdict) => verdict.outcome,
            other => panic!("no verdict: {other:?}"),
        });
    let outcomes: Vec<_> = outcomes.collect();
    let first = outcomes[0].expect("the first");
    let refused = outcomes[1].expect_err("the second");
    assert_eq!(refused.blocked, Blocked::NumberUsedUp);
    bench.wait(20);
    bench.end(ONE, busy(first.call, start));
    bench.permitted(TWO, Some(ROE), DIALED);
}

#[test]
fn a_number_has_a_register_of_all_its_callers_and_other_numbers_have_their_own() {
    let mut bench = bench();
    let of = AllowanceOf::Numbers("215555*".to_owned());
    allow(&mut bench, &of, &calls_a_day(2));
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    whole_call(&mut bench, OPEN_PHONE, None, DIALED, MINUTE);
    let verdict = bench.dial(TWO, Some(ROE), DIALED);
    assert_eq!(
        verdict.outcome.expect_err("a third").blocked,
        Blocked::NumberUsedUp
    );
    let last = verdict.trace.iter().last().expect("a trace");
    assert_eq!(
        (last.check, last.finding),
        (Check::NumberRegister, Finding::UsedUp)
    );
    bench.permitted(TWO, Some(ROE), OTHER);
    // The most specific pattern counts.
    allow(
        &mut bench,
        &AllowanceOf::Numbers("2155550123".to_owned()),
        &calls_a_day(3),
    );
    bench.permitted(OPEN_PHONE, None, DIALED);
}

#[test]
fn digits_after_the_last_of_a_limited_number_abroad_are_no_way_round_its_register() {
    let mut bench = bench();
    let of = AllowanceOf::Numbers("+442079460000".to_owned());
    allow(&mut bench, &of, &calls_a_day(1));
    whole_call(&mut bench, ONE, Some(DOE), "0114420794600007", MINUTE);
    assert_eq!(
        bench.refused(ONE, Some(DOE), "011442079460000"),
        Blocked::NumberUsedUp
    );
    assert_eq!(
        bench.refused(ONE, Some(DOE), "0114420794600009"),
        Blocked::NumberUsedUp
    );
}

#[test]
fn calls_by_a_code_count_for_the_number_that_it_stands_for() {
    let of = AllowanceOf::Numbers("2155550123".to_owned());
    for (first, then) in [("07", "02155550123"), ("12155550123", "07")] {
        let mut bench = bench_with(|config| {
            config.seed.speed_dials = vec![(7, "2155550123".to_owned())];
        });
        allow(&mut bench, &of, &calls_a_day(1));
        whole_call(&mut bench, ONE, Some(DOE), first, MINUTE);
        for dialed in [first, then] {
            let refused = bench.refused(TWO, Some(ROE), dialed);
            assert_eq!(refused, Blocked::NumberUsedUp, "{dialed}");
        }
    }
}

#[test]
fn calls_to_one_number_abroad_leave_others_that_begin_as_it_does_their_own_registers() {
    let mut bench = bench();
    let of = AllowanceOf::Numbers("+44*".to_owned());
    allow(&mut bench, &of, &calls_a_day(1));
    whole_call(&mut bench, ONE, Some(DOE), "011442079460000", MINUTE);
    whole_call(&mut bench, ONE, Some(DOE), "011442079460001", MINUTE);
    whole_call(&mut bench, ONE, Some(DOE), "011442079461111", MINUTE);
    // With digits after it that is still the number which was talked with.
    for dialed in ["011442079460000", "0114420794600007"] {
        let refused = bench.refused(ONE, Some(DOE), dialed);
        assert_eq!(refused, Blocked::NumberUsedUp, "{dialed}");
    }
}

#[test]
fn an_inmate_s_own_allowance_is_in_place_of_everybody_s() {
    let mut bench = everybody(&calls_a_day(0));
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
    let does = AllowanceOf::Inmate(InmateId(1));
    allow(&mut bench, &does, &Allowance::default());
    bench.permitted(ONE, Some(DOE), DIALED);
    assert_eq!(bench.refused(TWO, Some(ROE), DIALED), Blocked::CallsUsedUp);
    let taken = bench.office.set_allowance(bench.now, "warden", &does, None);
    taken.expect("is taken back");
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
}

/// Doe and Roe are in classes 1 and 2.
fn two_classes(allowance: &Allowance) -> Bench {
    let mut bench = everybody(allowance);
    for number in [1, 2] {
        let class = InmateClass::new(number).expect("a class");
        let details = InmateClassDetails {
            name: format!("class {number}"),
            longest_seconds: None,
            booked_only: false,
        };
        let profile = InmateProfile {
            class: Some(class),
            ..InmateProfile::default()
        };
        let (office, now) = (&mut bench.office, bench.now);
        let set = office.set_inmate_class(now, "warden", class, &details);
        set.expect("is set");
        let inmate = InmateId(u32::from(number));
        let set = office.set_profile(now, "warden", inmate, &profile);
        set.expect("is set");
    }
    bench
}

#[test]
fn an_inmate_has_the_allowance_of_the_own_class_else_everybody_s_and_the_own_before_both() {
    let mut bench = two_classes(&calls_a_day(5));
    let class = AllowanceOf::Class(InmateClass::new(1).expect("a class"));
    let does = AllowanceOf::Inmate(InmateId(1));
    let whose = |bench: &Bench, inmate| {
        let state = state(bench, RegisterOf::Inmate(InmateId(inmate)));
        (state.allowance_of, state.calls_left.day)
    };
    let everybody = Some(AllowanceOf::Everybody);
    assert_eq!(whose(&bench, 1), (everybody.clone(), Some(5)));
    allow(&mut bench, &class, &calls_a_day(1));
    assert_eq!(whose(&bench, 1), (Some(class.clone()), Some(1)));
    assert_eq!(
        whose(&bench, 2),
        (everybody.clone(), Some(5)),
        "another class"
    );
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
    whole_call(&mut bench, ONE, Some(ROE), DIALED, MINUTE);
    allow(&mut bench, &does, &calls_a_day(3));
    assert_eq!(whose(&bench, 1), (Some(does.clone()), Some(2)));
    // Without any limit is an allowance too: everybody's is not fallen back to.
    for of in [&does, &class] {
        allow(&mut bench, of, &Allowance::default());
        assert_eq!(whose(&bench, 1), (None, None), "{of:?}");
        let taken = bench.office.set_allowance(bench.now, "warden", of, None);
        taken.expect("is taken back");
    }
    assert_eq!(whose(&bench, 1), (everybody, Some(4)));
}

#[test]
fn the_allowance_of_a_class_is_journaled_and_a_class_that_is_not_there_has_none() {
    let mut bench = two_classes(&Allowance::default());
    let class = |number| AllowanceOf::Class(InmateClass::new(number).expect("a class"));
    allow(&mut bench, &class(2), &calls_a_day(4));
    let all = bench.office.journal(0, usize::MAX).expect("reads");
    let last = all.last().expect("an entry");
    assert_eq!(
        (last.noun.as_str(), last.subject.as_str()),
        ("allowance", "inmate class 2")
    );
    assert!(last.change.starts_with("4/any/any calls"), "{last:?}");
    let (office, now) = (&mut bench.office, bench.now);
    let set = office.set_allowance(now, "warden", &class(9), Some(&calls_a_day(1)));
    assert!(matches!(set, Err(Error::UnknownClass(9))), "{set:?}");
}

#[test]
fn the_next_call_waits_from_the_end_of_the_last_one() {
    let allowance = Allowance {
        between_seconds: Some(600),
        ..Allowance::default()
    };
    let mut bench = everybody(&allowance);
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), DIALED);
    bench.wait(20);
    bench.end(ONE, busy(permit.call, start));
    // One that does not count makes nobody wait.
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    bench.wait(590);
    let verdict = bench.dial(ONE, Some(DOE), DIALED);
    let refusal = verdict.outcome.expect_err("too soon");
    assert_eq!(refusal.blocked, Blocked::TooSoon);
    assert_eq!(refusal.again_in, Some(Ticks::secs(10)));
    bench.wait(10);
    bench.permitted(ONE, Some(DOE), DIALED);
}

#[test]
fn an_attorney_s_calls_count_nowhere_and_are_never_refused_for_it() {
    let privileged = AllowedFlags {
        privileged: true,
        ..AllowedFlags::default()
    };
    let mut bench = bench_with(|config| {
        config.seed.allowed = vec![("2155550123".to_owned(), privileged.clone())];
    });
    allow(&mut bench, &AllowanceOf::Everybody, &calls_a_day(0));
    let of = AllowanceOf::Numbers("2155550123".to_owned());
    allow(&mut bench, &of, &calls_a_day(0));
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    assert_eq!(used_today(&bench, DOES), Used::default());
    assert_eq!(
        used_today(&bench, RegisterOf::Number(number())),
        Used::default()
    );
    assert_eq!(bench.refused(ONE, Some(DOE), OTHER), Blocked::CallsUsedUp);
}

#[test]
fn a_call_without_limit_counts_as_a_call_and_uses_no_minutes() {
    let untimed = AllowedFlags {
        untimed: true,
        ..AllowedFlags::default()
    };
    let mut bench = bench_with(|config| {
        config.seed.allowed = vec![("2155550123".to_owned(), untimed.clone())];
    });
    let mut allowance = minutes_a_day(10);
    allowance.calls.day = Some(2);
    allow(&mut bench, &AllowanceOf::Everybody, &allowance);
    whole_call(&mut bench, ONE, Some(DOE), DIALED, Ticks::secs(3600));
    let used = used_today(&bench, DOES);
    assert_eq!((used.calls, used.ticks), (1, 0));
    let permit = bench.permitted(ONE, Some(DOE), OTHER);
    assert_eq!(permit.limit, Some(Ticks::secs(600)));
    let start = bench.now;
    bench.wait(700);
    bench.end(ONE, talked(permit.call, start, Ticks::secs(600)));
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
}

#[test]
fn a_site_may_count_from_dialing_or_from_answer() {
    for (rule, unanswered, unaccepted) in [
        (CountsFrom::Dialing, 1, 1),
        (CountsFrom::Answer, 0, 1),
        (CountsFrom::Acceptance, 0, 0),
    ] {
        let mut bench = bench_with(|config| config.seed.settings.registers.counts_from = rule);
        let calls = |bench: &Bench| used_today(bench, DOES).calls;
        // No trunk was taken for it.
        let start = bench.now;
        let permit = bench.permitted(ONE, Some(DOE), DIALED);
        let mut end = busy(permit.call, start);
        end.trunk = None;
        end.disposition = Disposition::Abandoned;
        bench.end(ONE, end);
        assert_eq!(calls(&bench), 0, "{rule:?}");
        let permit = bench.permitted(ONE, Some(DOE), DIALED);
        bench.end(ONE, busy(permit.call, start));
        assert_eq!(calls(&bench), unanswered, "{rule:?}");
        let permit = bench.permitted(ONE, Some(DOE), DIALED);
        let mut end = busy(permit.call, start);
        end.answered_at = Some(start + Ticks::secs(9));
        end.disposition = Disposition::Refused;
        bench.end(ONE, end);
        assert_eq!(calls(&bench), unanswered + unaccepted, "{rule:?}");
    }
}

#[test]
fn a_call_over_midnight_belongs_to_the_day_on_which_it_was_accepted() {
    let mut bench = everybody(&calls_a_day(1));
    // Half a minute to midnight in New York.
    at(&mut bench, "2026-11-25T04:59:30Z");
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), DIALED);
    bench.wait(25);
    seen_talking(&mut bench, ONE, &permit, start + Ticks::secs(20));
    bench.wait(60);
    // The new day has all its calls, though this one goes on.
    assert_eq!(used_today(&bench, DOES), Used::default());
    bench.end(ONE, talked(permit.call, start, Ticks::secs(75)));
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
}

#[test]
fn a_call_that_is_not_accepted_at_midnight_holds_a_place_of_the_new_day() {
    let mut bench = bench();
    let of = AllowanceOf::Numbers("2155550123".to_owned());
    allow(&mut bench, &of, &calls_a_day(1));
    at(&mut bench, "2026-11-25T04:59:50Z");
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), DIALED);
    bench.wait(20);
    assert_eq!(bench.refused(TWO, Some(ROE), DIALED), Blocked::NumberUsedUp);
    let mut end = talked(permit.call, start, MINUTE);
    end.answered_at = Some(start + Ticks::secs(25));
    end.talk_from = end.answered_at;
    bench.wait(60);
    bench.end(ONE, end);
    assert_eq!(bench.refused(TWO, Some(ROE), DIALED), Blocked::NumberUsedUp);
}

#[test]
fn a_day_on_which_the_clock_is_changed_has_an_hour_less_or_more() {
    for (first, last, next) in [
        // In spring the day begins at 05:00 UTC and ends at 04:00.
        (
            "2026-03-08T05:00:00Z",
            "2026-03-09T03:59:00Z",
            "2026-03-09T04:00:00Z",
        ),
        // In autumn it begins at 04:00 and ends at 05:00.
        (
            "2026-11-01T04:00:00Z",
            "2026-11-02T04:59:00Z",
            "2026-11-02T05:00:00Z",
        ),
    ] {
        let mut bench = everybody(&calls_a_day(1));
        at(&mut bench, first);
        whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
        at(&mut bench, last);
        assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
        at(&mut bench, next);
        bench.permitted(ONE, Some(DOE), DIALED);
    }
}

#[test]
fn weeks_and_months_end_where_the_calendar_says() {
    let mut allowance = Allowance::default();
    allowance.calls.week = Some(1);
    for (week_start, last, next) in [
        // A Saturday, and Sunday's midnight in New York; a Sunday, and Monday's.
        (6, "2026-02-28T23:00:00Z", "2026-03-01T05:00:00Z"),
        (0, "2026-03-01T23:00:00Z", "2026-03-02T05:00:00Z"),
    ] {
        let mut bench = bench_with(|config| config.seed.settings.registers.week_start = week_start);
        allow(&mut bench, &AllowanceOf::Everybody, &allowance);
        at(&mut bench, "2026-02-24T15:00:00Z");
        whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
        at(&mut bench, last);
        assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
        at(&mut bench, next);
        bench.permitted(ONE, Some(DOE), DIALED);
    }
    let mut allowance = Allowance::default();
    allowance.calls.month = Some(1);
    let mut bench = everybody(&allowance);
    at(&mut bench, "2026-02-01T05:00:00Z");
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    at(&mut bench, "2026-03-01T04:59:59Z");
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
    at(&mut bench, "2026-03-01T05:00:00Z");
    bench.permitted(ONE, Some(DOE), DIALED);
}

#[test]
fn rolling_registers_go_by_the_hours_since() {
    let mut bench = bench_with(|config| config.seed.settings.registers.rolling = true);
    allow(&mut bench, &AllowanceOf::Everybody, &calls_a_day(1));
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    // It counted from its acceptance on, sixty seconds ago.
    bench.wait(24 * 3600 - 61);
    let verdict = bench.dial(ONE, Some(DOE), DIALED);
    let refusal = verdict.outcome.expect_err("a second too early");
    assert_eq!(refusal.blocked, Blocked::CallsUsedUp);
    assert_eq!(refusal.again_in, Some(Ticks::secs(1)));
    bench.wait(1);
    bench.permitted(ONE, Some(DOE), DIALED);
}

#[test]
fn an_administrator_gives_takes_and_forgets_and_the_journal_says_so() {
    let mut bench = everybody(&calls_a_day(1));
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
    let adjust = |bench: &mut Bench, calls, seconds| {
        let now = bench.now;
        bench
            .office
            .adjust_register(now, "warden", DOES, calls, seconds, "good behavior")
    };
    adjust(&mut bench, 1, 0).expect("gives");
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
    let reset = bench.office.reset_register(bench.now, "warden", DOES);
    reset.expect("forgets");
    assert_eq!(used_today(&bench, DOES), Used::default());
    adjust(&mut bench, -1, 0).expect("takes");
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
    adjust(&mut bench, 0, 0).expect_err("is nothing");
    let stranger = RegisterOf::Inmate(InmateId(99));
    let unknown = bench.office.reset_register(bench.now, "warden", stranger);
    unknown.expect_err("nobody");
    let journal = bench.office.journal(0, 1000).expect("reads");
    let said: Vec<_> = journal.iter().filter(|e| e.noun == "register").collect();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].change.contains("given 1 call, 0 s: good behavior"));
    assert_eq!(said[1].change, "reset: 1 call, 120 s forgotten");
    assert_eq!(said[2].subject, "inmate 1");
}

#[test]
fn a_reset_leaves_what_an_open_call_holds() {
    let mut bench = everybody(&calls_a_day(1));
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), DIALED);
    bench.wait(20);
    seen_talking(&mut bench, ONE, &permit, start + Ticks::secs(10));
    let reset = bench.office.reset_register(bench.now, "warden", DOES);
    reset.expect("forgets");
    assert_eq!(used_today(&bench, DOES).calls, 1);
    bench.wait(50);
    bench.end(ONE, talked(permit.call, start, MINUTE));
    assert_eq!(used_today(&bench, DOES).calls, 1);
}

#[test]
fn an_officer_sees_what_is_used_left_and_when_it_opens() {
    let mut allowance = minutes_a_day(30);
    allowance.calls.week = Some(4);
    let mut bench = everybody(&allowance);
    whole_call(&mut bench, ONE, Some(DOE), DIALED, Ticks::secs(300));
    let seen = state(&bench, DOES);
    assert_eq!(seen.allowance, allowance);
    assert_eq!(seen.used.month.calls, 1);
    assert_eq!(seen.calls_left.week, Some(3));
    assert_eq!(seen.calls_left.day, None);
    assert_eq!(seen.talk_left.day, Some(Ticks::secs(1500)));
    assert_eq!(seen.last_ended_utc_ms, Some(NOON_ISH + 310_000));
    assert_eq!(seen.opens_utc_ms, Some(NOON_ISH + 310_000));
    // Midnight in New York.
    let now = bench.now;
    let taken = bench
        .office
        .adjust_register(now, "warden", DOES, 0, -1500, "given");
    taken.expect("takes");
    let midnight = "2026-11-25T05:00:00Z".parse::<jiff::Timestamp>();
    let midnight = midnight.expect("an instant").as_millisecond();
    assert_eq!(state(&bench, DOES).opens_utc_ms, Some(midnight));
    // Nobody limits the number; its calls are counted all the same.
    let of_number = state(&bench, RegisterOf::Number(number()));
    assert!(of_number.allowance.is_boundless());
    assert_eq!(of_number.used.day.calls, 1);
}

#[test]
fn what_is_left_is_told_only_where_the_site_wants_it() {
    let mut allowance = minutes_a_day(30);
    allowance.calls.week = Some(4);
    for tell_left in [false, true] {
        let mut bench = bench_with(|config| config.seed.settings.registers.tell_left = tell_left);
        allow(&mut bench, &AllowanceOf::Everybody, &allowance);
        let left = bench.permitted(ONE, Some(DOE), DIALED).left;
        let expected = (Some(4), Some(Ticks::secs(1800)));
        let told = (left.calls, left.talk);
        assert_eq!(told == expected, tell_left, "{told:?}");
        assert_eq!(told == (None, None), !tell_left, "{told:?}");
    }
}

#[test]
fn a_number_with_too_many_calls_or_callers_is_told_once_in_the_period() {
    let often = Often {
        calls: Some(4),
        inmates: Some(2),
        period: Period::Day,
    };
    let mut bench = bench_with(|config| config.seed.settings.registers.often = often);
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    assert_eq!(bench.office.take_alerts(), []);
    whole_call(&mut bench, ONE, Some(ROE), DIALED, MINUTE);
    let told = Alert::FrequentNumber {
        number: number(),
        calls: 2,
        inmates: 2,
        period: Period::Day,
    };
    assert_eq!(bench.office.take_alerts(), [told]);
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    assert_eq!(bench.office.take_alerts(), []);
    for _ in 0..3 {
        whole_call(&mut bench, ONE, Some(DOE), OTHER, MINUTE);
    }
    assert_eq!(bench.office.take_alerts(), []);
    whole_call(&mut bench, ONE, Some(DOE), OTHER, MINUTE);
    assert_eq!(bench.office.take_alerts().len(), 1);
    bench.wait(24 * 3600);
    for pin in [DOE, ROE] {
        whole_call(&mut bench, ONE, Some(pin), DIALED, MINUTE);
    }
    assert_eq!(bench.office.take_alerts().len(), 1, "a new day");
    let journal = bench.office.journal(0, 1000).expect("reads");
    let alerts = journal.iter().filter(|entry| entry.noun == "alert");
    assert_eq!(alerts.count(), 3);
}

#[test]
fn the_most_called_numbers_are_listed_and_no_attorney_s() {
    let privileged = AllowedFlags {
        privileged: true,
        ..AllowedFlags::default()
    };
    let mut bench = bench_with(|config| {
        config.seed.allowed = vec![("2155550177".to_owned(), privileged.clone())];
    });
    for dialed in [DIALED, OTHER, DIALED, "02155550177", "02155550177"] {
        whole_call(&mut bench, ONE, Some(DOE), dialed, MINUTE);
    }
    let start = bench.now;
    let permit = bench.permitted(TWO, Some(ROE), DIALED);
    bench.wait(20);
    bench.end(TWO, busy(permit.call, start));
    let often = |calls, inmates| Often {
        calls,
        inmates,
        period: Period::Month,
    };
    let listed = |often| {
        let mut tally = FrequentTally::begin(&bench.office, bench.now, &often, 3)?;
        while tally.page(&bench.office)? {}
        Ok::<_, Error>(tally.numbers())
    };
    let found = listed(often(Some(1), None)).expect("reads");
    let told: Vec<_> = found
        .iter()
        .map(|n| (n.number.to_string(), n.attempts, n.calls, n.inmates, n.talk))
        .collect();
    assert_eq!(
        told,
        [
            ("2155550123".to_owned(), 3, 2, 2, Ticks::secs(120)),
            ("2155550199".to_owned(), 1, 1, 1, MINUTE),
        ]
    );
    let count = |often| listed(often).expect("reads").len();
    assert_eq!([3, 4].map(|calls| count(often(Some(calls), None))), [1, 0]);
    assert_eq!(
        [2, 3].map(|inmates| count(often(None, Some(inmates)))),
        [1, 0]
    );
}

#[test]
fn an_explanation_says_when_a_used_up_register_opens() {
    let mut bench = everybody(&calls_a_day(1));
    whole_call(&mut bench, ONE, Some(DOE), DIALED, MINUTE);
    let Query::Admit(admission) = crate::bench::admission(None, DIALED, bench.now) else {
        unreachable!("an admission");
    };
    let mut asking = Asking {
        line: ONE,
        inmate: Some("A-17".to_owned()),
        dialed: admission.dialed,
        number: admission.number,
        at_utc_ms: None,
    };
    let explain = |asking: &Asking| bench.office.explain(bench.now, asking).expect("is told");
    let told = explain(&asking);
    assert_eq!(told.outcome, Err(Blocked::CallsUsedUp));
    let opens = told.opens_utc_ms.expect("at midnight");
    asking.at_utc_ms = Some(opens - 1);
    assert_eq!(explain(&asking).outcome, Err(Blocked::CallsUsedUp));
    asking.at_utc_ms = Some(opens);
    assert!(explain(&asking).outcome.is_ok());
    // Asking holds nothing.
    assert_eq!(used_today(&bench, DOES).calls, 1);
}

#[test]
fn a_restart_settles_what_was_open_by_how_far_it_had_come() {
    let mut bench = everybody(&calls_a_day(1));
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), DIALED);
    bench.wait(30);
    seen_talking(&mut bench, ONE, &permit, start + Ticks::secs(10));
    bench.permitted(TWO, Some(ROE), OTHER);
    let mut bench = bench.restart();
    let used = used_today(&bench, DOES);
    assert_eq!((used.calls, used.ticks), (1, 20 * 8000));
    bench.wait(3600);
    assert_eq!(bench.refused(ONE, Some(DOE), DIALED), Blocked::CallsUsedUp);
    // Nobody had accepted the other's.
    bench.permitted(TWO, Some(ROE), OTHER);
}

#[test]
fn a_line_that_died_on_a_trunk_takes_back_no_answer_it_had_told() {
    let mut bench = bench_with(|_| {});
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), DIALED);
    bench.wait(30);
    seen_talking(&mut bench, ONE, &permit, start + Ticks::secs(10));
    bench.wait(5);
    // The trunk is known to whoever tells it; what the line said of the answer did not come.
    let end = CallEnd {
        trunk: Some(TrunkId(1)),
        ..CallEnd::of_dead_line(permit.call, start, bench.now)
    };
    bench.end(ONE, end);
    let record = bench.record(permit.call);
    assert_eq!(record.talk, Ticks::secs(25));
    assert_eq!(used_today(&bench, DOES).calls, 1);
}

#[test]
fn a_call_that_was_cut_by_the_watchdog_counts_with_its_minutes() {
    for (rule, unseen) in [
        (CountsFrom::Dialing, 1),
        (CountsFrom::Answer, 0),
        (CountsFrom::Acceptance, 0),
    ] {
        let mut bench = bench_with(|config| config.seed.settings.registers.counts_from = rule);
        // All that is known of it to whoever cuts the line.
        let cut = |bench: &mut Bench, call, start| {
            let end = CallEnd::of_dead_line(call, start, bench.now);
            bench.end(ONE, end);
        };
        let start = bench.now;
        let permit = bench.permitted(ONE, Some(DOE), DIALED);
        bench.wait(30);
        seen_talking(&mut bench, ONE, &permit, start + Ticks::secs(10));
        bench.wait(5);
        cut(&mut bench, permit.call, start);
        let record = bench.record(permit.call);
        let after = |utc: Option<i64>| utc.map(|utc| utc - record.started_utc_ms);
        let [answered, talked] = [record.answered_utc_ms, record.talk_utc_ms].map(after);
        assert_eq!([answered, talked], [Some(10_000); 2], "{rule:?}");
        assert_eq!(record.talk, Ticks::secs(25));
        let used = used_today(&bench, DOES);
        assert_eq!((used.calls, used.ticks), (1, 25 * 8000), "{rule:?}");
        // Nobody was left to say how far this one had come.
        let start = bench.now;
        let permit = bench.permitted(ONE, Some(DOE), DIALED);
        bench.wait(5);
        cut(&mut bench, permit.call, start);
        assert_eq!(used_today(&bench, DOES).calls, 1 + unseen, "{rule:?}");
    }
}

#[test]
fn an_end_that_is_told_twice_counts_once() {
    let mut bench = everybody(&calls_a_day(2));
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), DIALED);
    bench.wait(90);
    let end = completed(Some(permit.call), start);
    bench.end(ONE, end.clone());
    bench.end(ONE, end);
    assert_eq!(used_today(&bench, DOES).calls, 1);
}

#[test]
fn an_allowance_that_makes_no_sense_is_refused() {
    let mut bench = bench();
    let now = bench.now;
    let mut set = |of: AllowanceOf, allowance: Allowance| {
        bench
            .office
            .set_allowance(now, "warden", &of, Some(&allowance))
    };
    let long = Allowance {
        between_seconds: Some(u32::MAX),
        ..Allowance::default()
    };
    set(AllowanceOf::Everybody, long).expect_err("a time of 136 years");
    set(AllowanceOf::Everybody, minutes_a_day(u32::MAX)).expect_err("as long a day");
    set(AllowanceOf::Inmate(InmateId(99)), calls_a_day(1)).expect_err("nobody");
    set(AllowanceOf::Numbers("12a".to_owned()), calls_a_day(1)).expect_err("no pattern");
}

#[test]
fn digits_after_the_last_do_not_hide_a_number_that_is_called_often() {
    let often = Often {
        calls: Some(4),
        inmates: None,
        period: Period::Day,
    };
    let mut bench = bench_with(|config| config.seed.settings.registers.often = often);
    // Calls that go through the same exchange have nothing else to do with each other.
    for dialed in ["011442079461111", "011442079462222", "011442079463333"] {
        whole_call(&mut bench, ONE, Some(DOE), dialed, MINUTE);
    }
    for dialed in ["01144207946000077", "011442079460000", "0114420794600008"] {
        whole_call(&mut bench, ONE, Some(DOE), dialed, MINUTE);
    }
    assert_eq!(bench.office.take_alerts(), []);
    whole_call(&mut bench, TWO, Some(ROE), "0114420794600009", MINUTE);
    let told = Alert::FrequentNumber {
        number: PhoneNumber::parse("+442079460000").expect("a number"),
        calls: 4,
        inmates: 2,
        period: Period::Day,
    };
    assert_eq!(bench.office.take_alerts(), [told]);
    whole_call(&mut bench, TWO, Some(ROE), "0114420794600005", MINUTE);
    assert_eq!(bench.office.take_alerts(), [], "it was told");
    let tally = FrequentTally::begin(&bench.office, bench.now, &often, 3);
    let mut tally = tally.expect("reads");
    while tally.page(&bench.office).expect("reads") {}
    let listed: Vec<_> = (tally.numbers().iter())
        .map(|found| (found.number.to_string(), found.calls))
        .collect();
    assert_eq!(listed, [("+442079460000".to_owned(), 5)]);
}

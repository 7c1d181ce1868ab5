//! Lockout registers, as the inmate meets them.

use crate::{
    bench::{self, MOTHER, OTHER_PIN, Outcome, STRANGER, Scenario, then, wait},
    hearing,
    ready::{picks_up, quick},
    short::{dials, failing, hears_fast_busy, keys},
};
use backoffice::{
    Allowance, AllowanceOf, AllowedFlags, BackOffice, Disabled, InmateClassDetails, InmateProfile,
    RegisterOf, Seed, SeedAllowance, SeedPerson,
};
use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    exchange::routes::Destination,
    script::Step,
};
use types::{
    disposition::{Blocked, Disposition},
    id::{InmateId, LineId},
    inmate::InmateClass,
    prompt::Prompt,
    tick::{Tick, Ticks},
};

pub const MILLER: RegisterOf = RegisterOf::Inmate(InmateId(1));

/// Everybody may use this.
pub fn everybody(allowance: Allowance) -> impl Fn(&mut Seed) + 'static {
    move |seed| seed.allowances = vec![(SeedAllowance::Everybody, allowance)]
}

pub fn calls_a_day(calls: u32) -> Allowance {
    let mut allowance = Allowance::default();
    allowance.calls.day = Some(calls);
    allowance
}

fn minutes_a_day(minutes: u32) -> Allowance {
    let mut allowance = Allowance::default();
    allowance.minutes.day = Some(minutes);
    allowance
}

/// An administrator takes this from the inmate before the first call.
pub fn taken(calls: i32, seconds: i32) -> impl Fn(&mut BackOffice) + 'static {
    move |office| {
        let note = "for a scenario";
        let done = office.adjust_register(Tick::ZERO, "warden", MILLER, -calls, -seconds, note);
        done.expect("is taken");
    }
}

pub fn talks(seconds: u64) -> CalledPartyScript {
    picks_up(vec![
        wait(300),
        Step::SayFor(Clip::called_talk(), Ticks::secs(seconds)),
    ])
}

/// A call of so many milliseconds in all, and a while on-hook.
fn call(number: &str, ms: u64) -> Vec<Step> {
    then(dials(number), [wait(ms), Step::OnHook, wait(2500)])
}

/// Another call, which comes to nothing.
pub fn and_fails(steps: Vec<Step>, number: &str) -> Vec<Step> {
    then(then(steps, dials(number)), hears_fast_busy())
}

/// How each call ended, in order.
pub fn endings(out: &Outcome) -> Vec<(Disposition, Option<Blocked>)> {
    let ending = |record: &types::call_record::CallRecord| (record.disposition, record.blocked);
    out.records.iter().map(ending).collect()
}

#[test]
fn an_inmate_without_calls_left_is_told_so_and_when_to_call_again() {
    let scenario = failing(MOTHER)
        .site(everybody(calls_a_day(1)))
        .prepared(taken(1, 0));
    let out = scenario.run();
    out.refused(Prompt::CallsUsedUp, Blocked::CallsUsedUp);
    // It is a few seconds after nine in the morning.
    let again = Prompt::CallAgainIn { seconds: 15 * 3600 };
    let told = out.inmate_heard_whole(again).expect("when it opens");
    let reason = out.inmate_heard(Prompt::CallsUsedUp)[0].at;
    assert!(told.0 > reason, "{}", out.tale());
}

#[test]
fn an_inmate_without_minutes_left_is_told_so() {
    let scenario = failing(MOTHER)
        .site(everybody(minutes_a_day(10)))
        .prepared(taken(0, 541));
    let out = scenario.run();
    out.refused(Prompt::MinutesUsedUp, Blocked::MinutesUsedUp);
}

/// Miller and Wilson are in classes 1 and 2, which have so many calls a day.
fn two_classes(calls: [u32; 2]) -> impl Fn(&mut Seed) + 'static {
    move |seed| {
        everybody(calls_a_day(0))(seed);
        for (at, calls) in calls.into_iter().enumerate() {
            let class = InmateClass::new(at as u8 + 1).expect("a class");
            let details = InmateClassDetails {
                name: format!("class {}", class.number()),
                longest_seconds: None,
                booked_only: false,
            };
            let person = SeedPerson {
                profile: InmateProfile {
                    class: Some(class),
                    ..InmateProfile::default()
                },
                living_unit: None,
                suspended: Disabled::No,
                pin_valid: (None, None),
            };
            let id = seed.inmates[at].inmate.facility_id.clone();
            seed.people.classes.push((class, details));
            seed.people.persons.push((id, person));
            let of = SeedAllowance::Class(class);
            seed.allowances.push((of, calls_a_day(calls)));
        }
    }
}

#[test]
fn each_of_two_inmates_has_the_calls_of_the_own_class() {
    let as_wilson = |ms: u64| {
        then(
            keys(&format!("{OTHER_PIN}{MOTHER}")),
            [wait(ms), Step::OnHook, wait(2500)],
        )
    };
    let steps = then(call(MOTHER, 8000), as_wilson(8000));
    let steps = then(steps, as_wilson(8000));
    let out = bench::phone(and_fails(steps, MOTHER))
        .exchange(quick())
        .to(MOTHER, talks(60))
        .site(two_classes([1, 2]))
        .lasting(80)
        .run();
    let completed = (Disposition::Completed, None);
    let refused = (Disposition::Blocked, Some(Blocked::CallsUsedUp));
    assert_eq!(
        endings(&out),
        [completed, completed, completed, refused],
        "{}",
        out.tale()
    );
    out.inmate_heard_in_order(&[Prompt::CallsUsedUp]);
}

#[test]
fn where_no_waiting_helps_no_time_is_told() {
    let out = failing(MOTHER).site(everybody(calls_a_day(0))).run();
    out.refused(Prompt::CallsUsedUp, Blocked::CallsUsedUp);
    let again = out.inmate_heard(Prompt::CallAgainIn { seconds: 60 });
    assert!(again.is_empty(), "{}", out.tale());
}

#[test]
fn a_number_that_all_inmates_called_enough_is_told_as_such() {
    let out = failing(STRANGER).site(|seed| {
        let of = SeedAllowance::Numbers("21555501??".to_owned());
        seed.allowances = vec![(of, calls_a_day(0))];
    });
    let out = out.run();
    out.refused(Prompt::NumberUsedUp, Blocked::NumberUsedUp);
}

#[test]
fn the_next_call_is_too_soon_until_the_time_has_passed() {
    let between = Allowance {
        between_seconds: Some(600),
        ..Allowance::default()
    };
    let steps = and_fails(call(MOTHER, 8000), MOTHER);
    let out = bench::phone(steps)
        .exchange(quick())
        .to(MOTHER, talks(60))
        .site(everybody(between))
        .lasting(45)
        .run();
    assert_eq!(
        endings(&out),
        [
            (Disposition::Completed, None),
            (Disposition::Blocked, Some(Blocked::TooSoon)),
        ],
        "{}",
        out.tale()
    );
    out.inmate_heard_in_order(&[Prompt::TooSoon]);
    // Some seconds of the ten minutes have passed.
    let again = out.inmate_heard_whole(Prompt::CallAgainIn { seconds: 600 });
    again.expect("how long to wait");
}

/// Two collect calls after each other, and how long a handset waits for the first to end.
fn one_minute_a_day() -> Scenario {
    let first = then(
        dials(MOTHER),
        [
            Step::await_fast_busy(Ticks::secs(90)),
            wait(300),
            Step::OnHook,
            wait(2500),
        ],
    );
    bench::phone(and_fails(first, MOTHER))
        .exchange(quick())
        .to(MOTHER, talks(100))
        .site(everybody(minutes_a_day(1)))
        .lasting(110)
}

#[test]
fn the_minutes_left_cut_the_call_and_the_next_one_is_refused() {
    let out = one_minute_a_day().run();
    assert_eq!(
        endings(&out),
        [
            (Disposition::Limited, None),
            (Disposition::Blocked, Some(Blocked::MinutesUsedUp)),
        ],
        "{}",
        out.tale()
    );
    out.inmate_heard_whole(Prompt::CallLimit { seconds: 60 })
        .expect("the limit");
    let talk = out.records[0].talk;
    assert_eq!(talk.as_secs(), 60, "{talk:?}");
    out.inmate_heard_in_order(&[Prompt::TimeIsUp, Prompt::MinutesUsedUp]);
}

#[test]
fn a_busy_number_costs_no_call_and_an_answered_one_does() {
    let busy = then(
        dials(STRANGER),
        [
            Step::await_fast_busy(Ticks::secs(20)),
            Step::OnHook,
            wait(2500),
        ],
    );
    let steps = and_fails(then(busy, call(MOTHER, 8000)), MOTHER);
    let out = bench::phone(steps)
        .exchange(quick())
        .to(STRANGER, Destination::Busy)
        .to(MOTHER, talks(60))
        .site(everybody(calls_a_day(1)))
        .lasting(60)
        .run();
    assert_eq!(
        endings(&out),
        [
            (Disposition::Busy, None),
            (Disposition::Completed, None),
            (Disposition::Blocked, Some(Blocked::CallsUsedUp)),
        ],
        "{}",
        out.tale()
    );
}

#[test]
fn what_is_left_is_told_after_the_limit_where_the_site_wants_it() {
    for tell_left in [true, false] {
        let inmate = then(dials(MOTHER), [wait(14_000), Step::OnHook]);
        let party = CalledPartyScript::new(Answer::After(Ticks::secs(9)), vec![wait(9000)]);
        let mut allowance = minutes_a_day(25);
        allowance.calls.week = Some(3);
        let out = bench::phone(inmate)
            .exchange(quick())
            .to(MOTHER, party)
            .site(move |seed| {
                everybody(allowance)(seed);
                seed.settings.registers.tell_left = tell_left;
            })
            .lasting(22)
            .run();
        let calls = out.inmate_heard_whole(Prompt::CallsLeft { calls: 3 });
        let talk = out.inmate_heard_whole(Prompt::MinutesLeft { seconds: 1500 });
        let limit = out.inmate_heard_whole(Prompt::CallLimit { seconds: 900 });
        let limit = limit.expect("the limit").1;
        assert_eq!(calls.is_some(), tell_left, "{}", out.tale());
        assert_eq!(talk.is_some(), tell_left, "{}", out.tale());
        if let (Some(calls), Some(talk)) = (calls, talk) {
            assert!(limit <= calls.0 && calls.1 <= talk.0, "{}", out.tale());
        }
    }
}

#[test]
fn an_attorney_is_called_whatever_the_registers_hold() {
    let inmate = then(dials(MOTHER), [wait(8000), Step::OnHook]);
    let out = bench::phone(inmate)
        .exchange(quick())
        .to(MOTHER, talks(60))
        .site(|seed| {
            everybody(calls_a_day(0))(seed);
            let number = SeedAllowance::Numbers(MOTHER.to_owned());
            seed.allowances.push((number, calls_a_day(0)));
            let privileged = AllowedFlags {
                privileged: true,
                ..AllowedFlags::default()
            };
            seed.allowed.push((MOTHER.to_owned(), privileged));
        })
        .lasting(16)
        .run();
    assert_eq!(endings(&out), [(Disposition::Completed, None)]);
}

#[test]
fn of_two_phones_that_dial_a_number_at_once_one_is_refused() {
    let without_pin = |seed: &mut Seed| {
        for (_, phone) in &mut seed.phones {
            phone.pin_required = false;
        }
        let of = SeedAllowance::Numbers(MOTHER.to_owned());
        seed.allowances = vec![(of, calls_a_day(1))];
    };
    let dial = || {
        vec![
            wait(500),
            Step::OffHook,
            Step::await_dial_tone(Ticks::secs(2)),
            wait(100),
            Step::dial(MOTHER),
            wait(12_000),
            Step::OnHook,
        ]
    };
    let out = bench::phone(dial())
        .and_phone(dial())
        .trunks(vec![quick(), quick()])
        .to(MOTHER, talks(60))
        .site(without_pin)
        .lasting(20)
        .run();
    let mut endings = endings(&out);
    endings.sort_by_key(|(_, blocked)| *blocked);
    assert_eq!(
        endings,
        [
            (Disposition::Completed, None),
            (Disposition::Blocked, Some(Blocked::NumberUsedUp)),
        ],
        "{}",
        out.tale()
    );
    let refused = out.records.iter().find(|record| record.blocked.is_some());
    let LineId(line) = refused.expect("one").line;
    let phone = &out.phones[usize::from(line) - 1];
    let language = types::language::Language::ENGLISH;
    let audio = bench::head(language, Prompt::NumberUsedUp);
    let heard = hearing::find(&phone.heard, &audio, Tick::ZERO, out.end);
    assert_eq!(heard.len(), 1, "{}", out.tale());
}

#[test]
fn what_an_administrator_gives_back_can_be_called_with() {
    let inmate = then(dials(MOTHER), [wait(8000), Step::OnHook]);
    let out = bench::phone(inmate)
        .exchange(quick())
        .to(MOTHER, talks(60))
        .site(everybody(calls_a_day(0)))
        .prepared(|office| {
            taken(-1, 0)(office);
            let of = AllowanceOf::Inmate(InmateId(1));
            let one = calls_a_day(0);
            let set = office.set_allowance(Tick::ZERO, "warden", &of, Some(&one));
            set.expect("is set");
        })
        .lasting(16)
        .run();
    assert_eq!(endings(&out), [(Disposition::Completed, None)]);
}

//! What the facility knows of an inmate, as the inmate meets it at the phone.

use crate::{
    bench::{self, MOTHER, Outcome, PIN, STARTS_UTC_MS, Scenario, then, wait},
    short::{dials, hears_fast_busy, keys},
};
use backoffice::{BackOffice, Booking, Disabled, InmateProfile, NewContact, Seed, WeekSteps};
use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    script::Step,
};
use types::{
    disposition::{Blocked, Disposition},
    fact::Fact,
    id::{InmateId, LineId},
    inmate::{Enrollment, EnrollmentStep, Relationship, Review, Scope},
    prompt::Prompt,
    tick::{Tick, Ticks},
};

const WHO: &str = "warden";
const MILLER: InmateId = InmateId(1);
const MINUTE: i64 = 60_000;
/// The scenarios begin at nine on a Monday.
const NINE: u8 = 36;

/// A call of the first inmate with what administrators did before.
fn calls(prepare: impl Fn(&mut BackOffice) + 'static) -> Scenario {
    bench::phone(then(dials(MOTHER), hears_fast_busy()))
        .prepared(prepare)
        .lasting(24)
}

/// Refused after the number: the prompt, the record, and no trunk.
fn refused(scenario: Scenario, prompt: Prompt, blocked: Blocked) -> Outcome {
    let out = scenario.run();
    out.refused(prompt, blocked);
    out
}

/// The same where the PIN is as far as it gets.
fn refused_at_pin(prepare: impl Fn(&mut BackOffice) + 'static, prompt: Prompt, blocked: Blocked) {
    let scenario = bench::phone(then(keys(PIN), hears_fast_busy()))
        .prepared(prepare)
        .lasting(20);
    let out = scenario.run();
    out.refused(prompt, blocked);
    assert_eq!(out.record().inmate, Some(MILLER), "{}", out.tale());
}

#[test]
fn a_pin_before_and_after_its_days_is_told_so_at_once() {
    let days = |from: Option<i64>, to: Option<i64>| {
        move |office: &mut BackOffice| {
            let set = office.set_pin_validity(Tick::ZERO, WHO, MILLER, from, to);
            set.expect("is set");
        }
    };
    let tomorrow = Some(STARTS_UTC_MS + 1440 * MINUTE);
    refused_at_pin(
        days(tomorrow, None),
        Prompt::PinNotYetValid,
        Blocked::PinNotYetValid,
    );
    let yesterday = Some(STARTS_UTC_MS - 1440 * MINUTE);
    refused_at_pin(
        days(None, yesterday),
        Prompt::PinExpired,
        Blocked::PinExpired,
    );
}

#[test]
fn a_suspended_inmate_is_told_so_at_once() {
    let suspended = |office: &mut BackOffice| {
        let until = Disabled::Until(STARTS_UTC_MS + 60 * MINUTE);
        let set = office.set_suspended(Tick::ZERO, WHO, MILLER, until);
        set.expect("is set");
    };
    refused_at_pin(suspended, Prompt::InmateSuspended, Blocked::InmateSuspended);
}

#[test]
fn an_inmate_who_is_not_enrolled_is_told_so_at_once() {
    let unfinished = |office: &mut BackOffice| {
        let mut site = office.site_settings().expect("reads");
        site.rules.people.enrollment = Enrollment::NONE.with(EnrollmentStep::RulesSigned);
        let set = office.set_site_settings(Tick::ZERO, WHO, &site);
        set.expect("is set");
    };
    refused_at_pin(unfinished, Prompt::NotEnrolled, Blocked::NotEnrolled);
}

#[test]
fn a_number_of_another_inmates_list_is_not_on_the_callers() {
    let listed = |seed: &mut Seed| seed.inmates[0].numbers.clear();
    let scenario = calls(|_| {}).site(listed);
    refused(scenario, Prompt::NumberNotAllowed, Blocked::NumberPrivate);
}

#[test]
fn a_number_that_the_living_units_list_blocks_is_refused() {
    let blocked = |office: &mut BackOffice| {
        let unit = office.add_group(Tick::ZERO, WHO, "Unit 4", None);
        let unit = unit.expect("is added");
        let lives = InmateProfile {
            living_unit: Some(unit),
            ..InmateProfile::default()
        };
        let set = office.set_profile(Tick::ZERO, WHO, MILLER, &lives);
        set.expect("is set");
        let scope = Scope::Group(unit);
        let put = office.add_list_number(Tick::ZERO, WHO, scope, true, "215555*", "");
        put.expect("is put on");
    };
    refused(
        calls(blocked),
        Prompt::NumberRestricted,
        Blocked::NumberRestricted,
    );
}

#[test]
fn a_contact_that_was_refused_is_not_called() {
    let contact = |office: &mut BackOffice| {
        let contact = NewContact {
            name: "Ann Miller".to_owned(),
            relationship: Relationship::Parent,
            number: MOTHER.to_owned(),
            identification: String::new(),
        };
        let put = office.put_contact(Tick::ZERO, WHO, MILLER, &contact);
        put.expect("is put forward");
        let review = office.review_contact(Tick::ZERO, WHO, MILLER, MOTHER, Review::Refused);
        review.expect("is reviewed");
    };
    refused(
        calls(contact),
        Prompt::ContactNotApproved,
        Blocked::ContactNotApproved,
    );
}

fn hours(from: u8, to: u8) -> impl Fn(&mut BackOffice) {
    move |office| {
        let open = WeekSteps::CLOSED.with_open(0, from, to);
        let set = office.set_window(Tick::ZERO, WHO, Scope::Inmate(MILLER), Some(&open));
        set.expect("is set");
    }
}

#[test]
fn a_call_outside_the_inmates_hours_is_refused() {
    let scenario = calls(hours(NINE + 1, 96));
    refused(scenario, Prompt::OutsideWindow, Blocked::OutsideWindow);
}

#[test]
fn a_call_that_is_not_booked_is_refused_where_it_must_be() {
    let booked_only = |office: &mut BackOffice| {
        let profile = InmateProfile {
            booked_only: true,
            ..InmateProfile::default()
        };
        let set = office.set_profile(Tick::ZERO, WHO, MILLER, &profile);
        set.expect("is set");
    };
    refused(calls(booked_only), Prompt::NotBooked, Blocked::NotBooked);
}

/// The phone is in a group whose calls need an officer.
fn watched_yard(office: &mut BackOffice) {
    let yard = office.add_group(Tick::ZERO, WHO, "Yard", None);
    let yard = yard.expect("is added");
    let put = office.add_group_phone(Tick::ZERO, WHO, yard, LineId(1));
    put.expect("is put in");
    let set = office.set_officer_needed(Tick::ZERO, WHO, yard, true);
    set.expect("is set");
}

#[test]
fn a_call_without_an_officer_is_refused_where_one_must_be_present() {
    refused(calls(watched_yard), Prompt::NoOfficer, Blocked::NoOfficer);
}

/// A conversation of ninety seconds, from so many seconds past nine on.
fn long_talk(seconds_past_nine: i64, prepare: impl Fn(&mut BackOffice) + 'static) -> Outcome {
    let inmate = then(dials(MOTHER), [wait(90_000)]);
    let talk = Step::SayFor(Clip::called_talk(), Ticks::secs(90));
    let party = CalledPartyScript::new(Answer::After(Ticks::ms(1200)), vec![wait(300), talk]);
    let mut scenario = bench::phone(inmate)
        .to(MOTHER, party)
        .prepared(prepare)
        .lasting(100);
    scenario.options.starts_utc_ms = STARTS_UTC_MS + seconds_past_nine * 1000;
    scenario.run()
}

/// Both were warned a minute before, and the talk was over ninety seconds after the start.
fn ends_after_ninety_seconds(out: &Outcome) {
    let disposition = out.record().disposition;
    assert_eq!(disposition, Disposition::Limited, "{}", out.tale());
    let minute = Prompt::TimeRemaining { seconds: 60 };
    assert_eq!(out.inmate_heard(minute).len(), 1, "{}", out.tale());
    assert_eq!(out.called_heard(minute).len(), 1, "{}", out.tale());
    let ended = out.fact(|f| matches!(f, Fact::TrunkReturned { .. }));
    let ended = ended.expect("the trunk goes back");
    let late = ended.since(Tick::ZERO + Ticks::secs(90));
    assert!(late <= Ticks::ms(500), "{} ms late", late.as_ms());
    out.inmate_heard_in_order(&[minute, Prompt::TimeIsUp, Prompt::HangUp]);
}

#[test]
fn a_call_is_warned_and_ends_with_the_inmates_hours() {
    ends_after_ninety_seconds(&long_talk(810, hours(NINE, NINE + 1)));
}

#[test]
fn a_booked_call_is_warned_and_ends_with_its_booking() {
    let booked = |office: &mut BackOffice| {
        let profile = InmateProfile {
            booked_only: true,
            ..InmateProfile::default()
        };
        let set = office.set_profile(Tick::ZERO, WHO, MILLER, &profile);
        set.expect("is set");
        let booking = Booking {
            from_utc_ms: STARTS_UTC_MS - MINUTE,
            to_utc_ms: STARTS_UTC_MS + 90_000,
            number: Some(MOTHER.to_owned()),
            note: String::new(),
        };
        let booked = office.book_call(Tick::ZERO, WHO, MILLER, &booking);
        booked.expect("is booked");
    };
    ends_after_ninety_seconds(&long_talk(0, booked));
}

#[test]
fn a_call_is_warned_and_ends_when_the_officer_goes() {
    let present = |office: &mut BackOffice| {
        watched_yard(office);
        let yard = office.group_named("Yard").expect("is there");
        let until = Some(STARTS_UTC_MS + 90_000);
        let set = office.officer_present(Tick::ZERO, WHO, yard, until);
        set.expect("is set");
    };
    ends_after_ninety_seconds(&long_talk(0, present));
}

/// It rings until the officer goes, and nobody has answered yet.
#[test]
fn a_call_that_rings_when_the_officer_goes_is_talked_no_more() {
    let present = |office: &mut BackOffice| {
        watched_yard(office);
        let yard = office.group_named("Yard").expect("is there");
        let until = Some(STARTS_UTC_MS + 30_000);
        let set = office.officer_present(Tick::ZERO, WHO, yard, until);
        set.expect("is set");
    };
    let talk = Step::SayFor(Clip::called_talk(), Ticks::secs(30));
    let late = CalledPartyScript::new(Answer::After(Ticks::secs(22)), vec![wait(300), talk]);
    let out = bench::phone(then(dials(MOTHER), hears_fast_busy()))
        .to(MOTHER, late)
        .prepared(present)
        .lasting(70)
        .run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Limited, "{}", out.tale());
    let ended = out.fact(|f| matches!(f, Fact::TrunkReturned { .. }));
    let late = ended
        .expect("goes back")
        .since(Tick::ZERO + Ticks::secs(30));
    assert!(late <= Ticks::ms(500), "{} ms late", late.as_ms());
}

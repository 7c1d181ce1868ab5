//! Contacts, lists and hours of an inmate, of the class, of the unit, as the inmate meets them; and
//! what holds from, or up to, a second.

use crate::{
    bench::{MOTHER, PIN, STARTS_UTC_MS, Scenario, then},
    short::{failing, hears_fast_busy, keys, rings},
};
use backoffice::{
    BackOffice, Disabled, InmateClassDetails, InmateProfile, NewContact, NumberFlags, WeekSteps,
};
use types::{
    disposition::Blocked,
    id::InmateId,
    inmate::{InmateClass, Relationship, Review, Scope, Supervision},
    prompt::Prompt,
    tick::Tick,
    verdict::{Check, Finding},
};

pub const WHO: &str = "warden";
pub const MILLER: InmateId = InmateId(1);

// ---- only approved contacts

fn only_approved(reviewed: Option<Review>) -> impl Fn(&mut BackOffice) + Copy + 'static {
    move |office| {
        let mut site = office.site_settings().expect("reads");
        site.rules.people.only_approved_contacts = true;
        let set = office.set_site_settings(Tick::ZERO, WHO, &site);
        set.expect("is set");
        let Some(review) = reviewed else { return };
        contact(office, Relationship::Parent);
        if review != Review::Pending {
            let done = office.review_contact(Tick::ZERO, WHO, MILLER, MOTHER, review);
            done.expect("is reviewed");
        }
    }
}

fn contact(office: &mut BackOffice, relationship: Relationship) {
    let contact = NewContact {
        name: "Ann Miller".to_owned(),
        relationship,
        number: MOTHER.to_owned(),
        identification: String::new(),
    };
    let put = office.put_contact(Tick::ZERO, WHO, MILLER, &contact);
    put.expect("is put forward");
}

#[test]
fn where_only_approved_contacts_are_called_all_others_are_refused() {
    let cases = [
        (None, Finding::NotFound),
        (Some(Review::Pending), Finding::NotYet),
        (Some(Review::Refused), Finding::Disabled),
    ];
    for (review, finding) in cases {
        let out = failing(MOTHER).prepared(only_approved(review)).run();
        out.refused(Prompt::ContactNotApproved, Blocked::ContactNotApproved);
        out.refused_by(Check::Contact, finding);
    }
}

#[test]
fn where_only_approved_contacts_are_called_one_is_called() {
    let approved = only_approved(Some(Review::Approved));
    let out = rings(MOTHER).prepared(approved).run();
    out.let_through(MOTHER);
    out.met(Check::Contact, Finding::Passed);
}

// ---- lists and hours of what an inmate is in

/// Miller is in class 3, at supervision level 2, lives in East/Tier 1, and the number is his mother's.
fn placed(office: &mut BackOffice) -> [(Scope, Check); 4] {
    let now = Tick::ZERO;
    let east = office.add_group(now, WHO, "East", None).expect("is added");
    let tier = office.add_group(now, WHO, "Tier 1", Some(east));
    let class = InmateClass::new(3).expect("a class");
    let details = InmateClassDetails {
        name: "remand".to_owned(),
        longest_seconds: None,
        booked_only: false,
    };
    let set = office.set_inmate_class(now, WHO, class, &details);
    set.expect("is set");
    let level = Supervision::new(2).expect("a level");
    let profile = InmateProfile {
        living_unit: Some(tier.expect("is added")),
        class: Some(class),
        supervision: Some(level),
        ..InmateProfile::default()
    };
    let set = office.set_profile(now, WHO, MILLER, &profile);
    set.expect("is set");
    contact(office, Relationship::Parent);
    [
        (
            Scope::Relationship(Relationship::Parent),
            Check::RelationshipList,
        ),
        (Scope::Class(class), Check::ClassList),
        (Scope::Supervision(level), Check::SupervisionList),
        (Scope::Group(east), Check::GroupList),
    ]
}

/// The list of the n-th of those has the number on this side.
fn listed(nth: usize, blocked: bool) -> impl Fn(&mut BackOffice) + 'static {
    move |office| {
        let (scope, _) = placed(office)[nth];
        let put = office.add_list_number(Tick::ZERO, WHO, scope, blocked, "215555*", "");
        put.expect("is put on");
    }
}

const LISTS: [Check; 4] = [
    Check::RelationshipList,
    Check::ClassList,
    Check::SupervisionList,
    Check::GroupList,
];

#[test]
fn a_number_that_the_list_of_relationship_class_level_or_upper_unit_blocks_is_refused() {
    for (nth, check) in LISTS.into_iter().enumerate() {
        let out = failing(MOTHER).prepared(listed(nth, true)).run();
        out.refused(Prompt::NumberRestricted, Blocked::NumberRestricted);
        out.refused_by(check, Finding::Blocked);
    }
}

#[test]
fn a_number_that_the_list_of_relationship_class_level_or_upper_unit_allows_is_called() {
    for (nth, check) in LISTS.into_iter().enumerate() {
        let scenario = rings(MOTHER).prepared(listed(nth, false)).site(|seed| {
            seed.settings.rules.check_restricted = false;
            seed.inmates[0].numbers.clear();
            seed.inmates[1].numbers.clear();
        });
        let out = scenario.run();
        out.let_through(MOTHER);
        out.met(check, Finding::Allowed);
    }
}

#[test]
fn the_list_of_another_class_level_relationship_or_unit_is_not_the_inmates() {
    let others = |office: &mut BackOffice| {
        placed(office);
        let now = Tick::ZERO;
        let west = office.add_group(now, WHO, "West", None).expect("is added");
        let class = InmateClass::new(4).expect("a class");
        let details = InmateClassDetails {
            name: "sentenced".to_owned(),
            longest_seconds: None,
            booked_only: false,
        };
        let set = office.set_inmate_class(now, WHO, class, &details);
        set.expect("is set");
        let level = Supervision::new(3).expect("a level");
        let scopes = [
            Scope::Relationship(Relationship::Friend),
            Scope::Class(class),
            Scope::Supervision(level),
            Scope::Group(west),
        ];
        for scope in scopes {
            let put = office.add_list_number(now, WHO, scope, true, "215555*", "");
            put.expect("is put on");
        }
    };
    rings(MOTHER).prepared(others).run().let_through(MOTHER);
}

/// No call today, for these.
pub fn closed(scope: Scope) -> impl Fn(&mut BackOffice) + 'static {
    move |office| closed_for(office, scope)
}

fn closed_for(office: &mut BackOffice, scope: Scope) {
    // The scenarios' day is a Monday.
    let tomorrow = WeekSteps::CLOSED.with_open(1, 0, 96);
    let set = office.set_window(Tick::ZERO, WHO, scope, Some(&tomorrow));
    set.expect("is set");
}

#[test]
fn outside_the_hours_of_the_class_or_of_a_unit_above_there_is_no_call() {
    for nth in [1, 3] {
        let prepare = move |office: &mut BackOffice| {
            let (scope, _) = placed(office)[nth];
            closed_for(office, scope);
        };
        let out = failing(MOTHER).prepared(prepare).run();
        out.refused(Prompt::OutsideWindow, Blocked::OutsideWindow);
        // A day later they are open.
        let mut tomorrow = rings(MOTHER).prepared(prepare);
        tomorrow.options.starts_utc_ms += 24 * 3_600_000;
        let out = tomorrow.run();
        out.let_through(MOTHER);
        out.met(Check::Window, Finding::Passed);
    }
}

// ---- to the second

/// The set instant; the scenarios begin so that something happens a moment before or after it.
const AT: i64 = STARTS_UTC_MS;

/// When, after the start, the PIN is looked up and the number is screened.
fn ms_to(phase: &str) -> i64 {
    let out = rings(MOTHER).run();
    let entered = out.entered(phase).expect("gets so far");
    entered.since(Tick::ZERO).as_ms().cast_signed()
}

/// What happens so many milliseconds after the start happens so long after the instant.
fn begun(mut scenario: Scenario, ms: i64, after: i64) -> Scenario {
    scenario.options.starts_utc_ms = AT - ms + after;
    scenario
}

/// Refused a moment before the instant, and let through a moment after it.
fn opens(prepare: impl Fn(&mut BackOffice) + Copy + 'static, prompt: Prompt, blocked: Blocked) {
    let ms = ms_to("number");
    let keyed = then(keys(PIN), hears_fast_busy());
    let early = crate::bench::phone(keyed).prepared(prepare).lasting(20);
    begun(early, ms, -300).run().refused(prompt, blocked);
    let late = rings(MOTHER).prepared(prepare);
    begun(late, ms, 300).run().let_through(MOTHER);
}

#[test]
fn a_suspension_is_over_at_its_second() {
    let suspended = |office: &mut BackOffice| {
        let until = Disabled::Until(AT);
        let set = office.set_suspended(Tick::ZERO, WHO, MILLER, until);
        set.expect("is set");
    };
    opens(suspended, Prompt::InmateSuspended, Blocked::InmateSuspended);
}

#[test]
fn a_disabled_pin_is_one_again_at_its_second() {
    let disabled = |office: &mut BackOffice| {
        let set = office.set_pin_disabled(Tick::ZERO, WHO, MILLER, Disabled::Until(AT));
        set.expect("is set");
    };
    opens(disabled, Prompt::PinDisabled, Blocked::PinDisabled);
}

#[test]
fn a_pin_is_valid_from_its_second_on() {
    let from = |office: &mut BackOffice| {
        let set = office.set_pin_validity(Tick::ZERO, WHO, MILLER, Some(AT), None);
        set.expect("is set");
    };
    opens(from, Prompt::PinNotYetValid, Blocked::PinNotYetValid);
}

#[test]
fn a_number_that_is_off_is_called_again_at_its_second() {
    let ms = ms_to("admit");
    let off = |scenario: Scenario| {
        scenario.site(|seed| {
            let flags = NumberFlags {
                disabled: Disabled::Until(AT),
                ..NumberFlags::default()
            };
            seed.inmates[0].numbers[0].1 = flags;
        })
    };
    let early = begun(off(failing(MOTHER)), ms, -300).run();
    early.refused(Prompt::NumberTimeRestricted, Blocked::PinNumberDisabled);
    begun(off(rings(MOTHER)), ms, 300).run().let_through(MOTHER);
}

#[test]
fn a_pin_is_valid_up_to_its_second_and_is_no_more_when_the_number_is_screened() {
    let to = |office: &mut BackOffice| {
        let set = office.set_pin_validity(Tick::ZERO, WHO, MILLER, None, Some(AT));
        set.expect("is set");
    };
    let (pin, number) = (ms_to("number"), ms_to("admit"));
    assert!(pin + 1000 < number, "{pin} {number}");
    let in_time = rings(MOTHER).prepared(to);
    begun(in_time, number, -300).run().let_through(MOTHER);
    // It was good when it was keyed.
    let meanwhile = begun(failing(MOTHER).prepared(to), number, 300).run();
    meanwhile.refused(Prompt::PinExpired, Blocked::PinExpired);
    let keyed = then(keys(PIN), hears_fast_busy());
    let late = crate::bench::phone(keyed).prepared(to).lasting(20);
    let late = begun(late, pin, 300).run();
    late.refused(Prompt::PinExpired, Blocked::PinExpired);
}

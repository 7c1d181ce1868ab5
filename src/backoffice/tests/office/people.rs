//! Profiles, suspension, the days of a PIN, contacts, and what is watched.

use crate::bench::{Bench, DOE, NOON_ISH, ONE, ROE, TWO, bench, secret};
use backoffice::{
    Alert, BackOffice, Disabled, Error, InmateClassDetails, InmateProfile, NewContact, PinDetails,
    SiteSettings,
};
use types::{
    call_record::CallEnd,
    disposition::{Blocked, Disposition, EndedBy},
    id::{GroupId, InmateId},
    inmate::{Enrollment, EnrollmentStep, InmateClass, Relationship, Review, Supervision},
    query::PinAnswer,
    tick::{Tick, Ticks},
    verdict::{Check, Finding},
};

pub const WHO: &str = "warden";
pub const DOES_ID: InmateId = InmateId(1);
const HOUR: i64 = 3_600_000;
const MOTHER: &str = "2155550123";
const COLLECT: &str = "02155550123";

pub fn change<T>(
    bench: &mut Bench,
    change: impl FnOnce(&mut BackOffice, Tick) -> Result<T, Error>,
) -> T {
    let now = bench.now;
    change(&mut bench.office, now).unwrap_or_else(|why| panic!("is refused: {why}"))
}

/// Refused with these words, and nothing written.
pub fn refuses<T: std::fmt::Debug>(
    bench: &mut Bench,
    words: &str,
    change: impl FnOnce(&mut BackOffice, Tick) -> Result<T, Error>,
) {
    let before = bench.office.verify_journal().expect("is whole");
    let now = bench.now;
    let error = change(&mut bench.office, now).expect_err("is refused");
    assert_eq!(error.to_string(), words);
    assert_eq!(bench.office.verify_journal().expect("is whole"), before);
}

pub fn settings(bench: &mut Bench, set: impl FnOnce(&mut SiteSettings)) {
    let mut settings = bench.office.site_settings().expect("reads");
    set(&mut settings);
    change(bench, |office, now| {
        office.set_site_settings(now, WHO, &settings)
    });
}

pub fn profile(bench: &mut Bench, profile: &InmateProfile) {
    change(bench, |office, now| {
        office.set_profile(now, WHO, DOES_ID, profile)
    });
}

/// Enters a class of inmates.
pub fn class(bench: &mut Bench, number: u8, longest_seconds: Option<u32>) -> InmateClass {
    let class = InmateClass::new(number).expect("a class");
    let details = InmateClassDetails {
        name: format!("class {number}"),
        longest_seconds,
        booked_only: false,
    };
    change(bench, |office, now| {
        office.set_inmate_class(now, WHO, class, &details)
    });
    class
}

/// How a check went for a call of the first inmate.
pub fn found(bench: &mut Bench, check: Check) -> Option<Finding> {
    let verdict = bench.dial(ONE, Some(DOE), COLLECT);
    let step = verdict.trace.iter().find(|step| step.check == check);
    step.map(|step| step.finding)
}

#[test]
fn a_profile_is_kept_as_it_was_entered() {
    let mut bench = bench();
    let group = change(&mut bench, |office, now| {
        office.add_group(now, WHO, "East", None)
    });
    let whole = InmateProfile {
        living_unit: Some(group),
        class: Some(class(&mut bench, 3, None)),
        supervision: Supervision::new(2),
        watched: true,
        booked_only: false,
        longest_seconds: Some(300),
        enrolled: Enrollment::NONE.with(EnrollmentStep::RulesSigned),
        note_for_next_call: Some("has mail".to_owned()),
    };
    profile(&mut bench, &whole);
    let bench = bench.restart();
    let entered = bench.office.inmate_details(DOES_ID).expect("reads");
    let entered = entered.expect("is there");
    assert_eq!(entered.profile, whole);
    assert_eq!(entered.facility_id, "A-17");
    assert_eq!(entered.suspended, Disabled::No);
    let none = bench.office.inmate_details(InmateId(99)).expect("reads");
    assert_eq!(none, None);
}

#[test]
fn a_profile_names_only_what_is_entered() {
    let mut bench = bench();
    let of = |profile: InmateProfile| {
        move |office: &mut BackOffice, now| office.set_profile(now, WHO, DOES_ID, &profile)
    };
    let no_class = InmateProfile {
        class: InmateClass::new(7),
        ..InmateProfile::default()
    };
    refuses(
        &mut bench,
        "class of inmates 7 is not entered",
        of(no_class),
    );
    let no_group = InmateProfile {
        living_unit: Some(GroupId(7)),
        ..InmateProfile::default()
    };
    refuses(&mut bench, "group \"7\" is not entered", of(no_group));
    let too_long = InmateProfile {
        longest_seconds: Some(5941),
        ..InmateProfile::default()
    };
    let words = "longest call: 1 second to 99 minutes";
    refuses(&mut bench, words, of(too_long));
}

#[test]
fn a_living_unit_is_not_removed_while_somebody_lives_there() {
    let mut bench = bench();
    let group = change(&mut bench, |office, now| {
        office.add_group(now, WHO, "East", None)
    });
    let lives_there = InmateProfile {
        living_unit: Some(group),
        ..InmateProfile::default()
    };
    profile(&mut bench, &lives_there);
    refuses(
        &mut bench,
        "group \"East\" still holds 1 inmates",
        |office, now| office.remove_group(now, WHO, group),
    );
    profile(&mut bench, &InmateProfile::default());
    change(&mut bench, |office, now| {
        office.remove_group(now, WHO, group)
    });
}

#[test]
fn a_pin_is_valid_from_one_instant_up_to_another() {
    let mut bench = bench();
    let days = (Some(NOON_ISH + HOUR), Some(NOON_ISH + 2 * HOUR));
    change(&mut bench, |office, now| {
        office.set_pin_validity(now, WHO, DOES_ID, days.0, days.1)
    });
    let answer = |bench: &mut Bench| bench.pin(ONE, DOE);
    let refused = |blocked| PinAnswer::Refused {
        inmate: DOES_ID,
        blocked,
    };
    assert_eq!(answer(&mut bench), refused(Blocked::PinNotYetValid));
    let blocked = bench.refused(ONE, Some(DOE), COLLECT);
    assert_eq!(blocked, Blocked::PinNotYetValid);
    bench.wait(3600);
    assert!(matches!(answer(&mut bench), PinAnswer::Valid { .. }));
    bench.permitted(ONE, Some(DOE), COLLECT);
    bench.wait(3600);
    assert_eq!(answer(&mut bench), refused(Blocked::PinExpired));
    let blocked = bench.refused(TWO, Some(DOE), COLLECT);
    assert_eq!(blocked, Blocked::PinExpired);
}

#[test]
fn a_new_pin_has_the_days_of_the_old_one() {
    let mut bench = bench();
    change(&mut bench, |office, now| {
        office.set_pin_validity(now, WHO, DOES_ID, None, Some(NOON_ISH))
    });
    let pin = PinDetails {
        pin: secret("777123"),
        language: None,
        class: None,
    };
    change(&mut bench, |office, now| {
        office.set_pin(now, WHO, DOES_ID, &pin)
    });
    let blocked = bench.refused(ONE, Some("777123"), COLLECT);
    assert_eq!(blocked, Blocked::PinExpired);
    let words = "days of the PIN: they end before they begin";
    refuses(&mut bench, words, |office, now| {
        office.set_pin_validity(now, WHO, DOES_ID, Some(5), Some(5))
    });
}

#[test]
fn a_suspended_inmate_makes_no_call_whatever_the_pin() {
    let mut bench = bench();
    let suspend = |bench: &mut Bench, suspended| {
        change(bench, |office, now| {
            office.set_suspended(now, WHO, DOES_ID, suspended)
        });
    };
    suspend(&mut bench, Disabled::Until(NOON_ISH + HOUR));
    let blocked = Blocked::InmateSuspended;
    let inmate = DOES_ID;
    let refused = PinAnswer::Refused { inmate, blocked };
    assert_eq!(bench.pin(ONE, DOE), refused);
    assert_eq!(bench.refused(ONE, Some(DOE), COLLECT), blocked);
    assert_eq!(
        found(&mut bench, Check::InmateStatus),
        Some(Finding::Disabled)
    );
    // Another inmate calls.
    bench.permitted(TWO, Some(ROE), COLLECT);
    bench.wait(3600);
    bench.permitted(ONE, Some(DOE), COLLECT);
    suspend(&mut bench, Disabled::ForGood);
    bench.wait(1_000_000);
    assert_eq!(bench.refused(ONE, Some(DOE), COLLECT), blocked);
    // The PIN itself is not disabled.
    suspend(&mut bench, Disabled::No);
    bench.permitted(ONE, Some(DOE), COLLECT);
}

#[test]
fn a_suspended_inmate_who_tries_again_and_again_brings_no_phone_to_rest() {
    let mut bench = bench();
    change(&mut bench, |office, now| {
        office.set_suspended(now, WHO, DOES_ID, Disabled::ForGood)
    });
    for _ in 0..30 {
        assert!(matches!(bench.pin(ONE, DOE), PinAnswer::Refused { .. }));
    }
    assert!(matches!(bench.pin(ONE, ROE), PinAnswer::Valid { .. }));
}

#[test]
fn an_inmate_calls_when_the_steps_are_done_that_the_site_asks_for() {
    let mut bench = bench();
    let asked = Enrollment::NONE
        .with(EnrollmentStep::Identified)
        .with(EnrollmentStep::RulesSigned);
    settings(&mut bench, |site| site.rules.people.enrollment = asked);
    assert_eq!(bench.refused(ONE, Some(DOE), COLLECT), Blocked::NotEnrolled);
    let some = InmateProfile {
        enrolled: Enrollment::NONE.with(EnrollmentStep::Identified),
        ..InmateProfile::default()
    };
    profile(&mut bench, &some);
    assert_eq!(
        found(&mut bench, Check::InmateStatus),
        Some(Finding::NotYet)
    );
    let all = InmateProfile {
        enrolled: asked,
        ..InmateProfile::default()
    };
    profile(&mut bench, &all);
    bench.permitted(ONE, Some(DOE), COLLECT);
}

#[test]
fn a_site_can_ask_for_no_check_of_voices_that_is_not_there() {
    let mut bench = bench();
    let mut site = bench.office.site_settings().expect("reads");
    site.rules.people.enrollment = Enrollment::NONE.with(EnrollmentStep::VoiceTaken);
    let words = "enrollment: voices can't be checked yet, nor be asked for";
    refuses(&mut bench, words, |office, now| {
        office.set_site_settings(now, WHO, &site)
    });
}

#[test]
fn the_longest_call_of_inmate_and_class_makes_the_limit_shorter_and_never_longer() {
    let mut bench = bench();
    let limit = |bench: &mut Bench| bench.permitted(ONE, Some(DOE), COLLECT).limit;
    // The duration class allows ten minutes.
    assert_eq!(limit(&mut bench), Some(Ticks::secs(600)));
    let of_class = class(&mut bench, 4, Some(480));
    let with = |longest_seconds| InmateProfile {
        class: Some(of_class),
        longest_seconds,
        ..InmateProfile::default()
    };
    for (own, expected) in [(None, 480), (Some(300), 300), (Some(900), 480)] {
        profile(&mut bench, &with(own));
        assert_eq!(limit(&mut bench), Some(Ticks::secs(expected)), "{own:?}");
    }
    class(&mut bench, 4, None);
    assert_eq!(limit(&mut bench), Some(Ticks::secs(600)));
}

#[test]
fn a_timed_call_is_told_no_longer_limit_than_the_longest_call_of_the_site() {
    let mut bench = bench();
    let limit = |bench: &mut Bench| bench.permitted(ONE, Some(DOE), COLLECT).limit;
    for (longest, expected) in [(300, 300), (600, 600), (900, 600)] {
        settings(&mut bench, |site| {
            site.call.hard_limit = Ticks::secs(longest);
        });
        assert_eq!(limit(&mut bench), Some(Ticks::secs(expected)), "{longest}");
    }
}

#[test]
fn a_call_of_a_watched_inmate_is_told_and_in_the_journal() {
    let mut bench = bench();
    let watched = InmateProfile {
        watched: true,
        ..InmateProfile::default()
    };
    profile(&mut bench, &watched);
    let call = bench.permitted(ONE, Some(DOE), COLLECT).call;
    let inmate = DOES_ID;
    let expected = Alert::WatchedInmate {
        line: ONE,
        call,
        inmate,
    };
    assert_eq!(bench.office.take_alerts(), [expected]);
    let words = format!("inmate 1, who is watched, calls from line 1: call {call}");
    assert_eq!(journaled(&bench, "alert"), [words]);
    // None of somebody else.
    bench.permitted(TWO, Some(ROE), COLLECT);
    assert_eq!(bench.office.take_alerts(), []);
}

#[test]
fn a_try_of_a_watched_inmate_that_is_refused_for_the_pin_is_told() {
    let mut bench = bench();
    let watched = InmateProfile {
        watched: true,
        ..InmateProfile::default()
    };
    profile(&mut bench, &watched);
    bench.permitted(ONE, Some(DOE), COLLECT);
    bench.office.take_alerts();
    // The PIN is in use, as is seen at the admission of a call whose PIN was taken before.
    assert_eq!(bench.refused(TWO, Some(DOE), COLLECT), Blocked::PinInUse);
    let told = bench.office.take_alerts();
    assert!(
        matches!(told[..], [Alert::WatchedInmate { line: TWO, .. }]),
        "{told:?}"
    );
    // Or already when it is keyed, and no number ever is.
    bench.wait(5);
    let end = CallEnd {
        inmate: Some(DOES_ID),
        blocked: Some(Blocked::PinInUse),
        ..CallEnd::bare(
            bench.now,
            bench.now,
            Disposition::Blocked,
            EndedBy::Controller,
        )
    };
    bench.end(TWO, end.clone());
    let told = bench.office.take_alerts();
    assert!(
        matches!(told[..], [Alert::WatchedInmate { line: TWO, .. }]),
        "{told:?}"
    );
    bench.end(TWO, end);
    assert_eq!(bench.office.take_alerts(), [], "told again, it is one try");
    // Who hangs up before any number asked for no call.
    bench.wait(5);
    let left = CallEnd {
        inmate: Some(DOES_ID),
        ..CallEnd::bare(
            bench.now,
            bench.now,
            Disposition::NotDialed,
            EndedBy::Inmate,
        )
    };
    bench.end(TWO, left);
    assert_eq!(bench.office.take_alerts(), []);
}

#[test]
fn a_note_for_the_next_call_is_told_once() {
    let mut bench = bench();
    let noted = InmateProfile {
        note_for_next_call: Some("chaplain waits".to_owned()),
        ..InmateProfile::default()
    };
    profile(&mut bench, &noted);
    bench.permitted(ONE, Some(DOE), COLLECT);
    let told = bench.office.take_alerts();
    assert!(matches!(told[..], [Alert::NoteForCall { .. }]));
    assert_eq!(journaled(&bench, "note"), ["chaplain waits"]);
    bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(bench.office.take_alerts(), []);
}

#[test]
fn a_note_for_the_next_call_is_told_of_a_refused_try_too_and_waits_for_the_call() {
    let mut bench = bench();
    let noted = InmateProfile {
        note_for_next_call: Some("chaplain waits".to_owned()),
        ..InmateProfile::default()
    };
    profile(&mut bench, &noted);
    change(&mut bench, |office, now| {
        office.add_restricted(now, WHO, "9005550123", "")
    });
    bench.refused(ONE, Some(DOE), "19005550123");
    bench.permitted(ONE, Some(DOE), COLLECT);
    let told = bench.office.take_alerts();
    assert!(
        matches!(
            told[..],
            [Alert::NoteForCall { .. }, Alert::NoteForCall { .. }]
        ),
        "{told:?}"
    );
    assert_eq!(journaled(&bench, "note"), ["chaplain waits"; 2]);
    bench.permitted(ONE, Some(DOE), COLLECT);
    assert_eq!(bench.office.take_alerts(), []);
}

/// What the journal says of this noun.
fn journaled(bench: &Bench, noun: &str) -> Vec<String> {
    let entries = bench.office.journal(0, 1000).expect("reads").into_iter();
    let of_noun = entries.filter(|entry| entry.noun == noun);
    of_noun.map(|entry| entry.change).collect()
}

fn contact(bench: &mut Bench, relationship: Relationship) {
    let contact = NewContact {
        name: "Doe, A".to_owned(),
        relationship,
        number: MOTHER.to_owned(),
        identification: "passport seen".to_owned(),
    };
    change(bench, |office, now| {
        office.put_contact(now, WHO, DOES_ID, &contact)
    });
}

fn review(bench: &mut Bench, actor: &str, review: Review) -> Review {
    change(bench, |office, now| {
        office.review_contact(now, actor, DOES_ID, MOTHER, review)
    })
}

#[test]
fn a_contact_is_put_forward_reviewed_and_reviewed_again_when_it_changes() {
    let mut bench = bench();
    contact(&mut bench, Relationship::Parent);
    let entered = |bench: &Bench| bench.office.contacts(DOES_ID).expect("reads");
    assert_eq!(entered(&bench)[0].review, Review::Pending);
    assert_eq!(
        review(&mut bench, "desk", Review::Approved),
        Review::Approved
    );
    assert_eq!(entered(&bench)[0].approved_by, ["desk"]);
    contact(&mut bench, Relationship::Friend);
    assert_eq!(entered(&bench)[0].review, Review::Pending);
    let removed = change(&mut bench, |office, now| {
        office.remove_contact(now, WHO, DOES_ID, MOTHER)
    });
    assert!(removed);
    assert_eq!(entered(&bench), []);
    let words = "inmate 1 has no contact with number 2155550123";
    refuses(&mut bench, words, |office, now| {
        office.review_contact(now, WHO, DOES_ID, MOTHER, Review::Approved)
    });
}

#[test]
fn where_two_persons_approve_the_second_is_somebody_else() {
    const DESK: &str = "user 1000 (desk)";
    let mut bench = bench();
    settings(&mut bench, |site| {
        site.rules.people.two_persons = true;
        site.rules.people.only_approved_contacts = true;
    });
    contact(&mut bench, Relationship::Parent);
    assert_eq!(review(&mut bench, DESK, Review::Approved), Review::Pending);
    assert_eq!(
        bench.refused(ONE, Some(DOE), COLLECT),
        Blocked::ContactNotApproved
    );
    let words =
        "user 1000 (desk) has approved this contact before: the second must be somebody else";
    refuses(&mut bench, words, |office, now| {
        office.review_contact(now, DESK, DOES_ID, MOTHER, Review::Approved)
    });
    assert_eq!(
        review(&mut bench, "user 1001 (chief)", Review::Approved),
        Review::Approved
    );
    bench.permitted(ONE, Some(DOE), COLLECT);
    // Whoever is known by a name alone may be anybody.
    contact(&mut bench, Relationship::Parent);
    for nobody in ["chief", "user chief", "somebody, as user 990 (sallyport)"] {
        let words = format!(
            "two persons have to approve a contact, and {nobody} may be either of them: log in as \
             yourself, and become the controller's own user, not root, by sudo or su alone"
        );
        refuses(&mut bench, &words, |office, now| {
            office.review_contact(now, nobody, DOES_ID, MOTHER, Review::Approved)
        });
    }
    review(&mut bench, DESK, Review::Approved);
    review(&mut bench, "user 1001 (chief)", Review::Approved);
    // A refusal takes both words back.
    review(&mut bench, DESK, Review::Refused);
    assert_eq!(review(&mut bench, DESK, Review::Approved), Review::Pending);
}

#[test]
fn only_approved_contacts_are_called_where_the_site_wants_it() {
    let mut bench = bench();
    let only = |bench: &mut Bench, only| {
        settings(bench, |site| {
            site.rules.people.only_approved_contacts = only
        });
    };
    only(&mut bench, true);
    let blocked = Blocked::ContactNotApproved;
    assert_eq!(bench.refused(ONE, Some(DOE), COLLECT), blocked);
    assert_eq!(found(&mut bench, Check::Contact), Some(Finding::NotFound));
    contact(&mut bench, Relationship::Parent);
    assert_eq!(found(&mut bench, Check::Contact), Some(Finding::NotYet));
    review(&mut bench, "desk", Review::Approved);
    bench.permitted(ONE, Some(DOE), COLLECT);
    // What is allowed for everybody is called without a contact.
    change(&mut bench, |office, now| {
        office.add_allowed(now, WHO, "2155550177", &Default::default())
    });
    bench.permitted(ONE, Some(DOE), "02155550177");
    // A refused contact is not called, whatever the site wants.
    only(&mut bench, false);
    review(&mut bench, "desk", Review::Refused);
    assert_eq!(bench.refused(ONE, Some(DOE), COLLECT), blocked);
    review(&mut bench, "desk", Review::Pending);
    bench.permitted(ONE, Some(DOE), COLLECT);
}

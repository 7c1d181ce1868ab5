//! What files bring of profiles, contacts, cards and officers, beyond what each row says: what is
//! kept, what has to be reviewed again, and that a bad row leaves nothing behind.

use crate::bench::{Bench, DOE, ONE, bench, bench_with, secret};
use backoffice::{
    CardImport, ContactImport, Disabled, Error, Holder, ImportMode, ImportRow, Imported,
    InmateProfile, NewContact, NewOfficer, NumberFlags, NumberImport, OfficerImport, ProfileImport,
};
use types::{
    credential::CardNumber,
    id::{InmateId, OfficerId},
    inmate::{Enrollment, EnrollmentStep, Relationship, Review},
    phone_number::PhoneNumber,
    secret::Secret,
};

const DOES: InmateId = InmateId(1);
const CARD: &str = "4B7F2210";

fn card(text: &str) -> Secret<CardNumber> {
    Secret::new(CardNumber::parse(text.as_bytes()).expect("a card"))
}

fn number() -> PhoneNumber {
    PhoneNumber::national("2155550123").expect("a number")
}

fn taken(bench: &mut Bench, actor: &str, row: ImportRow) -> Imported {
    let done = bench
        .office
        .import(bench.now, actor, &[row], ImportMode::SkipBad);
    done.expect("works").remove(0)
}

/// A row that is bad for this in this column, and nothing is changed or journaled for it.
#[track_caller]
fn is_bad(bench: &mut Bench, row: ImportRow, column: &str, why: &str) {
    let before = bench.office.verify_journal().expect("is whole");
    match taken(bench, "warden", row) {
        Imported::Bad { column: c, why: w } => {
            assert_eq!(c, column, "{w}");
            assert!(w.contains(why), "{w}");
        }
        other => panic!("{other:?}"),
    }
    let after = bench.office.verify_journal().expect("is whole");
    assert_eq!(before, after, "nothing is written");
}

fn profile() -> ProfileImport {
    ProfileImport {
        facility_id: "A-17".to_owned(),
        unit: None,
        class: None,
        supervision: None,
        watched: None,
        booked_only: None,
        longest_seconds: None,
        enrolled: None,
        suspended: None,
    }
}

fn contact(review: Option<Review>) -> ContactImport {
    ContactImport {
        facility_id: "A-17".to_owned(),
        number: number(),
        name: Some("Doe, A".to_owned()),
        relationship: Some(Relationship::Parent),
        identification: None,
        review,
    }
}

fn card_of(id: &str, number: Option<&str>, is_taken: Option<bool>, note: &str) -> ImportRow {
    ImportRow::Card(CardImport {
        id: id.to_owned(),
        officer: id.starts_with('O'),
        card: number.map(card),
        taken: is_taken,
        note: (!note.is_empty()).then(|| note.to_owned()),
    })
}

fn officer(id: &str, name: Option<&str>, code: Option<&str>) -> ImportRow {
    ImportRow::Officer(OfficerImport {
        id: id.to_owned(),
        name: name.map(str::to_owned),
        code: code.map(secret),
        active: None,
    })
}

#[test]
fn a_profile_keeps_what_a_row_does_not_say_and_what_no_file_can() {
    let mut bench = bench();
    let until = Disabled::Until(i64::MAX);
    let step = EnrollmentStep::VoiceTaken;
    let is = InmateProfile {
        watched: true,
        enrolled: Enrollment::NONE.with(step),
        note_for_next_call: Some("has moved".to_owned()),
        ..InmateProfile::default()
    };
    let (office, now) = (&mut bench.office, bench.now);
    office
        .set_profile(now, "warden", DOES, &is)
        .expect("is set");
    let set = office.set_suspended(now, "warden", DOES, until);
    set.expect("is set");
    let row = ProfileImport {
        longest_seconds: Some(Some(300)),
        enrolled: Some(Enrollment::NONE.with(EnrollmentStep::Identified)),
        suspended: Some(true),
        ..profile()
    };
    let first = taken(&mut bench, "clerk", ImportRow::Profile(row.clone()));
    assert_eq!(first, Imported::Changed);
    let again = taken(&mut bench, "clerk", ImportRow::Profile(row));
    assert_eq!(again, Imported::Same);
    let details = bench.office.inmate_details(DOES).expect("reads");
    let details = details.expect("is there");
    let expected = InmateProfile {
        longest_seconds: Some(300),
        enrolled: is.enrolled.with(EnrollmentStep::Identified),
        ..is
    };
    assert_eq!((details.profile, details.suspended), (expected, until));
}

#[test]
fn a_profile_that_names_what_is_not_there_is_bad_in_that_column() {
    let mut bench = bench();
    let unit = ProfileImport {
        unit: Some(Some("West".to_owned())),
        watched: Some(true),
        ..profile()
    };
    let told = "group \"West\" is not entered";
    is_bad(&mut bench, ImportRow::Profile(unit), "unit", told);
    let class = ProfileImport {
        class: Some(types::inmate::InmateClass::new(9)),
        ..profile()
    };
    let told = "class of inmates 9 is not entered";
    is_bad(&mut bench, ImportRow::Profile(class), "inmate-class", told);
    let long = ProfileImport {
        longest_seconds: Some(Some(6000)),
        ..profile()
    };
    let (column, told) = ("longest-seconds", "1 second to 99 minutes");
    is_bad(&mut bench, ImportRow::Profile(long), column, told);
    let nobody = ProfileImport {
        facility_id: "Z-1".to_owned(),
        ..profile()
    };
    let told = "no inmate has the id \"Z-1\"";
    is_bad(&mut bench, ImportRow::Profile(nobody), "id", told);
}

#[test]
fn a_contact_that_a_file_changes_is_reviewed_again_and_a_second_person_still_approves() {
    let mut bench = bench_with(|config| config.seed.settings.rules.people.two_persons = true);
    let review = |bench: &Bench| {
        let contacts = bench.office.contacts(DOES).expect("reads");
        contacts[0].review
    };
    let approved = || ImportRow::Contact(contact(Some(Review::Approved)));
    assert_eq!(taken(&mut bench, "one", approved()), Imported::New);
    assert_eq!(review(&bench), Review::Pending, "the second is awaited");
    let pending = ImportRow::Contact(contact(Some(Review::Pending)));
    assert_eq!(taken(&mut bench, "one", pending), Imported::Same);
    let told = taken(&mut bench, "one", approved());
    let Imported::Bad { column, why } = told else {
        panic!("one person is not two: {told:?}");
    };
    assert!(column == "review" && why.contains("somebody else"), "{why}");
    assert_eq!(taken(&mut bench, "two", approved()), Imported::Changed);
    assert_eq!(review(&bench), Review::Approved);
    assert_eq!(taken(&mut bench, "two", approved()), Imported::Same);
    let renamed = ContactImport {
        name: Some("Roe, A".to_owned()),
        ..contact(None)
    };
    let renamed = taken(&mut bench, "two", ImportRow::Contact(renamed));
    assert_eq!(renamed, Imported::Changed);
    assert_eq!(review(&bench), Review::Pending);
}

#[test]
fn a_new_contact_needs_a_name_and_a_relationship() {
    let mut bench = bench();
    let nameless = ContactImport {
        name: None,
        ..contact(None)
    };
    is_bad(&mut bench, ImportRow::Contact(nameless), "name", "empty");
    let unrelated = ContactImport {
        relationship: None,
        ..contact(None)
    };
    let row = ImportRow::Contact(unrelated);
    is_bad(&mut bench, row, "relationship", "has to have one");
}

#[test]
fn a_card_goes_to_one_holder_and_a_lost_one_to_nobody_else() {
    let mut bench = bench();
    let (office, now) = (&mut bench.office, bench.now);
    let lee = NewOfficer {
        id: "O-1".to_owned(),
        name: "Lee".to_owned(),
    };
    let lee = office.add_officer(now, "warden", &lee).expect("is added");
    assert_eq!(lee, OfficerId(1));
    let give = |id| card_of(id, Some(CARD), None, "");
    assert_eq!(taken(&mut bench, "clerk", give("A-17")), Imported::New);
    assert_eq!(taken(&mut bench, "clerk", give("A-17")), Imported::Same);
    for other in ["A-18", "O-1"] {
        is_bad(&mut bench, give(other), "card", "given out already");
    }
    let lost = |note| card_of("A-17", None, Some(false), note);
    is_bad(&mut bench, lost(""), "note", "must not be empty");
    assert_eq!(taken(&mut bench, "clerk", lost("lost")), Imported::Changed);
    assert_eq!(taken(&mut bench, "clerk", lost("lost")), Imported::Same);
    let told = "not taken any more: lost";
    is_bad(&mut bench, give("A-18"), "card", told);
    let note = card_of("A-17", None, None, "another");
    is_bad(&mut bench, note, "note", "nothing of that changes");
    let none = card_of("O-1", None, Some(true), "found");
    is_bad(&mut bench, none, "card", "officer 1 has no card");
    let found = card_of("A-17", Some(CARD), Some(true), "found");
    assert_eq!(taken(&mut bench, "clerk", found), Imported::Changed);
    let cards = bench.office.cards_after(None, 10).expect("reads");
    let [(Holder::Inmate(DOES), shown)] = &cards[..] else {
        panic!("{cards:?}");
    };
    assert_eq!((shown.taken, shown.note.as_str()), (true, "found"));
    let unknown = card_of("O-9", Some("99990000"), None, "");
    is_bad(&mut bench, unknown, "id", "no officer has the id \"O-9\"");
}

#[test]
fn who_gets_a_card_that_is_taken_gets_no_account_for_it() {
    let mut bench = bench();
    let poe = backoffice::NewInmate {
        facility_id: "A-19".to_owned(),
        name: "Poe".to_owned(),
    };
    let (office, now) = (&mut bench.office, bench.now);
    office.add_inmate(now, "warden", &poe).expect("is added");
    let give = |id| card_of(id, Some(CARD), None, "");
    assert_eq!(taken(&mut bench, "clerk", give("A-17")), Imported::New);
    is_bad(&mut bench, give("A-19"), "card", "given out already");
    bench.permitted(ONE, Some(DOE), "02155550123");
}

#[test]
fn a_code_is_one_officer_s_and_a_row_that_is_bad_for_it_enters_nobody() {
    let mut bench = bench();
    let expected = bench.office.site_settings().expect("reads");
    let length = usize::from(expected.call.code_length);
    let (code, other) = ("1234567890123456", "6543210987654321");
    let (code, other) = (&code[..length.max(4)], &other[..length.max(4)]);
    let lee = officer("O-1", Some("Lee"), Some(code));
    assert_eq!(taken(&mut bench, "clerk", lee.clone()), Imported::New);
    assert_eq!(taken(&mut bench, "clerk", lee), Imported::Same);
    let same_code = officer("O-2", Some("Kim"), Some(code));
    is_bad(&mut bench, same_code, "code", "given out already");
    let short = officer("O-2", Some("Kim"), Some("12"));
    is_bad(&mut bench, short, "code", "decimal digits");
    let nameless = officer("O-2", None, Some(other));
    is_bad(&mut bench, nameless, "name", "must not be empty");
    assert_eq!(bench.office.officer("O-2").expect("reads"), None);
    let renamed = officer("O-1", Some("Lee, K"), Some(other));
    assert_eq!(taken(&mut bench, "clerk", renamed), Imported::Changed);
    let all = bench.office.officers_after(None, 10).expect("reads");
    let names: Vec<_> = all.iter().map(|(_, it)| it.name.as_str()).collect();
    assert_eq!(names, ["Lee, K"]);
    let free = officer("O-2", Some("Kim"), Some(code));
    assert_eq!(taken(&mut bench, "clerk", free), Imported::New);
}

#[test]
fn pages_of_numbers_and_contacts_go_on_within_an_inmate() -> Result<(), Error> {
    let mut bench = bench();
    for at in 0..5 {
        let number = format!("215555010{at}");
        let flags = Default::default();
        let (office, now) = (&mut bench.office, bench.now);
        office.add_pin_number(now, "warden", DOES, &number, &flags)?;
        let contact = backoffice::NewContact {
            name: "Doe, A".to_owned(),
            relationship: Relationship::Friend,
            number,
            identification: String::new(),
        };
        office.put_contact(now, "warden", DOES, &contact)?;
    }
    let (mut numbers, mut contacts) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = bench.office.numbers_after(after, 2)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        numbers.extend(page.into_iter().map(|(_, it)| it.number.to_string()));
    }
    let mut after = None;
    loop {
        let page = bench.office.contacts_after(after, 2)?;
        let Some((last, ..)) = page.last() else { break };
        after = Some(*last);
        contacts.extend(page.into_iter().map(|(.., it)| it.number));
    }
    let all: Vec<_> = (0..5).map(|at| format!("215555010{at}")).collect();
    assert_eq!((numbers, contacts), (all.clone(), all));
    Ok(())
}

#[test]
fn a_number_that_no_dialing_can_make_is_a_bad_row() {
    let mut bench = bench();
    let parse = |text: &str| PhoneNumber::parse(text).expect("a number");
    let listed = |text: &str| {
        ImportRow::Number(NumberImport {
            facility_id: "A-17".to_owned(),
            number: parse(text),
            untimed: None,
            privileged: Some(true),
            disabled: None,
        })
    };
    let known = |text: &str| {
        ImportRow::Contact(ContactImport {
            number: parse(text),
            ..contact(Some(Review::Refused))
        })
    };
    for (text, told) in [
        ("12155550143", "before it (2155550143)"),
        ("02155550144", "before it (2155550144)"),
        ("5550144", "no dialing makes 5550144: it would never match"),
        ("+123", "or + and country code for one abroad"),
    ] {
        is_bad(&mut bench, listed(text), "number", told);
        is_bad(&mut bench, known(text), "number", told);
    }
    for text in ["2155550143", "+442079460123"] {
        assert_eq!(taken(&mut bench, "clerk", listed(text)), Imported::New);
        assert_eq!(taken(&mut bench, "clerk", known(text)), Imported::New);
    }
    // What came in before is still changed, and taken away.
    let (office, now, old) = (&mut bench.office, bench.now, "12155550150");
    let flags = NumberFlags::default();
    let put = office.add_pin_number(now, "warden", DOES, old, &flags);
    put.expect("is put");
    let before = NewContact {
        name: "Doe, A".to_owned(),
        relationship: Relationship::Parent,
        number: old.to_owned(),
        identification: String::new(),
    };
    let put = office.put_contact(now, "warden", DOES, &before);
    put.expect("is put");
    assert_eq!(taken(&mut bench, "clerk", listed(old)), Imported::Changed);
    assert_eq!(taken(&mut bench, "clerk", known(old)), Imported::Changed);
    let removed = bench
        .office
        .remove_pin_number(bench.now, "warden", DOES, old);
    assert!(removed.expect("works"));
}

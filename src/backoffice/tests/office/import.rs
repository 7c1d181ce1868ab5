//! What files bring of profiles, contacts, cards and officers, beyond what each row says: what is
//! kept, what has to be reviewed again, and that a bad row leaves nothing behind.

use crate::bench::{Bench, DOE, ONE, bench, bench_with, secret};
use backoffice::{
    Allowance, AllowanceImport, CardImport, ContactImport, Disabled, Error, Holder, ImportMode,
    ImportOff, ImportRow, Imported, InmateImport, InmateProfile, ListImport, NewOfficer,
    NumberImport, OfficerImport, Periods, PinDays, ProfileImport, SeedScope, WeekSteps, WrongCell,
    acting,
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
        Imported::Bad(wrong) => {
            let [wrong] = &wrong[..] else {
                panic!("{wrong:?}");
            };
            assert_eq!(wrong.column, column, "{wrong:?}");
            assert!(wrong.why.contains(why), "{wrong:?}");
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
        hours: None,
        allowance: AllowanceImport::default(),
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
        kept: None,
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
        suspended: Some(ImportOff::Yes),
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
    let told = "no inmate has this id";
    is_bad(&mut bench, ImportRow::Profile(nobody), "id", told);
}

#[test]
fn a_contact_that_a_file_changes_is_reviewed_again_and_a_second_person_still_approves() {
    const ONE: &str = "user 1000 (one)";
    const TWO: &str = "user 1001 (two)";
    let mut bench = bench_with(|config| config.seed.settings.rules.people.two_persons = true);
    let review = |bench: &Bench| {
        let contacts = bench.office.contacts(DOES).expect("reads");
        contacts[0].review
    };
    let approved = || ImportRow::Contact(contact(Some(Review::Approved)));
    assert_eq!(taken(&mut bench, ONE, approved()), Imported::New);
    assert_eq!(review(&bench), Review::Pending, "the second is awaited");
    let pending = ImportRow::Contact(contact(Some(Review::Pending)));
    assert_eq!(taken(&mut bench, ONE, pending), Imported::Same);
    let told = taken(&mut bench, ONE, approved());
    let Imported::Bad(wrong) = told else {
        panic!("one person is not two: {told:?}");
    };
    assert_eq!(wrong[0].column, "review");
    assert!(wrong[0].why.contains("somebody else"), "{wrong:?}");
    assert_eq!(taken(&mut bench, TWO, approved()), Imported::Changed);
    assert_eq!(review(&bench), Review::Approved);
    assert_eq!(taken(&mut bench, TWO, approved()), Imported::Same);
    let renamed = ContactImport {
        name: Some("Roe, A".to_owned()),
        ..contact(None)
    };
    let renamed = taken(&mut bench, TWO, ImportRow::Contact(renamed));
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
    assert_eq!(taken(&mut bench, "clerk", give("A-17")), Imported::Given);
    for other in ["A-18", "O-1"] {
        is_bad(&mut bench, give(other), "card", "given out already");
    }
    let lost = |note| card_of("A-17", None, Some(false), note);
    is_bad(&mut bench, lost(""), "note", "must not be empty");
    assert_eq!(taken(&mut bench, "clerk", lost("lost")), Imported::Changed);
    assert_eq!(taken(&mut bench, "clerk", lost("lost")), Imported::Same);
    // That it was lost, and what else a note says, is told to nobody who guesses it.
    let told = taken(&mut bench, "clerk", give("A-18"));
    let why = "this card is given out already".to_owned();
    let wrong = WrongCell {
        column: "card",
        why,
        anothers: true,
    };
    assert_eq!(told, Imported::Bad(vec![wrong]));
    let note = card_of("A-17", None, None, "another");
    is_bad(&mut bench, note, "note", "nothing of that changes");
    let none = card_of("O-1", None, Some(true), "found");
    is_bad(&mut bench, none, "card", "officer 1 has no card");
    let found = card_of("A-17", Some(CARD), Some(true), "found");
    assert_eq!(taken(&mut bench, "clerk", found), Imported::Given);
    let cards = bench.office.cards_after(None, 10).expect("reads");
    let [(Holder::Inmate(DOES), shown)] = &cards[..] else {
        panic!("{cards:?}");
    };
    assert_eq!((shown.taken, shown.note.as_str()), (true, "found"));
    let unknown = card_of("O-9", Some("99990000"), None, "");
    is_bad(&mut bench, unknown, "id", "no officer has this id");
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
    assert_eq!(taken(&mut bench, "clerk", lee), Imported::Given);
    let same_code = officer("O-2", Some("Kim"), Some(code));
    is_bad(&mut bench, same_code, "code", "given out already");
    let short = officer("O-2", Some("Kim"), Some("12"));
    is_bad(&mut bench, short, "code", "decimal digits");
    let nameless = officer("O-2", None, Some(other));
    is_bad(&mut bench, nameless, "name", "must not be empty");
    assert_eq!(bench.office.officer("O-2").expect("reads"), None);
    let renamed = officer("O-1", Some("Lee, K"), Some(other));
    assert_eq!(taken(&mut bench, "clerk", renamed), Imported::Given);
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
            kept: None,
        })
    };
    let known = |text: &str| {
        ImportRow::Contact(ContactImport {
            number: parse(text),
            ..contact(Some(Review::Refused))
        })
    };
    for (text, told) in [
        ("12155550143", "before it (here its first digit)"),
        ("0112155550144", "before it (here its first 3 digits)"),
        (
            "5550144",
            "no dialing makes this number: it would never match",
        ),
        ("+123", "no dialing makes \"+123\": it would never match"),
    ] {
        is_bad(&mut bench, listed(text), "number", told);
        is_bad(&mut bench, known(text), "number", told);
    }
    for text in ["2155550143", "+442079460123"] {
        assert_eq!(taken(&mut bench, "clerk", listed(text)), Imported::New);
        assert_eq!(taken(&mut bench, "clerk", known(text)), Imported::New);
    }
    // What came in before is still changed, and taken away.
    let mut before = bench_with(|config| config.dial_plan = Default::default());
    let old = "12155550150";
    assert_eq!(taken(&mut before, "clerk", listed(old)), Imported::New);
    assert_eq!(taken(&mut before, "clerk", known(old)), Imported::New);
    let mut bench = before.restart();
    let ImportRow::Number(mut number) = listed(old) else {
        unreachable!("a number");
    };
    number.untimed = Some(true);
    let number = ImportRow::Number(number);
    assert_eq!(taken(&mut bench, "clerk", number), Imported::Changed);
    let ImportRow::Contact(mut contact) = known(old) else {
        unreachable!("a contact");
    };
    contact.name = Some("Roe, A".to_owned());
    let contact = ImportRow::Contact(contact);
    assert_eq!(taken(&mut bench, "clerk", contact), Imported::Changed);
    let removed = bench
        .office
        .remove_pin_number(bench.now, "warden", DOES, old);
    assert!(removed.expect("works"));
}

/// What a row is refused with, in any column.
#[track_caller]
fn refused(bench: &mut Bench, actor: &str, row: ImportRow) -> String {
    match taken(bench, actor, row) {
        Imported::Bad(all) => {
            let told = |wrong: &WrongCell| format!("{}: {}", wrong.column, wrong.why);
            all.iter().map(told).collect::<Vec<_>>().join("; ")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_secret_in_the_place_of_an_id_a_group_or_a_number_is_not_said() {
    let mut bench = bench();
    let now = bench.now;
    let reserved = bench
        .office
        .add_entry_restricted(now, "warden", "2155550177", "a judge");
    reserved.expect("is added");
    let number = |id: &str, number: &str| {
        ImportRow::Number(NumberImport {
            facility_id: id.to_owned(),
            number: PhoneNumber::parse(number).expect("a number"),
            untimed: None,
            privileged: None,
            disabled: None,
            kept: None,
        })
    };
    let unit = ProfileImport {
        unit: Some(Some("482915".to_owned())),
        ..profile()
    };
    for (row, told) in [
        (number("482915", "2155550123"), "id: no inmate has this id"),
        (
            card_of("O482915", Some(CARD), None, ""),
            "id: no officer has this id",
        ),
        (ImportRow::Profile(unit), "unit: no group has this name"),
        (
            number("A-17", "482915"),
            "number: no dialing makes this number",
        ),
        (
            number("A-17", "12155550143"),
            "dialed before it (here its first digit)",
        ),
        (
            number("A-17", "0112155550143"),
            "dialed before it (here its first 3 digits)",
        ),
        (
            number("A-17", "2155550177"),
            "number: this number is not taken by a PIN's list",
        ),
    ] {
        let why = refused(&mut bench, "clerk", row);
        assert!(why.contains(told), "no {told} in {why}");
        for secret in ["4829", "5550143", "2155550123", CARD] {
            assert!(!why.contains(secret), "{secret} in {why}");
        }
    }
}

#[test]
fn an_id_that_only_looks_like_anothers_is_refused() {
    let mut bench = bench();
    let inmate = |id: &str, name: &str| {
        ImportRow::Inmate(InmateImport {
            facility_id: id.to_owned(),
            name: Some(name.to_owned()),
            pin: None,
            language: None,
            class: None,
            disabled: None,
            valid_from: None,
            valid_to: None,
        })
    };
    let lookalikes = [
        "A-1\u{200b}7", // zero width
        "\u{202e}71-A", // right to left
        "A-1\u{2060}7",
        "A\u{2011}17", // a hyphen that is none
        "\u{410}-17",  // a Cyrillic A
        "A\u{301}-17", // not in its composed form
        "Á-17",
        "A-\u{ff11}7", // a wide digit
        "A\u{a0}17",   // blanks
        "A\u{2003}17",
        "A\t17",
        "A  17",
        " A-17",
        "A-17 ",
    ];
    for id in lookalikes {
        let told = "letters A to Z, digits and signs of ASCII";
        is_bad(&mut bench, inmate(id, "Poe, E"), "id", told);
        is_bad(&mut bench, officer(id, Some("Kim"), None), "id", told);
    }
    for (name, told) in [
        ("Do\u{200d}e, J", "U+200D"),
        ("\u{202e}J ,eoD", "U+202E"),
        ("Doe,\u{a0}J", "U+00A0"),
        ("Doe\u{7}", "U+0007"),
    ] {
        is_bad(&mut bench, inmate("A-20", name), "name", told);
        let contact = ContactImport {
            name: Some(name.to_owned()),
            ..contact(None)
        };
        is_bad(&mut bench, ImportRow::Contact(contact), "name", told);
        let (office, now) = (&mut bench.office, bench.now);
        let group = office.add_group(now, "warden", name, None);
        assert!(group.expect_err("is refused").to_string().contains(told));
    }
    for (id, name) in [
        ("A-20", "Müller, Jörg"),
        ("a 21/b.c_(#)", "王小明"),
        ("22", "अनीता शर्मा"),
    ] {
        let row = inmate(id, name);
        assert_eq!(taken(&mut bench, "clerk", row), Imported::New, "{id}");
    }
}

#[test]
fn root_and_the_controllers_user_are_not_two_persons() {
    let mut bench = bench_with(|config| config.seed.settings.rules.people.two_persons = true);
    let approved = || ImportRow::Contact(contact(Some(Review::Approved)));
    let review = |bench: &Bench| {
        let contacts = bench.office.contacts(DOES).expect("reads");
        (contacts[0].review, contacts[0].approved_by.clone())
    };
    let pending = ImportRow::Contact(contact(None));
    assert_eq!(taken(&mut bench, "clerk", pending), Imported::New);
    // Whoever can become one of them can become the other, and nobody knows who that was.
    for account in ["user 0 (root)", "user 990 (sallyport)"] {
        let told = "log in as yourself";
        let nobody = acting(None, account);
        let refused = refused(&mut bench, &nobody, approved());
        assert!(
            refused.starts_with("review: ") && refused.contains(told),
            "{refused}"
        );
    }
    let lee = Some("user 1000 (lee)");
    let approves = acting(lee, "user 990 (sallyport)");
    assert_eq!(taken(&mut bench, &approves, approved()), Imported::Changed);
    let (pending, by) = review(&bench);
    assert_eq!(
        (pending, by),
        (Review::Pending, vec!["user 1000 (lee)".to_owned()])
    );
    // A user without a name at that time is the same.
    let nameless = Some("user 1000");
    for again in [
        acting(lee, "user 991 (desk)"),
        acting(nameless, "user 990 (sallyport)"),
        acting(nameless, "user 1000"),
    ] {
        let refused = refused(&mut bench, &again, approved());
        let told = "has approved this contact before";
        assert!(refused.contains(told), "{refused}");
    }
    let kim = acting(Some("user 1001 (kim)"), "user 990");
    assert_eq!(taken(&mut bench, &kim, approved()), Imported::Changed);
    assert_eq!(review(&bench).0, Review::Approved);
    let journal = bench.office.journal(0, 1000).expect("reads");
    assert_eq!(
        journal.last().expect("an entry").actor,
        "user 1001 (kim), as user 990"
    );
}

#[test]
fn a_row_sets_when_a_pin_is_valid_and_off_and_keeps_what_it_does_not_say() {
    let mut bench = bench();
    let row = |disabled, valid_from, valid_to| {
        ImportRow::Inmate(InmateImport {
            facility_id: "A-17".to_owned(),
            name: None,
            pin: None,
            language: None,
            class: None,
            disabled,
            valid_from,
            valid_to,
        })
    };
    let days = |bench: &Bench| {
        let page = bench.office.inmates_after(None, 1).expect("reads");
        page[0].1.pin.expect("a PIN")
    };
    let (from, to, until) = (1_000, 2_000, i64::MAX);
    let first = row(
        Some(ImportOff::Until(until)),
        Some(Some(from)),
        Some(Some(to)),
    );
    assert_eq!(taken(&mut bench, "clerk", first.clone()), Imported::Changed);
    let set = PinDays {
        disabled: Disabled::Until(until),
        from: Some(from),
        to: Some(to),
    };
    assert_eq!(days(&bench), set);
    assert_eq!(taken(&mut bench, "clerk", first), Imported::Same);
    let stays = row(Some(ImportOff::Yes), None, None);
    assert_eq!(
        taken(&mut bench, "clerk", stays),
        Imported::Same,
        "off for a time"
    );
    // The present of the bench is long after.
    let past = row(Some(ImportOff::Until(3_000)), None, None);
    is_bad(
        &mut bench,
        past.clone(),
        "disabled",
        "is over, and it is off now",
    );
    assert_eq!(days(&bench), set);
    let early = row(None, None, Some(Some(from)));
    is_bad(&mut bench, early, "valid-to", "they end before they begin");
    let open = row(Some(ImportOff::No), None, Some(None));
    assert_eq!(taken(&mut bench, "clerk", open), Imported::Changed);
    assert_eq!(
        taken(&mut bench, "clerk", past),
        Imported::Same,
        "nothing to end"
    );
    let left = PinDays {
        disabled: Disabled::No,
        from: Some(from),
        to: None,
    };
    assert_eq!(days(&bench), left);
    let poe = InmateImport {
        facility_id: "A-30".to_owned(),
        name: Some("Poe".to_owned()),
        pin: None,
        language: None,
        class: None,
        disabled: Some(ImportOff::Yes),
        valid_from: None,
        valid_to: None,
    };
    is_bad(&mut bench, ImportRow::Inmate(poe), "disabled", "has no PIN");
}

#[test]
fn a_profile_gives_hours_and_an_allowance_of_the_own_and_takes_them_back() {
    let mut bench = bench();
    let week = WeekSteps::CLOSED.with_open(0, 32, 36);
    let with = |own, calls: Option<Option<u32>>, hours| {
        let calls = Periods {
            day: calls,
            ..Periods::default()
        };
        ImportRow::Profile(ProfileImport {
            hours,
            allowance: AllowanceImport {
                own,
                calls,
                ..AllowanceImport::default()
            },
            ..profile()
        })
    };
    let has = |bench: &Bench| {
        let page = bench.office.profiles_after(None, 1).expect("reads");
        let exported = page.into_iter().next().expect("Doe").1;
        (exported.allowance, exported.hours)
    };
    assert_eq!(has(&bench), (None, None));
    let two = with(None, Some(Some(2)), Some(Some(week)));
    assert_eq!(taken(&mut bench, "clerk", two.clone()), Imported::Changed);
    let mut allowance = Allowance::default();
    allowance.calls.day = Some(2);
    assert_eq!(has(&bench), (Some(allowance), Some(week)));
    assert_eq!(taken(&mut bench, "clerk", two), Imported::Same);
    let says_nothing = with(None, None, None);
    assert_eq!(taken(&mut bench, "clerk", says_nothing), Imported::Same);
    let both = with(Some(false), Some(Some(3)), None);
    is_bad(&mut bench, both, "own-allowance", "beside limits");
    // No limit of the own is not the same as none of the own.
    let without_limit = with(None, Some(None), None);
    assert_eq!(taken(&mut bench, "clerk", without_limit), Imported::Changed);
    assert_eq!(has(&bench), (Some(Allowance::default()), Some(week)));
    let back = with(Some(false), None, Some(None));
    assert_eq!(taken(&mut bench, "clerk", back), Imported::Changed);
    assert_eq!(has(&bench), (None, None));
}

#[test]
fn pages_of_tables_go_on_where_the_last_one_ended() -> Result<(), Error> {
    let mut bench = bench();
    let now = bench.now;
    let level = types::inmate::Supervision::new(2).expect("a level");
    let patterns: Vec<_> = (0..5).map(|at| format!("215555010{at}")).collect();
    for pattern in &patterns {
        let office = &mut bench.office;
        office.add_restricted(now, "warden", pattern, "")?;
        let scope = types::inmate::Scope::Supervision(level);
        office.add_list_number(now, "warden", scope, true, pattern, "")?;
    }
    let (mut restricted, mut lists) = (Vec::new(), Vec::new());
    let mut after: Option<String> = None;
    loop {
        let page = bench.office.restricted_after(after.as_deref(), 2)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        restricted.extend(page.into_iter().map(|(pattern, _)| pattern));
    }
    let mut after = None;
    loop {
        let page = bench.office.lists_after(after.as_ref(), 2)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        lists.extend(
            page.into_iter()
                .map(|(_, it)| format!("{} {}", it.of, it.pattern)),
        );
    }
    let of = |pattern: &String| format!("supervision 2 {pattern}");
    assert_eq!(lists, patterns.iter().map(of).collect::<Vec<_>>());
    assert_eq!(restricted, patterns);
    Ok(())
}

#[test]
fn a_number_that_a_file_takes_off_makes_room_on_a_full_list() {
    let mut bench = bench();
    let most = bench
        .office
        .site_settings()
        .expect("settings")
        .pin_numbers_max;
    let row = |number: u16, disabled, kept| {
        ImportRow::Number(NumberImport {
            facility_id: "A-17".to_owned(),
            number: PhoneNumber::parse(&format!("215555{number:04}")).expect("a number"),
            untimed: None,
            privileged: None,
            disabled,
            kept,
        })
    };
    let there = bench.office.listed_numbers(DOES).expect("reads").len();
    let rest = most - u16::try_from(there).expect("is small");
    let fills = (1000..1000 + rest).map(|number| row(number, None, None));
    for row in fills {
        assert_eq!(taken(&mut bench, "warden", row), Imported::New);
    }
    // A number that is disabled keeps its place.
    let off = row(1000, Some(ImportOff::Yes), None);
    assert_eq!(taken(&mut bench, "warden", off), Imported::Changed);
    let told = "the list of inmate";
    is_bad(&mut bench, row(2000, None, None), "number", told);
    let exchange = [row(1000, None, Some(false)), row(2000, None, None)];
    for expected in [
        [Imported::Changed, Imported::New],
        [Imported::Same, Imported::Same],
    ] {
        let (office, now) = (&mut bench.office, bench.now);
        let done = office.import(now, "warden", &exchange, ImportMode::Whole);
        assert_eq!(done.expect("works"), expected);
    }
}

#[test]
fn a_list_of_an_inmate_in_a_file_has_a_blocked_side_alone() {
    let mut bench = bench();
    let row = |id: &str, blocked| {
        ImportRow::ListNumber(ListImport {
            of: SeedScope::Inmate(id.to_owned()),
            blocked,
            pattern: "900*".to_owned(),
            note: None,
            kept: None,
        })
    };
    is_bad(
        &mut bench,
        row("A-17", false),
        "side",
        "numbers are blocked here",
    );
    is_bad(&mut bench, row("A-99", true), "of", "no inmate has this id");
    assert_eq!(
        taken(&mut bench, "warden", row("A-17", true)),
        Imported::New
    );
    let page = bench.office.lists_after(None, 9).expect("reads");
    let lists: Vec<_> = page
        .into_iter()
        .map(|(_, list)| (list.of, list.blocked))
        .collect();
    assert_eq!(lists, [("inmate A-17".to_owned(), true)]);
}

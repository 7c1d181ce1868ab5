//! What officers are shown: where one is present, what is booked, what rests, what a PIN says of calls.

use crate::{
    bench::{Bench, DOE, NOON_ISH, ONE, OPEN_PHONE, TWO, bench, bench_with, secret},
    people::{DOES_ID, WHO, change, refuses},
};
use backoffice::{
    BookedCall, Booking, Disabled, GuessRule, NewOfficer, NumberFlags, OfficerPlace, PhoneIdentity,
    PinTerms, Rest, RestOf,
};
use types::{
    credential::{Credential, IdentifyBy},
    id::InmateId,
    language::Language,
    query::Query,
};

const MINUTE: i64 = 60_000;
const ROES_ID: InmateId = InmateId(2);

#[test]
fn groups_that_need_an_officer_and_where_one_is_are_listed() {
    let mut bench = bench();
    let groups = ["East", "North", "West"].map(|name| {
        change(&mut bench, |office, now| {
            office.add_group(now, WHO, name, None)
        })
    });
    let until = Some(NOON_ISH + MINUTE);
    change(&mut bench, |office, now| {
        office.set_officer_needed(now, WHO, groups[0], true)
    });
    change(&mut bench, |office, now| {
        office.officer_present(now, WHO, groups[2], until)
    });
    let place = |name: &str, needed, until_utc_ms| OfficerPlace {
        name: name.to_owned(),
        needed,
        until_utc_ms,
    };
    let places = bench.office.officer_places().expect("reads");
    assert_eq!(
        places,
        [place("East", true, None), place("West", false, until)]
    );
}

fn book(bench: &mut Bench, inmate: InmateId, number: Option<&str>) -> u32 {
    let booking = booking(number);
    change(bench, |office, now| {
        office.book_call(now, WHO, inmate, &booking)
    })
}

fn booking(number: Option<&str>) -> Booking {
    Booking {
        from_utc_ms: NOON_ISH,
        to_utc_ms: NOON_ISH + MINUTE,
        number: number.map(str::to_owned),
        note: "asked for".to_owned(),
    }
}

#[test]
fn booked_calls_are_listed_page_by_page_and_of_one_inmate_alone() {
    let mut bench = bench();
    let of_roe = book(&mut bench, ROES_ID, None);
    let mut of_doe = [None, Some("2155550123")].map(|number| book(&mut bench, DOES_ID, number));
    of_doe.sort_unstable();
    let listed = |of, after, limit| {
        let page = bench.office.booked_calls(of, after, limit).expect("reads");
        page.into_iter().map(|booked| booked.id).collect::<Vec<_>>()
    };
    let all = [of_doe[0], of_doe[1], of_roe];
    assert_eq!(listed(None, None, 9), all);
    assert_eq!(listed(None, None, 2), all[..2]);
    assert_eq!(listed(None, Some((DOES_ID, of_doe[1])), 2), all[2..]);
    assert_eq!(listed(Some(DOES_ID), None, 9), of_doe);
    let found = bench.office.booked_calls(Some(ROES_ID), None, 9);
    let expected = BookedCall {
        inmate: ROES_ID,
        caller: ("A-18".to_owned(), "Roe, R".to_owned()),
        id: of_roe,
        booking: booking(None),
    };
    assert_eq!(found.expect("reads"), [expected]);
}

#[test]
fn a_call_to_a_number_that_no_dialing_makes_is_not_booked() {
    let mut bench = bench();
    let words = "no dialing makes \"12155550123\": it would never match; write the whole national number, \
                 without what is dialed before it (here its first digit), or + and country code for \
                 one abroad";
    refuses(&mut bench, words, |office, now| {
        office.book_call(now, WHO, DOES_ID, &booking(Some("12155550123")))
    });
}

#[test]
fn phones_and_passcodes_that_rest_are_listed_until_they_are_lifted() {
    let rule = GuessRule {
        borne: Some(1),
        forget_seconds: 600,
        rest_seconds: 60,
        longest_rest_seconds: 3600,
    };
    let mut bench = bench_with(|config| {
        config.seed.settings.guessing = rule;
        config.seed.inmates[1].inmate.facility_id = "18".to_owned();
    });
    let identity = PhoneIdentity {
        by: IdentifyBy::IdAndPasscode,
        ..PhoneIdentity::standard()
    };
    for line in [TWO, OPEN_PHONE] {
        change(&mut bench, |office, now| {
            office.set_phone_identity(now, WHO, line, &identity)
        });
    }
    change(&mut bench, |office, now| {
        office.set_passcode(now, WHO, ROES_ID, &secret("2468"))
    });
    bench.pin(ONE, "000000");
    for (line, id) in [(OPEN_PHONE, "99"), (TWO, "18"), (TWO, "18")] {
        let (id, passcode) = (secret(id), secret("9999"));
        let account = Credential::Account { id, passcode };
        bench.ask(line, Query::Identify(account));
    }
    let rests = |bench: &Bench, after| bench.office.rests(bench.now, after, 9).expect("reads");
    let until = Some(NOON_ISH + MINUTE);
    let rest = |of, until_utc_ms| Rest { of, until_utc_ms };
    let all = [
        rest(RestOf::Phone(ONE), None),
        rest(RestOf::Phone(TWO), until),
        rest(RestOf::Phone(OPEN_PHONE), None),
        rest(RestOf::Passcode(ROES_ID), until),
    ];
    assert_eq!(rests(&bench, None), all, "an id that is nobody's apart");
    for (at, before) in all.iter().enumerate() {
        assert_eq!(rests(&bench, Some(before.of)), all[at + 1..]);
        let page = bench.office.rests(bench.now, None, at + 1);
        assert_eq!(page.expect("reads"), all[..=at]);
    }
    change(&mut bench, |office, now| {
        office.lift_phone_rest(now, WHO, TWO)
    });
    change(&mut bench, |office, now| {
        office.lift_pin_rest(now, WHO, ROES_ID)
    });
    assert_eq!(rests(&bench, None), [all[0], all[2]]);
}

#[test]
fn what_a_pin_and_a_list_say_of_calls_is_shown_without_the_pin() {
    let mut bench = bench();
    let flags = NumberFlags {
        untimed: true,
        privileged: false,
        disabled: Disabled::Until(NOON_ISH + MINUTE),
    };
    change(&mut bench, |office, now| {
        office.add_pin_number(now, WHO, DOES_ID, "2155550123", &flags)
    });
    change(&mut bench, |office, now| {
        office.set_pin_disabled(now, WHO, DOES_ID, Disabled::ForGood)
    });
    change(&mut bench, |office, now| {
        office.set_pin_validity(now, WHO, DOES_ID, Some(NOON_ISH), None)
    });
    let terms = bench.office.pin_terms(DOES_ID).expect("reads");
    let terms = terms.expect("a PIN");
    let expected = PinTerms {
        disabled: Disabled::ForGood,
        valid_from_utc_ms: Some(NOON_ISH),
        valid_to_utc_ms: None,
        language: Some(Language::SPANISH),
        class: backoffice::Class::new(2),
    };
    assert_eq!(terms, expected);
    assert!(!format!("{terms:?}").contains(DOE));
    let list = bench.office.listed_numbers(DOES_ID).expect("reads");
    let list: Vec<_> = list.iter().map(|(n, f)| (n.to_string(), *f)).collect();
    assert_eq!(list, [("2155550123".to_owned(), flags)]);
    let other = bench.office.listed_numbers(ROES_ID).expect("reads");
    assert_eq!(other, []);
}

#[test]
fn the_journal_gives_the_facilitys_own_id_of_an_inmate_or_an_officer() {
    let mut bench = bench();
    change(&mut bench, |office, now| {
        office.set_suspended(now, WHO, ROES_ID, Disabled::ForGood)
    });
    let lee = NewOfficer {
        id: "O-31".to_owned(),
        name: "Lee, M".to_owned(),
    };
    change(&mut bench, |office, now| office.add_officer(now, WHO, &lee));
    let group = change(&mut bench, |office, now| {
        office.add_group(now, WHO, "Wing 2", None)
    });
    change(&mut bench, |office, now| {
        office.officer_present(now, WHO, group, Some(NOON_ISH + MINUTE))
    });
    let last = bench.office.journal_entries().expect("reads") - 4;
    let entries = bench.office.journal(last, 9).expect("reads");
    let ids: Vec<_> = entries.iter().map(|entry| entry.id.as_deref()).collect();
    assert_eq!(ids, [Some("A-18"), Some("O-31"), None, None]);
}

#[test]
fn the_journal_says_how_many_entries_it_has() {
    let mut bench = bench();
    let before = bench.office.journal_entries().expect("reads");
    change(&mut bench, |office, now| {
        office.add_group(now, WHO, "East", None)
    });
    assert_eq!(bench.office.journal_entries().expect("reads"), before + 1);
    let last = bench.office.journal(before, 9).expect("reads");
    assert_eq!(last.len(), 1);
}

//! What administrators enter is checked, and what is refused leaves nothing behind.

use crate::bench::{Bench, DOE, ONE, bench, secret};
use backoffice::{
    Allowance, AllowanceOf, AllowedFlags, BackOffice, Booking, Class, Durations, Error, NewContact,
    NewInmate, NumberDetails, NumberFlags, Phone, PinDetails, Rules, SiteSettings, TimeRestriction,
    WeekSteps, Weekend,
};
use types::{
    digits::List,
    id::{InmateId, LineId},
    inmate::Relationship,
    party_block::BlockKeys,
    phone_number::CallType,
    tick::Tick,
};

const WHO: &str = "warden";
const DOES_ID: InmateId = InmateId(1);

/// Refused with these words, and nothing written: not even to the journal.
fn refused<T: std::fmt::Debug>(
    bench: &mut Bench,
    words: &str,
    change: impl FnOnce(&mut Bench) -> Result<T, Error>,
) {
    let before = bench.office.verify_journal().expect("is whole");
    let error = change(bench).expect_err("is refused").to_string();
    assert!(error.contains(words), "{error}");
    assert_eq!(bench.office.verify_journal().expect("is whole"), before);
}

fn details(pin: &str) -> PinDetails {
    PinDetails {
        pin: secret(pin),
        language: None,
        class: None,
    }
}

#[test]
fn a_pin_has_the_sites_length_in_decimal_digits() {
    let mut bench = bench();
    for pin in ["12345", "1234567", "", "12345*", "12345A"] {
        refused(&mut bench, "6 decimal digits", |b| {
            b.office.set_pin(b.now, WHO, DOES_ID, &details(pin))
        });
    }
}

#[test]
fn a_refused_pin_is_not_in_the_error() {
    let mut bench = bench();
    let now = bench.now;
    for pin in ["98765", "654321"] {
        let error = bench.office.set_pin(now, WHO, DOES_ID, &details(pin));
        let error = error.expect_err("is refused");
        assert!(!format!("{error} {error:?}").contains(pin));
    }
}

#[test]
fn a_pin_is_given_out_once() {
    let mut bench = bench();
    refused(&mut bench, "given out already", |b| {
        b.office.set_pin(b.now, WHO, InmateId(2), &details(DOE))
    });
    let now = bench.now;
    let again = bench.office.set_pin(now, WHO, DOES_ID, &details(DOE));
    again.expect("their own");
}

#[test]
fn inmates_have_an_id_and_a_name_of_their_own() {
    let mut bench = bench();
    let new = |facility_id: &str, name: &str| NewInmate {
        facility_id: facility_id.to_owned(),
        name: name.to_owned(),
    };
    for (inmate, words) in [
        (new("A-17", "Moe"), "\"A-17\" is entered already"),
        (new(" ", "Moe"), "facility id: must not be empty"),
        (new("A-20", ""), "inmate's name: must not be empty"),
        (new("A-20", "M\noe"), "control character"),
        (new("A-20", &"x".repeat(201)), "at most 200 bytes"),
    ] {
        refused(&mut bench, words, |b| {
            b.office.add_inmate(b.now, WHO, &inmate)
        });
    }
    let now = bench.now;
    let id = bench.office.add_inmate(now, WHO, &new("A-20", "Moe"));
    assert_eq!(id.expect("is added"), InmateId(3));
    let found = |id| bench.office.inmate(id).expect("reads");
    assert_eq!(found("A-20"), Some(InmateId(3)));
    assert_eq!(found("A-2"), None);
}

#[test]
fn an_inmate_who_is_not_there_is_named() {
    let mut bench = bench();
    let nobody = InmateId(50);
    let flags = NumberFlags::default();
    refused(&mut bench, "inmate 50 is not known", |b| {
        b.office.set_pin(b.now, WHO, nobody, &details("777777"))
    });
    refused(&mut bench, "inmate 50 is not known", |b| {
        b.office
            .add_pin_number(b.now, WHO, nobody, "2155550123", &flags)
    });
    refused(&mut bench, "inmate 50 is not known", |b| {
        b.office
            .set_pin_disabled(b.now, WHO, nobody, backoffice::Disabled::No)
    });
}

#[test]
fn a_list_holds_each_number_once_and_no_more_than_the_site_says() {
    let mut bench = bench();
    let flags = NumberFlags::default();
    let add =
        |b: &mut Bench, number: &str| b.office.add_pin_number(b.now, WHO, DOES_ID, number, &flags);
    for n in 0..20 {
        add(&mut bench, &format!("21555501{n:02}")).expect("fits");
    }
    refused(&mut bench, "number 2155550107 is on the list", |b| {
        add(b, "2155550107")
    });
    refused(&mut bench, "it holds 20 numbers", |b| add(b, "2155550199"));
    let now = bench.now;
    let removed = bench
        .office
        .remove_pin_number(now, WHO, DOES_ID, "2155550107");
    assert!(removed.expect("removes"));
    add(&mut bench, "2155550199").expect("fits now");
    let removed = bench
        .office
        .remove_pin_number(now, WHO, DOES_ID, "2155550107");
    assert!(!removed.expect("is not there"));
}

#[test]
fn a_number_is_digits() {
    let mut bench = bench();
    let flags = NumberFlags::default();
    for number in ["", "+", "215-555", "21555501x3", "215*", &"1".repeat(40)] {
        refused(&mut bench, "is not a number", |b| {
            b.office.add_pin_number(b.now, WHO, DOES_ID, number, &flags)
        });
    }
}

#[test]
fn patterns_are_checked_and_entered_once() {
    let mut bench = bench();
    let now = bench.now;
    let restrict = |b: &mut Bench, pattern: &str| b.office.add_restricted(b.now, WHO, pattern, "");
    restrict(&mut bench, "900-???-????").expect("is entered");
    refused(&mut bench, "in the restricted table already", |b| {
        restrict(b, "900???????")
    });
    refused(&mut bench, "* can only be the last", |b| restrict(b, "9*1"));
    refused(&mut bench, "'x' cannot stand", |b| restrict(b, "90x"));
    refused(&mut bench, "not in the allowed table", |b| {
        b.office.remove_allowed(b.now, WHO, "900???????")
    });
    let removed = bench.office.remove_restricted(now, WHO, "900 ??? ????");
    removed.expect("is removed");
    restrict(&mut bench, "900???????").expect("is entered again");
    let allowed = bench
        .office
        .add_allowed(now, WHO, "900???????", &AllowedFlags::default());
    allowed.expect("another table");
}

#[test]
fn speed_dials_are_01_to_50_and_stand_for_numbers() {
    let mut bench = bench();
    for code in [0, 51, 99] {
        refused(&mut bench, "01 to 50", |b| {
            b.office.set_speed_dial(b.now, WHO, code, "12155550123")
        });
    }
    for dialed in ["", "1", "121555501234", "+442079460123", "12155550x23"] {
        refused(&mut bench, "is no number of the dial plan", |b| {
            b.office.set_speed_dial(b.now, WHO, 5, dialed)
        });
    }
}

#[test]
fn durations_are_up_to_99_minutes() {
    let mut bench = bench();
    let set = |b: &mut Bench, seconds| {
        let durations = Durations {
            weekday: 60,
            weekend: seconds,
            holiday: 60,
        };
        b.office
            .set_durations(b.now, WHO, Class::FIRST, CallType::Local, &durations)
    };
    refused(&mut bench, "99 minutes", |b| set(b, 0));
    refused(&mut bench, "99 minutes", |b| set(b, 5941));
    set(&mut bench, 5940).expect("fits");
}

#[test]
fn settings_that_no_call_could_be_made_with_are_refused() {
    let mut bench = bench();
    type Change = fn(&mut SiteSettings);
    let wrong: [(&str, Change); 14] = [
        ("PIN length", |s| s.call.pin_length = 0),
        ("PIN length", |s| s.call.pin_length = 17),
        ("PIN tries", |s| s.call.pin_tries = 0),
        ("languages", |s| s.call.languages = List::new()),
        ("keys to accept", |s| s.call.accept_key = s.call.refuse_key),
        ("keys to accept", |s| s.call.refuse_key = 10),
        ("keys to refuse all", |s| s.call.block_keys.inmate = Some(1)),
        ("keys to refuse all", |s| {
            s.call.block_keys.facility = Some(2)
        }),
        ("keys to refuse all", |s| {
            s.call.block_keys.inmate = Some(10)
        }),
        ("keys to refuse all", |s| {
            s.call.block_keys = BlockKeys {
                inmate: Some(7),
                facility: Some(7),
            }
        }),
        ("hard limit", |s| {
            s.call.hard_limit = types::tick::Ticks::ZERO
        }),
        ("weekend", |s| s.rules.weekend = Weekend(0x80)),
        ("default limit", |s| s.rules.default_limit_seconds = 0),
        ("PINs of 6 digits are given out", |s| s.call.pin_length = 4),
    ];
    for (words, change) in wrong {
        let mut settings = SiteSettings::standard();
        change(&mut settings);
        refused(&mut bench, words, |b| {
            b.office.set_site_settings(b.now, WHO, &settings)
        });
    }
}

#[test]
fn settings_come_back_as_they_were_set() {
    let mut bench = bench();
    let mut settings = SiteSettings::standard();
    settings.call.pin_tries = 5;
    settings.rules.warnings.two_minutes = true;
    settings.call.block_keys.facility = Some(9);
    settings.call.languages = ["es", "en"]
        .iter()
        .map(|code| types::language::Language::parse(code).expect("a code"))
        .collect();
    settings.rules = Rules {
        record: false,
        weekend: Weekend(0b11),
        ..Rules::standard()
    };
    let now = bench.now;
    let set = bench.office.set_site_settings(now, WHO, &settings);
    set.expect("are set");
    let bench = bench.restart();
    assert_eq!(
        bench.office.settings(bench.now, ONE).expect("reads"),
        settings.call
    );
    assert_eq!(bench.office.site_settings().expect("reads"), settings);
}

#[test]
fn a_phone_goes_out_of_service_and_back() {
    let mut bench = bench();
    let now = bench.now;
    let mut set = |open| {
        bench
            .office
            .set_in_service(now, WHO, ONE, open)
            .expect("changes")
    };
    set(false);
    assert!(
        !bench
            .office
            .settings(bench.now, ONE)
            .expect("reads")
            .in_service
    );
    let blocked = bench.refused(ONE, Some(DOE), "02155550123");
    assert_eq!(blocked, types::disposition::Blocked::PhoneOutOfService);
    bench
        .office
        .set_in_service(now, WHO, ONE, true)
        .expect("changes");
    assert!(
        bench
            .office
            .settings(bench.now, ONE)
            .expect("reads")
            .in_service
    );
    refused(&mut bench, "phone 40 is not entered", |b| {
        b.office.set_in_service(b.now, WHO, LineId(40), true)
    });
    refused(&mut bench, "numbered from 1", |b| {
        b.office
            .set_phone(b.now, WHO, LineId(0), &Phone::standard("none"))
    });
}

#[test]
fn a_holiday_is_a_date() {
    let mut bench = bench();
    for date in [(2026, 2, 29), (2026, 13, 1), (2026, 0, 1), (2026, 1, 200)] {
        refused(&mut bench, "is not a date", |b| {
            b.office.set_holiday(b.now, WHO, date, "never")
        });
    }
}

#[test]
fn every_change_is_journaled_with_its_actor() {
    let mut bench = bench();
    let before = bench.office.verify_journal().expect("is whole").entries;
    let now = bench.now;
    let office = &mut bench.office;
    office
        .set_pin(now, WHO, DOES_ID, &details("777777"))
        .expect("changes");
    office
        .add_restricted(now, WHO, "900*", "")
        .expect("changes");
    office
        .set_speed_dial(now, WHO, 3, "12155550123")
        .expect("changes");
    office
        .set_in_service(now, WHO, ONE, false)
        .expect("changes");
    let entries = office.journal(before, 100).expect("reads");
    assert!(
        entries
            .iter()
            .all(|entry| entry.actor == WHO && entry.site == 7)
    );
    let nouns: Vec<&str> = entries.iter().map(|entry| entry.noun.as_str()).collect();
    assert_eq!(nouns, ["pin", "restricted", "speed-dial", "phone"]);
}

#[test]
fn a_number_that_no_dialing_makes_enters_no_table() {
    let mut bench = bench();
    let never = "12155550143";
    type Way = fn(&mut BackOffice, Tick, &str) -> Result<(), Error>;
    let ways: [(&str, Way); 13] = [
        ("list of a PIN", |office, now, it| {
            office.add_pin_number(now, WHO, DOES_ID, it, &NumberFlags::default())
        }),
        ("changed list", |office, now, it| {
            let flags = NumberFlags::default();
            office
                .set_pin_number(now, WHO, DOES_ID, it, &flags)
                .map(|_| ())
        }),
        ("contact", |office, now, it| {
            let contact = NewContact {
                name: "Doe, A".to_owned(),
                relationship: Relationship::Parent,
                number: it.to_owned(),
                identification: String::new(),
            };
            office.put_contact(now, WHO, DOES_ID, &contact)
        }),
        ("restricted", |office, now, it| {
            office.add_restricted(now, WHO, it, "")
        }),
        ("allowed, for attorneys", |office, now, it| {
            let flags = AllowedFlags {
                privileged: true,
                ..AllowedFlags::default()
            };
            office.add_allowed(now, WHO, it, &flags)
        }),
        ("on no list", |office, now, it| {
            office.add_entry_restricted(now, WHO, it, "a judge")
        }),
        ("list of a level", |office, now, it| {
            let level = types::inmate::Supervision::new(2).expect("a level");
            let scope = types::inmate::Scope::Supervision(level);
            office.add_list_number(now, WHO, scope, true, it, "")
        }),
        ("hours", |office, now, it| {
            let restriction = TimeRestriction {
                pattern: it.to_owned(),
                open: WeekSteps::OPEN,
            };
            office.set_time_restricted(now, WHO, &restriction)
        }),
        ("record", |office, now, it| {
            office.set_number_record(now, WHO, it, &NumberDetails::default())
        }),
        ("allowance", |office, now, it| {
            let of = AllowanceOf::Numbers(it.to_owned());
            office.set_allowance(now, WHO, &of, Some(&Allowance::default()))
        }),
        ("call type", |office, now, it| {
            office.set_call_type(now, WHO, it, CallType::Local)
        }),
        ("booked call", |office, now, it| {
            let booking = Booking {
                from_utc_ms: i64::MAX - 1,
                to_utc_ms: i64::MAX,
                number: Some(it.to_owned()),
                note: String::new(),
            };
            office.book_call(now, WHO, DOES_ID, &booking).map(drop)
        }),
        ("speed dial", |office, now, it| {
            office.set_speed_dial(now, WHO, 7, &format!("0{it}"))
        }),
    ];
    for (table, way) in ways {
        let told = match table {
            "speed dial" => "is no number of the dial plan",
            _ => "dialed before it (here its first digit)",
        };
        let before = bench.office.verify_journal().expect("is whole");
        let error = way(&mut bench.office, bench.now, never).expect_err(table);
        assert!(error.to_string().contains(told), "{table}: {error}");
        let after = bench.office.verify_journal().expect("is whole");
        assert_eq!(after, before, "{table}: nothing is written");
        let (now, good) = (bench.now, &never[1..]);
        let dialed = way(&mut bench.office, now, good);
        assert!(dialed.is_ok(), "{table}: {dialed:?}");
    }
}

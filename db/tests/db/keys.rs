//! Keys sort as what they mean sorts, and come back as what they were.

use db::{
    Key,
    keys::{
        AccountToken, AllowanceKey, BookingKey, CountedKey, CounterKey, CounterKind, DateKey,
        DurationKey, GroupPhone, GuessKey, ListKey, ListOf, ListerKey, PhoneGroup, PinNumberKey,
        RegisterKey, Shut, StartKey, TokenHash, UnitInmate,
    },
};
use proptest::prelude::*;
use types::{
    id::{CallId, GroupId, InmateId, LineId, OfficerId},
    inmate::{InmateClass, Relationship, Scope, Supervision},
    phone_number::{CallType, PhoneNumber},
};

fn same<K: Key + PartialEq + std::fmt::Debug>(key: K) {
    assert_eq!(K::from_bytes(&key.bytes()), Some(key));
}

fn sorted<K: Key + Ord>(a: &K, b: &K) -> bool {
    a.cmp(b) == a.bytes().cmp(&b.bytes())
}

proptest! {
    #[test]
    fn starts_sort_as_time_then_call(
        a in any::<(i64, u32, u64)>(),
        b in any::<(i64, u32, u64)>(),
    ) {
        let key = |(started_utc_ms, site, sequence)| StartKey {
            started_utc_ms,
            call: CallId { site, sequence },
        };
        let (a, b) = (key(a), key(b));
        prop_assert!(sorted(&a, &b));
        same(a);
    }

    #[test]
    fn entries_of_a_register_sort_as_time_and_are_found_by_its_prefix(
        a in any::<(u32, i64, u32, u64)>(),
        b in any::<(u32, i64, u32, u64)>(),
        digits in "[0-9]{1,15}",
        plus: bool,
    ) {
        let number = match plus {
            true => PhoneNumber::international(&digits),
            false => PhoneNumber::national(&digits),
        };
        let number = RegisterKey::Number(number.expect("digits"));
        for (one, other) in [
            (RegisterKey::Inmate(InmateId(a.0)), RegisterKey::Inmate(InmateId(b.0))),
            (number, number),
            (RegisterKey::Inmate(InmateId(a.0)), number),
        ] {
            let key = |register, (_, at_utc_ms, site, sequence)| CountedKey {
                register,
                at_utc_ms,
                call: CallId { site, sequence },
            };
            let (first, second) = (key(one, a), key(other, b));
            same(first);
            same(second);
            prop_assert!(one != other || sorted(&first, &second));
            prop_assert!(first.bytes().starts_with(&one.prefix()));
            prop_assert_eq!(second.bytes().starts_with(&one.prefix()), one == other);
        }
    }

    #[test]
    fn a_longer_number_is_not_in_the_register_of_its_beginning(digits in "[0-9]{2,15}") {
        let number = |digits: &str| PhoneNumber::national(digits).expect("digits");
        let whole = RegisterKey::Number(number(&digits)).prefix();
        let part = RegisterKey::Number(number(&digits[..digits.len() - 1])).prefix();
        prop_assert!(!whole.starts_with(&part));
        same(number(&digits));
        same(AllowanceKey::Everybody);
        same(AllowanceKey::Inmate(InmateId(digits.len() as u32)));
        let class = InmateClass::new(digits.len() as u8).expect("at least one digit");
        same(AllowanceKey::Class(class));
    }

    #[test]
    fn calls_lines_and_inmates_sort_as_numbers(a in any::<(u32, u64)>(), b in any::<(u32, u64)>()) {
        let key = |(site, sequence)| CallId { site, sequence };
        prop_assert!(sorted(&key(a), &key(b)));
        prop_assert!(sorted(&InmateId(a.0), &InmateId(b.0)));
        prop_assert!(sorted(&LineId(a.1 as u16), &LineId(b.1 as u16)));
        same(key(a));
        same(InmateId(a.0));
        same(LineId(a.1 as u16));
        let (group, line) = (GroupId(b.1 as u16), LineId(a.1 as u16));
        same(GroupPhone { group, line });
        same(PhoneGroup { line, group });
        same(UnitInmate { unit: group, inmate: InmateId(a.0) });
        same(BookingKey { inmate: InmateId(a.0), booking: b.0 });
        for shut in [Shut::Phone(line), Shut::Group(group), Shut::Everything] {
            same(shut);
        }
    }

    #[test]
    fn dates_sort_as_the_calendar(
        a in (-9999i16..9999, 1u8..13, 1u8..32),
        b in (-9999i16..9999, 1u8..13, 1u8..32),
    ) {
        let key = |(year, month, day)| DateKey { year, month, day };
        prop_assert!(sorted(&key(a), &key(b)));
        same(key(a));
    }

    #[test]
    fn a_number_of_a_list_comes_back(inmate in any::<u32>(), digits in "[0-9]{1,15}", plus: bool) {
        let number = if plus {
            PhoneNumber::international(&digits)
        } else {
            PhoneNumber::national(&digits)
        };
        let number = number.expect("digits");
        let inmate = InmateId(inmate);
        same(PinNumberKey { inmate, number });
        let lister = ListerKey { number, inmate };
        same(lister);
        assert!(lister.bytes().starts_with(&ListerKey::prefix(&number)));
    }

    #[test]
    fn bytes_that_are_no_key_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        // Whatever decodes is what those bytes stand for.
        fn canonical<K: Key>(bytes: &[u8]) {
            if let Some(key) = K::from_bytes(bytes) {
                assert_eq!(key.bytes(), bytes);
            }
        }
        canonical::<CallId>(&bytes);
        canonical::<StartKey>(&bytes);
        canonical::<PinNumberKey>(&bytes);
        canonical::<DurationKey>(&bytes);
        canonical::<CounterKey>(&bytes);
        canonical::<DateKey>(&bytes);
        canonical::<GroupPhone>(&bytes);
        canonical::<PhoneGroup>(&bytes);
        canonical::<Shut>(&bytes);
        canonical::<Scope>(&bytes);
        canonical::<ListKey>(&bytes);
        canonical::<ListerKey>(&bytes);
        canonical::<BookingKey>(&bytes);
        canonical::<db::pattern::Pattern>(&bytes);
    }
}

#[test]
fn every_call_type_and_counter_has_a_key() {
    for call_type in CallType::ALL {
        same(DurationKey {
            class: 3,
            call_type,
        });
    }
    for kind in [
        CounterKind::CallSequence,
        CounterKind::JournalSequence,
        CounterKind::InmateNumber,
        CounterKind::EmptyOffHook,
        CounterKind::Adjustment,
        CounterKind::UnrecordedAttempt,
        CounterKind::GroupNumber,
        CounterKind::BookingNumber,
    ] {
        same(CounterKey { kind, index: 513 });
    }
}

#[test]
fn the_bytes_of_keys_are_those_of_the_design() {
    let call = CallId {
        site: 1,
        sequence: 0x0203,
    };
    assert_eq!(call.bytes(), [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 3]);
    let start = StartKey {
        started_utc_ms: -1,
        call,
    };
    let before_1970 = [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(start.bytes()[..8], before_1970);
    let number = PinNumberKey {
        inmate: InmateId(258),
        number: PhoneNumber::parse("+44207").expect("a number"),
    };
    assert_eq!(number.bytes(), b"\x00\x00\x01\x02+44207");
    let pattern = |text| {
        db::pattern::Pattern::parse(text)
            .expect("a pattern")
            .bytes()
    };
    assert_eq!(pattern("2155550123"), b"EN2155550123");
    assert_eq!(pattern("+44*"), b"P+44");
    assert_eq!(pattern("+*"), b"P+");
    assert_eq!(pattern("900???????"), b"WN\x0a900???????");
    assert_eq!(pattern("1?5*"), b"WN\x001?5");
}

#[test]
fn every_scope_and_its_lists_have_keys() {
    let mut scopes = vec![
        Scope::Inmate(InmateId(70_000)),
        Scope::Class(InmateClass::new(99).expect("a class")),
        Scope::Supervision(Supervision::new(9).expect("a level")),
        Scope::Group(GroupId(300)),
    ];
    scopes.extend(Relationship::ALL.map(Scope::Relationship));
    for scope in scopes {
        same(scope);
        for blocked in [false, true] {
            let list = ListOf { scope, blocked };
            same(list);
            for pattern in ["2155550123", "900???????", "+44*"] {
                let pattern = pattern.parse().expect("a pattern");
                same(ListKey { list, pattern });
            }
        }
    }
}

#[test]
fn logins_that_fail_have_keys_of_their_own_after_all_of_phones() {
    let officer = OfficerId(70_000);
    let keys = [
        GuessKey::Passcode(InmateId(u32::MAX)),
        GuessKey::Account(officer),
        GuessKey::NobodysLogin(300),
    ];
    for key in keys {
        same(key);
    }
    assert!(keys.map(|key| key.bytes()).is_sorted());
    assert_eq!(GuessKey::from_bytes(&[6, 0, 1, 0, 0]), None);
    let token = TokenHash([0xab; 32]);
    let key = AccountToken { officer, token };
    same(key);
    assert!(key.bytes().starts_with(&officer.bytes()));
}

//! What is held in memory of tables, against a plain set: it never hides an entry.

use crate::bench::cases;
use db::{
    Database, Options, Read, Writer,
    keys::{BookingKey, ListKey, ListOf, PartyBlockKey},
    values::{Booking, CallIdV1, FraudCount, ListEntry, PartyBlock},
};
use proptest::prelude::*;
use std::{collections::BTreeSet, ops::Bound, path::Path};
use types::{
    id::{GroupId, InmateId},
    inmate::Scope,
    phone_number::PhoneNumber,
};

/// What may be done to a table; the numbers are of [`NUMBERS`].
#[derive(Clone, Copy, Debug)]
enum Deed {
    Put(usize),
    Delete(usize),
    Commit,
    GiveUp,
    /// As after a crash: what was not committed is gone, and what is in memory is made anew.
    Reopen,
}

const NUMBERS: [&str; 6] = ["215*", "2155550123", "???5550123", "+44*", "+442?*", "7*"];
/// A number that fits the pattern at its place, and those that fit several.
const DIALED: [&str; 6] = ["2150", "2155550123", "8005550123", "+4430", "+44208", "78"];

fn deed() -> impl Strategy<Value = Deed> {
    let which = 0..NUMBERS.len();
    prop_oneof![
        4 => which.clone().prop_map(Deed::Put),
        3 => which.prop_map(Deed::Delete),
        2 => Just(Deed::Commit),
        1 => Just(Deed::GiveUp),
        1 => Just(Deed::Reopen),
    ]
}

fn opened(dir: &Path) -> Database {
    let options = Options {
        map_size: 1 << 20,
        durable: false,
    };
    Database::open(dir, &options).expect("opens")
}

fn dialed(at: usize) -> PhoneNumber {
    PhoneNumber::parse(DIALED[at]).expect("a number")
}

fn list_key(at: usize) -> ListKey {
    ListKey {
        list: LIST,
        pattern: NUMBERS[at].parse().expect("a pattern"),
    }
}

const LIST: ListOf = ListOf {
    scope: Scope::Group(GroupId(7)),
    blocked: true,
};

fn booking_key(at: usize) -> BookingKey {
    BookingKey {
        inmate: InmateId(1),
        booking: at as u32,
    }
}

fn block_key(at: usize) -> PartyBlockKey {
    PartyBlockKey {
        inmate: None,
        number: dialed(at),
    }
}

fn put(database: &Database, writer: &mut Writer<'_>, at: usize) {
    let tables = database.tables();
    let count = FraudCount {
        three_way: vec![at as i64],
        extra_digits: Vec::new(),
        block: None,
    };
    let counts = &tables.fraud_counts;
    counts.put(writer, &dialed(at), &count).expect("puts");
    let note = NUMBERS[at].to_owned();
    let entry = ListEntry { note };
    tables
        .lists
        .put(writer, &list_key(at), &entry)
        .expect("puts");
    let block = PartyBlock {
        utc_ms: at as i64,
        call: CallIdV1 {
            site: 1,
            sequence: 1,
        },
        least_digits: 1,
    };
    let blocks = &tables.called_party_blocks;
    blocks.put(writer, &block_key(at), &block).expect("puts");
    let booking = Booking {
        number: None,
        from_utc_ms: at as i64,
        to_utc_ms: i64::MAX,
        note: String::new(),
    };
    let bookings = &tables.bookings;
    bookings
        .put(writer, &booking_key(at), &booking)
        .expect("puts");
}

/// Whether there was one, as each of the tables says.
fn delete(database: &Database, writer: &mut Writer<'_>, at: usize) -> [bool; 4] {
    let tables = database.tables();
    let (counts, lists) = (&tables.fraud_counts, &tables.lists);
    let blocks = &tables.called_party_blocks;
    [
        blocks.delete(writer, &block_key(at)).expect("deletes"),
        counts.delete(writer, &dialed(at)).expect("deletes"),
        lists.delete(writer, &list_key(at)).expect("deletes"),
        tables
            .bookings
            .delete(writer, &booking_key(at))
            .expect("deletes"),
    ]
}

/// What is found there is what is in the set.
fn same(database: &Database, txn: &impl Read, there: &BTreeSet<usize>) {
    let tables = database.tables();
    let (counts, bookings) = (&tables.fraud_counts, &tables.bookings);
    let blocks = &tables.called_party_blocks;
    for at in 0..NUMBERS.len() {
        let is_there = there.contains(&at);
        let found = counts.get(txn, &dialed(at)).expect("reads");
        assert_eq!(found.is_some(), is_there, "{at}");
        let contains = counts.contains(txn, &dialed(at)).expect("reads");
        assert_eq!(contains, is_there, "{at}");
        let listed = tables.lists.best(txn, LIST, &dialed(at)).expect("reads");
        assert!(listed.is_some() || !is_there, "{at}");
        let fits = listed.is_none_or(|found| {
            let place = NUMBERS.iter().position(|text| *text == found.value.note);
            place.is_some_and(|place| there.contains(&place))
        });
        assert!(fits, "{at}");
        let key = db::Key::bytes(&block_key(at));
        // Whose, national or not, one digit at least; of the whole key nothing is left out.
        for length in 5..=key.len() {
            let begins =
                |other: &usize| db::Key::bytes(&block_key(*other)).starts_with(&key[..length]);
            let expected = there.iter().filter(|other| begins(other)).count();
            let found = blocks.with_prefix(txn, &key[..length], 100).expect("reads");
            assert_eq!(found.len(), expected, "{at} {length}");
        }
        let booked = bookings.contains(txn, &booking_key(at)).expect("reads");
        assert_eq!(booked, is_there, "{at}");
    }
    assert_eq!(counts.is_empty(txn).expect("reads"), there.is_empty());
    assert_eq!(bookings.is_empty(txn).expect("reads"), there.is_empty());
    let prefix = db::Key::bytes(&InmateId(1));
    let all = bookings.with_prefix(txn, &prefix, 100).expect("reads");
    assert_eq!(all.len(), there.len());
    let page = bookings.page(txn, Bound::Unbounded, Bound::Unbounded, 100);
    assert_eq!(page.expect("reads"), all);
    let back = bookings.page_back(txn, Bound::Unbounded, Bound::Unbounded, 100);
    assert_eq!(back.expect("reads").len(), there.len());
    let last = bookings.last(txn).expect("reads");
    let last = last.map(|(key, _)| key.booking as usize);
    assert_eq!(last, there.last().copied());
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn what_is_held_in_memory_never_hides_an_entry(
        deeds in proptest::collection::vec(deed(), 1..40),
    ) {
        let dir = tempfile::tempdir().expect("a directory");
        let mut database = opened(dir.path());
        let mut committed: BTreeSet<usize> = BTreeSet::new();
        let mut left = deeds.as_slice();
        loop {
            let mut now = committed.clone();
            let mut writer = database.write().expect("writes");
            let mut end = Deed::Reopen;
            while let [deed, rest @ ..] = left {
                left = rest;
                match *deed {
                    Deed::Put(at) => {
                        put(&database, &mut writer, at);
                        now.insert(at);
                    }
                    Deed::Delete(at) => {
                        let was = now.remove(&at);
                        prop_assert_eq!(delete(&database, &mut writer, at), [was; 4]);
                    }
                    other => {
                        end = other;
                        break;
                    }
                }
                same(&database, &writer, &now);
                // Who reads meanwhile sees nothing of it.
                same(&database, &database.read().expect("reads"), &committed);
            }
            match end {
                Deed::Commit => {
                    writer.commit().expect("commits");
                    committed = now;
                }
                Deed::GiveUp => drop(writer),
                _ => {
                    drop(writer);
                    drop(database);
                    database = opened(dir.path());
                }
            }
            same(&database, &database.read().expect("reads"), &committed);
            if left.is_empty() {
                break;
            }
        }
    }
}

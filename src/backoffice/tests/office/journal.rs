use crate::bench::{Bench, DOE, ONE, START, bench, completed, config, database, open};
use db::{
    Database, Key, Value,
    keys::CounterKey,
    keys::CounterKind,
    values::{Counter, Entry},
};
use types::id::CallId;

fn entry_key(sequence: u64) -> CallId {
    CallId { site: 7, sequence }
}

/// Changes the closed database behind the back office's back, then asks it to verify.
fn verified_after(change: impl FnOnce(&Database, &mut db::Writer<'_>)) -> Result<u64, String> {
    let Bench { dir, office, .. } = bench();
    drop(office);
    {
        let database = database(dir.path());
        let mut writer = database.write().expect("writes");
        change(&database, &mut writer);
        writer.commit().expect("commits");
    }
    let office = open(dir.path(), config());
    let verified = office.verify_journal().map_err(|e| e.to_string())?;
    Ok(verified.entries)
}

#[test]
fn an_untouched_journal_verifies() {
    let entries = verified_after(|_, _| {}).expect("is whole");
    assert!(entries > 50, "the seed is journaled: {entries}");
}

#[test]
fn a_changed_entry_is_found() {
    let error = verified_after(|database, writer| {
        let journal = &database.tables().journal;
        let entry = journal.get(writer, &entry_key(5)).expect("reads");
        let entry = Entry {
            actor: "nobody".to_owned(),
            ..entry.expect("is there")
        };
        journal.put(writer, &entry_key(5), &entry).expect("puts");
    });
    let error = error.expect_err("is broken");
    assert_eq!(
        error,
        "journal entry 6: does not follow from the entry before"
    );
}

#[test]
fn a_missing_entry_is_found() {
    let error = verified_after(|database, writer| {
        let journal = &database.tables().journal;
        assert!(journal.delete(writer, &entry_key(5)).expect("deletes"));
    });
    assert_eq!(error.expect_err("is broken"), "journal entry 5: missing");
}

#[test]
fn a_cut_end_is_found() {
    let error = verified_after(|database, writer| {
        let journal = &database.tables().journal;
        let (last, _) = journal.last(writer).expect("reads").expect("is there");
        journal.delete(writer, &last).expect("deletes");
    });
    assert!(
        error
            .expect_err("is broken")
            .ends_with("missing at the end")
    );
}

#[test]
fn an_entry_put_in_at_the_end_is_found() {
    let error = verified_after(|database, writer| {
        let tables = database.tables();
        let (last, entry) = tables
            .journal
            .last(writer)
            .expect("reads")
            .expect("is there");
        let count = last.sequence + 1;
        let counted = CounterKey::of_site(CounterKind::JournalSequence);
        tables
            .journal
            .put(writer, &entry_key(count), &entry)
            .expect("puts");
        tables
            .counters
            .put(writer, &counted, &Counter { count })
            .expect("puts");
    });
    assert!(error.expect_err("is broken").contains("does not follow"));
}

#[test]
fn a_missing_last_entry_lets_nothing_be_written() {
    let Bench { dir, office, .. } = bench();
    drop(office);
    {
        let database = database(dir.path());
        let mut writer = database.write().expect("writes");
        let journal = &database.tables().journal;
        let (last, _) = journal.last(&writer).expect("reads").expect("is there");
        journal.delete(&mut writer, &last).expect("deletes");
        writer.commit().expect("commits");
    }
    let mut office = open(dir.path(), config());
    let error = office
        .set_in_service(START, "warden", ONE, false)
        .expect_err("cannot follow");
    assert!(
        error.to_string().contains("the last entry is missing"),
        "{error}"
    );
    assert!(
        office.settings(START, ONE).expect("reads").in_service,
        "nothing is half done"
    );
}

#[test]
fn a_call_is_journaled_when_it_is_admitted_and_when_it_ends() {
    let mut bench = bench();
    let before = bench.office.verify_journal().expect("is whole").entries;
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), "02155550123");
    bench.wait(90);
    bench.end(ONE, completed(Some(permit.call), start));
    let entries = bench.office.journal(before, 10).expect("reads");
    let told: Vec<_> = entries
        .iter()
        .map(|e| {
            (
                e.actor.as_str(),
                e.noun.as_str(),
                e.subject.as_str(),
                e.change.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("line 1", "call", "7-1", "admitted"),
            ("line 1", "call", "7-1", "ended: completed"),
        ]
    );
    assert_eq!(entries[1].utc_ms - entries[0].utc_ms, 90_000);
}

#[test]
fn the_first_entry_follows_from_nothing() {
    let Bench { dir, office, .. } = bench();
    drop(office);
    let database = database(dir.path());
    let reader = database.read().expect("reads");
    let first = database.tables().journal.get(&reader, &entry_key(1));
    let first = first.expect("reads").expect("is there");
    assert_eq!(first.previous, [0; 32]);
    // And the second from the first, by the rule of the design: key, then stored bytes.
    let mut hashed = entry_key(1).bytes();
    hashed.extend(first.encoded());
    let second = database.tables().journal.get(&reader, &entry_key(2));
    let second = second.expect("reads").expect("is there");
    assert_eq!(second.previous, *blake3::hash(&hashed).as_bytes());
}

//! What called parties refuse for good: kept with the end of a call, asked for each after it, lifted.

use crate::bench::{
    Bench, DOE, NOON_ISH, ONE, OPEN_PHONE, ROE, START, TWO, bench, bench_with, completed, database,
};
use backoffice::{AllowedFlags, CalledPartyBlock, SiteSettings};
use db::keys::SiteKey;
use types::{
    call_record::CallEnd,
    disposition::{Blocked, Disposition, EndedBy},
    id::{CallId, InmateId, LineId},
    party_block::{BlockKeys, PartyBlock},
    phone_number::PhoneNumber,
    tick::Ticks,
};

const FRIEND: &str = "02155550123";
const FRIENDS_NUMBER: &str = "2155550123";
const NOUN: &str = "called-party-block";

fn refusal(call: CallId, off_hook_at: types::tick::Tick, block: PartyBlock) -> CallEnd {
    let ended_at = off_hook_at + Ticks::secs(40);
    CallEnd {
        call: Some(call),
        answered_at: Some(off_hook_at + Ticks::secs(20)),
        party_block: Some(block),
        ..CallEnd::bare(
            off_hook_at,
            ended_at,
            Disposition::Refused,
            EndedBy::CalledParty,
        )
    }
}

/// A call on which the called party refuses all further ones.
fn refuses(bench: &mut Bench, pin: Option<&str>, dialed: &str, block: PartyBlock) -> CallId {
    let line = if pin.is_some() { ONE } else { OPEN_PHONE };
    let call = bench.permitted(line, pin, dialed).call;
    let end = refusal(call, bench.now, block);
    bench.end(line, end);
    bench.wait(60);
    call
}

fn blocks(bench: &Bench) -> Vec<CalledPartyBlock> {
    bench.office.called_party_blocks(None, 100).expect("reads")
}

/// Changes of what called parties refuse, as the journal has them.
fn journal(bench: &Bench) -> Vec<(String, String, String)> {
    let entries = bench.office.journal(0, 1000).expect("reads").into_iter();
    let ours = entries.filter(|entry| entry.noun == NOUN);
    ours.map(|e| (e.actor, e.subject, e.change)).collect()
}

fn may_call(bench: &mut Bench, line: LineId, pin: Option<&str>, dialed: &str) {
    let call = bench.permitted(line, pin, dialed).call;
    let end = completed(Some(call), bench.now);
    bench.end(line, end);
    bench.wait(100);
}

#[test]
fn whom_a_called_party_refuses_for_good_calls_there_no_more_and_others_do() {
    let mut bench = bench();
    let call = refuses(&mut bench, Some(DOE), FRIEND, PartyBlock::Inmate);
    let record = bench.record(call);
    assert_eq!(record.disposition, Disposition::Refused);
    assert_eq!(record.party_block, Some(PartyBlock::Inmate));
    let inmate = record.inmate.expect("is known");
    let block = CalledPartyBlock {
        number: PhoneNumber::national(FRIENDS_NUMBER).expect("a number"),
        inmate: Some(inmate),
        utc_ms: NOON_ISH,
        call,
    };
    assert_eq!(blocks(&bench), [block]);
    let subject = format!("{FRIENDS_NUMBER} for inmate {}", inmate.0);
    let change = format!("refused for good on call {call}");
    assert_eq!(
        journal(&bench),
        [("called party".to_owned(), subject, change)]
    );
    // However it is dialed, wherever.
    for (line, dialed) in [(ONE, FRIEND), (TWO, "12155550123"), (TWO, FRIENDS_NUMBER)] {
        let why = bench.refused(line, Some(DOE), dialed);
        assert_eq!(why, Blocked::CalledPartyBlocksInmate);
    }
    may_call(&mut bench, ONE, Some(DOE), "02155550124");
    may_call(&mut bench, ONE, Some(ROE), FRIEND);
    may_call(&mut bench, OPEN_PHONE, None, FRIEND);
}

#[test]
fn a_refusal_holds_for_the_code_that_stands_for_the_number_and_one_of_its_calls_for_the_number() {
    for (first, then) in [("07", FRIEND), (FRIEND, "07")] {
        let mut bench = bench_with(|config| {
            config.seed.speed_dials = vec![(7, "12155550123".to_owned())];
        });
        refuses(&mut bench, Some(DOE), first, PartyBlock::Inmate);
        for dialed in [first, then] {
            let why = bench.refused(ONE, Some(DOE), dialed);
            assert_eq!(why, Blocked::CalledPartyBlocksInmate, "{dialed}");
        }
        may_call(&mut bench, ONE, Some(ROE), then);
    }
}

#[test]
fn where_a_called_party_refuses_the_facility_nobody_calls_with_a_pin_or_without() {
    for pin in [Some(DOE), None] {
        let mut bench = bench();
        let call = refuses(&mut bench, pin, FRIEND, PartyBlock::Facility);
        assert_eq!(bench.record(call).party_block, Some(PartyBlock::Facility));
        assert_eq!(blocks(&bench)[0].inmate, None);
        for (line, pin) in [(ONE, Some(DOE)), (TWO, Some(ROE)), (OPEN_PHONE, None)] {
            let why = bench.refused(line, pin, FRIEND);
            assert_eq!(why, Blocked::CalledPartyBlocksFacility);
        }
        may_call(&mut bench, ONE, Some(ROE), "02155550124");
    }
}

#[test]
fn an_end_that_is_told_again_refuses_no_more() {
    let mut bench = bench();
    let off_hook_at = bench.now;
    let call = refuses(&mut bench, Some(DOE), FRIEND, PartyBlock::Inmate);
    let again = refusal(call, off_hook_at, PartyBlock::Inmate);
    bench.end(ONE, again.clone());
    assert_eq!((blocks(&bench).len(), journal(&bench).len()), (1, 1));
    let inmate = blocks(&bench)[0].inmate;
    let now = bench.now;
    let lifted = bench
        .office
        .lift_called_party_block(now, "warden", FRIENDS_NUMBER, inmate);
    assert!(lifted.expect("lifts"));
    bench.end(ONE, again);
    assert_eq!(blocks(&bench), [], "what was lifted stays lifted");
    may_call(&mut bench, ONE, Some(DOE), FRIEND);
}

#[test]
fn a_refusal_that_is_told_after_the_line_was_taken_for_dead_is_kept() {
    let mut bench = bench();
    let off_hook_at = bench.now;
    let call = bench.permitted(ONE, Some(DOE), FRIEND).call;
    bench.wait(60);
    // The line asks for its next call before it could tell the end of this one.
    let next = bench.permitted(ONE, Some(ROE), "02155550124").call;
    let next = completed(Some(next), bench.now);
    assert_eq!(bench.record(call).disposition, Disposition::Interrupted);
    bench.end(ONE, refusal(call, off_hook_at, PartyBlock::Facility));
    let record = bench.record(call);
    assert_eq!(record.party_block, Some(PartyBlock::Facility));
    assert_eq!(record.disposition, Disposition::Interrupted);
    bench.end(ONE, next);
    let why = bench.refused(TWO, Some(ROE), FRIEND);
    assert_eq!(why, Blocked::CalledPartyBlocksFacility);
}

#[test]
fn an_administrator_lifts_a_refusal_and_none_that_is_not_there() {
    let mut bench = bench();
    refuses(&mut bench, Some(DOE), FRIEND, PartyBlock::Inmate);
    refuses(&mut bench, Some(ROE), FRIEND, PartyBlock::Facility);
    let inmate = blocks(&bench)[1].inmate;
    assert!(inmate.is_some(), "everybody's stand first");
    let now = bench.now;
    let mut lift = |number: &str, inmate: Option<InmateId>| {
        bench
            .office
            .lift_called_party_block(now, "warden", number, inmate)
    };
    assert!(lift(FRIENDS_NUMBER, None).expect("lifts"));
    assert!(!lift(FRIENDS_NUMBER, None).expect("is lifted already"));
    assert!(!lift(FRIENDS_NUMBER, Some(InmateId(99))).expect("never was"));
    assert!(!lift("2155550124", inmate).expect("never was"));
    let wrong = lift("call me", inmate).expect_err("is no number");
    assert!(wrong.to_string().contains("call me"), "{wrong}");
    // The facility may call again, he may not.
    let why = bench.refused(ONE, Some(DOE), FRIEND);
    assert_eq!(why, Blocked::CalledPartyBlocksInmate);
    may_call(&mut bench, OPEN_PHONE, None, FRIEND);
    let (actor, subject, change) = journal(&bench).pop().expect("the last change");
    assert_eq!((actor.as_str(), change.as_str()), ("warden", "lifted"));
    assert_eq!(subject, format!("{FRIENDS_NUMBER} for every inmate"));
    assert_eq!(journal(&bench).len(), 3);
}

#[test]
fn an_attorney_is_obeyed_as_well() {
    let mut bench = bench_with(|config| {
        let flags = AllowedFlags {
            privileged: true,
            ..AllowedFlags::default()
        };
        config.seed.allowed = vec![(FRIENDS_NUMBER.to_owned(), flags)];
    });
    refuses(&mut bench, Some(DOE), FRIEND, PartyBlock::Inmate);
    let why = bench.refused(ONE, Some(DOE), FRIEND);
    assert_eq!(why, Blocked::CalledPartyBlocksInmate);
}

#[test]
fn digits_after_a_number_of_open_length_are_no_way_round_a_refusal() {
    let (number, longer) = ("011442079460123", "01144207946012399");
    for (first, then) in [(number, longer), (longer, number)] {
        let mut bench = bench();
        refuses(&mut bench, Some(DOE), first, PartyBlock::Inmate);
        for dialed in [first, then] {
            let why = bench.refused(ONE, Some(DOE), dialed);
            assert_eq!(why, Blocked::CalledPartyBlocksInmate, "{dialed}");
        }
        may_call(&mut bench, ONE, Some(DOE), "011442079460124");
        may_call(&mut bench, ONE, Some(ROE), longer);
    }
}

#[test]
fn what_is_refused_at_a_phone_without_pins_is_nobodys_in_particular() {
    let mut bench = bench();
    let call = refuses(&mut bench, None, FRIEND, PartyBlock::Inmate);
    assert_eq!(bench.record(call).party_block, None);
    assert_eq!(blocks(&bench), []);
}

#[test]
fn refusals_outlive_the_program_and_come_in_pages() {
    let mut bench = bench();
    for dialed in ["02155550123", "02155550124", "02155550125"] {
        refuses(&mut bench, Some(DOE), dialed, PartyBlock::Inmate);
    }
    refuses(&mut bench, Some(ROE), "02155550126", PartyBlock::Facility);
    let mut bench = bench.restart();
    let all = blocks(&bench);
    assert_eq!(all.len(), 4);
    let mut paged = Vec::new();
    let place = |block: &CalledPartyBlock| (block.inmate, block.number);
    loop {
        let page = bench
            .office
            .called_party_blocks(paged.last().map(place), 3)
            .expect("reads");
        paged.extend_from_slice(&page);
        if page.len() < 3 {
            break;
        }
    }
    assert_eq!(paged, all);
    let why = bench.refused(OPEN_PHONE, None, "02155550126");
    assert_eq!(why, Blocked::CalledPartyBlocksFacility);
}

#[test]
fn a_database_that_never_heard_of_the_keys_offers_none() {
    let mut bench = bench();
    let mut settings = SiteSettings::standard();
    settings.call.block_keys = BlockKeys {
        inmate: Some(7),
        facility: None,
    };
    let set = bench.office.set_site_settings(START, "warden", &settings);
    set.expect("are keys");
    let keys = |bench: &Bench| bench.office.settings(START, ONE).expect("reads").block_keys;
    assert_eq!(keys(&bench), settings.call.block_keys);
    let Bench { dir, office, .. } = bench;
    drop(office);
    let database = database(dir.path());
    let mut writer = database.write().expect("writes");
    let table = &database.tables().block_keys;
    assert!(table.delete(&mut writer, &SiteKey).expect("deletes"));
    writer.commit().expect("commits");
    drop(database);
    let office = crate::bench::open(dir.path(), crate::bench::config());
    let settings = office.settings(START, ONE).expect("reads");
    assert_eq!(settings.block_keys, BlockKeys::default());
}

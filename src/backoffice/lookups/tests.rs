//! What the database answers is what the rows that it holds say: calls asked for at random sites are
//! decided over both.

mod rows;

use crate::{Anchor, BackOffice, Config, Routing, Seed, session::Session};
use proptest::{collection::vec, prelude::*, test_runner::TestCaseError};
use screening::{Decision, Ended};
use sites::{
    clock,
    site::{Ask, Site, Used},
};
use std::{cell::RefCell, path::Path, sync::Arc};
use types::{
    dial_plan::{DialPlan, DialRule},
    digits::Digits,
    phone_number::{CallType, DialingPattern},
    tick::{Tick, Ticks},
};

const NOW: Tick = Tick(8_000_000);

/// The call types are those of the sites' plan.
fn plan() -> DialPlan {
    let rule = |shape: &str, min, pattern, call_type, strip| DialRule {
        shape: shape.to_owned(),
        min,
        max: if shape.ends_with('.') { 18 } else { min },
        pattern,
        call_type,
        strip,
        prepend: Digits::EMPTY,
    };
    let abroad = DialingPattern::International;
    let mut rules = vec![rule("011.", 8, abroad, CallType::International, 3)];
    for (first, call_type) in [
        ("9", CallType::Premium),
        ("3", CallType::Interstate),
        ("N", CallType::Local),
    ] {
        for (prefix, pattern) in [
            ("0", DialingPattern::ZeroPlus),
            ("1", DialingPattern::OnePlus),
            ("", DialingPattern::Direct),
        ] {
            let shape = format!("{prefix}{first}XXXXXXXXX");
            let strip = u8::from(!prefix.is_empty());
            rules.push(rule(&shape, 10 + strip, pattern, call_type, strip));
        }
    }
    DialPlan::new(rules)
}

fn open(dir: &Path) -> BackOffice {
    let config = Config {
        site: 7,
        time_zone: "America/New_York".to_owned(),
        dial_plan: Arc::new(plan()),
        map_size: 8 << 20,
        durable: false,
        anchor: Anchor {
            tick: NOW,
            utc_ms: 1_795_530_600_000,
        },
        routing: Routing::north_america(),
        seed: Seed::standard(),
    };
    BackOffice::open(dir, config).unwrap_or_else(|e| panic!("does not open: {e}"))
}

/// Rows of one key are one entry in the database: the first. And what a table could not say is left
/// out.
fn as_stored(mut site: Site, asks: &[&Ask]) -> Site {
    fn once<T, K: PartialEq>(rows: &mut Vec<T>, key: impl Fn(&T) -> K) {
        let mut seen = Vec::new();
        rows.retain(|row| {
            let key = key(row);
            let new = !seen.contains(&key);
            seen.push(key);
            new
        });
    }
    once(&mut site.own, |row| (row.inmate, row.number));
    once(&mut site.restricted, |row| *row);
    once(&mut site.allowed, |row| row.pattern);
    once(&mut site.records, |row| row.pattern);
    once(&mut site.lists, |row| (row.scope, row.blocked, row.pattern));
    once(&mut site.contacts, |row| (row.inmate, row.number));
    once(&mut site.call_treatments, |row| row.0);
    once(&mut site.call_types, |row| row.0);
    once(&mut site.type_rules, |row| row.call_type);
    once(&mut site.durations, |row| (row.0, row.1));
    once(&mut site.parties, |row| (row.inmate, row.number));
    once(&mut site.fraud, |row| row.0);
    once(&mut site.allowances, |row| row.of);
    let plan = plan();
    once(&mut site.codes, |row| row.0);
    site.codes.retain(|row| rows::is_keyed(&plan, row));
    site.allowances
        .retain(|row| !rows::allowance(row).is_boundless());
    // No call is open for longer than a day.
    let began = |row: &Used| row.at.filter(|_| row.ended == Ended::NotYet);
    let lasts = |at| asks.iter().any(|ask| at < ask.now - clock::DAY);
    site.used.retain(|row| !began(row).is_some_and(lasts));
    site
}

/// Longer than any call is without end, however long.
fn within_a_call(decision: Decision, ask: &Ask) -> Decision {
    let mut decision = decision;
    if let Ok(allowed) = &mut decision.outcome {
        let longest = Ticks::secs(ask.hard_limit);
        allowed.open_for = allowed.open_for.filter(|left| *left < longest);
    }
    decision
}

/// Each call asked for at this site is decided alike.
fn same(office: &BackOffice, site: &Site, asks: &[&Ask]) -> Result<(), TestCaseError> {
    let reader = office.database.read().expect("reads");
    let calendar = office.reading(NOW, &reader).calendar();
    for ask in asks {
        let over = sites::request(site, ask, |request| {
            let when = calendar.local(request.now_utc_ms).expect("is in the zone");
            assert_eq!(when, request.when);
            office.decide(request, &site.rules)
        });
        let over = within_a_call(over.expect("is decided"), ask);
        let rows = within_a_call(sites::decided(site, ask), ask);
        prop_assert_eq!(over, rows, "at {:?}", ask);
    }
    Ok(())
}

/// The site is another from now on.
fn put(office: &mut BackOffice, site: &Site) {
    let change = |session: &mut Session<'_>| {
        rows::take_out(session)?;
        rows::put_in(session, site)
    };
    office.change(NOW, change).expect("is stored");
}

#[test]
fn a_call_is_decided_over_the_database_as_over_the_rows_that_were_put_there() {
    let sites = vec((sites::cases(), any::<bool>()), 1..4);
    let ran = sites::runner(file!(), 250).run(&sites, |sites| {
        let dir = tempfile::tempdir().expect("a directory");
        let mut office = open(dir.path());
        let asks: Vec<&Ask> = sites.iter().map(|((_, ask), _)| ask).collect();
        for ((site, _), reopened) in &sites {
            let mut site = as_stored(site.clone(), &asks);
            put(&mut office, &site);
            if *reopened {
                drop(office);
                office = open(dir.path());
                // Calls of the time before are over.
                site.pins.iter_mut().for_each(|pin| pin.in_call_at = None);
            }
            same(&office, &site, &asks)?;
        }
        Ok(())
    });
    if let Err(failed) = ran {
        panic!("{failed}");
    }
}

#[test]
fn a_call_is_decided_so_too_where_tables_have_grown_far_beyond_what_was_opened() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut office = open(dir.path());
    let mut session = Session::begin(&office, NOW).expect("begins");
    rows::crowd(&mut session).expect("is stored");
    // What was held in memory for it stays.
    drop(session);
    let office = RefCell::new(&mut office);
    let ran = sites::runner(file!(), 60).run(&sites::cases(), |(site, ask)| {
        let site = as_stored(site, &[&ask]);
        let mut office = office.borrow_mut();
        put(&mut office, &site);
        same(&office, &site, &[&ask])
    });
    if let Err(failed) = ran {
        panic!("{failed}");
    }
}

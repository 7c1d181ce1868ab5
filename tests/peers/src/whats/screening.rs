//! Deciding and admitting calls at a large site, on our store and on SQLite.
//!
//! Both hold the same rows, and the same `decide` of `screening` asks both: ours by
//! `BackOffice::decide`, SQLite by prepared statements, a read transaction each. Each decision is
//! timed on the clock of this thread, in rounds of which each has both sides, and the answers must be
//! equal. Then calls are admitted and ended with all that is written for them, on disk before the next:
//! one a commit, and several a commit, as the back office takes what waits for it together.

mod durable;
mod lookups;
mod requests;
mod site;
mod sqlite;

use super::What;
use crate::{
    Settings, clock,
    figure::{Better, Figure, Goal, Report},
};
use anyhow::ensure;
use backoffice::{BackOffice, Seed};
use lookups::Lookups;
use requests::Asked;
use rusqlite::Connection;
use screening::{Decision, Periods, Rules, Span, Spans};
use site::Site;
use std::{fs, path::Path, time::Duration};
use tempfile::TempDir;
use types::dial_plan::DialPlan;

pub const WHAT: What = What {
    name: "screening",
    about: "deciding and admitting calls at a large site, beside SQLite",
    run,
};

/// How large the site is, and how much is asked.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub inmates: u32,
    /// Numbers on each list.
    pub listed: usize,
    /// In each table that holds for every caller.
    pub entries: usize,
    requests: usize,
    rounds: usize,
    /// Calls that are admitted, of each number a commit.
    calls: usize,
}

const FULL: Size = Size {
    inmates: 200_000,
    listed: 20,
    entries: 10_200,
    requests: 20_000,
    rounds: 9,
    calls: 640,
};

const SHORT: Size = Size {
    inmates: 2_000,
    listed: 20,
    entries: 1_000,
    requests: 2_000,
    rounds: 3,
    calls: 64,
};

/// Calls that are admitted in one commit.
const TOGETHER: [usize; 2] = [1, 16];

const PEER_GOAL: f64 = 5.0;

fn run(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let size = if settings.short { SHORT } else { FULL };
    let both = Both::made(size, settings.seed, report)?;
    let goals = !settings.short;
    decisions(&both, goals, report)?;
    durable::admissions(both, goals, report)
}

/// The site, twice.
struct Both {
    site: Site,
    dir: TempDir,
    office: BackOffice,
    sqlite: Connection,
    plan: DialPlan,
}

impl Both {
    fn made(size: Size, seed: u64, report: &mut Report) -> anyhow::Result<Both> {
        let dir = tempfile::tempdir()?;
        let ours = dir.path().join("ours");
        let site = Site::new(size, seed);
        let before = clock::cpu();
        site.fill(&ours)?;
        let filled = clock::cpu() - before;
        let mut sqlite = sqlite::open(dir.path())?;
        let before = clock::cpu();
        sqlite::fill(&mut sqlite, &ours)?;
        let peer = clock::cpu() - before;
        let fill = Figure::new("screening.fill", filled.as_secs_f64(), "s", Better::Less);
        let note = format!("{} list numbers", size.inmates as usize * size.listed);
        report.add(fill.peer(peer.as_secs_f64()).note(note))?;
        let mega =
            |path: &Path| -> anyhow::Result<f64> { Ok(fs::metadata(path)?.len() as f64 / 1e6) };
        let file = Figure::new(
            "screening.size",
            mega(&ours.join("data.mdb"))?,
            "MB",
            Better::Less,
        );
        report.add(file.peer(mega(&dir.path().join(sqlite::FILE))?))?;
        let office = BackOffice::open(&ours, site::config(Seed::standard()))?;
        let plan = site::plan();
        Ok(Both {
            site,
            dir,
            office,
            sqlite,
            plan,
        })
    }
}

/// The periods of the site's calendar at that instant, in New York: weeks begin on Sunday, and the clock
/// was put back on the first of the month.
fn spans() -> Spans {
    const HOUR: i64 = 3600 * 1000;
    let today = site::NOW_UTC_MS - 9 * HOUR - HOUR / 2;
    let span = |from, to| Span { from, to };
    Spans::Calendar(Periods {
        day: span(today, today + 24 * HOUR),
        week: span(today - 48 * HOUR, today + 120 * HOUR),
        month: span(today - 23 * 24 * HOUR - HOUR, today + 7 * 24 * HOUR),
    })
}

/// What one side took in each round.
#[derive(Default)]
struct Taken {
    p50: Vec<f64>,
    p99: Vec<f64>,
    max: Vec<f64>,
}

impl Taken {
    fn round(&mut self, mut spent: Vec<Duration>) {
        spent.sort();
        let micros = |at: usize| spent[at].as_secs_f64() * 1e6;
        let last = spent.len() - 1;
        self.p50.push(micros(last / 2));
        self.p99.push(micros(last * 99 / 100));
        self.max.push(micros(last));
    }
}

fn decisions(both: &Both, goals: bool, report: &mut Report) -> anyhow::Result<()> {
    let size = both.site.size;
    let asked = requests::draw(&both.site, size.requests)?;
    let rules = Rules::standard();
    let peer = Lookups::new(&both.sqlite, &both.plan, spans(), site::NOW_UTC_MS)?;
    let ours = |asked: &Asked| Ok(both.office.decide(&asked.request(), &rules)?);
    let theirs = |asked: &Asked| {
        let request = asked.request();
        peer.reading(|tables| screening::decide(&request, tables, &rules))
    };
    same(&asked, ours, theirs)?;
    let (mut we, mut they) = (Taken::default(), Taken::default());
    for round in 0..size.rounds {
        // Who goes first changes, so that neither always finds the other's caches.
        if round % 2 == 0 {
            we.round(timed(&asked, ours)?);
            they.round(timed(&asked, theirs)?);
        } else {
            they.round(timed(&asked, theirs)?);
            we.round(timed(&asked, ours)?);
        }
    }
    let figure = |name, ours: Vec<f64>, peer: Vec<f64>| {
        let ours = clock::median_of(ours);
        let figure = Figure::new(name, ours, "us", Better::Less);
        figure.peer(clock::median_of(peer))
    };
    let judged = |figure: Figure| match goals {
        true => figure.goal(Goal::Ratio(PEER_GOAL)),
        false => figure,
    };
    let median = figure("screening.decide.p50", we.p50, they.p50);
    let note = format!("{} decisions a round, {} rounds", asked.len(), size.rounds);
    report.add(judged(median).note(note))?;
    report.add(judged(figure("screening.decide.p99", we.p99, they.p99)))?;
    report.add(figure("screening.decide.max", we.max, they.max))
}

/// Both decide each call alike. This also warms both.
fn same(
    asked: &[Asked],
    ours: impl Fn(&Asked) -> anyhow::Result<Decision>,
    theirs: impl Fn(&Asked) -> anyhow::Result<Decision>,
) -> anyhow::Result<()> {
    for asked in asked {
        let (ours, theirs) = (ours(asked)?, theirs(asked)?);
        ensure!(
            ours == theirs,
            "{asked:?} is decided in two ways:\n{ours:?}\n{theirs:?}"
        );
    }
    Ok(())
}

fn timed(
    asked: &[Asked],
    decide: impl Fn(&Asked) -> anyhow::Result<Decision>,
) -> anyhow::Result<Vec<Duration>> {
    let mut spent = Vec::with_capacity(asked.len());
    for asked in asked {
        let before = clock::cpu();
        std::hint::black_box(decide(asked)?);
        spent.push(clock::cpu() - before);
    }
    Ok(spent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Size = Size {
        inmates: 200,
        listed: 10,
        entries: 300,
        requests: 2_000,
        rounds: 1,
        calls: 128,
    };

    /// An error of the comparison is a decision that is not the same on both sides.
    #[test]
    fn a_small_site_is_decided_alike_by_both_stores() {
        let mut report = Report::new(true);
        for seed in 1..=3 {
            let both = Both::made(SMALL, seed, &mut report).expect("is filled");
            decisions(&both, false, &mut report).expect("is decided alike");
            durable::admissions(both, false, &mut report).expect("is admitted alike");
        }
    }

    /// Requests that are all let through, or all refused for one reason, would compare little.
    #[test]
    fn requests_meet_many_ends() {
        let mut report = Report::new(true);
        let both = Both::made(SMALL, 1, &mut report).expect("is filled");
        let asked = requests::draw(&both.site, SMALL.requests).expect("is drawn");
        let rules = Rules::standard();
        let mut ends = std::collections::BTreeMap::new();
        for asked in &asked {
            let decision = both.office.decide(&asked.request(), &rules).expect("reads");
            *ends
                .entry(decision.outcome.err().map(|refused| refused.blocked))
                .or_insert(0) += 1;
        }
        assert!(ends.len() >= 6, "{ends:?}");
        let allowed = ends[&None];
        assert!((600..1800).contains(&allowed), "{ends:?}");
    }
}

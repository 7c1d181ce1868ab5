//! What an admission costs on this machine's disk: `commit_cost [directory]`.
//!
//! Calls are admitted and ended in batches of several sizes, as root's group commit makes
//! them. Told: batches' p50 and p99, and admissions a second. The database is made in a new
//! directory inside the one given (the present one if none is), and removed again.

use backoffice::{Anchor, BackOffice, Config, Phone, Routing, Seed};
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};
use types::{
    call_record::CallEnd,
    dial_plan::DialedNumber,
    digits::Digits,
    disposition::{Disposition, EndedBy},
    id::LineId,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    query::{Admission, Asked, DialedOrSpeed, OfficerWord, Query, Reply},
    tick::{Tick, Ticks},
};

const LINES: u16 = 64;
const BATCHES: usize = 400;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parent = std::env::args_os().nth(1).map_or(".".into(), PathBuf::from);
    let dir = tempfile::tempdir_in(parent)?;
    let mut office = BackOffice::open(dir.path(), config())?;
    println!("batch   admissions/s   batch p50 ms   p99 ms   max ms");
    let mut now = Tick(0);
    for size in [1, 4, 16, 64] {
        let mut spent = Vec::with_capacity(BATCHES);
        for _ in 0..BATCHES {
            now += Ticks::secs(2);
            spent.push(admit(&mut office, now, size));
            end(&mut office, now, size);
        }
        report(size, spent);
    }
    let usage = office.usage()?;
    let records = 85 * BATCHES as u64;
    println!(
        "{records} records, {} bytes each, journal included",
        usage.used / records
    );
    Ok(())
}

/// Wall time is measured here, in the tool: the back office itself has no clock.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    #[allow(clippy::disallowed_methods)]
    let clock = SystemTime::now;
    let before = clock();
    let done = work();
    (done, clock().duration_since(before).unwrap_or_default())
}

fn admit(office: &mut BackOffice, now: Tick, size: u16) -> Duration {
    let batch: Vec<_> = (1..=size)
        .map(|line| (LineId(line), admission(now)))
        .collect();
    let (answers, spent) = timed(|| office.answer(now, &batch));
    for (_, answered) in answers {
        match answered.reply {
            Reply::Admitted(verdict) if verdict.outcome.is_ok() => {}
            other => panic!("not admitted: {other:?} {:?}", office.take_failure()),
        }
    }
    spent
}

fn end(office: &mut BackOffice, now: Tick, size: u16) {
    let asked = |line| {
        let query = Query::End(ended(now));
        (LineId(line), Asked { number: 2, query })
    };
    let batch: Vec<_> = (1..=size).map(asked).collect();
    office.answer(now, &batch);
}

fn report(size: u16, mut spent: Vec<Duration>) {
    spent.sort_unstable();
    let ms = |at: usize| spent[at].as_micros() as f64 / 1000.0;
    let total: Duration = spent.iter().sum();
    let rate = f64::from(size) * BATCHES as f64 / total.as_secs_f64();
    let last = spent.len() - 1;
    println!(
        "{size:5}   {rate:12.0}   {:12.3}   {:6.3}   {:6.3}",
        ms(last / 2),
        ms(last * 99 / 100),
        ms(last)
    );
}

fn config() -> Config {
    let mut seed = Seed::standard();
    let phone = Phone {
        pin_required: false,
        ..Phone::standard("bench")
    };
    seed.phones = (1..=LINES)
        .map(|line| (LineId(line), phone.clone()))
        .collect();
    Config {
        site: 1,
        time_zone: "UTC".to_owned(),
        dial_plan: Arc::default(),
        map_size: 1 << 30,
        durable: true,
        anchor: Anchor {
            tick: Tick(0),
            utc_ms: 1_790_000_000_000,
        },
        routing: Routing::north_america(),
        seed,
    }
}

fn admission(off_hook_at: Tick) -> Asked {
    let number = DialedNumber {
        number: PhoneNumber::parse("2155550123").expect("a number"),
        pattern: DialingPattern::ZeroPlus,
        call_type: CallType::Local,
    };
    let query = Query::Admit(Admission {
        off_hook_at,
        credential: None,
        officer: OfficerWord::NotAsked,
        dialed: Digits::parse("02155550123").expect("digits"),
        number: DialedOrSpeed::Number(number),
    });
    Asked { number: 1, query }
}

fn ended(off_hook_at: Tick) -> CallEnd {
    let ended_at = off_hook_at + Ticks::secs(1);
    CallEnd::bare(
        off_hook_at,
        ended_at,
        Disposition::Abandoned,
        EndedBy::Inmate,
    )
}

//! A process that admits and ends calls is killed at a random moment. What it had told
//! anybody must be there; nothing may be left open; the journal must verify.

use crate::bench::{ONE, OPEN_PHONE, START, TWO, completed, config, database, open};
use backoffice::{Config, Phone, RecordRange, RegisterOf};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use types::{
    call_record::Noticed,
    credential::Credential,
    disposition::Disposition,
    id::{CallId, InmateId, LineId},
    query::{Asked, PinAnswer, Query, Reply},
    tick::Ticks,
};

const DIRECTORY: &str = "SALLYPORT_TEST_CRASH_DIRECTORY";
const ROUNDS: u64 = 12;
const LINES: [LineId; 3] = [ONE, TWO, OPEN_PHONE];
/// In each of their calls a third party is noticed. One is left to the next admission of its line.
const WATCHED: [LineId; 2] = [TWO, OPEN_PHONE];
const PINS: [&str; 3] = ["100001", "100002", "100003"];

fn site() -> Config {
    let mut config = config();
    config.map_size = 64 << 20;
    // Never so much of it that a number is blocked.
    config.seed.settings.fraud.three_way.times = Some(1000);
    config.seed.phones = LINES.map(|line| (line, Phone::standard("any"))).to_vec();
    config.seed.inmates = PINS
        .iter()
        .map(|pin| crate::bench::inmate(pin, "Inmate", pin))
        .collect();
    config
}

/// On the watched lines many numbers, each of them now and then.
fn dialed(line: LineId, number: u32) -> String {
    let last = if WATCHED.contains(&line) {
        number % 97
    } else {
        123
    };
    format!("0215555{last:04}")
}

/// Not a test of its own: the process that is killed. It tells what it was answered.
#[test]
#[ignore = "run by the crash test, in a process of its own"]
fn child() {
    let Ok(dir) = std::env::var(DIRECTORY) else {
        return;
    };
    let mut office = open(Path::new(&dir), site());
    let mut told = std::io::stdout();
    let mut now = START;
    for number in 0.. {
        let mut batch = Vec::new();
        let lifted = now;
        for (line, pin) in LINES.iter().zip(PINS) {
            let query = crate::bench::admission(Some(pin), &dialed(*line, number), lifted);
            batch.push((*line, Asked { number, query }));
        }
        let mut calls = Vec::new();
        for (line, answered) in office.answer(now, &batch) {
            match answered.reply {
                Reply::Admitted(verdict) => {
                    calls.push((line, verdict.outcome.expect("permits").call))
                }
                other => panic!("no verdict: {other:?}"),
            }
        }
        for (_, call) in &calls {
            writeln!(told, "\nadmitted {} {} .", call.site, call.sequence).expect("tells");
        }
        now += Ticks::secs(1);
        let mut batch = Vec::new();
        let mut third = Noticed::default();
        third.response.three_way_times = 1;
        for (line, call) in &calls {
            let (call, at) = (*call, now);
            let noticed = match WATCHED.contains(line) {
                true => third.clone(),
                false => Noticed::default(),
            };
            let query = Query::Seen {
                call,
                at,
                answered_at: None,
                talk_from: None,
                noticed,
            };
            batch.push((*line, Asked { number, query }));
        }
        office.answer(now, &batch);
        for (_, call) in calls.iter().filter(|(line, _)| WATCHED.contains(line)) {
            writeln!(told, "\nnoticed {} {} .", call.site, call.sequence).expect("tells");
        }
        // One call of three is left to the next admission of its line.
        for (line, call) in &calls[..2] {
            let query = Query::End(completed(Some(*call), lifted));
            let asked = Asked { number, query };
            for (_, answered) in office.answer(now, &[(*line, asked)]) {
                if let Reply::Recorded(call) = answered.reply {
                    writeln!(told, "\nended {} {} .", call.site, call.sequence).expect("tells");
                }
            }
        }
        now += Ticks::secs(1);
    }
}

/// What the child told of a call that it had admitted.
#[derive(Clone, Copy, Default)]
struct Told {
    noticed: bool,
    ended: bool,
}

/// Runs the child for a while, kills it, and gives what it had told.
fn run_and_kill(dir: &Path, life: Duration) -> BTreeMap<CallId, Told> {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .args([
            "crash::child",
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(DIRECTORY, dir)
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let told = BufReader::new(child.stdout.take().expect("is piped"));
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| read_told(told));
        std::thread::sleep(life);
        child.kill().expect("SIGKILL");
        child.wait().expect("ends");
        reader.join().expect("reads")
    })
}

fn read_told(told: impl BufRead) -> BTreeMap<CallId, Told> {
    let mut calls: BTreeMap<CallId, Told> = BTreeMap::new();
    for line in told.lines() {
        let line = line.expect("is text");
        let words: Vec<&str> = line.split_whitespace().collect();
        // The point tells that the line is whole: a number cut short would be another call.
        let [
            what @ ("admitted" | "noticed" | "ended"),
            site,
            sequence,
            ".",
        ] = words[..]
        else {
            continue;
        };
        let (Ok(site), Ok(sequence)) = (site.parse(), sequence.parse()) else {
            continue;
        };
        let call = calls.entry(CallId { site, sequence }).or_default();
        call.noticed |= what == "noticed";
        call.ended |= what == "ended";
    }
    calls
}

#[test]
fn nothing_that_was_told_is_lost_and_nothing_is_left_open() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut told: BTreeMap<CallId, Told> = BTreeMap::new();
    let seed = u64::from(std::process::id());
    for round in 0..ROUNDS {
        // Spread over 60 to 260 ms, another in each run.
        let spread = (seed + round).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
        let life = Duration::from_millis(60 + spread * 200 / 256);
        told.extend(run_and_kill(dir.path(), life));
        check(dir.path(), &told);
    }
    assert!(
        told.len() > 20,
        "the child did too little: {} calls",
        told.len()
    );
    assert!(told.values().any(|told| told.ended));
    assert!(told.values().any(|told| told.noticed && !told.ended));
}

fn check(dir: &Path, told: &BTreeMap<CallId, Told>) {
    let mut office = open(dir, site());
    office.verify_journal().expect("the journal is whole");
    let mut range = RecordRange::all();
    let mut sequences = Vec::new();
    let mut noticed = 0;
    let mut talked: BTreeMap<InmateId, (i64, i64)> = BTreeMap::new();
    loop {
        let page = office.records(&range).expect("reads");
        let Some(last) = page.last() else { break };
        range.after = Some(last.call);
        for record in page {
            assert!(record.ended_utc_ms.is_some(), "{} is open", record.call);
            assert_ne!(record.disposition, Disposition::InProgress);
            let told = told.get(&record.call).copied().unwrap_or_default();
            let thirds = record.response.three_way_times;
            assert!(thirds > 0 || !told.noticed, "{}", record.call);
            noticed += usize::from(thirds);
            if told.ended {
                assert_eq!(
                    record.disposition,
                    Disposition::Completed,
                    "{}",
                    record.call
                );
            }
            sequences.push(record.call.sequence);
            if record.talk_utc_ms.is_some() {
                let inmate = record.inmate.expect("with a PIN");
                let of_inmate = talked.entry(inmate).or_default();
                of_inmate.0 += 1;
                of_inmate.1 += record.talk.0.cast_signed();
            }
        }
    }
    sequences.sort_unstable();
    let all: Vec<u64> = (1..=sequences.len() as u64).collect();
    assert_eq!(sequences, all, "no gaps, nothing twice");
    for call in told.keys() {
        let record = office.record(*call).expect("reads");
        assert!(record.is_some(), "{call} was told and is gone");
    }
    // What registers count is what the records say: nothing is held by a call that is over.
    for inmate in (1..).map(InmateId).take(PINS.len()) {
        let state = office.register(START, RegisterOf::Inmate(inmate));
        let used = state.expect("reads").used.month;
        let talked = talked.get(&inmate).copied().unwrap_or_default();
        assert_eq!((used.calls, used.ticks), talked, "{inmate:?}");
    }
    for pin in PINS {
        let query = Query::Identify(Credential::Pin(crate::bench::secret(pin)));
        let answers = office.answer(START, &[(LineId(1), Asked { number: 1, query })]);
        let free = matches!(answers[0].1.reply, Reply::Pin(PinAnswer::Valid { .. }));
        assert!(free, "a PIN is still in use");
    }
    drop(office);
    assert_eq!(counted(dir), noticed, "each event counts once");
}

/// Third parties that are counted, for whatever number.
fn counted(dir: &Path) -> usize {
    let database = database(dir);
    let reader = database.read().expect("reads");
    let counts = database.tables().fraud_counts.all(&reader).expect("reads");
    counts.iter().map(|(_, count)| count.three_way.len()).sum()
}

//! A small facility: three phones, two inmates, and hands to lift the receivers.

use backoffice::{
    Anchor, BackOffice, Class, Config, NewInmate, Phone, PinDetails, Routing, Seed, SeedInmate,
};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;
use types::{
    call_record::{CallEnd, CallRecord, Noticed},
    credential::Credential,
    dial_plan::{DialPlan, DialRule, Dialed},
    digits::Digits,
    disposition::{Blocked, Disposition, EndedBy},
    id::{CallId, LineId},
    language::Language,
    phone_number::{CallType, DialingPattern},
    query::{Admission, Answered, Asked, DialedOrSpeed, OfficerWord, PinAnswer, Query, Reply},
    secret::Secret,
    tick::{Tick, Ticks},
    verdict::{Permit, Verdict},
};

/// 2026-11-24 14:30:00 UTC, a Tuesday; 9:30 in New York.
pub const NOON_ISH: i64 = 1_795_530_600_000;
pub const START: Tick = Tick(8_000_000);

pub const ONE: LineId = LineId(1);
pub const TWO: LineId = LineId(2);
/// A phone that asks for no PIN.
pub const OPEN_PHONE: LineId = LineId(3);

pub const DOE: &str = "123456";
pub const ROE: &str = "654321";

fn rule(shape: &str, max: u8, pattern: DialingPattern, call_type: CallType, strip: u8) -> DialRule {
    DialRule {
        shape: shape.to_owned(),
        min: if max > 11 { 8 } else { max },
        max,
        pattern,
        call_type,
        strip,
        prepend: Digits::EMPTY,
    }
}

pub fn plan() -> Arc<DialPlan> {
    use CallType::{InterLata, International, Local};
    use DialingPattern::{Direct, OnePlus, ZeroPlus};
    let abroad = DialingPattern::International;
    Arc::new(DialPlan::new(vec![
        rule("011.", 18, abroad, International, 3),
        rule("0215NXXXXXX", 11, ZeroPlus, Local, 1),
        rule("0NXXNXXXXXX", 11, ZeroPlus, InterLata, 1),
        rule("1NXXNXXXXXX", 11, OnePlus, InterLata, 1),
        rule("NXXNXXXXXX", 10, Direct, Local, 0),
    ]))
}

pub fn inmate(id: &str, name: &str, pin: &str) -> SeedInmate {
    SeedInmate {
        inmate: NewInmate {
            facility_id: id.to_owned(),
            name: name.to_owned(),
        },
        pin: Some(PinDetails {
            pin: secret(pin),
            language: Some(Language::SPANISH),
            class: Class::new(2),
        }),
        numbers: Vec::new(),
    }
}

pub fn secret(pin: &str) -> Secret<Digits> {
    Secret::new(Digits::parse(pin).expect("digits"))
}

pub fn config() -> Config {
    let mut seed = Seed::standard();
    let open = Phone {
        pin_required: false,
        ..Phone::standard("lobby")
    };
    seed.phones = vec![
        (ONE, Phone::standard("B1")),
        (TWO, Phone::standard("B2")),
        (OPEN_PHONE, open),
    ];
    seed.inmates = vec![inmate("A-17", "Doe, J", DOE), inmate("A-18", "Roe, R", ROE)];
    Config {
        site: 7,
        time_zone: "America/New_York".to_owned(),
        dial_plan: plan(),
        map_size: 8 << 20,
        durable: true,
        anchor: Anchor {
            tick: START,
            utc_ms: NOON_ISH,
        },
        routing: Routing::north_america(),
        seed,
    }
}

pub struct Bench {
    pub dir: TempDir,
    pub office: BackOffice,
    pub now: Tick,
    asked: u32,
}

pub fn bench() -> Bench {
    bench_with(|_| {})
}

pub fn bench_with(change: impl FnOnce(&mut Config)) -> Bench {
    let dir = tempfile::tempdir().expect("a directory");
    let mut config = config();
    change(&mut config);
    Bench {
        office: open(dir.path(), config),
        dir,
        now: START,
        asked: 0,
    }
}

pub fn open(dir: &Path, config: Config) -> BackOffice {
    BackOffice::open(dir, config).unwrap_or_else(|e| panic!("does not open: {e}"))
}

/// The database of an office that is closed.
pub fn database(dir: &Path) -> db::Database {
    let options = db::Options {
        map_size: 8 << 20,
        durable: true,
    };
    db::Database::open(dir, &options).expect("opens")
}

pub fn admission(pin: Option<&str>, dialed: &str, off_hook_at: Tick) -> Query {
    let digits = Digits::parse(dialed).expect("digits");
    let number = match plan().read(&digits) {
        Dialed::Complete(number) | Dialed::CouldEnd(number) => DialedOrSpeed::Number(number),
        _ => DialedOrSpeed::Speed(dialed.parse().expect("a code")),
    };
    Query::Admit(Admission {
        off_hook_at,
        credential: pin.map(secret).map(Credential::Pin),
        officer: OfficerWord::NotAsked,
        dialed: digits,
        number,
    })
}

/// The end of a call that was talked on for a while.
pub fn completed(call: Option<CallId>, off_hook_at: Tick) -> CallEnd {
    let ended_at = off_hook_at + Ticks::secs(90);
    CallEnd {
        call,
        dialed: Digits::parse("02155550123").expect("digits"),
        language: Some(Language::ENGLISH),
        answered_at: Some(off_hook_at + Ticks::secs(20)),
        talk_from: Some(off_hook_at + Ticks::secs(30)),
        ..CallEnd::bare(
            off_hook_at,
            ended_at,
            Disposition::Completed,
            EndedBy::Inmate,
        )
    }
}

impl Bench {
    /// Time passes.
    pub fn wait(&mut self, seconds: u64) {
        self.now += Ticks::secs(seconds);
    }

    pub fn asked(&mut self, query: Query) -> Asked {
        self.asked += 1;
        Asked {
            number: self.asked,
            query,
        }
    }

    pub fn batch(&mut self, queries: Vec<(LineId, Query)>) -> Vec<(LineId, Answered)> {
        let asked: Vec<_> = queries
            .into_iter()
            .map(|(line, query)| (line, self.asked(query)))
            .collect();
        self.office.answer(self.now, &asked)
    }

    pub fn ask(&mut self, line: LineId, query: Query) -> Option<Reply> {
        let answers = self.batch(vec![(line, query)]);
        answers.into_iter().next().map(|(to, answered)| {
            assert_eq!(to, line);
            assert_eq!(answered.number, self.asked);
            answered.reply
        })
    }

    /// A sign of life of a call, which is not answered.
    pub fn seen(&mut self, line: LineId, call: CallId, at: Tick) {
        let (answered_at, talk_from) = (None, None);
        let query = Query::Seen {
            call,
            at,
            answered_at,
            talk_from,
            noticed: Noticed::default(),
        };
        assert!(self.ask(line, query).is_none());
    }

    /// Off-hook now, and the number dialed at once.
    pub fn dial(&mut self, line: LineId, pin: Option<&str>, dialed: &str) -> Verdict {
        match self.ask(line, admission(pin, dialed, self.now)) {
            Some(Reply::Admitted(verdict)) => verdict,
            other => panic!("no verdict: {other:?} {:?}", self.office.take_failure()),
        }
    }

    pub fn permitted(&mut self, line: LineId, pin: Option<&str>, dialed: &str) -> Permit {
        self.dial(line, pin, dialed).outcome.expect("is permitted")
    }

    pub fn refused(&mut self, line: LineId, pin: Option<&str>, dialed: &str) -> Blocked {
        let verdict = self.dial(line, pin, dialed);
        verdict.outcome.expect_err("is refused").blocked
    }

    pub fn end(&mut self, line: LineId, end: CallEnd) -> CallId {
        match self.ask(line, Query::End(end)) {
            Some(Reply::Recorded(call)) => call,
            other => panic!("not recorded: {other:?} {:?}", self.office.take_failure()),
        }
    }

    pub fn pin(&mut self, line: LineId, pin: &str) -> PinAnswer {
        match self.ask(line, Query::Identify(Credential::Pin(secret(pin)))) {
            Some(Reply::Pin(answer)) => answer,
            other => panic!("no answer to a PIN: {other:?}"),
        }
    }

    pub fn record(&self, call: CallId) -> CallRecord {
        let record = self.office.record(call).expect("reads");
        record.expect("is recorded")
    }

    /// Closes the database, as a program that stops without a word, and opens it again.
    pub fn restart(self) -> Bench {
        let Bench {
            dir, office, asked, ..
        } = self;
        drop(office);
        Bench {
            office: open(dir.path(), config()),
            dir,
            now: START,
            asked,
        }
    }
}

/// How often a property is tried: few, unless `PROPTEST_CASES` says otherwise.
pub fn cases(usual: u32) -> proptest::test_runner::Config {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let cases = asked.and_then(|cases| cases.parse().ok());
    proptest::test_runner::Config::with_cases(cases.unwrap_or(usual))
}

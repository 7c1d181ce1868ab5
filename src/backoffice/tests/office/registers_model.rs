//! Many lines that admit, answer, end and crash in any order, against a model that keeps a list of
//! all calls and goes through it each time: never one call too many, never one lost.

use crate::bench::{ONE, OPEN_PHONE, START, TWO, admission, config, inmate, open};
use backoffice::{
    Allowance, AllowanceOf, Anchor, BackOffice, Config, Phone, RecordRange, RegisterOf,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tempfile::TempDir;
use types::{
    call_record::{CallEnd, Noticed},
    disposition::{Blocked, Disposition, EndedBy},
    id::{CallId, InmateId, LineId, TrunkId},
    query::{Answered, Asked, Query, Reply},
    settings::CountsFrom,
    tick::{Tick, Ticks},
};

const LINES: [LineId; 4] = [ONE, TWO, OPEN_PHONE, LineId(4)];
const PINS: [&str; 3] = ["100001", "100002", "100003"];
const NUMBERS: [&str; 2] = ["02155550123", "02155550199"];

/// Ten minutes before a Sunday in New York that is the first of a month.
const BEGINS: &str = "2026-03-01T04:50:00Z";

const CALLS_OF_INMATE: [u32; 3] = [3, 5, 8];
const MINUTES_OF_INMATE: u32 = 25;
const BETWEEN_S: i64 = 30;
const CALLS_OF_NUMBER: u32 = 4;
/// Their PINs have the second class.
const LONGEST_S: i64 = 600;

#[derive(Clone, Copy, Debug)]
enum Move {
    Admit {
        inmate: usize,
        number: usize,
    },
    /// The called party accepts, and the line says so.
    Accept,
    Alive,
    /// The line hangs up; `late` if the talk began and nobody said so before.
    End {
        late: bool,
    },
    Crash,
    Wait(i64),
    Give {
        inmate: usize,
    },
}

fn moves() -> impl Strategy<Value = Vec<(usize, Move)>> {
    let admit = (0..PINS.len(), 0..NUMBERS.len());
    let wait = prop::sample::select(vec![1, 5, 20, 31, 61, 290, 900, 5000, 30_000]);
    let each = prop_oneof![
        6 => admit.prop_map(|(inmate, number)| Move::Admit { inmate, number }),
        4 => Just(Move::Accept),
        1 => Just(Move::Alive),
        5 => any::<bool>().prop_map(|late| Move::End { late }),
        1 => Just(Move::Crash),
        5 => wait.prop_map(Move::Wait),
        1 => (0..PINS.len()).prop_map(|inmate| Move::Give { inmate }),
    ];
    proptest::collection::vec((0..LINES.len(), each), 1..90)
}

/// A call as the model remembers it, in seconds UTC.
#[derive(Clone, Debug)]
struct Call {
    id: CallId,
    line: LineId,
    inmate: usize,
    number: usize,
    begun: i64,
    accepted: Option<i64>,
    seen: i64,
    ended: Option<i64>,
    limit: i64,
}

impl Call {
    fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Since when it counts, as it is now: an open one that nobody accepted could at any moment.
    fn counts(&self, rule: CountsFrom, now: i64) -> Option<i64> {
        match (rule, self.accepted) {
            (CountsFrom::Dialing, _) => Some(self.begun),
            (_, Some(at)) => Some(at),
            (_, None) => self.is_open().then_some(now),
        }
    }

    fn seconds(&self) -> i64 {
        match (self.ended, self.accepted) {
            (None, _) => self.limit,
            (Some(end), Some(from)) => end - from,
            (Some(_), None) => 0,
        }
    }
}

fn date(at: i64) -> Date {
    let zone = TimeZone::get("America/New_York").expect("a zone");
    let at = Timestamp::from_second(at).expect("an instant");
    at.to_zoned(zone).date()
}

/// Names of the day, the week from Sunday on, and the month of an instant.
fn names(at: i64) -> [String; 3] {
    let day = date(at);
    let into_week = i64::from(day.weekday().to_sunday_zero_offset());
    let sunday = day.checked_sub(into_week.days()).expect("a date");
    let month = format!("{}-{}", day.year(), day.month());
    [day.to_string(), sunday.to_string(), month]
}

struct Model {
    rule: CountsFrom,
    calls: Vec<Call>,
    /// Inmate, when, how many calls.
    given: Vec<(usize, i64, i64)>,
}

impl Model {
    fn open_of(&self, line: LineId) -> Option<usize> {
        let of_line = |call: &Call| call.line == line && call.is_open();
        self.calls.iter().position(of_line)
    }

    fn used(&self, mine: impl Fn(&Call) -> bool, period: usize, now: i64) -> (i64, i64) {
        let (mut calls, mut seconds) = (0, 0);
        for call in self.calls.iter().filter(|call| mine(call)) {
            let counts = call.counts(self.rule, now);
            if counts.is_some_and(|at| names(at)[period] == names(now)[period]) {
                calls += 1;
                seconds += call.seconds();
            }
        }
        (calls, seconds)
    }

    fn decide(&self, line: LineId, inmate: usize, number: usize, now: i64) -> Result<i64, Blocked> {
        let elsewhere = |call: &&Call| call.inmate == inmate && call.is_open() && call.line != line;
        if self.calls.iter().any(|call| elsewhere(&call)) {
            return Err(Blocked::PinInUse);
        }
        let own = |call: &Call| call.inmate == inmate;
        for (period, most) in CALLS_OF_INMATE.iter().enumerate() {
            let same = |at: i64| names(at)[period] == names(now)[period];
            let given = self.given.iter().filter(|g| g.0 == inmate && same(g.1));
            let given: i64 = given.map(|g| g.2).sum();
            if self.used(own, period, now).0 - given >= i64::from(*most) {
                return Err(Blocked::CallsUsedUp);
            }
        }
        for call in self.calls.iter().filter(|call| own(call)) {
            let counts = call.counts(self.rule, now).is_some();
            if counts && call.ended.is_none_or(|end| now - end < BETWEEN_S) {
                return Err(Blocked::TooSoon);
            }
        }
        let left = i64::from(MINUTES_OF_INMATE) * 60 - self.used(own, 0, now).1;
        if left < 60 {
            return Err(Blocked::MinutesUsedUp);
        }
        let to_it = |call: &Call| call.number == number;
        if self.used(to_it, 0, now).0 >= i64::from(CALLS_OF_NUMBER) {
            return Err(Blocked::NumberUsedUp);
        }
        Ok(left.min(LONGEST_S))
    }
}

struct Site {
    dir: TempDir,
    /// `None` while it is down.
    office: Option<BackOffice>,
    anchor: Anchor,
    now: i64,
    rule: CountsFrom,
}

fn site_config(rule: CountsFrom, anchor: Anchor) -> Config {
    let mut config = config();
    config.anchor = anchor;
    config.durable = false;
    config.seed.settings.registers.counts_from = rule;
    config.seed.phones = LINES.map(|line| (line, Phone::standard("any"))).to_vec();
    let inmates = PINS.iter().map(|pin| inmate(pin, "Inmate", pin));
    config.seed.inmates = inmates.collect();
    config
}

impl Site {
    fn new(rule: CountsFrom) -> Site {
        let now = BEGINS.parse::<Timestamp>().expect("an instant").as_second();
        let anchor = Anchor {
            tick: START,
            utc_ms: now * 1000,
        };
        let dir = tempfile::tempdir().expect("a directory");
        let mut office = open(dir.path(), site_config(rule, anchor));
        let mut own = Allowance::default();
        own.calls.day = Some(CALLS_OF_INMATE[0]);
        own.calls.week = Some(CALLS_OF_INMATE[1]);
        own.calls.month = Some(CALLS_OF_INMATE[2]);
        own.minutes.day = Some(MINUTES_OF_INMATE);
        own.between_seconds = Some(BETWEEN_S as u32);
        let mut number = Allowance::default();
        number.calls.day = Some(CALLS_OF_NUMBER);
        for (of, allowance) in [
            (AllowanceOf::Everybody, own),
            (AllowanceOf::Numbers("215*".to_owned()), number),
        ] {
            let set = office.set_allowance(START, "warden", &of, Some(&allowance));
            set.expect("is set");
        }
        Site {
            dir,
            office: Some(office),
            anchor,
            now,
            rule,
        }
    }

    fn tick(&self, at: i64) -> Tick {
        let since = at * 1000 - self.anchor.utc_ms;
        match u64::try_from(since) {
            Ok(since) => self.anchor.tick + Ticks::ms(since),
            Err(_) => self.anchor.tick - Ticks::ms(since.unsigned_abs()),
        }
    }

    fn office(&mut self) -> &mut BackOffice {
        self.office.as_mut().expect("is up")
    }

    fn ask(&mut self, line: LineId, query: Query) -> Option<Reply> {
        let now = self.tick(self.now);
        let asked = Asked { number: 1, query };
        let mut answers = self.office().answer(now, &[(line, asked)]);
        answers.pop().map(|(_, Answered { reply, .. })| reply)
    }

    fn crash(&mut self) {
        self.office = None;
        self.anchor.utc_ms = self.now * 1000;
        let config = site_config(self.rule, self.anchor);
        self.office = Some(open(self.dir.path(), config));
    }
}

struct Run {
    site: Site,
    model: Model,
}

impl Run {
    fn step(&mut self, line: LineId, step: Move) {
        let now = self.site.now;
        match step {
            Move::Admit { inmate, number } => self.admit(line, inmate, number),
            Move::Accept => {
                let Some(open) = self.model.open_of(line) else {
                    return;
                };
                let call = &mut self.model.calls[open];
                // A sign of life at the very moment of another says nothing new.
                if now > call.seen {
                    call.accepted.get_or_insert(now);
                    self.seen(open);
                }
            }
            Move::Alive => {
                if let Some(open) = self.model.open_of(line) {
                    self.seen(open);
                }
            }
            Move::End { late } => {
                if let Some(open) = self.model.open_of(line) {
                    self.end(open, late);
                }
            }
            Move::Crash => {
                self.site.crash();
                self.interrupt(|_| true);
            }
            Move::Wait(seconds) => {
                // No call lasts a day.
                for open in 0..self.model.calls.len() {
                    let call = &self.model.calls[open];
                    if call.is_open() && now + seconds - call.begun > 40_000 {
                        self.end(open, false);
                    }
                }
                self.site.now += seconds;
            }
            Move::Give { inmate } => {
                self.model.given.push((inmate, now, 1));
                let of = RegisterOf::Inmate(InmateId(inmate as u32 + 1));
                let tick = self.site.tick(now);
                let given = self
                    .site
                    .office()
                    .adjust_register(tick, "warden", of, 1, 0, "given");
                given.expect("is given");
            }
        }
    }

    /// Nobody says how these ended: they did when they were last seen.
    fn interrupt(&mut self, which: impl Fn(&Call) -> bool) {
        for call in &mut self.model.calls {
            if call.is_open() && which(call) {
                call.ended = Some(call.seen);
            }
        }
    }

    fn admit(&mut self, line: LineId, inmate: usize, number: usize) {
        let now = self.site.now;
        // A line that asks anew has no other call any more.
        self.interrupt(|call| call.line == line);
        let expected = self.model.decide(line, inmate, number, now);
        let query = admission(Some(PINS[inmate]), NUMBERS[number], self.site.tick(now));
        let Some(Reply::Admitted(verdict)) = self.site.ask(line, query) else {
            panic!("no verdict: {:?}", self.site.office().take_failure());
        };
        let answered = verdict.outcome.map_err(|refusal| refusal.blocked);
        let limit = answered.map(|permit| permit.limit.expect("timed").as_secs() as i64);
        assert_eq!(
            limit, expected,
            "{line} {inmate} {number} at {now}: {:#?}",
            self.model.calls
        );
        let (Ok(permit), Ok(limit)) = (answered, limit) else {
            return;
        };
        self.model.calls.push(Call {
            id: permit.call,
            line,
            inmate,
            number,
            begun: now,
            accepted: None,
            seen: now,
            ended: None,
            limit,
        });
    }

    fn seen(&mut self, open: usize) {
        let now = self.site.now;
        let call = &mut self.model.calls[open];
        call.seen = now;
        let (call, line) = (call.clone(), call.line);
        let from = call.accepted.map(|at| self.site.tick(at));
        let query = Query::Seen {
            call: call.id,
            at: self.site.tick(now),
            answered_at: from,
            talk_from: from,
            noticed: Noticed::default(),
        };
        assert!(self.site.ask(line, query).is_none());
    }

    fn end(&mut self, open: usize, late: bool) {
        let now = self.site.now;
        let call = &mut self.model.calls[open];
        if late && call.accepted.is_none() && now > call.seen {
            call.accepted = Some(call.seen + 1);
        }
        call.ended = Some(now);
        let call = call.clone();
        let (begun, ended) = (self.site.tick(call.begun), self.site.tick(now));
        let from = call.accepted.map(|at| self.site.tick(at));
        let disposition = match from {
            Some(_) => Disposition::Completed,
            None => Disposition::Busy,
        };
        let end = CallEnd {
            call: Some(call.id),
            trunk: Some(TrunkId(1)),
            answered_at: from,
            talk_from: from,
            ..CallEnd::bare(begun, ended, disposition, EndedBy::Inmate)
        };
        let told = self.site.ask(call.line, Query::End(end));
        assert!(matches!(told, Some(Reply::Recorded(id)) if id == call.id));
    }

    /// By the records alone: nobody made more calls a day than were allowed and given.
    fn check_records(&mut self) {
        let mut days: BTreeMap<(InmateId, Date), i64> = BTreeMap::new();
        let mut range = RecordRange::all();
        loop {
            let page = self.site.office().records(&range).expect("reads");
            let Some(last) = page.last() else { break };
            range.after = Some(last.call);
            for record in page {
                if let (Some(inmate), Some(from)) = (record.inmate, record.talk_utc_ms) {
                    *days.entry((inmate, date(from / 1000))).or_default() += 1;
                }
            }
        }
        for ((inmate, day), calls) in days {
            let mine = |g: &&(usize, i64, i64)| g.0 as u32 + 1 == inmate.0 && date(g.1) == day;
            let given: i64 = self.model.given.iter().filter(mine).map(|g| g.2).sum();
            assert!(
                calls <= i64::from(CALLS_OF_INMATE[0]) + given,
                "{inmate:?} {day}: {calls}"
            );
        }
    }
}

proptest! {
    #![proptest_config(crate::bench::cases(48))]
    #[test]
    fn many_lines_get_never_one_call_too_many_and_lose_never_one(
        moves in moves(),
        rule in prop::sample::select(vec![
            CountsFrom::Acceptance,
            CountsFrom::Answer,
            CountsFrom::Dialing,
        ]),
    ) {
        let mut run = Run {
            site: Site::new(rule),
            model: Model { rule, calls: Vec::new(), given: Vec::new() },
        };
        for (line, step) in moves {
            run.step(LINES[line], step);
        }
        run.site.crash();
        run.interrupt(|_| true);
        run.check_records();
        for inmate in 0..PINS.len() {
            let of = RegisterOf::Inmate(InmateId(inmate as u32 + 1));
            let (now, tick) = (run.site.now, run.site.tick(run.site.now));
            let state = run.site.office().register(tick, of).expect("reads");
            let (calls, seconds) = run.model.used(|call| call.inmate == inmate, 2, now);
            let given: i64 = run.model.given.iter()
                .filter(|g| g.0 == inmate && names(g.1)[2] == names(now)[2])
                .map(|g| g.2)
                .sum();
            prop_assert_eq!(state.used.month.calls, calls - given);
            prop_assert_eq!(state.used.month.ticks, seconds * 8000);
        }
    }
}

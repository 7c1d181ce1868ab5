//! What the demonstration says at its end: the records in words, what was measured, and where
//! the followed line's recording is.

use std::{fmt::Write as _, time::Duration};

use drivers::sim::{
    delay::{OneWay, one_way},
    sim_port::Handle,
    transcript::Transcript,
};
use jiff::tz::TimeZone;
use types::{
    fact::{Fact, FactAt},
    id::TrunkId,
    tick::{Tick, Ticks},
};

use super::{FOLLOWED, runner::Outcome};
use crate::records::words;

/// How much of a talk is compared, and how much later it may be heard.
const COMPARED: Ticks = Ticks::secs(2);
const LONGEST: Ticks = Ticks::ms(150);
/// Less alike than this is not the same sound.
const ALIKE: f64 = 0.5;

/// All that the ending is made from.
pub struct Parts<'a> {
    pub zone: &'a TimeZone,
    pub outcome: Outcome,
    /// What it took.
    pub speed: Speed,
    /// The facts of the followed line.
    pub followed: Vec<FactAt>,
    pub phone: Option<Handle>,
    pub trunks: Vec<(TrunkId, Handle)>,
}

/// What was simulated, and how long that took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Speed {
    pub phones: usize,
    pub simulated: Ticks,
    /// On the real clock, the recordings written.
    pub took: Ticks,
    /// The processor's time in it.
    pub cpu: Duration,
}

impl Parts<'_> {
    pub fn words(&self) -> String {
        let records = &self.outcome.records;
        let mut text = format!("\n{}\n", super::counted(records.len(), "call"));
        for record in records {
            let _ = writeln!(text, "  {}", words(record, self.zone));
        }
        let _ = write!(text, "\nmeasured\n{}{}", self.delay(), self.frames());
        let _ = write!(text, "\n{}", self.recording());
        text
    }

    /// The one-way delay between the parties of the followed line's call, found in what the one
    /// said and the other heard.
    fn delay(&self) -> String {
        let Some((trunk, from, to)) = talk(&self.followed) else {
            return "  delay: line 1 had no talk to measure\n".to_owned();
        };
        let phone = self.phone.as_ref().and_then(Handle::transcript);
        let trunk = self.trunks.iter().find(|(id, _)| *id == trunk);
        let trunk = trunk.and_then(|(_, port)| port.transcript());
        let (Some(phone), Some(trunk)) = (phone, trunk) else {
            return "  delay: a port did not come back\n".to_owned();
        };
        let mut text = String::new();
        let ways = [
            ("inmate to called party", phone, trunk),
            ("called party to inmate", trunk, phone),
        ];
        for (name, said, heard) in ways {
            let _ = match best(said, heard, from, to) {
                Some(way) => writeln!(text, "  delay, {name}: {:.1} ms one way", way.ms()),
                None => writeln!(
                    text,
                    "  delay, {name}: nothing was said that could be measured"
                ),
            };
        }
        text
    }

    fn frames(&self) -> String {
        let ms = |ticks: Ticks| ticks.0 as f64 / 8.0;
        match self.outcome.frames {
            None => format!(
                "  late frames: none can be, on virtual time\n  {}\n",
                self.speed.words(self.calls())
            ),
            Some(frames) => format!(
                "  late frames: {} of {} later than 10 ms; worst {:.1} ms, \
                 on the worst line 99.9 % within {:.1} ms\n  {}\n",
                frames.late,
                frames.handled,
                ms(frames.worst),
                ms(frames.p999),
                self.speed.a_line()
            ),
        }
    }

    /// From off-hook to the end of the attempt, all calls together.
    fn calls(&self) -> Ticks {
        let records = self.outcome.records.iter();
        let lengths =
            records.filter_map(|record| record.ended_utc_ms.map(|end| end - record.started_utc_ms));
        Ticks::ms(lengths.map(|ms| u64::try_from(ms).unwrap_or(0)).sum())
    }

    fn recording(&self) -> String {
        let recordings = self.outcome.recordings.iter();
        let longest = recordings
            .filter(|recording| recording.line == FOLLOWED)
            .max_by_key(|recording| recording.recorded.length);
        match longest.and_then(|recording| recording.path.as_ref()) {
            Some(path) => format!(
                "line 1 recorded (left: inmate, right: trunk): {}\n",
                path.display()
            ),
            None => "line 1 made no call that is recorded\n".to_owned(),
        }
    }
}

impl Speed {
    /// On the real clock.
    fn a_line(&self) -> String {
        let (took, cpu) = (self.took.0 as f64 / 8000.0, self.cpu.as_secs_f64());
        let busy = cpu / took.max(0.001);
        format!(
            "processor: {:.1} % of one; {:.2} ms a second for each phone, with its trunk, its \
             simulated parties and its recording",
            busy * 100.0,
            busy * 1000.0 / self.phones.max(1) as f64
        )
    }

    fn words(&self, calls: Ticks) -> String {
        let hours = |ticks: Ticks| ticks.0 as f64 / (3600.0 * 8000.0);
        let took = self.took.0 as f64 / 8000.0;
        let cpu = self.cpu.as_secs_f64();
        format!(
            "virtual time: {:.2} phone-hours, {:.2} of them in calls, in {took:.2} s \
             ({cpu:.2} s of CPU): {:.2} call-hours a second of CPU",
            hours(self.simulated) * self.phones as f64,
            hours(calls),
            hours(calls) / cpu.max(0.001),
        )
    }
}

/// The longest talk of a line: its trunk, and from when to when.
fn talk(facts: &[FactAt]) -> Option<(TrunkId, Tick, Tick)> {
    let mut trunk = None;
    let mut began = None;
    let mut best: Option<(TrunkId, Tick, Tick)> = None;
    for fact in facts {
        match &fact.fact {
            Fact::TrunkLent(id) => trunk = Some(*id),
            Fact::TalkBegins => began = Some(fact.at),
            Fact::Released(_) | Fact::OnHook | Fact::CutOff | Fact::Ended(_) => {
                let talk = trunk
                    .zip(began.take())
                    .map(|(id, from)| (id, from, fact.at));
                let length = |talk: &(TrunkId, Tick, Tick)| talk.2.since(talk.1);
                if let Some(talk) = talk
                    && best
                        .as_ref()
                        .is_none_or(|best| length(&talk) > length(best))
                {
                    best = Some(talk);
                }
            }
            _ => {}
        }
    }
    best
}

/// The clearest of several places in the talk.
fn best(said: &Transcript, heard: &Transcript, from: Tick, to: Tick) -> Option<OneWay> {
    let mut best: Option<OneWay> = None;
    let mut at = from;
    while at + COMPARED + LONGEST < to {
        let way = one_way(&said.emitted, &heard.heard, at, COMPARED, LONGEST);
        if let Some(way) = way
            && best.is_none_or(|best| way.correlation > best.correlation)
        {
            best = Some(way);
        }
        at += COMPARED;
    }
    best.filter(|way| way.correlation >= ALIKE)
}

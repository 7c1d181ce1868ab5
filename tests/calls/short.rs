//! Short ways through a call, for scenarios that are about what comes after the number, and
//! what is the same at the end of every call that failed.

use crate::{
    bench::{self, Outcome, PIN, Scenario, then, wait},
    hearing,
};
use backoffice::Seed;
use drivers::sim::{
    exchange::routes::{Destination, Routes},
    script::Step,
    transcript::Event,
};
use speech::Piece;
use types::{
    call_record::CallRecord,
    digits::Digits,
    disposition::{Blocked, Disposition, EndedBy},
    fact::Fact,
    frame::Law,
    id::{LineId, TrunkId},
    language::Language,
    prompt::Prompt,
    tick::{Tick, Ticks},
    verdict::{Check, Finding},
};

/// Lifts, waits for dial tone and keys all this at once: type-ahead carries it.
pub fn keys(digits: &str) -> Vec<Step> {
    vec![
        wait(300),
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(2)),
        wait(100),
        Step::dial(digits),
        Step::Mark("dialed"),
    ]
}

/// Keys the first inmate's PIN and this number.
pub fn dials(number: &str) -> Vec<Step> {
    keys(&format!("{PIN}{number}"))
}

/// Listens until fast busy, makes sure that it goes on, hangs up.
pub fn hears_fast_busy() -> Vec<Step> {
    vec![
        Step::await_fast_busy(Ticks::secs(25)),
        Step::Mark("fast busy"),
        wait(1500),
        Step::await_fast_busy(Ticks::secs(2)),
        Step::Mark("hangs up"),
        Step::OnHook,
    ]
}

/// A phone that calls a number that comes to nothing, listens to the end and hangs up.
pub fn failing(number: &str) -> Scenario {
    bench::phone(then(dials(number), hears_fast_busy())).lasting(20)
}

/// A phone doing this, and every number rings for ever.
pub fn ringing(steps: Vec<Step>) -> Scenario {
    let routes = Routes::new().unknown(Destination::RingNoAnswer);
    Scenario {
        routes,
        ..bench::phone(steps)
    }
}

/// The first inmate calls this number, lets it ring for a moment and hangs up.
pub fn rings(number: &str) -> Scenario {
    ringing(then(dials(number), [wait(5500), Step::OnHook])).lasting(12)
}

/// No phone asks for a PIN.
pub fn without_pin(seed: &mut Seed) {
    for (_, phone) in &mut seed.phones {
        phone.pin_required = false;
    }
}

/// The tables that a call passed, in order.
pub fn tables(record: &CallRecord) -> Vec<(Check, Finding)> {
    record
        .screening
        .iter()
        .map(|s| (s.check, s.finding))
        .collect()
}

impl Outcome {
    /// The handset heard all that its script waited for.
    pub fn nothing_was_missed(&self) {
        for phone in &self.phones {
            let missed: Vec<u16> = phone.timed_out().collect();
            assert!(
                missed.is_empty(),
                "steps {missed:?} timed out; {}",
                self.tale()
            );
        }
    }

    /// No trunk was so much as touched.
    pub fn no_trunk_seized(&self) {
        for trunk in &self.trunks {
            let events = trunk.events();
            assert!(events.is_empty(), "the network saw {events:?}");
        }
    }

    /// The inmate heard this once, none of the other reasons, and then fast busy until hanging up.
    pub fn told_then_fast_busy(&self, prompt: Prompt) {
        self.nothing_was_missed();
        let busy = self.phone().mark("fast busy").expect("fast busy was heard");
        let over = self.entered("aftermath").expect("the call was over");
        let heard = |prompt| {
            let audio = bench::head(Language::ENGLISH, prompt);
            hearing::find(&self.phone().heard, &audio, over - Ticks::ms(200), busy)
        };
        for other in REASONS.into_iter().filter(|other| *other != prompt) {
            let heard = heard(other);
            assert!(heard.is_empty(), "{other:?} was heard at {heard:?}");
        }
        let heard = heard(prompt);
        assert_eq!(
            heard.len(),
            1,
            "{prompt:?} once: {heard:?}; {}",
            self.tale()
        );
        let length = bench::head(Language::ENGLISH, prompt).len() as u64;
        assert!(
            busy > heard[0].at + Ticks(length),
            "fast busy comes after the prompt"
        );
        let busy_began = heard[0].at + Ticks(length) + Ticks::ms(200);
        let first = hearing::rms(&self.phone().heard, busy_began, busy_began + Ticks::secs(1));
        assert!(
            first > 200.0,
            "fast busy follows the prompt at once: {first}"
        );
    }

    /// Screening refused the only call: prompt, fast busy, record, and nothing on any trunk.
    pub fn refused(&self, prompt: Prompt, blocked: Blocked) {
        self.told_then_fast_busy(prompt);
        self.no_trunk_seized();
        let record = self.record();
        assert_eq!(record.disposition, Disposition::Blocked, "{}", self.tale());
        assert_eq!(record.blocked, Some(blocked));
        assert_eq!(record.ended_by, Some(EndedBy::Controller));
        assert_eq!((record.trunk, record.talk), (None, Ticks::ZERO));
    }

    /// The only call was let through: the exchange received this.
    pub fn let_through(&self, dialed: &str) {
        let received: Vec<String> = self.dialed().iter().map(Digits::to_string).collect();
        assert_eq!(received, [dialed], "{}", self.tale());
        assert_eq!(self.record().blocked, None);
    }

    /// What refused the only call, the last step of its trace.
    pub fn refused_by(&self, check: Check, finding: Finding) {
        let trace = tables(self.record());
        assert_eq!(trace.last(), Some(&(check, finding)), "{trace:?}");
    }

    /// The only call met this on its way.
    pub fn met(&self, check: Check, finding: Finding) {
        let trace = tables(self.record());
        assert!(trace.contains(&(check, finding)), "{trace:?}");
    }

    /// The only call was dialed and then failed in the network.
    pub fn failed(&self, disposition: Disposition, prompt: Prompt) {
        self.told_then_fast_busy(prompt);
        let record = self.record();
        assert_eq!(record.disposition, disposition, "{}", self.tale());
        assert_eq!(record.ended_by, Some(EndedBy::Network));
        assert_eq!((record.answered_utc_ms, record.talk), (None, Ticks::ZERO));
        assert_eq!(record.blocked, None);
    }

    /// Where the inmate heard all of this, clip after clip: tells apart what differs in a number.
    pub fn inmate_heard_whole(&self, prompt: Prompt) -> Option<(Tick, Tick)> {
        let shared = bench::shared();
        let phrase = shared.speech.phrase(Language::ENGLISH, &prompt);
        // Each clip, and the pause after it.
        let mut clips: Vec<(Vec<i16>, u64)> = Vec::new();
        for piece in phrase {
            match (piece, clips.last_mut()) {
                (Piece::Clip(clip), _) => {
                    let octets = shared.speech.clip(clip);
                    let mut samples = vec![0; octets.len()];
                    dsp::g711::decode(Law::Mu, octets, &mut samples);
                    clips.push((samples, 0));
                }
                (Piece::Pause { ms }, Some(last)) => last.1 += u64::from(ms) * 8,
                (Piece::Name | Piece::Pause { .. }, _) => {}
            }
        }
        let track = &self.phone().heard;
        let starts = hearing::find(track, &clips[0].0, Tick::ZERO, self.end);
        starts.into_iter().find_map(|start| {
            let mut at = start.at;
            for (clip, pause) in &clips {
                let length = Ticks(clip.len() as u64);
                let about = (at - Ticks::ms(20), at + length + Ticks::ms(20));
                let found = hearing::find(track, clip, about.0, about.1);
                at = found.first()?.at + length + Ticks(*pause);
            }
            Some((start.at, at))
        })
    }

    /// The n-th time the network saw this on the first trunk, from 0.
    pub fn seen(&self, wanted: impl Fn(&Event) -> bool, number: usize) -> Tick {
        let events = self.trunk().events().iter().filter(|e| wanted(&e.event));
        let event = events.into_iter().nth(number);
        event
            .unwrap_or_else(|| panic!("the network did not see it; {}", self.tale()))
            .at
    }

    pub fn dialed(&self) -> Vec<Digits> {
        self.trunk().dialed().collect()
    }

    /// The trunks that were lent to a line, in order.
    pub fn lent(&self, line: u16) -> Vec<TrunkId> {
        let facts = self.story.of(LineId(line));
        facts
            .filter_map(|f| match f.fact {
                Fact::TrunkLent(trunk) => Some(trunk),
                _ => None,
            })
            .collect()
    }
}

/// A tick as the records tell it.
pub fn utc_ms(at: Tick) -> i64 {
    bench::STARTS_UTC_MS + at.since(Tick::ZERO).as_ms().cast_signed()
}

/// What a call that failed is told, each apart from all others.
const REASONS: [Prompt; 34] = [
    Prompt::PinNotYetValid,
    Prompt::PinExpired,
    Prompt::InmateSuspended,
    Prompt::NotEnrolled,
    Prompt::OutsideWindow,
    Prompt::NotBooked,
    Prompt::NoOfficer,
    Prompt::ContactNotApproved,
    Prompt::PinResting,
    Prompt::NotRecordable,
    Prompt::CalledPartyBlocksInmate,
    Prompt::CalledPartyBlocksFacility,
    Prompt::CallsUsedUp,
    Prompt::MinutesUsedUp,
    Prompt::TooSoon,
    Prompt::NumberUsedUp,
    Prompt::NumberRestricted,
    Prompt::NumberNotAllowed,
    Prompt::NumberTimeRestricted,
    Prompt::NumberFraud,
    Prompt::CallTypeNotAllowed,
    Prompt::NotFromThisPhone,
    Prompt::SpeedDialNotAssigned,
    Prompt::NumberNotValid,
    Prompt::SystemUnavailable,
    Prompt::NoLineAvailable,
    Prompt::NoAnswer,
    Prompt::LineBusy,
    Prompt::NetworkBusy,
    Prompt::NumberNotInService,
    Prompt::CallNotCompleted,
    Prompt::CallNotAccepted,
    Prompt::AnsweredByMachine,
    Prompt::AnsweredByFax,
];

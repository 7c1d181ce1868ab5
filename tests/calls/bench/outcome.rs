//! What a run left, and what may be asked of it.

use super::{Direct, guest, shared};
use crate::hearing::{self, Match};
use backoffice::{BackOffice, Config, RecordRange};
use drivers::sim::{
    sim_port::Handle,
    transcript::{Event, Transcript},
};
use sallyport::runtime::{
    gauges::Gauges,
    plant::Remains,
    virtual_time::{Story, World},
};
use speech::Piece;
use types::{
    call_record::CallRecord,
    disposition::Disposition,
    evidence::{AnswerEvidence, ReleaseEvidence},
    fact::{Fact, Leg},
    frame::{FRAME, Law},
    id::LineId,
    language::Language,
    prompt::Prompt,
    tick::Tick,
};

/// What a run left.
pub struct Outcome {
    pub phones: Vec<Transcript>,
    pub trunks: Vec<Transcript>,
    pub story: Story,
    pub records: Vec<CallRecord>,
    pub empty_off_hooks: u64,
    pub hash: String,
    pub end: Tick,
    /// Samples of the first line that were lost or thrown away, on either leg.
    pub lost: u64,
    pub(super) config: Config,
    pub(super) dir: tempfile::TempDir,
}

impl Outcome {
    pub(super) fn of_world(
        world: World,
        phones: &[Handle],
        trunks: &[Handle],
        dir: tempfile::TempDir,
        config: Config,
    ) -> Outcome {
        let (hash, end) = (world.hash().to_string(), world.now());
        let lost = lost(world.gauges(LineId(1)).expect("line 1"));
        let (remains, story) = world.finish();
        let office = office_of(remains);
        let in_join = phones.iter().chain(trunks).filter(|h| h.joined()).count();
        assert_eq!(in_join, 0, "ports that are still joined");
        let left = |handle: &Handle| handle.transcript().expect("the port is gone").clone();
        let phones = phones.iter().map(left).collect();
        let trunks = trunks.iter().map(left).collect();
        Outcome {
            hash,
            lost,
            ..Outcome::of(phones, trunks, story, &office, end, dir, config)
        }
    }

    pub(super) fn of(
        phones: Vec<Transcript>,
        trunks: Vec<Transcript>,
        story: Story,
        office: &BackOffice,
        end: Tick,
        dir: tempfile::TempDir,
        config: Config,
    ) -> Outcome {
        let counters = office.counters().expect("counters");
        let empty = counters.empty_off_hooks.iter().find(|c| c.0 == LineId(1));
        Outcome {
            phones,
            trunks,
            story,
            records: office.records(&RecordRange::all()).expect("records"),
            empty_off_hooks: empty.map_or(0, |c| c.1),
            hash: String::new(),
            end,
            lost: 0,
            config,
            dir,
        }
    }

    /// The records as the next start of the controller finds them, the present run having
    /// been stopped dead.
    pub fn records_after_restart(&self) -> Vec<CallRecord> {
        let office = self.restarted();
        office.records(&RecordRange::all()).expect("records")
    }

    /// The back office of that next start.
    pub fn restarted(&self) -> BackOffice {
        let office = BackOffice::open(self.dir.path(), self.config.clone());
        office.expect("a back office on the same database")
    }

    pub fn phone(&self) -> &Transcript {
        &self.phones[0]
    }

    pub fn trunk(&self) -> &Transcript {
        &self.trunks[0]
    }

    /// The only record.
    pub fn record(&self) -> &CallRecord {
        assert_eq!(self.records.len(), 1, "one record: {:#?}", self.records);
        &self.records[0]
    }

    /// The only call had not ended when the scenario did. On channels the controller is stopped
    /// then, and cuts it.
    pub fn goes_on(&self) {
        let disposition = match guest::inside() {
            true => Disposition::CutOff,
            false => Disposition::InProgress,
        };
        let told = self.record().disposition;
        assert_eq!(told, disposition, "{}", self.tale());
    }

    pub fn facts(&self) -> impl Iterator<Item = (Tick, &Fact)> + '_ {
        self.story.of(LineId(1)).map(|f| (f.at, &f.fact))
    }

    pub fn fact(&self, wanted: impl Fn(&Fact) -> bool) -> Option<Tick> {
        self.facts()
            .find(|(_, fact)| wanted(fact))
            .map(|(at, _)| at)
    }

    /// When the phase was entered first.
    pub fn entered(&self, phase: &str) -> Option<Tick> {
        self.fact(|f| matches!(f, Fact::Phase { to, .. } if *to == phase))
    }

    /// The phases in order, from the first off-hook.
    pub fn phases(&self) -> Vec<&'static str> {
        self.facts()
            .filter_map(|(_, f)| match f {
                Fact::Phase { to, .. } => Some(*to),
                _ => None,
            })
            .collect()
    }

    /// Where the inmate really heard this prompt, by its audio.
    pub fn inmate_heard(&self, prompt: Prompt) -> Vec<Match> {
        self.heard(&self.phones[0], Language::ENGLISH, prompt)
    }

    pub fn called_heard(&self, prompt: Prompt) -> Vec<Match> {
        self.heard(&self.trunks[0], Language::ENGLISH, prompt)
    }

    pub fn heard(&self, party: &Transcript, language: Language, prompt: Prompt) -> Vec<Match> {
        hearing::find(&party.heard, &head(language, prompt), Tick::ZERO, self.end)
    }

    /// Asserts that the inmate heard these prompts, whole and in this order.
    pub fn inmate_heard_in_order(&self, prompts: &[Prompt]) {
        let mut after = Tick::ZERO;
        for &prompt in prompts {
            let heard = self.inmate_heard(prompt);
            let next = heard.iter().find(|m| m.at >= after);
            let next = next.unwrap_or_else(|| {
                panic!(
                    "{prompt:?} after {after:?}: heard at {heard:?}; {}",
                    self.tale()
                )
            });
            after = next.at;
        }
    }

    /// When the inmate's script passed a mark.
    pub fn marked(&self, name: &str) -> Tick {
        self.phone()
            .mark(name)
            .unwrap_or_else(|| panic!("no mark {name:?}; {}", self.tale()))
    }

    /// The keys at the handset as they were told, dots for secret ones.
    pub fn told_keys(&self) -> String {
        let told = self.facts().filter_map(|(_, f)| match f {
            Fact::Keyed { digit } => Some(digit.map_or('.', |d| char::from(d.ascii()))),
            _ => None,
        });
        told.collect()
    }

    pub fn answer_evidence(&self) -> Vec<AnswerEvidence> {
        self.record().answer_evidence.iter().map(|e| e.0).collect()
    }

    pub fn release_evidence(&self) -> Vec<ReleaseEvidence> {
        self.record().release_evidence.iter().map(|e| e.0).collect()
    }

    /// The facts in words, for a failed assertion.
    pub fn tale(&self) -> String {
        let mut tale = String::from("\n");
        for (at, fact) in self.facts() {
            let line = format!("{fact:?}");
            let short: String = line.chars().take(220).collect();
            tale += &format!("{:9.3} {short}\n", at.0 as f64 / 8000.0);
        }
        for (name, transcript) in [("phone", &self.phones[0]), ("trunk", &self.trunks[0])] {
            for e in transcript.events() {
                if !matches!(e.event, Event::Step(_)) {
                    tale += &format!("{:9.3} {name} {:?}\n", e.at.0 as f64 / 8000.0, e.event);
                }
            }
        }
        tale
    }
}

/// What a line lost or threw away, in samples.
pub(super) fn lost(gauges: &Gauges) -> u64 {
    let counts = &gauges.counts;
    let refused = counts.writes_refused.get() + counts.writes_left_out.get();
    let frames = counts.slips.get() + refused;
    counts.phone_lost.get() + counts.trunk_lost.get() + frames * FRAME as u64
}

/// The back office of a run that is over; the ports are dropped.
pub(super) fn office_of(remains: Remains) -> BackOffice {
    drop((remains.phones, remains.trunks));
    let office: Box<dyn std::any::Any> = remains.office.expect("it did not fail");
    office
        .downcast::<Direct>()
        .expect("the back office of the scenario")
        .office
}

/// The audio that tells a prompt from all others: its longest clip.
pub fn head(language: Language, prompt: Prompt) -> Vec<i16> {
    let shared = shared();
    let clips = shared
        .speech
        .phrase(language, &prompt)
        .into_iter()
        .filter_map(|p| match p {
            Piece::Clip(clip) => Some(shared.speech.clip(clip)),
            Piece::Name | Piece::Pause { .. } => None,
        });
    let longest = clips.max_by_key(|c| c.len()).expect("a prompt has a clip");
    let mut samples = vec![0; longest.len().min(12_000)];
    let count = samples.len();
    dsp::g711::decode(Law::Mu, &longest[..count], &mut samples);
    samples
}

pub fn count_leg(outcome: &Outcome, leg: Leg, prompt: Prompt) -> usize {
    outcome
        .facts()
        .filter(
            |(_, f)| matches!(f, Fact::Says { leg: l, prompt: p, .. } if *l == leg && *p == prompt),
        )
        .count()
}

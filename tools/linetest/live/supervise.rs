//! `supervise`: every raw edge and every tone, and what the controller's signalling makes of them.

use std::{
    io::{self, Write as _},
    ops::ControlFlow,
};

use dsp::{
    level,
    progress::{Progress, ProgressEvent},
};
use measure::timeline::Timeline;
use signaling::{Hook, Supervision, SupervisionEvent};
use types::{
    evidence::{Evidences, ReleaseEvidence, Weighed, gather},
    frame::FRAME_TICKS,
    heard::Heard as Fact,
    tick::{Tick, Ticks},
    tone::Tone,
};

use super::{
    call::{self, Stage},
    handset::{hook_words, line},
    learn_release::HIDDEN,
    options::SuperviseArgs,
    rig::{Heard, Rig},
    sheet::{Event, Sheet},
    signalled::{self, Caller},
    station::Part,
    trouble::Trouble,
};
use crate::words;

/// `linetest supervise`.
pub(crate) fn supervise(rig: &mut Rig, args: &SuperviseArgs) -> Result<Sheet, Trouble> {
    let mut sheet = Sheet::new(rig.name(), "supervise");
    let start = rig.now();
    let mut story = Story::new(rig, start, !args.place.json);
    if rig.hides_loop_breaks() {
        rig.say(HIDDEN);
    }
    match (rig.part(), args.reach.dial) {
        (Part::Trunk, Some(number)) if rig.is_supervised() => {
            rig.say(&format!("seizes the trunk and calls {number}"));
            let mut caller = Caller::seize(rig, Some(number))?;
            rig.run(Ticks::secs(args.seconds), &mut |heard, out| {
                heard.edges.iter().for_each(|edge| story.edge(*edge));
                for (at, event) in caller.frame(heard, out) {
                    story.meant(at, Some(event));
                }
                story.sounds(heard);
                story.told()
            })?;
        }
        (Part::Trunk, Some(number)) => {
            call::begin(rig, number, args.reach.pulse, &mut |stage| {
                story.stage(stage)
            })?;
            rig.run(Ticks::secs(args.seconds), &mut |heard, _| story.hear(heard))?;
        }
        (Part::Trunk, None) => {
            rig.say(&format!(
                "watches the trunk on-hook for {} s, and sends nothing",
                args.seconds
            ));
            rig.idle(Ticks::secs(args.seconds), &mut |now, edges| {
                edges.iter().for_each(|edge| story.edge(*edge));
                story.passed(now);
                story.told()
            })?;
        }
        (Part::Phone, _) => telephone(rig, args.seconds, &mut story)?,
        (Part::Clear, _) => {
            return Err(Trouble::Said(format!("{} has no signalling", rig.name())));
        }
    }
    if let Some(error) = story.unread.take() {
        return Err(error.into());
    }
    if story.lines.is_empty() {
        sheet.remark("nothing happened");
    }
    if !story.aloud {
        sheet.remarks.extend(story.lines);
        sheet.events = story.events;
    }
    Ok(sheet)
}

/// A telephone's hook, and what the controller takes it for.
fn telephone(rig: &mut Rig, seconds: u64, story: &mut Story) -> Result<(), Trouble> {
    rig.say(&format!(
        "watches the telephone for {} s, and sends nothing",
        seconds
    ));
    let mut hook = Hook::default();
    rig.idle(Ticks::secs(seconds), &mut |now, edges| {
        for edge in edges {
            story.edge(*edge);
            for event in hook.edge(*edge).iter() {
                story.note(edge.at, &hook_words(event), None);
            }
        }
        for event in hook.passed(now).iter() {
            story.note(now, &hook_words(event), None);
        }
        story.told()
    })?;
    Ok(())
}

/// Frames of sound that are a voice, or what else sounds like one.
const VOICE: u32 = 30;

fn trust<E>(piece: &Weighed<E>) -> String {
    format!("(trust {} of 100)", piece.trust)
}

/// What happened, in order.
struct Story {
    start: Tick,
    timeline: Timeline,
    means: Supervision,
    /// What the edges mean, the trunk's own state machine says.
    supervised: bool,
    ear: Progress,
    known: Vec<Tone>,
    /// What speaks for a release so far.
    release: Evidences<ReleaseEvidence>,
    lines: Vec<String>,
    events: Vec<Event>,
    /// Lines are printed as they come.
    aloud: bool,
    voice: u32,
    /// Sound was told and has not been away since.
    sounds: bool,
    /// Nobody reads any more.
    unread: Option<io::Error>,
}

impl Story {
    fn new(rig: &Rig, start: Tick, aloud: bool) -> Story {
        Story {
            start,
            timeline: Timeline::default(),
            means: Supervision::new(rig.profile().trust),
            supervised: rig.is_supervised(),
            ear: Progress::new(&rig.country().tones),
            known: Vec::new(),
            release: Evidences::new(),
            lines: Vec::new(),
            events: Vec::new(),
            aloud,
            voice: 0,
            sounds: false,
            unread: None,
        }
    }

    fn note(&mut self, at: Tick, what: &str, usual: Option<&str>) {
        let after = call::seconds(at.since(self.start));
        self.events.push(Event::new(after, what, usual));
        let line = line(self.start, at, what, usual);
        if self.aloud && self.unread.is_none() {
            self.unread = writeln!(io::stdout(), "{line}").err();
        }
        self.lines.push(line);
    }

    /// Goes on while somebody reads.
    fn told(&self) -> ControlFlow<()> {
        match self.unread {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }

    fn edge(&mut self, edge: types::edge::EdgeAt) {
        let entry = self.timeline.edge(edge);
        let lasted = entry
            .lasted
            .map(|lasted| format!(" after {} ms", lasted.as_ms()));
        let what = format!("{}{}", entry.words(), lasted.unwrap_or_default());
        self.note(edge.at, &what, entry.usual());
        if self.supervised {
            return;
        }
        let meant = self.means.edge(edge.at, edge.edge);
        self.meant(edge.at, meant);
    }

    fn stage(&mut self, stage: Stage<'_>) {
        match stage {
            Stage::Seizes => self.means.seized(),
            Stage::Dials => self.means.outpulsing(),
            Stage::Dialed => self.means.outpulsed(),
            Stage::Heard(heard) => {
                let _ = self.hear(heard);
            }
        }
    }

    fn passed(&mut self, now: Tick) {
        let meant = self.means.passed(now);
        self.meant(now, meant);
    }

    fn hear(&mut self, heard: &Heard<'_>) -> ControlFlow<()> {
        heard.edges.iter().for_each(|edge| self.edge(*edge));
        self.passed(heard.end);
        self.sounds(heard);
        self.told()
    }

    /// Tones, and other sound; on a two-wire trunk what they mean, too.
    fn sounds(&mut self, heard: &Heard<'_>) {
        self.ear.lost(heard.lost);
        let at = heard.end - FRAME_TICKS;
        let frame = self.ear.process(heard.samples, at);
        for event in frame.events {
            self.tone(heard.end, event);
        }
        let loud = level::dbm0(heard.samples) > -40.0 && !frame.tonal;
        self.voice = if loud {
            (self.voice + 1).min(2 * VOICE)
        } else {
            self.voice.saturating_sub(2)
        };
        if self.voice == 0 {
            self.sounds = false;
        }
        if self.voice >= VOICE && !self.sounds {
            self.sounds = true;
            self.note(heard.end, "sound that is no tone of the network", None);
            let level_dbm0 = level::dbm0(heard.samples);
            self.fact(
                heard.end,
                &Fact::Voice {
                    start: at,
                    level_dbm0,
                },
            );
        }
    }

    fn tone(&mut self, now: Tick, event: ProgressEvent) {
        match event {
            ProgressEvent::Tone {
                tone,
                start,
                level_dbm0,
                ..
            } if !self.known.contains(&tone) => {
                self.known.push(tone);
                let what = format!(
                    "{} tone, {level_dbm0:.0} dBm0, since {:.2} s",
                    words::name(tone),
                    call::seconds(start.since(self.start))
                );
                self.note(now, &what, None);
            }
            ProgressEvent::Tone { .. } => {}
            ProgressEvent::ToneEnd { tone, at } => {
                self.known.retain(|known| *known != tone);
                let ended = call::seconds(at.since(self.start));
                let what = format!("{} tone ended at {ended:.2} s", words::name(tone));
                self.note(now, &what, None);
            }
        }
        self.fact(now, &signalled::fact(event));
    }

    fn fact(&mut self, now: Tick, fact: &Fact) {
        if !self.supervised {
            let meant = self.means.heard(fact);
            self.meant(now, meant);
        }
    }

    /// A piece with what there was of its kind before.
    fn gathered(&mut self, piece: Weighed<ReleaseEvidence>) -> String {
        let of = piece.evidence;
        gather(&mut self.release, piece);
        let all = self.release.iter().find(|piece| piece.evidence == of);
        let what = words::release_evidence(of);
        format!("{what} {}", trust(all.unwrap_or(&piece)))
    }

    fn meant(&mut self, at: Tick, meant: Option<SupervisionEvent>) {
        let words = match meant {
            None => return,
            Some(SupervisionEvent::InUse) => "  -> the trunk is in use by its far end".to_owned(),
            Some(SupervisionEvent::Outpulsed) => "  -> the number is sent".to_owned(),
            Some(SupervisionEvent::Proceed) => "  -> digits may be sent".to_owned(),
            Some(SupervisionEvent::Ringback { cycles: 0 }) => "  -> the far end is rung".to_owned(),
            Some(SupervisionEvent::Ringback { cycles }) => {
                format!("  -> the far end is rung, cycle {cycles}")
            }
            Some(SupervisionEvent::Failed(tone)) => {
                format!("  -> the call failed with {}", words::name(tone))
            }
            Some(SupervisionEvent::AnswerHint(e)) => {
                let what = words::answer_evidence(e.evidence);
                format!("  -> a hint of answer: {what} {}", trust(&e))
            }
            Some(SupervisionEvent::Answered(e)) => {
                let what = words::answer_evidence(e.evidence);
                format!("  -> answered, by {what} {}", trust(&e))
            }
            Some(SupervisionEvent::Announcement) => {
                "  -> an announcement of the network".to_owned()
            }
            Some(SupervisionEvent::ReleaseHint(e)) => {
                format!("  -> a hint of release: {}", self.gathered(e))
            }
            Some(SupervisionEvent::Released(e)) => {
                format!("  -> released, by {}", self.gathered(e))
            }
            Some(SupervisionEvent::DoubtOver(of)) => {
                self.release.retain(|piece| piece.evidence != of);
                "  -> it was no release".to_owned()
            }
        };
        self.note(at, &words, None);
    }
}

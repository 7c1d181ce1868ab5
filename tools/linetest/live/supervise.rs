//! `supervise`: every raw edge and every tone, and what the controller's signalling makes of them.

use std::ops::ControlFlow;

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
    trunk::TrunkTrust,
};

use super::{
    call,
    handset::{hook_words, line},
    options::SuperviseArgs,
    rig::{Heard, Rig},
    sheet::Sheet,
    station::Part,
    trouble::Trouble,
};
use crate::words;

/// `linetest supervise`.
pub(crate) fn supervise(rig: &mut Rig, args: &SuperviseArgs) -> Result<Sheet, Trouble> {
    let mut sheet = Sheet::new(rig.name(), "supervise");
    let start = rig.now();
    let mut story = Story::new(rig, start, !args.place.json);
    match (rig.part(), args.reach.dial) {
        (Part::Trunk, Some(number)) => {
            rig.say("seizes the trunk (off-hook) and waits for dial tone");
            story.means.seized();
            call::dial_tone(rig, &mut Vec::new())?;
            rig.say(&format!("dials {number} by DTMF"));
            story.means.outpulsing();
            call::send_keys(rig, number, 70)?;
            story.means.outpulsed();
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
                ControlFlow::Continue(())
            })?;
        }
        (Part::Phone, _) => {
            rig.say(&format!(
                "watches the telephone for {} s, and sends nothing",
                args.seconds
            ));
            let mut hook = Hook::default();
            rig.idle(Ticks::secs(args.seconds), &mut |now, edges| {
                for edge in edges {
                    story.edge(*edge);
                    for event in hook.edge(*edge).iter() {
                        story.note(edge.at, &hook_words(event), None);
                    }
                }
                for event in hook.passed(now).iter() {
                    story.note(now, &hook_words(event), None);
                }
                ControlFlow::Continue(())
            })?;
        }
        (Part::Clear, _) => {
            return Err(Trouble::Said(format!("{} has no signalling", rig.name())));
        }
    }
    if story.lines.is_empty() {
        sheet.remark("nothing happened");
    }
    if !story.aloud {
        sheet.remarks.extend(story.lines);
    }
    Ok(sheet)
}

/// Frames of sound that are a voice, or what else sounds like one.
const VOICE: u32 = 30;

fn weighed<E: std::fmt::Debug>(piece: &Weighed<E>) -> String {
    format!("{:?} (trust {} of 100)", piece.evidence, piece.trust)
}

/// What happened, in order.
struct Story {
    start: Tick,
    timeline: Timeline,
    means: Supervision,
    ear: Progress,
    known: Vec<Tone>,
    /// What speaks for a release so far.
    release: Evidences<ReleaseEvidence>,
    lines: Vec<String>,
    /// Lines are printed as they come.
    aloud: bool,
    voice: u32,
}

impl Story {
    fn new(rig: &Rig, start: Tick, aloud: bool) -> Story {
        Story {
            start,
            timeline: Timeline::default(),
            means: Supervision::new(TrunkTrust::LOOP_START),
            ear: Progress::new(&rig.country().tones),
            known: Vec::new(),
            release: Evidences::new(),
            lines: Vec::new(),
            aloud,
            voice: 0,
        }
    }

    fn note(&mut self, at: Tick, what: &str, usual: Option<&str>) {
        let line = line(self.start, at, what, usual);
        if self.aloud {
            println!("{line}");
        }
        self.lines.push(line);
    }

    fn edge(&mut self, edge: types::edge::EdgeAt) {
        let entry = self.timeline.edge(edge);
        let lasted = entry
            .lasted
            .map(|lasted| format!(" after {} ms", lasted.as_ms()));
        let what = format!("{}{}", entry.words(), lasted.unwrap_or_default());
        self.note(edge.at, &what, entry.usual());
        let meant = self.means.edge(edge.at, edge.edge);
        self.meant(edge.at, meant);
    }

    fn passed(&mut self, now: Tick) {
        let meant = self.means.passed(now);
        self.meant(now, meant);
    }

    fn hear(&mut self, heard: &Heard<'_>) -> ControlFlow<()> {
        heard.edges.iter().for_each(|edge| self.edge(*edge));
        self.passed(heard.end);
        self.ear.lost(heard.lost);
        let at = heard.end - FRAME_TICKS;
        let frame = self.ear.process(heard.samples, at);
        for event in frame.events {
            self.tone(heard.end, event);
        }
        let loud = level::dbm0(heard.samples) > -40.0 && !frame.tonal;
        self.voice = if loud {
            self.voice + 1
        } else {
            self.voice.saturating_sub(2)
        };
        if self.voice == VOICE {
            self.note(heard.end, "sound that is no tone of the network", None);
            let meant = self.means.heard(&Fact::Voice {
                start: at,
                level_dbm0: level::dbm0(heard.samples),
            });
            self.meant(heard.end, meant);
        }
        ControlFlow::Continue(())
    }

    fn tone(&mut self, now: Tick, event: ProgressEvent) {
        match event {
            ProgressEvent::Tone {
                tone,
                cycles,
                start,
                level_dbm0,
                confidence,
            } => {
                if !self.known.contains(&tone) {
                    self.known.push(tone);
                    let what = format!("{} tone, {level_dbm0:.0} dBm0", words::name(tone));
                    self.note(start, &what, None);
                }
                let meant = self.means.heard(&Fact::Tone {
                    tone,
                    cycles,
                    start,
                    level_dbm0,
                    confidence,
                });
                self.meant(now, meant);
            }
            ProgressEvent::ToneEnd { tone, at: end } => {
                self.known.retain(|known| *known != tone);
                self.note(end, &format!("{} tone ends", words::name(tone)), None);
                let meant = self.means.heard(&Fact::ToneEnd { tone, at: end });
                self.meant(now, meant);
            }
        }
    }

    /// A piece with what there was of its kind before.
    fn gathered(&mut self, piece: Weighed<ReleaseEvidence>) -> String {
        let of = piece.evidence;
        gather(&mut self.release, piece);
        let all = self.release.iter().find(|piece| piece.evidence == of);
        all.map(weighed).unwrap_or_default()
    }

    fn meant(&mut self, at: Tick, meant: Option<SupervisionEvent>) {
        let words = match meant {
            None => return,
            Some(SupervisionEvent::InUse) => "  -> the trunk is in use by its far end".to_owned(),
            Some(SupervisionEvent::Outpulsed) => "  -> the number is sent".to_owned(),
            Some(SupervisionEvent::Proceed) => "  -> digits may be sent".to_owned(),
            Some(SupervisionEvent::Ringback { cycles }) => {
                format!("  -> the far end is rung, cycle {cycles}")
            }
            Some(SupervisionEvent::Failed(tone)) => {
                format!("  -> the call failed with {}", words::name(tone))
            }
            Some(SupervisionEvent::AnswerHint(e)) => {
                format!("  -> a hint of answer: {}", weighed(&e))
            }
            Some(SupervisionEvent::Answered(e)) => format!("  -> answered, by {}", weighed(&e)),
            Some(SupervisionEvent::Announcement) => {
                "  -> an announcement of the network".to_owned()
            }
            Some(SupervisionEvent::ReleaseHint(e)) => {
                format!("  -> a hint of release: {}", self.gathered(e))
            }
            Some(SupervisionEvent::DoubtOver(of)) => {
                self.release.retain(|piece| piece.evidence != of);
                "  -> it was no release".to_owned()
            }
            Some(SupervisionEvent::Released(e)) => {
                format!("  -> released, by {}", self.gathered(e))
            }
        };
        self.note(at, &words, None);
    }
}

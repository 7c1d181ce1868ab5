//! `learn-release`: one call, one hang-up, and the settings that follow.

use std::{
    io::{BufRead as _, IsTerminal as _},
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use dsp::{
    level,
    progress::{Progress, ProgressEvent},
};
use measure::{
    limits::Quantity,
    release::{Learned, Sign, Story},
};
use types::{
    frame::FRAME_TICKS,
    tick::{Tick, Ticks},
};

use super::{
    call,
    options::LearnReleaseArgs,
    rig::{Heard, Rig},
    settings,
    sheet::{Event, Sheet},
    trouble::Trouble,
};
use crate::words;

/// The longest that somebody talks before hanging up.
const LONGEST_TALK: Ticks = Ticks::secs(300);
const SOUND_DBM0: f32 = -45.0;

/// Of a channel that DAHDI has as loop start.
pub(crate) const HIDDEN: &str = "DAHDI tells no loop break on a channel configured as fxsls, whatever \
                                 the exchange does: configure it as fxsks in /etc/dahdi/system.conf, run \
                                 dahdi_cfg, and learn again";

/// `linetest learn-release`.
pub(crate) fn learn(rig: &mut Rig, args: &LearnReleaseArgs) -> Result<Sheet, Trouble> {
    let asked = args.hangs_up_after.is_none();
    if asked && !std::io::stdin().is_terminal() {
        return Err(Trouble::Said(
            "nobody can press Enter here: say --hangs-up-after SECONDS".into(),
        ));
    }
    if let Some(out) = &args.out {
        settings::check(out)?;
    }
    let mut sheet = Sheet::new(rig.name(), "learn-release");
    if rig.hides_loop_breaks() {
        rig.say(HIDDEN);
    }
    let placed = call::place(rig, args.dial, args.pulse)?;
    let mut ear = Ear {
        progress: Progress::new(&rig.country().tones),
        story: Story {
            answered: placed.answered,
            edges: placed.edges,
            ..Story::new(rig.profile().signalling)
        },
    };
    hang_up(rig, args, &mut ear)?;
    ear.story.hung_up = rig.now();
    rig.say(&format!(
        "the far end has hung up; listens for {} s to how the trunk tells it",
        args.wait
    ));
    rig.run(Ticks::secs(args.wait), &mut |heard, _| ear.hear(heard))?;
    ear.story.ended = rig.now();
    let learned = ear.story.learn();
    tell(&mut sheet, &learned, args.wait, rig.hides_loop_breaks());
    if let Some(out) = args.out.as_ref().filter(|_| learned.sure()) {
        match settings::write(out, &args.place, &learned) {
            Ok(written) => sheet.remark(written),
            // What was learned is told all the same.
            Err(trouble) => sheet.fail(trouble.to_string()),
        }
    }
    Ok(sheet)
}

/// Until the far end hangs up, by the clock or by the technician's key.
fn hang_up(rig: &mut Rig, args: &LearnReleaseArgs, ear: &mut Ear) -> Result<(), Trouble> {
    if let Some(seconds) = args.hangs_up_after {
        let ticks = Ticks((seconds.max(0.0) * 8000.0) as u64);
        rig.say(&format!("waits {seconds} s: the far end must hang up then"));
        rig.run(ticks, &mut |heard, _| ear.hear(heard))?;
        return Ok(());
    }
    rig.say("hang up the far telephone, and press Enter at the same moment");
    let pressed = Arc::new(AtomicBool::new(false));
    let key = Arc::clone(&pressed);
    // It ends with the line, or with the program.
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = std::io::stdin().lock().read_line(&mut line);
        key.store(true, Ordering::Release);
    });
    let done = rig.run(LONGEST_TALK, &mut |heard, _| {
        let _ = ear.hear(heard);
        match pressed.load(Ordering::Acquire) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    match done {
        true => Ok(()),
        false => Err(Trouble::Said(
            "nobody pressed Enter within five minutes".into(),
        )),
    }
}

struct Ear {
    progress: Progress,
    story: Story,
}

impl Ear {
    fn hear(&mut self, heard: &Heard<'_>) -> ControlFlow<()> {
        self.story.edges.extend_from_slice(heard.edges);
        self.progress.lost(heard.lost);
        let frame = self
            .progress
            .process(heard.samples, heard.end - FRAME_TICKS);
        for event in &frame.events {
            if let ProgressEvent::Tone { tone, start, .. } = *event
                && !self.knows(tone, start)
            {
                self.story.tones.push((tone, start));
            }
        }
        if level::dbm0(heard.samples) > SOUND_DBM0 && !frame.tonal {
            self.story.last_sound = Some(heard.end);
        }
        ControlFlow::Continue(())
    }

    fn knows(&self, tone: types::tone::Tone, start: Tick) -> bool {
        let near = |at: Tick| at.since(start).0.max(start.since(at).0) < 8000;
        let mut known = self.story.tones.iter();
        known.any(|(known, at)| *known == tone && near(*at))
    }
}

fn tell(sheet: &mut Sheet, learned: &Learned, wait: u64, hidden: bool) {
    if learned.answer_reversal {
        sheet.remark("the answer was told by reversed polarity");
    }
    if learned.answer_signal {
        sheet.remark("the answer was told by the trunk's signalling");
    } else if learned.signalling.is_supervised() {
        sheet
            .remark("the answer was not signalled: line_signal is 0, so that sounds answer a call");
    }
    for (sign, after) in &learned.signs {
        let after = call::seconds(*after);
        let words = sign_words(sign);
        sheet.events.push(Event::new(after, &words, None));
        sheet.remark(format!("{after:>7.2} s after the hang-up: {words}"));
    }
    if hidden {
        sheet.remark(HIDDEN);
    }
    let sure = learned
        .signs
        .iter()
        .filter(|(sign, _)| *sign != Sign::Silence);
    let sure = sure.count();
    // What DAHDI hides, the exchange is not to blame for.
    match sure == 0 && hidden {
        true => sheet.fail("nothing is learned: as this channel is configured, it can't be"),
        false => sheet.judge(Quantity::SureSigns, sure as f64),
    }
    if !learned.sure() && hidden {
        sheet.remark(format!(
            "nothing else told the hang-up within {wait} s; the exchange may give a loop break already"
        ));
        return;
    }
    if !learned.sure() {
        sheet.remark(format!(
            "nothing sure told the hang-up within {wait} s: the exchange's owner can turn on \
             disconnect supervision (loop break); until then only silence and the limit end a call; \
             no settings are written"
        ));
        return;
    }
    sheet.remark("settings for the site file's [[trunk]]:");
    sheet.settings = Some(learned.site_file());
    let lines = learned.site_file();
    let lines = lines.lines().filter(|line| !line.is_empty());
    sheet.remarks.extend(lines.map(str::to_owned));
}

fn sign_words(sign: &Sign) -> String {
    match sign {
        Sign::LoopBreak {
            length: Some(length),
        } => format!("loop break of {} ms", length.as_ms()),
        Sign::LoopBreak { length: None } => "loop break that does not end".into(),
        Sign::TipOpen => "the tip's ground was taken off".into(),
        Sign::PolarityBack => "polarity back to normal".into(),
        Sign::FarOnHook => "the far end went on-hook".into(),
        Sign::ClearBack => "clear-back".into(),
        Sign::ForcedRelease => "forced release".into(),
        Sign::Tone(tone) => format!("{} tone", words::name(*tone)),
        Sign::Silence => "silence for 4 s (no proof)".into(),
    }
}

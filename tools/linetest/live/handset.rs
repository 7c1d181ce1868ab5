//! `hook` and `ring`: the switch hook of a telephone, and the seizure of a trunk.

use std::ops::ControlFlow;

use measure::{limits::Quantity, timeline::Timeline};
use signaling::{Hook, HookEvent};
use types::{
    edge::{Edge, EdgeAt, HookState},
    tick::{Tick, Ticks},
};

use super::{
    call,
    options::{HookArgs, RingArgs},
    rig::Rig,
    sheet::Sheet,
    station::Part,
    trouble::Trouble,
};

/// `linetest hook`.
pub(crate) fn hook(rig: &mut Rig, args: &HookArgs) -> Result<Sheet, Trouble> {
    match rig.part() {
        Part::Phone => telephone(rig, args.seconds),
        Part::Trunk => seizure(rig, args.seconds),
        Part::Clear => Err(Trouble::Said(format!("{} has no hook", rig.name()))),
    }
}

fn telephone(rig: &mut Rig, seconds: u64) -> Result<Sheet, Trouble> {
    let mut sheet = Sheet::new(rig.name(), "hook");
    rig.say(&format!(
        "only watches the switch hook for {seconds} s: lift it, flash, dial, hang up"
    ));
    sheet.remark(format!(
        "{:>8} s  the card says: {}",
        "0.000",
        words(rig.hook_state()?)
    ));
    let start = rig.now();
    let mut meaning = Hook::default();
    let mut timeline = Timeline::default();
    let mut remarks = Vec::new();
    rig.idle(Ticks::secs(seconds), &mut |now, edges| {
        for edge in edges {
            let entry = timeline.edge(*edge);
            remarks.push(line(start, edge.at, &entry.words(), entry.usual()));
            for event in meaning.edge(*edge).iter() {
                remarks.push(line(start, edge.at, &hook_words(event), None));
            }
        }
        for event in meaning.passed(now).iter() {
            remarks.push(line(start, now, &hook_words(event), None));
        }
        ControlFlow::Continue(())
    })?;
    sheet.remarks.extend(remarks);
    sheet.remark(format!(
        "at the end the card says: {}",
        words(rig.hook_state()?)
    ));
    Ok(sheet)
}

fn seizure(rig: &mut Rig, seconds: u64) -> Result<Sheet, Trouble> {
    let mut sheet = Sheet::new(rig.name(), "hook");
    rig.say(&format!("seizes the trunk (off-hook) for {seconds} s"));
    let mut edges = Vec::new();
    let start = rig.now();
    let most = seconds.min(call::DIAL_TONE_WAIT);
    let seized = match rig.is_supervised() {
        true => call::proceed(rig, Ticks::secs(most), &mut edges).map(|proceed| {
            call::sheet_proceed(&mut sheet, &rig.profile().signalling, proceed);
        }),
        false => call::dial_tone(rig, most, &mut edges).map(|found| {
            call::sheet_dial_tone(&mut sheet, Some(found));
        }),
    };
    match seized {
        Ok(()) => {}
        Err(trouble @ (Trouble::NoDialTone(_) | Trouble::NoProceed(..)))
            if most < call::DIAL_TONE_WAIT =>
        {
            sheet.fail(format!(
                "{trouble}; it may come within {} s yet: --seconds 10 tells",
                call::DIAL_TONE_WAIT
            ));
        }
        Err(trouble @ (Trouble::NoDialTone(_) | Trouble::NoProceed(..) | Trouble::InUse)) => {
            sheet.judge_because(Quantity::Unanswered, 1.0, trouble.to_string());
        }
        Err(trouble) => return Err(trouble),
    }
    let left = Ticks::secs(seconds)
        .0
        .saturating_sub(rig.now().since(start).0);
    rig.run(Ticks(left), &mut |heard, _| {
        edges.extend_from_slice(heard.edges);
        ControlFlow::Continue(())
    })?;
    let mut timeline = Timeline::default();
    for edge in edges {
        let entry = timeline.edge(edge);
        sheet.remark(line(start, edge.at, &entry.words(), entry.usual()));
    }
    Ok(sheet)
}

/// `linetest ring`.
pub(crate) fn ring(rig: &mut Rig, args: &RingArgs) -> Result<Sheet, Trouble> {
    if rig.part() != Part::Phone {
        return Err(Trouble::Said(format!(
            "{}: only a handset port rings",
            rig.name()
        )));
    }
    let mut sheet = Sheet::new(rig.name(), "ring");
    if rig.hook_state()? == HookState::OffHook {
        sheet.remark("the telephone is off-hook: it cannot ring");
        return Ok(sheet);
    }
    rig.say(&format!(
        "rings the telephone for {} s at most: somebody may answer",
        args.seconds
    ));
    rig.ring(true)?;
    let start = rig.now();
    let mut answered = None;
    rig.idle(Ticks::secs(args.seconds), &mut |_, edges: &[EdgeAt]| {
        answered = edges
            .iter()
            .find(|e| e.edge == Edge::LoopClosed)
            .map(|e| e.at);
        match answered {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    })?;
    match answered {
        Some(at) => sheet.tell("answered after", call::seconds(at.since(start)), "s"),
        None => sheet.remark("it rang and was not answered: did you hear it ring?"),
    }
    Ok(sheet)
}

/// One thing that happened, with its time.
pub(crate) fn line(start: Tick, at: Tick, what: &str, usual: Option<&str>) -> String {
    let seconds = call::seconds(at.since(start));
    match usual {
        Some(usual) => format!("{seconds:>8.3} s  {what}: {usual}"),
        None => format!("{seconds:>8.3} s  {what}"),
    }
}

pub(crate) fn hook_words(event: &HookEvent) -> String {
    match event {
        HookEvent::OffHook => "  -> the phone is off-hook".into(),
        HookEvent::OnHook { .. } => "  -> the phone is on-hook".into(),
        HookEvent::Flash => "  -> a hook flash".into(),
        HookEvent::Pulses(count) => format!("  -> the digit {}, dialed by pulses", count % 10),
    }
}

pub(crate) fn words(state: HookState) -> &'static str {
    match state {
        HookState::OffHook => "off-hook",
        HookState::OnHook => "on-hook",
        HookState::Unknown => "unknown",
    }
}

//! `bert`: bit errors of a digital channel; `loopback`: its far end.

use std::ops::ControlFlow;

use measure::{
    bert::{Checker, Count, Source, Width},
    limits::Quantity,
};
use types::{frame::FRAME, tick::Ticks};

use super::{
    call,
    options::{BertArgs, TimedArgs},
    rig::Rig,
    sheet::Sheet,
    station::Part,
    trouble::Trouble,
};

/// `linetest bert`.
pub(crate) fn bert(rig: &mut Rig, args: &BertArgs) -> Result<Sheet, Trouble> {
    if rig.part() == Part::Phone || (rig.part() == Part::Trunk && !rig.is_supervised()) {
        return Err(Trouble::Said(format!(
            "{}: on two wires no bit arrives as it was sent, and whoever listens hears loud noise. bert is \
             for clear channels and for trunks of a T1 or E1 that are digital to their end (\"loop\" \
             measures this one)",
            rig.name()
        )));
    }
    let mut sheet = Sheet::new(rig.name(), "bert");
    let width = Width::from(args.bits);
    call::reach(rig, &args.reach)?;
    rig.settle_path()?;
    rig.say(&format!(
        "sends {} in {} bits of each octet for {} s: it is loud noise to a listener",
        args.pattern.name(),
        if width == Width::Eight { 8 } else { 7 },
        args.seconds
    ));
    let mut source = Source::new(args.pattern, width);
    let mut checker = Checker::new(args.pattern, width);
    let mut left = args.seconds * 100;
    let late = Late::since(rig);
    let mut inject = args.inject;
    let mut told = 0;
    let done = rig.run(Ticks::secs(args.seconds + 10), &mut |heard, out| {
        checker.lost(heard.lost);
        checker.process(heard.octets);
        // Only once the far end can see them.
        if checker.count().in_step && checker.count().seconds > 0 {
            checker.expect_errors(inject);
            source.inject(std::mem::take(&mut inject));
        }
        *out = source.frame();
        tell_changes(&checker.count(), &mut told);
        left -= 1;
        match left {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    })?;
    if !done {
        sheet.remark("the channel gave fewer samples than 8000 a second");
    }
    let late = late.samples(rig);
    tell(&mut sheet, &checker.count(), late);
    tell_injected(&mut sheet, &checker.count(), args.inject, inject);
    sheet.judge(Quantity::LostSamples, late as f64);
    Ok(sheet)
}

/// What this machine lost of what came, and did not send in time.
struct Late(u64);

impl Late {
    fn since(rig: &Rig) -> Late {
        Late(Late::counted(rig))
    }

    fn counted(rig: &Rig) -> u64 {
        let counters = rig.counters();
        counters.overruns + counters.underruns
    }

    fn samples(&self, rig: &Rig) -> u64 {
        Late::counted(rig) - self.0 + u64::from(rig.unsent()) * FRAME as u64
    }
}

/// `linetest loopback`.
pub(crate) fn loopback(rig: &mut Rig, args: &TimedArgs) -> Result<Sheet, Trouble> {
    let mut sheet = Sheet::new(rig.name(), "loopback");
    if rig.part() == Part::Trunk {
        rig.say("seizes the trunk (off-hook)");
    }
    rig.off_hook()?;
    rig.flush()?;
    rig.say(&format!(
        "sends back all that arrives for {} s",
        args.seconds
    ));
    let late = Late::since(rig);
    rig.run(Ticks::secs(args.seconds), &mut |heard, out| {
        *out = *heard.octets;
        ControlFlow::Continue(())
    })?;
    sheet.judge(Quantity::LostSamples, late.samples(rig) as f64);
    Ok(sheet)
}

/// The pattern was lost: at once, for whoever stands at the cable.
fn tell_changes(count: &Count, told: &mut u32) {
    if count.losses > *told {
        *told = count.losses;
        super::say(&format!(
            "the pattern was lost after {} s",
            count.octets / 8000
        ));
    }
}

/// Errors made on purpose are no fault: that they are counted proves the count.
fn tell_injected(sheet: &mut Sheet, count: &Count, asked: u32, unsent: u32) {
    if asked == 0 {
        return;
    }
    sheet.tell("injected errors counted", count.expected as f64, "");
    let counted = count.expected;
    if unsent > 0 {
        sheet.fail("the pattern was not found long enough for the errors to be injected");
    } else if counted == u64::from(asked) {
        sheet.remark(format!("{counted} of {asked} injected errors counted"));
    } else {
        sheet.fail(format!(
            "{counted} of {asked} injected errors counted: the others were not seen"
        ));
    }
}

/// Of a machine that was late by so many samples.
fn tell(sheet: &mut Sheet, count: &Count, late: u64) {
    let Some(ratio) = count.ratio() else {
        sheet.judge(Quantity::PatternAbsent, 1.0);
        sheet.remark(
            "the pattern was never found: is the far end looped, the channel clear, the same pattern \
             sent there, and are 7 bits used where signalling robs the eighth?",
        );
        return;
    };
    sheet.judge(Quantity::BitErrors, ratio);
    sheet.tell("bits compared", count.bits as f64, "");
    sheet.tell("bit errors", (count.errors + count.expected) as f64, "");
    if let Some(free) = count.error_free_seconds() {
        sheet.judge(Quantity::ErrorFree, free * 100.0);
    }
    sheet.tell(
        "severely errored seconds",
        count.severely_errored_seconds as f64,
        "",
    );
    sheet.tell("losses of the pattern", f64::from(count.losses), "");
    if late > 0 {
        sheet.tell("slips", f64::from(count.slips), "");
        sheet.remark(format!(
            "this machine was late by {late} samples, lost or not sent in time: losses of the pattern, \
             slips and errors may be its own; end other programs and measure again"
        ));
    } else {
        sheet.judge(Quantity::Slips, f64::from(count.slips));
    }
    if count.slips > 0 {
        sheet.remark(format!("slipped by {} bits in all", count.slipped_bits));
    }
    if count.is_robbed() {
        sheet.remark(
            "all errors are in the lowest bit of the octets: signalling robs it now and then. Use --bits 7",
        );
    }
    if !count.in_step {
        sheet.remark("at the end the pattern was not there");
    }
}

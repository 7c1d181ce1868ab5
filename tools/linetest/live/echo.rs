//! `loop` and `echo`: what comes back of what is sent.

use std::ops::ControlFlow;

use dsp::g711;
use measure::{
    balance,
    distortion::MilliwattMeter,
    echo::{Probe, Sounding},
    limits::Quantity,
    noise::{Noise, NoiseMeter},
    returns::{Return, Returns},
    stimulus::{MILLIWATT_HZ, Stimulus},
};
use types::{digits::Digits, tick::Ticks};

use super::{
    audio, call,
    options::{EchoArgs, MeasureArgs},
    rig::Rig,
    sheet::Sheet,
    trouble::Trouble,
};

/// The level of the test signals: no talker is louder, no codec is overdriven.
const LEVEL_DBM0: f32 = -10.0;
const PERIODS: usize = 6;
/// A measurement in which samples were lost is repeated so often.
const TRIES: usize = 3;
/// Samples around the strongest return that are the loop; what is further off is an echo beside it.
const GATE: usize = 72;
/// Below this share of the return within 8 ms of the strongest it is no loopback.
const ONE_RETURN: f64 = 0.6;
/// Samples within which our own hybrid's echo comes.
const NEAR: usize = 64;
/// Of a single return that comes at once: what is weaker may be a hybrid's echo, and no hybrid that is
/// balanced at all returns more.
const ECHO_DB: f64 = 11.0;
/// Of two that come at once, the one that is so much stronger is the loop's, unless it is so weak.
const APART_DB: f64 = 3.0;
const LOOP_DB: f64 = 20.0;
/// What comes later may be so much weaker than the echo.
const LATER_DB: f64 = 25.0;
/// Up to here a hybrid's echo beside the loop changes nothing that is judged.
const SURE_DB: f64 = 3.0;

/// Sends the probe and hears what comes back of it.
pub(crate) fn sound(rig: &mut Rig) -> Result<Sounding, Trouble> {
    for _ in 0..TRIES {
        let mut probe = Probe::new(rig.law(), LEVEL_DBM0);
        let mut sounder = probe.sounder(PERIODS);
        let mut found = None;
        let mut lost = false;
        rig.flush()?;
        let frames = sounder.frames() as u64 + 100;
        rig.run(Ticks::ms(10 * frames), &mut |heard, out| {
            *out = probe.frame();
            lost |= heard.lost > 0;
            found = sounder.process(heard.samples);
            match found.is_some() || lost {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        })?;
        if let Some(found) = found.filter(|_| !lost && rig.unsent() == 0) {
            return Ok(found);
        }
        rig.say("samples were lost: once more");
    }
    Err(Trouble::Said(format!(
        "{}: samples are lost all the time: is the machine too busy, or the span slipping?",
        rig.name()
    )))
}

/// `linetest loop`.
pub(crate) fn around(rig: &mut Rig, args: &MeasureArgs) -> Result<Sheet, Trouble> {
    let mut sheet = Sheet::new(rig.name(), "loop");
    call::reach(rig, &args.reach)?;
    rig.say("sends a wide-band signal of -10 dBm0 for 4 s");
    let found = sound(rig)?;
    if !found.heard() {
        sheet.remark("nothing comes back: is the loopback at the far end closed?");
        sheet.judge(
            Quantity::LoopLoss,
            found.loss_at_db(f64::from(MILLIWATT_HZ)),
        );
        return Ok(sheet);
    }
    if found.within(64) < ONE_RETURN {
        sheet.remark("several returns: that is an echo, or two loops, more than one loopback");
    }
    match looped(rig, &found) {
        Looped::Back(loop_) => tell_loop(&mut sheet, rig, &loop_),
        Looped::Unsure(why) => {
            tell_return(&mut sheet, rig, &found);
            sheet.fail(why);
            rig.say("sends nothing for 2 s");
            if let Some(noise) = quiet(rig, 1)? {
                tell_loop_noise(&mut sheet, rig, &noise);
            }
            return Ok(sheet);
        }
    }
    rig.say("sends 1004 Hz at -10 dBm0 for 2 s");
    distortion(rig, &mut sheet)?;
    rig.say("sends nothing for 2 s");
    if let Some(noise) = quiet(rig, 1)? {
        tell_loop_noise(&mut sheet, rig, &noise);
    }
    sheet.remark(format!(
        "our own queue of {} ms is taken off the round trip",
        rig.turnaround() / 8
    ));
    Ok(sheet)
}

/// What came back, where it may be of a loopback.
pub(crate) enum Looped {
    /// The loop alone: the echo of our own hybrid is taken off.
    Back(Box<Sounding>),
    /// Why it can't be told from an echo.
    Unsure(String),
}

/// Tells the return of a loopback from the echo of our own hybrid.
pub(crate) fn looped(rig: &Rig, found: &Sounding) -> Looped {
    let returns = Returns::of(found);
    let near = |one: &Return| one.delay.saturating_sub(rig.turnaround()) <= NEAR;
    let loss_of = |at: usize| {
        returns
            .list
            .get(at)
            .map_or(f64::INFINITY, |one| one.loss_db)
    };
    // A hybrid's echo comes at once: the strongest of what comes later is a loop's.
    let later = returns.list.iter().position(|one| !near(one));
    let which = later
        .filter(|at| loss_of(*at) < loss_of(0) + LATER_DB)
        .unwrap_or(0);
    // Behind a digital channel is no hybrid of ours.
    if later != Some(which) && !rig.may_be_silent() {
        let loss = loss_of(0);
        let next = returns.list.iter().skip(1).find(|one| near(one));
        let margin = next.map_or(f64::INFINITY, |one| one.loss_db - loss);
        if loss >= ECHO_DB && next.is_none() {
            return Looped::Unsure(format!(
                "no loopback is proven: what comes back at once, {loss:.0} dB weaker, may be the echo of our \
                 own hybrid (\"echo\" measures that). Dial a loopback, or have one put there"
            ));
        }
        let sure = margin >= APART_DB && (loss <= LOOP_DB || next.is_none());
        if !sure || (returns.overlap && loss >= SURE_DB) {
            return Looped::Unsure(
                "the loop and the echo of our own hybrid come back as one, and neither can be measured: set \
                 the balance first (\"echo\" with a quiet termination), or measure from the other end"
                    .to_owned(),
            );
        }
    }
    Looped::Back(Box::new(returns.alone(found, which)))
}

/// Why what comes back of us may be no loopback's.
pub(crate) fn no_loopback(rig: &mut Rig) -> Result<Option<String>, Trouble> {
    rig.say("sends a wide-band signal of -10 dBm0 for 4 s, to tell a loopback from our own echo");
    let found = sound(rig)?;
    Ok(match looped(rig, &found) {
        Looped::Back(_) => None,
        Looped::Unsure(why) => Some(why),
    })
}

fn tell_return(sheet: &mut Sheet, rig: &Rig, found: &Sounding) {
    let delay = found.delay().saturating_sub(rig.turnaround());
    sheet.tell("strongest return after", delay as f64 / 8.0, "ms");
    sheet.tell("its loss at 1004 Hz", found.loss_at_db(1004.0), "dB");
}

fn tell_loop(sheet: &mut Sheet, rig: &Rig, found: &Sounding) {
    let delay = found.delay().saturating_sub(rig.turnaround());
    sheet.judge(Quantity::RoundTrip, delay as f64 / 8.0);
    sheet.tell("round trip in samples", delay as f64, "");
    let loop_ = found.gated(GATE);
    let at = |hz: f64| loop_.loss_at_db(hz);
    sheet.judge(Quantity::LoopLoss, at(1004.0));
    sheet.judge(Quantity::LoopSlope404, at(404.0) - at(1004.0));
    sheet.judge(Quantity::LoopSlope2804, at(2804.0) - at(1004.0));
}

/// What came back has proven the path: without noise, it is digital.
fn tell_loop_noise(sheet: &mut Sheet, rig: &Rig, noise: &Noise) {
    match audio::is_digital_silence(noise) {
        true => sheet.remark("no noise at all: the loop is digital"),
        false => audio::tell_noise(sheet, rig, noise),
    }
}

fn distortion(rig: &mut Rig, sheet: &mut Sheet) -> Result<(), Trouble> {
    let law = rig.law();
    let mut source = Stimulus::tone(MILLIWATT_HZ, LEVEL_DBM0);
    let mut meter = MilliwattMeter::new();
    let mut found = None;
    let mut settles = 60;
    rig.run(Ticks::secs(4), &mut |heard, out| {
        g711::encode(law, &source.frame(), out);
        meter.lost(heard.lost);
        if settles > 0 {
            settles -= 1;
            return ControlFlow::Continue(());
        }
        found = meter.process(heard.samples);
        match found {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    })?;
    if let Some(found) = found.flatten() {
        sheet.judge(
            Quantity::FrequencyOffset,
            found.tone.hz - f64::from(MILLIWATT_HZ),
        );
        sheet.judge(Quantity::Distortion, found.distortion_db);
    }
    Ok(())
}

/// Noise while nothing is sent.
pub(crate) fn quiet(rig: &mut Rig, seconds: u64) -> Result<Option<Noise>, Trouble> {
    let mut meter = NoiseMeter::seconds(seconds, false);
    let mut found = None;
    let mut settles = 60;
    rig.run(Ticks::secs(seconds + 2), &mut |heard, _| {
        meter.lost(heard.lost);
        if settles > 0 {
            settles -= 1;
            return ControlFlow::Continue(());
        }
        found = meter.process(heard.samples);
        match found {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    })?;
    Ok(found)
}

/// `linetest echo`.
pub(crate) fn echo(rig: &mut Rig, args: &EchoArgs) -> Result<Sheet, Trouble> {
    let own = balance::named(&args.balance).ok_or_else(|| {
        let names: Vec<&str> = balance::NETWORKS
            .iter()
            .map(|network| network.name)
            .collect();
        Trouble::Usage(format!(
            "--balance {}: allowed are {}",
            args.balance,
            names.join("; ")
        ))
    })?;
    if rig.is_supervised() && args.reach.dial.is_none() && !args.break_dial_tone {
        return Err(Trouble::Said(format!(
            "{}: until a call is up, a trunk that is signalled by bits has no far end: --dial a quiet \
             termination",
            rig.name()
        )));
    }
    let mut sheet = Sheet::new(rig.name(), "echo");
    if args.break_dial_tone {
        break_dial_tone(rig, &mut sheet)?;
    } else {
        call::reach(rig, &args.reach)?;
    }
    rig.say("sends a wide-band signal of -10 dBm0 for 4 s");
    let found = sound(rig)?;
    tell_echo(&mut sheet, rig, &found, own);
    Ok(sheet)
}

/// Dial tone, then one digit: the exchange is quiet and waits for the next.
pub(crate) fn break_dial_tone(rig: &mut Rig, sheet: &mut Sheet) -> Result<(), Trouble> {
    if rig.is_supervised() {
        return Err(Trouble::Said(format!(
            "{}: a trunk signalled by bits has no dial tone to break: --dial a quiet termination",
            rig.name()
        )));
    }
    rig.say("seizes the trunk (off-hook), waits for dial tone and sends a 1");
    let found = call::dial_tone(rig, call::DIAL_TONE_WAIT, &mut Vec::new())?;
    call::sheet_dial_tone(sheet, Some(found));
    let one = Digits::parse("1").unwrap_or(Digits::EMPTY);
    call::send_keys(rig, one, 70)
}

/// Why nothing is known of the echo, where the line is too loud to hear it, or dead.
fn unproven(rig: &Rig, found: &Sounding) -> Option<String> {
    let least = Quantity::Erl.limit().good[0];
    if found.heard() {
        return None;
    }
    if found.floor_db < least {
        return Some(format!(
            "sound of {:.0} dBm0 is on the line, a tone of the exchange or a voice, and covers the echo: \
             nothing is proven. Measure while the far end is quiet (--dial a quiet termination, \
             --break-dial-tone)",
            found.noise_dbm0
        ));
    }
    let dead = found.is_silent() && !rig.may_be_silent();
    dead.then(|| {
        "digital silence came back, neither echo nor noise: the channel carries nothing, or nothing of \
         ours goes out"
            .to_owned()
    })
}

pub(crate) fn tell_echo(sheet: &mut Sheet, rig: &Rig, found: &Sounding, own: &balance::Network) {
    let queue = rig.turnaround();
    let delay = found.delay().saturating_sub(queue);
    if found.heard() {
        sheet.tell("echo after", delay as f64 / 8.0, "ms");
        sheet.judge(Quantity::Erl, found.erl_db());
        sheet.judge(Quantity::SrlLow, found.srl_low_db());
        sheet.judge(Quantity::SrlHigh, found.srl_high_db());
        sheet.return_loss = found.curve();
    } else {
        sheet.tell("return loss is more than", found.floor_db, "dB");
    }
    if let Some(why) = unproven(rig, found) {
        sheet.fail(why);
        return;
    }
    let advice = balance::advise(found, own, queue);
    if let Some((network, off)) = advice.looks_like {
        sheet.remark(format!(
            "the line looks like {} ({off:.1} dB off)",
            network.name
        ));
    }
    sheet.remark(format!("balance: {}", advice.words));
}

//! `tone` and `dtmf`: what is sent, and what arrives meanwhile.

use std::ops::ControlFlow;

use dsp::{g711, tone_gen::DigitGen};
use measure::{
    distortion::{Milliwatt, MilliwattMeter},
    hits::{HitCounter, Hits},
    keys::{ALL, HeardKey, Key, KeyEar, verify},
    limits::Quantity,
    noise::{Noise, NoiseMeter},
    sine,
    slope::{SLOPE_HZ, Slope},
    stimulus::{MILLIWATT_DBM0, MILLIWATT_HZ, SLOPE_DBM0, Stimulus},
};
use types::{
    digits::{Digit, Digits},
    frame::{FRAME, Samples},
    tick::Ticks,
};

use super::{
    call, echo,
    options::{DtmfArgs, ToneArgs},
    rig::Rig,
    sheet::Sheet,
    trouble::Trouble,
};
use crate::words;

/// What `--send` asks for.
enum Wanted {
    Quiet,
    Tone(f32, f32),
    Slope,
    Plan(&'static str, Box<Stimulus>),
}

/// Below this a tone is not there.
const LEAST_TONE_DBM0: f64 = -50.0;
/// Both tones of the digits that are sent, together; weaker by this, they may be our own hybrid's echo.
const SENT_DBM0: f64 = -4.9;
const OWN_ECHO_DB: f64 = 10.0;
/// Impulses count from here on (59 dBrn0, usual on private lines), if it was listened this long.
const IMPULSE_DBM0: f64 = -31.0;
const HITS_SECONDS: u64 = 10;
/// A tone below is the power line's.
const HUM_HZ: f64 = 200.0;
/// A tone stands out of the rest by so much.
const STANDS_OUT_DB: f64 = 6.0;

/// `linetest tone`.
pub(crate) fn tone(rig: &mut Rig, args: &ToneArgs) -> Result<Sheet, Trouble> {
    let wanted = wanted(rig, &args.send)?;
    let mut sheet = Sheet::new(rig.name(), "tone");
    let placed = call::reach(rig, &args.reach)?;
    if let Some(placed) = placed {
        call::sheet_began(&mut sheet, rig, &placed);
    }
    match wanted {
        Wanted::Quiet => {
            rig.say(&format!("sends nothing for {} s and listens", args.seconds));
            listen(rig, &mut Stimulus::Quiet, None, args.seconds, &mut sheet)?;
        }
        Wanted::Tone(hz, dbm0) => {
            rig.say(&format!(
                "sends {hz} Hz at {dbm0} dBm0 for {} s",
                args.seconds
            ));
            let mut source = Stimulus::tone(hz, dbm0);
            listen(rig, &mut source, Some((hz, dbm0)), args.seconds, &mut sheet)?;
        }
        Wanted::Slope => slope(rig, args.seconds, &mut sheet)?,
        Wanted::Plan(name, mut source) => {
            rig.say(&format!(
                "sends the {name} tone of {} for {} s",
                rig.country().name,
                args.seconds
            ));
            listen(rig, &mut source, None, args.seconds, &mut sheet)?;
        }
    }
    Ok(sheet)
}

fn wanted(rig: &Rig, send: &str) -> Result<Wanted, Trouble> {
    match send {
        "quiet" => return Ok(Wanted::Quiet),
        "milliwatt" => return Ok(Wanted::Tone(MILLIWATT_HZ, MILLIWATT_DBM0)),
        "slope" => return Ok(Wanted::Slope),
        _ => {}
    }
    if let Some((hz, dbm0)) = send.split_once('@')
        && let (Ok(hz), Ok(dbm0)) = (hz.parse::<f32>(), dbm0.parse::<f32>())
        && (50.0..=3900.0).contains(&hz)
        && (-70.0..=3.0).contains(&dbm0)
    {
        return Ok(Wanted::Tone(hz, dbm0));
    }
    let tones = &rig.country().tones.tones;
    let found = tones.iter().find(|def| words::name(def.tone) == send);
    let def = found.ok_or_else(|| {
        let mut names: Vec<&str> = tones.iter().map(|def| words::name(def.tone)).collect();
        let mut seen = Vec::new();
        names.retain(|name| {
            !seen.contains(name) && {
                seen.push(*name);
                true
            }
        });
        Trouble::Usage(format!(
            "--send {send}: allowed are milliwatt, slope, quiet, HZ@DBM0 (50 to 3900 Hz, -70 to 3 \
             dBm0), and {}",
            names.join(", ")
        ))
    })?;
    Ok(Wanted::Plan(
        words::name(def.tone),
        Box::new(Stimulus::of(def)),
    ))
}

/// What goes on for as long as it is asked for, and what it is in words.
pub(crate) fn steady(rig: &Rig, send: &str) -> Result<(Stimulus, String), Trouble> {
    match wanted(rig, send)? {
        Wanted::Quiet => Ok((Stimulus::Quiet, "nothing".to_owned())),
        Wanted::Tone(hz, dbm0) => Ok((Stimulus::tone(hz, dbm0), format!("{hz} Hz at {dbm0} dBm0"))),
        Wanted::Plan(name, source) => {
            let words = format!("the {name} tone of {}", rig.country().name);
            Ok((*source, words))
        }
        Wanted::Slope => Err(Trouble::Usage(
            "slope is three tones in turn; here they are sent one at a time: 404@-16, 1004@-16, \
             2804@-16"
                .into(),
        )),
    }
}

/// Sends for so many seconds and tells of the last whole measurement what arrived.
fn listen(
    rig: &mut Rig,
    source: &mut Stimulus,
    sent: Option<(f32, f32)>,
    seconds: u64,
    sheet: &mut Sheet,
) -> Result<(), Trouble> {
    let law = rig.law();
    let mut milliwatt = MilliwattMeter::new();
    let mut noise = NoiseMeter::new(Ticks::secs(1), false);
    let (mut tone, mut level) = (None, None);
    let mut settles = 30;
    let mut hits = [false, true].map(|tone| HitCounter::new(IMPULSE_DBM0, tone));
    rig.run(Ticks::secs(seconds), &mut |heard, out| {
        g711::encode(law, &source.frame(), out);
        milliwatt.lost(heard.lost);
        noise.lost(heard.lost);
        hits.iter_mut().for_each(|hits| hits.lost(heard.lost));
        // What was on its way before.
        if settles > 0 {
            settles -= 1;
            return ControlFlow::Continue(());
        }
        tone = milliwatt.process(heard.samples).or(tone);
        level = noise.process(heard.samples).or(level);
        hits.iter_mut().for_each(|hits| hits.process(heard.samples));
        ControlFlow::Continue(())
    })?;
    let [plain, holding] = hits.map(|hits| hits.hits());
    let Some(level) = level else {
        return Err(Trouble::Said(
            "too little was heard: samples were lost all the time".into(),
        ));
    };
    match tone.flatten().filter(stands_out) {
        Some(found) if found.tone.hz >= HUM_HZ => {
            tell_tone(sheet, &found, sent);
            if sheet.has(Quantity::MilliwattLevel) {
                tell_hits(sheet, &holding, seconds);
            }
        }
        hum => {
            tell_noise(sheet, rig, &level);
            if !is_digital_silence(&level) {
                tell_hits(sheet, &plain, seconds);
            }
            if let Some(found) = hum {
                let (hz, dbm0) = (found.tone.hz, found.tone.level_dbm0);
                sheet.remark(format!(
                    "it hums: {hz:.1} Hz at {dbm0:.1} dBm0, power line induction"
                ));
            }
        }
    }
    Ok(())
}

/// Impulses, and with a holding tone the rest.
fn tell_hits(sheet: &mut Sheet, hits: &Hits, seconds: u64) {
    if seconds < HITS_SECONDS {
        return;
    }
    sheet.judge(
        Quantity::Impulses,
        f64::from(hits.impulses) * 60.0 / seconds as f64,
    );
    for (name, count) in [
        ("dropouts", hits.dropouts),
        ("gain hits", hits.gain_hits),
        ("phase hits", hits.phase_hits),
    ] {
        if count > 0 {
            sheet.tell(name, f64::from(count), "");
        }
    }
}

fn stands_out(found: &Milliwatt) -> bool {
    found.tone.level_dbm0 > LEAST_TONE_DBM0 && found.tone.above_rest_db() > STANDS_OUT_DB
}

fn tell_tone(sheet: &mut Sheet, found: &Milliwatt, sent: Option<(f32, f32)>) {
    let milliwatt = (found.tone.hz - f64::from(MILLIWATT_HZ)).abs() < 20.0;
    if milliwatt {
        sheet.judge(Quantity::MilliwattLevel, found.tone.level_dbm0);
        sheet.judge(
            Quantity::FrequencyOffset,
            found.tone.hz - f64::from(MILLIWATT_HZ),
        );
        sheet.judge(Quantity::Distortion, found.distortion_db);
    } else {
        sheet.tell("level", found.tone.level_dbm0, "dBm0");
        sheet.tell("frequency", found.tone.hz, "Hz");
    }
    sheet.tell("strongest harmonic", found.harmonic_db, "dB");
    if !sheet.has(Quantity::Direct) {
        sheet.judge(Quantity::Direct, found.noise.direct);
    }
    if let Some((hz, dbm0)) = sent
        && (found.tone.hz - f64::from(hz)).abs() < 5.0
    {
        let loss = f64::from(dbm0) - found.tone.level_dbm0;
        sheet.tell("below what is sent", loss, "dB");
        sheet.remark(
            "the tone that arrives may be our own: a loopback's (\"loop\" measures it) or an echo",
        );
    }
}

/// A frame of it is silence as only a digital channel has it.
const DIGITAL_SILENCE_DBM0: f64 = -90.0;

const NOTHING_PROVEN: &str = "a digital far end that is quiet sends just that, and so does a path that is \
                              not switched through: only what is heard proves it; dial a milliwatt";

/// Whether not one sample differs from the others.
pub(crate) fn is_digital_silence(level: &Noise) -> bool {
    level.flat_dbm0 < DIGITAL_SILENCE_DBM0
}

/// Noise of a line that may be dead: digital silence is no noise at all, and proves nothing good.
pub(crate) fn tell_noise(sheet: &mut Sheet, rig: &Rig, level: &Noise) {
    if is_digital_silence(level) {
        sheet.tell("level, flat", level.flat_dbm0, "dBm0");
        sheet.remark("digital silence: not one sample differs from zero");
        if rig.may_be_silent() {
            sheet.fail(NOTHING_PROVEN);
        } else {
            sheet.judge(Quantity::DigitalSilence, 1.0);
        }
        return;
    }
    sheet.judge(Quantity::CMessageNoise, level.c_message_dbrn0);
    sheet.judge(Quantity::PsophometricNoise, level.psophometric_dbm0p);
    sheet.tell("level, flat", level.flat_dbm0, "dBm0");
    sheet.tell("peak", level.peak_dbm0, "dBm0");
    sheet.judge(Quantity::Direct, level.direct);
    if level.flat_dbm0 > -40.0 {
        sheet.remark(
            "that is no noise but a sound: voices or a tone of the exchange are on the line",
        );
    }
}

/// Listens to a far milliwatt.
pub(crate) fn tell_milliwatt(rig: &mut Rig, sheet: &mut Sheet) -> Result<(), Trouble> {
    let mut meter = MilliwattMeter::new();
    let mut found = None;
    rig.run(Ticks::secs(4), &mut |heard, _| {
        meter.lost(heard.lost);
        found = meter.process(heard.samples).or(found);
        ControlFlow::Continue(())
    })?;
    match found.flatten().filter(stands_out) {
        Some(found) => tell_tone(sheet, &found, None),
        None => sheet.remark("no milliwatt was heard there"),
    }
    Ok(())
}

/// The three tones in turn; what comes back of each.
fn slope(rig: &mut Rig, seconds: u64, sheet: &mut Sheet) -> Result<(), Trouble> {
    let law = rig.law();
    let mut levels = [0.0; 3];
    for (hz, level) in SLOPE_HZ.into_iter().zip(&mut levels) {
        rig.say(&format!(
            "sends {hz} Hz at {SLOPE_DBM0} dBm0 for {seconds} s"
        ));
        let mut source = Stimulus::tone(hz as f32, SLOPE_DBM0);
        let mut kept: Vec<i16> = Vec::new();
        rig.run(Ticks::secs(seconds), &mut |heard, out| {
            g711::encode(law, &source.frame(), out);
            if heard.lost > 0 {
                kept.clear();
            }
            kept.extend_from_slice(heard.samples);
            ControlFlow::Continue(())
        })?;
        // The last second: what was there before has ended.
        let last = &kept[kept.len().saturating_sub(8000)..];
        *level = match sine::near(last, hz) {
            Some(tone) if stands(&tone) => tone.level_dbm0,
            _ => {
                sheet.remark(format!(
                    "{hz} Hz does not come back: measure it at the far end, or put a loopback there"
                ));
                return Ok(());
            }
        };
    }
    let slope = Slope::new(f64::from(SLOPE_DBM0), levels);
    if slope.loss_db[1] > OWN_ECHO_DB {
        sheet.tell("loss of what comes back", slope.loss_db[1], "dB");
        sheet.fail(
            "what comes back may be the echo of our own hybrid, or be changed by it: \"loop\" tells a \
             loopback from it",
        );
        return Ok(());
    }
    sheet.judge(Quantity::LoopLoss, slope.loss_db[1]);
    sheet.judge(Quantity::LoopSlope404, slope.low_db());
    sheet.judge(Quantity::LoopSlope2804, slope.high_db());
    Ok(())
}

fn stands(tone: &sine::Tone) -> bool {
    tone.level_dbm0 > LEAST_TONE_DBM0 && tone.above_rest_db() > STANDS_OUT_DB
}

/// `linetest dtmf`.
pub(crate) fn keys(rig: &mut Rig, args: &DtmfArgs) -> Result<Sheet, Trouble> {
    let mut sheet = Sheet::new(rig.name(), "dtmf");
    call::reach(rig, &args.reach)?;
    let mut ear = KeyEar::new();
    let all = Digits::parse(ALL).unwrap_or(Digits::EMPTY);
    let law = rig.law();
    if let Some(seconds) = args.hear {
        rig.say(&format!("listens for keys for {seconds} s"));
        rig.run(Ticks::secs(seconds), &mut |heard, _| {
            ear.lost(heard.lost);
            ear.process(heard.samples);
            ControlFlow::Continue(())
        })?;
    } else {
        rig.settle_path()?;
        rig.say(&format!(
            "sends all sixteen digits, {} ms each",
            args.length
        ));
        let (low, high) = call::DIGIT_DBM0;
        let mut source = DigitGen::new(low, high, args.length, args.length);
        source.send(all);
        // Digits come back later than they were sent: half a second more.
        let mut after = 50;
        rig.run(Ticks::secs(60), &mut |heard, out| {
            ear.lost(heard.lost);
            ear.process(heard.samples);
            let mut samples: Samples = [0; FRAME];
            if !source.fill(&mut samples) {
                after -= 1;
            }
            g711::encode(law, &samples, out);
            match after {
                0 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })?;
    }
    if let Some(seconds) = args.hear {
        tell_pressed(&mut sheet, ear.heard(), seconds);
        return Ok(sheet);
    }
    if !ear.heard().is_empty()
        && SENT_DBM0 - mean_dbm0(ear.heard()) > OWN_ECHO_DB
        && let Some(why) = echo::no_loopback(rig)?
    {
        sheet.tell("digits heard", ear.heard().len() as f64, "");
        sheet.tell("their level", mean_dbm0(ear.heard()), "dBm0");
        sheet.fail(why);
        return Ok(sheet);
    }
    let sent: Vec<Digit> = all.iter().collect();
    tell_keys(&mut sheet, &verify(&sent, ear.heard()));
    Ok(sheet)
}

/// Keys that somebody else pressed: which they were to be, only who pressed them knows.
fn tell_pressed(sheet: &mut Sheet, heard: &[HeardKey], seconds: u64) {
    sheet.tell("digits heard", heard.len() as f64, "");
    if heard.is_empty() {
        sheet.fail(format!(
            "no key was heard within {seconds} s: nothing is known of the line"
        ));
        return;
    }
    tell_levels(sheet, heard);
    sheet.remark("are these all the keys that were pressed?");
}

fn tell_keys(sheet: &mut Sheet, keys: &[Key]) {
    let heard = keys.iter().filter_map(|key| match key {
        Key::Good(heard) => Some(*heard),
        _ => None,
    });
    let heard: Vec<HeardKey> = heard.collect();
    let missing: String = keys
        .iter()
        .filter_map(|key| match key {
            Key::Missing(digit) => Some(char::from(digit.ascii())),
            _ => None,
        })
        .collect();
    let extra = keys
        .iter()
        .filter(|key| matches!(key, Key::Extra(_)))
        .count();
    sheet.tell("digits heard", heard.len() as f64, "");
    sheet.judge(Quantity::MissingDigits, (missing.len() + extra) as f64);
    if !missing.is_empty() {
        sheet.remark(format!("missing: {missing}"));
    }
    if !heard.is_empty() {
        tell_levels(sheet, &heard);
    }
}

/// The mean level of the digits.
fn mean_dbm0(heard: &[HeardKey]) -> f64 {
    let sum: f64 = heard.iter().map(|key| f64::from(key.level_dbm0)).sum();
    sum / heard.len() as f64
}

fn tell_levels(sheet: &mut Sheet, heard: &[HeardKey]) {
    let twist: f64 = heard.iter().map(|key| f64::from(key.twist_db)).sum();
    sheet.judge(Quantity::DigitLevel, mean_dbm0(heard));
    sheet.judge(Quantity::Twist, twist / heard.len() as f64);
    let line: String = heard
        .iter()
        .map(|key| char::from(key.digit.ascii()))
        .collect();
    sheet.remark(format!("heard: {line}"));
}

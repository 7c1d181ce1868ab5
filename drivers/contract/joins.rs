//! What a join does, heard by its echo: what a port sends comes back from its wires, 22 dB weaker.

use super::{Check, ON_HOOK, Pair, SPEAKS, failed, frame_of, live, media_on};
use crate::{
    port::{Port, Write},
    sim::law,
};
use std::f64::consts::TAU;
use types::{
    edge::PortCommand,
    frame::{FRAME, Frame, Law, Samples},
    tick::{Tick, Ticks},
};

pub(super) const CHECKS: &[(&str, Check)] = &[
    (
        "a join sends what the other port receives",
        a_join_sends_what_the_other_receives,
    ),
    (
        "in a join reading and writing go on",
        reading_and_writing_go_on,
    ),
    (
        "a join outlasts the other port's leaving, and its own on-hook",
        a_join_outlasts_the_other,
    ),
    (
        "a hand from outside ends a join",
        a_hand_from_outside_ends_a_join,
    ),
    (
        "after a join what is written is sent within 30 ms",
        leaving_has_no_gap,
    ),
];

/// What the far telephone says, and what is written here.
const SAID_HZ: f64 = 800.0;
const WRITTEN_HZ: f64 = 1500.0;
/// An echo of the one is above, noise below.
const HEARD_DBM0: f64 = -45.0;
const UNHEARD_DBM0: f64 = -52.0;
const LONGEST_GAP: Ticks = Ticks::ms(30);

/// What a port received from then on.
struct Ear {
    law: Law,
    blocks: Vec<(Tick, Frame)>,
}

impl Ear {
    /// Level of a tone in blocks that ended in this time, in dBm0.
    fn level(&self, hz: f64, from: Tick, to: Tick) -> f64 {
        let (mut re, mut im, mut count) = (0.0, 0.0, 0u32);
        for (end, frame) in self.blocks.iter().filter(|b| b.0 > from && b.0 <= to) {
            let mut samples: Samples = [0; FRAME];
            law::expand(self.law, frame, &mut samples);
            let start = end.0 - FRAME as u64;
            for (at, &sample) in (start..).zip(&samples) {
                let turn = TAU * hz * at as f64 / 8000.0;
                re += f64::from(sample) * turn.cos();
                im += f64::from(sample) * turn.sin();
                count += 1;
            }
        }
        if count == 0 {
            return f64::NEG_INFINITY;
        }
        let amplitude = 2.0 * re.hypot(im) / f64::from(count);
        // The loudest sine of the law has 3.17 dBm0.
        20.0 * (amplitude / 32_124.0).max(1e-9).log10() + 3.17
    }
}

/// Lives until then; the trunk hears, `each` is told the time once a frame.
fn listen(
    pair: &mut Pair,
    until: Ticks,
    written: Option<f64>,
    mut each: impl FnMut(&mut Pair, Tick) -> Result<(), String>,
) -> Result<Ear, String> {
    let law = pair.trunk.law();
    let mut ear = Ear {
        law,
        blocks: Vec::new(),
    };
    let mut written_for = 0;
    media_on(pair)?;
    let start = pair.start;
    live(pair, start + until, |pair, now| {
        each(pair, now)?;
        let mut frame = law.silence();
        while frame_of(&mut *pair.phone, now, &mut frame)?.is_some() {
            pair.phone.write(now, &law.silence()).map_err(failed)?;
        }
        while let Some((end, _)) = frame_of(&mut *pair.trunk, now, &mut frame)? {
            ear.blocks.push((end, frame));
            let out = written.map_or(law.silence(), |hz| tone(law, hz, written_for));
            written_for += u64::from(pair.trunk.write(now, &out).map_err(failed)? == Write::Taken);
        }
        Ok(())
    })?;
    Ok(ear)
}

fn tone(law: Law, hz: f64, block: u64) -> Frame {
    let first = block * FRAME as u64;
    let samples: Samples = std::array::from_fn(|n| {
        let turn = TAU * hz * (first + n as u64) as f64 / 8000.0;
        (6000.0 * turn.sin()) as i16
    });
    let mut frame = law.silence();
    law::compress(law, &samples, &mut frame);
    frame
}

fn join(pair: &mut Pair, now: Tick) -> Result<(), String> {
    let (phone, trunk) = (pair.phone.join_key(), pair.trunk.join_key());
    let (Some(phone), Some(trunk)) = (phone, trunk) else {
        return Err("a port without a name to join it by".into());
    };
    pair.phone.join(now, Some(&trunk)).map_err(failed)?;
    pair.trunk.join(now, Some(&phone)).map_err(failed)
}

fn part(port: &mut dyn Port, now: Tick) -> Result<(), String> {
    port.join(now, None).map_err(failed)
}

/// Runs something once, at the first frame from then on.
fn once(at: Tick, now: Tick, done: &mut bool) -> bool {
    let due = !*done && now >= at;
    *done |= due;
    due
}

fn heard(ear: &Ear, hz: f64, from: Tick, to: Tick, wanted: bool, when: &str) -> Result<(), String> {
    let level = ear.level(hz, from, to);
    let right = if wanted {
        level > HEARD_DBM0
    } else {
        level < UNHEARD_DBM0
    };
    ensure!(right, "{hz} Hz at {level:.1} dBm0 {when}");
    Ok(())
}

fn a_join_sends_what_the_other_receives(pair: &mut Pair) -> Result<(), String> {
    let start = pair.start;
    let (joins, parts) = (start + Ticks::ms(800), start + Ticks::ms(1150));
    let (mut joined, mut parted) = (false, false);
    let ear = listen(pair, Ticks::ms(1450), None, |pair, now| {
        if once(joins, now, &mut joined) {
            join(pair, now)?;
        }
        if once(parts, now, &mut parted) {
            part(&mut *pair.phone, now)?;
            part(&mut *pair.trunk, now)?;
        }
        Ok(())
    })?;
    let speaks = start + SPEAKS + Ticks::ms(50);
    heard(&ear, SAID_HZ, speaks, joins, false, "before the join")?;
    heard(
        &ear,
        SAID_HZ,
        joins + Ticks::ms(60),
        parts,
        true,
        "in the join",
    )?;
    let after = parts + Ticks::ms(60);
    heard(
        &ear,
        SAID_HZ,
        after,
        start + ON_HOOK,
        false,
        "after the join",
    )
}

fn reading_and_writing_go_on(pair: &mut Pair) -> Result<(), String> {
    let start = pair.start;
    let mut joined = false;
    let ear = listen(pair, Ticks::ms(1400), None, |pair, now| {
        if once(start + Ticks::ms(200), now, &mut joined) {
            join(pair, now)?;
        }
        Ok(())
    })?;
    ensure!(ear.blocks.len() >= 130, "{} blocks read", ear.blocks.len());
    for (name, port) in [("phone", &pair.phone), ("trunk", &pair.trunk)] {
        let counters = port.counters();
        let (read, written) = (counters.frames_read, counters.frames_written);
        ensure!(
            written >= read && read >= 130,
            "the {name}: {read} blocks read, {written} written"
        );
        let lost = counters.overruns + counters.underruns;
        // A reader that is not on the port's own clock may be a block late at first.
        let most = FRAME as u64;
        ensure!(lost <= most, "the {name} lost {lost} samples");
    }
    Ok(())
}

fn a_join_outlasts_the_other(pair: &mut Pair) -> Result<(), String> {
    let start = pair.start;
    let at = |ms| start + Ticks::ms(ms);
    let mut done = [false; 4];
    let ear = listen(pair, Ticks::ms(1450), None, |pair, now| {
        if once(at(600), now, &mut done[0]) {
            join(pair, now)?;
        }
        if once(at(800), now, &mut done[1]) {
            part(&mut *pair.phone, now)?;
        }
        if once(at(1000), now, &mut done[2]) {
            let told = pair.trunk.command(now, PortCommand::OnHook);
            told.map_err(failed)?;
        }
        if once(at(1200), now, &mut done[3]) {
            part(&mut *pair.trunk, now)?;
        }
        Ok(())
    })?;
    heard(&ear, SAID_HZ, at(660), at(800), true, "in the join")?;
    heard(&ear, SAID_HZ, at(860), at(1000), true, "with one side gone")?;
    heard(&ear, SAID_HZ, at(1060), at(1200), true, "after on-hook")?;
    heard(&ear, SAID_HZ, at(1260), at(1450), false, "with both gone")
}

fn a_hand_from_outside_ends_a_join(pair: &mut Pair) -> Result<(), String> {
    let start = pair.start;
    let at = |ms| start + Ticks::ms(ms);
    let hand = pair.trunk.cutoff().map_err(failed)?;
    let mut done = [false; 2];
    let ear = listen(pair, Ticks::ms(1450), None, |pair, now| {
        if once(at(700), now, &mut done[0]) {
            join(pair, now)?;
        }
        if once(at(1000), now, &mut done[1]) {
            hand.part().map_err(failed)?;
            hand.part().map_err(failed)?;
        }
        Ok(())
    })?;
    heard(&ear, SAID_HZ, at(760), at(1000), true, "in the join")?;
    heard(&ear, SAID_HZ, at(1060), at(1450), false, "after the hand")
}

fn leaving_has_no_gap(pair: &mut Pair) -> Result<(), String> {
    let start = pair.start;
    let at = |ms| start + Ticks::ms(ms);
    let mut done = [false; 2];
    let mut left = start;
    let ear = listen(pair, Ticks::ms(450), Some(WRITTEN_HZ), |pair, now| {
        if once(at(100), now, &mut done[0]) {
            join(pair, now)?;
        }
        if once(at(300), now, &mut done[1]) {
            part(&mut *pair.phone, now)?;
            part(&mut *pair.trunk, now)?;
            left = now;
        }
        Ok(())
    })?;
    heard(&ear, WRITTEN_HZ, at(160), left, false, "in the join")?;
    let whole = left + LONGEST_GAP + pair.tolerance;
    let (mut from, mut gap) = (left, None);
    while gap.is_none() && from < at(450) {
        let to = from + Ticks(FRAME as u64);
        gap = (ear.level(WRITTEN_HZ, from, to) > HEARD_DBM0).then_some(from);
        from = to;
    }
    let Some(gap) = gap else {
        return Err("what is written is not heard after the join".into());
    };
    ensure!(gap <= whole, "a gap of {:?}", gap.since(left));
    Ok(())
}

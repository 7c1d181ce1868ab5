//! What measures or changes samples, behind the detectors' door: meters, echo canceller,
//! automatic level.

use crate::subject::{Subject, Told};
use dsp::{
    auto_level::{AutoLevel, AutoLevelSettings},
    echo::{Canceller, EchoSettings},
    level,
    meter::{Meter, MeterSettings, Reading, Weighting},
};
use types::{
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

/// All of them, new. `choice` says what there is to choose.
pub fn measures(choice: u8) -> Vec<Box<dyn Subject>> {
    let bit = |n: u8| choice >> n & 1 == 1;
    let meter = |weighting| MeterSettings {
        weighting,
        notch: bit(0),
        integration: Ticks::ms(if bit(1) { 10 } else { 500 }),
    };
    let echo = EchoSettings {
        taps: [8, 64, 128, 256][usize::from(choice >> 2 & 3)],
        delay: usize::from(choice >> 4),
        suppression: !bit(7),
    };
    vec![
        Box::new(Meter::new(meter(Weighting::Flat))),
        Box::new(Meter::new(meter(Weighting::CMessage))),
        Box::new(Meter::new(meter(Weighting::Psophometric))),
        Box::new(Cancelling::new(echo)),
        Box::new(AutoLevel::new(AutoLevelSettings::default())),
    ]
}

impl Subject for Meter {
    fn frame(&mut self, _: &Samples, trunk: &Samples, _: Tick, told: &mut Told) {
        let Some(reading) = self.process(trunk) else {
            return;
        };
        let Reading {
            level_dbm0,
            total_dbm0,
            peak_dbm0,
            direct,
            clipped,
        } = reading;
        // Full scale is +6.4 dBm0 as a square; a filter may pass the corners of one.
        for (level, most) in [(level_dbm0, 12.0), (total_dbm0, 6.4), (peak_dbm0, 3.4)] {
            assert!((level::SILENCE_DBM0..=most).contains(&level), "{reading:?}");
        }
        assert!(direct.abs() <= 32_768.0, "{reading:?}");
        assert!(clipped as usize <= 50 * FRAME, "{reading:?}");
        told.fact(&reading);
    }

    fn lost(&mut self, samples: u32) {
        Meter::lost(self, samples);
    }

    fn reset(&mut self) {
        Meter::reset(self);
    }
}

/// A canceller, and for how many frames it ran and nothing was sent.
#[derive(Debug)]
struct Cancelling {
    canceller: Canceller,
    frames: u32,
    quiet: u32,
}

/// Frames after which no echo is left, nor a trace of one.
const ECHO_IS_OVER: u32 = 60;

/// Comfort noise is not louder.
const COMFORT_DBM0: f32 = -34.0;

impl Cancelling {
    fn new(settings: EchoSettings) -> Cancelling {
        Cancelling {
            canceller: Canceller::new(settings),
            frames: 0,
            quiet: 0,
        }
    }
}

impl Subject for Cancelling {
    fn frame(&mut self, phone: &Samples, trunk: &Samples, _: Tick, told: &mut Told) {
        let mut clean = [0; FRAME];
        self.canceller.process(phone, trunk, &mut clean);
        self.frames += 1;
        let silent = *phone == [0; FRAME];
        self.quiet = if silent { self.quiet + 1 } else { 0 };
        let [before, after] = [trunk, &clean].map(|samples| level::dbm0(samples));
        if self.quiet > ECHO_IS_OVER {
            let most = COMFORT_DBM0.max(before + 0.5);
            assert!(after <= most, "{before} dBm0 became {after}: {self:?}");
        }
        let facts = self.canceller.facts();
        if let Some((first, last)) = facts.span {
            assert!(first <= last && last < 15 + 256, "{facts:?}");
        }
        if self.frames.is_multiple_of(25) {
            told.fact(&(after, facts));
        }
    }

    fn lost(&mut self, samples: u32) {
        // More of one side than of the other: the echo moves.
        self.canceller.lost(samples, samples / 2);
        self.canceller.bypass(samples % 7 == 6);
    }

    fn reset(&mut self) {
        self.frames = 0;
        self.quiet = 0;
        self.canceller.reset();
    }
}

impl Subject for AutoLevel {
    fn frame(&mut self, _: &Samples, trunk: &Samples, _: Tick, told: &mut Told) {
        let mut out = [0; FRAME];
        self.process(trunk, &mut out);
        let peak = out.iter().map(|s| s.unsigned_abs()).max();
        assert!(peak <= Some(32_124), "a peak of {peak:?}");
        let gain = self.gain_db();
        let range = AutoLevelSettings::default().range_db;
        assert!(gain.abs() <= range, "{gain} dB");
        told.fact(&(peak, gain));
    }

    /// It keeps no time: what is missing is a jump like any other.
    fn lost(&mut self, _: u32) {}

    fn reset(&mut self) {
        AutoLevel::reset(self);
    }
}

//! `linetest level`: how loud a recording is, and how noisy.
//!
//! How: three meters side by side, one flat, two weighted as noise is. The noise is that of the
//! quietest tenth of the time, in pieces of 100 ms: what is left while nobody speaks.

use dsp::{
    level::{SILENCE_DBM0, power_dbm0, sine_peak},
    meter::{Meter, MeterSettings, Reading, Weighting},
};
use types::{
    frame::{FRAME_TICKS, Samples},
    tick::Ticks,
};

use crate::{
    analysis::{Ear, Found, Leg, Place},
    row::{self, Row},
};

/// Measures one channel.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    leg: Leg,
    holding_tone: bool,
    /// Each frame by itself: what it holds is counted to the last sample.
    flat: Meter,
    flat_part: Mean,
    total: Mean,
    direct: f64,
    frames: f64,
    peak_dbm0: f32,
    clipped: u64,
    floor: Quietest,
    c_message: Weighted,
    psophometric: Weighted,
}

/// A weighted meter's readings.
#[derive(Clone, Debug)]
struct Weighted {
    meter: Meter,
    level: Mean,
    ratio_db: Mean,
    floor: Quietest,
}

/// A mean of powers, or of anything.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    count: u64,
}

/// How often each level was read, in tenths of a decibel.
#[derive(Clone, Debug)]
struct Quietest {
    counts: Vec<u64>,
    all: u64,
}

const PIECE: Ticks = Ticks::ms(100);

/// Frames in a piece.
const FRAMES: u64 = PIECE.0 / FRAME_TICKS.0;

impl Level {
    /// With a holding tone of about 1010 Hz on the line, what is weighted is the noise beside it.
    pub fn new(holding_tone: bool) -> Level {
        Level {
            leg: Leg::Mono,
            holding_tone,
            flat: Meter::new(MeterSettings {
                weighting: Weighting::Flat,
                notch: false,
                integration: FRAME_TICKS,
            }),
            flat_part: Mean::default(),
            total: Mean::default(),
            direct: 0.0,
            frames: 0.0,
            peak_dbm0: SILENCE_DBM0,
            clipped: 0,
            floor: Quietest::new(),
            c_message: Weighted::new(Weighting::CMessage, holding_tone),
            psophometric: Weighted::new(Weighting::Psophometric, holding_tone),
        }
    }

    pub fn of(&self, leg: Leg) -> Level {
        Level {
            leg,
            ..self.clone()
        }
    }

    fn count(&mut self, reading: &Reading) {
        let direct = f64::from(reading.direct);
        let square = mean_square(reading.total_dbm0);
        self.total.add(square + direct * direct);
        self.direct += direct;
        self.frames += 1.0;
        self.peak_dbm0 = self.peak_dbm0.max(reading.peak_dbm0);
        self.clipped += u64::from(reading.clipped);
        self.flat_part.add(square);
        if self.flat_part.count == FRAMES {
            let piece = std::mem::take(&mut self.flat_part);
            self.floor.add(piece.dbm0());
        }
    }
}

impl Ear for Level {
    fn hear(&mut self, samples: &Samples, _: &Place, _: &mut Found) {
        if let Some(reading) = self.flat.process(samples) {
            self.count(&reading);
        }
        self.c_message.hear(samples);
        self.psophometric.hear(samples);
    }

    fn end(&mut self, length: u64, found: &mut Found) {
        let direct = self.direct / self.frames.max(1.0);
        let square = self.total.value() - direct * direct;
        let noise = self.holding_tone.then(|| self.c_message.ratio_db.db());
        let brn = |level: Option<f32>| level.map(|dbm0| row::tenths(dbm0 + 90.0));
        let dbm0 = |level: Option<f32>| level.map(row::tenths);
        let row = row::Level {
            duration_ms: row::ms(length),
            level_dbm0: row::tenths(power_dbm0(square.max(0.0) as f32)),
            c_message_dbrn0: brn(self.c_message.level.read()),
            psophometric_dbm0p: dbm0(self.psophometric.level.read()),
            peak_dbm0: row::tenths(self.peak_dbm0),
            noise_dbm0: dbm0(self.floor.level()),
            noise_dbrnc0: brn(self.c_message.floor.level()),
            noise_dbm0p: dbm0(self.psophometric.floor.level()),
            signal_to_noise_db: noise.flatten().map(row::tenths),
            dc_offset: row::tenths(direct as f32),
            clipped_samples: self.clipped,
            holding_tone: self.holding_tone,
        };
        found.rows.push((self.leg, Row::Level(row)));
    }
}

impl Weighted {
    fn new(weighting: Weighting, notch: bool) -> Weighted {
        Weighted {
            meter: Meter::new(MeterSettings {
                weighting,
                notch,
                integration: PIECE,
            }),
            level: Mean::default(),
            ratio_db: Mean::default(),
            floor: Quietest::new(),
        }
    }

    fn hear(&mut self, samples: &Samples) {
        if let Some(reading) = self.meter.process(samples) {
            self.level.add(mean_square(reading.level_dbm0));
            self.ratio_db.add(f64::from(reading.signal_to_noise_db()));
            self.floor.add(reading.level_dbm0);
        }
    }
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    fn value(&self) -> f64 {
        self.sum / self.count.max(1) as f64
    }

    /// Of mean squares.
    fn dbm0(&self) -> f32 {
        power_dbm0(self.value() as f32)
    }

    fn read(&self) -> Option<f32> {
        (self.count > 0).then(|| self.dbm0())
    }

    /// Of decibels.
    fn db(&self) -> Option<f32> {
        (self.count > 0).then(|| self.value() as f32)
    }
}

impl Quietest {
    /// Up to 6 dBm0: a square wave of full level.
    const PLACES: usize = 1051;

    fn new() -> Quietest {
        Quietest {
            counts: vec![0; Quietest::PLACES],
            all: 0,
        }
    }

    fn add(&mut self, dbm0: f32) {
        let place = ((dbm0 - SILENCE_DBM0) * 10.0).round() as usize;
        self.counts[place.min(Quietest::PLACES - 1)] += 1;
        self.all += 1;
    }

    /// The level that a tenth of the readings, one at least, do not pass.
    fn level(&self) -> Option<f32> {
        let wanted = self.all.div_ceil(10).max(1);
        let mut so_far = 0;
        let found = self.counts.iter().position(|count| {
            so_far += count;
            so_far >= wanted
        });
        found.map(|place| SILENCE_DBM0 + place as f32 / 10.0)
    }
}

fn mean_square(dbm0: f32) -> f64 {
    if dbm0 <= SILENCE_DBM0 {
        return 0.0;
    }
    let peak = f64::from(sine_peak(dbm0));
    peak * peak / 2.0
}

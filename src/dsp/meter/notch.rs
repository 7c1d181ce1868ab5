//! Takes a holding tone away, so that the noise beside it can be measured.
//!
//! How: four recursive sections with zeros spread over 995 to 1025 Hz, where the holding tones
//! of North America (1004 and 1010 Hz) and of the ITU-T (1020 Hz) lie.

use crate::SAMPLE_RATE;
use std::f64::consts::TAU;

#[derive(Clone, Debug)]
pub(super) struct Notch([Section; 4]);

const ZEROS: [f64; 4] = [996.5, 1005.5, 1014.5, 1023.5];

/// Radius of the poles: half a section's width is 51 Hz.
const RADIUS: f64 = 0.96;

/// A pair of zeros and a pair of poles at one frequency.
#[derive(Clone, Copy, Debug, Default)]
struct Section {
    turn: f64,
    gain: f64,
    inputs: [f64; 2],
    outputs: [f64; 2],
}

impl Notch {
    pub fn new() -> Notch {
        Notch(ZEROS.map(Section::new))
    }

    pub fn reset(&mut self) {
        *self = Notch::new();
    }

    pub fn filter(&mut self, sample: f32) -> f32 {
        let through = |sample, section: &mut Section| section.filter(sample);
        self.0.iter_mut().fold(f64::from(sample), through) as f32
    }
}

impl Section {
    fn new(hz: f64) -> Section {
        let turn = 2.0 * (TAU * hz / f64::from(SAMPLE_RATE)).cos();
        // Far from the notch, at 3 kHz, nothing is lost.
        let far = 2.0 * (TAU * 3000.0 / f64::from(SAMPLE_RATE)).cos();
        let zeros = (far - turn).abs();
        let poles = {
            let (sin, cos) = (TAU * 3000.0 / f64::from(SAMPLE_RATE)).sin_cos();
            let re = (1.0 + RADIUS * RADIUS) * cos - RADIUS * turn;
            let im = (1.0 - RADIUS * RADIUS) * sin;
            re.hypot(im)
        };
        Section {
            turn,
            gain: poles / zeros,
            ..Section::default()
        }
    }

    fn filter(&mut self, sample: f64) -> f64 {
        let [in1, in2] = self.inputs;
        let [out1, out2] = self.outputs;
        let zeros = sample - self.turn * in1 + in2;
        let out = self.gain * zeros + RADIUS * self.turn * out1 - RADIUS * RADIUS * out2;
        self.inputs = [sample, in1];
        self.outputs = [out, out1];
        out
    }
}

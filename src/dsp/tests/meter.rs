//! The meter against the tables of the standards and against signals of known level.

mod bench;

use bench::*;
use dsp::{
    level::sine_peak,
    meter::{Meter, MeterSettings, Reading, Weighting},
};
use types::{frame::Law, tick::Ticks};

/// C-message, IEEE 743: Hz and dB.
const C_MESSAGE: [(f32, f32); 22] = [
    (60.0, -55.7),
    (100.0, -42.5),
    (200.0, -25.1),
    (300.0, -16.3),
    (400.0, -11.2),
    (500.0, -7.7),
    (600.0, -5.0),
    (700.0, -2.8),
    (800.0, -1.3),
    (900.0, -0.3),
    (1000.0, 0.0),
    (1200.0, -0.4),
    (1300.0, -0.7),
    (1500.0, -1.2),
    (1800.0, -1.3),
    (2000.0, -1.1),
    (2500.0, -1.1),
    (2800.0, -2.0),
    (3000.0, -3.0),
    (3300.0, -5.1),
    (3500.0, -7.1),
    (3990.0, -14.4),
];

/// Psophometric, ITU-T O.41 table 1: Hz and dB.
const PSOPHOMETRIC: [(f32, f32); 20] = [
    (50.0, -63.0),
    (100.0, -41.0),
    (200.0, -21.0),
    (300.0, -10.6),
    (400.0, -6.3),
    (500.0, -3.6),
    (600.0, -2.0),
    (700.0, -0.9),
    (800.0, 0.0),
    (900.0, 0.6),
    (1000.0, 1.0),
    (1200.0, 0.0),
    (1400.0, -0.9),
    (1600.0, -1.7),
    (1800.0, -2.4),
    (2000.0, -3.0),
    (2500.0, -4.2),
    (3000.0, -5.6),
    (3500.0, -8.5),
    (3990.0, -14.8),
];

fn meter(weighting: Weighting, notch: bool) -> Meter {
    Meter::new(MeterSettings {
        weighting,
        notch,
        integration: Ticks::ms(500),
    })
}

/// The first reading of these samples.
fn reading(mut meter: Meter, samples: &[i16]) -> Reading {
    let mut readings = frames(samples).filter_map(|(frame, _)| meter.process(&frame));
    readings.next().expect("long enough for a reading")
}

/// A sine of +3 dBm0, rounded to 16 bits with noise of one step so that rounding is no tone.
fn sine(hz: f32) -> Vec<i16> {
    let mut rng = Rng::new(hz.to_bits().into());
    let peak = f64::from(sine_peak(3.0));
    let step = f64::from(hz) * std::f64::consts::TAU / 8000.0;
    let value =
        |n: usize| (peak * (step * n as f64).sin() + f64::from(rng.range(-0.5, 0.5))).round();
    (0..8000).map(value).map(|v| v as i16).collect()
}

#[test]
fn weightings_follow_their_tables() {
    let tables = [
        (Weighting::CMessage, C_MESSAGE.as_slice()),
        (Weighting::Psophometric, PSOPHOMETRIC.as_slice()),
    ];
    for (weighting, table) in tables {
        for &(hz, expected) in table {
            let got = reading(meter(weighting, false), &sine(hz)).level_dbm0 - 3.0;
            let within = if (100.0..=3500.0).contains(&hz) {
                0.1
            } else {
                0.3
            };
            println!("{weighting:?} {hz} Hz: {got:.2}, table {expected}");
            assert!(
                (got - expected).abs() < within,
                "{weighting:?} {hz} Hz: {got}"
            );
        }
    }
}

#[test]
fn references_read_what_the_standards_say() {
    let at_1000 = sines(&mut Rng::new(1), &[(1000.0, 0.0)], 8000);
    let c = reading(meter(Weighting::CMessage, false), &at_1000);
    assert!((c.dbrn0() - 90.0).abs() < 0.1, "{c:?}");
    let at_800 = sines(&mut Rng::new(1), &[(800.0, 0.0)], 8000);
    let p = reading(meter(Weighting::Psophometric, false), &at_800);
    assert!(p.level_dbm0.abs() < 0.1, "{p:?}");
}

#[test]
fn flat_levels_are_exact_from_full_scale_to_the_faintest() {
    for dbm0 in [3.0, 0.0, -13.0, -27.5, -40.0, -55.0, -65.0] {
        for hz in [204.0, 1004.0, 1020.0, 2804.0, 3404.0] {
            let samples = sines(&mut Rng::new(2), &[(hz, dbm0)], 8000);
            let got = reading(meter(Weighting::Flat, false), &samples);
            // Rounding to 16 bits alone adds noise of -83 dBm0.
            assert!(
                (got.level_dbm0 - dbm0).abs() < 0.1,
                "{hz} Hz {dbm0}: {got:?}"
            );
            assert!(
                (got.total_dbm0 - dbm0).abs() < 0.1,
                "{hz} Hz {dbm0}: {got:?}"
            );
        }
    }
}

#[test]
fn white_noise_reads_as_the_weighting_integrates_it() {
    // Power under the tables' curves over 0-4 kHz, by the trapezoidal rule in 1 Hz steps.
    let integral = |table: &[(f32, f32)]| {
        let at = |hz: f32| {
            let above = table
                .partition_point(|(f, _)| *f < hz)
                .clamp(1, table.len() - 1);
            let ((f0, a), (f1, b)) = (table[above - 1], table[above]);
            a + (hz / f0).ln() / (f1 / f0).ln() * (b - a)
        };
        let power: f32 = (1..4000).map(|hz| 10f32.powf(at(hz as f32) / 10.0)).sum();
        10.0 * (power / 4000.0).log10()
    };
    let mut noise = vec![0; 80_000];
    add_noise(&mut Rng::new(3), &mut noise, -30.0);
    for (weighting, table) in [
        (Weighting::CMessage, C_MESSAGE.as_slice()),
        (Weighting::Psophometric, PSOPHOMETRIC.as_slice()),
    ] {
        let long = Meter::new(MeterSettings {
            weighting,
            notch: false,
            integration: Ticks::secs(9),
        });
        let got = reading(long, &noise).level_dbm0 + 30.0;
        let expected = integral(table);
        assert!(
            (got - expected).abs() < 0.15,
            "{weighting:?}: {got} {expected}"
        );
    }
}

#[test]
fn the_notch_takes_every_holding_tone_and_leaves_the_rest() {
    for hz in [995.0, 1000.0, 1004.0, 1010.0, 1020.0, 1025.0] {
        let got = reading(meter(Weighting::Flat, true), &sine(hz)).level_dbm0 - 3.0;
        assert!(got < -50.0, "{hz} Hz: {got}");
    }
    for (hz, most) in [
        (400.0, 0.5),
        (600.0, 1.0),
        (860.0, 3.0),
        (1180.0, 3.0),
        (1700.0, 0.5),
    ] {
        let got = reading(meter(Weighting::Flat, true), &sine(hz)).level_dbm0 - 3.0;
        assert!(got.abs() < most, "{hz} Hz: {got}");
    }
}

#[test]
fn noise_is_measured_beside_its_holding_tone() {
    for noise_dbm0 in [-30.0, -45.0, -60.0] {
        let mut samples = sines(&mut Rng::new(4), &[(1004.0, -13.0)], 16_000);
        add_noise(&mut Rng::new(5), &mut samples, noise_dbm0);
        let got = reading(meter(Weighting::CMessage, true), &samples);
        let mut alone = vec![0; 16_000];
        add_noise(&mut Rng::new(5), &mut alone, noise_dbm0);
        let expected = reading(meter(Weighting::CMessage, false), &alone);
        // The notch takes 0.4 dB of white noise with the tone.
        let apart = got.level_dbm0 - expected.level_dbm0;
        assert!((-0.8..0.1).contains(&apart), "{noise_dbm0}: {apart}");
        let ratio = -13.0 - got.level_dbm0;
        assert!((got.signal_to_noise_db() - ratio).abs() < 0.2, "{got:?}");
    }
}

#[test]
fn companding_of_a_tone_is_as_noisy_as_the_standard_lets_it_be() {
    // ITU-T G.712: signal to total distortion of a sine at 0 to -30 dBm0 is 33 dB or more.
    for dbm0 in [0.0, -10.0, -20.0, -30.0] {
        let sine = sines(&mut Rng::new(6), &[(1020.0, dbm0)], 8000);
        let got = reading(
            meter(Weighting::Psophometric, true),
            &companded(Law::Mu, &sine),
        );
        let ratio = got.signal_to_noise_db();
        assert!((33.0..45.0).contains(&ratio), "{dbm0}: {ratio}");
    }
}

#[test]
fn direct_voltage_peak_and_clipping_are_told_and_do_not_count_as_level() {
    for weighting in [
        Weighting::Flat,
        Weighting::CMessage,
        Weighting::Psophometric,
    ] {
        for notch in [false, true] {
            let samples: Vec<i16> = sines(&mut Rng::new(7), &[(1500.0, -40.0)], 8000)
                .iter()
                .map(|s| s + 300)
                .collect();
            let got = reading(meter(weighting, notch), &samples);
            assert!((got.direct - 300.0).abs() < 1.0, "{got:?}");
            assert!((got.total_dbm0 + 40.0).abs() < 0.1, "{got:?}");
            assert!(
                (got.level_dbm0 + 40.0).abs() < 1.6,
                "{weighting:?} {notch} {got:?}"
            );
        }
    }
    let square: Vec<i16> = (0..8000)
        .map(|n| if n % 8 < 4 { 32_124 } else { -32_124 })
        .collect();
    let got = reading(meter(Weighting::Flat, false), &square);
    assert_eq!(got.clipped, 4000);
    assert!((got.peak_dbm0 - 3.17).abs() < 0.02, "{got:?}");
}

#[test]
fn a_reading_takes_its_time_and_never_runs_across_a_gap() {
    let mut meter = meter(Weighting::CMessage, true);
    let loud = sines(&mut Rng::new(8), &[(700.0, 0.0)], 80);
    let loud: types::frame::Samples = loud.try_into().expect("a frame");
    for _ in 0..59 {
        assert_eq!(meter.process(&loud), None);
    }
    assert!(meter.process(&loud).is_some());
    for _ in 0..40 {
        assert_eq!(meter.process(&loud), None);
    }
    meter.lost(80);
    let silence = [0; 80];
    let first = (0..60).filter_map(|_| meter.process(&silence)).next();
    assert!(first.expect("a reading").level_dbm0 < -95.0, "{first:?}");
}

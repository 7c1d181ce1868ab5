//! The meter against the tables of the standards and against signals of known level.

mod bench;

use bench::*;
use dsp::{
    level::sine_peak,
    meter::{Meter, MeterSettings, Reading, Weighting},
};
use types::{frame::Law, tick::Ticks};

/// Hz, dB, and the limit of deviation in dB.
type Row = (f32, f32, f32);

/// C-message: IEEE Std 743-1995, as ANSI/TIA-470.120-C, table A.2, quotes it.
const C_MESSAGE: [Row; 22] = [
    (60.0, -55.7, 2.0),
    (100.0, -42.5, 2.0),
    (200.0, -25.1, 2.0),
    (300.0, -16.3, 2.0),
    (400.0, -11.2, 1.0),
    (500.0, -7.7, 1.0),
    (600.0, -5.0, 1.0),
    (700.0, -2.8, 1.0),
    (800.0, -1.3, 1.0),
    (900.0, -0.3, 1.0),
    (1000.0, 0.0, 0.0),
    (1200.0, -0.4, 1.0),
    (1300.0, -0.7, 1.0),
    (1500.0, -1.2, 1.0),
    (1800.0, -1.3, 1.0),
    (2000.0, -1.1, 1.0),
    (2500.0, -1.1, 1.0),
    (2800.0, -2.0, 1.0),
    (3000.0, -3.0, 1.0),
    (3300.0, -5.1, 2.0),
    (3500.0, -7.1, 2.0),
    (4000.0, -14.6, 3.0),
];

/// Psophometric: ITU-T O.41 (10/94), table 1, as ANSI/TIA-470.120-C, table A.1, quotes it.
const PSOPHOMETRIC: [Row; 20] = [
    (50.0, -63.0, 2.0),
    (100.0, -41.0, 2.0),
    (200.0, -21.0, 2.0),
    (300.0, -10.6, 1.0),
    (400.0, -6.3, 1.0),
    (500.0, -3.6, 1.0),
    (600.0, -2.0, 1.0),
    (700.0, -0.9, 1.0),
    (800.0, 0.0, 0.0),
    (900.0, 0.6, 1.0),
    (1000.0, 1.0, 1.0),
    (1200.0, 0.0, 1.0),
    (1400.0, -0.9, 1.0),
    (1600.0, -1.7, 1.0),
    (1800.0, -2.4, 1.0),
    (2000.0, -3.0, 1.0),
    (2500.0, -4.2, 1.0),
    (3000.0, -5.6, 1.0),
    (3500.0, -8.5, 2.0),
    (4000.0, -15.0, 3.0),
];

const TABLES: [(Weighting, &[Row]); 2] = [
    (Weighting::CMessage, &C_MESSAGE),
    (Weighting::Psophometric, &PSOPHOMETRIC),
];

/// What the table asks at a frequency: straight lines over its logarithm.
fn asked(table: &[Row], hz: f32) -> Row {
    let above = table.partition_point(|(f, ..)| *f < hz);
    let above = above.clamp(1, table.len() - 1);
    let ((f0, a, low), (f1, b, high)) = (table[above - 1], table[above]);
    let part = (hz / f0).ln() / (f1 / f0).ln();
    (hz, a + part * (b - a), low + part * (high - low))
}

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

/// The limits of the standards, and our own: a tenth of a dB in the band of speech.
#[test]
fn weightings_follow_their_tables() {
    for (weighting, table) in TABLES {
        for &(hz, ..) in table {
            let (hz, expected, limit) = asked(table, hz.min(3990.0));
            let got = reading(meter(weighting, false), &sine(hz)).level_dbm0 - 3.0;
            println!("{weighting:?} {hz} Hz: {got:.2}, table {expected:.2} within {limit}");
            let ours = match hz {
                100.0..=3500.0 => 0.1,
                _ => 0.3,
            };
            assert!(ours < limit || limit == 0.0, "{weighting:?} {hz} Hz");
            assert!(
                (got - expected).abs() < ours,
                "{weighting:?} {hz} Hz: {got}"
            );
        }
    }
}

#[test]
fn weightings_keep_their_limits_between_the_rows_of_the_tables() {
    for (weighting, table) in TABLES {
        for n in 3..80 {
            let (hz, expected, limit) = asked(table, 50.0 * n as f32 - 13.0);
            let got = reading(meter(weighting, false), &sine(hz)).level_dbm0 - 3.0;
            let limit = limit.max(0.1);
            assert!(
                (got - expected).abs() < limit,
                "{weighting:?} {hz} Hz: {got}"
            );
        }
    }
}

/// Figures that both networks are known by, whatever a table says: noise evenly spread over 300 to
/// 3400 Hz is 2.5 dB less with psophometric weighting (ITU-T G.223), and a milliwatt of it over
/// 3 kHz is 88 dBrnC (Bell System).
#[test]
fn noise_of_a_channel_reads_what_networks_are_planned_by() {
    let noise = |from: u32, to: u32| {
        let lines: Vec<f32> = (from / 20..to / 20)
            .map(|n| 20.0 * n as f32 + 10.0)
            .collect();
        let each = -10.0 - 10.0 * (lines.len() as f32).log10();
        let lines: Vec<(f32, f32)> = lines.iter().map(|hz| (*hz, each)).collect();
        sines(&mut Rng::new(9), &lines, 8000)
    };
    let p = reading(meter(Weighting::Psophometric, false), &noise(300, 3400));
    assert!((p.total_dbm0 + 10.0).abs() < 0.1, "{p:?}");
    assert!((p.level_dbm0 - p.total_dbm0 + 2.5).abs() < 0.1, "{p:?}");
    let c = reading(meter(Weighting::CMessage, false), &noise(0, 3000));
    assert!((c.dbrn0() + 10.0 - 88.0).abs() < 0.25, "{c:?}");
}

/// The detector is one of squares (ITU-T O.41): powers add, so that two sines of one level read
/// 3 dB more than either.
#[test]
fn powers_of_sines_add() {
    for (weighting, table) in TABLES {
        for (one, other) in [(400.0, 1500.0), (900.0, 2000.0), (1100.0, 2900.0)] {
            let lines = [(one, -20.0), (other, -20.0)];
            let both = sines(&mut Rng::new(10), &lines, 8000);
            let power = |hz| 10f32.powf((asked(table, hz).1 - 20.0) / 10.0);
            let expected = 10.0 * (power(one) + power(other)).log10();
            let got = reading(meter(weighting, false), &both).level_dbm0;
            assert!((got - expected).abs() < 0.1, "{got} {expected}");
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
    let integral = |table: &[Row]| {
        let power = |hz| 10f32.powf(asked(table, hz).1 / 10.0);
        let sum: f32 = (1..4000).map(|hz| power(hz as f32)).sum();
        10.0 * (sum / 4000.0).log10()
    };
    let mut noise = vec![0; 80_000];
    add_noise(&mut Rng::new(3), &mut noise, -30.0);
    for (weighting, table) in TABLES {
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
    assert!((got.peak_dbm0 - 3.03).abs() < 0.02, "{got:?}");
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

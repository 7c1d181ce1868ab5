//! Each knob of the copper, measured.

use crate::bench::{level_at, level_dbm0, sine};
use drivers::sim::{
    copper::{Copper, Path},
    law::{compress, expand},
    level::{self, POWER_0_DBM0},
    noise::Colour,
};
use types::frame::{FRAME, Law};

/// What the port receives when the far end emits `emitted` and the port sends `sent`.
fn inward(copper: &Copper, emitted: &[i16], sent: &[i16]) -> Vec<i16> {
    let mut path = Path::new(copper, 5);
    let mut all = Vec::new();
    for (e, s) in emitted.chunks_exact(FRAME).zip(sent.chunks_exact(FRAME)) {
        let mut frame = [0; FRAME];
        path.inward(
            e.try_into().expect("80"),
            s.try_into().expect("80"),
            &mut frame,
        );
        all.extend(frame);
    }
    all
}

fn outward(copper: &Copper, sent: &[i16]) -> Vec<i16> {
    let mut path = Path::new(copper, 5);
    let mut all = Vec::new();
    for s in sent.chunks_exact(FRAME) {
        let mut frame = [0; FRAME];
        path.outward(s.try_into().expect("80"), &mut frame);
        all.extend(frame);
    }
    all
}

fn near(found: f64, wanted: f64, within: f64) {
    assert!((found - wanted).abs() <= within, "{found:.2}, not {wanted}");
}

#[test]
fn a_clear_wire_changes_nothing() {
    let tone = sine(1000.0, -10.0, 200);
    assert_eq!(inward(&Copper::clear(), &tone, &vec![0; tone.len()]), tone);
    assert_eq!(outward(&Copper::clear(), &tone), tone);
}

#[test]
fn losses_are_each_ways_own() {
    let copper = Copper {
        loss_in_db: 3.0,
        loss_out_db: 7.0,
        ..Copper::clear()
    };
    let tone = sine(1000.0, -10.0, 400);
    near(
        level_at(&inward(&copper, &tone, &vec![0; tone.len()]), 1000.0),
        -13.0,
        0.1,
    );
    near(level_at(&outward(&copper, &tone), 1000.0), -17.0, 0.1);
}

#[test]
fn echo_comes_back_late_and_weak() {
    let copper = Copper {
        echo_db: Some(14.0),
        echo_delay: 24,
        ..Copper::clear()
    };
    let mut sent = vec![0; 800];
    sent[100] = 20_000;
    let received = inward(&copper, &vec![0; 800], &sent);
    near(
        f64::from(received[124]),
        20_000.0 * 10f64.powf(-14.0 / 20.0),
        1.0,
    );
    assert_eq!(received.iter().filter(|&&s| s != 0).count(), 1);
}

#[test]
fn noise_has_its_level_and_colour() {
    let silence = vec![0; 80_000];
    for colour in [Colour::White, Colour::Pink] {
        let copper = Copper {
            noise: Some((colour, -40.0)),
            ..Copper::clear()
        };
        let noise = inward(&copper, &silence, &silence);
        near(level_dbm0(&noise), -40.0, 0.5);
        let band = |hz: f64| -> f64 {
            let powers = noise
                .chunks_exact(800)
                .map(|c| 10f64.powf(level_at(c, hz) / 10.0));
            10.0 * (powers.sum::<f64>() / 100.0).log10()
        };
        let falls = band(200.0) - band(1600.0);
        match colour {
            Colour::White => near(falls, 0.0, 1.5),
            Colour::Pink => near(falls, 9.0, 2.0),
        }
    }
}

/// What a codec adds to noise of some of its steps is a twelfth of a step squared.
#[test]
fn a_quiet_line_is_no_louder_behind_a_codec_than_its_steps_make_it() {
    for dbm0 in [-68.0, -64.0, -60.0] {
        let copper = Copper {
            noise: Some((Colour::White, dbm0)),
            ..Copper::clear()
        };
        let mut path = Path::new(&copper, 5);
        let (silence, mut power) = ([0; FRAME], 0.0);
        for _ in 0..1000 {
            let (mut arrives, mut octets, mut heard) = (silence, [0; FRAME], silence);
            path.to_codec(&silence, &silence, &mut arrives);
            compress(Law::Mu, &arrives, &mut octets);
            expand(Law::Mu, &octets, &mut heard);
            power += heard.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
        }
        let found = level::dbm0_of_power(power / 80_000.0);
        let wanted = POWER_0_DBM0 * 10f64.powf(dbm0 / 10.0) + 8.0 * 8.0 / 12.0;
        near(found, level::dbm0_of_power(wanted), 0.1);
    }
}

#[test]
fn delay_is_in_samples() {
    let copper = Copper {
        delay: 37,
        ..Copper::clear()
    };
    let mut sent = vec![0; 800];
    sent[100] = 12_345;
    assert_eq!(outward(&copper, &sent)[137], 12_345);
    assert_eq!(inward(&copper, &sent, &vec![0; 800])[137], 12_345);
}

#[test]
fn twist_tilts_and_keeps_1_khz() {
    for twist in [-8.0, -3.0, -0.8, 0.8, 3.0, 8.0] {
        let copper = Copper {
            twist_db: twist,
            ..Copper::clear()
        };
        let level = |hz| level_at(&outward(&copper, &sine(hz, -10.0, 400))[800..], hz);
        near(level(1336.0) - level(770.0), twist, 0.2);
        near(level(1000.0), -10.0, 0.2);
    }
}

#[test]
fn direct_current_and_hum_are_received() {
    let silence = vec![0; 8000];
    let copper = Copper {
        dc_offset: 150.0,
        ..Copper::clear()
    };
    assert!(
        inward(&copper, &silence, &silence)
            .iter()
            .all(|&s| s == 150)
    );
    let copper = Copper {
        hum: Some((50.0, -35.0)),
        ..Copper::clear()
    };
    near(
        level_at(&inward(&copper, &silence, &silence), 50.0),
        -35.0,
        0.2,
    );
}

//! Loops and echoes of known delay, loss and shape.

use super::{Chance, near, peak};
use dsp::g711;
use measure::{
    balance::{self, NETWORKS},
    echo::{ERL, Probe, SRL_HIGH, Sounding},
    returns::Returns,
};
use std::f64::consts::TAU;
use types::frame::{FRAME, Law, Samples};

/// Sends the probe through a line of this impulse response with noise, companded at both ends.
fn sound(law: Law, line: &[(usize, f64)], noise_dbm0: f64) -> Sounding {
    let mut probe = Probe::new(law, -10.0);
    let mut sounder = probe.sounder(4);
    let mut sent: Vec<f64> = Vec::new();
    let mut chance = Chance(3);
    let rms = peak(noise_dbm0) / 2f64.sqrt();
    loop {
        let octets = probe.frame();
        let mut frame: Samples = [0; FRAME];
        g711::decode(law, &octets, &mut frame);
        let first = sent.len();
        sent.extend(frame.iter().map(|&s| f64::from(s)));
        let mut heard: Samples = std::array::from_fn(|n| {
            let at = first + n;
            let echo = line.iter().filter(|(delay, _)| *delay <= at);
            let echo: f64 = echo.map(|(delay, gain)| gain * sent[at - delay]).sum();
            (echo + rms * chance.normal())
                .round()
                .clamp(-32768.0, 32767.0) as i16
        });
        let mut octets = [0; FRAME];
        g711::encode(law, &heard, &mut octets);
        g711::decode(law, &octets, &mut heard);
        if let Some(found) = sounder.process(&heard) {
            return found;
        }
    }
}

fn gain(db: f64) -> f64 {
    10f64.powf(-db / 20.0)
}

#[test]
fn a_loop_has_its_delay_to_the_sample_and_its_loss_to_a_tenth() {
    for law in [Law::Mu, Law::A] {
        for (delay, loss) in [(0, 0.0), (1, 3.0), (187, 6.5), (2401, 12.0), (3999, 20.0)] {
            let found = sound(law, &[(delay, gain(loss))], -65.0);
            assert_eq!(found.delay(), delay, "{law:?}");
            near("loss at 1004 Hz", found.loss_at_db(1004.0), loss, 0.1);
            near("loss of the band", found.loss_db(&ERL), loss, 0.1);
            assert!(found.heard() && found.within(8) > 0.95);
        }
    }
}

#[test]
fn an_echo_has_its_return_loss_in_each_band() {
    for loss in [8.0, 14.0, 22.0, 30.0] {
        let found = sound(Law::Mu, &[(93, gain(loss))], -68.0);
        assert_eq!(found.delay(), 93);
        near("ERL", found.erl_db(), loss, 0.5);
        near("SRL low", found.srl_low_db(), loss, 0.5);
        near("SRL high", found.srl_high_db(), loss, 0.5);
    }
    // Two echoes that cancel at the top of the band: (1 + z^-1) / 2.
    let found = sound(Law::Mu, &[(93, gain(16.0)), (94, gain(16.0))], -75.0);
    let at = |hz: f64| 16.0 - 20.0 * (2.0 * (TAU * hz / 16_000.0).cos()).log10();
    for hz in [300.0, 1000.0, 2500.0, 3300.0] {
        near("curve", found.loss_at_db(hz), at(hz), 0.5);
    }
    assert!(found.loss_db(&SRL_HIGH) > found.srl_low_db() + 6.0);
}

#[test]
fn where_nothing_comes_back_that_is_said() {
    let found = sound(Law::Mu, &[], -60.0);
    assert!(!found.heard());
    assert!(found.erl_db() > 45.0, "{}", found.erl_db());
    near("noise", found.noise_dbm0, -60.0, 0.8);
    let advice = balance::advise(&found, &NETWORKS[0], 80);
    assert!(
        advice.words.contains("no echo above the noise"),
        "{}",
        advice.words
    );
}

#[test]
fn a_near_echo_is_told_from_a_far_one() {
    let found = sound(Law::Mu, &[(84, gain(20.0)), (600, gain(12.0))], -70.0);
    assert_eq!(found.delay(), 600);
    let near_one = found.until(300);
    assert_eq!(near_one.delay(), 84);
    near("far loss", found.gated(72).loss_at_db(1004.0), 12.0, 0.1);
    near("near ERL", near_one.erl_db(), 20.0, 0.5);
    let advice = balance::advise(&found, &NETWORKS[0], 80);
    assert!(advice.words.contains("late"), "{}", advice.words);
}

/// The echo of a hybrid with each network as its line, as samples of an impulse response.
fn hybrid(line: &balance::Network, own: &balance::Network) -> Vec<(usize, f64)> {
    // Zero phase: only the size of the response counts here.
    const TAPS: i32 = 128;
    let bins = 512;
    let size = |k: usize| {
        let hz = (k as f64 * 8000.0 / (2 * bins) as f64).max(60.0);
        gain(line.return_loss_db(own, hz) + 2.0)
    };
    let tap = |n: i32| {
        let waves =
            (1..bins).map(|k| size(k) * (TAU * k as f64 * f64::from(n) / (2 * bins) as f64).cos());
        (waves.sum::<f64>() * 2.0 + size(0)) / (2 * bins) as f64
    };
    (-TAPS / 2..TAPS / 2)
        .map(|n| ((n + 144) as usize, tap(n)))
        .collect()
}

#[test]
fn an_echo_that_is_only_too_loud_is_told_from_a_wrong_balance() {
    // Louder than any resistance that cards know would make it.
    for own in ["600 ohm", "900 ohm", "270 ohm + 750"] {
        let own = balance::named(own).expect("a network");
        let found = sound(Law::Mu, &[(84, gain(7.0))], -75.0);
        let advice = balance::advise(&found, own, 80);
        assert_eq!(advice.looks_like, None, "{}", own.name);
        assert!(
            advice.words.contains("too loud by gain"),
            "{}",
            advice.words
        );
        assert!(advice.words.contains("17 dB"), "{}", advice.words);
    }
    // As loud as 900 ohm would make it: either may be the cause.
    let own = balance::named("600 ohm").expect("a network");
    let found = sound(Law::Mu, &[(84, gain(15.0))], -75.0);
    let advice = balance::advise(&found, own, 80);
    assert_eq!(
        advice.looks_like.map(|(network, _)| network.name),
        Some("900 ohm")
    );
    for said in ["900 ohm", "gains", "9 dB"] {
        assert!(advice.words.contains(said), "{said}: {}", advice.words);
    }
}

#[test]
fn a_pair_that_sends_all_back_is_open_or_shorted() {
    let own = balance::named("600 ohm").expect("a network");
    let found = sound(Law::Mu, &[(84, gain(0.5))], -75.0);
    let advice = balance::advise(&found, own, 80);
    assert!(advice.words.contains("open or shorted"), "{}", advice.words);
}

#[test]
fn the_network_that_a_line_looks_like_is_named() {
    let own = balance::named("600 ohm").expect("a network");
    for name in [
        "900 ohm + 2.16",
        "270 ohm + 750",
        "370 ohm + 620",
        "350 ohm + 1000",
        "900 ohm",
    ] {
        let line = balance::named(name).expect("a network");
        let found = sound(Law::Mu, &hybrid(line, own), -75.0);
        let advice = balance::advise(&found, own, 80);
        let (looks_like, off) = advice.looks_like.expect("a network");
        assert!(off < 1.0, "{name}: {off} dB off");
        // Some of the networks are as good as one.
        let alike = [300.0, 1000.0, 2000.0, 3200.0].iter().all(|&hz| {
            (looks_like.return_loss_db(own, hz) - line.return_loss_db(own, hz)).abs() < 2.5
        });
        assert!(alike, "{name} was taken for {}", looks_like.name);
        assert!(
            advice.words.starts_with("set the card's impedance"),
            "{}",
            advice.words
        );
    }
}

#[test]
fn a_loop_and_an_echo_beside_it_are_told_apart() {
    for (echo, back) in [
        ((88, 22.0), (84, 16.0)),
        ((83, 12.0), (97, 9.0)),
        ((88, 22.0), (120, 16.0)),
    ] {
        let line = [echo, back].map(|(delay, loss)| (delay, gain(loss)));
        let found = sound(Law::Mu, &line, -68.0);
        let returns = Returns::of(&found);
        assert!(!returns.overlap, "{returns:?}");
        let delays: Vec<usize> = returns.list.iter().map(|one| one.delay).collect();
        assert_eq!(delays, [back.0, echo.0]);
        let alone = returns.alone(&found, 0);
        for hz in [404.0, 1004.0, 2804.0] {
            near("the loop", alone.loss_at_db(hz), back.1, 0.15);
            let echo_db = returns.alone(&found, 1).loss_at_db(hz);
            near("the echo", echo_db, echo.1, 0.5);
        }
    }
}

#[test]
fn returns_that_run_into_each_other_are_told() {
    // A hybrid that rings on over the place where the loop comes.
    let ringing = (0..12).map(|n| (84 + n, gain(14.0) * 0.85f64.powi(n as i32)));
    let line: Vec<(usize, f64)> = ringing.chain([(91, gain(15.0))]).collect();
    let found = sound(Law::Mu, &line, -75.0);
    assert!(Returns::of(&found).overlap);
}

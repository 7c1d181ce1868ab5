//! The echo canceller on signals of known echo.

mod bench;

use bench::*;
use dsp::{
    echo::{Canceller, EchoSettings},
    level::dbm0,
    simd::Path,
};
use types::frame::{FRAME, Law, Samples};

const SETTINGS: EchoSettings = EchoSettings {
    taps: 128,
    delay: 0,
    suppression: false,
};

const SUPPRESSING: EchoSettings = EchoSettings {
    suppression: true,
    ..SETTINGS
};

/// A hybrid: 12 dB of return loss from sample 20 on.
fn hybrid(seed: u64) -> Vec<f32> {
    let mut rng = Rng::new(seed);
    let mut path: Vec<f32> = (0..80)
        .map(|n| {
            if n < 20 {
                0.0
            } else {
                rng.gauss() * (-(n as f32 - 20.0) / 12.0).exp()
            }
        })
        .collect();
    let gain = 0.25 / path.iter().map(|tap| tap * tap).sum::<f32>().sqrt();
    path.iter_mut().for_each(|tap| *tap *= gain);
    path
}

fn echo(sent: &[i16], path: &[f32]) -> Vec<i16> {
    let at = |n: usize| -> f32 {
        let reach = path.len().min(n + 1);
        (0..reach).map(|k| path[k] * f32::from(sent[n - k])).sum()
    };
    (0..sent.len()).map(|n| at(n).round() as i16).collect()
}

fn noise(seed: u64, level: f32, ms: usize) -> Vec<i16> {
    let mut samples = silence(ms);
    add_noise(&mut Rng::new(seed), &mut samples, level);
    samples
}

fn through(canceller: &mut Canceller, sent: &[i16], received: &[i16]) -> Vec<i16> {
    let mut all = Vec::new();
    for ((sent, _), (received, _)) in frames(sent).zip(frames(received)) {
        let mut clean = [0; FRAME];
        canceller.process(&sent, &received, &mut clean);
        all.extend(clean);
    }
    all
}

/// A canceller that knows `path`.
fn trained(settings: EchoSettings, path: &[f32]) -> Canceller {
    let mut canceller = Canceller::new(settings);
    let sent = noise(1, -15.0, 2000);
    let mut line = echo(&sent, path);
    add_noise(&mut Rng::new(2), &mut line, -70.0);
    through(&mut canceller, &sent, &line);
    canceller
}

fn enhancement(received: &[i16], clean: &[i16]) -> f32 {
    dbm0(received) - dbm0(clean)
}

#[test]
fn all_instructions_give_the_same_samples() {
    let mut sent = noise(3, -20.0, 1000);
    sent.extend(sines(
        &mut Rng::new(4),
        &[(440.0, -12.0), (1700.0, -20.0)],
        4000,
    ));
    sent.extend(noise(5, -12.0, 1500));
    let mut line = echo(&companded(Law::Mu, &sent), &hybrid(6));
    add(&mut line[8000..16_000], &noise(7, -18.0, 1000));
    add_noise(&mut Rng::new(8), &mut line, -65.0);
    for suppression in [false, true] {
        for taps in [8, 128, 264] {
            let settings = EchoSettings {
                taps,
                delay: 5,
                suppression,
            };
            let plain = through(&mut Canceller::on(Path::Portable, settings), &sent, &line);
            for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
                let ours = through(&mut Canceller::on(path, settings), &sent, &line);
                assert!(ours == plain, "{path:?} {settings:?}");
            }
        }
    }
}

#[test]
fn after_a_reset_nothing_is_remembered() {
    let sent = noise(9, -15.0, 1000);
    let line = echo(&sent, &hybrid(10));
    let mut used = trained(SUPPRESSING, &hybrid(11));
    used.bypass(true);
    used.reset();
    let again = through(&mut used, &sent, &line);
    assert!(again == through(&mut Canceller::new(SUPPRESSING), &sent, &line));
}

#[test]
fn it_converges_in_a_fifth_of_a_second_at_every_level() {
    // After ITU-T G.168 test 2: levels from -10 to -30 dBm0, line noise as it is.
    for (taps, ms) in [(128, 200), (256, 300), (512, 500)] {
        for level in [-10.0, -20.0, -30.0] {
            let sent = companded(Law::Mu, &noise(12, level, 2000));
            let line = companded(Law::Mu, &echo(&sent, &hybrid(13)));
            let mut canceller = Canceller::new(EchoSettings { taps, ..SETTINGS });
            let clean = through(&mut canceller, &sent, &line);
            let (from, to) = (ms * 8, ms * 8 + 800);
            let got = enhancement(&line[from..to], &clean[from..to]);
            assert!(got > 20.0, "{taps} taps {level} dBm0: {got} dB");
            let last = enhancement(&line[12_000..], &clean[12_000..]);
            println!("{taps} {level}: {got} {last}");
            assert!(last > 28.0, "{taps} taps {level} dBm0: {last} dB");
        }
    }
}

#[test]
fn the_far_party_alone_passes_untouched() {
    for settings in [SETTINGS, SUPPRESSING] {
        let mut canceller = trained(settings, &hybrid(14));
        through(&mut canceller, &silence(200), &noise(15, -65.0, 200));
        let mut line = noise(16, -25.0, 2000);
        add(
            &mut line,
            &sines(&mut Rng::new(17), &[(500.0, -20.0)], 16_000),
        );
        let clean = through(&mut canceller, &silence(2000), &line);
        assert_eq!(clean, line);
    }
}

#[test]
fn double_talk_spoils_neither_the_filter_nor_the_voice() {
    // After ITU-T G.168 test 3: noise as strong as what is sent, over the whole time.
    let path = hybrid(18);
    let mut canceller = trained(SETTINGS, &path);
    let sent = noise(19, -15.0, 6000);
    let pure = echo(&sent, &path);
    let near = noise(20, -15.0, 6000);
    let mut line = pure.clone();
    add(&mut line, &near);
    let clean = through(&mut canceller, &sent, &line);
    let wrong: Vec<i16> = clean.iter().zip(&near).map(|(a, b)| a - b).collect();
    assert!(
        enhancement(&pure, &wrong) > 20.0,
        "{}",
        enhancement(&pure, &wrong)
    );
    assert!(dbm0(&near) - dbm0(&wrong) > 30.0);
}

#[test]
fn a_long_silence_and_long_tones_leave_the_filter_as_it_is() {
    // After ITU-T G.168 tests 4 (leak rate) and 6 (non-divergence on narrow-band signals).
    let path = hybrid(21);
    let sent = noise(22, -15.0, 500);
    let line = echo(&sent, &path);
    let tones: [&[(f32, f32)]; 5] = [
        &[],
        &[(1004.0, -10.0)],
        &[(350.0, -13.0), (440.0, -13.0)],
        &[(697.0, -9.0), (1209.0, -9.0)],
        &[(2100.0, -12.0)],
    ];
    for tone in tones {
        let mut canceller = trained(SETTINGS, &path);
        let mut long = sines(&mut Rng::new(23), tone, 30 * 8000);
        if !tone.is_empty() {
            long = companded(Law::Mu, &long);
        }
        let mut back = echo(&long, &path);
        add_noise(&mut Rng::new(24), &mut back, -60.0);
        through(&mut canceller, &long, &companded(Law::Mu, &back));
        let clean = through(&mut canceller, &sent, &line);
        let at_once = enhancement(&line[160..], &clean[160..]);
        println!("{tone:?}: {at_once}");
        assert!(at_once > 25.0, "{tone:?}: {at_once} dB");
    }
}

#[test]
fn an_echo_that_goes_away_is_not_made_up() {
    // After ITU-T G.168 test 5 (infinite return loss).
    let mut canceller = trained(SETTINGS, &hybrid(25));
    let sent = noise(26, -15.0, 1500);
    let clean = through(&mut canceller, &sent, &noise(27, -70.0, 1500));
    let made_up = dbm0(&clean[8000..]);
    assert!(made_up < -60.0, "{made_up}");
}

#[test]
fn a_tone_of_the_far_party_at_the_frequency_sent_is_kept() {
    let mut canceller = trained(SUPPRESSING, &hybrid(28));
    let sent = sines(&mut Rng::new(29), &[(440.0, -13.0)], 16_000);
    let mut line = echo(&sent, &hybrid(28));
    // 1 Hz apart: it would beat if the canceller took it for an echo.
    let near = sines(&mut Rng::new(30), &[(620.0, -20.0), (480.0, -20.0)], 16_000);
    add(&mut line, &near);
    let clean = through(&mut canceller, &sent, &line);
    let wrong: Vec<i16> = clean.iter().zip(&near).map(|(a, b)| a - b).collect();
    assert!(dbm0(&near) - dbm0(&wrong) > 20.0, "{}", dbm0(&wrong));
}

#[test]
fn suppression_leaves_the_noise_of_the_line() {
    // After ITU-T G.168 test 9 (comfort noise).
    for level in [-45.0, -55.0, -65.0] {
        let mut canceller = Canceller::new(SUPPRESSING);
        through(&mut canceller, &silence(8000), &noise(31, level, 8000));
        let sent = companded(Law::Mu, &noise(32, -12.0, 4000));
        let mut line = echo(&sent, &hybrid(33));
        add_noise(&mut Rng::new(34), &mut line, level);
        let clean = through(&mut canceller, &sent, &companded(Law::Mu, &line));
        let heard = dbm0(&clean[8000..]);
        println!("{level}: {heard}");
        assert!(
            (heard - level).abs() < 2.0,
            "noise of {level} becomes {heard}"
        );
        for part in clean[8000..].chunks(400) {
            assert!(dbm0(part) > level - 4.0, "dead: {}", dbm0(part));
        }
    }
}

#[test]
fn lost_samples_move_the_echo_and_the_filter_with_it() {
    let path = hybrid(35);
    let sent = noise(36, -15.0, 1000);
    let line = echo(&sent, &path);
    for (sent_lost, received_lost) in [(0usize, 16usize), (24, 0), (80, 80)] {
        let mut canceller = trained(SETTINGS, &path);
        through(&mut canceller, &sent[..4000], &line[..4000]);
        canceller.lost(sent_lost as u32, received_lost as u32);
        let (sent, line) = (&sent[4000 + sent_lost..], &line[4000 + received_lost..]);
        let length = sent.len().min(line.len()) / FRAME * FRAME;
        let clean = through(&mut canceller, &sent[..length], &line[..length]);
        // The gap itself can't be known.
        let got = enhancement(&line[400..1200], &clean[400..1200]);
        assert!(got > 25.0, "{sent_lost} {received_lost}: {got} dB");
    }
}

#[test]
fn facts_tell_loss_span_and_a_path_that_changed() {
    let path = hybrid(37);
    let mut canceller = trained(SETTINGS, &path);
    let facts = canceller.facts();
    println!("{facts:?}");
    let loss = facts.return_loss_db.expect("known");
    assert!((loss - 12.04).abs() < 0.5, "{facts:?}");
    let (first, last) = facts.span.expect("known");
    assert!(
        (20..=24).contains(&first) && (32..80).contains(&last),
        "{facts:?}"
    );
    assert!(facts.erle_db > 25.0, "{facts:?}");
    let stays = facts.moved_db.expect("settled");
    assert!(stays < -20.0, "{facts:?}");

    let sent = noise(38, -15.0, 500);
    through(&mut canceller, &sent, &echo(&sent, &hybrid(39)));
    let moved = canceller.facts().moved_db.expect("settled");
    println!("{moved}");
    assert!(moved > -3.0, "{moved}");
}

#[test]
fn direct_voltage_does_not_disturb() {
    let path = hybrid(40);
    let mut canceller = Canceller::new(SETTINGS);
    let sent = noise(41, -20.0, 2000);
    let pure = echo(&sent, &path);
    let line: Vec<i16> = pure.iter().map(|s| s + 800).collect();
    let clean = through(&mut canceller, &sent, &line);
    let left: Vec<i16> = clean[8000..].iter().map(|s| s - 800).collect();
    assert!(enhancement(&pure[8000..], &left) > 25.0, "{}", dbm0(&left));
}

#[test]
fn bypassed_it_changes_nothing_and_forgets_nothing() {
    let path = hybrid(42);
    let mut canceller = trained(SUPPRESSING, &path);
    canceller.bypass(true);
    let sent = sines(&mut Rng::new(43), &[(2100.0, -12.0)], 8000);
    let line = noise(44, -10.0, 1000);
    assert_eq!(through(&mut canceller, &sent, &line), line);
    canceller.bypass(false);
    let sent = noise(45, -15.0, 300);
    let line = echo(&sent, &path);
    let clean = through(&mut canceller, &sent, &line);
    let got = enhancement(&line[160..], &clean[160..]);
    assert!(got > 25.0, "{got} {}", dbm0(&clean[160..]));
}

#[test]
fn any_samples_at_all_leave_it_sound() {
    let mut rng = Rng::new(46);
    let mut canceller = Canceller::new(SUPPRESSING);
    for round in 0..3000 {
        let mut wild = |kind: usize| -> Samples {
            std::array::from_fn(|n| match kind {
                0 => 0,
                1 => i16::MIN,
                2 => i16::MAX,
                3 => {
                    if n % 2 == 0 {
                        i16::MAX
                    } else {
                        i16::MIN
                    }
                }
                4 => rng.next() as i16,
                _ => i16::from(n == 7) * 32_000,
            })
        };
        let (sent, received) = (wild(round / 7 % 6), wild(round / 11 % 6));
        let mut clean = [0; FRAME];
        canceller.process(&sent, &received, &mut clean);
        let facts = canceller.facts();
        assert!(facts.erle_db.is_finite() && facts.moved_db.is_none_or(f32::is_finite));
        assert!(
            facts
                .return_loss_db
                .is_none_or(|db| db.is_finite() && db > -40.0),
            "{facts:?}"
        );
    }
    // And it learns again, though not at once: errors this large are first taken for a voice.
    let sent = noise(47, -15.0, 8000);
    let line = echo(&sent, &hybrid(48));
    let clean = through(&mut canceller, &sent, &line);
    let got = dbm0(&line[48_000..]) - dbm0(&clean[48_000..]);
    assert!(got > 20.0, "{got}");
}

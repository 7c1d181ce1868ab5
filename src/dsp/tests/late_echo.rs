//! Late echoes on signals of known echo.

mod bench;

use bench::*;
use dsp::{
    echo::late::{Found, LateEcho},
    level::dbm0,
    simd::Path,
};
use types::frame::{FRAME, Law};

/// What was sent, so much weaker and so many samples later, with the line's noise.
fn echo(sent: &[i16], delay: usize, loss_db: f32) -> Vec<i16> {
    let mut line = vec![0; delay];
    line.extend(&sent[..sent.len() - delay]);
    gain(&mut line, -loss_db);
    add_noise(&mut Rng::new(21), &mut line, -66.0);
    companded(Law::Mu, &line)
}

/// What was told of each frame.
fn through(late: &mut LateEcho, sent: &[i16], received: &[i16]) -> Vec<(bool, Option<Found>)> {
    let pairs = sent.as_chunks().0.iter().zip(received.as_chunks().0);
    let told = pairs.map(|(sent, received)| (late.process(sent, received), late.found()));
    told.collect()
}

/// Syllables without a voice: the voices of `speech` move alike, whatever the seed.
fn speaking(seed: u64, ms: usize) -> Vec<i16> {
    let mut rng = Rng::new(seed);
    let (mut before, mut said) = (0.0, Vec::with_capacity(8 * ms));
    for n in 0..8 * ms {
        let swell = (n as f32 / 500.0).sin().max(0.0);
        before = 0.7 * before + 3000.0 * swell * rng.gauss();
        said.push(before as i16);
    }
    companded(Law::Mu, &said)
}

#[test]
fn it_tells_where_the_echo_is_and_how_loud() {
    let sent = speaking(1, 4000);
    for delay in [0, 8, 79, 80, 250, 960, 2401, 4320, 4470] {
        for loss_db in [6.0, 14.0, 25.0] {
            let line = echo(&sent, delay, loss_db);
            let told = through(&mut LateEcho::new(), &sent, &line);
            let what = format!("{delay} samples, {loss_db} dB");
            let found = told.last().and_then(|told| told.1).expect(&what);
            assert!(found.delay.abs_diff(delay) <= 2, "{what}: {found:?}");
            let loss = -10.0 * found.gain.log10();
            assert!((loss - loss_db).abs() < 2.0, "{what}: {loss} dB");
        }
    }
}

#[test]
fn but_for_its_first_moment_an_echo_is_known_for_one() {
    for (seed, delay) in [(2, 400), (3, 1111), (4, 4000)] {
        let sent = speaking(seed, 6000);
        let line = echo(&sent, delay, 14.0);
        let told = through(&mut LateEcho::new(), &sent, &line);
        let loud = |n: &usize| dbm0(&line[n * FRAME..][..FRAME]) > -42.0;
        let missed: Vec<usize> = (0..told.len())
            .filter(loud)
            .filter(|n| !told[*n].0)
            .collect();
        assert!(missed.len() <= 8, "{delay}: {missed:?}");
    }
}

#[test]
fn what_was_not_sent_is_no_echo() {
    let sent = speaking(5, 8000);
    for other in [speaking(6, 8000), companded(Law::Mu, &silence(8000))] {
        let told = through(&mut LateEcho::new(), &sent, &other);
        let own = told.iter().filter(|told| told.0).count();
        assert!(own <= 8, "{own} of {}", told.len());
        assert!(told.iter().all(|told| told.1.is_none()));
    }
    // And nothing was sent at all.
    let told = through(&mut LateEcho::new(), &silence(8000), &sent);
    assert!(told.iter().all(|told| !told.0));
}

#[test]
fn an_echo_that_moves_is_found_where_it_is() {
    let sent = speaking(7, 6000);
    let mut line = echo(&sent, 700, 14.0);
    let from = line.len() / 2;
    line[from..].copy_from_slice(&echo(&sent, 2300, 14.0)[from..]);
    let told = through(&mut LateEcho::new(), &sent, &line);
    let found = told.last().and_then(|told| told.1).expect("found");
    assert!(found.delay.abs_diff(2300) <= 2, "{found:?}");
    let soon = &told[from / FRAME..][..100];
    let found = |told: &&(bool, Option<Found>)| told.1.is_some_and(|f| f.delay > 2000);
    assert!(soon.iter().any(|told| found(&told)), "within a second");
}

#[test]
fn all_instructions_tell_the_same_and_nothing_is_left_after_a_reset() {
    let sent = speaking(8, 3000);
    let mut line = echo(&sent, 1234, 12.0);
    add(&mut line[8000..16_000], &speaking(9, 1000));
    let plain = through(&mut LateEcho::on(Path::Portable), &sent, &line);
    for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
        let mut late = LateEcho::on(path);
        assert!(through(&mut late, &sent, &line) == plain, "{path:?}");
        late.reset();
        assert!(through(&mut late, &sent, &line) == plain, "{path:?}, again");
        late.lost(0, 80);
        assert_eq!(late.found(), None, "the echo has moved");
    }
}

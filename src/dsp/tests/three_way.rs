//! Three-way evidence, piece by piece, on a bare line. How well it finds calls is shown on the
//! labelled set (`tests/suites`).

mod bench;

use bench::*;
use dsp::{
    level::sine_peak,
    three_way::{Facts, NO_EPISODE, ThreeWay, ThreeWayEvent, ThreeWaySettings},
};
use types::{
    frame::FRAME,
    three_way::ThreeWayEvidence,
    tick::{Tick, Ticks},
    tone::Tone,
};

/// Something like speech: bursts of a harmonic sound whose pitch wanders, with pauses.
fn voice(rng: &mut Rng, audio: &mut [i16], from_ms: usize, until_ms: usize, hz: f32, tilt: f32) {
    let mut at = from_ms * 8;
    let peak = sine_peak(-24.0);
    while at < until_ms * 8 {
        let length = rng.range(1500.0, 4000.0) as usize;
        let end = (at + length).min(until_ms * 8).min(audio.len());
        let mut phase = 0.0f32;
        let pitch = hz * rng.range(0.92, 1.08);
        for (n, to) in audio[at..end].iter_mut().enumerate() {
            let part = n as f32 / length as f32;
            let bow = (std::f32::consts::PI * part).sin().powi(2);
            phase += std::f32::consts::TAU * pitch * (1.05 - 0.1 * part) / 8000.0;
            let harmonics = (2..14).map(|k| (k as f32 * phase).sin() * (k as f32).powf(tilt));
            let sum = harmonics.sum::<f32>();
            *to = to.saturating_add((peak * bow * sum) as i16);
        }
        at = end + rng.range(600.0, 2500.0) as usize;
    }
}

fn click(audio: &mut [i16], at_ms: usize) {
    for (n, part) in [0.4, 1.0, -0.8, -0.5, 0.3].into_iter().enumerate() {
        audio[at_ms * 8 + n] = (6000.0 * part) as i16;
    }
}

fn noise(rng: &mut Rng, audio: &mut [i16], from_ms: usize, until_ms: usize, dbm0: f32) {
    add_noise(rng, &mut audio[from_ms * 8..until_ms * 8], dbm0);
}

const LENGTH_MS: usize = 90_000;
const LEFT_MS: usize = 40_000;
const JOINED_MS: usize = 55_000;

/// The called party flashes, is away, and comes back with another party on another connection.
fn flashed() -> Vec<i16> {
    let mut rng = Rng::new(1);
    let mut audio = silence(LENGTH_MS);
    noise(&mut rng, &mut audio, 0, LEFT_MS, -50.0);
    noise(&mut rng, &mut audio, LEFT_MS, JOINED_MS, -64.0);
    noise(&mut rng, &mut audio, JOINED_MS, LENGTH_MS, -46.0);
    turns(&mut rng, &mut audio, 0, LEFT_MS - 300, 210.0, -0.6);
    click(&mut audio, LEFT_MS);
    click(&mut audio, LEFT_MS + 600);
    click(&mut audio, JOINED_MS);
    turns(
        &mut rng,
        &mut audio,
        JOINED_MS + 1000,
        LENGTH_MS,
        110.0,
        -1.3,
    );
    audio
}

/// Speaks for six seconds and listens for three.
fn turns(rng: &mut Rng, audio: &mut [i16], from: usize, until: usize, hz: f32, tilt: f32) {
    for at in (from..until).step_by(9000) {
        voice(rng, audio, at, (at + 6000).min(until), hz, tilt);
    }
}

fn same() -> Vec<i16> {
    let mut rng = Rng::new(2);
    let mut audio = silence(LENGTH_MS);
    noise(&mut rng, &mut audio, 0, LENGTH_MS, -50.0);
    turns(&mut rng, &mut audio, 0, LEFT_MS - 300, 210.0, -0.6);
    turns(
        &mut rng,
        &mut audio,
        JOINED_MS + 1000,
        LENGTH_MS,
        210.0,
        -0.6,
    );
    audio
}

fn listen(detector: &mut ThreeWay, trunk: &[i16]) -> (Vec<ThreeWayEvent>, Vec<f32>) {
    let (mut events, mut scores) = (Vec::new(), Vec::new());
    for (frame, at) in frames(trunk) {
        let heard = detector.process(&[0; FRAME], &frame, at, Facts::default());
        assert!(heard.score.is_finite());
        let mut measured = detector.inputs().flat_map(|(_, _, inputs)| inputs.values());
        assert!(measured.all(f32::is_finite));
        scores.push(heard.score);
        events.extend(heard.event);
    }
    (events, scores)
}

fn detector() -> ThreeWay {
    ThreeWay::new(ThreeWaySettings::default())
}

#[test]
fn a_flash_with_another_connection_and_voice_after_it_is_told_once_with_its_reasons() {
    let (events, _) = listen(&mut detector(), &flashed());
    assert_eq!(events.len(), 1, "{events:?}");
    let event = &events[0];
    let left = event.left.0 as i64 / 8 - LEFT_MS as i64;
    assert!(
        (-4000..1500).contains(&left),
        "left {left} ms after the flash"
    );
    let joined = event.joined.expect("it came back").0 as i64 / 8 - JOINED_MS as i64;
    assert!((0..4000).contains(&joined), "joined {joined} ms late");
    let weight = |kind| {
        event
            .evidence
            .iter()
            .find(|e| e.kind == kind)
            .map(|e| e.weight)
    };
    for kind in [
        ThreeWayEvidence::Click,
        ThreeWayEvidence::NoiseFloor,
        ThreeWayEvidence::NewTalker,
    ] {
        assert!(weight(kind).is_some_and(|w| w > 0.5), "{kind:?}: {event:?}");
    }
}

#[test]
fn who_only_listens_for_a_while_has_not_left() {
    let (events, scores) = listen(&mut detector(), &same());
    assert_eq!(events, []);
    let highest = scores.iter().fold(f32::MIN, |a, &b| a.max(b));
    assert!(highest < -2.0, "{highest}");
}

#[test]
fn ringback_after_a_silence_is_evidence() {
    let mut audio = same();
    audio.truncate(LEFT_MS * 8);
    audio.extend(same()[LEFT_MS * 8..(LEFT_MS + 6000) * 8].iter());
    let heard = |tone: Option<Tone>| {
        let mut detector = detector();
        let at_end = audio.len() / FRAME - 100;
        let mut score = NO_EPISODE;
        for (n, (frame, at)) in frames(&audio).enumerate() {
            let facts = Facts {
                tone: tone.filter(|_| n == at_end),
                ..Facts::default()
            };
            score = detector.process(&[0; FRAME], &frame, at, facts).score;
        }
        (score, detector.evidence())
    };
    let (without, _) = heard(None);
    let (with, evidence) = heard(Some(Tone::Ringback));
    assert!(with > without + 1.0, "{with} and {without}");
    let evidence = evidence.expect("an episode").evidence;
    assert!(
        evidence
            .iter()
            .any(|e| e.kind == ThreeWayEvidence::Ringback && e.weight > 1.0)
    );
}

/// The phone's side: noise, and talk while the far end listens.
fn phone() -> Vec<i16> {
    let mut rng = Rng::new(3);
    let mut audio = silence(LENGTH_MS);
    noise(&mut rng, &mut audio, 0, LENGTH_MS, -42.0);
    for at in (6000..LENGTH_MS).step_by(9000) {
        voice(&mut rng, &mut audio, at, at + 1500, 140.0, -0.9);
    }
    audio
}

/// A bridge mutes the phone for a frame wherever its voice may be a key: its noise is what it was.
#[test]
fn a_phone_that_is_muted_for_a_frame_now_and_then_is_no_other_phone() {
    let highest = |mute: bool| {
        let mut detector = detector();
        let phone = phone();
        let mut score = NO_EPISODE;
        for (n, ((frame, at), (said, _))) in frames(&flashed()).zip(frames(&phone)).enumerate() {
            let sent = if mute && n % 200 == 0 {
                [0; FRAME]
            } else {
                said
            };
            let heard = detector.process(&sent, &frame, at, Facts::default());
            score = score.max(heard.score);
        }
        score
    };
    let (through, muted) = (highest(false), highest(true));
    assert!(through > 0.0, "{through}");
    assert!((muted - through).abs() < 0.5, "{muted} and {through}");
}

#[test]
fn a_threshold_that_is_never_reached_tells_nothing() {
    let mut strict = ThreeWay::new(ThreeWaySettings { threshold: 1e6 });
    assert_eq!(listen(&mut strict, &flashed()).0, []);
}

#[test]
fn a_new_call_is_as_the_first() {
    let mut used = detector();
    listen(&mut used, &same());
    used.reset();
    assert_eq!(
        listen(&mut used, &flashed()),
        listen(&mut detector(), &flashed())
    );
}

#[test]
fn lost_samples_are_no_silence_and_no_click() {
    let audio = same();
    let mut disturbed = detector();
    let mut score = f32::MIN;
    for (frame, at) in frames(&audio) {
        if at.0 % 40_000 == 0 {
            disturbed.lost(240);
        }
        score = score.max(
            disturbed
                .process(&[0; FRAME], &frame, at, Facts::default())
                .score,
        );
    }
    assert!(score < -2.0, "{score}");
    // So long a gap leaves nothing to be judged.
    disturbed.lost(Ticks::secs(5).0 as u32);
    assert!(disturbed.evidence().is_none());
    let next = disturbed.process(&[0; FRAME], &[0; FRAME], Tick::ZERO, Facts::default());
    assert_eq!(next.score, NO_EPISODE);
}

#[test]
fn the_worst_sounds_keep_the_score_a_number() {
    let mut rng = Rng::new(9);
    let wild: Vec<i16> = (0..400_000)
        .map(|_| (rng.next() >> 48) as u16 as i16)
        .collect();
    let square: Vec<i16> = (0..400_000)
        .map(|n| if n / 37 % 2 == 0 { i16::MIN } else { i16::MAX })
        .collect();
    let mut detector = detector();
    for audio in [wild, silence(60_000), square, silence(60_000)] {
        for (frame, at) in frames(&audio) {
            let heard = detector.process(&frame, &frame, at, Facts::default());
            assert!(heard.score.is_finite());
        }
    }
}

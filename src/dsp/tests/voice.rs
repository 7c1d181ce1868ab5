//! Voice and silence: what is heard as speech, what is not.

mod bench;

use bench::*;
use dsp::{
    dtmf::{Dtmf, Profile},
    plan::{Burst, ToneDef},
    progress::Progress,
    tone_gen::ToneGen,
    voice::{Voice, VoiceEvent, VoiceSettings},
};
use types::{
    frame::Law,
    tick::{Tick, Ticks},
    tone::Tone,
};

/// What the ear of a line would hear: all detectors together.
fn heard(audio: &[i16]) -> Vec<VoiceEvent> {
    let mut voice = Voice::new(VoiceSettings {
        silence: Ticks::secs(3),
    });
    let mut progress = Progress::new(&us());
    let mut dtmf = Dtmf::new(Profile::Talk);
    let mut all = Vec::new();
    for (frame, at) in frames(&companded(Law::Mu, audio)) {
        let tonal = progress.process(&frame, at).tonal | dtmf.process(&frame, at).suspect;
        all.extend(voice.process(&frame, at, tonal));
    }
    all
}

fn begins(events: &[VoiceEvent]) -> Vec<Tick> {
    let start = |event: &VoiceEvent| match event {
        VoiceEvent::Began { start, .. } => Some(*start),
        VoiceEvent::Silence { .. } => None,
    };
    events.iter().filter_map(start).collect()
}

/// Something like two syllables: harmonics of a moving pitch under a moving level.
fn hello(rng: &mut Rng, ms: usize, dbm0: f32) -> Vec<i16> {
    let count = ms * 8;
    let mut phase = 0f32;
    let pitch = rng.range(100.0, 220.0);
    let mut out: Vec<i16> = (0..count)
        .map(|n| {
            let t = n as f32 / count as f32;
            phase += pitch * (1.0 + 0.15 * (t * 5.0).sin()) / 8000.0;
            let syllables = (t * std::f32::consts::TAU).sin().abs().max(0.15);
            let formant = 500.0 + 300.0 * (t * 4.0).sin();
            let voice: f32 = (1..16)
                .map(|k| {
                    let distance = (k as f32 * pitch - formant) / 250.0;
                    (phase * k as f32 * std::f32::consts::TAU).sin() / (1.0 + distance * distance)
                })
                .sum();
            (voice * syllables * 1000.0) as i16
        })
        .collect();
    let now = dsp::level::dbm0(&out);
    gain(&mut out, dbm0 - now);
    out
}

#[test]
fn a_hello_of_400_ms_is_heard() {
    let mut rng = Rng::new(1);
    for level in [-8.0, -20.0, -32.0] {
        for n in 0..50 {
            let mut audio = silence(1000 + n);
            audio.extend(hello(&mut rng, 400, level));
            audio.extend(silence(300));
            add_noise(&mut rng, &mut audio, -55.0);
            let begins = begins(&heard(&audio));
            assert_eq!(begins.len(), 1, "at {level}");
            assert!(
                (begins[0].0 / 8).abs_diff(1000 + n as u64) <= 60,
                "{begins:?}"
            );
        }
    }
}

#[test]
fn line_noise_at_minus_45_is_no_voice_and_is_silence() {
    for seed in 0..10 {
        let mut audio = silence(20_000);
        add_noise(&mut Rng::new(seed), &mut audio, -45.0);
        let events = heard(&audio);
        assert_eq!(events, [VoiceEvent::Silence { since: Tick::ZERO }]);
    }
}

#[test]
fn noise_that_sets_in_at_minus_30_is_no_voice() {
    let mut audio = silence(2000);
    audio.extend(silence(20_000));
    add_noise(&mut Rng::new(2), &mut audio[16_000..], -30.0);
    assert_eq!(begins(&heard(&audio)), []);
}

#[test]
fn clicks_are_no_voice_and_do_not_break_a_silence() {
    let mut audio = silence(10_000);
    for at in (0..80_000).step_by(4000) {
        for (n, sample) in audio[at..at + 40].iter_mut().enumerate() {
            *sample = if n % 3 == 0 { 20_000 } else { -12_000 };
        }
    }
    let events = heard(&audio);
    assert_eq!(events, [VoiceEvent::Silence { since: Tick::ZERO }]);
}

#[test]
fn network_tones_are_no_voice() {
    for def in &us().tones {
        for noise in [-70.0, -45.0] {
            let mut audio = silence(500);
            audio.extend(play(def, 20_000));
            add_noise(&mut Rng::new(3), &mut audio, noise);
            assert_eq!(
                begins(&heard(&audio)),
                [],
                "{:?} with noise at {noise}",
                def.tone
            );
        }
    }
}

#[test]
fn a_steady_tone_of_no_plan_is_no_voice() {
    // Fax calling tone.
    let def = ToneDef::cadenced(Tone::Record, &[Burst::new(&[1100.0], -12.0, 500, 3000)]);
    assert_eq!(begins(&heard(&play(&def, 12_000))), []);
}

#[test]
fn digits_are_no_voice() {
    use dsp::tone_gen::DigitGen;
    let mut digits = DigitGen::new(-9.0, -7.0, 100, 100);
    digits.send(types::digits::Digits::parse("0123456789*#").expect("digits"));
    let mut audio = silence(3000);
    digits.fill(&mut audio);
    assert_eq!(begins(&heard(&audio)), []);
}

#[test]
fn a_voice_between_rings_is_heard_at_once() {
    let mut rng = Rng::new(4);
    let mut audio = silence(9000);
    let ring = us().tone(Tone::Ringback).expect("in the plan").clone();
    ToneGen::new(&ring).fill(&mut audio[..8 * 7000]);
    let said = hello(&mut rng, 500, -15.0);
    add(&mut audio[8 * 7400..], &said);
    let begins = begins(&heard(&audio));
    assert_eq!(begins.len(), 1);
    assert!((begins[0].0 / 8).abs_diff(7400) <= 60);
}

#[test]
fn speech_that_goes_on_is_told_each_half_second() {
    let mut rng = Rng::new(5);
    let mut audio = silence(500);
    for _ in 0..10 {
        audio.extend(hello(&mut rng, 500, -15.0));
    }
    let count = begins(&heard(&audio)).len();
    assert!((7..=10).contains(&count), "{count} times in 5 s");
}

#[test]
fn silence_is_told_once_and_again_after_speech() {
    let mut rng = Rng::new(6);
    let mut audio = silence(5000);
    audio.extend(hello(&mut rng, 500, -15.0));
    audio.extend(silence(7000));
    let silences: Vec<u64> = heard(&audio)
        .iter()
        .filter_map(|event| match event {
            VoiceEvent::Silence { since } => Some(since.0 / 8),
            VoiceEvent::Began { .. } => None,
        })
        .collect();
    assert_eq!(silences.len(), 2);
    assert_eq!(silences[0], 0);
    assert!(silences[1].abs_diff(5500) <= 60, "{silences:?}");
}

#[test]
fn a_hello_6_db_over_noise_is_heard_within_its_length() {
    let mut rng = Rng::new(7);
    let mut missed = 0;
    for n in 0..60 {
        let mut audio = silence(1500 + n);
        audio.extend(speech(&mut rng, 540, -27.0));
        audio.extend(silence(500));
        add_noise(&mut rng, &mut audio, -33.0);
        let begins = begins(&heard(&audio));
        missed += usize::from(begins.len() != 1);
    }
    assert_eq!(missed, 0, "of 60");
}

#[test]
fn bursts_of_noise_are_no_voice() {
    for dbm0 in [-30.0, -20.0, -10.0] {
        for ms in [100, 200, 500, 1500] {
            let mut rng = Rng::new(8);
            let mut audio = silence(1000);
            for _ in 0..6 {
                let mut burst = silence(ms);
                add_noise(&mut rng, &mut burst, dbm0);
                audio.extend(burst);
                audio.extend(silence(300));
            }
            add_noise(&mut rng, &mut audio, -60.0);
            assert_eq!(begins(&heard(&audio)), [], "{ms} ms at {dbm0}");
        }
    }
}

#[test]
fn hum_is_no_voice_and_a_voice_over_it_is() {
    for hz in [50.0, 60.0] {
        let mut rng = Rng::new(9);
        let parts = [(hz, -22.0), (2.0 * hz, -30.0), (3.0 * hz, -34.0)];
        let mut audio = sines(&mut rng, &parts, 8 * 6000);
        assert_eq!(begins(&heard(&audio)), [], "{hz} Hz");
        add(&mut audio[8 * 4000..], &speech(&mut rng, 540, -18.0));
        assert_eq!(begins(&heard(&audio)).len(), 1, "{hz} Hz");
    }
}

#[test]
fn silence_is_told_over_steady_noise() {
    let mut rng = Rng::new(10);
    let mut audio = silence(1000);
    audio.extend(hello(&mut rng, 500, -15.0));
    audio.extend(silence(5000));
    add_noise(&mut rng, &mut audio, -33.0);
    let last = heard(&audio).last().copied();
    let Some(VoiceEvent::Silence { since }) = last else {
        panic!("{last:?}");
    };
    assert!((since.0 / 8).abs_diff(1500) <= 60, "{since:?}");
}

#[test]
fn reset_is_a_new_start() {
    let settings = VoiceSettings {
        silence: Ticks::secs(1),
    };
    let mut rng = Rng::new(11);
    let mut audio = silence(500);
    audio.extend(hello(&mut rng, 500, -15.0));
    audio.extend(silence(1500));
    let run = |voice: &mut Voice| -> Vec<VoiceEvent> {
        let frames = frames(&audio);
        frames
            .flat_map(|(frame, at)| voice.process(&frame, at, false))
            .collect()
    };
    let mut voice = Voice::new(settings);
    let first = run(&mut voice);
    voice.reset();
    assert_eq!(run(&mut voice), first);
    assert!(!first.is_empty());
}

/// What `heard` told, with so many samples lost before the second part.
fn across_a_loss(first: &[i16], lost: u32, second: &[i16]) -> Vec<VoiceEvent> {
    let mut voice = Voice::new(VoiceSettings {
        silence: Ticks::secs(3),
    });
    let mut all = Vec::new();
    for (frame, at) in frames(first) {
        all.extend(voice.process(&frame, at, false));
    }
    voice.lost(lost);
    let resumed = first.len() as u64 + u64::from(lost);
    for (frame, at) in frames(second) {
        all.extend(voice.process(&frame, Tick(at.0 + resumed), false));
    }
    all
}

#[test]
fn an_utterance_does_not_run_over_a_long_loss() {
    let mut rng = Rng::new(12);
    let mut before = silence(1000);
    before.extend(hello(&mut rng, 400, -15.0));
    let mut after = hello(&mut rng, 400, -15.0);
    after.extend(silence(200));
    let resumed = (before.len() + 80_000) as u64;
    let begins = begins(&across_a_loss(&before, 80_000, &after));
    assert!(begins[0].0 < resumed, "{begins:?}");
    assert!(begins.len() > 1, "{begins:?}");
    assert!(begins[1..].iter().all(|b| b.0 >= resumed), "{begins:?}");
}

#[test]
fn a_loss_counts_as_a_pause_of_its_length() {
    let mut rng = Rng::new(13);
    for (frames, one) in [(3, true), (6, false)] {
        let mut before = silence(1000);
        before.extend(hello(&mut rng, 400, -15.0));
        // Half of what ends an utterance is heard, the other part lost.
        before.extend(silence(60));
        let after = hello(&mut rng, 400, -15.0);
        let begins = begins(&across_a_loss(&before, frames * 80, &after));
        assert_eq!(begins.iter().all(|b| *b == begins[0]), one, "{begins:?}");
        assert!(begins.len() > 1, "{begins:?}");
    }
}

#[test]
fn nobody_is_silent_through_a_loss() {
    let events = across_a_loss(&silence(2000), 80_000, &silence(2500));
    assert_eq!(events, []);
    let events = across_a_loss(&silence(2000), 80_000, &silence(3500));
    let since = Tick(16_000 + 80_000);
    assert_eq!(events, [VoiceEvent::Silence { since }]);
}

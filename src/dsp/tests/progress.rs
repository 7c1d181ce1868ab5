//! Call-progress tones: what must be recognised, how soon, and what must not.

mod bench;

use bench::*;
use dsp::{
    plan::{Burst, ToneDef, TonePlan},
    progress::{Progress, ProgressEvent},
    simd::Path,
    tone_gen::DigitGen,
};
use types::{
    digits::Digits,
    frame::{FRAME, Law},
    tick::Tick,
    tone::{SitKind, Tone},
};

#[derive(Clone, Copy, PartialEq, Debug)]
struct Told {
    ms: u64,
    tone: Tone,
    cycles: u16,
    start_ms: u64,
    level_dbm0: f32,
    confidence: f32,
}

fn told(events: &[(Tick, ProgressEvent)]) -> Vec<Told> {
    let tone = |(at, event): &(Tick, ProgressEvent)| match *event {
        ProgressEvent::Tone {
            tone,
            cycles,
            start,
            level_dbm0,
            confidence,
        } => Some(Told {
            ms: at.0 / 8,
            tone,
            cycles,
            start_ms: start.0 / 8,
            level_dbm0,
            confidence,
        }),
        ProgressEvent::ToneEnd { .. } => None,
    };
    events.iter().filter_map(tone).collect()
}

fn tones(events: &[(Tick, ProgressEvent)]) -> Vec<(Tone, u16)> {
    told(events)
        .into_iter()
        .map(|t| (t.tone, t.cycles))
        .collect()
}

fn us_tone(tone: Tone) -> ToneDef {
    us().tone(tone).expect("in the plan").clone()
}

/// Hz and lengths scaled, level moved.
fn strayed(def: &ToneDef, hz: f32, time: f32, level: f32) -> ToneDef {
    let mut def = def.clone();
    for burst in &mut def.bursts {
        let freqs: Vec<f32> = burst.freqs().iter().map(|f| f * hz).collect();
        let scaled = |ms: u32| (ms as f32 * time).round() as u32;
        let (on, off) = (scaled(burst.on_ms), scaled(burst.off_ms));
        *burst = Burst::new(&freqs, burst.level_dbm0 + level, on, off);
    }
    def
}

/// The tone after 300 ms of silence, in noise, through a law.
fn heard(def: &ToneDef, ms: usize, noise: Option<f32>, seed: u64) -> Vec<(Tick, ProgressEvent)> {
    let mut rng = Rng::new(seed);
    let mut audio = vec![0; 2400 + rng.below(80)];
    audio.extend(play(def, ms));
    if let Some(noise) = noise {
        add_noise(&mut rng, &mut audio, noise);
    }
    let law = [Law::Mu, Law::A][rng.below(2)];
    listen(&mut Progress::new(&us()), &companded(law, &audio))
}

fn total_level(def: &ToneDef) -> f32 {
    let burst = &def.bursts[0];
    burst.level_dbm0 + 10.0 * (burst.freqs().len() as f32).log10()
}

#[test]
fn every_north_american_tone_is_itself_and_nothing_else() {
    for def in &us().tones {
        let heard = told(&heard(def, 22_000, None, 1));
        assert!(!heard.is_empty(), "{:?} was not heard", def.tone);
        assert!(
            heard.iter().all(|t| t.tone == def.tone),
            "{:?}: {heard:?}",
            def.tone
        );
        let cycles = heard.iter().map(|t| t.cycles);
        assert!(
            cycles.is_sorted_by(|a, b| a + 1 == *b),
            "{:?}: {heard:?}",
            def.tone
        );
        assert!(
            heard.iter().all(|t| (0.4..=1.0).contains(&t.confidence)),
            "{heard:?}"
        );
    }
}

#[test]
fn tones_are_told_in_time() {
    let limits = [
        (Tone::Dial, 1, 700),
        (Tone::Busy, 1, 1150),
        (Tone::Reorder, 1, 650),
        (Tone::Ringback, 0, 400),
        (Tone::Sit(SitKind::Intercept), 1, 1000),
    ];
    for (tone, cycles, ms) in limits {
        for seed in 0..20 {
            let def = us_tone(tone);
            let first = told(&heard(&def, 8000, None, seed))[0];
            assert_eq!((first.tone, first.cycles), (tone, cycles));
            assert!(first.ms <= 310 + ms, "{tone:?} after {} ms", first.ms - 300);
            assert!(
                first.start_ms.abs_diff(305) <= 10,
                "{tone:?} since {}",
                first.start_ms
            );
        }
    }
}

#[test]
fn tones_may_stray_in_frequency_cadence_and_level() {
    for def in &us().tones {
        for seed in 0..24 {
            let mut rng = Rng::new(seed + 100);
            // Further off, three tones of no kind may be nearer to one of the kinds.
            let far = if def.tone == Tone::Sit(SitKind::Unknown) {
                0.009
            } else {
                0.019
            };
            let hz = 1.0 + rng.range(-far, far);
            // The kinds of special information tone differ by their lengths.
            let most = if matches!(def.tone, Tone::Sit(_)) {
                0.08
            } else {
                0.12
            };
            let time = 1.0 + rng.range(-most, most);
            let level = rng.range(-34.0, -1.0) - total_level(def);
            let audio = strayed(def, hz, time, level);
            let heard = tones(&heard(&audio, 18_000, None, seed));
            let context = format!(
                "{:?} Hz {hz} time {time} level {level}: {heard:?}",
                def.tone
            );
            assert!(!heard.is_empty(), "{context}");
            assert!(heard.iter().all(|(tone, _)| *tone == def.tone), "{context}");
        }
    }
}

#[test]
fn tones_are_heard_in_noise_10_db_below() {
    let (mut right, mut wrong, mut all) = (0, 0, 0);
    for def in &us().tones {
        for seed in 0..24 {
            let heard = tones(&heard(def, 18_000, Some(total_level(def) - 10.0), seed));
            all += 1;
            right += usize::from(heard.iter().any(|(tone, _)| *tone == def.tone));
            wrong += heard.iter().filter(|(tone, _)| *tone != def.tone).count();
        }
    }
    println!("{right} of {all} heard, {wrong} wrong");
    assert_eq!((right, wrong), (all, 0));
}

#[test]
fn noise_alone_is_no_tone() {
    for (seed, level) in [(1, -15.0), (2, -30.0), (3, -45.0)] {
        let mut audio = silence(60_000);
        add_noise(&mut Rng::new(seed), &mut audio, level);
        assert_eq!(tones(&listen(&mut Progress::new(&us()), &audio)), []);
    }
}

#[test]
fn a_frequency_4_percent_off_is_no_tone() {
    for tone in [Tone::Dial, Tone::Ringback, Tone::Busy, Tone::Reorder] {
        for hz in [0.95, 1.05] {
            let def = strayed(&us_tone(tone), hz, 1.0, 0.0);
            assert_eq!(tones(&heard(&def, 12_000, None, 3)), [], "{tone:?} by {hz}");
        }
    }
}

#[test]
fn digits_are_no_tone() {
    let mut digits = DigitGen::new(-9.0, -7.0, 250, 250);
    digits.send(Digits::parse("0123456789*#ABCD0123456789").expect("digits"));
    let mut audio = silence(26 * 500);
    digits.fill(&mut audio);
    assert_eq!(tones(&listen(&mut Progress::new(&us()), &audio)), []);
}

#[test]
fn a_tone_that_stops_is_told_with_the_time_it_was_last_heard() {
    for (tone, ms, last_ms, within) in [
        (Tone::Dial, 2000, 2300, 150),
        (Tone::Busy, 3300, 3600, 150),
        (Tone::Ringback, 7000, 7300, 150),
        (Tone::Ringback, 9000, 8300, 5000),
    ] {
        let mut audio = silence(300);
        audio.extend(play(&us_tone(tone), ms));
        audio.extend(silence(6000));
        let events = listen(&mut Progress::new(&us()), &audio);
        let (
            at,
            ProgressEvent::ToneEnd {
                tone: ended,
                at: last,
            },
        ) = events[events.len() - 1]
        else {
            panic!("{events:?}");
        };
        assert_eq!(ended, tone);
        assert!(
            (last.0 / 8).abs_diff(last_ms) <= 10,
            "{tone:?} last at {}",
            last.0 / 8
        );
        assert!(
            at.0 / 8 <= last_ms + within,
            "{tone:?} told at {}",
            at.0 / 8
        );
    }
}

#[test]
fn one_tone_after_another_is_told_as_such() {
    let mut audio = silence(200);
    audio.extend(play(&us_tone(Tone::Dial), 1500));
    audio.extend(silence(1500));
    audio.extend(play(&us_tone(Tone::Ringback), 13_000));
    audio.extend(silence(3000));
    audio.extend(play(&us_tone(Tone::Busy), 2200));
    let events = listen(&mut Progress::new(&us()), &companded(Law::Mu, &audio));
    let names = [
        (Tone::Dial, 1),
        (Tone::Ringback, 0),
        (Tone::Ringback, 1),
        (Tone::Ringback, 2),
        (Tone::Busy, 1),
        (Tone::Busy, 2),
    ];
    assert_eq!(tones(&events), names, "{events:?}");
    let ends = events
        .iter()
        .filter(|(_, e)| matches!(e, ProgressEvent::ToneEnd { .. }));
    assert_eq!(ends.count(), 2);
}

#[test]
fn busy_and_reorder_are_told_apart_by_cadence_alone() {
    for seed in 0..40 {
        let mut rng = Rng::new(seed);
        let (tone, time) = (
            [Tone::Busy, Tone::Reorder][rng.below(2)],
            rng.range(0.9, 1.1),
        );
        let def = strayed(&us_tone(tone), 1.0, time, 5.0);
        let heard = tones(&heard(&def, 6000, Some(-35.0), seed));
        assert!(
            heard.len() >= 4 && heard.iter().all(|(t, _)| *t == tone),
            "{tone:?} {heard:?}"
        );
    }
}

/// Busy, and congestion that is busy with every second burst 10 dB weaker.
#[test]
fn a_step_in_level_tells_congestion_from_busy() {
    let burst = |level: f32| Burst::new(&[425.0], level, 375, 375);
    let busy = ToneDef::cadenced(Tone::Busy, &[burst(-10.0)]);
    let step = |db: f32| ToneDef::cadenced(Tone::Reorder, &[burst(-10.0), burst(-10.0 - db)]);
    let plan = TonePlan {
        tones: vec![busy.clone(), step(10.0)],
        ..us()
    };
    let mut rng = Rng::new(12);
    let mut heard = |def: &ToneDef, level: f32, skip: usize| {
        let mut audio = silence(300);
        audio.extend(&play(&strayed(def, 1.01, 1.1, level), 5000)[skip..]);
        add_noise(&mut rng, &mut audio, level - 34.0);
        let events = listen(&mut Progress::new(&plan), &companded(Law::A, &audio));
        tones(&events)
    };
    for level in [6.0, 0.0, -12.0] {
        // From the first burst, the pause after it, the weaker one.
        for skip in [0, 4000, 6700] {
            let told = heard(&busy, level, skip);
            assert!(told.len() >= 3, "{level} dB: {told:?}");
            assert!(told.iter().all(|(tone, _)| *tone == Tone::Busy), "{told:?}");
            for db in [7.0, 10.0, 13.0] {
                let told = heard(&step(db), level, skip);
                assert!(!told.is_empty(), "{level} dB, {db} dB: nothing");
                let right = told.iter().all(|(tone, _)| *tone == Tone::Reorder);
                assert!(right, "{level} dB, {db} dB: {told:?}");
            }
        }
    }
    assert!(plan.tones[0].sounds_like(&step(2.0)) && !plan.tones[0].sounds_like(&step(10.0)));
}

#[test]
fn a_stutter_dial_tone_begins_with_its_first_burst() {
    let def = us_tone(Tone::StutterDial);
    let begins = |before: usize, audio: &[i16]| {
        let mut all = vec![0; before];
        all.extend(audio);
        let mut rng = Rng::new(3);
        add_noise(&mut rng, &mut all, -50.0);
        let told = told(&listen(
            &mut Progress::new(&us()),
            &companded(Law::Mu, &all),
        ));
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].tone, Tone::StutterDial);
        told[0].start_ms as i64 - before as i64 / 8
    };
    for before in [2400, 2433, 2477] {
        let late = begins(before, &play(&def, 4000));
        assert!(late.abs() <= 10, "{late} ms late");
        // Heard from the second burst on, it begins there.
        let late = begins(before, &play(&def, 4000)[1600..]);
        assert!(late.abs() <= 10, "{late} ms late");
    }
}

#[test]
fn a_ringback_of_the_dial_tones_frequency_is_no_dial_tone() {
    let ring = ToneDef::cadenced(Tone::Ringback, &[Burst::new(&[425.0], -10.0, 1000, 4000)]);
    let dial = ToneDef::continuous(Tone::Dial, &[425.0], -10.0);
    let busy = ToneDef::cadenced(Tone::Busy, &[Burst::new(&[425.0], -10.0, 480, 480)]);
    let plan = TonePlan {
        tones: vec![dial.clone(), ring.clone(), busy],
        ..TonePlan::default()
    };
    let heard = told(&listen(&mut Progress::new(&plan), &play(&ring, 7000)));
    let early: Vec<_> = heard.iter().map(|t| (t.tone, t.cycles)).collect();
    assert_eq!(early, [(Tone::Ringback, 0), (Tone::Ringback, 1)]);
    assert!(heard[0].ms <= 1200, "early at {}", heard[0].ms);
    let heard = told(&listen(&mut Progress::new(&plan), &play(&dial, 3000)));
    assert_eq!((heard.len(), heard[0].tone), (1, Tone::Dial));
    // A detector of dial tone alone has nothing to wait for.
    let alone = plan.only(|tone| tone == Tone::Dial);
    let heard = told(&listen(&mut Progress::new(&alone), &play(&dial, 3000)));
    assert!(heard[0].ms <= 700, "dial tone at {}", heard[0].ms);
}

#[test]
fn a_modulated_tone_is_recognised() {
    let mut burst = Burst::new(&[400.0], -10.0, 1000, 2000);
    burst.modulation = Some(25.0);
    let ring = ToneDef::cadenced(Tone::Ringback, &[burst]);
    let plan = TonePlan {
        tones: vec![
            ToneDef::continuous(Tone::Dial, &[400.0], -10.0),
            ring.clone(),
        ],
        ..TonePlan::default()
    };
    let heard = tones(&listen(
        &mut Progress::new(&plan),
        &companded(Law::Mu, &play(&ring, 8000)),
    ));
    assert_eq!(
        heard,
        [
            (Tone::Ringback, 0),
            (Tone::Ringback, 1),
            (Tone::Ringback, 2)
        ]
    );
}

#[test]
fn lost_frames_within_a_tone_do_not_end_it() {
    let audio = play(&us_tone(Tone::Dial), 3000);
    let mut progress = Progress::new(&us());
    let mut events = Vec::new();
    for (n, (frame, at)) in frames(&audio).enumerate() {
        if n % 100 == 99 {
            progress.lost(FRAME as u32);
            continue;
        }
        events.extend(progress.process(&frame, at).events);
    }
    assert_eq!(events.len(), 1, "{events:?}");
}

/// Feeds audio of which pieces are lost: each as its first frame and how many.
fn with_losses(audio: &[i16], lost: &[(usize, usize)]) -> Vec<(Tick, ProgressEvent)> {
    let mut progress = Progress::new(&us());
    let mut events = Vec::new();
    let mut missing = 0;
    for (n, (frame, at)) in frames(audio).enumerate() {
        if lost
            .iter()
            .any(|&(from, count)| (from..from + count).contains(&n))
        {
            missing += FRAME as u32;
            continue;
        }
        if missing > 0 {
            progress.lost(std::mem::take(&mut missing));
        }
        let heard = progress.process(&frame, at).events;
        events.extend(heard.into_iter().map(|event| (at, event)));
    }
    events
}

#[test]
fn losses_make_no_other_tone_and_tell_nothing_twice() {
    for tone in [Tone::Dial, Tone::Busy, Tone::Reorder, Tone::Ringback] {
        for seed in 0..40 {
            let mut rng = Rng::new(seed + 500);
            let audio = play(&us_tone(tone), 30_000);
            let piece = |from| (from + rng.below(200), 1 + rng.below(60));
            let lost: Vec<_> = (0..10).map(|n| 100 + n * 280).map(piece).collect();
            let events = with_losses(&audio, &lost);
            let told = tones(&events);
            assert!(
                told.iter().all(|(t, _)| *t == tone),
                "{tone:?} {lost:?}: {events:?}"
            );
            let once = told.windows(2).all(|pair| pair[0].1 < pair[1].1);
            assert!(once && !told.is_empty(), "{tone:?} {lost:?}: {events:?}");
            let ends =
                |(_, event): &(Tick, ProgressEvent)| matches!(event, ProgressEvent::ToneEnd { .. });
            assert!(!events.iter().any(ends), "{tone:?} {lost:?}: {events:?}");
        }
    }
}

#[test]
fn a_lost_pause_makes_no_steady_tone_of_a_busy_one() {
    let dial = ToneDef::continuous(Tone::Dial, &[425.0], -10.0);
    let busy = ToneDef::cadenced(Tone::Busy, &[Burst::new(&[425.0], -10.0, 480, 480)]);
    let plan = TonePlan {
        tones: vec![dial, busy.clone()],
        ..TonePlan::default()
    };
    let audio = play(&busy, 10_000);
    let mut progress = Progress::new(&plan);
    let mut told = Vec::new();
    for (n, (frame, at)) in frames(&audio).enumerate() {
        // Of every cycle the pause, and 20 ms on either side.
        if n % 96 == 94 {
            progress.lost(52 * FRAME as u32);
        }
        if !(46..94).contains(&(n % 96)) {
            told.extend(progress.process(&frame, at).events);
        }
    }
    let dial = |event: &ProgressEvent| {
        matches!(
            event,
            ProgressEvent::Tone {
                tone: Tone::Dial,
                ..
            }
        )
    };
    assert!(!told.iter().any(dial), "{told:?}");
}

#[test]
fn after_a_reset_nothing_of_before_counts() {
    let mut progress = Progress::new(&us());
    let busy = play(&us_tone(Tone::Busy), 950);
    listen(&mut progress, &busy);
    progress.reset();
    let events = listen(&mut progress, &silence(3000));
    assert_eq!(events, []);
}

#[test]
fn the_same_samples_give_the_same_events() {
    let mut audio = play(&us_tone(Tone::Reorder), 5000);
    add_noise(&mut Rng::new(5), &mut audio, -35.0);
    let once = listen(&mut Progress::new(&us()), &audio);
    let again = listen(&mut Progress::new(&us()), &audio);
    assert_eq!(format!("{once:?}"), format!("{again:?}"));
}

#[test]
fn level_is_told_within_1_db() {
    for level in [0.0, 8.0, -8.0] {
        let def = strayed(&us_tone(Tone::Dial), 1.01, 1.0, level);
        let heard = told(&heard(&def, 2000, None, 7));
        let expected = total_level(&def);
        assert!(
            (heard[0].level_dbm0 - expected).abs() < 1.0,
            "{heard:?} for {expected}"
        );
    }
}

/// Every tone of the plan and speech in noise: events and what is tonal, to the last bit.
#[test]
fn all_paths_hear_the_same() {
    let plan = us();
    let mut rng = Rng::new(77);
    let mut audio = Vec::new();
    for def in &plan.tones {
        audio.extend(play(def, 5000));
        audio.extend(speech(&mut rng, 400, -20.0));
        audio.extend(silence(300));
    }
    add_noise(&mut rng, &mut audio, -42.0);
    let heard = |path: Path| {
        let mut progress = Progress::with_path(&plan, path);
        let frames = frames(&audio).map(|(frame, at)| {
            let frame = progress.process(&frame, at);
            (frame.tonal, frame.events)
        });
        frames.collect::<Vec<_>>()
    };
    let plain = heard(Path::Portable);
    let events: usize = plain.iter().map(|(_, events)| events.len()).sum();
    assert!(events > plan.tones.len(), "{events} events");
    for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
        assert!(heard(path) == plain, "{path:?}");
    }
}

/// In windows of 20, 40 and, but for being brief, 80 ms; shorter ones are heard by luck.
#[test]
fn bursts_of_50_ms_are_heard_in_noise_10_db_below() {
    for freqs in [
        &[425.0][..],
        &[400.0, 440.0],
        &[480.0, 620.0],
        &[400.0, 425.0],
        &[1400.0],
    ] {
        let missed = |ms| {
            let tone = ToneDef::cadenced(Tone::CallWaiting, &[Burst::new(freqs, -20.0, ms, 317)]);
            let plan = TonePlan {
                tones: vec![tone.clone()],
                ..TonePlan::default()
            };
            let is_missed = |seed: &u64| {
                let mut rng = Rng::new(*seed);
                let mut audio = vec![0; 800 + rng.below(80)];
                audio.extend(play(&tone, 1500));
                add_noise(&mut rng, &mut audio, -30.0);
                tones(&listen(&mut Progress::new(&plan), &audio)).is_empty()
            };
            (0..20).filter(is_missed).count()
        };
        assert_eq!(missed(50), 0, "{freqs:?}");
        assert!(missed(25) > 10, "{freqs:?}");
    }
}

//! Every country's tones, generated and heard through both laws, are themselves.

use dsp::{
    g711,
    level::sine_peak,
    plan::{Burst, ToneDef},
    progress::{Progress, ProgressEvent},
    tone_gen::ToneGen,
};
use tonetables::{Country, codes, load};
use types::{
    frame::{FRAME, Law},
    tick::Tick,
    tone::Tone,
};

/// Frames of the tone, from this far into it, after some silence.
fn hear(country: &Country, def: &ToneDef, law: Law, skip: usize) -> Vec<(u64, ProgressEvent)> {
    let mut progress = Progress::new(&country.tones);
    let mut tone = ToneGen::new(def);
    let mut skipped = vec![0; skip];
    tone.fill(&mut skipped);
    let mut heard = Vec::new();
    for n in 0..3700u64 {
        let mut frame = [0; FRAME];
        if n >= 30 {
            tone.fill(&mut frame);
        }
        let mut octets = [0; FRAME];
        g711::encode(law, &frame, &mut octets);
        g711::decode(law, &octets, &mut frame);
        let events = progress.process(&frame, Tick(n * FRAME as u64)).events;
        heard.extend(events.into_iter().map(|event| (n * 10, event)));
    }
    heard
}

fn told(heard: &[(u64, ProgressEvent)]) -> Vec<(u64, Tone)> {
    let tone = |(ms, event): &(u64, ProgressEvent)| match event {
        ProgressEvent::Tone { tone, .. } => Some((*ms, *tone)),
        ProgressEvent::ToneEnd { .. } => None,
    };
    heard.iter().filter_map(tone).collect()
}

#[test]
fn every_tone_of_every_country_is_heard_as_itself_and_never_as_another() {
    let mut wrong = Vec::new();
    for code in codes() {
        let country = load(code).expect("a good table");
        for def in &country.tones.tones {
            let itself = def.same_as.unwrap_or(def.tone);
            for law in [Law::Mu, Law::A] {
                let told = told(&hear(&country, def, law, 0));
                if told.is_empty() || told.iter().any(|(_, tone)| *tone != itself) {
                    wrong.push((code, def.tone, law, told));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_tone_heard_from_its_middle_on_is_never_another() {
    for code in codes() {
        let country = load(code).expect("a good table");
        for def in country.tones.tones.iter().filter(|def| def.repeat) {
            let itself = def.same_as.unwrap_or(def.tone);
            for skip in [500, 1100, 3000, 5800, 9000] {
                let told = told(&hear(&country, def, country.law, skip));
                let wrong = told.iter().find(|(_, tone)| *tone != itself);
                assert_eq!(wrong, None, "{code} {:?} from sample {skip}", def.tone);
            }
        }
    }
}

const NOISE: usize = 30_011;

/// A tone as a far exchange gives it: frequency and cadence strayed, in noise.
fn far(country: &Country, def: &ToneDef, random: &mut u64) -> Vec<(u64, Tone)> {
    let mut unit = || {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        (*random >> 40) as f32 / (1u64 << 24) as f32
    };
    let hz = 1.0 + 0.015 * (2.0 * unit() - 1.0);
    let time = 1.0 + 0.06 * (2.0 * unit() - 1.0);
    let mut strayed = def.clone();
    for burst in &mut strayed.bursts {
        let freqs: Vec<f32> = burst.freqs().iter().map(|f| f * hz).collect();
        let scaled = |ms: u32| (ms as f32 * time).round() as u32;
        let (on, off) = (scaled(burst.on_ms), scaled(burst.off_ms));
        *burst = Burst::new(&freqs, burst.level_dbm0 - 8.0, on, off);
    }
    let both = strayed.bursts[0].freqs().len() as f32;
    let level = strayed.bursts[0].level_dbm0 + 10.0 * both.log10() - 12.0;
    let rms = sine_peak(level) / std::f32::consts::SQRT_2;
    // Twelve uniform numbers add up to a variance of one.
    let noise: Vec<f32> = (0..NOISE)
        .map(|_| (0..12).map(|_| unit()).sum::<f32>() - 6.0)
        .collect();
    let mut from = 0;
    let mut tone = ToneGen::new(&strayed);
    let mut progress = Progress::new(&country.tones);
    let mut heard = Vec::new();
    for n in 0..3700u64 {
        let mut frame = [0; FRAME];
        if n >= 30 {
            tone.fill(&mut frame);
        }
        // Read at a step that shares no factor with its length, it takes long to repeat.
        for sample in &mut frame {
            from = (from + 1 + (n as usize % 7)) % NOISE;
            *sample += (rms * noise[from]) as i16;
        }
        let mut octets = [0; FRAME];
        g711::encode(country.law, &frame, &mut octets);
        g711::decode(country.law, &octets, &mut frame);
        let events = progress.process(&frame, Tick(n * FRAME as u64)).events;
        heard.extend(events.into_iter().map(|event| (n * 10, event)));
    }
    told(&heard)
}

#[test]
fn tones_that_strayed_are_heard_as_themselves_in_noise_12_db_below() {
    let mut random = 0x5a11_9047;
    let (mut missed, mut wrong, mut all) = (Vec::new(), Vec::new(), 0);
    for code in codes() {
        let country = load(code).expect("a good table");
        for def in &country.tones.tones {
            let itself = def.same_as.unwrap_or(def.tone);
            // In noise the detector needs 60 ms.
            if def
                .bursts
                .iter()
                .any(|burst| (1..60).contains(&burst.on_ms))
            {
                continue;
            }
            for _ in 0..3 {
                let told = far(&country, def, &mut random);
                all += 1;
                if told.is_empty() {
                    missed.push((code, def.tone));
                }
                if told.iter().any(|(_, tone)| *tone != itself) {
                    wrong.push((code, def.tone, told));
                }
            }
        }
    }
    println!("{all} heard; missed {missed:?}; wrong {wrong:?}");
    assert!(
        missed.is_empty() && wrong.is_empty(),
        "missed {missed:?}; wrong {wrong:?}"
    );
}

//! Every country's tones, generated and heard through both laws, are themselves.

use dsp::{
    g711,
    plan::ToneDef,
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

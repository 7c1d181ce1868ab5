//! Fax, modem and text telephone signals: what is found, and what speech, music, digits and network
//! tones are taken for.
//!
//! `cargo run --release -p suites --example data_signals -- [cases a signal] [seed] [every nth recording]`

use dsp::{
    modem::ModemEvent,
    tone_gen::{DigitGen, ToneGen},
};
use suites::{
    corpus::Corpus,
    data_signals::{Case, SENT, run, told},
    mix,
};

fn main() {
    let words: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    let cases = words.first().copied().unwrap_or(500);
    let seed = words.get(1).copied().unwrap_or(1);
    let every = words.get(2).copied().unwrap_or(10);
    for sent in SENT {
        found(sent, cases, seed);
    }
    network();
    match Corpus::installed() {
        Ok(corpus) => recordings(&corpus.every(every as usize)),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

fn found(sent: suites::data_signals::Sent, cases: u64, seed: u64) {
    let outcomes: Vec<_> = (0..cases).map(|n| run(&Case::new(sent, seed, n))).collect();
    let right = outcomes.iter().filter(|o| o.right).count();
    let wrong = outcomes.iter().filter(|o| o.wrong).count();
    let mut delays: Vec<i64> = outcomes
        .iter()
        .filter(|o| o.right)
        .map(|o| o.delay_ms)
        .collect();
    delays.sort_unstable();
    let most = |what: fn(&suites::data_signals::Outcome) -> f32| {
        let right = outcomes.iter().filter(|o| o.right);
        right.map(what).fold(0.0, f32::max)
    };
    let confidence: f32 = outcomes.iter().map(|o| o.confidence).sum::<f32>() / cases as f32;
    println!(
        "{:6.2} % right {wrong:3} wrong, delay {:4} p99 {:4} ms, start off {:3} ms, \
         level off {:3.1} dB, confidence {:.2}  {sent:?}",
        100.0 * right as f32 / cases as f32,
        delays.get(delays.len() / 2).copied().unwrap_or(0),
        delays.get(delays.len() * 99 / 100).copied().unwrap_or(0),
        most(|o| o.start_ms.abs() as f32),
        most(|o| o.level_db.abs()),
        confidence
    );
}

fn network() {
    let mut count = 0;
    for code in tonetables::codes() {
        let tones = tonetables::load(code).expect("built in").tones.tones;
        for def in tones {
            let mut samples = vec![0; 160_000];
            ToneGen::new(&def).fill(&mut samples);
            if !told(&samples).is_empty() {
                println!("  {code} {:?}: {:?}", def.tone, told(&samples)[0]);
                count += 1;
            }
        }
    }
    let mut digits = DigitGen::new(-6.0, -4.0, 60, 60);
    digits.send(types::digits::Digits::parse("0123456789*#ABCD").expect("digits"));
    let mut samples = vec![0; 40_000];
    digits.fill(&mut samples);
    println!(
        "{} false in digits, {count} in network tones",
        told(&samples).len()
    );
}

fn recordings(corpus: &Corpus) {
    let mut count = 0;
    for recording in &corpus.recordings {
        let samples = mix::to_float(&recording.samples().expect("installed"));
        for db in [0.0, -6.0, -12.0] {
            let mut samples = samples.clone();
            mix::gain(&mut samples, db);
            for (at, frame) in told(&mix::to_pcm(&samples)) {
                let ended = frame
                    .modem
                    .iter()
                    .all(|e| matches!(e, ModemEvent::Ended { .. }));
                if ended && frame.tty.is_none() {
                    continue;
                }
                count += 1;
                println!(
                    "  {} {db} dB at {:.2} s: {frame:?}",
                    recording.name,
                    at.0 as f32 / 8000.0
                );
            }
        }
    }
    println!(
        "{count} false in {:.2} h of speech and music at 0, -6, -12 dB",
        corpus.hours()
    );
}

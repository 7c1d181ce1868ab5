//! What each language costs: `cargo run --release -p speech --example cost`
//!
//! The recordings are in the binary whether used or not, and stay on disk until a language is
//! loaded; a loaded language is copied into memory once, which the lines then lock.

use std::time::Instant;

use speech::{SAMPLE_RATE, Speech};

fn main() -> Result<(), speech::SpeechError> {
    println!("language  clips  seconds  in memory KiB  loaded in ms");
    let mut all = Speech::available();
    let each: Vec<_> = all.iter().map(|&language| vec![language]).collect();
    all.sort();
    for languages in each.iter().chain([&all]) {
        let started = Instant::now();
        let speech = Speech::load(languages, None)?;
        let took = started.elapsed().as_secs_f64() * 1e3;
        let name = match languages.as_slice() {
            [one] => one.to_string(),
            _ => "all".to_string(),
        };
        let octets = speech.audio().len();
        println!(
            "{name:8} {:6} {:8} {:14} {took:13.1}",
            speech.clips().count(),
            octets / SAMPLE_RATE,
            octets.div_ceil(1024),
        );
    }
    Ok(())
}

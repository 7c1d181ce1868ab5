//! Call-progress tones: what must be recognised, how soon, and what must not.

mod bench;

use bench::*;
use dsp::progress::{Progress, ProgressEvent};
use types::frame::Law;

#[test]
fn every_north_american_tone_is_itself_and_nothing_else() {
    for def in &us().tones {
        for law in [Law::Mu, Law::A] {
            let mut audio = silence(300);
            audio.extend(play(def, 22_000));
            let audio = companded(law, &audio);
            let events = listen(&mut Progress::new(&us()), &audio);
            let told = events.iter().filter_map(|(at, e)| match e {
                ProgressEvent::Tone { tone, cycles, confidence, .. } => Some((at.0 / 8, *tone, *cycles, *confidence)),
                _ => None,
            });
            let told: Vec<_> = told.collect();
            println!("{:?} {:?} {:?}", def.tone, law, told);
            assert!(!told.is_empty(), "{:?} in {law:?} was not heard", def.tone);
            assert!(told.iter().all(|t| t.1 == def.tone), "{:?} in {law:?}: {told:?}", def.tone);
        }
    }
}

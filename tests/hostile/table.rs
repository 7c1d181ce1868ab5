//! Tone tables as text.

use dsp::{answer::Classifier, progress::Progress, tone_gen::ToneGen};
use tonetables::{parse, read, write};
use types::{digits::Digits, frame::FRAME, tick::Tick};

/// The octets as the text of a table. It is refused with file, line and what; or it can be
/// used: written and read back, dialed with, generated and listened for.
pub fn table(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for line in text.lines().take(50) {
        if let Ok(def) = read(line) {
            assert_eq!(read(&write(&def)).as_ref(), Ok(&def), "{line}");
        }
    }
    let country = match parse(&text, "hostile.txt") {
        Ok(country) => country,
        Err(error) => {
            assert_eq!(error.file, "hostile.txt");
            let last = text.lines().count().max(1);
            assert!(
                (1..=last).contains(&error.line),
                "line {} of {last}",
                error.line
            );
            assert!(!error.what.is_empty());
            return;
        }
    };
    for def in &country.tones.tones {
        if def.same_as.is_none() {
            assert_eq!(read(&write(def)).as_ref(), Ok(def));
        }
    }
    for area in [None, Some("1"), Some("215"), Some("999999"), Some("x")] {
        let plan = country.dial_plan(area);
        for digits in ["", "0", "12155550123", "0044207946012345", "*#"] {
            let _ = plan.read(&Digits::parse(digits).expect("digits"));
        }
    }
    let mut progress = Progress::new(&country.tones);
    let mut answer = Classifier::new(&country.tones);
    let mut at = Tick(0);
    for def in country.tones.tones.iter().take(4) {
        let mut tone = ToneGen::new(def);
        for _ in 0..100 {
            let mut frame = [0; FRAME];
            tone.fill(&mut frame);
            let heard = progress.process(&frame, at);
            let answered = answer.process(&frame, at);
            let shown = format!("{:?} {answered:?}", heard.events);
            assert!(!shown.contains("NaN"), "{shown}");
            at = Tick(at.0 + FRAME as u64);
        }
    }
}

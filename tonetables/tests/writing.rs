//! A tone written as a line of a table is read back as it was.

use dsp::plan::{Burst, MAX_BURSTS, ToneDef};
use tonetables::{codes, load, read, write};
use types::tone::{SitKind, Tone};

#[test]
fn every_tone_of_every_table_is_read_back() {
    let mut count = 0;
    for code in codes() {
        for def in load(code).expect("a good table").tones.tones {
            if def.same_as.is_none() {
                assert_eq!(read(&write(&def)).as_ref(), Ok(&def), "{code}");
                count += 1;
            }
        }
    }
    assert!(count > 500, "{count} tones");
}

#[test]
fn what_is_written_is_what_a_person_would_write() {
    let busy = ToneDef::cadenced(Tone::Busy, &[Burst::new(&[480.0, 620.0], -24.0, 500, 500)]);
    assert_eq!(write(&busy), "tone busy 480+620 -24dBm0 on 500 off 500");
    let mut ringing = Burst::new(&[400.0], -10.5, 400, 200);
    ringing.modulation = Some(25.0);
    let mut last = ringing;
    last.off_ms = 2000;
    let ringback = ToneDef::cadenced(Tone::Ringback, &[ringing, last]);
    assert_eq!(
        write(&ringback),
        "tone ringback 400x25 -10.5dBm0 on 400 off 200, on 400 off 2000"
    );
    let parts = [(913.8, 274), (1370.6, 274), (1776.7, 380)];
    let parts = parts.map(|(hz, ms)| Burst::new(&[hz], -24.0, ms, 0));
    let intercept = ToneDef::once(Tone::Sit(SitKind::Intercept), &parts);
    assert_eq!(
        write(&intercept),
        "tone sit-intercept 913.8 -24dBm0 on 274, 1370.6 on 274, 1776.7 on 380, once"
    );
    let alias = ToneDef {
        same_as: Some(Tone::Busy),
        tone: Tone::Reorder,
        ..busy
    };
    assert_eq!(write(&alias), "tone reorder same-as busy");
}

#[test]
fn measured_figures_keep_every_digit() {
    let mut bursts = Vec::new();
    for n in 0..MAX_BURSTS as u32 {
        let hz = 424.876_53 + n as f32 * 1.3;
        let mut burst = Burst::new(&[hz, hz * 1.618_034], -17.283_1, 333 + n, 21 * n);
        if n % 3 == 1 {
            burst = Burst::new(&[hz], 0.0, 333 + n, 21 * n);
            burst.modulation = Some(16.666_667);
        }
        bursts.push(burst);
    }
    for repeat in [true, false] {
        let def = ToneDef {
            repeat,
            ..ToneDef::cadenced(Tone::StutterDial, &bursts)
        };
        assert_eq!(read(&write(&def)), Ok(def));
    }
}

#[test]
fn a_line_that_is_no_tone_is_refused_with_what_one_looks_like() {
    for line in ["", "tone", "dial 425 -10dBm0 steady", "law A"] {
        let error = read(line).expect_err(line);
        assert!(error.contains("tone busy 425"), "{error}");
    }
    assert!(read("tone reorder same-as busy").is_err());
}

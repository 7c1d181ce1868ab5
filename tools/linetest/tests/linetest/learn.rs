//! `linetest learn`.

use crate::{Place, joined, keyed, silence, tone, wav};

#[track_caller]
fn learned(samples: &[i16]) -> serde_json::Value {
    let place = Place::new();
    let run = place
        .recording("tone.wav", samples)
        .run(&["learn", "--json", "tone.wav"]);
    let mut rows = run.json();
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// Noise at this level in dBm0, from a seed.
fn noise(samples: &mut [i16], dbm0: f32) {
    let mut state = 0x9e37_79b9_u32;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32 - 0.5
    };
    let rms = dsp::level::sine_peak(dbm0) / 2f32.sqrt();
    for sample in samples {
        // Four uniform numbers together have a variance of a third.
        let value: f32 = (0..4).map(|_| uniform()).sum();
        *sample = sample.saturating_add((value * rms * 3f32.sqrt()) as i16);
    }
}

/// Each tone of each table is played in noise and learned: the line must be the one it was
/// played from, or one that no listener can tell from it.
#[test]
fn the_tones_of_the_tables_are_learned_from_their_sound() {
    let mut missed = Vec::new();
    let mut tried = 0;
    for code in ["us", "gb", "de", "fr", "br", "in", "jp", "au", "za", "it"] {
        let country = tonetables::load(code).expect("a table");
        for def in country
            .tones
            .tones
            .iter()
            .filter(|def| def.same_as.is_none())
        {
            let line = tonetables::write(def);
            let cycle: u32 = def
                .bursts
                .iter()
                .map(|burst| burst.on_ms + burst.off_ms)
                .sum();
            // One pause of half a minute and more would make the recording too long.
            if cycle > 12_000 {
                continue;
            }
            tried += 1;
            let mut samples = joined(&[
                silence(500),
                tone(&line, 4000 + 4 * cycle as usize),
                silence(200),
            ]);
            noise(&mut samples, -60.0);
            let row = learned(&samples);
            let heard = row["line"]
                .as_str()
                .and_then(|line| tonetables::read(line).ok());
            if !heard.is_some_and(|heard| heard.sounds_like(def)) {
                missed.push(format!("{code}: {line}\n    {}", row["line"]));
            }
        }
    }
    assert!(tried > 50, "{tried} tones");
    let share = missed.len() as f64 / f64::from(tried);
    assert!(
        share <= 0.05,
        "{} of {tried} missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
}

#[test]
fn a_tone_that_is_off_its_nominal_is_measured_as_it_is() {
    let samples = tone("tone busy 431+512 -17dBm0 on 370 off 410", 6000);
    let row = learned(&joined(&[silence(1000), samples]));
    assert_eq!(row["line"], "tone busy 431+512 -17dBm0 on 370 off 410");
    assert!(
        row["recognised_ms"].as_f64().is_some_and(|ms| ms < 3000.0),
        "{row}"
    );
    assert!(row["guessed"].as_bool().expect("a bool"));
    let burst = &row["bursts"][0];
    for (hz, nominal) in [(0, 431.0), (1, 512.0)] {
        let range = &burst["frequencies_hz"][hz];
        assert!(
            (range["mean"].as_f64().expect("a number") - nominal).abs() <= 0.5,
            "{row}"
        );
    }
}

/// What follows when the tone is taken away does not count.
#[test]
fn another_tone_after_it_is_not_measured() {
    let busy = tone("tone busy 480+620 -24dBm0 on 500 off 500", 4700);
    let row = learned(&joined(&[
        busy,
        silence(1500),
        tone("tone dial 350+440 -13dBm0 on 800, once", 1500),
    ]));
    assert_eq!(
        row["line"], "tone busy 480+620 -24dBm0 on 500 off 500",
        "{row}"
    );
}

/// A recording that is begun in the middle of a burst, and ended in one.
#[test]
fn bursts_that_the_recording_cuts_are_not_measured() {
    let samples = tone(
        "tone ringback 400+450 -19dBm0 on 400 off 200, on 400 off 2000",
        11_000,
    );
    let row = learned(&samples[8 * 700..8 * 10_100]);
    assert_eq!(
        row["line"],
        "tone ringback 400+450 -19dBm0 on 400 off 200, on 400 off 2000"
    );
}

#[test]
fn the_name_may_be_given_and_known_tones_are_named() {
    let place = Place::new();
    place.recording(
        "x.wav",
        &tone("tone busy 480+620 -24dBm0 on 500 off 500", 5000),
    );
    let run = place.run(&["learn", "--tone", "reorder", "x.wav"]);
    assert!(
        run.good()
            .starts_with("tone reorder 480+620 -24dBm0 on 500 off 500\n"),
        "{run:?}"
    );
    assert!(
        run.out.contains("Sounds like busy of us, bb, ca,") && !run.out.contains("guess"),
        "{run:?}"
    );
}

/// What the tables have goes before what the cadence looks like.
#[test]
fn a_tone_is_called_what_most_tables_call_it() {
    for (line, name) in [
        (
            "tone busy 425 -10dBm0 on 200 off 200, on 600 off 1000",
            "dial",
        ),
        ("tone busy 440 -20dBm0 on 300 off 9700", "call-waiting"),
        ("tone busy 1400 -18dBm0 on 500 off 14500", "record"),
        ("tone busy 425 -10dBm0 on 500 off 500", "busy"),
        ("tone busy 425 -10dBm0 on 250 off 250", "reorder"),
        ("tone busy 1100 -10dBm0 on 700 off 3000", "ringback"),
    ] {
        let seconds = if line.contains("500 off 14500") {
            46
        } else {
            32
        };
        let row = learned(&tone(line, 1000 * seconds));
        assert_eq!(row["tone"], name, "{row}");
        assert_eq!(row["guessed"], true);
    }
}

/// The line of a tone that is switched fast has lines beside it, which are no tones.
#[test]
fn howler_is_learned_through_noise() {
    let line = "tone howler 1400+2060+2450+2600 -12dBm0 on 100 off 100";
    for noise_dbm0 in [-75.0, -65.0, -55.0] {
        let mut samples = tone(line, 6000);
        noise(&mut samples, noise_dbm0);
        let row = learned(&samples);
        assert_eq!(row["line"], line, "{noise_dbm0} dBm0: {row}");
    }
}

/// A table holds four frequencies at once.
#[test]
fn more_frequencies_than_a_tone_has_are_no_harm() {
    let chord = [600.0, 900.0, 1300.0, 1700.0, 2200.0, 2700.0];
    let value = |n: usize| {
        let at = std::f32::consts::TAU * n as f32 / 8000.0;
        let sum: f32 = chord.iter().map(|hz| (hz * at).sin()).sum();
        if n % 4000 < 2000 {
            (3000.0 * sum) as i16
        } else {
            0
        }
    };
    let samples: Vec<i16> = (0..40_000).map(value).collect();
    let row = learned(&samples);
    assert!(
        row["line"].is_string() || row["problem"].is_string(),
        "{row}"
    );
}

#[test]
fn what_is_no_tone_is_said_to_be_none() {
    for samples in [silence(3000), keyed("1590234*#"), vec![0; 1]] {
        let row = learned(&samples);
        assert!(row["line"].is_null() && row["problem"].is_string(), "{row}");
    }
}

#[test]
fn of_a_stereo_recording_the_trunk_is_learned_from() {
    let place = Place::new();
    let busy = tone("tone busy 480+620 -24dBm0 on 500 off 500", 5000);
    place.file(
        "x.wav",
        &wav::pcm(2, &wav::interleaved(&silence(5000), &busy)),
    );
    let rows = place.run(&["learn", "--json", "x.wav"]).json();
    assert_eq!(
        (rows.len(), rows[0]["channel"].as_str()),
        (1, Some("right"))
    );
    assert_eq!(rows[0]["tone"], "busy");
}

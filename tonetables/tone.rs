//! Reads the sounds of a tone.

use dsp::plan::{Burst, MAX_BURSTS, MAX_FREQS, ToneDef};
use types::tone::{SitKind, Tone};

const NAMES: [(&str, Tone); 16] = [
    ("dial", Tone::Dial),
    ("stutter", Tone::StutterDial),
    ("ringback", Tone::Ringback),
    ("busy", Tone::Busy),
    ("reorder", Tone::Reorder),
    ("call-waiting", Tone::CallWaiting),
    ("howler", Tone::Howler),
    ("record", Tone::Record),
    ("sit-intercept", Tone::Sit(SitKind::Intercept)),
    ("sit-vacant-code", Tone::Sit(SitKind::VacantCode)),
    ("sit-reorder-local", Tone::Sit(SitKind::ReorderLocal)),
    ("sit-reorder-distant", Tone::Sit(SitKind::ReorderDistant)),
    ("sit-no-circuit-local", Tone::Sit(SitKind::NoCircuitLocal)),
    (
        "sit-no-circuit-distant",
        Tone::Sit(SitKind::NoCircuitDistant),
    ),
    ("sit-ineffective", Tone::Sit(SitKind::Ineffective)),
    ("sit-unknown", Tone::Sit(SitKind::Unknown)),
];

/// Hz that pass a telephone channel.
const HZ: std::ops::RangeInclusive<f32> = 200.0..=3400.0;
const DBM0: std::ops::RangeInclusive<f32> = -40.0..=0.0;
const MS: std::ops::RangeInclusive<u32> = 1..=60_000;
/// Of a modulator: the old North American dial tone has 120.
const BY_HZ: std::ops::RangeInclusive<f32> = 1.0..=150.0;

/// The word for a tone.
pub(crate) fn name(tone: Tone) -> &'static str {
    let entry = NAMES.iter().find(|(_, known)| *known == tone);
    entry.expect("every tone has a name").0
}

/// Reads `dial 350+440 -13dBm0 steady`; `before` are the tones of the lines above.
pub(crate) fn read<'a>(
    text: &str,
    mut before: impl Iterator<Item = &'a ToneDef>,
) -> Result<ToneDef, String> {
    let (word, sound) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let tone = tone_of(word)?;
    if let Some(other) = sound.trim().strip_prefix("same-as") {
        let other = tone_of(other.trim())?;
        let Some(def) = before.find(|def| def.tone == other && def.same_as.is_none()) else {
            return Err(format!(
                "no tone {} stands above with a sound of its own",
                name(other)
            ));
        };
        return Ok(ToneDef {
            tone,
            same_as: Some(other),
            ..def.clone()
        });
    }
    bursts(tone, sound)
}

fn tone_of(word: &str) -> Result<Tone, String> {
    let entry = NAMES.iter().find(|(name, _)| *name == word);
    entry.map(|(_, tone)| *tone).ok_or_else(|| {
        let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
        format!("\"{word}\" is no tone; there are {}", names.join(", "))
    })
}

fn bursts(tone: Tone, sound: &str) -> Result<ToneDef, String> {
    let mut parts: Vec<&str> = sound.split(',').map(str::trim).collect();
    let once = parts.last() == Some(&"once");
    if once {
        parts.pop();
    }
    if parts.len() > MAX_BURSTS {
        return Err(format!("{} bursts; at most {MAX_BURSTS}", parts.len()));
    }
    let mut bursts: Vec<Burst> = Vec::new();
    for part in parts {
        if bursts.last().is_some_and(|burst| burst.on_ms == 0) {
            return Err("nothing can follow a steady burst".into());
        }
        bursts.push(burst(part, bursts.last())?);
    }
    if bursts.is_empty() {
        return Err("what is played \"once\"? It has no burst".into());
    }
    let steady = bursts.last().is_some_and(|burst| burst.on_ms == 0);
    if once && steady {
        return Err("a steady tone cannot end: leave out \"once\"".into());
    }
    let no_pause = |burst: &Burst| burst.on_ms > 0 && burst.off_ms == 0;
    let one_sound = |burst: &Burst| is_sound_of(burst, &bursts[0]);
    if !once && !steady && bursts.iter().all(no_pause) && bursts.iter().all(one_sound) {
        return Err("a tone that repeats needs a pause (\"off\"); without one it is steady".into());
    }
    if once || (steady && bursts.len() > 1) {
        return Ok(ToneDef::once(tone, &bursts));
    }
    Ok(ToneDef::cadenced(tone, &bursts))
}

fn is_sound_of(burst: &Burst, other: &Burst) -> bool {
    burst.freqs() == other.freqs() && burst.modulation == other.modulation
}

fn burst(text: &str, before: Option<&Burst>) -> Result<Burst, String> {
    const SHAPE: &str = "a burst is \"350+440 -13dBm0 on 500 off 500\", or ends with \"steady\"";
    let mut words = text.split_whitespace().peekable();
    let mut burst = match (
        words.next_if(|word| word.starts_with(|c: char| c.is_ascii_digit())),
        before,
    ) {
        (Some(word), before) => {
            let level = before.map_or(f32::NAN, |burst| burst.level_dbm0);
            frequencies(word, level)?
        }
        (None, Some(before)) => *before,
        (None, None) => return Err(format!("\"{text}\" names no frequency; {SHAPE}")),
    };
    if let Some(word) = words.next_if(|word| word.ends_with("dBm0")) {
        burst.level_dbm0 = level(word)?;
    }
    if burst.level_dbm0.is_nan() {
        return Err(format!("\"{text}\" names no level; {SHAPE}"));
    }
    (burst.on_ms, burst.off_ms) = match words.next() {
        Some("steady") => (0, 0),
        Some("on") => {
            let on = length(words.next())?;
            let off = words.next_if_eq(&"off").is_some();
            (on, if off { length(words.next())? } else { 0 })
        }
        _ => return Err(format!("\"{text}\" has no length; {SHAPE}")),
    };
    match words.next() {
        None => Ok(burst),
        Some(word) => Err(format!("\"{word}\" cannot stand there; {SHAPE}")),
    }
}

fn frequencies(word: &str, level_dbm0: f32) -> Result<Burst, String> {
    let hz = |text: &str| {
        let hz = text.parse::<f32>().ok().filter(|hz| HZ.contains(hz));
        hz.ok_or_else(|| {
            format!(
                "\"{text}\" is no frequency; Hz from {} to {}",
                HZ.start(),
                HZ.end()
            )
        })
    };
    if let Some((carrier, modulator)) = word.split_once('x') {
        let by = modulator
            .parse::<f32>()
            .ok()
            .filter(|by| BY_HZ.contains(by));
        let by = by.ok_or_else(|| {
            format!(
                "\"{modulator}\" is no modulator; Hz from {} to {}",
                BY_HZ.start(),
                BY_HZ.end()
            )
        })?;
        let mut burst = Burst::new(&[hz(carrier)?], level_dbm0, 0, 0);
        burst.modulation = Some(by);
        return Ok(burst);
    }
    let freqs = word
        .split('+')
        .map(hz)
        .collect::<Result<Vec<f32>, String>>()?;
    if freqs.len() > MAX_FREQS {
        return Err(format!(
            "{} frequencies at once; at most {MAX_FREQS}",
            freqs.len()
        ));
    }
    Ok(Burst::new(&freqs, level_dbm0, 0, 0))
}

fn level(word: &str) -> Result<f32, String> {
    let number = word.trim_end_matches("dBm0");
    let level = number.parse().ok().filter(|level| DBM0.contains(level));
    level.ok_or_else(|| {
        format!(
            "\"{word}\" is no level; from {}dBm0 to {}dBm0",
            DBM0.start(),
            DBM0.end()
        )
    })
}

fn length(word: Option<&str>) -> Result<u32, String> {
    let word = word.unwrap_or_default();
    let length = word.parse().ok().filter(|ms| MS.contains(ms));
    length.ok_or_else(|| {
        format!(
            "\"{word}\" is no length; milliseconds from {} to {}",
            MS.start(),
            MS.end()
        )
    })
}

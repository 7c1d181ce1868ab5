//! Every country's tones, generated and heard through its law, are themselves.

use dsp::{
    g711,
    level::sine_peak,
    plan::{Burst, ToneDef},
    progress::{Progress, ProgressEvent},
    tone_gen::ToneGen,
};
use std::collections::BTreeSet;
use tonetables::{Country, codes, load, write};
use types::{
    frame::{FRAME, Law},
    tick::Tick,
    tone::Tone,
};

/// A country, a line of its table, and why.
type Listed = (&'static str, &'static str, &'static str);

const CUT: &str = "cut at its start, a burst is as long as one of ringing; its pause corrects it";

/// What is taken for ringback, for one burst, when it is heard from its middle on.
const MISTAKEN_WHEN_CUT: &[Listed] = &[
    ("bg", "tone stutter 425 -10dBm0 on 1500 off 100", CUT),
    (
        "cy",
        "tone sit-vacant-code 425 -10dBm0 on 2500 off 500",
        CUT,
    ),
    (
        "id",
        "tone sit-vacant-code 425 -10dBm0 on 2000 off 500",
        CUT,
    ),
    ("mo", "tone stutter 425 -10dBm0 on 1800 off 200", CUT),
];

/// Silence before a tone.
const LEAD: u64 = 30;

/// Frames that three cycles of a tone take, or that a steady one needs to be certain.
fn frames_of(def: &ToneDef) -> u64 {
    let ms = |burst: &Burst| u64::from(burst.on_ms + burst.off_ms);
    let cycle: u64 = def.bursts.iter().map(ms).sum();
    let steady = def.bursts.last().is_some_and(|last| last.on_ms == 0);
    let rest = if steady || !def.repeat {
        9000
    } else {
        2 * cycle + 3000
    };
    LEAD + (cycle + rest) / 10
}

/// Hears frames of a tone after some silence; `change` is what the way adds to each.
fn hear(
    country: &Country,
    mut tone: ToneGen,
    frames: u64,
    mut change: impl FnMut(u64, &mut [i16; FRAME]),
) -> Vec<(u64, Tone)> {
    let mut progress = Progress::new(&country.tones);
    let mut told = Vec::new();
    for n in 0..frames {
        let mut frame = [0; FRAME];
        if n >= LEAD {
            tone.fill(&mut frame);
        }
        change(n, &mut frame);
        through(country.law, &mut frame);
        for event in progress.process(&frame, Tick(n * FRAME as u64)).events {
            if let ProgressEvent::Tone { tone, .. } = event {
                told.push((n * 10, tone));
            }
        }
    }
    told
}

fn through(law: Law, frame: &mut [i16; FRAME]) {
    let mut octets = [0; FRAME];
    g711::encode(law, frame, &mut octets);
    g711::decode(law, &octets, frame);
}

/// Runs `work` for every country, on as many threads as there are processors.
fn each_country<T: Send>(work: impl Fn(&Country) -> Vec<T> + Sync) -> Vec<T> {
    let all: Vec<&str> = codes().collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|first| {
                let (all, work) = (&all, &work);
                scope.spawn(move || {
                    let mine = all.iter().skip(first).step_by(threads);
                    mine.flat_map(|code| work(&load(code).expect("a good table")))
                        .collect::<Vec<T>>()
                })
            })
            .collect();
        let results = workers.into_iter().map(|worker| worker.join());
        results
            .flat_map(|result| result.expect("no panic"))
            .collect()
    })
}

/// `us`, and the line of its table.
type Form = (String, String);

/// A form of a tone that was not heard, or was heard as others.
struct Case {
    form: Form,
    told: Vec<(u64, Tone)>,
    itself: Tone,
}

impl Case {
    fn new(country: &Country, def: &ToneDef, told: Vec<(u64, Tone)>) -> Case {
        Case {
            form: (country.code.clone(), write(def)),
            told,
            itself: def.same_as.unwrap_or(def.tone),
        }
    }

    fn shown(&self) -> String {
        let (code, line) = &self.form;
        format!(
            "{code}: {line}: told {:?}",
            &self.told[..self.told.len().min(4)]
        )
    }

    /// Told as another tone, but a special dial tone whose bursts were missed is a dial tone: both say
    /// that a number may be dialed.
    fn means_another(&self) -> bool {
        let meant = |tone: Tone| match tone {
            Tone::StutterDial => Tone::Dial,
            tone => tone,
        };
        let itself = meant(self.itself);
        self.told.iter().any(|(_, tone)| meant(*tone) != itself)
    }
}

/// Where the list and what was found differ.
fn not_as_listed(found: &BTreeSet<&Form>, listed: &[Listed]) -> Vec<String> {
    let owned = |(code, line, _): &Listed| (code.to_string(), line.to_string());
    let listed: BTreeSet<Form> = listed.iter().map(owned).collect();
    let new = found.iter().filter(|form| !listed.contains(**form));
    let new = new.map(|(code, line)| format!("{code}: {line}: not listed"));
    let old = listed.iter().filter(|form| !found.contains(form));
    let old = old.map(|(code, line)| format!("{code}: {line}: listed, and as it should be"));
    new.chain(old).collect()
}

fn shown<'a>(wrong: impl Iterator<Item = &'a Case>) -> Vec<String> {
    wrong.map(Case::shown).collect()
}

#[test]
fn every_tone_of_every_country_is_heard_as_itself_and_never_as_another() {
    let cases = each_country(|country| {
        let heard = country.tones.tones.iter().map(|def| {
            let told = hear(country, ToneGen::new(def), frames_of(def), |_, _| {});
            Case::new(country, def, told)
        });
        heard.collect()
    });
    println!("{} tones", cases.len());
    let is_wrong = |case: &&Case| case.told.is_empty() || case.means_another();
    let wrong = shown(cases.iter().filter(is_wrong));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_tone_heard_from_its_middle_on_is_never_another() {
    let cases = each_country(|country| {
        let mut cases = Vec::new();
        for def in country.tones.tones.iter().filter(|def| def.repeat) {
            for skip in [500, 1100, 3000, 5800, 9000] {
                let mut tone = ToneGen::new(def);
                tone.fill(&mut vec![0; skip]);
                let told = hear(country, tone, frames_of(def), |_, _| {});
                cases.push(Case::new(country, def, told));
            }
        }
        cases
    });
    let mistaken = cases.iter().filter(|case| case.means_another());
    let (early, wrong): (Vec<&Case>, Vec<&Case>) = mistaken.partition(|case| {
        let others = case.told.iter().filter(|(_, tone)| *tone != case.itself);
        others.map(|(_, tone)| *tone).eq([Tone::Ringback])
    });
    let mut wrong = shown(wrong.into_iter());
    let early = early.iter().map(|case| &case.form).collect();
    wrong.extend(not_as_listed(&early, MISTAKEN_WHEN_CUT));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const NOISE: usize = 30_011;

/// Numbers from 0 to 1 (xorshift).
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// A tone as a far exchange gives it: 8 dB down, frequency and cadence strayed.
fn strayed(def: &ToneDef, random: &mut Random) -> ToneDef {
    let hz = 1.0 + 0.015 * (2.0 * random.unit() - 1.0);
    let time = 1.0 + 0.06 * (2.0 * random.unit() - 1.0);
    let mut strayed = def.clone();
    for burst in &mut strayed.bursts {
        let freqs: Vec<f32> = burst.freqs().iter().map(|f| f * hz).collect();
        let scaled = |ms: u32| (ms as f32 * time).round() as u32;
        let (on, off) = (scaled(burst.on_ms), scaled(burst.off_ms));
        let modulation = burst.modulation;
        *burst = Burst::new(&freqs, burst.level_dbm0 - 8.0, on, off);
        burst.modulation = modulation;
    }
    strayed
}

/// The strayed tone in noise 12 dB below it.
fn far(country: &Country, def: &ToneDef, random: &mut Random) -> Vec<(u64, Tone)> {
    let strayed = strayed(def, random);
    let both = strayed.bursts[0].freqs().len() as f32;
    let levels = strayed.bursts.iter().map(|burst| burst.level_dbm0);
    let weakest = levels.fold(f32::MAX, f32::min);
    let level = weakest + 10.0 * both.log10() - 12.0;
    let rms = sine_peak(level) / std::f32::consts::SQRT_2;
    // Twelve uniform numbers add up to a variance of one.
    let noise: Vec<f32> = (0..NOISE)
        .map(|_| (0..12).map(|_| random.unit()).sum::<f32>() - 6.0)
        .collect();
    let mut from = 0;
    hear(
        country,
        ToneGen::new(&strayed),
        frames_of(&strayed),
        |n, frame| {
            // Read at a step that shares no factor with its length, it takes long to repeat.
            for sample in frame {
                from = (from + 1 + (n as usize % 7)) % NOISE;
                *sample += (rms * noise[from]) as i16;
            }
        },
    )
}

#[test]
fn tones_that_strayed_are_heard_as_themselves_in_noise_12_db_below() {
    let cases = each_country(|country| {
        let seed = country
            .code
            .bytes()
            .fold(0x5a11_9047, |seed, c| seed * 31 + u64::from(c));
        let mut random = Random(seed);
        let mut cases = Vec::new();
        for def in &country.tones.tones {
            // In noise the detector needs 60 ms.
            if def
                .bursts
                .iter()
                .any(|burst| (1..60).contains(&burst.on_ms))
            {
                continue;
            }
            // One trial each: many are for the suite of progress trials.
            cases.push(Case::new(country, def, far(country, def, &mut random)));
        }
        cases
    });
    println!("{} tones", cases.len());
    let is_wrong = |case: &&Case| case.told.is_empty() || case.means_another();
    let wrong = shown(cases.iter().filter(is_wrong));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

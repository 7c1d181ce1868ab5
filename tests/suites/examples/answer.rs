//! The answer classifier and the rule of durations on the sets, and the trade-off between speed
//! and certainty.
//!
//! `cargo run --release -p suites --example answer -- [train|test] [cases a set] [seed]`

use dsp::{answer::AnswerSettings, plan::TonePlan};
use suites::answer::{
    BACKGROUNDS, Background, Case, DurationRule, Material, PARTIES, Party, Score, Voices, classify,
};
use types::tick::Ticks;

fn main() {
    let mut words = std::env::args().skip(1);
    let voices = match words.next().as_deref() {
        Some("train") => Voices::Train,
        _ => Voices::Test,
    };
    let cases: u64 = words
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(200);
    let seed: u64 = words.next().and_then(|word| word.parse().ok()).unwrap_or(1);
    let material = match Material::load(voices, 200) {
        Ok(material) => material,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    table(&material, cases, seed);
    trade_off(&material, cases / 2, seed);
}

fn table(material: &Material, cases: u64, seed: u64) {
    let plan = plan();
    let ours = |case: &Case| classify(&plan, AnswerSettings::default(), case);
    let rule = DurationRule::default();
    println!(
        "                               ours first  final  median       rule         median   beeps"
    );
    for background in BACKGROUNDS {
        for party in [&PARTIES[..], &[Party::Silence, Party::Music]].concat() {
            let (mut score, mut peer) = (Score::default(), Score::default());
            for number in 0..cases {
                let case = Case::new(material, party, background, seed, number);
                score.add(&case, &ours(&case));
                peer.add(&case, &rule.classify(&case));
            }
            let (first, last) = score.shares();
            println!(
                "{:12} {:8} {:5.1} % {:5.1} % {:4.2} s {:4.2} s   {:5.1} % {:4.2} s   {}/{} +{}",
                format!("{party:?}"),
                format!("{background:?}"),
                100.0 * first,
                100.0 * last,
                score.medians().0,
                score.medians().1,
                100.0 * peer.shares().0,
                peer.medians().0,
                score.beeps_found,
                score.beeps,
                score.beeps_false,
            );
        }
    }
}

/// The first decision alone, quiet and in noise: what waiting longer for a second word brings.
fn trade_off(material: &Material, cases: u64, seed: u64) {
    let plan = plan();
    println!(
        "\npause   first decisions right: easy person, machine, hard person, machine   median"
    );
    for (pause, least) in [
        (450, 0),
        (530, 1410),
        (800, 1480),
        (1000, 1700),
        (1250, 2000),
    ] {
        let settings = AnswerSettings {
            pause: Ticks::ms(pause),
            least: Ticks::ms(least),
            ..AnswerSettings::default()
        };
        let mut shares = Vec::new();
        let mut median = 0.0;
        for party in PARTIES {
            let mut score = Score::default();
            for background in [Background::Quiet, Background::White] {
                for number in 0..cases / 2 {
                    let case = Case::new(material, party, background, seed, number);
                    score.add(&case, &classify(&plan, settings, &case));
                }
            }
            shares.push(format!("{:5.1} %", 100.0 * score.shares().0));
            if party == Party::EasyPerson {
                median = score.medians().0;
            }
        }
        println!("{pause:5}   {}   {median:.2} s", shares.join("  "));
    }
}

fn plan() -> TonePlan {
    tonetables::load("us").expect("built in").tones
}

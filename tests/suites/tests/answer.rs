//! Who answered, over voices that nothing was tuned on: the short form of `examples/answer.rs`.

use dsp::{answer::AnswerSettings, plan::TonePlan};
use suites::answer::{
    BACKGROUNDS, Background, Case, DurationRule, Material, Party, Score, Voices, classify,
};

const CASES: u64 = 40;

fn material() -> Material {
    Material::load(Voices::Test, 60).unwrap_or_else(|error| panic!("{error}"))
}

fn plan() -> TonePlan {
    tonetables::load("us").expect("built in").tones
}

fn score(material: &Material, party: Party, background: Background) -> Score {
    let mut score = Score::default();
    for number in 0..CASES {
        let case = Case::new(material, party, background, 21, number);
        score.add(&case, &classify(&plan(), AnswerSettings::default(), &case));
    }
    score
}

#[test]
fn persons_and_machines_are_told_apart_with_and_without_noise() {
    let material = material();
    for background in BACKGROUNDS {
        if background == Background::Babble {
            continue;
        }
        for (party, share) in [
            (Party::EasyPerson, 0.97),
            (Party::EasyMachine, 0.92),
            (Party::HardPerson, 0.90),
            (Party::HardMachine, 0.90),
        ] {
            let score = score(&material, party, background);
            let (_, last) = score.shares();
            assert!(last >= share, "{party:?} {background:?}: {last}");
            if party == Party::EasyPerson {
                assert!(score.medians().0 <= 1.6, "{:?}", score.medians());
            }
        }
    }
}

/// Eight others at once, 6 to 21 dB weaker than who answers.
#[test]
fn who_answers_is_heard_before_other_people_s_talk() {
    let material = material();
    for (party, share) in [(Party::EasyPerson, 0.5), (Party::EasyMachine, 0.7)] {
        let (_, last) = score(&material, party, Background::Babble).shares();
        assert!(last >= share, "{party:?}: {last}");
    }
}

#[test]
fn nobody_is_neither() {
    let material = material();
    for background in BACKGROUNDS {
        let (_, last) = score(&material, Party::Silence, background).shares();
        let least = if background == Background::Babble {
            0.9
        } else {
            1.0
        };
        assert!(last >= least, "{background:?}: {last}");
    }
    let (_, music) = score(&material, Party::Music, Background::Quiet).shares();
    assert!(music >= 0.6, "music: {music}");
}

#[test]
fn the_rule_of_durations_hears_no_person_in_noise() {
    let material = material();
    let rule = DurationRule::default();
    let mut quiet = Score::default();
    let mut noise = Score::default();
    for number in 0..CASES {
        for (score, background) in [
            (&mut quiet, Background::Quiet),
            (&mut noise, Background::White),
        ] {
            let case = Case::new(&material, Party::EasyPerson, background, 21, number);
            score.add(&case, &rule.classify(&case));
        }
    }
    assert!(quiet.shares().0 > 0.85, "{:?}", quiet.shares());
    assert!(noise.shares().0 < 0.1, "{:?}", noise.shares());
}

//! The short form of the DTMF suites, on the project's detector.

use dsp::{dtmf::Profile, simd::Path};
use suites::{
    corpus::Corpus,
    dtmf::{Case, Key, Under, dial_tone, mandatory, noise, ours, score},
    talk_off,
};

const PROFILES: [Profile; 2] = [Profile::PinEntry, Profile::Talk];

#[test]
fn the_mandatory_limits_are_met() {
    for profile in PROFILES {
        let result = mandatory(11, 3000, &mut ours(profile, Path::best()));
        assert!(
            result.accept.is_all() && result.reject.is_all(),
            "{result:?}"
        );
    }
}

#[test]
fn all_paths_hear_the_same() {
    for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
        let mut plain = ours(Profile::Talk, Path::Portable);
        let mut other = ours(Profile::Talk, path);
        for n in 0..600 {
            let case = suites::dtmf::mandatory_case(12, n);
            assert_eq!(
                other(&case.audio),
                plain(&case.audio),
                "{path:?} {:?}",
                case.keys
            );
        }
    }
}

#[test]
fn digits_are_heard_in_noise() {
    for profile in PROFILES {
        let mut listen = ours(profile, Path::best());
        assert!(noise(13, 500, 8.0, &mut listen).is_all());
        assert!(noise(14, 2000, 6.0, &mut listen).is_all());
    }
}

#[test]
fn digits_are_heard_under_a_dial_tone() {
    for profile in PROFILES {
        let mut listen = ours(profile, Path::best());
        for hz in [
            &[350.0, 440.0][..],
            &[350.0, 450.0],
            &[400.0, 450.0],
            &[425.0],
            &[400.0],
            &[450.0],
        ] {
            for above in [0.0, 6.0, 12.0] {
                let score = dial_tone(15, 200, hz, above, &mut listen);
                assert!(score.met >= 199, "{hz:?} {above} dB above: {score:?}");
            }
        }
    }
}

#[test]
fn no_digit_is_split_by_10_ms() {
    for profile in PROFILES {
        let split = score(16, 500, &mut ours(profile, Path::best()), |random| {
            let key = Key {
                on: 960,
                gap: Some((320 + random.below(480), 80)),
                ..Key::any(random)
            };
            Case::new(&[key], Under::Silence, random)
        });
        assert!(split.is_all(), "{split:?}");
    }
}

#[test]
fn few_recordings_hold_a_digit() {
    let corpus = Corpus::installed()
        .expect("recordings, see the README")
        .every(8);
    let mut listen = ours(Profile::Talk, Path::best());
    let result = talk_off::alone(&corpus, &[1.0], &[0.0], &mut listen).expect("recordings");
    assert!(result.hits.is_empty(), "{:?}", result.hits);
}

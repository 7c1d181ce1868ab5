//! Three-way calls on the labelled set, a short part of it. `examples/three_way.rs` runs any part and
//! prints the operating curve.

use dsp::three_way::{Facts, ThreeWay, ThreeWaySettings, weights::THRESHOLD};
use std::sync::LazyLock;
use suites::three_way::{ALONE, Call, Corpus, JOINED, Kind, Listener, Part, Scored, point, run};
use types::{frame::Samples, tick::Tick};

struct Ours(ThreeWay);

impl Listener for Ours {
    fn frame(&mut self, phone: &Samples, trunk: &Samples, at: Tick, facts: Facts) -> f32 {
        self.0.process(phone, trunk, at, facts).score
    }
}

/// The same with nothing known of the phone, as on a recording of the trunk.
struct TrunkAlone(Ours);

impl Listener for TrunkAlone {
    fn frame(&mut self, _: &Samples, trunk: &Samples, at: Tick, facts: Facts) -> f32 {
        self.0.frame(&[0; types::frame::FRAME], trunk, at, facts)
    }
}

/// Read once for all tests.
static TEST: LazyLock<Corpus> = LazyLock::new(|| Corpus::load(Part::Test));

fn ours() -> Ours {
    Ours(ThreeWay::new(ThreeWaySettings::default()))
}

fn scored<L: Listener>(joined: u64, alone: u64, start: impl Fn() -> L) -> Vec<Scored> {
    let plan = tonetables::load("us").expect("the plan is there").tones;
    let mut scored = run(&TEST, &plan, true, 5000..5000 + joined, &start);
    scored.extend(run(&TEST, &plan, false, 5000..5000 + alone, &start));
    scored
}

#[test]
fn calls_with_a_third_party_are_found_and_others_are_not() {
    let scored = scored(40, 30, ours);
    let marks = point(&scored, THRESHOLD);
    println!("{marks:?}");
    // Below the long form: so few calls stray by 5 %.
    assert!(marks.found >= 0.8, "{marks:?}");
    let false_alarms: usize = scored.iter().map(|call| call.false_alarms(THRESHOLD)).sum();
    assert_eq!(false_alarms, 0);
}

#[test]
fn the_trunk_alone_gives_evidence_too() {
    let marks = point(&scored(12, 12, || TrunkAlone(ours())), THRESHOLD);
    println!("{marks:?}");
    assert!(marks.found >= 0.5, "{marks:?}");
}

#[test]
fn a_call_is_made_of_its_seed_alone() {
    let corpus = Corpus::load(Part::Train);
    for (kind, _) in JOINED.iter().chain(&ALONE) {
        let call = Call::new(&corpus, *kind, 11);
        let again = Call::new(&corpus, *kind, 11);
        assert!(call.trunk == again.trunk && call.phone == again.phone);
        assert_eq!(call.third.is_some(), kind.has_third());
        let seconds = call.trunk.len() / 8000;
        assert!((60..=600).contains(&seconds), "{kind:?}: {seconds} s");
        if let Some((left, joined)) = call.third {
            assert!(left < joined && joined + 30 * 8000 <= call.trunk.len());
        }
    }
    let other = Call::new(&corpus, Kind::Plain, 12);
    assert!(other.trunk != Call::new(&corpus, Kind::Plain, 11).trunk);
}

#[test]
fn the_parts_share_no_voice_no_music_and_no_noise() {
    let (train, test) = (Corpus::load(Part::Train), &*TEST);
    for voice in &train.voices {
        assert!(voice.utterances.len() > 50, "{}", voice.name);
        assert!(test.voices.iter().all(|other| other.name != voice.name));
    }
    for (song, other) in train
        .music
        .iter()
        .flat_map(|s| test.music.iter().map(move |o| (s, o)))
    {
        assert!(song[..8000] != other[..8000]);
    }
    assert!(train.noises[0] != test.noises[0]);
}

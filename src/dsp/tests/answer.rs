//! Who answered: one story a class, and what may replace what. The shares over many voices are in
//! the suites.

mod bench;

use bench::*;
use dsp::{
    answer::{AnswerEvent, AnswerSettings, Class, Classifier, Decision},
    modem::Signal,
    tone_gen::{DigitGen, ToneGen},
};
use types::{
    frame::Law,
    tick::Tick,
    tone::{SitKind, Tone},
};

fn events(audio: &[i16]) -> Vec<AnswerEvent> {
    run(&mut Classifier::new(&us()), audio)
}

fn run(classifier: &mut Classifier, audio: &[i16]) -> Vec<AnswerEvent> {
    let mut all = Vec::new();
    for (frame, at) in frames(&companded(Law::Mu, audio)) {
        all.extend(classifier.process(&frame, at));
    }
    all
}

fn decisions(audio: &[i16]) -> Vec<Decision> {
    let decision = |event: AnswerEvent| match event {
        AnswerEvent::Decided(decision) => Some(decision),
        AnswerEvent::Beep { .. } => None,
    };
    events(audio).into_iter().filter_map(decision).collect()
}

fn classes(audio: &[i16]) -> Vec<Class> {
    decisions(audio).iter().map(|d| d.class).collect()
}

fn call(parts: &[&[i16]]) -> Vec<i16> {
    let mut audio = silence(600);
    parts.iter().for_each(|part| audio.extend_from_slice(part));
    add_noise(&mut Rng::new(9), &mut audio, -62.0);
    audio
}

#[test]
fn a_word_and_silence_is_a_person_after_a_second_and_a_half() {
    for noise in [-62.0, -33.0] {
        let mut audio = call(&[&speech(&mut Rng::new(1), 540, -18.0), &silence(4000)]);
        add_noise(&mut Rng::new(2), &mut audio, noise);
        let decisions = decisions(&audio);
        assert_eq!(decisions.len(), 1, "{decisions:?}");
        assert_eq!(decisions[0].class, Class::Person);
        assert!((decisions[0].start.0 / 8).abs_diff(600) <= 60);
        let after = decisions[0].decided.since(decisions[0].start);
        assert!((1400..=1600).contains(&after.as_ms()), "{after:?}");
        assert!((0.7..=1.0).contains(&decisions[0].confidence));
    }
}

#[test]
fn a_greeting_is_a_machine_and_its_beep_is_told() {
    let beep = {
        let mut samples = silence(400);
        ToneGen::beep(1004.0, 400, -14.0).fill(&mut samples);
        samples
    };
    let greeting = speech(&mut Rng::new(3), 5000, -18.0);
    let audio = call(&[&greeting, &silence(300), &beep, &silence(2000)]);
    let events = events(&audio);
    let [
        AnswerEvent::Decided(decision),
        AnswerEvent::Beep { start, end, hz },
    ] = events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(decision.class, Class::Machine);
    assert!(decision.decided.since(decision.start).as_ms() <= 1700);
    assert!((start.0 / 8).abs_diff(5900) <= 20, "{start:?}");
    assert!((end.0 / 8).abs_diff(6300) <= 20, "{end:?}");
    assert!((hz - 1004.0).abs() < 3.0, "{hz} Hz");
}

#[test]
fn a_beep_of_two_tones_is_told_with_the_lower() {
    let mut rng = Rng::new(4);
    let greeting = speech(&mut rng, 4000, -18.0);
    let beep = sines(&mut rng, &[(820.0, -16.0), (1100.0, -19.0)], 8 * 500);
    let audio = call(&[&greeting, &silence(300), &beep, &silence(1000)]);
    let beep = events(&audio).into_iter().find_map(|event| match event {
        AnswerEvent::Beep { hz, .. } => Some(hz),
        AnswerEvent::Decided(_) => None,
    });
    assert!(beep.is_some_and(|hz| (hz - 820.0).abs() < 5.0), "{beep:?}");
}

#[test]
fn a_person_becomes_a_machine_when_the_greeting_goes_on() {
    let mut rng = Rng::new(5);
    let word = speech(&mut rng, 360, -18.0);
    let greeting = speech(&mut rng, 5000, -18.0);
    let audio = call(&[&word, &silence(1300), &greeting, &silence(1000)]);
    let decisions = decisions(&audio);
    let classes: Vec<_> = decisions.iter().map(|d| (d.class, d.revised)).collect();
    assert_eq!(classes, [(Class::Person, false), (Class::Machine, true)]);
}

#[test]
fn two_words_with_a_pause_stay_a_person() {
    let mut rng = Rng::new(6);
    let (a, b) = (speech(&mut rng, 400, -20.0), speech(&mut rng, 700, -20.0));
    let audio = call(&[&a, &silence(900), &b, &silence(4000)]);
    assert_eq!(classes(&audio), [Class::Person]);
}

#[test]
fn nothing_is_silence_until_somebody_speaks() {
    assert_eq!(classes(&call(&[&silence(6000)])), [Class::Silence]);
    let word = speech(&mut Rng::new(7), 540, -18.0);
    let late = call(&[&silence(4000), &word, &silence(3000)]);
    assert_eq!(classes(&late), [Class::Silence, Class::Person]);
}

#[test]
fn special_information_tones_are_told_with_their_kind() {
    for def in us().tones {
        let Tone::Sit(kind) = def.tone else {
            continue;
        };
        let announcement = speech(&mut Rng::new(8), 3000, -18.0);
        let audio = call(&[&play(&def, 1200), &silence(300), &announcement]);
        let classes = classes(&audio);
        assert_eq!(classes, [Class::Sit(kind)], "{kind:?}");
    }
    assert!(us().tone(Tone::Sit(SitKind::Unknown)).is_some());
}

#[test]
fn a_fax_machine_is_told_with_its_signal() {
    let mut rng = Rng::new(9);
    let tone = sines(&mut rng, &[(2100.0, -15.0)], 8 * 3000);
    let plain = Signal::Answer {
        reversals: false,
        modulated: false,
    };
    assert_eq!(
        classes(&call(&[&tone, &silence(500)])),
        [Class::FaxModem(plain)]
    );
    let cng = sines(&mut rng, &[(1100.0, -15.0)], 8 * 500);
    let calling = classes(&call(&[&cng, &silence(2000)]));
    assert_eq!(calling, [Class::FaxModem(Signal::FaxCalling)]);
}

#[test]
fn a_beep_of_a_modems_frequency_is_a_beep_and_a_tone_that_goes_on_is_a_modem() {
    let mut rng = Rng::new(10);
    let greeting = speech(&mut rng, 3000, -18.0);
    for (ms, fax) in [(900, false), (3000, true)] {
        let tone = sines(&mut rng, &[(2100.0, -15.0)], 8 * ms);
        let audio = call(&[&greeting, &silence(400), &tone, &silence(1000)]);
        let classes = classes(&audio);
        assert_eq!(classes.len(), 1 + usize::from(fax), "{classes:?}");
        assert_eq!(classes[0], Class::Machine);
        let beeps = events(&audio).len() - classes.len();
        assert_eq!(beeps, usize::from(!fax));
    }
}

#[test]
fn a_digit_that_a_person_keys_is_no_beep() {
    let mut audio = call(&[&speech(&mut Rng::new(11), 720, -18.0), &silence(1500)]);
    let mut digits = DigitGen::new(-10.0, -8.0, 300, 100);
    digits.send(types::digits::Digits::parse("1").expect("a digit"));
    let mut key = silence(1000);
    digits.fill(&mut key);
    audio.extend(key);
    assert_eq!(classes(&audio), [Class::Person]);
    assert_eq!(events(&audio).len(), 1, "no beep");
}

#[test]
fn network_tones_are_nobody() {
    let ring = us().tone(Tone::Ringback).expect("in the plan").clone();
    let audio = call(&[&play(&ring, 14_000)]);
    let classes = classes(&audio);
    assert!(
        classes.iter().all(|class| *class == Class::Silence),
        "{classes:?}"
    );
}

#[test]
fn what_was_heard_before_the_answer_does_not_count() {
    let mut rng = Rng::new(12);
    let before = speech(&mut rng, 3000, -18.0);
    let word = speech(&mut rng, 540, -18.0);
    let audio = call(&[&before, &silence(800), &word, &silence(3000)]);
    let mut classifier = Classifier::new(&us());
    let mut after = Vec::new();
    for (frame, at) in frames(&audio) {
        let answered = Tick(8 * 4000);
        if at == answered {
            classifier.answered(at);
        }
        let events = classifier.process(&frame, at);
        after.extend(events.into_iter().filter(|_| at >= answered));
    }
    assert!(matches!(
        after[..],
        [AnswerEvent::Decided(Decision {
            class: Class::Person,
            ..
        })]
    ));
}

#[test]
fn a_reset_classifier_says_the_same_as_a_new_one() {
    let mut rng = Rng::new(13);
    let one = call(&[&speech(&mut rng, 5000, -18.0), &silence(500)]);
    let other = call(&[&speech(&mut rng, 540, -25.0), &silence(3000)]);
    let mut classifier = Classifier::with(&us(), AnswerSettings::default());
    run(&mut classifier, &one);
    classifier.reset();
    assert_eq!(classifier.decision(), None);
    assert_eq!(run(&mut classifier, &other), events(&other));
}

#[test]
fn lost_frames_change_no_class() {
    let mut rng = Rng::new(14);
    let audio = call(&[&speech(&mut rng, 5000, -18.0), &silence(500)]);
    let mut classifier = Classifier::new(&us());
    let mut classes = Vec::new();
    for (n, (frame, at)) in frames(&companded(Law::Mu, &audio)).enumerate() {
        if n % 20 == 3 {
            classifier.lost(80);
            continue;
        }
        for event in classifier.process(&frame, at) {
            if let AnswerEvent::Decided(decision) = event {
                classes.push(decision.class);
            }
        }
    }
    assert_eq!(classes, [Class::Machine]);
}

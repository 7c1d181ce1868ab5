//! Calls that must be recorded, and a recorder that can't.

use crate::{
    bench::{MOTHER, Outcome, Scenario},
    ready::{direct, plain, talks},
    short::failing,
};
use backoffice::{AllowedFlags, Seed};
use drivers::sim::{clip::Clip, script::Step};
use sallyport::{records::Recorder, runtime::recording::Recording};
use std::path::Path;
use types::{
    disposition::{Blocked, Disposition},
    frame::{FRAME, FRAME_TICKS},
    prompt::Prompt,
    query::LineCommand,
    settings::Unrecorded,
    tap::TapEntry,
    tick::{Tick, Ticks},
    verdict::RecordingRule,
};

/// A talk of three seconds at a site that records, with a recorder that can't from the first tick to
/// the last.
fn unrecordable(change: impl Fn(&mut Seed) + 'static) -> Scenario {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(3)),
        Step::OnHook,
    ];
    let party = vec![Step::SayFor(Clip::called_talk(), Ticks::secs(60))];
    let mut scenario = direct(inmate, party).lasting(14).site(move |seed| {
        plain(seed);
        seed.settings.rules.record = true;
        change(seed);
    });
    scenario.recorder_down = Some((Tick::ZERO, Tick(u64::MAX)));
    scenario
}

#[test]
fn a_call_that_can_not_be_recorded_is_refused_with_words_and_no_trunk_is_seized() {
    let mut scenario = failing(MOTHER);
    scenario.recorder_down = Some((Tick::ZERO, Tick::ZERO + Ticks::secs(20)));
    let out = scenario.run();
    out.refused(Prompt::NotRecordable, Blocked::NotRecordable);
    out.no_trunk_seized();
    assert!(out.story.tap.is_empty());
    assert_eq!(out.record().recording, None);
}

#[test]
fn an_attorney_is_called_whatever_the_recorder_does() {
    let out = unrecordable(|seed| {
        let privileged = AllowedFlags {
            privileged: true,
            ..AllowedFlags::default()
        };
        seed.allowed.push((MOTHER.into(), privileged));
    });
    let out = out.run();
    assert!(talks(&out) > Tick::ZERO);
    assert_eq!(out.record().recording, Some(RecordingRule::Privileged));
    assert_eq!(out.record().disposition, Disposition::Completed);
    assert!(out.story.tap.is_empty(), "{} entries", out.story.tap.len());
}

#[test]
fn a_site_may_let_a_call_go_that_can_not_be_recorded() {
    let out = unrecordable(|seed| seed.settings.rules.unrecorded = Unrecorded::Allow).run();
    assert!(talks(&out) > Tick::ZERO);
    assert_eq!(out.record().disposition, Disposition::Completed);
    // Its tap is open: what can be recorded of it is.
    assert_eq!(out.record().recording, Some(RecordingRule::Record));
    assert!(!out.story.tap.is_empty());
}

#[test]
fn a_call_goes_on_when_the_recorder_fails_in_its_midst() {
    let mut scenario = unrecordable(|_| {});
    scenario.recorder_down = Some((Tick::ZERO + Ticks::secs(5), Tick(u64::MAX)));
    // Something is asked meanwhile, and the answer is not this call's.
    scenario = scenario.at(7, LineCommand::Stop { cut: false });
    let out = scenario.run();
    assert_eq!(out.record().disposition, Disposition::Completed);
    assert!(out.record().talk >= Ticks::secs(2), "{:?}", out.record());
}

/// What the recorder makes of a tap.
fn recording(tap: &[TapEntry]) -> (Vec<i16>, Ticks, Ticks) {
    let dir = tempfile::tempdir().expect("a directory");
    let log = slog::Logger::root(slog::Discard, slog::o!());
    let mut recorder = Recorder::new(dir.path(), log).expect("a recorder");
    tap.iter().for_each(|entry| recorder.take(entry));
    recorder.finish();
    let finished = recorder.take_finished();
    assert_eq!(finished.len(), 1, "one call");
    let recorded = finished[0].recorded;
    let path = finished[0].path.as_deref().expect("a file");
    (samples(path), recorded.length, recorded.gap)
}

fn samples(path: &Path) -> Vec<i16> {
    let reader = hound::WavReader::open(path).expect("a WAV");
    let samples = reader.into_samples();
    samples.map(|sample| sample.expect("a sample")).collect()
}

/// A talk that is recorded.
fn talked() -> Outcome {
    let mut scenario = unrecordable(|_| {});
    scenario.recorder_down = None;
    scenario.run()
}

fn frames(tap: &[TapEntry]) -> impl Iterator<Item = Tick> + '_ {
    tap.iter().filter_map(|entry| match entry {
        TapEntry::Frame(frame) => Some(frame.at),
        _ => None,
    })
}

#[test]
fn what_is_lost_of_a_talk_is_silence_in_its_place_and_all_else_is_where_it_was() {
    let out = talked();
    let (whole, length, gap) = recording(&out.story.tap);
    assert_eq!((gap, whole.len() as u64), (Ticks::ZERO, 2 * length.0));
    let from = talks(&out) + Ticks::ms(600);
    let to = from + Ticks::secs(1);
    let is_lost = |entry: &TapEntry| match entry {
        TapEntry::Frame(frame) => frame.at > from && frame.at <= to,
        _ => false,
    };
    let (gone, tap): (Vec<TapEntry>, Vec<TapEntry>) =
        out.story.tap.iter().copied().partition(is_lost);
    let lost = gone.len() as u64;
    assert_eq!(lost, 100);
    let (broken, recorded, missing) = recording(&tap);
    assert_eq!(missing, Ticks(lost * FRAME_TICKS.0));
    assert_eq!(recorded + missing, length);
    assert_eq!(broken.len(), whole.len());
    let before = frames(&tap).filter(|&at| at <= from).count();
    let begin = 2 * before * FRAME;
    let end = begin + 2 * lost as usize * FRAME;
    assert!(broken[..begin] == whole[..begin]);
    assert!(broken[begin..end].iter().all(|&sample| sample == 0));
    assert!(broken[end..] == whole[end..]);
    let loud = |samples: &[i16]| samples.iter().filter(|s| s.abs() > 300).count();
    assert!(
        loud(&whole[begin..end]) > 500,
        "there was something to lose"
    );
    assert!(loud(&broken[end..]) > 500, "and something after it");
}

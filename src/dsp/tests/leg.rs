//! What hears in one pass hears what each alone hears.

use dsp::{
    data::DataSignals,
    dtmf::{Dtmf, Profile},
    leg::{Frames, Listeners},
    plan::{Burst, ToneDef, TonePlan},
    progress::{Progress, ProgressEvent},
    simd::Path,
    tone_gen::{DigitGen, ToneGen},
};
use types::{
    digits::Digits,
    frame::{FRAME, FRAME_TICKS, Samples},
    tick::Tick,
    tone::Tone,
};

/// Tones for windows of 40, 80 and 20 ms.
fn plan() -> TonePlan {
    let cadenced = |tone, freqs: &[f32], on, off| {
        ToneDef::cadenced(tone, &[Burst::new(freqs, -20.0, on, off)])
    };
    TonePlan {
        tones: vec![
            ToneDef::continuous(Tone::Dial, &[350.0, 440.0], -13.0),
            cadenced(Tone::Ringback, &[440.0, 480.0], 2000, 4000),
            cadenced(Tone::Busy, &[480.0, 620.0], 500, 500),
            cadenced(Tone::Reorder, &[400.0, 425.0], 250, 250),
            cadenced(Tone::CallWaiting, &[300.0, 400.0], 50, 450),
            cadenced(Tone::Howler, &[1400.0, 2060.0, 2450.0, 2600.0], 100, 100),
        ],
        ..TonePlan::default()
    }
}

/// Each with digits after it: busy, a fax's calling tone, dial tone, reorder, call waiting; noise
/// under all, silence between.
fn audio() -> Vec<Samples> {
    let plan = plan();
    let calling = ToneDef::cadenced(Tone::Busy, &[Burst::new(&[1100.0], -15.0, 500, 3000)]);
    let [dial, _, busy, reorder, waiting, _] = plan.tones.as_slice() else {
        panic!("six tones");
    };
    let tones = [busy, &calling, dial, reorder, waiting];
    let mut random = 1u32;
    let mut frames = Vec::new();
    for def in tones {
        let (mut tone, mut digits) = (ToneGen::new(def), DigitGen::new(-11.0, -9.0, 70, 60));
        digits.send(Digits::parse("0123456789*#ABCD").expect("digits"));
        for n in 0..800 {
            let mut frame = [0; FRAME];
            match n {
                0..400 => tone.fill(&mut frame),
                450.. => {
                    digits.fill(&mut frame);
                }
                _ => {}
            }
            for sample in frame.iter_mut().filter(|_| n % 500 < 440) {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *sample += (random >> 26) as i16 - 32;
            }
            frames.push(frame);
        }
    }
    frames
}

#[test]
fn together_they_hear_what_each_hears_alone() {
    for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
        let mut dtmf = Dtmf::with_path(Profile::Talk, path);
        let mut progress = Progress::with_path(&plan(), path);
        let mut data = DataSignals::with_path(path);
        let mut alone = (dtmf.clone(), progress.clone(), data.clone());
        let (mut digits, mut machines) = (0, 0);
        let mut tones = Vec::new();
        let mut at = Tick::ZERO;
        let mut heard = Frames::default();
        for (n, frame) in audio().iter().enumerate() {
            let listens = n % 300 != 299;
            let listeners = Listeners {
                dtmf: &mut dtmf,
                progress: &mut progress,
                data: listens.then_some(&mut data),
            };
            listeners.process(frame, at, &mut heard);
            let keys = alone.0.process(frame, at);
            let tone = alone.1.process(frame, at);
            assert_eq!(heard.dtmf.events, keys.events, "{path:?}, {n}");
            assert_eq!(
                (heard.dtmf.suspect, heard.dtmf.guarded),
                (keys.suspect, keys.guarded)
            );
            assert_eq!(heard.progress.events, tone.events, "{path:?}, {n}");
            assert_eq!(heard.progress.tonal, tone.tonal, "{path:?}, {n}");
            if listens {
                let machine = alone.2.process(frame, at);
                assert_eq!(heard.data.modem, machine.modem, "{path:?}, {n}");
                assert_eq!(heard.data.tty, machine.tty, "{path:?}, {n}");
                assert_eq!(heard.data.tonal, machine.tonal, "{path:?}, {n}");
            }
            digits += heard.dtmf.events.len();
            tones.extend(
                heard
                    .progress
                    .events
                    .iter()
                    .filter_map(|event| match event {
                        ProgressEvent::Tone { tone, .. } => Some(*tone),
                        ProgressEvent::ToneEnd { .. } => None,
                    }),
            );
            machines += heard.data.modem.len();
            at += FRAME_TICKS;
        }
        assert!(digits >= 2 * 5 * 16 - 10, "{path:?}: {digits}");
        assert!(machines >= 1, "{path:?}: {machines}");
        tones.dedup();
        let played = [Tone::Busy, Tone::Dial, Tone::Reorder, Tone::CallWaiting];
        assert_eq!(tones, played, "{path:?}");
    }
}

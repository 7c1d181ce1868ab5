//! Multifrequency signals: what a receiver must take and must leave, by the limits of the
//! recommendations.

use dsp::{
    mf::{MfEvent, MfKind, MfReceiver},
    mf_gen::MfGen,
};
use std::f64::consts::TAU;
use types::{
    frame::{FRAME, FRAME_TICKS, Samples},
    mf::{MfSignal, MfSignals},
    tick::Tick,
};

const KINDS: [MfKind; 3] = [MfKind::R1, MfKind::R2Forward, MfKind::R2Backward];

fn signals() -> impl Iterator<Item = MfSignal> {
    (1..=15).filter_map(MfSignal::new)
}

/// A signal as the other end sends it.
#[derive(Clone, Copy)]
struct Sent {
    kind: MfKind,
    signal: MfSignal,
    dbm0: [f64; 2],
    off_hz: f64,
    ms: f64,
}

impl Sent {
    fn nominal(kind: MfKind, signal: MfSignal) -> Sent {
        Sent {
            kind,
            signal,
            dbm0: [-10.0; 2],
            off_hz: 0.0,
            ms: 68.0,
        }
    }

    fn add_to(&self, audio: &mut [f64], from: usize) {
        let (one, other) = self.signal.pair();
        for (tone, dbm0) in [one, other].into_iter().zip(self.dbm0) {
            let hz = f64::from(self.kind.hz()[tone]) + self.off_hz;
            let peak = 22_651.0 * 10f64.powf(dbm0 / 20.0);
            let samples = (self.ms * 8.0) as usize;
            for (n, sample) in audio[from..].iter_mut().take(samples).enumerate() {
                *sample += peak * (TAU * hz * n as f64 / 8000.0 + tone as f64).sin();
            }
        }
    }
}

fn hear(kind: MfKind, audio: &[f64]) -> Vec<MfEvent> {
    let mut receiver = MfReceiver::new(kind);
    let mut at = Tick::ZERO;
    let mut events = Vec::new();
    for frame in audio.chunks_exact(FRAME) {
        let samples: Samples =
            std::array::from_fn(|n| frame[n].round().clamp(-32_768.0, 32_767.0) as i16);
        events.extend(receiver.process(&samples, at));
        at += FRAME_TICKS;
    }
    events
}

fn started(events: &[MfEvent]) -> Vec<MfSignal> {
    let signal = |e: &MfEvent| match *e {
        MfEvent::Start { signal, .. } => Some(signal),
        MfEvent::End { .. } => None,
    };
    events.iter().filter_map(signal).collect()
}

/// Each signal of the kind, changed so, at eight places against the frames: whether each is heard
/// as itself, once.
fn each(kind: MfKind, change: impl Fn(&mut Sent)) -> (usize, usize) {
    let (mut taken, mut wrong) = (0, 0);
    for signal in signals() {
        for place in 0..8 {
            let mut sent = Sent::nominal(kind, signal);
            change(&mut sent);
            let mut audio = vec![0.0; 2400];
            sent.add_to(&mut audio, 800 + 10 * place);
            match started(&hear(kind, &audio))[..] {
                [heard] if heard == signal => taken += 1,
                [] => {}
                _ => wrong += 1,
            }
        }
    }
    (taken, wrong)
}

const ALL: (usize, usize) = (120, 0);
const NONE: (usize, usize) = (0, 0);

#[test]
fn signals_are_heard_over_the_whole_range_of_levels_and_below_it_none() {
    for kind in KINDS {
        let (range, silent) = match kind {
            MfKind::R1 => ([0, -25], -35.0),
            _ => ([-5, -35], -42.0),
        };
        for dbm0 in (range[1]..=range[0]).step_by(5) {
            let heard = each(kind, |s| s.dbm0 = [f64::from(dbm0); 2]);
            assert_eq!(heard, ALL, "{kind:?} at {dbm0} dBm0");
        }
        assert_eq!(each(kind, |s| s.dbm0 = [silent; 2]), NONE, "{kind:?}");
    }
}

#[test]
fn tones_of_unequal_level_are_heard_and_too_unequal_ones_are_not() {
    for kind in KINDS {
        let apart = if kind == MfKind::R1 { 6.0 } else { 7.0 };
        for dbm0 in [[-12.0, -12.0 - apart], [-12.0 - apart, -12.0]] {
            assert_eq!(each(kind, |s| s.dbm0 = dbm0), ALL, "{kind:?} {dbm0:?}");
        }
        assert_eq!(each(kind, |s| s.dbm0 = [-12.0, -24.0]), NONE, "{kind:?}");
    }
}

#[test]
fn frequencies_may_be_off_by_what_the_recommendations_allow() {
    for kind in KINDS {
        for off in [-10.0, -5.0, 5.0, 10.0] {
            let heard = each(kind, |s| {
                s.off_hz = off;
                s.dbm0 = [-12.0, -17.0];
            });
            assert_eq!(heard, ALL, "{kind:?} {off} Hz off");
        }
    }
}

#[test]
fn short_signals_are_heard_and_what_is_too_short_is_not() {
    for kind in KINDS {
        assert_eq!(each(kind, |s| s.ms = 30.0), ALL, "{kind:?}");
        assert_eq!(each(kind, |s| s.ms = 7.0), NONE, "{kind:?}");
    }
    assert_eq!(each(MfKind::R1, |s| s.ms = 10.0), NONE);
}

#[test]
fn the_same_digit_again_after_a_short_pause_is_two() {
    let mut audio = vec![0.0; 4000];
    let five = MfSignal::new(5).expect("a signal");
    let sent = Sent {
        ms: 35.0,
        ..Sent::nominal(MfKind::R1, five)
    };
    for place in 0..8 {
        audio.fill(0.0);
        sent.add_to(&mut audio, 800 + 10 * place);
        sent.add_to(&mut audio, 800 + 10 * place + 60 * 8);
        assert_eq!(started(&hear(MfKind::R1, &audio)), [five, five], "{place}");
    }
}

#[test]
fn an_interruption_of_seven_milliseconds_is_bridged() {
    for kind in KINDS {
        for signal in signals() {
            let mut audio = vec![0.0; 4000];
            Sent {
                ms: 200.0,
                ..Sent::nominal(kind, signal)
            }
            .add_to(&mut audio, 813);
            audio[1500..1556].fill(0.0);
            let events = hear(kind, &audio);
            assert_eq!(events.len(), 2, "{kind:?} {signal:?}: {events:?}");
        }
    }
}

#[test]
fn beginning_and_end_are_told_within_seventy_milliseconds_together() {
    for kind in [MfKind::R2Forward, MfKind::R2Backward] {
        for (n, signal) in signals().enumerate() {
            let mut audio = vec![0.0; 4000];
            let (begin, end) = (800 + 7 * n, 800 + 7 * n + 1200);
            let sent = Sent {
                ms: 150.0,
                dbm0: [-35.0, -28.0],
                ..Sent::nominal(kind, signal)
            };
            sent.add_to(&mut audio, begin);
            let mut receiver = MfReceiver::new(kind);
            let mut late = Vec::new();
            for (frame, from) in audio.chunks_exact(FRAME).zip((0..).step_by(FRAME)) {
                let samples: Samples = std::array::from_fn(|n| frame[n].round() as i16);
                for event in receiver.process(&samples, Tick(from as u64)) {
                    let since = if late.is_empty() { begin } else { end };
                    late.push(from + FRAME - since);
                    let told = match event {
                        MfEvent::Start { start, .. } => start.0 as i64 - begin as i64,
                        MfEvent::End { end: told, .. } => told.0 as i64 - end as i64,
                    };
                    assert!(told.abs() <= 64, "{event:?} is {told} samples off");
                }
            }
            assert!(
                late.iter().sum::<usize>() <= 560,
                "{kind:?} {signal:?} {late:?}"
            );
        }
    }
}

#[test]
fn three_tones_are_no_signal() {
    for kind in KINDS {
        for signal in signals() {
            let mut audio = vec![0.0; 2400];
            Sent::nominal(kind, signal).add_to(&mut audio, 800);
            let (one, other) = signal.pair();
            let third = (0..6).find(|t| *t != one && *t != other).expect("six");
            let hz = f64::from(kind.hz()[third]);
            for (n, sample) in audio[800..1344].iter_mut().enumerate() {
                *sample += 7000.0 * (TAU * hz * n as f64 / 8000.0).sin();
            }
            assert_eq!(started(&hear(kind, &audio)), [], "{kind:?} {signal:?}");
        }
    }
}

#[test]
fn signals_are_heard_through_noise() {
    let mut seed = 1u64;
    let mut noise = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((seed >> 33) as f64 / f64::from(1u32 << 31) - 0.5) * 2.0
    };
    for kind in KINDS {
        for signal in signals() {
            let mut audio = vec![0.0; 2400];
            // White noise of 12 dB less than both tones together.
            let peak = 22_651.0 * 10f64.powf((-7.0 - 12.0) / 20.0) / 2f64.sqrt() * 3f64.sqrt();
            for sample in &mut audio {
                *sample = peak * noise();
            }
            Sent::nominal(kind, signal).add_to(&mut audio, 817);
            assert_eq!(started(&hear(kind, &audio)), [signal], "{kind:?}");
        }
    }
}

#[test]
fn the_echo_of_what_is_sent_the_other_way_is_no_disturbance() {
    for (kind, other) in [
        (MfKind::R2Backward, MfKind::R2Forward),
        (MfKind::R2Forward, MfKind::R2Backward),
    ] {
        for signal in signals() {
            let mut audio = vec![0.0; 4000];
            let mut echo = Sent::nominal(other, MfSignal::new(7).expect("a signal"));
            (echo.ms, echo.dbm0) = (400.0, [-17.0; 2]);
            echo.add_to(&mut audio, 0);
            let mut sent = Sent::nominal(kind, signal);
            sent.dbm0 = [-30.0; 2];
            sent.add_to(&mut audio, 800);
            assert_eq!(started(&hear(kind, &audio)), [signal], "{kind:?}");
        }
    }
}

#[test]
fn what_is_generated_is_heard() {
    let string: MfSignals = [MfSignal::KP]
        .into_iter()
        .chain((1..=12).filter_map(MfSignal::new))
        .chain([MfSignal::ST])
        .collect();
    let mut voice = MfGen::new(MfKind::R1);
    voice.send(string.clone());
    let mut audio = Vec::new();
    while voice.busy() {
        let mut frame = [0; FRAME];
        voice.fill(&mut frame);
        audio.extend(frame.map(f64::from));
    }
    // KP 100 ms, 13 others, 14 pauses, to the next frame.
    assert_eq!(audio.len(), (800 + 27 * 544usize).next_multiple_of(FRAME));
    audio.extend([0.0; 800]);
    assert_eq!(started(&hear(MfKind::R1, &audio)), string.as_slice());
}

#[test]
fn lost_samples_end_a_signal_and_a_reset_forgets_it() {
    let mut voice = MfGen::new(MfKind::R2Backward);
    let signal = MfSignal::new(6).expect("a signal");
    voice.hold(Some(signal));
    let mut receiver = MfReceiver::new(MfKind::R2Backward);
    let mut frame = [0; FRAME];
    let mut hear = |receiver: &mut MfReceiver, frames: u64| {
        let mut events = Vec::new();
        for n in 0..frames {
            voice.fill(&mut frame);
            events.extend(receiver.process(&frame, Tick(n * 80)));
        }
        events
    };
    assert_eq!(started(&hear(&mut receiver, 6)), [signal]);
    receiver.lost(400);
    let events = hear(&mut receiver, 6);
    assert!(matches!(events[0], MfEvent::End { .. }), "{events:?}");
    assert_eq!(started(&events), [signal]);
    receiver.reset();
    assert_eq!(started(&hear(&mut receiver, 6)), [signal]);
}

//! Fax and modem signals.
//!
//! What: presence, beginning, level and confidence of the tones by which fax machines and modems
//! call and answer: CNG 1100 Hz, data calling tone 1300 Hz, answer tone 2100 Hz (ANS; with phase
//! reversals; with amplitude modulation, ANSam; with both), Bell answer tone 2225 Hz, and the flags
//! before a fax message (V.21 channel 2).
//!
//! How: each 5 ms the last 10 ms are compared with each frequency. A tone is a run of windows that
//! one frequency explains, at even level, where the turn of its phase says that it should be.
//! Calling tones come in bursts and are told when a burst of the right length is over; an answer
//! tone when it has lasted half a second, and again when its reversals or its modulation are certain:
//! after two in step (0.9 s), or 0.4 s. Flags are a rhythm of two tones: one octet has 26.7 ms, three
//! have 16 hops, so the third bin of a transform of 16 hops holds their balance and nothing else does.
//!
//! Limits: 0 to -35 dBm0, signal to noise 10 dB. CNG 1100 Hz +-38 Hz, 0.5 s on +-15 % (T.30, 4.2);
//! calling tone 1300 +-15 Hz, 0.5 to 0.7 s (V.25, 4.1); ANS 2100 +-15 Hz, reversals each
//! 450 +-25 ms, 15 Hz modulation of a fifth (V.25, 4.2; V.8, 6.2); preamble 1650/1850 Hz,
//! 300 bit/s, 1 s +-15 % (T.30, 5.3.1). All are taken 1 % further than that.

mod flags;
mod tone;

use crate::{
    SAMPLE_RATE,
    bank::{Bins, scallop},
    data::{ANSWER, BELL_ANSWER, DATA_CALLING, FAX_CALLING, HOP, Hop},
};
use flags::Flags;
pub(crate) use flags::TONES as FLAGS_SHARE;
use tone::Run;
use types::tick::{Tick, Ticks};

/// What a machine sends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Signal {
    /// CNG: a fax machine calls.
    FaxCalling,
    /// A modem calls (V.25).
    DataCalling,
    /// ANS, CED: a fax machine or a modem answers. Reversals ask for echo cancellers off,
    /// modulation (ANSam) for V.8.
    Answer { reversals: bool, modulated: bool },
    /// Bell 103 and 212 answer.
    BellAnswer,
    /// Flags of V.21 channel 2: a fax machine is about to say what it can.
    FaxPreamble,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ModemEvent {
    /// A signal is recognised; told again when an answer tone turns out to have reversals or
    /// modulation, and for every burst of a calling tone.
    Heard {
        signal: Signal,
        start: Tick,
        level_dbm0: f32,
        /// 0 to 1.
        confidence: f32,
    },
    /// A steady signal that was told has stopped.
    Ended { signal: Signal, at: Tick },
}

/// The detector. One a leg, fed by [`DataSignals`](crate::data::DataSignals).
#[derive(Clone, Debug)]
pub(crate) struct Modem {
    run: Option<Run>,
    last_burst: Option<(Signal, Tick)>,
    flags: Flags,
}

/// One frequency that explains a window.
#[derive(Clone, Copy, Debug)]
struct Hit {
    lane: usize,
    /// Mean square, corrected for the distance from the correlator.
    power: f32,
    /// Its share of all power.
    share: f32,
    /// Phase turned in one hop.
    turn: (f32, f32),
}

const WINDOW: usize = 2 * HOP;

/// Least mean square: -40 dBm0.
pub(crate) const LEAST: f32 = 24_900.0;

/// Share of a window's power that a tone explains; 10 dB over noise it is nine tenths.
const EXPLAINED: f32 = 0.72;

/// And that is seen of it: at most half of a straying tone's power is not.
pub(crate) const SEEN: f32 = 0.5 * EXPLAINED;

/// The single tones and how far in Hz each may stray: its standard's limit and 1 % more.
pub(crate) const TONES: [(usize, f32); 4] = [
    (FAX_CALLING, 52.0),
    (DATA_CALLING, 32.0),
    (ANSWER, 40.0),
    (BELL_ANSWER, 36.0),
];

/// Lengths of a burst of CNG and of a data calling tone.
const FAX_BURST: (Ticks, Ticks) = (Ticks::ms(400), Ticks::ms(600));
const DATA_BURST: (Ticks, Ticks) = (Ticks::ms(400), Ticks::ms(830));

/// After the pause of three seconds (T.30) or two (V.25), a burst is the next one.
const BURST_PAUSE: (Ticks, Ticks) = (Ticks::ms(1200), Ticks::ms(3600));

/// How long an answer tone lasts before it is told.
const STEADY: Ticks = Ticks::ms(500);

impl Modem {
    pub fn new() -> Modem {
        Modem {
            run: None,
            last_burst: None,
            flags: Flags::new(),
        }
    }

    /// `before` is the window that ended one hop earlier.
    #[inline(always)]
    pub fn hop(&mut self, hop: &Hop, before: Option<&Bins>, end: Tick) -> Option<ModemEvent> {
        let hit = before.and_then(|before| hit(hop, before));
        let flags = self.flags.hop(hop, end);
        if self.run.is_none() && hit.is_none() {
            return flags;
        }
        let tone = self.follow(hit, hop, end);
        flags.or(tone)
    }

    /// Whether nothing has begun.
    #[inline(always)]
    pub fn is_idle(&self) -> bool {
        self.run.is_none() && self.flags.is_idle()
    }

    /// Hops that hold nothing, while it is idle.
    #[inline(always)]
    pub fn hop_of_nothing(&mut self) {
        self.flags.lost();
    }

    /// Whether one of the signals is there, or may be.
    pub fn hears(&self) -> bool {
        let run = self.run.as_ref();
        run.is_some_and(|run| run.lasted() >= Ticks::ms(60)) || self.flags.hears()
    }

    /// Samples are missing: no window may span the break.
    pub fn lost(&mut self) {
        if let Some(run) = &mut self.run {
            run.lost();
        }
        self.flags.lost();
    }

    pub fn reset(&mut self) {
        *self = Modem::new();
    }

    fn follow(&mut self, hit: Option<Hit>, hop: &Hop, end: Tick) -> Option<ModemEvent> {
        let Some(run) = &mut self.run else {
            self.run = hit.map(|hit| Run::new(&hit, end));
            return None;
        };
        match hit {
            Some(hit) if hit.lane == run.lane() => {
                run.add(&hit, hop, end);
                self.steady()
            }
            other => {
                if run.miss(hop, end) {
                    return None;
                }
                let ended = self.ended();
                self.run = other.map(|hit| Run::new(&hit, end));
                ended
            }
        }
    }

    /// A tone goes on: an answer tone that has lasted, or more of its kind is known.
    fn steady(&mut self) -> Option<ModemEvent> {
        let run = self.run.as_mut()?;
        let signal = match run.lane() {
            ANSWER => Signal::Answer {
                reversals: run.reverses(),
                modulated: run.is_modulated(),
            },
            BELL_ANSWER => Signal::BellAnswer,
            _ => return None,
        };
        if run.lasted() < STEADY || run.told() == Some(signal) || !run.is_even() {
            return None;
        }
        run.tell(signal);
        Some(run.heard(signal, 1.0))
    }

    /// A tone is over: a burst of a calling tone, or an answer tone that was told.
    fn ended(&mut self) -> Option<ModemEvent> {
        let run = self.run.take()?;
        if let Some(signal) = run.told() {
            return Some(ModemEvent::Ended {
                signal,
                at: run.last_heard(),
            });
        }
        let (signal, (shortest, longest)) = match run.lane() {
            FAX_CALLING => (Signal::FaxCalling, FAX_BURST),
            DATA_CALLING => (Signal::DataCalling, DATA_BURST),
            _ => return None,
        };
        let length = run.last_heard().since(run.start());
        if length < shortest || length > longest || !run.is_even() {
            return None;
        }
        let again = self.last_burst.is_some_and(|(before, end)| {
            let pause = run.start().since(end);
            before == signal && pause >= BURST_PAUSE.0 && pause <= BURST_PAUSE.1
        });
        self.last_burst = Some((signal, run.last_heard()));
        Some(run.heard(signal, if again { 1.0 } else { 0.9 }))
    }
}

/// The strongest of the single tones, when it explains the window and is where it should be.
#[inline(always)]
fn hit(hop: &Hop, before: &Bins) -> Option<Hit> {
    const SCALE: f32 = 2.0 / (WINDOW * WINDOW) as f32;
    let total = hop.window_energy / WINDOW as f32;
    let mut best = (0.0, TONES[0]);
    for tone in TONES {
        let power = hop.window_powers[tone.0];
        if power >= best.0 {
            best = (power, tone);
        }
    }
    let (power, (lane, strays)) = (best.0 * SCALE, best.1);
    if total < LEAST || power < SEEN * total {
        return None;
    }
    let turn = hop.window.turn_since(before, lane);
    let offset = offset_hz(turn);
    let seen = scallop(offset, WINDOW);
    let share = power / (seen * seen) / total;
    (offset.abs() <= strays && share >= EXPLAINED).then_some(Hit {
        lane,
        power: power / (seen * seen),
        share: share.min(1.0),
        turn,
    })
}

/// Hz between a frequency and its correlator, by the phase turned in one hop.
fn offset_hz(turn: (f32, f32)) -> f32 {
    const HOPS_A_SECOND: f32 = SAMPLE_RATE as f32 / HOP as f32;
    turn.1.atan2(turn.0) * HOPS_A_SECOND / std::f32::consts::TAU
}

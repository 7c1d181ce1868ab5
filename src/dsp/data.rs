//! The signals of machines: fax, modems and text telephones.
//!
//! What: the presence of what [`modem`] and [`tty`] know, from one
//! pass over the samples.
//!
//! How: one group of eight correlators serves both, each 5 ms: both halves of a frame at once. The
//! sums of two hops are the windows in which single tones are looked for.
//!
//! Limits: those of the two.

use crate::{
    bank::{self, Bins, Complex, Group, HALF_PAIRS, LANES, Lanes, Turned},
    modem::{self, Modem, ModemEvent},
    simd::{Kernels, Path, Work, lanes::Floats},
    tty::{self, Tty, TtyEvent},
};
use arrayvec::ArrayVec;
use std::sync::LazyLock;
use types::{
    frame::Samples,
    tick::{Tick, Ticks},
};

/// What a frame held.
#[derive(Clone, Debug, Default)]
pub struct DataFrame {
    pub modem: ArrayVec<ModemEvent, 2>,
    pub tty: Option<TtyEvent>,
    /// The frame looks like one of these signals, though nothing may be told yet.
    pub tonal: bool,
}

/// Both detectors. One a leg.
#[derive(Clone, Debug)]
pub struct DataSignals {
    path: Path,
    group: &'static Group<HALF_PAIRS>,
    turned: Turned,
    last: Hop,
    /// Hops since samples were lost, as far as they matter.
    known: u8,
    modem: Modem,
    tty: Tty,
}

/// What 5 ms gave, and the window of 10 ms that they complete.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop {
    pub bins: Bins,
    pub window: Bins,
    /// Their squared magnitudes.
    pub powers: Lanes,
    pub window_powers: Lanes,
    /// Sums of squares.
    pub energy: f32,
    pub window_energy: f32,
}

pub(crate) const HOP: usize = 40;
pub(crate) const HOP_TICKS: Ticks = Ticks(HOP as u64);

/// The correlators' frequencies in Hz, and which is which.
pub(crate) const FREQS: [f32; 8] = [
    1100.0, 1300.0, 2100.0, 2225.0, 1650.0, 1850.0, 1400.0, 1800.0,
];
pub(crate) const FAX_CALLING: usize = 0;
pub(crate) const DATA_CALLING: usize = 1;
pub(crate) const ANSWER: usize = 2;
pub(crate) const BELL_ANSWER: usize = 3;
pub(crate) const V21_MARK: usize = 4;
pub(crate) const V21_SPACE: usize = 5;
pub(crate) const TTY_MARK: usize = 6;
pub(crate) const TTY_SPACE: usize = 7;

impl DataSignals {
    pub fn new() -> DataSignals {
        DataSignals::with_path(Path::best())
    }

    /// With these instructions; all give the same facts.
    pub fn with_path(path: Path) -> DataSignals {
        DataSignals {
            path,
            group: &GROUP,
            turned: Turned::START,
            last: Hop::NOTHING,
            known: 0,
            modem: Modem::new(),
            tty: Tty::new(),
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> DataFrame {
        let mut frame = DataFrame::default();
        self.path.run(NextFrame {
            data: self,
            samples,
            at,
            frame: &mut frame,
        });
        frame
    }

    #[inline(always)]
    pub(crate) fn hear<K: Kernels>(&mut self, samples: &Samples, at: Tick, frame: &mut DataFrame) {
        let mut halves = [bank::Hop::NOTHING; 2];
        for (half, samples) in halves.iter_mut().zip(samples.as_chunks::<HOP>().0) {
            half.take::<K>(samples);
        }
        let hops = halves.each_ref().map(|half| &half.folded);
        let bins = self.group.hops::<K, 2>(hops, &mut self.turned);
        let first = self.last.then::<K>(&bins[0], halves[0].energy);
        let second = first.then::<K>(&bins[1], halves[1].energy);
        if self.modem.is_idle() && self.tty.is_idle() && Hop::tell_nothing::<K>([&first, &second]) {
            self.modem.hop_of_nothing();
            self.known = JUDGED;
        } else {
            let before = self.last.window;
            self.judge(&first, &before, at + HOP_TICKS, frame);
            self.judge(&second, &first.window, at + HOP_TICKS + HOP_TICKS, frame);
            frame.tonal = self.modem.hears() || self.tty.hears();
        }
        self.last = second;
    }

    /// `before` is the window that ended one hop earlier: a tone is told by what it turned since.
    fn judge(&mut self, hop: &Hop, before: &Bins, end: Tick, frame: &mut DataFrame) {
        let before = (self.known == JUDGED).then_some(before);
        if let Some(event) = self.modem.hop(hop, before, end) {
            // No more than one a hop, and two hops in a frame.
            let _ = frame.modem.try_push(event);
        }
        frame.tty = self.tty.hop(hop, end).or(frame.tty);
        self.known = (self.known + 1).min(JUDGED);
    }

    /// Samples are missing before the next frame. A signal that goes on is not told again.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.known = 0;
            self.modem.lost();
            self.tty.lost();
        }
    }

    /// Forgets all that was heard, in place.
    pub fn reset(&mut self) {
        self.known = 0;
        self.modem.reset();
        self.tty.reset();
    }
}

impl Default for DataSignals {
    fn default() -> DataSignals {
        DataSignals::new()
    }
}

/// The correlators, shared by all lines.
static GROUP: LazyLock<Group<HALF_PAIRS>> = LazyLock::new(|| Group::new(&FREQS));

/// Hops that it takes until a window and the one before it are of one piece.
const JUDGED: u8 = 2;

impl Hop {
    const NOTHING: Hop = Hop {
        bins: Bins::ZERO,
        window: Bins::ZERO,
        powers: [0.0; LANES],
        window_powers: [0.0; LANES],
        energy: 0.0,
        window_energy: 0.0,
    };

    #[inline(always)]
    fn then<K: Kernels>(&self, bins: &Bins, energy: f32) -> Hop {
        let window = Complex::<K>::load(bins).plus(Complex::load(&self.bins));
        let window = window.bins();
        Hop {
            bins: *bins,
            window,
            powers: bins.powers::<K>(1.0),
            window_powers: window.powers::<K>(1.0),
            energy,
            window_energy: self.energy + energy,
        }
    }

    /// The amplitude at one of the frequencies.
    #[inline(always)]
    pub fn amplitude(&self, lane: usize) -> f32 {
        self.powers[lane].sqrt() * (std::f32::consts::SQRT_2 / HOP as f32)
    }

    /// Whether nothing in these hops is as strong as the least that `modem` and `tty` listen to.
    #[inline(always)]
    fn tell_nothing<K: Kernels>(hops: [&Hop; 2]) -> bool {
        let load = |lanes: &Lanes| K::Floats::load(lanes);
        let over = |hop: &Hop| {
            let heard = load(&hop.powers).mul(load(&LEAST_HEARD.0));
            let window = load(&hop.window_powers).mul(load(&LEAST_HEARD.1));
            let heard = heard.sub(K::Floats::splat(hop.energy));
            heard.greater(window.sub(K::Floats::splat(hop.window_energy)))
        };
        // No loop: what was just stored would be read back in other pieces, and waited for.
        over(hops[0]).greater(over(hops[1])).greatest() <= 0.0
    }

    /// Whether two tones may have this share of the mean square when their amplitudes add: the
    /// square of a sum is at most twice the sum of the squares.
    #[inline(always)]
    pub fn may_hold(&self, tones: [usize; 2], share: f32) -> bool {
        const SCALE: f32 = 4.0 / HOP as f32;
        let both = self.powers[tones[0]] + self.powers[tones[1]];
        MARGIN * SCALE * both >= share * self.energy
    }
}

/// More than rounding.
const MARGIN: f32 = 1.001;

/// What makes the least power of each tone that is listened to the sum of squares: in hops and in
/// windows. Of two tones in a hop one has at least half.
const LEAST_HEARD: (Lanes, Lanes) = {
    const IN_HOP: f32 = 8.0 * MARGIN / HOP as f32;
    const IN_WINDOW: f32 = 2.0 * MARGIN / (2 * HOP) as f32;
    let (mut hops, mut windows) = ([0.0; LANES], [0.0; LANES]);
    hops[V21_MARK] = IN_HOP / modem::FLAGS_SHARE;
    hops[V21_SPACE] = hops[V21_MARK];
    hops[TTY_MARK] = IN_HOP / tty::EXPLAINED;
    hops[TTY_SPACE] = hops[TTY_MARK];
    let mut at = 0;
    while at < modem::TONES.len() {
        windows[modem::TONES[at].0] = IN_WINDOW / modem::SEEN;
        at += 1;
    }
    (hops, windows)
};

struct NextFrame<'a> {
    data: &'a mut DataSignals,
    samples: &'a Samples,
    at: Tick,
    frame: &'a mut DataFrame,
}

impl Work for NextFrame<'_> {
    type Output = ();

    #[inline(always)]
    fn run<K: Kernels>(self) {
        self.data.hear::<K>(self.samples, self.at, self.frame);
    }
}

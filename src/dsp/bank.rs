//! The filter bank: how a hop of 80 samples correlates with each of many frequencies.
//!
//! What: for each hop of 10 ms and each frequency a complex number whose phase refers to one
//! origin for all hops. The sum of the last few hops is then the discrete Fourier transform of
//! that window at exactly these frequencies (what the Goertzel recursion gives), and the turn
//! of its phase from one window to the next is the distance of the heard frequency from the
//! bank's.
//!
//! How: a hop is folded about its middle ([`fold`]), which halves the multiplications, and
//! multiplied with a table of 12-bit cosines and sines in integers (see `simd/bank.rs`): no
//! recursion, hence no chain of dependent steps and no growth of rounding errors. Eight
//! frequencies are a [`Group`]; a [`Bank`] is any number of groups. Tables are immutable and
//! shared by all lines that listen for the same frequencies; a direction of a line holds only
//! its [`Turned`] phases.
//!
//! Limits: within 0.1 % of the exact transform for a frequency of the bank, others at least 60
//! dB down beside the window's own sidelobes; a turn is unambiguous for offsets up to 50 Hz.

use crate::{
    SAMPLE_RATE,
    simd::{
        Kernels,
        bank::{Folded, PAIRS, Products, Rows, TABLE_ONE},
        lanes::Floats,
    },
};
use types::frame::{FRAME, Samples};

pub(crate) use crate::simd::bank::{LANES, SPARE_BITS};

/// Pairs of folded samples in half a frame.
pub(crate) const HALF_PAIRS: usize = PAIRS / 2;

/// Samples in a hop: a frame.
pub(crate) const HOP: usize = FRAME;

/// What the products are multiplied with to be in units of samples.
pub(crate) const UNIT: f32 = (1 << SPARE_BITS) as f32 / TABLE_ONE as f32;

/// One value a frequency.
pub(crate) type Lanes = [f32; LANES];

/// What one hop, or the sum over several, gave. A sine of amplitude A at a lane's frequency
/// gives A / 2 a sample.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
pub(crate) struct Bins {
    pub re: Lanes,
    pub im: Lanes,
}

/// Bins in registers.
pub(crate) struct Complex<K: Kernels> {
    re: K::Floats,
    im: K::Floats,
}

/// Eight frequencies: the unit of the kernel. Lanes without a frequency stay zero. Its hops have
/// 4 `N` samples: a frame, if nothing is said.
#[derive(Clone, Debug)]
pub(crate) struct Group<const N: usize = PAIRS> {
    rows: Rows<N>,
    /// The turn of each frequency over one hop.
    step: Bins,
}

/// The frequencies of one kind of listener, in groups.
#[derive(Debug)]
pub(crate) struct Bank {
    groups: Box<[Group]>,
}

/// How far each frequency of a group has turned since the first hop of a leg.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turned(Bins);

/// What a leg keeps of a group: its bins in the last hops, by their place in the round.
#[derive(Clone, Debug)]
pub(crate) struct Ring {
    pub turned: Turned,
    pub hops: [Bins; KEPT],
}

/// Hops that a leg keeps.
pub(crate) const KEPT: usize = 16;

/// A leg's sums of squares and its hop, ready for the bank.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop<const N: usize = PAIRS> {
    pub folded: Folded<N>,
    /// Sum of squares, in units of samples.
    pub energy: f32,
}

impl Bins {
    pub const ZERO: Bins = Bins {
        re: [0.0; LANES],
        im: [0.0; LANES],
    };

    /// Squared magnitudes, times a factor.
    #[inline(always)]
    pub fn powers<K: Kernels>(&self, factor: f32) -> Lanes {
        let mut powers = [0.0; LANES];
        let squares = Complex::<K>::load(self).squares();
        squares.mul(K::Floats::splat(factor)).store(&mut powers);
        powers
    }

    /// This bin times the conjugate of an earlier one: its angle is the phase turned since.
    #[inline(always)]
    pub fn turn_since(&self, earlier: &Bins, lane: usize) -> (f32, f32) {
        let (a, b) = (self.re[lane], self.im[lane]);
        let (c, d) = (earlier.re[lane], earlier.im[lane]);
        (a * c + b * d, b * c - a * d)
    }

    /// The sum with the hop before, both in the phase of their own middles.
    #[inline(always)]
    pub fn after<K: Kernels, const N: usize>(&self, earlier: &Bins, group: &Group<N>) -> Bins {
        let (now, earlier) = (Complex::<K>::load(self), Complex::load(earlier));
        now.plus(earlier.back(Complex::load(&group.step))).bins()
    }
}

impl<K: Kernels> Clone for Complex<K> {
    #[inline(always)]
    fn clone(&self) -> Complex<K> {
        *self
    }
}

impl<K: Kernels> Copy for Complex<K> {}

impl<K: Kernels> Complex<K> {
    #[inline(always)]
    pub fn load(bins: &Bins) -> Complex<K> {
        Complex {
            re: K::Floats::load(&bins.re),
            im: K::Floats::load(&bins.im),
        }
    }

    #[inline(always)]
    pub fn splat((re, im): (f32, f32)) -> Complex<K> {
        Complex {
            re: K::Floats::splat(re),
            im: K::Floats::splat(im),
        }
    }

    #[inline(always)]
    fn of([cosines, sines]: &Products) -> Complex<K> {
        Complex {
            re: K::Floats::of(cosines),
            im: K::Floats::of(sines),
        }
    }

    #[inline(always)]
    pub fn bins(self) -> Bins {
        let mut bins = Bins::ZERO;
        self.re.store(&mut bins.re);
        self.im.store(&mut bins.im);
        bins
    }

    #[inline(always)]
    pub fn plus(self, other: Complex<K>) -> Complex<K> {
        Complex {
            re: self.re.add(other.re),
            im: self.im.add(other.im),
        }
    }

    #[inline(always)]
    pub fn minus(self, other: Complex<K>) -> Complex<K> {
        Complex {
            re: self.re.sub(other.re),
            im: self.im.sub(other.im),
        }
    }

    #[inline(always)]
    pub fn times(self, by: Complex<K>) -> Complex<K> {
        Complex {
            re: self.re.mul(by.re).sub(self.im.mul(by.im)),
            im: self.re.mul(by.im).add(self.im.mul(by.re)),
        }
    }

    /// Times the conjugate.
    #[inline(always)]
    pub fn back(self, by: Complex<K>) -> Complex<K> {
        Complex {
            re: self.re.mul(by.re).add(self.im.mul(by.im)),
            im: self.im.mul(by.re).sub(self.re.mul(by.im)),
        }
    }

    #[inline(always)]
    pub fn scaled(self, by: K::Floats) -> Complex<K> {
        Complex {
            re: self.re.mul(by),
            im: self.im.mul(by),
        }
    }

    #[inline(always)]
    pub fn squares(self) -> K::Floats {
        self.re.mul(self.re).add(self.im.mul(self.im))
    }
}

impl<const N: usize> Group<N> {
    /// At most [`LANES`] frequencies in Hz.
    pub fn new(freqs: &[f32]) -> Group<N> {
        assert!(freqs.len() <= LANES, "{} frequencies", freqs.len());
        let angle = |lane: usize| {
            let hz = freqs.get(lane)?;
            Some(std::f64::consts::TAU * f64::from(*hz) / f64::from(SAMPLE_RATE))
        };
        let mut step = Bins::ZERO;
        for lane in 0..LANES {
            if let Some(angle) = angle(lane) {
                step.re[lane] = (angle * (4 * N) as f64).cos() as f32;
                step.im[lane] = -(angle * (4 * N) as f64).sin() as f32;
            }
        }
        Group {
            rows: Rows::new(
                |at, lane| angle(lane).map_or(0.0, |angle| (angle * at).cos()),
                |at, lane| angle(lane).map_or(0.0, |angle| -(angle * at).sin()),
            ),
            step,
        }
    }

    /// Correlates one hop; the phase is that of its own middle.
    #[inline(always)]
    pub fn middle<K: Kernels>(&self, hop: &Folded<N>) -> Bins {
        let [[products]] = K::correlate([&self.rows], [hop]);
        let unit = K::Floats::splat(UNIT);
        Complex::<K>::of(&products).scaled(unit).bins()
    }

    /// The turn of a frequency over a hop, as cosine and sine, backwards.
    #[inline(always)]
    pub fn step(&self, lane: usize) -> (f32, f32) {
        (self.step.re[lane], self.step.im[lane])
    }

    /// The bins of successive hops of one leg, correlated at once.
    #[inline(always)]
    pub fn hops<K: Kernels, const HOPS: usize>(
        &self,
        hops: [&Folded<N>; HOPS],
        turned: &mut Turned,
    ) -> [Bins; HOPS] {
        let [products] = K::correlate([&self.rows], hops);
        let mut bins = [Bins::ZERO; HOPS];
        for (bins, products) in bins.iter_mut().zip(&products) {
            *bins = turned.next::<K>(products, &self.step);
        }
        bins
    }
}

impl Turned {
    pub const START: Turned = Turned(Bins {
        re: [UNIT; LANES],
        im: [0.0; LANES],
    });

    /// The phases that the next hop's middle has in the common reference, times [`UNIT`].
    #[inline(always)]
    pub fn phases(&self) -> &Bins {
        &self.0
    }

    /// The bins in the common reference; turns on to the next hop.
    #[inline(always)]
    fn next<K: Kernels>(&mut self, products: &Products, step: &Bins) -> Bins {
        let phases = Complex::<K>::load(&self.0);
        let seen = Complex::of(products).times(phases);
        let turned = phases.times(Complex::load(step));
        // Rounding would let the length drift.
        let square = turned.squares().mul(K::Floats::splat(0.5 / (UNIT * UNIT)));
        let gain = K::Floats::splat(1.5).sub(square);
        self.0 = turned.scaled(gain).bins();
        seen.bins()
    }
}

impl Bank {
    pub fn new(freqs: &[f32]) -> Bank {
        Bank {
            groups: freqs.chunks(LANES).map(Group::new).collect(),
        }
    }

    /// How many groups; frequency `n` is lane `n % LANES` of group `n / LANES`.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The state of a leg that has heard nothing yet.
    pub fn start(&self) -> Box<[Ring]> {
        let ring = Ring {
            turned: Turned::START,
            hops: [Bins::ZERO; KEPT],
        };
        vec![ring; self.groups.len()].into()
    }

    /// Takes the next hop of a leg: writes the bins of each group at this place.
    #[inline(always)]
    pub fn hop<K: Kernels>(&self, hop: &Folded, rings: &mut [Ring], place: usize) {
        let mut at = 0;
        while at < self.groups.len() {
            let (rest, rings) = (&self.groups[at..], &mut rings[at..]);
            at += if let Some(three) = rest.first_chunk::<3>() {
                together::<K, 3>(three, hop, rings, place)
            } else if let Some(two) = rest.first_chunk::<2>() {
                together::<K, 2>(two, hop, rings, place)
            } else {
                let one = rest.first_chunk::<1>().expect("there is one");
                together::<K, 1>(one, hop, rings, place)
            };
        }
    }
}

/// Some groups at once, with their rings; returns how many.
#[inline(always)]
fn together<K: Kernels, const GROUPS: usize>(
    groups: &[Group; GROUPS],
    hop: &Folded,
    rings: &mut [Ring],
    place: usize,
) -> usize {
    let products = K::correlate(groups.each_ref().map(|group| &group.rows), [hop]);
    let rings = &mut rings[..GROUPS];
    for n in 0..GROUPS {
        let ring = &mut rings[n];
        let [products] = &products[n];
        ring.hops[place % KEPT] = ring.turned.next::<K>(products, &groups[n].step);
    }
    GROUPS
}

/// Folds a frame and sums its squares.
#[inline(always)]
pub(crate) fn fold<K: Kernels>(samples: &Samples) -> Hop {
    let mut hop = Hop::NOTHING;
    hop.take::<K>(samples);
    hop
}

impl<const N: usize> Hop<N> {
    pub const NOTHING: Hop<N> = Hop {
        folded: Folded::ZERO,
        energy: 0.0,
    };

    /// Folds 4 `N` samples and sums their squares. In place: to move what was just folded costs
    /// more than to fold it.
    #[inline(always)]
    pub fn take<K: Kernels>(&mut self, samples: &[i16]) {
        let squares = K::fold(samples, &mut self.folded);
        self.energy = (1 << (2 * SPARE_BITS)) as f32 * squares as f32;
    }
}

/// How much of a sine's amplitude a window of `samples` sees when it is `offset_hz` off
/// the bin (the Dirichlet kernel, as sin x / x).
#[inline]
pub(crate) fn scallop(offset_hz: f32, samples: usize) -> f32 {
    let x = std::f32::consts::PI * offset_hz * samples as f32 / SAMPLE_RATE as f32;
    if x.abs() < 1e-3 { 1.0 } else { x.sin() / x }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Path, Portable, Work};
    use goertzel_nostd::Parameters;

    /// The next frame of a leg.
    struct Next<'a> {
        bank: &'a Bank,
        samples: &'a Samples,
        rings: &'a mut [Ring],
    }

    /// The bins that were written.
    fn bins(rings: &[Ring]) -> [Bins; 3] {
        std::array::from_fn(|group| rings[group].hops[0])
    }

    impl Work for Next<'_> {
        type Output = f32;

        #[inline(always)]
        fn run<K: Kernels>(self) -> f32 {
            let hop = fold::<K>(self.samples);
            self.bank.hop::<K>(&hop.folded, self.rings, 0);
            hop.energy
        }
    }

    const FREQS: [f32; 19] = [
        0.0, 16.67, 250.0, 300.0, 350.0, 400.0, 440.0, 480.0, 620.0, 697.0, 941.0, 985.2, 1100.0,
        1370.6, 1633.0, 2000.0, 2600.0, 3400.0, 4000.0,
    ];

    fn frames(count: usize) -> Vec<Samples> {
        let mut state = 0x2545_f491_4f6c_dd1du64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as i16
        };
        let random = |_| std::array::from_fn(|_| next());
        let mut frames: Vec<Samples> = (0..count).map(random).collect();
        frames.extend([[i16::MAX; HOP], [i16::MIN; HOP]]);
        let signs = |hz: f64, shift: f64| {
            std::array::from_fn(|n| {
                let angle = std::f64::consts::TAU * hz / 8000.0 * (n as f64 - 39.5) + shift;
                if angle.cos() < 0.0 {
                    i16::MIN
                } else {
                    i16::MAX
                }
            })
        };
        for hz in FREQS {
            let shifts = [0.0, std::f64::consts::FRAC_PI_2, 2.0];
            frames.extend(shifts.map(|shift| signs(f64::from(hz), shift)));
        }
        frames
    }

    /// Bits of all bins and energies of one leg.
    fn heard(path: Path, frames: &[Samples]) -> Vec<u32> {
        let bank = Bank::new(&FREQS);
        let mut rings = bank.start();
        let mut all = Vec::new();
        for frame in frames {
            let energy = path.run(Next {
                bank: &bank,
                samples: frame,
                rings: &mut rings,
            });
            let bins = bins(&rings);
            all.push(energy.to_bits());
            let values = bins.iter().flat_map(|bins| bins.re.iter().chain(&bins.im));
            all.extend(values.map(|value| value.to_bits()));
        }
        all
    }

    #[test]
    fn all_paths_give_the_same_bits() {
        let frames = frames(400);
        let portable = heard(Path::Portable, &frames);
        for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
            assert!(heard(path, &frames) == portable, "{path:?}");
        }
    }

    /// As the halves of a frame are: a hop's bins don't depend on what is correlated beside it.
    #[test]
    fn hops_at_once_are_each_alone() {
        struct Both<'a>(&'a Group, [&'a Samples; 2]);

        impl Work for Both<'_> {
            type Output = [[Bins; 2]; 2];

            #[inline(always)]
            fn run<K: Kernels>(self) -> [[Bins; 2]; 2] {
                let Both(group, samples) = self;
                let hops = samples.map(fold::<K>);
                let [first, second] = hops.each_ref().map(|hop| &hop.folded);
                let (mut together, mut apart) = (Turned::START, Turned::START);
                let [one] = group.hops::<K, 1>([first], &mut apart);
                let [other] = group.hops::<K, 1>([second], &mut apart);
                [
                    group.hops::<K, 2>([first, second], &mut together),
                    [one, other],
                ]
            }
        }

        let (frames, group) = (frames(50), Group::new(&FREQS[2..10]));
        for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
            for pair in frames.windows(2) {
                let [together, apart] = path.run(Both(&group, [&pair[0], &pair[1]]));
                for (x, y) in together.iter().zip(apart) {
                    assert_eq!((x.re, x.im), (y.re, y.im), "{path:?}");
                }
            }
        }
    }

    /// Signals that reach each sum's bound: sums that wrapped would have the wrong sign.
    #[test]
    fn no_signal_overflows() {
        for (lane, hz) in FREQS.into_iter().enumerate() {
            let exact = |frame: &Samples| -> (f64, f64) {
                let angle = std::f64::consts::TAU * f64::from(hz) / 8000.0;
                frame.iter().enumerate().fold((0.0, 0.0), |sum, (n, &s)| {
                    let angle = angle * (n as f64 - 39.5);
                    let s = f64::from(s);
                    (sum.0 + s * angle.cos(), sum.1 - s * angle.sin())
                })
            };
            for frame in &frames(0) {
                let bank = Bank::new(&FREQS);
                let mut rings = bank.start();
                Path::best().run(Next {
                    bank: &bank,
                    samples: frame,
                    rings: &mut rings,
                });
                let bins = bins(&rings);
                let (re, im) = exact(frame);
                let found = (
                    bins[lane / LANES].re[lane % LANES],
                    bins[lane / LANES].im[lane % LANES],
                );
                let near = |a: f32, b: f64| (f64::from(a) - b).abs() < 80.0 * 32_768.0 * 5e-4;
                assert!(near(found.0, re) && near(found.1, im), "{hz} Hz");
            }
        }
    }

    /// Windows of one to five hops against the recursion, at any of the bank's frequencies.
    #[test]
    fn a_window_is_what_goertzel_gives() {
        let frames = frames(200);
        let bank = Bank::new(&FREQS);
        for hops in [1, 2, 5] {
            for window in frames[..200].chunks_exact(hops) {
                let mut rings = bank.start();
                let mut sum = [Bins::ZERO; 3];
                for frame in window {
                    Path::best().run(Next {
                        bank: &bank,
                        samples: frame,
                        rings: &mut rings,
                    });
                    for (sum, hop) in sum.iter_mut().zip(&bins(&rings)) {
                        let both = Complex::<Portable>::load(sum).plus(Complex::load(hop));
                        *sum = both.bins();
                    }
                }
                let samples: Vec<f32> = window.iter().flatten().map(|&s| f32::from(s)).collect();
                let energy: f32 = samples.iter().map(|s| s * s).sum();
                for (lane, hz) in FREQS.into_iter().enumerate().skip(2).take(15) {
                    let plain = Parameters::new(hz, 8000, samples.len());
                    let plain = plain.mag_squared(samples.iter().copied());
                    let ours = sum[lane / LANES].powers::<Portable>(1.0)[lane % LANES];
                    // Of the most that a window of this energy can have.
                    let most = energy * samples.len() as f32;
                    let off = (ours.sqrt() - plain.sqrt()).abs();
                    assert!(off < 1e-3 * most.sqrt(), "{hz} Hz: {ours} and {plain}");
                }
            }
        }
    }
}

//! Its detector of call-progress tones.

use super::length;
use dsp::plan::{Burst, ToneDef, TonePlan};
use std::{
    collections::BTreeSet,
    ffi::{c_int, c_void},
    fmt,
    ptr::{self, NonNull},
};
use types::tone::Tone;

#[repr(C)]
struct State {
    _opaque: [u8; 0],
}

#[repr(C)]
struct Descriptor {
    _opaque: [u8; 0],
}

type ReportCallback = Option<unsafe extern "C" fn(*mut c_void, c_int, c_int, c_int)>;

#[link(name = "spandsp")]
unsafe extern "C" {
    fn super_tone_rx_make_descriptor(desc: *mut Descriptor) -> *mut Descriptor;
    fn super_tone_rx_add_tone(desc: *mut Descriptor) -> c_int;
    fn super_tone_rx_add_element(
        desc: *mut Descriptor,
        tone: c_int,
        f1: c_int,
        f2: c_int,
        min: c_int,
        max: c_int,
    ) -> c_int;
    fn super_tone_rx_free_descriptor(desc: *mut Descriptor) -> c_int;
    fn super_tone_rx_init(
        s: *mut State,
        desc: *mut Descriptor,
        callback: ReportCallback,
        user: *mut c_void,
    ) -> *mut State;
    fn super_tone_rx(s: *mut State, amp: *const i16, samples: c_int) -> c_int;
    fn super_tone_rx_free(s: *mut State) -> c_int;
}

/// The detector, for the tones of one plan that it can be told: those of one or two added
/// frequencies.
pub struct SuperToneRx {
    state: NonNull<State>,
    descriptor: NonNull<Descriptor>,
    /// By the library's numbers.
    tones: Vec<Option<Tone>>,
    /// What the callback was told: its own, in a place that the library knows.
    told: NonNull<Told>,
}

#[derive(Default)]
struct Told {
    numbers: Vec<c_int>,
}

/// A length may be wrong by this share.
const TIME_TOLERANCE: f64 = 0.20;

/// A steady tone must last this long, in ms.
const STEADY: c_int = 700;

/// A burst that says enough alone, in ms.
const LONG: u32 = 1000;

/// So many it remembers.
const MOST_ELEMENTS: usize = 10;

/// What it takes for no frequency; its header says -1, its code takes that for one.
const NONE: c_int = 0;

impl SuperToneRx {
    pub fn new(plan: &TonePlan) -> SuperToneRx {
        // SAFETY: a null descriptor asks for a new one.
        let descriptor = unsafe { super_tone_rx_make_descriptor(ptr::null_mut()) };
        let descriptor = NonNull::new(descriptor).expect("memory for a descriptor");
        let mut tones = frequencies_in_order(descriptor, plan);
        for def in plan
            .tones
            .iter()
            .filter(|def| def.same_as.is_none() && can_be_told(def))
        {
            // SAFETY: the descriptor is its own.
            let number = unsafe { super_tone_rx_add_tone(descriptor.as_ptr()) };
            assert_eq!(
                usize::try_from(number),
                Ok(tones.len()),
                "tones are numbered from 0"
            );
            tones.push(Some(def.tone));
            for element in elements(def) {
                add_element(descriptor, number, element);
            }
        }
        let told = NonNull::from(Box::leak(Box::new(Told::default())));
        // SAFETY: a null state asks for a new one; the descriptor and what `told` points to live
        // as long as it does.
        let state = unsafe {
            super_tone_rx_init(
                ptr::null_mut(),
                descriptor.as_ptr(),
                Some(report),
                told.as_ptr().cast(),
            )
        };
        SuperToneRx {
            state: NonNull::new(state).expect("memory for a detector"),
            descriptor,
            tones,
            told,
        }
    }

    pub fn process(&mut self, samples: &[i16]) {
        // SAFETY: the state is its own, and the samples are there for as long as the call.
        unsafe { super_tone_rx(self.state.as_ptr(), samples.as_ptr(), length(samples)) };
    }

    /// The tones that it told since this was asked last.
    pub fn told(&mut self) -> Vec<Tone> {
        // SAFETY: its own, and the library touches it only during `process`.
        let told = unsafe { self.told.as_mut() };
        let numbers = told
            .numbers
            .drain(..)
            .filter_map(|number| usize::try_from(number).ok());
        numbers
            .filter_map(|number| *self.tones.get(number)?)
            .collect()
    }
}

/// The library calls it during `super_tone_rx` with the pointer that `init` was given.
unsafe extern "C" fn report(user: *mut c_void, code: c_int, _level: c_int, _delay: c_int) {
    // SAFETY: it points to what `init` was given, and nobody else touches that meanwhile.
    let told = unsafe { &mut *user.cast::<Told>() };
    told.numbers.push(code);
}

fn can_be_told(def: &ToneDef) -> bool {
    let simple =
        |burst: &Burst| burst.modulation.is_none() && (1..=2).contains(&burst.freqs().len());
    def.bursts.iter().all(simple) && elements(def).len() <= MOST_ELEMENTS
}

/// A sound or a pause of a pattern: frequencies and ms.
type Element = ((c_int, c_int), u32);

/// The pattern that it is to find, as its own examples write them. It tells a tone when the last
/// element has lasted its least, so that is a sound: of a short one the next, since one burst alone
/// may be anything; a long one is enough.
fn elements(def: &ToneDef) -> Vec<Element> {
    let mut elements = Vec::new();
    for burst in &def.bursts {
        let freqs = burst.freqs();
        let second = freqs.get(1).map_or(NONE, |hz| hz.round() as c_int);
        elements.push(((freqs[0].round() as c_int, second), burst.on_ms));
        if burst.off_ms > 0 {
            elements.push(((NONE, NONE), burst.off_ms));
        }
    }
    let short = def.repeat && def.bursts.len() == 1 && (1..LONG).contains(&def.bursts[0].on_ms);
    match (short, elements.last()) {
        (true, _) => elements.push(elements[0]),
        (false, Some(((NONE, NONE), _))) => drop(elements.pop()),
        _ => {}
    }
    elements
}

/// It takes the two frequencies of a sound in the order in which it was told of them first, so it
/// is told of all of them in ascending order: as tones that would last for an hour.
fn frequencies_in_order(descriptor: NonNull<Descriptor>, plan: &TonePlan) -> Vec<Option<Tone>> {
    const NEVER: c_int = 3_600_000;
    let told = plan
        .tones
        .iter()
        .filter(|def| def.same_as.is_none() && can_be_told(def));
    let bursts = told.flat_map(|def| &def.bursts);
    let all = bursts
        .flat_map(|burst| burst.freqs())
        .map(|hz| hz.round() as c_int);
    let ascending: BTreeSet<c_int> = all.collect();
    let mut tones = Vec::new();
    for hz in ascending {
        // SAFETY: the descriptor is its own, and has the tone that is added to.
        unsafe {
            let number = super_tone_rx_add_tone(descriptor.as_ptr());
            super_tone_rx_add_element(descriptor.as_ptr(), number, hz, NONE, NEVER, NEVER);
        }
        tones.push(None);
    }
    tones
}

fn add_element(descriptor: NonNull<Descriptor>, tone: c_int, (hz, ms): Element) {
    let nominal = f64::from(ms);
    let (least, most) = match ms {
        0 => (STEADY, 0),
        _ => (
            (nominal * (1.0 - TIME_TOLERANCE)) as c_int,
            (nominal * (1.0 + TIME_TOLERANCE)) as c_int,
        ),
    };
    // SAFETY: the descriptor is its own and has this tone.
    unsafe { super_tone_rx_add_element(descriptor.as_ptr(), tone, hz.0, hz.1, least, most) };
}

impl Drop for SuperToneRx {
    fn drop(&mut self) {
        // SAFETY: `init`, `make_descriptor` and a box gave them; nobody uses them after this.
        unsafe {
            super_tone_rx_free(self.state.as_ptr());
            super_tone_rx_free_descriptor(self.descriptor.as_ptr());
            drop(Box::from_raw(self.told.as_ptr()));
        }
    }
}

impl fmt::Debug for SuperToneRx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SuperToneRx")
            .field("tones", &self.tones)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whats::nine_frequencies;
    use dsp::tone_gen::ToneGen;

    /// In the clear it knows every tone that it was told of: what it misses in the trials is not for
    /// how it was told.
    #[test]
    fn it_hears_each_tone_of_its_plan_in_the_clear() {
        let plan = nine_frequencies();
        let mut rx = SuperToneRx::new(&plan);
        for def in &plan.tones {
            let mut samples = vec![0; 8 * 8000];
            let length = if def.repeat { 6 * 8000 } else { 2 * 8000 };
            ToneGen::new(def).fill(&mut samples[4000..4000 + length]);
            samples.chunks(160).for_each(|block| rx.process(block));
            let told = rx.told();
            let alike = |&told: &Tone| match (def.tone, told) {
                (Tone::Sit(_), Tone::Sit(_)) => true,
                (tone, told) => tone == told,
            };
            assert!(told.iter().any(alike), "{:?}: {told:?}", def.tone);
        }
        rx.process(&[0; 16_000]);
        assert!(rx.told().is_empty());
    }
}

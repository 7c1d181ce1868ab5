//! Its registers: Bell MF, which is R1, and R2, generators and receivers.

use super::length;
use std::{
    ffi::{c_char, c_int, c_void},
    fmt,
    ptr::{self, NonNull},
};
use types::mf::MfSignal;

#[repr(C)]
struct State {
    _opaque: [u8; 0],
}

type DigitsCallback = Option<unsafe extern "C" fn(*mut c_void, *const c_char, c_int)>;
type ReportCallback = Option<unsafe extern "C" fn(*mut c_void, c_int, c_int, c_int)>;

#[link(name = "spandsp")]
unsafe extern "C" {
    fn bell_mf_tx_init(s: *mut State) -> *mut State;
    fn bell_mf_tx_put(s: *mut State, digits: *const c_char, len: c_int) -> c_int;
    fn bell_mf_tx(s: *mut State, amp: *mut i16, max: c_int) -> c_int;
    fn bell_mf_tx_free(s: *mut State) -> c_int;
    fn bell_mf_rx_init(s: *mut State, callback: DigitsCallback, user: *mut c_void) -> *mut State;
    fn bell_mf_rx(s: *mut State, amp: *const i16, samples: c_int) -> c_int;
    fn bell_mf_rx_get(s: *mut State, digits: *mut c_char, max: c_int) -> usize;
    fn bell_mf_rx_free(s: *mut State) -> c_int;
    fn r2_mf_tx_init(s: *mut State, forward: c_int) -> *mut State;
    fn r2_mf_tx_put(s: *mut State, digit: c_char) -> c_int;
    fn r2_mf_tx(s: *mut State, amp: *mut i16, samples: c_int) -> c_int;
    fn r2_mf_tx_free(s: *mut State) -> c_int;
    fn r2_mf_rx_init(
        s: *mut State,
        forward: c_int,
        callback: ReportCallback,
        user: *mut c_void,
    ) -> *mut State;
    fn r2_mf_rx(s: *mut State, amp: *const i16, samples: c_int) -> c_int;
    fn r2_mf_rx_get(s: *mut State) -> c_int;
    fn r2_mf_rx_free(s: *mut State) -> c_int;
}

/// What it calls the signals from 1 on.
const BELL: &[u8; 15] = b"1234567890CA*B#";
const R2: &[u8; 15] = b"1234567890BCDEF";

fn signal(names: &[u8; 15], name: u8) -> Option<MfSignal> {
    let at = names.iter().position(|&n| n == name)?;
    MfSignal::new(at as u8 + 1)
}

fn name(names: &[u8; 15], signal: MfSignal) -> c_char {
    names[usize::from(signal.number()) - 1] as c_char
}

/// Its generator's sound of these R1 signals, with its own lengths and pauses.
pub fn bell_mf(signals: &[MfSignal]) -> Vec<i16> {
    let names: Vec<c_char> = signals.iter().map(|&s| name(BELL, s)).collect();
    let mut samples = vec![0; 2000 * signals.len()];
    // SAFETY: a null state asks for a new one, which nobody uses after it is freed; names and
    // samples are there for as long as the calls that are told their lengths.
    let made = unsafe {
        let state = bell_mf_tx_init(ptr::null_mut());
        bell_mf_tx_put(state, names.as_ptr(), names.len() as c_int);
        let made = bell_mf_tx(state, samples.as_mut_ptr(), length(&samples));
        bell_mf_tx_free(state);
        made
    };
    samples.truncate(made as usize);
    samples
}

/// Its generator's sound of each of these R2 signals, so many samples long with as much silence
/// after it.
pub fn r2_mf(forward: bool, signals: &[MfSignal], each: usize) -> Vec<i16> {
    let mut samples = vec![0i16; 2 * each * signals.len()];
    // SAFETY: as above; each part is told with its own length.
    unsafe {
        let state = r2_mf_tx_init(ptr::null_mut(), c_int::from(forward));
        for (part, &signal) in samples.chunks_exact_mut(2 * each).zip(signals) {
            r2_mf_tx_put(state, name(R2, signal));
            r2_mf_tx(state, part.as_mut_ptr(), length(&part[..each]));
        }
        r2_mf_tx_free(state);
    }
    samples
}

/// Its receiver of R1.
pub struct BellMfRx {
    state: NonNull<State>,
}

impl BellMfRx {
    pub fn new() -> BellMfRx {
        // SAFETY: a null state asks for a new one; without a callback it keeps the digits itself.
        let state = unsafe { bell_mf_rx_init(ptr::null_mut(), None, ptr::null_mut()) };
        BellMfRx {
            state: NonNull::new(state).expect("memory for a receiver"),
        }
    }

    pub fn process(&mut self, samples: &[i16]) {
        // SAFETY: the state is its own, and the samples are there for as long as the call.
        unsafe { bell_mf_rx(self.state.as_ptr(), samples.as_ptr(), length(samples)) };
    }

    /// The signals since this was asked last.
    pub fn signals(&mut self) -> Vec<MfSignal> {
        const MOST: usize = 128;
        let mut kept = [0u8; MOST + 1];
        // SAFETY: it writes at most MOST digits and a zero after them.
        let count =
            unsafe { bell_mf_rx_get(self.state.as_ptr(), kept.as_mut_ptr().cast(), MOST as c_int) };
        let kept = kept[..count].iter();
        kept.filter_map(|&digit| signal(BELL, digit)).collect()
    }
}

impl Drop for BellMfRx {
    fn drop(&mut self) {
        // SAFETY: `init` gave it, and nobody uses it after this.
        unsafe { bell_mf_rx_free(self.state.as_ptr()) };
    }
}

impl fmt::Debug for BellMfRx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BellMfRx").finish_non_exhaustive()
    }
}

/// Its receiver of one direction of R2.
pub struct R2MfRx {
    state: NonNull<State>,
}

impl R2MfRx {
    pub fn new(forward: bool) -> R2MfRx {
        let forward = c_int::from(forward);
        // SAFETY: a null state asks for a new one; it works without a callback.
        let state = unsafe { r2_mf_rx_init(ptr::null_mut(), forward, None, ptr::null_mut()) };
        R2MfRx {
            state: NonNull::new(state).expect("memory for a receiver"),
        }
    }

    pub fn process(&mut self, samples: &[i16]) {
        // SAFETY: the state is its own, and the samples are there for as long as the call.
        unsafe { r2_mf_rx(self.state.as_ptr(), samples.as_ptr(), length(samples)) };
    }

    /// What is heard now.
    pub fn current(&mut self) -> Option<MfSignal> {
        // SAFETY: the state is its own.
        let digit = unsafe { r2_mf_rx_get(self.state.as_ptr()) };
        signal(R2, digit as u8)
    }
}

impl Drop for R2MfRx {
    fn drop(&mut self) {
        // SAFETY: `init` gave it, and nobody uses it after this.
        unsafe { r2_mf_rx_free(self.state.as_ptr()) };
    }
}

impl fmt::Debug for R2MfRx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("R2MfRx").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<MfSignal> {
        (1..=15).filter_map(MfSignal::new).collect()
    }

    #[test]
    fn it_hears_its_own_r1() {
        let mut rx = BellMfRx::new();
        rx.process(&bell_mf(&all()));
        assert_eq!(rx.signals(), all());
    }

    #[test]
    fn it_hears_its_own_r2_in_the_direction_that_it_listens_to() {
        for forward in [true, false] {
            let mut rx = R2MfRx::new(forward);
            for signal in all() {
                rx.process(&r2_mf(forward, &[signal], 800)[..800]);
                assert_eq!(rx.current(), Some(signal));
                rx.process(&r2_mf(!forward, &[signal], 800)[..800]);
                assert_eq!(rx.current(), None, "{signal:?}");
            }
        }
    }
}

//! Its DTMF receiver.

use super::length;
use std::{
    ffi::{c_char, c_int, c_void},
    fmt,
    ptr::{self, NonNull},
};

#[repr(C)]
struct State {
    _opaque: [u8; 0],
}

type DigitsCallback = Option<unsafe extern "C" fn(*mut c_void, *const c_char, c_int)>;

#[link(name = "spandsp")]
unsafe extern "C" {
    fn dtmf_rx_init(s: *mut State, callback: DigitsCallback, user: *mut c_void) -> *mut State;
    fn dtmf_rx_parms(
        s: *mut State,
        filter_dialtone: c_int,
        twist: c_int,
        reverse_twist: c_int,
        threshold: c_int,
    );
    fn dtmf_rx(s: *mut State, amp: *const i16, samples: c_int) -> c_int;
    fn dtmf_rx_get(s: *mut State, digits: *mut c_char, max: c_int) -> usize;
    fn dtmf_rx_free(s: *mut State) -> c_int;
}

/// The receiver with its standard limits: twist 8 and 4 dB, as its `init` sets them.
pub struct DtmfRx {
    state: NonNull<State>,
}

/// Digits it keeps until they are taken.
const MOST: usize = 128;

impl DtmfRx {
    pub fn new() -> DtmfRx {
        // SAFETY: a null state asks for a new one; without a callback it keeps the digits itself.
        let state = unsafe { dtmf_rx_init(ptr::null_mut(), None, ptr::null_mut()) };
        DtmfRx {
            state: NonNull::new(state).expect("memory for a receiver"),
        }
    }

    /// With its filter that takes 350 and 440 Hz away.
    pub fn with_dial_tone_filter() -> DtmfRx {
        let rx = DtmfRx::new();
        // SAFETY: the state is its own; negative limits are left as they are.
        unsafe { dtmf_rx_parms(rx.state.as_ptr(), 1, -1, -1, -99) };
        rx
    }

    pub fn process(&mut self, samples: &[i16]) {
        // SAFETY: the state is its own, and the samples are there for as long as the call.
        unsafe { dtmf_rx(self.state.as_ptr(), samples.as_ptr(), length(samples)) };
    }

    /// The digits since this was asked last.
    pub fn digits(&mut self) -> String {
        let mut kept = [0u8; MOST + 1];
        // SAFETY: it writes at most MOST digits and a zero after them.
        let count =
            unsafe { dtmf_rx_get(self.state.as_ptr(), kept.as_mut_ptr().cast(), MOST as c_int) };
        kept[..count]
            .iter()
            .map(|&digit| char::from(digit))
            .collect()
    }
}

impl Drop for DtmfRx {
    fn drop(&mut self) {
        // SAFETY: `init` gave it, and nobody uses it after this.
        unsafe { dtmf_rx_free(self.state.as_ptr()) };
    }
}

impl fmt::Debug for DtmfRx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DtmfRx").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsp::tone_gen::DigitGen;
    use types::digits::Digits;

    /// Digits of 70 ms, at -11 and -9 dBm0, with something under them.
    fn heard(mut rx: DtmfRx, hum: f64) -> String {
        let mut keys = DigitGen::new(-11.0, -9.0, 70, 70);
        keys.send(Digits::parse("0123456789*#ABCD").expect("digits"));
        let mut samples = vec![0; 16 * 1120 + 800];
        keys.fill(&mut samples);
        for (n, sample) in samples.iter_mut().enumerate() {
            let turns = |hz: f64| (std::f64::consts::TAU * hz * n as f64 / 8000.0).sin();
            *sample += (hum * (turns(350.0) + turns(440.0))) as i16;
        }
        samples.chunks(160).for_each(|block| rx.process(block));
        rx.digits()
    }

    #[test]
    fn it_hears_all_digits_once() {
        let mut rx = DtmfRx::new();
        rx.process(&[0; 160]);
        assert_eq!(rx.digits(), "");
        assert_eq!(heard(rx, 0.0), "0123456789*#ABCD");
    }

    #[test]
    fn its_filter_takes_a_dial_tone_away() {
        let hum = 8000.0;
        assert_ne!(heard(DtmfRx::new(), hum), "0123456789*#ABCD");
        assert_eq!(
            heard(DtmfRx::with_dial_tone_filter(), hum),
            "0123456789*#ABCD"
        );
    }
}

//! Its detector of fax and modem tones.

use super::length;
use std::{
    ffi::{c_int, c_void},
    fmt,
    ptr::{self, NonNull},
};

#[repr(C)]
struct State {
    _opaque: [u8; 0],
}

type ReportCallback = Option<unsafe extern "C" fn(*mut c_void, c_int, c_int, c_int)>;

#[link(name = "spandsp")]
unsafe extern "C" {
    fn modem_connect_tones_rx_init(
        s: *mut State,
        tone_type: c_int,
        callback: ReportCallback,
        user: *mut c_void,
    ) -> *mut State;
    fn modem_connect_tones_rx(s: *mut State, amp: *const i16, len: c_int) -> c_int;
    #[cfg(test)]
    fn modem_connect_tones_rx_get(s: *mut State) -> c_int;
    fn modem_connect_tones_rx_free(s: *mut State) -> c_int;
}

/// What it can listen for, by the library's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConnectTone {
    FaxCng = 1,
    /// The modem's answer tone with its reversals of phase.
    AnsPr = 3,
}

/// The detector, for one tone.
pub struct ConnectTonesRx {
    state: NonNull<State>,
}

impl ConnectTonesRx {
    pub fn new(tone: ConnectTone) -> ConnectTonesRx {
        // SAFETY: a null state asks for a new one; it works without a callback.
        let state = unsafe {
            modem_connect_tones_rx_init(ptr::null_mut(), tone as c_int, None, ptr::null_mut())
        };
        ConnectTonesRx {
            state: NonNull::new(state).expect("memory for a detector"),
        }
    }

    pub fn process(&mut self, samples: &[i16]) {
        // SAFETY: the state is its own, and the samples are there for as long as the call.
        unsafe {
            modem_connect_tones_rx(self.state.as_ptr(), samples.as_ptr(), length(samples));
        }
    }

    /// Whether the tone was heard since this was asked last.
    #[cfg(test)]
    pub fn heard(&mut self) -> bool {
        // SAFETY: the state is its own.
        unsafe { modem_connect_tones_rx_get(self.state.as_ptr()) != 0 }
    }
}

impl Drop for ConnectTonesRx {
    fn drop(&mut self) {
        // SAFETY: `init` gave it, and nobody uses it after this.
        unsafe { modem_connect_tones_rx_free(self.state.as_ptr()) };
    }
}

impl fmt::Debug for ConnectTonesRx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectTonesRx").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsp::tone_gen::ToneGen;

    #[test]
    fn it_hears_the_tone_that_it_listens_for() {
        let heard = |tone, hz| {
            let mut samples = vec![0; 16_000];
            ToneGen::beep(hz, 500, -13.0).fill(&mut samples[..8000]);
            let mut rx = ConnectTonesRx::new(tone);
            samples.chunks(160).for_each(|block| rx.process(block));
            rx.heard()
        };
        assert!(heard(ConnectTone::FaxCng, 1100.0));
        assert!(!heard(ConnectTone::FaxCng, 1000.0));
    }
}

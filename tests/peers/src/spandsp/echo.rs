//! Its echo canceller.

use std::{ffi::c_int, fmt, ptr::NonNull};

#[repr(C)]
struct State {
    _opaque: [u8; 0],
}

#[link(name = "spandsp")]
unsafe extern "C" {
    fn echo_can_init(len: c_int, adaption_mode: c_int) -> *mut State;
    fn echo_can_update(ec: *mut State, tx: i16, rx: i16) -> i16;
    fn echo_can_free(ec: *mut State) -> c_int;
}

const USE_ADAPTION: c_int = 0x01;
/// Its residual suppression.
const USE_NLP: c_int = 0x02;

/// The canceller.
pub struct EchoCan {
    state: NonNull<State>,
}

impl EchoCan {
    /// So many taps; with or without its residual suppression.
    pub fn new(taps: usize, suppression: bool) -> EchoCan {
        let mode = USE_ADAPTION | if suppression { USE_NLP } else { 0 };
        let taps = c_int::try_from(taps).expect("a number of taps");
        // SAFETY: it takes numbers and gives a state of its own.
        let state = unsafe { echo_can_init(taps, mode) };
        EchoCan {
            state: NonNull::new(state).expect("memory for a canceller"),
        }
    }

    /// Takes the echo of what was `sent` out of what was `received`, sample by sample.
    pub fn process(&mut self, sent: &[i16], received: &mut [i16]) {
        for (&sent, received) in sent.iter().zip(received) {
            // SAFETY: the state is its own.
            *received = unsafe { echo_can_update(self.state.as_ptr(), sent, *received) };
        }
    }
}

impl Drop for EchoCan {
    fn drop(&mut self) {
        // SAFETY: `init` gave it, and nobody uses it after this.
        unsafe { echo_can_free(self.state.as_ptr()) };
    }
}

impl fmt::Debug for EchoCan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EchoCan").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use suites::random::Random;

    #[test]
    fn it_takes_a_plain_echo_away() {
        let mut random = Random::new(1);
        let sent: Vec<i16> = (0..32_000)
            .map(|_| (2000.0 * random.normal()) as i16)
            .collect();
        let echo = |n: usize| if n < 20 { 0 } else { sent[n - 20] / 4 };
        let received: Vec<i16> = (0..sent.len()).map(echo).collect();
        let mut clean = received.clone();
        EchoCan::new(128, false).process(&sent, &mut clean);
        let power = |samples: &[i16]| -> f64 {
            samples[24_000..]
                .iter()
                .map(|&s| f64::from(s) * f64::from(s))
                .sum()
        };
        assert!(
            power(&received) > 100.0 * power(&clean),
            "20 dB less after three seconds"
        );
    }
}

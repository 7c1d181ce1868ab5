//! Its G.711 codec.

use super::length;
use std::{
    ffi::c_int,
    fmt,
    ptr::{self, NonNull},
};
use types::frame::Law;

#[repr(C)]
struct State {
    _opaque: [u8; 0],
}

#[link(name = "spandsp")]
unsafe extern "C" {
    fn g711_init(s: *mut State, mode: c_int) -> *mut State;
    fn g711_decode(s: *mut State, amp: *mut i16, octets: *const u8, count: c_int) -> c_int;
    fn g711_encode(s: *mut State, octets: *mut u8, amp: *const i16, len: c_int) -> c_int;
    fn g711_free(s: *mut State) -> c_int;
}

/// The codec of one law.
pub struct G711 {
    state: NonNull<State>,
}

impl G711 {
    pub fn new(law: Law) -> G711 {
        let mode = match law {
            Law::A => 0,
            Law::Mu => 1,
        };
        // SAFETY: a null state asks for a new one.
        let state = unsafe { g711_init(ptr::null_mut(), mode) };
        G711 {
            state: NonNull::new(state).expect("memory for a codec"),
        }
    }

    pub fn decode(&mut self, octets: &[u8], samples: &mut [i16]) {
        assert_eq!(octets.len(), samples.len(), "one sample an octet");
        // SAFETY: both slices have the length that is told.
        unsafe {
            let count = length(samples);
            g711_decode(
                self.state.as_ptr(),
                samples.as_mut_ptr(),
                octets.as_ptr(),
                count,
            );
        }
    }

    pub fn encode(&mut self, samples: &[i16], octets: &mut [u8]) {
        assert_eq!(octets.len(), samples.len(), "one octet a sample");
        // SAFETY: both slices have the length that is told.
        unsafe {
            let count = length(samples);
            g711_encode(
                self.state.as_ptr(),
                octets.as_mut_ptr(),
                samples.as_ptr(),
                count,
            );
        }
    }
}

impl Drop for G711 {
    fn drop(&mut self) {
        // SAFETY: `init` gave it, and nobody uses it after this.
        unsafe { g711_free(self.state.as_ptr()) };
    }
}

impl fmt::Debug for G711 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("G711").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ours is exact; where the two differ it is by the side of a decision value.
    #[test]
    fn it_is_the_codec_of_the_law_that_is_asked_for() {
        let octets: Vec<u8> = (0..=255).collect();
        for law in [Law::Mu, Law::A] {
            let (mut ours, mut peer) = (vec![0; 256], vec![0; 256]);
            dsp::g711::decode(law, &octets, &mut ours);
            G711::new(law).decode(&octets, &mut peer);
            assert_eq!(ours, peer, "{law:?}");
            let mut back = vec![0; 256];
            G711::new(law).encode(&ours, &mut back);
            let mut again = vec![0; 256];
            dsp::g711::decode(law, &back, &mut again);
            assert_eq!(again, ours, "{law:?}");
        }
    }
}

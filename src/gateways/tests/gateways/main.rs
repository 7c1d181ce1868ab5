//! Readers: what they send, and the ports they are on.

mod decoding;
mod ports;

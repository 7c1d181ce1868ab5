//! From raw edges and heard tones to what they mean: off-hook, flash, proceed, answered,
//! released. State machines only: no ioctl numbers, no call policy, no clock; time comes in
//! with each input.

pub mod hook;
pub mod supervision;

pub use hook::{Hook, HookEvent};
pub use supervision::{Supervision, SupervisionEvent};

//! From raw edges and heard tones to what they mean: off-hook, flash, proceed, answered,
//! released. State machines only: no ioctl numbers, no call policy, no clock; time comes in
//! with each input.

pub mod em;
pub mod ground_start;
pub mod hook;
pub mod loop_start;
pub mod r2_line;
pub mod r2_register;
pub mod r2_variant;
pub mod step;
pub mod supervision;
pub mod trunk;

pub use hook::{Hook, HookEvent};
pub use supervision::{Supervision, SupervisionEvent};
pub use trunk::Trunk;

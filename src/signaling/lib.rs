//! From raw edges and heard tones to what they mean: off-hook, flash, proceed, answered,
//! released. State machines only: no ioctl numbers, no call policy, no clock; time comes in
//! with each input.
//!
//! Limits of time. A driver stamps an edge when it reads it, and a line reads its trunk with each
//! frame: up to 10 ms after the change, and up to 18 ms on spans without hardware, whose clock runs
//! in bursts of 8 ms. So the length of a wink, of an off-hook or of a metering pulse is known to
//! 10 ms (18 ms), answer and release are kept that much late, and a change that comes and goes
//! between two frames is not seen at all. The shortest that counts anywhere is R2's 20 ms; a site
//! that narrows a wink's or a metering pulse's length must leave 20 ms on either side.

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

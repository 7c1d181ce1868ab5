//! DAHDI channels as ports: the driver for real cards.
//!
//! What DAHDI does that one would not guess, and where it is met:
//!
//! * A descriptor wakes once a completed block, and not at all once the receive queue is full and
//!   nothing was read: each wake takes all events and all blocks ([`channel::Channel::read`]).
//! * While an event waits, reading and writing fail with error 500: [`port::Read::EdgesFirst`].
//! * Opening resets what was set and hangs up; so everything is set anew at each opening.
//! * A disconnect within the debounce of our own off-hook is lost: the debounce is set to 50 ms.
//! * With the standard flash timer the kernel sorts breaks of the loop by itself, and tells an
//!   on-hook 1.25 s late: the timer is set to 3 ms, so that raw edges come.
//! * Going on-hook empties the queues and so moves the phase of blocks: they are primed again.
//! * The end of a battery break is not told: while battery is lost it is asked for.
//!
//! [`port::Read::EdgesFirst`]: crate::port::Read::EdgesFirst

mod block_clock;
pub mod channel;
pub mod dahdi_port;
pub mod far_channel;
pub mod ioctl;
pub mod spans;

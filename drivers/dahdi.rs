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
//! * A join outlasts the other channel: each opening takes the channel out ([`join`]).
//! * A change of polarity is told, not the polarity: it is counted from that at rest on-hook.
//! * The end of a battery break is not told: while battery is lost it is asked for.
//! * What happened to a span while nobody had the channel open is told by no event: alarm and
//!   signalling are asked for at each opening.
//! * A channel without signalling refuses with ENXIO, one that is not there with EINVAL, one that
//!   is open elsewhere with EBUSY; a span that is taken away answers ENODEV from then on.
//! * An echo canceller is switched on without an error where none is attached, and any length but
//!   a power of two from 32 to 1024 stands for the kernel's own.
//!
//! [`port::Read::EdgesFirst`]: crate::port::Read::EdgesFirst

pub mod bits;
pub mod block_clock;
pub mod channel;
mod cutoff;
pub mod dahdi_port;
pub mod far_channel;
pub mod ioctl;
pub mod join;
mod polarity;
pub mod setup;
pub mod survey;
pub mod tone_zone;

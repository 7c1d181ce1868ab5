//! Three-way calls: labelled calls of 1 to 10 minutes, made from seeds.
//!
//! What is in it: a phone with its handset's noise, muted where its voice may be a key as a bridge
//! mutes it; our trunk's hybrid, noise, hum and law; a far end with its room, loop, microphone,
//! hybrid or canceller, some of them mobiles whose noise sinks in pauses;
//! an exchange that switches it away and back; talkers from installed recordings who take turns,
//! fall in, and fall silent. In calls with a third party the far end leaves with a flash that is heard
//! or without, dials, talks, and joins the third before or after it answers, or leaves the call to
//! it; the bridge has losses, noise and echo of its own. In all others nobody joins, whatever else
//! happens: see [`Kind`]. One call is one trial.
//!
//! What is not in it: real exchanges. All ranges are drawn evenly within what telephone standards allow
//! or seem plausible, and the shares of kinds are guesses; figures measured on it compare
//! detectors and settings, and are no promise for a given network.
//!
//! Training and test part share no voice (other recordings, other languages), no music, no seed, and no
//! value of a setting: each range is cut into sixteen strips that the parts have in turn.

mod call;
mod corpus;
mod draw;
mod fit;
mod network;
mod score;
mod sounds;
mod talk;

pub use call::{ALONE, Call, JOINED, Kind, drawn_kind};
pub use corpus::Corpus;
pub use draw::{Draw, Part, gain};
pub use fit::{Fitted, Measured};
pub use network::{Hiss, coded};
pub use score::{Listener, Point, Scored, listen, point, run, run_hours};
pub use sounds::{Click, click};
pub use talk::Talker;

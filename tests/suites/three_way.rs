//! Three-way calls: labelled calls of 1 to 10 minutes, made from seeds.
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
pub use score::{Listener, Point, Scored, listen, point, run};
pub use sounds::{Click, click};
pub use talk::Talker;

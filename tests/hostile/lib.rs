//! What fuzzing runs, as ordinary functions: octets in, a panic where something does not hold.
//!
//! `tests/` here runs the committed corpus and some thousand random inputs on the stable
//! compiler; the targets in `tests/fuzz` run the same functions for hours under cargo-fuzz.

mod detectors;
mod measures;
mod octets;
mod recording;
mod sheet;
mod subject;
mod table;

pub use detectors::detectors;
pub use recording::recording;
pub use sheet::sheet;
pub use table::table;

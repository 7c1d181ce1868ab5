//! What can be compared. One file a comparison: it measures, and gives its figures to the
//! report. A new one is a file here, its `mod` line and its line in [`WHATS`].

mod accuracy;
mod answer;
mod echo;
mod mf;
mod progress;
mod screening;
pub mod speed;
mod talkoff;
mod threeway;

#[cfg(test)]
pub use progress::nine_frequencies;

use crate::{Settings, figure::Report};

/// A comparison.
#[derive(Debug)]
pub struct What {
    pub name: &'static str,
    /// For the help.
    pub about: &'static str,
    pub run: fn(&Settings, &mut Report) -> anyhow::Result<()>,
}

pub const WHATS: &[What] = &[
    speed::WHAT,
    accuracy::WHAT,
    talkoff::WHAT,
    talkoff::MIXED,
    progress::WHAT,
    answer::WHAT,
    threeway::WHAT,
    echo::WHAT,
    mf::WHAT,
    screening::WHAT,
];

/// The comparison of a name; all of them for `all`.
pub fn find(name: &str) -> Result<&'static [What], String> {
    if name == "all" {
        return Ok(WHATS);
    }
    match WHATS.iter().position(|what| what.name == name) {
        Some(at) => Ok(&WHATS[at..=at]),
        None => Err(format!("it is none of\n{}", list())),
    }
}

pub fn list() -> String {
    let lines = WHATS
        .iter()
        .map(|what| format!("  {:14} {}\n", what.name, what.about));
    format!(
        "{}  {:14} one after the other\n",
        lines.collect::<String>(),
        "all"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_unlike() {
        assert_eq!(find("all").map(<[What]>::len), Ok(WHATS.len()));
        for what in WHATS {
            let found = find(what.name).expect("its own name");
            assert_eq!((found.len(), found[0].about), (1, what.about));
        }
        assert!(find("everything").is_err());
    }

    #[test]
    fn every_piece_of_work_that_is_compared_is_there() {
        for name in speed::pieces() {
            assert!(speed::work(&name, &[0; 1600]).is_some(), "{name}");
        }
    }
}

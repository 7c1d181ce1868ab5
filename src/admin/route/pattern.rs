//! Patterns of numbers in a path.

use crate::{
    asked::place,
    problem::{Kind, Problem},
    router::Place,
};
use backoffice::View;

pub const PLACES: &[Place] = &[Place {
    what: "Digits, `?` for any one of them, and a last `*` for any that follow; `+` before those \
           of other countries.",
    pattern: "^[+]?[0-9?]*[*]?$",
    example: "12155550123",
}];

/// As it is stored: one pattern is one key, however it is written.
pub fn key(view: &View, places: &[String]) -> Result<String, Problem> {
    let text: String = place(places, 0)?;
    view.pattern(&text)
        .map_err(|why| Problem::of(Kind::NotFound).because(why.to_string()))
}

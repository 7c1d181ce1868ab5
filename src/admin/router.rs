//! Which route serves a request. Routes are data: who may use them, and what is told of them, is read
//! off the same table by which they are served.

use crate::{
    answer::Answer,
    asked::{Asked, Method},
    house::House,
    problem::{Kind, Problem},
};
use percent_encoding::percent_decode_str;
use types::right::{Noun, Verb};
use utoipa::openapi::{RefOr, Schema};

/// One thing that can be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub method: Method,
    /// Below `/api/v1`; a name in braces stands for one part, whatever it is.
    pub path: &'static str,
    /// What stands for the names in braces, in their order.
    pub places: &'static [Place],
    /// What may stand behind the `?`.
    pub parameters: &'static [Parameter],
    /// What who asks must have; `None`: every caller may.
    pub right: Option<(Noun, Verb)>,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// The shape of the body that it takes.
    pub takes: Option<Shape>,
    pub gives: Gives,
    pub serve: fn(&House, &Asked) -> Result<Answer, Problem>,
}

/// A shape of JSON.
pub type Shape = fn() -> RefOr<Schema>;

/// What stands in a path for a name in braces.
#[derive(Debug)]
pub struct Place {
    pub what: &'static str,
    /// A regular expression (ECMA-262) that fits each one there can be.
    pub pattern: &'static str,
    pub example: &'static str,
}

/// What may stand behind the `?`, once.
#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub what: &'static str,
    pub shape: Shape,
}

/// What comes of a request that is served.
#[derive(Clone, Copy, Debug)]
pub enum Gives {
    Nothing,
    /// One thing, with its version.
    One(Shape),
    /// All such things.
    Several(Shape),
    /// Some of them, and where there are more.
    Page(Shape),
    /// Something of this media type.
    Text(&'static str),
}

/// What the path names, and what is in it.
#[derive(Debug)]
pub enum Found<'r> {
    Route(&'r Route, Vec<String>),
    /// The path is there, for these methods alone.
    Others(Vec<Method>),
    Nothing,
}

/// Finds the route; `path` is below `/api/v1`, as it was sent.
pub fn find<'r>(routes: &'r [Route], method: Option<Method>, path: &str) -> Found<'r> {
    let fitting = routes
        .iter()
        .filter_map(|route| Some((route, places(route.path, path)?)));
    let mut others = Vec::new();
    for (route, places) in fitting {
        if Some(route.method) == method {
            return Found::Route(route, places);
        }
        others.push(route.method);
    }
    match others.is_empty() {
        true => Found::Nothing,
        false => Found::Others(others),
    }
}

/// What stands for the names in braces, if the path is of this shape.
fn places(shape: &str, path: &str) -> Option<Vec<String>> {
    let (mut shape, mut parts) = (shape.split('/'), path.split('/'));
    let mut places = Vec::new();
    loop {
        match (shape.next(), parts.next()) {
            (None, None) => return Some(places),
            (Some(name), Some(part)) if name.starts_with('{') => places.push(decoded(part)?),
            (Some(name), Some(part)) if name == part => {}
            _ => return None,
        }
    }
}

/// A part of a path without its percent signs; `None` of one that is no text, or is empty.
fn decoded(part: &str) -> Option<String> {
    let text = percent_decode_str(part).decode_utf8().ok()?;
    (!text.is_empty()).then(|| text.into_owned())
}

/// A method that the path does not know, with those it does.
pub fn others(methods: &[Method]) -> Answer {
    let names: Vec<_> = methods.iter().map(|method| method.name()).collect();
    let names = names.join(", ");
    let problem = Problem::of(Kind::MethodNotAllowed).because(format!("here: {names}"));
    Answer {
        allow: Some(names),
        ..Answer::from(problem)
    }
}

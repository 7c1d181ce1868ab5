//! A request, read: what is in its path, its query, its headers and its body.

use crate::{
    answer::Tag,
    house::Actor,
    problem::{Kind, Problem},
};
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, str::FromStr};

/// What one may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Method {
    Get,
    Put,
    Delete,
}

impl Method {
    pub const ALL: [Method; 3] = [Method::Get, Method::Put, Method::Delete];

    pub const fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }

    pub fn named(name: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// A request that a route serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    pub actor: Actor,
    /// What stands in the path for the names in braces, in their order.
    pub places: Vec<String>,
    /// What stands behind the `?`, each name once.
    pub parameters: BTreeMap<String, String>,
    pub known: Known,
    pub body: Vec<u8>,
}

/// What who asks knows of the thing that is to be changed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Known {
    /// Nothing is said.
    #[default]
    Unsaid,
    /// `If-Match: *`: it is there, whatever it is.
    There,
    /// `If-Match`: it is one of these.
    Versions(Vec<String>),
    /// `If-None-Match: *`: it is not there.
    NotThere,
}

impl Known {
    /// Reads the two headers. Of a version, none but the strong ones that are given out fit.
    pub fn read(if_match: Option<&str>, if_none_match: Option<&str>) -> Result<Known, Problem> {
        let unreadable = |field, why| Err(Problem::of(Kind::NotReadable).at(field).because(why));
        match (if_match.map(str::trim), if_none_match.map(str::trim)) {
            (None, None) => Ok(Known::Unsaid),
            (Some("*"), None) => Ok(Known::There),
            (Some(versions), None) => Ok(Known::Versions(
                versions
                    .split(',')
                    .map(|tag| tag.trim().to_owned())
                    .collect(),
            )),
            (None, Some("*")) => Ok(Known::NotThere),
            (None, Some(_)) => unreadable("If-None-Match", "`*` alone is known here"),
            (Some(_), Some(_)) => unreadable("If-None-Match", "not together with If-Match"),
        }
    }

    /// Whether a thing may be changed of which this is the version; `None` is not there.
    pub fn allows(&self, there: Option<&Tag>) -> Result<(), Problem> {
        match (self, there) {
            (Known::There | Known::Versions(_), None) => {
                Err(Problem::of(Kind::ChangedMeanwhile).because("it is there no more"))
            }
            (Known::NotThere, Some(_)) => {
                Err(Problem::of(Kind::ChangedMeanwhile).because("it is there already"))
            }
            (Known::Versions(known), Some(tag)) if !known.iter().any(|it| it == tag.as_str()) => {
                let why = "read it again, and change what is there now";
                Err(Problem::of(Kind::ChangedMeanwhile).because(why))
            }
            (Known::Unsaid, Some(_)) => {
                let why = "it is there: say which version of it is to be changed, by If-Match with the \
                           ETag that it was read with";
                Err(Problem::of(Kind::SayWhichVersion)
                    .at("If-Match")
                    .because(why))
            }
            _ => Ok(()),
        }
    }
}

/// A place in a path, read as what it is.
pub fn place<T: FromStr>(places: &[String], at: usize) -> Result<T, Problem> {
    let text = places.get(at).map_or("", String::as_str);
    // What can't be a name of such a thing names none.
    text.parse().map_err(|_| Problem::of(Kind::NotFound))
}

impl Asked {
    /// A parameter, read as what it is.
    pub fn parameter<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let text = self.parameters.get(name);
        let read = text.map(|text| text.parse::<T>()).transpose();
        read.map_err(|_| {
            Problem::of(Kind::NotReadable)
                .at(name)
                .because("it can't be that")
        })
    }

    /// The body as JSON of this shape; what it can't be is told with where.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let field = error.path().to_string();
            let problem = Problem::of(Kind::NotValid).because(error.inner().to_string());
            match field.as_str() {
                "." => problem,
                _ => problem.at(field),
            }
        })?;
        reader
            .end()
            .map_err(|_| Problem::of(Kind::NotValid).because("more follows after the JSON"))?;
        Ok(value)
    }
}

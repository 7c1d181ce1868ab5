//! Why a request was not served, as RFC 9457 has it: `application/problem+json`.

use crate::answer::Answer;
use serde::Serialize;
use utoipa::ToSchema;

/// One reason, with the field that it is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind, for programs.
    #[serde(rename = "type")]
    pub kind: Kind,
    pub title: &'static str,
    pub status: u16,
    /// What exactly, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Where in the request: the name of a member of its body, a parameter, or a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// The kinds there are. Each has one status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub enum Kind {
    #[serde(rename = "/api/v1/problems/not-found")]
    NotFound,
    #[serde(rename = "/api/v1/problems/not-allowed")]
    NotAllowed,
    #[serde(rename = "/api/v1/problems/method-not-allowed")]
    MethodNotAllowed,
    #[serde(rename = "/api/v1/problems/not-readable")]
    NotReadable,
    #[serde(rename = "/api/v1/problems/not-valid")]
    NotValid,
    #[serde(rename = "/api/v1/problems/not-json")]
    NotJson,
    #[serde(rename = "/api/v1/problems/too-large")]
    TooLarge,
    #[serde(rename = "/api/v1/problems/conflict")]
    Conflict,
    #[serde(rename = "/api/v1/problems/changed-meanwhile")]
    ChangedMeanwhile,
    #[serde(rename = "/api/v1/problems/say-which-version")]
    SayWhichVersion,
    #[serde(rename = "/api/v1/problems/busy")]
    Busy,
}

impl Kind {
    pub const fn status(self) -> u16 {
        match self {
            Kind::NotReadable => 400,
            Kind::NotAllowed => 403,
            Kind::NotFound => 404,
            Kind::MethodNotAllowed => 405,
            Kind::Conflict => 409,
            Kind::ChangedMeanwhile => 412,
            Kind::TooLarge => 413,
            Kind::NotJson => 415,
            Kind::NotValid => 422,
            Kind::SayWhichVersion => 428,
            Kind::Busy => 503,
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Kind::NotFound => "there is no such thing here",
            Kind::NotAllowed => "that is not among your rights",
            Kind::MethodNotAllowed => "that can't be done with it",
            Kind::NotReadable => "the request can't be read",
            Kind::NotValid => "the request says what can't be",
            Kind::NotJson => "the request's body is no JSON",
            Kind::TooLarge => "the request is too large",
            Kind::Conflict => "something else is in the way",
            Kind::ChangedMeanwhile => "it was changed meanwhile",
            Kind::SayWhichVersion => "the request does not say what it changes",
            Kind::Busy => "the controller can't serve it now",
        }
    }
}

impl Problem {
    pub fn of(kind: Kind) -> Problem {
        Problem {
            kind,
            title: kind.title(),
            status: kind.status(),
            detail: None,
            field: None,
        }
    }

    pub fn because(self, detail: impl Into<String>) -> Problem {
        Problem {
            detail: Some(detail.into()),
            ..self
        }
    }

    pub fn at(self, field: impl Into<String>) -> Problem {
        Problem {
            field: Some(field.into()),
            ..self
        }
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Answer {
        let body = serde_json::to_vec(&problem).expect("has text keys alone");
        Answer::of(problem.status, "application/problem+json", body)
    }
}

//! What a request gets.

use serde::Serialize;

/// A whole answer: it is made before its first octet is sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub status: u16,
    pub kind: &'static str,
    pub body: Vec<u8>,
    /// The version of the one thing that the body shows.
    pub tag: Option<Tag>,
    /// What may be done there instead.
    pub allow: Option<String>,
}

/// A version of a thing: another one shows otherwise (RFC 9110, 8.8.3: a strong validator).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tag(String);

impl Tag {
    /// That of these octets.
    pub fn of(body: &[u8]) -> Tag {
        let hash = blake3::hash(body).to_hex();
        Tag(format!("\"{}\"", &hash[..32]))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Answer {
    pub fn of(status: u16, kind: &'static str, body: Vec<u8>) -> Answer {
        Answer {
            status,
            kind,
            body,
            tag: None,
            allow: None,
        }
    }

    /// Done, and there is nothing to say.
    pub fn nothing() -> Answer {
        Answer::of(204, "", Vec::new())
    }

    /// Several things.
    pub fn json(value: &impl Serialize) -> Answer {
        Answer::of(200, "application/json", encoded(value))
    }

    /// One thing, with its version.
    pub fn one(value: &impl Serialize) -> Answer {
        let body = encoded(value);
        let tag = Some(Tag::of(&body));
        Answer {
            tag,
            ..Answer::of(200, "application/json", body)
        }
    }

    pub fn with_status(self, status: u16) -> Answer {
        Answer { status, ..self }
    }
}

/// What is shown of a thing; its version is that of these octets.
pub fn encoded(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("what is shown has text keys alone")
}

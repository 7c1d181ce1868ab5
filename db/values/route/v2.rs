use super::v1;
use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::{phone_number::CallType, treatment::Brand, verdict::Handling};

/// A way out: for which calls, over which trunks, with which digits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Route {
    pub name: String,
    /// `None` is every type.
    pub call_types: Option<Vec<Code<CallType>>>,
    /// Beginnings of numbers, `+` before those abroad; `None` is any number.
    pub prefixes: Option<Vec<String>>,
    /// `None` is any.
    pub handlings: Option<Vec<Code<Handling>>>,
    /// The trunk group; `None` is any trunk.
    pub group: Option<u8>,
    /// How many leading digits are taken off.
    pub remove: u8,
    /// Digits put before what is left.
    pub add: String,
    /// The carrier's access code, before all of them.
    pub carrier: String,
    // Since version 2.
    /// Whose calls they are; `None` is any carrier's.
    pub brands: Option<Vec<Code<Brand>>>,
}

impl From<v1::Route> for Route {
    fn from(old: v1::Route) -> Route {
        Route {
            name: old.name,
            call_types: old.call_types,
            prefixes: old.prefixes,
            handlings: old.handlings,
            group: old.group,
            remove: old.remove,
            add: old.add,
            carrier: old.carrier,
            brands: None,
        }
    }
}

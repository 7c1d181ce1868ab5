use crate::values::StepsV1;
use serde::{Deserialize, Serialize};

/// What the site wants of lists, calling hours and contacts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct PeopleRules {
    /// A number on a PIN's list is refused to PINs that don't list it, unless it is allowed for all.
    pub private_numbers: bool,
    /// Several PINs may list one number.
    pub shared_numbers: bool,
    /// All calling hours that there are must be open; else those nearest to the inmate.
    pub all_windows: bool,
    pub only_approved_contacts: bool,
    /// A contact is approved by two persons.
    pub two_persons: bool,
    pub enrollment: StepsV1,
}

//! What a called party may refuse beyond the call: all further ones, of one inmate or of the facility.

/// Whose calls a called party refuses from now on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PartyBlock {
    /// Those of the inmate who called.
    Inmate,
    /// Those of every inmate.
    Facility,
}

/// The keys by which a called party says so; `None` is not offered.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct BlockKeys {
    pub inmate: Option<u8>,
    pub facility: Option<u8>,
}

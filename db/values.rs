//! Stored values: a version byte, then a frozen struct in postcard. What is read is lifted to
//! the newest version; what is written is the newest.

use crate::codes::{Code, Coded};
pub use crate::error::Unreadable;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _},
};
use types::{
    inmate::{Enrollment, EnrollmentStep},
    right::{Noun, Rights, Verb},
};

/// Something that is a value of a table.
pub trait Value: Sized {
    /// The version that is written.
    const VERSION: u8;
    fn encoded(&self) -> Vec<u8>;
    fn decode(bytes: &[u8]) -> Result<Self, Unreadable>;
}

/// Declares the nouns and their versions, the newest last.
macro_rules! values {
    ($($noun:ident :: $type:ident { $($version:literal => $module:ident),+ } newest $newest:literal,)+) => {
        $(
            pub mod $noun {
                $(pub mod $module;)+
            }

            impl Value for $type {
                const VERSION: u8 = $newest;

                fn encoded(&self) -> Vec<u8> {
                    encode($newest, self)
                }

                fn decode(bytes: &[u8]) -> Result<$type, Unreadable> {
                    let (version, rest) = bytes.split_first().ok_or(Unreadable::Empty)?;
                    match version {
                        $($version => exactly::<$noun::$module::$type>(rest).map(Into::into),)+
                        other => Err(Unreadable::Version(*other)),
                    }
                }
            }
        )+
    };
}

values! {
    meta::Meta { 1 => v1 } newest 1,
    inmate::Inmate { 1 => v1, 2 => v2 } newest 2,
    inmate_ref::InmateRef { 1 => v1 } newest 1,
    pin::Pin { 1 => v1, 2 => v2 } newest 2,
    pin_in_use::PinInUse { 1 => v1 } newest 1,
    pin_number::PinNumber { 1 => v1 } newest 1,
    restricted::Restricted { 1 => v1 } newest 1,
    allowed::Allowed { 1 => v1 } newest 1,
    time_restricted::TimeRestricted { 1 => v1 } newest 1,
    speed_dial::SpeedDial { 1 => v1 } newest 1,
    phone::Phone { 1 => v1, 2 => v2, 3 => v3 } newest 3,
    call_treatment::CallTreatment { 1 => v1, 2 => v2 } newest 2,
    line_treatment::LineTreatment { 1 => v1 } newest 1,
    number_record::NumberRecord { 1 => v1 } newest 1,
    call_type::CallType { 1 => v1 } newest 1,
    call_type_rule::CallTypeRule { 1 => v1 } newest 1,
    route::Route { 1 => v1, 2 => v2 } newest 2,
    schedule::Schedule { 1 => v1 } newest 1,
    settings::Settings { 1 => v1, 2 => v2, 3 => v3, 4 => v4 } newest 4,
    duration::Duration { 1 => v1 } newest 1,
    holiday::Holiday { 1 => v1 } newest 1,
    call::Call { 1 => v1, 2 => v2, 3 => v3, 4 => v4, 5 => v5, 6 => v6 } newest 6,
    open_call::OpenCall { 1 => v1, 2 => v2 } newest 2,
    entry::Entry { 1 => v1 } newest 1,
    counter::Counter { 1 => v1 } newest 1,
    guesses::Guesses { 1 => v1 } newest 1,
    counted::Counted { 1 => v1 } newest 1,
    allowance::Allowance { 1 => v1 } newest 1,
    register_rules::RegisterRules { 1 => v1 } newest 1,
    number_told::NumberTold { 1 => v1 } newest 1,
    fraud_count::FraudCount { 1 => v1 } newest 1,
    fraud_rules::FraudRules { 1 => v1 } newest 1,
    group::Group { 1 => v1 } newest 1,
    inmate_class::InmateClass { 1 => v1 } newest 1,
    list_entry::ListEntry { 1 => v1 } newest 1,
    entry_restricted::EntryRestricted { 1 => v1 } newest 1,
    window::Window { 1 => v1 } newest 1,
    booking::Booking { 1 => v1 } newest 1,
    officer_post::OfficerPost { 1 => v1 } newest 1,
    contact::Contact { 1 => v1, 2 => v2 } newest 2,
    people_rules::PeopleRules { 1 => v1 } newest 1,
    shutdown::Shutdown { 1 => v1 } newest 1,
    unit::Unit { 1 => v1 } newest 1,
    card::Card { 1 => v1 } newest 1,
    card_ref::CardRef { 1 => v1 } newest 1,
    passcode::Passcode { 1 => v1 } newest 1,
    officer::Officer { 1 => v1 } newest 1,
    officer_ref::OfficerRef { 1 => v1 } newest 1,
    phone_identity::PhoneIdentity { 1 => v1 } newest 1,
    identity_settings::IdentitySettings { 1 => v1 } newest 1,
    party_block::PartyBlock { 1 => v1 } newest 1,
    block_keys::BlockKeys { 1 => v1 } newest 1,
    role::Role { 1 => v1 } newest 1,
    account::Account { 1 => v1 } newest 1,
    token::Token { 1 => v1 } newest 1,
}

pub use account::v1::Account;
pub use allowance::v1::Allowance;
pub use allowed::v1::Allowed;
pub use block_keys::v1::BlockKeys;
pub use booking::v1::Booking;
pub use call::{v1::Caller, v6::Call};
pub use call_treatment::{
    v1::{ExtraDigitKind, ExtraDigits},
    v2::CallTreatment,
};
pub use call_type::v1::CallType;
pub use call_type_rule::v1::CallTypeRule;
pub use card::v1::Card;
pub use card_ref::v1::CardRef;
pub use contact::v2::{Approver, Contact};
pub use counted::v1::{Counted, Counting};
pub use counter::v1::Counter;
pub use duration::v1::Duration;
pub use entry::v1::Entry;
pub use entry_restricted::v1::EntryRestricted;
pub use fraud_count::v1::{FraudCount, NumberBlock};
pub use fraud_rules::v1::FraudRules;
pub use group::v1::Group;
pub use guesses::v1::Guesses;
pub use holiday::v1::Holiday;
pub use identity_settings::v1::IdentitySettings;
pub use inmate::v2::Inmate;
pub use inmate_class::v1::InmateClass;
pub use inmate_ref::v1::InmateRef;
pub use line_treatment::v1::{LineRule, LineTreatment};
pub use list_entry::v1::ListEntry;
pub use meta::v1::Meta;
pub use number_record::v1::NumberRecord;
pub use number_told::v1::NumberTold;
pub use officer::v1::Officer;
pub use officer_post::v1::OfficerPost;
pub use officer_ref::v1::OfficerRef;
pub use open_call::v2::{OpenCall, Reservation};
pub use party_block::v1::PartyBlock;
pub use passcode::v1::Passcode;
pub use people_rules::v1::PeopleRules;
pub use phone::v3::Phone;
pub use phone_identity::v1::PhoneIdentity;
pub use pin::v2::Pin;
pub use pin_in_use::v1::PinInUse;
pub use pin_number::v1::PinNumber;
pub use register_rules::v1::RegisterRules;
pub use restricted::v1::Restricted;
pub use role::v1::Role;
pub use route::v2::Route;
pub use schedule::v1::Schedule;
pub use settings::v4::Settings;
pub use shutdown::v1::Shutdown;
pub use speed_dial::v1::SpeedDial;
pub use time_restricted::v1::TimeRestricted;
pub use token::v1::Token;
pub use unit::v1::Unit;
pub use window::v1::Window;

/// Until when something is switched off.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct DisabledV1 {
    pub disabled: bool,
    /// Switched on again from this instant (UTC, ms); `None` with `disabled` is for good.
    pub until_utc_ms: Option<i64>,
}

/// `(site, sequence)`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct CallIdV1 {
    pub site: u32,
    pub sequence: u64,
}

/// Steps of an enrollment: a bit each on disk.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct StepsV1(pub Enrollment);

impl Serialize for StepsV1 {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let bit = |step: EnrollmentStep| 1 << step.code();
        to.serialize_u8(
            self.0
                .steps()
                .map(bit)
                .fold(0u8, |bits, bit: u8| bits | bit),
        )
    }
}

impl<'de> Deserialize<'de> for StepsV1 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<StepsV1, D::Error> {
        let bits = u8::deserialize(from)?;
        let mut steps = Enrollment::NONE;
        for bit in (0..8).filter(|bit| bits >> bit & 1 == 1) {
            let step = EnrollmentStep::from_code(bit);
            let unknown = || D::Error::custom(format!("no step of enrollment has bit {bit}"));
            steps = steps.with(step.ok_or_else(unknown)?);
        }
        Ok(StepsV1(steps))
    }
}

/// Rights: noun and verb of each on disk.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct RightsV1(pub Rights);

impl Serialize for RightsV1 {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let pairs: Vec<_> = self.0.iter().collect();
        to.collect_seq(
            pairs
                .into_iter()
                .map(|(noun, verb)| (Code(noun), Code(verb))),
        )
    }
}

impl<'de> Deserialize<'de> for RightsV1 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<RightsV1, D::Error> {
        let pairs: Vec<(Code<Noun>, Code<Verb>)> = Vec::deserialize(from)?;
        let pairs = pairs.into_iter().map(|(noun, verb)| (noun.0, verb.0));
        Ok(RightsV1(pairs.collect()))
    }
}

fn encode<T: Serialize>(version: u8, value: &T) -> Vec<u8> {
    postcard::to_extend(value, vec![version]).expect("stored structs always encode")
}

fn exactly<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(Unreadable::Trailing(rest.len())),
        Err(error) => Err(Unreadable::Malformed(error.to_string())),
    }
}

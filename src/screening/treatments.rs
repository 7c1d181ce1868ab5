//! What number records, line treatments, call treatments and call types say, as screening sees them.

use types::{
    phone_number::CallType,
    tick::Ticks,
    treatment::{
        Announcements, Brand, CallTreatment, ExtraDigitResponse, Messages, ThreeWayResponse,
    },
    verdict::Handling,
};

/// What is special about numbers that fit a pattern, whoever calls them (E7): the most specific
/// record that fits a number.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct NumberRecord {
    /// How many digits of it are fixed.
    pub specificity: u8,
    /// As an entry of the restricted table, but in every mode.
    pub blocked: bool,
    pub privileged: bool,
    pub no_recording: bool,
    /// Somebody's desk: nobody is asked to accept.
    pub customer_service: bool,
    /// A call to it is told to the officers.
    pub watched: bool,
    pub three_way: Option<ThreeWayResponse>,
    pub limit_seconds: Option<u32>,
    /// The number of a call treatment.
    pub treatment: Option<u16>,
}

/// What a phone's line treatment says of one number: the rules that fit it, in their order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineTreatment {
    pub rules: Vec<LineRule>,
    /// Whether a call that no rule fits may be placed.
    pub others: bool,
}

/// A rule whose numbers fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineRule {
    /// How many digits of the pattern that fits are fixed; 0 where the rule is for any number.
    pub specificity: u8,
    /// `None` is every type.
    pub call_types: Option<Vec<CallType>>,
    pub days: Days,
    /// For privileged calls alone.
    pub privileged_only: bool,
    pub outcome: LineOutcome,
}

/// What a rule makes of a call that it fits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineOutcome {
    /// It may be placed, with this call treatment if one is named.
    Allow(Option<u16>),
    Refuse,
}

/// Days of the week, a bit each from Monday on. A holiday counts as its day of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Days(pub u8);

impl Days {
    pub const ALL: Days = Days(0x7f);

    /// 0 is Monday.
    pub fn has(self, weekday: u8) -> bool {
        self.0 & (1 << weekday) != 0
    }
}

/// What a call treatment says. What it leaves out is as the site's has it (treatment 0), and what that
/// leaves out as in [`CallTreatment::standard`].
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct TreatmentRules {
    pub handling: Option<Handling>,
    pub three_way: Option<ThreeWayResponse>,
    pub extra_digits: Option<ExtraDigitResponse>,
    /// How often both parties are told where the call comes from; zero is never.
    pub origin_every: Option<Ticks>,
    /// How often they are told how much time is left; zero is never.
    pub remaining_every: Option<Ticks>,
    /// `None` also in the site's is by call type.
    pub brand: Option<Brand>,
    pub record: Option<bool>,
    pub limit_seconds: Option<u32>,
    pub announce_limit: Option<bool>,
    /// Whether the called party must accept a call that is not collect.
    pub acceptance: Option<bool>,
    /// Whether such a called party hears the carrier's name.
    pub say_carrier: Option<bool>,
    /// Whether who is asked to accept hears that no third party may join.
    pub three_way_notice: Option<bool>,
    /// Whether both parties are told before the call is cut for fraud.
    pub word_before_cut: Option<bool>,
}

/// What a site says of a call type.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct CallTypeRules {
    pub treatment: Option<u16>,
    pub handling: Option<Handling>,
    pub brand: Option<Brand>,
}

impl TreatmentRules {
    /// The number of the treatment that holds for the whole site.
    pub const SITE: u16 = 0;

    /// These rules, and the site's where they say nothing. Who handles a call is not the site's to say.
    pub(crate) fn over(&self, site: &TreatmentRules) -> TreatmentRules {
        TreatmentRules {
            handling: self.handling,
            three_way: self.three_way.or(site.three_way),
            extra_digits: self.extra_digits.or(site.extra_digits),
            origin_every: self.origin_every.or(site.origin_every),
            remaining_every: self.remaining_every.or(site.remaining_every),
            brand: self.brand.or(site.brand),
            record: self.record.or(site.record),
            limit_seconds: self.limit_seconds.or(site.limit_seconds),
            announce_limit: self.announce_limit.or(site.announce_limit),
            acceptance: self.acceptance.or(site.acceptance),
            say_carrier: self.say_carrier.or(site.say_carrier),
            three_way_notice: self.three_way_notice.or(site.three_way_notice),
            word_before_cut: self.word_before_cut.or(site.word_before_cut),
        }
    }

    /// What the line is told.
    pub(crate) fn told(
        &self,
        number: u16,
        three_way: Option<ThreeWayResponse>,
        brand: Brand,
    ) -> CallTreatment {
        let standard = CallTreatment::standard();
        let every = |length: Option<Ticks>| length.filter(|length| *length != Ticks::ZERO);
        CallTreatment {
            number,
            three_way: three_way.or(self.three_way).unwrap_or(standard.three_way),
            extra_digits: self.extra_digits.unwrap_or(standard.extra_digits),
            announcements: Announcements {
                origin_every: every(self.origin_every),
                remaining_every: every(self.remaining_every),
            },
            brand,
            messages: Messages {
                carrier: self.say_carrier.unwrap_or(standard.messages.carrier),
                three_way_notice: self
                    .three_way_notice
                    .unwrap_or(standard.messages.three_way_notice),
            },
            word_before_cut: self.word_before_cut.unwrap_or(standard.word_before_cut),
        }
    }
}

/// Whose network carries calls of this type.
pub(crate) fn carrier(call_type: CallType) -> Brand {
    match call_type {
        CallType::InterLata
        | CallType::Interstate
        | CallType::National
        | CallType::International => Brand::InterLata,
        CallType::Local
        | CallType::IntraLata
        | CallType::Mobile
        | CallType::TollFree
        | CallType::Premium
        | CallType::Service => Brand::IntraLata,
    }
}

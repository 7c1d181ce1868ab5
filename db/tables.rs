//! The tables there are, and the look-up of numbers in those keyed by pattern.

use crate::{
    Error, Read, Result, Table, Value, Writer,
    keys::{
        AllowanceKey, CardHash, CountedKey, CounterKey, DateKey, DurationKey, FacilityId,
        GroupPhone, GuessKey, HolderKey, Numbered, OfficerCodeHash, PartyBlockKey, PhoneGroup,
        PinHash, PinNumberKey, ScheduleKey, Shut, SiteKey, SpeedCode, StartKey,
    },
    pattern::{Kind, Pattern, marker},
    table::Raw,
    values::{
        self, Allowance, Allowed, BlockKeys, Call, CallTreatment, CallTypeRule, Card, CardRef,
        Counted, Counter, Duration, Entry, FraudCount, FraudRules, Group, Guesses, Holiday,
        IdentitySettings, Inmate, InmateRef, LineTreatment, Meta, NumberRecord, NumberTold,
        Officer, OfficerRef, OpenCall, PartyBlock, Passcode, Phone, PhoneIdentity, Pin, PinInUse,
        PinNumber, RegisterRules, Restricted, Route, Schedule, Settings, Shutdown, SpeedDial,
        TimeRestricted, Unit,
    },
};
use heed::{CommitOrAbort, Env, WithoutTls, types::Bytes};
use types::{
    id::{CallId, GroupId, InmateId, LineId, OfficerId},
    phone_number::{CallType, PhoneNumber},
};

/// The most patterns with `?` in one table; they are walked at each look-up.
pub const MAX_WILDCARDS: usize = 1000;

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident : $kind:ident < $($type:ty),+ >,)+) => {
        /// All tables of the database.
        #[derive(Debug)]
        pub struct Tables {
            $($(#[$doc])* pub $name: $kind<$($type),+>,)+
        }

        const NAMES: &[&str] = &[$(stringify!($name)),+];
        const COUNT: usize = NAMES.len();

        impl Tables {
            fn from_raw(raw: [Raw; COUNT]) -> Tables {
                let [$($name),+] = raw;
                Tables { $($name: $kind::new(stringify!($name), $name)),+ }
            }

            /// Pages in use by all tables.
            pub(crate) fn pages(&self, txn: &impl Read) -> Result<u64> {
                Ok(0 $(+ self.$name.pages(txn)?)+)
            }
        }
    };
}

tables! {
    meta: Table<SiteKey, Meta>,
    inmates: Table<InmateId, Inmate>,
    inmates_by_id: Table<FacilityId, InmateRef>,
    pins: Table<PinHash, Pin>,
    pins_in_use: Table<PinHash, PinInUse>,
    pin_numbers: Table<PinNumberKey, PinNumber>,
    restricted: PatternTable<Restricted>,
    allowed: PatternTable<Allowed>,
    time_restricted: PatternTable<TimeRestricted>,
    speed_dials: Table<SpeedCode, SpeedDial>,
    phones: Table<LineId, Phone>,
    settings: Table<SiteKey, Settings>,
    duration_classes: Table<DurationKey, Duration>,
    holidays: Table<DateKey, Holiday>,
    schedules: Table<ScheduleKey, Schedule>,
    calls: Table<CallId, Call>,
    calls_by_start: Table<StartKey, Unit>,
    open_calls: Table<LineId, OpenCall>,
    journal: Table<CallId, Entry>,
    counters: Table<CounterKey, Counter>,
    guesses: Table<GuessKey, Guesses>,
    allowances: Table<AllowanceKey, Allowance>,
    number_allowances: PatternTable<Allowance>,
    counted: Table<CountedKey, Counted>,
    register_rules: Table<SiteKey, RegisterRules>,
    numbers_told: Table<PhoneNumber, NumberTold>,
    cards: Table<CardHash, Card>,
    cards_held: Table<HolderKey, CardRef>,
    passcodes: Table<InmateId, Passcode>,
    officers: Table<OfficerId, Officer>,
    officers_by_id: Table<FacilityId, OfficerRef>,
    officer_codes: Table<OfficerCodeHash, OfficerRef>,
    phone_identity: Table<LineId, PhoneIdentity>,
    identity_settings: Table<SiteKey, IdentitySettings>,
    fraud_counts: Table<PhoneNumber, FraudCount>,
    fraud_rules: Table<SiteKey, FraudRules>,
    groups: Table<GroupId, Group>,
    group_phones: Table<GroupPhone, Unit>,
    phone_groups: Table<PhoneGroup, Unit>,
    shutdowns: Table<Shut, Shutdown>,
    call_treatments: Table<Numbered, CallTreatment>,
    line_treatments: Table<Numbered, LineTreatment>,
    number_records: PatternTable<NumberRecord>,
    call_types: PatternTable<values::CallType>,
    call_type_rules: Table<CallType, CallTypeRule>,
    routes: Table<Numbered, Route>,
    called_party_blocks: Table<PartyBlockKey, PartyBlock>,
    block_keys: Table<SiteKey, BlockKeys>,
}

impl Tables {
    pub(crate) fn create(env: &Env<WithoutTls>) -> Result<Tables> {
        let txn = env.write_txn()?;
        let raw = env.create_databases_and_commit(txn, |opener, txn| -> Result<_> {
            let mut raw = Vec::with_capacity(COUNT);
            for name in NAMES {
                raw.push(opener.create_database::<Bytes, Bytes>(txn, Some(name))?);
            }
            let raw: [_; COUNT] = raw.try_into().expect("one handle a name");
            Ok(CommitOrAbort::<_, ()>::Commit(raw))
        })?;
        Ok(Tables::from_raw(raw.unwrap_commit()))
    }

    /// What `Meta` is kept beside: the schema version, without a version byte.
    pub(crate) fn schema_key() -> &'static [u8] {
        b"schema"
    }
}

/// A table keyed by pattern.
#[derive(Debug)]
pub struct PatternTable<V> {
    table: Table<Pattern, V>,
}

/// The most specific entry that fits a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatternMatch<V> {
    pub pattern: Pattern,
    pub value: V,
}

impl<V> PatternMatch<V> {
    pub fn specificity(&self) -> u8 {
        self.pattern.specificity()
    }
}

impl<V: Value> PatternTable<V> {
    fn new(name: &'static str, raw: Raw) -> PatternTable<V> {
        PatternTable {
            table: Table::new(name, raw),
        }
    }

    /// The plain table underneath: entries by pattern, pages, counts.
    pub fn entries(&self) -> &Table<Pattern, V> {
        &self.table
    }

    pub fn put(&self, txn: &mut Writer<'_>, pattern: &Pattern, value: &V) -> Result<()> {
        let is_new = !self.table.contains(txn, pattern)?;
        if pattern.kind() == Kind::Wildcard && is_new {
            let there = self.table.count_prefix(txn, b"W", MAX_WILDCARDS)?;
            if there == MAX_WILDCARDS {
                return Err(Error::TooManyWildcards {
                    table: self.table.name(),
                    limit: MAX_WILDCARDS,
                });
            }
        }
        self.table.put(txn, pattern, value)
    }

    pub fn delete(&self, txn: &mut Writer<'_>, pattern: &Pattern) -> Result<bool> {
        self.table.delete(txn, pattern)
    }

    /// The most specific entry that fits: by key for exact and prefix entries, by a
    /// bounded walk for those with `?`.
    pub fn best(&self, txn: &impl Read, number: &PhoneNumber) -> Result<Option<PatternMatch<V>>> {
        let exact = Pattern::exact(number);
        if let Some(value) = self.table.get(txn, &exact)? {
            let pattern = exact;
            return Ok(Some(PatternMatch { pattern, value }));
        }
        let mut best = self.longest_prefix(txn, number)?;
        let length = u8::try_from(number.digits.len()).expect("at most MAX_DIGITS digits");
        for length in [length, 0] {
            let start = [b'W', marker(number.international), length];
            for (pattern, value) in self.table.with_prefix(txn, &start, MAX_WILDCARDS)? {
                let better = best
                    .as_ref()
                    .is_none_or(|best| pattern.rank() > best.pattern.rank());
                if better && pattern.fits(number) {
                    best = Some(PatternMatch { pattern, value });
                }
            }
        }
        Ok(best)
    }

    pub(crate) fn pages(&self, txn: &impl Read) -> Result<u64> {
        self.table.pages(txn)
    }

    fn longest_prefix(
        &self,
        txn: &impl Read,
        number: &PhoneNumber,
    ) -> Result<Option<PatternMatch<V>>> {
        let plus = if number.international { "+" } else { "" };
        let digits = number.digits.as_str();
        for length in (0..=digits.len()).rev() {
            let text = format!("{plus}{}*", &digits[..length]);
            // A number can hold digits that no pattern can (`*`, `#`): such a prefix is in no table.
            let Ok(pattern) = Pattern::parse(&text) else {
                continue;
            };
            if let Some(value) = self.table.get(txn, &pattern)? {
                return Ok(Some(PatternMatch { pattern, value }));
            }
        }
        Ok(None)
    }
}

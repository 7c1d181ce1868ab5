//! The tables there are.

use crate::{
    ListTable, PatternTable, Read, Result, SparseTable, Table,
    keys::{
        AccountToken, AllowanceKey, BookingKey, CardHash, CountedKey, CounterKey, DateKey,
        DurationKey, FacilityId, GroupPhone, GuessKey, HolderKey, ListerKey, Numbered,
        OfficerCodeHash, PartyBlockKey, PhoneGroup, PinHash, PinNumberKey, ScheduleKey, Shut,
        SiteKey, SpeedCode, StartKey, TokenHash, UnitInmate,
    },
    table::Raw,
    values::{
        self, Account, Allowance, Allowed, BlockKeys, Booking, Call, CallTreatment, CallTypeRule,
        Card, CardRef, Contact, Counted, Counter, Duration, Entry, EntryRestricted, FraudCount,
        FraudRules, Group, Guesses, Holiday, IdentitySettings, Inmate, InmateRef, LineTreatment,
        ListEntry, Meta, NumberRecord, NumberTold, Officer, OfficerPost, OfficerRef, OpenCall,
        PartyBlock, Passcode, PeopleRules, Phone, PhoneIdentity, Pin, PinInUse, PinNumber,
        RegisterRules, Restricted, Role, Route, Schedule, Settings, Shutdown, SpeedDial,
        TimeRestricted, Token, Unit, Window,
    },
};
use heed::{CommitOrAbort, Env, WithoutTls, types::Bytes};
use types::{
    id::{CallId, GroupId, InmateId, LineId, OfficerId},
    inmate::{InmateClass, Scope},
    phone_number::{CallType, PhoneNumber},
};

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

            /// Takes in what tables hold in memory; before anybody else reads or writes.
            pub(crate) fn learn(&mut self, txn: &impl Read) -> Result<()> {
                $(self.$name.learn(txn)?;)+
                Ok(())
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
    pins_in_use: SparseTable<PinHash, PinInUse>,
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
    allowances: SparseTable<AllowanceKey, Allowance>,
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
    phone_identity: SparseTable<LineId, PhoneIdentity>,
    identity_settings: Table<SiteKey, IdentitySettings>,
    fraud_counts: SparseTable<PhoneNumber, FraudCount>,
    fraud_rules: Table<SiteKey, FraudRules>,
    groups: Table<GroupId, Group>,
    group_phones: Table<GroupPhone, Unit>,
    phone_groups: Table<PhoneGroup, Unit>,
    shutdowns: SparseTable<Shut, Shutdown>,
    unit_inmates: Table<UnitInmate, Unit>,
    inmate_classes: Table<InmateClass, values::InmateClass>,
    listers: Table<ListerKey, Unit>,
    lists: ListTable<ListEntry>,
    entry_restricted: PatternTable<EntryRestricted>,
    windows: SparseTable<Scope, Window>,
    bookings: Table<BookingKey, Booking>,
    officer_posts: Table<GroupId, OfficerPost>,
    contacts: SparseTable<PinNumberKey, Contact>,
    people_rules: Table<SiteKey, PeopleRules>,
    call_treatments: Table<Numbered, CallTreatment>,
    line_treatments: Table<Numbered, LineTreatment>,
    number_records: PatternTable<NumberRecord>,
    call_types: PatternTable<values::CallType>,
    call_type_rules: Table<CallType, CallTypeRule>,
    routes: Table<Numbered, Route>,
    called_party_blocks: SparseTable<PartyBlockKey, PartyBlock>,
    block_keys: Table<SiteKey, BlockKeys>,
    roles: Table<Numbered, Role>,
    accounts: Table<OfficerId, Account>,
    tokens: Table<TokenHash, Token>,
    account_tokens: Table<AccountToken, Unit>,
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

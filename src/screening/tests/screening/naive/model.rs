//! The rules told once more, over plain rows: what is answered to a call that is asked for.
//!
//! Where several things are against a number that would be reached instead, or several limits are the
//! smallest, no source says which is named: each of them will do.

mod after;
mod way;

pub use way::said;

use super::registers::{Count, Left};
use screening::{Class, Counts, DayKind, LimitedBy, LineOutcome};
use sites::{
    clock,
    site::{
        self, Allowed, Ask, Contact, Dials, FOREVER, Holder, Inmate, LineRule, Own, Phone, Pin,
        Record, Site, fits, fixed, is_off,
    },
};
use types::{
    disposition::Blocked,
    id::{GroupId, InmateId},
    inmate::{InmateClass, Review, Scope, Supervision},
    phone_number::{CallType, DialingPattern},
    treatment::{Brand, ExtraDigitResponse, ThreeWayResponse, Warning},
    verdict::{Check, Finding, Handling, RecordingRule},
};

/// What is told; the reasons of a refusal are those that may be named.
#[derive(Debug)]
pub struct Answer {
    pub steps: Vec<(Check, Finding)>,
    pub inmate: Option<u32>,
    pub number: Option<(String, DialingPattern, CallType)>,
    pub watched: bool,
    pub outcome: Result<(Call, Way), Vec<Blocked>>,
    pub opens: Option<i64>,
}

/// A call that is let through.
#[derive(Debug)]
pub struct Call {
    pub limit_ms: Option<i64>,
    /// Those that are as small as the limit.
    pub limited_by: Vec<LimitedBy>,
    pub open_ms: i64,
    pub recording: RecordingRule,
    pub treatment: u16,
    pub three_way: ThreeWayResponse,
    pub extra_digits: ExtraDigitResponse,
    /// Zero is never.
    pub origin_every: u64,
    pub remaining_every: u64,
    pub brand: Brand,
    /// As a treatment or the call type says.
    pub handling: Option<Handling>,
    pub acceptance: bool,
    pub says_carrier: bool,
    pub says_three_way: bool,
    pub word_before_cut: bool,
    pub announce_limit: bool,
    /// So many milliseconds before the end of the talk, which comes at the latest after so many.
    pub warnings: Vec<(i64, i64)>,
    pub counts: Counts,
    pub left: Left,
}

impl Call {
    /// Whether the parties are told when so many milliseconds are left.
    pub fn warned_at(&self, left_ms: i64) -> bool {
        self.warnings
            .iter()
            .any(|(left, end)| *left == left_ms && left_ms < *end)
    }
}

/// How a call leaves the house.
#[derive(Debug)]
pub struct Way {
    pub handling: Handling,
    pub acceptance: bool,
    /// Number, trunk group, what it is dialed; in the order in which they are tried.
    pub ways: Vec<(u16, Option<u8>, String)>,
}

type Refused<T> = Result<T, Vec<Blocked>>;

pub fn answer(site: &Site, ask: &Ask) -> Answer {
    let mut model = Model {
        site,
        ask,
        steps: Vec::new(),
        inmate: None,
        number: match ask.dials {
            Dials::Number(number, pattern) => {
                Some((number.to_owned(), pattern, site::planned_type(number)))
            }
            Dials::Code(_) => None,
        },
        watched: false,
        opens: None,
    };
    let outcome = model.call();
    // Whatever else there is against the call.
    if let Some((number, ..)) = &model.number {
        let record = site.record(number);
        let mut all = record.into_iter().chain(model.all_beneath(record));
        model.watched = all.any(|row| row.watched);
    }
    Answer {
        steps: model.steps,
        inmate: model.inmate,
        number: model.number,
        watched: model.watched,
        outcome,
        opens: model.opens,
    }
}

struct Model<'a> {
    site: &'a Site,
    ask: &'a Ask,
    steps: Vec<(Check, Finding)>,
    inmate: Option<u32>,
    number: Option<(String, DialingPattern, CallType)>,
    watched: bool,
    opens: Option<i64>,
}

/// All that is known of a call when it was seen that its number may be called.
struct Known<'a> {
    phone: &'a Phone,
    pin: Option<&'a Pin>,
    person: Option<&'a Inmate>,
    number: String,
    call_type: CallType,
    own: Option<&'a Own>,
    allowed: Option<&'a Allowed>,
    record: Option<&'a Record>,
    /// How exactly a list that is attached to the inmate allows it.
    list_allows: Option<i32>,
    untimed: bool,
    privileged: bool,
}

impl<'a> Model<'a> {
    fn step(&mut self, check: Check, finding: Finding) {
        self.steps.push((check, finding));
    }

    fn no<T>(&mut self, check: Check, finding: Finding, why: Blocked) -> Refused<T> {
        self.step(check, finding);
        Err(vec![why])
    }

    fn call(&mut self) -> Refused<(Call, Way)> {
        let known = self.may_be_called()?;
        let rule = self.line_treatment(&known)?;
        self.party(&known.number)?;
        self.time(&known.number)?;
        let open_ms = self.hours(&known)?;
        let mut known = known;
        for shorter in &self.ask.shorter {
            if self.is_blocked_for(known.person, shorter) {
                let why = Blocked::NumberBlockedForInmate;
                return self.no(Check::ShorterNumber, Finding::Found, why);
            }
            let mut records = self.ask.shorter.iter().filter_map(|s| self.site.record(s));
            if self.site.restricted(shorter).is_some() || records.any(|row| row.blocked) {
                self.rescuing();
            }
            let why = self.against(shorter, &known, rule);
            if !why.is_empty() {
                self.step(Check::ShorterNumber, Finding::Found);
                return Err(why);
            }
        }
        if known.own.is_none() && self.ask.shorter.iter().any(|s| self.is_timed(s, &known)) {
            known.untimed = false;
        }
        self.fraud(&known)?;
        let call = self.treated(&known, rule);
        let call = self.limited(&known, call, open_ms)?;
        let way = self.way(&known, &call)?;
        self.recorded(&call)?;
        self.officer(&known)?;
        Ok((call, way))
    }

    fn may_be_called(&mut self) -> Refused<Known<'a>> {
        let phone = self.site.phones.iter().find(|p| p.line == self.ask.line);
        let Some(phone) = phone.filter(|phone| phone.in_service) else {
            return Err(vec![Blocked::PhoneOutOfService]);
        };
        let pin = self.pin(phone)?;
        let person = pin.map(|pin| self.person(pin)).transpose()?;
        let (number, call_type) = self.dialed(phone)?;
        if self.is_blocked_for(person, &number) {
            let why = Blocked::NumberBlockedForInmate;
            return self.no(Check::InmateList, Finding::Blocked, why);
        }
        let own = self.own(person, &number)?;
        let allowed = self.site.allowed(&number);
        let record = self.record(&number, own, allowed)?;
        let contact = self.contact(person, &number, allowed)?;
        self.private(person, &number, own, allowed)?;
        let wins = self.site.rules.global_block_wins;
        if own.is_some() {
            self.wins();
        }
        let list_allows = match own.is_none() || wins {
            true => self.lists(person, contact, &number)?,
            false => None,
        };
        if own.is_some() || list_allows.is_some() {
            if self.wins() {
                self.restricted(&number, allowed)?;
            }
        } else {
            self.in_no_list(person.is_some(), &number, allowed)?;
        }
        let untimed = match own {
            Some(own) => own.untimed,
            None => allowed.is_some_and(|entry| entry.untimed),
        };
        let privileged = phone.privileged
            || own.is_some_and(|own| own.privileged)
            || allowed.is_some_and(|entry| entry.privileged)
            || record.is_some_and(|record| record.privileged);
        Ok(Known {
            phone,
            pin,
            person,
            number,
            call_type,
            own,
            allowed,
            record,
            list_allows,
            untimed,
            privileged,
        })
    }

    fn pin(&mut self, phone: &Phone) -> Refused<Option<&'a Pin>> {
        if !phone.pin_required {
            self.step(Check::PinRequired, Finding::No);
            return Ok(None);
        }
        self.step(Check::PinRequired, Finding::Yes);
        let now = self.ask.now;
        let keyed = self.ask.pin;
        let row = self.site.pins.iter().find(|row| Some(row.pin) == keyed);
        let Some(row) = row else {
            return self.no(Check::PinTable, Finding::NotFound, Blocked::PinInvalid);
        };
        self.inmate = Some(row.inmate);
        if is_off(row.disabled, now) {
            return self.no(Check::PinTable, Finding::Disabled, Blocked::PinDisabled);
        }
        if row.from.unwrap_or(now) > now {
            return self.no(Check::PinTable, Finding::NotYet, Blocked::PinNotYetValid);
        }
        if row.to.unwrap_or(now + 1) <= now {
            return self.no(Check::PinTable, Finding::Expired, Blocked::PinExpired);
        }
        self.step(Check::PinTable, Finding::Found);
        if row.in_call_at.unwrap_or(phone.line) != phone.line {
            return self.no(Check::PinInUse, Finding::Yes, Blocked::PinInUse);
        }
        self.step(Check::PinInUse, Finding::No);
        Ok(Some(row))
    }

    fn person(&mut self, pin: &Pin) -> Refused<&'a Inmate> {
        let mut rows = self.site.inmates.iter();
        let person = rows.find(|row| row.id == pin.inmate).expect("somebody's");
        let status = Check::InmateStatus;
        if is_off(person.suspended, self.ask.now) {
            return self.no(status, Finding::Disabled, Blocked::InmateSuspended);
        }
        let asked = self.site.rules.people.enrollment;
        if asked.steps().any(|step| !person.steps.contains(&step)) {
            return self.no(status, Finding::NotYet, Blocked::NotEnrolled);
        }
        Ok(person)
    }

    fn dialed(&mut self, phone: &Phone) -> Refused<(String, CallType)> {
        let keyed = match self.ask.dials {
            Dials::Number(_, pattern) => pattern,
            Dials::Code(_) => DialingPattern::SpeedDial,
        };
        let (number, pattern) = match self.ask.dials {
            Dials::Number(number, pattern) => (number, pattern),
            Dials::Code(code) => {
                let row = self.site.codes.iter().find(|row| row.0 == code);
                let Some((_, number, pattern)) = row else {
                    let why = Blocked::SpeedDialNotAssigned;
                    return self.no(Check::SpeedDial, Finding::NotFound, why);
                };
                self.step(Check::SpeedDial, Finding::Found);
                (*number, *pattern)
            }
        };
        let mut call_type = site::planned_type(number);
        if let Some(of_site) = self.site.call_type(number) {
            self.step(Check::CallTypeTable, Finding::Found);
            call_type = of_site;
        }
        self.number = Some((number.to_owned(), pattern, call_type));
        let closed = phone.call_types.iter().any(|c| !c.contains(&call_type))
            || phone.patterns.iter().any(|p| !p.contains(&keyed));
        if closed {
            return self.no(Check::CallType, Finding::No, Blocked::CallTypeNotAllowed);
        }
        self.step(Check::CallType, Finding::Passed);
        Ok((number.to_owned(), call_type))
    }

    /// What is blocked for one inmate is so whatever else is said of it.
    fn is_blocked_for(&self, person: Option<&Inmate>, number: &str) -> bool {
        let Some(person) = person else { return false };
        let scope = Scope::Inmate(InmateId(person.id));
        let mut rows = self.site.lists.iter();
        rows.any(|row| row.scope == scope && row.blocked && fits(row.pattern, number))
    }

    /// Both settings are told where they are first asked.
    fn wins(&mut self) -> bool {
        self.told(Check::GlobalBlockWins, self.site.rules.global_block_wins)
    }

    fn rescuing(&mut self) -> bool {
        self.told(Check::AllowedRescues, self.site.rules.allowed_rescues)
    }

    fn told(&mut self, setting: Check, is: bool) -> bool {
        let before = self.steps.iter().any(|(check, _)| *check == setting);
        match (before, is) {
            (true, _) => {}
            (false, true) => self.step(setting, Finding::Yes),
            (false, false) => self.step(setting, Finding::No),
        }
        is
    }

    fn own(&mut self, person: Option<&Inmate>, number: &str) -> Refused<Option<&'a Own>> {
        let Some(person) = person else {
            return Ok(None);
        };
        let own = self.site.own(person.id, number);
        let finding = match own {
            None => Finding::NotFound,
            Some(own) if is_off(own.disabled, self.ask.now) => {
                let why = Blocked::PinNumberDisabled;
                return self.no(Check::PinNumberList, Finding::Disabled, why);
            }
            Some(_) => Finding::Found,
        };
        self.step(Check::PinNumberList, finding);
        Ok(own)
    }

    fn record(
        &mut self,
        number: &str,
        own: Option<&Own>,
        allowed: Option<&Allowed>,
    ) -> Refused<Option<&'a Record>> {
        let record = self.site.record(number);
        let Some(row) = record else {
            return Ok(None);
        };
        if !row.blocked || own.is_some() && !self.wins() {
            self.step(Check::NumberRecord, Finding::Passed);
            return Ok(record);
        }
        self.step(Check::NumberRecord, Finding::Found);
        self.rescuing();
        if !self.rescues(allowed, fixed(row.pattern)) {
            return Err(vec![Blocked::NumberRestricted]);
        }
        self.step(Check::AllowedTable, Finding::Rescued);
        Ok(record)
    }

    /// Of the records of numbers that would be reached instead the most exact, if it is more exact than
    /// the number's own.
    fn beneath(&self, own: Option<&Record>) -> Option<&'a Record> {
        let mut most = -1;
        let mut found = None;
        for row in self.all_beneath(own) {
            if exact(row.pattern) > most {
                most = exact(row.pattern);
                found = Some(row);
            }
        }
        found
    }

    /// Each of those that is more exact than the number's own.
    fn all_beneath(&self, own: Option<&Record>) -> Vec<&'a Record> {
        let own = own.map_or(-1, |row| exact(row.pattern));
        let reached = self.ask.shorter.iter();
        let records = reached.filter_map(|shorter| self.site.record(shorter));
        records.filter(|row| exact(row.pattern) > own).collect()
    }

    fn rescues(&self, allowed: Option<&Allowed>, block: usize) -> bool {
        self.site.rules.allowed_rescues && allowed.is_some_and(|row| fixed(row.pattern) >= block)
    }

    fn contact(
        &mut self,
        person: Option<&Inmate>,
        number: &str,
        allowed: Option<&Allowed>,
    ) -> Refused<Option<&'a Contact>> {
        let Some(person) = person else {
            return Ok(None);
        };
        let contact = self.site.contact(person.id, number);
        let must = self.site.rules.people.only_approved_contacts && allowed.is_none();
        let why = Blocked::ContactNotApproved;
        match contact.map(|row| row.review) {
            None if must => return self.no(Check::Contact, Finding::NotFound, why),
            None => {}
            Some(Review::Refused) => return self.no(Check::Contact, Finding::Disabled, why),
            Some(Review::Pending) if must => {
                return self.no(Check::Contact, Finding::NotYet, why);
            }
            Some(Review::Pending) => self.step(Check::Contact, Finding::NotYet),
            Some(Review::Approved) => self.step(Check::Contact, Finding::Passed),
        }
        Ok(contact)
    }

    fn private(
        &mut self,
        person: Option<&Inmate>,
        number: &str,
        own: Option<&Own>,
        allowed: Option<&Allowed>,
    ) -> Refused<()> {
        let private = self.site.rules.people.private_numbers && own.is_none();
        let anothers = person.is_some_and(|p| self.site.others_list(p.id, number));
        if !(private && anothers) {
            return Ok(());
        }
        if allowed.is_none() {
            return self.no(Check::ListsOfOthers, Finding::Found, Blocked::NumberPrivate);
        }
        self.step(Check::ListsOfOthers, Finding::Rescued);
        Ok(())
    }

    /// How exactly a list allows it: the first that has it, from the nearest to the furthest.
    fn lists(
        &mut self,
        person: Option<&Inmate>,
        contact: Option<&Contact>,
        number: &str,
    ) -> Refused<Option<i32>> {
        let Some(person) = person else {
            return Ok(None);
        };
        for (check, scopes) in lists_of(person, contact) {
            if scopes.is_empty() {
                continue;
            }
            let mut said = scopes.iter().map(|s| self.site.on_list(*s, number));
            match said.find(Option::is_some).flatten() {
                None => self.step(check, Finding::NotFound),
                Some((true, _)) => {
                    let why = Blocked::NumberBlockedForInmate;
                    return self.no(check, Finding::Blocked, why);
                }
                Some((false, entry)) => {
                    self.step(check, Finding::Allowed);
                    return Ok(Some(exact(entry)));
                }
            }
        }
        Ok(None)
    }

    /// Whether it is in the restricted table, and rescued.
    fn restricted(&mut self, number: &str, allowed: Option<&Allowed>) -> Refused<bool> {
        let Some(block) = self.site.restricted(number) else {
            self.step(Check::RestrictedTable, Finding::NotFound);
            return Ok(false);
        };
        self.step(Check::RestrictedTable, Finding::Found);
        if !self.rescuing() {
            return Err(vec![Blocked::NumberRestricted]);
        }
        let finding = match (allowed, self.rescues(allowed, block)) {
            (_, true) => Finding::Rescued,
            (Some(_), false) => Finding::Found,
            (None, false) => Finding::NotFound,
        };
        self.step(Check::AllowedTable, finding);
        match finding {
            Finding::Rescued => Ok(true),
            _ => Err(vec![Blocked::NumberRestricted]),
        }
    }

    /// The three modes, for a number on no list. The third asks the restricted table where a global
    /// block always wins.
    fn in_no_list(
        &mut self,
        with_pin: bool,
        number: &str,
        allowed: Option<&Allowed>,
    ) -> Refused<()> {
        let third = with_pin && !self.site.rules.check_restricted;
        if with_pin {
            let finding = if third { Finding::No } else { Finding::Yes };
            self.step(Check::RestrictedMode, finding);
        }
        if (!third || self.wins()) && self.restricted(number, allowed)? {
            return Ok(());
        }
        let there = match allowed {
            Some(_) => Finding::Found,
            None => Finding::NotFound,
        };
        self.step(Check::AllowedTable, there);
        match third && allowed.is_none() {
            true => Err(vec![Blocked::NumberNotAllowed]),
            false => Ok(()),
        }
    }

    /// The rule of the phone's line treatment that lets it through, if there is one.
    fn line_treatment(&mut self, known: &Known) -> Refused<Option<&'a LineRule>> {
        let Some(treatment) = known.phone.line_treatment else {
            return Ok(None);
        };
        let why = Blocked::NotFromThisPhone;
        let mut rows = self.site.line_treatments.iter();
        let Some((_, others)) = rows.find(|row| row.0 == treatment) else {
            return self.no(Check::LineTreatment, Finding::NotFound, why);
        };
        let rule = self.rule(treatment, &known.number, known.call_type, known.privileged);
        let refused = match rule {
            Some(rule) => rule.outcome == LineOutcome::Refuse,
            None => !others,
        };
        if refused {
            return self.no(Check::LineTreatment, Finding::Found, why);
        }
        self.step(Check::LineTreatment, Finding::Passed);
        Ok(rule)
    }

    /// The first rule of a line treatment for such a call.
    fn rule(
        &self,
        treatment: u16,
        number: &str,
        call_type: CallType,
        privileged: bool,
    ) -> Option<&'a LineRule> {
        let today = clock::local(self.ask.now).weekday;
        self.site.line_rules.iter().find(|row| {
            row.treatment == treatment
                && row.pattern.is_none_or(|pattern| fits(pattern, number))
                && row.call_types.iter().all(|c| c.contains(&call_type))
                && row.days >> today & 1 == 1
                && (!row.privileged_only || privileged)
        })
    }

    fn party(&mut self, number: &str) -> Refused<()> {
        let at = self.site.party(self.inmate, number, false);
        match at.or_else(|| self.site.party(self.inmate, number, true)) {
            Some(everybody) => self.no(Check::CalledParty, Finding::Yes, refusal(everybody)),
            None => Ok(()),
        }
    }

    fn time(&mut self, number: &str) -> Refused<()> {
        let finding = match self.site.open_now(number, self.ask.now) {
            None => Finding::NotFound,
            Some(true) => Finding::Passed,
            Some(false) => {
                let why = Blocked::TimeRestricted;
                return self.no(Check::TimeRestricted, Finding::Found, why);
            }
        };
        self.step(Check::TimeRestricted, finding);
        Ok(())
    }

    /// For how long the caller may talk by hours, booking, and officer.
    fn hours(&mut self, known: &Known) -> Refused<i64> {
        let now = self.ask.now;
        let longest = i64::try_from(self.ask.hard_limit).expect("is small") * 1000;
        let mut open = FOREVER;
        if let Some(person) = known.person {
            let mut scopes = vec![Scope::Inmate(InmateId(person.id))];
            scopes.extend(person.class.and_then(InmateClass::new).map(Scope::Class));
            scopes.extend(units(person));
            let windows = scopes.iter();
            let windows = windows.filter_map(|s| self.site.window(*s, now, longest));
            let mut windows: Vec<i64> = windows.collect();
            if !self.site.rules.people.all_windows {
                windows.truncate(1);
            }
            if let Some(window) = windows.into_iter().min() {
                open = open.min(self.passes(Check::Window, window, Blocked::OutsideWindow)?);
            }
            if person.booked_only {
                let booked = self.site.booked(person.id, &known.number, now, longest);
                open = open.min(self.passes(Check::Booking, booked, Blocked::NotBooked)?);
            }
        }
        if let Some(until) = known.phone.officer_until {
            let left = until - now;
            open = open.min(self.passes(Check::OfficerPresent, left, Blocked::NoOfficer)?);
        }
        Ok(open)
    }

    fn passes(&mut self, check: Check, left: i64, why: Blocked) -> Refused<i64> {
        if left <= 0 {
            return self.no(check, Finding::No, why);
        }
        self.step(check, Finding::Passed);
        Ok(left)
    }

    /// All that is against a number which would be reached if the last digits counted for nothing. What
    /// says of the whole number what it is, as exactly or more, goes before it.
    fn against(&self, shorter: &str, known: &Known, rule: Option<&LineRule>) -> Vec<Blocked> {
        let rules = &self.site.rules;
        let there = self.site.allowed(shorter);
        let free = known.own.is_none();
        let mut why = self.lists_against(shorter, known);
        let rescued = |block| self.rescues(known.allowed, block) || self.rescues(there, block);
        if let Some(block) = self.site.restricted(shorter) {
            let as_exact = |list| list >= i32::try_from(block).expect("is small");
            let counts = if known.own.is_some() || known.list_allows.is_some_and(as_exact) {
                rules.global_block_wins
            } else if known.list_allows.is_some() {
                let on_list = matches!(self.list_says(shorter, known.person), Some((false, _)));
                rules.global_block_wins || !on_list && rules.check_restricted
            } else {
                known.person.is_none() || rules.check_restricted || rules.global_block_wins
            };
            if counts && !rescued(block) {
                why.push(Blocked::NumberRestricted);
            }
        }
        let own = known.person.and_then(|p| self.site.own(p.id, shorter));
        if free && own.is_some_and(|own| is_off(own.disabled, self.ask.now)) {
            why.push(Blocked::PinNumberDisabled);
        }
        // How exactly it is said what the whole number is; without any word, not even nothing is.
        let of_allowed = known.allowed.map_or(-1, |row| exact(row.pattern));
        let of_record = known.record.map_or(-1, |row| exact(row.pattern));
        let whole = of_allowed.max(of_record);
        // So does a stranger's from the calls of an attorney's range.
        let quiet = known.allowed.is_some_and(|row| row.privileged)
            || known
                .record
                .is_some_and(|row| row.privileged || row.no_recording);
        let own_attorney = own.is_some_and(|own| own.privileged || quiet) && whole < exact(shorter);
        let attorney =
            there.is_some_and(|row| (row.privileged || quiet) && whole < exact(row.pattern));
        if free && (own_attorney || attorney) {
            why.push(Blocked::NumberNotAllowed);
        }
        if let Some(everybody) = self.site.party(self.inmate, shorter, false) {
            why.push(refusal(everybody));
        }
        if self.site.open_now(shorter, self.ask.now) == Some(false) {
            why.push(Blocked::TimeRestricted);
        }
        if let Some(row) = self.site.record(shorter) {
            let its = exact(row.pattern);
            let cleared = known.record.is_some_and(|own| !own.blocked) && of_record >= its;
            let blocks = row.blocked && (free || rules.global_block_wins) && !cleared;
            if blocks && !rescued(fixed(row.pattern)) {
                why.push(Blocked::NumberRestricted);
            }
            if free && (row.privileged || row.no_recording || quiet) && whole < its {
                why.push(Blocked::NumberNotAllowed);
            }
        }
        why.extend(self.phone_against(shorter, known, rule));
        why
    }

    /// Whether calls to it have a limit, by an entry more exact than the one that allows the number.
    fn is_timed(&self, shorter: &str, known: &Known) -> bool {
        let whole = known.allowed.map_or(-1, |row| exact(row.pattern));
        if let Some(own) = known.person.and_then(|p| self.site.own(p.id, shorter)) {
            return !own.untimed && exact(shorter) > whole;
        }
        let there = self.site.allowed(shorter);
        there.is_some_and(|row| !row.untimed && exact(row.pattern) > whole)
    }

    fn lists_against(&self, shorter: &str, known: &Known) -> Vec<Blocked> {
        let rules = &self.site.rules;
        let Some(person) = known.person else {
            return Vec::new();
        };
        let mut why = Vec::new();
        if known.own.is_some() && !rules.global_block_wins {
            return why;
        }
        let contact = self.site.contact(person.id, shorter);
        if contact.is_some_and(|row| row.review == Review::Refused) {
            why.push(Blocked::ContactNotApproved);
        }
        let on_list = known.list_allows.unwrap_or(-1);
        if let Some((true, block)) = self.list_says(shorter, known.person)
            && exact(block) > on_list
        {
            why.push(Blocked::NumberBlockedForInmate);
        }
        let told_apart = known.own.is_some()
            || on_list >= exact(shorter)
            || known
                .allowed
                .is_some_and(|row| exact(row.pattern) >= exact(shorter));
        let private = rules.people.private_numbers
            && self.site.own(person.id, shorter).is_none()
            && self.site.others_list(person.id, shorter);
        if private && !told_apart && self.site.allowed(shorter).is_none() {
            why.push(Blocked::NumberPrivate);
        }
        why
    }

    /// What the nearest list that has it says of a number that would be reached instead.
    fn list_says(&self, shorter: &str, person: Option<&Inmate>) -> Option<(bool, site::Text)> {
        let contact = self.site.contact(person?.id, shorter);
        let scopes = lists_of(person?, contact).into_iter().flat_map(|(_, s)| s);
        let mut said = scopes.filter_map(|scope| self.site.on_list(scope, shorter));
        said.next()
    }

    fn phone_against(
        &self,
        shorter: &str,
        known: &Known,
        rule: Option<&LineRule>,
    ) -> Option<Blocked> {
        let call_type = self.site.call_type(shorter).unwrap_or(known.call_type);
        let mut types = known.phone.call_types.iter();
        if types.any(|types| !types.contains(&call_type)) {
            return Some(Blocked::CallTypeNotAllowed);
        }
        let there = self.rule(known.phone.line_treatment?, shorter, call_type, false)?;
        let of = |rule: &LineRule| rule.pattern.map_or(0, exact);
        let refuses = there.outcome == LineOutcome::Refuse && of(there) > rule.map_or(0, of);
        refuses.then_some(Blocked::NotFromThisPhone)
    }

    fn fraud(&mut self, known: &Known) -> Refused<()> {
        let shorter = self.ask.shorter.iter().map(String::as_str);
        let mut numbers = std::iter::once(known.number.as_str()).chain(shorter);
        let holds = |until: Option<i64>| until.is_none_or(|until| until > self.ask.now);
        let blocked = numbers.any(|number| {
            let mut rows = self.site.fraud.iter();
            rows.find(|row| row.0 == number)
                .is_some_and(|row| holds(row.1))
        });
        let beyond = self.site.fraud_beyond(&known.number, self.ask.now);
        let blocked = blocked || beyond.is_some();
        match (blocked, known.privileged) {
            (false, _) => Ok(()),
            (true, true) => {
                self.step(Check::NumberFraud, Finding::Passed);
                Ok(())
            }
            (true, false) => self.no(Check::NumberFraud, Finding::Found, Blocked::NumberFraud),
        }
    }
}

fn refusal(of_everybody: bool) -> Blocked {
    match of_everybody {
        true => Blocked::CalledPartyBlocksFacility,
        false => Blocked::CalledPartyBlocksInmate,
    }
}

/// How exact a pattern is, where no pattern at all is less than any.
fn exact(pattern: &str) -> i32 {
    i32::try_from(fixed(pattern)).expect("is small")
}

fn units(person: &Inmate) -> impl Iterator<Item = Scope> {
    person.units.iter().map(|unit| Scope::Group(GroupId(*unit)))
}

/// The lists that are attached to an inmate, or to the contact who is called, nearest first.
fn lists_of(person: &Inmate, contact: Option<&Contact>) -> Vec<(Check, Vec<Scope>)> {
    let of_contact = contact.map(|row| Scope::Relationship(row.relationship));
    let class = person.class.and_then(InmateClass::new).map(Scope::Class);
    let level = person.level.and_then(Supervision::new);
    let level = level.map(Scope::Supervision);
    vec![
        (Check::RelationshipList, of_contact.into_iter().collect()),
        (Check::ClassList, class.into_iter().collect()),
        (Check::SupervisionList, level.into_iter().collect()),
        (Check::GroupList, units(person).collect()),
    ]
}

/// Whose network carries it: far calls go over the InterLATA carrier's.
fn carrier(call_type: CallType) -> Brand {
    let far = [
        CallType::InterLata,
        CallType::Interstate,
        CallType::National,
        CallType::International,
    ];
    match far.contains(&call_type) {
        true => Brand::InterLata,
        false => Brand::IntraLata,
    }
}

//! SQLite as the tables of screening: each question is one prepared statement.

use super::sqlite::{Shapes, register, scope};
use db::{codes::Coded, keys::RegisterKey, pattern::Pattern};
use rusqlite::{Connection, Params, Row, Statement, params, params_from_iter, types::Value};
use screening::{
    Allowance, AllowedEntry, CallTypeRules, Class, Contact, DaySteps, Days, Disabled, Durations,
    Ended, Entry, LineOutcome, LineRule, LineTreatment, ListedNumber, Listing, NumberBlock,
    NumberRecord, Open, Period, Periods, PhoneRules, PinEntry, PinKey, Profile, Register,
    RestrictedEntry, RouteRule, Spans, SpeedDial, Tables, TreatmentRules, WeekSteps,
};
use std::cell::RefCell;
use types::{
    dial_plan::{DialPlan, Dialed},
    digits::Digits,
    id::{GroupId, InmateId, LineId, OfficerId},
    inmate::{Enrollment, EnrollmentStep, InmateClass, Relationship, Review, Scope, Supervision},
    party_block::PartyBlock,
    phone_number::{CallType, PhoneNumber},
    tick::Ticks,
    treatment::ExtraDigitResponse,
    trunk::TrunkGroup,
};

/// An error of SQLite, or a value that is none of ours.
pub type Error = anyhow::Error;

/// One of the statements.
struct Asking<'c>(RefCell<Statement<'c>>);

impl<'c> Asking<'c> {
    fn new(connection: &'c Connection, sql: &str) -> Result<Asking<'c>, Error> {
        Ok(Asking(RefCell::new(connection.prepare(sql)?)))
    }

    fn run(&self, given: impl Params) -> Result<(), Error> {
        self.0.borrow_mut().execute(given)?;
        Ok(())
    }

    /// The one row there is, or none.
    fn one<T>(
        &self,
        given: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.0.borrow_mut();
        let mut rows = statement.query(given)?;
        rows.next()?.map(read).transpose()
    }

    fn each(
        &self,
        given: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut statement = self.0.borrow_mut();
        let mut rows = statement.query(given)?;
        while let Some(row) = rows.next()? {
            read(row)?;
        }
        Ok(())
    }

    fn any(&self, given: impl Params) -> Result<bool, Error> {
        Ok(self.one(given, |_| Ok(()))?.is_some())
    }
}

/// The look-up of the most specific pattern of a table.
struct Best<'c> {
    asking: Asking<'c>,
    shapes: Shapes,
    texts: RefCell<Vec<String>>,
}

impl<'c> Best<'c> {
    /// Its first columns are the rank and the pattern.
    fn new(connection: &'c Connection, table: &str, columns: &str) -> Result<Best<'c>, Error> {
        let shapes = Shapes::of(connection, table)?;
        let places: Vec<String> = (1..=shapes.len()).map(|n| format!("?{n}")).collect();
        let sql = format!(
            "SELECT rank, pattern, {columns} FROM {table} WHERE pattern IN ({})",
            places.join(", ")
        );
        Ok(Best {
            asking: Asking::new(connection, &sql)?,
            texts: RefCell::new(vec![String::new(); shapes.len()]),
            shapes,
        })
    }

    /// Few rows fit at once, so that sorting them is dearer than looking at each.
    fn of<T>(
        &self,
        number: &PhoneNumber,
        read: impl Fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut texts = self.texts.borrow_mut();
        self.shapes.fill(number, &mut texts);
        let mut best: Option<(u32, String, T)> = None;
        let given = texts.iter().map(|text| (!text.is_empty()).then_some(text));
        self.asking.each(params_from_iter(given), |row| {
            let (rank, pattern) = (row.get(0)?, row.get_ref(1)?.as_str()?);
            let better =
                |(r, p, _): &(u32, String, T)| rank > *r || (rank == *r && pattern < p.as_str());
            if best.as_ref().is_none_or(better) {
                best = Some((rank, pattern.to_owned(), read(row)?));
            }
            Ok(())
        })?;
        Ok(best.map(|(_, _, found)| found))
    }
}

/// The statements, prepared once.
pub struct Lookups<'c> {
    plan: &'c DialPlan,
    spans: Spans,
    now_utc_ms: i64,
    /// Where the patterns of lists have their digits.
    list_shapes: Shapes,
    begin: Asking<'c>,
    end: Asking<'c>,
    phone: Asking<'c>,
    shut: Asking<'c>,
    pin: Asking<'c>,
    pin_in_use: Asking<'c>,
    officer_wanted: Asking<'c>,
    officer: Asking<'c>,
    speed_dial: Asking<'c>,
    routes: Asking<'c>,
    listed: Asking<'c>,
    restricted: Best<'c>,
    allowed: Best<'c>,
    open_times: Best<'c>,
    records: Best<'c>,
    call_types: Best<'c>,
    number_allowances: Best<'c>,
    party_block: Asking<'c>,
    party_beyond: Asking<'c>,
    number_block: Asking<'c>,
    block_beyond: Asking<'c>,
    durations: Asking<'c>,
    inmate: Asking<'c>,
    units: Asking<'c>,
    contact: Asking<'c>,
    others: Asking<'c>,
    lists: Asking<'c>,
    window: Asking<'c>,
    posts: Asking<'c>,
    call_type_rules: Asking<'c>,
    line_treatment: Asking<'c>,
    call_treatment: Asking<'c>,
    allowance: Asking<'c>,
    counted: Asking<'c>,
}

const SHUT: &str = "SELECT 1 FROM shutdowns s WHERE s.kind = 3 OR (s.kind = 1 AND s.number = ?1)
    OR (s.kind = 2 AND s.number IN (SELECT ancestor FROM phone_groups JOIN group_paths USING (grp)
        WHERE line = ?1)) LIMIT 1";

const LINE_TREATMENT: &str = "SELECT others, position, call_types, numbers, days, privileged_only,
    allowed, call_treatment FROM line_treatments LEFT JOIN line_rules ON treatment = number
    WHERE number = ?1 ORDER BY position";

const INMATE: &str =
    "SELECT suspended, suspended_until, enrolled, i.class, supervision, living_unit,
    i.booked_only OR coalesce(c.booked_only, 0), i.longest, c.longest
    FROM inmates i LEFT JOIN inmate_classes c ON c.class = i.class WHERE id = ?1";

const PARTY_BEYOND: &str = "SELECT min(inmate) FROM called_party_blocks
    WHERE inmate IN (0, ?1) AND number BETWEEN ?2 AND ?2 || ':' AND least_digits <= ?3";

const BLOCK_BEYOND: &str = "SELECT kind, blocked_from, blocked_until FROM fraud_counts
    WHERE number BETWEEN ?1 || '0' AND ?1 || ':' AND kind IS NOT NULL
    AND (blocked_until IS NULL OR blocked_until > ?2) LIMIT 1";

impl<'c> Lookups<'c> {
    pub fn new(
        connection: &'c Connection,
        plan: &'c DialPlan,
        spans: Spans,
        now_utc_ms: i64,
    ) -> Result<Lookups<'c>, Error> {
        let ask = |sql: &str| Asking::new(connection, sql);
        let best = |table: &str, columns: &str| Best::new(connection, table, columns);
        let list_shapes = Shapes::of(connection, "lists")?;
        let places: Vec<String> = (1..=list_shapes.len())
            .map(|n| format!("?{}", n + 2))
            .collect();
        let lists = format!(
            "SELECT blocked, pattern FROM lists WHERE kind = ?1 AND number = ?2 AND pattern IN ({})",
            places.join(", ")
        );
        let allowances = "calls_day, calls_week, calls_month, minutes_day, minutes_week,
            minutes_month, between_calls";
        Ok(Lookups {
            plan,
            spans,
            now_utc_ms,
            list_shapes,
            begin: ask("BEGIN")?,
            end: ask("COMMIT")?,
            phone: ask(
                "SELECT in_service, pin_required, class, privileged, call_types, patterns,
                line_treatment, EXISTS (SELECT 1 FROM shutdowns) FROM phones WHERE line = ?1",
            )?,
            shut: ask(SHUT)?,
            pin: ask(
                "SELECT inmate, disabled, disabled_until, class, valid_from, valid_to FROM pins
                WHERE hash = ?1",
            )?,
            pin_in_use: ask("SELECT 1 FROM pins_in_use WHERE hash = ?1 AND line <> ?2")?,
            officer_wanted: ask("SELECT 1 FROM phone_identity WHERE line = ?1 AND officer <> 0")?,
            officer: ask("SELECT 1 FROM officers WHERE id = ?1 AND active")?,
            speed_dial: ask("SELECT dialed FROM speed_dials WHERE code = ?1")?,
            routes: ask(
                "SELECT number, call_types, handlings, brands, prefixes, grp, removed, added, carrier
                FROM routes ORDER BY number",
            )?,
            listed: ask(
                "SELECT untimed, privileged, disabled, disabled_until FROM pin_numbers
                WHERE inmate = ?1 AND number = ?2",
            )?,
            restricted: best("restricted", "specificity")?,
            allowed: best("allowed", "specificity, untimed, privileged")?,
            open_times: best("time_restricted", "open")?,
            records: best(
                "number_records",
                "specificity, blocked, privileged, no_recording,
                customer_service, watched, three_way, limited, treatment",
            )?,
            call_types: best("call_types", "call_type")?,
            number_allowances: best("number_allowances", allowances)?,
            party_block: ask("SELECT inmate FROM called_party_blocks
                WHERE inmate IN (0, ?1) AND number = ?2 ORDER BY inmate LIMIT 1")?,
            party_beyond: ask(PARTY_BEYOND)?,
            number_block: ask("SELECT kind, blocked_from, blocked_until FROM fraud_counts
                WHERE number = ?1 AND kind IS NOT NULL")?,
            block_beyond: ask(BLOCK_BEYOND)?,
            durations: ask("SELECT weekday, weekend, holiday FROM duration_classes
                WHERE class = ?1 AND call_type = ?2")?,
            inmate: ask(INMATE)?,
            units: ask("SELECT ancestor FROM group_paths WHERE grp = ?1 ORDER BY position")?,
            contact: ask(
                "SELECT relationship, review FROM contacts WHERE inmate = ?1 AND number = ?2",
            )?,
            others: ask("SELECT 1 FROM pin_numbers WHERE number = ?1 AND inmate <> ?2 LIMIT 1")?,
            lists: ask(&lists)?,
            window: ask("SELECT 1 FROM windows WHERE kind = ?1 AND number = ?2")?,
            posts: ask("SELECT 1 FROM officer_posts LIMIT 1")?,
            call_type_rules: ask("SELECT treatment, handling, brand FROM call_type_rules
                WHERE call_type = ?1")?,
            line_treatment: ask(LINE_TREATMENT)?,
            call_treatment: ask("SELECT handling, three_way, extra_response, extra_digits,
                origin_every, remaining_every, brand, record, limited, announce_limit,
                acceptance, say_carrier, three_way_notice, word_before_cut
                FROM call_treatments WHERE number = ?1")?,
            allowance: ask(&format!(
                "SELECT {allowances} FROM allowances
                WHERE inmate IN (?1, 0, (SELECT -class FROM inmates WHERE id = ?1))
                ORDER BY inmate > 0 DESC, inmate LIMIT 1"
            ))?,
            counted: ask("SELECT at, counting, calls, ticks, ended FROM counted
                WHERE register = ?1 AND at >= ?2")?,
        })
    }

    /// Does something in one read transaction.
    pub fn reading<T>(&self, work: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        self.begin.run([])?;
        let done = work(self);
        self.end.run([])?;
        done
    }

    fn limiting(
        &self,
        allowance: Option<Allowance>,
        of: RegisterKey,
    ) -> Result<Option<Register>, Error> {
        let allowance = allowance.filter(|allowance| !allowance.is_boundless());
        let Some(allowance) = allowance else {
            return Ok(None);
        };
        let limited = |period: &Period| {
            allowance.calls.of(*period).is_some() || allowance.minutes.of(*period).is_some()
        };
        let periods = Period::ALL.into_iter().filter(limited);
        let from = periods.map(|period| self.spans.of(period).from).min();
        let between = allowance.between_seconds.map(|seconds| {
            // No call is longer than a day.
            self.now_utc_ms - i64::from(seconds) * 1000 - 24 * 3600 * 1000
        });
        let mut entries = Vec::new();
        if let Some(from) = from.into_iter().chain(between).min() {
            self.counted.each(params![register(of), from], |row| {
                entries.push(entry(row)?);
                Ok(())
            })?;
        }
        Ok(Some(Register {
            allowance,
            spans: self.spans,
            entries,
        }))
    }
}

/// Numbers of `counting`.
pub const RESERVED: u8 = 1;
pub const CALL: u8 = 3;
const ADJUSTMENT: u8 = 4;

fn entry(row: &Row<'_>) -> Result<Entry, Error> {
    let (at, counting): (i64, u8) = (row.get(0)?, row.get(1)?);
    let ended: Option<i64> = row.get(4)?;
    Ok(Entry {
        at_utc_ms: (counting != RESERVED).then_some(at),
        calls: row.get(2)?,
        ticks: row.get(3)?,
        ended: match counting {
            ADJUSTMENT => Ended::NoCall,
            CALL => Ended::At(ended.unwrap_or(at)),
            _ => Ended::NotYet,
        },
    })
}

fn disabled(row: &Row<'_>, from: usize) -> Result<Disabled, Error> {
    Ok(match (row.get(from)?, row.get(from + 1)?) {
        (false, _) => Disabled::No,
        (true, Some(end)) => Disabled::Until(end),
        (true, None) => Disabled::ForGood,
    })
}

fn code<T: Coded>(row: &Row<'_>, column: usize) -> Result<Option<T>, Error> {
    let code: Option<u8> = row.get(column)?;
    code.map(known).transpose()
}

fn known<T: Coded>(code: u8) -> Result<T, Error> {
    T::from_code(code).ok_or_else(|| anyhow::anyhow!("no {} has number {code}", T::NOUN))
}

fn codes<T: Coded>(row: &Row<'_>, column: usize) -> Result<Option<Vec<T>>, Error> {
    let codes = row.get_ref(column)?.as_blob_or_null()?;
    codes
        .map(|codes| codes.iter().copied().map(known).collect())
        .transpose()
}

fn digits(row: &Row<'_>, column: usize) -> Result<Digits, Error> {
    let text = row.get_ref(column)?.as_str()?;
    Digits::parse(text).ok_or_else(|| anyhow::anyhow!("{text:?} are no digits"))
}

fn class(number: u8) -> Result<Class, Error> {
    Class::new(number).ok_or_else(|| anyhow::anyhow!("class {number}"))
}

fn allowance(row: &Row<'_>, from: usize) -> Result<Allowance, Error> {
    let periods = |from: usize| -> Result<Periods<Option<u32>>, Error> {
        Ok(Periods {
            day: row.get(from)?,
            week: row.get(from + 1)?,
            month: row.get(from + 2)?,
        })
    };
    Ok(Allowance {
        calls: periods(from)?,
        minutes: periods(from + 3)?,
        between_seconds: row.get(from + 6)?,
    })
}

fn number_block(row: &Row<'_>) -> Result<NumberBlock, Error> {
    Ok(NumberBlock {
        kind: known(row.get(0)?)?,
        from: row.get(1)?,
        until: row.get(2)?,
    })
}

fn party(inmate: Option<u32>) -> Option<PartyBlock> {
    inmate.map(|inmate| match inmate {
        0 => PartyBlock::Facility,
        _ => PartyBlock::Inmate,
    })
}

fn line_rule(row: &Row<'_>, number: &PhoneNumber) -> Result<Option<LineRule>, Error> {
    let specificity = match row.get_ref(3)?.as_str_or_null()? {
        None => Some(0),
        Some(patterns) => {
            let mut best = None;
            for text in patterns.split(' ') {
                let pattern: Pattern = text.parse()?;
                if pattern.fits(number) {
                    best = best.max(Some(pattern.specificity()));
                }
            }
            best
        }
    };
    let Some(specificity) = specificity else {
        return Ok(None);
    };
    Ok(Some(LineRule {
        specificity,
        call_types: codes(row, 2)?,
        days: Days(row.get(4)?),
        privileged_only: row.get(5)?,
        outcome: match row.get(6)? {
            true => LineOutcome::Allow(row.get(7)?),
            false => LineOutcome::Refuse,
        },
    }))
}

fn extra_digits(row: &Row<'_>) -> Result<Option<ExtraDigitResponse>, Error> {
    use db::values::ExtraDigitKind;
    let Some(kind) = code::<ExtraDigitKind>(row, 2)? else {
        return Ok(None);
    };
    let digits = row.get(3)?;
    Ok(Some(match kind {
        ExtraDigitKind::Disconnect => ExtraDigitResponse::Disconnect { digits },
        ExtraDigitKind::Interfere => ExtraDigitResponse::Interfere { digits },
        ExtraDigitKind::Flag => ExtraDigitResponse::Flag,
        ExtraDigitKind::Ignore => ExtraDigitResponse::Ignore,
    }))
}

fn seconds(row: &Row<'_>, column: usize) -> Result<Option<Ticks>, Error> {
    let seconds: Option<u32> = row.get(column)?;
    Ok(seconds.map(|seconds| Ticks::secs(u64::from(seconds))))
}

fn enrolled(bits: u8) -> Enrollment {
    let steps = (0..8).filter(|bit| bits >> bit & 1 == 1);
    let steps = steps.filter_map(EnrollmentStep::from_code);
    steps.fold(Enrollment::NONE, Enrollment::with)
}

impl Tables for Lookups<'_> {
    type Error = Error;

    fn phone(&self, line: LineId) -> Result<Option<PhoneRules>, Error> {
        let phone = self.phone.one([line.0], |row| {
            let rules = PhoneRules {
                in_service: row.get(0)?,
                pin_required: row.get(1)?,
                class: class(row.get(2)?)?,
                privileged: row.get(3)?,
                call_types: codes(row, 4)?,
                patterns: codes(row, 5)?,
                line_treatment: row.get(6)?,
            };
            Ok((rules, row.get(7)?))
        })?;
        let Some((mut rules, any_shut)) = phone else {
            return Ok(None);
        };
        rules.in_service &= !(any_shut && self.shut.any([line.0])?);
        Ok(Some(rules))
    }

    fn pin(&self, pin: &PinKey) -> Result<Option<PinEntry>, Error> {
        self.pin.one([pin.0], |row| {
            let of: Option<u8> = row.get(3)?;
            Ok(PinEntry {
                inmate: InmateId(row.get(0)?),
                disabled: disabled(row, 1)?,
                class: of.map(class).transpose()?,
                valid_from: row.get(4)?,
                valid_to: row.get(5)?,
            })
        })
    }

    fn pin_in_use(&self, pin: &PinKey, line: LineId) -> Result<bool, Error> {
        self.pin_in_use.any(params![pin.0, line.0])
    }

    fn wants_officer(&self, line: LineId) -> Result<bool, Error> {
        self.officer_wanted.any([line.0])
    }

    fn is_officer(&self, officer: OfficerId) -> Result<bool, Error> {
        self.officer.any([officer.0])
    }

    fn speed_dial(&self, code: u8) -> Result<Option<SpeedDial>, Error> {
        let read = |row: &Row<'_>| Ok(Digits::parse(row.get_ref(0)?.as_str()?));
        let dialed = self.speed_dial.one([code], read)?.flatten();
        Ok(dialed.and_then(|dialed| match self.plan.read(&dialed) {
            Dialed::Complete(number) | Dialed::CouldEnd(number) => {
                Some(SpeedDial { number, dialed })
            }
            Dialed::Incomplete | Dialed::Impossible => None,
        }))
    }

    fn listed(
        &self,
        inmate: InmateId,
        number: &PhoneNumber,
    ) -> Result<Option<ListedNumber>, Error> {
        self.listed.one(params![inmate.0, text(number)], |row| {
            Ok(ListedNumber {
                untimed: row.get(0)?,
                privileged: row.get(1)?,
                disabled: disabled(row, 2)?,
            })
        })
    }

    fn restricted(&self, number: &PhoneNumber) -> Result<Option<RestrictedEntry>, Error> {
        self.restricted.of(number, |row| {
            let specificity = row.get(2)?;
            Ok(RestrictedEntry { specificity })
        })
    }

    fn allowed(&self, number: &PhoneNumber) -> Result<Option<AllowedEntry>, Error> {
        self.allowed.of(number, |row| {
            Ok(AllowedEntry {
                specificity: row.get(2)?,
                untimed: row.get(3)?,
                privileged: row.get(4)?,
            })
        })
    }

    fn party_block(
        &self,
        inmate: Option<InmateId>,
        number: &PhoneNumber,
    ) -> Result<Option<PartyBlock>, Error> {
        let given = params![inmate.map(|inmate| inmate.0), text(number)];
        Ok(party(self.party_block.one(given, |row| Ok(row.get(0)?))?))
    }

    fn party_block_beyond(
        &self,
        inmate: Option<InmateId>,
        number: &PhoneNumber,
    ) -> Result<Option<PartyBlock>, Error> {
        let digits = number.digits.len();
        let given = params![inmate.map(|inmate| inmate.0), text(number), digits];
        let first = self.party_beyond.one(given, |row| Ok(row.get(0)?))?;
        Ok(party(first.flatten()))
    }

    fn number_block(&self, number: &PhoneNumber) -> Result<Option<NumberBlock>, Error> {
        self.number_block.one([text(number)], number_block)
    }

    fn number_block_beyond(&self, number: &PhoneNumber) -> Result<Option<NumberBlock>, Error> {
        if !self.plan.could_grow(number) {
            return Ok(None);
        }
        let given = params![text(number), self.now_utc_ms];
        self.block_beyond.one(given, number_block)
    }

    fn open_times(&self, number: &PhoneNumber) -> Result<Option<WeekSteps>, Error> {
        self.open_times.of(number, |row| {
            let (days, _) = row.get_ref(2)?.as_blob()?.as_chunks::<12>();
            let mut open = [DaySteps([0; 12]); 7];
            open.iter_mut()
                .zip(days)
                .for_each(|(to, day)| *to = DaySteps(*day));
            Ok(WeekSteps { open })
        })
    }

    fn durations(&self, class: Class, call_type: CallType) -> Result<Option<Durations>, Error> {
        self.durations
            .one([class.number(), call_type.code()], |row| {
                Ok(Durations {
                    weekday: row.get(0)?,
                    weekend: row.get(1)?,
                    holiday: row.get(2)?,
                })
            })
    }

    fn profile(&self, inmate: InmateId) -> Result<Profile, Error> {
        let found = self.inmate.one([inmate.0], |row| {
            let class: Option<u8> = row.get(3)?;
            let supervision: Option<u8> = row.get(4)?;
            let longest: [Option<u32>; 2] = [row.get(7)?, row.get(8)?];
            let profile = Profile {
                suspended: disabled(row, 0)?,
                enrolled: enrolled(row.get(2)?),
                class: class.and_then(InmateClass::new),
                supervision: supervision.and_then(Supervision::new),
                units: Vec::new(),
                booked_only: row.get(6)?,
                longest_seconds: longest.into_iter().flatten().min(),
            };
            let unit: Option<u16> = row.get(5)?;
            Ok((profile, unit))
        })?;
        let Some((mut profile, unit)) = found else {
            anyhow::bail!("inmate {} is not there", inmate.0);
        };
        if let Some(unit) = unit {
            self.units.each([unit], |row| {
                profile.units.push(GroupId(row.get(0)?));
                Ok(())
            })?;
        }
        Ok(profile)
    }

    fn contact(&self, inmate: InmateId, number: &PhoneNumber) -> Result<Option<Contact>, Error> {
        self.contact.one(params![inmate.0, text(number)], |row| {
            Ok(Contact {
                relationship: known::<Relationship>(row.get(0)?)?,
                review: known::<Review>(row.get(1)?)?,
            })
        })
    }

    fn listed_by_others(&self, inmate: InmateId, number: &PhoneNumber) -> Result<bool, Error> {
        self.others.any(params![text(number), inmate.0])
    }

    fn listing(&self, of: Scope, number: &PhoneNumber) -> Result<Option<Listing>, Error> {
        let (kind, of) = scope(of);
        let mut texts = vec![String::new(); self.list_shapes.len()];
        self.list_shapes.fill(number, &mut texts);
        let scope: [Value; 2] = [i64::from(kind).into(), i64::from(of).into()];
        let given = scope.into_iter().chain(texts.into_iter().map(Value::from));
        // Its blocked side goes first, and of each side the most exact.
        let mut found: Option<(bool, u8)> = None;
        self.lists.each(params_from_iter(given), |row| {
            let pattern = row.get_ref(1)?.as_str()?;
            let fixed = pattern.bytes().filter(u8::is_ascii_digit).count();
            found = found.max(Some((row.get(0)?, u8::try_from(fixed)?)));
            Ok(())
        })?;
        Ok(found.map(|(blocked, specificity)| match blocked {
            true => Listing::Blocked(specificity),
            false => Listing::Allowed(specificity),
        }))
    }

    fn window(&self, of: Scope) -> Result<Option<Open>, Error> {
        let (kind, number) = scope(of);
        let found = self.window.any(params![kind, number])?;
        anyhow::ensure!(!found, "this site has no hours");
        Ok(None)
    }

    fn booked(&self, _: InmateId, _: &PhoneNumber) -> Result<Open, Error> {
        anyhow::bail!("at this site nobody books calls")
    }

    fn officer_presence(&self, _: LineId) -> Result<Option<Open>, Error> {
        anyhow::ensure!(!self.posts.any([])?, "this site has no officers' posts");
        Ok(None)
    }

    fn record(&self, number: &PhoneNumber) -> Result<Option<NumberRecord>, Error> {
        self.records.of(number, |row| {
            Ok(NumberRecord {
                specificity: row.get(2)?,
                blocked: row.get(3)?,
                privileged: row.get(4)?,
                no_recording: row.get(5)?,
                customer_service: row.get(6)?,
                watched: row.get(7)?,
                three_way: code(row, 8)?,
                limit_seconds: row.get(9)?,
                treatment: row.get(10)?,
            })
        })
    }

    fn call_type(&self, number: &PhoneNumber) -> Result<Option<CallType>, Error> {
        self.call_types.of(number, |row| known(row.get(2)?))
    }

    fn call_type_rules(&self, call_type: CallType) -> Result<CallTypeRules, Error> {
        let rules = self.call_type_rules.one([call_type.code()], |row| {
            Ok(CallTypeRules {
                treatment: row.get(0)?,
                handling: code(row, 1)?,
                brand: code(row, 2)?,
            })
        })?;
        Ok(rules.unwrap_or_default())
    }

    fn line_treatment(
        &self,
        treatment: u16,
        number: &PhoneNumber,
    ) -> Result<Option<LineTreatment>, Error> {
        let mut found: Option<LineTreatment> = None;
        self.line_treatment.each([treatment], |row| {
            let others = row.get(0)?;
            let rules = Vec::new();
            let found = found.get_or_insert(LineTreatment { rules, others });
            let position: Option<u32> = row.get(1)?;
            if position.is_some() {
                found.rules.extend(line_rule(row, number)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn call_treatment(&self, treatment: u16) -> Result<Option<TreatmentRules>, Error> {
        self.call_treatment.one([treatment], |row| {
            Ok(TreatmentRules {
                handling: code(row, 0)?,
                three_way: code(row, 1)?,
                extra_digits: extra_digits(row)?,
                origin_every: seconds(row, 4)?,
                remaining_every: seconds(row, 5)?,
                brand: code(row, 6)?,
                record: row.get(7)?,
                limit_seconds: row.get(8)?,
                announce_limit: row.get(9)?,
                acceptance: row.get(10)?,
                say_carrier: row.get(11)?,
                three_way_notice: row.get(12)?,
                word_before_cut: row.get(13)?,
            })
        })
    }

    fn routes(&self) -> Result<Vec<RouteRule>, Error> {
        let mut routes = Vec::new();
        self.routes.each([], |row| {
            let prefixes = row.get_ref(4)?.as_str_or_null()?;
            let prefixes = prefixes.map(|text| text.split(' ').map(str::to_owned).collect());
            let group: Option<u8> = row.get(5)?;
            routes.push(RouteRule {
                number: row.get(0)?,
                call_types: codes(row, 1)?,
                handlings: codes(row, 2)?,
                brands: codes(row, 3)?,
                prefixes,
                group: group.map(TrunkGroup),
                remove: row.get(6)?,
                add: digits(row, 7)?,
                carrier: digits(row, 8)?,
            });
            Ok(())
        })?;
        Ok(routes)
    }

    fn inmate_register(&self, inmate: InmateId) -> Result<Option<Register>, Error> {
        let allowed = self.allowance.one([inmate.0], |row| allowance(row, 0))?;
        self.limiting(allowed, RegisterKey::Inmate(inmate))
    }

    // Numbers of this site's plan have no shorter ones.
    fn reached_register(&self, _: &PhoneNumber) -> Result<Option<Register>, Error> {
        Ok(None)
    }

    fn number_register(&self, number: &PhoneNumber) -> Result<Option<Register>, Error> {
        let allowed = self.number_allowances.of(number, |row| allowance(row, 2))?;
        self.limiting(allowed, RegisterKey::Number(*number))
    }
}

/// A number as SQLite has it.
fn text(number: &PhoneNumber) -> String {
    number.to_string()
}

//! What holds for people, against a second telling of it: rows in their order, the first that
//! refuses decides.

use proptest::{prelude::*, test_runner::Config};
use screening::{
    AllowedEntry, CallTypeRules, Class, Contact, Disabled, Durations, LineTreatment, ListedNumber,
    Listing, LocalTime, NumberBlock, NumberRecord, Open, PhoneRules, PinEntry, PinKey, Profile,
    Register, Request, RestrictedEntry, Rules, Tables, TreatmentRules, WeekSteps, decide,
};
use std::convert::Infallible;
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    id::{GroupId, InmateId, LineId, OfficerId},
    inmate::{Enrollment, EnrollmentStep, InmateClass, Relationship, Review, Scope, Supervision},
    party_block::PartyBlock,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    query::DialedOrSpeed,
    tick::Ticks,
};

const NOW: i64 = 1_790_000_000_000;
const INMATE: InmateId = InmateId(17);
const PIN: PinKey = PinKey([7; 32]);
const HARD: Ticks = Ticks::secs(5000);
/// Of the duration class.
const CLASS_SECONDS: u32 = 900;

/// One call, and all that bears on it.
#[derive(Clone, Debug)]
struct House {
    valid_from: Option<i64>,
    valid_to: Option<i64>,
    profile: Profile,
    listed: bool,
    untimed: bool,
    allowed: bool,
    restricted: bool,
    contact: Option<Contact>,
    others_list: bool,
    of_relationship: Option<Listing>,
    of_class: Option<Listing>,
    of_supervision: Option<Listing>,
    of_unit: Option<Listing>,
    of_wing: Option<Listing>,
    window_of_inmate: Option<Open>,
    window_of_class: Option<Open>,
    window_of_unit: Option<Open>,
    window_of_wing: Option<Open>,
    booked: Open,
    officer: Option<Open>,
    rules: Rules,
}

const UNIT: GroupId = GroupId(2);
const WING: GroupId = GroupId(1);

impl Tables for House {
    type Error = Infallible;

    fn phone(&self, _: LineId) -> Result<Option<PhoneRules>, Infallible> {
        Ok(Some(PhoneRules {
            in_service: true,
            pin_required: true,
            class: Class::FIRST,
            privileged: false,
            call_types: None,
            patterns: None,
            line_treatment: None,
        }))
    }

    fn pin(&self, _: &PinKey) -> Result<Option<PinEntry>, Infallible> {
        Ok(Some(PinEntry {
            inmate: INMATE,
            disabled: Disabled::No,
            class: None,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        }))
    }

    fn pin_in_use(&self, _: &PinKey, _: LineId) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn speed_dial(&self, _: u8) -> Result<Option<DialedNumber>, Infallible> {
        Ok(None)
    }

    fn listed(&self, _: InmateId, _: &PhoneNumber) -> Result<Option<ListedNumber>, Infallible> {
        Ok(self.listed.then_some(ListedNumber {
            untimed: self.untimed,
            privileged: false,
            disabled: Disabled::No,
        }))
    }

    fn restricted(&self, _: &PhoneNumber) -> Result<Option<RestrictedEntry>, Infallible> {
        let entry = RestrictedEntry { specificity: 10 };
        Ok(self.restricted.then_some(entry))
    }

    fn allowed(&self, _: &PhoneNumber) -> Result<Option<AllowedEntry>, Infallible> {
        Ok(self.allowed.then_some(AllowedEntry {
            specificity: 10,
            untimed: false,
            privileged: false,
        }))
    }

    fn open_times(&self, _: &PhoneNumber) -> Result<Option<WeekSteps>, Infallible> {
        Ok(None)
    }

    fn durations(&self, _: Class, _: CallType) -> Result<Option<Durations>, Infallible> {
        Ok(Some(Durations {
            weekday: CLASS_SECONDS,
            weekend: 1,
            holiday: 1,
        }))
    }

    fn number_block(&self, _: &PhoneNumber) -> Result<Option<NumberBlock>, Infallible> {
        Ok(None)
    }

    fn record(&self, _: &PhoneNumber) -> Result<Option<NumberRecord>, Infallible> {
        Ok(None)
    }

    fn call_type(&self, _: &PhoneNumber) -> Result<Option<CallType>, Infallible> {
        Ok(None)
    }

    fn call_type_rules(&self, _: CallType) -> Result<CallTypeRules, Infallible> {
        Ok(CallTypeRules::default())
    }

    fn line_treatment(&self, _: u16, _: &PhoneNumber) -> Result<Option<LineTreatment>, Infallible> {
        Ok(None)
    }

    fn call_treatment(&self, _: u16) -> Result<Option<TreatmentRules>, Infallible> {
        Ok(None)
    }

    fn profile(&self, _: InmateId) -> Result<Profile, Infallible> {
        Ok(self.profile.clone())
    }

    fn contact(&self, _: InmateId, _: &PhoneNumber) -> Result<Option<Contact>, Infallible> {
        Ok(self.contact)
    }

    fn listed_by_others(&self, _: InmateId, _: &PhoneNumber) -> Result<bool, Infallible> {
        Ok(self.others_list)
    }

    fn listing(&self, scope: Scope, _: &PhoneNumber) -> Result<Option<Listing>, Infallible> {
        Ok(match scope {
            Scope::Relationship(_) => self.of_relationship,
            Scope::Class(_) => self.of_class,
            Scope::Supervision(_) => self.of_supervision,
            Scope::Group(UNIT) => self.of_unit,
            Scope::Group(_) => self.of_wing,
            Scope::Inmate(_) => unreachable!("an inmate's list is the PIN's"),
        })
    }

    fn window(&self, scope: Scope) -> Result<Option<Open>, Infallible> {
        Ok(match scope {
            Scope::Inmate(_) => self.window_of_inmate,
            Scope::Class(_) => self.window_of_class,
            Scope::Group(UNIT) => self.window_of_unit,
            Scope::Group(_) => self.window_of_wing,
            Scope::Relationship(_) | Scope::Supervision(_) => unreachable!("they have no hours"),
        })
    }

    fn booked(&self, _: InmateId, _: &PhoneNumber) -> Result<Open, Infallible> {
        Ok(self.booked)
    }

    fn officer_presence(&self, _: LineId) -> Result<Option<Open>, Infallible> {
        Ok(self.officer)
    }

    fn wants_officer(&self, _: LineId) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn is_officer(&self, _: OfficerId) -> Result<bool, Infallible> {
        unreachable!("no call is to be confirmed")
    }

    fn party_block(
        &self,
        _: Option<InmateId>,
        _: &PhoneNumber,
    ) -> Result<Option<PartyBlock>, Infallible> {
        Ok(None)
    }

    fn party_block_beyond(
        &self,
        _: Option<InmateId>,
        _: &PhoneNumber,
    ) -> Result<Option<PartyBlock>, Infallible> {
        Ok(None)
    }

    fn inmate_register(&self, _: InmateId) -> Result<Option<Register>, Infallible> {
        Ok(None)
    }

    fn number_register(&self, _: &PhoneNumber) -> Result<Option<Register>, Infallible> {
        Ok(None)
    }
}

/// Seconds that something is open: none is closed, `u64::MAX` is throughout.
fn seconds(open: Open) -> u64 {
    match open {
        Open::No => 0,
        Open::For(left) => left.as_secs(),
        Open::Throughout => u64::MAX,
    }
}

/// Why it is refused; or the limit, and how long the caller may talk from now on, in seconds.
fn told(house: &House) -> Result<(Option<u64>, Option<u64>), Blocked> {
    let (profile, rules, people) = (&house.profile, &house.rules, &house.rules.people);
    let has_unit = !profile.units.is_empty();
    let only_if = |is: bool, listing: Option<Listing>| if is { listing } else { None };
    let nearest_first = [
        only_if(house.contact.is_some(), house.of_relationship),
        only_if(profile.class.is_some(), house.of_class),
        only_if(profile.supervision.is_some(), house.of_supervision),
        only_if(has_unit, house.of_unit),
        only_if(has_unit, house.of_wing),
    ];
    let lists_count = !house.listed || rules.global_block_wins;
    let list = nearest_first
        .into_iter()
        .flatten()
        .next()
        .filter(|_| lists_count);
    let own_or_list = house.listed || list == Some(Listing::Allowed);
    let review = house.contact.map(|contact| contact.review);
    let must_be_approved = people.only_approved_contacts && !house.allowed;
    let windows = [
        house.window_of_inmate,
        house.window_of_class.filter(|_| profile.class.is_some()),
        house.window_of_unit.filter(|_| has_unit),
        house.window_of_wing.filter(|_| has_unit),
    ];
    let mut windows: Vec<u64> = windows.into_iter().flatten().map(seconds).collect();
    if !people.all_windows {
        windows.truncate(1);
    }
    let window = windows.into_iter().min().unwrap_or(u64::MAX);
    let booked = if profile.booked_only {
        seconds(house.booked)
    } else {
        u64::MAX
    };
    let officer = house.officer.map_or(u64::MAX, seconds);
    let rescued = rules.allowed_rescues && house.allowed;
    let blocked_for_all = house.restricted && !rescued;
    let refusals = [
        (
            house.valid_from.is_some_and(|from| from > NOW),
            Blocked::PinNotYetValid,
        ),
        (
            house.valid_to.is_some_and(|to| to <= NOW),
            Blocked::PinExpired,
        ),
        (
            profile.suspended == Disabled::ForGood,
            Blocked::InmateSuspended,
        ),
        (
            !profile.enrolled.covers(people.enrollment),
            Blocked::NotEnrolled,
        ),
        (
            review == Some(Review::Refused) || must_be_approved && review != Some(Review::Approved),
            Blocked::ContactNotApproved,
        ),
        (
            people.private_numbers && house.others_list && !house.listed && !house.allowed,
            Blocked::NumberPrivate,
        ),
        (list == Some(Listing::Blocked), Blocked::NumberRestricted),
        (
            own_or_list && rules.global_block_wins && blocked_for_all,
            Blocked::NumberRestricted,
        ),
        (
            !own_or_list && rules.check_restricted && blocked_for_all,
            Blocked::NumberRestricted,
        ),
        (
            !own_or_list && !rules.check_restricted && !house.allowed,
            Blocked::NumberNotAllowed,
        ),
        (window == 0, Blocked::OutsideWindow),
        (booked == 0, Blocked::NotBooked),
        (officer == 0, Blocked::NoOfficer),
    ];
    if let Some((_, blocked)) = refusals.into_iter().find(|(holds, _)| *holds) {
        return Err(blocked);
    }
    let open = window.min(booked).min(officer);
    let mut limits = Vec::new();
    if !(house.listed && house.untimed) {
        limits.push(u64::from(CLASS_SECONDS));
        limits.extend(profile.longest_seconds.map(u64::from));
    }
    limits.extend(Some(open).filter(|open| *open <= HARD.as_secs()));
    let open = Some(open).filter(|open| *open != u64::MAX);
    Ok((limits.into_iter().min(), open))
}

fn open() -> impl Strategy<Value = Open> {
    prop_oneof![
        1 => Just(Open::No),
        3 => (1u64..6000).prop_map(|left| Open::For(Ticks::secs(left))),
        3 => Just(Open::Throughout),
    ]
}

fn maybe<T: std::fmt::Debug + 'static>(
    some: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(0.3, some)
}

fn listing() -> impl Strategy<Value = Option<Listing>> {
    maybe(prop_oneof![Just(Listing::Blocked), Just(Listing::Allowed)])
}

fn rarely() -> impl Strategy<Value = bool> {
    proptest::bool::weighted(0.15)
}

fn contact() -> impl Strategy<Value = Option<Contact>> {
    let review = prop_oneof![
        1 => Just(Review::Refused),
        2 => Just(Review::Pending),
        3 => Just(Review::Approved),
    ];
    maybe(review.prop_map(|review| Contact {
        relationship: Relationship::Friend,
        review,
    }))
}

fn profiles() -> impl Strategy<Value = Profile> {
    let of = (rarely(), any::<(bool, bool, bool)>(), rarely(), rarely());
    (of, maybe(1u32..2000)).prop_map(|((suspended, (a, b, c), booked_only, signed), longest)| {
        let step = EnrollmentStep::RulesSigned;
        Profile {
            suspended: if suspended {
                Disabled::ForGood
            } else {
                Disabled::Until(NOW)
            },
            enrolled: if signed {
                Enrollment::NONE
            } else {
                Enrollment::NONE.with(step)
            },
            class: InmateClass::new(3).filter(|_| a),
            supervision: Supervision::new(2).filter(|_| b),
            units: if c { vec![UNIT, WING] } else { Vec::new() },
            booked_only,
            longest_seconds: longest,
        }
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    let flags = any::<([bool; 4], [bool; 2])>();
    (flags, rarely(), rarely()).prop_map(|((rule, people), only_approved, enrollment)| {
        let mut rules = Rules::standard();
        rules.check_restricted = rule[0] || rule[3];
        rules.allowed_rescues = rule[1];
        rules.global_block_wins = rule[2];
        rules.people.private_numbers = people[0];
        rules.people.all_windows = people[1];
        rules.people.only_approved_contacts = only_approved;
        if enrollment {
            rules.people.enrollment = Enrollment::NONE.with(EnrollmentStep::RulesSigned);
        }
        rules
    })
}

fn houses() -> impl Strategy<Value = House> {
    let days = (maybe(NOW - 9..NOW + 3), maybe(NOW - 1..NOW + 9));
    let number = (any::<[bool; 2]>(), rarely(), rarely(), rarely());
    let lists = [(); 5].map(|()| listing());
    let windows = [(); 4].map(|()| maybe(open()));
    let rest = (open(), maybe(open()), rules(), contact());
    (days, profiles(), number, lists, windows, rest).prop_map(
        |(days, profile, number, lists, windows, rest)| House {
            valid_from: days.0,
            valid_to: days.1,
            profile,
            listed: number.0[0],
            untimed: number.0[1],
            allowed: number.1,
            restricted: number.2,
            others_list: number.3,
            of_relationship: lists[0],
            of_class: lists[1],
            of_supervision: lists[2],
            of_unit: lists[3],
            of_wing: lists[4],
            window_of_inmate: windows[0],
            window_of_class: windows[1],
            window_of_unit: windows[2],
            window_of_wing: windows[3],
            booked: rest.0,
            officer: rest.1,
            rules: rest.2,
            contact: rest.3,
        },
    )
}

/// As many as are asked for, and enough for each row without asking.
fn cases() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let cases = asked.and_then(|cases| cases.parse().ok());
    Config::with_cases(cases.unwrap_or(20_000))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_holds_for_people_is_decided_as_it_is_told(house in houses()) {
        let number = DialedNumber {
            number: PhoneNumber::parse("2155550123").expect("a number"),
            pattern: DialingPattern::Direct,
            call_type: CallType::Local,
        };
        let request = Request {
            line: LineId(1),
            pin: Some(PIN),
            officer: None,
            number: DialedOrSpeed::Number(number),
            shorter: &[],
            now_utc_ms: NOW,
            when: LocalTime { weekday: 1, step: 36, holiday: false },
            in_service_for: None,
            hard_limit: HARD,
        };
        let Ok(decision) = decide(&request, &house, &house.rules);
        let decided = decision.outcome.map(|allowed| {
            let whole = |ticks: Option<Ticks>| ticks.map(|ticks| ticks.as_secs());
            (whole(allowed.limit), whole(allowed.open_for))
        });
        prop_assert_eq!(decided, told(&house));
    }
}

#[test]
fn open_is_as_long_as_both_or_as_one_of_them() {
    let all = [
        Open::No,
        Open::For(Ticks::secs(5)),
        Open::For(Ticks::secs(9)),
        Open::Throughout,
    ];
    for a in all {
        for b in all {
            let (both, one) = (seconds(a.and(b)), seconds(a.or(b)));
            assert_eq!(both, seconds(a).min(seconds(b)), "{a:?} and {b:?}");
            assert_eq!(one, seconds(a).max(seconds(b)), "{a:?} or {b:?}");
        }
    }
}

//! Groups as a tree, and what is shut down in it.

use crate::bench::{Bench, DOE, ONE, OPEN_PHONE, ROE, TWO, bench};
use backoffice::{
    BackOffice, DaySteps, Error, MAX_GROUP_DEPTH, Phone, Schedule, ScheduleNumber, Shut,
};
use types::{
    disposition::Blocked,
    id::{GroupId, LineId},
    tick::{Tick, Ticks},
};

const WHO: &str = "warden";

/// East with tiers 1 and 2, and West; the first phone is in East's tier 1 and in West.
struct House {
    bench: Bench,
    east: GroupId,
    tier: GroupId,
    west: GroupId,
}

fn house() -> House {
    let mut bench = bench();
    let mut group = |name, parent| {
        let added = bench.office.add_group(bench.now, WHO, name, parent);
        added.expect("is added")
    };
    let east = group("East", None);
    let tier = group("Tier 1", Some(east));
    group("Tier 2", Some(east));
    let west = group("West", None);
    for (group, line) in [(tier, ONE), (west, ONE), (west, TWO)] {
        let put = bench.office.add_group_phone(bench.now, WHO, group, line);
        assert!(put.expect("is put in"));
    }
    House {
        bench,
        east,
        tier,
        west,
    }
}

impl House {
    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut BackOffice, Tick) -> Result<T, Error>,
    ) -> Result<T, Error> {
        change(&mut self.bench.office, self.bench.now)
    }

    /// Refused with these words, and nothing written.
    fn refuses<T: std::fmt::Debug>(
        &mut self,
        words: &str,
        change: impl FnOnce(&mut BackOffice, Tick) -> Result<T, Error>,
    ) {
        let before = self.bench.office.verify_journal().expect("is whole");
        let error = self.change(change).expect_err("is refused").to_string();
        assert_eq!(error, words);
        let after = self.bench.office.verify_journal().expect("is whole");
        assert_eq!(after, before);
    }

    fn shut(&mut self, what: Shut) -> usize {
        self.change(|office, now| office.shut_down(now, WHO, what, false))
            .map(|done| (!done.already).then_some(done.phones))
            .expect("is shut down")
            .expect("was not so")
    }

    fn resume(&mut self, what: Shut) -> bool {
        self.change(|office, now| office.resume(now, WHO, what))
            .expect("is resumed")
    }

    /// Which of the three phones are in service.
    fn in_service(&self) -> [bool; 3] {
        [ONE, TWO, OPEN_PHONE].map(|line| {
            let settings = self.bench.office.settings(self.bench.now, line);
            settings.expect("reads").in_service
        })
    }
}

#[test]
fn a_group_is_found_by_its_name_and_by_those_above_it() {
    let mut house = house();
    let find = |house: &House, name: &str| house.bench.office.group_named(name);
    assert_eq!(find(&house, "East").expect("is there"), house.east);
    assert_eq!(find(&house, "Tier 1").expect("is there"), house.tier);
    let west = house.west;
    let other = house.change(|office, now| office.add_group(now, WHO, "Tier 1", Some(west)));
    let other = other.expect("a name of its own within West");
    assert_eq!(find(&house, "West/Tier 1").expect("is there"), other);
    assert_eq!(find(&house, "East/Tier 1").expect("is there"), house.tier);
    let error = find(&house, "Tier 1").expect_err("is in two places");
    let words = "group \"Tier 1\" is in several places: say which of East/Tier 1, West/Tier 1";
    assert_eq!(error.to_string(), words);
    let error = find(&house, "North").expect_err("is not there");
    assert_eq!(
        error.to_string(),
        "group \"North\" is not entered: there are East, East/Tier 1, East/Tier 2, West, West/Tier 1"
    );
}

#[test]
fn a_group_has_a_name_and_a_place_that_make_sense() {
    let mut house = house();
    let (east, tier) = (house.east, house.tier);
    house.refuses("group \"East\" is entered already", |office, now| {
        office.add_group(now, WHO, "East", None)
    });
    house.refuses("group's name: must not be empty", |office, now| {
        office.add_group(now, WHO, " ", None)
    });
    let slash = "group's name: holds a /, which stands between a group and the one it is a part of";
    house.refuses(slash, |office, now| office.add_group(now, WHO, "A/B", None));
    house.refuses("group \"99\" is not entered", |office, now| {
        office.add_group(now, WHO, "A", Some(GroupId(99)))
    });
    house.refuses("group \"East/Tier 2\" is entered already", |office, now| {
        office.rename_group(now, WHO, tier, "Tier 2")
    });
    house.refuses("phone 40 is not entered", |office, now| {
        office.add_group_phone(now, WHO, east, LineId(40))
    });
}

#[test]
fn a_group_is_no_part_of_itself() {
    let mut house = house();
    let (east, tier) = (house.east, house.tier);
    let inside = "group \"East\" can't be a part of \"East/Tier 1\", which is a part of it";
    house.refuses(inside, |office, now| {
        office.move_group(now, WHO, east, Some(tier))
    });
    let itself = "group \"East\" can't be a part of \"East\", which is a part of it";
    house.refuses(itself, |office, now| {
        office.move_group(now, WHO, east, Some(east))
    });
}

#[test]
fn the_tree_has_so_many_levels_and_no_more() {
    let mut house = house();
    let mut above = house.west;
    for level in 2..=MAX_GROUP_DEPTH {
        let name = format!("level {level}");
        let added = house.change(|office, now| office.add_group(now, WHO, &name, Some(above)));
        above = added.expect("fits");
    }
    let words = "group \"deeper\" would be more than 16 levels below the facility";
    house.refuses(words, |office, now| {
        office.add_group(now, WHO, "deeper", Some(above))
    });
    // East is two levels high.
    let east = house.east;
    let above = house
        .bench
        .office
        .group_named("level 15")
        .expect("is there");
    let words = "group \"East\" would be more than 16 levels below the facility";
    house.refuses(words, |office, now| {
        office.move_group(now, WHO, east, Some(above))
    });
    let above = house
        .bench
        .office
        .group_named("level 14")
        .expect("is there");
    house
        .change(|office, now| office.move_group(now, WHO, east, Some(above)))
        .expect("fits");
}

#[test]
fn a_group_is_removed_when_nothing_is_in_it() {
    let mut house = house();
    let (east, tier) = (house.east, house.tier);
    house.refuses("group \"East\" still holds 2 groups", |office, now| {
        office.remove_group(now, WHO, east)
    });
    house.refuses("group \"Tier 1\" still holds 1 phones", |office, now| {
        office.remove_group(now, WHO, tier)
    });
    let out = house.change(|office, now| office.remove_group_phone(now, WHO, tier, ONE));
    assert!(out.expect("changes"));
    let out = house.change(|office, now| office.remove_group_phone(now, WHO, tier, ONE));
    assert!(!out.expect("changes"));
    // A group that is removed leaves no shutdown behind.
    house.shut(Shut::Group(tier));
    house
        .change(|office, now| office.remove_group(now, WHO, tier))
        .expect("is removed");
    assert_eq!(house.bench.office.shutdowns().expect("reads"), []);
    let names = house.bench.office.groups().expect("reads");
    let names: Vec<_> = names.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(names, ["East", "Tier 2", "West"]);
}

#[test]
fn a_phone_is_shut_down_and_resumed_alone() {
    let mut house = house();
    assert_eq!(house.shut(Shut::Phone(ONE)), 1);
    assert_eq!(house.in_service(), [false, true, true]);
    let blocked = house.bench.refused(ONE, Some(DOE), "02155550123");
    assert_eq!(blocked, Blocked::PhoneOutOfService);
    assert!(house.resume(Shut::Phone(ONE)));
    assert!(!house.resume(Shut::Phone(ONE)));
    assert_eq!(house.in_service(), [true, true, true]);
    house.bench.permitted(ONE, Some(DOE), "02155550123");
}

#[test]
fn a_group_is_shut_down_with_all_below_it() {
    let mut house = house();
    assert_eq!(house.shut(Shut::Group(house.east)), 1);
    assert_eq!(house.in_service(), [false, true, true]);
    // Another group that the phone is in does not bring it back.
    assert_eq!(house.shut(Shut::Group(house.west)), 2);
    assert_eq!(house.in_service(), [false, false, true]);
    assert!(house.resume(Shut::Group(house.west)));
    assert_eq!(house.in_service(), [false, true, true]);
    // Nor does the group below, which nobody shut.
    assert!(!house.resume(Shut::Group(house.tier)));
    assert_eq!(house.in_service(), [false, true, true]);
    // Moved out of what is shut, it is in service.
    let tier = house.tier;
    house
        .change(|office, now| office.move_group(now, WHO, tier, None))
        .expect("is moved");
    assert_eq!(house.in_service(), [true, true, true]);
}

#[test]
fn everything_is_shut_down_and_what_was_shut_alone_stays_so() {
    let mut house = house();
    house.shut(Shut::Phone(TWO));
    assert_eq!(house.shut(Shut::Everything), 3);
    assert_eq!(house.in_service(), [false, false, false]);
    assert!(house.resume(Shut::Everything));
    assert_eq!(house.in_service(), [true, false, true]);
}

#[test]
fn a_shutdown_outlives_a_restart() {
    let mut house = house();
    house.shut(Shut::Group(house.west));
    house.bench = house.bench.restart();
    assert_eq!(house.in_service(), [false, false, true]);
    let shut = house.bench.office.shutdowns().expect("reads");
    assert_eq!(shut.len(), 1);
    assert_eq!(shut[0].what, Shut::Group(house.west));
    assert_eq!(shut[0].actor, WHO);
}

#[test]
fn what_is_not_there_is_not_shut_down() {
    let mut house = house();
    house.refuses("phone 40 is not entered", |office, now| {
        office.shut_down(now, WHO, Shut::Phone(LineId(40)), true)
    });
    house.refuses("group \"99\" is not entered", |office, now| {
        office.resume(now, WHO, Shut::Group(GroupId(99)))
    });
    assert_eq!(house.bench.office.take_cuts(), []);
}

#[test]
fn calls_are_cut_where_that_was_asked_for() {
    let mut house = house();
    house.bench.permitted(ONE, Some(DOE), "02155550123");
    house.shut(Shut::Group(house.west));
    assert_eq!(house.bench.office.take_cuts(), [], "they may finish");
    let west = Shut::Group(house.west);
    house
        .change(|office, now| office.shut_down(now, WHO, west, true))
        .expect("is shut down");
    assert_eq!(house.bench.office.take_cuts(), [ONE, TWO]);
    assert_eq!(house.bench.office.take_cuts(), [], "told once");
}

#[test]
fn a_phone_is_in_service_when_neither_schedule_nor_shutdown_is_against_it() {
    let mut house = house();
    let first = ScheduleNumber::new(1).expect("a schedule");
    // It is 9:30.
    let schedule = Schedule {
        weekday: DaySteps::CLOSED.with_open(0, 40),
        weekend: DaySteps::CLOSED,
        holiday: DaySteps::CLOSED,
    };
    let phone = Phone {
        schedule: Some(first),
        ..Phone::standard("B1")
    };
    house
        .change(|office, now| office.set_schedule(now, WHO, first, "mornings", &schedule))
        .expect("is set");
    house
        .change(|office, now| office.set_phone(now, WHO, ONE, &phone))
        .expect("is set");
    assert_eq!(house.in_service(), [true, true, true]);
    house.shut(Shut::Everything);
    assert_eq!(house.in_service(), [false, false, false]);
    house.bench.wait(1800);
    house.resume(Shut::Everything);
    assert_eq!(house.in_service(), [false, true, true], "it is ten");
}

#[test]
fn a_shutdown_is_told_with_the_next_changes() {
    let mut house = house();
    let changes = |house: &mut House| {
        let changes = house.bench.office.settings_changes(house.bench.now);
        let changes = changes.expect("reads").into_iter();
        changes
            .map(|(line, s)| (line, s.in_service))
            .collect::<Vec<_>>()
    };
    assert_eq!(changes(&mut house), []);
    house.shut(Shut::Group(house.west));
    assert_eq!(changes(&mut house), [(ONE, false), (TWO, false)]);
    house.shut(Shut::Everything);
    assert_eq!(changes(&mut house), [(OPEN_PHONE, false)]);
    house.resume(Shut::Everything);
    house.resume(Shut::Group(house.west));
    let all = [ONE, TWO, OPEN_PHONE].map(|line| (line, true));
    assert_eq!(changes(&mut house), all);
}

#[test]
fn a_call_in_progress_holds_its_pin_through_a_shutdown() {
    let mut house = house();
    house.bench.permitted(ONE, Some(ROE), "02155550123");
    house.shut(Shut::Everything);
    house.bench.wait(60);
    house.resume(Shut::Everything);
    let blocked = house.bench.refused(TWO, Some(ROE), "02155550123");
    assert_eq!(blocked, Blocked::PinInUse);
    let settings = house.bench.office.settings(house.bench.now, ONE);
    assert!(settings.expect("reads").hard_limit > Ticks::ZERO);
}

#[test]
fn a_shutdown_tells_how_many_calls_were_let_through_and_what_was_shut_already() {
    let mut bench = bench();
    bench.permitted(ONE, Some(DOE), "02155550123");
    // Hears why not, and is in no call.
    bench.refused(TWO, Some(DOE), "02155550123");
    let (office, now) = (&mut bench.office, bench.now);
    let mut shut = |cut| {
        let done = office.shut_down(now, WHO, Shut::Everything, cut);
        let done = done.expect("works");
        let entries = office.journal_entries().expect("reads");
        let all_are_cut = office.take_cuts().len() == done.phones;
        (done.already, done.calls, all_are_cut, entries)
    };
    let (already, calls, cut, before) = shut(false);
    assert_eq!((already, calls, cut), (false, 1, false));
    let (already, calls, cut, after) = shut(false);
    assert_eq!((already, calls, cut, after), (true, 1, false, before));
    let (already, calls, cut, after) = shut(true);
    assert_eq!((already, calls, cut, after), (true, 1, true, before + 1));
}

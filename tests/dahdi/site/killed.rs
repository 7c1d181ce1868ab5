//! The controller killed in the middle of a call: what becomes of its channels at once, of the call's
//! record at the next start, and of the next call.

use super::{Check, TRUNK, caller, collect_call, equal, exchanges, handset, holds, site_text};
use crate::{
    far_ends::{FAR, FarEnds},
    site::place::{Controller, Place},
};
use drivers::{
    dahdi::{join::Joins, survey::Survey},
    sim::clocked::Clock,
};
use std::{thread, time::Duration};
use types::tick::Ticks;

/// A killed controller's channels are on-hook within this.
const WITHIN: Ticks = Ticks::secs(1);
const PHONE: u16 = 1;

pub const CHECKS: &[Check] = &[
    (
        "a_controller_killed_in_a_call_hangs_up_and_its_record_is_finished_at_the_next_start",
        || killed(false),
    ),
    (
        "a_controller_killed_in_a_joined_call_parts_it_and_its_record_is_finished_at_the_next_start",
        || killed(true),
    ),
];

fn killed(joined: bool) -> Result<(), String> {
    let mut text = site_text(1, 1);
    if joined {
        text = text.replacen("[defaults]\n", "[defaults]\njoin_talk = true\n", 1);
        text = text.replacen(
            "\"kewl-start\"\n",
            "\"kewl-start\"\ncancel_echo = false\n",
            1,
        );
    }
    let place = Place::new("killed", &text);
    let clock = Clock::starting_now();
    let mut far_ends = FarEnds::default();
    exchanges(&mut far_ends, 1, clock);
    let controller = place.controller();
    controller.await_log("running", 20)?;
    thread::sleep(Duration::from_secs(4));
    handset(&mut far_ends, PHONE, caller("482915"), clock);
    controller.await_log("talk-begins", 60)?;
    in_talk(&controller, joined)?;
    controller.kill()?;
    let took = let_go(clock)?;
    println!(
        "info  killed in a{} call: the channels were on-hook {} ms later",
        if joined { " joined" } else { "" },
        took.as_ms()
    );
    if took > WITHIN {
        return Err(format!("it took {} ms", took.as_ms()));
    }
    // The kernel's disconnect, and what the parties do about it.
    thread::sleep(Duration::from_secs(2));
    drop(far_ends);
    recovered(&place)
}

/// The call is in talk as it is to be; the driver says so of itself.
fn in_talk(controller: &Controller, joined: bool) -> Result<(), String> {
    let wanted = if joined {
        [Some(TRUNK), Some(PHONE)]
    } else {
        [None, None]
    };
    if joined {
        controller.await_log("joined", 10)?;
    }
    thread::sleep(Duration::from_secs(3));
    // A join may pause for a moment: what was said looked like a key.
    for _ in 0..100 {
        if joins()? == wanted {
            return equal("the exchange's line is seized", &seized()?, &true);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err(format!("{:?} hear each other, not {wanted:?}", joins()?))
}

/// What the phone's and the trunk's channels hear.
fn joins() -> Result<[Option<u16>; 2], String> {
    let joins = Joins::open().map_err(|error| error.to_string())?;
    let of = |channel| joins.heard_by(channel).map_err(|error| error.to_string());
    Ok([of(PHONE)?, of(TRUNK)?])
}

/// Whether the exchange sees the trunk off-hook.
fn seized() -> Result<bool, String> {
    let survey = Survey::take().map_err(|error| error.to_string())?;
    let line = survey
        .channel(TRUNK + FAR)
        .ok_or("the exchange has no line")?;
    Ok(line.1.receives_off_hook)
}

/// How long it takes until nobody has the channels, the trunk is on-hook and nothing is joined.
fn let_go(clock: Clock) -> Result<Ticks, String> {
    let killed = clock.now();
    loop {
        let survey = Survey::take().map_err(|error| error.to_string())?;
        let open = [PHONE, TRUNK].map(|c| survey.channel(c).is_none_or(|found| found.1.in_use));
        let took = clock.now().since(killed);
        if open == [false, false] && !seized()? && joins()? == [None, None] {
            return Ok(took);
        }
        if took > Ticks::secs(5) {
            let (seized, joins) = (seized()?, joins()?);
            return Err(format!(
                "after 5 s open {open:?}, off-hook {seized}, joined {joins:?}"
            ));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The next start finishes the record, and the same phone and trunk have a call as ever.
fn recovered(place: &Place) -> Result<(), String> {
    let (_, records) = collect_call(place)?;
    let records: Vec<&str> = records.lines().filter(|l| l.starts_with('{')).collect();
    equal("how many records", &records.len(), &2)?;
    let of = |what: &str| {
        let wanted = format!("\"disposition\":\"{what}\"");
        let record = records.iter().find(|record| record.contains(&wanted));
        record.ok_or_else(|| format!("no {wanted} in {records:?}"))
    };
    let interrupted = of("interrupted")?;
    holds(
        interrupted,
        &[
            "\"inmate\":\"A-1\"",
            "\"dialed\":\"02155550142\"",
            "\"joined_seconds\":null",
        ],
    )?;
    if interrupted.contains("\"ended_at\":null") || interrupted.contains("\"answered_at\":null") {
        return Err(format!("not finished: {interrupted}"));
    }
    holds(of("completed")?, &["\"ended_by\":\"called-party\""])
}

//! `check` against the kernel's tone zone, and while a controller runs.

use super::{
    Check, configure, equal, holds,
    place::{PROGRAM, Place},
    site_text,
};
use std::{fs, path::Path};

pub const CHECKS: &[Check] = &[
    (
        "check_tells_the_tone_zone_of_the_kernel",
        check_tells_the_tone_zone_of_the_kernel,
    ),
    (
        "a_controller_is_known_after_its_program_was_replaced",
        a_controller_is_known_after_its_program_was_replaced,
    ),
];

fn check_tells_the_tone_zone_of_the_kernel() -> Result<(), String> {
    let place = Place::new("zone", &site_text(1, 1));
    for (zone, told) in [("fr", "tone zone: fr, not us; "), ("us", "tone zone: us\n")] {
        configure(&format!("loadzone={zone}\ndefaultzone={zone}\n"))?;
        let (code, found) = place.run(&["check"]);
        holds(&found, &[told, "nothing to change"])?;
        equal("the status of check", &code, &Some(0))?;
    }
    Ok(())
}

fn a_controller_is_known_after_its_program_was_replaced() -> Result<(), String> {
    let place = Place::new("upgrade", &site_text(2, 2));
    let controller = place.controller();
    controller.await_log("running", 20)?;
    let fresh = Path::new(PROGRAM).with_extension("new");
    fs::copy(PROGRAM, &fresh)
        .and_then(|_| fs::rename(&fresh, PROGRAM))
        .map_err(|error| error.to_string())?;
    let (code, told) = place.run(&["check"]);
    let user = format!("in use by sallyport (process {})", controller.pid());
    holds(&told, &[&user, "nothing to change"])?;
    equal("the status of check", &code, &Some(0))?;
    controller.stop().map(drop)
}

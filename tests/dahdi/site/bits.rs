//! Trunks that are signalled by bits: what `check` says of their idle bits and whether doing so helps,
//! and the file that `discover` makes of them. Spans as in `signalling.conf`.

use super::{Check, configure, discovered, equal, holds, place::Place, site_text};
use crate::tally::Tally;
use std::{thread, time::Duration};

/// E&M, ground start, R2 and E&M of the kernel's own.
const EM: u16 = 97;
const GROUND_START: u16 = 109;
const R2: u16 = 145;
const KERNEL_EM: u16 = 132;

const CHECKS: &[Check] = &[
    (
        "idle_bits_that_fit_are_not_complained_of",
        idle_bits_that_fit_are_not_complained_of,
    ),
    (
        "the_line_that_check_writes_for_wrong_idle_bits_puts_them_right",
        the_line_that_check_writes_for_wrong_idle_bits_puts_them_right,
    ),
    (
        "discover_of_digital_spans_makes_a_site_that_check_takes_and_run_runs",
        discover_of_digital_spans_makes_a_site_that_check_takes_and_run_runs,
    ),
];

pub fn run(tally: &mut Tally) {
    for (name, check) in CHECKS {
        tally.note(name, &check());
    }
}

/// One phone, and trunks with their channels and keys.
fn site(trunks: &[(u16, &str)]) -> String {
    let mut text = site_text(1, 0);
    for (id, (channel, keys)) in (1..).zip(trunks) {
        text += &format!("[[trunk]]\nid = {id}\nchannel = {channel}\n{keys}\n");
    }
    text
}

const WINK: &str = "signalling = \"em-wink\"";
const GROUND: &str = "signalling = \"ground-start\"";
const ITU: &str = "signalling = \"r2\"\nr2_country = \"itu\"";
const CHINA: &str = "signalling = \"r2\"\nr2_country = \"china\"";

fn idle_bits_that_fit_are_not_complained_of() -> Result<(), String> {
    let text = site(&[(EM, WINK), (GROUND_START, GROUND), (R2, ITU)]);
    let (code, told) = Place::new("bits", &text).run(&["check"]);
    holds(
        &told,
        &[
            "trunk 1: channel 97, cas with idle bits 0000",
            "trunk 2: channel 109, cas with idle bits 0101",
            "trunk 3: channel 145, cas with idle bits 1001",
            "nothing to change",
        ],
    )?;
    equal("its status", &code, &Some(0))
}

fn the_line_that_check_writes_for_wrong_idle_bits_puts_them_right() -> Result<(), String> {
    let text = site(&[
        (EM, GROUND),
        (GROUND_START, WINK),
        (R2, CHINA),
        (KERNEL_EM, WINK),
    ]);
    let place = Place::new("bits", &text);
    let (code, told) = place.run(&["check"]);
    holds(
        &told,
        &[
            "to change: trunk 1: channel 97 has the idle bits 0000, which do not fit its \
             `signalling`; write `cas=97:0101` into /etc/dahdi/system.conf instead",
            "or write `signalling = \"em-wink\"` into its [[trunk]]",
            "to change: trunk 2: channel 109 has the idle bits 0101",
            "or write `signalling = \"ground-start\"` into its [[trunk]]",
            "to change: trunk 3: channel 145 has the idle bits 1001",
            "or write `signalling = \"r2\"` and `r2_country = \"itu\"` into its [[trunk]]",
            "to change: trunk 4: channel 132 is configured as e&m; write `cas=132:0000` into",
        ],
    )?;
    equal("how much", &told.matches("to change: ").count(), &4)?;
    equal("its status", &code, &Some(1))?;
    let lines: Vec<&str> = told
        .split('`')
        .filter(|part| part.starts_with("cas="))
        .collect();
    configure(&(lines.join("\n") + "\n"))?;
    let (code, told) = place.run(&["check"]);
    configure("cas=97:0000\ncas=109:0101\ncas=145:1001\ne&m=132\n")?;
    holds(&told, &["nothing to change"])?;
    equal("its status after the change", &code, &Some(0))
}

fn discover_of_digital_spans_makes_a_site_that_check_takes_and_run_runs() -> Result<(), String> {
    let place = Place::new("bits", "");
    let text = discovered(&place)?;
    holds(
        &text,
        &[
            "channel = 97\n# its idle bits are those of E&M",
            "channel = 109\n# its idle bits are those of ground start",
            "channel = 145\n# its idle bits are those of R2",
            "# channel 132 is e&m: write `cas=132:0000` into",
            "# channel 133 is cas: no trunk has its idle bits (1111); write",
        ],
    )?;
    let (code, told) = place.run(&["check"]);
    holds(&told, &["nothing to change"])?;
    equal("the status of check", &code, &Some(0))?;
    let controller = place.controller();
    controller.await_log("running", 60)?;
    // All channels are opened, and looked at for a while.
    thread::sleep(Duration::from_secs(20));
    let log = controller.stop()?;
    let bad = |line: &&str| line.contains("alarm: ") || line.contains(" WARN ");
    let bad: Vec<&str> = log.lines().filter(bad).take(8).collect();
    equal("what it complains of", &bad, &Vec::new())?;
    let opened = log.lines().filter(|l| l.contains("openings: 1,")).count();
    equal(
        "channels opened once",
        &opened,
        &text.lines().filter(|l| l.starts_with("channel = ")).count(),
    )
}

//! Collect calls: announcement and acceptance.

use crate::bench::{self, MOTHER, PIN, collect_call, presses, then, wait};
use drivers::sim::{clip::Clip, script::Step};
use types::{disposition::*, prompt::Prompt, tick::Ticks};

#[test]
fn an_accepted_collect_call_is_talked_and_completed() {
    let steps = then(collect_call(PIN, MOTHER), [wait(40_000), Step::SayFor(Clip::inmate_talk(), Ticks::secs(8)), Step::OnHook]);
    let party = presses("1", vec![wait(3000), Step::SayFor(Clip::called_talk(), Ticks::secs(30))]);
    let out = bench::phone(steps).to(&format!("1{MOTHER}"), party).lasting(120).run();
    eprintln!("{}", out.tale());
    out.inmate_heard_in_order(&[Prompt::EnterPin, Prompt::EnterNumber, Prompt::SayName]);
    assert_eq!(out.record().disposition, Disposition::Completed);
}

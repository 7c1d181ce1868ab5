//! A third party who is joined to the call: told by evidence, never by one click.

use crate::{
    bench::{Outcome, wait},
    ready::direct,
};
use drivers::sim::{clip::Clip, script::Step};
use types::tick::Ticks;

fn talked(party: Vec<Step>) -> Outcome {
    let inmate = vec![
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(4)),
        wait(8000),
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(4)),
        wait(60_000),
        Step::OnHook,
    ];
    direct(inmate, party).lasting(85).run()
}

#[test]
fn an_ordinary_talk_is_not_flagged() {
    let out = talked(vec![
        wait(400),
        Step::SayFor(Clip::called_talk(), Ticks::secs(20)),
        wait(6000),
        Step::SayFor(Clip::called_talk(), Ticks::secs(30)),
        wait(20_000),
    ]);
    let record = out.record();
    assert!(!record.flags.three_way, "{:?}", record.three_way);
    assert!(record.three_way.is_empty());
}

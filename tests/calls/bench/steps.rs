//! What people do, in words.

use drivers::sim::{called_party::CalledPartyScript, clip::Clip, script::Step};
use types::{prompt::Prompt, tick::Ticks, treatment::Brand};

/// The head of a collect call.
pub const COLLECT_CALL: Prompt = Prompt::CollectCallFrom {
    brand: Brand::IntraLata,
};

pub fn wait(ms: u64) -> Step {
    Step::wait_ms(ms)
}

/// Waits until the prompt that is playing has ended.
pub fn listen() -> Step {
    Step::await_quiet(Ticks::ms(700), Ticks::secs(20))
}

/// Lifts, waits for dial tone, hears the PIN prompt out, keys the PIN, hears the next prompt out.
pub fn with_pin(pin: &str) -> Vec<Step> {
    vec![
        wait(500),
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(2)),
        wait(1200),
        listen(),
        Step::dial(pin),
        wait(600),
        listen(),
    ]
}

/// Lifts and keys on during dial tone, as one who knows the way.
pub fn typed_in_one_go(keys: &str) -> Vec<Step> {
    vec![
        wait(500),
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(2)),
        Step::Mark("keys"),
        Step::dial(keys),
        Step::Mark("keyed"),
    ]
}

/// A whole collect call from off-hook to the end of the name.
pub fn collect_call(pin: &str, number: &str) -> Vec<Step> {
    let mut steps = with_pin(pin);
    steps.extend([
        Step::dial(&format!("0{number}")),
        Step::await_beep(Ticks::secs(15)),
        wait(200),
        Step::Say(Clip::inmate_name()),
        Step::Mark("named"),
    ]);
    steps
}

/// Steps followed by others.
pub fn then(mut steps: Vec<Step>, more: impl IntoIterator<Item = Step>) -> Vec<Step> {
    steps.extend(more);
    steps
}

/// A called party who listens to the announcement and presses a key.
pub fn presses(key: &str, then: Vec<Step>) -> CalledPartyScript {
    let mut steps = vec![
        Step::await_quiet(Ticks::ms(1200), Ticks::secs(40)),
        Step::dial(key),
    ];
    steps.extend(then);
    CalledPartyScript::answering(2, steps)
}

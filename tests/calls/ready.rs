//! Short ways into a call, for scenarios that begin there: no PIN, nothing announced, an exchange
//! that answers by polarity.

use crate::bench::{self, MOTHER, Outcome, Scenario, wait};
use backoffice::{NamedTreatment, Seed, TreatmentRules};
use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    exchange::line::ExchangeLine,
    script::Step,
    transcript::{Event, Track},
};
use types::tick::{Tick, Ticks};

/// No PIN, no limit told, no recording notice.
pub fn plain(seed: &mut Seed) {
    for (_, phone) in &mut seed.phones {
        phone.pin_required = false;
    }
    seed.settings.rules.announce_limit = false;
    seed.settings.rules.record = false;
    seed.settings.call.name_seconds = 2;
}

/// Tells an answer by polarity, connects fast.
pub fn quick() -> ExchangeLine {
    ExchangeLine {
        answer_reversal: true,
        post_dial: Ticks::ms(200),
        ..ExchangeLine::kewl_start()
    }
}

/// Picks up in the first ring, then does this.
pub fn picks_up(steps: Vec<Step>) -> CalledPartyScript {
    CalledPartyScript::new(Answer::After(Ticks::ms(200)), steps)
}

/// The inmate calls `1 +` and, when both can talk, passes the mark "talks" and does this; so
/// does the called party from the answer on, some two seconds earlier.
pub fn direct(inmate: Vec<Step>, party: Vec<Step>) -> Scenario {
    let number = format!("1{MOTHER}");
    let mut steps = vec![
        wait(300),
        Step::OffHook,
        wait(300),
        Step::dial(&number),
        wait(5000),
    ];
    steps.push(Step::Mark("talks"));
    steps.extend(inmate);
    bench::phone(steps)
        .exchange(quick())
        .to(&number, picks_up(party))
        .site(plain)
        .lasting(20)
}

/// The inmate calls `0 +`, says the name, passes the mark "named" when its recording is over,
/// and does this; the called party's steps begin at the answer, three seconds later.
pub fn collect(inmate: Vec<Step>, party: Vec<Step>) -> Scenario {
    named(&format!("0{MOTHER}"), inmate, party)
}

/// The same of a call that is not collect, and that must be accepted as well.
pub fn asked(inmate: Vec<Step>, party: Vec<Step>) -> Scenario {
    named(&format!("1{MOTHER}"), inmate, party).site(must_be_accepted)
}

/// As [`plain`], but recorded, of which who is asked to accept is told.
pub fn told(seed: &mut Seed) {
    plain(seed);
    seed.settings.rules.record = true;
}

/// As [`told`], and the called party is asked, whoever pays.
pub fn must_be_accepted(seed: &mut Seed) {
    told(seed);
    let rules = TreatmentRules {
        acceptance: Some(true),
        ..TreatmentRules::default()
    };
    let name = "all calls".to_owned();
    seed.treatments.call_treatments = vec![(0, NamedTreatment { name, rules })];
}

fn named(dialed: &str, inmate: Vec<Step>, party: Vec<Step>) -> Scenario {
    let mut steps = vec![wait(300), Step::OffHook, wait(300), Step::dial(dialed)];
    steps.extend([
        Step::await_beep(Ticks::secs(12)),
        wait(200),
        Step::Say(Clip::inmate_name()),
    ]);
    steps.extend([wait(1500), Step::Mark("named")]);
    steps.extend(inmate);
    let number = format!("1{MOTHER}");
    bench::phone(steps)
        .exchange(quick())
        .to(&number, picks_up(party))
        .site(told)
        .lasting(30)
}

/// A hiss of -20 dBm0: heard from its first sample to its last, and never a tone or a key.
pub fn hiss(length: Ticks) -> Clip {
    let mut state = 1u32;
    let mut sample = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) as i32 - 32_768) as f32 / 8.0
    };
    let samples: Vec<i16> = (0..length.0).map(|_| sample() as i16).collect();
    Clip::from_samples("hiss", &samples)
}

/// The first tick from `from` on at which 20 ms are louder than -40 dBm0.
pub fn first_sound(track: &Track, from: Tick, to: Tick) -> Option<Tick> {
    const LOUD: f32 = 230.0;
    (from.0..to.0)
        .step_by(40)
        .map(Tick)
        .find(|&at| crate::hearing::rms(track, at, at + Ticks::ms(20)) > LOUD)
}

/// Whether two tracks are the same, sample by sample, up to this tick.
pub fn same_until(one: &Track, other: &Track, until: Tick) -> bool {
    let length = Ticks(until.0);
    one.between(Tick::ZERO, length) == other.between(Tick::ZERO, length)
}

/// When we opened the loop of the trunk; the exchange takes it for a release 700 ms later.
pub fn hung_up(out: &Outcome) -> Tick {
    let released = out.trunk().first(|e| *e == Event::Released);
    Tick(released.unwrap_or_else(|| panic!("{}", out.tale())).0 - Ticks::ms(700).0)
}

/// When the inmate's talk began.
pub fn talks(out: &Outcome) -> Tick {
    let talk = out
        .entered("talk")
        .unwrap_or_else(|| panic!("no talk: {}", out.tale()));
    let mark = out
        .phone()
        .mark("talks")
        .unwrap_or_else(|| panic!("no mark: {}", out.tale()));
    assert!(talk < mark, "the scenario talks too early: {}", out.tale());
    mark
}

//! What `--sim` says: a far end, and the copper before it.

use std::sync::Arc;

use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    copper::Copper,
    exchange::{
        Exchange,
        line::{Afterwards, ExchangeLine, HangUpSignal},
        routes::{Destination, Routes},
    },
    handset::{Handset, HandsetScript},
    noise::Colour,
    script::Step,
};
use types::{
    tick::Ticks,
    trunk::{TrunkProfile, TrunkSignalling},
};

use super::{digital::Faults, profile, trouble::Trouble};

/// What `--sim` says.
pub(super) struct Simulation {
    pub far: String,
    pub profile: TrunkProfile,
    pub copper: Copper,
    pub faults: Faults,
    pub hangs_up: HangUpSignal,
    pub reversal: bool,
}

pub(super) const FARS: &str = "exchange, em-wink, em-immediate, em-delay-dial, ground-start, r2 (or \
                               r2-mexico and so on), loopback, milliwatt, quiet, phone, phone-loopback, \
                               digital";
const KEYS: &str = "clear, loss, loss-in, loss-out, echo, echo-delay, noise, delay, twist, hum, dc; of \
                    exchange: hang-up=kewl|polarity|busy|dial|nothing; of digital: delay, errors, slip, \
                    robbed";

pub(super) fn simulation(text: &str) -> Result<Simulation, Trouble> {
    let mut parts = text.split(',');
    let far = parts.next().unwrap_or_default().to_owned();
    let kind = match far.as_str() {
        "r2" => "r2-itu",
        other => other,
    };
    let signalled = profile::KINDS.iter().find(|(name, _)| *name == kind);
    let signalling = signalled.map_or(TrunkSignalling::LoopStart, |(_, signalling)| *signalling);
    let mut sim = Simulation {
        profile: profile::of(signalling, false),
        copper: Copper::default(),
        faults: Faults::default(),
        hangs_up: HangUpSignal::KEWL,
        reversal: false,
        far,
    };
    let parts: Vec<&str> = parts.collect();
    // What a wire that changes nothing has not, other keys give it, wherever they stand.
    if parts.contains(&"clear") {
        sim.copper = Copper::clear();
    }
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        if !matches!(part, "clear" | "robbed") && !sim.set(key, value) {
            let what = format!("--sim: {part:?} is not understood, or out of range; keys: {KEYS}");
            return Err(Trouble::Usage(what));
        }
        sim.faults.robbed |= part == "robbed";
    }
    Ok(sim)
}

/// What a key may be.
fn range(key: &str) -> Option<std::ops::RangeInclusive<f64>> {
    Some(match key {
        "loss" | "loss-in" | "loss-out" => -20.0..=80.0,
        "echo" => 0.0..=100.0,
        "echo-delay" | "delay" => 0.0..=4000.0,
        "noise" | "hum" => -99.0..=3.0,
        "twist" => -8.0..=8.0,
        "dc" => -32_768.0..=32_767.0,
        "errors" => 0.0..=1.0,
        "slip" => 0.0..=1e12,
        _ => return None,
    })
}

impl Simulation {
    fn set(&mut self, key: &str, value: &str) -> bool {
        if key == "hang-up" {
            return self.set_hang_up(value);
        }
        let (Ok(number), Some(range)) = (value.parse::<f64>(), range(key)) else {
            return false;
        };
        if !range.contains(&number) {
            return false;
        }
        let samples = number as usize;
        match key {
            "loss" => (self.copper.loss_in_db, self.copper.loss_out_db) = (number, number),
            "loss-in" => self.copper.loss_in_db = number,
            "loss-out" => self.copper.loss_out_db = number,
            "echo" => self.copper.echo_db = Some(number),
            "echo-delay" => self.copper.echo_delay = samples,
            "noise" => self.copper.noise = Some((Colour::White, number)),
            "delay" => (self.copper.delay, self.faults.delay) = (samples, samples),
            "twist" => self.copper.twist_db = number,
            "hum" => self.copper.hum = Some((60.0, number)),
            "dc" => self.copper.dc_offset = number,
            "errors" => self.faults.errors = number,
            "slip" => self.faults.slip_every = number as u64,
            _ => return false,
        }
        true
    }

    fn set_hang_up(&mut self, how: &str) -> bool {
        self.reversal = how == "polarity";
        self.hangs_up = match how {
            "kewl" => HangUpSignal::KEWL,
            "polarity" => HangUpSignal {
                delay: Ticks::ms(200),
                polarity_back: true,
                ..HangUpSignal::NOTHING
            },
            "busy" => HangUpSignal::only(Afterwards::Busy, Ticks::secs(2)),
            "dial" => HangUpSignal::only(Afterwards::DialTone, Ticks::secs(10)),
            "nothing" => HangUpSignal::NOTHING,
            _ => return false,
        };
        true
    }

    /// The exchange: 5550100 quiet, 5550102 milliwatt, 5550103 hangs up after three seconds, 5550108
    /// sends back what it hears.
    pub fn exchange(&self) -> Exchange {
        let talk = CalledPartyScript::answering(1, vec![Step::Wait(Ticks::secs(2)), Step::OnHook]);
        let milliwatt = CalledPartyScript::new(
            Answer::AfterRings(1),
            vec![Step::SayFor(
                Clip::tone(1004.0, 0.0, Ticks::secs(2)),
                Ticks::secs(3600),
            )],
        );
        let quiet = CalledPartyScript::new(Answer::AfterRings(1), Vec::new());
        let loopback = vec![Step::SendBackFor(Ticks::secs(3600))];
        let loopback = CalledPartyScript::new(Answer::AfterRings(1), loopback);
        let routes = Routes::new()
            .to("5550100", quiet)
            .to("5550102", milliwatt)
            .to("5550103", talk)
            .to("5550108", loopback)
            .to("5550111", Destination::Busy);
        let line = match self.profile.signalling {
            TrunkSignalling::LoopStart | TrunkSignalling::KewlStart => ExchangeLine {
                hang_up: self.hangs_up,
                answer_reversal: self.reversal,
                ..ExchangeLine::kewl_start()
            },
            _ => ExchangeLine::of_trunk(&self.profile),
        };
        Exchange::new(line, Arc::new(routes))
    }
}

/// The simulated telephone: it is answered after five seconds, flashes, and hangs up.
pub(super) fn telephone() -> Handset {
    Handset::new(HandsetScript::new(vec![
        Step::wait_ms(5000),
        Step::OffHook,
        Step::wait_ms(1500),
        Step::flash_ms(300),
        Step::wait_ms(1000),
        Step::pulse_dial("3"),
        Step::wait_ms(4000),
        Step::OnHook,
    ]))
}

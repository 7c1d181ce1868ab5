//! MFC-R2 against the exchange of others: OpenR2's test program (Debian's libopenr2-bin) answers
//! on the far span, and our line signals, registers and tones call it, through real channels.

use crate::{caller::Caller, tally::Tally};
use drivers::{
    dahdi::{bits::Bits, channel::Role},
    sim::clocked::Clock,
};
use signaling::{SupervisionEvent, r2_variant::Variant};
use std::{
    fs::File,
    process::{Child, Command},
};
use types::{
    digits::Digits,
    edge::{Edge, PortCommand},
    evidence::AnswerEvidence,
    frame::Law,
    mf::MfSignal,
    tick::Ticks,
    trunk::{R2Country, R2Trunk, TrunkSignalling},
};

const NUMBER: &str = "12155550123";
const ANI: &str = "2155557100";
/// The controller's channels on the E1 of `signalling.conf`, one a country, and how far from each
/// the exchange's is.
const FIRST: u16 = 145;
const FAR: u16 = 31;

/// Our name for a country's R2, and OpenR2's.
const COUNTRIES: &[(R2Country, &str)] = &[
    (R2Country::Itu, "ITU"),
    (R2Country::Argentina, "AR"),
    (R2Country::Brazil, "BR"),
    (R2Country::China, "CN"),
    (R2Country::Colombia, "CO"),
    (R2Country::Mexico, "MX"),
    (R2Country::Venezuela, "VE"),
];

/// The exchange, which ends with this.
struct Exchange {
    program: Child,
    log: String,
}

impl Exchange {
    /// It asks for number, caller's number and category as it does in that country, and answers.
    fn start(variant: &str, channel: u16, charged: bool) -> Exchange {
        let charge = if charged { "yes" } else { "no" };
        let config = format!(
            "loglevel=all\nvariant={variant}\nmaxani={}\nmaxdnis={}\ngetanifirst=no\n\
             mfbacktimeout=-1\nchargecalls={charge}\nchannel={channel}-{channel}\n",
            ANI.len(),
            NUMBER.len()
        );
        let name = format!("/tmp/r2-{variant}-{charge}");
        std::fs::write(&name, config).expect("the guest's disk");
        let log = format!("{name}.log");
        let output = File::create(&log).expect("the guest's disk");
        let program = Command::new("/sbin/r2test")
            .args(["-c", &name])
            // Line by line, or what it says is lost with it.
            .env("LD_PRELOAD", "/lib/x86_64-linux-gnu/libstdbuf.so")
            .env("_STDBUF_O", "L")
            .stdout(output.try_clone().expect("a descriptor"))
            .stderr(output)
            .spawn();
        Exchange {
            program: program.expect("the guest has OpenR2's test program"),
            log,
        }
    }

    fn says(&self, what: &str) -> Result<(), String> {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        if log.contains(what) {
            return Ok(());
        }
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(60)..].join("\n      ");
        Err(format!("the exchange never said {what:?}:\n      {end}"))
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// A call from seizure to release; what the exchange made of it.
fn call(country: R2Country, variant: &str, place: u16, charged: bool) -> Result<(), String> {
    let channel = FIRST + place;
    let trunk = R2Trunk {
        country,
        ani: Digits::parse(ANI).expect("digits"),
        category: MfSignal::new(1).expect("a signal"),
        metering: None,
    };
    let role = Role::Bits(Bits::R2 {
        cd: Variant::of(country).cd,
    });
    let clock = Clock::starting_now();
    let signalling = TrunkSignalling::R2(trunk);
    let mut caller = Caller::new(signalling, (channel, role), Law::A, clock)?;
    let exchange = Exchange::start(variant, channel + FAR, charged);
    let ready = caller.live(Ticks::secs(10), |_| {
        exchange.says("far end unblocked").is_ok()
    });
    if ready.is_err() {
        return exchange.says("far end unblocked");
    }
    caller.seize()?;
    caller.live(Ticks::secs(2), |c| {
        c.was_told(|e| *e == SupervisionEvent::Proceed)
    })?;
    caller.outpulse(NUMBER)?;
    let answered = |e: &SupervisionEvent| {
        matches!(e, SupervisionEvent::Answered(piece)
            if piece.evidence == AnswerEvidence::AnswerSignal)
    };
    let reached = caller.live(Ticks::secs(25), |c| c.was_told(answered));
    if reached.is_err() {
        exchange.says("call has been answered")?;
    }
    reached?;
    let outpulsed = caller.was_told(|e| *e == SupervisionEvent::Outpulsed);
    if !outpulsed {
        return Err(format!(
            "answered before the number was out: {:?}",
            caller.told
        ));
    }
    caller.command(PortCommand::OnHook)?;
    let idle = |c: &Caller| matches!(c.shows, Some(Edge::Bits(bits)) if bits.ab() == 0b10);
    caller.live(Ticks::secs(3), idle)?;
    exchange.says(&format!("ANI = {ANI}, DNIS = {NUMBER}, Category = "))?;
    exchange.says("call ended")
}

pub fn run(tally: &mut Tally) {
    for (place, (country, variant)) in (0..).zip(COUNTRIES) {
        for charged in [true, false] {
            let how = if charged { "with" } else { "without" };
            let name = format!("R2 of OpenR2, {variant}: a call {how} charge, and its release");
            // China has no signal for a free call.
            if *country == R2Country::China && !charged {
                continue;
            }
            tally.note(&name, &call(*country, variant, place, charged));
        }
    }
}

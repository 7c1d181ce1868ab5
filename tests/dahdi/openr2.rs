//! MFC-R2 against the exchange of others: OpenR2's test program (Debian's libopenr2-bin) answers
//! on the far span, and our line signals, registers and tones call it, through real channels.
//!
//! The program has no setting for a busy line or a wrong number: it is told, in the file that says how
//! its country differs, to send the refusing signal in the place of the accepting one.

use crate::{
    caller::Caller,
    tally::{Tally, ensure},
};
use drivers::{
    dahdi::{bits::Bits, channel::Role},
    sim::clocked::Clock,
};
use signaling::{SupervisionEvent, r2_variant::Variant};
use std::{
    fs::File,
    process::{Child, Command},
    sync::atomic::{AtomicU32, Ordering},
};
use types::{
    digits::Digits,
    edge::{Edge, PortCommand},
    evidence::{AnswerEvidence, ReleaseEvidence},
    frame::Law,
    mf::MfSignal,
    tick::Ticks,
    tone::{SitKind, Tone},
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

/// What the exchange is told beside its country.
#[derive(Clone, Copy)]
struct Settings {
    charged: bool,
    /// It waits for so many digits.
    most_digits: usize,
    /// What differs from its country's signals.
    protocol: &'static str,
}

const PLAIN: Settings = Settings {
    charged: true,
    most_digits: NUMBER.len(),
    protocol: "",
};

/// The exchange, which ends with this.
struct Exchange {
    program: Child,
    log: String,
}

impl Exchange {
    /// It asks for number, caller's number and category as it does in that country, and answers.
    fn start(variant: &str, channel: u16, settings: Settings) -> Exchange {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let charge = if settings.charged { "yes" } else { "no" };
        let name = format!("/tmp/r2-{}", STARTED.fetch_add(1, Ordering::Relaxed));
        let mut config = format!(
            "loglevel=all\nvariant={variant}\nmaxani={}\nmaxdnis={}\ngetanifirst=no\n\
             mfbacktimeout=-1\nchargecalls={charge}\ncollectcalls=no\n",
            ANI.len(),
            settings.most_digits
        );
        if !settings.protocol.is_empty() {
            let file = format!("{name}.protocol");
            std::fs::write(&file, settings.protocol).expect("the guest's disk");
            config += &format!("advancedprotocolfile={file}\n");
        }
        config += &format!("channel={channel}-{channel}\n");
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

    /// It stands still until it is ended.
    fn stop(&self) -> Result<(), String> {
        let id = self.program.id().to_string();
        let sent = Command::new("kill").args(["-STOP", &id]).status();
        let sent = sent.map_err(|e| format!("kill: {e}"))?;
        ensure!(sent.success(), "kill: {sent}");
        Ok(())
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// A call, both sides.
struct Call {
    caller: Caller,
    exchange: Exchange,
}

impl Call {
    /// Seized and acknowledged.
    fn begin(
        (country, variant): (R2Country, &str),
        place: u16,
        category: u8,
        settings: Settings,
    ) -> Result<Call, String> {
        let channel = FIRST + place;
        let trunk = R2Trunk {
            country,
            ani: Digits::parse(ANI).expect("digits"),
            category: MfSignal::new(category).expect("a signal"),
            metering: None,
        };
        let role = Role::Bits(Bits::R2 {
            cd: Variant::of(country).cd,
        });
        let clock = Clock::starting_now();
        let signalling = TrunkSignalling::R2(trunk);
        let mut caller = Caller::new(signalling, (channel, role), Law::A, clock)?;
        let exchange = Exchange::start(variant, channel + FAR, settings);
        let ready = caller.live(Ticks::secs(10), |_| {
            exchange.says("far end unblocked").is_ok()
        });
        if ready.is_err() {
            exchange.says("far end unblocked")?;
        }
        caller.seize()?;
        caller.live(Ticks::secs(2), |c| {
            c.was_told(|e| *e == SupervisionEvent::Proceed)
        })?;
        Ok(Call { caller, exchange })
    }

    /// Lives until the call is told this.
    fn until(
        &mut self,
        limit: Ticks,
        wanted: impl Fn(&SupervisionEvent) -> bool,
    ) -> Result<(), String> {
        self.caller.live(limit, |c| c.was_told(&wanted))
    }

    fn reach_answer(&mut self) -> Result<(), String> {
        self.caller.outpulse(NUMBER)?;
        let reached = self.until(Ticks::secs(25), |e| {
            matches!(e, SupervisionEvent::Answered(piece)
                if piece.evidence == AnswerEvidence::AnswerSignal)
        });
        if reached.is_err() {
            self.exchange.says("call has been answered")?;
        }
        reached?;
        let told = &self.caller.told;
        ensure!(
            told.contains(&SupervisionEvent::Outpulsed),
            "answered before the number was out: {told:?}"
        );
        Ok(())
    }

    /// Our side hangs up; the exchange is idle then.
    fn release(&mut self) -> Result<(), String> {
        self.caller.command(PortCommand::OnHook)?;
        let idle = |c: &Caller| matches!(c.shows, Some(Edge::Bits(bits)) if bits.ab() == 0b10);
        self.caller.live(Ticks::secs(3), idle)
    }
}

/// A call from seizure to release; what the exchange made of it.
fn call(country: (R2Country, &str), place: u16, settings: Settings) -> Result<(), String> {
    let mut call = Call::begin(country, place, 1, settings)?;
    call.reach_answer()?;
    call.release()?;
    let heard = format!("ANI = {ANI}, DNIS = {NUMBER}, Category = ");
    call.exchange.says(&heard)?;
    call.exchange.says("call ended")
}

/// How an exchange refuses: in which country, by which signal, what the caller's category is, and
/// what we make of it.
struct Refusal {
    country: (R2Country, &'static str),
    by: &'static str,
    protocol: &'static str,
    category: u8,
    told: Tone,
}

const fn refusal(
    country: (R2Country, &'static str),
    by: &'static str,
    protocol: &'static str,
    told: Tone,
) -> Refusal {
    Refusal {
        country,
        by,
        protocol,
        category: 1,
        told,
    }
}

const REFUSALS: &[Refusal] = &[
    refusal(
        (R2Country::Itu, "ITU"),
        "A-4, congestion, after the last digit",
        "mf_ga_tones.request_change_to_g2=4\n",
        Tone::Reorder,
    ),
    refusal(
        (R2Country::Itu, "ITU"),
        "A-4 after the first digit",
        "mf_ga_tones.request_next_dnis_digit=4\n",
        Tone::Reorder,
    ),
    refusal(
        (R2Country::Itu, "ITU"),
        "B-3, busy",
        "mf_gb_tones.accept_call_with_charge=3\n",
        Tone::Busy,
    ),
    refusal(
        (R2Country::Itu, "ITU"),
        "B-4, congestion",
        "mf_gb_tones.accept_call_with_charge=4\n",
        Tone::Reorder,
    ),
    refusal(
        (R2Country::Itu, "ITU"),
        "B-5, no such number",
        "mf_gb_tones.accept_call_with_charge=5\n",
        Tone::Sit(SitKind::VacantCode),
    ),
    refusal(
        (R2Country::Itu, "ITU"),
        "B-8, out of order",
        "mf_gb_tones.accept_call_with_charge=8\n",
        Tone::Sit(SitKind::Ineffective),
    ),
    refusal(
        (R2Country::Mexico, "MX"),
        "B-2, busy, after group C",
        "mf_gb_tones.accept_call_with_charge=2\n",
        Tone::Busy,
    ),
    refusal(
        (R2Country::China, "CN"),
        "B-4, congestion",
        "mf_gb_tones.accept_call_with_charge=4\n",
        Tone::Reorder,
    ),
    // Of its own accord: it takes no collect calls.
    Refusal {
        category: 8,
        ..refusal(
            (R2Country::Brazil, "BR"),
            "B-7, for a collect call",
            "",
            Tone::Sit(SitKind::VacantCode),
        )
    },
];

fn refused(refusal: &Refusal, place: u16) -> Result<(), String> {
    let settings = Settings {
        protocol: refusal.protocol,
        ..PLAIN
    };
    let mut call = Call::begin(refusal.country, place, refusal.category, settings)?;
    call.caller.outpulse(NUMBER)?;
    let told = SupervisionEvent::Failed(refusal.told);
    let came = call.until(Ticks::secs(10), |e| *e == told);
    came.map_err(|e| format!("{e}; {:?}", call.exchange.says("(never said)")))?;
    call.release()
}

/// The exchange acknowledges and then does nothing more.
fn silent(place: u16) -> Result<(), String> {
    let mut call = Call::begin((R2Country::Itu, "ITU"), place, 1, PLAIN)?;
    call.exchange.stop()?;
    call.caller.outpulse(NUMBER)?;
    let begun = call.caller.clock.now();
    let told = SupervisionEvent::Failed(Tone::Reorder);
    call.until(Ticks::secs(20), |e| *e == told)?;
    let waited = call.caller.clock.now().since(begun);
    let right = Ticks::ms(14_900)..Ticks::ms(15_300);
    ensure!(right.contains(&waited), "after {} ms", waited.as_ms());
    call.caller.command(PortCommand::OnHook)
}

/// The exchange dies in the call: the kernel shows its idle bits, which no exchange shows then.
fn dies(place: u16) -> Result<(), String> {
    let mut call = Call::begin((R2Country::Itu, "ITU"), place, 1, PLAIN)?;
    call.reach_answer()?;
    let killed = call.exchange.program.kill();
    killed.map_err(|e| format!("kill: {e}"))?;
    call.until(Ticks::secs(3), |e| {
        matches!(e, SupervisionEvent::Released(piece)
            if piece.evidence == ReleaseEvidence::ForcedRelease)
    })?;
    call.release()
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
            let settings = Settings { charged, ..PLAIN };
            tally.note(&name, &call((*country, variant), place, settings));
        }
    }
    let more = Settings {
        most_digits: 15,
        ..PLAIN
    };
    let name = "R2 of OpenR2, ITU: an exchange that waits for more digits is told of the end";
    tally.note(name, &call((R2Country::Itu, "ITU"), 7, more));
    for (place, refusal) in (0..).zip(REFUSALS) {
        let name = format!(
            "R2 of OpenR2, {}: refused by {}",
            refusal.country.1, refusal.by
        );
        tally.note(&name, &refused(refusal, place));
    }
    let name = "R2 of OpenR2, ITU: an exchange that falls silent is given up after 15 seconds";
    tally.note(name, &silent(9));
    let name = "R2 of OpenR2, ITU: an exchange that dies in the call has released it";
    tally.note(name, &dies(10));
}

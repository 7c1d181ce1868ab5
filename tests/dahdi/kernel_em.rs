//! E&M against the kernel's own: the far channel is configured as `e&m`, so that DAHDI itself sees
//! our seizure in the bits, winks, answers and hangs up, with its own times. The kernel's own
//! multifrequency voice speaks to our receivers, too.

use crate::{
    caller::Caller,
    tally::{Tally, ensure},
};
use drivers::{
    dahdi::{
        bits::Bits,
        channel::{Channel, Event, Hook, Moved, Role},
    },
    sim::{
        clocked::Clock,
        dtmf_register::DtmfRegister,
        law,
        mf::{self, MfEar, MfHeard, R1_HZ},
    },
};
use dsp::{
    g711,
    mf::{MfEvent, MfKind, MfReceiver},
};
use signaling::SupervisionEvent;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use types::{
    digits::Digits,
    edge::{Edge, PortCommand},
    evidence::{AnswerEvidence, ReleaseEvidence},
    frame::{FRAME, Frame, Law, Samples},
    mf::MfSignal,
    tick::{Tick, Ticks},
    trunk::{FeatureGroupD, TrunkSignalling, Wink},
};

const NUMBER: &str = "2155550123";
const ANI: &str = "2155557100";
/// Its far end is the one channel of `signalling.conf` that is `e&m`.
const TRUNK: u16 = 108;
const FAR: u16 = 132;
/// From the last digit to the acknowledgement, to the answer, and how long the call lasts.
const ACKNOWLEDGES: Duration = Duration::from_millis(200);
const RINGS: Duration = Duration::from_secs(1);
const TALKS: Duration = Duration::from_secs(2);

/// An exchange of the kernel's, by what it asks for.
struct Exchange {
    register: Register,
    /// It winks again when it has the number.
    acknowledges: bool,
    /// What it must hear: with KP and ST as `*` and `#`.
    digits: String,
}

enum Register {
    Dtmf(Box<DtmfRegister>),
    Mf(Box<MfEar>),
}

impl Register {
    fn hear(&mut self, samples: &Samples) -> Option<char> {
        match self {
            Register::Dtmf(register) => register.hear(samples).map(|d| char::from(d.ascii())),
            Register::Mf(ear) => match ear.hear(samples)? {
                MfHeard::Began(mf::KP) => Some('*'),
                MfHeard::Began(mf::ST) => Some('#'),
                MfHeard::Began(signal) => mf::digit(signal).map(|d| char::from(d.ascii())),
                MfHeard::Ended => None,
            },
        }
    }
}

/// What the far end saw.
#[derive(Default)]
struct Seen {
    digits: String,
    released: bool,
}

impl Exchange {
    /// It winks, takes the digits, acknowledges them, answers and hangs up.
    fn live(mut self, stop: &AtomicBool) -> Result<Seen, String> {
        let failed = |e| format!("the far end: {e}");
        let channel = Channel::open(FAR, Law::Mu).map_err(failed)?;
        let mut seen = Seen::default();
        let mut last_digit = None;
        let does = [
            (ACKNOWLEDGES, Hook::Wink),
            (RINGS, Hook::OffHook),
            (RINGS + TALKS, Hook::OnHook),
        ];
        let mut does = does.iter().skip(usize::from(!self.acknowledges)).peekable();
        while !stop.load(Ordering::Acquire) {
            thread::sleep(Duration::from_millis(2));
            while let Some(event) = channel.event().map_err(failed)? {
                match event {
                    Event::RingOffHook => channel.hook(Hook::Wink).map_err(failed)?,
                    Event::OnHook => seen.released = true,
                    _ => {}
                }
            }
            let mut frame = Law::Mu.silence();
            while channel.read(&mut frame).map_err(failed)? == Moved::Block {
                let mut samples = [0; FRAME];
                law::expand(Law::Mu, &frame, &mut samples);
                if let Some(digit) = self.register.hear(&samples) {
                    seen.digits.push(digit);
                    last_digit = Some(Instant::now());
                }
            }
            let since = last_digit.map_or(Duration::ZERO, |at: Instant| at.elapsed());
            let complete = seen.digits == self.digits;
            if let Some((_, hook)) = does.next_if(|(after, _)| complete && since >= *after) {
                channel.hook(*hook).map_err(failed)?;
            }
        }
        Ok(seen)
    }
}

fn call(signalling: TrunkSignalling, exchange: Exchange) -> Result<(), String> {
    let role = Role::Bits(Bits::Em);
    let clock = Clock::starting_now();
    let mut caller = Caller::new(signalling, (TRUNK, role), Law::Mu, clock)?;
    let stop = Arc::new(AtomicBool::new(false));
    let digits = exchange.digits.clone();
    let far = thread::spawn({
        let stop = Arc::clone(&stop);
        move || exchange.live(&stop)
    });
    let lived = live(&mut caller);
    stop.store(true, Ordering::Release);
    let seen = far.join().map_err(|_| "the far end panicked")??;
    let saw = format!("it saw {:?}, released {}", seen.digits, seen.released);
    lived.map_err(|e| format!("{e}; {saw}"))?;
    ensure!(seen.digits == digits && seen.released, "{saw}");
    Ok(())
}

fn live(caller: &mut Caller) -> Result<(), String> {
    caller.live(Ticks::secs(2), |c| c.shows == Some(Edge::FarOnHook))?;
    // The far end opens its channel meanwhile.
    let _ = caller.live(Ticks::secs(2), |_| false);
    caller.seize()?;
    caller.live(Ticks::secs(4), |c| {
        c.was_told(|e| *e == SupervisionEvent::Proceed)
    })?;
    caller.outpulse(NUMBER)?;
    caller.live(Ticks::secs(10), |c| {
        c.was_told(|e| *e == SupervisionEvent::Outpulsed)
    })?;
    caller.live(Ticks::secs(10), |c| {
        c.was_told(|e| {
            matches!(e, SupervisionEvent::Answered(piece)
                if piece.evidence == AnswerEvidence::FarOffHook)
        })
    })?;
    caller.live(Ticks::secs(10), |c| {
        c.was_told(|e| {
            matches!(e, SupervisionEvent::Released(piece)
                if piece.evidence == ReleaseEvidence::FarOnHook)
        })
    })?;
    caller.command(PortCommand::OnHook)?;
    let _ = caller.live(Ticks::secs(3), |_| false);
    Ok(())
}

fn by_keys() -> Result<(), String> {
    let exchange = Exchange {
        register: Register::Dtmf(Box::new(DtmfRegister::new())),
        acknowledges: false,
        digits: NUMBER.into(),
    };
    call(TrunkSignalling::EmWink(Wink::STANDARD), exchange)
}

/// The kernel winks for the identification, and again for all.
fn feature_group_d() -> Result<(), String> {
    let carrier = FeatureGroupD::direct(Digits::parse(ANI).expect("digits"));
    let ii: String = carrier.ii.map(|d| char::from(d.ascii())).iter().collect();
    let exchange = Exchange {
        register: Register::Mf(Box::new(MfEar::new(&R1_HZ))),
        acknowledges: true,
        digits: format!("*{ii}{ANI}#*{NUMBER}#"),
    };
    call(TrunkSignalling::FeatureGroupD(carrier), exchange)
}

/// How the kernel is asked for signals of a kind, and which they are: all that it knows but for the
/// ends of R1's strings that only operators used.
const VOICES: &[(&str, MfKind, &str, &[u8])] = &[
    (
        "R1",
        MfKind::R1,
        "M*1234567890#",
        &[13, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15],
    ),
    (
        "R2 forward",
        MfKind::R2Forward,
        "O1W2W3W4W5W6W7W8W9WAWBWCWDWEWFW",
        &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    ),
    (
        "R2 backward",
        MfKind::R2Backward,
        "R1W2W3W4W5W6W7W8W9WAWBWCWDWEWFW",
        &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    ),
];

/// The kernel dials, and our receiver at the other end of the wire hears what it dialed.
fn heard(kind: MfKind, dialed: &str, expected: &[u8]) -> Result<(), String> {
    let failed = |e| format!("the channels: {e}");
    let far = Channel::open(FAR, Law::Mu).map_err(failed)?;
    let near = Channel::open(TRUNK, Law::Mu).map_err(failed)?;
    near.flush().map_err(failed)?;
    far.dial(dialed.bytes()).map_err(failed)?;
    let mut receiver = MfReceiver::new(kind);
    let (mut heard, mut done, mut at) = (Vec::new(), None, Tick::ZERO);
    let begun = Instant::now();
    while done.is_none_or(|at: Instant| at.elapsed() < Duration::from_millis(300)) {
        ensure!(begun.elapsed() < Duration::from_secs(20), "it never ended");
        thread::sleep(Duration::from_millis(2));
        while let Some(event) = far.event().map_err(failed)? {
            if event == Event::DialComplete {
                done = Some(Instant::now());
            }
        }
        while near.event().map_err(failed)?.is_some() {}
        let mut frame: Frame = Law::Mu.silence();
        while near.read(&mut frame).map_err(failed)? == Moved::Block {
            let mut samples: Samples = [0; FRAME];
            g711::decode(Law::Mu, &frame, &mut samples);
            for event in receiver.process(&samples, at) {
                if let MfEvent::Start { signal, .. } = event {
                    heard.push(signal);
                }
            }
            at += Ticks(FRAME as u64);
        }
    }
    let expected: Vec<MfSignal> = expected.iter().filter_map(|&n| MfSignal::new(n)).collect();
    ensure!(heard == expected, "{heard:?}, and {dialed} was dialed");
    Ok(())
}

pub fn run(tally: &mut Tally) {
    let name = "E&M: the kernel's own winks, takes the digits, answers and hangs up";
    tally.note(name, &by_keys());
    let name = "feature group D: the kernel winks, takes who calls and the number, and winks again";
    tally.note(name, &feature_group_d());
    for (name, kind, dialed, expected) in VOICES {
        let name = format!("{name}: all signals that the kernel dials are heard");
        tally.note(&name, &heard(*kind, dialed, expected));
    }
}

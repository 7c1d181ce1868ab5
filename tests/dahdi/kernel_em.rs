//! E&M against the kernel's own: the far channel is configured as `e&m`, so that DAHDI itself sees
//! our seizure in the bits, winks, answers and hangs up, with its own times.

use crate::{caller::Caller, tally::Tally};
use drivers::{
    dahdi::{
        bits::Bits,
        channel::{Channel, Event, Hook, Moved, Role},
    },
    sim::{clocked::Clock, dtmf_register::DtmfRegister, law},
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
    edge::{Edge, PortCommand},
    evidence::{AnswerEvidence, ReleaseEvidence},
    frame::{FRAME, Law},
    tick::Ticks,
    trunk::{TrunkSignalling, Wink},
};

const NUMBER: &str = "2155550123";
/// Its far end is the one channel of `signalling.conf` that is `e&m`.
const TRUNK: u16 = 108;
const FAR: u16 = 132;
/// From the last digit to the answer, and how long the call lasts.
const RINGS: Duration = Duration::from_secs(1);
const TALKS: Duration = Duration::from_secs(2);

/// What the far end saw.
#[derive(Default)]
struct Seen {
    digits: String,
    released: bool,
}

/// The exchange: winks, takes the digits, answers and hangs up.
fn exchange(stop: &AtomicBool) -> Result<Seen, String> {
    let failed = |e| format!("the far end: {e}");
    let channel = Channel::open(FAR, Law::Mu).map_err(failed)?;
    let mut register = DtmfRegister::new();
    let mut seen = Seen::default();
    let mut last_digit = None;
    let (mut answered, mut gone) = (false, false);
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
            if let Some(digit) = register.hear(&samples) {
                seen.digits.push(char::from(digit.ascii()));
                last_digit = Some(Instant::now());
            }
        }
        let since = last_digit.map_or(Duration::ZERO, |at: Instant| at.elapsed());
        if seen.digits.len() == NUMBER.len() && since >= RINGS && !answered {
            channel.hook(Hook::OffHook).map_err(failed)?;
            answered = true;
        }
        if answered && since >= RINGS + TALKS && !gone {
            channel.hook(Hook::OnHook).map_err(failed)?;
            gone = true;
        }
    }
    Ok(seen)
}

fn call() -> Result<(), String> {
    let role = Role::Bits(Bits::Em);
    let signalling = TrunkSignalling::EmWink(Wink::STANDARD);
    let clock = Clock::starting_now();
    let mut caller = Caller::new(signalling, (TRUNK, role), Law::Mu, clock)?;
    let stop = Arc::new(AtomicBool::new(false));
    let far = thread::spawn({
        let stop = Arc::clone(&stop);
        move || exchange(&stop)
    });
    let lived = live(&mut caller);
    stop.store(true, Ordering::Release);
    let seen = far.join().map_err(|_| "the far end panicked")??;
    lived?;
    if seen.digits != NUMBER || !seen.released {
        return Err(format!(
            "it saw {:?}, released {}",
            seen.digits, seen.released
        ));
    }
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

pub fn run(tally: &mut Tally) {
    let name = "E&M: the kernel's own winks, takes the digits, answers and hangs up";
    tally.note(name, &call());
}

//! Delay, lateness, and the phase of blocks.

use super::{
    bench::{Bench, ensure, failed, hook, next_block, sleep},
    relay::Relay,
};
use drivers::{
    dahdi::channel::{Channel, Hook, Moved, QUEUE},
    port::Port,
};
use types::{
    edge::PortCommand,
    frame::{FRAME, Law},
    tick::Ticks,
};

/// By how much more than its primed blocks a path through user space may delay on this clock: a
/// local span hands audio over as late as its burst.
fn burst(bench: &Bench) -> u64 {
    if bench.card { 0 } else { 64 }
}

pub fn each_primed_block_is_delay(bench: &Bench) -> Result<(), String> {
    for slack in 1..=QUEUE - 1 {
        let mut relay = Relay::start(bench, slack)?;
        let from = relay.heard();
        relay.run(2000)?;
        let all = relay.end()?;
        let last = all.last().ok_or("nothing arrived")?;
        let primed = (slack * FRAME) as u64;
        // With one block primed a burst may come too late for it.
        ensure!(
            last.from <= from || (slack == 1 && !bench.card),
            "{slack} primed: {all:?}"
        );
        ensure!(
            (primed..=primed + burst(bench)).contains(&last.delay),
            "{slack} primed: {} samples of delay",
            last.delay
        );
    }
    Ok(())
}

/// What became of a relay that serves some wakes late.
#[derive(Debug)]
struct Late {
    /// All that the phone said arrived.
    whole: bool,
    /// Samples that the ports counted as lost.
    lost: u64,
    /// Samples between the ends of blocks and their passing on, of all of them.
    behind: u64,
}

fn late_by(bench: &Bench, slack: usize, ms: u64) -> Result<Late, String> {
    let mut relay = Relay::start(bench, slack)?;
    let (from, before) = (relay.heard(), relay.losses());
    let turn = relay.run_late(2000, ms)?;
    let lost = relay.losses() - before;
    let all = relay.end()?;
    let last = all.last().ok_or("nothing arrived")?;
    Ok(Late {
        whole: last.from <= from,
        lost,
        behind: turn.behind,
    })
}

pub fn lateness_is_borne_or_counted(bench: &Bench) -> Result<(), String> {
    let borne: &[(usize, u64)] = if bench.card {
        &[(1, 0), (2, 9), (3, 19)]
    } else {
        &[(2, 6), (3, 14)]
    };
    for &(slack, ms) in borne {
        let late = late_by(bench, slack, ms)?;
        // Each of some ten late wake-ups may be counted as late by a burst more, on either port. One
        // primed block bears a tick of the card, which the ports don't know: they count any lateness.
        let counted = match slack {
            1 => late.behind,
            _ => 10 * 2 * burst(bench),
        };
        ensure!(
            (late.whole || slack == 1 && late.lost > 0) && late.lost <= counted,
            "{slack} primed, {ms} ms late: {late:?}, of which {counted} may be"
        );
    }
    for (slack, ms) in [(1, 12), (2, 25), (3, 36)] {
        let late = late_by(bench, slack, ms)?;
        ensure!(
            !late.whole,
            "{slack} primed bear {ms} ms: the trap is not there"
        );
        ensure!(
            late.lost > 0,
            "{slack} primed, {ms} ms late: nothing was counted"
        );
    }
    Ok(())
}

pub fn a_gap_deepens_until_flushed(bench: &Bench) -> Result<(), String> {
    let mut relay = Relay::start(bench, 2)?;
    relay.run(500)?;
    let before = relay.losses();
    sleep(60);
    let turn = relay.run(1000)?;
    ensure!(relay.losses() > before, "a gap of 60 ms was not counted");
    ensure!(turn.lost > 0, "what was dropped was not told");
    let deep = relay.heard();
    relay.run(100)?;
    relay.together()?;
    relay.run(100)?;
    let (flushed, losses) = (relay.heard(), relay.losses());
    relay.run(1000)?;
    ensure!(relay.losses() == losses, "losses after the flush");
    let all = relay.end()?;
    let at = |place: usize| all.iter().rev().find(|s| s.from <= place);
    let deep = at(deep).ok_or("nothing arrived")?.delay;
    let after = at(flushed).ok_or("nothing after the flush")?.delay;
    let primed = 2 * FRAME as u64;
    ensure!(
        deep >= primed + FRAME as u64,
        "{deep} samples of delay after the gap: the trap is not there"
    );
    ensure!(
        (primed..=primed + burst(bench)).contains(&after),
        "{after} samples of delay after the flush"
    );
    Ok(())
}

/// 6000 blocks, and at each wake-up that brings one of the phone's, one of the trunk's is there.
pub fn together_for_a_minute(bench: &Bench) -> Result<(), String> {
    let mut relay = Relay::start(bench, 2)?;
    let before = relay.losses();
    let end = relay.now() + Ticks::secs(60);
    let (mut together, mut apart) = (0, 0);
    while relay.now() < end {
        relay.wakes.wait(100)?;
        let turn = relay.turn()?;
        if turn.phone == turn.trunk {
            together += turn.phone;
        } else {
            apart += 1;
        }
    }
    ensure!(apart == 0, "{together} together, {apart} apart");
    ensure!((5999..=6001).contains(&together), "{together} in a minute");
    ensure!(relay.losses() == before, "{} lost", relay.losses() - before);
    Ok(())
}

/// Whether a block of the trunk's waits for half a block until the phone's wake.
fn waits_for_the_phone(
    relay: &mut Relay,
    bench: &Bench,
    phone_first: bool,
) -> Result<bool, String> {
    relay.wakes.wait(100)?;
    relay.turn()?;
    let (first, second) = if phone_first {
        (&mut relay.phone, &mut relay.trunk)
    } else {
        (&mut relay.trunk, &mut relay.phone)
    };
    first.flush(bench.clock.now()).map_err(failed)?;
    sleep(1);
    second.flush(bench.clock.now()).map_err(failed)?;
    relay.run(100)?;
    relay.wakes.wait(100)?;
    relay.turn()?;
    sleep(5);
    let mut frame = Law::Mu.silence();
    Ok(next_block(bench, &mut relay.trunk, &mut frame)?.is_some())
}

/// A tick of the card between two flushes puts the blocks of the second a tick behind those of the
/// first. When the phone's wakes serve both, what the trunk received then waits for the next wake, if
/// it is the second.
pub fn a_tick_between_two_flushes(bench: &Bench) -> Result<(), String> {
    let mut relay = Relay::start(bench, 2)?;
    for (phone_first, waits) in [(true, true), (false, false)] {
        let found = waits_for_the_phone(&mut relay, bench, phone_first)?;
        ensure!(
            found == waits,
            "the phone first: {phone_first}, and a block waits: {found}"
        );
    }
    Ok(())
}

/// Going on-hook takes what was queued, so the trunk is primed again; only a flush of both brings
/// their blocks together again.
pub fn on_hook_primes_again(bench: &Bench) -> Result<(), String> {
    on_hook_empties(bench)?;
    let mut relay = Relay::start(bench, 2)?;
    relay.run(5)?;
    let before = relay.trunk.counters();
    let now = relay.now();
    for command in [PortCommand::OffHook, PortCommand::OnHook] {
        relay.trunk.command(now, command).map_err(failed)?;
    }
    relay.run(500)?;
    let after = relay.trunk.counters();
    ensure!(
        (after.underruns, after.overruns) == (before.underruns, before.overruns),
        "lost around an on-hook: {before:?}, then {after:?}"
    );
    relay.together()?;
    relay.run(100)?;
    let mut apart = 0;
    for _ in 0..50 {
        relay.wakes.wait(100)?;
        let turn = relay.turn()?;
        apart += usize::from(turn.phone != turn.trunk);
    }
    ensure!(apart == 0, "apart {apart} times after a flush of both");
    Ok(())
}

/// The trap itself.
fn on_hook_empties(bench: &Bench) -> Result<(), String> {
    let plain = Channel::open(bench.trunk, Law::Mu).map_err(failed)?;
    let silence = Law::Mu.silence();
    let fill = || -> Result<usize, String> {
        let mut blocks = 0;
        while plain.write(&silence).map_err(failed)? == Moved::Block {
            blocks += 1;
        }
        Ok(blocks)
    };
    let first = fill()?;
    hook(&plain, Hook::OnHook)?;
    let again = fill()?;
    ensure!(
        (first, again) == (QUEUE, QUEUE),
        "{first} blocks, {again} after on-hook: the trap is not there"
    );
    Ok(())
}

/// The card's clock stands for 8 ms, as long as a local span does each time, then makes up for it.
pub fn a_burst_loses_nothing(bench: &Bench) -> Result<(), String> {
    let mut relay = Relay::start(bench, 2)?;
    let (from, before) = (relay.heard(), relay.losses());
    for _ in 0..20 {
        bench.tell("hold 8")?;
        relay.run(93)?;
    }
    ensure!(
        relay.losses() == before,
        "{} samples counted as lost",
        relay.losses() - before
    );
    let all = relay.end()?;
    let last = all.last().ok_or("nothing arrived")?;
    ensure!(last.from <= from, "audio was broken: {all:?}");
    Ok(())
}

/// 50 interrupts of the card are missed: those samples never were.
pub fn missed_ticks_are_told(bench: &Bench) -> Result<(), String> {
    let mut relay = Relay::start(bench, 2)?;
    bench.tell("lose 50")?;
    let turn = relay.run(1000)?;
    // Of both ports, 400 each.
    ensure!(
        (700..=900).contains(&turn.lost),
        "{} samples told of 400 on two channels",
        turn.lost
    );
    let mut frame = Law::Mu.silence();
    relay.wakes.wait(100)?;
    let block = next_block(bench, &mut relay.phone, &mut frame)?;
    let (end, _) = block.ok_or("no block at a wake-up")?;
    let late = relay.now().since(end);
    ensure!(late <= Ticks::ms(2), "blocks are dated {late:?} too early");
    Ok(())
}

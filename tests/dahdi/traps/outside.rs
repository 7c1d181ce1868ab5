//! What is done to a channel from outside its owner: hung up by a duplicate, by force, joined.

use super::bench::{Bench, Places, blocks_of, ensure, events_of, failed, hook, sleep};
use drivers::{
    dahdi::{
        channel::{Channel, Event, Hook, force_on_hook},
        ioctl::{self, ConfInfo},
    },
    port::{Port, PortError},
};
use std::{
    io::{Read as _, Write as _},
    process::{Command, ExitCode, Stdio},
};
use types::{
    edge::{HookState, PortCommand},
    frame::{FRAME, Law},
};

/// The argument, a channel behind it, that holds the channel off-hook until its input ends.
pub const HOLD: &str = "hold";

pub fn hold(channel: &str) -> ExitCode {
    let held = || -> Result<(), String> {
        let number = channel.parse().map_err(|_| "no channel's number")?;
        let channel = Channel::open(number, Law::Mu).map_err(failed)?;
        hook(&channel, Hook::OffHook)?;
        println!("held");
        let _ = std::io::stdin().read(&mut [0]);
        Ok(())
    };
    match held() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

pub fn a_duplicate_hangs_up(bench: &Bench) -> Result<(), String> {
    let far = bench.far_trunk()?;
    let mut port = bench.trunk(2)?;
    sleep(2500);
    events_of(&far)?;
    let cutoff = port.cutoff().map_err(failed)?;
    bench.command(&mut port, PortCommand::OffHook)?;
    sleep(300);
    let told = events_of(&far)?;
    ensure!(told.contains(&Event::RingOffHook), "no seizure: {told:?}");
    bench.edges(&mut port, 20)?;
    cutoff.on_hook().map_err(failed)?;
    let edges = bench.edges(&mut port, 300)?;
    ensure!(
        edges.is_empty(),
        "the owner was told: the trap is not there: {edges:?}"
    );
    let told = events_of(&far)?;
    ensure!(told == [Event::OnHook], "{told:?}");
    // What nobody told the owner, the reconciliation finds.
    let found = port.hook().map_err(failed)?;
    ensure!(found == HookState::OnHook, "{found:?}");
    bench.command(&mut port, PortCommand::OffHook)?;
    sleep(300);
    let told = events_of(&far)?;
    ensure!(told == [Event::RingOffHook], "seized again: {told:?}");
    drop(port);
    sleep(300);
    let told = events_of(&far)?;
    ensure!(
        told == [Event::OnHook],
        "the hand kept a channel that its owner left: {told:?}"
    );
    let gone = cutoff.on_hook();
    ensure!(gone == Err(PortError::Gone), "{gone:?}");
    bench.trunk(2).map(drop)
}

pub fn the_last_resort_hangs_up(bench: &Bench) -> Result<(), String> {
    let far = bench.far_trunk()?;
    sleep(100);
    events_of(&far)?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut other = Command::new(program)
        .arg(format!("{HOLD}={}", bench.trunk))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut said = [0; 5];
    let output = other.stdout.as_mut().ok_or("no output")?;
    output
        .read_exact(&mut said)
        .map_err(|error| error.to_string())?;
    sleep(300);
    let result = hung_up_by_force(bench, &far);
    let input = other.stdin.take();
    drop(input.map(|mut input| input.write_all(b".")));
    let ended = other.wait().map_err(|error| error.to_string())?;
    ensure!(ended.success(), "the other program: {ended}");
    result?;
    bench.trunk(2).map(drop)
}

fn hung_up_by_force(bench: &Bench, far: &Channel) -> Result<(), String> {
    let before = bench.params(bench.trunk)?;
    let told = events_of(far)?;
    ensure!(told.contains(&Event::RingOffHook), "no seizure: {told:?}");
    let taken = bench.trunk(2).map(drop);
    ensure!(taken.is_err(), "the channel is not held");
    force_on_hook(bench.trunk).map_err(failed)?;
    sleep(300);
    let told = events_of(far)?;
    ensure!(told.contains(&Event::OnHook), "still off-hook: {told:?}");
    let after = bench.params(bench.trunk)?;
    ensure!(after.txhooksig == 0, "off-hook: {}", after.txhooksig);
    ensure!(
        (after.sigtype, after.curlaw) == (before.sigtype, before.curlaw),
        "it was made something else: {after:?}"
    );
    let absent = force_on_hook(999);
    ensure!(absent.is_err(), "an absent channel was hung up");
    Ok(())
}

const DIGITAL_MONITOR: i32 = 9;
const NORMAL: i32 = 0;

fn listen(channel: &Channel, to: u16, mode: i32) -> Result<(), String> {
    let mut conf = ConfInfo {
        chan: 0,
        confno: i32::from(to),
        confmode: mode,
    };
    ioctl::set_conf(channel, &mut conf).map_err(|error| error.to_string())
}

/// Loud octets that a far end hears in 200 ms while the other one speaks.
fn crosses(speaks: &Channel, hears: &Channel) -> Result<usize, String> {
    let mut places = Places::new();
    let mut frame = Law::Mu.silence();
    for channel in [speaks, hears] {
        channel.flush().map_err(failed)?;
    }
    let mut loud = 0;
    for _ in 0..20 {
        sleep(10);
        places.fill(&mut frame);
        speaks.write(&frame).map_err(failed)?;
        blocks_of(speaks, &mut |_| {})?;
        blocks_of(hears, &mut |frame| {
            loud += frame.iter().filter(|&&octet| octet & 0x7f < 0x70).count();
        })?;
    }
    Ok(loud)
}

/// The kernel's own behaviour, which the driver of joins must meet.
pub fn a_join_outlives_one_side(bench: &Bench) -> Result<(), String> {
    let some = 10 * FRAME;
    let (far_phone, far_trunk) = (bench.far_phone()?, bench.far_trunk()?);
    let phone = Channel::open(bench.phone, Law::Mu).map_err(failed)?;
    let trunk = Channel::open(bench.trunk, Law::Mu).map_err(failed)?;
    sleep(100);
    let heard = crosses(&far_trunk, &far_phone)?;
    ensure!(heard == 0, "{heard} octets crossed before any join");
    listen(&phone, bench.trunk, DIGITAL_MONITOR)?;
    listen(&trunk, bench.phone, DIGITAL_MONITOR)?;
    for (speaks, hears) in [(&far_trunk, &far_phone), (&far_phone, &far_trunk)] {
        let heard = crosses(speaks, hears)?;
        ensure!(heard > some, "{heard} octets crossed a join");
    }
    // One side leaves, hangs up, is closed and opened for another call.
    listen(&trunk, 0, NORMAL)?;
    hook(&trunk, Hook::OnHook)?;
    drop(trunk);
    sleep(100);
    let trunk = Channel::open(bench.trunk, Law::Mu).map_err(failed)?;
    let heard = crosses(&far_trunk, &far_phone)?;
    ensure!(
        heard > some,
        "{heard} octets: the other side no longer hears: the trap is not there"
    );
    listen(&phone, 0, NORMAL)?;
    for (speaks, hears) in [(&far_trunk, &far_phone), (&far_phone, &far_trunk)] {
        let heard = crosses(speaks, hears)?;
        ensure!(heard == 0, "{heard} octets crossed after both had left");
    }
    drop(trunk);
    Ok(())
}

//! linetest on lines of a site, on a channel of another configuration, and held up while it measures.

use super::*;
use std::{fs, os::unix::fs::PermissionsExt as _};

type Check = (&'static str, fn() -> Result<(), String>);

pub const CHECKS: [Check; 7] = [
    (
        "a program that is held up tells its own losses as such",
        held_up,
    ),
    (
        "a trunk of a site is measured with the gains of the site file",
        gains,
    ),
    (
        "what the controller makes of a trunk goes by the site's trust",
        trust,
    ),
    ("a report of lines in use ends as not tested", in_use),
    (
        "learn-release says that loop start channels hide loop breaks",
        loop_start,
    ),
    (
        "a loopback behind a trunk on bits is measured bit by bit, and its bits are shown both ways",
        loopback_on_bits,
    ),
    (
        "the kernel's own E&M is refused with the line to write",
        kernel_em,
    ),
];

const SITE: &str = "/tmp/lines.toml";
const PAGE: &str = "/tmp/lines.html";

/// A phone and a trunk of this far end of the cable, with more keys of the trunk.
fn site(keys: &str) -> Result<(), String> {
    let text = format!(
        "[site]\nid = 1\nname = \"Guest\"\ncountry = \"us\"\narea_code = \"215\"\n\
         time_zone = \"America/New_York\"\ndata = \"db\"\nrecordings = \"rec\"\nlanguages = [\"en\"]\n\
         driver = \"dahdi\"\n[[line]]\nid = 1\nchannel = {PHONE}\n[[trunk]]\nid = 1\n\
         channel = {TRUNK}\nsignalling = \"kewl-start\"\n{keys}\n"
    );
    fs::write(SITE, text).map_err(|e| e.to_string())?;
    fs::set_permissions(SITE, fs::Permissions::from_mode(0o600)).map_err(|e| e.to_string())
}

fn signal(program: &Program, name: &str) {
    if let Some(child) = &program.0 {
        let id = child.id().to_string();
        let _ = Command::new("kill").args([name, &id]).status();
    }
}

/// For 600 ms: nearly so much of what comes is lost, and as much is not sent. On a channel that is not
/// one of a bundle, whatever the others were configured as.
fn held_up() -> Result<(), String> {
    let singly = (CLEAR..=FAR).chain(CLEAR + FAR..=2 * FAR);
    let singly: Vec<String> = singly.map(|channel| format!("clear={channel}")).collect();
    configure(&singly.join("\n"))?;
    let far = start(&format!("loopback --channel {} --seconds 30", CLEAR + FAR));
    thread::sleep(Duration::from_millis(500));
    let near = start(&format!("bert --channel {CLEAR} --seconds 8 --json"));
    thread::sleep(Duration::from_secs(4));
    signal(&near, "-STOP");
    thread::sleep(Duration::from_millis(600));
    signal(&near, "-CONT");
    let found = end(near);
    stop(far).ended(130)?;
    found.ended(3)?;
    // Of 4800 samples each way, four blocks wait to be read and two to be sent.
    found.near("samples lost here", 4800.0 * 2.0 - 480.0, 700.0)?;
    found.says("this machine was late by")?;
    match found.out.contains("two clocks") {
        true => Err(found.told("its own losses are told as slips of the network")),
        false => Ok(()),
    }
}

fn gains() -> Result<(), String> {
    site("rx_gain_db = -6.0")?;
    let far = start(&format!(
        "tone --channel {} --send 1004@-10 --seconds 30",
        TRUNK + FAR
    ));
    thread::sleep(Duration::from_millis(500));
    let tone = "--send quiet --seconds 3 --json";
    let plain = run(&format!("tone --channel {TRUNK} {tone}"));
    let wired = run(&format!("tone --site {SITE} --trunk 1 {tone}"));
    stop(far).ended(130)?;
    plain.near("1004 Hz level", -10.0, 0.1)?;
    wired.near("1004 Hz level", -16.0, 0.15)
}

fn trust() -> Result<(), String> {
    site("[trunk.trust]\nloop_break = 60")?;
    let _far = far(exchange(), TRUNK + FAR);
    rest();
    let found = run(&format!(
        "supervise --site {SITE} --trunk 1 --dial 5550103 --seconds 16"
    ));
    found.ended(0)?;
    found.says("dial tone, ")?;
    found.says("digits may be sent")?;
    found.says("(trust 60 of 100)")
}

fn in_use() -> Result<(), String> {
    site("")?;
    let held = [PHONE, TRUNK].map(|channel| Channel::open(channel, Law::Mu));
    let found = run(&format!("report --site {SITE} --html {PAGE}"));
    let opened = held.iter().filter(|channel| channel.is_ok()).count();
    drop(held);
    if opened != 2 {
        return Err("the channels could not be held".into());
    }
    found.ended(1)?;
    found.says("nothing could be tested")?;
    let page = fs::read_to_string(PAGE).map_err(|e| e.to_string())?;
    match page.contains("0 good, 0 doubtful, 0 bad, 2 not tested") {
        true => Ok(()),
        false => Err(found.told("the page does not say that nothing was tested")),
    }
}

/// The trunk beside is made a loop start one for as long.
fn loop_start() -> Result<(), String> {
    let channel = TRUNK + 1;
    configure(&format!("fxsls={channel}"))?;
    let _far = far(exchange(), channel + FAR);
    rest();
    let found = run(&format!(
        "learn-release --channel {channel} --dial 5550103 --hangs-up-after 2 --wait 15"
    ));
    configure(&format!("fxsks={channel}"))?;
    // The exchange's tones tell the hang-up all the same.
    found.ended(0)?;
    found.says("DAHDI tells no loop break on a channel configured as fxsls")?;
    for wrong in ["loop break of", "the exchange's owner can turn on"] {
        if found.out.contains(wrong) {
            return Err(found.told(&format!("says {wrong:?}")));
        }
    }
    Ok(())
}

fn loopback_on_bits() -> Result<(), String> {
    let wink = TrunkSignalling::EmWink(Wink::STANDARD);
    for (kind, signalling, bits, channel, idle, seized) in [
        ("em-wink", wink, Bits::Em, EM, "0000", ["0000", "1111"]),
        (
            "r2-itu",
            itu(),
            Bits::R2 { cd: 1 },
            R2,
            "1001",
            ["1101", "0001"],
        ),
    ] {
        let _far = on_bits(signalling, bits, channel + FAR);
        rest();
        let on = format!("--channel {channel} --signalling {kind}");
        let watched = run(&format!("watch {on} --seconds 1 --json"));
        watched.ended(0)?;
        watched.says(&format!(
            "\"bits_received\":\"{idle}\",\"bits_sent\":\"{idle}\""
        ))?;
        let watched = run(&format!("watch {on} --off-hook --seconds 2 --json"));
        watched.ended(0)?;
        let [received, sent] = seized;
        watched.says(&format!(
            "\"bits_received\":\"{received}\",\"bits_sent\":\"{sent}\""
        ))?;
        rest();
        let around = run(&format!("loop {on} --dial 5550108 --json"));
        around.near("loss at 1004 Hz, both ways", 0.0, 0.1)?;
        rest();
        let keys = run(&format!("dtmf {on} --dial 5550108 --json"));
        keys.near("digits missing or too many", 0.0, 0.0)?;
        rest();
        let bits = run(&format!(
            "bert {on} --dial 5550108 --seconds 5 --inject 3 --json"
        ));
        bits.near("bit errors", 3.0, 0.0)?;
        bits.near("slips", 0.0, 0.0)?;
        if bits.figure("bits compared")? < 250_000.0 {
            return Err(bits.told("too few bits were compared"));
        }
        rest();
    }
    Ok(())
}

fn kernel_em() -> Result<(), String> {
    configure(&format!("e&m={EM}"))?;
    let listed = run("list");
    let refused = run(&format!("loop --channel {EM} --signalling em-wink"));
    configure(&format!("cas={EM}:0000"))?;
    listed.ended(0)?;
    listed.says(" e&m ")?;
    refused.ended(1)?;
    refused.says("is configured as e&m, the kernel's own E&M")?;
    refused.says(&format!(
        "write `cas={EM}:0000` into /etc/dahdi/system.conf instead"
    ))
}

fn configure(line: &str) -> Result<(), String> {
    const FILE: &str = "/tmp/lines.conf";
    let text = format!("{line}\nloadzone=us\ndefaultzone=us\n");
    fs::write(FILE, text).map_err(|e| e.to_string())?;
    let done = Command::new("dahdi_cfg").args(["-c", FILE]).output();
    let done = done.map_err(|e| format!("dahdi_cfg: {e}"))?;
    match done.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&done.stderr).into_owned()),
    }
}

//! Live commands on simulated lines: what is measured against what the copper is.

use std::{
    io::Read as _,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{Place, Run};

/// A figure of the JSON line.
#[track_caller]
pub fn figure(run: &Run, name: &str) -> f64 {
    let sheet: serde_json::Value =
        serde_json::from_str(run.out.trim()).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let figures = sheet["figures"].as_array().expect("figures");
    let found = figures.iter().find(|figure| figure["name"] == name);
    let found = found.unwrap_or_else(|| panic!("no {name:?} in {run:?}"));
    found["value"].as_f64().expect("a number")
}

#[track_caller]
pub fn near(run: &Run, name: &str, wanted: f64, tolerance: f64) {
    let found = figure(run, name);
    assert!(
        (found - wanted).abs() <= tolerance,
        "{name}: {found}, wanted {wanted} +- {tolerance}: {run:?}"
    );
}

pub fn live(arguments: &[&str]) -> Run {
    let place = Place::new();
    let mut all = arguments.to_vec();
    all.push("--json");
    place.run(&all)
}

pub fn shown(arguments: &[&str]) -> Run {
    Place::new().run(arguments)
}

#[test]
fn loop_tells_the_delay_to_the_sample_and_the_loss_to_a_tenth_of_the_copper() {
    for (delay, loss) in [(0, 0.0), (37, 3.0), (400, 6.5)] {
        // A quiet line: its echo is 60 dB down.
        let far = format!("loopback,clear,loss={loss},delay={delay},noise=-75,echo=60");
        let run = live(&["loop", "--sim", &far]);
        assert_eq!(run.code, Some(0), "{run:?}");
        near(&run, "round trip in samples", 2.0 * f64::from(delay), 0.0);
        near(&run, "loss at 1004 Hz, both ways", 2.0 * loss, 0.15);
        near(&run, "slope 2804 Hz, both ways", 0.0, 0.15);
    }
}

#[test]
fn loop_of_noisy_copper_tells_its_noise() {
    // Noise of both directions arrives: the outward one weaker by the loss inward, after companding.
    let run = live(&["loop", "--sim", "loopback,clear,loss=6,noise=-50"]);
    let flat = 10.0 * f64::log10(10f64.powf(-5.0) + 10f64.powf(-5.6));
    near(&run, "level, flat", flat, 0.5);
    near(&run, "noise, C-message", flat + 90.0 - 2.87, 0.5);
    assert_eq!(run.code, Some(3), "38 dBrnC0 is bad: {run:?}");
}

#[test]
fn slope_of_tilted_copper_is_the_slope_of_the_copper_twice() {
    let run = live(&[
        "tone",
        "--sim",
        "loopback,clear,loss=2,twist=-2",
        "--send",
        "slope",
    ]);
    near(&run, "loss at 1004 Hz, both ways", 4.0, 0.2);
    // Two sections of one pole, both ways: -2 dB from 770 to 1336 Hz each way.
    let (mut least, mut most) = (0.0, 0.99);
    let loss = |c: f64, hz: f64| {
        20.0 * (1.0 - 2.0 * c * (std::f64::consts::TAU * hz / 8000.0).cos() + c * c).log10()
    };
    for _ in 0..60 {
        let middle = (least + most) / 2.0;
        if loss(middle, 1336.0) - loss(middle, 770.0) < 2.0 {
            least = middle;
        } else {
            most = middle;
        }
    }
    let beyond = |hz: f64| 2.0 * (loss(least, hz) - loss(least, 1004.0));
    near(&run, "slope 404 Hz, both ways", beyond(404.0), 0.15);
    near(&run, "slope 2804 Hz, both ways", beyond(2804.0), 0.15);
}

#[test]
fn a_milliwatt_is_as_weak_as_the_copper_makes_it() {
    for loss in [0.0, 4.0, 9.0] {
        let far = format!("milliwatt,clear,loss={loss}");
        let run = live(&["tone", "--sim", &far, "--send", "quiet"]);
        near(&run, "1004 Hz level", -loss, 0.1);
        near(&run, "frequency offset", 0.0, 0.1);
        assert!(figure(&run, "signal to total distortion") > 36.0);
    }
}

#[test]
fn an_offset_and_a_hum_are_seen() {
    let run = live(&[
        "tone",
        "--sim",
        "quiet,clear,dc=100,noise=-70",
        "--send",
        "quiet",
    ]);
    near(&run, "direct voltage", 100.0, 4.0);
    let quiet = live(&["tone", "--sim", "quiet,clear", "--send", "quiet"]);
    near(&quiet, "level, flat", -99.0, 0.0);
    assert!(quiet.out.contains("digital silence"));
    let hum = live(&["tone", "--sim", "quiet,clear,hum=-40", "--send", "quiet"]);
    near(&hum, "level, flat", -40.0, 0.5);
    assert!(
        figure(&hum, "noise, C-message") < 20.0,
        "60 Hz is weighted down by 55 dB: {hum:?}"
    );
}

#[test]
fn echo_tells_the_return_loss_of_the_copper() {
    for loss in [9.0, 16.0, 24.0] {
        let far = format!("quiet,clear,echo={loss},echo-delay=12,noise=-68");
        let run = live(&["echo", "--sim", &far]);
        near(&run, "echo return loss", loss, 0.5);
        near(&run, "singing return loss, low", loss, 0.5);
        near(&run, "singing return loss, high", loss, 0.5);
        near(&run, "echo after", 1.5, 0.125);
        assert_eq!(run.code == Some(3), loss < 11.0, "{run:?}");
    }
    let none = live(&["echo", "--sim", "quiet,clear,noise=-60"]);
    assert_eq!(none.code, Some(0), "{none:?}");
    assert!(none.out.contains("no echo above the noise"), "{none:?}");
    let late = live(&["echo", "--sim", "loopback,clear,loss=6,delay=300"]);
    assert!(late.out.contains("late"), "{late:?}");
}

#[test]
fn echo_behind_dial_tone_breaks_it_first() {
    let run = live(&[
        "echo",
        "--sim",
        "exchange,echo=14,noise=-70",
        "--break-dial-tone",
    ]);
    near(&run, "echo return loss", 14.0, 0.5);
    near(&run, "dial tone delay", 0.3, 0.15);
}

#[test]
fn all_keys_come_back_of_a_good_loop_and_not_of_a_dead_one() {
    let good = live(&["dtmf", "--sim", "loopback,clear,loss=3"]);
    near(&good, "digits missing or too many", 0.0, 0.0);
    near(&good, "digit level", -4.9 - 6.0, 1.0);
    let dead = live(&["dtmf", "--sim", "quiet,clear"]);
    assert_eq!(dead.code, Some(3));
    near(&dead, "digits missing or too many", 16.0, 0.0);
    let weak = live(&["dtmf", "--sim", "loopback,loss=10,delay=100"]);
    assert_eq!(weak.code, Some(3), "{weak:?}");
}

#[test]
fn bert_counts_what_the_channel_did() {
    let clean = live(&["bert", "--sim", "digital,delay=333", "--seconds", "5"]);
    near(&clean, "bit errors", 0.0, 0.0);
    assert_eq!(clean.code, Some(0), "{clean:?}");
    let noisy = live(&["bert", "--sim", "digital,errors=2e-4", "--seconds", "60"]);
    // 768 are expected; six standard deviations.
    near(&noisy, "bit errors", 768.0, 170.0);
    let slips = live(&[
        "bert",
        "--sim",
        "digital,slip=100000",
        "--seconds",
        "60",
        "--pattern",
        "qrss",
    ]);
    near(&slips, "slips", 4.0, 0.0);
    assert!(slips.out.contains("slipped by -32 bits"), "{slips:?}");
    let robbed = ["bert", "--sim", "digital,robbed", "--seconds", "5"];
    let eight = live(&robbed);
    assert!(figure(&eight, "bit errors") > 1000.0);
    assert!(eight.out.contains("Use --bits 7"), "{eight:?}");
    assert!(!noisy.out.contains("--bits 7"), "{noisy:?}");
    let mut seven = robbed.to_vec();
    seven.extend(["--bits", "7"]);
    near(&live(&seven), "bit errors", 0.0, 0.0);
    let injected = live(&[
        "bert",
        "--sim",
        "digital",
        "--seconds",
        "5",
        "--inject",
        "9",
    ]);
    near(&injected, "bit errors", 9.0, 0.0);
    near(&injected, "injected errors counted", 9.0, 0.0);
    near(&injected, "error-free seconds", 100.0, 0.0);
    assert_eq!(injected.code, Some(0), "{injected:?}");
    let both = [
        "bert",
        "--sim",
        "digital,errors=1e-4",
        "--seconds",
        "9",
        "--inject",
        "5",
    ];
    let both = live(&both);
    assert_eq!(both.code, Some(3), "the channel's own are judged: {both:?}");
}

#[test]
fn bert_takes_no_time_that_is_none() {
    for seconds in ["0", "18446744073709551615"] {
        let run = shown(&["bert", "--sim", "digital", "--seconds", seconds]);
        assert_eq!(run.code, Some(2), "{run:?}");
    }
}

#[test]
fn bert_sends_nothing_into_a_line_of_two_wires() {
    for far in ["loopback,loss=3", "exchange", "phone", "ground-start"] {
        let run = live(&["bert", "--sim", far, "--seconds", "3"]);
        assert_eq!(run.code, Some(1), "{far}: {run:?}");
        assert!(run.err.contains("on two wires no bit arrives"), "{run:?}");
        assert!(!run.err.contains("seizes"), "{run:?}");
    }
}

#[test]
fn a_call_is_placed_and_each_step_told() {
    let run = live(&["dial", "5550103", "--sim", "exchange"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    near(&run, "dial tone delay", 0.3, 0.15);
    assert!(
        run.out.contains("ringback") && run.out.contains("sound from the far end"),
        "{run:?}"
    );
    for said in [
        "seizes the trunk",
        "dials 5550103 by DTMF",
        "waits for the answer",
        "on-hook",
    ] {
        assert!(run.err.contains(said), "{said}: {run:?}");
    }
    let pulses = live(&["dial", "5550103", "--pulse", "--sim", "exchange"]);
    assert_eq!(pulses.code, Some(0), "{pulses:?}");
    let busy = live(&["dial", "5550111", "--sim", "exchange"]);
    assert_eq!(busy.code, Some(1));
    assert!(
        busy.err.contains("busy: the call did not get through"),
        "{busy:?}"
    );
}

#[test]
fn test_numbers_are_dialed_before_measuring() {
    let run = live(&[
        "tone",
        "--sim",
        "exchange,clear,loss=5",
        "--dial",
        "5550102",
        "--send",
        "quiet",
    ]);
    near(&run, "1004 Hz level", -5.0, 0.1);
    let quiet = live(&[
        "tone",
        "--sim",
        "exchange,clear,noise=-60",
        "--dial",
        "5550100",
        "--send",
        "quiet",
    ]);
    near(&quiet, "level, flat", -60.0, 0.6);
}

#[test]
fn each_way_of_telling_a_hang_up_is_learned() {
    let ways = [
        (
            "kewl",
            "loop break of 650 ms",
            "signalling = \"kewl-start\"",
        ),
        ("polarity", "polarity back to normal", "polarity = 100"),
        ("busy", "busy tone", "signalling = \"loop-start\""),
        ("dial", "dial tone", "signalling = \"loop-start\""),
        (
            "nothing",
            "silence for 4 s",
            "nothing sure told the hang-up",
        ),
    ];
    for (way, sign, setting) in ways {
        let far = format!("exchange,hang-up={way}");
        // It says hello, then hangs up: 3.0 s after it answered.
        let run = shown(&[
            "learn-release",
            "--sim",
            &far,
            "--dial",
            "5550103",
            "--hangs-up-after",
            "2.5",
            "--wait",
            "20",
        ]);
        let told = if way == "nothing" { 3 } else { 0 };
        assert_eq!(run.code, Some(told), "{way}: {run:?}");
        assert!(run.out.contains(sign), "{way}: {run:?}");
        assert!(run.out.contains(setting), "{way}: {run:?}");
    }
}

#[test]
fn without_a_key_to_press_learn_release_says_what_to_do() {
    let run = shown(&["learn-release", "--sim", "exchange", "--dial", "5550103"]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("--hangs-up-after"), "{run:?}");
}

#[test]
fn supervise_shows_edges_and_what_they_mean() {
    let run = shown(&[
        "supervise",
        "--sim",
        "exchange,hang-up=kewl",
        "--dial",
        "5550103",
        "--seconds",
        "20",
    ]);
    for said in [
        "the far end is rung",
        "battery lost",
        "released, by a loop break (trust 100 of 100)",
        "a disconnect signal (kewl start)",
    ] {
        assert!(run.out.contains(said), "{said}: {run:?}");
    }
    let phone = shown(&["supervise", "--sim", "phone", "--seconds", "16"]);
    for said in [
        "loop closed",
        "a hook flash",
        "the digit 3, dialed by pulses",
        "on-hook",
    ] {
        assert!(phone.out.contains(said), "{said}: {phone:?}");
    }
    assert_eq!(
        shown(&["supervise", "--sim", "quiet", "--seconds", "1"])
            .out
            .lines()
            .count(),
        2
    );
}

#[test]
fn supervise_shows_what_happens_from_the_seizure_to_the_last_digit() {
    let run = |more: &[&str]| {
        let mut all = vec!["supervise", "--sim", "exchange", "--dial", "5550103"];
        all.extend(more);
        shown(&all)
    };
    let keys = run(&["--seconds", "10"]);
    let at = |said: &str| {
        keys.out
            .find(said)
            .unwrap_or_else(|| panic!("{said}: {keys:?}"))
    };
    assert!(at("dial tone, ") < at("digits may be sent"));
    assert!(at("digits may be sent") < at("the far end is rung"));
    let pulses = run(&["--seconds", "10", "--pulse"]);
    assert!(
        pulses.err.contains("dials 5550103 by loop pulses"),
        "{pulses:?}"
    );
    for said in ["our dial pulses are sent", "the far end is rung"] {
        assert!(pulses.out.contains(said), "{said}: {pulses:?}");
    }
}

#[test]
fn a_telephone_is_rung_until_it_is_lifted() {
    let run = live(&["ring", "--sim", "phone"]);
    near(&run, "answered after", 5.0, 0.1);
    assert!(run.err.contains("ringing stopped"), "{run:?}");
    let never = live(&["ring", "--sim", "phone", "--seconds", "3"]);
    assert!(never.out.contains("was not answered"), "{never:?}");
    let trunk = live(&["ring", "--sim", "quiet"]);
    assert_eq!(trunk.code, Some(1));
    assert!(trunk.err.contains("only a handset port rings"), "{trunk:?}");
}

#[test]
fn hook_shows_the_phone_and_seizes_the_trunk() {
    let phone = shown(&["hook", "--sim", "phone", "--seconds", "16"]);
    for said in [
        "the phone is off-hook",
        "a hook flash",
        "the digit 3",
        "the phone is on-hook",
    ] {
        assert!(phone.out.contains(said), "{said}: {phone:?}");
    }
    let trunk = live(&["hook", "--sim", "exchange"]);
    near(&trunk, "dial tone delay", 0.3, 0.15);
    let dead = live(&["hook", "--sim", "quiet"]);
    assert_eq!(dead.code, Some(3), "{dead:?}");
    assert!(dead.out.contains("no dial tone"), "{dead:?}");
}

#[test]
fn watch_is_a_row_a_second() {
    let run = shown(&[
        "watch",
        "--sim",
        "milliwatt,clear,loss=3",
        "--off-hook",
        "--seconds",
        "3",
    ]);
    let rows: Vec<&str> = run
        .out
        .lines()
        .filter(|line| line.contains(" s  "))
        .collect();
    assert_eq!(rows.len(), 3, "{run:?}");
    assert!(
        rows[2].contains("off-hook") && rows[2].contains("-3.0"),
        "{run:?}"
    );
}

#[test]
fn watch_measures_what_is_sent_as_well() {
    let rows = |arguments: &[&str]| -> Vec<serde_json::Value> {
        let run = live(arguments);
        let rows = run
            .out
            .lines()
            .map(|row| serde_json::from_str(row).expect("an object"));
        rows.collect()
    };
    let level = |row: &serde_json::Value, key: &str| row[key].as_f64().expect("a level");
    let far = "loopback,clear,loss=3";
    let watch = ["watch", "--sim", far, "--off-hook", "--seconds", "3"];
    let mut sends = watch.to_vec();
    sends.extend(["--send", "1004@-10"]);
    let found = rows(&sends);
    assert_eq!(found.len(), 3);
    for row in &found[1..] {
        assert!((level(row, "sent_dbm0") + 10.0).abs() < 0.1, "{row}");
        assert!((level(row, "received_dbm0") + 16.0).abs() < 0.3, "{row}");
    }
    assert_eq!(level(&rows(&watch)[2], "sent_dbm0"), -99.0);
    let phone = rows(&[
        "watch",
        "--sim",
        "phone-loopback,clear",
        "--send",
        "dial",
        "--seconds",
        "2",
    ]);
    assert!(
        (level(&phone[1], "sent_dbm0") + 10.0).abs() < 0.5,
        "{phone:?}"
    );
    let slope = shown(&["watch", "--sim", far, "--send", "slope"]);
    assert_eq!(slope.code, Some(2), "{slope:?}");
    assert!(slope.err.contains("one at a time"), "{slope:?}");
}

#[test]
fn what_a_technician_may_meet_is_said_clearly() {
    let no_line = shown(&["tone"]);
    assert_eq!(no_line.code, Some(2));
    let one_of = "<--channel <N>|--site <FILE>|--sim <FAR>>";
    assert!(no_line.err.contains(one_of), "{no_line:?}");
    let far = shown(&["tone", "--sim", "nonsense"]);
    assert!(far.err.contains("there are exchange, em-wink"), "{far:?}");
    let key = shown(&["tone", "--sim", "quiet,nonsense=1"]);
    assert!(key.err.contains("keys: clear, loss"), "{key:?}");
    let tone = shown(&["tone", "--sim", "quiet", "--send", "nonsense"]);
    assert!(tone.err.contains("milliwatt, slope, quiet"), "{tone:?}");
    let country = shown(&["tone", "--sim", "quiet", "--country", "zz"]);
    assert!(country.err.contains("no such country"), "{country:?}");
    let dial = shown(&["dial", "nonsense", "--sim", "exchange"]);
    assert_eq!(dial.code, Some(2), "{dial:?}");
    let site = shown(&["tone", "--site", "none.toml", "--trunk", "1"]);
    assert!(site.err.contains("none.toml"), "{site:?}");
    if !std::path::Path::new("/dev/dahdi/ctl").exists() {
        for command in [&["list"][..], &["tone", "--channel", "1"]] {
            let run = shown(command);
            assert_eq!(run.code, Some(1));
            assert!(run.err.contains("DAHDI is not here"), "{run:?}");
        }
    }
}

#[test]
fn lines_of_a_site_are_found_by_their_ids() {
    let place = Place::new();
    place.file(
        "site.toml",
        include_bytes!("../../../../src/demo/sample.toml"),
    );
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.path("site.toml"), mode).expect("a mode");
    let run = place.run(&["hook", "--site", "site.toml", "--trunk", "1", "--json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("trunk 1 (simulated)"), "{run:?}");
    let absent = place.run(&["hook", "--site", "site.toml", "--trunk", "900"]);
    assert!(
        absent
            .err
            .contains("the site has no trunk 900; there are 1,"),
        "{absent:?}"
    );
    let which = place.run(&["hook", "--site", "site.toml"]);
    assert!(which.err.contains("--trunk ID or --line ID"), "{which:?}");
}

#[test]
fn a_report_that_could_test_nothing_does_not_end_well() {
    if std::path::Path::new("/dev/dahdi/ctl").exists() {
        return;
    }
    let place = Place::new();
    let sample = include_str!("../../../../src/demo/sample.toml");
    let cards = sample.replacen("driver = \"sim\"", "driver = \"dahdi\"", 1);
    place.file("site.toml", cards.as_bytes());
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.path("site.toml"), mode).expect("a mode");
    let run = place.run(&["report", "--site", "site.toml", "--html", "frame.html"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.contains("not tested") && run.err.contains("nothing could be tested"));
    assert!(place.path("frame.html").exists(), "the page says why");
}

#[test]
fn the_report_tests_all_lines_and_makes_a_page() {
    let place = Place::new();
    place.file(
        "site.toml",
        include_bytes!("../../../../src/demo/sample.toml"),
    );
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.path("site.toml"), mode).expect("a mode");
    let run = place.run(&[
        "report",
        "--site",
        "site.toml",
        "--html",
        "frame.html",
        "--title",
        "North <State>",
        "--milliwatt",
        "5550102",
        "--quiet",
        "5550100",
    ]);
    assert!(run.out.contains("trunk 1 (simulated)") && run.out.contains("phone 1 \""));
    assert_eq!(run.code, Some(0));
    assert!(
        !run.out.contains("doubtful") && !run.out.contains("bad"),
        "the sample's lines are good: {}",
        run.out
    );
    let page = std::fs::read_to_string(place.path("frame.html")).expect("a page");
    assert!(page.contains("<h1>North &lt;State&gt;</h1>") && page.contains("<polyline"));
    assert!(
        !page.contains("http") && !page.contains("<script"),
        "it needs nothing else"
    );
    let opened = page.matches("<tr>").count() + page.matches("<section").count();
    let closed = page.matches("</tr>").count() + page.matches("</section>").count();
    assert_eq!(
        opened,
        page.matches("<tr").count() + page.matches("<section").count()
    );
    assert_eq!(opened, closed);
    let refused = place.run(&["report", "--sim", "exchange", "--html", "site.toml"]);
    assert!(refused.err.contains("must end in .html"), "{refused:?}");
}

/// A real SIGINT to a real process, on the real clock.
#[test]
fn ctrl_c_restores_the_line() {
    for (command, restored) in [
        (
            &[
                "tone",
                "--sim",
                "exchange",
                "--real-time",
                "--seconds",
                "600",
                "--into-dial-tone",
            ][..],
            "on-hook",
        ),
        (
            &["ring", "--sim", "phone", "--real-time", "--seconds", "600"],
            "ringing stopped",
        ),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_linetest"))
            .args(command)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("linetest");
        thread::sleep(Duration::from_millis(1500));
        let id = child.id().to_string();
        let sent = Command::new("kill")
            .args(["-INT", &id])
            .status()
            .expect("kill");
        assert!(sent.success());
        let began = Instant::now();
        let status = child.wait().expect("its end");
        assert!(began.elapsed() < Duration::from_secs(2), "{command:?}");
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("its words");
        stderr.read_to_string(&mut said).expect("text");
        assert_eq!(status.code(), Some(130), "{said}");
        assert!(
            said.contains("stopped") && said.contains(restored),
            "{said}"
        );
        if command[0] == "tone" {
            assert!(
                said.contains("the simulated far end sees: on-hook"),
                "{said}"
            );
        }
    }
}

#[test]
fn a_quiet_minute_has_no_impulse_and_a_clean_milliwatt_no_hit() {
    for far in ["quiet,noise=-60", "milliwatt,noise=-60"] {
        let run = live(&["tone", "--sim", far, "--send", "quiet", "--seconds", "20"]);
        near(&run, "impulses in a minute", 0.0, 0.0);
        assert!(
            !run.out.contains("hits\"") && !run.out.contains("dropouts"),
            "{run:?}"
        );
    }
    // Noise whose peaks pass the threshold all the time.
    let loud = live(&[
        "tone",
        "--sim",
        "quiet,noise=-32",
        "--send",
        "quiet",
        "--seconds",
        "60",
    ]);
    assert!(figure(&loud, "impulses in a minute") > 60.0, "{loud:?}");
}

const LIVE: [&str; 14] = [
    "list",
    "watch",
    "hook",
    "ring",
    "dial",
    "tone",
    "loop",
    "loopback",
    "echo",
    "dtmf",
    "bert",
    "learn-release",
    "supervise",
    "report",
];

#[test]
fn every_live_command_has_its_page_of_the_manual() {
    for command in LIVE {
        let run = shown(&["help", command]);
        assert_eq!(run.code, Some(0));
        assert!(run.out.contains("Examples:\n  linetest "), "{command}");
        let says_what_is_good = run.out.contains("Good") || run.out.contains("good:");
        assert!(says_what_is_good, "{command} says what is good");
        let judges = run.out.contains("good: ");
        assert_eq!(judges, run.out.contains("source: "), "{command}");
        if command != "list" {
            let keys = ["5550103 answers", "loss-in", "hang-up", "em-wink"];
            for key in keys {
                assert!(run.out.contains(key), "{command}: no {key}");
            }
        }
        let widest = run
            .out
            .lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0);
        assert!(widest <= 104, "{command}: {widest} columns");
    }
}

#[test]
fn help_has_two_groups_of_commands_and_one_list_of_exit_statuses() {
    let run = shown(&["--help"]);
    let live = run.out.find("Live lines, on a card").expect("live lines");
    let (recordings, lines) = run.out.split_at(live);
    let lines = lines.split("Options:").next().expect("commands");
    for command in LIVE {
        assert!(lines.contains(&format!("\n  {command} ")), "{command}");
        assert!(
            !recordings.contains(&format!("\n  {command} ")),
            "{command}"
        );
    }
    for command in crate::COMMANDS {
        assert!(recordings.contains(&format!("\n  {command} ")), "{command}");
    }
    assert_eq!(run.out.matches("Exit status").count(), 1);
    for example in ["linetest digits call.wav", "linetest loop --sim loopback"] {
        assert!(run.out.contains(example), "{example}");
    }
    assert!(run.out.lines().all(|line| line.chars().count() <= 104));
    let short = shown(&["-h"]);
    assert!(short.out.contains("--help has examples") && short.out.contains("learn-release"));
}

/// As `linetest ... | head` leaves it: no complaint, and the line is put back.
#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let place = Place::new();
    let commands = [
        "supervise --sim exchange --dial 5550103 --seconds 30",
        "watch --sim milliwatt --off-hook",
        "report --sim exchange --html page.html",
        "hook --sim phone --seconds 16",
        "help tone",
    ];
    for command in commands {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let child = Command::new(env!("CARGO_BIN_EXE_linetest"))
            .args(command.split_whitespace())
            .current_dir(place.path("."))
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .expect("linetest");
        let ended = child.wait_with_output().expect("its end");
        let said = String::from_utf8_lossy(&ended.stderr);
        let complains = said.contains("ipe") || said.contains("cannot") || said.contains("panic");
        assert!(!complains, "{command}: {said}");
        assert_eq!(ended.status.code(), Some(0), "{command}: {said}");
        if command.starts_with("watch") {
            assert!(said.contains("far end sees: on-hook"), "{said}");
        }
    }
    assert!(place.path("page.html").exists(), "the page was wanted");
}

#[test]
fn a_trunk_on_bits_tells_what_its_far_end_answers() {
    let wink = live(&["hook", "--sim", "em-wink"]);
    near(&wink, "wink", 200.0, 10.0);
    near(&wink, "proceed signal after", 0.47, 0.02);
    let delay = live(&["hook", "--sim", "em-delay-dial"]);
    near(&delay, "the far end was off-hook for", 600.0, 10.0);
    let acknowledged = live(&["hook", "--sim", "r2"]);
    near(&acknowledged, "proceed signal after", 0.17, 0.03);
    let ground = live(&["hook", "--sim", "ground-start"]);
    near(&ground, "dial tone delay", 0.3, 0.15);
    // A loop start exchange gives an E&M trunk no wink.
    let immediate = live(&["hook", "--sim", "em-immediate"]);
    assert_eq!(immediate.code, Some(0), "{immediate:?}");
}

#[test]
fn calls_on_bits_are_answered_by_their_signals_and_measured() {
    for (far, by) in [
        ("em-wink", "the far end's off-hook"),
        ("em-immediate", "the far end's off-hook"),
        ("em-delay-dial", "the far end's off-hook"),
        ("r2", "the answer signal"),
        ("r2-brazil", "the answer signal"),
    ] {
        let run = live(&["dial", "5550103", "--sim", far]);
        assert_eq!(run.code, Some(0), "{far}: {run:?}");
        assert!(run.out.contains(by), "{far}: {run:?}");
        let tone = live(&["tone", "--sim", far, "--dial", "5550102", "--send", "quiet"]);
        near(&tone, "1004 Hz level", -1.0, 0.1);
    }
    let mf = live(&["dial", "5550103", "--sim", "em-wink", "--mf"]);
    assert_eq!(mf.code, Some(0), "{mf:?}");
    let busy = live(&["dial", "5550111", "--sim", "em-wink"]);
    assert!(busy.err.contains("busy: the call did not"), "{busy:?}");
    let echo = live(&["echo", "--sim", "r2", "--break-dial-tone"]);
    assert!(echo.err.contains("no dial tone to break"), "{echo:?}");
    let report = live(&["report", "--sim", "em-wink", "--milliwatt", "5550102"]);
    near(&report, "1004 Hz level", -1.0, 0.1);
    near(&report, "wink", 200.0, 10.0);
}

#[test]
fn a_hang_up_told_by_bits_is_learned() {
    for (far, sign, setting) in [
        (
            "em-wink",
            "the far end went on-hook",
            "signalling = \"em-wink\"",
        ),
        ("r2-mexico", "clear-back", "r2_country = \"mexico\""),
        (
            "ground-start",
            "the tip's ground was taken off",
            "signalling = \"ground-start\"",
        ),
    ] {
        let run = shown(&[
            "learn-release",
            "--sim",
            far,
            "--dial",
            "5550103",
            "--hangs-up-after",
            "2.5",
            "--wait",
            "8",
        ]);
        assert_eq!(run.code, Some(0), "{far}: {run:?}");
        for said in [sign, setting, "line_signal = 100", "loop_break = 100"] {
            assert!(run.out.contains(said), "{far}: no {said}: {run:?}");
        }
    }
}

#[test]
fn supervise_shows_the_bits_and_what_they_mean() {
    for (far, wanted) in [
        (
            "em-wink",
            &[
                "the far end is on-hook after 200 ms",
                "digits may be sent",
                "answered, by the far end's off-hook",
                "released, by the far end's on-hook",
            ][..],
        ),
        (
            "r2",
            &[
                "signalling bits 1101",
                "answered, by the answer signal",
                "released, by a clear-back",
            ],
        ),
    ] {
        let run = shown(&[
            "supervise",
            "--sim",
            far,
            "--dial",
            "5550103",
            "--seconds",
            "15",
        ]);
        for said in wanted {
            assert!(run.out.contains(said), "{far}: no {said}: {run:?}");
        }
    }
}

#[test]
fn what_was_learned_goes_into_a_copy_of_the_site_file_and_replaces_nothing() {
    let place = Place::new();
    let sample = include_str!("../../../../src/demo/sample.toml");
    place.file("site.toml", sample.as_bytes());
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.path("site.toml"), mode).expect("a mode");
    let learn: Vec<&str> =
        "learn-release --site site.toml --trunk 2 --dial 5550103 --hangs-up-after 2.5 \
                            --wait 8 --out new.toml"
            .split_whitespace()
            .collect();
    let run = place.run(&learn);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("new.toml is site.toml with"), "{run:?}");
    let old = std::fs::read_to_string(place.path("site.toml")).expect("the old one");
    assert_eq!(old, sample, "the site file is never written");
    let new = std::fs::read_to_string(place.path("new.toml")).expect("the new one");
    let without = |these: &str, those: &str| {
        let mut left: Vec<String> = these.lines().map(str::to_owned).collect();
        for line in those.lines() {
            if let Some(at) = left.iter().position(|other| other == line) {
                left.remove(at);
            }
        }
        left.retain(|line| !line.is_empty());
        left
    };
    assert_eq!(without(sample, &new), ["signalling = \"loop-start\""]);
    let added = [
        "signalling = \"kewl-start\"",
        "[trunk.trust]",
        "polarity = 0",
        "loop_break = 100",
        "line_signal = 100",
        "tones = 100",
        "voice = 70",
        "ringback_stop = 50",
    ];
    assert_eq!(without(&new, sample), added);
    let again = place.run(&learn);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(
        again.err.contains("new.toml: it is there already"),
        "{again:?}"
    );
    assert!(
        !again.err.contains("seizes"),
        "told before the call: {again:?}"
    );
}

#[test]
fn a_page_replaces_nothing_by_way_of_a_link() {
    let place = Place::new();
    place.file("site.toml", b"precious = true");
    std::os::unix::fs::symlink("site.toml", place.path("page.html")).expect("a link");
    place.run(&["report", "--sim", "loopback", "--html", "page.html"]);
    let left = std::fs::read(place.path("site.toml")).expect("it is there");
    assert_eq!(left, b"precious = true");
    let page = std::fs::symlink_metadata(place.path("page.html")).expect("a page");
    assert!(page.is_file(), "the page stands in the link's place");
}

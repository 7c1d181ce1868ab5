//! What is wrong with a command line is told before anything is done, with exit status 2.

use super::{
    Place,
    live::{live, near, shown},
};

#[test]
fn a_wrong_command_line_is_status_2() {
    let place = Place::new();
    let sample = include_bytes!("../../../../src/demo/sample.toml");
    place.file("site.toml", sample);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.path("site.toml"), mode).expect("a mode");
    for command in [
        "tone --sim quiet --send foo",
        "tone --sim quiet --send 5000@0",
        "tone --sim bogus",
        "tone --sim exchange,foo=3",
        "echo --sim quiet --balance foo",
        "tone --sim quiet --country xx",
        "report --sim quiet --html foo.txt",
        "hook --site site.toml",
        "learn-release --sim exchange --dial 5550103 --hangs-up-after 1 --out foo.txt",
        "bert --sim digital,robbed=yes",
        "bert --sim digital,errors=2",
        "bert --sim digital,errors=nan",
        "tone --sim quiet,loss=-300",
        "tone --sim quiet,clear=1",
        "tone --sim quiet,delay=-1",
    ] {
        let run = place.run(&command.split_whitespace().collect::<Vec<_>>());
        assert_eq!(run.code, Some(2), "{command}: {run:?}");
        assert!(!run.err.contains("seizes"), "{command}: {run:?}");
        assert!(run.out.is_empty(), "{command}: {run:?}");
    }
}

#[test]
fn the_keys_of_a_simulation_stand_in_any_order() {
    for far in [
        "loopback,loss=3,clear,delay=100",
        "loopback,clear,delay=100,loss=3",
    ] {
        let run = live(&["loop", "--sim", far]);
        near(&run, "loss at 1004 Hz, both ways", 6.0, 0.1);
        near(&run, "slope 2804 Hz, both ways", 0.0, 0.1);
        near(&run, "round trip in samples", 200.0, 0.0);
    }
}

#[test]
fn a_failure_is_an_object_too() {
    let run = live(&["dial", "5550111", "--sim", "exchange"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let told: serde_json::Value = serde_json::from_str(&run.out).expect("an object");
    assert_eq!(told["command"], "dial");
    let failure = told["failure"].as_str().expect("words");
    assert!(failure.contains("busy"), "{failure}");
}

#[test]
fn each_tone_to_send_is_named_once() {
    let run = shown(&["tone", "--sim", "quiet", "--send", "foo"]);
    assert_eq!(run.err.matches("sit-unknown").count(), 1, "{run:?}");
}

#[test]
fn the_manual_comes_before_the_options() {
    for command in ["tone", "echo", "report", "list"] {
        let run = shown(&["help", command]);
        let at = |what: &str| {
            run.out
                .find(what)
                .unwrap_or_else(|| panic!("{what}: {run:?}"))
        };
        assert!(at("Examples:") < at("Usage:"), "{run:?}");
        assert!(at("Usage:") < at("Options:"), "{run:?}");
    }
}

/// The table of the manual marks what the command line has.
#[test]
fn the_manual_of_three_way_has_one_default() {
    let run = shown(&["help", "three-way"]);
    let default = run
        .out
        .split("[default: ")
        .find(|text| text.starts_with(|c: char| c.is_ascii_digit()));
    let default: f64 = default
        .and_then(|text| text.split(']').next())
        .and_then(|text| text.parse().ok())
        .expect("the default of --threshold");
    let row = run.out.lines().find(|line| line.ends_with("the default"));
    let marked = row.and_then(|row| row.split_whitespace().next());
    let marked: f64 = marked.and_then(|text| text.parse().ok()).expect("a row");
    assert_eq!(marked, default);
    let row = row.unwrap_or_default();
    let readme = include_str!("../../../../src/dsp/README.md");
    let threshold = readme
        .lines()
        .find(|line| line.contains("the threshold**"))
        .expect("a row");
    for figure in row
        .split_whitespace()
        .filter(|word| word.contains('.'))
        .skip(1)
    {
        assert!(threshold.contains(figure), "{figure} is not in {threshold}");
    }
}

#[test]
fn what_happened_has_keys_of_its_own() {
    let events = |command: &str| -> serde_json::Value {
        let run = live(&command.split_whitespace().collect::<Vec<_>>());
        assert_eq!(run.code, Some(0), "{run:?}");
        serde_json::from_str(&run.out).expect("an object")
    };
    let learned = events("learn-release --sim exchange --dial 5550103 --hangs-up-after 2.5");
    let sign = &learned["events"][0];
    assert!(
        sign["what"]
            .as_str()
            .expect("words")
            .starts_with("loop break"),
        "{sign}"
    );
    assert!(sign["seconds"].as_f64().expect("a time") < 2.0, "{sign}");
    let settings = learned["settings"].as_str().expect("settings");
    assert!(
        settings.contains("signalling = \"kewl-start\""),
        "{settings}"
    );
    let seen = events("supervise --sim exchange --dial 5550103 --seconds 20");
    let all = seen["events"].as_array().expect("events");
    let lost = all.iter().find(|event| {
        event["what"]
            .as_str()
            .is_some_and(|what| what.starts_with("battery back"))
    });
    let usual = lost.expect("a loop break")["usual"].as_str();
    assert_eq!(usual, Some("a disconnect signal (kewl start)"));
    assert!(
        all.iter()
            .all(|event| !event["what"].as_str().expect("words").starts_with(' '))
    );
}

#[test]
fn a_dial_tone_of_north_america_sounds_like_its_own_first() {
    let place = Place::new();
    let dial = super::tone("tone dial 350+440 -13dBm0 steady", 3000);
    place.recording("x.wav", &dial);
    let row = &place.run(&["learn", "--json", "x.wav"]).json()[0];
    assert_eq!(row["sounds_like"][0]["country"], "us", "{row}");
}

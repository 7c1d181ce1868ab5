//! Live commands on trunks that are signalled by bits: E&M, feature group D, R2.

use super::{
    Place,
    live::{figure, live, near, shown},
};

/// Behind each of them a test number answers and sends back what it hears.
#[test]
fn a_loopback_behind_a_trunk_on_bits_is_measured_as_one_on_copper() {
    for far in ["em-wink", "em-immediate", "em-delay-dial", "r2", "r2-china"] {
        let copper = format!("{far},clear,loss=2,delay=40,noise=-75");
        let run = live(&["loop", "--sim", &copper, "--dial", "5550108"]);
        assert_eq!(run.code, Some(0), "{far}: {run:?}");
        near(&run, "round trip in samples", 80.0, 0.0);
        near(&run, "loss at 1004 Hz, both ways", 4.0, 0.1);
        let keys = live(&["dtmf", "--sim", &copper, "--dial", "5550108"]);
        assert_eq!(keys.code, Some(0), "{far}: {keys:?}");
        near(&keys, "digits missing or too many", 0.0, 0.0);
    }
    // Nobody sends anything back there.
    let quiet = live(&["dtmf", "--sim", "r2,clear", "--dial", "5550100"]);
    near(&quiet, "digits missing or too many", 16.0, 0.0);
}

#[test]
fn bert_over_a_trunk_on_bits_compares_each_bit_of_a_digital_path_and_finds_none_in_copper() {
    for far in ["em-wink", "em-immediate", "em-delay-dial", "r2"] {
        let digital = format!("{far},clear,delay=333");
        let bert = ["bert", "--dial", "5550108", "--seconds", "5", "--sim"];
        let of = |far: &str, more: &[&str]| live(&[&bert[..], &[far], more].concat());
        let clean = of(&digital, &[]);
        assert_eq!(clean.code, Some(0), "{far}: {clean:?}");
        near(&clean, "bit errors", 0.0, 0.0);
        assert!(figure(&clean, "bits compared") > 250_000.0, "{clean:?}");
        near(&of(&digital, &["--inject", "7"]), "bit errors", 7.0, 0.0);
        near(&of(&digital, &["--law", "a"]), "bit errors", 0.0, 0.0);
        let copper = of(far, &[]);
        assert_eq!(copper.code, Some(3), "{far}: {copper:?}");
        assert!(
            copper.out.contains("the pattern was never found"),
            "{copper:?}"
        );
    }
}

#[test]
fn watch_shows_the_bits_of_a_trunk_both_ways() {
    let bits = |arguments: &[&str]| -> Vec<[Option<String>; 2]> {
        let run = live(arguments);
        assert_eq!(run.code, Some(0), "{run:?}");
        let rows = run.out.lines().map(|row| {
            let row: serde_json::Value = serde_json::from_str(row).expect("an object");
            ["bits_received", "bits_sent"].map(|key| row[key].as_str().map(str::to_owned))
        });
        rows.collect()
    };
    for (far, idle, seized) in [
        ("em-wink", ["0000", "0000"], ["0000", "1111"]),
        ("r2", ["1001", "1001"], ["1101", "0001"]),
        ("r2-china", ["1011", "1011"], ["1111", "0011"]),
        ("ground-start", ["1111", "0101"], ["0101", "1111"]),
    ] {
        let watch = ["watch", "--sim", far, "--seconds", "2"];
        let of = |bits: [&str; 2]| bits.map(|bits| Some(bits.to_owned()));
        assert_eq!(bits(&watch)[1], of(idle), "{far}");
        let off_hook = [&watch[..], &["--off-hook"]].concat();
        assert_eq!(bits(&off_hook)[1], of(seized), "{far}");
        assert!(
            shown(&off_hook)
                .out
                .contains(&format!("{}/{} ", seized[0], seized[1]))
        );
    }
    let copper = ["watch", "--sim", "exchange", "--seconds", "1"];
    assert_eq!(bits(&copper), [[None, None]]);
    assert!(
        !shown(&copper).out.contains("bits"),
        "a two-wire line has none"
    );
}

/// It has the caller's number to send, which only a site file knows.
#[test]
fn a_trunk_of_feature_group_d_is_measured_through_its_site_file() {
    let place = Place::new();
    let sample = include_str!("../../../../src/demo/sample.toml");
    let carrier = "signalling = \"feature-group-d\"\nani = \"2155557100\"";
    let site = sample.replacen("signalling = \"loop-start\"", carrier, 1);
    place.file("site.toml", site.as_bytes());
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.path("site.toml"), mode).expect("a mode");
    let run = |command: &str| {
        let all = format!("{command} --site site.toml --trunk 1");
        let run = place.run(&all.split_whitespace().collect::<Vec<_>>());
        assert_eq!(run.code, Some(0), "{run:?}");
        run
    };
    near(&run("hook --seconds 2 --json"), "wink", 200.0, 10.0);
    let call = run("dial 5550103");
    assert!(
        call.out
            .contains("taken as answered by: the far end's off-hook"),
        "{call:?}"
    );
    let keys = run("dtmf --dial 5550108 --json");
    near(&keys, "digits missing or too many", 0.0, 0.0);
    near(
        &run("loop --dial 5550108 --json"),
        "round trip in samples",
        4.0,
        0.0,
    );
    // Winks for the identification and for all come between.
    let shown = run("supervise --dial 5550103 --seconds 10");
    assert_eq!(
        shown
            .out
            .matches("the far end is on-hook after 200 ms")
            .count(),
        2,
        "{shown:?}"
    );
    assert!(
        shown.out.contains("answered, by the far end's off-hook"),
        "{shown:?}"
    );
    let learned = run("learn-release --dial 5550103 --hangs-up-after 2.5 --wait 8 --out new.toml");
    assert!(
        learned.out.contains("the far end went on-hook"),
        "{learned:?}"
    );
    let copy = std::fs::read_to_string(place.path("new.toml")).expect("the new one");
    for kept in [carrier, "line_signal = 100"] {
        assert!(copy.contains(kept), "no {kept} in {copy}");
    }
}

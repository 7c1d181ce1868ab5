//! What is not proven is not called good, and what is not the line's fault is not called bad; nothing is
//! sent or dialed that was not meant.

use super::live::{figure, live, near, shown};

fn has(run: &super::Run, name: &str) -> bool {
    run.out.contains(&format!("{{\"name\":\"{name}\""))
}

#[test]
fn an_echo_under_a_tone_of_the_exchange_proves_nothing() {
    let tone = ["echo", "--sim", "exchange", "--into-dial-tone"];
    let run = live(&tone);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.out.contains("sound of -10 dBm0 is on the line"),
        "{run:?}"
    );
    assert!(!run.out.contains("as good as can be measured"), "{run:?}");
}

#[test]
fn a_dead_channel_is_bad() {
    for command in [
        &["report", "--sim", "phone,clear"][..],
        &["report", "--sim", "exchange,clear"],
        &["tone", "--sim", "quiet,clear"],
        &["tone", "--sim", "quiet,clear", "--send", "quiet"],
    ] {
        let run = live(command);
        assert_eq!(run.code, Some(3), "{run:?}");
        near(&run, "digital silence", 1.0, 0.0);
        assert!(!has(&run, "noise, C-message"), "{run:?}");
    }
    let echo = live(&["echo", "--sim", "quiet,clear"]);
    assert_eq!(echo.code, Some(1), "{echo:?}");
    assert!(echo.out.contains("digital silence came back"), "{echo:?}");
    // A digital path has no noise: that it is there, something else must prove.
    let digital = live(&[
        "tone",
        "--sim",
        "em-wink,clear",
        "--dial",
        "5550100",
        "--send",
        "quiet",
    ]);
    assert_eq!(digital.code, Some(1), "{digital:?}");
    let around = live(&["loop", "--sim", "em-wink,clear", "--dial", "5550108"]);
    assert_eq!(around.code, Some(0), "{around:?}");
}

#[test]
fn where_no_key_was_heard_none_is_good() {
    let run = live(&["dtmf", "--sim", "phone", "--hear", "5"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.contains("no key was heard within 5 s"), "{run:?}");
    assert!(!has(&run, "digits missing or too many"), "{run:?}");
}

#[test]
fn a_loop_beside_the_echo_of_our_own_hybrid_has_its_own_loss() {
    for (far, loss) in [
        ("loss=8", 16.0),
        ("loss=8,delay=20", 16.0),
        ("loss=5", 10.0),
        ("loss=2", 4.0),
        ("loss=12,delay=40", 24.0),
        ("loss=6,delay=300,echo=10", 12.0),
    ] {
        let alone = live(&["loop", "--sim", "loopback,delay=300,loss=1,echo=60"]);
        let run = live(&["loop", "--sim", &format!("loopback,{far}")]);
        near(&run, "loss at 1004 Hz, both ways", loss, 0.15);
        for slope in ["slope 404 Hz, both ways", "slope 2804 Hz, both ways"] {
            near(&run, slope, figure(&alone, slope), 0.3);
        }
    }
}

#[test]
fn our_own_echo_is_no_loopback() {
    for far in ["quiet", "loopback,loss=40", "loopback,loss=12"] {
        for command in ["loop", "dtmf"] {
            let run = live(&[command, "--sim", far]);
            assert_eq!(run.code, Some(1), "{run:?}");
            assert!(run.out.contains("echo of our own hybrid"), "{run:?}");
            for name in ["digit level", "loss at 1004 Hz, both ways"] {
                assert!(!has(&run, name), "{run:?}");
            }
        }
    }
    let slope = live(&["tone", "--sim", "quiet", "--send", "slope"]);
    assert_eq!(slope.code, Some(1), "{slope:?}");
}

#[test]
fn direct_voltage_is_no_impulse() {
    for far in ["milliwatt,dc=300", "quiet,dc=900", "milliwatt,dc=-700"] {
        let run = live(&["tone", "--sim", far, "--send", "quiet", "--seconds", "10"]);
        near(&run, "impulses in a minute", 0.0, 0.0);
        assert!(figure(&run, "direct voltage").abs() > 250.0, "{run:?}");
    }
}

#[test]
fn nothing_is_to_be_changed_where_all_is_good() {
    for command in [
        &["echo", "--sim", "quiet"][..],
        &["echo", "--sim", "quiet,echo=19"],
        &["report", "--sim", "ground-start"],
    ] {
        let run = live(command);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.out.contains("leave it as it is"), "{run:?}");
        for advice in ["set the card", "lower"] {
            assert!(!run.out.contains(advice), "{run:?}");
        }
    }
}

#[test]
fn nothing_is_sent_into_dial_tone_unasked() {
    for command in [
        &["dtmf"][..],
        &["loop"],
        &["tone"],
        &["tone", "--send", "slope"],
        &["echo"],
    ] {
        let on = [command, &["--sim", "exchange"]].concat();
        let run = live(&on);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.err.contains("dial tone is on the line"), "{run:?}");
        assert!(!run.err.contains("sends"), "{run:?}");
        let forced = live(&[&on[..], &["--into-dial-tone"]].concat());
        assert!(forced.err.contains("sends"), "{forced:?}");
    }
}

#[test]
fn a_trunk_is_held_no_longer_than_was_said() {
    for far in ["quiet", "em-wink"] {
        let began = std::time::Instant::now();
        let run = live(&["hook", "--sim", far, "--seconds", "1", "--real-time"]);
        assert!(began.elapsed().as_secs_f64() < 3.0, "{run:?}");
    }
    let short = live(&["hook", "--sim", "quiet", "--seconds", "2"]);
    assert_eq!(short.code, Some(1), "too short to tell: {short:?}");
    assert!(short.out.contains("--seconds 10"), "{short:?}");
    let long = live(&["hook", "--sim", "quiet", "--seconds", "10"]);
    assert_eq!(long.code, Some(3), "{long:?}");
}

#[test]
fn an_emergency_number_takes_a_word_more() {
    for (country, number) in [
        ("us", "911"),
        ("us", "9911"),
        ("us", "112"),
        ("gb", "999"),
        ("au", "000"),
        ("fr", "15"),
        ("br", "190"),
    ] {
        for command in [&["dial", number][..], &["tone", "--dial", number]] {
            let on = [command, &["--sim", "exchange", "--country", country]].concat();
            let run = shown(&on);
            assert_eq!(run.code, Some(1), "{number}: {run:?}");
            assert!(run.err.contains("--call-emergency"), "{number}: {run:?}");
            assert!(!run.err.contains("seizes"), "{number}: {run:?}");
            // The simulated exchange has the tones of North America.
            if country != "us" {
                continue;
            }
            let asked = shown(&[&on[..], &["--call-emergency"]].concat());
            assert!(asked.err.contains(&format!("dials {number}")), "{asked:?}");
        }
    }
    // The milliwatt of a tandem, and no more than that in North America.
    let run = shown(&["dial", "102", "--sim", "exchange"]);
    assert!(run.err.contains("dials 102"), "{run:?}");
}

#[test]
fn an_e_and_m_trunk_without_a_call_has_no_echo_to_measure() {
    let run = shown(&["echo", "--sim", "em-wink"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.err.contains("--dial a quiet termination"), "{run:?}");
    assert!(!run.err.contains("seizes"), "{run:?}");
}

use super::*;
use drivers::dahdi::{
    survey::{FoundBits, SpanCounters},
    tone_zone::ToneZone,
};
use types::tick::Ticks;

/// Everything but the trunks is left as the sample has it; those are channels 101 and on.
fn site() -> Site {
    let text = "[site]\nid = 1\nname = \"X\"\ncountry = \"us\"\ntime_zone = \"UTC\"\n\
        data = \"db\"\nlanguages = [\"en\"]\ndriver = \"dahdi\"\n\
        [dahdi]\nrx_gain_db = -2.5\ntransmit_slack_frames = 3\n\
        [[line]]\nid = 1\nchannel = 1\n\
        [[trunk]]\nid = 1\nchannel = 2\nsignalling = \"kewl-start\"\nrx_gain_db = 1\n\
        debounce_ms = 80\n";
    Site::parse(text, "site.toml".as_ref()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn channel(number: u16, signalling: Signalling) -> FoundChannel {
    FoundChannel {
        number,
        name: format!("WCTDM/0/{number}"),
        signalling,
        law: Law::Mu,
        capable: 0xffff,
        alarms: Alarms::NONE,
        receives_off_hook: false,
        bits: None,
        in_use: false,
        hears: None,
        echo_canceller: None,
    }
}

fn survey(channels: Vec<FoundChannel>) -> Survey {
    let span = Span {
        number: 1,
        name: "WCTDM/0".to_owned(),
        description: "Wildcard TDM410P".to_owned(),
        alarms: Alarms::NONE,
        clock_from: None,
        counters: SpanCounters::default(),
        channels,
    };
    Survey {
        spans: vec![span],
        tone_zone: None,
    }
}

fn right() -> Survey {
    survey(vec![
        channel(1, Signalling::FXOKS),
        channel(2, Signalling::FXSKS),
    ])
}

/// The one problem of a survey that was changed like this.
fn problem(change: impl FnOnce(&mut Span)) -> String {
    let mut survey = right();
    change(&mut survey.spans[0]);
    let found = compare(&site(), &survey, &[]);
    assert_eq!(found.problems.len(), 1, "{found:?}");
    found.problems[0].clone()
}

#[test]
fn a_site_that_fits_its_cards_has_nothing_to_change() {
    let found = compare(&site(), &right(), &[]);
    assert_eq!(found.problems, [""; 0]);
    assert_eq!(
        found.found,
        [
            "line 1: channel 1, fxoks, on span 1 (Wildcard TDM410P)",
            "trunk 1: channel 2, fxsks, on span 1 (Wildcard TDM410P)"
        ]
    );
}

#[test]
fn the_keys_of_all_channels_are_overruled_by_a_channels_own() {
    let site = site();
    let (phone, trunk) = (site.lines[0].card, site.trunks[0].card);
    assert_eq!((phone.setup.rx_gain.0, trunk.setup.rx_gain.0), (-25, 10));
    assert_eq!((phone.slack, trunk.slack), (3, 3));
    assert_eq!(trunk.setup.debounce, Ticks::ms(80));
    assert_eq!(phone.setup.debounce, Ticks::ms(50));
}

#[test]
fn a_missing_channel_is_told_with_those_that_are_there() {
    let told = problem(|span| drop(span.channels.remove(0)));
    assert!(told.starts_with("line 1: there is no channel 1"), "{told}");
    assert!(told.ends_with("the cards have channels 2 to 2"), "{told}");
}

#[test]
fn wrong_signalling_is_told_with_the_line_to_write() {
    let told = problem(|span| span.channels[0].signalling = Signalling::NONE);
    assert!(
        told.contains("not configured; write `fxoks=1` into"),
        "{told}"
    );
    let told = problem(|span| span.channels[1].signalling = Signalling::FXSLS);
    assert!(told.contains("as fxsls; write `fxsks=2` into"), "{told}");
    assert!(told.contains("or write `signalling = \"loop-start\"` into its [[trunk]]"));
    let told = problem(|span| span.channels[0].signalling = Signalling::FXSKS);
    assert!(told.contains("as fxsks; write `fxoks=1` into"), "{told}");
    assert!(!told.contains("or write `signalling"), "{told}");
}

#[test]
fn a_connector_of_the_wrong_kind_is_told_to_be_left_alone() {
    let told = problem(|span| {
        span.channels[0].signalling = Signalling::FXSKS;
        span.channels[0].capable = Signalling::FXSKS.0 | Signalling::FXSLS.0;
    });
    assert!(
        told.contains("connector for a trunk and can't be fxoks"),
        "{told}"
    );
}

#[test]
fn a_channel_in_use_is_told_with_who_has_it_unless_it_is_the_controller() {
    let mut survey = right();
    survey.spans[0].channels[1].in_use = true;
    let holder = |name: &str, same_program| Holder {
        process: 812,
        name: name.to_owned(),
        same_program,
    };
    let found = compare(&site(), &survey, &[holder("asterisk", false)]);
    assert_eq!(found.problems.len(), 1);
    assert!(found.problems[0].contains("in use by asterisk (process 812)"));
    let found = compare(&site(), &survey, &[holder("sallyport", true)]);
    assert_eq!(found.problems, [""; 0]);
    // Anybody may call a program so.
    let found = compare(&site(), &survey, &[holder("sallyport", false)]);
    assert_eq!(found.problems.len(), 1);
    let both = [holder("sallyport", true), holder("asterisk", false)];
    let found = compare(&site(), &survey, &both);
    let both = "in use by sallyport (process 812) or asterisk (process 812)";
    assert!(found.found[1].ends_with(both), "{:?}", found.found);
}

#[test]
fn a_channel_that_could_hear_calls_is_told_unless_it_is_the_sites_own() {
    let mut survey = right();
    let mut stranger = channel(3, Signalling::FXOKS);
    stranger.hears = Some(1);
    survey.spans[0].channels[1].hears = Some(1);
    survey.spans[0].channels.push(stranger);
    let found = compare(&site(), &survey, &[]);
    assert_eq!(found.problems.len(), 1, "{found:?}");
    assert!(
        found.problems[0].starts_with("channel 3 is sent all that channel 1 receives"),
        "{found:?}"
    );
    survey.spans[0].channels[2].hears = Some(4);
    assert_eq!(compare(&site(), &survey, &[]).problems, [""; 0]);
}

#[test]
fn an_alarm_another_law_and_a_missing_echo_canceller_are_told() {
    let told = problem(|span| span.channels[0].alarms = Alarms(8));
    assert!(told.contains("channel 1 is in alarm (red)"), "{told}");
    let told = problem(|span| span.channels[1].law = Law::A);
    assert!(
        told.contains("speaks A-law; write `law = \"a\"` into its [[trunk]]"),
        "{told}"
    );
    let mut site = site();
    site.trunks[0].card.setup.echo_taps = 128;
    let told = compare(&site, &right(), &[]).problems;
    assert!(
        told[0].contains("write `echocanceller=mg2,2` into"),
        "{told:?}"
    );
}

/// A site whose one trunk signals like this, on a channel found so: what is to be changed.
fn digital(keys: &str, found: Signalling, idle: Option<u8>) -> Vec<String> {
    let text = "[site]\nid = 1\nname = \"X\"\ncountry = \"us\"\ntime_zone = \"UTC\"\n\
        data = \"db\"\nlanguages = [\"en\"]\ndriver = \"dahdi\"\n\
        [[line]]\nid = 1\nchannel = 1\n[[trunk]]\nid = 1\nchannel = 2\n";
    let site = Site::parse(&format!("{text}{keys}\n"), "site.toml".as_ref());
    let site = site.unwrap_or_else(|errors| panic!("{errors}"));
    let mut survey = right();
    survey.spans[0].channels[1] = FoundChannel {
        bits: idle.map(|idle| FoundBits {
            received: Abcd::new(0),
            sent: Abcd::new(0),
            idle: Abcd::new(idle),
        }),
        ..channel(2, found)
    };
    compare(&site, &survey, &[]).problems
}

#[test]
fn a_digital_trunk_needs_cas_with_the_idle_bits_of_its_signalling() {
    for (keys, idle, bits) in [
        ("signalling = \"em-immediate\"", 0b0000, "0000"),
        ("signalling = \"em-wink\"", 0b0000, "0000"),
        ("signalling = \"em-delay-dial\"", 0b0000, "0000"),
        ("signalling = \"feature-group-d\"", 0b0000, "0000"),
        ("signalling = \"ground-start\"", 0b0101, "0101"),
        (
            "signalling = \"r2\"\nr2_country = \"mexico\"",
            0b1001,
            "1001",
        ),
        (
            "signalling = \"r2\"\nr2_country = \"china\"",
            0b1011,
            "1011",
        ),
    ] {
        assert_eq!(
            digital(keys, Signalling::CAS, Some(idle)),
            [""; 0],
            "{keys}"
        );
        let line = format!("write `cas=2:{bits}` into /etc/dahdi/system.conf instead and do:");
        for (found, told) in [
            (Signalling::CAS, "has the idle bits 1111, which do not fit"),
            (Signalling::EM, "is configured as e&m;"),
            (Signalling::FXSGS, "is configured as fxsgs;"),
        ] {
            let problems = digital(keys, found, Some(0b1111));
            assert_eq!(problems.len(), 1, "{keys} {problems:?}");
            assert!(problems[0].contains(told), "{keys} {problems:?}");
            assert!(problems[0].contains(&line), "{keys} {problems:?}");
        }
        let fresh = digital(keys, Signalling::NONE, None);
        let line = format!("is not configured; write `cas=2:{bits}` into");
        assert!(fresh.len() == 1 && fresh[0].contains(&line), "{fresh:?}");
    }
}

#[test]
fn idle_bits_of_another_kind_are_told_with_the_signalling_they_fit() {
    let ground_start = "signalling = \"ground-start\"";
    let told = digital(ground_start, Signalling::CAS, Some(0b0000));
    assert!(told[0].contains("write `cas=2:0101` into"), "{told:?}");
    assert!(
        told[0].contains("or write `signalling = \"em-wink\"` into its [[trunk]]"),
        "{told:?}"
    );
    let itu = "signalling = \"r2\"\nr2_country = \"itu\"";
    let told = digital(itu, Signalling::CAS, Some(0b1011));
    let other = "or write `signalling = \"r2\"` and `r2_country = \"china\"` into its [[trunk]]";
    assert!(told[0].contains(other), "{told:?}");
    let none = digital(ground_start, Signalling::CAS, None);
    assert!(none[0].contains("has no signalling bits"), "{none:?}");
}

#[test]
fn a_channel_of_an_analog_card_can_be_no_digital_trunk() {
    let mut survey = right();
    survey.spans[0].channels[1].capable = Signalling::FXSKS.0 | Signalling::FXSLS.0;
    let mut site = site();
    site.trunks[0].profile.signalling = types::trunk::TrunkSignalling::GroundStart;
    site.trunks[0].card.setup.signalling = Some(Signalling::CAS);
    let told = compare(&site, &survey, &[]).problems;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("passes no signalling bits on"), "{told:?}");
}

#[test]
fn no_dahdi_and_no_permission_are_told_with_what_to_do() {
    let told = without_survey(&SurveyError::NotLoaded);
    assert!(
        told.contains("modprobe dahdi") && told.contains("driver = \"sim\""),
        "{told}"
    );
    let denied = SurveyError::Denied {
        device: "/dev/dahdi/ctl",
        group: 0,
    };
    assert!(without_survey(&denied).contains("usermod -a -G root"));
}

#[test]
fn another_tone_zone_is_told_and_none_matters_to_dial_pulses() {
    let told = |keys: &str, country: &str, zone| {
        let text = format!(
            "[site]\nid = 1\nname = \"X\"\ncountry = \"{country}\"\ntime_zone = \"UTC\"\n\
             data = \"db\"\nlanguages = [\"en\"]\ndriver = \"dahdi\"\n\
             [[line]]\nid = 1\nchannel = 1\n\
             [[trunk]]\nid = 1\nchannel = 2\nsignalling = \"kewl-start\"\n{keys}"
        );
        let site = Site::parse(&text, "site.toml".as_ref());
        let site = site.unwrap_or_else(|errors| panic!("{errors}"));
        let survey = Survey {
            tone_zone: Some(zone),
            ..right()
        };
        let mut compared = compare(&site, &survey, &[]);
        (compared.found.pop().expect("a zone"), compared.problems)
    };
    let (us, uk) = (ToneZone::Loaded(0), ToneZone::Loaded(4));
    let pulse = "outpulsing = \"pulse\"\n";
    assert_eq!(told("", "us", us), ("tone zone: us".to_owned(), vec![]));
    assert_eq!(told("", "gb", uk), ("tone zone: uk".to_owned(), vec![]));
    for (zone, name) in [(uk, "uk"), (ToneZone::Loaded(77), "number 77")] {
        let (found, problems) = told(pulse, "us", zone);
        assert!(
            found.starts_with(&format!("tone zone: {name}, not us;")),
            "{found}"
        );
        assert_eq!(problems, [""; 0]);
    }
    let (found, problems) = told("", "us", ToneZone::NotLoaded);
    assert!(found.starts_with("tone zone: none is loaded;"), "{found}");
    assert_eq!(problems, [""; 0]);
    let (_, problems) = told(pulse, "gb", ToneZone::NotLoaded);
    assert_eq!(problems.len(), 1, "{problems:?}");
    for part in ["trunk 1)", "`loadzone=uk` and `defaultzone=uk`"] {
        assert!(problems[0].contains(part), "{problems:?}");
    }
}

use super::*;
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
        signalling,
        law: Law::Mu,
        capable: 0xffff,
        alarms: 0,
        in_use: false,
        echo_canceller: None,
    }
}

fn survey(channels: Vec<FoundChannel>) -> Survey {
    let span = Span {
        number: 1,
        name: "WCTDM/0".to_owned(),
        description: "Wildcard TDM410P".to_owned(),
        alarms: 0,
        missed_interrupts: 0,
        channels,
    };
    Survey { spans: vec![span] }
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
    let holder = |name: &str| Holder {
        process: 812,
        name: name.to_owned(),
    };
    let found = compare(&site(), &survey, &[holder("asterisk")]);
    assert_eq!(found.problems.len(), 1);
    assert!(found.problems[0].contains("in use by asterisk (process 812)"));
    let found = compare(&site(), &survey, &[holder("sallyport")]);
    assert_eq!(found.problems, [""; 0]);
}

#[test]
fn an_alarm_another_law_and_a_missing_echo_canceller_are_told() {
    let told = problem(|span| span.channels[0].alarms = 8);
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

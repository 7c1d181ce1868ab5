//! A first site file from the telephone cards there are.

use drivers::dahdi::{
    setup::Signalling,
    survey::{Alarms, FoundChannel, Span, Survey},
};
use std::fmt::Write as _;
use types::frame::Law;

use super::idle_bits;

const HEAD: &str = "\
# A first site file, made from what DAHDI has. Look after what is marked; then `sallyport check`.

[site]
id = 1                          # your own: the first part of every record's number
name = \"A new site\"             # your own
country = \"us\"                  # whose tones and dial plan; could not be known
# area_code = \"215\"             # what a local number lacks
";

const REST: &str = "\
# data holds the database; relative paths start from the directory of this file.
data = \"database\"
recordings = \"recordings\"       # without it nothing is recorded
languages = [\"en\"]
driver = \"dahdi\"

# What is so for all channels; a [[line]] or [[trunk]] may say otherwise.
[dahdi]
# rx_gain_db = 0                # of what comes from a line, -24 to 24
# tx_gain_db = 0                # of what goes to it
# echo_canceller_taps = 0       # DAHDI's own canceller; the controller has one for trunks
# debounce_ms = 50
# transmit_slack_frames = 2     # 1 to 3 of 10 ms; more delay, fewer gaps

# What an empty database is filled with, once. Inmates and numbers go here, or come later.
[defaults]
";

/// The text of the file. `zone` is the time zone of this machine, where it has one.
pub fn first_site(survey: &Survey, zone: Option<&str>) -> String {
    let mut text = HEAD.to_owned();
    let (zone, mark) = match zone {
        Some(zone) => (zone, "this machine's"),
        None => ("America/New_York", "could not be known"),
    };
    let _ = writeln!(text, "{:<32}# {mark}", format!("time_zone = \"{zone}\""));
    text.push_str(REST);
    let mut ids = Ids::default();
    for span in &survey.spans {
        let _ = writeln!(text, "\n# span {}: {}", span.number, span.description);
        for channel in &span.channels {
            text.push_str(&ids.table(span, channel));
        }
    }
    if ids.lines == 0 || ids.trunks == 0 {
        text.push_str(
            "\n# A site needs phones (channels that are fxoks) and trunks (fxsks, fxsls or cas): see\n\
             # what is missing above, configure it in /etc/dahdi/system.conf, and do: dahdi_cfg\n",
        );
    }
    text
}

/// How many there are so far.
#[derive(Default)]
struct Ids {
    lines: u16,
    trunks: u16,
}

impl Ids {
    fn table(&mut self, span: &Span, channel: &FoundChannel) -> String {
        let number = channel.number;
        let mut text = if channel.signalling.feeds() {
            self.lines += 1;
            let name = format!("span {}, channel {number}", span.number);
            format!(
                "\n[[line]]\nid = {}\nname = \"{name}\"         # where it hangs\nchannel = {number}\n",
                self.lines
            )
        } else if let Some(keys) = trunk_keys(channel) {
            self.trunks += 1;
            format!(
                "\n[[trunk]]\nid = {}\nchannel = {number}\n{keys}",
                self.trunks
            )
        } else {
            return remark(channel);
        };
        if channel.law == Law::A {
            text.push_str("law = \"a\"\n");
        }
        if channel.in_use {
            text.push_str("# another program has it open\n");
        }
        if channel.alarms | span.alarms != Alarms::NONE {
            text.push_str("# it is in alarm\n");
        }
        text
    }
}

/// How a trunk signals, in keys of its table; `None`: it is no trunk.
fn trunk_keys(channel: &FoundChannel) -> Option<String> {
    const PULSE: &str = "# outpulsing = \"pulse\"         # where the exchange takes no keys\n";
    match channel.signalling {
        Signalling::FXSLS => Some(format!("signalling = \"loop-start\"\n{PULSE}")),
        Signalling::FXSKS => Some(format!("signalling = \"kewl-start\"\n{PULSE}")),
        Signalling::CAS => {
            let proposal = idle_bits::proposed(channel.bits?.idle)?;
            let keys = proposal.keys.join("\n");
            Some(format!("# {}\n{keys}\n", proposal.doubt))
        }
        _ => None,
    }
}

/// Of a channel that can't be used as it is.
fn remark(channel: &FoundChannel) -> String {
    let number = channel.number;
    if channel.signalling != Signalling::NONE {
        let (name, change) = (channel.signalling.name(), change(channel));
        return format!("# channel {number} is {name}: {change}\n");
    }
    let can = |signalling: Signalling| channel.capable & signalling.0 == signalling.0;
    let lines: Vec<String> = [Signalling::FXOKS, Signalling::FXSKS]
        .into_iter()
        .filter(|signalling| can(*signalling))
        .map(|signalling| format!("`{}={number}`", signalling.name()))
        .collect();
    match lines.as_slice() {
        [] => format!("# channel {number} is not configured\n"),
        lines => format!(
            "# channel {number} is not configured; could be {} in /etc/dahdi/system.conf\n",
            lines.join(" or ")
        ),
    }
}

/// What is to be changed of a channel whose signalling the controller does not use.
fn change(channel: &FoundChannel) -> String {
    let number = channel.number;
    let [em, ground_start, ..] = idle_bits::all().map(|(idle, _)| idle_bits::line(number, idle));
    let digital = channel.capable & Signalling::CAS.0 != 0;
    match channel.signalling {
        Signalling::EM if digital => instead(&format!("`{em}`")),
        Signalling::FXSGS if digital => instead(&format!("`{ground_start}`")),
        Signalling::FXSGS => format!(
            "ground start is used on digital spans alone; have the exchange make it a loop start \
             line, and {}",
            instead(&format!("`fxsls={number}`"))
        ),
        Signalling::CAS => {
            let lines = idle_bits::all().map(|(idle, what)| {
                let line = idle_bits::line(number, idle);
                format!("`{line}` ({what})")
            });
            let bits = channel
                .bits
                .map_or("none".to_owned(), |bits| format!("{:?}", bits.idle));
            format!(
                "no trunk has its idle bits ({bits}); {}",
                instead(&lines.join(" or "))
            )
        }
        _ => "not what this version uses".to_owned(),
    }
}

fn instead(lines: &str) -> String {
    format!("write {lines} into /etc/dahdi/system.conf instead and do: dahdi_cfg")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{Site, compare::compare};
    use drivers::dahdi::survey::{FoundBits, SpanCounters};

    /// Idle bits of a channel that is `cas`.
    fn digital(number: u16, idle: u8) -> FoundChannel {
        let bits = |bits| types::edge::Abcd::new(bits);
        FoundChannel {
            bits: Some(FoundBits {
                received: bits(0b1111),
                sent: bits(idle),
                idle: bits(idle),
            }),
            ..found(number, Signalling::CAS, Law::Mu)
        }
    }

    fn found(number: u16, signalling: Signalling, law: Law) -> FoundChannel {
        FoundChannel {
            number,
            name: format!("WCTDM/0/{number}"),
            signalling,
            law,
            capable: 0xffff,
            alarms: Alarms::NONE,
            receives_off_hook: false,
            bits: None,
            in_use: false,
            hears: None,
            echo_canceller: None,
        }
    }

    fn survey(kinds: &[(Signalling, Law)]) -> Survey {
        let channels = (1..)
            .zip(kinds)
            .map(|(number, (signalling, law))| found(number, *signalling, *law));
        let span = Span {
            number: 1,
            name: "WCTDM/0".to_owned(),
            description: "Wildcard TDM410P".to_owned(),
            alarms: Alarms::NONE,
            clock_from: None,
            counters: SpanCounters::default(),
            channels: channels.collect(),
        };
        Survey {
            spans: vec![span],
            tone_zone: None,
        }
    }

    #[test]
    fn the_file_is_right_and_fits_the_cards_it_was_made_from() {
        let survey = survey(&[
            (Signalling::FXOKS, Law::Mu),
            (Signalling::FXOLS, Law::A),
            (Signalling::FXSKS, Law::A),
            (Signalling::FXSLS, Law::Mu),
            (Signalling::NONE, Law::Mu),
            (Signalling::FXSGS, Law::Mu),
        ]);
        let text = first_site(&survey, Some("Europe/Berlin"));
        let site = Site::parse(&text, "site.toml".as_ref());
        let site = site.unwrap_or_else(|errors| panic!("{errors}\n{text}"));
        assert_eq!((site.lines.len(), site.trunks.len()), (2, 2));
        assert_eq!(site.time_zone_name, "Europe/Berlin");
        assert_eq!(compare(&site, &survey, &[]).problems, [""; 0]);
        assert!(text.contains("channel 5 is not configured; could be `fxoks=5` or `fxsks=5`"));
        assert!(text.contains("channel 6 is fxsgs"), "{text}");
    }

    #[test]
    fn digital_trunks_are_proposed_by_their_idle_bits() {
        let mut survey = survey(&[(Signalling::FXOKS, Law::Mu)]);
        let channels = &mut survey.spans[0].channels;
        channels.extend([
            digital(2, 0b0000),
            digital(3, 0b0101),
            digital(4, 0b1001),
            digital(5, 0b1011),
            digital(6, 0b1111),
            found(7, Signalling::EM, Law::Mu),
            found(8, Signalling::FXSGS, Law::Mu),
            FoundChannel {
                capable: Signalling::FXSGS.0 | Signalling::FXSLS.0,
                ..found(9, Signalling::FXSGS, Law::Mu)
            },
        ]);
        let text = first_site(&survey, Some("Asia/Shanghai"));
        let site = Site::parse(&text, "site.toml".as_ref());
        let site = site.unwrap_or_else(|errors| panic!("{errors}\n{text}"));
        assert_eq!(compare(&site, &survey, &[]).problems, [""; 0]);
        assert_eq!(site.trunks.len(), 4);
        for said in [
            "channel = 2\n# its idle bits are those of E&M; em-immediate, em-delay-dial or",
            "signalling = \"em-wink\"\n",
            "signalling = \"ground-start\"\n",
            "the country could not be known: itu, argentina, brazil, colombia, mexico, venezuela\n\
             signalling = \"r2\"\nr2_country = \"itu\"\n",
            "# its idle bits are those of R2 as in china\nsignalling = \"r2\"\nr2_country = \"china\"",
            "# channel 6 is cas: no trunk has its idle bits (1111); write `cas=6:0000` (E&M) or \
             `cas=6:0101` (ground start) or `cas=6:1001` (R2) or `cas=6:1011` (R2 of China) into",
            "# channel 7 is e&m: write `cas=7:0000` into /etc/dahdi/system.conf instead",
            "# channel 8 is fxsgs: write `cas=8:0101` into /etc/dahdi/system.conf instead",
            "# channel 9 is fxsgs: ground start is used on digital spans alone; have the exchange",
            "write `fxsls=9` into",
        ] {
            assert!(text.contains(said), "{said}\n{text}");
        }
    }

    #[test]
    fn without_trunks_the_file_says_what_is_missing() {
        let text = first_site(&survey(&[(Signalling::FXOKS, Law::Mu)]), None);
        assert!(text.contains("A site needs phones"), "{text}");
        assert!(text.contains("America/New_York") && text.contains("could not be known"));
    }
}

//! A first site file from the telephone cards there are.

use drivers::dahdi::{
    setup::Signalling,
    survey::{FoundChannel, Span, Survey},
};
use std::fmt::Write as _;
use types::frame::Law;

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
            "\n# A site needs phones (channels that are fxoks) and trunks (fxsks or fxsls): see\n\
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
        let trunk = match channel.signalling {
            Signalling::FXSLS => Some("loop-start"),
            Signalling::FXSKS => Some("kewl-start"),
            _ => None,
        };
        let (kind, id) = if channel.signalling.feeds() {
            self.lines += 1;
            ("line", self.lines)
        } else if trunk.is_some() {
            self.trunks += 1;
            ("trunk", self.trunks)
        } else {
            return remark(channel);
        };
        let mut text = format!("\n[[{kind}]]\nid = {id}\n");
        match trunk {
            Some(signalling) => {
                let _ = writeln!(text, "channel = {number}\nsignalling = \"{signalling}\"");
                text.push_str(
                    "# outpulsing = \"pulse\"         # where the exchange takes no keys\n",
                );
            }
            None => {
                let name = format!("span {}, channel {number}", span.number);
                let _ = writeln!(
                    text,
                    "name = \"{name}\"         # where it hangs\nchannel = {number}"
                );
            }
        }
        if channel.law == Law::A {
            text.push_str("law = \"a\"\n");
        }
        if channel.in_use {
            text.push_str("# another program has it open\n");
        }
        if channel.alarms | span.alarms != 0 {
            text.push_str("# it is in alarm\n");
        }
        text
    }
}

/// Of a channel that can't be used as it is.
fn remark(channel: &FoundChannel) -> String {
    let number = channel.number;
    if channel.signalling != Signalling::NONE {
        let name = channel.signalling.name();
        return format!("# channel {number} is {name}: not what this version uses\n");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{Site, compare::compare};

    fn survey(kinds: &[(Signalling, Law)]) -> Survey {
        let channels = (1..)
            .zip(kinds)
            .map(|(number, (signalling, law))| FoundChannel {
                number,
                signalling: *signalling,
                law: *law,
                capable: 0xffff,
                alarms: 0,
                in_use: false,
                echo_canceller: None,
            });
        let span = Span {
            number: 1,
            name: "WCTDM/0".to_owned(),
            description: "Wildcard TDM410P".to_owned(),
            alarms: 0,
            missed_interrupts: 0,
            channels: channels.collect(),
        };
        Survey { spans: vec![span] }
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
    fn without_trunks_the_file_says_what_is_missing() {
        let text = first_site(&survey(&[(Signalling::FXOKS, Law::Mu)]), None);
        assert!(text.contains("A site needs phones"), "{text}");
        assert!(text.contains("America/New_York") && text.contains("could not be known"));
    }
}

//! A site file against the telephone cards and the system: what must be changed, in words, with
//! the line to write.

use drivers::dahdi::{
    channel::Role,
    setup::Signalling,
    survey::{Alarms, FoundChannel, Holder, Span, Survey, SurveyError},
};
use nix::unistd::{Gid, Group, Uid, User};
use types::{edge::Abcd, frame::Law};

use super::{Card, LineWire, Site, TrunkWire, card::trunk_role, idle_bits, zone};

/// What the cards were found to be, and what is to be changed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Comparison {
    /// One line for each phone and trunk.
    pub found: Vec<String>,
    pub problems: Vec<String>,
}

/// A phone or trunk as the file has it.
struct Wanted<'a> {
    /// Such as `line 3`.
    what: String,
    /// The table of the file that says so.
    table: &'static str,
    channel: u16,
    law: Law,
    card: &'a Card,
    /// Any of these will do; the first is proposed.
    signalling: &'a [Signalling],
    /// What it must send while it is idle, where bits signal.
    idle: Option<Abcd>,
}

const PHONE: &[Signalling] = &[Signalling::FXOKS, Signalling::FXOLS, Signalling::FXOGS];

impl<'a> Wanted<'a> {
    fn phone(wire: &'a LineWire) -> Wanted<'a> {
        Wanted {
            what: format!("line {}", wire.id),
            table: "[[line]]",
            channel: wire.channel,
            law: wire.law,
            card: &wire.card,
            signalling: PHONE,
            idle: None,
        }
    }

    fn trunk(wire: &'a TrunkWire) -> Wanted<'a> {
        Wanted {
            what: format!("trunk {}", wire.profile.id),
            table: "[[trunk]]",
            channel: wire.channel,
            law: wire.profile.law,
            card: &wire.card,
            signalling: wire.card.setup.signalling.as_slice(),
            idle: match trunk_role(wire.profile.signalling) {
                Role::Bits(bits) => Some(bits.idle()),
                _ => None,
            },
        }
    }

    fn line_of_configuration(&self) -> String {
        if let Some(idle) = self.idle {
            return idle_bits::line(self.channel, idle);
        }
        let signalling = self.signalling.first().map_or("", |first| first.name());
        format!("{signalling}={}", self.channel)
    }
}

/// Compares all phones and trunks with the channels there are.
pub fn compare(site: &Site, survey: &Survey, holders: &[Holder]) -> Comparison {
    let mut comparison = Comparison::default();
    let phones = site.lines.iter().map(Wanted::phone);
    let trunks = site.trunks.iter().map(Wanted::trunk);
    for wanted in phones.chain(trunks) {
        comparison.channel(&wanted, survey, holders);
    }
    if let Some(found) = survey.tone_zone {
        comparison.found.push(zone::found(site, found));
        comparison.problems.extend(zone::wanting(site, found));
    }
    for Listener { channel, hears } in listeners(site, survey) {
        comparison.problems.push(format!(
            "channel {channel} is sent all that channel {hears} receives, by another program or one \
             that died: end it; `run` takes the channel out when it starts"
        ));
    }
    comparison
}

/// A channel that is none of the site's, and hears one that is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listener {
    pub channel: u16,
    pub hears: u16,
}

/// Who could hear calls of this site. A join outlives the call that it was made for: the site's own
/// channels are taken out of theirs when they are opened, but nobody opens these.
pub fn listeners(site: &Site, survey: &Survey) -> Vec<Listener> {
    let phones = site.lines.iter().map(|wire| wire.channel);
    let ours: Vec<u16> = phones
        .chain(site.trunks.iter().map(|wire| wire.channel))
        .collect();
    let all = survey.spans.iter().flat_map(|span| &span.channels);
    let strangers = all.filter(|found| !ours.contains(&found.number));
    let hearing = strangers.filter_map(|found| {
        let hears = found.hears.filter(|heard| ours.contains(heard))?;
        Some(Listener {
            channel: found.number,
            hears,
        })
    });
    hearing.collect()
}

impl Comparison {
    fn channel(&mut self, wanted: &Wanted<'_>, survey: &Survey, holders: &[Holder]) {
        let (what, number) = (&wanted.what, wanted.channel);
        let Some((span, found)) = survey.channel(number) else {
            self.found.push(format!("{what}: no channel {number}"));
            self.problems.push(format!(
                "{what}: there is no channel {number}; {}",
                channels_there_are(survey)
            ));
            return;
        };
        let idles = match found.bits {
            Some(bits) if found.signalling == Signalling::CAS => {
                format!(" with idle bits {:?}", bits.idle)
            }
            _ => String::new(),
        };
        let used = match found.in_use {
            true => format!(", in use by {}", any_of(holders)),
            false => String::new(),
        };
        self.found.push(format!(
            "{what}: channel {number}, {}{idles}, on span {} ({}){used}",
            found.signalling.name(),
            span.number,
            span.description
        ));
        let mut problems = Vec::new();
        problems.extend(signalling(wanted, found));
        problems.extend(idle(wanted, found));
        problems.extend(in_use(wanted, found, holders));
        problems.extend(alarm(span, found));
        problems.extend(law(wanted, found));
        problems.extend(echo_canceller(wanted, found));
        let problems = problems.into_iter();
        self.problems
            .extend(problems.map(|problem| format!("{what}: channel {number} {problem}")));
    }
}

fn channels_there_are(survey: &Survey) -> String {
    let numbers = || {
        let channels = survey.spans.iter().flat_map(|span| &span.channels);
        channels.map(|channel| channel.number)
    };
    match (numbers().min(), numbers().max()) {
        (Some(first), Some(last)) => format!("the cards have channels {first} to {last}"),
        _ => "DAHDI has no channel at all: load the card's own driver".to_owned(),
    }
}

fn signalling(wanted: &Wanted<'_>, found: &FoundChannel) -> Option<String> {
    if wanted.signalling.contains(&found.signalling) {
        return None;
    }
    let line = wanted.line_of_configuration();
    let first = wanted.signalling.first()?;
    if found.capable & first.0 != first.0 && *first == Signalling::CAS {
        return Some(
            "passes no signalling bits on (it can't be cas); take a channel of a digital span, or \
             another `signalling`"
                .to_owned(),
        );
    }
    if found.capable & first.0 != first.0 {
        let other = if first.feeds() {
            "a trunk"
        } else {
            "a telephone"
        };
        return Some(format!(
            "is a connector for {other} and can't be {}; take another channel",
            first.name()
        ));
    }
    if found.signalling == Signalling::NONE {
        return Some(format!(
            "is not configured; write `{line}` into /etc/dahdi/system.conf and do: dahdi_cfg"
        ));
    }
    let mut text = format!(
        "is configured as {}; write `{line}` into /etc/dahdi/system.conf instead and do: dahdi_cfg",
        found.signalling.name()
    );
    let kind = match found.signalling {
        Signalling::FXSLS => "loop-start",
        Signalling::FXSKS => "kewl-start",
        _ => return Some(text),
    };
    if !first.feeds() {
        text += &format!(
            "; or write `signalling = \"{kind}\"` into its {}",
            wanted.table
        );
    }
    Some(text)
}

/// What a channel sends while nobody has it open tells the exchange that the trunk is idle, or else
/// that it is seized.
fn idle(wanted: &Wanted<'_>, found: &FoundChannel) -> Option<String> {
    let right = wanted.idle?;
    if found.signalling != Signalling::CAS {
        return None;
    }
    let Some(bits) = found.bits else {
        return Some("has no signalling bits; take a channel of another span".to_owned());
    };
    if bits.idle == right {
        return None;
    }
    let mut text = format!(
        "has the idle bits {:?}, which do not fit its `signalling`; write `{}` into \
         /etc/dahdi/system.conf instead and do: dahdi_cfg",
        bits.idle,
        wanted.line_of_configuration()
    );
    if let Some(proposal) = idle_bits::proposed(bits.idle) {
        let keys: Vec<String> = proposal.keys.iter().map(|key| format!("`{key}`")).collect();
        let (keys, table) = (keys.join(" and "), wanted.table);
        text += &format!("; or write {keys} into its {table}: {}", proposal.doubt);
    }
    Some(text)
}

/// A controller that runs has its channels open, as is right. Where others have some open as well,
/// whose this one is is not known.
fn in_use(wanted: &Wanted<'_>, found: &FoundChannel, holders: &[Holder]) -> Option<String> {
    let ours = |holder: &Holder| holder.same_program;
    if !found.in_use || holders.iter().any(ours) {
        return None;
    }
    Some(format!(
        "is in use by {}; end it, or take the channel out of its configuration and leave it to {}",
        any_of(holders),
        wanted.what
    ))
}

fn any_of(holders: &[Holder]) -> String {
    let names: Vec<String> = holders.iter().map(Holder::to_string).collect();
    match names.as_slice() {
        [] => "another program".to_owned(),
        some => some.join(" or "),
    }
}

fn alarm(span: &Span, found: &FoundChannel) -> Option<String> {
    let alarms = span.alarms | found.alarms;
    if alarms == Alarms::NONE {
        return None;
    }
    Some(format!(
        "is in alarm ({}): look after the cable of span {}, or after the other side",
        alarms.names().join(", "),
        span.number
    ))
}

/// The law is the card's own: another would turn speech into noise. A channel in use has been
/// told a law by who uses it.
fn law(wanted: &Wanted<'_>, found: &FoundChannel) -> Option<String> {
    if wanted.law == found.law || found.in_use || found.signalling == Signalling::NONE {
        return None;
    }
    let (name, key) = match found.law {
        Law::Mu => ("mu-law", "mu"),
        Law::A => ("A-law", "a"),
    };
    let table = wanted.table;
    Some(format!(
        "speaks {name}; write `law = \"{key}\"` into its {table}"
    ))
}

fn echo_canceller(wanted: &Wanted<'_>, found: &FoundChannel) -> Option<String> {
    if wanted.card.setup.echo_taps == 0 || found.echo_canceller.is_some() {
        return None;
    }
    Some(format!(
        "has no echo canceller for its `echo_canceller_taps`; write `echocanceller=mg2,{}` into \
         /etc/dahdi/system.conf and do: dahdi_cfg",
        wanted.channel
    ))
}

/// Why there is no survey, and what to do.
pub fn without_survey(error: &SurveyError) -> String {
    let remedy = match error {
        SurveyError::NotLoaded => {
            "install DAHDI, load it with the driver of the card (modprobe dahdi), and configure \
             it (dahdi_cfg); or set `driver = \"sim\"`"
                .to_owned()
        }
        SurveyError::Denied { group, .. } => {
            let group = Group::from_gid(Gid::from_raw(*group)).ok().flatten();
            let group = group.map_or_else(|| "dahdi".to_owned(), |group| group.name);
            format!("do: usermod -a -G {group} {}, and log in anew", user())
        }
        SurveyError::Broken { .. } => "see the kernel's log (dmesg)".to_owned(),
    };
    format!("{error}; {remedy}")
}

/// Who runs this.
pub fn user() -> String {
    let user = User::from_uid(Uid::effective()).ok().flatten();
    user.map_or_else(|| Uid::effective().to_string(), |user| user.name)
}

#[cfg(test)]
#[path = "compare/tests.rs"]
mod tests;

//! `[[line]]` and `[[trunk]]`: the phones and the trunks, and what they are connected to.

use backoffice::Routing;
use types::{
    digits::Digits,
    frame::Law,
    id::{LineId, TrunkId},
    tick::Ticks,
    trunk::{TrunkGroup, TrunkProfile, TrunkTrust},
};

use super::{
    card::{Card, trunk_signalling},
    reader::{Placed, Section},
    readers::ReaderWire,
    signalling, values,
};

/// A phone's connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineWire {
    pub id: LineId,
    /// What people call the phone, such as "B block, 2".
    pub name: String,
    /// The driver's channel.
    pub channel: u16,
    pub law: Law,
    pub card: Card,
    /// Seeds the phone's entry in an empty database.
    pub pin_required: bool,
}

/// A trunk's connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrunkWire {
    pub profile: TrunkProfile,
    pub channel: u16,
    pub card: Card,
    /// The only line that may use it; a shared trunk has none.
    pub line: Option<LineId>,
}

/// All that is wired, which defaults may name.
pub struct Wired<'a> {
    lines: &'a [LineWire],
    trunks: &'a [TrunkWire],
    readers: &'a [ReaderWire],
}

impl<'a> Wired<'a> {
    pub fn new(
        lines: &'a [LineWire],
        trunks: &'a [TrunkWire],
        readers: &'a [ReaderWire],
    ) -> Wired<'a> {
        Wired {
            lines,
            trunks,
            readers,
        }
    }

    pub fn has_line(&self, line: u64) -> bool {
        self.lines.iter().any(|wire| u64::from(wire.id.0) == line)
    }

    pub fn has_reader(&self, line: u64) -> bool {
        let mut readers = self.readers.iter();
        readers.any(|reader| u64::from(reader.line.0) == line)
    }

    pub fn has_group(&self, group: u64) -> bool {
        let mut trunks = self.trunks.iter();
        trunks.any(|trunk| u64::from(trunk.profile.group.0) == group)
    }
}

const LAWS: &[(&str, Law)] = &[("mu", Law::Mu), ("a", Law::A)];

pub fn lines(root: &mut Section<'_>, all: Card) -> Vec<LineWire> {
    let mut lines = Vec::new();
    let mut seen = Once::default();
    for mut section in root.tables("line") {
        let id = section.key("id").must().int_at(1..=65_535);
        let name = section.key("name").text(80);
        let channel = section.key("channel").must().int_at(1..=65_535);
        let law = section.key("law").one_of(LAWS);
        let pin_required = section.key("pin_required").flag();
        let card = all.with(&mut section);
        seen.check(&section, "id", id);
        seen.check(&section, "channel", channel);
        section.finish();
        let (Some(id), Some(channel)) = (id, channel) else {
            continue;
        };
        lines.push(LineWire {
            id: LineId(id.value as u16),
            name: name.map_or_else(|| format!("phone {}", id.value), |name| name.value),
            channel: channel.value as u16,
            law: law.unwrap_or(Law::Mu),
            card,
            pin_required: pin_required.unwrap_or(true),
        });
    }
    lines
}

pub fn trunks(root: &mut Section<'_>, lines: &[LineWire], all: Card) -> Vec<TrunkWire> {
    let mut trunks = Vec::new();
    let mut seen = Once::default();
    for line in lines {
        // A channel is one connector of a card: a phone's can't also be a trunk's.
        seen.found.push(("channel", u64::from(line.channel), 0));
    }
    for mut section in root.tables("trunk") {
        let id = section.key("id").must().int_at(1..=65_535);
        let channel = section.key("channel").must().int_at(1..=65_535);
        let line = section.key("line").int_at(1..=65_535);
        seen.check(&section, "id", id);
        seen.check(&section, "channel", channel);
        seen.check(&section, "line", line);
        if let Some(line) = line
            && !lines.iter().any(|wire| u64::from(wire.id.0) == line.value)
        {
            let known: Vec<String> = lines.iter().map(|wire| wire.id.to_string()).collect();
            let what = format!(
                "is {}, which no [[line]] has; allowed: {}",
                line.value,
                known.join(", ")
            );
            section.notes().add(line.line, section.path("line"), what);
        }
        let profile = profile(&mut section, id.map_or(0, |id| id.value as u16));
        let mut card = all.with(&mut section);
        card.setup.signalling = Some(trunk_signalling(profile.signalling));
        section.finish();
        let Some(channel) = channel else {
            continue;
        };
        trunks.push(TrunkWire {
            profile,
            channel: channel.value as u16,
            card,
            line: line.map(|line| LineId(line.value as u16)),
        });
    }
    trunks
}

fn profile(section: &mut Section<'_>, id: u16) -> TrunkProfile {
    let signalling = signalling::read(section);
    let outpulsing = signalling::outpulsing(section, &signalling);
    let law = section.key("law").one_of(LAWS);
    let guard = section.key("guard_seconds").number(0.2..=60.0);
    let dial_tone_wait = section.key("dial_tone_wait_seconds").number(0.5..=60.0);
    let dial_tone_break = section.key("dial_tone_break_ms").int(0..=2000);
    let cancel_echo = section.key("cancel_echo").flag();
    let group = section.key("group").int(1..=255);
    TrunkProfile {
        id: TrunkId(id),
        law: law.unwrap_or(Law::Mu),
        signalling,
        outpulsing,
        trust: trust(section.table("trust")),
        guard: guard.map_or(Ticks::secs(2), values::ticks),
        dial_tone_wait: dial_tone_wait.map_or(Ticks::secs(4), values::ticks),
        dial_tone_break: dial_tone_break.map_or(TrunkProfile::DIAL_TONE_BREAK, Ticks::ms),
        cancel_echo: cancel_echo.unwrap_or(true),
        group: group.map_or(TrunkGroup::FIRST, |group| TrunkGroup(group as u8)),
    }
}

/// `[trunk.trust]`: how far each kind of supervision is believed, in hundredths.
fn trust(mut section: Section<'_>) -> TrunkTrust {
    let standard = TrunkTrust::LOOP_START;
    let mut read = |key, standard: u8| {
        section
            .key(key)
            .int(0..=100)
            .map_or(standard, |value| value as u8)
    };
    let trust = TrunkTrust {
        polarity: read("polarity", standard.polarity),
        loop_break: read("loop_break", standard.loop_break),
        line_signal: read("line_signal", standard.line_signal),
        tones: read("tones", standard.tones),
        voice: read("voice", standard.voice),
        ringback_stop: read("ringback_stop", standard.ringback_stop),
    };
    section.finish();
    trust
}

/// `[routing]`: who handles collect calls, and what the trunk is dialed before the number.
pub fn routing(mut section: Section<'_>) -> Routing {
    let standard = Routing::north_america();
    let allowed = "at most 8 digits, in quotes";
    let prefix = |text: &str| {
        let fits = text.len() <= 8 && text.bytes().all(|c| c.is_ascii_digit());
        fits.then(|| Digits::parse(text))?
    };
    let zero_plus = section.key("zero_plus").one_of(values::HANDLINGS);
    let seven_digit = section.key("seven_digit_exchange").flag();
    let automated = section.key("automated_prefix").parsed(allowed, prefix);
    let operator = section.key("operator_prefix").parsed(allowed, prefix);
    let none = automated.as_ref().filter(|found| found.value.is_empty());
    if let (Some(Placed { line, .. }), Some(true)) = (none, seven_digit) {
        let what = "is empty; with `seven_digit_exchange` a number of ten digits needs digits before it, or \
                    the exchange connects its first seven";
        let path = section.path("automated_prefix");
        section.notes().add(*line, path, what);
    }
    section.finish();
    Routing {
        zero_plus: zero_plus.unwrap_or(standard.zero_plus),
        seven_digit_exchange: seven_digit.unwrap_or(standard.seven_digit_exchange),
        automated_prefix: automated.map_or(standard.automated_prefix, |found| found.value),
        operator_prefix: operator.map_or(standard.operator_prefix, |found| found.value),
    }
}

/// Values that may stand only once, by key.
#[derive(Default)]
struct Once {
    found: Vec<(&'static str, u64, usize)>,
}

impl Once {
    fn check(&mut self, section: &Section<'_>, key: &'static str, placed: Option<Placed<u64>>) {
        let Some(Placed { value, line }) = placed else {
            return;
        };
        let before = self.found.iter().find(|(k, v, _)| (*k, *v) == (key, value));
        if let Some((_, _, before)) = before {
            let where_ = match before {
                0 => "a [[line]] has it".to_owned(),
                line => format!("line {line} has it"),
            };
            let what = format!("is {value}, but {where_} already; each must be its own");
            section.notes().add(line, section.path(key), what);
        }
        self.found.push((key, value, line));
    }
}

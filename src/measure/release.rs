//! How a trunk tells that the far end hung up.
//!
//! What: from one call whose far end hung up at a known time, which signs followed, how long after,
//! and the trunk's settings that make use of them.
//!
//! How: a sign counts from a second before the hang-up on (the hand at the key is slow; a tone from
//! 300 ms before, as others sound in a talk) and only when it was not there before: a loop break of
//! 100 ms or more, the tip's ground taken away, polarity going back, the far end's on-hook of 300 ms
//! or more (E&M), a clear-back that is no metering pulse or a forced release (R2), a tone known by
//! frequency and cadence, silence where there was sound. What is sure gets full trust; silence never
//! does. A line signal is trusted only if it told the answer as well: else no call would ever be
//! answered.
//!
//! Limits: one call shows one behaviour of one exchange; local and distant calls may differ, so learn
//! each kind of call that the trunk is used for.

use types::{
    edge::{Edge, EdgeAt},
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::{R2Country, TrunkSignalling, TrunkTrust},
};

/// What was seen and heard of the call.
#[derive(Clone, PartialEq, Debug)]
pub struct Story {
    /// How the trunk is seized; loop and kewl start are told apart here.
    pub signalling: TrunkSignalling,
    pub answered: Tick,
    pub hung_up: Tick,
    pub ended: Tick,
    pub edges: Vec<EdgeAt>,
    /// Tones that were recognised, with their first moment.
    pub tones: Vec<(Tone, Tick)>,
    /// The last sound from the far end that was no tone.
    pub last_sound: Option<Tick>,
}

/// A sign of release.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    LoopBreak {
        length: Option<Ticks>,
    },
    /// Ground start.
    TipOpen,
    PolarityBack,
    /// E&M.
    FarOnHook,
    /// R2.
    ClearBack,
    ForcedRelease,
    Tone(Tone),
    Silence,
}

/// Signs with how long after the hang-up they came, earliest first, and the settings.
#[derive(Clone, PartialEq, Debug)]
pub struct Learned {
    pub signs: Vec<(Sign, Ticks)>,
    pub signalling: TrunkSignalling,
    pub trust: TrunkTrust,
    /// How the answer was told, so that it is not taken for a release.
    pub answer_reversal: bool,
    /// The far end's hook, or its bits, told the answer.
    pub answer_signal: bool,
}

const SHORTEST_BREAK: Ticks = Ticks::ms(100);
/// Shorter on-hooks of an E&M trunk are an operator's flash.
const SHORTEST_ON_HOOK: Ticks = Ticks::ms(300);
/// Shorter clear-backs of R2 are metering pulses: the longest of any country has 400 ms.
const SHORTEST_CLEAR_BACK: Ticks = Ticks::ms(500);
/// R2's bits A and B from the exchange.
const ANSWERED: u8 = 0b01;
const CLEARED: u8 = 0b11;
const FORCED: u8 = 0b00;
/// The hand at the key is as slow as this; nobody hears a tone that late.
const HAND: Ticks = Ticks::secs(1);
const EAR: Ticks = Ticks::ms(300);
/// Quiet for this long is a sign, if a weak one.
const SILENCE: Ticks = Ticks::secs(4);

impl Story {
    /// Nothing yet, of a trunk that is seized so.
    pub fn new(signalling: TrunkSignalling) -> Story {
        Story {
            signalling,
            answered: Tick::ZERO,
            hung_up: Tick::ZERO,
            ended: Tick::ZERO,
            edges: Vec::new(),
            tones: Vec::new(),
            last_sound: None,
        }
    }

    pub fn learn(&self) -> Learned {
        let from = (self.hung_up - HAND).max(self.answered);
        let reversed = self.edges.iter().any(|e| {
            e.edge == Edge::PolarityReversed
                && e.at >= self.answered - Ticks::secs(1)
                && e.at < from
        });
        let back = self.first(from, |edge| edge == Edge::PolarityNormal);
        let tip = self.first(from, |edge| edge == Edge::TipOpen);
        let found = [
            self.loop_break(from),
            tip.map(|at| (Sign::TipOpen, at)),
            back.filter(|_| reversed).map(|at| (Sign::PolarityBack, at)),
            self.line_signal(from),
            self.tone(self.hung_up - EAR),
            self.silence(),
        ];
        let found = found.into_iter().flatten();
        let mut signs: Vec<(Sign, Ticks)> = found
            .map(|(sign, at)| (sign, at.since(self.hung_up)))
            .collect();
        signs.sort_by_key(|(_, after)| *after);
        let has = |wanted: fn(&Sign) -> bool| signs.iter().any(|(sign, _)| wanted(sign));
        let breaks = has(|sign| matches!(sign, Sign::LoopBreak { .. }));
        let polarity = has(|sign| *sign == Sign::PolarityBack);
        let signalled = has(|sign| {
            matches!(
                sign,
                Sign::FarOnHook | Sign::ClearBack | Sign::ForcedRelease
            )
        });
        let answer_signal = self.answer_signal(from);
        let standard = TrunkTrust::LOOP_START;
        let supervised = self.signalling.is_supervised();
        Learned {
            signalling: match self.signalling {
                TrunkSignalling::LoopStart | TrunkSignalling::KewlStart if breaks => {
                    TrunkSignalling::KewlStart
                }
                TrunkSignalling::LoopStart | TrunkSignalling::KewlStart => {
                    TrunkSignalling::LoopStart
                }
                other => other,
            },
            trust: TrunkTrust {
                polarity: if polarity { 100 } else { 0 },
                line_signal: match supervised && !(signalled && answer_signal) {
                    true => 0,
                    false => standard.line_signal,
                },
                ..standard
            },
            answer_reversal: reversed,
            answer_signal,
            signs,
        }
    }

    /// Whether the far end stood off-hook, or its bits for an answer, when it was hung up.
    fn answer_signal(&self, from: Tick) -> bool {
        let before = self.edges.iter().rev().filter(|edge| edge.at < from);
        let mut states = before.filter_map(|edge| match edge.edge {
            Edge::FarOffHook => Some(true),
            Edge::FarOnHook => Some(false),
            Edge::Bits(bits) => Some(bits.ab() == ANSWERED),
            _ => None,
        });
        states.next() == Some(true)
    }

    /// On-hook, clear-back or forced release that lasts.
    fn line_signal(&self, from: Tick) -> Option<(Sign, Tick)> {
        let told = |edge: Edge| match edge {
            Edge::FarOnHook => Some((Sign::FarOnHook, SHORTEST_ON_HOOK)),
            Edge::Bits(bits) if bits.ab() == CLEARED => {
                Some((Sign::ClearBack, SHORTEST_CLEAR_BACK))
            }
            Edge::Bits(bits) if bits.ab() == FORCED => Some((Sign::ForcedRelease, Ticks::ZERO)),
            _ => None,
        };
        let after = self.edges.iter().enumerate();
        let mut found = after
            .filter(|(_, edge)| edge.at >= from)
            .filter_map(|(at, edge)| {
                let (sign, least) = told(edge.edge)?;
                let next = self.edges[at + 1..]
                    .iter()
                    .find(|next| matches!(next.edge, Edge::FarOffHook | Edge::Bits(_)));
                let until = next.map_or(self.ended, |next| next.at);
                (until.since(edge.at) >= least).then_some((sign, edge.at))
            });
        found.next()
    }

    fn first(&self, from: Tick, wanted: impl Fn(Edge) -> bool) -> Option<Tick> {
        let found = self.edges.iter().find(|e| e.at >= from && wanted(e.edge));
        found.map(|edge| edge.at)
    }

    fn loop_break(&self, from: Tick) -> Option<(Sign, Tick)> {
        let at = self.first(from, |edge| edge == Edge::BatteryLost)?;
        let back = self.first(at, |edge| edge == Edge::BatteryBack);
        let length = back.map(|back| back.since(at));
        let long = length.is_none_or(|length| length >= SHORTEST_BREAK);
        long.then_some((Sign::LoopBreak { length }, at))
    }

    /// The first tone after the hang-up that did not sound in the talk before.
    fn tone(&self, from: Tick) -> Option<(Sign, Tick)> {
        let found = self.tones.iter().find(|(_, at)| *at >= from);
        found.map(|&(tone, at)| (Sign::Tone(tone), at))
    }

    fn silence(&self) -> Option<(Sign, Tick)> {
        let last = self.last_sound?;
        let tone = self.tones.iter().map(|(_, at)| *at).find(|at| *at > last);
        let until = tone.unwrap_or(self.ended);
        let quiet = last >= self.answered && until.since(last) >= SILENCE;
        quiet.then_some((Sign::Silence, last + SILENCE))
    }
}

impl Learned {
    /// Whether anything but silence tells.
    pub fn sure(&self) -> bool {
        self.signs.iter().any(|(sign, _)| *sign != Sign::Silence)
    }

    /// The keys of a site file's `[[trunk]]` that say how the trunk signals.
    pub fn signalling_keys(&self) -> String {
        let kind = match self.signalling {
            TrunkSignalling::LoopStart => "loop-start",
            TrunkSignalling::KewlStart => "kewl-start",
            TrunkSignalling::GroundStart => "ground-start",
            TrunkSignalling::EmImmediate { .. } => "em-immediate",
            TrunkSignalling::EmWink(_) => "em-wink",
            TrunkSignalling::EmDelayDial => "em-delay-dial",
            TrunkSignalling::FeatureGroupD(_) => "feature-group-d",
            TrunkSignalling::R2(_) => "r2",
        };
        let kind = format!("signalling = \"{kind}\"\n");
        let TrunkSignalling::R2(trunk) = self.signalling else {
            return kind;
        };
        let country = match trunk.country {
            R2Country::Itu => "itu",
            R2Country::Argentina => "argentina",
            R2Country::Brazil => "brazil",
            R2Country::China => "china",
            R2Country::Colombia => "colombia",
            R2Country::Mexico => "mexico",
            R2Country::Venezuela => "venezuela",
        };
        format!("{kind}r2_country = \"{country}\"\n")
    }

    /// `[trunk.trust]` as it stands in a site file, every kind of evidence with what it is worth.
    pub fn trust_table(&self) -> String {
        let TrunkTrust {
            polarity,
            loop_break,
            line_signal,
            tones,
            voice,
            ringback_stop,
        } = self.trust;
        format!(
            "[trunk.trust]\npolarity = {polarity}\nloop_break = {loop_break}\nline_signal = \
             {line_signal}\ntones = {tones}\nvoice = {voice}\nringback_stop = {ringback_stop}\n"
        )
    }

    /// The settings as they stand in a site file's `[[trunk]]`.
    pub fn site_file(&self) -> String {
        format!("{}\n{}", self.signalling_keys(), self.trust_table())
    }
}

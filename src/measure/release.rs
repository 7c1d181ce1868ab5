//! How a trunk tells that the far end hung up.
//!
//! What: from one call whose far end hung up at a known time, which signs followed, how long after,
//! and the trunk's settings that make use of them.
//!
//! How: a sign counts from 300 ms before the hang-up on (the hand at the key is slow) and only when it
//! was not there before: a loop break of 100 ms or more, polarity going back, a tone known by
//! frequency and cadence, silence where there was sound. What is sure gets full trust; silence
//! never does.
//!
//! Limits: one call shows one behaviour of one exchange; local and distant calls may differ, so learn
//! each kind of call that the trunk is used for.

use types::{
    edge::{Edge, EdgeAt},
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::{TrunkSignalling, TrunkTrust},
};

/// What was seen and heard of the call.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Story {
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
    LoopBreak { length: Option<Ticks> },
    PolarityBack,
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
}

const SHORTEST_BREAK: Ticks = Ticks::ms(100);
const HAND: Ticks = Ticks::ms(300);
/// Quiet for this long is a sign, if a weak one.
const SILENCE: Ticks = Ticks::secs(4);

impl Story {
    pub fn learn(&self) -> Learned {
        let from = self.hung_up - HAND;
        let mut signs = Vec::new();
        signs.extend(self.loop_break(from));
        let reversed = self.edges.iter().any(|e| {
            e.edge == Edge::PolarityReversed
                && e.at >= self.answered - Ticks::secs(1)
                && e.at < from
        });
        let back = self.first(from, |edge| edge == Edge::PolarityNormal);
        signs.extend(back.filter(|_| reversed).map(|at| (Sign::PolarityBack, at)));
        signs.extend(self.tone(from));
        signs.extend(self.silence());
        let mut signs: Vec<(Sign, Ticks)> = signs
            .into_iter()
            .map(|(sign, at): (Sign, Tick)| (sign, at.since(self.hung_up)))
            .collect();
        signs.sort_by_key(|(_, after)| *after);
        let has = |wanted: fn(&Sign) -> bool| signs.iter().any(|(sign, _)| wanted(sign));
        let breaks = has(|sign| matches!(sign, Sign::LoopBreak { .. }));
        let polarity = has(|sign| *sign == Sign::PolarityBack);
        let standard = TrunkTrust::LOOP_START;
        Learned {
            signalling: match breaks {
                true => TrunkSignalling::KewlStart,
                false => TrunkSignalling::LoopStart,
            },
            trust: TrunkTrust {
                polarity: if polarity { 100 } else { 0 },
                loop_break: standard.loop_break,
                tones: standard.tones,
                ..standard
            },
            answer_reversal: reversed,
            signs,
        }
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

    /// The settings as they stand in a site file's `[[trunk]]`.
    pub fn site_file(&self) -> String {
        let TrunkTrust {
            polarity,
            loop_break,
            tones,
            voice,
            ringback_stop,
            ..
        } = self.trust;
        let signalling = match self.signalling {
            TrunkSignalling::KewlStart => "kewl-start",
            // Only loop and kewl start are told apart here.
            _ => "loop-start",
        };
        format!(
            "signalling = \"{signalling}\"\n\n[trunk.trust]\npolarity = {polarity}\nloop_break = \
             {loop_break}\ntones = {tones}\nvoice = {voice}\nringback_stop = {ringback_stop}\n"
        )
    }
}

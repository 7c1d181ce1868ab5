//! One line followed: a line of text a fact, in words, with the time since the start.

use types::text::counted;
use types::{
    digits::Digit,
    disposition::{Blocked, Disposition},
    edge::Edge,
    fact::{Fact, FactAt, Leg},
    heard::Heard,
    language::Language,
    party_block::PartyBlock,
    prompt::Prompt,
    three_way::ThreeWayEvidences,
    tick::Tick,
    tone::Tone,
    trunk::TrunkCondition,
    verdict::{Handling, Step, Verdict},
};

use crate::records::{
    answer_words, blocked_words, class_words, length, names, party_words, release_words,
    three_way_words, tone_words, type_words,
};

/// Stands for a key of the PIN.
const DOT: char = '•';

/// The words of a prompt in a language.
pub type Words = Box<dyn Fn(Language, &Prompt) -> String>;

/// Turns the facts of a line into sentences.
pub struct Story {
    words: Words,
    /// Keys that were pressed one after the other, not told yet: when the last was.
    keys: Option<(Tick, String)>,
    /// The trunk tone that was told last, so that a cadence is not told at each cycle.
    tone: Option<Tone>,
}

impl std::fmt::Debug for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Story")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl Story {
    pub fn new(words: Words) -> Story {
        Story {
            words,
            keys: None,
            tone: None,
        }
    }

    /// What is to be told now that this has happened: at most the keys before it, and itself.
    pub fn tell(&mut self, fact: &FactAt) -> Vec<String> {
        if let Fact::Keyed { digit } = &fact.fact {
            return self.key(
                fact.at,
                digit.map_or(DOT, |digit| char::from(digit.ascii())),
            );
        }
        let Some(text) = self.sentence(&fact.fact) else {
            return Vec::new();
        };
        let mut told: Vec<String> = self.end_keys().into_iter().collect();
        told.push(line(fact.at, &text));
        told
    }

    /// Keeps a key until its row is over: at another fact, or where the PIN ends.
    fn key(&mut self, at: Tick, key: char) -> Vec<String> {
        let other = |keys: &String| keys.ends_with(DOT) != (key == DOT);
        let ends = self.keys.as_ref().is_some_and(|(_, keys)| other(keys));
        let told = if ends { self.end_keys() } else { None };
        let (last, keys) = self.keys.get_or_insert_with(|| (at, String::new()));
        *last = at;
        keys.push(key);
        told.into_iter().collect()
    }

    /// Tells the keys that nothing has followed yet.
    pub fn end_keys(&mut self) -> Option<String> {
        let (at, keys) = self.keys.take()?;
        Some(line(at, &format!("the inmate keys {keys}")))
    }

    fn sentence(&mut self, fact: &Fact) -> Option<String> {
        let text = match fact {
            Fact::OffHook => "the inmate lifts the handset".to_owned(),
            Fact::Phase {
                to: "dial-tone", ..
            } => "gives the inmate the controller's own dial tone".to_owned(),
            Fact::OnHook => "the inmate hangs up".to_owned(),
            Fact::Flash => "the switch hook was flashed; the trunk got none of it".to_owned(),
            Fact::Says {
                leg,
                language,
                prompt,
            } => {
                let (to, words) = (listener(*leg), (self.words)(*language, prompt));
                format!("says to {to}: \"{words}\"")
            }
            Fact::FarKeyed { digit } => far_keyed(*digit),
            Fact::Heard {
                leg: Leg::Trunk,
                heard,
            } => return self.heard(heard),
            Fact::TrunkEdge(edge) => edge_words(*edge)?.to_owned(),
            Fact::TrunkLent(trunk) => format!("trunk {trunk} is seized"),
            Fact::TrunkReturned { trunk, condition } => {
                self.tone = None;
                format!("trunk {trunk} is released{}", condition_words(*condition))
            }
            Fact::NoTrunkFree => "no trunk is free".to_owned(),
            Fact::ProceedHeard => "the exchange is ready for digits".to_owned(),
            Fact::Outpulsing { digits } => {
                format!("sends {} to the exchange", counted(*digits, "digit"))
            }
            Fact::Decided(verdict) => decided(verdict),
            Fact::Answered(piece) => {
                let (by, trust) = (answer_words(piece.evidence), piece.trust);
                format!("answered: {by} (trusted {trust} of 100)")
            }
            Fact::Class(class) => {
                let (by, sure) = (class_words(class.evidence), class.trust);
                format!("what answered is known by {by} (sure by {sure} of 100)")
            }
            Fact::ThreeWay(pieces) => third_party(pieces),
            Fact::Accepted => "the called party accepts the call".to_owned(),
            Fact::Refused => "the called party refuses the call".to_owned(),
            Fact::Blocks(block) => block_words(*block).to_owned(),
            Fact::TalkBegins => "both parties are connected".to_owned(),
            Fact::Joined | Fact::Parted => path_words(fact).to_owned(),
            Fact::Released(piece) => {
                let (by, trust) = (release_words(piece.evidence), piece.trust);
                format!("the far end is gone: {by} (trusted {trust} of 100)")
            }
            Fact::NameRecorded { ms } => format!("keeps the inmate's name, {:.1} s", seconds(*ms)),
            Fact::Interfered => "digits go out over the key".to_owned(),
            Fact::CutOff => "the call is cut off".to_owned(),
            Fact::CardRead | Fact::OfficerAsked | Fact::Confirmed(_) => identity_words(fact),
            Fact::LateReply => "an answer of the back office came too late".to_owned(),
            Fact::PortFault { leg } => format!("the port towards {} failed", listener(*leg)),
            Fact::Ended(end) => ended(end),
            Fact::Phase { .. }
            | Fact::Pulses(_)
            | Fact::Keyed { .. }
            | Fact::PromptStopped { .. }
            | Fact::Outpulsed
            | Fact::Heard {
                leg: Leg::Phone, ..
            } => return None,
        };
        Some(text)
    }

    /// What comes back on the trunk. Each ring is told, other cadences once.
    fn heard(&mut self, heard: &Heard) -> Option<String> {
        match heard {
            Heard::Tone {
                tone,
                cycles,
                level_dbm0,
                ..
            } => {
                let again = self.tone == Some(*tone);
                self.tone = Some(*tone);
                match tone {
                    Tone::Ringback => {
                        let ring = cycles + 1;
                        Some(format!("hears on the trunk: ringback, ring {ring}"))
                    }
                    _ if again => None,
                    _ => Some(format!(
                        "hears on the trunk: {}, {level_dbm0:.0} dBm0",
                        tone_words(*tone)
                    )),
                }
            }
            Heard::ToneEnd { .. } => {
                self.tone = None;
                None
            }
            Heard::Voice { level_dbm0, .. } => {
                Some(format!("hears on the trunk: a voice, {level_dbm0:.0} dBm0"))
            }
            Heard::PulseDigit { digit, .. } => {
                Some(format!("hears on the trunk: {digit}, dialed as pulses"))
            }
            // What answered has a fact of its own.
            Heard::DigitStart { .. }
            | Heard::DigitEnd { .. }
            | Heard::Class { .. }
            | Heard::Silence { .. } => None,
        }
    }
}

fn path_words(fact: &Fact) -> &'static str {
    match fact {
        Fact::Joined => "the driver joins both channels",
        _ => "both channels leave each other",
    }
}

/// What is told of a line that is not followed: talks, and how an attempt ended.
pub fn of_other_line(fact: &FactAt) -> Option<String> {
    let text = match &fact.fact {
        Fact::Ended(end) => end.blocked.map_or_else(|| ended(end), refused),
        Fact::TalkBegins => "both parties are connected".to_owned(),
        _ => return None,
    };
    Some(line(fact.at, &format!("(line {}: {text})", fact.line)))
}

/// A sentence with its time, seconds since the start.
pub fn line(at: Tick, text: &str) -> String {
    format!("{:8.2} s  {text}", at.0 as f64 / 8000.0)
}

fn listener(leg: Leg) -> &'static str {
    match leg {
        Leg::Phone => "the inmate",
        Leg::Trunk => "the called party",
    }
}

fn edge_words(edge: Edge) -> Option<&'static str> {
    match edge {
        Edge::BatteryLost => Some("the exchange takes battery off the trunk"),
        Edge::PolarityReversed => Some("the trunk's polarity is reversed"),
        Edge::PolarityNormal => Some("the trunk's polarity is normal again"),
        Edge::RingStart => Some("the trunk rings: it is left alone"),
        Edge::FarOffHook => Some("the far end of the trunk goes off-hook"),
        Edge::FarOnHook => Some("the far end of the trunk goes on-hook"),
        Edge::TipGround => Some("the exchange grounds the tip"),
        Edge::TipOpen => Some("the exchange takes the tip's ground off"),
        Edge::AlarmOn => Some("the span is in alarm"),
        Edge::AlarmOff => Some("the span's alarm is over"),
        Edge::LoopClosed
        | Edge::LoopOpen
        | Edge::Flash
        | Edge::Pulses(_)
        | Edge::RingStop
        | Edge::BatteryBack
        | Edge::Bits(_)
        | Edge::PulsesSent => None,
    }
}

fn condition_words(condition: TrunkCondition) -> &'static str {
    match condition {
        TrunkCondition::Good => "",
        TrunkCondition::Faulty => ": it gave no proceed signal",
        TrunkCondition::Suspect => ": its line died",
    }
}

fn decided(verdict: &Verdict) -> String {
    let passed: Vec<String> = verdict.trace.iter().map(step_words).collect();
    let passed = passed.join(", ");
    match &verdict.outcome {
        Ok(permit) => {
            let limit = permit.limit.map_or("untimed".to_owned(), |limit| {
                format!("at most {}", length(limit))
            });
            format!(
                "decides: {} may be called ({}, {}, {limit}); passed: {passed}",
                permit.number,
                type_words(permit.call_type),
                handling_words(permit.handling, permit.acceptance),
            )
        }
        Err(refusal) => {
            format!("decides: {}; passed: {passed}", refused(refusal.blocked))
        }
    }
}

/// Cards and officers.
fn identity_words(fact: &Fact) -> String {
    match fact {
        Fact::CardRead => "a card is read".to_owned(),
        Fact::Confirmed(officer) => format!("officer {} confirms the call", officer.0),
        _ => "the call waits for an officer".to_owned(),
    }
}

fn refused(why: Blocked) -> String {
    format!("refused: {} ({})", blocked_words(why), names::blocked(why))
}

fn block_words(block: PartyBlock) -> &'static str {
    match block {
        PartyBlock::Inmate => "the called party refuses all further calls of this inmate",
        PartyBlock::Facility => "the called party refuses all further calls from the facility",
    }
}

fn handling_words(handling: Handling, acceptance: bool) -> &'static str {
    match (handling, acceptance) {
        (Handling::AutomatedOperator, _) => "collect, by the automated operator",
        (Handling::CarrierOperator, _) => "through the carrier's operator",
        (Handling::Direct, true) => "to be accepted",
        (Handling::Direct, false) => "nobody has to accept",
    }
}

/// By the names that records have, so that it is found there again.
fn step_words(step: &Step) -> String {
    let (check, finding) = (names::check(step.check), names::finding(step.finding));
    format!(
        "{} ({})",
        check.replace('-', " "),
        finding.replace('-', " ")
    )
}

fn ended(end: &types::call_record::CallEnd) -> String {
    format!(
        "the attempt is over: {}, ended by {}",
        outcome_words(end.disposition),
        party_words(end.ended_by)
    )
}

/// A disposition for somebody who does not know the names in the records.
pub fn outcome_words(disposition: Disposition) -> String {
    match disposition {
        Disposition::Blocked => "refused".to_owned(),
        Disposition::Intercept => "not in service".to_owned(),
        Disposition::Limited => "time is up".to_owned(),
        Disposition::Refused => "declined".to_owned(),
        Disposition::ThreeWay => "a third party".to_owned(),
        Disposition::ExtraDigits => "keys pressed".to_owned(),
        named => names::disposition(named).replace('-', " "),
    }
}

fn far_keyed(digit: Option<Digit>) -> String {
    let key = digit.map_or(DOT.to_string(), |digit| digit.to_string());
    format!("the called party keys {key}")
}

fn seconds(ms: u32) -> f64 {
    f64::from(ms) / 1000.0
}

fn third_party(pieces: &ThreeWayEvidences) -> String {
    let pieces = pieces.iter().map(|piece| three_way_words(piece.evidence));
    let pieces: Vec<_> = pieces.collect();
    format!("a third party may have been joined: {}", pieces.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use speech::Speech;
    use types::id::LineId;

    fn story() -> Story {
        let speech = Speech::load(&[Language::ENGLISH], None).expect("the built-in prompts");
        Story::new(Box::new(move |language, prompt| {
            speech.words(language, prompt)
        }))
    }

    fn at(ms: u64, fact: Fact) -> FactAt {
        FactAt {
            line: LineId(1),
            at: Tick(ms * 8),
            fact,
        }
    }

    #[test]
    fn keys_are_told_together_and_secret_ones_as_dots() {
        let mut story = story();
        for ms in 1..=6 {
            assert!(
                story
                    .tell(&at(ms * 100, Fact::Keyed { digit: None }))
                    .is_empty()
            );
        }
        let told = story.tell(&at(900, Fact::OnHook));
        assert_eq!(
            told,
            [
                "    0.60 s  the inmate keys ••••••",
                "    0.90 s  the inmate hangs up"
            ]
        );
    }

    #[test]
    fn a_pin_and_the_number_after_it_are_two_facts() {
        let mut story = story();
        let keys = [None, None, Digit::decimal(2), Digit::decimal(1)];
        let mut told = Vec::new();
        for (ms, digit) in (1..).zip(keys) {
            told.extend(story.tell(&at(ms * 100, Fact::Keyed { digit })));
        }
        told.extend(story.end_keys());
        assert_eq!(
            told,
            [
                "    0.20 s  the inmate keys ••",
                "    0.40 s  the inmate keys 21"
            ]
        );
    }

    #[test]
    fn a_prompt_is_told_in_its_words() {
        let says = Fact::Says {
            leg: Leg::Phone,
            language: Language::ENGLISH,
            prompt: Prompt::CallLimit { seconds: 600 },
        };
        let told = story().tell(&at(0, says));
        assert_eq!(
            told,
            ["    0.00 s  says to the inmate: \"Your call is limited to 10 minutes.\""]
        );
    }

    #[test]
    fn a_cadence_is_told_once_and_a_ring_each_time() {
        let mut story = story();
        let tone = |tone, cycles| Fact::Heard {
            leg: Leg::Trunk,
            heard: Heard::Tone {
                tone,
                cycles,
                start: Tick::ZERO,
                level_dbm0: -13.0,
                confidence: 1.0,
            },
        };
        assert_eq!(story.tell(&at(0, tone(Tone::Busy, 1))).len(), 1);
        assert_eq!(story.tell(&at(1, tone(Tone::Busy, 2))).len(), 0);
        let first = story.tell(&at(2, tone(Tone::Ringback, 0)));
        assert!(first[0].ends_with("ring 1"), "{first:?}");
        assert_eq!(story.tell(&at(3, tone(Tone::Ringback, 1))).len(), 1);
    }

    #[test]
    fn keys_without_a_sequel_are_not_lost() {
        let mut story = story();
        let five = Digit::decimal(5);
        story.tell(&at(50, Fact::Keyed { digit: five }));
        assert_eq!(
            story.end_keys().as_deref(),
            Some("    0.05 s  the inmate keys 5")
        );
        assert_eq!(story.end_keys(), None);
    }
}

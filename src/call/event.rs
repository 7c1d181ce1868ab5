//! What a call is told, and what it wants done.

use types::{
    answer_class::AnswerClass,
    digits::{Digit, Digits, List},
    evidence::{AnswerEvidence, ReleaseEvidence, Weighed},
    fact::{Fact, Leg},
    language::Language,
    prompt::Prompt,
    query::{Answered, LineCommand, Query},
    three_way::ThreeWayEvidences,
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::{TrunkCondition, TrunkGroup, TrunkProfile},
};

/// One thing that happened on the line.
#[derive(Debug)]
pub enum Event<'a> {
    OffHook,
    /// On-hook; the loop has been open since then.
    OnHook {
        since: Tick,
    },
    Flash,
    Pulses(u8),
    /// The inmate pressed this key.
    Key(Digit),
    /// All that was queued on the leg has been said.
    Said(Leg),
    /// The inmate's name was recorded: how much of it was voice.
    NameRecorded {
        voiced: Ticks,
    },
    /// The keeper lent a trunk for the question of this number.
    Lent {
        number: u32,
        profile: &'a TrunkProfile,
    },
    NoneFree {
        number: u32,
    },
    /// The trunk is ready for digits.
    Proceed,
    Outpulsed,
    Ringback {
        cycles: u16,
    },
    /// The network gave the call up with this tone.
    Failed(Tone),
    AnswerHint(Weighed<AnswerEvidence>),
    Answered(Weighed<AnswerEvidence>),
    ReleaseHint(Weighed<ReleaseEvidence>),
    /// What was hinted at by this was no release.
    DoubtOver(ReleaseEvidence),
    Released(Weighed<ReleaseEvidence>),
    Voice(Leg),
    /// What answered, told by its sound.
    Class(Weighed<AnswerClass>),
    /// What speaks after outpulsing without ringing is an announcement of the network's.
    Announcement,
    /// The called party pressed this key, or dialed it on a rotary telephone where that may choose.
    /// `doubtful` when it may be an echo of what the inmate recorded as a name.
    Choice {
        digit: Digit,
        doubtful: bool,
    },
    /// A third party seems to have been joined.
    ThreeWay(&'a ThreeWayEvidences),
    TrunkLost,
    /// The far end uses the trunk itself.
    TrunkInUse,
    /// The phone's port failed or its span is in alarm: nobody hung up.
    PhoneLost,
    Answer(&'a Answered),
    Command(&'a LineCommand),
    /// The deadline has come.
    Timer,
}

/// One thing to do.
#[derive(Debug)]
pub enum Action {
    /// Queue a prompt behind what the leg is saying.
    Say {
        leg: Leg,
        language: Language,
        prompt: Prompt,
    },
    /// Queue so much silence.
    Pause {
        leg: Leg,
        length: Ticks,
    },
    /// Queue the "speak now" tone on the phone.
    Beep,
    /// Stop what the leg is saying and drop its queue.
    Hush(Leg),
    /// Record the inmate's name from now on for this long.
    RecordName(Ticks),
    StopName,
    Ask {
        number: u32,
        query: Query,
    },
    Borrow {
        number: u32,
        group: Option<TrunkGroup>,
    },
    /// Go off-hook on the trunk that was lent.
    Seize,
    Outpulse(Digits),
    /// Send these over a key of the inmate's, and keep the parties apart meanwhile.
    Interfere(Digits),
    /// The voice path opens without answer evidence.
    TakenAsAnswered,
    /// On-hook, and back to the keeper.
    ReturnTrunk(TrunkCondition),
    Tell(Fact),
}

/// More than any one event can cause; an overflow is a bug and panics.
pub type Actions = List<Action, 24>;

//! The parties talk: warnings, the limit, release by evidence.

use super::Phase;
use crate::{
    Bridge,
    announcer::Announcer,
    attempt::Attempt,
    cx::Cx,
    event::{Action, Event},
    fraud::extra_key,
};
use types::{
    answer_class::AnswerClass,
    digits::List,
    disposition::{Disposition, EndedBy},
    evidence::{ReleaseEvidence, Weighed},
    fact::{Fact, Leg},
    prompt::Prompt,
    settings::Warnings,
    three_way::ThreeWayEvidences,
    tick::{Tick, Ticks},
    treatment::ThreeWayResponse,
    verdict::RecordingRule,
};

/// Both are told so long before the cut that their time is up, where that is wanted: the words take no
/// longer in any language.
const LAST_WORD: Ticks = Ticks::secs(5);
/// A piece of release evidence closes the path this long, until more comes or none: the longest
/// cadence of a busy tone is shorter.
const DOUBT: Ticks = Ticks::ms(1600);

/// Why the far end may be gone.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    until: Tick,
    by: ReleaseEvidence,
}

/// Waits for a release, or for the limit.
#[derive(Debug)]
pub struct Talk {
    pub attempt: Attempt,
    /// Zero of the call's own limit, if it is timed.
    limit_at: Option<Tick>,
    hard_limit_at: Tick,
    two_minutes_at: Option<Tick>,
    one_minute_at: Option<Tick>,
    last_word_at: Option<Tick>,
    /// That was said.
    time_is_told: bool,
    /// Both parties silent until here is release evidence.
    silent_until: Tick,
    /// The far end may be gone: the path is closed meanwhile. The trunk's signals say themselves when
    /// a doubt is over, tones don't; one of each kind is kept.
    doubts: List<Doubt, 4>,
    announcer: Announcer,
}

impl Talk {
    pub(crate) fn enter(mut attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
        cx.hush(Leg::Phone);
        let permit = attempt.permit.expect("only an admitted call is talked");
        let mut notice = false;
        if !permit.acceptance && permit.recording == RecordingRule::Record {
            // A called party who accepted has heard it already.
            attempt.say(cx, Leg::Trunk, Prompt::RecordingNotice);
            attempt.say(cx, Leg::Phone, Prompt::RecordingNotice);
            notice = true;
        }
        attempt.talk_from = Some(cx.now);
        cx.tell(Fact::TalkBegins);
        let mut talk = Talk::begin(attempt, cx);
        if notice {
            talk.announcer.says(cx.now);
        }
        Phase::Talk(talk)
    }

    /// The carrier's operator takes the call: the path opens at the end of outpulsing.
    pub(crate) fn with_operator(mut attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
        cx.hush(Leg::Phone);
        cx.do_(Action::TakenAsAnswered);
        attempt.talk_from = Some(cx.now);
        cx.tell(Fact::TalkBegins);
        Phase::Talk(Talk::begin(attempt, cx))
    }

    fn begin(attempt: Attempt, cx: &mut Cx<'_>) -> Talk {
        let permit = attempt.permit.expect("only an admitted call is talked");
        let left = permit.until.map(|until| until.since(cx.now));
        let limit = [permit.limit, left].into_iter().flatten().min();
        let hard = cx.settings.hard_limit;
        // Nobody is cut unwarned, untimed or not.
        let ends = limit.map_or(hard, |limit| limit.min(hard));
        let warn = |wanted: bool, before: Ticks| {
            (wanted && ends > before).then(|| cx.now + (ends - before))
        };
        Talk {
            limit_at: limit.map(|l| cx.now + l),
            hard_limit_at: cx.now + hard,
            two_minutes_at: warn(permit.warnings.two_minutes, Warnings::TWO_MINUTES),
            one_minute_at: warn(permit.warnings.one_minute, Warnings::ONE_MINUTE),
            last_word_at: warn(permit.treatment.word_before_cut, LAST_WORD),
            time_is_told: false,
            silent_until: cx.now + cx.settings.talk_silence,
            doubts: List::new(),
            announcer: Announcer::new(cx.now, &permit.treatment.announcements, limit.is_some()),
            attempt,
        }
    }

    pub(crate) fn bridge(&self) -> Bridge {
        if self.doubts.is_empty() {
            Bridge::Open
        } else {
            Bridge::Closed
        }
    }

    pub(crate) fn deadline(&self) -> Tick {
        let doubts = self.doubts.iter().map(|doubt| doubt.until);
        let ahead = self.ahead();
        let announcement = self.announcer.deadline(ahead);
        [ahead, announcement]
            .into_iter()
            .flatten()
            .chain(doubts)
            .fold(self.hard_limit_at.min(self.silent_until), Tick::min)
    }

    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Voice(_) => {
                self.announcer.voice(cx.now);
                self.silent_until = cx.now + cx.settings.talk_silence;
                Phase::Talk(self)
            }
            Event::ReleaseHint(piece) => {
                self.attempt.release_hint(piece);
                self.doubt(cx.now + DOUBT, piece.evidence);
                Phase::Talk(self)
            }
            Event::DoubtOver(evidence) => {
                self.doubts.retain(|doubt| doubt.by != evidence);
                Phase::Talk(self)
            }
            Event::Released(piece) => self.released(cx, piece),
            Event::Class(class) => self.classified(cx, class),
            Event::Timer => self.timer(cx),
            Event::Said(_) => {
                self.announcer.said(cx.now);
                Phase::Talk(self)
            }
            Event::ThreeWay(pieces) => self.third_party(cx, pieces),
            Event::Choice { .. } => extra_key(Phase::Talk(self), cx, Leg::Trunk),
            _ => Phase::Talk(self),
        }
    }

    fn timer(mut self, cx: &mut Cx<'_>) -> Phase {
        if self.limit_at.is_some_and(|at| cx.now >= at) || cx.now >= self.hard_limit_at {
            let (limited, us) = (Disposition::Limited, EndedBy::Controller);
            let prompts = [Prompt::TimeIsUp, Prompt::HangUp];
            let unsaid = if self.time_is_told { 1 } else { 0 };
            return self.attempt.over(cx, limited, us, &prompts[unsaid..]);
        }
        if cx.now >= self.silent_until {
            let piece = Weighed {
                evidence: ReleaseEvidence::Silence,
                at: self.silent_until - cx.settings.talk_silence,
                trust: 100,
            };
            return self.released(cx, piece);
        }
        self.doubts.retain(|doubt| doubt.until > cx.now);
        if self.two_minutes_at.is_some_and(|at| cx.now >= at) {
            self.two_minutes_at = None;
            self.warn(cx, Warnings::TWO_MINUTES);
        }
        if self.one_minute_at.is_some_and(|at| cx.now >= at) {
            self.one_minute_at = None;
            self.warn(cx, Warnings::ONE_MINUTE);
        }
        if self.last_word_at.is_some_and(|at| cx.now >= at) {
            self.last_word_at = None;
            self.time_is_told = true;
            self.tell_both(cx, Prompt::TimeIsUp);
        }
        let (ahead, limit) = (self.ahead(), self.limit_at);
        if let Some(prompt) = self.announcer.due(cx.now, ahead, limit) {
            self.tell_both(cx, prompt);
        }
        Phase::Talk(self)
    }

    /// The next that is said or done because time passes.
    fn ahead(&self) -> Option<Tick> {
        let warnings = [self.two_minutes_at, self.one_minute_at, self.last_word_at];
        let all = warnings.into_iter().chain([self.limit_at]);
        all.flatten().min()
    }

    fn third_party(mut self, cx: &mut Cx<'_>, pieces: &ThreeWayEvidences) -> Phase {
        match self.attempt.third_party(cx, pieces) {
            Some(ThreeWayResponse::Disconnect) => {
                return self.attempt.hang_up_for_fraud(cx, Disposition::ThreeWay);
            }
            Some(ThreeWayResponse::Warn(warning)) => {
                self.attempt.warn_of_third(cx, warning);
                self.announcer.says(cx.now);
            }
            Some(ThreeWayResponse::Flag | ThreeWayResponse::Ignore) | None => {}
        }
        Phase::Talk(self)
    }

    fn doubt(&mut self, until: Tick, by: ReleaseEvidence) {
        self.doubts.retain(|doubt| doubt.by != by);
        if self.doubts.is_full() {
            // They are all of one length: the oldest is over first.
            self.doubts.remove(0);
        }
        self.doubts.push(Doubt { until, by });
    }

    fn warn(&mut self, cx: &mut Cx<'_>, left: Ticks) {
        let seconds = u32::try_from(left.as_secs()).expect("a minute or two");
        self.tell_both(cx, Prompt::TimeRemaining { seconds });
    }

    fn tell_both(&mut self, cx: &mut Cx<'_>, prompt: Prompt) {
        for leg in [Leg::Phone, Leg::Trunk] {
            self.attempt.say(cx, leg, prompt);
        }
        self.announcer.says(cx.now);
    }

    /// There is nobody to talk to. A machine may be left a message where nobody must accept. Who was
    /// a person stays one, whatever is whistled into a telephone.
    fn classified(self, cx: &mut Cx<'_>, class: Weighed<AnswerClass>) -> Phase {
        match class.evidence {
            AnswerClass::Fax | AnswerClass::Modem if !self.attempt.keeps_person(&class) => {
                let by = EndedBy::Controller;
                let prompts = [Prompt::AnsweredByFax];
                self.attempt.over(cx, Disposition::FaxModem, by, &prompts)
            }
            _ => Phase::Talk(self),
        }
    }

    fn released(self, cx: &mut Cx<'_>, piece: Weighed<ReleaseEvidence>) -> Phase {
        let mut attempt = self.attempt;
        attempt.released(piece);
        attempt.over_at = Some(piece.at);
        cx.tell(Fact::Released(piece));
        let prompts = [Prompt::FarEndHungUp, Prompt::HangUp];
        attempt.over(cx, Disposition::Completed, EndedBy::CalledParty, &prompts)
    }
}

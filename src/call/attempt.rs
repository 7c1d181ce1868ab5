//! What is known of one attempt, from off-hook to its record. It travels by value from
//! phase to phase, so that nothing of it outlives the call.

use crate::{
    cx::Cx,
    event::Action,
    fraud::Watch,
    phase::{Aftermath, DialTone, Phase},
};
use types::{
    answer_class::{AnswerClass, SURE_MACHINE},
    call_record::{CallEnd, Noticed, Response},
    credential::{CardNumber, Credential},
    digits::{Digit, Digits},
    disposition::{Blocked, Disposition, EndedBy, FraudFlags},
    evidence::{AnswerEvidence, Evidences, ReleaseEvidence, Weighed, gather},
    fact::{Fact, Leg},
    id::{CallId, InmateId, TrunkId},
    language::Language,
    party_block::PartyBlock,
    prompt::Prompt,
    query::Query,
    route::Route,
    secret::Secret,
    three_way::ThreeWayEvidences,
    tick::{Tick, Ticks},
    trunk::{TrunkCondition, TrunkProfile},
    verdict::{Permit, RecordingRule, Refusal},
};

/// Between two keys that are pressed in one go, from beginning to beginning.
const KEYING_ON: Ticks = Ticks::ms(500);

/// A call that lasts so long after a dial tone goes on: an exchange's own would have ended it.
const GOES_ON: Ticks = Ticks::secs(3);

/// A span that fails may flip its bits for so long before it says so.
const FAILING: Ticks = Ticks::secs(3);

/// One attempt, from off-hook to its record.
#[derive(Debug)]
pub struct Attempt {
    pub off_hook_at: Tick,
    /// When a digit was pressed last. With one, the attempt gets a record.
    pub keyed_at: Option<Tick>,
    pub language: Option<Language>,
    /// What said who calls.
    pub credential: Option<Credential>,
    /// A card that was read before the step that takes it.
    pub card: Option<Secret<CardNumber>>,
    /// An officer's code was begun on the keys when the call went on without it.
    pub code_begun: bool,
    /// What the called party chose, if anything.
    pub far_language: Option<Language>,
    /// Whose PIN was keyed, also one that was refused.
    pub inmate: Option<InmateId>,
    /// Keys pressed before the step that takes them.
    pub ahead: Secret<Digits>,
    pub dialed: Digits,
    pub permit: Option<Permit>,
    /// The record of a refused admission.
    pub refused_call: Option<CallId>,
    pub blocked: Option<Blocked>,
    /// The trunk that is held now, and the last one that was.
    pub trunk: Option<TrunkProfile>,
    pub last_trunk: Option<TrunkId>,
    /// Of the route that is being tried.
    pub trunks_tried: u8,
    /// Which of the permit's routes that is.
    pub route_at: usize,
    pub answered_at: Option<Tick>,
    pub talk_from: Option<Tick>,
    /// When it was over, if that was seen later.
    pub over_at: Option<Tick>,
    /// How long the driver has joined the parties.
    pub joined: Ticks,
    pub flags: FraudFlags,
    pub extra_digits: u16,
    pub response: Response,
    pub party_block: Option<PartyBlock>,
    pub answer_evidence: Evidences<AnswerEvidence>,
    pub release_evidence: Evidences<ReleaseEvidence>,
    pub three_way: ThreeWayEvidences,
    pub(crate) watch: Watch,
    /// When a dial tone began after the number was dialed.
    dial_tone_at: Option<Tick>,
    /// What the far end was held to be gone by.
    released_by: Option<ReleaseEvidence>,
}

/// What of a call has consequences for others at once: each change of it is told when it happens, keys
/// and the like with the next sign of life.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct News {
    flags: FraudFlags,
    three_way_times: u16,
    party_block: Option<PartyBlock>,
}

impl Attempt {
    /// The phone went off-hook: dial tone, or why there is none.
    pub(crate) fn lift(cx: &mut Cx<'_>) -> Phase {
        let attempt = Attempt {
            off_hook_at: cx.now,
            keyed_at: None,
            language: None,
            credential: None,
            card: None,
            code_begun: false,
            far_language: None,
            inmate: None,
            ahead: Secret::default(),
            dialed: Digits::EMPTY,
            permit: None,
            refused_call: None,
            blocked: None,
            trunk: None,
            last_trunk: None,
            trunks_tried: 0,
            route_at: 0,
            answered_at: None,
            talk_from: None,
            over_at: None,
            joined: Ticks::ZERO,
            flags: FraudFlags::NONE,
            extra_digits: 0,
            response: Response::default(),
            party_block: None,
            answer_evidence: Evidences::new(),
            release_evidence: Evidences::new(),
            three_way: ThreeWayEvidences::new(),
            watch: Watch::default(),
            dial_tone_at: None,
            released_by: None,
        };
        if !cx.in_service {
            return attempt.refuse(cx, Blocked::PhoneOutOfService);
        }
        if !cx.room {
            return attempt.refuse(cx, Blocked::SystemUnavailable);
        }
        Phase::DialTone(DialTone {
            until: cx.now + cx.settings.dial_tone,
            attempt,
        })
    }

    pub(crate) fn news(&self) -> News {
        News {
            flags: self.flags,
            three_way_times: self.response.three_way_times,
            party_block: self.party_block,
        }
    }

    pub(crate) fn noticed(&self) -> Noticed {
        Noticed {
            flags: self.flags,
            extra_digits: self.extra_digits,
            response: self.response,
            three_way: self.three_way.clone(),
            party_block: self.party_block,
        }
    }

    /// The language to speak in: the one chosen, or the site's first.
    pub(crate) fn tongue(&self, cx: &Cx<'_>) -> Language {
        self.language
            .or(cx.settings.languages.first().copied())
            .unwrap_or(Language::ENGLISH)
    }

    /// The language to speak to the called party in: the one chosen there, or the inmate's.
    pub(crate) fn far_tongue(&self, cx: &Cx<'_>) -> Language {
        self.far_language.unwrap_or_else(|| self.tongue(cx))
    }

    pub(crate) fn say(&self, cx: &mut Cx<'_>, leg: Leg, prompt: Prompt) {
        let language = match leg {
            Leg::Phone => self.tongue(cx),
            Leg::Trunk => self.far_tongue(cx),
        };
        cx.say(leg, language, prompt);
    }

    /// Asks for the next step. Who keys on without waiting to be asked is not talked into.
    pub(crate) fn ask(&self, cx: &mut Cx<'_>, prompts: &[Prompt]) {
        let length = self.keying_until().since(cx.now);
        if length > Ticks::ZERO {
            cx.do_(Action::Pause {
                leg: Leg::Phone,
                length,
            });
        }
        for &prompt in prompts {
            self.say(cx, Leg::Phone, prompt);
        }
    }

    /// A key before this comes from a hand that keys on, whatever was said or happened.
    pub(crate) fn keying_until(&self) -> Tick {
        self.keyed_at.map_or(Tick::ZERO, |at| at + KEYING_ON)
    }

    /// Keeps a key for the step that will want it. A full buffer drops further keys: no
    /// step takes that many.
    pub(crate) fn type_ahead(&mut self, digit: Digit) {
        let _ = self.ahead.expose_mut().push(digit);
    }

    /// Keeps a card for the step that asks who calls.
    pub(crate) fn keep_card(&mut self, cx: &Cx<'_>, card: &Secret<CardNumber>) {
        if cx.settings.takes_cards() && self.credential.is_none() {
            self.card = Some(card.clone());
            self.keyed_at = Some(cx.now);
        }
    }

    pub(crate) fn forget_ahead(&mut self) {
        self.ahead = Secret::default();
    }

    /// The call whose audio may be recorded. Fails closed: no permit, no tap.
    pub(crate) fn tap(&self) -> Option<CallId> {
        let permit = self.permit.as_ref()?;
        (permit.recording == RecordingRule::Record).then_some(permit.call)
    }

    pub(crate) fn hint(&mut self, piece: Weighed<AnswerEvidence>) {
        gather(&mut self.answer_evidence, piece);
    }

    pub(crate) fn release_hint(&mut self, piece: Weighed<ReleaseEvidence>) {
        gather(&mut self.release_evidence, piece);
        if piece.evidence == ReleaseEvidence::DialTone {
            self.dial_tone_at.get_or_insert(piece.at);
        }
    }

    /// The far end is gone.
    pub(crate) fn released(&mut self, piece: Weighed<ReleaseEvidence>) {
        self.release_hint(piece);
        self.released_by = Some(piece.evidence);
    }

    /// What an earlier trunk showed is no evidence of the next one's.
    pub(crate) fn forget_release(&mut self) {
        self.release_evidence.clear();
        self.dial_tone_at = None;
        self.released_by = None;
    }

    /// Whether a dial tone was more than the way in which this exchange says that the called party is
    /// gone: keys followed it, or the call went on.
    fn second_dial_tone(&self, now: Tick) -> bool {
        self.dial_tone_at.is_some_and(|at| {
            let keyed = self.keyed_at.is_some_and(|key| key >= at);
            let told = self.released_by == Some(ReleaseEvidence::DialTone);
            keyed || (!told && now.since(at) >= GOES_ON)
        })
    }

    /// It was none: nothing of it stays in the record.
    pub(crate) fn doubt_over(&mut self, evidence: ReleaseEvidence) {
        self.release_evidence.retain(|p| p.evidence != evidence);
    }

    /// What answered, told by its sound: kept beside the evidence that it was answered. The last
    /// word counts, but for a person who `talks`: whoever speaks on then is no greeting, and a tone of
    /// a machine's is only kept beside it.
    pub(crate) fn classified(&mut self, cx: &mut Cx<'_>, class: Weighed<AnswerClass>, talks: bool) {
        let evidence = AnswerEvidence::Class(class.evidence);
        let person = AnswerEvidence::Class(AnswerClass::Person);
        let is_person = self.answer_evidence.iter().any(|p| p.evidence == person);
        if talks && is_person && class.evidence == AnswerClass::Machine {
            return;
        }
        let keeps = talks && self.keeps_person(&class);
        self.answer_evidence.retain(|piece| match piece.evidence {
            AnswerEvidence::Class(before) => keeps && before == AnswerClass::Person,
            _ => true,
        });
        self.hint(Weighed {
            evidence,
            at: class.at,
            trust: class.trust,
        });
        cx.tell(Fact::Class(class));
    }

    /// Whether whoever the inmate talks to is a person although a machine's tone is heard: who has
    /// accepted the call is, whatever sounds; who was told by a voice, unless it is a tone that
    /// nobody whistles.
    pub(crate) fn keeps_person(&self, class: &Weighed<AnswerClass>) -> bool {
        let machine = matches!(class.evidence, AnswerClass::Fax | AnswerClass::Modem);
        let permit = self.permit.as_ref();
        let accepted = permit.is_some_and(|p| p.acceptance);
        let person = AnswerEvidence::Class(AnswerClass::Person);
        let spoke = self.answer_evidence.iter().any(|p| p.evidence == person);
        machine && (accepted || spoke && class.trust < SURE_MACHINE)
    }

    pub(crate) fn answered(&mut self, cx: &mut Cx<'_>, piece: Weighed<AnswerEvidence>) {
        self.hint(piece);
        self.answered_at.get_or_insert(cx.now);
        cx.tell(Fact::Answered(piece));
    }

    /// The way out that is being tried.
    pub(crate) fn route(&self) -> Option<&Route> {
        self.permit.as_ref()?.routes.get(self.route_at)
    }

    /// Goes on to the next way out; `false` when there is none.
    pub(crate) fn overflow(&mut self) -> bool {
        let permit = self.permit.as_ref();
        let more = permit.is_some_and(|p| p.routes.get(self.route_at + 1).is_some());
        if more {
            self.route_at += 1;
            self.trunks_tried = 0;
        }
        more
    }

    pub(crate) fn return_trunk(&mut self, cx: &mut Cx<'_>, condition: TrunkCondition) {
        if let Some(profile) = self.trunk.take() {
            self.last_trunk = Some(profile.id);
            cx.hush(Leg::Trunk);
            cx.do_(Action::ReturnTrunk(condition));
        }
    }

    /// The controller itself refuses: the reason's prompt, then fast busy.
    pub(crate) fn refuse(self, cx: &mut Cx<'_>, blocked: Blocked) -> Phase {
        self.turned_away(cx, blocked, Prompt::of_refusal(blocked), None)
    }

    /// Screening refuses; where it is known, the inmate is told how long that will be so.
    pub(crate) fn refused(mut self, cx: &mut Cx<'_>, refusal: &Refusal) -> Phase {
        self.refused_call = Some(refusal.call);
        self.turned_away(cx, refusal.blocked, refusal.prompt, refusal.again_in)
    }

    fn turned_away(
        mut self,
        cx: &mut Cx<'_>,
        blocked: Blocked,
        prompt: Prompt,
        again_in: Option<Ticks>,
    ) -> Phase {
        self.blocked = Some(blocked);
        let (why, by) = (Disposition::Blocked, EndedBy::Controller);
        let after = match (prompt, again_in) {
            // Said before another try too, so that they do not ask to hang up.
            (Prompt::CardUnknown | Prompt::IdUnknown, _) => Some(Prompt::HangUp),
            (_, Some(wait)) => Some(Prompt::CallAgainIn {
                seconds: to_be_told(wait),
            }),
            (_, None) => None,
        };
        match after {
            Some(after) => self.over(cx, why, by, &[prompt, after]),
            None => self.over(cx, why, by, &[prompt]),
        }
    }

    /// The attempt is over; the inmate is told why and then hears fast busy until on-hook.
    pub(crate) fn over(
        self,
        cx: &mut Cx<'_>,
        disposition: Disposition,
        by: EndedBy,
        prompts: &[Prompt],
    ) -> Phase {
        cx.hush(Leg::Phone);
        for &prompt in prompts {
            self.say(cx, Leg::Phone, prompt);
        }
        self.ended(cx, disposition, by)
    }

    /// The attempt is over; what is being said to the inmate goes on.
    pub(crate) fn ended(self, cx: &mut Cx<'_>, disposition: Disposition, by: EndedBy) -> Phase {
        self.finish(cx, disposition, by);
        Phase::Aftermath(Aftermath::new(cx))
    }

    /// Gives the trunk back and writes the record. An attempt without a digit has none.
    pub(crate) fn finish(mut self, cx: &mut Cx<'_>, disposition: Disposition, by: EndedBy) {
        let condition = match disposition {
            Disposition::TrunkLost => TrunkCondition::Faulty,
            _ => TrunkCondition::Good,
        };
        self.return_trunk(cx, condition);
        if self.keyed_at.is_none() {
            cx.ask(Query::EmptyOffHook);
            return;
        }
        let route = self.route().filter(|_| self.last_trunk.is_some());
        let route = route
            .map(|route| route.number)
            .filter(|number| *number != 0);
        let call = self.permit.as_ref().map(|p| p.call).or(self.refused_call);
        let ended_at = self.ended_at(cx.now);
        let talk = self.talk_from.map_or(Ticks::ZERO, |at| ended_at.since(at));
        self.flags.second_dial_tone |= self.second_dial_tone(cx.now);
        cx.ended = Some(CallEnd {
            call,
            off_hook_at: self.off_hook_at,
            inmate: self.inmate,
            dialed: self.dialed,
            trunk: self.last_trunk,
            route,
            language: Some(self.tongue(cx)),
            answered_at: self.answered_at,
            talk_from: self.talk_from,
            joined: self.joined.min(talk),
            ended_at,
            disposition,
            blocked: self.blocked,
            ended_by: by,
            flags: self.flags,
            extra_digits: self.extra_digits,
            response: self.response,
            answer_evidence: self.answer_evidence,
            release_evidence: self.release_evidence,
            three_way: self.three_way,
            party_block: self.party_block,
            by_line: true,
        });
    }

    /// Not before what it is known to have come to.
    fn ended_at(&self, now: Tick) -> Tick {
        let least = self.talk_from.or(self.answered_at);
        let least = least.max(self.keyed_at).unwrap_or(self.off_hook_at);
        self.over_at.map_or(now, |at| at.max(least).min(now))
    }

    /// Bits that a failing span flips are no answer.
    fn alarmed(&mut self, now: Tick) {
        let signalled = |piece: &Weighed<AnswerEvidence>| {
            matches!(
                piece.evidence,
                AnswerEvidence::FarOffHook | AnswerEvidence::AnswerSignal
            )
        };
        let fresh = self.answered_at.is_some_and(|at| now.since(at) <= FAILING);
        if fresh && self.answer_evidence.iter().any(signalled) {
            self.answered_at = None;
            self.talk_from = None;
        }
    }

    /// The trunk's port failed or its span is in alarm.
    pub(crate) fn lose_trunk(mut self, cx: &mut Cx<'_>) -> Phase {
        self.alarmed(cx.now);
        let prompts = [Prompt::CallNotCompleted, Prompt::HangUp];
        self.over(cx, Disposition::TrunkLost, EndedBy::Network, &prompts)
    }

    /// An officer cuts the call, or the controller that stops.
    pub(crate) fn cut_off(self, cx: &mut Cx<'_>, by: EndedBy) -> Phase {
        cx.tell(Fact::CutOff);
        let prompts = [Prompt::CallEndedByFacility, Prompt::HangUp];
        self.over(cx, Disposition::CutOff, by, &prompts)
    }
}

/// A time to be waited, in seconds: whole minutes where it is more than one, never too few.
fn to_be_told(wait: Ticks) -> u32 {
    let seconds = wait.0.div_ceil(Ticks::PER_SECOND);
    let told = if seconds > 60 {
        seconds.next_multiple_of(60)
    } else {
        seconds
    };
    u32::try_from(told).unwrap_or(u32::MAX)
}

//! What a call does about fraud: what its treatment says, once for each event.

use crate::{
    Bridge,
    attempt::Attempt,
    cx::Cx,
    event::Action,
    phase::{Cut, Phase},
};
use types::{
    digits::Digits,
    disposition::{Disposition, EndedBy},
    fact::{Fact, Leg},
    id::CallId,
    prompt::{Prompt, THREE_WAY_WARNINGS},
    three_way::ThreeWayEvidences,
    tick::{Tick, Ticks},
    treatment::{ExtraDigitResponse, ThreeWayResponse, Warning},
    verdict::RecordingRule,
};

/// What is heard of a third party so long after the first of it belongs to the same event: people hold,
/// dial, talk and join again for most of a minute. Then it is told, counted and warned of anew.
const SAME_EVENT: Ticks = Ticks::secs(60);

/// Interference begins with what no exchange takes in the middle of a number, and one that passes it
/// over gets two digits more than were keyed. After any key these are the beginning of no emergency
/// number: none has a 4 in its second place but 140, 141 and 144. The last is drawn, so that nobody
/// can count on it.
const SPOILS: [&str; 7] = ["*42", "*43", "*45", "*46", "*47", "*48", "*49"];

/// The third party that was heard last, and the warning for it.
#[derive(Clone, Copy, Default, Debug)]
pub struct Watch {
    /// It is the same until then.
    same_until: Option<Tick>,
    warned: Option<u8>,
}

impl Attempt {
    /// What is done about a third party. A privileged call is nobody's affair, whatever its treatment
    /// says.
    pub(crate) fn three_way_response(&self) -> ThreeWayResponse {
        match &self.permit {
            Some(permit) if permit.recording != RecordingRule::Privileged => {
                permit.treatment.three_way
            }
            _ => ThreeWayResponse::Ignore,
        }
    }

    /// What is done about keys after dialing. A client's are kept off the trunk like anybody's, and more
    /// is nobody's affair.
    fn extra_digit_response(&self) -> ExtraDigitResponse {
        match &self.permit {
            Some(permit) if permit.recording == RecordingRule::Privileged => {
                ExtraDigitResponse::Ignore
            }
            Some(permit) => permit.treatment.extra_digits,
            None => ExtraDigitResponse::Flag,
        }
    }

    /// A third party seems to have been joined. What is to be done about it, if it is news.
    pub(crate) fn third_party(
        &mut self,
        cx: &mut Cx<'_>,
        pieces: &ThreeWayEvidences,
    ) -> Option<ThreeWayResponse> {
        let response = self.three_way_response();
        if response == ThreeWayResponse::Ignore {
            return None;
        }
        for &piece in pieces {
            let known = self.three_way.iter_mut();
            match known.into_iter().find(|p| p.evidence == piece.evidence) {
                Some(known) => *known = piece,
                None => self.three_way.push(piece),
            }
        }
        if self.watch.same_until.is_some_and(|until| cx.now < until) {
            return None;
        }
        self.watch.same_until = Some(cx.now + SAME_EVENT);
        self.flags.three_way = true;
        let times = &mut self.response.three_way_times;
        *times = times.saturating_add(1);
        cx.tell(Fact::ThreeWay(pieces.clone()));
        Some(response)
    }

    /// Both parties are told that a third is not allowed.
    pub(crate) fn warn_of_third(&mut self, cx: &mut Cx<'_>, warning: Warning) {
        let choice = match (warning, self.watch.warned) {
            (Warning::One, _) => 1,
            (Warning::Random, None) => self.drawn(cx.now, THREE_WAY_WARNINGS) + 1,
            // Never the same twice in a row: that is what one could talk over.
            (Warning::Random, Some(last)) => {
                let steps = self.drawn(cx.now, THREE_WAY_WARNINGS - 1) + 1;
                (last - 1 + steps) % THREE_WAY_WARNINGS + 1
            }
        };
        self.watch.warned = Some(choice);
        self.response.warned = self.response.warned.saturating_add(1);
        for leg in [Leg::Phone, Leg::Trunk] {
            self.say(cx, leg, Prompt::ThreeWayWarning { choice });
        }
    }

    /// One key more that nobody asked for, of either party; all of the call.
    fn count_key(&mut self, leg: Leg) -> u16 {
        let count = match leg {
            Leg::Phone => &mut self.extra_digits,
            Leg::Trunk => &mut self.response.far_digits,
        };
        *count = count.saturating_add(1);
        self.extra_digits.saturating_add(self.response.far_digits)
    }

    fn interfere(&mut self, cx: &mut Cx<'_>) {
        let spoils = SPOILS[usize::from(self.drawn(cx.now, SPOILS.len() as u8))];
        let digits = Digits::parse(spoils).expect("digits");
        self.response.interfered = self.response.interfered.saturating_add(1);
        cx.do_(Action::Interfere(digits));
    }

    /// A number below `bound` that no party can foresee, and that is the same in a replay: of the call
    /// and of the moment.
    fn drawn(&self, now: Tick, bound: u8) -> u8 {
        let call = self.permit.as_ref().map(|permit| permit.call);
        drawn(call, now, bound)
    }
}

/// A key that nobody asked for, of the inmate's or the called party's.
pub(crate) fn extra_key(mut phase: Phase, cx: &mut Cx<'_>, leg: Leg) -> Phase {
    let open = phase.bridge() == Bridge::Open;
    let over = phase.outcome().is_some();
    let Some(attempt) = phase.attempt_mut() else {
        return phase;
    };
    let count = attempt.count_key(leg);
    match attempt.extra_digit_response() {
        ExtraDigitResponse::Ignore => {}
        ExtraDigitResponse::Flag => attempt.flags.extra_digits = true,
        ExtraDigitResponse::Interfere { digits } if count >= u16::from(digits) => {
            attempt.flags.extra_digits = true;
            // Nothing of a key passes a closed path, and what the called party keys passes its own
            // exchange before it comes to us.
            if open && leg == Leg::Phone {
                attempt.interfere(cx);
            }
        }
        ExtraDigitResponse::Disconnect { digits } if count >= u16::from(digits) => {
            attempt.flags.extra_digits = true;
            if !over {
                let attempt = phase.into_attempt().expect("it was just there");
                return attempt.hang_up_for_fraud(cx, Disposition::ExtraDigits);
            }
        }
        ExtraDigitResponse::Interfere { .. } | ExtraDigitResponse::Disconnect { .. } => {}
    }
    phase
}

impl Attempt {
    /// The inmate is told to hang up. The called party hears nothing more, unless the treatment wants
    /// it: the trunk goes at once, so that whoever was joined to it is gone, and no new dial tone can come
    /// for anybody to use.
    pub(crate) fn hang_up_for_fraud(self, cx: &mut Cx<'_>, disposition: Disposition) -> Phase {
        let permit = self.permit.as_ref();
        let wanted = permit.is_some_and(|p| p.treatment.word_before_cut);
        let somebody = self.answered_at.is_some() || self.talk_from.is_some();
        if wanted && somebody && self.trunk.is_some() {
            return Cut::enter(self, cx, disposition);
        }
        let prompts = [Prompt::HangUpFraud];
        self.over(cx, disposition, EndedBy::Controller, &prompts)
    }
}

fn drawn(call: Option<CallId>, now: Tick, bound: u8) -> u8 {
    let sequence = call.map_or(0, |call| call.sequence ^ u64::from(call.site) << 40);
    let mut mixed = sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ now.0;
    for multiplier in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        mixed = (mixed ^ (mixed >> 31)).wrapping_mul(multiplier);
    }
    let least = (mixed >> 32) % u64::from(bound);
    least as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_spread_evenly_and_the_same_again() {
        let call = Some(CallId {
            site: 7,
            sequence: 300,
        });
        let mut counts = [0u32; 7];
        for tick in 0..70_000 {
            let number = drawn(call, Tick(tick * 80), 7);
            assert_eq!(number, drawn(call, Tick(tick * 80), 7));
            counts[usize::from(number)] += 1;
        }
        assert!(
            counts.iter().all(|c| (9_000..11_000).contains(c)),
            "{counts:?}"
        );
    }

    #[test]
    fn no_key_and_what_follows_it_is_an_emergency_number() {
        let numbers = [
            "000", "08", "100", "101", "102", "108", "110", "111", "112", "113", "114", "115",
            "116", "117", "118", "119", "120", "122", "123", "128", "131", "132", "133", "140",
            "141", "144", "15", "150", "155", "158", "17", "18", "190", "191", "192", "193", "194",
            "197", "198", "199", "911", "919", "991", "992", "993", "995", "996", "997", "998",
            "999",
        ];
        for key in 0..=9 {
            for spoils in SPOILS {
                // By an exchange that passes over what is no digit.
                let dialed = format!("{key}{}", &spoils[1..]);
                let begins = numbers.iter().find(|number| dialed.starts_with(**number));
                assert_eq!(begins, None, "{dialed}");
            }
        }
    }
}

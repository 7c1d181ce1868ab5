//! What a phase has at hand while it steps.

use crate::event::{Action, Actions};
use types::{
    call_record::CallEnd,
    dial_plan::DialPlan,
    fact::{Fact, Leg},
    language::Language,
    prompt::Prompt,
    query::Query,
    settings::CallSettings,
    tick::Tick,
    trunk::TrunkGroup,
};

/// The time, the settings and the plan a step goes by, and where its actions go.
#[derive(Debug)]
pub struct Cx<'a> {
    pub now: Tick,
    pub settings: &'a CallSettings,
    pub plan: &'a DialPlan,
    pub(crate) out: &'a mut Actions,
    pub(crate) next_number: &'a mut u32,
    pub(crate) in_service: bool,
    /// There is room to keep the end of one more call.
    pub(crate) room: bool,
    pub(crate) ended: Option<CallEnd>,
}

impl Cx<'_> {
    pub(crate) fn do_(&mut self, action: Action) {
        self.out.push(action);
    }

    pub(crate) fn say(&mut self, leg: Leg, language: Language, prompt: Prompt) {
        self.do_(Action::Say {
            leg,
            language,
            prompt,
        });
    }

    pub(crate) fn hush(&mut self, leg: Leg) {
        self.do_(Action::Hush(leg));
    }

    pub(crate) fn tell(&mut self, fact: Fact) {
        self.do_(Action::Tell(fact));
    }

    /// Asks the back office; the number comes back with the reply.
    pub(crate) fn ask(&mut self, query: Query) -> u32 {
        let number = self.number();
        self.do_(Action::Ask { number, query });
        number
    }

    pub(crate) fn borrow_trunk(&mut self, group: Option<TrunkGroup>) -> u32 {
        let number = self.number();
        self.do_(Action::Borrow { number, group });
        number
    }

    fn number(&mut self) -> u32 {
        let number = *self.next_number;
        *self.next_number += 1;
        number
    }
}

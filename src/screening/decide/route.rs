//! How the call leaves the house, and whether it may without being recorded.

use super::{Stop, Walk, treatment::Treated};
use crate::{
    Tables,
    routes::{self, Outpulse, Routing},
};
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    route::Routes,
    settings::Unrecorded,
    verdict::{Check, Finding, Handling, RecordingRule},
};

/// Who handles the call, and where it goes out.
pub(super) struct Way {
    pub handling: Handling,
    pub acceptance: bool,
    pub routes: Routes,
}

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// A site without routes uses any trunk; where there are some, a call that none fits has no way out.
    pub(super) fn way(
        &mut self,
        number: &DialedNumber,
        treated: &Treated,
    ) -> Result<Way, Stop<T::Error>> {
        let routing = self.request.routing;
        let handling = routing.handling(number.pattern, treated.handling);
        let Some(outpulse) = routing.outpulse(number, handling, &self.dialed) else {
            return Err(Stop::Blocked(Blocked::NumberNotValid));
        };
        let rules = self.tables.routes()?;
        let routes = match rules.is_empty() {
            true => Routes::any(outpulse),
            false => {
                let brand = treated.told.brand;
                let way = Outpulse {
                    untouched: outpulse,
                    whole: routing.whole(number, handling, &self.dialed),
                    seven_digit_exchange: routing.seven_digit_exchange,
                };
                let Some(routes) = routes::fitting(&rules, number, handling, brand, &way) else {
                    return self.stop(Check::Route, Finding::NotFound, Blocked::NoRoute);
                };
                self.note(Check::Route, Finding::Found);
                routes
            }
        };
        Ok(Way {
            handling,
            acceptance: Routing::acceptance(handling, treated.acceptance),
            routes,
        })
    }

    /// A call that must be recorded and can't be is refused, if the site wants it so.
    pub(super) fn recordable(&self, recording: RecordingRule) -> Result<(), Stop<T::Error>> {
        let refused = self.rules.unrecorded == Unrecorded::Refuse
            && recording == RecordingRule::Record
            && !self.request.recorder_works;
        match refused {
            true => Err(Stop::Blocked(Blocked::NotRecordable)),
            false => Ok(()),
        }
    }
}

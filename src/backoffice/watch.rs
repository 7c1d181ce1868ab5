//! What an officer is told when a call is asked for: of inmates and numbers that are watched.

use crate::{Alert, Error, answer::line_actor, session::Session};
use types::{
    id::{CallId, InmateId, LineId},
    phone_number::PhoneNumber,
};

impl Session<'_> {
    /// Tells of a call that was admitted or refused.
    pub fn watch(
        &mut self,
        line: LineId,
        call: CallId,
        inmate: Option<InmateId>,
        number: Option<PhoneNumber>,
    ) -> Result<(), Error> {
        if let Some(inmate) = inmate {
            self.watch_inmate(line, call, inmate)?;
        }
        let watched = match &number {
            Some(number) => self.tables.watched_numbers.best(&self.writer, number)?,
            None => None,
        };
        if let (Some(number), Some(_)) = (number, watched) {
            let alert = Alert::WatchedNumber { line, call, number };
            self.alert(&line_actor(line), format!("call {call}"), alert)?;
        }
        Ok(())
    }

    fn watch_inmate(&mut self, line: LineId, call: CallId, inmate: InmateId) -> Result<(), Error> {
        let Some(mut entry) = self.tables.inmates.get(&self.writer, &inmate)? else {
            return Ok(());
        };
        let (actor, subject) = (line_actor(line), format!("call {call}"));
        if entry.watched {
            let alert = Alert::WatchedInmate { line, call, inmate };
            self.alert(&actor, &subject, alert)?;
        }
        if let Some(note) = entry.note_for_next_call.take() {
            self.tables.inmates.put(&mut self.writer, &inmate, &entry)?;
            self.alert(&actor, &subject, Alert::NoteForCall { line, call, inmate })?;
            self.journal(&actor, "note", crate::answer::inmate_subject(inmate), note)?;
        }
        Ok(())
    }
}

//! What an officer is told when an inmate calls.

use crate::{Alert, Error, answer::line_actor, session::Session};
use types::id::{CallId, InmateId, LineId};

impl Session<'_> {
    /// Tells of a call of this inmate, admitted or refused: one who is watched, or for whom there is a
    /// note. A refused try, which may be that of another who knows the PIN, leaves the note for the call.
    pub fn watch_inmate(
        &mut self,
        line: LineId,
        call: CallId,
        inmate: Option<InmateId>,
        admitted: bool,
    ) -> Result<(), Error> {
        let Some(inmate) = inmate else { return Ok(()) };
        let Some(mut entry) = self.tables.inmates.get(&self.writer, &inmate)? else {
            return Ok(());
        };
        let (actor, subject) = (line_actor(line), format!("call {call}"));
        if entry.watched {
            let alert = Alert::WatchedInmate { line, call, inmate };
            self.alert(&actor, &subject, alert)?;
        }
        if let Some(note) = entry.note_for_next_call.clone() {
            if admitted {
                entry.note_for_next_call = None;
                self.tables.inmates.put(&mut self.writer, &inmate, &entry)?;
            }
            self.alert(&actor, &subject, Alert::NoteForCall { line, call, inmate })?;
            self.journal(&actor, "note", crate::answer::inmate_subject(inmate), note)?;
        }
        Ok(())
    }
}

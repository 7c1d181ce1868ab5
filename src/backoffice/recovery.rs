//! After a crash: what was open is ended at the last second it was seen.

use crate::{Error, session::Session};

pub(crate) fn finish_open_calls(session: &mut Session<'_>) -> Result<(), Error> {
    for (line, open) in session.tables.open_calls.all(&session.writer)? {
        session.interrupt(line, &open)?;
    }
    // No call is open now, so nobody holds a PIN.
    for (pin, _) in session.tables.pins_in_use.all(&session.writer)? {
        session
            .tables
            .pins_in_use
            .delete(&mut session.writer, &pin)?;
    }
    Ok(())
}

//! Answers the lines' questions over the database; no threads, no clock

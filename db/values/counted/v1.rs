use crate::codes::Code;
use serde::{Deserialize, Serialize};

/// What an entry of a lockout register is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counting {
    /// An open call that may count yet. It has no instant: its key has the last there is.
    Reserved,
    /// An open call that counts.
    Open,
    /// A call that is over.
    Call,
    /// What an administrator gave or took.
    Adjustment,
}

crate::codes::codes!("entry of a register", Counting {
    [Counting::Reserved] = 1,
    [Counting::Open] = 2,
    [Counting::Call] = 3,
    [Counting::Adjustment] = 4,
});

/// One entry of a lockout register.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Counted {
    pub counting: Code<Counting>,
    pub calls: i32,
    /// Of 1/8000 s: the longest an open call may last, and what one that is over did; 0 for a call
    /// whose minutes don't count.
    pub ticks: i64,
    pub ended_utc_ms: Option<i64>,
    /// Who called.
    pub inmate: Option<u32>,
}

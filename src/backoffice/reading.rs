//! What is answered without writing, out of any transaction: a session's own, or one that only reads.

use crate::{
    Error, SiteSettings, View,
    admin::identity::{PhoneIdentity, phone_identity},
    groups::Groups,
    lookups::{self, Lookups},
    registers::Registers,
    service::Calendar,
    view::Fixed,
};
use db::{Read, Tables};
use std::sync::atomic::Ordering;
use types::{id::LineId, tick::Tick};

/// The site as one transaction sees it at one instant.
pub(crate) struct Reading<'a, R> {
    pub tables: &'a Tables,
    pub txn: &'a R,
    pub fixed: &'a Fixed,
    pub now: Tick,
    pub now_utc_ms: i64,
    /// Whether what must be recorded can be.
    pub recorder_works: bool,
}

impl View {
    pub(crate) fn reading<'a, R>(&'a self, now: Tick, txn: &'a R) -> Reading<'a, R> {
        Reading {
            tables: self.database.tables(),
            txn,
            fixed: &self.fixed,
            now,
            now_utc_ms: self.utc_ms(now),
            recorder_works: self.shown.recorder_works.load(Ordering::Acquire),
        }
    }
}

impl<'a, R> Reading<'a, R> {
    /// It is not looked ahead.
    pub fn lookups(&self) -> Lookups<'a, R> {
        Lookups::new(self.tables, self.txn, self.fixed, self.now_utc_ms)
    }

    pub fn calendar(&self) -> Calendar<'a, R> {
        Calendar {
            tables: self.tables,
            txn: self.txn,
            zone: &self.fixed.zone,
        }
    }

    pub fn groups(&self) -> Groups<'a, R> {
        Groups {
            tables: self.tables,
            txn: self.txn,
        }
    }

    pub fn registers(&self) -> Registers<'a, R> {
        Registers::new(self.tables, self.txn, &self.fixed.zone, self.now_utc_ms)
    }
}

impl<R: Read> Reading<'_, R> {
    pub fn settings(&self) -> Result<SiteSettings, Error> {
        lookups::site_settings(self.tables, self.txn)
    }

    /// How callers at a phone say who they are.
    pub fn identity_of(&self, line: LineId) -> Result<PhoneIdentity, Error> {
        phone_identity(self.tables, self.txn, line)
    }
}

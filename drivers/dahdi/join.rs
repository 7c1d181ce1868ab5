//! Channels joined in the kernel ("digital monitor"): each is sent what the other receives, a
//! millisecond later, without this program, which still reads both and may write what is
//! thrown away.
//!
//! * Octets are copied: with two laws the line would hear noise.
//! * A join begins with 8 samples of silence, or of the join before it.
//! * It is one way, and belongs to the channel that hears. When the other one is closed, goes on-hook
//!   or leaves, this one hears on, also the next call there; its own on-hook does not end it either.
//!   Only leaving does, or its own last closing. So both sides are always taken out, before on-hook
//!   and again at each opening.

use super::{
    channel::failed,
    ioctl::{self, ConfInfo},
};
use crate::port::PortError;
use nix::{
    errno::Errno,
    fcntl::{OFlag, open},
    sys::stat::Mode,
};
use std::{fs::File, os::fd::AsFd};

/// `DAHDI_CONF_NORMAL` and `DAHDI_CONF_DIGITALMON`.
const NORMAL: i32 = 0;
const DIGITAL_MONITOR: i32 = 9;

/// Has a descriptor's channel hear another one, or be by itself.
pub fn hear(channel: &impl AsFd, other: Option<u16>) -> nix::Result<()> {
    set(channel, 0, other)
}

fn set(fd: &impl AsFd, chan: i32, other: Option<u16>) -> nix::Result<()> {
    let (confno, confmode) = match other {
        Some(other) => (i32::from(other), DIGITAL_MONITOR),
        None => (0, NORMAL),
    };
    let mut conf = ConfInfo {
        chan,
        confno,
        confmode,
    };
    ioctl::set_conf(fd, &mut conf)
}

/// A hand on the joins of all channels, also of those that others have open. Joining is the business
/// of who has the channel open.
#[derive(Debug)]
pub struct Joins(File);

impl Joins {
    /// # Errors
    /// When there is no DAHDI, or no right to it.
    pub fn open() -> Result<Joins, PortError> {
        let flags = OFlag::O_RDWR | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let pseudo = open("/dev/dahdi/pseudo", flags, Mode::empty()).map_err(failed)?;
        Ok(Joins(pseudo.into()))
    }

    /// The channel that this one hears.
    pub fn heard_by(&self, channel: u16) -> Result<Option<u16>, PortError> {
        let mut conf = ConfInfo {
            chan: i32::from(channel),
            ..ConfInfo::default()
        };
        ioctl::conf(&self.0, &mut conf).map_err(gone)?;
        const MODE: i32 = 0xff;
        let joined = conf.confmode & MODE == DIGITAL_MONITOR;
        Ok(joined.then_some(conf.confno as u16))
    }

    /// Takes a channel out, if it is in a join.
    pub fn part(&self, channel: u16) -> Result<(), PortError> {
        set(&self.0, i32::from(channel), None).map_err(gone)
    }
}

/// DAHDI's word for a channel that there is not.
fn gone(error: Errno) -> PortError {
    match error {
        Errno::EINVAL | Errno::ENXIO | Errno::ENODEV => PortError::Gone,
        other => failed(other),
    }
}

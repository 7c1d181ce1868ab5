//! One open channel: what DAHDI's calls mean, with typed errors.

use super::{
    bits::Bits,
    ioctl::{self, BufferInfo, ChanConfig, DialOperation, Params},
    join,
    setup::{Gain, Setup, Signalling},
};
use crate::port::PortError;
use nix::{
    errno::Errno,
    fcntl::{OFlag, open},
    sys::stat::Mode,
};
use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd},
    sync::atomic::{AtomicI32, Ordering},
};
use types::{
    digits::Digits,
    edge::Abcd,
    frame::{FRAME, Frame, Law},
    tick::Ticks,
};

/// Blocks of a queue, each way.
pub const QUEUE: usize = 4;
/// Loop breaks and closures shorter than this are not told.
const EDGE_FILTER_MS: i32 = 3;
/// What reading and writing fail with while an event waits (`ELAST`).
const EVENT_WAITS: i32 = 500;

/// What a channel is at the far end of: which side of a loop it plays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// It feeds a telephone (DAHDI's fxo signalling).
    Feeds,
    /// It is the telephone on an exchange's line (DAHDI's fxs signalling).
    IsFed,
    /// It is a trunk on a digital span, signalled by bits (DAHDI's cas).
    Bits(Bits),
}

/// An event as the kernel tells it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    OnHook,
    /// Feeding: off-hook. Being fed: a burst of ringing is over.
    RingOffHook,
    WinkFlash,
    Alarm,
    NoAlarm,
    DialComplete,
    BitsChanged,
    Polarity,
    RingBegin,
    /// The channel is going away.
    Removed,
    Other(i32),
}

impl Event {
    fn of(number: i32) -> Option<Event> {
        Some(match number {
            0 => return None,
            1 => Event::OnHook,
            2 => Event::RingOffHook,
            3 => Event::WinkFlash,
            4 => Event::Alarm,
            5 => Event::NoAlarm,
            9 => Event::DialComplete,
            13 => Event::BitsChanged,
            17 => Event::Polarity,
            18 => Event::RingBegin,
            20 => Event::Removed,
            other => Event::Other(other),
        })
    }
}

/// What a channel can be told of its hook.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hook {
    OnHook = 0,
    OffHook = 1,
    /// E&M: off-hook for the channel's wink time.
    Wink = 2,
    Ring = 5,
    RingOff = 6,
}

/// What reading or writing a block brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moved {
    Block,
    /// Nothing to read, or no room to write.
    NotNow,
    /// Events come first.
    EventsFirst,
}

#[derive(Debug)]
pub struct Channel {
    file: File,
    number: u16,
}

impl Channel {
    /// Opens a channel, which hangs it up, and sets what each opening resets.
    pub fn open(number: u16, law: Law) -> Result<Channel, PortError> {
        Channel::open_with(number, law, Setup::default().debounce)
    }

    /// The same with a debounce of one's own.
    pub fn open_with(number: u16, law: Law, debounce: Ticks) -> Result<Channel, PortError> {
        let flags = OFlag::O_RDWR | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let fd = open("/dev/dahdi/channel", flags, Mode::empty()).map_err(failed)?;
        let file = File::from(fd);
        let channel = Channel { file, number };
        ioctl::specify(&channel.file, i32::from(number)).map_err(|error| match error {
            // There is no such channel; it has no signalling.
            Errno::EINVAL | Errno::ENODEV => PortError::Gone,
            Errno::ENXIO => PortError::Unconfigured,
            other => failed(other),
        })?;
        // A controller that died may have left it in a join.
        channel.join(None)?;
        channel.set_up(law, debounce).map_err(failed)?;
        Ok(channel)
    }

    fn set_up(&self, law: Law, debounce: Ticks) -> nix::Result<()> {
        ioctl::set_buffers(
            &self.file,
            &BufferInfo {
                numbufs: QUEUE as i32,
                bufsize: FRAME as i32,
                ..BufferInfo::default()
            },
        )?;
        ioctl::set_law(
            &self.file,
            match law {
                Law::Mu => 1,
                Law::A => 2,
            },
        )?;
        let mut params = ioctl::params(&self.file, self.number)?;
        params.rxflashtime = EDGE_FILTER_MS;
        params.debouncetime = debounce.as_ms() as i32;
        ioctl::set_params(&self.file, &params)
    }

    /// Sets the gains, if there are any; an opening takes them off.
    pub fn set_gains(&self, law: Law, setup: &Setup) -> Result<(), PortError> {
        if setup.rx_gain == Gain(0) && setup.tx_gain == Gain(0) {
            return Ok(());
        }
        ioctl::set_gains(&self.file, &mut setup.gains(law)).map_err(failed)
    }

    /// Switches the canceller that is attached to the channel, and forgets what it knew. Where none
    /// is attached the kernel says nothing.
    pub fn cancel_echo(&self, taps: u16) -> Result<(), PortError> {
        ioctl::cancel_echo(&self.file, i32::from(taps)).map_err(failed)
    }

    pub fn number(&self) -> u16 {
        self.number
    }

    pub fn params(&self) -> Result<Params, PortError> {
        ioctl::params(&self.file, self.number).map_err(failed)
    }

    /// Which side of a loop the channel was configured to play.
    pub fn role(&self) -> Result<Role, PortError> {
        let signalling = Signalling(self.params()?.sigtype);
        if signalling.feeds() {
            Ok(Role::Feeds)
        } else if signalling.is_fed() {
            Ok(Role::IsFed)
        } else {
            Err(PortError::Signalling)
        }
    }

    /// The oldest event that waits.
    pub fn event(&self) -> Result<Option<Event>, PortError> {
        ioctl::event(&self.file).map(Event::of).map_err(failed)
    }

    /// The oldest received block.
    pub fn read(&self, frame: &mut Frame) -> Result<Moved, PortError> {
        match (&self.file).read(frame) {
            Ok(FRAME) => Ok(Moved::Block),
            // Only a block that was queued before a flush can be short; what it lacks is gone.
            Ok(_) => Ok(Moved::NotNow),
            Err(error) => not_moved(&error),
        }
    }

    pub fn write(&self, frame: &Frame) -> Result<Moved, PortError> {
        match (&self.file).write(frame) {
            Ok(FRAME) => Ok(Moved::Block),
            Ok(_) => Ok(Moved::NotNow),
            Err(error) => not_moved(&error),
        }
    }

    /// Empties both queues and restarts the block under way.
    pub fn flush(&self) -> Result<(), PortError> {
        ioctl::flush(&self.file, 1 | 2).map_err(failed)
    }

    /// Sends these signalling bits; the channel must be configured for bits.
    pub fn send_bits(&self, bits: Abcd) -> Result<(), PortError> {
        ioctl::set_tx_bits(&self.file, i32::from(bits.bits())).map_err(failed)
    }

    /// The signalling bits that come in. Local spans leak a neighbour's into the high ones.
    pub fn bits(&self) -> Result<Abcd, PortError> {
        let bits = ioctl::rx_bits(&self.file).map_err(failed)?;
        Ok(Abcd::new((bits & 0xf) as u8))
    }

    pub fn hook(&self, hook: Hook) -> Result<(), PortError> {
        match ioctl::hook(&self.file, hook as i32) {
            // It has begun; its end comes as an event.
            Ok(()) | Err(Errno::EINPROGRESS) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    /// Sends the line what another channel receives, or what is written again.
    pub fn join(&self, other: Option<u16>) -> Result<(), PortError> {
        match join::hear(&self.file, other) {
            // It carries no audio, and so is in no join.
            Err(Errno::EINVAL) if other.is_none() => Ok(()),
            done => done.map_err(failed),
        }
    }

    /// Reverses the line that is fed, or puts it right; whether it was taken, which it is not while
    /// the line is rung or without battery.
    pub fn reverse(&self, reversed: bool) -> Result<bool, PortError> {
        match ioctl::set_polarity(&self.file, i32::from(reversed)) {
            Ok(()) => Ok(true),
            Err(Errno::EINVAL) => Ok(false),
            Err(Errno::ENOTTY) => Err(PortError::Unsupported(
                "reversing polarity: the span has none",
            )),
            Err(error) => Err(failed(error)),
        }
    }

    /// Has the kernel open and close the loop; [`Event::DialComplete`] follows.
    pub fn pulse(&self, digits: &Digits, timing: PulseTiming) -> Result<(), PortError> {
        let mut params = self.params()?;
        params.pulsebreaktime = timing.break_.as_ms() as i32;
        params.pulsemaketime = timing.make.as_ms() as i32;
        params.pulseaftertime = timing.between.as_ms() as i32;
        ioctl::set_params(&self.file, &params).map_err(failed)?;
        let digits = digits.iter().map(|digit| digit.ascii());
        self.dial(std::iter::once(b'P').chain(digits))
    }

    /// Has the kernel send digits, each way after its letter: pulses after `P`, keys after `T`, R1
    /// after `M`, R2 after `O` forward and `R` backward; what does not fit is left out.
    pub fn dial(&self, what: impl IntoIterator<Item = u8>) -> Result<(), PortError> {
        const REPLACE: i32 = 2;
        let mut operation = DialOperation {
            op: REPLACE,
            dialstr: [0; 256],
        };
        for (place, octet) in operation.dialstr[..255].iter_mut().zip(what) {
            *place = octet;
        }
        ioctl::dial(&self.file, &operation).map_err(failed)
    }

    pub fn descriptor(&self) -> RawFd {
        self.file.as_raw_fd()
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// A second descriptor, kept for a channel's whole life, opened or not: what puts it on-hook from
/// outside. It follows each reopening, and never keeps a channel that failed.
#[derive(Debug)]
pub struct Grip {
    fd: OwnedFd,
    /// What it is a hand on when it is one on no channel. To open that each time takes a descriptor
    /// when there may be none left.
    nothing: File,
    /// What hangs a channel up that is signalled by bits; negative: its hook does.
    idle: AtomicI32,
}

impl Grip {
    /// A hand on nothing.
    pub fn new() -> Result<Grip, PortError> {
        let nothing = File::open("/dev/null").map_err(|error| system(&error))?;
        Ok(Grip {
            fd: nothing.try_clone().map_err(|error| system(&error))?.into(),
            nothing,
            idle: AtomicI32::new(-1),
        })
    }

    pub fn follow(&self, channel: &Channel, role: Role) -> Result<(), PortError> {
        let idle = match role {
            Role::Bits(bits) => i32::from(bits.idle().bits()),
            Role::Feeds | Role::IsFed => -1,
        };
        self.idle.store(idle, Ordering::Release);
        ioctl::redirect(&self.fd, channel).map_err(failed)
    }

    pub fn let_go(&self) -> Result<(), PortError> {
        ioctl::redirect(&self.fd, &self.nothing).map_err(failed)
    }

    pub fn on_hook(&self) -> Result<(), PortError> {
        let done = match self.idle.load(Ordering::Acquire) {
            idle @ 0.. => ioctl::set_tx_bits(&self.fd, idle),
            _ => ioctl::hook(&self.fd, Hook::OnHook as i32),
        };
        done.map_err(out_of_reach)
    }

    /// Takes the channel out of a join.
    pub fn part(&self) -> Result<(), PortError> {
        join::hear(&self.fd, None).map_err(out_of_reach)
    }
}

/// A hand on nothing reaches nothing.
fn out_of_reach(error: Errno) -> PortError {
    match error {
        Errno::ENOTTY => PortError::Gone,
        other => failed(other),
    }
}

/// Hangs a channel up whoever has it open, by configuring it as what it is: the last resort. Its
/// queues are emptied; who has it open keeps it.
pub fn force_on_hook(number: u16) -> Result<(), PortError> {
    let flags = OFlag::O_RDWR | OFlag::O_CLOEXEC;
    let ctl = open("/dev/dahdi/ctl", flags, Mode::empty()).map_err(failed)?;
    let params = ioctl::params(&ctl, number).map_err(failed)?;
    let same = ChanConfig {
        chan: params.channo,
        name: [0; 40],
        sigtype: params.sigtype,
        deflaw: params.curlaw,
        master: params.channo,
        idlebits: params.idlebits,
        netdev_name: [0; 16],
    };
    ioctl::chan_config(&ctl, &same).map_err(failed)
}

/// How pulses are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PulseTiming {
    pub break_: Ticks,
    pub make: Ticks,
    pub between: Ticks,
}

fn not_moved(error: &io::Error) -> Result<Moved, PortError> {
    match error.raw_os_error() {
        Some(EVENT_WAITS) => Ok(Moved::EventsFirst),
        _ if error.kind() == io::ErrorKind::WouldBlock => Ok(Moved::NotNow),
        _ => Err(system(error)),
    }
}

fn system(error: &io::Error) -> PortError {
    failed(Errno::from_raw(error.raw_os_error().unwrap_or_default()))
}

pub(super) fn failed(error: Errno) -> PortError {
    match error {
        Errno::EBUSY => PortError::Busy,
        Errno::EACCES | Errno::EPERM => PortError::Denied,
        Errno::ENODEV | Errno::ENXIO | Errno::ENOENT => PortError::Gone,
        other => PortError::Driver(other as i32),
    }
}

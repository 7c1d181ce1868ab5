//! The calls of DAHDI's kernel interface that the driver makes, with their layouts.
//!
//! Numbers and layouts are those of `dahdi/user.h`, DAHDI 2.2 to 3.x; they are compared with the
//! header itself, by its names, where the kernel modules are built. Everything unsafe of the
//! driver is here.
#![allow(unsafe_code)]

use nix::{errno::Errno, libc::c_int};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// `struct dahdi_params`: a channel's state and times (ms).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Params {
    pub channo: c_int,
    pub spanno: c_int,
    pub chanpos: c_int,
    pub sigtype: c_int,
    pub sigcap: c_int,
    pub rxisoffhook: c_int,
    pub rxbits: c_int,
    pub txbits: c_int,
    pub txhooksig: c_int,
    pub rxhooksig: c_int,
    pub curlaw: c_int,
    pub idlebits: c_int,
    pub name: [u8; 40],
    pub prewinktime: c_int,
    pub preflashtime: c_int,
    pub winktime: c_int,
    pub flashtime: c_int,
    pub starttime: c_int,
    pub rxwinktime: c_int,
    pub rxflashtime: c_int,
    pub debouncetime: c_int,
    pub pulsebreaktime: c_int,
    pub pulsemaketime: c_int,
    pub pulseaftertime: c_int,
    pub chan_alarms: u32,
}

/// `struct dahdi_bufferinfo`: how a channel's queues work.
#[repr(C)]
#[derive(Clone, Copy, Default, Debug)]
pub struct BufferInfo {
    pub txbufpolicy: c_int,
    pub rxbufpolicy: c_int,
    pub numbufs: c_int,
    pub bufsize: c_int,
    pub readbufs: c_int,
    pub writebufs: c_int,
}

/// `struct dahdi_dialoperation`: digits for the kernel to send.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct DialOperation {
    pub op: c_int,
    pub dialstr: [u8; 256],
}

/// `struct dahdi_chanconfig`: what a channel is to be.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ChanConfig {
    pub chan: c_int,
    pub name: [u8; 40],
    pub sigtype: c_int,
    pub deflaw: c_int,
    pub master: c_int,
    pub idlebits: c_int,
    pub netdev_name: [u8; 16],
}

/// `struct dahdi_confinfo`: how a channel is joined with others.
#[repr(C)]
#[derive(Clone, Copy, Default, Debug)]
pub struct ConfInfo {
    pub chan: c_int,
    pub confno: c_int,
    pub confmode: c_int,
}

/// `struct dahdi_gains`: what each octet becomes, coming in and going out.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Gains {
    pub chan: c_int,
    pub rxgain: [u8; 256],
    pub txgain: [u8; 256],
}

/// `struct dahdi_spaninfo`: a span, its alarms and its errors.
#[repr(C, packed)]
#[derive(Clone, Copy, Debug)]
pub struct SpanInfo {
    pub spanno: c_int,
    pub name: [u8; 20],
    pub desc: [u8; 40],
    pub alarms: c_int,
    pub txlevel: c_int,
    pub rxlevel: c_int,
    pub bpvcount: c_int,
    pub crc4count: c_int,
    pub ebitcount: c_int,
    pub fascount: c_int,
    pub fecount: u32,
    pub cvcount: u32,
    pub becount: u32,
    pub prbs: u32,
    pub errsec: u32,
    pub irqmisses: c_int,
    pub syncsrc: c_int,
    pub numchans: c_int,
    pub totalchans: c_int,
    pub totalspans: c_int,
    pub lbo: c_int,
    pub lineconfig: c_int,
    pub lboname: [u8; 40],
    pub location: [u8; 40],
    pub manufacturer: [u8; 40],
    pub devicetype: [u8; 40],
    pub irq: c_int,
    pub linecompat: c_int,
    pub spantype: [u8; 6],
}

const _: () = {
    assert!(size_of::<Params>() == 136);
    assert!(size_of::<BufferInfo>() == 24);
    assert!(size_of::<DialOperation>() == 260);
    assert!(size_of::<ChanConfig>() == 76);
    assert!(size_of::<ConfInfo>() == 12);
    assert!(size_of::<Gains>() == 516);
    assert!(size_of::<SpanInfo>() == 314);
};

mod raw {
    use super::{BufferInfo, ChanConfig, ConfInfo, DialOperation, Gains, Params, SpanInfo};
    use nix::libc::c_int;

    const CODE: u8 = 0xDA;
    nix::ioctl_write_ptr!(flush, CODE, 3, c_int); // DAHDI_FLUSH
    nix::ioctl_readwrite!(get_params, CODE, 5, Params); // DAHDI_GET_PARAMS
    nix::ioctl_write_ptr!(set_params, CODE, 5, Params); // DAHDI_SET_PARAMS
    nix::ioctl_write_ptr!(hook, CODE, 7, c_int); // DAHDI_HOOK
    nix::ioctl_read!(get_event, CODE, 8, c_int); // DAHDI_GETEVENT
    nix::ioctl_readwrite!(get_conf, CODE, 12, ConfInfo); // DAHDI_GETCONF
    nix::ioctl_readwrite!(span_stat, CODE, 10, SpanInfo); // DAHDI_SPANSTAT
    nix::ioctl_readwrite!(set_conf, CODE, 13, ConfInfo); // DAHDI_SETCONF
    nix::ioctl_write_ptr!(set_gains, CODE, 16, Gains); // DAHDI_SETGAINS
    nix::ioctl_write_ptr!(chan_config, CODE, 19, ChanConfig); // DAHDI_CHANCONFIG
    nix::ioctl_write_ptr!(set_tone_zone, CODE, 22, c_int); // DAHDI_SETTONEZONE
    nix::ioctl_read!(tone_zone, CODE, 22, c_int); // DAHDI_GETTONEZONE
    nix::ioctl_write_ptr!(set_buffers, CODE, 27, BufferInfo); // DAHDI_SET_BUFINFO
    nix::ioctl_write_ptr!(dial, CODE, 31, DialOperation); // DAHDI_DIAL
    nix::ioctl_write_ptr!(cancel_echo, CODE, 33, c_int); // DAHDI_ECHOCANCEL
    nix::ioctl_write_ptr!(specify, CODE, 38, c_int); // DAHDI_SPECIFY
    nix::ioctl_write_ptr!(set_law, CODE, 39, c_int); // DAHDI_SETLAW
    nix::ioctl_write_ptr!(set_tx_bits, CODE, 43, c_int); // DAHDI_SETTXBITS
    nix::ioctl_read!(rx_bits, CODE, 43, c_int); // DAHDI_GETRXBITS
    nix::ioctl_write_ptr!(set_polarity, CODE, 92, c_int); // DAHDI_SETPOLARITY
}

/// A call that takes a number.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub fn $name(fd: &impl AsFd, value: c_int) -> nix::Result<()> {
            // SAFETY: the call reads one int behind the pointer, which lives until it returns.
            unsafe { raw::$name(fd.as_fd().as_raw_fd(), &value) }.map(drop)
        }
    };
}

/// A call that takes a structure.
macro_rules! structure {
    ($(#[$doc:meta])* $name:ident, $type:ty) => {
        $(#[$doc])*
        pub fn $name(fd: &impl AsFd, value: &$type) -> nix::Result<()> {
            // SAFETY: the call reads a structure of this layout, which lives until it returns.
            unsafe { raw::$name(fd.as_fd().as_raw_fd(), value) }.map(drop)
        }
    };
}

number!(
    /// Binds a descriptor of `/dev/dahdi/channel` to a channel.
    specify
);
number!(
    /// Empties queues: 1 receive, 2 transmit, 4 events, added up.
    flush
);
number!(
    /// 0 on-hook, 1 off-hook, 2 wink, 3 flash, 5 ring, 6 stop ringing.
    hook
);
number!(
    /// The signalling bits to send on a `cas` channel.
    set_tx_bits
);
number!(
    /// 1 mu-law, 2 A-law.
    set_law
);
number!(
    /// The zone whose ringing and digits the kernel plays on a channel; -1 is its default.
    set_tone_zone
);
number!(
    /// 0 normal, 1 reversed.
    set_polarity
);
number!(
    /// The echo canceller attached to the channel: how many samples of echo it takes; 0 is off.
    cancel_echo
);
structure!(
    /// Sets the times of a channel.
    set_params,
    Params
);
structure!(
    /// Sets size, number and policies of the queues' blocks.
    set_buffers,
    BufferInfo
);
structure!(
    /// Configures a channel; on a descriptor of `/dev/dahdi/ctl`.
    chan_config,
    ChanConfig
);
structure!(
    /// Has the kernel send digits.
    dial,
    DialOperation
);

/// Sets the gains of a channel.
pub fn set_gains(fd: &impl AsFd, gains: &mut Gains) -> nix::Result<()> {
    // SAFETY: the call reads a structure of this layout, which lives until it returns, and writes
    // its channel's number back, for which it is borrowed mutably.
    unsafe { raw::set_gains(fd.as_fd().as_raw_fd(), gains) }.map(drop)
}

/// Asks for the state of a span.
pub fn span(fd: &impl AsFd, span: c_int) -> nix::Result<SpanInfo> {
    // SAFETY: all fields are integers, for which zero is a value.
    let mut info: SpanInfo = unsafe { std::mem::zeroed() };
    info.spanno = span;
    // SAFETY: the call fills a structure of this layout, which lives until it returns.
    unsafe { raw::span_stat(fd.as_fd().as_raw_fd(), &mut info) }?;
    Ok(info)
}

/// Asks for state and times of a channel; of any channel, where `fd` is of the control device.
pub fn params(fd: &impl AsFd, channel: u16) -> nix::Result<Params> {
    // SAFETY: all fields are integers, for which zero is a value.
    let mut params: Params = unsafe { std::mem::zeroed() };
    params.channo = c_int::from(channel);
    // SAFETY: the call fills a structure of this layout, which lives until it returns.
    unsafe { raw::get_params(fd.as_fd().as_raw_fd(), &mut params) }?;
    Ok(params)
}

/// Asked beside a channel's number: that of the first channel of its bundle, in the upper 16 bits.
const RETURN_MASTER: c_int = 0x4000_0000;

/// The first channel of the bundle that a channel is in: itself where it is in none. `fd` is of the
/// control device.
pub fn master(fd: &impl AsFd, channel: u16) -> nix::Result<u16> {
    // SAFETY: all fields are integers, for which zero is a value.
    let mut params: Params = unsafe { std::mem::zeroed() };
    params.channo = c_int::from(channel) | RETURN_MASTER;
    // SAFETY: the call fills a structure of this layout, which lives until it returns.
    unsafe { raw::get_params(fd.as_fd().as_raw_fd(), &mut params) }?;
    Ok((params.channo >> 16) as u16)
}

/// The signalling bits that come in; those of a `cas` channel in the low four.
pub fn rx_bits(fd: &impl AsFd) -> nix::Result<c_int> {
    let mut bits = 0;
    // SAFETY: the call writes one int behind the pointer, which lives until it returns.
    unsafe { raw::rx_bits(fd.as_fd().as_raw_fd(), &mut bits) }?;
    Ok(bits)
}

/// The number of a channel's tone zone; 0 also where it has none.
pub fn tone_zone(fd: &impl AsFd) -> nix::Result<c_int> {
    let mut zone = 0;
    // SAFETY: the call writes one int behind the pointer, which lives until it returns.
    unsafe { raw::tone_zone(fd.as_fd().as_raw_fd(), &mut zone) }?;
    Ok(zone)
}

/// The oldest event; 0 when there is none.
pub fn event(fd: &impl AsFd) -> nix::Result<c_int> {
    let mut event = 0;
    // SAFETY: the call writes one int behind the pointer, which lives until it returns.
    unsafe { raw::get_event(fd.as_fd().as_raw_fd(), &mut event) }?;
    Ok(event)
}

/// Makes `target` a descriptor of what `source` is one of, in one step that no other thread sees
/// half done; what it was before is closed.
pub fn redirect(target: &OwnedFd, source: &impl AsFd) -> nix::Result<()> {
    let (from, to) = (source.as_fd().as_raw_fd(), target.as_raw_fd());
    // SAFETY: both descriptors are open, and `target` stays its owner's afterwards.
    Errno::result(unsafe { nix::libc::dup3(from, to, nix::libc::O_CLOEXEC) }).map(drop)
}

/// Joins a channel with others, or takes it out.
pub fn set_conf(fd: &impl AsFd, conf: &mut ConfInfo) -> nix::Result<()> {
    // SAFETY: the call reads and writes a structure of this layout, which lives until it returns.
    unsafe { raw::set_conf(fd.as_fd().as_raw_fd(), conf) }.map(drop)
}

/// How a channel is joined with others; `conf.chan` names it, 0 the descriptor's own.
pub fn conf(fd: &impl AsFd, conf: &mut ConfInfo) -> nix::Result<()> {
    // SAFETY: the call reads and writes a structure of this layout, which lives until it returns.
    unsafe { raw::get_conf(fd.as_fd().as_raw_fd(), conf) }.map(drop)
}

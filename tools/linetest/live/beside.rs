//! `watch` on a channel that another program has open: from beside it.
//!
//! How: two pseudo channels that DAHDI feeds with what the channel receives and with what is sent on
//! it. Nothing is sent, the channel's owner notices nothing, and only levels are computed: what is
//! said there is neither printed nor kept.

use std::{
    fs::File,
    io::{ErrorKind, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    time::Duration,
};

use drivers::{
    dahdi::ioctl::{self, BufferInfo, ConfInfo},
    port::PortError,
};
use dsp::g711;
use types::frame::{FRAME, Law, Samples};

/// What is listened to.
const RECEIVED: i32 = 1;
const SENT: i32 = 2;
const O_NONBLOCK: i32 = 0o4000;

/// Both directions of a channel that is somebody else's.
#[derive(Debug)]
pub(super) struct Beside {
    received: File,
    sent: File,
}

/// One frame of each.
pub(super) type Both = (Samples, Samples);

impl Beside {
    pub fn open(channel: u16) -> Result<Beside, PortError> {
        Ok(Beside {
            received: listener(channel, RECEIVED)?,
            sent: listener(channel, SENT)?,
        })
    }

    /// The next frame of both directions; none when nothing came for a second.
    pub fn next(&self) -> Result<Option<Both>, PortError> {
        let received = frame(&self.received)?;
        let sent = frame(&self.sent)?;
        Ok(received.zip(sent))
    }
}

fn listener(channel: u16, what: i32) -> Result<File, PortError> {
    let mut options = File::options();
    options.read(true).write(true).custom_flags(O_NONBLOCK);
    let opened = options.open("/dev/dahdi/pseudo");
    let file =
        opened.map_err(|error| PortError::Driver(error.raw_os_error().unwrap_or_default()))?;
    let failed = |error| PortError::Driver(error as i32);
    let buffers = BufferInfo {
        numbufs: 8,
        bufsize: FRAME as i32,
        ..BufferInfo::default()
    };
    ioctl::set_buffers(&file, &buffers).map_err(failed)?;
    ioctl::set_law(&file, 1).map_err(failed)?;
    let mut joined = ConfInfo {
        chan: 0,
        confno: i32::from(channel),
        confmode: what,
    };
    ioctl::set_conf(&file, &mut joined).map_err(failed)?;
    Ok(file)
}

fn frame(mut file: &File) -> Result<Option<Samples>, PortError> {
    let mut octets = [Law::Mu.idle(); FRAME];
    for _ in 0..200 {
        match file.read(&mut octets) {
            Ok(_) => {
                let mut samples: Samples = [0; FRAME];
                g711::decode(Law::Mu, &octets, &mut samples);
                return Ok(Some(samples));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(PortError::Driver(error.raw_os_error().unwrap_or_default())),
        }
    }
    Ok(None)
}

//! The side of the controller: a thread that listens, and one for each connection, of which there
//! are few at a time.

use super::{
    Desk, LONGEST_REQUEST, PATIENCE, Reply, Request, actor, serve::serve, socket, too_long,
};
use anyhow::{Context as _, anyhow, bail};
use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::socket::{getsockopt, sockopt::PeerCredentials},
    unistd::Uid,
};
use slog::{Logger, debug, info, warn};
use std::{
    fs::{self, Permissions},
    io::{self, ErrorKind, Read, Write},
    os::{
        fd::AsFd as _,
        unix::{
            fs::{FileTypeExt as _, PermissionsExt as _},
            net::{UnixListener, UnixStream},
        },
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use types::secret::Secret;

/// Connections at a time; one more is closed at once.
const CONNECTIONS: usize = 8;
/// How often the listener looks whether it is to end.
const LOOK_MS: u16 = 100;
/// As much as is read at once.
const PART: usize = 4096;
/// After a failure to accept, as for want of descriptors.
const REST: Duration = Duration::from_millis(100);

/// Serves commands until it is dropped.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What the threads share.
struct House {
    desk: Desk,
    log: Logger,
    open: AtomicUsize,
}

impl Server {
    /// Listens in the directory of a database that this process has open: a socket that is there was
    /// left by a process that is gone.
    pub fn start(data: &Path, desk: Desk, log: Logger) -> anyhow::Result<Server> {
        if let Some(why) = too_long(data) {
            bail!(why);
        }
        let path = socket(data);
        let listener = listen(&path).with_context(|| path.display().to_string())?;
        let stop = Arc::new(AtomicBool::new(false));
        let house = Arc::new(House {
            desk,
            log,
            open: AtomicUsize::new(0),
        });
        let ends = Arc::clone(&stop);
        let thread = thread::Builder::new().name("control".to_owned());
        let thread = thread.spawn(move || house.listen(&listener, &ends))?;
        Ok(Server {
            path,
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // A panic was told by its message.
            let _ = thread.join();
        }
        // The next start removes one that is left.
        let _ = fs::remove_file(&self.path);
    }
}

pub fn listen(path: &Path) -> anyhow::Result<UnixListener> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.file_type().is_socket() => fs::remove_file(path)?,
        Ok(_) => bail!("is there, and is no socket: take it away"),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Whose process is at the other end, and its number.
pub fn peer(stream: &UnixStream) -> io::Result<(u32, i32)> {
    let peer = getsockopt(stream, PeerCredentials)?;
    Ok((peer.uid(), peer.pid()))
}

/// Root may, and whoever the controller runs as.
pub fn may_command(peer: u32, us: u32) -> bool {
    peer == 0 || peer == us
}

/// One of the few connections; room for another when it is dropped.
struct Room(Arc<House>);

impl Room {
    fn take(house: &Arc<House>) -> Option<Room> {
        // Taken first, so that it is given back on each way out.
        let room = Room(Arc::clone(house));
        let before = house.open.fetch_add(1, Ordering::AcqRel);
        (before < CONNECTIONS).then_some(room)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::AcqRel);
    }
}

impl House {
    fn listen(self: Arc<House>, listener: &UnixListener, stop: &AtomicBool) {
        while !stop.load(Ordering::Acquire) {
            let mut waits = [PollFd::new(listener.as_fd(), PollFlags::POLLIN)];
            // An interrupted wait is a short one.
            let _ = poll(&mut waits, PollTimeout::from(LOOK_MS));
            match listener.accept() {
                Ok((stream, _)) => self.admit(stream),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => {
                    warn!(self.log, "a command can't be taken"; "why" => %error);
                    thread::sleep(REST);
                }
            }
        }
    }

    fn admit(self: &Arc<House>, stream: UnixStream) {
        let us = Uid::effective().as_raw();
        let actor = match peer(&stream) {
            Ok((uid, pid)) if may_command(uid, us) => actor::of(pid, uid),
            Ok((uid, _)) => {
                warn!(self.log, "a command of another user is refused"; "user" => uid);
                return;
            }
            Err(error) => {
                warn!(self.log, "a command of nobody knows whom is refused"; "why" => %error);
                return;
            }
        };
        let Some(room) = Room::take(self) else {
            return;
        };
        let thread = thread::Builder::new().name("command".to_owned());
        let spawned = thread.spawn(move || room.0.converse(&stream, actor));
        if let Err(error) = spawned {
            warn!(self.log, "a command can't be served"; "why" => %error);
        }
    }

    fn converse(&self, stream: &UnixStream, actor: String) {
        let reply = match line(stream, LONGEST_REQUEST, PATIENCE) {
            Line::Whole(request) => self.reply(request.expose(), actor),
            // Somebody only looked whether a controller is there.
            Line::None => return,
            Line::TooLong => Err(anyhow!("a request has {LONGEST_REQUEST} octets at most")),
            Line::Failed(_) => return,
        };
        let reply = match reply {
            Ok(answer) => Reply::Done(answer),
            Err(error) => Reply::Refused(crate::cli::causes(&error)),
        };
        let mut text = serde_json::to_vec(&reply).expect("a reply has text keys alone");
        text.push(b'\n');
        // A client that does not take its answer gets none.
        let _ = write(stream, &text, Instant::now() + PATIENCE);
    }

    fn reply(&self, request: &[u8], actor: String) -> anyhow::Result<super::Answer> {
        let request: Request =
            serde_json::from_slice(request).map_err(|error| anyhow!("not a request: {error}"))?;
        match request.is_portion() {
            true => debug!(self.log, "command"; "what" => request.name()),
            false => info!(self.log, "command"; "what" => request.name()),
        }
        serve(request, &self.desk, actor)
    }
}

/// What comes before the end of a line.
pub enum Line {
    /// It can hold PINs.
    Whole(Secret<Vec<u8>>),
    /// Nothing came before the other end closed.
    None,
    TooLong,
    Failed(io::Error),
}

/// Reads one line, all of it within this time.
pub fn line(mut stream: &UnixStream, longest: usize, within: Duration) -> Line {
    let until = Instant::now() + within;
    let mut text = Secret::new(Vec::with_capacity(2 * PART));
    let mut part = Secret::new([0; PART]);
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Line::Failed(ErrorKind::TimedOut.into());
        }
        if let Err(error) = stream.set_read_timeout(Some(left)) {
            return Line::Failed(error);
        }
        match stream.read(part.expose_mut()) {
            Ok(0) if text.expose().is_empty() => return Line::None,
            Ok(0) => return Line::Failed(ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                let part = &part.expose()[..count];
                let end = part.iter().position(|&octet| octet == b'\n');
                grow(&mut text, &part[..end.unwrap_or(count)]);
                if end.is_some() {
                    return Line::Whole(text);
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Line::Failed(error),
        }
        if text.expose().len() >= longest {
            return Line::TooLong;
        }
    }
}

/// A vector that grows by itself leaves its old octets behind.
fn grow(text: &mut Secret<Vec<u8>>, more: &[u8]) {
    let octets = text.expose();
    if octets.capacity() - octets.len() < more.len() {
        let mut larger = Vec::with_capacity(2 * octets.capacity() + more.len());
        larger.extend_from_slice(octets);
        *text = Secret::new(larger);
    }
    text.expose_mut().extend_from_slice(more);
}

/// Writes all of it until then.
fn write(mut stream: &UnixStream, mut text: &[u8], until: Instant) -> io::Result<()> {
    while !text.is_empty() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_write_timeout(Some(left))?;
        match stream.write(text) {
            Ok(count) => text = &text[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_and_the_controllers_own_user_may_command_and_nobody_else() {
        for (peer, us, may) in [
            (0, 1000, true),
            (1000, 1000, true),
            (1001, 1000, false),
            (1000, 0, false),
            (0, 0, true),
        ] {
            assert_eq!(may_command(peer, us), may, "{peer} of {us}");
        }
    }

    #[test]
    fn the_kernel_says_who_is_at_the_other_end() {
        let (one, _other) = UnixStream::pair().expect("a pair");
        let us = (Uid::effective().as_raw(), std::process::id().cast_signed());
        assert_eq!(peer(&one).expect("its process"), us);
    }
}

//! Listening: who may connect, how many at a time, and how long each may take.

use crate::{
    house::{Actor, House},
    route,
    serve::filter,
};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{fmt, io, os::unix::net::UnixListener as StdListener, sync::Arc, time::Duration};
use tokio::{
    net::{UnixListener, UnixStream},
    runtime::{self, Runtime},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time,
};
use tokio_io_timeout::TimeoutStream;
use tower::Service as _;
use warp::{filters::BoxedFilter, reply::Response};

/// Connections at a time; one more waits until another ends.
const CONNECTIONS: usize = 64;
/// The head of a request must come within this time; between two requests a client may rest as long.
const HEAD_WAIT: Duration = Duration::from_secs(10);
/// A client that takes nothing for so long is dropped.
const WRITE_WAIT: Duration = Duration::from_secs(20);
/// Headers of a request.
const HEADERS: usize = 64;
/// The longest head of a request, in octets.
const LONGEST_HEAD: usize = 32 << 10;
/// Threads on which requests are served.
const SERVING: usize = 8;
/// After a failure to accept, as for want of descriptors.
const REST: Duration = Duration::from_millis(100);
/// Requests under way are given so long when the server ends.
const GRACE: Duration = Duration::from_secs(2);

/// The process at the other end, as the kernel tells it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Caller {
    pub user: u32,
    pub process: i32,
}

/// Serves until it is dropped.
pub struct Server {
    /// There until it is dropped.
    runtime: Option<Runtime>,
    stop: watch::Sender<bool>,
    room: Arc<Semaphore>,
}

impl Server {
    /// Serves who connects, on threads of its own.
    ///
    /// # Errors
    /// When the system has no room for them.
    pub fn start(listener: StdListener, house: House) -> io::Result<Server> {
        listener.set_nonblocking(true)?;
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(SERVING)
            .thread_name("admin")
            .enable_all()
            .build()?;
        let (stop, stopped) = watch::channel(false);
        let house = Arc::new(house);
        let door = Door {
            filter: filter(Arc::clone(&house), route::all().into()),
            house,
            room: Arc::new(Semaphore::new(CONNECTIONS)),
        };
        let room = Arc::clone(&door.room);
        let entered = runtime.enter();
        let listener = UnixListener::from_std(listener)?;
        tokio::spawn(async move { door.listen(&listener, stopped).await });
        drop(entered);
        Ok(Server {
            runtime: Some(runtime),
            stop,
            room,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(runtime) = self.runtime.take() {
            // All places free: every connection has ended.
            let all = u32::try_from(CONNECTIONS).expect("is small");
            let ended = self.room.acquire_many(all);
            let _ = runtime.block_on(async { time::timeout(GRACE, ended).await });
            runtime.shutdown_timeout(GRACE);
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Server")
    }
}

/// What connections share.
struct Door {
    filter: BoxedFilter<(Response,)>,
    house: Arc<House>,
    room: Arc<Semaphore>,
}

/// Comes back when the server ends.
async fn end(stopped: &mut watch::Receiver<bool>) {
    // Whoever could say so is gone: that is the end too.
    drop(stopped.wait_for(|stopped| *stopped).await);
}

impl Door {
    async fn listen(&self, listener: &UnixListener, stopped: watch::Receiver<bool>) {
        let mut ends = stopped.clone();
        loop {
            let next = tokio::select! {
                next = self.next(listener) => next,
                () = end(&mut ends) => return,
            };
            match next {
                Ok((stream, place)) => self.admit(stream, place, stopped.clone()),
                Err(_) => time::sleep(REST).await,
            }
        }
    }

    /// Whoever comes when all places are taken waits in the system's queue.
    async fn next(
        &self,
        listener: &UnixListener,
    ) -> io::Result<(UnixStream, OwnedSemaphorePermit)> {
        let place = Arc::clone(&self.room).acquire_owned().await;
        let place = place.expect("is never closed");
        let (stream, _) = listener.accept().await?;
        Ok((stream, place))
    }

    /// Whoever may not ask is given no answer.
    fn admit(
        &self,
        stream: UnixStream,
        place: OwnedSemaphorePermit,
        stopped: watch::Receiver<bool>,
    ) {
        let Some(actor) = self.actor(&stream) else {
            return;
        };
        let filter = self.filter.clone();
        tokio::spawn(async move {
            converse(stream, filter, actor, stopped).await;
            drop(place);
        });
    }

    fn actor(&self, stream: &UnixStream) -> Option<Actor> {
        let peer = stream.peer_cred().ok()?;
        self.house.who(Caller {
            user: peer.uid(),
            process: peer.pid()?,
        })
    }
}

async fn converse(
    stream: UnixStream,
    filter: BoxedFilter<(Response,)>,
    actor: Actor,
    mut stopped: watch::Receiver<bool>,
) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_WAIT));
    let service = warp::service(filter);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(actor.clone());
        service.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_headers(HEADERS)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // A client that went away is nobody's error.
        _ = connection.as_mut() => {}
        () = end(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            let _ = time::timeout(GRACE, connection).await;
        }
    }
}

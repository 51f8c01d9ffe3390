//! Taking connections, as many as there may be.

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many connections there may be, and how long one may keep the sandbox waiting. The control
/// port has the same limits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ConnectionLimits {
    /// How long a client may take for the TLS handshake, for the head of a request, counted from
    /// the end of the one before, and for its body: 15 seconds each. The body of an upload (上传) may
    /// take that long for each piece. The connection is closed then.
    pub patience: Duration,
    /// The most connections at the same time: 1,000. A further one is closed at once.
    pub connections: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(15),
            connections: 1000,
        }
    }
}

impl ConnectionLimits {
    /// HTTP/1.1 with these limits.
    pub(crate) fn http(self) -> http1::Builder {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.patience);
        http
    }
}

/// Serves each connection in a task beside the ones given, until it is aborted, which ends them
/// all.
pub(crate) async fn accept<F: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    limits: ConnectionLimits,
    mut tasks: JoinSet<()>,
    serve: impl Fn(TcpStream) -> F,
) {
    let places = limits.connections.min(Semaphore::MAX_PERMITS);
    let places = Arc::new(Semaphore::new(places));
    loop {
        while tasks.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                    continue;
                };
                let _ = stream.set_nodelay(true);
                let connection = serve(stream);
                tasks.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            // Out of file descriptors, or the peer is gone already.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

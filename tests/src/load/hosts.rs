//! Two hosts of one service with one set of books, of which the main one can fail in several ways.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How a host behaves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// It answers at once.
    Up,
    /// It answers after this time.
    Slow(Duration),
    /// It reads and books requests and never answers.
    HalfOpen,
    /// Nobody listens, and all its connections were cut.
    Down,
    /// A gateway in front of it answers with status 502.
    BadGateway,
}

/// What arrived where, by the number that the path ends with.
#[derive(Clone, Debug, Default)]
pub struct Books(Arc<Mutex<HashMap<String, Vec<&'static str>>>>);

impl Books {
    /// The hosts that have read a request with this number, in order.
    pub fn of(&self, number: &str) -> Vec<&'static str> {
        let books = self.0.lock().unwrap();
        books.get(number).cloned().unwrap_or_default()
    }

    /// How many requests a host has read.
    pub fn at(&self, host: &str) -> usize {
        let books = self.0.lock().unwrap();
        books.values().flatten().filter(|at| **at == host).count()
    }

    fn note(&self, number: &str, host: &'static str) {
        let mut books = self.0.lock().unwrap();
        books.entry(number.to_owned()).or_default().push(host);
    }
}

/// A host on loopback.
pub struct Host {
    /// Where it listens, if it does.
    pub address: SocketAddr,
    mode: watch::Sender<Mode>,
}

impl Host {
    /// Starts a host that writes into `books` under `name`.
    pub async fn start(name: &'static str, books: Books) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mode, changes) = watch::channel(Mode::Up);
        tokio::spawn(run(name, books, address, listener, changes));
        Self { address, mode }
    }

    /// Changes how it behaves from now on.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn run(
    name: &'static str,
    books: Books,
    address: SocketAddr,
    listener: TcpListener,
    mut mode: watch::Receiver<Mode>,
) {
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        let is_down = *mode.borrow_and_update() == Mode::Down;
        if is_down {
            listener = None;
            connections.abort_all();
        }
        let Some(listening) = &listener else {
            if mode.changed().await.is_err() {
                return;
            }
            if *mode.borrow() != Mode::Down {
                listener = Some(listen(address));
            }
            continue;
        };
        tokio::select! {
            accepted = listening.accept() => {
                let (stream, _) = accepted.unwrap();
                let (books, mode) = (books.clone(), mode.clone());
                connections.spawn(async move {
                    let service = service_fn(|request| answer(name, &books, &mode, request));
                    let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                    let _ = serving.await;
                });
            }
            changed = mode.changed() => if changed.is_err() { return },
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Listens again where it did before, although old connections may linger there.
fn listen(address: SocketAddr) -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket.listen(1024).unwrap()
}

async fn answer(
    name: &'static str,
    books: &Books,
    mode: &watch::Receiver<Mode>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let mode = *mode.borrow();
    if mode == Mode::BadGateway && request.method() == Method::GET {
        return Ok(status(502));
    }
    let number = request.uri().path().rsplit('/').next().unwrap_or_default();
    books.note(number, name);
    match mode {
        Mode::Up | Mode::Down => Ok(status(200)),
        Mode::BadGateway => Ok(status(502)),
        Mode::Slow(time) => {
            sleep(time).await;
            Ok(status(200))
        }
        Mode::HalfOpen => std::future::pending().await,
    }
}

fn status(status: u16) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from_static(b"answer")));
    *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
    answer
}

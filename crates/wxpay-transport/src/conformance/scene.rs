use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::authority::Authority;
use super::deadlines::HELD_BACK;
use super::fault::{Client, ELSEWHERE, Fault, ITSELF, Place, Step, TlsSide};
use super::wire::{Seen, Wire};
use super::{Identity, Setup};

/// A [`Fault`] that waits for calls: a server on loopback, and another one that must stay alone.
///
/// Dropping it stops both.
#[derive(Debug)]
pub struct Scene {
    base_url: String,
    setup: Setup,
    seen: Arc<Seen>,
    elsewhere: Arc<Seen>,
    servers: Vec<JoinHandle<()>>,
    /// Connections that fill a queue.
    _queued: Vec<TcpStream>,
    _listener: Option<TcpListener>,
    /// A port that is taken and refuses every connection.
    _refusing: Option<TcpSocket>,
}

impl Fault {
    /// Starts the server of this fault, on a tokio runtime with I/O and time.
    ///
    /// # Errors
    ///
    /// Loopback can't be used as the fault needs it. A full queue of connections exists on Linux
    /// only.
    pub async fn start(&self) -> io::Result<Scene> {
        Scene::start(self).await
    }
}

impl Scene {
    /// Where to send calls: scheme, host and port, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// What the transport has to be built with.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// How many connections were opened, after some time for one more.
    pub async fn connections(&self) -> usize {
        sleep(AFTERMATH).await;
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// The requests whose head was read, as text, after some time for one more.
    pub async fn requests(&self) -> Vec<String> {
        sleep(AFTERMATH).await;
        self.seen.requests().clone()
    }

    /// How many connections were opened to the other server, which nobody was told to call.
    pub fn connections_elsewhere(&self) -> usize {
        self.elsewhere.connections.load(Ordering::SeqCst)
    }

    /// What the server saw so far.
    pub(super) fn seen(&self) -> Arc<Seen> {
        Arc::clone(&self.seen)
    }

    async fn start(fault: &Fault) -> io::Result<Self> {
        let authority = Authority::new("conformance");
        let clients = Authority::new("clients");
        let identity = match fault.place {
            Place::Tls(side) => shown(side.client, &clients),
            _ => None,
        };
        let mut scene = Self {
            base_url: String::new(),
            setup: Setup::new(authority.pem.clone(), identity),
            seen: Arc::default(),
            elsewhere: Arc::default(),
            servers: Vec::new(),
            _queued: Vec::new(),
            _listener: None,
            _refusing: None,
        };
        match fault.place {
            Place::NoSuchName => "https://wxpay.invalid".clone_into(&mut scene.base_url),
            Place::Refused => {
                // Bound and not listening. A port that was only free would soon be that of another
                // row's server.
                let socket = TcpSocket::new_v4()?;
                socket.bind(ANY_PORT)?;
                scene.base_url = format!("http://{}", socket.local_addr()?);
                scene._refusing = Some(socket);
            }
            Place::Full => scene.fill_queue().await?,
            Place::Plain => {
                let address = scene.serve(fault, None, Duration::ZERO).await?;
                scene.base_url = format!("http://{address}");
            }
            Place::NotTls => {
                let address = scene.serve(fault, None, Duration::ZERO).await?;
                scene.base_url = format!("https://localhost:{}", address.port());
            }
            Place::Tls(side) => {
                let tls = acceptor(side, &authority, &clients);
                let wait = if side.slow { HELD_BACK } else { Duration::ZERO };
                let address = scene.serve(fault, Some(tls), wait).await?;
                scene.base_url = format!("https://localhost:{}", address.port());
            }
        }
        Ok(scene)
    }

    async fn serve(
        &mut self,
        fault: &Fault,
        tls: Option<TlsAcceptor>,
        wait: Duration,
    ) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(ANY_PORT).await?;
        let itself = listener.local_addr()?;
        let other = TcpListener::bind(ANY_PORT).await?;
        let elsewhere = other.local_addr()?;
        let script: Arc<[Step]> = fault
            .script
            .iter()
            .map(|step| placed(step, itself, elsewhere))
            .collect();
        let seen = Arc::clone(&self.seen);
        self.servers.push(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.connections.fetch_add(1, Ordering::SeqCst);
                let (script, seen, tls) = (Arc::clone(&script), Arc::clone(&seen), tls.clone());
                tokio::spawn(async move {
                    if !wait.is_zero() {
                        sleep(wait).await;
                    }
                    let wire = match tls {
                        None => Wire::Plain(stream),
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => Wire::Tls(Box::new(stream)),
                            Err(_) => return,
                        },
                    };
                    wire.play(&script, &seen).await;
                });
            }
        }));
        let seen = Arc::clone(&self.elsewhere);
        self.servers.push(tokio::spawn(async move {
            while other.accept().await.is_ok() {
                seen.connections.fetch_add(1, Ordering::SeqCst);
            }
        }));
        Ok(itself)
    }

    /// A listener whose queue is full drops every new SYN.
    async fn fill_queue(&mut self) -> io::Result<()> {
        if !cfg!(target_os = "linux") {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let socket = TcpSocket::new_v4()?;
        socket.bind(ANY_PORT)?;
        let listener = socket.listen(1)?;
        let address = listener.local_addr()?;
        // Twice, for a busy machine may be late once.
        let mut late = 0;
        while late < 2 {
            match timeout(QUEUED, TcpStream::connect(address)).await {
                Ok(stream) => self._queued.push(stream?),
                Err(_) => late += 1,
            }
        }
        self._listener = Some(listener);
        self.base_url = format!("http://{address}");
        Ok(())
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

fn placed(step: &Step, itself: SocketAddr, elsewhere: SocketAddr) -> Step {
    match step {
        Step::Send(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if text.contains(ELSEWHERE) || text.contains(ITSELF) => Step::Send(
                text.replace(ELSEWHERE, &elsewhere.to_string())
                    .replace(ITSELF, &itself.to_string())
                    .into(),
            ),
            _ => step.clone(),
        },
        _ => step.clone(),
    }
}

fn shown(client: Client, clients: &Authority) -> Option<Identity> {
    match client {
        Client::NotAsked | Client::HasNone => None,
        Client::HasRight => Some(clients.client()),
        Client::HasForeign => Some(Authority::new("others").client()),
    }
}

fn acceptor(side: TlsSide, authority: &Authority, clients: &Authority) -> TlsAcceptor {
    let leaf = authority.server(side.certificate);
    let version = if side.tls13 { &TLS13 } else { &TLS12 };
    let provider = Arc::new(default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])
        .expect("rustls knows both versions");
    let config = match side.client {
        Client::NotAsked => config.with_no_client_auth(),
        Client::HasNone | Client::HasRight | Client::HasForeign => {
            let mut roots = RootCertStore::empty();
            let root = CertificateDer::from_pem_slice(clients.pem.as_bytes()).expect(OWN);
            roots.add(root).expect(OWN);
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            config.with_client_cert_verifier(verifier.build().expect(OWN))
        }
    };
    let cert = CertificateDer::from_pem_slice(leaf.cert_pem.as_bytes()).expect(OWN);
    let key = PrivateKeyDer::from_pem_slice(leaf.key_pem.as_bytes()).expect(OWN);
    let config = config.with_single_cert(vec![cert], key).expect(OWN);
    TlsAcceptor::from(Arc::new(config))
}

const OWN: &str = "certificates of the suite are sound";
const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
/// How long a connection waits for a place in a queue that may be full.
const QUEUED: Duration = Duration::from_millis(100);
/// Time for a second try to arrive that must not.
const AFTERMATH: Duration = Duration::from_millis(40);

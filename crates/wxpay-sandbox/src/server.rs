//! Accepting connections: TLS, then HTTP/1.1.

use std::error::Error as StdError;
use std::sync::Arc;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::certificates::Certificates;
use crate::client_certificate::{self, Asking};
use crate::state::Shared;
use crate::{events, exchange, listener, state_file};

/// TLS 1.2 and 1.3, asking for the merchant's certificate but not insisting.
pub(crate) fn tls_config(
    certificates: &Certificates,
    names: &[String],
) -> Result<Arc<ServerConfig>, Box<dyn StdError + Send + Sync>> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let asking = Asking::for_one_of(certificates.ca()?, Arc::clone(&provider))?;
    let server = certificates.server(names)?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(asking))
        .with_single_cert(vec![server.certificate], server.key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Accepts connections, and carries out what falls due, until it is aborted, which closes them all.
pub(crate) async fn accept(listener: TcpListener, tls: Arc<ServerConfig>, shared: Arc<Shared>) {
    let tls = TlsAcceptor::from(tls);
    let mut tasks = JoinSet::new();
    tasks.spawn(events::keep(Arc::clone(&shared)));
    tasks.spawn(state_file::keep(Arc::clone(&shared)));
    let limits = shared.connection_limits;
    listener::accept(listener, limits, tasks, |stream| {
        connection(stream, tls.clone(), Arc::clone(&shared))
    })
    .await;
}

async fn connection(stream: TcpStream, tls: TlsAcceptor, shared: Arc<Shared>) {
    let limits = shared.connection_limits;
    let handshake = tokio::time::timeout(limits.patience, tls.accept(stream));
    let Ok(Ok(stream)) = handshake.await else {
        return;
    };
    let client_certificate = client_certificate::is(&shared.client_certificate, stream.get_ref().1);
    let service = service_fn(|request| exchange::serve(&shared, client_certificate, request));
    // A fault ends the connection with an error, and so does a client that goes away.
    let _ = limits
        .http()
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

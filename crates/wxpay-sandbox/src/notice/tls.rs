use std::error::Error as StdError;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::NotifyError;

/// How callbacks are spoken to over HTTPS: one authority is trusted, and no other.
pub(crate) fn connector(
    authority: CertificateDer<'static>,
) -> Result<TlsConnector, Box<dyn StdError + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    roots.add(authority)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Finds out whether it is the callback of that host.
pub(crate) async fn connect(
    connector: &TlsConnector,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, NotifyError> {
    let name = match host.parse::<IpAddr>() {
        Ok(address) => ServerName::from(address),
        Err(_) => ServerName::try_from(host.to_owned()).map_err(|_| NotifyError::Url)?,
    };
    let connected = connector.connect(name, stream).await;
    connected.map_err(|error| {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        if let Some(rustls::Error::InvalidCertificate(_)) = inner {
            return NotifyError::Certificate(error.into());
        }
        NotifyError::Delivery(error.into())
    })
}

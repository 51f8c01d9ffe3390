use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use crate::NotifyError;
use crate::notice::tls;

/// Posts a notification and reads the response, within the time that WeChat Pay takes for it.
/// Redirects are not followed.
pub(crate) async fn post(
    connector: &TlsConnector,
    url: &str,
    headers: HeaderMap,
    body: impl Into<Bytes>,
) -> Result<(u16, Bytes), NotifyError> {
    let url: Uri = url.parse().map_err(|_| NotifyError::Url)?;
    let request = request(&url, headers, body.into()).ok_or(NotifyError::Url)?;
    let secure = match url.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        _ => return Err(NotifyError::Url),
    };
    let host = url
        .host()
        .unwrap_or_default()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let addresses = loopback(host, port)?;
    let exchange = async {
        let stream = TcpStream::connect(&*addresses)
            .await
            .map_err(|error| NotifyError::Delivery(error.into()))?;
        if secure {
            exchange(tls::connect(connector, host, stream).await?, request).await
        } else {
            exchange(stream, request).await
        }
    };
    tokio::time::timeout(RESPONSE_TIMEOUT, exchange)
        .await
        .map_err(|_| NotifyError::Late)?
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> Result<(u16, Bytes), NotifyError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| NotifyError::Delivery(error.into()))?;
    // Dropping the set ends the connection.
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| NotifyError::Delivery(error.into()))?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), MAX_BODY)
        .collect()
        .await
        .map_err(NotifyError::Delivery)?;
    Ok((status, body.to_bytes()))
}

/// Where a host is, if it is this machine. No name is looked up: what `localhost` means is known.
fn loopback(host: &str, port: u16) -> Result<Vec<SocketAddr>, NotifyError> {
    let addresses: &[IpAddr] = match host.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => &[address],
        Err(_) if host.eq_ignore_ascii_case("localhost") => &[
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ],
        _ => return Err(NotifyError::NotLoopback(host.to_owned())),
    };
    let addresses = addresses.iter();
    Ok(addresses
        .map(|address| SocketAddr::new(*address, port))
        .collect())
}

fn request(url: &Uri, headers: HeaderMap, body: Bytes) -> Option<Request<Full<Bytes>>> {
    let host = HeaderValue::from_str(url.authority()?.as_str()).ok()?;
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url.path_and_query()?.as_str().parse().ok()?;
    *request.headers_mut() = headers;
    request.headers_mut().insert(HOST, host);
    let anything = HeaderValue::from_static("*/*");
    request.headers_mut().insert(ACCEPT, anything);
    let agent = HeaderValue::from_static("Mozilla/4.0");
    request.headers_mut().insert(USER_AGENT, agent);
    Some(request)
}

const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// In bytes; far beyond any response.
const MAX_BODY: usize = 1 << 16;

//! A transport of one's own, over a `reqwest::Client` that the program has anyway.

#[path = "shared/sandbox.rs"]
mod sandbox;

use std::error::Error;
use std::iter::successors;

use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use wxpay_api::transport::{
    Deadline, DeadlinePassed, Transport, TransportError, bytes::Bytes, http,
};
use wxpay_api::v2::pay::{QueryOrder, query_order::Order};

#[derive(Debug)]
struct Mine(reqwest::Client);

#[async_trait::async_trait]
impl Transport for Mine {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let deadline = Deadline::of(&request);
        if let Some(deadline) = deadline {
            deadline.check()?;
        }
        let request = look_again(request, deadline).try_into().map_err(judge)?;
        let mut response = self.0.execute(request).await.map_err(judge)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut whole = http::Response::new(response.bytes().await.map_err(judge)?);
        (*whole.status_mut(), *whole.headers_mut()) = (status, headers);
        Ok(whole)
    }
}

/// A connection that never stood proves that nothing was sent. A time-out while waiting does not.
fn judge(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let mut reasons = successors(error.source(), |&error| error.source());
    let late = reasons.any(|reason| reason.is::<DeadlinePassed>());
    match late || error.is_connect() || error.is_builder() {
        true => TransportError::not_sent(error),
        false => TransportError::maybe_sent(error),
    }
}

/// The last look before the first byte: the body is asked for when the connection stands, before
/// the head is written.
fn look_again(
    mut request: http::Request<Bytes>,
    deadline: Option<Deadline>,
) -> http::Request<reqwest::Body> {
    let length = request.body().len();
    let Some(deadline) = deadline.filter(|_| length > 0) else {
        return request.map(Into::into);
    };
    let headers = request.headers_mut();
    headers.insert(http::header::CONTENT_LENGTH, length.into());
    request.map(|bytes| {
        let piece = async move {
            match deadline.is_past() {
                true => Err(DeadlinePassed::new()),
                false => Ok(Frame::data(bytes)),
            }
        };
        reqwest::Body::wrap(StreamBody::new(stream::once(piece)))
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = sandbox::start().await?;
    let root = reqwest::Certificate::from_pem(sandbox.ca_pem().as_bytes())?;
    let http = reqwest::Client::builder()
        .https_only(true)
        .connect_timeout(std::time::Duration::from_secs(5))
        .no_proxy()
        .tls_certs_only([root]);
    let http = http
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    let client = sandbox::client(
        &sandbox,
        Mine(http.timeout(std::time::Duration::from_secs(30)).build()?),
    )?;
    let order = Order::OutTradeNo("20150806125346".parse()?);
    let paid = client
        .send(&QueryOrder {
            order,
            options: Default::default(),
        })
        .await?
        .paid;
    assert_eq!(paid.map(|paid| paid.total_fee.get()), Some(10_099));
    Ok(())
}

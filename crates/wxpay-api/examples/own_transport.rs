//! A transport of one's own, over a `reqwest::Client` that the program has anyway.

#[path = "shared/sandbox.rs"]
mod sandbox;

use wxpay_api::transport::{Deadline, Transport, TransportError, bytes::Bytes, http};
use wxpay_api::v2::pay::{OrderQuery, OrderQueryOrder};

#[derive(Debug)]
struct Mine(reqwest::Client);

#[async_trait::async_trait]
impl Transport for Mine {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        // Only a connection that never stood proves that nothing was sent; a time-out while waiting does not.
        let judge = |error: reqwest::Error| match error.is_connect() || error.is_builder() {
            true => TransportError::not_sent(error.without_url()),
            false => TransportError::maybe_sent(error.without_url()),
        };
        let deadline = Deadline::of(&request);
        let request = request.try_into().map_err(judge)?;
        // The last step before it leaves: not after its deadline.
        if let Some(deadline) = deadline {
            deadline.check()?;
        }
        let mut response = self.0.execute(request).await.map_err(judge)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut whole = http::Response::new(response.bytes().await.map_err(judge)?);
        (*whole.status_mut(), *whole.headers_mut()) = (status, headers);
        Ok(whole)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
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
    let order = OrderQueryOrder::OutTradeNo("20150806125346".parse()?);
    let paid = client.send(&OrderQuery { order }).await?.paid;
    assert_eq!(paid.map(|paid| paid.total_fee.get()), Some(10_099));
    Ok(())
}

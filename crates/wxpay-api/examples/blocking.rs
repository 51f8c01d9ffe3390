//! Blocking calls without an async runtime: `prepare` signs, ureq sends, `finish` verifies.
//!
//! `cargo run -p wxpay-api --features v2-pay,v3-security --example blocking`

use std::error::Error;
use std::sync::Arc;

use futures_executor::block_on;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use wxpay_api::core::Fen;
use wxpay_api::sign::v2::Key;
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::transport::{TransportError, bytes::Bytes, http};
use wxpay_api::v2::pay::{QueryOrder, query_order};
use wxpay_api::v3::security::{Echo, echo::EchoOptions};
use wxpay_api::{v2, v3};
use wxpay_sandbox::{Order, Sandbox};

/// Sends a request once. Whatever goes wrong, it may have arrived: a guess of "not sent" could cost
/// money.
fn exchange(
    agent: &Agent,
    request: http::Request<Bytes>,
) -> Result<http::Response<Bytes>, TransportError> {
    let (head, body) = request.into_parts();
    let answer = agent.run(http::Request::from_parts(head, body.as_ref()));
    let (head, mut body) = answer.map_err(TransportError::maybe_sent)?.into_parts();
    let body = body.with_config().limit(1 << 20).read_to_vec();
    let body = body.map_err(TransportError::maybe_sent)?;
    Ok(http::Response::from_parts(head, body.into()))
}

/// APIv2 signs by itself: nothing here is async.
fn order(client: &v2::Client, agent: &Agent) -> Result<Option<Fen>, Box<dyn Error>> {
    let order = query_order::Order::OutTradeNo("20150806125346".parse()?);
    let request = QueryOrder {
        order,
        options: Default::default(),
    };
    let (http, pending) = client.prepare(&request)?;
    let found = match exchange(agent, http) {
        Ok(answer) => pending.finish(answer)?,
        Err(error) => return Err(pending.failed(error).into()),
    };
    Ok(found.paid.map(|paid| paid.total_fee))
}

/// APIv3 may have to ask an HSM for its signature, so both halves are async. Any executor will do.
fn echo(client: &v3::Client, agent: &Agent) -> Result<String, Box<dyn Error>> {
    let request = Echo {
        echo_message: "hello".to_owned(),
        options: EchoOptions::default(),
    };
    let (http, pending) = block_on(client.prepare(&request))?;
    let reply = match exchange(agent, http) {
        Ok(answer) => block_on(pending.finish(answer))?,
        Err(error) => return Err(pending.failed(error).into()),
    };
    Ok(reply.echo_message)
}

#[allow(clippy::print_stdout)] // an example reports to its terminal
fn main() -> Result<(), Box<dyn Error>> {
    // The sandbox is a server and needs a runtime of its own; the calls below know nothing of it.
    let runtime = tokio::runtime::Runtime::new()?;
    let sandbox = runtime.block_on(Sandbox::start())?;
    sandbox.add_order(Order::paid("20150806125346", 10_099));
    let account = sandbox.merchant();

    let root = Certificate::from_pem(sandbox.ca_pem().as_bytes())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&[root]))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let agent: Agent = Agent::config_builder()
        .tls_config(tls)
        .https_only(true)
        .http_status_as_error(false) // every answer goes to `finish`
        .max_redirects(0) // a payment is never sent on to elsewhere
        .max_redirects_will_error(false)
        .proxy(None)
        .timeout_global(Some(std::time::Duration::from_secs(60)))
        .build()
        .into();

    let merchant = v2::Merchant::new(account.mch_id.clone(), account.appid.clone());
    let credentials = v2::Credentials::new(Key::new(account.api_v2_key.clone())?);
    let client = v2::Client::builder(merchant, credentials, NoTransport);
    let client = client.base_url(sandbox.base_url()).build()?;
    assert_eq!(order(&client, &agent)?, Some(Fen::new(10_099)));

    let key = PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no)?;
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)?;
    let credentials = v3::Credentials::new(key, platform);
    let client = v3::Client::builder(account.sp_mchid.clone(), credentials, NoTransport);
    let client = client.base_url(sandbox.base_url()).build()?;
    assert_eq!(echo(&client, &agent)?, "hello");
    println!("both calls are verified");
    Ok(())
}

/// A client that only prepares and finishes sends nothing by itself.
#[derive(Debug)]
struct NoTransport;

#[async_trait::async_trait]
impl wxpay_api::transport::Transport for NoTransport {
    async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        Err(TransportError::not_sent("this client only prepares"))
    }
}

//! Orders of merchants overseas against the sandbox, over real TLS: their host, the typed operation
//! and the described one.

use async_trait::async_trait;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Uri};
use wxpay_api::core::Outcome;
use wxpay_api::json::Json;
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::transport::{ReqwestTransport, Transport};
use wxpay_api::v3::global_transactions::types::{OrderAmount, OrderAmountOptions};
use wxpay_api::v3::global_transactions::{
    PrepayNative, QueryOrderByOutTradeNo, prepay_native, query_order_by_out_trade_no,
};
use wxpay_api::v3::{Client, Credentials};
use wxpay_client::dynamic::DynamicRequest;
use wxpay_sandbox::{Fault, Sandbox};
use wxpay_tests::scripted::Answer;

/// The host of merchants overseas.
const APIHK: &str = "apihk.mch.weixin.qq.com";

/// Connects to the sandbox in the place of WeChat Pay's hosts, and leaves the host in the request.
#[derive(Debug)]
struct Rerouted {
    transport: ReqwestTransport,
    sandbox: Uri,
}

#[async_trait]
impl Transport for Rerouted {
    async fn send(&self, mut request: Request<Bytes>) -> Answer {
        let host = HeaderValue::from_str(request.uri().host().unwrap()).unwrap();
        let mut parts = request.uri().clone().into_parts();
        parts.authority = self.sandbox.authority().cloned();
        *request.uri_mut() = Uri::from_parts(parts).unwrap();
        request.headers_mut().insert(HOST, host);
        self.transport.send(request).await
    }
}

/// A client that knows no address but WeChat Pay's.
fn client(sandbox: &Sandbox) -> Client {
    let account = sandbox.merchant();
    let builder = ReqwestTransport::builder().only_root_pem(sandbox.ca_pem().as_bytes());
    let transport = Rerouted {
        transport: builder.build().unwrap(),
        sandbox: sandbox.base_url().parse().unwrap(),
    };
    let key = PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no).unwrap();
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)
        .unwrap();
    Client::builder(
        account.mch_id.clone(),
        Credentials::new(key, platform),
        transport,
    )
    .build()
    .unwrap()
}

fn order(sandbox: &Sandbox) -> PrepayNative {
    let account = sandbox.merchant();
    PrepayNative {
        caller: prepay_native::Caller::Merchant(account.mch_id.clone()),
        app: prepay_native::App::Merchant(account.appid.clone()),
        description: "Image store, Hong Kong".to_owned(),
        out_trade_no: "HK20261127001".parse().unwrap(),
        merchant_category_code: "1011".to_owned(),
        amount: OrderAmount {
            total: 10_050,
            currency: "HKD".to_owned(),
            options: OrderAmountOptions::default(),
        },
        options: Default::default(),
    }
}

fn query(sandbox: &Sandbox) -> QueryOrderByOutTradeNo {
    let mch_id = sandbox.merchant().mch_id.clone();
    QueryOrderByOutTradeNo {
        out_trade_no: "HK20261127001".parse().unwrap(),
        caller: query_order_by_out_trade_no::Caller::Merchant(mch_id),
        options: Default::default(),
    }
}

#[tokio::test]
async fn an_order_is_placed_and_queried_at_the_host_overseas() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    let made = client.send(&order(&sandbox)).await.unwrap();
    assert!(made.code_url.is_some());
    let found = client.send(&query(&sandbox)).await.unwrap();
    assert_eq!(found.out_trade_no.as_str(), "HK20261127001");

    let seen = sandbox.requests();
    let targets: Vec<_> = seen.iter().map(|seen| seen.target.as_str()).collect();
    let mch_id = &sandbox.merchant().mch_id;
    let asked = format!("/v3/global/transactions/out-trade-no/HK20261127001?mchid={mch_id}");
    assert_eq!(targets, ["/v3/global/transactions/native", asked.as_str()]);
    for seen in &seen {
        assert_eq!(seen.headers["host"], APIHK);
        assert!(seen.signatures.iter().all(|signature| signature.held));
    }
    let sent = std::str::from_utf8(&seen[0].body).unwrap();
    let amount = r#""amount":{"total":10050,"currency":"HKD"}"#;
    assert!(sent.contains(amount), "{sent}");
}

#[tokio::test]
async fn the_described_operation_sends_the_same_order() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    client.send(&order(&sandbox)).await.unwrap();
    let typed = sandbox.requests().pop().unwrap();

    let operation = wxpay_catalog::find("v3.global_transactions.prepay_native").unwrap();
    let sent = DynamicRequest::new(operation, Json::parse(&typed.body).unwrap());
    let made = client.send(&sent).await.unwrap();
    assert!(made.fields.get("code_url").and_then(Json::as_str).is_some());
    let described = sandbox.requests().pop().unwrap();
    assert!(described.number > typed.number);
    assert_eq!(described.target, typed.target);
    assert_eq!(described.headers["host"], APIHK);
    assert_eq!(
        Json::parse(&described.body).unwrap(),
        Json::parse(&typed.body).unwrap()
    );
    // The same number asks for the same order: the answer to the first is the answer to the second.
    assert_eq!(described.reply, typed.reply);
}

#[tokio::test]
async fn a_lost_response_leaves_the_order_unknown() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    let create = "v3.global_transactions.prepay_native".parse().unwrap();
    for fault in [Fault::DropAfterCommit, Fault::WrongSignature] {
        sandbox.inject(create, fault.clone()).unwrap();
        let error = client.send(&order(&sandbox)).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{fault:?}");
    }
    client.send(&query(&sandbox)).await.unwrap();
}

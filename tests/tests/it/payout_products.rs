//! Transfers that users confirm, red packets and refunds, by the payout engine, in WeChat Pay's own
//! messages.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use wxpay_api::core::{AppId, Fen, OutTradeNo, TransportError};
use wxpay_api::sign::provider::Provider;
use wxpay_api::v3;
use wxpay_api::v3::fund_app::types::SceneReport;
use wxpay_api::v3::refund::create_refund::{Amount, Order};
use wxpay_payout::{
    Alarm, BatchTransfer, BatchTransfers, Intent, MemoryJournal, Moment, Package, Payment, Payouts,
    Preparation, PrepareError, Product, RedPacket, RedPackets, Refund, Refunds, Rules, Settlement,
    UserTransfer, UserTransfers, WaitsFor,
};
use wxpay_tests::scripted::{Answer, Scripted};
use wxpay_tests::{clients, replies};

mod batches;
mod red_packets;
mod refunds;
mod transfers;

/// A client of the merchant's app, over a script.
fn client(transport: &Scripted) -> v3::Client {
    let builder = clients::v3_builder(Provider::default(), transport.clone());
    let builder = builder.app_id(AppId::new("wxf636efh567hg4356").unwrap());
    builder.build().unwrap()
}

fn signed(status: u16, body: &Value) -> Answer {
    Ok(replies::v3_signed(status, &body.to_string(), clients::NOW))
}

fn refused(status: u16, code: &str) -> Answer {
    signed(status, &json!({ "code": code, "message": "words" }))
}

fn cut() -> Answer {
    Err(TransportError::maybe_sent("the connection was cut"))
}

/// The engine on a clock that tests pause.
fn payouts<T: Payment>(product: impl Product<Payment = T>) -> Payouts<T> {
    let start = tokio::time::Instant::now();
    let noon = Moment::from_millis(clients::NOW * 1000);
    Payouts::builder(
        MemoryJournal::new(),
        product,
        wxpay_api::transport::TokioTimer::new(),
    )
    .clock(move || noon.after(start.elapsed()))
    .build()
}

async fn sent<T: Payment>(payouts: &Payouts<T>, intent: &Intent<T>) -> Settlement {
    match payouts.prepare(intent).await.unwrap() {
        Preparation::Ready(prepared) => payouts.send(prepared).await.unwrap(),
        Preparation::Before(settlement) => settlement,
    }
}

/// One step on, if it is not settled.
async fn stepped<T: Payment>(payouts: &Payouts<T>, settlement: Settlement) -> Settlement {
    match settlement {
        Settlement::Unknown(unknown) => payouts.resolve(unknown).await.unwrap(),
        Settlement::Waiting(waiting) => payouts.resolve(waiting).await.unwrap(),
        settled => settled,
    }
}

fn waiting(settlement: &Settlement) -> &wxpay_payout::Waiting {
    match settlement {
        Settlement::Waiting(waiting) => waiting,
        other => panic!("{other:?}"),
    }
}

fn body(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

fn writes(transport: &Scripted) -> Vec<Request<Bytes>> {
    let seen = transport.seen().into_iter();
    seen.filter(|request| request.method() == "POST").collect()
}

fn unsigned(status: u16, code: &str) -> Answer {
    let body = json!({ "code": code, "message": "words" }).to_string();
    let response: Response<Bytes> = replies::plain(status, body);
    Ok(response)
}

const DAY: Duration = Duration::from_secs(86_400);

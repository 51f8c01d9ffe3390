//! WeChat Pay as APIv2 answers: messages with their signatures, or without.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use wxpay_api::v2::pay::PayByPaymentCode;
use wxpay_api::v2::pay::pay_by_payment_code::PayByPaymentCodeOptions;
use wxpay_api::v2::{Client, Credentials, Merchant};
use wxpay_cashier::{Fence, PayEnd, QueryEnd, ReverseEnd, Service, V2};
use wxpay_core::{Error, Fen, OutTradeNo, Params, TimeFormat, Timestamp, TransportError};
use wxpay_sign::v2::{Key, SignType};
use wxpay_transport::Transport;

use super::calls::{Call, Delivery};
use super::server::{Answer, Status};
use super::world::World;

/// The service of a shop that talks APIv2.
#[derive(Debug)]
pub(crate) struct Fenced {
    inner: V2,
    fence: Arc<Mutex<Option<Fence>>>,
}

/// A transport looks at the deadline by the system's own clocks, which stand still here. So it is
/// handed the fence.
impl Fenced {
    fn by(&self, fence: &Fence) {
        *self.fence.lock().expect("nothing panics with it") = Some(fence.clone());
    }
}

#[async_trait]
impl Service for Fenced {
    type Charge = PayByPaymentCode;

    fn account(&self) -> String {
        self.inner.account()
    }

    fn number<'a>(&self, charge: &'a PayByPaymentCode) -> &'a OutTradeNo {
        self.inner.number(charge)
    }

    fn amount(&self, charge: &PayByPaymentCode) -> Fen {
        self.inner.amount(charge)
    }

    async fn check(&self, charge: &PayByPaymentCode) -> Result<(), Error> {
        self.inner.check(charge).await
    }

    async fn pay(&self, charge: &PayByPaymentCode, fence: &Fence) -> PayEnd {
        self.by(fence);
        self.inner.pay(charge, fence).await
    }

    async fn query(&self, number: &OutTradeNo) -> QueryEnd {
        self.inner.query(number).await
    }

    async fn reverse(&self, number: &OutTradeNo, fence: &Fence) -> ReverseEnd {
        self.by(fence);
        self.inner.reverse(number, fence).await
    }
}

pub(crate) fn service(world: &World) -> Fenced {
    let merchant = Merchant::new(
        MCH_ID.parse().expect("a sound ID"),
        APP_ID.parse().expect("a sound ID"),
    );
    let credentials = Credentials::new(key());
    let fence = Arc::default();
    let wire = Wire {
        world: world.clone(),
        fence: Arc::clone(&fence),
    };
    let client = Client::builder(merchant, credentials, wire);
    Fenced {
        inner: V2::new(client.build().expect("a sound client")),
        fence,
    }
}

/// A charge of a code that is fine.
pub(crate) fn request(number: OutTradeNo, amount: Fen) -> PayByPaymentCode {
    PayByPaymentCode {
        body: "coffee".to_owned(),
        out_trade_no: number,
        total_fee: amount,
        spbill_create_ip: Ipv4Addr::LOCALHOST.into(),
        auth_code: "134567890123456789".into(),
        options: PayByPaymentCodeOptions::default(),
    }
}

#[derive(Debug)]
struct Wire {
    world: World,
    fence: Arc<Mutex<Option<Fence>>>,
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let asked = Params::from_xml(request.body()).expect("our own message");
        let number = asked.get("out_trade_no").unwrap_or_default().to_owned();
        let call = match request.uri().path() {
            "/pay/micropay" => {
                let amount = asked.get("total_fee").and_then(|fen| fen.parse().ok());
                Call::Pay(amount.unwrap_or(0))
            }
            "/pay/orderquery" => Call::Query,
            _ => Call::Reverse,
        };
        let fence = match call {
            Call::Query => None,
            Call::Pay(_) | Call::Reverse => {
                self.fence.lock().expect("nothing panics with it").take()
            }
        };
        let answer = match self.world.call(call, &number, fence.as_ref()).await {
            Delivery::NotSent => return Err(TransportError::not_sent("no connection")),
            Delivery::Lost => return Err(TransportError::maybe_sent("no response")),
            Delivery::Gateway => return Ok(response(502, "<html>Bad Gateway</html>".to_owned())),
            Delivery::Garbage => return Ok(response(200, "<xml><return_code>SUCC".to_owned())),
            Delivery::Unsigned => return Ok(response(200, paid(&number).to_xml())),
            Delivery::OtherOrder => paid("ANOTHER"),
            Delivery::Answer(answer) => message(call, &number, &answer),
        };
        Ok(response(200, signed(answer)))
    }
}

fn message(call: Call, number: &str, answer: &Answer) -> Params {
    let mut params = success();
    match answer {
        Answer::Code(code) => refuse(&mut params, code),
        Answer::NotFound => refuse(&mut params, "ORDERNOTEXIST"),
        Answer::Reversed { call_again } => {
            params.set("recall", if *call_again { "Y" } else { "N" });
        }
        Answer::Found {
            status,
            amount,
            paid_at,
        } => {
            params.set("out_trade_no", number);
            params.set("total_fee", amount.to_string());
            params.set("trade_type", "MICROPAY");
            if let Some(at) = paid_at.and_then(Timestamp::from_unix_millis) {
                params.set("transaction_id", "4200000001");
                params.set("time_end", at.format(TimeFormat::Compact));
            }
            let state = match status {
                Status::NotPay | Status::Blocked => "NOTPAY",
                Status::UserPaying => "USERPAYING",
                Status::Paid => "SUCCESS",
                Status::PayError => "PAYERROR",
                Status::Revoked => "REVOKED",
            };
            if matches!(call, Call::Query) {
                params.set("trade_state", state);
            }
        }
    }
    params
}

fn refuse(params: &mut Params, code: &str) {
    params.set("result_code", "FAIL");
    params.set("err_code", code);
}

/// What pays any order that believes it.
fn paid(number: &str) -> Params {
    let mut params = success();
    for (name, value) in [
        ("out_trade_no", number),
        ("total_fee", "100"),
        ("trade_type", "MICROPAY"),
        ("trade_state", "SUCCESS"),
        ("transaction_id", "4200000001"),
    ] {
        params.set(name, value);
    }
    params
}

fn success() -> Params {
    let mut params = Params::new();
    for (name, value) in [
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("mch_id", MCH_ID),
        ("appid", APP_ID),
    ] {
        params.set(name, value);
    }
    params
}

fn signed(mut params: Params) -> String {
    let sign = key().sign(&params, SignType::HmacSha256);
    params.set("sign", sign);
    params.to_xml()
}

fn response(status: u16, body: String) -> Response<Bytes> {
    let response = Response::builder().status(status);
    response.body(body.into()).expect("a sound response")
}

fn key() -> Key {
    Key::new("0123456789abcdef0123456789abcdef").expect("a sound key")
}

const MCH_ID: &str = "1900000109";
const APP_ID: &str = "wxd678efh567hg6787";

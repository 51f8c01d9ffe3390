//! WeChat Pay as APIv2 answers: messages with their signatures, or without.

use std::net::Ipv4Addr;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use wxpay_api::v2::pay::PayByPaymentCode;
use wxpay_api::v2::pay::pay_by_payment_code::PayByPaymentCodeOptions;
use wxpay_api::v2::{Client, Credentials, Merchant};
use wxpay_cashier::V2;
use wxpay_core::{Fen, OutTradeNo, Params, TimeFormat, Timestamp, TransportError};
use wxpay_sign::v2::{Key, SignType};
use wxpay_transport::Transport;

use super::calls::{Call, Delivery};
use super::server::{Answer, Status};
use super::world::World;

/// The service of a shop that talks APIv2.
pub(crate) fn service(world: &World) -> V2 {
    let merchant = Merchant::new(
        MCH_ID.parse().expect("a sound ID"),
        APP_ID.parse().expect("a sound ID"),
    );
    let credentials = Credentials::new(key());
    let client = Client::builder(merchant, credentials, Wire(world.clone()));
    V2::new(client.build().expect("a sound client"))
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
struct Wire(World);

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
        let answer = match self.0.call(call, &number, None).await {
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

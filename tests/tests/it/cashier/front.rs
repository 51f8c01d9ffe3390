//! WeChat Pay's answers by a script, in the form of each protocol, and a till that gets them.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use wxpay_api::core::{AppId, CodeFacts, Fen, MchId};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::transport::{TokioTimer, Transport, TransportError};
use wxpay_api::{v2, v3};
use wxpay_cashier::{Cashier, ChargeError, MemoryStore, Outcome, SaleId, V2, V3, V3Partner};
use wxpay_tests::{clients, replies};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Front {
    V2,
    V3,
    Partner,
}

pub(super) const FRONTS: [Front; 3] = [Front::V2, Front::V3, Front::Partner];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Call {
    Pay,
    Query,
    Reverse,
}

/// What comes back.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// A signed refusal.
    Code(&'static str),
    /// A signed order in this state, with the fields of a payment if it is `SUCCESS`.
    State(&'static str),
    /// The same, with fields replaced, or left out by an empty value.
    Changed(&'static str, &'static [(&'static str, &'static str)]),
    /// A signed reversal, with this `recall` in APIv2.
    Reversed(Option<&'static str>),
    /// The signed order, with the signature of another key.
    Forged(&'static str),
    /// The order, without a signature.
    Unsigned(&'static str),
    /// A body that means nothing.
    Garbage,
    /// An error of a gateway.
    Gateway,
    /// No response.
    Lost,
}

/// A request that was sent.
type Seen = (Call, Request<Bytes>);

/// A transport that plays the script of one sale. The last answer of each call is given again and
/// again.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    front: Front,
    script: Arc<Mutex<[VecDeque<Answer>; 3]>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Wire {
    pub(super) fn new(front: Front, pay: Answer, queries: &[Answer], reverses: &[Answer]) -> Self {
        let script = [
            [pay].into(),
            queries.to_vec().into(),
            reverses.to_vec().into(),
        ];
        Self {
            front,
            script: Arc::new(Mutex::new(script)),
            seen: Arc::default(),
        }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn count(&self, wanted: Call) -> usize {
        let seen = self.seen();
        seen.iter().filter(|(call, _)| *call == wanted).count()
    }

    /// What a till of this protocol makes of it in its first two minutes.
    pub(super) async fn charge(&self, code: &str) -> Result<Outcome, ChargeError> {
        let store = MemoryStore::new();
        let timer = TokioTimer::new();
        let sale = sale();
        match self.front {
            Front::V2 => {
                let service = V2::new(clients::v2(SignType::HmacSha256, self.clone()));
                let cashier = Cashier::builder(service, store, timer).clock(clock).build();
                cashier.charge(&sale, &v2_charge(code)).await
            }
            Front::V3 => {
                let client = clients::v3(self.clone()).app_id(app_id());
                let cashier = Cashier::builder(V3::new(client), store, timer).clock(clock);
                cashier.build().charge(&sale, &v3_charge(code)).await
            }
            Front::Partner => {
                let client = clients::v3(self.clone()).app_id(app_id());
                let client = client.sub_merchant(MchId::new(SUB_MCH_ID).unwrap(), None);
                let cashier = Cashier::builder(V3Partner::new(client), store, timer).clock(clock);
                cashier.build().charge(&sale, &partner_charge(code)).await
            }
        }
    }

    pub(super) async fn outcome(&self) -> Outcome {
        self.charge(CODE).await.unwrap()
    }

    /// The same over APIv2 for a service provider, with a sub-merchant.
    pub(super) async fn outcome_of_sub_merchant(&self) -> Outcome {
        let mut merchant = v2::Merchant::new(MchId::new(clients::MCH_ID).unwrap(), app_id());
        merchant.sub_mch_id = Some(MchId::new(SUB_MCH_ID).unwrap());
        let key = Key::new(clients::API_KEY).unwrap();
        let credentials = v2::Credentials::new(key).sign_type(SignType::HmacSha256);
        let client = v2::Client::builder(merchant, credentials, self.clone());
        let service = V2::new(client.build().unwrap());
        let cashier = Cashier::builder(service, MemoryStore::new(), TokioTimer::new()).clock(clock);
        let charge = v2_charge(CODE);
        cashier.build().charge(&sale(), &charge).await.unwrap()
    }

    fn order(&self, state: &str) -> Vec<(&'static str, Value)> {
        let mut fields: Vec<(&str, Value)> = match self.front {
            Front::V2 => vec![("mch_id", json!(clients::MCH_ID))],
            Front::V3 => vec![("mchid", json!(clients::MCH_ID)), ("appid", json!(APP_ID))],
            Front::Partner => vec![
                ("sp_mchid", json!(clients::MCH_ID)),
                ("sub_mchid", json!(SUB_MCH_ID)),
            ],
        };
        fields.push(("out_trade_no", json!(NUMBER)));
        fields.push(("trade_state", json!(state)));
        fields.push(("trade_type", json!("MICROPAY")));
        if state == "SUCCESS" {
            fields.push(("transaction_id", json!("4200001")));
            match self.front {
                Front::V2 => fields.push(("total_fee", json!("1800"))),
                Front::V3 | Front::Partner => fields.push(("amount", json!({ "total": 1800 }))),
            }
        }
        fields
    }

    fn success(&self, fields: Vec<(&'static str, Value)>, is_signed: bool) -> Response<Bytes> {
        match self.front {
            Front::V2 => {
                let mut all = vec![("return_code", "SUCCESS"), ("result_code", "SUCCESS")];
                all.extend(
                    fields
                        .iter()
                        .map(|(name, value)| (*name, value.as_str().unwrap())),
                );
                if is_signed {
                    replies::v2_signed(&all, SignType::HmacSha256)
                } else {
                    replies::v2_unsigned(&all)
                }
            }
            Front::V3 | Front::Partner => {
                let fields = fields
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value));
                let body = Value::Object(fields.collect()).to_string();
                if is_signed {
                    replies::v3_signed(200, &body, clients::NOW)
                } else {
                    replies::plain(200, body)
                }
            }
        }
    }

    fn refusal(&self, code: &str) -> Response<Bytes> {
        match self.front {
            Front::V2 => replies::v2_signed(
                &[
                    ("return_code", "SUCCESS"),
                    ("result_code", "FAIL"),
                    ("mch_id", clients::MCH_ID),
                    ("err_code", code),
                ],
                SignType::HmacSha256,
            ),
            Front::V3 | Front::Partner => {
                let status = match code {
                    "USERPAYING" => 202,
                    "ORDER_NOT_EXIST" => 404,
                    _ => 400,
                };
                let body = json!({ "code": code, "message": "words" }).to_string();
                replies::v3_signed(status, &body, clients::NOW)
            }
        }
    }

    fn answer(&self, call: Call, answer: Answer) -> Result<Response<Bytes>, TransportError> {
        Ok(match answer {
            Answer::Code(code) => self.refusal(code),
            Answer::State(state) => self.success(self.order(state), true),
            Answer::Changed(state, changes) => {
                let mut fields = self.order(state);
                fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
                for (name, value) in changes.iter().filter(|(_, value)| !value.is_empty()) {
                    let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
                    let value = match (self.front, value) {
                        (Front::V2, Value::Number(number)) => json!(number.to_string()),
                        (_, value) => value,
                    };
                    fields.push((name, value));
                }
                self.success(fields, true)
            }
            Answer::Reversed(recall) => {
                let mut fields = self.order("REVOKED");
                fields.retain(|(name, _)| *name != "trade_state" && *name != "trade_type");
                if self.front == Front::V2 {
                    fields.extend(recall.map(|recall| ("recall", json!(recall))));
                }
                self.success(fields, true)
            }
            Answer::Forged(state) => {
                let mut response = self.success(self.order(state), true);
                match self.front {
                    Front::V2 => {
                        let body = String::from_utf8(response.body().to_vec()).unwrap();
                        let digit = if body.contains("<sign><![CDATA[0") {
                            "1"
                        } else {
                            "0"
                        };
                        let at = body.find("<sign><![CDATA[").unwrap() + "<sign><![CDATA[".len();
                        let mut body = body;
                        body.replace_range(at..=at, digit);
                        *response.body_mut() = body.into();
                    }
                    Front::V3 | Front::Partner => {
                        let other = replies::v3_signed(200, "{}", clients::NOW);
                        let signature = other.headers()["Wechatpay-Signature"].clone();
                        response
                            .headers_mut()
                            .insert("Wechatpay-Signature", signature);
                    }
                }
                response
            }
            Answer::Unsigned(state) => self.success(self.order(state), false),
            Answer::Garbage => replies::plain(200, format!("<xml><{call:?}>")),
            Answer::Gateway => replies::plain(502, "<html>Bad Gateway</html>"),
            Answer::Lost => return Err(TransportError::maybe_sent("no response")),
        })
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let path = request.uri().path();
        let call = if path.ends_with("/micropay") || path.ends_with("/codepay") {
            Call::Pay
        } else if path.ends_with("/reverse") {
            Call::Reverse
        } else {
            Call::Query
        };
        self.seen.lock().unwrap().push((call, request));
        let answer = {
            let mut script = self.script.lock().unwrap();
            let answers = &mut script[call as usize];
            let answer = answers.front().cloned().expect("the script has an answer");
            if answers.len() > 1 {
                answers.pop_front();
            }
            answer
        };
        self.answer(call, answer)
    }
}

/// The codes that the specs have for a call.
pub(super) fn facts(front: Front, call: Call) -> &'static [CodeFacts] {
    use v2::Endpoint as _;
    use v3::Endpoint as _;
    match (front, call) {
        (Front::V2, Call::Pay) => v2::pay::PayByPaymentCode::META.errors,
        (Front::V2, Call::Query) => v2::pay::QueryOrder::META.errors,
        (Front::V2, Call::Reverse) => v2::pay::ReverseOrder::META.errors,
        (Front::V3, Call::Pay) => v3::pay::PayByPaymentCode::META.errors,
        (Front::V3, Call::Query) => v3::pay::QueryOrderByOutTradeNo::META.errors,
        (Front::V3, Call::Reverse) => v3::pay::ReverseOrder::META.errors,
        (Front::Partner, Call::Pay) => v3::pay::PartnerPayByPaymentCode::META.errors,
        (Front::Partner, Call::Query) => v3::pay::PartnerQueryOrderByOutTradeNo::META.errors,
        (Front::Partner, Call::Reverse) => v3::pay::PartnerReverseOrder::META.errors,
    }
}

pub(super) fn not_found(front: Front) -> Answer {
    Answer::Code(match front {
        Front::V2 => "ORDERNOTEXIST",
        Front::V3 | Front::Partner => "ORDER_NOT_EXIST",
    })
}

pub(super) fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Paid(_) => "paid".to_owned(),
        Outcome::NotPaid(not_paid) => format!("not paid: {:?}", not_paid.proof()),
        Outcome::Refunded(_) => "refunded".to_owned(),
        Outcome::Open(open) => format!("open: {:?}", open.reason()),
    }
}

pub(super) fn v2_charge(code: &str) -> v2::pay::PayByPaymentCode {
    v2::pay::PayByPaymentCode {
        body: "coffee".to_owned(),
        out_trade_no: NUMBER.parse().unwrap(),
        total_fee: Fen::new(1_800),
        spbill_create_ip: Ipv4Addr::LOCALHOST.into(),
        auth_code: code.into(),
        options: Default::default(),
    }
}

pub(super) fn v3_charge(code: &str) -> v3::pay::PayByPaymentCode {
    v3::pay::PayByPaymentCode {
        description: "coffee".to_owned(),
        out_trade_no: NUMBER.parse().unwrap(),
        payer: payer(code),
        amount: amount(),
        scene_info: scene(),
        options: Default::default(),
    }
}

pub(super) fn partner_charge(code: &str) -> v3::pay::PartnerPayByPaymentCode {
    v3::pay::PartnerPayByPaymentCode {
        description: "coffee".to_owned(),
        out_trade_no: NUMBER.parse().unwrap(),
        payer: payer(code),
        amount: amount(),
        scene_info: scene(),
        options: Default::default(),
    }
}

fn payer(code: &str) -> v3::pay::types::PaymentCodePayer {
    v3::pay::types::PaymentCodePayer {
        auth_code: code.into(),
        options: Default::default(),
    }
}

fn amount() -> v3::pay::types::OrderAmount {
    v3::pay::types::OrderAmount {
        total: Fen::new(1_800),
        options: Default::default(),
    }
}

fn scene() -> v3::pay::types::PaymentCodeScene {
    v3::pay::types::PaymentCodeScene {
        options: Default::default(),
    }
}

pub(super) fn sale() -> SaleId {
    "till-3-0042".parse().unwrap()
}

pub(super) fn app_id() -> AppId {
    AppId::new(APP_ID).unwrap()
}

fn clock() -> wxpay_api::core::Timestamp {
    wxpay_api::core::Timestamp::from_unix(clients::NOW).unwrap()
}

pub(super) const CODE: &str = "134567890123456789";
pub(super) const NUMBER: &str = "till-3-0042-a";
const APP_ID: &str = "wxd678efh567hg6787";
const SUB_MCH_ID: &str = "1900000110";

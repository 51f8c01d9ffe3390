//! A notification of APIv3 (回调通知): a payment, verified, opened and read.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wxpay_api::core::Timestamp;
use wxpay_api::sign::v3::ApiKey;
use wxpay_api::v3::pay::types::Transaction;
use wxpay_api::v3::{Notice, Notices, PaymentNotice};
use wxpay_test_support::{clients, replies};

use crate::measure::{Effort, allocations, compare, timed};
use crate::report::{Goal, Row};
use crate::v3::{now, read, signed_parts};
use crate::{Work, keys};

pub(crate) const WORKS: &[Work] = &[
    (
        "V3 notification: verify → open → typed",
        |work, effort| {
            notification::<Envelope, Payment, _>(
                work,
                effort,
                payment,
                "raw verification + AES-GCM + serde_json into structs",
                Goal::Ratio(1.05),
            )
        },
    ),
    ("V3 notification, every member typed", |work, effort| {
        notification::<Envelope, Payment, _>(
            work,
            effort,
            transaction,
            "raw verification + AES-GCM + serde_json into structs",
            Goal::Ratio(1.20),
        )
    }),
    ("V3 notification, beside all of its JSON", |work, effort| {
        notification::<Value, Value, _>(
            work,
            effort,
            transaction,
            "raw verification + AES-GCM + serde_json into Values",
            Goal::Ratio(1.10),
        )
    }),
];

/// What a shop holds against its order.
fn payment(notice: &Notice) -> PaymentNotice {
    PaymentNotice::read(notice).unwrap()
}

/// All that the document has.
fn transaction(notice: &Notice) -> Transaction {
    notice.read().unwrap()
}

fn notification<E: Outer, P: DeserializeOwned, N>(
    work: &'static str,
    effort: Effort,
    typed: fn(&Notice) -> N,
    floor_is: &'static str,
    goal: Goal,
) -> Row {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, API_KEY.as_bytes()).unwrap());
    let nonce = || Nonce::try_assume_unique_for_key(NONCE.as_bytes()).unwrap();
    let mut sealed = PAYMENT.as_bytes().to_vec();
    key.seal_in_place_append_tag(nonce(), Aad::from("transaction"), &mut sealed)
        .unwrap();
    let body = ENVELOPE.replace("CIPHERTEXT", &STANDARD.encode(sealed));
    let (head, body) = replies::v3_signed(200, &body, clients::NOW).into_parts();

    let notices = Notices::new(keys::platform(), ApiKey::new(API_KEY).unwrap())
        .clock(|| Timestamp::from_unix(clients::NOW).unwrap());
    let ours = || {
        let notice = now(notices.open(&head.headers, body.clone())).unwrap();
        typed(&notice)
    };
    let (message, signature) = signed_parts(&head, &body);
    let raw = keys::raw_platform();
    let floor = || {
        raw.verify_sig(&message, &signature).unwrap();
        let envelope: E = read(&body);
        let mut text = STANDARD.decode(envelope.ciphertext()).unwrap();
        let associated_data = Aad::from("transaction");
        let text = key.open_in_place(nonce(), associated_data, &mut text);
        (read::<P>(text.unwrap()), envelope)
    };
    Row {
        work,
        floor_is,
        comparison: compare(effort, |n| timed(n, ours), |n| timed(n, floor)),
        goal,
        allocations: Some((allocations(ours), allocations(floor))),
    }
}

/// An envelope that was read.
trait Outer: DeserializeOwned {
    fn ciphertext(&self) -> &str;
}

impl Outer for Envelope {
    fn ciphertext(&self) -> &str {
        &self.resource.ciphertext
    }
}

impl Outer for Value {
    fn ciphertext(&self) -> &str {
        self["resource"]["ciphertext"].as_str().unwrap()
    }
}

#[allow(dead_code)] // read, as by a program that uses some of it
#[derive(Deserialize)]
struct Envelope {
    id: String,
    create_time: String,
    resource_type: String,
    event_type: String,
    summary: String,
    resource: Resource,
}

#[allow(dead_code)]
#[derive(Deserialize)]
struct Resource {
    original_type: String,
    algorithm: String,
    ciphertext: String,
    associated_data: String,
    nonce: String,
}

#[allow(dead_code)]
#[derive(Deserialize)]
struct Payment {
    transaction_id: String,
    amount: Amount,
    mchid: String,
    trade_state: String,
    bank_type: String,
    success_time: String,
    payer: Payer,
    out_trade_no: String,
    appid: String,
    trade_state_desc: String,
    trade_type: String,
    attach: String,
}

#[allow(dead_code)]
#[derive(Deserialize)]
struct Amount {
    payer_total: i64,
    total: i64,
    currency: String,
    payer_currency: String,
}

#[allow(dead_code)]
#[derive(Deserialize)]
struct Payer {
    openid: String,
}

const API_KEY: &str = "ExampleApiV3Key0123456789abcdefg";
const NONCE: &str = "fdasflkja484";

const ENVELOPE: &str = r#"{"id":"EV-2018022511223320873","create_time":"2015-05-20T13:29:35+08:00","resource_type":"encrypt-resource","event_type":"TRANSACTION.SUCCESS","summary":"支付成功","resource":{"original_type":"transaction","algorithm":"AEAD_AES_256_GCM","ciphertext":"CIPHERTEXT","associated_data":"transaction","nonce":"fdasflkja484"}}"#;

const PAYMENT: &str = r#"{"transaction_id":"1217752501201407033233368018","amount":{"payer_total":100,"total":100,"currency":"CNY","payer_currency":"CNY"},"mchid":"1900000109","trade_state":"SUCCESS","bank_type":"CMC","promotion_detail":[{"amount":100,"wechatpay_contribute":0,"coupon_id":"109519","scope":"GLOBAL","merchant_contribute":0,"name":"单品惠-6","other_contribute":0,"currency":"CNY","stock_id":"931386","goods_detail":[{"goods_remark":"商品备注信息","quantity":1,"discount_amount":1,"goods_id":"M1006","unit_price":100}]}],"success_time":"2018-06-08T10:34:56+08:00","payer":{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},"out_trade_no":"1217752501201407033233368018","appid":"wxd678efh567hg6787","trade_state_desc":"支付成功","trade_type":"MICROPAY","attach":"自定义数据","scene_info":{"device_id":"013467007045764"}}"#;

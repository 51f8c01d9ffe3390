//! APIv3: signatures, replies, notifications and sealed fields.

use async_trait::async_trait;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::FutureExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wxpay_api::core::{FromWire, MchId, SigningError, Timestamp};
use wxpay_api::sign::v3::{
    ApiKey, MerchantKey, RequestToSign, Sealed, authorize, danger_accept_unsigned, verify,
};
use wxpay_api::v3::partner_transfer::DetailByOutNo;
use wxpay_api::v3::{Client, Credentials, Endpoint, Notices, PaymentNotice};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::vectors::{of_kind, text};
use wxpay_tests::{clients, replies};

use crate::measure::{Effort, allocations, allocations_with, compare, timed, timed_with};
use crate::report::{Goal, Row};
use crate::{Work, keys};

pub(crate) const WORKS: &[Work] = &[
    ("V3 Authorization", authorization),
    ("V3 request: typed → signed", request),
    ("V3 reply: verify", reply),
    ("V3 reply: verify → typed", typed_reply),
    ("V3 detail: JSON → typed", detail),
    ("V3 notification: verify → open → typed", notification),
    ("V3 sealed field: open", sealed),
];

/// The query of one transfer, and its reply as the document has it.
pub(crate) fn query() -> DetailByOutNo {
    DetailByOutNo {
        out_batch_no: "plfk2020042013".parse().unwrap(),
        out_detail_no: "x23zy545Bd5436".parse().unwrap(),
    }
}

/// The reply to [`query`].
pub(crate) fn detail_json() -> String {
    text(&of_kind("v3_transfer_detail")[0]["input"]["body"]).to_owned()
}

/// [`detail_json`] in the form that a program would write by hand.
#[derive(Deserialize)]
pub(crate) struct Detail {
    pub(crate) sp_mchid: String,
    pub(crate) out_batch_no: String,
    pub(crate) batch_id: String,
    pub(crate) appid: String,
    pub(crate) out_detail_no: String,
    pub(crate) detail_id: String,
    pub(crate) detail_status: String,
    pub(crate) total_amount: i64,
    pub(crate) transfer_remark: String,
    pub(crate) fail_reason: Option<String>,
    pub(crate) openid: String,
    pub(crate) username: String,
    pub(crate) initiate_time: String,
    pub(crate) update_time: String,
    pub(crate) account_type: String,
    pub(crate) bank_name: String,
    pub(crate) bank_card_number_tail: String,
}

fn authorization(work: &'static str, effort: Effort) -> Row {
    let (key, raw) = (keys::merchant(), replies::key_pair("mch"));
    let mch_id = MchId::new(clients::MCH_ID).unwrap();
    let target = "/v3/partner-transfer/batches/out-batch-no/plfk2020042013/details/out-detail-no/x23zy545Bd5436";
    let ours = || {
        let nonce = wxpay_api::sign::nonce().unwrap();
        let request = RequestToSign {
            method: "GET",
            target,
            timestamp: Timestamp::now(),
            nonce_str: &nonce,
            body: b"",
        };
        now(authorize(&key, &mch_id, &request)).unwrap()
    };
    let message = format!("GET\n{target}\n1796000000\n{}\n\n", clients::NONCE);
    let floor = || replies::rsa_sign(&raw, message.as_bytes());
    Row {
        work,
        floor_is: "raw RSA-2048 signature",
        comparison: compare(effort, |n| timed(n, ours), |n| timed(n, floor)),
        goal: Goal::Ratio(1.02),
        allocations: Some((allocations(ours), allocations(floor))),
    }
}

fn request(work: &'static str, effort: Effort) -> Row {
    let raw = replies::key_pair("mch");
    let mch_id = MchId::new(clients::MCH_ID).unwrap();
    let credentials = Credentials::new(keys::merchant(), keys::platform());
    let client = Client::builder(mch_id, credentials, Scripted::default())
        .build()
        .unwrap();
    let query = query();
    let ours = || now(client.prepare(&query)).unwrap().0;
    let message = [b'x'; 160];
    let floor = || replies::rsa_sign(&raw, &message);
    Row {
        work,
        floor_is: "raw RSA-2048 signature",
        comparison: compare(effort, |n| timed(n, ours), |n| timed(n, floor)),
        goal: Goal::None,
        allocations: Some((allocations(ours), allocations(floor))),
    }
}

fn reply(work: &'static str, effort: Effort) -> Row {
    let (head, body) = replies::v3_signed(200, &detail_json(), clients::NOW).into_parts();
    let (trusted, raw) = (keys::platform(), keys::raw_platform());
    let at = Timestamp::from_unix(clients::NOW).unwrap();
    let ours = || now(verify(&head.headers, body.clone(), &trusted, at)).unwrap();
    let (message, signature) = signed_parts(&head, &body);
    let floor = || raw.verify_sig(&message, &signature).unwrap();
    Row {
        work,
        floor_is: "raw RSA-2048 verification",
        comparison: compare(effort, |n| timed(n, ours), |n| timed(n, floor)),
        goal: Goal::Ratio(1.05),
        allocations: Some((allocations(ours), allocations(floor))),
    }
}

fn typed_reply(work: &'static str, effort: Effort) -> Row {
    let answer = replies::v3_signed(200, &detail_json(), clients::NOW);
    let mch_id = MchId::new(clients::MCH_ID).unwrap();
    let credentials = Credentials::new(Unsigned, keys::platform());
    let client = Client::builder(mch_id, credentials, Scripted::default())
        .clock(|| Timestamp::from_unix(clients::NOW).unwrap())
        .build()
        .unwrap();
    let query = query();
    let input = || (now(client.prepare(&query)).unwrap().1, answer.clone());
    let ours = |(pending, answer): (wxpay_api::v3::Pending<'_, DetailByOutNo>, _)| {
        now(pending.finish(answer)).unwrap()
    };
    let (head, body) = answer.clone().into_parts();
    let (message, signature) = signed_parts(&head, &body);
    let raw = keys::raw_platform();
    let floor = || {
        raw.verify_sig(&message, &signature).unwrap();
        read::<Detail>(&body)
    };
    Row {
        work,
        floor_is: "raw verification + serde_json into a struct",
        comparison: compare(effort, |n| timed_with(n, input, ours), |n| timed(n, floor)),
        goal: Goal::None,
        allocations: Some((allocations_with(input, ours), allocations(floor))),
    }
}

fn detail(work: &'static str, effort: Effort) -> Row {
    let body = Bytes::from(detail_json());
    let query = query();
    let ours = || {
        query
            .decode_body(danger_accept_unsigned(body.clone()))
            .unwrap()
    };
    let floor = || read::<Detail>(&body);
    Row {
        work,
        floor_is: "serde_json into a struct",
        comparison: compare(effort, |n| timed(n, ours), |n| timed(n, floor)),
        goal: Goal::None,
        allocations: Some((allocations(ours), allocations(floor))),
    }
}

fn notification(work: &'static str, effort: Effort) -> Row {
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
        PaymentNotice::read(&notice).unwrap()
    };
    let (message, signature) = signed_parts(&head, &body);
    let raw = keys::raw_platform();
    let floor = || {
        raw.verify_sig(&message, &signature).unwrap();
        let envelope: Envelope = read(&body);
        let mut text = STANDARD.decode(&envelope.resource.ciphertext).unwrap();
        let associated_data = Aad::from(&envelope.resource.associated_data);
        let text = key.open_in_place(nonce(), associated_data, &mut text);
        (read::<Payment>(text.unwrap()), envelope)
    };
    Row {
        work,
        floor_is: "raw verification + AES-GCM + serde_json into structs",
        comparison: compare(effort, |n| timed(n, ours), |n| timed(n, floor)),
        goal: Goal::Ratio(1.05),
        allocations: Some((allocations(ours), allocations(floor))),
    }
}

fn sealed(work: &'static str, effort: Effort) -> Row {
    let (block, raw) = keys::sealed("张三");
    let key = keys::merchant();
    let field = Sealed::from_wire(&STANDARD.encode(&block)).unwrap();
    let ours = || now(field.open(&key)).unwrap();
    let floor = || keys::raw_open(&raw, &block);
    Row {
        work,
        floor_is: "raw OAEP decryption",
        comparison: compare(effort, |n| timed(n, ours), |n| timed(n, floor)),
        goal: Goal::None,
        allocations: Some((allocations(ours), allocations(floor))),
    }
}

/// The signed text and the signature of a reply.
pub(crate) fn signed_parts(head: &http::response::Parts, body: &Bytes) -> (Vec<u8>, Vec<u8>) {
    let header = |name: &str| head.headers[name].to_str().unwrap();
    let (timestamp, nonce) = (header("Wechatpay-Timestamp"), header("Wechatpay-Nonce"));
    let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    (
        message,
        STANDARD.decode(header("Wechatpay-Signature")).unwrap(),
    )
}

/// What a future that waits for nothing comes to.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("keys in memory do not wait")
}

fn read<T: DeserializeOwned>(json: &[u8]) -> T {
    serde_json::from_slice(json).unwrap()
}

/// Takes no time to sign, where only the reply is measured.
#[derive(Debug)]
struct Unsigned;

#[async_trait]
impl MerchantKey for Unsigned {
    fn serial_no(&self) -> &str {
        clients::SERIAL_NO
    }

    async fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SigningError> {
        Ok(vec![0; 256])
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

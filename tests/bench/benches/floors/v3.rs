//! APIv3: replies and sealed fields.

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::FutureExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wxpay_api::core::{FromWire, MchId, SigningError, Timestamp};
use wxpay_api::sign::v3::{MerchantKey, Sealed, danger_accept_unsigned, verify};
use wxpay_api::v3::partner_transfer::QueryDetailByOutDetailNo;
use wxpay_api::v3::{Client, Credentials, Endpoint};
use wxpay_test_support::scripted::Scripted;
use wxpay_test_support::vectors::{of_kind, text};
use wxpay_test_support::{clients, replies};

use crate::measure::{Effort, allocations, allocations_with, compare, timed, timed_with};
use crate::report::{Goal, Row};
use crate::{Work, keys};

pub(crate) const WORKS: &[Work] = &[
    ("V3 reply: verify", reply),
    ("V3 reply: verify → typed", typed_reply),
    ("V3 detail: JSON → typed", detail),
    ("V3 sealed field: open", sealed),
];

/// The query of one transfer, and its reply as the document has it.
pub(crate) fn query() -> QueryDetailByOutDetailNo {
    QueryDetailByOutDetailNo {
        out_batch_no: "plfk2020042013".parse().unwrap(),
        out_detail_no: "x23zy545Bd5436".parse().unwrap(),
        options: Default::default(),
    }
}

/// The reply to [`query`].
pub(crate) fn detail_json() -> String {
    text(&of_kind("v3_transfer_detail")[0]["input"]["body"]).to_owned()
}

/// [`detail_json`] in the form that a program would write by hand.
#[allow(dead_code)] // read, as by a program that uses some of it
#[derive(Deserialize)]
pub(crate) struct Detail {
    sp_mchid: String,
    out_batch_no: String,
    batch_id: String,
    appid: String,
    pub(crate) out_detail_no: String,
    detail_id: String,
    detail_status: String,
    total_amount: i64,
    transfer_remark: String,
    fail_reason: Option<String>,
    openid: String,
    username: String,
    initiate_time: String,
    update_time: String,
    account_type: String,
    bank_name: String,
    bank_card_number_tail: String,
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
    let ours = |(pending, answer): (wxpay_api::v3::Pending<'_, QueryDetailByOutDetailNo>, _)| {
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
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("keys in memory do not wait")
}

pub(crate) fn read<T: DeserializeOwned>(json: &[u8]) -> T {
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

//! APIv3: requests, written and signed.

use serde::Serialize;
use wxpay_api::core::{Fen, MchId, Timestamp};
use wxpay_api::sign::v3::{RequestToSign, authorize};
use wxpay_api::v3::pay::PrepayJsapi;
use wxpay_api::v3::pay::types::{OrderAmount, OrderAmountOptions, OrderPayer};
use wxpay_api::v3::{Client, Credentials};
use wxpay_test_support::scripted::Scripted;
use wxpay_test_support::{clients, replies};

use crate::measure::{Effort, allocations, compare, timed};
use crate::report::{Goal, Row};
use crate::v3::{now, query};
use crate::{Work, keys};

pub(crate) const WORKS: &[Work] = &[
    ("V3 Authorization", authorization),
    ("V3 request: typed → signed", request),
    ("V3 prepay: typed → JSON → signed", prepay),
];

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

fn prepay(work: &'static str, effort: Effort) -> Row {
    let raw = replies::key_pair("mch");
    let mch_id = MchId::new(clients::MCH_ID).unwrap();
    let credentials = Credentials::new(keys::merchant(), keys::platform());
    let client = Client::builder(mch_id, credentials, Scripted::default())
        .app_id("wxd678efh567hg6787".parse().unwrap())
        .build()
        .unwrap();
    let order = PrepayJsapi {
        description: "Image形象店-深圳腾大-QQ公仔".to_owned(),
        out_trade_no: "1217752501201407033233368018".parse().unwrap(),
        notify_url: "https://www.weixin.qq.com/wxpay/pay.php".to_owned(),
        amount: OrderAmount {
            total: Fen::new(100),
            options: OrderAmountOptions::default().currency("CNY"),
        },
        payer: OrderPayer {
            openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".parse().unwrap(),
            options: Default::default(),
        },
        options: Default::default(),
    };
    let ours = || now(client.prepare(&order)).unwrap().0;
    let hand = Order {
        appid: "wxd678efh567hg6787",
        mchid: clients::MCH_ID,
        description: &order.description,
        out_trade_no: order.out_trade_no.as_str(),
        notify_url: &order.notify_url,
        amount: Total {
            total: 100,
            currency: "CNY",
        },
        payer: Payer {
            openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        },
    };
    let floor = || {
        let body = serde_json::to_vec(&hand).unwrap();
        let mut message = format!(
            "POST\n/v3/pay/transactions/jsapi\n1796000000\n{}\n",
            clients::NONCE
        )
        .into_bytes();
        message.extend_from_slice(&body);
        message.push(b'\n');
        (replies::rsa_sign(&raw, &message), body)
    };
    Row {
        work,
        floor_is: "serde_json of a struct + raw RSA-2048 signature",
        comparison: compare(effort, |n| timed(n, ours), |n| timed(n, floor)),
        goal: Goal::Ratio(1.02),
        allocations: Some((allocations(ours), allocations(floor))),
    }
}

/// An order as a program would write it by hand.
#[derive(Serialize)]
struct Order<'a> {
    appid: &'a str,
    mchid: &'a str,
    description: &'a str,
    out_trade_no: &'a str,
    notify_url: &'a str,
    amount: Total,
    payer: Payer,
}

#[derive(Serialize)]
struct Total {
    total: i64,
    currency: &'static str,
}

#[derive(Serialize)]
struct Payer {
    openid: &'static str,
}

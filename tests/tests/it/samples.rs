//! The documents' own sample messages, with the damage of their web pages repaired, parse into
//! typed values.

use bytes::Bytes;
use http::Response;
use wxpay_api::core::{
    AppId, Fen, MchId, OutTradeNo, Params, PartnerTradeNo, Progress, TransactionId,
};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::v2::pay::{QueryOrder, query_order::Order};
use wxpay_api::v2::wecom::{PayEmployee, QueryEmployeePayment};
use wxpay_api::v2::{Client, Credentials, Merchant};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, replies};

use crate::pay_employee::request;

const PAY_REQUEST: &str = include_str!("samples/pay_employee_request.xml");
const PAY_REPLY: &str = include_str!("samples/pay_employee_reply.xml");
const QUERY_REQUEST: &str = include_str!("samples/query_employee_payment_request.xml");
const QUERY_REPLY: &str = include_str!("samples/query_employee_payment_reply.xml");
const ORDER_REQUEST: &str = include_str!("samples/order_query_request.xml");
const ORDER_REPLY: &str = include_str!("samples/order_query_reply.xml");

fn client(mch_id: &str, app_id: &str, response: Response<Bytes>) -> Client {
    let merchant = Merchant::new(MchId::new(mch_id).unwrap(), AppId::new(app_id).unwrap());
    let credentials = Credentials::new(Key::new(clients::API_KEY).unwrap())
        .sign_type(SignType::Md5)
        .workwx(wxpay_api::sign::workwx::AppSecret::new(clients::APP_SECRET).unwrap());
    Client::builder(merchant, credentials, Scripted::answering(response))
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_payout() {
    let sent = Params::from_xml(PAY_REQUEST.as_bytes()).unwrap();
    let request = PayEmployee {
        partner_trade_no: sent.require("partner_trade_no").unwrap(),
        amount: sent.require("amount").unwrap(),
        ..request()
    };
    let paid = client(
        "1900000109",
        "wxe062425f740c8888",
        replies::plain(200, PAY_REPLY),
    )
    .send(&request)
    .await
    .unwrap();
    assert_eq!(paid.payment_no.as_str(), "1000018301201505190181489473");
    assert_eq!(
        paid.payment_time.unwrap().timestamp().unwrap().unix(),
        1_500_559_559
    );
}

#[tokio::test]
async fn the_payout_query() {
    let sent = Params::from_xml(QUERY_REQUEST.as_bytes()).unwrap();
    assert_eq!(sent.get("mch_id"), Some("10000097"));
    let request = QueryEmployeePayment {
        partner_trade_no: sent.require::<PartnerTradeNo>("partner_trade_no").unwrap(),
        options: Default::default(),
    };
    let found = client(
        "10000098",
        "wxe062425f740c30d8",
        replies::plain(200, QUERY_REPLY),
    )
    .send(&request)
    .await
    .unwrap();
    assert_eq!(
        (found.status.progress(), found.payment_amount),
        (Progress::Succeeded, Some(Fen::new(100)))
    );
    // The page's request and reply are of two merchants: the reply does not answer that request.
    let foreign = client(
        "10000097",
        "wxe062425f740c8888",
        replies::plain(200, QUERY_REPLY),
    )
    .send(&request)
    .await;
    assert!(foreign.is_err());
}

#[tokio::test]
async fn the_order_query() {
    let sent = Params::from_xml(ORDER_REQUEST.as_bytes()).unwrap();
    let reply = Params::from_xml(ORDER_REPLY.as_bytes()).unwrap();
    // The key behind the page's signature is not published, so the reply is signed again.
    let fields: Vec<(&str, &str)> = reply.iter().filter(|(name, _)| *name != "sign").collect();
    let order = |order| QueryOrder {
        order,
        options: Default::default(),
    };
    for request in [
        order(Order::TransactionId(
            sent.require::<TransactionId>("transaction_id").unwrap(),
        )),
        order(Order::OutTradeNo(OutTradeNo::new("1415757673").unwrap())),
    ] {
        let found = client(
            "10000100",
            "wx2421b1c4370ec43b",
            replies::v2_signed(&fields, SignType::Md5),
        )
        .send(&request)
        .await
        .unwrap();
        assert_eq!(found.paid.unwrap().total_fee, Fen::new(1));
        assert_eq!(found.attach.as_deref(), Some("订单额外描述"));
    }
    // As printed, its signature fits no key of ours.
    let printed = client(
        "10000100",
        "wx2421b1c4370ec43b",
        replies::plain(200, ORDER_REPLY),
    );
    assert!(
        printed
            .send(&order(Order::OutTradeNo(
                OutTradeNo::new("1415757673").unwrap()
            )))
            .await
            .is_err()
    );
}

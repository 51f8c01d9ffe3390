//! What an error of APIv2 says, for every way in which WeChat Pay tells of a failure.

use bytes::Bytes;
use serde_json::Value;
use wxpay_api::core::Outcome;
use wxpay_api::sign::v2::SignType;
use wxpay_api::v2::pay::{QueryOrder, query_order, query_order::Order};
use wxpay_api::v2::wecom::pay_employee;
use wxpay_tests::scripted::Scripted;
use wxpay_tests::vectors::text;
use wxpay_tests::{clients, replies};

use crate::pay_employee::request;

#[tokio::test]
async fn a_failure_is_told_in_its_own_words() {
    let corpus = include_str!("../../vectors/v2_failures.json");
    let corpus: Value = serde_json::from_str(corpus).unwrap();
    let entries = corpus["entries"].as_array().unwrap();
    assert!(entries.len() >= 15, "{}", entries.len());
    for entry in entries {
        let id = text(&entry["id"]);
        let (error, outcome) = if let Some(fields) = entry["signed"].as_object() {
            let fields = fields.iter().map(|(name, value)| (&**name, text(value)));
            let fields: Vec<_> = fields.collect();
            let reply = replies::v2_signed(&fields, SignType::Md5);
            let client = clients::v2(SignType::Md5, Scripted::answering(reply));
            let number = "1217752501201407033233368018".parse().unwrap();
            let order = QueryOrder {
                order: Order::OutTradeNo(number),
                options: Default::default(),
            };
            let error = query_order(&client, &order).await.unwrap_err();
            (error, Outcome::ReadFailed)
        } else {
            let body = Bytes::from(text(&entry["unsigned"]).to_owned());
            let transport = Scripted::answering(replies::plain(200, body));
            let client = clients::v2(SignType::Md5, transport);
            let error = pay_employee(&client, &request()).await.unwrap_err();
            (error, Outcome::Unknown)
        };
        let said = error.kind().to_string();
        assert_eq!(said, text(&entry["says"]), "{id}");
        assert_eq!(error.outcome(), outcome, "{id}");
    }
}

#[tokio::test]
async fn an_ipv4_address_is_sent_as_one() {
    for (given, sent) in [
        ("::ffff:101.226.125.108", "101.226.125.108"),
        ("101.226.125.108", "101.226.125.108"),
        ("2001:db8::1", "2001:db8::1"),
    ] {
        let transport = Scripted::answering(replies::plain(200, ""));
        let client = clients::v2(SignType::Md5, transport.clone());
        let mut payment = request();
        payment.spbill_create_ip = given.parse().unwrap();
        assert!(pay_employee(&client, &payment).await.is_err());
        let seen = transport.seen();
        let body = std::str::from_utf8(seen[0].body()).unwrap();
        let field = format!("<spbill_create_ip>{sent}</spbill_create_ip>");
        assert!(body.contains(&field), "{given}: {body}");
    }
}

#[test]
fn what_would_fit_other_fields_too_is_not_sent() {
    let client = clients::v2(SignType::Md5, Scripted::answering(replies::plain(200, "")));
    let prepared = |desc: &str, act_name: &str| {
        let mut payment = request();
        payment.options.device_info = None;
        payment.desc = desc.to_owned();
        payment.act_name = act_name.to_owned();
        client
            .prepare(&payment)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    for (desc, act_name) in [
        ("a & b", "x"),
        ("a&b=c", "x"),
        ("a&mch_id=1", "x"),
        ("a", "x&amount=9&openid=oX"),
    ] {
        assert_eq!(prepared(desc, act_name), Ok(()), "{desc}");
    }
    for (desc, act_name, field) in [
        ("a&device_info=1", "x", "desc"),
        // `act_name` could take in all that stands before it.
        ("a&amount=1", "x", "desc"),
        ("a", "x&amount=9&appid=wx1&desc=y", "act_name"),
    ] {
        let error = prepared(desc, act_name).unwrap_err();
        let start = format!("v2.wecom.pay_employee: {field}: must not hold `&`");
        assert!(error.starts_with(&start), "{error}");
    }
}

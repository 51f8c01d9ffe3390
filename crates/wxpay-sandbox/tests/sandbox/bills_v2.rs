//! The bills of APIv2, which come as files or not at all.

use std::io::Read;
use std::time::Duration;

use flate2::read::GzDecoder;
use reqwest::Response;
use wxpay_core::Params;
use wxpay_sandbox::{Api, Fault};

use crate::bills::{DAY, fields, path, two_paid};
use crate::client::{Client, Fields, codes, with, xml};

const TRADE: &str = "/pay/downloadbill";
const FUND: &str = "/pay/downloadfundflow";

impl Client {
    fn trade(&self) -> Fields {
        self.order("bill_date", "20261125")
    }

    fn fund(&self) -> Fields {
        let fields = with(self.trade(), "sign_type", "HMAC-SHA256");
        with(fields, "account_type", "Basic")
    }

    async fn file(&self, path: &str, fields: Fields) -> Response {
        let reply = self.try_post(path, &self.sign(fields)).await.unwrap();
        assert_eq!(reply.status(), 200);
        reply
    }
}

#[tokio::test]
async fn a_trade_bill_comes_as_it_is_or_packed() {
    let client = two_paid().await;
    client.sandbox.advance(DAY).await;
    let (_, applied) = client
        .get_json("/v3/bill/tradebill?bill_date=2026-11-25")
        .await;
    let other = client.get_signed(&path(&client, &applied)).await.unwrap();
    let other = other.bytes().await.unwrap();

    // No certificate is needed.
    let body = xml(&client.sign(client.trade()));
    let request = client.without.post(client.url(TRADE)).body(body);
    let plain = request.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(plain, other);
    let packed = with(client.trade(), "tar_type", "GZIP");
    let packed = with(packed, "sign_type", "HMAC-SHA256");
    let packed = client.file(TRADE, packed).await.bytes().await.unwrap();
    let mut text = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut text).unwrap();
    assert_eq!(text, plain);

    let payments = with(client.trade(), "bill_type", "SUCCESS");
    let payments = client.file(TRADE, payments).await.text().await.unwrap();
    let names = payments.lines().next().unwrap();
    assert_eq!(
        (payments.lines().count(), names.split(',').count()),
        (5, 20)
    );
    let of_one = with(client.trade(), "sub_mch_id", "1900000109");
    let of_one = client.file(TRADE, of_one).await.text().await.unwrap();
    assert!(of_one.contains("`S20261125,") && !of_one.contains("T20261125"));
}

#[tokio::test]
async fn a_trade_bill_is_refused_with_a_code_of_digits() {
    let client = two_paid().await;
    client.sandbox.advance(Duration::from_secs(20 * 3600)).await;
    let good = client.trade();
    let mut nameless = good.clone();
    nameless.remove("bill_date");
    let nonce = "x".repeat(33);
    for (fields, message, code) in [
        (good.clone(), "Bill Creating", "20002"),
        (
            with(good.clone(), "bill_date", "20261124"),
            "No Bill Exist",
            "20002",
        ),
        (
            with(good.clone(), "bill_type", "RECHARGE_REFUND"),
            "No Bill Exist",
            "20002",
        ),
        (
            with(good.clone(), "bill_type", "NONE"),
            "invalid bill_type",
            "20001",
        ),
        (
            with(good.clone(), "bill_date", "2026-11-25"),
            "invalid bill_date",
            "20001",
        ),
        (
            with(good.clone(), "bill_date", "20261127"),
            "invalid bill_date",
            "20001",
        ),
        (
            with(good.clone(), "bill_date", "20260801"),
            "invalid bill_date",
            "20001",
        ),
        (
            with(good.clone(), "tar_type", "ZIP"),
            "invalid tar_type, Only GZIP supported",
            "20001",
        ),
        (with(good.clone(), "appid", "wx0"), "invalid appid", "20001"),
        (
            with(good.clone(), "nonce_str", &nonce),
            "nonce_str too long",
            "20001",
        ),
        (nameless, "missing parameter", "20001"),
    ] {
        let reply = client.post(TRADE, &client.sign(fields)).await;
        let said = ["return_code", "return_msg", "error_code", "result_code"];
        let said = said.map(|name| reply.get(name).unwrap_or_default());
        assert_eq!(said, ["FAIL", message, code, ""]);
    }
    let unsigned = client.post(TRADE, &with(good.clone(), "sign", "0")).await;
    assert_eq!(unsigned.get("return_msg"), Some("sign error"));
    let seen = client.sandbox.requests();
    assert!(!seen.last().unwrap().signatures[0].held);
    for (body, message) in [("", "empty post data"), ("{}", "data format error")] {
        let request = client.without.post(client.url(TRADE)).body(body);
        let reply = request.send().await.unwrap().bytes().await.unwrap();
        let reply = Params::from_xml(&reply).unwrap();
        assert_eq!(reply.get("return_msg"), Some(message));
    }
    let busy = Fault::error_code("20008", "Frequency Limited");
    let api = Api::named("v2.pay.download_bill").unwrap();
    client.sandbox.inject(api, busy).unwrap();
    let reply = client.post(TRADE, &client.sign(good)).await;
    assert_eq!(reply.get("error_code"), Some("20008"));
}

#[tokio::test]
async fn a_fund_bill_has_its_digest_in_a_header() {
    let client = two_paid().await;
    client.sandbox.advance(DAY).await;
    let (_, applied) = client
        .get_json("/v3/bill/fundflowbill?bill_date=2026-11-25")
        .await;
    let other = client.get_signed(&path(&client, &applied)).await.unwrap();
    let other = other.text().await.unwrap();
    let reply = client.file(FUND, client.fund()).await;
    let digest = reply.headers()["digest"].to_str().unwrap().to_owned();
    let text = reply.text().await.unwrap();
    assert!(text.contains(",收支金额（元）,账户结余（元）,"));
    let rows = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&text), rows(&other));
    assert_eq!(fields(text.lines().nth(1).unwrap())[6], "2000.00");
    assert!(digest.starts_with("SHA=") && digest.len() == 44);
    assert_ne!(&digest[4..], applied["hash_value"].as_str().unwrap());
    let packed = with(client.fund(), "tar_type", "GZIP");
    let packed = client.file(FUND, packed).await;
    assert_eq!(packed.headers()["digest"].to_str().unwrap(), digest);
    assert_eq!(packed.bytes().await.unwrap()[..2], [0x1F, 0x8B]);

    let good = client.fund();
    for (fields, code) in [
        (
            with(good.clone(), "account_type", "Operation"),
            "NO_BILL_EXIST",
        ),
        (with(good.clone(), "account_type", "BASIC"), "PARAM_ERROR"),
        (with(good.clone(), "sign_type", "MD5"), "PARAM_ERROR"),
        (with(good.clone(), "tar_type", "ZIP"), "PARAM_ERROR"),
        (with(good.clone(), "bill_date", "20170531"), "PARAM_ERROR"),
        (with(good.clone(), "bill_date", "20170601"), "NO_BILL_EXIST"),
        (with(good.clone(), "bill_date", "20261126"), "BILL_CREATING"),
    ] {
        let reply = client.post(FUND, &client.sign(fields)).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", code]);
        assert_eq!(
            (reply.get("return_msg"), reply.get("sign")),
            (Some("OK"), None)
        );
    }
    let body = xml(&client.sign(good));
    let request = client.without.post(client.url(FUND)).body(body);
    let reply = request.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(codes(&Params::from_xml(&reply).unwrap()), ["FAIL", "", ""]);
}

//! Bills of a day, and their files.

use std::io::Read;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use wxpay_core::{Fen, Timestamp};
use wxpay_sandbox::{Api, Fault, Sandbox};

use crate::client::Client;

#[tokio::test]
async fn a_bill_lists_what_was_paid_and_what_was_to_go_back() {
    let client = two_paid().await;
    client
        .sandbox
        .set_refund_delay(Duration::from_secs(3 * 24 * 3600));
    client
        .sandbox
        .refund_order("T20261125", Fen::new(1_000))
        .unwrap();
    client.sandbox.advance(DAY).await;
    // Of the next day, and not of this.
    client
        .sandbox
        .refund_order("S20261125", Fen::new(50))
        .unwrap();

    let (applied, text) = bill(&client, "").await;
    assert_eq!(applied["hash_type"], "SHA1");
    let hash: String = digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes())
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(applied["hash_value"], hash);
    let lines: Vec<_> = text
        .strip_prefix('\u{FEFF}')
        .unwrap()
        .split("\r\n")
        .collect();
    assert_eq!(lines.len(), 7);
    let names: Vec<_> = lines[0].split(',').collect();
    assert_eq!(
        (names.len(), names[0], names[26]),
        (27, "交易时间", "费率备注")
    );
    let rows: Vec<Vec<_>> = lines[1..4].iter().map(|line| fields(line)).collect();
    let of = |row: usize, name: &str| {
        let at = names.iter().position(|other| *other == name).unwrap();
        assert_eq!(rows[row].len(), names.len());
        rows[row][at]
    };
    for (row, name, value) in [
        (0, "交易时间", "2026-11-25 12:00:00"),
        (0, "特约商户号", "0"),
        (0, "商户订单号", "T20261125"),
        (0, "交易状态", "SUCCESS"),
        (0, "应结订单金额", "2000.00"),
        (0, "商户退款单号", "0"),
        (0, "商户数据包", r"a\ \`b"),
        (0, "手续费", "12.00000"),
        (0, "费率", "0.60%"),
        (1, "特约商户号", "1900000109"),
        (1, "公众账号ID", "wxd678efh567hg6999"),
        (1, "手续费", "0.01000"),
        (2, "交易状态", "REFUND"),
        (2, "退款金额", "10.00"),
        (2, "申请退款金额", "10.00"),
        (2, "退款状态", "PROCESSING"),
        (2, "商户数据包", r"a\ \140b"),
        (2, "手续费", "-0.06000"),
        (2, "订单金额", "0.00"),
    ] {
        assert_eq!(of(row, name), value, "{row} {name}");
    }
    assert!(lines[4].starts_with("总交易单数,应结订单总金额,退款总金额,"));
    let sums = ["3", "2001.00", "10.00", "0.00", "11.95", "2001.00", "10.00"];
    assert_eq!(fields(lines[5]), sums);

    // What becomes of the refund later is not in it.
    client.sandbox.set_refund_delay(Duration::ZERO);
    client.sandbox.advance(3 * DAY).await;
    assert_eq!(client.sandbox.refunds()[0].status, "SUCCESS");
    assert_eq!(bill(&client, "").await.1, text);
}

#[tokio::test]
async fn a_bill_is_of_one_kind_of_one_sub_merchant_or_packed() {
    let client = two_paid().await;
    client
        .sandbox
        .refund_order("T20261125", Fen::new(1_000))
        .unwrap();
    client.sandbox.advance(DAY).await;
    for (query, columns, rows, sums) in [
        ("&bill_type=SUCCESS", 20, 2, 4),
        ("&bill_type=REFUND", 29, 1, 7),
        ("&bill_type=ALL&sub_mchid=1900000109", 27, 1, 7),
    ] {
        let (_, text) = bill(&client, query).await;
        let lines: Vec<_> = text.trim_end().split("\r\n").collect();
        assert_eq!(lines.len(), rows + 3, "{query}");
        assert_eq!(lines[0].split(',').count(), columns);
        assert_eq!(fields(lines[1]).len(), columns);
        assert_eq!(fields(lines[rows + 2]).len(), sums);
    }
    let (plain, text) = bill(&client, "").await;
    let target = format!("{APPLY}?bill_date=2026-11-25&tar_type=GZIP");
    let (_, packed) = client.get_json(&target).await;
    assert_eq!(packed["hash_value"], plain["hash_value"]);
    let reply = client.get_signed(&path(&client, &packed)).await.unwrap();
    let mut unpacked = String::new();
    GzDecoder::new(&reply.bytes().await.unwrap()[..])
        .read_to_string(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, text);
}

#[tokio::test]
async fn an_address_is_good_for_five_minutes_and_survives_a_restart() {
    let client = two_paid().await;
    client.sandbox.advance(DAY).await;
    let (_, applied) = client
        .get_json(&format!("{APPLY}?bill_date=2026-11-25"))
        .await;
    let target = path(&client, &applied);
    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(Sandbox::builder().snapshot(snapshot)).await;
    let reply = next.get_signed(&target).await.unwrap();
    assert_eq!(reply.status(), 200);
    assert!(!reply.headers().contains_key("wechatpay-signature"));
    let unsigned = next.without.get(next.url(&target)).send().await.unwrap();
    assert_eq!(unsigned.status(), 400);
    next.sandbox.advance(Duration::from_secs(301)).await;
    let (status, stale) = next.get_json(&target).await;
    assert_eq!((status, &stale["code"]), (400, &json!("INVALID_REQUEST")));
}

#[tokio::test]
async fn bills_that_are_not_there_are_refused() {
    let client = two_paid().await;
    let early = Duration::from_secs(22 * 3600 - 60);
    client.sandbox.advance(early).await;
    for (query, code, field) in [
        // It is a minute to ten of the next day.
        ("bill_date=2026-11-25", "STATEMENT_CREATING", ""),
        ("bill_date=2026-11-24", "NO_STATEMENT_EXIST", ""),
        ("bill_date=2026-11-27", "PARAM_ERROR", "bill_date"),
        ("bill_date=20261125", "PARAM_ERROR", "bill_date"),
        ("bill_date=2026-08-01", "INVALID_REQUEST", ""),
        ("bill_type=ALL", "PARAM_ERROR", "bill_date"),
        (
            "bill_date=2026-11-25&bill_type=NONE",
            "PARAM_ERROR",
            "bill_type",
        ),
        (
            "bill_date=2026-11-25&tar_type=ZIP",
            "PARAM_ERROR",
            "tar_type",
        ),
    ] {
        let (status, refused) = client.get_json(&format!("{APPLY}?{query}")).await;
        assert_eq!((status, &refused["code"]), (400, &json!(code)), "{query}");
        let named = refused["detail"]["field"].as_str().unwrap_or_default();
        assert_eq!(named, field);
    }
    client.sandbox.advance(Duration::from_secs(60)).await;
    let target = format!("{APPLY}?bill_date=2026-11-25");
    assert_eq!(client.get_json(&target).await.0, 200);
    let missing = client.get_json("/v3/billdownload/file").await;
    assert_eq!(missing.1["detail"]["field"], "token");
}

#[tokio::test]
async fn a_file_has_no_signature_that_could_be_wrong() {
    let client = two_paid().await;
    client.sandbox.advance(DAY).await;
    let download: Api = "v3.billdownload.download_bill".parse().unwrap();
    let inject = |fault| client.sandbox.inject(download, fault);
    assert!(inject(Fault::WrongSignature).is_err());
    assert!(inject(Fault::StaleSignature).is_err());
    assert!(inject(Fault::TruncatedBody).is_ok());
    let (_, applied) = client
        .get_json(&format!("{APPLY}?bill_date=2026-11-25"))
        .await;
    let reply = client.get_signed(&path(&client, &applied)).await.unwrap();
    assert!(reply.bytes().await.is_err());
}

/// A sandbox at noon in which two orders were paid: the merchant's own, and that of a sub-merchant.
pub(crate) async fn two_paid() -> Client {
    let client = Client::start().await;
    let noon = Timestamp::from_unix(1_795_579_200).unwrap();
    client.sandbox.freeze_clock(noon);
    let mut order = client.native("T20261125", "http://localhost:1/notify");
    order["amount"]["total"] = json!(200_000);
    order["attach"] = json!("a,`b");
    client.post_transaction("native", &order).await;
    let order = client.partner_order("S20261125", "http://localhost:1/notify");
    let native = "/v3/pay/partner/transactions/native";
    client.post_json(native, &order).await;
    for number in ["T20261125", "S20261125"] {
        client.sandbox.pay_order(number, "o1").unwrap();
    }
    client
}

/// What was answered, and the file.
async fn bill(client: &Client, query: &str) -> (Value, String) {
    let target = format!("{APPLY}?bill_date=2026-11-25{query}");
    let (status, applied) = client.get_json(&target).await;
    assert_eq!(status, 200, "{applied}");
    let reply = client.get_signed(&path(client, &applied)).await.unwrap();
    assert_eq!(reply.status(), 200);
    let bytes = reply.bytes().await.unwrap();
    (applied, String::from_utf8(bytes.to_vec()).unwrap())
}

/// The part of the address that is signed.
pub(crate) fn path(client: &Client, applied: &Value) -> String {
    let url = applied["download_url"].as_str().unwrap();
    url.strip_prefix(client.sandbox.base_url())
        .unwrap()
        .to_owned()
}

pub(crate) fn fields(line: &str) -> Vec<&str> {
    line.strip_prefix('`').unwrap().split(",`").collect()
}

const APPLY: &str = "/v3/bill/tradebill";
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

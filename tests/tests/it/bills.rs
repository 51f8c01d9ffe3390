//! Bills of the sandbox over real mutual TLS: fetched in pieces by both protocols, read, and their
//! sums compared.

use std::time::Duration;

use wxpay_api::core::{Date, Fen, Timestamp};
use wxpay_api::sign::v2::Key;
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::transport::{DownloadLimits, ReqwestTransport};
use wxpay_api::v2::pay::download_bill::DownloadBillOptions;
use wxpay_api::v2::pay::download_fund_flow::DownloadFundFlowOptions;
use wxpay_api::v2::pay::{DownloadBill, DownloadFundFlow};
use wxpay_api::v3::bill::{ApplyFundFlowBill, ApplyTradeBill};
use wxpay_api::{File, FileDigest, v2, v3};
use wxpay_bill::Bill;
use wxpay_sandbox::{Order, Sandbox};

const LIMITS: DownloadLimits = DownloadLimits::DEFAULT;

/// Two orders, of which the second got back 5.00, two days ago.
async fn traded() -> (Sandbox, Date) {
    let sandbox = Sandbox::start().await.unwrap();
    let now = Timestamp::now();
    let then = Timestamp::from_unix(now.unix() - 2 * 24 * 3600).unwrap();
    sandbox.freeze_clock(then);
    for (number, fen) in [("T1", 1), ("T2", 2_000)] {
        let mut order = Order::paid(number, fen);
        order.time_end = then;
        sandbox.add_order(order);
    }
    sandbox.set_refund_delay(Duration::ZERO);
    sandbox.refund_order("T2", Fen::new(500)).unwrap();
    sandbox.freeze_clock(now);
    sandbox.run_clock();
    (sandbox, Date::in_china(then))
}

fn transport(sandbox: &Sandbox) -> ReqwestTransport {
    let account = sandbox.merchant();
    let (certificate, key) = (&account.client_cert_pem, account.client_key_pem.expose());
    ReqwestTransport::builder()
        .only_root_pem(sandbox.ca_pem().as_bytes())
        .identity_pem(certificate.as_bytes(), key.as_bytes())
        .build()
        .unwrap()
}

fn v2_client(sandbox: &Sandbox) -> v2::Client {
    let account = sandbox.merchant();
    let merchant = v2::Merchant::new(account.mch_id.clone(), account.appid.clone());
    let credentials = v2::Credentials::new(Key::new(account.api_v2_key.clone()).unwrap());
    let client = v2::Client::builder(merchant, credentials, transport(sandbox));
    client.base_url(sandbox.base_url()).build().unwrap()
}

fn v3_client(sandbox: &Sandbox) -> v3::Client {
    let account = sandbox.merchant();
    let key = PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no).unwrap();
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)
        .unwrap();
    let credentials = v3::Credentials::new(key, platform);
    let client = v3::Client::builder(account.mch_id.clone(), credentials, transport(sandbox));
    client.base_url(sandbox.base_url()).build().unwrap()
}

/// What came in and went back by a file, in fen, once its sums agree.
async fn read(file: File) -> (i64, i64) {
    let mut text = Vec::new();
    let length = file.write_to(&mut text, |_| {}).await.unwrap();
    assert_eq!(length, text.len() as u64);
    match Bill::open(&text[..]).unwrap() {
        Bill::Trade(mut bill) => {
            let sums = bill.by_ref().map(Result::unwrap).fold((0, 0), |sums, row| {
                let amount = row.amount().get();
                match row.is_refund() {
                    true => (sums.0, sums.1 + amount),
                    false => (sums.0 + amount, sums.1),
                }
            });
            assert!(bill.comparison().unwrap().agrees());
            sums
        }
        Bill::Fund(mut bill) => {
            assert!(bill.by_ref().all(|row| row.is_ok()));
            assert!(bill.comparison().unwrap().agrees());
            (
                bill.totals().in_amount.get(),
                bill.totals().out_amount.get(),
            )
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn trade_bills_of_both_protocols_say_the_same() {
    let (sandbox, day) = traded().await;
    let client = v2_client(&sandbox);
    for tar_type in [None, Some("GZIP".into())] {
        let mut options = DownloadBillOptions::default();
        options.tar_type = tar_type;
        let request = DownloadBill {
            bill_date: day,
            options,
        };
        let file = client.download(&request, LIMITS).await.unwrap();
        assert!(!file.has_digest());
        assert_eq!(read(file).await, (2_001, 500));
    }
    let client = v3_client(&sandbox);
    let request = ApplyTradeBill {
        bill_date: day,
        options: Default::default(),
    };
    let told = client.send(&request).await.unwrap();
    let digest = FileDigest::new(&told.hash_type, &told.hash_value).unwrap();
    let file = client.download(&told.download_url, digest, LIMITS).await;
    assert_eq!(read(file.unwrap()).await, (2_001, 500));
}

#[tokio::test]
async fn fund_flow_bills_of_both_protocols_say_the_same() {
    let (sandbox, day) = traded().await;
    let client = v3_client(&sandbox);
    let request = ApplyFundFlowBill {
        bill_date: day,
        options: Default::default(),
    };
    let told = client.send(&request).await.unwrap();
    let digest = FileDigest::new(&told.hash_type, &told.hash_value).unwrap();
    let file = client.download(&told.download_url, digest, LIMITS).await;
    let expected = read(file.unwrap()).await;
    assert!(expected.0 > 0 && expected.1 > 0, "{expected:?}");
    let client = v2_client(&sandbox);
    for tar_type in [None, Some("GZIP".into())] {
        let mut options = DownloadFundFlowOptions::default();
        options.tar_type = tar_type;
        let request = DownloadFundFlow {
            bill_date: day,
            account_type: "Basic".into(),
            options,
        };
        let file = client.download(&request, LIMITS).await.unwrap();
        assert!(file.has_digest());
        assert_eq!(read(file).await, expected);
    }
}

#[tokio::test]
async fn a_day_without_trade_has_no_bill_in_either_protocol() {
    let (sandbox, day) = traded().await;
    let before = day.yesterday().unwrap();
    let request = DownloadBill {
        bill_date: before,
        options: Default::default(),
    };
    let error = v2_client(&sandbox).download(&request, LIMITS).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("20002"), "{error}");
    let request = ApplyTradeBill {
        bill_date: before,
        options: Default::default(),
    };
    let error = v3_client(&sandbox).send(&request).await.unwrap_err();
    assert!(error.to_string().contains("NO_STATEMENT_EXIST"), "{error}");
}

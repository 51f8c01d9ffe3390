//! Bills of both protocols, from what was paid and refunded.

use wxpay_api::FileDigest;
use wxpay_api::core::{Date, Fen};
use wxpay_api::transport::DownloadLimits;
use wxpay_api::v2::pay::{DownloadBill, DownloadFundFlow, download_fund_flow};
use wxpay_api::v3::bill::types::{BillFile, TarType};
use wxpay_api::v3::bill::{ApplyFundFlowBill, ApplyTradeBill};

use super::Shop;

const DAY: u64 = 24 * 3600;

async fn fetched(shop: &Shop, applied: &BillFile) -> String {
    let digest = FileDigest::new(&applied.hash_type, &applied.hash_value).unwrap();
    let (url, limits) = (&applied.download_url, DownloadLimits::DEFAULT);
    let file = shop.v3.download(url, digest, limits).await.unwrap();
    String::from_utf8(file.read().await.unwrap()).unwrap()
}

fn rows(text: &str) -> Vec<&str> {
    text.lines().skip(1).collect()
}

#[tokio::test]
async fn a_day_s_bills_come_with_digests_that_hold() {
    let shop = Shop::new().await;
    shop.paid("ORDER-T1", 10_000);
    shop.sandbox
        .refund_order("ORDER-T1", Fen::new(2_500))
        .unwrap();
    let bill_date = Date::new(2026, 11, 25).unwrap();
    let trade = ApplyTradeBill {
        bill_date,
        options: Default::default(),
    };
    let early = shop.v3.send(&trade).await.unwrap_err();
    assert_eq!(early.business().unwrap().code(), "STATEMENT_CREATING");
    shop.after(DAY).await;
    let applied = shop.v3.send(&trade).await.unwrap();
    let text = fetched(&shop, &applied).await;
    assert!(text.contains("`100.00,") && text.contains("`25.00,"));

    let mut packed = ApplyFundFlowBill {
        bill_date,
        options: Default::default(),
    };
    packed.options = packed.options.tar_type(TarType::Gzip);
    let applied = shop.v3.send(&packed).await.unwrap();
    let flows = fetched(&shop, &applied).await;
    assert_eq!(rows(&flows).len(), 6, "{flows}");

    let bill = DownloadBill {
        bill_date,
        options: Default::default(),
    };
    let same = shop.v2.send(&bill).await.unwrap().into_inner();
    assert_eq!(same, text.as_bytes());
    let fund = DownloadFundFlow {
        bill_date,
        account_type: download_fund_flow::AccountType::Basic,
        options: Default::default(),
    };
    let same = shop.v2.send(&fund).await.unwrap().into_inner();
    assert_eq!(rows(std::str::from_utf8(&same).unwrap()), rows(&flows));
    let none = DownloadBill {
        bill_date: Date::new(2026, 11, 24).unwrap(),
        options: Default::default(),
    };
    let none = shop.v2.send(&none).await.unwrap_err();
    assert!(none.to_string().contains("No Bill Exist"), "{none}");
}

//! Electronic invoices: issued, found again, and their files fetched by a URL that nobody signs.

use wxpay_api::File;
use wxpay_api::core::{ErrorKind, Fen, MchId, Outcome, Result, Secret};
use wxpay_api::transport::DownloadLimits;
use wxpay_api::v3::InvoiceFile;
use wxpay_api::v3::new_tax_control_fapiao::issue_general_fapiao::{GeneralFapiao, GeneralItem};
use wxpay_api::v3::new_tax_control_fapiao::query_fapiao::Fapiao;
use wxpay_api::v3::new_tax_control_fapiao::types::{
    Buyer, BuyerType, FapiaoBillType, FapiaoStatus, PayChannel, TransactionInfo,
    TransactionInfoOptions,
};
use wxpay_api::v3::new_tax_control_fapiao::{IssueGeneralFapiao, QueryFapiao, QueryFapiaoFiles};
use wxpay_sandbox::{Api, Fault};

use super::*;

const SUB: &str = "1900000109";

fn provider(shop: &Shop) -> v3::Client {
    let sub_mch_id = MchId::new(SUB).unwrap();
    shop.v3.clone().sub_merchant(sub_mch_id, None)
}

fn invoice(application: &str, number: &str, fen: i64) -> IssueGeneralFapiao {
    let mut buyer = Buyer {
        type_: BuyerType::Individual,
        name: "张三".to_owned(),
        options: Default::default(),
    };
    buyer.options.phone = Some(Secret::new("13900000000"));
    IssueGeneralFapiao {
        fapiao_apply_id: application.to_owned(),
        buyer_information: buyer,
        fapiao_information: GeneralFapiao {
            fapiao_id: number.to_owned(),
            total_amount: Fen::new(fen),
            items: vec![GeneralItem {
                tax_code: "3010101020203000000".to_owned(),
                goods_name: "*运输服务*客运服务".to_owned(),
                total_amount: 11_300,
                tax_rate: 1_300,
                discount: false,
                options: Default::default(),
            }],
            billing_person_id: "128279891283".to_owned(),
            fapiao_bill_type: FapiaoBillType::CommFapiao,
            transaction_information: vec![TransactionInfo {
                pay_channel: PayChannel::WechatPay,
                amount: Fen::new(11_300),
                options: TransactionInfoOptions::default().out_trade_no("1001"),
            }],
            options: Default::default(),
        },
        options: Default::default(),
    }
}

async fn issued(client: &v3::Client, application: &str) -> Fapiao {
    let query = QueryFapiao {
        fapiao_apply_id: application.to_owned(),
        options: Default::default(),
    };
    let mut found = client.send(&query).await.unwrap();
    assert_eq!(found.total_count, Some(1));
    found.fapiao_information.remove(0)
}

fn ask(fapiao: &Fapiao) -> InvoiceFile {
    let card = fapiao.card_information.as_ref().unwrap();
    let numbers = fapiao.blue_fapiao.as_ref().unwrap();
    InvoiceFile::new(
        card.card_openid.as_ref().unwrap().as_str(),
        numbers.fapiao_number.clone().unwrap(),
        &fapiao.fapiao_id,
    )
}

fn files(application: &str) -> QueryFapiaoFiles {
    QueryFapiaoFiles {
        fapiao_apply_id: application.to_owned(),
        options: Default::default(),
    }
}

async fn url(client: &v3::Client, application: &str) -> String {
    let mut found = client.send(&files(application)).await.unwrap();
    let one = found.fapiao_download_info_list.remove(0);
    assert_eq!(one.status, Some(FapiaoStatus::Issued));
    one.download_url.unwrap()
}

async fn fetch(client: &v3::Client, url: &str, invoice: &InvoiceFile) -> Result<File> {
    let limits = DownloadLimits::DEFAULT;
    client.download_invoice(url, invoice, limits).await
}

/// What a refused download says.
async fn refusal(client: &v3::Client, url: &str, invoice: &InvoiceFile) -> String {
    let error = fetch(client, url, invoice).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::ReadFailed, "{error}");
    let body = error.raw_reply().unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn an_invoice_is_issued_and_its_file_fetched_without_a_signature() {
    let shop = Shop::new().await;
    let client = provider(&shop);
    client.send(&invoice("A1", "F1", 11_300)).await.unwrap();
    let fapiao = issued(&client, "A1").await;
    assert_eq!(fapiao.status, FapiaoStatus::Issued);
    let amounts = (fapiao.total_amount, fapiao.amount, fapiao.tax_amount);
    let fen = |fen| Some(Fen::new(fen));
    assert_eq!(amounts, (fen(11_300), fen(10_000), fen(1_300)));

    let url = url(&client, "A1").await;
    let file = fetch(&client, &url, &ask(&fapiao)).await.unwrap();
    assert!(file.has_digest());
    assert!(file.read().await.unwrap().starts_with(b"%PDF-"));
    let seen = shop.sandbox.requests().pop().unwrap();
    assert!(
        seen.target
            .starts_with("/invoicing/fapiao/fapiao-file?token=")
    );
    assert!(seen.headers.get("authorization").is_none());
    assert!(seen.signatures.is_empty());

    // One URL serves for every format, until it expires.
    let xml = fetch(&client, &url, &ask(&fapiao).format("XML")).await;
    let xml = xml.unwrap().read().await.unwrap();
    let number = fapiao.blue_fapiao.unwrap().fapiao_number.unwrap();
    assert!(String::from_utf8(xml.to_vec()).unwrap().contains(&number));
}

#[tokio::test]
async fn a_url_serves_for_half_a_minute_and_for_its_invoice_alone() {
    let shop = Shop::new().await;
    let client = provider(&shop);
    client.send(&invoice("A1", "F1", 11_300)).await.unwrap();
    client.send(&invoice("A2", "F2", 11_300)).await.unwrap();
    let (first, second) = (issued(&client, "A1").await, issued(&client, "A2").await);
    let url_of_first = url(&client, "A1").await;
    let said = refusal(&client, &url_of_first, &ask(&second)).await;
    assert!(said.contains("请求参数与token不匹配"), "{said}");
    let coded = ask(&first).invoice_code("14403220");
    let said = refusal(&client, &url_of_first, &coded).await;
    assert!(said.contains("请求参数与token不匹配"), "{said}");
    let broken = format!("{url_of_first}x");
    let said = refusal(&client, &broken, &ask(&first)).await;
    assert!(said.contains("token无法解析"), "{said}");

    shop.after(30).await;
    fetch(&client, &url_of_first, &ask(&first)).await.unwrap();
    shop.after(1).await;
    let said = refusal(&client, &url_of_first, &ask(&first)).await;
    assert!(said.contains("链接已失效，请重新获取"), "{said}");

    // A year later there is no file, and so no URL.
    shop.after(366 * 24 * 3600).await;
    let found = client.send(&files("A1")).await.unwrap();
    assert_eq!(found.fapiao_download_info_list[0].download_url, None);
}

#[tokio::test]
async fn a_file_that_breaks_off_is_not_taken() {
    let shop = Shop::new().await;
    let client = provider(&shop);
    client.send(&invoice("A1", "F1", 11_300)).await.unwrap();
    let fapiao = issued(&client, "A1").await;
    let url = url(&client, "A1").await;
    let download = Api::named("v3.download_invoice").unwrap();
    shop.sandbox.inject(download, Fault::TruncatedBody).unwrap();
    let file = fetch(&client, &url, &ask(&fapiao)).await.unwrap();
    let error = file.read().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transport(_)), "{error:?}");
}

#[tokio::test]
async fn an_application_is_one_issue() {
    let shop = Shop::new().await;
    let client = provider(&shop);
    let lost = Api::named("v3.new_tax_control_fapiao.issue_general_fapiao").unwrap();
    shop.sandbox.inject(lost, Fault::DropAfterCommit).unwrap();
    let error = client.send(&invoice("A1", "F1", 11_300)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(issued(&client, "A1").await.fapiao_id, "F1");

    for (asked, code) in [
        (invoice("A1", "F1", 11_300), "RESOURCE_ALREADY_EXISTS"),
        (invoice("A2", "F1", 11_300), "INVALID_REQUEST"),
        // The lines add up to another amount.
        (invoice("A2", "F2", 11_301), "INVALID_REQUEST"),
    ] {
        let refused = client.send(&asked).await.unwrap_err();
        assert_eq!(refused.business().unwrap().code(), code, "{refused}");
        assert_eq!(refused.outcome(), Outcome::Unknown);
    }
    let missing = client.send(&files("A2")).await.unwrap_err();
    assert_eq!(missing.business().unwrap().code(), "RESOURCE_NOT_EXISTS");
    let other = MchId::new("1900000110").unwrap();
    let other = shop.v3.clone().sub_merchant(other, None);
    let missing = other.send(&files("A1")).await.unwrap_err();
    assert_eq!(missing.business().unwrap().code(), "RESOURCE_NOT_EXISTS");
}

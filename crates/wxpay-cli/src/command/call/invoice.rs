//! The file of an electronic invoice (电子发票). The query of its URL can fetch it at once: the URL
//! serves for 30 seconds.

use std::process::ExitCode;

use wxpay_api::core::Result as Sent;
use wxpay_api::json::Json;
use wxpay_api::transport::DownloadLimits;
use wxpay_api::v3::{Client, InvoiceFile};
use wxpay_catalog::Operation;
use wxpay_client::dynamic::{DynamicRequest, DynamicResponse};

use super::file::{Out, Proof};
use super::{Call, failure};
use crate::fail::Fail;
use crate::operation;

/// Whether an operation tells where the files of invoices are.
pub(super) fn is_told_by(operation: &Operation) -> bool {
    operation.name == "v3.new_tax_control_fapiao.query_fapiao_files"
}

/// Fetches the one file that a response names, and writes it.
pub(super) async fn fetch(
    call: &Call,
    client: &Client,
    response: &DynamicResponse,
    out: &Out,
) -> Result<ExitCode, Fail> {
    let named: Vec<_> = list(&response.message, "fapiao_download_info_list")
        .filter_map(|one| Some((text(one, "fapiao_id")?, text(one, "download_url")?)))
        .collect();
    let (fapiao_id, url) = match named.as_slice() {
        [one] => *one,
        [] => return Err(no_file()),
        _ => return Err(several()),
    };
    let query = operation::find("v3.new_tax_control_fapiao.query_fapiao")?;
    let application = call.request.get("fapiao_apply_id").cloned();
    let asked = Json::object([
        ("fapiao_apply_id", application.unwrap_or(Json::Null)),
        ("fapiao_id", Json::Text(fapiao_id.into())),
    ]);
    let found = match client.send(&DynamicRequest::new(query, asked)).await {
        Ok(found) => found,
        Err(error) => return failure::print(&error, call),
    };
    let found = list(&found.message, "fapiao_information")
        .find(|one| text(one, "fapiao_id") == Some(fapiao_id));
    let invoice = found
        .and_then(|one| invoice(one, fapiao_id))
        .ok_or_else(no_file)?;
    match read(client, url, &invoice).await {
        Ok((bytes, proof)) => out.write(&bytes, proof, call.options.json, call.lang),
        Err(error) => failure::print(&error, call),
    }
}

async fn read(client: &Client, url: &str, invoice: &InvoiceFile) -> Sent<(Vec<u8>, Proof)> {
    let limits = DownloadLimits::DEFAULT;
    let file = client.download_invoice(url, invoice, limits).await?;
    let proof = if file.has_digest() {
        Proof::Digest
    } else {
        Proof::Nothing
    };
    Ok((file.read().await?, proof))
}

/// What belongs to the URL of an invoice.
fn invoice(found: &Json, fapiao_id: &str) -> Option<InvoiceFile> {
    let numbers = found.get("blue_fapiao")?;
    let card_open_id = text(found.get("card_information")?, "card_openid")?;
    let invoice = InvoiceFile::new(card_open_id, text(numbers, "fapiao_number")?, fapiao_id);
    Some(match text(numbers, "fapiao_code") {
        Some(code) if !code.is_empty() => invoice.invoice_code(code),
        _ => invoice,
    })
}

fn list<'a>(message: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    let list = match message.get(name) {
        Some(Json::List(list)) => list.as_slice(),
        _ => &[],
    };
    list.iter()
}

fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.get(name)?.as_str()
}

fn no_file() -> Fail {
    Fail::new(
        "there is no file: only an invoice that WeChat Pay issued, and whose card the user has, can be downloaded, within a year",
        "没有可下载的文件：仅微信支付侧开具且已插入用户卡包的发票，在开具后一年内可以下载",
    )
    .exits(4)
}

fn several() -> Fail {
    Fail::new(
        "the application has several invoices: name one by --fapiao-id",
        "该申请单有多张发票：请用 --fapiao-id 指定其中一张",
    )
    .exits(2)
}

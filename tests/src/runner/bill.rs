//! Bills: their digests, and what is read of them.

use http::Response;
use wxpay_api::FileDigest;
use wxpay_api::transport::DownloadLimits;
use wxpay_bill::{Bill, BillError, OtherBill};

use super::{Case, Got, Malformed, Refusal, block_on};
use crate::clients;
use crate::scripted::Scripted;

/// Downloads the file as a client does.
pub(super) fn hash(case: &Case<'_>) -> Result<Got, Malformed> {
    let file = case.bytes("download")?;
    if case.flag("gzip")? != file.starts_with(&[0x1F, 0x8B]) {
        return Err(Malformed::new("the input's `gzip` is not what the file is"));
    }
    let digest = FileDigest::new(case.text("hash_type")?, case.text("hash_value")?);
    let digest = match digest {
        Ok(digest) => digest,
        Err(invalid) => return Ok(Got::error(invalid)),
    };
    let transport = Scripted::answering(Response::new(file));
    let client = clients::v3_by(case.provider, transport);
    let read = block_on(async {
        let file = client
            .download(URL, digest, DownloadLimits::DEFAULT)
            .await?;
        file.read().await
    });
    Ok(match read {
        Ok(_) => Got::default().is("valid", true),
        Err(error) => Got::default().is("valid", false).refused(error.to_string()),
    })
}

/// Reads the bill as it stands, and as what it is, which must not refuse it.
pub(super) fn parse(case: &Case<'_>) -> Result<Got, Malformed> {
    let bill = case.bytes("csv")?;
    Ok(match read(&bill) {
        Ok(got) => got,
        Err(error) => Got::error(Refusal::Other(error.to_string())),
    })
}

fn read(text: &[u8]) -> Result<Got, BillError> {
    match Bill::open(text)? {
        Bill::Trade(mut bill) => bill.try_for_each(|row| row.map(drop))?,
        Bill::Fund(mut bill) => bill.try_for_each(|row| row.map(drop))?,
        _ => {}
    }
    let bill = OtherBill::open(text)?;
    let header: Vec<String> = bill.columns().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for row in bill {
        rows.push(row?.fields);
    }
    let summary = rows.pop().unwrap_or_default();
    let summary_header = rows.pop().unwrap_or_default();
    Ok(Got::default()
        .is("header", header)
        .is("rows", rows)
        .is("summary_header", summary_header)
        .is("summary", summary))
}

const URL: &str = "https://api.mch.weixin.qq.com/v3/billdownload/file?token=abc";

//! Uploaded files: the message that a client would send is taken apart again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use wxpay_api::Upload;
use wxpay_api::v3::merchant_service::UploadImage;

use super::{Case, Got, Malformed, block_on};
use crate::clients;
use crate::scripted::Scripted;

/// What the part `meta` says of the file, and the file as it is sent.
pub(super) fn meta(case: &Case<'_>) -> Result<Got, Malformed> {
    let request = UploadImage {
        file: Upload::new(case.text("filename")?, case.bytes("content")?),
        options: Default::default(),
    };
    let client = clients::v3_by(case.provider, Scripted::default());
    let message = match block_on(client.prepare(&request)) {
        Ok((message, _)) => message,
        Err(error) => return Ok(Got::error(error.to_string())),
    };
    let parts = parts(&message).ok_or_else(|| Malformed::new("the message has no two parts"))?;
    let meta: Value = serde_json::from_slice(parts.meta)
        .map_err(|_| Malformed::new("the part `meta` is not JSON"))?;
    let said = |name: &str| meta.get(name).cloned().unwrap_or_default();
    Ok(Got::default()
        .is("filename", said("filename"))
        .is("sha256", said("sha256"))
        .is("file_b64", STANDARD.encode(parts.file)))
}

struct Parts<'a> {
    meta: &'a [u8],
    file: &'a [u8],
}

/// Cuts the body at the lines that its `Content-Type` names.
fn parts(message: &http::Request<bytes::Bytes>) -> Option<Parts<'_>> {
    let media_type = message.headers().get("content-type")?.to_str().ok()?;
    let (_, boundary) = media_type.split_once("boundary=")?;
    let between = format!("\r\n--{boundary}\r\n");
    let body = message
        .body()
        .as_ref()
        .strip_prefix(format!("--{boundary}\r\n").as_bytes())?
        .strip_suffix(format!("\r\n--{boundary}--\r\n").as_bytes())?;
    let (meta, file) = cut(body, between.as_bytes())?;
    Some(Parts {
        meta: cut(meta, b"\r\n\r\n")?.1,
        file: cut(file, b"\r\n\r\n")?.1,
    })
}

fn cut<'a>(text: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let start = text.windows(at.len()).position(|window| window == at)?;
    Some((text.get(..start)?, text.get(start + at.len()..)?))
}

//! Refund notifications of APIv2.

use aws_lc_rs::cipher::{
    AES_256, AES_256_KEY_LEN, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use wxpay_api::core::{Params, XmlLimits};
use wxpay_api::sign::v2::Key;

use super::{Case, Got, Malformed, Refusal};

/// The library hands out the fields, and neither the text nor the AES key. So the text is opened a
/// second time here, and the library's fields must be the ones of that text.
pub(super) fn open(case: &Case<'_>) -> Result<Got, Malformed> {
    let (req_info, key) = (case.text("req_info")?, case.text("key")?);
    let opened = Key::new(key)
        .map_err(Refusal::from)
        .and_then(|key| Ok(key.open_refund_notice(req_info)?));
    let opened = match opened {
        Ok(opened) => opened.into_inner(),
        Err(refusal) => return Ok(Got::error(refusal)),
    };
    let aes_key: String = Md5::digest(key)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let text = decrypt(req_info, &aes_key);
    let read = text.as_ref().and_then(|text| {
        Params::from_xml_root(text.as_bytes(), "root", &XmlLimits::default()).ok()
    });
    Ok(match text {
        Some(text) if read.is_some_and(|read| read == opened) => Got::default()
            .is("aes_key_ascii", aes_key)
            .is("plaintext", text),
        _ => Got::error("the library opened another text than AES does"),
    })
}

fn decrypt(req_info: &str, aes_key: &str) -> Option<String> {
    let mut text = STANDARD.decode(req_info).ok()?;
    let key: &[u8; AES_256_KEY_LEN] = aes_key.as_bytes().try_into().ok()?;
    let key = UnboundCipherKey::new(&AES_256, key).ok()?;
    let key = PaddedBlockDecryptingKey::ecb_pkcs7(key).ok()?;
    let text = key.decrypt(&mut text, DecryptionContext::None).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

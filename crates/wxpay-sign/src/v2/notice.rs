use aes::Aes256;
use aes::cipher::{BlockDecrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use wxpay_core::{Params, VerificationError, VerificationFailure, XmlLimits};
use zeroize::Zeroizing;

use super::{Key, hex_digit};
use crate::{Proof, Verified};

/// The response to a notification (通知) that was taken in; without it WeChat Pay sends the
/// notification again.
pub const ACKNOWLEDGEMENT: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>";

/// The response to a notification that was not taken in; WeChat Pay sends it again later.
///
/// `message` goes to WeChat Pay as it is, so it should hold nothing about the inside of the shop.
/// Characters that XML can't carry become spaces.
pub fn refusal(message: &str) -> String {
    let carried = |c: char| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
    let message: String = message
        .chars()
        .map(|c| if carried(c) { c } else { ' ' })
        .collect();
    let message = message.replace("]]>", "]]]]><![CDATA[>");
    format!(
        "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[{message}]]></return_msg></xml>"
    )
}

impl Key {
    /// Decrypts the field `req_info` of a refund notification (退款结果通知), which carries no `sign`.
    ///
    /// Its cipher does not protect it against changes: confirm by a query before acting on it.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/merchant/4011935223>
    ///
    /// # Errors
    /// It is not base64 of whole blocks, or cannot be decrypted with this key to a message. It says
    /// nothing about the refund then; the query does. What went wrong inside is not told, so that
    /// nobody learns about the plaintext from the responses.
    pub fn open_refund_notice(
        &self,
        req_info: &str,
    ) -> Result<Verified<Params>, VerificationError> {
        let malformed = VerificationFailure::Malformed("req_info");
        let Ok(ciphertext) = STANDARD.decode(req_info) else {
            return Err(malformed.into());
        };
        if ciphertext.is_empty() || ciphertext.len() % BLOCK != 0 {
            return Err(malformed.into());
        }
        let text = Zeroizing::new(ciphertext);
        let params = unpadded(&self.decrypt_blocks(text))
            .and_then(|xml| Params::from_xml_root(xml, "root", &XmlLimits::default()).ok())
            .ok_or(VerificationFailure::Unopened("req_info"))?;
        Ok(Verified::new(params, Proof::Opened))
    }

    /// AES-256-ECB with the 32 lower-case digits of the key's MD5 as its key.
    fn decrypt_blocks(&self, mut text: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
        let mut digits = Zeroizing::new([0_u8; 32]);
        let digest: Zeroizing<[u8; 16]> = Zeroizing::new(Md5::digest(self.0.expose()).into());
        let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        for (digit, nibble) in digits.iter_mut().zip(nibbles) {
            *digit = hex_digit(nibble).to_ascii_lowercase();
        }
        let cipher = Aes256::new((&*digits).into());
        for block in text.chunks_exact_mut(BLOCK) {
            cipher.decrypt_block(block.into());
        }
        text
    }
}

/// The text without its PKCS#7 padding, every byte of which is checked.
fn unpadded(text: &[u8]) -> Option<&[u8]> {
    let padding = usize::from(*text.last()?);
    if !(1..=BLOCK).contains(&padding) {
        return None;
    }
    let (text, pad) = text.split_at_checked(text.len().checked_sub(padding)?)?;
    pad.iter()
        .all(|byte| usize::from(*byte) == padding)
        .then_some(text)
}

/// Bytes.
const BLOCK: usize = 16;

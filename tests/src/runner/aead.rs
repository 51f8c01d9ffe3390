use wxpay_api::sign::v3::{ApiKey, Encrypted};

use super::{Case, Got, Malformed, Refusal};

pub(super) fn decrypt(case: &Case<'_>) -> Result<Got, Malformed> {
    let encrypted = Encrypted {
        algorithm: case.text("algorithm")?,
        nonce: case.text("nonce")?,
        associated_data: case.optional_text("associated_data")?,
        ciphertext: case.text("ciphertext")?,
    };
    let key = ApiKey::with_provider(case.provider, case.text("api_v3_key")?);
    let opened = key
        .map_err(Refusal::from)
        .and_then(|key| Ok(key.open(&encrypted)?));
    Ok(match opened {
        Ok(opened) => Got::default().is("plaintext", String::from_utf8_lossy(opened.as_bytes())),
        Err(refusal) => Got::error(refusal),
    })
}

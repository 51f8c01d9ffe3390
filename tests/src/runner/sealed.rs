//! Sealed fields of APIv3.

use wxpay_api::core::FromWire;
use wxpay_api::sign::v3::{Certificate, PlatformKeys, PrivateKey, PublicKeys, Sealed};

use super::{Case, Got, Malformed, Refusal, block_on};

pub(super) fn open(case: &Case<'_>) -> Result<Got, Malformed> {
    let (pem, ciphertext) = (case.pem("private_key")?, case.text("ciphertext")?);
    // Opening needs no serial number, and the vectors have none.
    let key = PrivateKey::from_pem_with(case.provider, pem, "00");
    let sealed = Sealed::from_wire(ciphertext).ok_or_else(|| Refusal::from("it is not a text"));
    let opened = match (key, sealed) {
        (Ok(key), Ok(sealed)) => block_on(sealed.open(&key)).map_err(Refusal::from),
        (Err(error), _) => Err(error.into()),
        (_, Err(refusal)) => Err(refusal),
    };
    Ok(match opened {
        Ok(plaintext) => Got::default().is("plaintext", plaintext.expose()),
        Err(refusal) => Got::error(refusal),
    })
}

pub(super) fn limit(case: &Case<'_>) -> Result<Got, Malformed> {
    let (pem, text) = (case.pem("public_key")?, case.text("text")?);
    let none = PublicKeys::new();
    let keys = if pem.contains("BEGIN CERTIFICATE") {
        Certificate::from_pem(pem)
            .and_then(|certificate| none.with_certificate_by(case.provider, &certificate))
    } else {
        none.with_public_key_by(case.provider, "PUB_KEY_ID_0", pem)
    };
    let keys = keys.map_err(|error| Malformed::new(format!("the key can't be used: {error}")))?;
    let got = Got::default().is("utf8_bytes", text.len());
    Ok(match block_on(keys.seal(&[text])) {
        Ok(_) => got.is("allowed", true),
        Err(error) => got.is("allowed", false).refused(error),
    })
}

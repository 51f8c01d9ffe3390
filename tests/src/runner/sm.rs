//! The national algorithms (国密).

use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::aes::cipher::consts::U12;
use aes_gcm::{AesGcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sm4::Sm4;
use wxpay_api::sign::sm3;
use wxpay_api::sign::v3::{
    ApiKey, Certificate, Encrypted, PlatformKeys, PublicKeys, Suite, verify,
};

use super::reply::{not_http, refused, trusted_by};
use super::{Case, Got, Malformed, Refusal, block_on};

pub(super) fn digest(case: &Case<'_>) -> Result<Got, Malformed> {
    Ok(Got::default().is("hex", hex(&sm3(case.text("text")?.as_bytes()))))
}

/// The library hands out no key: what is encrypted with this one must be what it decrypts.
pub(super) fn sm4_key(case: &Case<'_>) -> Result<Got, Malformed> {
    let text = case.text("api_v3_key")?;
    let digest = sm3(text.as_bytes());
    let key = digest.first_chunk::<16>().unwrap_or(&[0; 16]);
    let mut probe = b"probe".to_vec();
    let nonce = "fdasflkja484";
    let tag = AesGcm::<Sm4, U12>::new(key.into())
        .encrypt_in_place_detached(Nonce::from_slice(nonce.as_bytes()), b"", &mut probe)
        .map_err(|_| Malformed::new("the probe could not be encrypted"))?;
    probe.extend_from_slice(&tag);
    let opened = open(case, text, nonce, None, &STANDARD.encode(probe));
    Ok(match opened {
        Ok(opened) if opened == b"probe" => Got::default().is("sm4_key_hex", hex(key)),
        Ok(_) => Got::error("the library decrypted another text"),
        Err(refusal) => Got::error(refusal),
    })
}

pub(super) fn gcm_decrypt(case: &Case<'_>) -> Result<Got, Malformed> {
    let opened = open(
        case,
        case.text("api_v3_key")?,
        case.text("nonce")?,
        case.optional_text("associated_data")?,
        case.text("ciphertext")?,
    );
    Ok(match opened {
        Ok(opened) => Got::default().is("plaintext", String::from_utf8_lossy(&opened)),
        Err(refusal) => Got::error(refusal),
    })
}

pub(super) fn sm2_verify(case: &Case<'_>) -> Result<Got, Malformed> {
    let pem = case.pem("public_key")?;
    let (message, signature) = (case.text("message")?, case.text("signature")?);
    let none = PublicKeys::for_suite(Suite::Sm);
    let keys = if pem.contains("BEGIN CERTIFICATE") {
        Certificate::from_pem(pem)
            .and_then(|certificate| none.with_certificate_by(case.provider, &certificate))
    } else {
        none.with_public_key_by(case.provider, "PUB_KEY_ID_0", pem)
    };
    let keys = keys.map_err(|error| Malformed::new(format!("the key can't be used: {error}")))?;
    let serial = keys.serials().next().unwrap_or_default();
    let Ok(signature) = STANDARD.decode(signature) else {
        return Ok(Got::default().is("valid", false));
    };
    let verified = block_on(keys.verify(serial, message.as_bytes(), &signature));
    Ok(match verified {
        Ok(()) => Got::default().is("valid", true),
        Err(error) => Got::default().is("valid", false).refused(error),
    })
}

pub(super) fn reply(case: &Case<'_>) -> Result<Got, Malformed> {
    let (body, now) = (case.bytes("body")?, case.moment("now")?);
    let keys = trusted_by(case, Suite::Sm)?;
    let Some(headers) = case.headers()? else {
        return Ok(refused(not_http()));
    };
    Ok(match block_on(verify(&headers, body, &keys, now)) {
        Ok(_) => Got::default().is("accept", true).advises("reason", "ok"),
        Err(error) => refused(error.into()),
    })
}

fn open(
    case: &Case<'_>,
    key: &str,
    nonce: &str,
    associated_data: Option<&str>,
    ciphertext: &str,
) -> Result<Vec<u8>, Refusal> {
    let opened = ApiKey::with_provider(case.provider, key)?.open(&Encrypted {
        algorithm: Suite::Sm.encryption(),
        nonce,
        associated_data,
        ciphertext,
    })?;
    Ok(opened.as_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

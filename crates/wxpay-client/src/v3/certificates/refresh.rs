use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use thiserror::Error;
use wxpay_core::{
    DecodeError, Error, InvalidInput, Timestamp, VerificationError, VerificationFailure,
};
use wxpay_sign::v3::{
    ApiKey, Certificate, Encrypted, Opened, PublicKeys, Suite, TrustedIssuers, verify,
};

use super::listed::{Listed, Times};
use crate::v3::{Json, Object};

/// Why platform certificates could not be had. The ones that were known stay.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// The merchant has no platform certificates (404 `RESOURCE_NOT_EXISTS`): it was opened with
    /// the WeChat Pay public key.
    #[error(
        "this merchant has no platform certificates: use the WeChat Pay public key (微信支付公钥, PUB_KEY_ID_…)"
    )]
    NoCertificates,
    /// The merchant's platform certificates have all expired (`NOT_ENOUGH`, 平台证书已过期失效), and WeChat
    /// Pay makes no new ones for a merchant who did not use them.
    #[error(
        "the platform certificates of this merchant have expired and no new ones were made: use the WeChat Pay public key (微信支付公钥, PUB_KEY_ID_…), or ask WeChat Pay's support"
    )]
    Expired,
    /// The call itself failed.
    #[error("the certificates could not be fetched")]
    Call(#[source] Arc<Error>),
    /// Something else than a list answered.
    #[error("the certificates could not be fetched: HTTP {0}")]
    Status(u16),
    /// The list lacks what it must have.
    #[error("the list of certificates is not understood")]
    Unreadable(#[from] DecodeError),
    /// No certificate of the list can be used: the first is broken, or is not the one that the list
    /// says.
    #[error("a platform certificate can't be used")]
    Certificate(#[source] InvalidInput),
    /// A certificate cannot be decrypted with the APIv3 key, none was issued by a trusted
    /// authority, or the list's own signature matches none of those that are left.
    #[error("the list of certificates is not proven to be WeChat Pay's")]
    Unverified(#[from] VerificationError),
}

impl RefreshError {
    pub(super) fn call(error: Error) -> Self {
        Self::Call(Arc::new(error))
    }
}

/// The certificates of a response, believed. One whose use has ended is among them: the list has
/// ended it, which is more than that it is missing.
///
/// The one response that can't be verified before it is read: its key is within. What can be
/// decrypted with the APIv3 key comes from someone who has that key, and the list's own signature
/// must then match a certificate that came with it. A certificate that can't be used, or that
/// nobody trusted issued, is left out, and is believed no more than if the list did not have it.
pub(super) async fn open_list(
    response: &Response<Bytes>,
    suite: Suite,
    api_key: &ApiKey,
    issuers: Option<&TrustedIssuers>,
    now: Timestamp,
) -> Result<Vec<Listed>, RefreshError> {
    let status = response.status();
    let body = response.body();
    if status == StatusCode::NOT_FOUND && claims(body, "RESOURCE_NOT_EXISTS") {
        return Err(RefreshError::NoCertificates);
    }
    if claims(body, "NOT_ENOUGH") {
        return Err(RefreshError::Expired);
    }
    if status != StatusCode::OK {
        return Err(RefreshError::Status(status.as_u16()));
    }
    let json = Json::of_body(body)?;
    let entries = Object::of(&json)?.objects("data", Entry::read)?;
    let mut listed = Vec::new();
    let mut keys = PublicKeys::for_suite(suite);
    let mut refused = None;
    for entry in entries {
        let opened = entry.open(suite, api_key)?;
        match entry.believe(&opened, issuers, &keys, now) {
            Ok((entry, with_it)) => {
                keys = with_it;
                listed.push(entry);
            }
            // It must not keep the others from being used.
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    if let Some(error) = refused.filter(|_| listed.is_empty()) {
        return Err(error);
    }
    verify(response.headers(), body.clone(), &keys, now).await?;
    Ok(listed)
}

/// An unsigned claim, which only chooses the words of an error.
fn claims(body: &[u8], code: &str) -> bool {
    Json::parse(body).is_ok_and(|json| json.get("code").and_then(Json::as_str) == Some(code))
}

struct Entry {
    serial_no: String,
    times: Times,
    algorithm: String,
    nonce: String,
    associated_data: Option<String>,
    ciphertext: String,
}

impl Entry {
    fn read(fields: &Object<'_>) -> Result<Self, DecodeError> {
        let sealed = fields.require_object("encrypt_certificate")?;
        Ok(Self {
            serial_no: fields.require("serial_no")?,
            times: Times::read(fields)?,
            algorithm: sealed.require("algorithm")?,
            nonce: sealed.require("nonce")?,
            associated_data: sealed.optional("associated_data")?,
            ciphertext: sealed.require("ciphertext")?,
        })
    }

    /// Nothing here is verified yet, so the message does not choose the algorithm.
    fn open(&self, suite: Suite, api_key: &ApiKey) -> Result<Opened, VerificationError> {
        if self.algorithm != suite.encryption() {
            return Err(VerificationFailure::Algorithm(suite.encryption()).into());
        }
        api_key.open(&Encrypted {
            algorithm: &self.algorithm,
            nonce: &self.nonce,
            associated_data: self.associated_data.as_deref(),
            ciphertext: &self.ciphertext,
        })
    }

    /// The certificate, and the keys with it if it is used now. One that is used later counts too,
    /// since the next list may be hours away.
    fn believe(
        &self,
        opened: &Opened,
        issuers: Option<&TrustedIssuers>,
        keys: &PublicKeys,
        now: Timestamp,
    ) -> Result<(Listed, PublicKeys), RefreshError> {
        let listed = self.times.of(self.certificate(opened)?);
        if let Some(issuers) = issuers.filter(|_| !listed.is_over_at(now)) {
            issuers.check(&listed.certificate, now)?;
        }
        let mut keys = keys.clone();
        if listed.is_used_at(now) {
            keys = keys
                .with_certificate(&listed.certificate)
                .map_err(RefreshError::Certificate)?;
        }
        Ok((listed, keys))
    }

    fn certificate(&self, opened: &Opened) -> Result<Certificate, RefreshError> {
        let broken = |rule, rule_zh| {
            RefreshError::Certificate(InvalidInput::new("encrypt_certificate", rule, rule_zh))
        };
        let pem = opened
            .as_str()
            .ok_or_else(|| broken("must be PEM", "必须是 PEM 文本"))?;
        let certificate = Certificate::from_pem(pem).map_err(RefreshError::Certificate)?;
        if !wxpay_sign::v3::same_serial(certificate.serial_no(), &self.serial_no) {
            return Err(broken(
                "must have the serial number that the list gives it",
                "证书的序列号必须与列表中的 serial_no 一致",
            ));
        }
        Ok(certificate)
    }
}

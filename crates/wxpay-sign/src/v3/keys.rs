use std::fmt::Debug;

use async_trait::async_trait;
use wxpay_core::{Secret, SigningError, VerificationError};

/// The merchant's private key (商户API私钥): it signs requests and opens sealed fields.
///
/// Implement it to keep the key in an HSM or KMS.
#[async_trait]
pub trait MerchantKey: Debug + Send + Sync + 'static {
    /// The serial number of the merchant's API certificate (商户API证书序列号), upper-case hexadecimal.
    fn serial_no(&self) -> &str;

    /// RSASSA-PKCS1-v1_5 with SHA-256 over `message`, which is not hashed yet.
    ///
    /// # Errors
    /// The key can't be reached or refuses. Nothing was sent.
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError>;

    /// RSAES-OAEP with SHA-1 and MGF1 with SHA-1. Only needed to read sealed fields.
    ///
    /// # Errors
    /// The ciphertext was not sealed for this key, or the key does not open anything, as by default.
    async fn decrypt(&self, ciphertext: &[u8]) -> Result<Secret, SigningError> {
        let _ = ciphertext;
        Err(SigningError::new(
            "this merchant key does not open sealed fields",
        ))
    }
}

/// WeChat Pay's public keys (微信支付公钥, 平台证书), by serial number.
#[async_trait]
pub trait PlatformKeys: Debug + Send + Sync + 'static {
    /// The id that requests name in `Wechatpay-Serial`, so that WeChat Pay signs its replies with that public key.
    fn requested_serial(&self) -> Option<&str> {
        None
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256, by the key with this serial number and no other.
    ///
    /// # Errors
    /// No key has this serial number, or the signature does not fit.
    async fn verify(
        &self,
        serial_no: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerificationError>;
}

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use wxpay_core::{Secret, SigningError, VerificationError};

use super::Suite;

/// The merchant's private key (商户API私钥): it signs requests and decrypts sensitive fields.
///
/// Implement it to keep the key in an HSM or KMS.
#[async_trait]
pub trait MerchantKey: Debug + Send + Sync + 'static {
    /// The serial number of the merchant's API certificate (商户API证书序列号), upper-case hexadecimal.
    fn serial_no(&self) -> &str;

    /// The algorithms that it signs and decrypts with: RSA by default. A client signs with those,
    /// and takes responses in the same.
    fn suite(&self) -> Suite {
        Suite::Rsa
    }

    /// Whether the key is in this process's memory: [`sign`](Self::sign) and
    /// [`decrypt`](Self::decrypt) are then a quarter of a millisecond or more of computing on the
    /// calling thread, and wait for nothing. By default it is not.
    ///
    /// A caller that has other threads for computing may call such a key there.
    fn in_memory(&self) -> bool {
        false
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 over `message`, which is not hashed yet.
    ///
    /// A key of [`Suite`]`::Sm` (国密) gives an SM2 signature with SM3, for the signer's ID
    /// `1234567812345678`, as a DER sequence of `r` and `s`.
    ///
    /// # Errors
    /// The key can't be reached or refuses. Nothing was sent.
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError>;

    /// RSAES-OAEP with SHA-1 and MGF1 with SHA-1. Only needed to read encrypted fields.
    ///
    /// A key of [`Suite`]`::Sm` (国密) decrypts SM2: a DER sequence of the point's `x` and `y`,
    /// digest and ciphertext (C1C3C2).
    ///
    /// # Errors
    /// The ciphertext was not encrypted for this key, or the key cannot decrypt anything, as by
    /// default.
    async fn decrypt(&self, ciphertext: &[u8]) -> Result<Secret, SigningError> {
        let _ = ciphertext;
        Err(SigningError::new(
            "this merchant key does not decrypt sensitive fields",
        ))
    }
}

#[async_trait]
impl<K: MerchantKey + ?Sized> MerchantKey for Arc<K> {
    fn serial_no(&self) -> &str {
        (**self).serial_no()
    }

    fn suite(&self) -> Suite {
        (**self).suite()
    }

    fn in_memory(&self) -> bool {
        (**self).in_memory()
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        (**self).sign(message).await
    }

    async fn decrypt(&self, ciphertext: &[u8]) -> Result<Secret, SigningError> {
        (**self).decrypt(ciphertext).await
    }
}

/// WeChat Pay's public keys (微信支付公钥, 平台证书), by serial number.
#[async_trait]
pub trait PlatformKeys: Debug + Send + Sync + 'static {
    /// The algorithms of every one of these keys: RSA by default. Messages in another suite are
    /// refused.
    fn suite(&self) -> Suite {
        Suite::Rsa
    }

    /// The id that requests name in `Wechatpay-Serial`, so that WeChat Pay signs its responses with
    /// that public key.
    fn requested_serial(&self) -> Option<&str> {
        None
    }

    /// Whether a key with this serial number is trusted without asking anyone, as far as these keys
    /// can tell. A client refuses keys that hold the merchant's own: anyone who has that one could
    /// then speak as WeChat Pay.
    fn holds(&self, serial_no: &str) -> bool {
        let _ = serial_no;
        false
    }

    /// Makes sure that there is a key to verify with, before a request leaves that can move money:
    /// without one its response could only read as unknown. By default there always is.
    ///
    /// # Errors
    /// There is none, and none can be had. Nothing was sent.
    async fn ready(&self) -> Result<(), SigningError> {
        Ok(())
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256, by the key with this serial number and no other.
    ///
    /// Keys of [`Suite`]`::Sm` (国密) verify SM2 with SM3, as [`MerchantKey::sign`] describes it.
    ///
    /// # Errors
    /// No key has this serial number, or the signature does not match.
    async fn verify(
        &self,
        serial_no: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerificationError>;

    /// Encrypts sensitive fields of one request (敏感信息加密): RSAES-OAEP with SHA-1 and MGF1 with
    /// SHA-1, all with one key; for [`Suite`]`::Sm` (国密) SM2, as [`MerchantKey::decrypt`] describes
    /// it.
    ///
    /// Without plaintexts it encrypts nothing and names the key that would encrypt, for the
    /// operations that want `Wechatpay-Serial` in any case.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4013053257>
    ///
    /// # Errors
    /// A text has more bytes of UTF-8 than one RSA block takes (214 for 2048 bits), there is no
    /// key, or these keys encrypt nothing, as by default. Nothing was encrypted and nothing was
    /// sent.
    async fn seal(&self, plaintexts: &[&str]) -> Result<SealedTexts, SigningError> {
        let _ = plaintexts;
        Err(SigningError::new(
            "these platform keys do not encrypt sensitive fields",
        ))
    }
}

#[async_trait]
impl<K: PlatformKeys + ?Sized> PlatformKeys for Arc<K> {
    fn suite(&self) -> Suite {
        (**self).suite()
    }

    fn requested_serial(&self) -> Option<&str> {
        (**self).requested_serial()
    }

    fn holds(&self, serial_no: &str) -> bool {
        (**self).holds(serial_no)
    }

    async fn ready(&self) -> Result<(), SigningError> {
        (**self).ready().await
    }

    async fn verify(
        &self,
        serial_no: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerificationError> {
        (**self).verify(serial_no, message, signature).await
    }

    async fn seal(&self, plaintexts: &[&str]) -> Result<SealedTexts, SigningError> {
        (**self).seal(plaintexts).await
    }
}

/// Encrypted texts and the key that they were encrypted with, which the request must name in
/// `Wechatpay-Serial`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SealedTexts {
    /// The certificate's serial number, or the public key's `PUB_KEY_ID_…`.
    pub serial_no: String,
    /// The encrypted texts in base64, in the order of the plaintexts.
    pub texts: Vec<String>,
}

impl SealedTexts {
    /// Texts that were encrypted with the key of this serial number.
    pub fn new(serial_no: impl Into<String>, texts: Vec<String>) -> Self {
        Self {
            serial_no: serial_no.into(),
            texts,
        }
    }
}

use super::RequestToSign;

/// The algorithms of a merchant's messages: which of them a key signs or verifies with.
///
/// A client signs with one suite and takes responses of the same one only.
/// `Wechatpay-Signature-Type` names it, is not signed itself, and never chooses the algorithm: the
/// key does.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012076194>
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Suite {
    /// The international algorithms (国际算法): RSA with SHA-256, RSA-OAEP and AES-256-GCM.
    #[default]
    Rsa,
    /// The national algorithms (国密): SM2 with SM3, SM2 encryption and SM4-GCM.
    #[cfg(feature = "sm")]
    Sm,
}

impl Suite {
    /// The scheme of the `Authorization` header, which is also the value of
    /// `Wechatpay-Signature-Type`.
    pub const fn signature_type(self) -> &'static str {
        match self {
            Self::Rsa => RequestToSign::SCHEME,
            #[cfg(feature = "sm")]
            Self::Sm => RequestToSign::SM_SCHEME,
        }
    }

    /// The `algorithm` of what WeChat Pay encrypts with the APIv3 key, such as its certificates.
    pub const fn encryption(self) -> &'static str {
        match self {
            Self::Rsa => "AEAD_AES_256_GCM",
            #[cfg(feature = "sm")]
            Self::Sm => "AEAD_SM4_GCM",
        }
    }
}

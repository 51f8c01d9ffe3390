/// The algorithms that the merchant's keys decide on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Suite {
    /// RSA, SHA-256 and AES.
    #[default]
    Rsa,
    /// The national ones (国密): SM2, SM3 and SM4.
    #[cfg(feature = "sm")]
    Sm,
}

impl Suite {
    /// What `Authorization` begins with, and what `Wechatpay-Signature-Type` says.
    pub(crate) const fn scheme(self) -> &'static str {
        match self {
            Self::Rsa => "WECHATPAY2-SHA256-RSA2048",
            #[cfg(feature = "sm")]
            Self::Sm => "WECHATPAY2-SM2-WITH-SM3",
        }
    }

    /// What the list of platform certificates calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rsa => "RSA",
            #[cfg(feature = "sm")]
            Self::Sm => "SM2",
        }
    }
}

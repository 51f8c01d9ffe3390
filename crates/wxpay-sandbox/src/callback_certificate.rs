use wxpay_core::Secret;

/// A certificate to serve a callback (回调) over HTTPS with. It is of the sandbox's own authority,
/// which is the only one that notifications trust.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallbackCertificate {
    /// The certificate as PEM, for `localhost`, `127.0.0.1` and `::1`.
    pub certificate_pem: String,
    /// Its key, ECDSA with P-256, as PKCS#8 PEM.
    pub key_pem: Secret,
}

/// A message whose origin was checked.
///
/// It can be made only by this crate, so endpoints that take nothing else can't decode what was
/// never verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verified<T> {
    value: T,
    proof: Proof,
}

/// What the origin of a message rests on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Proof {
    /// An MD5 signature with the APIv2 key.
    Md5,
    /// An HMAC-SHA256 signature with the APIv2 key.
    HmacSha256,
    /// An RSA signature by the WeChat Pay key with this serial number.
    Rsa {
        /// The certificate's serial number, or the public key's `PUB_KEY_ID_…`.
        serial_no: String,
    },
    /// An SM2 signature with SM3 (国密) by the WeChat Pay key with this serial number.
    #[cfg(feature = "sm")]
    Sm2 {
        /// The certificate's serial number, or the public key's `PUB_KEY_ID_…`.
        serial_no: String,
    },
    /// Decrypted with the merchant's APIv2 key. Who made it knows the key, but ECB does not protect
    /// it against changes: confirm by a query before acting on it.
    Opened,
    /// No signature: the endpoint's responses carry none, and the TLS connection is all there is.
    TlsAlone,
}

impl<T> Verified<T> {
    pub(crate) const fn new(value: T, proof: Proof) -> Self {
        Self { value, proof }
    }

    /// The message.
    pub const fn get(&self) -> &T {
        &self.value
    }

    /// The message, without its proof.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The message read into another form, with the same proof.
    ///
    /// `read` is a plain function, which can't bring in anything from outside the message.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read<U, E>(&self, read: fn(&T) -> Result<U, E>) -> Result<Verified<U>, E> {
        Ok(Verified::new(read(&self.value)?, self.proof.clone()))
    }

    /// What its origin rests on.
    pub const fn proof(&self) -> &Proof {
        &self.proof
    }
}

use std::fmt;

use wxpay_core::Timestamp;
use wxpay_sign::v2::SignType;

/// What is known besides the message and the keys. `Debug` hides the signed text.
#[derive(Clone, Default)]
pub struct Context {
    pub(crate) now: Option<Timestamp>,
    pub(crate) sign_type: Option<SignType>,
    pub(crate) signed_text: Option<String>,
    /// The keys are a brand's.
    pub(crate) brand: bool,
    /// Only whether the message holds as it is, without a search for mistakes.
    pub(crate) exact: bool,
}

impl Context {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// When the message was received; without it no clock is compared.
    #[must_use]
    pub const fn now(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// The algorithm that was configured for APIv2 or asked for in the request of this response.
    #[must_use]
    pub const fn sign_type(mut self, sign_type: SignType) -> Self {
        self.sign_type = Some(sign_type);
        self
    }

    /// The text that the user's program signed or verified, as it logged it: the report then shows
    /// what differs, also when the message itself holds.
    #[must_use]
    pub fn signed_text(mut self, text: impl Into<String>) -> Self {
        self.signed_text = Some(text.into());
        self
    }

    /// Says that the keys are a brand's (品牌商家), whose requests and messages are signed under
    /// another name than a merchant's.
    ///
    /// <https://pay.weixin.qq.com/doc/brand/4015407582>
    #[must_use]
    pub const fn brand(mut self) -> Self {
        self.brand = true;
        self
    }

    pub(crate) fn exactly(&self) -> Self {
        Self {
            exact: true,
            ..self.clone()
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("now", &self.now.map(Timestamp::unix))
            .field("sign_type", &self.sign_type)
            .field("brand", &self.brand)
            .finish_non_exhaustive()
    }
}

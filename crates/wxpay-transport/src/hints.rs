use wxpay_core::Effect;

/// What kind of request this is, found by a [`Transport`](crate::Transport) in the request's extensions.
///
/// Hints help to choose a connection or to name a span. They may be ignored: a request is complete without them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Hints {
    /// The endpoint's name, such as `v2.wecom.pay_employee`.
    pub endpoint: &'static str,
    /// Whether the request can change anything at WeChat Pay.
    pub effect: Effect,
    /// Whether the server asks for the merchant's client certificate (双向证书) in the TLS handshake.
    pub client_cert: bool,
}

impl Hints {
    /// Hints for a request to `endpoint`.
    pub const fn new(endpoint: &'static str, effect: Effect, client_cert: bool) -> Self {
        Self {
            endpoint,
            effect,
            client_cert,
        }
    }
}

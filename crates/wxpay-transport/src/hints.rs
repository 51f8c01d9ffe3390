use wxpay_core::Effect;

use crate::Deadline;

/// What kind of request this is, found by a [`Transport`](crate::Transport) in the request's
/// extensions.
///
/// Hints help to choose a connection, a host or a pace, and to name a span. All but one may be
/// ignored: a request is complete without them. The [`deadline`](Self::deadline) may not. A request
/// without hints is one that may write, that no other host may see, and that may leave at any time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Hints {
    /// The endpoint's name, such as `v2.wecom.pay_employee`.
    pub endpoint: &'static str,
    /// Whether the request can change anything at WeChat Pay.
    pub effect: Effect,
    /// Whether the server asks for the merchant's client certificate (双向证书) in the TLS handshake.
    pub client_cert: bool,
    /// Whether the endpoint's document names the backup host `api2.mch.weixin.qq.com` (备用域名).
    pub backup_host: bool,
    /// How many calls a second the endpoint's document grants one merchant (频率限制), if it says.
    pub per_second: Option<u32>,
    /// The moment from which the request must not leave any more, if there is one. A transport has
    /// to look at it just before it writes.
    pub deadline: Option<Deadline>,
}

impl Hints {
    /// Hints for a request to `endpoint`, which has no backup host, no documented rate and no
    /// deadline.
    pub const fn new(endpoint: &'static str, effect: Effect, client_cert: bool) -> Self {
        Self {
            endpoint,
            effect,
            client_cert,
            backup_host: false,
            per_second: None,
            deadline: None,
        }
    }

    /// The same, and whether the document names the backup host.
    #[must_use]
    pub const fn backup_host(mut self, named: bool) -> Self {
        self.backup_host = named;
        self
    }

    /// The same, and how many calls a second one merchant has.
    #[must_use]
    pub const fn per_second(mut self, calls: Option<u32>) -> Self {
        self.per_second = calls;
        self
    }
    /// The same, and the moment from which the request must not leave any more.
    #[must_use]
    pub const fn deadline(mut self, moment: Option<Deadline>) -> Self {
        self.deadline = moment;
        self
    }
}

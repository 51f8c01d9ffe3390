/// Whose payouts a journal holds, and where they are made. It is written into the journal when it
/// is made.
///
/// Queries of one merchant do not find the payouts of another, and a sandbox does not know those of
/// WeChat Pay. Each would look like payouts that never were, so each has a journal of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JournalOwner {
    merchant: String,
    host: Option<String>,
}

impl JournalOwner {
    /// The merchant ID (商户号), and the host that the payouts are sent to: `api.mch.weixin.qq.com`,
    /// or that of a sandbox with its port, `localhost:8443`. Upper and lower case of the host are
    /// the same.
    pub fn new(merchant: impl Into<String>, host: impl Into<String>) -> Self {
        Self {
            merchant: merchant.into(),
            host: Some(host.into().to_ascii_lowercase()),
        }
    }

    #[cfg(feature = "sqlite")]
    pub(super) fn found(merchant: String, host: Option<String>) -> Self {
        Self { merchant, host }
    }

    /// The merchant ID (商户号).
    pub fn merchant(&self) -> &str {
        &self.merchant
    }

    /// The host, in lower case. `None` only for a journal of version 1 that is open for reading:
    /// that version did not write it down.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }
}

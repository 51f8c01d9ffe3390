use crate::NoticeFault;
use crate::random::{self, DIGITS};

/// A notification of APIv3 about any event, for
/// [`Sandbox::notify_event`](crate::Sandbox::notify_event). It takes nothing from the books.
///
/// A clone is the same notification: sending both is what WeChat Pay does when the first response
/// does not reach it.
#[derive(Clone, Debug)]
#[must_use]
pub struct EventNotice {
    pub(crate) id: String,
    pub(crate) event_type: String,
    pub(crate) summary: String,
    pub(crate) original_type: String,
    pub(crate) resource: String,
    pub(crate) to_brand: bool,
    pub(crate) fault: Option<NoticeFault>,
}

impl EventNotice {
    /// A notification by its `event_type`, such as `MCHTRANSFER.BILL.FINISHED`, and
    /// `original_type`. `resource` is the JSON that is encrypted; it is told as it is, be it JSON
    /// or not.
    pub fn new(
        event_type: impl Into<String>,
        original_type: impl Into<String>,
        resource: impl Into<String>,
    ) -> Self {
        Self {
            id: format!("EV-{}", random::text(DIGITS, 20)),
            event_type: event_type.into(),
            summary: String::new(),
            original_type: original_type.into(),
            resource: resource.into(),
            to_brand: false,
            fault: None,
        }
    }

    /// The same notification with a `summary` (回调摘要).
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    /// The same notification to the [brand](crate::Brand): encrypted with its API key (品牌API密钥),
    /// and signed with WeChat Pay's key for the brand.
    pub fn to_brand(mut self) -> Self {
        self.to_brand = true;
        self
    }

    /// The same notification, gone wrong. It has no amount to be another.
    pub fn fault(mut self, fault: NoticeFault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// The notification's id (通知ID).
    pub fn id(&self) -> &str {
        &self.id
    }
}

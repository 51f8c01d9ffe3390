use std::fmt;

use wxpay_core::FromWire;

/// What a notification tells of; an open set.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct EventType(String);

impl EventType {
    /// A payment succeeded (支付成功), or profit sharing moved money (分账动账):
    /// [`Notice::kind`](super::Notice::kind) tells which.
    pub const TRANSACTION_SUCCESS: &'static str = "TRANSACTION.SUCCESS";
    /// A refund succeeded (退款成功).
    pub const REFUND_SUCCESS: &'static str = "REFUND.SUCCESS";
    /// A refund failed and needs a person (退款异常).
    pub const REFUND_ABNORMAL: &'static str = "REFUND.ABNORMAL";
    /// A refund was closed (退款关闭).
    pub const REFUND_CLOSED: &'static str = "REFUND.CLOSED";
    /// A transfer ended, well or badly (商家转账完成).
    pub const TRANSFER_BILL_FINISHED: &'static str = "MCHTRANSFER.BILL.FINISHED";
    /// A batch of transfers finished (商家转账批次完成).
    pub const TRANSFER_BATCH_FINISHED: &'static str = "MCHTRANSFER.BATCH.FINISHED";
    /// A batch of transfers was closed (商家转账批次关闭).
    pub const TRANSFER_BATCH_CLOSED: &'static str = "MCHTRANSFER.BATCH.CLOSED";

    /// The name as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for EventType {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for EventType {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromWire for EventType {
    fn from_wire(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}

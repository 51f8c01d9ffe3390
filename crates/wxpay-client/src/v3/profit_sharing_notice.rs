use wxpay_core::{DecodeError, Fen, MchId, Secret, TransactionId, WireTime};

use super::{EventType, Json, Notice, NoticeKind, Object};
use crate::notice::{SeenNotices, all_hold};
use crate::{NoticeError, Unexpected};

/// A notification of APIv3 that profit sharing moved money (分账动账通知). It yields the movement only
/// against what the receiver expects.
///
/// Only a merchant that receives shares is told, never the one who pays them: that one queries. A
/// share (分账) and its return (分账回退) look alike but for their numbers.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012289679>
#[derive(Clone, Debug)]
pub struct ProfitSharingNotice {
    payer: Vec<MchId>,
    receiver_type: Option<String>,
    /// A user's openid, if it is not a merchant.
    receiver: Secret,
    moved: MovedShare,
}

/// A share or a return that is the one that was expected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MovedShare {
    /// The payer's own number of the share or the return (分账方系统内部的分账/回退单号).
    pub out_order_no: String,
    /// WeChat Pay's number of it (微信分账/回退单号).
    pub order_id: String,
    /// The WeChat Pay order number of the order that is shared (微信支付订单号).
    pub transaction_id: TransactionId,
    /// How much, in fen (分账动账金额), of a return too.
    pub amount: Fen,
    /// What it is for (分账/回退描述).
    pub description: Option<String>,
    /// The notification's summary (回调摘要), such as 分账. No page promises that it tells a share from
    /// its return.
    pub summary: Option<String>,
    /// When (成功时间).
    pub success_time: Option<WireTime>,
}

impl ProfitSharingNotice {
    /// Reads a notification that is about profit sharing.
    ///
    /// # Errors
    /// [`NoticeError::OtherEvent`] if it is about something else, [`NoticeError::OtherKind`] if it
    /// is about a payment, and [`NoticeError::Unreadable`] if it lacks what a share has.
    pub fn read(notice: &Notice) -> Result<Self, NoticeError> {
        if notice.kind() != NoticeKind::ProfitSharing {
            notice.check_kind(NoticeKind::ProfitSharing, EventType::TRANSACTION_SUCCESS)?;
        }
        Ok(Self::of(notice.summary.clone(), notice.resource().get())?)
    }

    /// The payer's own number of the share or the return, by which to find what to expect, and
    /// which of the two it is.
    pub fn out_order_no(&self) -> &str {
        &self.moved.out_order_no
    }

    /// The WeChat Pay order number of the order that is shared (微信支付订单号), by which to find what to
    /// expect.
    pub fn transaction_id(&self) -> &TransactionId {
        &self.moved.transaction_id
    }

    /// The share or the return, if it is the expected one: this number of the payer's, this order,
    /// this amount in fen, and this merchant as the receiver.
    ///
    /// # Errors
    /// Something differs. Book nothing.
    pub fn expect(
        self,
        out_order_no: &str,
        transaction_id: &TransactionId,
        amount: Fen,
        receiver: &MchId,
    ) -> Result<MovedShare, Unexpected> {
        let of = self.receiver_type.as_deref();
        all_hold([
            (self.moved.out_order_no == out_order_no, "out_order_no"),
            (
                self.moved.transaction_id == *transaction_id,
                "transaction_id",
            ),
            (self.moved.amount == amount, "receiver.amount"),
            (of.is_none_or(|of| of == "MERCHANT_ID"), "receiver.type"),
            (
                self.receiver.expose() == receiver.as_str(),
                "receiver.account",
            ),
        ])?;
        Ok(self.moved)
    }

    /// Whether `seen` has recorded this share or return.
    pub fn is_repeated(&self, seen: &impl SeenNotices) -> bool {
        seen.seen(&self.key())
    }

    /// What a receiver records of a share or return that it took in: the same for every delivery.
    pub fn key(&self) -> String {
        let payer: Vec<_> = self.payer.iter().map(MchId::as_str).collect();
        let MovedShare {
            order_id,
            out_order_no,
            ..
        } = &self.moved;
        format!(
            "profitsharing:{}:{order_id}:{out_order_no}",
            payer.join(":")
        )
    }

    fn of(summary: Option<String>, json: &Json) -> Result<Self, DecodeError> {
        let fields = Object::of(json)?;
        let receiver = fields.require_object("receiver")?;
        let mut payer = Vec::new();
        for name in ["mchid", "sp_mchid", "sub_mchid"] {
            payer.extend(fields.optional::<MchId>(name)?);
        }
        Ok(Self {
            payer,
            receiver_type: receiver.optional("type")?,
            receiver: receiver.require("account")?,
            moved: MovedShare {
                out_order_no: fields.require("out_order_no")?,
                order_id: fields.require("order_id")?,
                transaction_id: fields.require("transaction_id")?,
                amount: receiver.require("amount")?,
                description: receiver.optional("description")?,
                summary,
                success_time: fields.optional("success_time")?,
            },
        })
    }
}

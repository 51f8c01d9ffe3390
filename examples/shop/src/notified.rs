//! The notification route (回调通知). Only what WeChat Pay signed gets here, and only what the book
//! expects changes it.

use axum::extract::State;
use axum::http::StatusCode;
use wxpay_api::v3::{Notice, NoticeKind, PaymentNotice, RefundNotice};
use wxpay_api::{NoticeError, RefundEnd, Refusal};

use crate::book::Heard;
use crate::book::states::RefundState;
use crate::shop::Shop;

/// Acknowledges what is in the book when this returns. Everything else WeChat Pay sends again,
/// which is what the shop wants when its disk is full.
pub(crate) async fn notified(
    State(shop): State<Shop>,
    notice: Result<Notice, Refusal>,
) -> Result<StatusCode, Refusal> {
    let notice = match notice {
        Ok(notice) => notice,
        Err(refusal) => {
            eprintln!("{refusal}"); // the log learns why, the sender does not
            return Err(refusal);
        }
    };
    let taken_in = match notice.kind() {
        NoticeKind::Payment => paid(&shop, &notice),
        NoticeKind::Refund => refunded(&shop, &notice),
        kind => Err(NoticeError::OtherKind(kind).into()),
    };
    match taken_in {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(Refused::NotOurs(error)) => {
            eprintln!("notification {}: {error}", notice.id);
            Ok(StatusCode::BAD_REQUEST)
        }
        Err(Refused::Book(error)) => {
            eprintln!("notification {}: {error}", notice.id);
            Ok(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

fn paid(shop: &Shop, notice: &Notice) -> Result<(), Refused> {
    let payment = PaymentNotice::read(notice)?;
    let number = payment.out_trade_no().clone();
    let order = shop
        .book
        .order(&number)?
        .ok_or_else(|| Refused::unknown(&number))?;
    match payment.expect(&order.number, order.fen, &shop.mch_id, &shop.app_id) {
        Ok(paid) => {
            let at = paid.success_time.as_ref().and_then(|time| time.timestamp());
            let at = at.unwrap_or_else(|| shop.clock.now());
            let id = paid.transaction_id.as_str();
            // A repeated notification changes nothing, and is acknowledged like the first.
            shop.book
                .order_is_paid(&number, id, at, Heard::Notification)?;
            Ok(())
        }
        Err(unexpected) => {
            shop.book
                .order_needs_a_person(&number, &unexpected.to_string())?;
            Err(NoticeError::from(unexpected).into())
        }
    }
}

fn refunded(shop: &Shop, notice: &Notice) -> Result<(), Refused> {
    let told = RefundNotice::read(notice)?;
    let number = told.out_refund_no().clone();
    let refund = shop
        .book
        .refund(&number)?
        .ok_or_else(|| Refused::unknown(&number))?;
    match told.expect(&number, &refund.order_number, refund.fen, &shop.mch_id) {
        Ok(ended) => {
            let state = match ended.end {
                RefundEnd::Succeeded => RefundState::Done,
                RefundEnd::Closed => RefundState::Closed,
                RefundEnd::Abnormal => RefundState::Abnormal,
                // `settle` asks.
                _ => RefundState::Processing,
            };
            shop.book
                .refund_has_come(&number, state, None, Heard::Notification)?;
            Ok(())
        }
        Err(unexpected) => {
            shop.book
                .refund_needs_a_person(&number, &unexpected.to_string())?;
            Err(NoticeError::from(unexpected).into())
        }
    }
}

/// Why a notification is not acknowledged.
enum Refused {
    /// It is about nothing that the book knows: a person has to look.
    NotOurs(Box<dyn std::error::Error + Send + Sync>),
    Book(rusqlite::Error),
}

impl Refused {
    fn unknown(number: &impl ToString) -> Self {
        Self::NotOurs(format!("{} is not in the book", number.to_string()).into())
    }
}

impl From<NoticeError> for Refused {
    fn from(error: NoticeError) -> Self {
        Self::NotOurs(error.into())
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::Book(error)
    }
}

#[cfg(test)]
mod tests;

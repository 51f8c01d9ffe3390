//! Refunds: into the book first, then to WeChat Pay.

use std::error::Error;

use wxpay_api::core::Certainty;
use wxpay_api::v3::refund::types::RefundStatus;
use wxpay_api::v3::refund::{CreateRefund, create_refund, types};
use wxpay_api::{Fen, OutTradeNo, Outcome};

use crate::book::Heard;
use crate::book::refunds::{Begun, Refund};
use crate::book::states::RefundState;
use crate::shop::Shop;

/// Asks for a refund of a part of an order, or of all of it. `count` is the refund's place among
/// those of the order, as the form knew it.
pub(crate) async fn ask(
    shop: &Shop,
    order_number: &OutTradeNo,
    count: u32,
    fen: Fen,
    reason: &str,
) -> Result<Begun, Box<dyn Error + Send + Sync>> {
    let now = shop.clock.now();
    let url = &shop.notify_url;
    let begun = shop
        .book
        .begin_refund(order_number, count, fen, reason, url, now)?;
    if let Begun::New(refund) = &begun {
        // A task of its own, as for an order.
        let (shop, refund) = (shop.clone(), refund.clone());
        let sent = tokio::spawn(async move { send(&shop, &refund).await });
        sent.await??;
    }
    Ok(begun)
}

/// Sends a refund that is in the book. The same number with the same parameters is the same refund,
/// so this can be repeated; another number would be another refund.
pub(crate) async fn send(shop: &Shop, refund: &Refund) -> Result<(), Box<dyn Error + Send + Sync>> {
    let Some(order) = shop.book.order(&refund.order_number)? else {
        return Err(format!("{}: there is no such order", refund.number).into());
    };
    let request = CreateRefund {
        order: create_refund::Order::OutTradeNo(order.number),
        out_refund_no: refund.number.clone(),
        amount: create_refund::Amount {
            refund: refund.fen,
            total: order.fen,
            options: Default::default(),
        },
        options: create_refund::CreateRefundOptions::default()
            .reason(&refund.reason)
            .notify_url(&refund.notify_url),
    };
    if !shop.book.refund_may_be_sent(&refund.number)? {
        return Ok(());
    }
    match shop.client.send(&request).await {
        Ok(told) => take_in(shop, refund, &told)?,
        Err(error) => {
            eprintln!("{}: {error}", refund.number);
            match error.outcome() {
                Outcome::NotExecuted => {
                    shop.book
                        .refund_was_not_sent(&refund.number, &error.to_string())?;
                }
                // The refund may be there. It stays open, and `settle` asks about it. What keeps it
                // from being made, such as an empty balance, is for a person to read.
                Outcome::Unknown | Outcome::ReadFailed => {
                    let class = error.business().map(|said| said.class());
                    if class.is_some_and(|class| class.certainty == Certainty::Definite) {
                        let why = error.to_string();
                        shop.book.refund_needs_a_person(&refund.number, &why)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Takes in what a response says of a refund, if it is the one that the book has.
pub(crate) fn take_in(shop: &Shop, refund: &Refund, told: &types::Refund) -> rusqlite::Result<()> {
    if told.amount.refund != refund.fen
        || told
            .out_trade_no
            .as_ref()
            .is_some_and(|told| *told != refund.order_number)
    {
        let why = "WeChat Pay has another amount or another order under this refund number";
        return shop.book.refund_needs_a_person(&refund.number, why);
    }
    let state = match told.status {
        RefundStatus::Success => RefundState::Done,
        RefundStatus::Closed => RefundState::Closed,
        RefundStatus::Abnormal => RefundState::Abnormal,
        // A status that this version does not know is open, too.
        _ => RefundState::Processing,
    };
    let accepted_at = told.create_time.as_ref().and_then(|time| time.timestamp());
    shop.book
        .refund_has_come(&refund.number, state, accepted_at, Heard::Query)
}

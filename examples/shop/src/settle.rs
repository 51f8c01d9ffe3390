//! Asks WeChat Pay about whatever is open: notifications get lost, calls end without a response,
//! and programs are stopped.

use std::error::Error;
use std::time::Duration;

use wxpay_api::Timestamp;
use wxpay_api::v3::pay::types::{TradeState, Transaction};
use wxpay_api::v3::pay::{CloseOrder, QueryOrderByOutTradeNo};
use wxpay_api::v3::refund::QueryRefund;

use crate::book::Heard;
use crate::book::orders::Order;
use crate::book::refunds::Refund;
use crate::book::states::{OrderState, RefundState};
use crate::shop::Shop;
use crate::{checkout, refunding};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Runs until the program ends.
pub(crate) async fn run(shop: Shop) {
    let mut ticks = tokio::time::interval(Duration::from_millis(500));
    loop {
        ticks.tick().await;
        // One trouble does not keep the others waiting, and the next tick comes back to it.
        if let Err(error) = look(&shop).await {
            eprintln!("{error}");
        }
    }
}

async fn look(shop: &Shop) -> Result<()> {
    let now = shop.clock.now();
    for order in shop.book.orders_to_look_at(now)? {
        shop.book
            .look_at_order_again(&order.number, again(order.made_at, now))?;
        if let Err(error) = settle_order(shop, &order, now).await {
            eprintln!("{}: {error}", order.number);
        }
    }
    for refund in shop.book.refunds_to_look_at(now)? {
        shop.book
            .look_at_refund_again(&refund.number, again(refund.asked_at, now))?;
        if let Err(error) = settle_refund(shop, &refund).await {
            eprintln!("{}: {error}", refund.number);
        }
    }
    Ok(())
}

/// Every two seconds while the customer stands before the QR code, then less often.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012075249>
fn again(since: Timestamp, now: Timestamp) -> Timestamp {
    let pause = match now.unix() - since.unix() {
        ..60 => 2,
        60..600 => 30,
        600..7200 => 300,
        _ => 1800,
    };
    Timestamp::from_unix(now.unix() + pause).unwrap_or(now)
}

async fn settle_order(shop: &Shop, order: &Order, now: Timestamp) -> Result<()> {
    let query = QueryOrderByOutTradeNo {
        out_trade_no: order.number.clone(),
        options: Default::default(),
    };
    let is_over = now > order.pay_until;
    let told = match shop.client.send(&query).await {
        Ok(told) => told,
        Err(error)
            if error
                .business()
                .is_some_and(|said| said.code() == "ORDER_NOT_EXIST") =>
        {
            // No proof that it will not be there: a call may be on its way. The same order again
            // settles that.
            if order.state == OrderState::Placing && !is_over {
                checkout::send(shop, order).await?;
            } else if now.unix() > order.pay_until.unix() + A_DAY {
                shop.book.order_is_closed(&order.number)?;
            }
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    match told.trade_state {
        // An order that was refunded has been paid.
        TradeState::Success | TradeState::Refund => is_paid(shop, order, &told)?,
        TradeState::Closed => shop.book.order_is_closed(&order.number)?,
        TradeState::Notpay if is_over => close(shop, order).await?,
        // It is there, and its QR code was lost with the response: the same order again gives the
        // same code.
        TradeState::Notpay if order.state == OrderState::Placing => {
            checkout::send(shop, order).await?;
        }
        TradeState::Notpay => {}
        other => {
            let why = format!(
                "WeChat Pay says {}, which no Native order should be",
                other.as_str()
            );
            shop.book.order_needs_a_person(&order.number, &why)?;
        }
    }
    Ok(())
}

/// Takes a payment in, if it is the one that the book expects.
fn is_paid(shop: &Shop, order: &Order, told: &Transaction) -> Result<()> {
    let amount = told.amount.as_ref();
    let is_expected = told.mchid == shop.mch_id
        && told.appid == shop.app_id
        && amount.and_then(|amount| amount.total) == Some(order.fen)
        && amount
            .and_then(|amount| amount.currency.as_deref())
            .is_none_or(|currency| currency == "CNY");
    let (true, Some(id)) = (is_expected, &told.transaction_id) else {
        let why = "WeChat Pay says that it is paid, with another amount, merchant or app";
        shop.book.order_needs_a_person(&order.number, why)?;
        return Ok(());
    };
    let at = told.success_time.as_ref().and_then(|time| time.timestamp());
    let at = at.unwrap_or_else(|| shop.clock.now());
    shop.book
        .order_is_paid(&order.number, id.as_str(), at, Heard::Query)?;
    Ok(())
}

/// Closes an order whose time is over. It is closed in the book when the next query says so: a
/// payment may have come first.
async fn close(shop: &Shop, order: &Order) -> Result<()> {
    let out_trade_no = order.number.clone();
    let options = Default::default();
    shop.client
        .send(&CloseOrder {
            out_trade_no,
            options,
        })
        .await?;
    shop.book
        .look_at_order_again(&order.number, shop.clock.now())?;
    Ok(())
}

async fn settle_refund(shop: &Shop, refund: &Refund) -> Result<()> {
    let query = QueryRefund {
        out_refund_no: refund.number.clone(),
        options: Default::default(),
    };
    match shop.client.send(&query).await {
        Ok(told) => refunding::take_in(shop, refund, &told)?,
        Err(error)
            if error
                .business()
                .is_some_and(|said| said.code() == "RESOURCE_NOT_EXISTS") =>
        {
            // No proof that it failed: the same refund again, under the same number, settles that.
            if refund.state == RefundState::Asking {
                refunding::send(shop, refund).await?;
            }
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// In seconds.
const A_DAY: i64 = 24 * 3600;

//! Placing an order: into the book first, then to WeChat Pay.

use std::error::Error;

use wxpay_api::v3::pay::PrepayNative;
use wxpay_api::v3::pay::types::OrderAmount;
use wxpay_api::{Fen, OutTradeNo, Outcome, Timestamp};

use crate::book::orders::{NewOrder, Order};
use crate::book::states::OrderState;
use crate::page::Words;
use crate::shop::Shop;

/// What the shop sells. The price is the shop's, never the form's.
pub(crate) struct Goods {
    en: &'static str,
    /// What WeChat Pay shows to the user, too (商品描述).
    pub(crate) zh: &'static str,
    pub(crate) fen: Fen,
}

pub(crate) const GOODS: [Goods; 3] = [
    Goods {
        en: "A tin of tea",
        zh: "一罐茶叶",
        fen: Fen::new(12_800),
    },
    Goods {
        en: "A tea cup",
        zh: "一只茶杯",
        fen: Fen::new(2_999),
    },
    Goods {
        en: "A tea tray",
        zh: "一个茶盘",
        fen: Fen::new(31_050),
    },
];

/// The name of goods in the language of a page.
pub(crate) fn shown(zh: &str, words: Words) -> &str {
    let goods = GOODS.iter().find(|goods| goods.zh == zh);
    goods.map_or(zh, |goods| words.pick(goods.en, goods.zh))
}

/// Places an order for a basket, once however often it is called.
pub(crate) async fn place(
    shop: &Shop,
    basket: String,
    goods: &Goods,
) -> Result<Order, Box<dyn Error + Send + Sync>> {
    let now = shop.clock.now();
    let new = NewOrder {
        number: number(now)?,
        basket,
        goods: goods.zh.to_owned(),
        fen: goods.fen,
        notify_url: shop.notify_url.clone(),
        made_at: now,
        pay_until: Timestamp::from_unix(now.unix() + TIME_TO_PAY).unwrap_or(now),
    };
    let order = shop.book.begin_order(&new)?;
    if order.state == OrderState::Placing && order.sends == 0 {
        // A task of its own: a browser that goes away drops its handler, and a dropped call has no
        // outcome to read.
        let (shop, order) = (shop.clone(), order.clone());
        let sent = tokio::spawn(async move { send(&shop, &order).await });
        sent.await??;
    }
    let placed = shop.book.order(&order.number)?;
    Ok(placed.unwrap_or(order))
}

/// Sends an order that is in the book. The same number with the same parameters is the same order,
/// so this can be repeated.
pub(crate) async fn send(shop: &Shop, order: &Order) -> Result<(), rusqlite::Error> {
    let mut request = PrepayNative {
        description: order.goods.clone(),
        out_trade_no: order.number.clone(),
        notify_url: order.notify_url.clone(),
        amount: OrderAmount {
            total: order.fen,
            options: Default::default(),
        },
        options: Default::default(),
    };
    request.options.time_expire = Some(order.pay_until.into());
    if !shop.book.order_may_be_sent(&order.number)? {
        return Ok(());
    }
    match shop.client.send(&request).await {
        Ok(placed) => shop.book.order_has_code(&order.number, &placed.code_url),
        Err(error) => {
            eprintln!("{}: {error}", order.number);
            match error.outcome() {
                Outcome::NotExecuted => shop
                    .book
                    .order_was_not_sent(&order.number, &error.to_string()),
                // The order may be there. It stays open, and `settle` asks about it.
                Outcome::Unknown | Outcome::ReadFailed => Ok(()),
            }
        }
    }
}

/// A number that nobody can guess, since it is in the address of the customer's page.
fn number(now: Timestamp) -> Result<OutTradeNo, Box<dyn Error + Send + Sync>> {
    let day = wxpay_api::core::Date::in_china(now).format(wxpay_api::core::DateFormat::Compact);
    Ok(OutTradeNo::new(format!("S{day}{}", random()?))?)
}

/// 64 random bits, in hexadecimal digits.
pub(crate) fn random() -> Result<String, getrandom::Error> {
    Ok(format!("{:016x}", getrandom::u64()?))
}

/// Two hours, in seconds: as long as the QR code is good.
const TIME_TO_PAY: i64 = 2 * 3600;

use wxpay_api::v3::refund::CreateRefund;
use wxpay_api::v3::refund::create_refund::{Amount, CreateRefundOptions, Goods, Order};
use wxpay_core::{Fen, OutRefundNo};

use super::{Fingerprint, Payment, payee_digest};

/// A refund of an order (退款), the whole or a part, without its number, which follows from the
/// intent.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4013071036>
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs)] // a new required field is a breaking change
pub struct Refund {
    /// The order, by either of its numbers. To name it by the other one is another refund.
    pub order: Order,
    /// How much is refunded, and how much the order was.
    pub amount: Amount,
    /// The optional fields.
    pub options: CreateRefundOptions,
}

impl Refund {
    /// The request under this number.
    pub fn with_number(&self, out_refund_no: OutRefundNo) -> CreateRefund {
        CreateRefund {
            order: self.order.clone(),
            out_refund_no,
            amount: self.amount.clone(),
            options: self.options.clone(),
        }
    }

    fn order_number(&self) -> &str {
        match &self.order {
            Order::TransactionId(number) => number.as_str(),
            Order::OutTradeNo(number) => number.as_str(),
        }
    }
}

impl Payment for Refund {
    fn amount(&self) -> Fen {
        self.amount.refund
    }

    /// The order: two refunds of one need a minute in between.
    fn payee(&self) -> String {
        payee_digest(self.order_number())
    }

    fn fingerprint(&self) -> String {
        let (amount, options) = (&self.amount, &self.options);
        let kind = match &self.order {
            Order::TransactionId(_) => "transaction_id",
            Order::OutTradeNo(_) => "out_trade_no",
        };
        let mut digest = Fingerprint::new();
        for part in [
            Some(kind),
            Some(self.order_number()),
            Some(amount.refund.to_string().as_str()),
            Some(amount.total.to_string().as_str()),
            options.reason.as_deref(),
            options.notify_url.as_deref(),
            options
                .funds_account
                .as_ref()
                .map(|account| account.as_str()),
            options
                .refund_account
                .as_ref()
                .map(|account| account.as_str()),
        ] {
            digest.part(part);
        }
        let from = amount.options.from.as_deref().unwrap_or_default();
        digest.count(from.len());
        for funds in from {
            digest.part(Some(funds.account.as_str()));
            digest.part(Some(&funds.amount.to_string()));
            digest.members(&funds.options.extra);
        }
        let goods = options.goods_detail.as_deref().unwrap_or_default();
        digest.count(goods.len());
        for goods in goods {
            add(&mut digest, goods);
        }
        digest.members(&amount.options.extra);
        digest.members(&options.extra);
        digest.finish()
    }
}

fn add(digest: &mut Fingerprint, goods: &Goods) {
    for part in [
        Some(goods.merchant_goods_id.as_str()),
        goods.options.wechatpay_goods_id.as_deref(),
        goods.options.goods_name.as_deref(),
        Some(goods.unit_price.to_string().as_str()),
        Some(goods.refund_amount.to_string().as_str()),
        Some(goods.refund_quantity.to_string().as_str()),
    ] {
        digest.part(part);
    }
    digest.members(&goods.options.extra);
}

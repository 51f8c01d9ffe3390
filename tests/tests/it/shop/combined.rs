//! Combined orders: made, paid, told and refunded one by one.

use wxpay_api::core::Fen;
use wxpay_api::v3::NoticeKind;
use wxpay_api::v3::combine_transactions::types::{
    CombinedTransaction, SubOrder, SubOrderAmount, TradeState,
};
use wxpay_api::v3::combine_transactions::{PrepayNative, QueryOrderByOutTradeNo};

use super::{Shop, number};
use crate::callback::Callback;

#[tokio::test]
async fn two_orders_are_paid_at_once_and_one_goes_back() {
    let shop = Shop::new().await;
    let mut callback = Callback::of(&shop.sandbox).await;
    let part = |order: &str, fen| SubOrder {
        mchid: shop.sandbox.merchant().mch_id.clone(),
        attach: "门店一".to_owned(),
        amount: SubOrderAmount {
            total_amount: Fen::new(fen),
            options: Default::default(),
        },
        out_trade_no: number(order),
        description: "咖啡".to_owned(),
        options: Default::default(),
    };
    let prepay = PrepayNative {
        combine_out_trade_no: number("ORDER-ALL1"),
        sub_orders: vec![part("ORDER-PART1", 100), part("ORDER-PART2", 200)],
        notify_url: callback.url.clone(),
        options: Default::default(),
    };
    let made = shop.v3.send(&prepay).await.unwrap();
    assert!(made.code_url.starts_with("weixin://"));
    shop.sandbox.pay_order("ORDER-ALL1", "oUser").unwrap();

    shop.after(0).await;
    let (headers, body) = callback.take();
    let notice = shop.notices.open(&headers, body).await.unwrap();
    assert_eq!(notice.kind(), NoticeKind::CombinedPayment);
    let told: CombinedTransaction = notice.read().unwrap();
    let query = QueryOrderByOutTradeNo {
        combine_out_trade_no: number("ORDER-ALL1"),
        options: Default::default(),
    };
    let found = shop.v3.send(&query).await.unwrap();
    for transaction in [told, found] {
        assert_eq!(transaction.combine_out_trade_no, number("ORDER-ALL1"));
        let parts = transaction.sub_orders.iter();
        let parts = parts.map(|part| (part.out_trade_no.as_str(), &part.trade_state));
        let paid = &TradeState::Success;
        let both = [("ORDER-PART1", paid), ("ORDER-PART2", paid)];
        assert_eq!(parts.collect::<Vec<_>>(), both);
    }
    shop.sandbox
        .refund_order("ORDER-PART2", Fen::new(200))
        .unwrap();
    let found = shop.v3.send(&query).await.unwrap();
    let states = found.sub_orders.iter().map(|part| &part.trade_state);
    let differ = [&TradeState::Success, &TradeState::Refund];
    assert_eq!(states.collect::<Vec<_>>(), differ);
}

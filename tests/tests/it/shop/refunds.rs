//! Refunds of both protocols.

use wxpay_api::core::{Fen, OutRefundNo};
use wxpay_api::v2::pay as v2_pay;
use wxpay_api::v3::refund::create_refund::{Amount, Order};
use wxpay_api::v3::refund::types::RefundStatus;
use wxpay_api::v3::refund::{CreateRefund, QueryRefund};
use wxpay_sandbox::RefundEnd;

use super::{Shop, number};

fn refund_number(text: &str) -> OutRefundNo {
    OutRefundNo::new(text).unwrap()
}

#[tokio::test]
async fn parts_go_back_by_both_protocols_and_never_too_much() {
    let shop = Shop::new().await;
    shop.paid("ORDER-T1", 100);
    let part = |number_of: &str, fen| v2_pay::CreateRefund {
        order: v2_pay::create_refund::Order::OutTradeNo(number("ORDER-T1")),
        out_refund_no: refund_number(number_of),
        total_fee: Fen::new(100),
        refund_fee: Fen::new(fen),
        options: Default::default(),
    };
    let first = shop.v2.send(&part("R1", 30)).await.unwrap();
    let again = shop.v2.send(&part("R1", 30)).await.unwrap();
    assert_eq!(first.refund_id, again.refund_id);
    let second = CreateRefund {
        order: Order::OutTradeNo(number("ORDER-T1")),
        out_refund_no: refund_number("R2"),
        amount: Amount {
            refund: Fen::new(60),
            total: Fen::new(100),
            options: Default::default(),
        },
        options: Default::default(),
    };
    shop.v3.send(&second).await.unwrap();
    let too_much = shop.v2.send(&part("R3", 11)).await.unwrap_err();
    assert_eq!(too_much.business().unwrap().code(), "INVALID_REQUEST");
    let query = v2_pay::QueryRefund {
        which: v2_pay::query_refund::Which::OutTradeNo(number("ORDER-T1")),
        options: Default::default(),
    };
    let found = shop.v2.send(&query).await.unwrap();
    let refunds = found.refunds.iter().map(|refund| refund.refund_fee);
    let parts = [Some(Fen::new(30)), Some(Fen::new(60))];
    assert_eq!(refunds.collect::<Vec<_>>(), parts);
}

#[tokio::test]
async fn an_abnormal_refund_is_seen_by_the_query() {
    let shop = Shop::new().await;
    shop.paid("ORDER-T1", 100);
    shop.sandbox.set_refund_end(RefundEnd::Abnormal);
    let refund = shop.sandbox.refund_order("ORDER-T1", Fen::new(40)).unwrap();
    let query = QueryRefund {
        out_refund_no: refund_number(&refund.out_refund_no),
        options: Default::default(),
    };
    let found = shop.v3.send(&query).await.unwrap();
    assert_eq!(found.status, RefundStatus::Abnormal);
}

//! Payment codes, and reversing what became of them.

use std::net::Ipv4Addr;
use std::time::Duration;

use wxpay_api::core::{Fen, Outcome, Secret};
use wxpay_api::v2::pay as v2_pay;
use wxpay_api::v3::pay::types::{OrderAmount, PaymentCodePayer, PaymentCodeScene, TradeState};
use wxpay_api::v3::pay::{PayByPaymentCode, QueryOrderByOutTradeNo, ReverseOrder};
use wxpay_sandbox::CodeBehaviour;

use super::{Shop, number};

fn charge(order: &str, code: &str) -> PayByPaymentCode {
    PayByPaymentCode {
        description: "咖啡".to_owned(),
        out_trade_no: number(order),
        payer: PaymentCodePayer {
            auth_code: Secret::new(code),
            options: Default::default(),
        },
        amount: OrderAmount {
            total: Fen::new(1_800),
            options: Default::default(),
        },
        scene_info: PaymentCodeScene {
            options: Default::default(),
        },
        options: Default::default(),
    }
}

fn charge_v2(order: &str, code: &str) -> v2_pay::PayByPaymentCode {
    v2_pay::PayByPaymentCode {
        body: "咖啡".to_owned(),
        out_trade_no: number(order),
        total_fee: Fen::new(1_800),
        spbill_create_ip: Ipv4Addr::LOCALHOST.into(),
        auth_code: Secret::new(code),
        options: Default::default(),
    }
}

async fn state(shop: &Shop, order: &str) -> TradeState {
    let query = QueryOrderByOutTradeNo {
        out_trade_no: number(order),
        options: Default::default(),
    };
    shop.v3.send(&query).await.unwrap().trade_state
}

#[tokio::test]
async fn a_code_pays_at_once_and_is_used_up() {
    let shop = Shop::new().await;
    let code = shop.sandbox.make_payment_code(CodeBehaviour::Pays);
    let code = code.auth_code;
    let paid = shop.v3.send(&charge("ORDER-C1", &code)).await.unwrap();
    assert_eq!(paid.trade_state, TradeState::Success);
    assert_eq!(paid.amount.unwrap().total, Some(Fen::new(1_800)));
    let again = shop
        .v2
        .send(&charge_v2("ORDER-C2", &code))
        .await
        .unwrap_err();
    assert_eq!(again.business().unwrap().code(), "AUTH_CODE_ERROR");
    let paid = shop
        .v2
        .send(&charge_v2("ORDER-C3", "100000000000000001"))
        .await;
    assert_eq!(paid.unwrap().total_fee, Fen::new(1_800));
}

#[tokio::test]
async fn a_code_that_asks_leaves_the_payment_open() {
    let shop = Shop::new().await;
    let asks = CodeBehaviour::AsksPassword {
        ends_after: Duration::from_secs(60),
        pays: false,
    };
    let code = shop.sandbox.make_payment_code(asks).auth_code;
    let open = shop
        .v2
        .send(&charge_v2("ORDER-C1", &code))
        .await
        .unwrap_err();
    assert_eq!(open.business().unwrap().code(), "USERPAYING");
    assert_eq!(open.outcome(), Outcome::Unknown);
    assert_eq!(state(&shop, "ORDER-C1").await, TradeState::Userpaying);
    let payer = shop.sandbox.payment_codes()[0].openid.clone();
    shop.sandbox.pay_order("ORDER-C1", &payer).unwrap();
    assert_eq!(state(&shop, "ORDER-C1").await, TradeState::Success);

    // In APIv3 the same is a response that says so.
    let open = shop
        .v3
        .send(&charge("ORDER-C2", "110000000000000001"))
        .await;
    assert_eq!(open.unwrap().trade_state, TradeState::Userpaying);
    shop.after(60).await;
    assert_eq!(state(&shop, "ORDER-C2").await, TradeState::Payerror);
}

#[tokio::test]
async fn reversing_gives_money_back_or_closes() {
    let shop = Shop::new().await;
    let good = charge("ORDER-C1", "100000000000000001");
    shop.v3.send(&good).await.unwrap();
    let poor = charge("ORDER-C2", "140000000000000001");
    let refused = shop.v3.send(&poor).await.unwrap_err();
    assert_eq!(refused.business().unwrap().code(), "NOT_ENOUGH");
    shop.after(15).await;
    let reverse = ReverseOrder {
        out_trade_no: number("ORDER-C1"),
        options: Default::default(),
    };
    shop.v3.send(&reverse).await.unwrap();
    assert_eq!(state(&shop, "ORDER-C1").await, TradeState::Revoked);
    assert_eq!(shop.sandbox.refunds()[0].refund, Fen::new(1_800));

    let asks = charge_v2("ORDER-C3", "110000000000000001");
    shop.v2.send(&asks).await.unwrap_err();
    shop.after(60).await;
    let reverse = v2_pay::ReverseOrder {
        order: v2_pay::reverse_order::Order::OutTradeNo(number("ORDER-C3")),
        options: Default::default(),
    };
    let reversed = shop.v2.send(&reverse).await.unwrap();
    assert_eq!(reversed.recall, Some(v2_pay::reverse_order::Recall::No));
    assert_eq!(shop.sandbox.refunds().len(), 1);
}

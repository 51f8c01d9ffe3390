//! What the shop tells the customer, and does.

use wxpay_cashier::{Advice, Outcome, PayEnd, QueryEnd};

use crate::world::{Scripted, charged, lost, not_sent, paid, refused, told, unclear};

fn of(outcome: &Outcome) -> Advice {
    match outcome {
        Outcome::NotPaid(not_paid) => not_paid.advice(),
        Outcome::Refunded(refunded) => refunded.advice(),
        Outcome::Open(open) => open.advice(),
        Outcome::Paid(_) => panic!("nothing is wrong"),
    }
}

#[tokio::test(start_paused = true)]
async fn each_outcome_says_what_to_tell_and_to_do() {
    let mut other = crate::world::payment(3);
    other.amount = wxpay_core::Fen::new(5);
    let scripts = [
        (
            refused("AUTHCODEEXPIRE"),
            QueryEnd::NotFound,
            "refresh",
            "刷新",
        ),
        (
            refused("AUTH_CODE_INVALID"),
            QueryEnd::NotFound,
            "WeChat Pay",
            "付款码",
        ),
        (
            refused("NOTENOUGH"),
            QueryEnd::Failed,
            "balance",
            "余额不足",
        ),
        (refused("NOTSUPORTCARD"), QueryEnd::Failed, "card", "换卡"),
        (
            refused("NOAUTH"),
            QueryEnd::NotFound,
            "at this till",
            "收银台",
        ),
        (
            refused("TRADE_ERROR"),
            QueryEnd::Failed,
            "failed",
            "支付失败",
        ),
        (
            refused("ORDERREVERSED"),
            QueryEnd::Reversed,
            "could not",
            "未能",
        ),
        (
            PayEnd::NotSent(not_sent()),
            unclear(),
            "could not be started",
            "未能发起",
        ),
        (lost(), QueryEnd::Reversed, "cancelled", "取消"),
        (lost(), QueryEnd::Refunded, "refunded", "退款"),
        (lost(), unclear(), "being cancelled", "撤销"),
        (lost(), QueryEnd::Paid(other), "amount", "金额"),
        (refused("ORDERPAID"), paid(), "checked", "核对"),
        (
            refused("OUT_TRADE_NO_USED"),
            unclear(),
            "being checked",
            "确认",
        ),
    ];
    for (pay, query, customer, customer_zh) in scripts {
        let service = Scripted::new(pay, [query], []);
        let advice = of(&charged(&service).await);
        assert!(advice.customer.contains(customer), "{advice:?}");
        assert!(advice.customer_zh.contains(customer_zh), "{advice:?}");
        assert!(advice.shop.ends_with('.') && advice.shop_zh.ends_with('。'));
    }
}

/// A copy of a refused request was paid, and that is reversed: the phone shows that money was
/// taken.
#[tokio::test(start_paused = true)]
async fn nobody_is_told_that_nothing_was_taken_when_it_goes_back() {
    for code in [
        "AUTHCODEEXPIRE",
        "AUTH_CODE_INVALID",
        "NOAUTH",
        "NOTENOUGH",
        "NOTSUPORTCARD",
        "ORDERREVERSED",
        "OUT_TRADE_NO_USED",
        "TRADE_ERROR",
    ] {
        let queries = [QueryEnd::Paying, QueryEnd::Reversed];
        let outcome = charged(&Scripted::new(refused(code), queries, [])).await;
        assert_eq!(told(&outcome), "not paid: Reversed", "{code}");
        let advice = of(&outcome);
        assert!(!advice.customer.contains("not paid"), "{code}: {advice:?}");
        assert!(!advice.customer_zh.contains("没有扣款"), "{code}");
    }
}

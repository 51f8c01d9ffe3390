//! 退款 by its pages: <https://pay.weixin.qq.com/doc/v3/merchant/4013071036>.

use super::*;

fn refund(refund: i64) -> Intent<Refund> {
    Intent {
        id: "return-2026-11-R7".parse().unwrap(),
        payment: Refund {
            order: Order::OutTradeNo(OutTradeNo::new("20150806125346").unwrap()),
            amount: Amount {
                refund: Fen::new(refund),
                total: Fen::new(888),
                options: Default::default(),
            },
            options: Default::default(),
        },
    }
}

/// It follows from merchant, product and intent, for ever.
const NUMBER: &str = "5PMV65QS0WTDGFLE294X9V93PWRK";

fn reply(status: &str) -> Answer {
    reply_with(status, 888, "20150806125346")
}

fn reply_with(status: &str, amount: i64, order: &str) -> Answer {
    signed(
        200,
        &json!({
            "refund_id": "50000000382019052709732678859",
            "out_refund_no": NUMBER,
            "transaction_id": "1217752501201407033233368018",
            "out_trade_no": order,
            "channel": "ORIGINAL",
            "user_received_account": "招商银行信用卡",
            "create_time": "2020-12-01T16:18:12+08:00",
            "status": status,
            "funds_account": "UNSETTLED",
            "amount": { "total": 888, "refund": amount, "currency": "CNY" },
        }),
    )
}

fn not_found() -> Answer {
    refused(404, "RESOURCE_NOT_EXISTS")
}

fn over(answers: impl IntoIterator<Item = Answer>) -> (Payouts<Refund>, Scripted) {
    let transport = Scripted::new(answers);
    (payouts(Refunds::new(client(&transport))), transport)
}

/// A response says that it was taken, whatever its status; a query tells how it ends.
#[tokio::test(start_paused = true)]
async fn a_refund_is_done_when_a_query_says_so() {
    for status in ["PROCESSING", "SUCCESS"] {
        let (payouts, transport) = over([
            not_found(),
            reply(status),
            reply("PROCESSING"),
            reply("SUCCESS"),
        ]);
        let mut settlement = sent(&payouts, &refund(888)).await;
        for _ in 0..2 {
            assert_eq!(waiting(&settlement).waits_for(), WaitsFor::WeChatPay);
            settlement = stepped(&payouts, settlement).await;
        }
        let Settlement::Paid(paid) = settlement else {
            panic!("{settlement:?}")
        };
        assert_eq!(paid.payment_no(), Some("50000000382019052709732678859"));
        let writes = writes(&transport);
        assert_eq!(writes.len(), 1);
        assert_eq!(body(&writes[0])["out_refund_no"], json!(NUMBER));
    }
}

/// A person has to settle that very refund. It allows no other number, and may still succeed.
#[tokio::test(start_paused = true)]
async fn an_abnormal_refund_has_not_failed() {
    let (payouts, transport) = over([
        not_found(),
        reply("PROCESSING"),
        reply("ABNORMAL"),
        reply("ABNORMAL"),
        reply("PROCESSING"),
        reply("SUCCESS"),
    ]);
    let mut settlement = sent(&payouts, &refund(888)).await;
    settlement = stepped(&payouts, settlement).await;
    for _ in 0..2 {
        let held = waiting(&settlement);
        assert_eq!(
            (held.waits_for(), held.alarm()),
            (WaitsFor::Merchant, Some(&Alarm::Abnormal))
        );
        settlement = stepped(&payouts, settlement).await;
    }
    assert_eq!(waiting(&settlement).alarm(), None);
    let settlement = stepped(&payouts, settlement).await;
    assert!(matches!(settlement, Settlement::Paid(_)), "{settlement:?}");
    assert_eq!(writes(&transport).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_closed_refund_allows_its_next_number() {
    let (payouts, _) = over([not_found(), reply("PROCESSING"), reply("CLOSED")]);
    let settlement = sent(&payouts, &refund(888)).await;
    let Settlement::Rejected(rejected) = stepped(&payouts, settlement).await else {
        panic!("it is closed")
    };
    let permit = rejected.into_permit().unwrap();
    let next = payouts.replace(permit, &refund(888)).await.unwrap();
    assert_ne!(next.number().as_str(), NUMBER);
}

/// The same intent with another amount is a conflict, and another refund is never made of it.
#[tokio::test(start_paused = true)]
async fn another_amount_is_a_conflict() {
    let (payouts, transport) = over([not_found(), cut()]);
    let _ = sent(&payouts, &refund(888)).await;
    let error = payouts.prepare(&refund(887)).await.unwrap_err();
    assert!(matches!(error, PrepareError::OtherPayment(_)), "{error}");
    assert_eq!(writes(&transport).len(), 1);
}

/// Somebody else's refund under this number.
#[tokio::test(start_paused = true)]
async fn another_refund_under_the_number_is_an_alarm() {
    for answer in [
        reply_with("SUCCESS", 887, "20150806125346"),
        reply_with("SUCCESS", 888, "another"),
    ] {
        let (payouts, _) = over([not_found(), cut(), answer]);
        let settlement = sent(&payouts, &refund(888)).await;
        let Settlement::Unknown(unknown) = stepped(&payouts, settlement).await else {
            panic!("it is in conflict")
        };
        assert_eq!(unknown.alarm(), Some(&Alarm::Mismatch));
    }
}

#[tokio::test(start_paused = true)]
async fn codes_end_nothing_by_themselves() {
    for (status, code, may_end) in [
        (400, "INVALID_REQUEST", true),
        (403, "NOT_ENOUGH", true),
        (403, "USER_ACCOUNT_ABNORMAL", true),
        (404, "RESOURCE_NOT_EXISTS", true),
        (429, "FREQUENCY_LIMITED", false),
        (500, "SYSTEM_ERROR", false),
        (400, "SOMETHING_NEW", false),
    ] {
        let (payouts, _) = over([not_found(), refused(status, code), not_found(), not_found()]);
        let settlement = sent(&payouts, &refund(888)).await;
        let settlement = stepped(&payouts, settlement).await;
        assert!(matches!(settlement, Settlement::Unknown(_)), "{code}");
        if may_end {
            let settlement = stepped(&payouts, settlement).await;
            let Settlement::Rejected(rejected) = settlement else {
                panic!("{code}: {settlement:?}")
            };
            assert!(rejected.into_permit().is_err(), "{code}");
        }
    }
}

/// A refund that is known otherwise: the refusal is definite, but a query has it.
#[tokio::test(start_paused = true)]
async fn a_refusal_does_not_hide_an_earlier_refund() {
    let (payouts, _) = over([
        not_found(),
        refused(400, "INVALID_REQUEST"),
        reply("PROCESSING"),
        reply("SUCCESS"),
    ]);
    let mut settlement = sent(&payouts, &refund(888)).await;
    for _ in 0..2 {
        settlement = stepped(&payouts, settlement).await;
    }
    assert!(matches!(settlement, Settlement::Paid(_)), "{settlement:?}");
}

/// The page of the query: every minute for five minutes, and then ever more rarely.
#[tokio::test(start_paused = true)]
async fn it_is_asked_for_as_the_page_advises() {
    let answers = (0..9).map(|_| reply("PROCESSING"));
    let (payouts, _) = over([not_found()].into_iter().chain(answers));
    let mut settlement = sent(&payouts, &refund(888)).await;
    let mut waits = Vec::new();
    for _ in 0..8 {
        let start = tokio::time::Instant::now();
        settlement = stepped(&payouts, settlement).await;
        waits.push(start.elapsed().as_secs_f64().round() as u64 / 60);
    }
    assert_eq!(waits, [1, 1, 1, 1, 1, 5, 10, 20]);
}

#[tokio::test]
async fn rules_are_those_of_the_product() {
    let (payouts, _) = over([]);
    assert!(payouts.rules().overdue_after > Rules::default().overdue_after);
    assert_eq!(payouts.limits().payee_day, None);
}

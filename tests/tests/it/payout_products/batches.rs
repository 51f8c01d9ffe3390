//! 商家转账到零钱, one transfer in each batch: <https://pay.weixin.qq.com/doc/v3/merchant/4012458841>.

use super::*;

fn transfer(amount: i64) -> Intent<BatchTransfer> {
    Intent {
        id: "expenses-2026-11-E1001".parse().unwrap(),
        payment: BatchTransfer {
            openid: "o-MYE42l80oelYMDE34nYD456Xoy".parse().unwrap(),
            amount: Fen::new(amount),
            remark: "2026年11月报销".to_owned(),
            batch_name: "深圳分部报销单".to_owned(),
            batch_remark: "深圳分部报销单".to_owned(),
            payee: Default::default(),
            options: Default::default(),
        },
    }
}

/// It follows from merchant, product and intent, for ever.
const NUMBER: &str = "LDBYY22G9XCH1D8LNGX3ELRNCMYR";

fn created(status: Option<&str>) -> Answer {
    let mut body = json!({
        "out_batch_no": NUMBER,
        "batch_id": "1030000071100999991182020050700019480001",
        "create_time": "2015-05-20T13:29:35.120+08:00",
    });
    if let Some(status) = status {
        body["batch_status"] = json!(status);
    }
    signed(200, &body)
}

fn detail(status: &str) -> Answer {
    detail_with(status, 400)
}

fn detail_with(status: &str, amount: i64) -> Answer {
    signed(
        200,
        &json!({
            "mchid": clients::MCH_ID,
            "out_batch_no": NUMBER,
            "batch_id": "1030000071100999991182020050700019480001",
            "appid": "wxf636efh567hg4356",
            "out_detail_no": NUMBER,
            "detail_id": "1040000071100999991182020050700019500100",
            "detail_status": status,
            "transfer_amount": amount,
            "transfer_remark": "2026年11月报销",
            "fail_reason": "ACCOUNT_FROZEN",
            "openid": "o-MYE42l80oelYMDE34nYD456Xoy",
            "initiate_time": "2015-05-20T13:29:35.120+08:00",
            "update_time": "2015-05-20T13:29:35.120+08:00",
        }),
    )
}

fn batch(status: &str) -> Answer {
    signed(
        200,
        &json!({
            "transfer_batch": {
                "mchid": clients::MCH_ID,
                "out_batch_no": NUMBER,
                "batch_id": "1030000071100999991182020050700019480001",
                "batch_status": status,
                "total_amount": 400,
                "total_num": 1,
            },
        }),
    )
}

fn unknown() -> Answer {
    refused(404, "NOT_FOUND")
}

/// Neither the transfer nor its batch is known.
fn nothing() -> [Answer; 2] {
    [unknown(), unknown()]
}

fn over(answers: impl IntoIterator<Item = Answer>) -> (Payouts<BatchTransfer>, Scripted) {
    let transport = Scripted::new(nothing().into_iter().chain(answers));
    (payouts(BatchTransfers::new(client(&transport))), transport)
}

/// One batch with one transfer, both under the number of the intent, which waits for an approval,
/// is made, and is paid.
#[tokio::test(start_paused = true)]
async fn a_payment_is_a_batch_of_its_own() {
    let (payouts, transport) = over([
        created(Some("ACCEPTED")),
        unknown(),
        batch("WAIT_PAY"),
        detail("PROCESSING"),
        detail("SUCCESS"),
    ]);
    let mut settlement = sent(&payouts, &transfer(400)).await;
    for who in [WaitsFor::WeChatPay, WaitsFor::Approver, WaitsFor::WeChatPay] {
        let held = waiting(&settlement);
        assert_eq!((held.waits_for(), held.alarm()), (who, None));
        settlement = stepped(&payouts, settlement).await;
    }
    let Settlement::Paid(paid) = settlement else {
        panic!("{settlement:?}")
    };
    assert_eq!(
        paid.payment_no(),
        Some("1040000071100999991182020050700019500100")
    );
    let writes = writes(&transport);
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].uri().path(), "/v3/transfer/batches");
    let body = body(&writes[0]);
    assert_eq!(
        (&body["out_batch_no"], &body["total_amount"]),
        (&json!(NUMBER), &json!(400))
    );
    assert_eq!(body["total_num"], json!(1));
    let details = body["transfer_detail_list"].as_array().unwrap();
    assert_eq!(
        (details.len(), &details[0]["out_detail_no"]),
        (1, &json!(NUMBER))
    );
    assert_eq!(details[0]["transfer_amount"], json!(400));
}

/// Each status of the transfer and, while it is not found, of its batch.
#[tokio::test(start_paused = true)]
async fn every_status_is_what_its_page_says() {
    use WaitsFor::{Approver, WeChatPay};
    let details = [
        ("INIT", Some(WeChatPay)),
        ("WAIT_PAY", Some(Approver)),
        ("PROCESSING", Some(WeChatPay)),
        ("SUCCESS", None),
        ("FAIL", None),
        ("SOMETHING_NEW", None),
    ];
    for (status, waits_for) in details {
        let (payouts, _) = over([cut(), detail(status)]);
        let settlement = sent(&payouts, &transfer(400)).await;
        match stepped(&payouts, settlement).await {
            Settlement::Waiting(held) => assert_eq!(Some(held.waits_for()), waits_for, "{status}"),
            Settlement::Paid(_) => assert_eq!(status, "SUCCESS"),
            Settlement::Rejected(rejected) => {
                assert_eq!(status, "FAIL");
                assert!(rejected.reason().contains("ACCOUNT_FROZEN"));
                assert!(rejected.into_permit().is_ok(), "{status}");
            }
            Settlement::Unknown(_) => assert_eq!(status, "SOMETHING_NEW"),
        }
    }
    for (status, waits_for) in [
        ("WAIT_PAY", Some(Approver)),
        ("ACCEPTED", Some(WeChatPay)),
        ("PROCESSING", Some(WeChatPay)),
        // A batch that has ended proves nothing about its transfer.
        ("FINISHED", None),
        ("CLOSED", None),
        ("SOMETHING_NEW", None),
    ] {
        let (payouts, _) = over([cut(), unknown(), batch(status)]);
        let settlement = sent(&payouts, &transfer(400)).await;
        match stepped(&payouts, settlement).await {
            Settlement::Waiting(held) => assert_eq!(Some(held.waits_for()), waits_for, "{status}"),
            Settlement::Unknown(_) => assert_eq!(waits_for, None, "{status}"),
            other => panic!("{status}: {other:?}"),
        }
    }
}

/// A code that is definite by its page ends it only after two signed `NOT_FOUND`s of transfer and
/// batch; the others leave it open.
#[tokio::test(start_paused = true)]
async fn codes_end_nothing_by_themselves() {
    for (status, code, may_end) in [
        (403, "NOT_ENOUGH", true),
        (403, "NO_AUTH", true),
        (403, "ACCOUNTERROR", true),
        (429, "QUOTA_EXCEED", true),
        (400, "INVALID_REQUEST", false),
        (429, "FREQUENCY_LIMITED", false),
        (500, "SYSTEM_ERROR", false),
        (400, "SOMETHING_NEW", false),
    ] {
        let answers = [refused(status, code)].into_iter();
        let (payouts, _) = over(answers.chain(nothing()).chain(nothing()));
        let mut settlement = sent(&payouts, &transfer(400)).await;
        assert!(matches!(settlement, Settlement::Unknown(_)), "{code}");
        settlement = stepped(&payouts, settlement).await;
        assert!(matches!(settlement, Settlement::Unknown(_)), "{code}");
        if !may_end {
            continue;
        }
        settlement = stepped(&payouts, settlement).await;
        let Settlement::Rejected(rejected) = settlement else {
            panic!("{code}: {settlement:?}")
        };
        assert!(
            rejected.can_be_sent_again() && rejected.into_permit().is_err(),
            "{code}"
        );
    }
}

/// A lost response, and a batch that WeChat Pay does not know: the same bytes go out once more.
#[tokio::test(start_paused = true)]
async fn a_batch_in_doubt_is_sent_again_with_the_same_bytes() {
    let mut intent = transfer(400);
    intent.payment.payee = intent.payment.payee.user_name("张三");
    let answers = [cut()].into_iter().chain(nothing()).chain(nothing());
    let (payouts, transport) = over(answers.chain([created(None)]));
    let mut settlement = sent(&payouts, &intent).await;
    for _ in 0..2 {
        settlement = stepped(&payouts, settlement).await;
    }
    assert_eq!(waiting(&settlement).waits_for(), WaitsFor::WeChatPay);
    let writes = writes(&transport);
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[0].body(), writes[1].body());
    assert!(
        !writes[0]
            .body()
            .windows(6)
            .any(|part| part == "张三".as_bytes())
    );
}

#[tokio::test(start_paused = true)]
async fn another_amount_under_the_number_is_an_alarm() {
    let (payouts, _) = over([cut(), detail_with("SUCCESS", 401)]);
    let settlement = sent(&payouts, &transfer(400)).await;
    let Settlement::Unknown(unknown) = stepped(&payouts, settlement).await else {
        panic!("it is in conflict")
    };
    assert_eq!(unknown.alarm(), Some(&Alarm::Mismatch));
}

#[tokio::test(start_paused = true)]
async fn the_name_is_checked_before() {
    let (payouts, transport) = over([]);
    let error = payouts.prepare(&transfer(200_000)).await.unwrap_err();
    assert!(error.to_string().contains("user_name"), "{error}");
    let mut small = transfer(29);
    small.payment.payee = small.payment.payee.user_name("张三");
    assert!(payouts.prepare(&small).await.is_err());
    assert!(transport.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_paid_is_told_apart_by_each_field() {
    let base = transfer(400).payment;
    let mut seen = vec![base.fingerprint()];
    let changes: [fn(&mut BatchTransfer); 7] = [
        |payment| payment.amount = Fen::new(401),
        |payment| payment.remark.push('!'),
        |payment| payment.batch_name.push('!'),
        |payment| payment.batch_remark.push_str("!!"),
        |payment| payment.payee = payment.payee.clone().user_name("张三"),
        |payment| payment.options = payment.options.clone().transfer_scene_id("1001"),
        |payment| payment.options = payment.options.clone().notify_url("https://a.example/n"),
    ];
    for change in changes {
        let mut payment = base.clone();
        change(&mut payment);
        assert!(!seen.contains(&payment.fingerprint()), "{payment:?}");
        seen.push(payment.fingerprint());
    }
}

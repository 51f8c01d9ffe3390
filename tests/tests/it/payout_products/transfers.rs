//! 商家转账 by its pages: <https://pay.weixin.qq.com/doc/v3/merchant/4012716434>.

use super::*;

fn transfer(amount: i64) -> Intent<UserTransfer> {
    Intent {
        id: "gift-2026-11-U1001".parse().unwrap(),
        payment: UserTransfer {
            openid: "o-MYE42l80oelYMDE34nYD456Xoy".parse().unwrap(),
            amount: Fen::new(amount),
            scene_id: "1000".to_owned(),
            remark: "新会员开通有礼".to_owned(),
            reports: vec![SceneReport {
                info_type: "活动名称".to_owned(),
                info_content: "新会员有礼".to_owned(),
                options: Default::default(),
            }],
            options: Default::default(),
        },
    }
}

fn named(amount: i64) -> Intent<UserTransfer> {
    let mut intent = transfer(amount);
    intent.payment.options = intent.payment.options.user_name("张三");
    intent
}

/// It follows from merchant, product and intent, for ever.
const NUMBER: &str = "TM167AXV4G0SG5G9M2MFTL4X3XGF";

fn created(state: &str, package: Option<&str>) -> Answer {
    let mut body = json!({
        "out_bill_no": NUMBER,
        "transfer_bill_no": "1330000071100999991182020050700019480001",
        "create_time": "2015-05-20T13:29:35.120+08:00",
        "state": state,
    });
    if let Some(package) = package {
        body["package_info"] = json!(package);
    }
    signed(200, &body)
}

fn found(state: &str) -> Answer {
    found_with(state, 400)
}

fn found_with(state: &str, amount: i64) -> Answer {
    signed(
        200,
        &json!({
            "mch_id": clients::MCH_ID,
            "out_bill_no": NUMBER,
            "transfer_bill_no": "1330000071100999991182020050700019480001",
            "appid": "wxf636efh567hg4356",
            "state": state,
            "transfer_amount": amount,
            "transfer_remark": "新会员开通有礼",
            "openid": "o-MYE42l80oelYMDE34nYD456Xoy",
            "create_time": "2015-05-20T13:29:35.120+08:00",
            "update_time": "2015-05-20T13:29:35.120+08:00",
        }),
    )
}

fn not_found() -> Answer {
    refused(404, "NOT_FOUND")
}

fn over(answers: impl IntoIterator<Item = Answer>) -> (Payouts<UserTransfer>, Scripted) {
    let transport = Scripted::new(answers);
    (payouts(UserTransfers::new(client(&transport))), transport)
}

#[tokio::test(start_paused = true)]
async fn the_user_confirms_after_a_day() {
    let (payouts, transport) = over([
        not_found(),
        created("WAIT_USER_CONFIRM", Some("affffddafdfafddffda==")),
        found("WAIT_USER_CONFIRM"),
        found("TRANSFERING"),
        found("SUCCESS"),
    ]);
    let mut settlement = sent(&payouts, &transfer(400)).await;
    for _ in 0..2 {
        let held = waiting(&settlement);
        assert_eq!(
            held.package().map(Package::as_str),
            Some("affffddafdfafddffda==")
        );
        assert_eq!(
            (held.waits_for(), held.number().as_str()),
            (WaitsFor::User, NUMBER)
        );
        settlement = stepped(&payouts, settlement).await;
    }
    tokio::time::sleep(DAY).await;
    let Settlement::Paid(paid) = stepped(&payouts, settlement).await else {
        panic!("it is paid")
    };
    assert_eq!(
        paid.payment_no(),
        Some("1330000071100999991182020050700019480001")
    );
    let writes = writes(&transport);
    assert_eq!(writes.len(), 1);
    assert_eq!(
        writes[0].uri().path(),
        "/v3/fund-app/mch-transfer/transfer-bills"
    );
    let body = body(&writes[0]);
    assert_eq!(
        (
            &body["out_bill_no"],
            &body["transfer_amount"],
            &body["appid"]
        ),
        (&json!(NUMBER), &json!(400), &json!("wxf636efh567hg4356"))
    );
}

/// Each state of the page, as a query tells it.
#[tokio::test(start_paused = true)]
async fn every_state_is_what_its_page_says() {
    for (state, waits_for, is_settled) in [
        ("ACCEPTED", Some(WaitsFor::Repetition), false),
        ("PROCESSING", Some(WaitsFor::Repetition), false),
        ("WAIT_USER_CONFIRM", Some(WaitsFor::User), false),
        ("TRANSFERING", Some(WaitsFor::User), false),
        ("CANCELING", Some(WaitsFor::WeChatPay), false),
        ("SUCCESS", None, true),
        ("FAIL", None, true),
        ("CANCELLED", None, true),
        ("SOMETHING_NEW", None, false),
    ] {
        let (payouts, _) = over([not_found(), cut(), found(state)]);
        let settlement = sent(&payouts, &transfer(400)).await;
        let settlement = stepped(&payouts, settlement).await;
        match settlement {
            Settlement::Waiting(held) => assert_eq!(Some(held.waits_for()), waits_for, "{state}"),
            Settlement::Paid(_) => assert!(is_settled && state == "SUCCESS", "{state}"),
            Settlement::Rejected(rejected) => {
                assert!(is_settled && state != "SUCCESS", "{state}");
                assert!(rejected.into_permit().is_ok(), "{state}");
            }
            Settlement::Unknown(_) => assert!(!is_settled && waits_for.is_none(), "{state}"),
        }
    }
}

/// What the response to the request says is no end, but for a success.
#[tokio::test(start_paused = true)]
async fn a_response_does_not_fail_a_transfer() {
    for state in ["FAIL", "CANCELLED", "SOMETHING_NEW"] {
        let (payouts, _) = over([not_found(), created(state, None)]);
        let settlement = sent(&payouts, &transfer(400)).await;
        assert!(
            matches!(settlement, Settlement::Unknown(_)),
            "{settlement:?}"
        );
    }
    let (payouts, _) = over([not_found(), created("SUCCESS", None)]);
    let settlement = sent(&payouts, &transfer(400)).await;
    assert!(matches!(settlement, Settlement::Paid(_)), "{settlement:?}");
}

/// The name is encrypted again each time, so that only the stored bytes, with the key that they are
/// for, can be repeated.
#[tokio::test(start_paused = true)]
async fn a_lost_response_is_asked_for_with_the_same_bytes() {
    let (payouts, transport) = over([
        not_found(),
        cut(),
        found("WAIT_USER_CONFIRM"),
        found("WAIT_USER_CONFIRM"),
        created("WAIT_USER_CONFIRM", Some("package")),
    ]);
    let mut settlement = sent(&payouts, &named(400)).await;
    for _ in 0..2 {
        settlement = stepped(&payouts, settlement).await;
    }
    assert_eq!(
        waiting(&settlement).package().map(Package::as_str),
        Some("package")
    );
    let writes = writes(&transport);
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[0].body(), writes[1].body());
    assert_ne!(body(&writes[0])["user_name"], json!("张三"));
    for write in &writes {
        assert_eq!(
            write.headers()["wechatpay-serial"],
            replies::PLATFORM_KEY_ID
        );
    }
}

/// A code that is definite by its page ends it only after two signed `NOT_FOUND`s; the others leave
/// it open.
#[tokio::test(start_paused = true)]
async fn codes_end_nothing_by_themselves() {
    for (status, code, may_end) in [
        (403, "NOT_ENOUGH", true),
        (403, "NO_AUTH", true),
        (400, "INVALID_REQUEST", false),
        (400, "ALREADY_EXISTS", false),
        (429, "FREQUENCY_LIMIT", false),
        (429, "RATELIMIT_EXCEEDED", false),
        (500, "SYSTEM_ERROR", false),
        (400, "SOMETHING_NEW", false),
    ] {
        let (payouts, _) = over([not_found(), refused(status, code), not_found(), not_found()]);
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

/// Nothing that is not signed is believed.
#[tokio::test(start_paused = true)]
async fn unsigned_responses_prove_nothing() {
    let (payouts, _) = over([
        not_found(),
        unsigned(401, "SIGN_ERROR"),
        unsigned(404, "NOT_FOUND"),
        unsigned(404, "NOT_FOUND"),
        unsigned(404, "NOT_FOUND"),
    ]);
    let mut settlement = sent(&payouts, &transfer(400)).await;
    for _ in 0..3 {
        let Settlement::Unknown(unknown) = &settlement else {
            panic!("{settlement:?}")
        };
        assert_eq!(unknown.alarm(), Some(&Alarm::Configuration));
        settlement = stepped(&payouts, settlement).await;
    }
    assert!(
        matches!(settlement, Settlement::Unknown(_)),
        "{settlement:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn another_amount_under_the_number_is_an_alarm() {
    let (payouts, _) = over([not_found(), cut(), found_with("SUCCESS", 401)]);
    let settlement = sent(&payouts, &transfer(400)).await;
    let Settlement::Unknown(unknown) = stepped(&payouts, settlement).await else {
        panic!("it is in conflict")
    };
    assert_eq!(unknown.alarm(), Some(&Alarm::Mismatch));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_transfer_allows_another_number() {
    let cancelling = json!({
        "out_bill_no": NUMBER,
        "transfer_bill_no": "1330000071100999991182020050700019480001",
        "state": "CANCELING",
        "update_time": "2015-05-20T13:29:35.120+08:00",
    });
    for answer in [signed(200, &cancelling), cut()] {
        let (payouts, transport) = over([
            not_found(),
            created("WAIT_USER_CONFIRM", Some("package")),
            answer,
            found("CANCELING"),
            found("CANCELLED"),
        ]);
        let intent = transfer(400);
        let _ = sent(&payouts, &intent).await;
        let mut settlement = payouts.cancel(&intent.id).await.unwrap();
        assert!(waiting(&settlement).is_being_cancelled());
        for _ in 0..2 {
            settlement = stepped(&payouts, settlement).await;
        }
        let Settlement::Rejected(rejected) = settlement else {
            panic!("{settlement:?}")
        };
        assert!(rejected.into_permit().is_ok());
        let writes = writes(&transport);
        assert!(
            writes[1].uri().path().ends_with("/cancel"),
            "{}",
            writes[1].uri()
        );
    }
}

/// The rules of the page for the name, before anything is sent.
#[tokio::test(start_paused = true)]
async fn the_name_is_checked_before() {
    let (payouts, transport) = over([]);
    for intent in [transfer(200_000), named(29)] {
        let error = payouts.prepare(&intent).await.unwrap_err();
        assert!(matches!(error, PrepareError::Compose(_)), "{error}");
        assert!(error.to_string().contains("user_name"), "{error}");
    }
    assert!(payouts.prepare(&named(200_000)).await.is_ok());
    assert!(transport.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_paid_is_told_apart_by_each_field() {
    let base = transfer(400).payment;
    let mut seen = vec![base.fingerprint()];
    assert_eq!(transfer(400).payment.fingerprint(), seen[0]);
    let changes: [fn(&mut UserTransfer); 6] = [
        |payment| payment.amount = Fen::new(401),
        |payment| payment.scene_id.push('1'),
        |payment| payment.remark.push('!'),
        |payment| payment.reports[0].info_content.push('!'),
        |payment| payment.options = payment.options.clone().user_name("张三"),
        |payment| payment.options = payment.options.clone().notify_url("https://a.example/n"),
    ];
    for change in changes {
        let mut payment = base.clone();
        change(&mut payment);
        assert!(!seen.contains(&payment.fingerprint()), "{payment:?}");
        seen.push(payment.fingerprint());
    }
}

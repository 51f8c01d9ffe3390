//! What a notification of APIv3 is about: told apart before it is read, and answered as its
//! document wants.

use std::time::Duration;

use http::HeaderValue;
use serde_json::{Value, json};
use wxpay_api::NoticeError;
use wxpay_api::core::VerificationFailure;
use wxpay_api::v3::{self, Json, Notice, NoticeKind, Notices, PaymentNotice, ProfitSharingNotice};
use wxpay_tests::clients;
use wxpay_tests::notices::{Told, notices};

const TYPE: &str = "Wechatpay-Signature-Type";

async fn opened(event: &str, original: Option<&str>, resource: &Value) -> Notice {
    Told::new(event, original, resource).opened().await
}

fn payment() -> Value {
    json!({
        "mchid": clients::MCH_ID, "appid": "wx1", "out_trade_no": "T12345", "transaction_id": "4200001",
        "trade_state": "SUCCESS", "amount": { "total": 100, "currency": "CNY" },
    })
}

fn partner() -> Value {
    json!({
        "sp_mchid": clients::MCH_ID, "sub_mchid": "1900000110", "out_trade_no": "T12345",
        "transaction_id": "4200001", "trade_state": "SUCCESS", "amount": { "total": 100 },
    })
}

fn combined() -> Value {
    json!({ "combine_mchid": clients::MCH_ID, "combine_out_trade_no": "C1", "sub_orders": [] })
}

fn parking() -> Value {
    json!({
        "appid": "wx1", "sp_mchid": clients::MCH_ID, "out_trade_no": "T12345", "trade_state": "SUCCESS",
        "parking_info": { "parking_id": "5K8264ILTKCH16CQ250" }, "amount": { "total": 100 },
    })
}

fn shared() -> Value {
    json!({ "mchid": clients::MCH_ID, "transaction_id": "4200001", "out_order_no": "P1", "receiver": {} })
}

#[tokio::test]
async fn one_event_stands_for_five_kinds() {
    let transaction = Some("transaction");
    let cases = [
        (transaction, payment(), NoticeKind::Payment),
        (None, payment(), NoticeKind::Payment),
        (transaction, partner(), NoticeKind::PartnerPayment),
        (transaction, combined(), NoticeKind::CombinedPayment),
        (None, parking(), NoticeKind::ParkingPayment),
        (Some("profitsharing"), shared(), NoticeKind::ProfitSharing),
        (None, shared(), NoticeKind::ProfitSharing),
        (Some("something"), payment(), NoticeKind::Other),
        (transaction, json!({ "a": 1 }), NoticeKind::Payment),
    ];
    for (original, resource, kind) in cases {
        let notice = opened("TRANSACTION.SUCCESS", original, &resource).await;
        assert_eq!(notice.kind(), kind, "{original:?} {resource}");
        match (kind, PaymentNotice::read(&notice)) {
            (NoticeKind::Payment, Ok(payment)) => {
                assert_eq!(payment.out_trade_no().as_str(), "T12345");
            }
            (NoticeKind::Payment, Err(NoticeError::Unreadable(error))) => {
                assert!(resource.get("out_trade_no").is_none(), "{error}");
            }
            // An error of its own, which is not that of an event of no interest: money may have
            // come in.
            (_, Err(error @ NoticeError::OtherKind(told))) => {
                assert_eq!(told, kind);
                let said = error.to_string();
                assert!(said.contains(&kind.to_string()), "{said}");
                assert_eq!(v3::refuse(&error).status(), 400);
            }
            (kind, result) => panic!("{kind:?} {result:?}"),
        }
    }
}

#[tokio::test]
async fn the_other_events_have_their_kinds() {
    let cases = [
        ("TRANSACTION.FAIL", NoticeKind::ParkingPayment),
        ("TRANSACTION.PAY_BACK", NoticeKind::ParkingPayment),
        ("REFUND.SUCCESS", NoticeKind::Refund),
        ("REFUND.ABNORMAL", NoticeKind::Refund),
        ("REFUND.CLOSED", NoticeKind::Refund),
        ("VEHICLE.ENTRANCE_STATE_CHANGE", NoticeKind::ParkingEntrance),
        ("PROFITSHARING.RETURN", NoticeKind::ProfitSharing),
        ("PROFITSHARING_RETURN", NoticeKind::ProfitSharing),
        ("MCHTRANSFER.BILL.FINISHED", NoticeKind::Transfer),
        ("MCHTRANSFER.BATCH.CLOSED", NoticeKind::TransferBatch),
        (
            "MCHTRANSFER.AUTHORIZATION.CONFIRMED",
            NoticeKind::TransferAuthorization,
        ),
        ("MCHWITHDRAW.CHANGE", NoticeKind::Withdrawal),
        ("PAYSCORE.USER_CONFIRM", NoticeKind::PayscoreConfirmed),
        ("PAYSCORE.USER_PAID", NoticeKind::PayscorePaid),
        ("MEDICAL_INSURANCE.SUCCESS", NoticeKind::MedicalInsurance),
        ("COMPLAINT.CREATE", NoticeKind::Complaint),
        ("SECURITY_ECHO.SUCCESS", NoticeKind::Echo),
        ("COUPON.USE", NoticeKind::CouponUsed),
        ("COUPON.SEND", NoticeKind::Other),
        ("MALL_TRANSACTION.SUCCESS", NoticeKind::MallPayment),
        ("MALL_REFUND.SUCCESS", NoticeKind::MallRefund),
        ("MALL_AUTH.ACTIVATE_CARD", NoticeKind::MallCard),
        ("FAPIAO.CARD_INSERTED", NoticeKind::Invoice),
        ("PRODUCT_COUPON.SEND", NoticeKind::ProductCouponSent),
        ("PRODUCT_COUPON_SP.SEND", NoticeKind::ProductCouponSent),
        (
            "PRODUCT_COUPON.IMAGE_GENERATION",
            NoticeKind::ProductCouponImage,
        ),
        ("BRAND_MEMBER_CARD.USER_CARD.CREATE", NoticeKind::MemberCard),
        (
            "BRAND_MEMBER_CARD_SP.USER_CARD.DELETE",
            NoticeKind::MemberCard,
        ),
        (
            "BRAND_MEMBER_CARD.POINT_EXCHANGE_COUPON",
            NoticeKind::MemberPointsExchanged,
        ),
        (
            "BRAND_MEMBER_CARD_SP.SYNC_USER_POINT",
            NoticeKind::MemberPointsSync,
        ),
        ("DELIVERY_PLAN.CHANGE", NoticeKind::DeliveryPlan),
        ("DELIVERY_PLAN_STATE.DELIVER", NoticeKind::DeliveryPlan),
        ("MEMBERCARDSP.USER_CARD.CREATE", NoticeKind::MemberCard),
        ("VIOLATION.PUNISH", NoticeKind::Violation),
        ("MERCHANT_NOTIFY.NOTIFY", NoticeKind::Subscription),
        ("NEW.THING", NoticeKind::Other),
        ("NEW", NoticeKind::Other),
        ("TRANSACTION.NEW", NoticeKind::Other),
    ];
    for (event, kind) in cases {
        // The brand's page of delivery plans prints `transaction` as the original type.
        let notice = opened(event, Some("transaction"), &payment()).await;
        assert_eq!(notice.kind(), kind, "{event}");
        let read = PaymentNotice::read(&notice).unwrap_err();
        assert!(matches!(read, NoticeError::OtherEvent(_)), "{read:?}");
        let shared = ProfitSharingNotice::read(&notice).unwrap_err();
        let is_shared = matches!(shared, NoticeError::Unreadable(_));
        assert_eq!(is_shared, kind == NoticeKind::ProfitSharing, "{shared:?}");
        // What nobody reads by its type is there as JSON.
        let number = notice.resource().get().get("out_trade_no");
        assert_eq!(number.and_then(Json::as_str), Some("T12345"));
    }
}

#[test]
fn each_kind_has_its_schedule() {
    let hour = 3600;
    // Deliveries, their whole time in seconds, and the longest time for an answer.
    let facts = |kind: NoticeKind| {
        let waits: Option<Vec<Duration>> = kind.waits().map(Iterator::collect);
        let waits = waits.map(|waits| {
            let total: Duration = waits.iter().sum();
            (waits.len(), total.as_secs())
        });
        (waits, kind.answer_within().as_secs())
    };
    let day = Some((15, 24 * hour + 240));
    let hours = Some((10, 3 * hour + 240));
    let transfer = Some((65, 150 + 3000 + 44 * 1800));
    let cases = [
        (NoticeKind::Payment, day, 5),
        (NoticeKind::PartnerPayment, day, 5),
        (NoticeKind::CombinedPayment, day, 5),
        (NoticeKind::ParkingPayment, day, 5),
        (NoticeKind::ParkingEntrance, day, 5),
        (NoticeKind::Refund, day, 5),
        (NoticeKind::ProfitSharing, day, 5),
        (NoticeKind::MallPayment, day, 2),
        (NoticeKind::MallRefund, day, 5),
        (NoticeKind::PayscorePaid, hours, 5),
        (NoticeKind::PayscoreConfirmed, hours, 5),
        (NoticeKind::Echo, hours, 5),
        (NoticeKind::Transfer, transfer, 5),
        (NoticeKind::TransferAuthorization, transfer, 5),
        (NoticeKind::TransferBatch, None, 5),
        (
            NoticeKind::Withdrawal,
            Some((67, 150 + 3000 + 47 * 1800)),
            3,
        ),
        (NoticeKind::Complaint, Some((32, 2 * hour)), 5),
        (NoticeKind::CouponUsed, Some((9, 540)), 5),
        (NoticeKind::MallCard, Some((10, 291)), 5),
        (NoticeKind::Invoice, Some((9, 60 + 180 + 7200 + 3600)), 5),
        (NoticeKind::ProductCouponSent, Some((10, 32_739)), 5),
        (NoticeKind::ProductCouponImage, Some((11, 660)), 5),
        (NoticeKind::MemberCard, Some((26, 2880 + 20 * hour)), 5),
        (NoticeKind::MemberPointsExchanged, Some((11, 660)), 5),
        (NoticeKind::MemberPointsSync, Some((1, 0)), 5),
        (NoticeKind::DeliveryPlan, Some((50, 5 + 600 + 37 * 300)), 5),
        (NoticeKind::MedicalInsurance, None, 5),
        (NoticeKind::Subscription, None, 5),
        (NoticeKind::Other, None, 5),
    ];
    for (kind, waits, answer) in cases {
        assert_eq!(facts(kind), (waits, answer), "{kind:?}");
    }
    // For 48 hours at most.
    let (waits, _) = facts(NoticeKind::Violation);
    let (times, total) = waits.unwrap();
    assert_eq!(times, 8 + 93);
    assert!(total <= 48 * hour && total + 1800 > 48 * hour, "{total}");
    let payment: Vec<u64> = NoticeKind::Payment
        .waits()
        .unwrap()
        .map(|wait| wait.as_secs())
        .collect();
    assert_eq!(
        payment,
        [
            15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600,
            21_600
        ]
    );
    assert_eq!(NoticeKind::ALL.len(), cases.len());
    for kind in NoticeKind::ALL {
        let words = kind.to_string();
        assert!(words.ends_with(')') && words.contains('('), "{words}");
    }
}

#[test]
fn an_answer_can_have_a_body() {
    let answer = v3::acknowledge_with_body();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["Content-Type"], "application/json");
    assert_eq!(answer.body(), r#"{"code":"SUCCESS","message":"成功"}"#);
    let bare = v3::acknowledge();
    assert_eq!((bare.status().as_u16(), bare.body().len()), (204, 0));
}

/// A brand takes what is signed for a brand, and a merchant does not; the caller says which of the
/// two it is.
#[tokio::test]
async fn a_brand_opens_its_own_notifications() {
    let brand = "WECHATPAY-BRAND-SHA256-RSA2048";
    let merchant = "WECHATPAY2-SHA256-RSA2048";
    let open = async |notices: Notices, signature_type: &'static str| {
        let told = Told::new("DELIVERY_PLAN.CHANGE", None, &json!({ "plan_id": "7000" }));
        let (mut head, body) = told.request().into_parts();
        let value = HeaderValue::from_static(signature_type);
        head.headers.insert(TYPE, value);
        notices.open(&head.headers, body).await
    };
    let notice = open(notices().brand(), brand).await.unwrap();
    assert_eq!(notice.kind(), NoticeKind::DeliveryPlan);
    assert!(open(notices(), merchant).await.is_ok());
    for (notices, theirs, ours) in [
        (notices(), brand, merchant),
        (notices().brand(), merchant, brand),
    ] {
        let Err(NoticeError::Unverified(error)) = open(notices, theirs).await else {
            panic!("{theirs} is taken for {ours}")
        };
        assert_eq!(error.failure(), &VerificationFailure::Algorithm(ours));
    }
}

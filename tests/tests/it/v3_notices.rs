//! Notifications of APIv3 against what a shop expects: partners, combined orders, refunds, profit
//! sharing and complaints.

use std::collections::HashSet;

use serde_json::{Value, json};
use wxpay_api::core::{AppId, Fen, MchId, OutRefundNo, OutTradeNo, TransactionId};
use wxpay_api::v3::merchant_service::complaint_notification::{
    ComplaintAction, ComplaintNotification,
};
use wxpay_api::v3::{
    CombinedPaymentNotice, Json, NoticeKind, PartnerPaymentNotice, PaymentNotice,
    ProfitSharingNotice, RefundNotice,
};
use wxpay_api::{
    ExpectedCombined, ExpectedSubOrder, NoticeError, RefundEnd, SubMerchant, Unexpected,
};
use wxpay_tests::clients::MCH_ID;
use wxpay_tests::notices::Told;

const SUB_MCH_ID: &str = "1900000110";
const PAID: &str = "TRANSACTION.SUCCESS";

fn mch(id: &str) -> MchId {
    MchId::new(id).unwrap()
}

fn app(id: &str) -> AppId {
    AppId::new(id).unwrap()
}

fn order(number: &str) -> OutTradeNo {
    OutTradeNo::new(number).unwrap()
}

/// The value with a member changed, by its path: `amount/total`.
fn with(value: &Value, path: &str, change: Value) -> Value {
    let mut value = value.clone();
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let pointer = match parent {
        "" => String::new(),
        parent => format!("/{parent}"),
    };
    let members = value
        .pointer_mut(&pointer)
        .unwrap()
        .as_object_mut()
        .unwrap();
    match change {
        Value::Null => members.remove(name),
        change => members.insert(name.to_owned(), change),
    };
    value
}

fn told(event: &'static str, original: &'static str, resource: &Value) -> Told<'static> {
    Told::new(event, Some(original), resource)
}

fn partner() -> Value {
    json!({
        "sp_appid": "wx1", "sp_mchid": MCH_ID, "sub_appid": "wx2", "sub_mchid": SUB_MCH_ID,
        "out_trade_no": "T12345", "transaction_id": "4200001", "trade_state": "SUCCESS",
        "payer": { "sp_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "sub_openid": "oSub" },
        "amount": { "total": 100, "payer_total": 90, "currency": "CNY" },
        "success_time": "2018-06-08T10:34:56+08:00",
    })
}

fn sub_merchant() -> SubMerchant {
    SubMerchant::new(mch(MCH_ID), app("wx1"), mch(SUB_MCH_ID))
}

#[tokio::test]
async fn a_partner_ships_only_what_its_sub_merchant_was_paid() {
    let read = async |resource: &Value| {
        let notice = told(PAID, "transaction", resource).opened().await;
        assert_eq!(notice.kind(), NoticeKind::PartnerPayment);
        PartnerPaymentNotice::read(&notice).unwrap()
    };
    let notice = read(&partner()).await;
    assert_eq!(notice.out_trade_no(), &order("T12345"));
    assert_eq!(notice.sub_mchid(), &mch(SUB_MCH_ID));
    let key = format!("TRANSACTION.SUCCESS:{MCH_ID}:{SUB_MCH_ID}:T12345");
    assert!(!notice.is_repeated(&|_: &str| false));
    assert!(notice.is_repeated(&|known: &str| known == key));
    let paid = notice.expect(&order("T12345"), Fen::new(100), &sub_merchant());
    let paid = paid.unwrap();
    assert_eq!(
        (paid.total, paid.payer_total),
        (Fen::new(100), Some(Fen::new(90)))
    );
    assert_eq!(paid.transaction_id.as_str(), "4200001");
    assert_eq!(paid.sub_openid.unwrap().as_str(), "oSub");

    let with_app = sub_merchant().sub_appid(app("wx2"));
    let expect = async |resource: Value, fen: i64, of: &SubMerchant| {
        let notice = read(&resource).await;
        let result = notice.expect(&order("T12345"), Fen::new(fen), of);
        result.err().map(|error: Unexpected| error.field())
    };
    assert_eq!(expect(partner(), 100, &with_app).await, None);
    assert_eq!(
        expect(with(&partner(), "sub_appid", Value::Null), 100, &with_app).await,
        None
    );
    assert_eq!(
        expect(partner(), 101, &with_app).await,
        Some("amount.total")
    );
    for (path, change, field) in [
        ("out_trade_no", json!("T2"), "out_trade_no"),
        ("trade_state", json!("NOTPAY"), "trade_state"),
        ("amount/total", json!(1), "amount.total"),
        ("amount/currency", json!("HKD"), "amount.currency"),
        ("sp_mchid", json!("1900000111"), "sp_mchid"),
        ("sub_mchid", json!("1900000111"), "sub_mchid"),
        ("sp_appid", json!("wx9"), "sp_appid"),
        ("sub_appid", json!("wx9"), "sub_appid"),
    ] {
        let differs = expect(with(&partner(), path, change), 100, &with_app).await;
        assert_eq!(differs, Some(field));
    }
    let lacking = told(
        PAID,
        "transaction",
        &with(&partner(), "transaction_id", Value::Null),
    );
    let lacking = PartnerPaymentNotice::read(&lacking.opened().await);
    assert!(
        matches!(lacking, Err(NoticeError::Unreadable(_))),
        "{lacking:?}"
    );
}

fn sub_order(number: &str, amount: i64) -> Value {
    json!({
        "mchid": MCH_ID, "out_trade_no": number, "transaction_id": format!("42{number}"), "trade_state": "SUCCESS",
        "amount": { "total_amount": amount, "payer_amount": amount, "currency": "CNY" },
    })
}

fn combined() -> Value {
    json!({
        "combine_appid": "wx1", "combine_mchid": MCH_ID, "combine_out_trade_no": "C12345",
        "combine_payer_info": { "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
        "sub_orders": [sub_order("S100001", 10), sub_order("S100002", 20)],
    })
}

fn expected() -> ExpectedCombined {
    let sub_orders = vec![
        ExpectedSubOrder::new(order("S100002"), mch(MCH_ID), Fen::new(20)),
        ExpectedSubOrder::new(order("S100001"), mch(MCH_ID), Fen::new(10)),
    ];
    ExpectedCombined::new(order("C12345"), mch(MCH_ID), app("wx1"), sub_orders)
}

#[tokio::test]
async fn a_combined_payment_yields_each_order_as_expected() {
    let read = async |resource: &Value| {
        let notice = told(PAID, "transaction", resource).opened().await;
        assert_eq!(notice.kind(), NoticeKind::CombinedPayment);
        CombinedPaymentNotice::read(&notice).unwrap()
    };
    let notice = read(&combined()).await;
    assert_eq!(notice.combine_out_trade_no(), &order("C12345"));
    let key = notice.key();
    assert!(notice.is_repeated(&|known: &str| known == key));
    // An order of the same number is another payment.
    assert_ne!(key, format!("TRANSACTION.SUCCESS:{MCH_ID}:C12345"));
    let paid = notice.expect(&expected()).unwrap();
    let orders = paid.sub_orders.iter();
    let orders: Vec<_> = orders
        .map(|order| {
            (
                order.out_trade_no.as_str(),
                order.total_amount.get(),
                order.transaction_id.as_str(),
            )
        })
        .collect();
    assert_eq!(
        orders,
        [("S100002", 20, "42S100002"), ("S100001", 10, "42S100001")]
    );

    let differs = async |resource: Value| {
        let error = read(&resource).await.expect(&expected()).unwrap_err();
        let sub_order = error.sub_order().map(|order| order.as_str().to_owned());
        assert!(error.to_string().contains(error.field()));
        (error.field(), sub_order)
    };
    for (path, change, field) in [
        ("combine_out_trade_no", json!("C2"), "combine_out_trade_no"),
        ("combine_mchid", json!("1900000111"), "combine_mchid"),
        ("combine_appid", json!("wx9"), "combine_appid"),
        (
            "sub_orders",
            json!([sub_order("S100001", 10)]),
            "sub_orders",
        ),
        ("sub_orders", json!([]), "sub_orders"),
    ] {
        assert_eq!(
            differs(with(&combined(), path, change)).await,
            (field, None)
        );
    }
    let more = json!([
        sub_order("S100001", 10),
        sub_order("S100002", 20),
        sub_order("S3", 1)
    ]);
    assert_eq!(
        differs(with(&combined(), "sub_orders", more)).await.0,
        "sub_orders"
    );
    let first = Some("S100001".to_owned());
    for (path, change, field) in [
        ("trade_state", json!("NOTPAY"), "trade_state"),
        ("trade_state", json!("REFUND"), "trade_state"),
        ("amount/total_amount", json!(1), "amount.total_amount"),
        ("amount/total_amount", Value::Null, "amount.total_amount"),
        ("amount/currency", json!("USD"), "amount.currency"),
        ("mchid", json!("1900000111"), "mchid"),
        ("sub_mchid", json!(SUB_MCH_ID), "sub_mchid"),
        ("transaction_id", Value::Null, "transaction_id"),
    ] {
        let changed = with(&combined(), &format!("sub_orders/0/{path}"), change);
        assert_eq!(differs(changed).await, (field, first.clone()), "{path}");
    }
    // One that is told twice does not stand for another.
    let twice = json!([sub_order("S100002", 20), sub_order("S100002", 20)]);
    let twice = differs(with(&combined(), "sub_orders", twice)).await;
    assert_eq!(twice, ("out_trade_no", first.clone()));
    // The amounts are not exchanged, although their sum is right.
    let exchanged = json!([sub_order("S100001", 20), sub_order("S100002", 10)]);
    let (field, _) = differs(with(&combined(), "sub_orders", exchanged)).await;
    assert_eq!(field, "amount.total_amount");
}

#[tokio::test]
async fn a_combined_payment_of_a_provider_names_each_sub_merchant() {
    let told_sub = with(&sub_order("S100001", 10), "sub_mchid", json!(SUB_MCH_ID));
    let resource = with(&combined(), "sub_orders", json!([told_sub]));
    let expect = async |sub_order: ExpectedSubOrder| {
        let notice = told(PAID, "transaction", &resource).opened().await;
        let mut expected = expected();
        expected.sub_orders = vec![sub_order];
        CombinedPaymentNotice::read(&notice)
            .unwrap()
            .expect(&expected)
    };
    let own = ExpectedSubOrder::new(order("S100001"), mch(MCH_ID), Fen::new(10));
    assert_eq!(expect(own.clone()).await.unwrap_err().field(), "sub_mchid");
    let other = own.clone().sub_mchid(mch("1900000111"));
    assert_eq!(expect(other).await.unwrap_err().field(), "sub_mchid");
    let paid = expect(own.sub_mchid(mch(SUB_MCH_ID))).await.unwrap();
    assert_eq!(paid.sub_orders[0].sub_mchid, Some(mch(SUB_MCH_ID)));
}

fn refund(state: &str) -> Value {
    json!({
        "mchid": MCH_ID, "out_trade_no": "T12345", "transaction_id": "4200001", "out_refund_no": "R12345",
        "refund_id": "5030001", "refund_status": state, "success_time": "2018-06-08T10:34:56+08:00",
        "user_received_account": "招商银行信用卡0403",
        "amount": { "total": 999, "refund": 100, "payer_total": 999, "payer_refund": 90 },
    })
}

fn refunded() -> (OutRefundNo, OutTradeNo, Fen) {
    (
        OutRefundNo::new("R12345").unwrap(),
        order("T12345"),
        Fen::new(100),
    )
}

#[tokio::test]
async fn a_refund_ends_as_it_is_told_if_it_is_the_expected_one() {
    let (number, of, amount) = refunded();
    let mut keys = HashSet::new();
    for (state, event, end) in [
        ("SUCCESS", "REFUND.SUCCESS", RefundEnd::Succeeded),
        ("CLOSED", "REFUND.CLOSED", RefundEnd::Closed),
        ("ABNORMAL", "REFUND.ABNORMAL", RefundEnd::Abnormal),
        ("NEW", "REFUND.NEW", RefundEnd::Other("NEW".to_owned())),
    ] {
        let notice = told(event, "refund", &refund(state)).opened().await;
        let notice = RefundNotice::read(&notice).unwrap();
        assert_eq!(notice.out_refund_no(), &number);
        // One that was abnormal and then succeeds is news.
        assert!(keys.insert(notice.key()), "{state}");
        let ended = notice.expect(&number, &of, amount, &mch(MCH_ID)).unwrap();
        assert_eq!(ended.end.is_success(), state == "SUCCESS");
        assert_eq!(ended.end, end);
        assert_eq!(
            (ended.refund, ended.total),
            (Fen::new(100), Some(Fen::new(999)))
        );
        assert!(!format!("{ended:?}").contains("0403"));
    }
    let differs = async |path: &str, change: Value| {
        let notice = told(
            "REFUND.SUCCESS",
            "refund",
            &with(&refund("SUCCESS"), path, change),
        );
        let notice = RefundNotice::read(&notice.opened().await).unwrap();
        let result = notice.expect(&number, &of, amount, &mch(MCH_ID));
        result.unwrap_err().field()
    };
    for (path, change, field) in [
        ("out_refund_no", json!("R2"), "out_refund_no"),
        ("out_trade_no", json!("T2"), "out_trade_no"),
        ("amount/refund", json!(999), "amount.refund"),
        ("amount/currency", json!("HKD"), "amount.currency"),
        ("mchid", json!("1900000111"), "mchid"),
        ("mchid", Value::Null, "mchid"),
        ("sub_mchid", json!(SUB_MCH_ID), "sub_mchid"),
    ] {
        assert_eq!(differs(path, change).await, field);
    }
    // The state and the event must agree, and the amount must be there.
    for resource in [
        refund("CLOSED"),
        with(&refund("SUCCESS"), "amount", Value::Null),
    ] {
        let notice = told("REFUND.SUCCESS", "refund", &resource).opened().await;
        let error = RefundNotice::read(&notice).unwrap_err();
        assert!(matches!(error, NoticeError::Unreadable(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_refund_of_a_provider_names_the_sub_merchant() {
    let (number, of, amount) = refunded();
    let resource = with(&refund("SUCCESS"), "mchid", Value::Null);
    let resource = with(&resource, "sp_mchid", json!(MCH_ID));
    let resource = with(&resource, "sub_mchid", json!(SUB_MCH_ID));
    let read = async |resource: &Value| {
        let notice = told("REFUND.SUCCESS", "refund", resource).opened().await;
        RefundNotice::read(&notice).unwrap()
    };
    let ended = read(&resource)
        .await
        .expect_for(&number, &of, amount, &sub_merchant());
    assert!(ended.unwrap().end.is_success());
    for name in ["sp_mchid", "sub_mchid"] {
        let other = with(&resource, name, json!("1900000111"));
        let error = read(&other)
            .await
            .expect_for(&number, &of, amount, &sub_merchant());
        assert_eq!(error.unwrap_err().field(), name);
    }
    let own = read(&resource)
        .await
        .expect(&number, &of, amount, &mch(MCH_ID));
    assert_eq!(own.unwrap_err().field(), "mchid");
}

#[tokio::test]
async fn a_share_is_booked_only_as_the_receiver_expects_it() {
    let shared = json!({
        "mchid": "1900000100", "transaction_id": "4200001", "order_id": "30001", "out_order_no": "P12345",
        "receiver": { "type": "MERCHANT_ID", "account": MCH_ID, "amount": 888, "description": "分账" },
    });
    let read = async |resource: &Value| {
        let mut told = told(PAID, "profitsharing", resource);
        told.summary = Some("分账");
        ProfitSharingNotice::read(&told.opened().await).unwrap()
    };
    let of = TransactionId::new("4200001").unwrap();
    let expect = async |resource: &Value| {
        let notice = read(resource).await;
        notice.expect("P12345", &of, Fen::new(888), &mch(MCH_ID))
    };
    let notice = read(&shared).await;
    assert_eq!(
        (notice.out_order_no(), notice.transaction_id()),
        ("P12345", &of)
    );
    assert_ne!(
        notice.key(),
        read(&with(&shared, "order_id", json!("3"))).await.key()
    );
    let moved = expect(&shared).await.unwrap();
    assert_eq!(
        (moved.amount, moved.summary.as_deref()),
        (Fen::new(888), Some("分账"))
    );
    for (path, change, field) in [
        ("out_order_no", json!("P2"), "out_order_no"),
        ("transaction_id", json!("4200002"), "transaction_id"),
        ("receiver/amount", json!(1), "receiver.amount"),
        ("receiver/type", json!("PERSONAL_OPENID"), "receiver.type"),
        ("receiver/account", json!("1900000111"), "receiver.account"),
    ] {
        let error = expect(&with(&shared, path, change)).await.unwrap_err();
        assert_eq!(error.field(), field);
    }
    // A user's openid stays out of logs.
    let person = with(
        &shared,
        "receiver/account",
        json!("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
    );
    assert!(!format!("{:?}", read(&person).await).contains("oUpF8"));
}

#[tokio::test]
async fn a_complaint_is_told_by_its_number() {
    let complaint = json!({ "complaint_id": "2002018", "action_type": "CREATE_COMPLAINT" });
    let notice = told("COMPLAINT.CREATE", "complaint", &complaint)
        .opened()
        .await;
    assert_eq!(notice.kind(), NoticeKind::Complaint);
    let read: ComplaintNotification = notice.read().unwrap();
    assert_eq!(read.complaint_id, "2002018");
    assert_eq!(read.action_type, Some(ComplaintAction::CreateComplaint));
    let newer = with(&complaint, "action_type", json!("NEW_ACTION"));
    let notice = told("COMPLAINT.STATE_CHANGE", "complaint", &newer)
        .opened()
        .await;
    let read: ComplaintNotification = notice.read().unwrap();
    assert_eq!(read.action_type.unwrap().as_str(), "NEW_ACTION");
}

/// One is never read as another, and what nobody knows is there as JSON.
#[tokio::test]
async fn each_kind_is_read_by_its_own_type_alone() {
    let merchant = json!({
        "mchid": MCH_ID, "appid": "wx1", "out_trade_no": "T12345", "transaction_id": "4200001",
        "trade_state": "SUCCESS", "amount": { "total": 100 }, "refund_status": "SUCCESS",
    });
    let shared = json!({ "transaction_id": "1", "receiver": { "account": "1", "amount": 1 } });
    let notices = [
        (NoticeKind::Payment, told(PAID, "transaction", &merchant)),
        (
            NoticeKind::PartnerPayment,
            told(PAID, "transaction", &partner()),
        ),
        (
            NoticeKind::CombinedPayment,
            told(PAID, "transaction", &combined()),
        ),
        (
            NoticeKind::ProfitSharing,
            told(PAID, "profitsharing", &shared),
        ),
        (
            NoticeKind::Refund,
            told("REFUND.SUCCESS", "refund", &refund("SUCCESS")),
        ),
        (NoticeKind::Other, told(PAID, "something", &merchant)),
        (
            NoticeKind::Other,
            told("NEW.THING", "refund", &refund("SUCCESS")),
        ),
    ];
    for (kind, told) in notices {
        let notice = told.opened().await;
        assert_eq!(notice.kind(), kind);
        let readers = [
            (NoticeKind::Payment, PaymentNotice::read(&notice).err()),
            (
                NoticeKind::PartnerPayment,
                PartnerPaymentNotice::read(&notice).err(),
            ),
            (
                NoticeKind::CombinedPayment,
                CombinedPaymentNotice::read(&notice).err(),
            ),
            (
                NoticeKind::ProfitSharing,
                ProfitSharingNotice::read(&notice).err(),
            ),
            (NoticeKind::Refund, RefundNotice::read(&notice).err()),
        ];
        for (reader, error) in readers {
            let other = matches!(
                error,
                Some(NoticeError::OtherEvent(_) | NoticeError::OtherKind(_))
            );
            assert_eq!(other, reader != kind, "{reader:?} of {kind:?}: {error:?}");
        }
        let resource = notice.resource().get();
        assert!(matches!(resource, Json::Object(members) if !members.is_empty()));
    }
}

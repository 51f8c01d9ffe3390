//! Querying an order.

use bytes::Bytes;
use http::Response;
use wxpay_api::core::{
    Certainty, Error, ErrorKind, Fen, OutTradeNo, Outcome, Progress, TransactionId,
    VerificationFailure,
};
use wxpay_api::sign::Proof;
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::v2::Endpoint;
use wxpay_api::v2::pay::{
    QueryOrder, QueryOrderResponse, query_order, query_order::Order, query_order::TradeType,
    types::CouponType,
};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, replies};

const OUT_TRADE_NO: &str = "1415757673";
const TRANSACTION_ID: &str = "1008450740201411110005820873";

fn by_out_trade_no() -> QueryOrder {
    QueryOrder {
        order: Order::OutTradeNo(OutTradeNo::new(OUT_TRADE_NO).unwrap()),
        options: Default::default(),
    }
}

fn by_transaction_id() -> QueryOrder {
    QueryOrder {
        order: Order::TransactionId(TransactionId::new(TRANSACTION_ID).unwrap()),
        options: Default::default(),
    }
}

fn fields(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut fields = vec![
        ("return_code", "SUCCESS"),
        ("return_msg", "OK"),
        ("appid", clients::APP_ID),
        ("mch_id", clients::MCH_ID),
        ("device_info", "1000"),
        ("nonce_str", "TN55wO9Pba5yENl8"),
        ("result_code", "SUCCESS"),
        ("openid", "oUpF8uN95-Ptaags6E_roPHg7AG0"),
        ("is_subscribe", "Y"),
        ("trade_type", "MICROPAY"),
        ("bank_type", "CCB_DEBIT"),
        ("total_fee", "101"),
        ("fee_type", "CNY"),
        ("cash_fee", "98"),
        ("coupon_fee", "3"),
        ("coupon_count", "2"),
        ("coupon_id_0", "10000"),
        ("coupon_type_0", "CASH"),
        ("coupon_fee_0", "1"),
        ("coupon_id_1", "10001"),
        ("coupon_type_1", "NEW_KIND"),
        ("coupon_fee_1", "2"),
        ("transaction_id", TRANSACTION_ID),
        ("out_trade_no", OUT_TRADE_NO),
        ("attach", "订单额外描述"),
        ("time_end", "20141111170043"),
        ("trade_state", "SUCCESS"),
        ("promotion_detail", "a field of tomorrow"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

async fn ask(
    request: &QueryOrder,
    sign_type: SignType,
    response: Response<Bytes>,
) -> Result<QueryOrderResponse, Error> {
    query_order(
        &clients::v2(sign_type, Scripted::answering(response)),
        request,
    )
    .await
}

/// An amount is only as much as its currency makes of it.
#[tokio::test]
async fn the_currency_is_told_beside_the_amount() {
    for (fee_type, told) in [("HKD", Some("HKD")), ("CNY", Some("CNY")), ("", None)] {
        let order = answered(&[("fee_type", fee_type), ("cash_fee_type", fee_type)]).await;
        let paid = order.unwrap().paid.unwrap();
        assert_eq!(paid.total_fee.get(), 101);
        assert_eq!(paid.fee_type.as_deref(), told);
        assert_eq!(paid.cash_fee_type.as_deref(), told);
    }
}

async fn answered(changes: &[(&'static str, &'static str)]) -> Result<QueryOrderResponse, Error> {
    ask(
        &by_out_trade_no(),
        SignType::Md5,
        replies::v2_signed(&fields(changes), SignType::Md5),
    )
    .await
}

#[tokio::test]
async fn the_request_is_signed_as_configured() {
    for (sign_type, request, number) in [
        (
            SignType::HmacSha256,
            by_out_trade_no(),
            ("out_trade_no", OUT_TRADE_NO),
        ),
        (
            SignType::Md5,
            by_transaction_id(),
            ("transaction_id", TRANSACTION_ID),
        ),
    ] {
        let transport = Scripted::answering(replies::v2_signed(&fields(&[]), sign_type));
        query_order(&clients::v2(sign_type, transport.clone()), &request)
            .await
            .unwrap();
        let seen = transport.seen();
        assert_eq!(
            seen[0].uri(),
            "https://api.mch.weixin.qq.com/pay/orderquery"
        );
        let sent = [
            ("appid", clients::APP_ID),
            ("mch_id", clients::MCH_ID),
            ("nonce_str", clients::NONCE),
            number,
            ("sign_type", sign_type.name()),
        ];
        let sign = Key::new(clients::API_KEY)
            .unwrap()
            .sign(&sent.into_iter().collect(), sign_type);
        let (name, value) = number;
        let number = format!("<{name}>{value}</{name}>");
        let (before, after) = if name == "out_trade_no" {
            (number.as_str(), "")
        } else {
            ("", number.as_str())
        };
        let expected = format!(
            "<xml><appid>ww0123456789abcdef</appid><mch_id>1900000109</mch_id><nonce_str>3PG2J4ILTKCH16CQ2502SI8ZNMTM67VS</nonce_str>\
             {before}<sign>{sign}</sign><sign_type>{}</sign_type>{after}</xml>",
            sign_type.name()
        );
        assert_eq!(std::str::from_utf8(seen[0].body()).unwrap(), expected);
    }
}

#[tokio::test]
async fn a_paid_order_has_its_money() {
    let order = ask(
        &by_transaction_id(),
        SignType::HmacSha256,
        replies::v2_signed(&fields(&[]), SignType::HmacSha256),
    )
    .await
    .unwrap();
    assert_eq!(order.reply.proof(), &Proof::HmacSha256);
    assert_eq!(order.trade_state.progress(), Progress::Succeeded);
    assert_eq!(order.trade_type, Some(TradeType::MicroPay));
    assert_eq!(order.transaction_id.unwrap().as_str(), TRANSACTION_ID);
    assert_eq!(
        order.time_end.unwrap().timestamp().unwrap().unix(),
        1_415_696_443
    );
    assert_eq!(order.attach.as_deref(), Some("订单额外描述"));
    let paid = order.paid.unwrap();
    assert_eq!(
        (paid.total_fee, paid.cash_fee, paid.coupon_fee),
        (Fen::new(101), Some(Fen::new(98)), Some(Fen::new(3)))
    );
    let coupons: Vec<_> = paid
        .coupons
        .into_iter()
        .map(|coupon| {
            (
                coupon.coupon_id.unwrap(),
                coupon.coupon_type.unwrap(),
                coupon.coupon_fee.unwrap(),
            )
        })
        .collect();
    assert_eq!(
        coupons,
        [
            ("10000".to_owned(), CouponType::Cash, Fen::new(1)),
            (
                "10001".to_owned(),
                CouponType::Other("NEW_KIND".to_owned()),
                Fen::new(2)
            ),
        ]
    );
    assert_eq!(
        order.reply.get().get("promotion_detail"),
        Some("a field of tomorrow")
    );
}

#[tokio::test]
async fn only_a_paid_order_has_money() {
    for (state, progress) in [
        ("REFUND", Progress::Returned),
        ("NOTPAY", Progress::Pending),
        ("CLOSED", Progress::Failed),
        ("REVOKED", Progress::Failed),
        ("USERPAYING", Progress::Pending),
        ("PAYERROR", Progress::Failed),
        ("ACCEPT", Progress::Pending),
        ("NEW_STATE", Progress::Unknown),
    ] {
        let few = [
            ("return_code", "SUCCESS"),
            ("result_code", "SUCCESS"),
            ("out_trade_no", OUT_TRADE_NO),
            ("trade_state", state),
            ("trade_state_desc", "说明"),
        ];
        let order = ask(
            &by_out_trade_no(),
            SignType::Md5,
            replies::v2_signed(&few, SignType::Md5),
        )
        .await
        .unwrap();
        assert_eq!(order.trade_state.progress(), progress);
        assert!(order.paid.is_none(), "{state}");
        assert!(
            answered(&[("trade_state", state)])
                .await
                .unwrap()
                .paid
                .is_none(),
            "{state}"
        );
    }
}

#[tokio::test]
async fn a_paid_order_without_an_amount_or_a_state_is_refused() {
    for (name, value) in [
        ("total_fee", ""),
        ("total_fee", "1.01"),
        ("cash_fee", "x"),
        ("trade_state", ""),
        ("coupon_count", "-1"),
        ("coupon_count", "101"),
        ("transaction_id", ""),
        ("coupon_fee_0", "1e3"),
    ] {
        let error = answered(&[(name, value)]).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Decode(decode) if decode.field() == name),
            "{name} {error:?}"
        );
    }
}

#[tokio::test]
async fn an_authentic_answer_to_another_question_is_refused() {
    for (name, value) in [
        ("out_trade_no", "1415757674"),
        ("mch_id", "1900000110"),
        ("appid", "ww0123456789abcdee"),
        ("out_trade_no", ""),
    ] {
        let error = answered(&[(name, value)]).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Decode(decode) if decode.field() == name),
            "{error:?}"
        );
    }
    let other = replies::v2_signed(
        &fields(&[("transaction_id", "1008450740201411110005820874")]),
        SignType::Md5,
    );
    let error = ask(&by_transaction_id(), SignType::Md5, other)
        .await
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Decode(decode) if decode.field() == "transaction_id")
    );
}

#[tokio::test]
async fn an_unproven_answer_is_refused() {
    let failure = async |response: Response<Bytes>| {
        let error = ask(&by_out_trade_no(), SignType::HmacSha256, response)
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), Outcome::ReadFailed);
        match error.kind() {
            ErrorKind::Verification(verification) => verification.failure().clone(),
            other => panic!("{other:?}"),
        }
    };
    let good = replies::v2_signed(&fields(&[]), SignType::HmacSha256);
    let xml = String::from_utf8(good.body().to_vec()).unwrap();
    assert_eq!(
        failure(replies::v2_unsigned(&fields(&[]))).await,
        VerificationFailure::Missing("sign")
    );
    assert_eq!(
        failure(replies::v2_signed(&fields(&[]), SignType::Md5)).await,
        VerificationFailure::Algorithm("HMAC-SHA256")
    );
    assert_eq!(
        failure(replies::plain(200, xml.replace("[101]", "[1]"))).await,
        VerificationFailure::Mismatch
    );
    assert_eq!(
        failure(replies::plain(
            200,
            xml.replace("[USERPAYING]", "[SUCCESS]")
                .replace("a field", "A field")
        ))
        .await,
        VerificationFailure::Mismatch
    );
    // An unsigned refusal is no refusal either.
    let refusal = [
        ("return_code", "SUCCESS"),
        ("result_code", "FAIL"),
        ("err_code", "ORDERNOTEXIST"),
    ];
    assert_eq!(
        failure(replies::v2_unsigned(&refusal)).await,
        VerificationFailure::Missing("sign")
    );
}

#[tokio::test]
async fn a_value_that_hides_a_field_is_refused() {
    // Joining two fields into one value leaves the signed text as it was.
    let signed = replies::v2_signed(&fields(&[]), SignType::Md5);
    let xml = String::from_utf8(signed.body().to_vec()).unwrap();
    let merged = xml
        .replace(
            "<time_end><![CDATA[20141111170043]]></time_end>\n",
            "<time_end><![CDATA[20141111170043&total_fee=101]]></time_end>\n",
        )
        .replace("<total_fee><![CDATA[101]]></total_fee>\n", "");
    let error = ask(
        &by_out_trade_no(),
        SignType::Md5,
        replies::plain(200, merged),
    )
    .await
    .unwrap_err();
    let ErrorKind::Verification(verification) = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(
        verification.failure(),
        &VerificationFailure::Ambiguous("time_end".to_owned())
    );
    // What merely looks like a query string is the merchant's own business.
    assert!(answered(&[("attach", "shop=1&table=2")]).await.is_ok());
    for attach in [
        "uid=77&openid=oUpF8uMEb4qRXf22hE3X68TekukE",
        "x&total_fee=1",
        "x&coupon_fee_7=1",
    ] {
        let order = answered(&[("attach", attach)]).await.unwrap();
        assert_eq!(order.attach.as_deref(), Some(attach));
        assert!(order.paid.is_some());
    }
    // A device may hold anything, the fields behind it too.
    assert!(answered(&[("attach", "x&device_info=1")]).await.is_err());
}

#[tokio::test]
async fn no_code_says_that_the_order_is_unpaid() {
    let documented: Vec<&str> = QueryOrder::META
        .errors
        .iter()
        .map(|facts| facts.code)
        .collect();
    assert_eq!(documented, ["ORDERNOTEXIST", "SYSTEMERROR"]);
    for (code, certainty) in [
        ("ORDERNOTEXIST", Certainty::Ambiguous),
        ("SYSTEMERROR", Certainty::QueryFailed),
        ("NEW", Certainty::Ambiguous),
    ] {
        let refusal = [
            ("return_code", "SUCCESS"),
            ("result_code", "FAIL"),
            ("err_code", code),
            ("err_code_des", "why"),
        ];
        let error = ask(
            &by_out_trade_no(),
            SignType::Md5,
            replies::v2_signed(&refusal, SignType::Md5),
        )
        .await
        .unwrap_err();
        assert_eq!(
            (error.outcome(), error.must_query()),
            (Outcome::ReadFailed, true)
        );
        assert_eq!(error.business().unwrap().class().certainty, certainty);
    }
}

#[tokio::test]
async fn what_is_no_reply_says_nothing() {
    let whole = replies::v2_signed(&fields(&[]), SignType::Md5);
    let half = whole.body().slice(..whole.body().len() / 2);
    for response in [
        replies::plain(502, "<html>502</html>"),
        replies::plain(200, "<html>502</html>"),
        replies::plain(200, ""),
        replies::plain(200, half),
        replies::v2_unsigned(&[("return_code", "FAIL"), ("return_msg", "签名错误")]),
    ] {
        let error = ask(&by_out_trade_no(), SignType::Md5, response)
            .await
            .unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Protocol(_)), "{error:?}");
    }
}

//! Querying a payment to an employee.

use bytes::Bytes;
use http::Response;
use wxpay_api::core::{Certainty, Error, ErrorKind, Fen, Outcome, PartnerTradeNo, Progress};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::v2::Endpoint;
use wxpay_api::v2::wecom::{
    QueryEmployeePayment, QueryEmployeePaymentResponse, query_employee_payment,
};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, replies};

const NUMBER: &str = "0010010404201411170000046545";

fn request() -> QueryEmployeePayment {
    QueryEmployeePayment {
        partner_trade_no: PartnerTradeNo::new(NUMBER).unwrap(),
        options: Default::default(),
    }
}

fn reply(changes: &[(&'static str, &'static str)]) -> Response<Bytes> {
    let mut fields = vec![
        ("return_code", "SUCCESS"),
        ("return_msg", "获取成功"),
        ("result_code", "SUCCESS"),
        ("mch_id", clients::MCH_ID),
        ("appid", "wxe062425f740c30d8"),
        ("detail_id", "1000000000201503283103439304"),
        ("partner_trade_no", NUMBER),
        ("status", "SUCCESS"),
        ("payment_amount", "100"),
        ("openid", "oxTWIuGaIt6gTKsQRLau2M0yL16E"),
        ("transfer_time", "2017-07-22 20:10:15"),
        ("transfer_name", "测试"),
        ("desc", "付款测试"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    replies::v2_unsigned(&fields)
}

async fn answered(response: Response<Bytes>) -> Result<QueryEmployeePaymentResponse, Error> {
    query_employee_payment(
        &clients::v2(SignType::HmacSha256, Scripted::answering(response)),
        &request(),
    )
    .await
}

#[tokio::test]
async fn the_request_is_signed_with_md5_and_nothing_more() {
    let transport = Scripted::answering(reply(&[]));
    query_employee_payment(
        &clients::v2(SignType::HmacSha256, transport.clone()),
        &request(),
    )
    .await
    .unwrap();
    let seen = transport.seen();
    assert_eq!(
        seen[0].uri().path(),
        "/mmpaymkttransfers/promotion/querywwsptrans2pocket"
    );
    let fields = [
        ("appid", clients::APP_ID),
        ("mch_id", clients::MCH_ID),
        ("nonce_str", clients::NONCE),
        ("partner_trade_no", NUMBER),
    ];
    let sign = Key::new(clients::API_KEY)
        .unwrap()
        .sign(&fields.into_iter().collect(), SignType::Md5);
    let expected = format!(
        "<xml><appid>ww0123456789abcdef</appid><mch_id>1900000109</mch_id><nonce_str>3PG2J4ILTKCH16CQ2502SI8ZNMTM67VS</nonce_str>\
         <partner_trade_no>{NUMBER}</partner_trade_no><sign>{sign}</sign></xml>"
    );
    assert_eq!(std::str::from_utf8(seen[0].body()).unwrap(), expected);
}

#[tokio::test]
async fn a_good_reply_is_typed() {
    let found = answered(reply(&[])).await.unwrap();
    assert_eq!(found.status.progress(), Progress::Succeeded);
    assert_eq!(found.payment_amount, Some(Fen::new(100)));
    assert_eq!(
        found.detail_id.unwrap().as_str(),
        "1000000000201503283103439304"
    );
    assert_eq!(found.transfer_name.unwrap().expose(), "测试");
    assert_eq!(
        found.transfer_time.unwrap().timestamp().unwrap().unix(),
        1_500_725_415
    );
}

#[tokio::test]
async fn states_tell_how_far_it_has_come() {
    for (status, progress) in [
        ("SUCCESS", Progress::Succeeded),
        ("FAILED", Progress::Failed),
        ("PROCESSING", Progress::Pending),
        ("REVERSED_SOMEHOW", Progress::Unknown),
        ("success", Progress::Unknown),
    ] {
        assert_eq!(
            answered(reply(&[("status", status)]))
                .await
                .unwrap()
                .status
                .progress(),
            progress,
            "{status}"
        );
    }
    let failed = answered(reply(&[
        ("status", "FAILED"),
        ("reason", "余额不足"),
        ("payment_amount", ""),
    ]))
    .await
    .unwrap();
    assert_eq!(
        (failed.reason.as_deref(), failed.payment_amount),
        (Some("余额不足"), None)
    );
}

#[tokio::test]
async fn a_success_without_its_amount_is_no_success() {
    for amount in ["", "1.00", "abc"] {
        let error = answered(reply(&[("payment_amount", amount)]))
            .await
            .unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Decode(decode) if decode.field() == "payment_amount")
        );
    }
}

#[tokio::test]
async fn no_code_says_that_the_payment_failed() {
    use Certainty::{Ambiguous as A, QueryFailed as Q};
    let table = [
        ("CA_ERROR", Q),
        ("FREQ_LIMIT", Q),
        ("NOT_FOUND", A),
        ("NO_AUTH", Q),
        ("PARAM_ERROR", Q),
        ("SIGN_ERROR", Q),
        ("SYSTEMERROR", Q),
        ("WORKWX_MCHID_ERROR", Q),
        ("WORKWX_SIGN_ERROR", Q),
        ("XML_ERROR", Q),
        ("SOMETHING_NEW", A),
    ];
    let documented: Vec<&str> = QueryEmployeePayment::META
        .errors
        .iter()
        .map(|facts| facts.code)
        .collect();
    assert_eq!(
        documented,
        table[..10].iter().map(|row| row.0).collect::<Vec<_>>()
    );
    for (code, certainty) in table {
        let response = replies::v2_unsigned(&[
            ("return_code", "SUCCESS"),
            ("result_code", "FAIL"),
            ("err_code", code),
        ]);
        let error = answered(response).await.unwrap_err();
        assert_eq!(
            (error.outcome(), error.must_query()),
            (Outcome::ReadFailed, true),
            "{code}"
        );
        assert_eq!(
            error.business().unwrap().class().certainty,
            certainty,
            "{code}"
        );
    }
}

#[tokio::test]
async fn an_answer_about_another_payment_is_refused() {
    for (name, value) in [
        ("partner_trade_no", "0010010404201411170000046546"),
        ("mch_id", "10000098"),
        ("partner_trade_no", ""),
        ("mch_id", ""),
    ] {
        let error = answered(reply(&[(name, value)])).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Decode(decode) if decode.field() == name),
            "{error:?}"
        );
        assert_eq!(error.outcome(), Outcome::ReadFailed);
    }
}

#[tokio::test]
async fn what_is_no_reply_says_nothing() {
    for response in [
        replies::plain(502, "<html>502</html>"),
        replies::plain(200, "<html>502</html>"),
        replies::plain(200, ""),
        replies::plain(200, "<xml><return_code>SUCCESS</return_code>"),
        replies::v2_unsigned(&[("return_code", "FAIL"), ("return_msg", "签名错误")]),
    ] {
        let error = answered(response).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Protocol(_)), "{error:?}");
        assert_eq!(error.outcome(), Outcome::ReadFailed);
    }
}

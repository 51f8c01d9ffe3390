//! Paying an employee: what leaves, and what each answer says about the money.

use bytes::Bytes;
use http::Response;
use wxpay_api::core::{Certainty, Effect, Error, ErrorKind, Fen, OpenId, Outcome, PartnerTradeNo};
use wxpay_api::sign::Proof;
use wxpay_api::sign::v2::SignType;
use wxpay_api::transport::{Hints, TransportError};
use wxpay_api::v2::Endpoint;
use wxpay_api::v2::wecom::{
    PayEmployee, PayEmployeeResponse, pay_employee, pay_employee::CheckName,
    pay_employee::MessageType, pay_employee::PayEmployeeOptions,
};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::vectors::{of_kind, text};
use wxpay_tests::{clients, replies};

/// The payment of the golden vector, which is the sample of the document.
pub(crate) fn request() -> PayEmployee {
    PayEmployee {
        partner_trade_no: PartnerTradeNo::new("100000982017072019616").unwrap(),
        openid: OpenId::new("ohO4Gt7wVPxIT1A9GjFaMYMiZY1s").unwrap(),
        check_name: CheckName::NoCheck,
        amount: Fen::new(100),
        desc: "六月出差报销费用".to_owned(),
        spbill_create_ip: "10.2.3.10".parse().unwrap(),
        ww_msg_type: MessageType::NormalMsg,
        act_name: "示例项目".to_owned(),
        options: PayEmployeeOptions::default()
            .re_user_name("张三")
            .agentid(1_000_002_u32)
            .device_info("013467007045764"),
    }
}

const SUCCESS: [(&str, &str); 10] = [
    ("return_code", "SUCCESS"),
    ("return_msg", "ok"),
    ("appid", "wxec38b8ff840b8888"),
    ("mch_id", clients::MCH_ID),
    ("device_info", "013467007045764"),
    ("nonce_str", "lxuDzMnRjpcXzxLx0q"),
    ("result_code", "SUCCESS"),
    ("partner_trade_no", "100000982017072019616"),
    ("payment_no", "1000018301201505190181489473"),
    ("payment_time", "2017-07-20 22：05：59"),
];

async fn answered(response: Response<Bytes>) -> Result<PayEmployeeResponse, Error> {
    let transport = Scripted::answering(response);
    let result = pay_employee(
        &clients::v2(SignType::HmacSha256, transport.clone()),
        &request(),
    )
    .await;
    assert_eq!(
        transport.seen().len(),
        1,
        "a payment is sent once, whatever is answered"
    );
    result
}

async fn refused(response: Response<Bytes>) -> Error {
    let error = answered(response).await.unwrap_err();
    assert_eq!(
        (error.outcome(), error.must_query()),
        (Outcome::Unknown, true),
        "{error:?}"
    );
    error
}

#[tokio::test]
async fn the_request_is_the_golden_one_byte_for_byte() {
    let transport = Scripted::answering(replies::v2_unsigned(&SUCCESS));
    pay_employee(
        &clients::v2(SignType::HmacSha256, transport.clone()),
        &request(),
    )
    .await
    .unwrap();
    let seen = transport.seen();
    let sent = &seen[0];
    assert_eq!(sent.method(), "POST");
    assert_eq!(
        sent.uri(),
        "https://api.mch.weixin.qq.com/mmpaymkttransfers/promotion/paywwsptrans2pocket"
    );
    assert_eq!(sent.headers()["content-type"], "text/xml; charset=utf-8");
    assert!(sent.headers().contains_key("user-agent"));
    assert_eq!(
        sent.extensions().get(),
        Some(&Hints::new("v2.wecom.pay_employee", Effect::Write, true))
    );
    let vector = &of_kind("workwx_full")[0]["expected"];
    let expected = format!(
        "<xml><act_name>示例项目</act_name><agentid>1000002</agentid><amount>100</amount><appid>ww0123456789abcdef</appid>\
         <check_name>NO_CHECK</check_name><desc>六月出差报销费用</desc><device_info>013467007045764</device_info>\
         <mch_id>1900000109</mch_id><nonce_str>3PG2J4ILTKCH16CQ2502SI8ZNMTM67VS</nonce_str>\
         <openid>ohO4Gt7wVPxIT1A9GjFaMYMiZY1s</openid><partner_trade_no>100000982017072019616</partner_trade_no>\
         <re_user_name>张三</re_user_name><sign>{}</sign><spbill_create_ip>10.2.3.10</spbill_create_ip>\
         <workwx_sign>{}</workwx_sign><ww_msg_type>NORMAL_MSG</ww_msg_type></xml>",
        text(&vector["sign"]),
        text(&vector["workwx_sign"]),
    );
    assert_eq!(std::str::from_utf8(sent.body()).unwrap(), expected);
}

#[tokio::test]
async fn a_good_reply_is_typed() {
    let paid = answered(replies::v2_unsigned(&SUCCESS)).await.unwrap();
    assert_eq!(paid.partner_trade_no, request().partner_trade_no);
    assert_eq!(paid.payment_no.as_str(), "1000018301201505190181489473");
    assert_eq!(
        paid.payment_time.unwrap().timestamp().unwrap().unix(),
        1_500_559_559
    );
    assert_eq!(paid.device_info.as_deref(), Some("013467007045764"));
    assert_eq!(paid.reply.proof(), &Proof::TlsAlone);
    assert_eq!(
        paid.reply.get().get("nonce_str"),
        Some("lxuDzMnRjpcXzxLx0q")
    );
}

#[tokio::test]
async fn every_documented_code_is_unknown_with_its_class() {
    use Certainty::{Ambiguous as A, Definite as D};
    // code, certainty, configuration, limit, same number
    let table = [
        ("AMOUNT_LIMIT", D, false, true, false),
        ("CA_ERROR", A, true, false, false),
        ("FATAL_ERROR", A, false, false, false),
        ("HTTP_METHOD_ERROR", D, true, false, false),
        ("NAME_MISMATCH", D, false, false, false),
        ("NOAUTH", D, true, false, false),
        ("NOTENOUGH", D, false, false, true),
        ("OPENID_ERROR", D, false, false, false),
        ("PARAM_ERROR", D, true, false, false),
        ("SENDNUM_LIMIT", D, false, true, true),
        ("SIGN_ERROR", D, true, false, false),
        ("SYSTEMERROR", A, false, false, true),
        ("V2_ACCOUNT_SIMPLE_BAN", D, false, false, false),
        ("WORKWX_MCHID_ERROR", D, true, false, false),
        ("WORKWX_SIGN_ERROR", D, true, false, false),
        ("XML_ERROR", D, true, false, false),
    ];
    let documented: Vec<&str> = PayEmployee::META
        .errors
        .iter()
        .map(|facts| facts.code)
        .collect();
    assert_eq!(documented, table.map(|row| row.0));
    for (code, certainty, configuration, limit, same_number) in table {
        let error = refused(failed(code)).await;
        let business = error.business().unwrap();
        assert_eq!(
            (business.code(), business.message(), business.status()),
            (code, "why", 200)
        );
        let class = business.class();
        let got = (
            class.certainty,
            class.configuration,
            class.limit,
            class.same_number,
        );
        assert_eq!(
            got,
            (certainty, configuration, limit, same_number),
            "{code}"
        );
    }
}

#[tokio::test]
async fn an_undocumented_code_is_unknown() {
    for code in [
        "",
        "NEW_CODE",
        "SUCCESS",
        "notenough",
        "NOTENOUGH ",
        "0",
        "FAIL",
    ] {
        let error = refused(failed(code)).await;
        assert_eq!(
            error.business().unwrap().class().certainty,
            Certainty::Ambiguous,
            "{code}"
        );
    }
    for n in 0..200 {
        refused(failed(&format!("INVENTED_{n}"))).await;
    }
}

fn failed(code: &str) -> Response<Bytes> {
    let mut fields = vec![
        ("return_code", "SUCCESS"),
        ("mch_id", clients::MCH_ID),
        ("result_code", "FAIL"),
    ];
    fields.extend([("err_code", code), ("err_code_des", "why")]);
    replies::v2_unsigned(&fields)
}

#[tokio::test]
async fn a_reply_about_something_else_is_unknown() {
    for (name, value) in [
        ("partner_trade_no", "100000982017072019617"),
        ("mch_id", "1900000110"),
        ("partner_trade_no", ""),
        ("mch_id", ""),
        ("payment_no", ""),
    ] {
        let fields = SUCCESS.map(|(known, old)| (known, if known == name { value } else { old }));
        let error = refused(replies::v2_unsigned(&fields)).await;
        assert!(
            matches!(error.kind(), ErrorKind::Decode(decode) if decode.field() == name),
            "{error:?}"
        );
        assert!(error.raw_reply().is_some());
    }
}

#[tokio::test]
async fn a_reply_that_is_no_success_is_unknown() {
    let with = |name: &str, value: &'static str| {
        let fields = SUCCESS.map(|(known, old)| (known, if known == name { value } else { old }));
        replies::v2_unsigned(&fields)
    };
    for response in [
        with("return_code", ""),
        with("return_code", "success"),
        with("return_code", "SUCCESS "),
        with("result_code", ""),
        with("result_code", "OK"),
        replies::plain(502, "<html><body><hr>502 Bad Gateway</body></html>"),
        replies::plain(200, "<html><body><hr>502 Bad Gateway</body></html>"),
        replies::plain(500, replies::v2_xml(&SUCCESS)),
        replies::plain(302, ""),
        replies::plain(200, ""),
        replies::plain(200, "<xml></xml>"),
        replies::plain(200, "{}"),
        replies::plain(200, replies::v2_xml(&SUCCESS).replace("</xml>", "")),
        replies::plain(
            200,
            replies::v2_xml(&SUCCESS).replace("<xml>", "<!DOCTYPE x><xml>"),
        ),
        replies::plain(200, format!("<xml>{}</xml>", " ".repeat(70_000))),
    ] {
        let error = refused(response).await;
        assert!(
            matches!(error.kind(), ErrorKind::Protocol(_) | ErrorKind::Decode(_)),
            "{error:?}"
        );
    }
    let whole = replies::v2_xml(&SUCCESS);
    for (end, _) in whole.char_indices() {
        refused(replies::plain(200, whole[..end].to_owned())).await;
    }
}

#[tokio::test]
async fn a_failed_communication_keeps_the_code_as_a_claim() {
    let error = refused(replies::v2_unsigned(&[
        ("return_code", "FAIL"),
        ("return_msg", "签名错误"),
    ]))
    .await;
    let ErrorKind::Protocol(protocol) = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(
        (protocol.claimed_code(), protocol.claimed_message()),
        (None, "签名错误")
    );
    // The official sample of this family carries an error code under `return_code` FAIL.
    let fields = [
        ("return_code", "FAIL"),
        ("result_code", "FAIL"),
        ("err_code", "SYSTEMERROR"),
        ("err_code_des", "系统繁忙"),
    ];
    let error = refused(replies::v2_unsigned(&fields)).await;
    let ErrorKind::Protocol(protocol) = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(
        (protocol.claimed_code(), protocol.claimed_message()),
        (Some("SYSTEMERROR"), "系统繁忙")
    );
}

#[tokio::test]
async fn only_what_was_not_sent_is_not_executed() {
    for (error, outcome) in [
        (TransportError::not_sent("refused"), Outcome::NotExecuted),
        (TransportError::maybe_sent("reset"), Outcome::Unknown),
    ] {
        let client = clients::v2(SignType::Md5, Scripted::new([Err(error)]));
        assert_eq!(
            pay_employee(&client, &request())
                .await
                .unwrap_err()
                .outcome(),
            outcome
        );
    }
}

#[tokio::test]
async fn a_broken_rule_is_named_before_anything_is_sent() {
    let check = async |change: fn(&mut PayEmployee)| {
        let transport = Scripted::default();
        let mut request = request();
        change(&mut request);
        let error = pay_employee(&clients::v2(SignType::Md5, transport.clone()), &request)
            .await
            .unwrap_err();
        assert!(transport.seen().is_empty());
        assert_eq!(
            (error.outcome(), error.must_query()),
            (Outcome::NotExecuted, false)
        );
        let ErrorKind::Invalid(invalid) = error.kind() else {
            panic!("{error:?}")
        };
        (invalid.field().to_owned(), invalid.rule().to_owned())
    };
    let rule = |field: &str, rule: &str| (field.to_owned(), rule.to_owned());
    assert_eq!(
        check(|r| r.amount = Fen::new(99)).await,
        rule("amount", "must be at least 100 fen, is 99")
    );
    assert_eq!(check(|r| r.amount = Fen::new(-100)).await.0, "amount");
    assert_eq!(
        check(|r| r.desc = "付".repeat(82)).await,
        rule("desc", "must have at most 81 characters, has 82")
    );
    assert_eq!(
        check(|r| r.act_name = "付".repeat(51)).await,
        rule("act_name", "must have at most 50 characters, has 51")
    );
    assert_eq!(
        check(|r| r.desc = String::new()).await,
        rule("desc", "must not be empty; leave it out instead")
    );
    assert_eq!(
        check(|r| r.desc = " x".to_owned()).await,
        rule("desc", "must not begin or end with white space")
    );
    assert_eq!(
        check(|r| r.desc = "a\r\nb".to_owned()).await,
        rule("desc", "must not hold a carriage return")
    );
    assert_eq!(
        check(|r| r.desc = "a\u{1}b".to_owned()).await,
        rule("desc", "must not hold a control character")
    );
    assert_eq!(check(|r| r.desc = "a&amount=1".to_owned()).await.0, "desc");
    assert_eq!(
        check(|r| {
            r.check_name = CheckName::ForceCheck;
            r.options.re_user_name = None;
        })
        .await,
        rule("re_user_name", "is required when check_name is FORCE_CHECK")
    );
    assert_eq!(
        check(|r| r.ww_msg_type = MessageType::ApprovalMsg).await,
        rule(
            "approval_number",
            "is required when ww_msg_type is APPROVAL_MSG"
        )
    );
    assert_eq!(
        check(|r| {
            r.ww_msg_type = MessageType::ApprovalMsg;
            r.options.approval_number = Some("1".to_owned());
        })
        .await,
        rule(
            "approval_type",
            "is required when ww_msg_type is APPROVAL_MSG"
        )
    );
    assert_eq!(
        check(|r| r.spbill_create_ip = "2001:db8:1111:2222:3333:4444:5555:6666".parse().unwrap())
            .await
            .0,
        "spbill_create_ip"
    );
    // A number that came in a reply is checked again before it is sent.
    use wxpay_api::core::FromWire;
    assert_eq!(
        check(|r| r.partner_trade_no = PartnerTradeNo::from_wire(&"1".repeat(29)).unwrap())
            .await
            .0,
        "partner_trade_no"
    );
    assert_eq!(
        check(|r| r.openid = OpenId::from_wire("a b").unwrap())
            .await
            .0,
        "openid"
    );
}

#[tokio::test]
async fn an_approval_is_sent_without_the_documents_blank() {
    let mut request = request();
    request.ww_msg_type = MessageType::ApprovalMsg;
    request.options = request
        .options
        .approval_number("201705160008")
        .approval_type(1_u32);
    let transport = Scripted::answering(replies::v2_unsigned(&SUCCESS));
    pay_employee(&clients::v2(SignType::Md5, transport.clone()), &request)
        .await
        .unwrap();
    let seen = transport.seen();
    let body = std::str::from_utf8(seen[0].body()).unwrap();
    assert!(body.contains("<ww_msg_type>APPROVAL_MSG</ww_msg_type>"));
    assert!(body.contains(
        "<approval_number>201705160008</approval_number><approval_type>1</approval_type>"
    ));
}

#[test]
fn nothing_personal_shows() {
    let shown = format!("{:?}", request());
    for hidden in ["张三", "ohO4Gt7wVPxIT1A9GjFaMYMiZY1s"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

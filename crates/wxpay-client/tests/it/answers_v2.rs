//! What a response of APIv2 proves, and what it means for a call that is a write.

use bytes::Bytes;
use futures_executor::block_on;
use http::Response;
use wxpay_client::core::{
    Certainty, Class, CodeFacts, DecodeError, Error, ErrorKind, InvalidInput, Outcome, Params,
    Resolve, VerificationFailure,
};
use wxpay_client::sign::Verified;
use wxpay_client::sign::v2::SignType;
use wxpay_client::v2::{Client, Endpoint, Form, Meta};
use wxpay_test_support::clients;
use wxpay_test_support::replies::{plain, v2_signed, v2_unsigned, v2_xml};
use wxpay_test_support::scripted::Scripted;

const CODES: &[CodeFacts] = &[CodeFacts::new(
    "NOTENOUGH",
    Outcome::NotExecuted,
    Class::new(Certainty::Definite),
)];

const META: Meta = Meta::write("my.pay", "/my/pay", Resolve::Repeat).errors(CODES);

/// An endpoint with these facts, which answers with the message, or with the length of a file.
macro_rules! endpoint {
    ($name:ident, $meta:expr) => {
        struct $name;

        impl Endpoint for $name {
            type Response = String;
            const META: &'static Meta = &$meta;

            fn encode(&self, _: &mut Form) -> Result<(), InvalidInput> {
                Ok(())
            }

            fn decode(&self, reply: Verified<Params>) -> Result<String, DecodeError> {
                Ok(reply.get().get("answer").unwrap_or("none").to_owned())
            }

            fn decode_file(&self, file: Verified<Bytes>) -> Result<String, DecodeError> {
                Ok(format!("{} bytes", file.get().len()))
            }
        }
    };
}

endpoint!(Pay, META);
endpoint!(Unsigned, META.unsigned_reply());
endpoint!(Nameless, META.unsigned_reply().no_merchant_reply());
endpoint!(Brief, META.no_result_code());
endpoint!(Bill, META.unsigned_reply().file_reply());
endpoint!(
    Nested,
    META.unsigned_reply().no_merchant_reply().nested_reply()
);

fn of<E: Endpoint<Response = String>>(
    endpoint: &E,
    response: Response<Bytes>,
) -> Result<String, Error> {
    let client: Client = clients::v2(SignType::HmacSha256, Scripted::answering(response));
    block_on(client.send(endpoint))
}

fn signed(fields: &[(&str, &str)]) -> Response<Bytes> {
    v2_signed(fields, SignType::HmacSha256)
}

const GOOD: [(&str, &str); 3] = [
    ("return_code", "SUCCESS"),
    ("result_code", "SUCCESS"),
    ("answer", "yes"),
];

fn with<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&GOOD[..], fields].concat()
}

#[test]
fn a_signed_success_is_read() {
    assert_eq!(of(&Pay, signed(&GOOD)).unwrap(), "yes");
    let own = with(&[("mch_id", clients::MCH_ID), ("appid", clients::APP_ID)]);
    assert_eq!(of(&Pay, signed(&own)).unwrap(), "yes");
    let brief = [("return_code", "SUCCESS"), ("answer", "yes")];
    assert_eq!(of(&Brief, signed(&brief)).unwrap(), "yes");
}

#[test]
fn what_was_not_proven_is_unknown_after_a_write() {
    for (n, response) in [
        plain(500, v2_xml(&GOOD)),
        plain(200, ""),
        plain(200, "not XML"),
        v2_unsigned(&GOOD),
        v2_signed(&GOOD, SignType::Md5),
        v2_unsigned(&[("return_code", "FAIL"), ("return_msg", "no")]),
        v2_unsigned(&[("return_code", "ELSE")]),
        signed(&with(&[("mch_id", "1900000110")])),
        signed(&with(&[("appid", "wx8888888888888888")])),
        signed(&[("return_code", "SUCCESS")]),
        signed(&[("return_code", "SUCCESS"), ("result_code", "ELSE")]),
        signed(&[
            ("return_code", "SUCCESS"),
            ("result_code", "FAIL"),
            ("err_code", "NEW"),
        ]),
    ]
    .into_iter()
    .enumerate()
    {
        let error = of(&Pay, response).unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{n}: {error}");
    }
}

#[test]
fn a_signed_refusal_with_a_final_code_is_not_executed() {
    let response = signed(&[
        ("return_code", "SUCCESS"),
        ("result_code", "FAIL"),
        ("err_code", "NOTENOUGH"),
        ("err_code_des", "余额不足"),
    ]);
    let error = of(&Pay, response).unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotExecuted);
    let ErrorKind::Business(refusal) = error.kind() else {
        panic!("{error}");
    };
    assert_eq!(
        (refusal.code(), refusal.message()),
        ("NOTENOUGH", "余额不足")
    );
}

#[test]
fn an_unsigned_failure_is_told_as_it_is_claimed() {
    let told = |fields: &[(&str, &str)]| {
        let error = of(&Pay, v2_unsigned(fields)).unwrap_err();
        let ErrorKind::Protocol(claimed) = error.kind() else {
            panic!("{error}");
        };
        let says_fail = fields.contains(&("return_code", "FAIL"));
        assert_eq!(claimed.is_return_code_fail(), says_fail);
        error.to_string()
    };
    for (name, code) in [("err_code", "A"), ("error_code", "B"), ("retcode", "C")] {
        let said = told(&[
            ("return_code", "FAIL"),
            (name, code),
            ("return_msg", "OK"),
            ("retmsg", "why"),
        ]);
        assert!(said.contains("why") && said.contains(code), "{said}");
    }
    let said = told(&[("return_msg", "sign error")]);
    assert!(
        said.contains("neither SUCCESS nor FAIL: sign error"),
        "{said}"
    );
    let said = told(&[("return_code", "X"), ("return_msg", "ok")]);
    assert!(
        said.ends_with("return_code is neither SUCCESS nor FAIL"),
        "{said}"
    );
}

#[test]
fn a_signed_text_of_two_meanings_is_refused() {
    let error = of(&Pay, signed(&with(&[("attach", "x&mch_id=1900000109")]))).unwrap_err();
    let ErrorKind::Verification(failed) = error.kind() else {
        panic!("{error}");
    };
    assert!(matches!(
        failed.failure(),
        VerificationFailure::Ambiguous(_)
    ));
    // Where nothing is signed, there is no such text.
    let unsigned = with(&[
        ("mch_id", clients::MCH_ID),
        ("attach", "x&mch_id=1900000109"),
    ]);
    assert_eq!(of(&Unsigned, v2_unsigned(&unsigned)).unwrap(), "yes");
}

#[test]
fn an_unsigned_success_names_the_merchant_unless_the_documents_have_none() {
    let own = with(&[("mch_id", clients::MCH_ID), ("appid", "wx8888888888888888")]);
    assert_eq!(of(&Unsigned, v2_unsigned(&own)).unwrap(), "yes");
    assert_eq!(of(&Nameless, v2_unsigned(&GOOD)).unwrap(), "yes");
    let other = with(&[("mch_id", "1900000110")]);
    for error in [
        of(&Unsigned, v2_unsigned(&GOOD)),
        of(&Unsigned, v2_unsigned(&other)),
        of(&Nameless, v2_unsigned(&other)),
    ] {
        let error = error.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert!(matches!(error.kind(), ErrorKind::Decode(_)), "{error}");
    }
    // A refusal need not name it.
    let refusal = [
        ("return_code", "SUCCESS"),
        ("result_code", "FAIL"),
        ("err_code", "NOTENOUGH"),
    ];
    let error = of(&Unsigned, v2_unsigned(&refusal)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Business(_)), "{error}");
}

#[test]
fn a_file_is_taken_and_a_message_in_its_place_is_an_error() {
    for (body, answer) in [
        ("交易时间", "12 bytes"),
        ("\u{FEFF}x", "4 bytes"),
        ("a<b", "3 bytes"),
    ] {
        assert_eq!(of(&Bill, plain(200, body)).unwrap(), answer);
    }
    let own = with(&[("mch_id", clients::MCH_ID)]);
    let message = v2_xml(&own);
    for body in [
        message.clone(),
        format!("\u{FEFF}\r\n {message}"),
        String::new(),
    ] {
        let error = of(&Bill, plain(200, body)).unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
    }
    // An endpoint that answers with messages takes no file.
    assert!(of(&Pay, plain(200, "交易时间")).is_err());
}

#[test]
fn elements_within_a_field_are_read_where_they_are_expected() {
    let body = "<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code>\
                <list><item><id>1</id></item></list></xml>";
    assert_eq!(of(&Nested, plain(200, body)).unwrap(), "none");
    let error = of(&Unsigned, plain(200, body)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Protocol(_)), "{error}");
}

#[test]
fn an_endpoint_without_files_refuses_one() {
    struct NoFile;

    impl Endpoint for NoFile {
        type Response = ();
        const META: &'static Meta = &META.file_reply();

        fn encode(&self, _: &mut Form) -> Result<(), InvalidInput> {
            Ok(())
        }

        fn decode(&self, _: Verified<Params>) -> Result<(), DecodeError> {
            Ok(())
        }
    }
    let client = clients::v2(SignType::Md5, Scripted::answering(plain(200, "file")));
    let error = block_on(client.send(&NoFile)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decode(_)), "{error}");
}

#[test]
fn debug_of_a_call_under_way_names_its_endpoint() {
    let client = clients::v2(SignType::Md5, Scripted::default());
    let (_, pending) = client.prepare(&Pay).unwrap();
    assert_eq!(
        format!("{pending:?}"),
        r#"Pending { endpoint: "my.pay", .. }"#
    );
}

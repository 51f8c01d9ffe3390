//! The layers below the endpoints: a user's own endpoint, prepare and finish, base URLs.

use wxpay_api::core::{
    AppId, DecodeError, Effect, ErrorKind, InvalidInput, MchId, OutTradeNo, Outcome, Params,
    Resolve,
};
use wxpay_api::sign::Verified;
use wxpay_api::sign::v2::SignType;
use wxpay_api::v2::{Endpoint, Fields, Form, Meta};
use wxpay_api::{Max, v2, v3};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, replies};

/// 关闭订单, which this crate does not have.
struct CloseOrder {
    out_trade_no: OutTradeNo,
    note: String,
}

impl Endpoint for CloseOrder {
    type Response = String;
    const META: &'static Meta = &Meta::write(
        "my.close_order",
        "/pay/closeorder",
        Resolve::Query("v2.pay.query_order"),
    );

    fn encode(&self, form: &mut Form) -> Result<(), InvalidInput> {
        form.id("out_trade_no", &self.out_trade_no)?;
        form.text("note", &self.note, Max::Bytes(6))
    }

    fn decode(&self, reply: Verified<Params>) -> Result<String, DecodeError> {
        Fields::of(reply.get()).require("result_msg")
    }
}

fn close(note: &str) -> CloseOrder {
    CloseOrder {
        out_trade_no: OutTradeNo::new("1415757673").unwrap(),
        note: note.to_owned(),
    }
}

#[tokio::test]
async fn an_endpoint_of_ones_own_is_signed_and_verified() {
    let good = replies::v2_signed(
        &[
            ("return_code", "SUCCESS"),
            ("result_code", "SUCCESS"),
            ("result_msg", "OK"),
        ],
        SignType::HmacSha256,
    );
    let client = clients::v2(
        SignType::HmacSha256,
        Scripted::new([
            Ok(good.clone()),
            Ok(replies::v2_unsigned(&[
                ("return_code", "SUCCESS"),
                ("result_code", "SUCCESS"),
                ("result_msg", "OK"),
            ])),
        ]),
    );
    assert_eq!(client.send(&close("付款")).await.unwrap(), "OK");
    let error = client.send(&close("付款")).await.unwrap_err();
    assert_eq!(
        (error.effect(), error.outcome(), error.endpoint()),
        (Effect::Write, Outcome::Unknown, "my.close_order")
    );
    let error = client.send(&close("付款x")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "my.close_order: note: must have at most 6 bytes, has 7"
    );
}

#[test]
fn prepare_and_finish_need_no_transport_and_no_runtime() {
    let client = clients::v2(SignType::Md5, Scripted::default());
    let request = close("x");
    let (http, pending) = client.prepare(&request).unwrap();
    assert_eq!(http.uri().path(), "/pay/closeorder");
    assert_eq!(
        format!("{pending:?}"),
        "Pending { endpoint: \"my.close_order\", .. }"
    );
    let reply = replies::v2_signed(
        &[
            ("return_code", "SUCCESS"),
            ("result_code", "SUCCESS"),
            ("result_msg", "OK"),
        ],
        SignType::Md5,
    );
    assert_eq!(pending.finish(reply).unwrap(), "OK");
}

fn v2_builder(base_url: &str) -> Result<v2::Client, InvalidInput> {
    let merchant = v2::Merchant::new(
        MchId::new("1900000109").unwrap(),
        AppId::new("wx1").unwrap(),
    );
    let key = wxpay_api::sign::v2::Key::new(clients::API_KEY).unwrap();
    v2::Client::builder(merchant, v2::Credentials::new(key), Scripted::default())
        .base_url(base_url)
        .build()
}

#[test]
fn base_urls_are_checked() {
    for bad in [
        "",
        "api.mch.weixin.qq.com",
        "ftp://x",
        "https://",
        "https://u:p@x",
        "http://example.com",
        "http://127.0.0.1.example.com",
        "https://x/?q=1",
        "https://x/#f",
        "/path",
    ] {
        assert_eq!(v2_builder(bad).unwrap_err().field(), "base_url", "{bad}");
    }
    for (good, expected) in [
        (
            "https://api2.mch.weixin.qq.com",
            "https://api2.mch.weixin.qq.com/pay/closeorder",
        ),
        (
            "https://gateway.example/wx/",
            "https://gateway.example/wx/pay/closeorder",
        ),
        (
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/pay/closeorder",
        ),
    ] {
        let request = close("x");
        let (http, _) = v2_builder(good)
            .unwrap()
            .prepare(&request)
            .map(|(http, pending)| (http, drop(pending)))
            .unwrap();
        assert_eq!(http.uri(), expected);
    }
}

#[test]
fn a_missing_secret_is_told_before_sending() {
    let merchant = v2::Merchant::new(
        MchId::new("1900000109").unwrap(),
        AppId::new("ww1").unwrap(),
    );
    let key = wxpay_api::sign::v2::Key::new(clients::API_KEY).unwrap();
    let client = v2::Client::builder(merchant, v2::Credentials::new(key), Scripted::default())
        .build()
        .unwrap();
    let request = crate::pay_employee::request();
    let error = client.prepare(&request).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Signing(_)));
    assert_eq!(error.outcome(), Outcome::NotExecuted);
}

#[test]
fn nonces_from_outside_are_checked() {
    for nonce in ["", "a b", "123456789012345678901234567890123", "中"] {
        let merchant = v2::Merchant::new(
            MchId::new("1900000109").unwrap(),
            AppId::new("ww1").unwrap(),
        );
        let key = wxpay_api::sign::v2::Key::new(clients::API_KEY).unwrap();
        let client = v2::Client::builder(merchant, v2::Credentials::new(key), Scripted::default())
            .nonce(|| Ok(nonce.to_owned()))
            .build()
            .unwrap();
        let request = close("x");
        assert!(
            matches!(
                client.prepare(&request).unwrap_err().kind(),
                ErrorKind::Signing(_)
            ),
            "{nonce}"
        );
    }
}

#[tokio::test]
async fn a_path_prefix_is_sent_but_not_signed() {
    use wxpay_api::v3::Endpoint as _;
    let key = wxpay_api::sign::v3::PrivateKey::from_pem(
        &wxpay_tests::vectors::key("mch"),
        clients::SERIAL_NO,
    )
    .unwrap();
    let authorization = async |base_url: Option<&str>| {
        let mut builder = v3::Client::builder(
            MchId::new("1900000109").unwrap(),
            v3::Credentials::new(
                wxpay_api::sign::v3::PrivateKey::from_pem(
                    &wxpay_tests::vectors::key("mch"),
                    clients::SERIAL_NO,
                )
                .unwrap(),
                wxpay_api::sign::v3::PublicKeys::new(),
            ),
            Scripted::default(),
        )
        .nonce(|| Ok("n".to_owned()))
        .clock(|| wxpay_api::core::Timestamp::from_unix(clients::NOW).unwrap());
        if let Some(base_url) = base_url {
            builder = builder.base_url(base_url);
        }
        let request = v3::partner_transfer::QueryDetailByOutDetailNo {
            out_batch_no: "a".parse().unwrap(),
            out_detail_no: "b".parse().unwrap(),
            options: Default::default(),
        };
        let client = builder.build().unwrap();
        let (http, pending) = client.prepare(&request).await.unwrap();
        drop(pending);
        (
            http.uri().path().to_owned(),
            http.headers()["authorization"].to_str().unwrap().to_owned(),
        )
    };
    let (path, plain) = authorization(None).await;
    let (prefixed, gateway) = authorization(Some("https://gateway.example/wx")).await;
    assert_eq!(prefixed, format!("/wx{path}"));
    assert_eq!(plain, gateway);
    assert!(!format!("{key:?}").contains("BEGIN"));
    assert_eq!(
        v3::partner_transfer::QueryDetailByOutDetailNo::META.per_second,
        Some(50)
    );
}

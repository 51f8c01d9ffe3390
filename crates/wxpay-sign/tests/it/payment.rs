use std::sync::Mutex;

use async_trait::async_trait;
use wxpay_core::{AppId, MchId, SigningError, Timestamp};
use wxpay_sign::v2::{Key, SignType};
use wxpay_sign::v3::{MerchantKey, payment};

use crate::vectors::{of_kind, text, texts};

fn at(seconds: &str) -> Timestamp {
    Timestamp::from_unix(seconds.parse().unwrap()).unwrap()
}

fn sorted<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = fields.to_vec();
    fields.sort_unstable();
    fields
}

#[test]
fn v2_payments_are_signed_as_documented() {
    for vector in of_kind("paysign_v2") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let key = Key::new(text(&input["key"])).unwrap();
        let sign_type = match text(&input["sign_type"]) {
            "MD5" => SignType::Md5,
            _ => SignType::HmacSha256,
        };
        let app_id = AppId::new(text(&input["appid"])).unwrap();
        let (prepay_id, nonce) = (text(&input["prepay_id"]), text(&input["nonce"]));
        let timestamp = at(text(&input["timestamp"]));
        match text(&input["flavour"]) {
            "jsapi" => {
                let payment = key
                    .jsapi_payment(&app_id, prepay_id, timestamp, nonce, sign_type)
                    .unwrap();
                assert_eq!(sorted(&payment.fields()), texts(&expected["params"]));
                assert_eq!(payment.pay_sign, text(&expected["sign"]));
            }
            _ => {
                let partner = MchId::new(text(&input["partnerid"])).unwrap();
                let payment = key
                    .app_payment(&app_id, &partner, prepay_id, timestamp, nonce, sign_type)
                    .unwrap();
                assert_eq!(sorted(&payment.fields()), texts(&expected["params"]));
                assert_eq!(payment.sign, text(&expected["sign"]));
            }
        }
    }
}

#[test]
fn v2_app_payments_sign_lower_case_names_and_no_sign_type() {
    let key = Key::new("192006250b4c09247ec02edce69f6a2d").unwrap();
    let app_id = AppId::new("wxd930ea5d5a258f4f").unwrap();
    let partner = MchId::new("1900000109").unwrap();
    let payment = |sign_type| {
        key.app_payment(
            &app_id,
            &partner,
            "1101000000140415649af9fc314aa427",
            at("1398746574"),
            "1add1a30ac87aa2db72f57a2375d8fec",
            sign_type,
        )
        .unwrap()
    };
    // Computed with openssl over appid, noncestr, package, partnerid, prepayid, timestamp and key.
    assert_eq!(
        payment(SignType::Md5).sign,
        "CA52C4555C28E25D9B9F9565E8C95ED9"
    );
    assert_eq!(
        payment(SignType::HmacSha256).sign,
        "5F13F23B539447D19A4CAE141D07F3F8365E7BD87E6DD3E75BEA34F8B19F071B"
    );
    let payment = payment(SignType::Md5);
    let names: Vec<_> = payment.fields().iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "appid",
            "partnerid",
            "prepayid",
            "package",
            "noncestr",
            "timestamp",
            "sign"
        ]
    );
    assert_eq!(payment.package, "Sign=WXPay");
}

/// The samples of <https://pay.weixin.qq.com/doc/v2/merchant/4011935213> and
/// <https://pay.weixin.qq.com/doc/v2/partner/4011941437>.
#[test]
fn v2_payments_are_those_of_the_documents() {
    let key = Key::new("qazwsxedcrfvtgbyhnujmikolp111111").unwrap();
    let app_id = AppId::new("wx619a931576afe069").unwrap();
    let prepay_id = "wx2611334392677180ea59742b3744840000";
    for (sign_type, name, sign) in [
        (SignType::Md5, "MD5", "1F2E9533D7D483FBCDBD0B9BCA76F97D"),
        (
            SignType::HmacSha256,
            "HMAC-SHA256",
            "4A04CF5B979A4920409A9DEF2322C33C96DE8E9A96830E648719C60EF991700E",
        ),
    ] {
        let (time, nonce) = (at("1774495197"), "RIPb5Upk3ku7knU6");
        let page = key
            .jsapi_payment(&app_id, prepay_id, time, nonce, sign_type)
            .unwrap();
        let fields = [
            ("appId", "wx619a931576afe069"),
            ("timeStamp", "1774495197"),
            ("nonceStr", nonce),
            ("package", "prepay_id=wx2611334392677180ea59742b3744840000"),
            ("signType", name),
            ("paySign", sign),
        ];
        assert_eq!(page.fields(), fields);
        let mini = key
            .mini_program_payment(&app_id, prepay_id, time, nonce, sign_type)
            .unwrap();
        assert_eq!(mini.fields(), fields[1..]);
    }
    let app_id = AppId::new("wxd678efh567hg6787").unwrap();
    let partner = MchId::new("1900000109").unwrap();
    for (sign_type, sign) in [
        (SignType::Md5, "DE9B6A17F5B8391FFE5272E89F33BEE2"),
        (
            SignType::HmacSha256,
            "51B65BA79A8F528381EE66E21C67DA037F435AB7F032BC6EA9E06B3BC8D88DB3",
        ),
    ] {
        let app = key
            .app_payment(
                &app_id,
                &partner,
                "wx1217752501201407033233368018",
                at("1490840662"),
                "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
                sign_type,
            )
            .unwrap();
        assert_eq!(
            app.fields(),
            [
                ("appid", "wxd678efh567hg6787"),
                ("partnerid", "1900000109"),
                ("prepayid", "wx1217752501201407033233368018"),
                ("package", "Sign=WXPay"),
                ("noncestr", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"),
                ("timestamp", "1490840662"),
                ("sign", sign),
            ]
        );
    }
}

#[test]
fn v2_payments_refuse_what_moves_the_end_of_a_value() {
    let key = Key::new("192006250b4c09247ec02edce69f6a2d").unwrap();
    let app_id = AppId::new("wx1").unwrap();
    let partner = MchId::new("1900000109").unwrap();
    let long = "p".repeat(129);
    let longest = key.jsapi_payment(&app_id, &long[1..], at("1"), "n", SignType::Md5);
    assert!(longest.is_ok());
    for (prepay_id, nonce, field) in [
        ("", "n", "prepay_id"),
        ("p&signType=MD5", "n", "prepay_id"),
        ("p q", "n", "prepay_id"),
        ("p\n", "n", "prepay_id"),
        ("好", "n", "prepay_id"),
        ("prepay_id=p", "n", "prepay_id"),
        (&long, "n", "prepay_id"),
        ("p", "", "nonce"),
        ("p", "n&package=q", "nonce"),
        ("p", "123456789012345678901234567890123", "nonce"),
    ] {
        let page = key.jsapi_payment(&app_id, prepay_id, at("1"), nonce, SignType::Md5);
        let mini = key.mini_program_payment(&app_id, prepay_id, at("1"), nonce, SignType::Md5);
        let app = key.app_payment(&app_id, &partner, prepay_id, at("1"), nonce, SignType::Md5);
        for error in [page.err(), mini.err(), app.err()] {
            let error = error.unwrap();
            assert_eq!(error.field(), field, "{prepay_id:?} {nonce:?}");
            assert!(!error.rule_zh().is_ascii(), "{error}");
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn payments_are_serialised_by_the_names_that_front_ends_want() {
    let key = Key::new("192006250b4c09247ec02edce69f6a2d").unwrap();
    let app_id = AppId::new("wx1").unwrap();
    let partner = MchId::new("1900000109").unwrap();
    let page = key.jsapi_payment(&app_id, "p", at("1"), "n", SignType::Md5);
    let page = page.unwrap();
    assert_eq!(
        serde_json::to_value(&page).unwrap(),
        serde_json::json!({
            "appId": "wx1", "timeStamp": "1", "nonceStr": "n", "package": "prepay_id=p", "signType": "MD5",
            "paySign": page.pay_sign,
        })
    );
    let mini = wxpay_sign::v2::payment::MiniProgramPayment::from(page);
    assert_eq!(
        serde_json::to_value(&mini).unwrap(),
        serde_json::json!({
            "timeStamp": "1", "nonceStr": "n", "package": "prepay_id=p", "signType": "MD5", "paySign": mini.pay_sign,
        })
    );
    let app = key.app_payment(&app_id, &partner, "p", at("1"), "n", SignType::Md5);
    let app = app.unwrap();
    assert_eq!(
        serde_json::to_value(&app).unwrap(),
        serde_json::json!({
            "appid": "wx1", "partnerid": "1900000109", "prepayid": "p", "package": "Sign=WXPay", "noncestr": "n",
            "timestamp": "1", "sign": app.sign,
        })
    );
}

#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
#[tokio::test]
async fn v3_payments_are_signed_as_documented() {
    use crate::vectors::{key, providers};
    for vector in of_kind("paysign_v3") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let app_id = AppId::new(text(&input["appid"])).unwrap();
        let (prepay_id, nonce) = (text(&input["prepay_id"]), text(&input["nonce"]));
        let timestamp = at(text(&input["timestamp"]));
        for provider in providers() {
            let pem = key(text(&input["private_key"]));
            let key = wxpay_sign::v3::PrivateKey::from_pem_with(provider, &pem, "00").unwrap();
            let (fields, sign) = match text(&input["flavour"]) {
                "jsapi" => {
                    let payment =
                        payment::jsapi_payment(&key, &app_id, prepay_id, timestamp, nonce).await;
                    let payment = payment.unwrap();
                    let mini =
                        payment::mini_program_payment(&key, &app_id, prepay_id, timestamp, nonce);
                    assert_eq!(mini.await.unwrap(), payment.clone().into());
                    let fields = payment.fields().map(|(n, v)| (n, v.to_owned())).to_vec();
                    (fields, payment.pay_sign)
                }
                "miniprogram" => {
                    let payment =
                        payment::mini_program_payment(&key, &app_id, prepay_id, timestamp, nonce)
                            .await;
                    let payment = payment.unwrap();
                    let fields = payment.fields().map(|(n, v)| (n, v.to_owned())).to_vec();
                    (fields, payment.pay_sign)
                }
                _ => {
                    let partner = MchId::new(text(&input["partnerid"])).unwrap();
                    let payment =
                        payment::app_payment(&key, &app_id, &partner, prepay_id, timestamp, nonce)
                            .await;
                    let payment = payment.unwrap();
                    let fields = payment.fields().map(|(n, v)| (n, v.to_owned())).to_vec();
                    (fields, payment.sign)
                }
            };
            assert_eq!(sign, text(&expected["sign"]), "{}", vector["id"]);
            let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            assert_eq!(sorted(&fields), texts(&expected["params"]));
        }
    }
}

/// Keeps what it is asked to sign.
#[derive(Debug, Default)]
struct Listener(Mutex<Vec<String>>);

#[async_trait]
impl MerchantKey for Listener {
    fn serial_no(&self) -> &str {
        "00"
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let message = String::from_utf8(message.to_vec()).unwrap();
        self.0.lock().unwrap().push(message);
        Ok(b"signature".to_vec())
    }
}

#[tokio::test]
async fn v3_payments_sign_four_lines() {
    let key = Listener::default();
    let app_id = AppId::new("wx1").unwrap();
    let partner = MchId::new("1900007291").unwrap();
    let web = payment::jsapi_payment(&key, &app_id, "p", at("1"), "n").await;
    let mini = payment::mini_program_payment(&key, &app_id, "p", at("1"), "n").await;
    let app = payment::app_payment(&key, &app_id, &partner, "p", at("1"), "n").await;
    assert_eq!(
        *key.0.lock().unwrap(),
        [
            "wx1\n1\nn\nprepay_id=p\n",
            "wx1\n1\nn\nprepay_id=p\n",
            "wx1\n1\nn\np\n"
        ]
    );
    let (web, mini, app) = (web.unwrap(), mini.unwrap(), app.unwrap());
    assert_eq!(
        mini.fields().map(|(name, _)| name),
        ["timeStamp", "nonceStr", "package", "signType", "paySign"]
    );
    // Anyone who has these values can pay the order, so they stay out of logs.
    assert_eq!(
        [format!("{web:?}"), format!("{mini:?}"), format!("{app:?}")],
        [
            r#"JsapiPayment{"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}"#,
            r#"MiniProgramPayment{"timeStamp", "nonceStr", "package", "signType", "paySign"}"#,
            r#"AppPayment{"appid", "partnerid", "prepayid", "package", "noncestr", "timestamp", "sign"}"#,
        ]
    );
}

#[tokio::test]
async fn v3_payments_refuse_what_breaks_the_lines() {
    let key = Listener::default();
    let app_id = AppId::new("wx1").unwrap();
    let partner = MchId::new("1900007291").unwrap();
    for broken in ["", "a\nb", "a b", "好", "a\n", "prepay_id=p"] {
        assert!(
            payment::jsapi_payment(&key, &app_id, broken, at("1"), "n")
                .await
                .is_err()
        );
        if broken != "prepay_id=p" {
            assert!(
                payment::jsapi_payment(&key, &app_id, "p", at("1"), broken)
                    .await
                    .is_err()
            );
        }
        assert!(
            payment::app_payment(&key, &app_id, &partner, broken, at("1"), "n")
                .await
                .is_err()
        );
        assert!(
            payment::mini_program_payment(&key, &app_id, broken, at("1"), "n")
                .await
                .is_err()
        );
    }
    assert!(key.0.lock().unwrap().is_empty());
}

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
                let payment = key.jsapi_payment(&app_id, prepay_id, timestamp, nonce, sign_type);
                assert_eq!(sorted(&payment.fields()), texts(&expected["params"]));
                assert_eq!(payment.pay_sign, text(&expected["sign"]));
            }
            _ => {
                let partner = MchId::new(text(&input["partnerid"])).unwrap();
                let payment =
                    key.app_payment(&app_id, &partner, prepay_id, timestamp, nonce, sign_type);
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
    for broken in ["", "a\nb", "a b", "好", "a\n"] {
        assert!(
            payment::jsapi_payment(&key, &app_id, broken, at("1"), "n")
                .await
                .is_err()
        );
        assert!(
            payment::jsapi_payment(&key, &app_id, "p", at("1"), broken)
                .await
                .is_err()
        );
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

//! What clients give front ends: the right pair of IDs for each role, signed by the client's own
//! key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use wxpay_api::core::{AppId, Error, ErrorKind, MchId, Timestamp};
use wxpay_api::sign::provider::Provider;
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::{PayingApp, h5_payment_url, v2, v3};
use wxpay_tests::clients::{self, API_KEY, MCH_ID, NONCE, NOW};
use wxpay_tests::replies;
use wxpay_tests::scripted::Scripted;

const PREPAY_ID: &str = "wx201410272009395522657a690389285100";
pub(crate) const SUB_MCH_ID: &str = "1900000110";

pub(crate) fn app(id: &str) -> AppId {
    AppId::new(id).unwrap()
}

pub(crate) fn sub_mch_id() -> MchId {
    MchId::new(SUB_MCH_ID).unwrap()
}

pub(crate) fn v3() -> v3::Client {
    let builder = clients::v3_builder(Provider::default(), Scripted::default());
    builder.app_id(app("wx1")).build().unwrap()
}

fn v3_partner(sub_app_id: Option<&str>) -> v3::Client {
    v3().sub_merchant(sub_mch_id(), sub_app_id.map(app))
}

pub(crate) fn v2(sign_type: SignType) -> v2::Client {
    let merchant = v2::Merchant::new(MchId::new(MCH_ID).unwrap(), app("wx1"));
    let credentials = v2::Credentials::new(Key::new(API_KEY).unwrap()).sign_type(sign_type);
    v2::Client::builder(merchant, credentials, Scripted::default())
        .nonce(|| Ok(NONCE.to_owned()))
        .clock(|| Timestamp::from_unix(NOW).unwrap())
        .build()
        .unwrap()
}

pub(crate) fn field(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Invalid(invalid) => invalid.field().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// The public half of the client's key says whether these lines were signed.
fn is_signed(lines: [&str; 4], signature: &str) -> bool {
    use aws_lc_rs::rsa::KeyPair;
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    let pair: KeyPair = replies::key_pair("mch");
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key());
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let signature = STANDARD.decode(signature).unwrap();
    public.verify(text.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn v3_pages_and_mini_programs_are_paid_in_the_app_that_was_chosen() {
    let time = NOW.to_string();
    let package = format!("prepay_id={PREPAY_ID}");
    for (client, paying, app_id) in [
        (v3(), PayingApp::Own, "wx1"),
        (v3_partner(None), PayingApp::Own, "wx1"),
        (v3_partner(Some("wx2")), PayingApp::Own, "wx1"),
        (v3_partner(Some("wx2")), PayingApp::SubMerchant, "wx2"),
    ] {
        let page = client.jsapi_payment_in(paying, PREPAY_ID).await.unwrap();
        let lines = [app_id, &time, NONCE, &package];
        assert!(is_signed(lines, &page.pay_sign), "{app_id}");
        assert_eq!(
            serde_json::to_value(&page).unwrap(),
            json!({
                "appId": app_id, "timeStamp": time, "nonceStr": NONCE, "package": package, "signType": "RSA",
                "paySign": page.pay_sign,
            })
        );
        let mini = client
            .mini_program_payment_in(paying, PREPAY_ID)
            .await
            .unwrap();
        assert_eq!(mini.pay_sign, page.pay_sign);
        let names = mini.fields().map(|(name, _)| name);
        assert_eq!(
            names,
            ["timeStamp", "nonceStr", "package", "signType", "paySign"]
        );
    }
    let own = v3().jsapi_payment(PREPAY_ID).await.unwrap();
    assert_eq!(
        own,
        v3().jsapi_payment_in(PayingApp::Own, PREPAY_ID)
            .await
            .unwrap()
    );
    let mini = v3().mini_program_payment(PREPAY_ID).await.unwrap();
    assert_eq!(mini.pay_sign, own.pay_sign);
}

#[tokio::test]
async fn v3_apps_get_the_merchant_that_goes_with_the_app() {
    let time = NOW.to_string();
    for (client, paying, app_id, partner_id) in [
        (v3(), PayingApp::Own, "wx1", MCH_ID),
        (v3_partner(None), PayingApp::Own, "wx1", MCH_ID),
        (v3_partner(Some("wx2")), PayingApp::Own, "wx1", MCH_ID),
        (
            v3_partner(Some("wx2")),
            PayingApp::SubMerchant,
            "wx2",
            SUB_MCH_ID,
        ),
    ] {
        let payment = client.app_payment_in(paying, PREPAY_ID).await.unwrap();
        let lines = [app_id, &time, NONCE, PREPAY_ID];
        assert!(is_signed(lines, &payment.sign), "{app_id}");
        assert_eq!(
            serde_json::to_value(&payment).unwrap(),
            json!({
                "appid": app_id, "partnerid": partner_id, "prepayid": PREPAY_ID, "package": "Sign=WXPay",
                "noncestr": NONCE, "timestamp": time, "sign": payment.sign,
            })
        );
    }
    // Without a word, a service provider's own pair. It was once the provider's app with the
    // sub-merchant's ID.
    let payment = v3_partner(Some("wx2"))
        .app_payment(PREPAY_ID)
        .await
        .unwrap();
    assert_eq!((&*payment.app_id, &*payment.partner_id), ("wx1", MCH_ID));
}

#[tokio::test]
async fn v3_what_is_missing_or_malformed_is_named() {
    let no_app = clients::v3(Scripted::default());
    let error = no_app.jsapi_payment(PREPAY_ID).await.unwrap_err();
    assert_eq!(field(&error), "appid");
    let sub = PayingApp::SubMerchant;
    let error = v3_partner(None).jsapi_payment_in(sub, PREPAY_ID).await;
    assert_eq!(field(&error.unwrap_err()), "sub_appid");
    let error = v3_partner(None).app_payment_in(sub, PREPAY_ID).await;
    assert_eq!(field(&error.unwrap_err()), "sub_appid");
    let no_sub = clients::v3_builder(Provider::default(), Scripted::default());
    let no_sub = no_sub.app_id(app("wx1")).sub_app_id(app("wx2"));
    let error = no_sub.build().unwrap().app_payment_in(sub, PREPAY_ID).await;
    assert_eq!(field(&error.unwrap_err()), "sub_mchid");
    for wrong in ["", "prepay_id=wx1", "wx1\n", "wx 1", "好"] {
        for error in [
            v3().jsapi_payment(wrong).await.err(),
            v3().mini_program_payment(wrong).await.err(),
            v3().app_payment(wrong).await.err(),
        ] {
            assert_eq!(field(&error.unwrap()), "prepay_id", "{wrong}");
        }
    }
}

#[test]
fn v2_front_ends_are_signed_as_the_order_was() {
    let key = Key::new(API_KEY).unwrap();
    let now = Timestamp::from_unix(NOW).unwrap();
    for sign_type in [SignType::Md5, SignType::HmacSha256] {
        let client = v2(sign_type);
        let sub = client.sub_merchant(sub_mch_id(), Some(app("wx2")));
        for (client, paying, app_id) in [
            (&client, PayingApp::Own, "wx1"),
            (&sub, PayingApp::Own, "wx1"),
            (&sub, PayingApp::SubMerchant, "wx2"),
        ] {
            let expected = key.jsapi_payment(&app(app_id), PREPAY_ID, now, NONCE, sign_type);
            let expected = expected.unwrap();
            assert_eq!(expected.sign_type, sign_type.name());
            assert_eq!(
                client.jsapi_payment_in(paying, PREPAY_ID).unwrap(),
                expected
            );
            let mini = client.mini_program_payment_in(paying, PREPAY_ID).unwrap();
            assert_eq!(mini, expected.into());
        }
        assert_eq!(client.jsapi_payment(PREPAY_ID).unwrap().app_id, "wx1");
        assert!(client.mini_program_payment(PREPAY_ID).is_ok());
    }
}

/// The rule of APIv2: the sub-merchant's ID, whichever app pays.
#[test]
fn v2_apps_of_a_service_provider_name_the_sub_merchant() {
    let key = Key::new(API_KEY).unwrap();
    let now = Timestamp::from_unix(NOW).unwrap();
    let own = v2(SignType::Md5);
    let without_app = own.sub_merchant(sub_mch_id(), None);
    let sub = own.sub_merchant(sub_mch_id(), Some(app("wx2")));
    for (client, paying, app_id, partner_id) in [
        (&own, PayingApp::Own, "wx1", MCH_ID),
        (&without_app, PayingApp::Own, "wx1", SUB_MCH_ID),
        (&sub, PayingApp::Own, "wx1", SUB_MCH_ID),
        (&sub, PayingApp::SubMerchant, "wx2", SUB_MCH_ID),
    ] {
        let partner_id = MchId::new(partner_id).unwrap();
        let (app_id, md5) = (app(app_id), SignType::Md5);
        let expected = key.app_payment(&app_id, &partner_id, PREPAY_ID, now, NONCE, md5);
        let payment = client.app_payment_in(paying, PREPAY_ID).unwrap();
        assert_eq!(payment, expected.unwrap());
    }
    assert_eq!(sub.app_payment(PREPAY_ID).unwrap().app_id, "wx1");
    let error = without_app.app_payment_in(PayingApp::SubMerchant, PREPAY_ID);
    assert_eq!(field(&error.unwrap_err()), "sub_appid");
    let error = own.jsapi_payment("wx1&signType=MD5").unwrap_err();
    assert_eq!(field(&error), "prepay_id");
}

#[test]
fn an_h5_payment_leads_back_by_an_encoded_address() {
    let url = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx20161110163838f231619da20804912345\
               &package=1037687096";
    assert_eq!(
        h5_payment_url(
            url,
            "https://www.wechatpay.com.cn/paid?order=a b"
                .replace(' ', "%20")
                .as_str()
        )
        .unwrap(),
        format!("{url}&redirect_url=https%3A%2F%2Fwww.wechatpay.com.cn%2Fpaid%3Forder%3Da%2520b")
    );
    let back = h5_payment_url(url, "https://shop.example/#/paid").unwrap();
    assert!(back.ends_with("&redirect_url=https%3A%2F%2Fshop.example%2F%23%2Fpaid"));
    let shop = "https://shop.example/paid";
    for wrong in [
        "",
        "weixin://wxpay/bizpayurl?pr=NwY5Mz9",
        shop,
        "http://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1",
        "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=",
        "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1#",
        "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&redirect_url=x",
        "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx 1",
        "prepay_id=wx1",
    ] {
        let error = h5_payment_url(wrong, shop).unwrap_err();
        assert_eq!(error.field(), "h5_url", "{wrong}");
    }
    for wrong in [
        "",
        "/paid",
        "shop.example/paid",
        "https%3A%2F%2Fshop.example%2Fpaid",
        "javascript:alert(1)",
        "https://",
        "https://shop.example/a b",
        "https://shop.example/#a b",
    ] {
        let error = h5_payment_url(url, wrong).unwrap_err();
        assert_eq!(error.field(), "redirect_url", "{wrong}");
    }
}

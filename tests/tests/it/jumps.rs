//! What clients give front ends for WeChat Pay's own pages: handed over as it came, or signed with
//! the APIv2 key.

use serde_json::{Value, json};
use wxpay_api::core::{ErrorKind, MchId, OpenId, Timestamp};
use wxpay_api::sign::v2::jump::Coupon;
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::v2::MiniProgramContract;
use wxpay_api::{v2, v3};
use wxpay_tests::clients::{self, API_KEY, MCH_ID, NONCE, NOW};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{replies, vectors};

use crate::front_end::{SUB_MCH_ID, app, field, sub_mch_id, v2, v3};

#[test]
fn a_transfer_is_confirmed_by_what_the_response_has() {
    let info = "affffddafdfafddffda==";
    let confirmation = v3().transfer_confirmation(info).unwrap();
    assert_eq!(
        serde_json::to_value(&confirmation).unwrap(),
        json!({ "mchId": MCH_ID, "appId": "wx1", "package": info })
    );
    assert_eq!(
        confirmation.query(),
        format!("mchId={MCH_ID}&appId=wx1&package=affffddafdfafddffda%3D%3D")
    );
    assert!(!format!("{confirmation:?}").contains(info));
    for wrong in ["", "a b", &"a".repeat(1025)] {
        let error = v3().transfer_confirmation(wrong).unwrap_err();
        assert_eq!(field(&error), "package_info");
    }
    let no_app = clients::v3(Scripted::default());
    assert_eq!(
        field(&no_app.transfer_confirmation(info).unwrap_err()),
        "appid"
    );
}

#[test]
fn a_payscore_order_is_confirmed_by_what_the_response_has() {
    use wxpay_api::v3::PayscoreConfirmation;

    let package = "XXXXXXXX+/=&x=1";
    let confirmation = PayscoreConfirmation::new(package).unwrap();
    let object = serde_json::to_value(&confirmation).unwrap();
    assert_eq!(object, json!({ "package": package }));
    assert_eq!(confirmation.query(), "package=XXXXXXXX%2B%2F%3D%26x%3D1");
    let ext: Value = serde_json::from_str(PayscoreConfirmation::APP_EXT_INFO).unwrap();
    assert_eq!(ext, json!({ "miniProgramType": 0 }));
    assert!(!format!("{confirmation:?}").contains("XXX"));
    assert!(PayscoreConfirmation::new(&"x".repeat(300)).is_ok());
    for wrong in ["", "a b", &"x".repeat(301)] {
        let error = PayscoreConfirmation::new(wrong).unwrap_err();
        assert_eq!(error.field(), "package");
    }
}

#[test]
fn a_member_card_is_opened_by_its_token() {
    use wxpay_api::v3::MemberCardOpening;

    let opening = MemberCardOpening::new("a+b/c==").unwrap();
    assert_eq!(MemberCardOpening::BUSINESS_TYPE, "wxpayCardMember");
    assert_eq!(opening.query(), "token=a%2Bb%2Fc%3D%3D&scene=CARD_MEMBER");
    assert!(!format!("{opening:?}").contains("a+b"));
    for wrong in ["", "a b", "令牌", &"x".repeat(1025)] {
        let error = MemberCardOpening::new(wrong).unwrap_err();
        assert_eq!(error.field(), "token");
    }
}

#[test]
fn product_coupons_are_taken_and_used_by_what_the_page_wants() {
    use wxpay_api::v3::{CouponAuthState, ProductCouponReceipt, ProductCouponUse};

    let receipt = ProductCouponReceipt::new("T1").unwrap();
    assert_eq!(
        serde_json::to_value(&receipt).unwrap(),
        json!({ "action": "receiveCoupon", "token": "T1" })
    );
    assert!(!format!("{receipt:?}").contains("T1"));
    assert_eq!(ProductCouponReceipt::new("").unwrap_err().field(), "token");
    for (state, name) in [
        (CouponAuthState::Verified, "verified"),
        (CouponAuthState::InvalidCredentials, "invalidCredentials"),
        (CouponAuthState::Unauthenticated, "unauthenticated"),
    ] {
        let shown = ProductCouponUse::new("C1", "S1", state).unwrap();
        assert_eq!(
            serde_json::to_value(&shown).unwrap(),
            json!({ "couponCode": "C1", "stockId": "S1", "authState": name })
        );
    }
    let state = CouponAuthState::Verified;
    for (code, stock, field) in [("", "S1", "couponCode"), ("C1", "a b", "stockId")] {
        let error = ProductCouponUse::new(code, stock, state).unwrap_err();
        assert_eq!(error.field(), field);
    }
}

#[test]
fn a_parking_service_is_opened_for_a_plate() {
    use wxpay_api::v3::{ParkingServiceOpening, PlateColor};

    let user = OpenId::new("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").unwrap();
    let opening = |plate, color| {
        let mchid = MchId::new(MCH_ID).unwrap();
        ParkingServiceOpening::new(mchid, user.clone(), plate, color)
    };
    for (color, name) in [
        (PlateColor::Blue, "BLUE"),
        (PlateColor::Green, "GREEN"),
        (PlateColor::Yellow, "YELLOW"),
        (PlateColor::Black, "BLACK"),
        (PlateColor::White, "WHITE"),
        (PlateColor::LimeGreen, "LIMEGREEN"),
    ] {
        let opened = opening("粤B888888", color).unwrap();
        assert_eq!(
            serde_json::to_value(&opened).unwrap(),
            json!({ "mchid": MCH_ID, "openid": user, "plate_number": "粤B888888", "plate_color": name })
        );
        assert!(!format!("{opened:?}").contains("888888"));
    }
    let of_sub = opening("粤B888888", PlateColor::Blue).unwrap();
    let of_sub = serde_json::to_value(of_sub.sub_merchant(sub_mch_id())).unwrap();
    assert_eq!(of_sub["sub_mchid"], SUB_MCH_ID);
    for wrong in ["", " ", &"x".repeat(33)] {
        let error = opening(wrong, PlateColor::Blue).unwrap_err();
        assert_eq!(error.field(), "plate_number");
    }
}

fn v3_with_v2_key() -> v3::Client {
    let merchant_key =
        wxpay_api::sign::v3::PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO);
    let platform = wxpay_api::sign::v3::PublicKeys::new()
        .with_public_key(replies::PLATFORM_KEY_ID, &replies::platform_public_key());
    let credentials = v3::Credentials::new(merchant_key.unwrap(), platform.unwrap())
        .v2_key(Key::new(API_KEY).unwrap());
    v3::Client::builder(
        MchId::new(MCH_ID).unwrap(),
        credentials,
        Scripted::default(),
    )
    .nonce(|| Ok(NONCE.to_owned()))
    .clock(|| Timestamp::from_unix(NOW).unwrap())
    .build()
    .unwrap()
}

#[test]
fn pages_that_the_v2_key_signs_need_it() {
    let key = Key::new(API_KEY).unwrap();
    let mch_id = MchId::new(MCH_ID).unwrap();
    let open_id = OpenId::new("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").unwrap();
    let coupon = Coupon::new("1234567", "abc123");
    let client = v3_with_v2_key();
    let now = Timestamp::from_unix(NOW).unwrap();
    assert_eq!(
        client.payscore_detail("500001", "T1").unwrap(),
        key.payscore_detail(&mch_id, "500001", "T1", now, NONCE)
            .unwrap()
    );
    assert_eq!(
        client.coupon_plugin(vec![coupon.clone()]).unwrap(),
        key.coupon_plugin(vec![coupon.clone()], &mch_id).unwrap()
    );
    assert_eq!(
        client.h5_coupon_url(&coupon, &open_id).unwrap(),
        key.h5_coupon_url(&coupon, &mch_id, &open_id).unwrap()
    );
    assert!(!format!("{client:?}").contains(API_KEY));
    for error in [
        v3().payscore_detail("500001", "T1").err(),
        v3().coupon_plugin(vec![coupon.clone()]).err(),
        v3().h5_coupon_url(&coupon, &open_id).err(),
    ] {
        let error = error.unwrap();
        assert!(matches!(error.kind(), ErrorKind::Signing(_)), "{error:?}");
        let said = error.kind().to_string();
        assert!(said.contains("Credentials::v2_key"), "{said}");
    }
    let error = client.payscore_detail("", "T1").unwrap_err();
    assert_eq!(field(&error), "service_id");
}

#[test]
fn a_contract_is_handed_over_with_its_signature() {
    let mut contract =
        MiniProgramContract::new(106, "122", 123, "张三", "https://www.qq.com/test/papay");
    let sorted = |client: &v2::Client, contract: &MiniProgramContract| {
        let data = client.mini_program_contract(contract).unwrap();
        serde_json::to_value(&data).unwrap()
    };
    let client = v2(SignType::HmacSha256);
    // The signature was made with Python's `hashlib`.
    assert_eq!(
        sorted(&client, &contract),
        json!({
            "appid": "wx1", "contract_code": "122", "contract_display_account": "张三", "mch_id": MCH_ID,
            "notify_url": "https://www.qq.com/test/papay", "plan_id": "106", "request_serial": 123, "timestamp": NOW,
            "sign": CONTRACT_SIGN,
        })
    );
    contract.outerid = Some("user123".to_owned());
    let partner = client.sub_merchant(sub_mch_id(), Some(app("wx2")));
    let handed_over = sorted(&partner, &contract);
    assert_eq!(
        (
            &handed_over["sub_mch_id"],
            &handed_over["sub_appid"],
            &handed_over["outerid"]
        ),
        (&json!(SUB_MCH_ID), &json!("wx2"), &json!("user123"))
    );
    assert_ne!(handed_over["sign"], CONTRACT_SIGN);
    let data = client.mini_program_contract(&contract).unwrap();
    let shown = format!("{data:?} {contract:?}");
    assert!(
        !shown.contains("张三") && !shown.contains("user123"),
        "{shown}"
    );
}

const CONTRACT_SIGN: &str = "DC69BFCA820F3EE66070CEDCD30CDFF9";

#[test]
fn a_contract_that_breaks_a_rule_is_named() {
    let good = || MiniProgramContract::new(106, "122", 123, "张三", "https://www.qq.com/papay");
    let change = |change: fn(&mut MiniProgramContract)| {
        let mut contract = good();
        change(&mut contract);
        let refused = v2(SignType::Md5).mini_program_contract(&contract);
        field(&refused.unwrap_err())
    };
    assert_eq!(
        change(|c| c.contract_code = "a-b".to_owned()),
        "contract_code"
    );
    assert_eq!(change(|c| c.contract_code = String::new()), "contract_code");
    assert_eq!(change(|c| c.request_serial = 0), "request_serial");
    assert_eq!(change(|c| c.request_serial = 1 << 53), "request_serial");
    assert_eq!(change(|c| c.plan_id = 0), "plan_id");
    let account = "contract_display_account";
    assert_eq!(
        change(|c| c.contract_display_account = "😀".to_owned()),
        account
    );
    assert_eq!(
        change(|c| c.contract_display_account = " x".to_owned()),
        account
    );
    assert_eq!(
        change(|c| c.contract_display_account = "x".repeat(129)),
        account
    );
    // The same text, and so the same signature, as with an `outerid` of its own.
    assert_eq!(
        change(|c| c.notify_url.push_str("&outerid=1")),
        "notify_url"
    );
    assert_eq!(change(|c| c.notify_url.push_str("?a=1")), "notify_url");
    assert_eq!(
        change(|c| c.notify_url = "ftp://x".to_owned()),
        "notify_url"
    );
    assert_eq!(change(|c| c.outerid = Some("😀".to_owned())), "outerid");
}

#[test]
fn a_red_packet_is_shown_by_the_clients_own_app() {
    let key = Key::new(API_KEY).unwrap();
    let now = Timestamp::from_unix(NOW).unwrap();
    let packet = v2(SignType::HmacSha256)
        .mini_program_red_packet("sendid=1&ver=8")
        .unwrap();
    let expected = key.mini_program_red_packet(&app("wx1"), "sendid=1&ver=8", now, NONCE);
    assert_eq!(packet, expected.unwrap());
    assert_eq!(packet.package, "sendid%3D1%26ver%3D8");
    assert_eq!(serde_json::to_value(&packet).unwrap()["signType"], "MD5");
    let error = v2(SignType::Md5).mini_program_red_packet("sendid%3D1");
    assert_eq!(field(&error.unwrap_err()), "package");
}

//! What opens the pages of WeChat Pay that are signed with the APIv2 key. The signatures were made
//! with Python's `hashlib`.

use wxpay_core::{AppId, InvalidInput, MchId, OpenId, Timestamp};
use wxpay_sign::v2::Key;
use wxpay_sign::v2::jump::Coupon;

fn key() -> Key {
    Key::new("qazwsxedcrfvtgbyhnujmikolp111111").unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).unwrap()
}

fn mch(id: &str) -> MchId {
    MchId::new(id).unwrap()
}

fn open_id() -> OpenId {
    OpenId::new("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").unwrap()
}

#[test]
fn a_payscore_order_is_opened_by_six_fields_and_their_signature() {
    let detail = key()
        .payscore_detail(
            &mch("1230000109"),
            "500001",
            "1234323JKHDFE1243252B",
            at(1_530_097_563),
            "zyx53Nkey8o4bHpxTQvd8m7e92nG5mG2",
        )
        .unwrap();
    let sign = "166B63F26380F59C4FE87C5556BD3042149AE29D19622DB0B4BC0C407FCF0820";
    assert_eq!(
        detail.fields(),
        [
            ("mch_id", "1230000109"),
            ("service_id", "500001"),
            ("out_order_no", "1234323JKHDFE1243252B"),
            ("timestamp", "1530097563"),
            ("nonce_str", "zyx53Nkey8o4bHpxTQvd8m7e92nG5mG2"),
            ("sign_type", "HMAC-SHA256"),
            ("sign", sign),
        ]
    );
    assert_eq!(
        detail.query(),
        format!(
            "mch_id=1230000109&service_id=500001&out_order_no=1234323JKHDFE1243252B&timestamp=1530097563\
             &nonce_str=zyx53Nkey8o4bHpxTQvd8m7e92nG5mG2&sign_type=HMAC-SHA256&sign={sign}"
        )
    );
    let shown = format!("{detail:?}");
    assert!(shown.starts_with("PayscoreDetail{\"mch_id\", "), "{shown}");
    assert!(!shown.contains(sign), "{shown}");
    // In a query string only what is percent-encoded keeps its place.
    let odd = key().payscore_detail(&mch("1"), "500001", "a|b*c", at(1), "n");
    assert!(odd.unwrap().query().contains("&out_order_no=a%7Cb%2Ac&"));
    let mch = mch("1");
    let refused = |service: &str, order: &str, nonce: &str| {
        let refused = key().payscore_detail(&mch, service, order, at(1), nonce);
        refused.unwrap_err().field().to_owned()
    };
    assert_eq!(refused("", "1", "n"), "service_id");
    assert_eq!(refused("1", "1&service_id=2", "n"), "out_order_no");
    assert_eq!(refused("1", &"1".repeat(33), "n"), "out_order_no");
    assert_eq!(refused("1", "1", "n n"), "nonce");
}

/// The package is that of <https://pay.weixin.qq.com/doc/v2/merchant/4011937428>.
#[test]
fn a_red_packet_is_signed_over_the_encoded_package() {
    let key = Key::new("192006250b4c09247ec02edce69f6a2d").unwrap();
    let app_id = AppId::new("wx2421b1c4370ec43b").unwrap();
    let package = "sendid=242e8abd163d300019b2cae74ba8e8c06e3f0e51ab84d16b3c80decd22a5b672&ver=8&sign=4110d649a5aef52dd6b95654d\
                   df91ca7d5411ac159ace4e1a766b7d3967a1c3dfe1d256811445a4abda2d9cfa4a9b377a829258bd00d90313c6c346f2349fe5d&mchid=1\
                   1475856&appid=wxd27ebc41b85ce36d";
    let encoded = package.replace('=', "%3D").replace('&', "%26");
    let nonce = "e61463f8efa94090b1f366cccfbbb444";
    let signed = |package| key.mini_program_red_packet(&app_id, package, at(1_414_561_699), nonce);
    assert_eq!(
        signed(package).unwrap().fields(),
        [
            ("timeStamp", "1414561699"),
            ("nonceStr", nonce),
            ("package", &*encoded),
            ("signType", "MD5"),
            ("paySign", "0cecd02326e26c27fbc77f6062ef8654"),
        ]
    );
    for wrong in ["", &encoded, "sendid=1 2", "sendid=好"] {
        assert_eq!(signed(wrong).unwrap_err().field(), "package", "{wrong}");
    }
}

#[test]
fn coupons_of_the_plugin_are_signed_with_their_places() {
    let merchant = mch("10016226");
    let coupons = vec![
        Coupon::new("1234567", "abc123"),
        Coupon::new("2345678", "123abc"),
    ];
    let plugin = key().coupon_plugin(coupons, &merchant).unwrap();
    assert_eq!(
        plugin.sign,
        "3FB5E03FCD8F75578182665F2692F91F5789A622185B8BA670B7F29676A2E741"
    );
    let mut coupon = Coupon::new("1234567", "abc123");
    coupon.coupon_code = Some("c1".to_owned());
    coupon.create_coupon_merchant = Some(mch("10016226"));
    coupon.customize_send_time = Some("2021-01-01T00:00:00+08:00".to_owned());
    let whole = key().coupon_plugin(vec![coupon], &merchant).unwrap();
    assert_eq!(
        whole.sign,
        "09912858D85502EF5E9C849E530868C7D17FAA17DDD8BA68A135BFFC952C0C9B"
    );
    #[cfg(feature = "serde")]
    {
        assert_eq!(
            serde_json::to_value(&plugin).unwrap(),
            serde_json::json!({
                "send_coupon_params": [
                    { "stock_id": "1234567", "out_request_no": "abc123" },
                    { "stock_id": "2345678", "out_request_no": "123abc" },
                ],
                "send_coupon_merchant": "10016226",
                "sign": plugin.sign,
            })
        );
        let object = serde_json::to_value(&whole).unwrap();
        assert_eq!(object["send_coupon_params"][0]["coupon_code"], "c1");
    }
    assert_eq!(
        format!("{whole:?}"),
        "CouponPlugin { send_coupon_params: 1, .. }"
    );
}

#[test]
fn the_plugin_refuses_what_it_can_not_hand_out() {
    let refused = |coupons: Vec<Coupon>| -> InvalidInput {
        let refused = key().coupon_plugin(coupons, &mch("10016226"));
        refused.unwrap_err()
    };
    let numbered = |n: usize| Coupon::new("1", format!("r{n}"));
    assert_eq!(refused(Vec::new()).field(), "send_coupon_params");
    assert_eq!(
        refused((0..11).map(numbered).collect()).field(),
        "send_coupon_params"
    );
    assert!(
        key()
            .coupon_plugin((0..10).map(numbered).collect(), &mch("10016226"))
            .is_ok()
    );
    let twice = refused(vec![numbered(1), numbered(2), numbered(1)]);
    assert_eq!(twice.field(), "send_coupon_params[2].out_request_no");
    // One number in two batches is two numbers.
    let batches = vec![Coupon::new("1", "r"), Coupon::new("2", "r")];
    assert!(key().coupon_plugin(batches, &mch("10016226")).is_ok());
    let merged = Coupon::new("1", "r&send_coupon_merchant=2");
    assert_eq!(
        refused(vec![numbered(1), merged]).field(),
        "send_coupon_params[1].out_request_no"
    );
    let mut long = numbered(1);
    long.coupon_code = Some("c".repeat(129));
    assert_eq!(
        refused(vec![long]).field(),
        "send_coupon_params[0].coupon_code"
    );
}

#[test]
fn values_are_as_long_as_the_documents_allow_and_no_longer() {
    for (field, longest) in [
        ("stock_id", 20),
        ("out_request_no", 128),
        ("coupon_code", 128),
        ("customize_send_time", 32),
    ] {
        let signed = |length: usize| {
            let mut coupon = Coupon::new("1", "r");
            let value = "1".repeat(length);
            match field {
                "stock_id" => coupon.stock_id = value,
                "out_request_no" => coupon.out_request_no = value,
                "coupon_code" => coupon.coupon_code = Some(value),
                _ => coupon.customize_send_time = Some(value),
            }
            key().coupon_plugin(vec![coupon], &mch("10016226"))
        };
        assert!(signed(longest).is_ok(), "{field}");
        let error = signed(longest + 1).unwrap_err();
        assert_eq!(error.field(), format!("send_coupon_params[0].{field}"));
        assert!(error.rule().contains(&longest.to_string()), "{error}");
    }
    let longest = "1".repeat(32);
    let detail = key().payscore_detail(&mch("1"), &longest, &longest, at(1), &longest);
    assert!(detail.is_ok());
}

#[test]
fn a_coupon_in_a_page_is_a_signed_url() {
    let merchant = mch("10016226");
    let mut coupon = Coupon::new("12111100000001", "a|b*1");
    let url = key().h5_coupon_url(&coupon, &merchant, &open_id()).unwrap();
    assert_eq!(
        url,
        "https://action.weixin.qq.com/busifavor/getcouponinfo?stock_id=12111100000001&out_request_no=a%7Cb%2A1\
         &sign=E77F633F5117474EBA6D6B5A06B86DF313FAA812F3F04B4BD1198E1492A12B4F&send_coupon_merchant=10016226\
         &open_id=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o#wechat_pay&wechat_redirect"
    );
    coupon.coupon_code = Some("c1".to_owned());
    let url = key().h5_coupon_url(&coupon, &merchant, &open_id()).unwrap();
    let sign = "7D60946A68042138744022A70485117752565AAB43B94DABB25197480126352D";
    assert!(
        url.contains(&format!("&coupon_code=c1&sign={sign}&")),
        "{url}"
    );
    coupon.customize_send_time = Some("2021-01-01T00:00:00+08:00".to_owned());
    let error = key().h5_coupon_url(&coupon, &merchant, &open_id());
    assert_eq!(error.unwrap_err().field(), "customize_send_time");
    coupon.customize_send_time = None;
    coupon.create_coupon_merchant = Some(merchant.clone());
    let error = key().h5_coupon_url(&coupon, &merchant, &open_id());
    assert_eq!(error.unwrap_err().field(), "create_coupon_merchant");
}

//! What a front end gets: by whose IDs and key, and what its `Debug` keeps to itself.

use futures_executor::block_on;
use wxpay_client::PayingApp;
use wxpay_client::core::{AppId, ErrorKind, MchId, OpenId, Timestamp};
use wxpay_client::sign::v2::SignType;
use wxpay_client::v2::MiniProgramContract;
use wxpay_client::v3::{
    MemberCardOpening, ParkingServiceOpening, PayscoreConfirmation, PlateColor,
    ProductCouponReceipt,
};
use wxpay_test_support::clients;
use wxpay_test_support::scripted::Scripted;

const PREPAY_ID: &str = "wx201410272009395522657a690389285100";

fn app(id: &str) -> AppId {
    AppId::new(id).unwrap()
}

fn sub() -> MchId {
    MchId::new("1900000110").unwrap()
}

#[test]
fn a_front_end_of_apiv3_gets_the_ids_of_the_app_in_which_it_runs() {
    let client = clients::v3(Scripted::default()).app_id(app("wx1"));
    let provider = client.sub_merchant(sub(), Some(app("wx2")));
    let paid = block_on(client.jsapi_payment(PREPAY_ID)).unwrap();
    assert_eq!(paid.app_id.as_str(), "wx1");
    assert_eq!(paid.package, format!("prepay_id={PREPAY_ID}"));
    let paid = block_on(provider.jsapi_payment_in(PayingApp::SubMerchant, PREPAY_ID)).unwrap();
    assert_eq!(paid.app_id.as_str(), "wx2");
    let paid = block_on(client.app_payment(PREPAY_ID)).unwrap();
    assert_eq!(
        (paid.app_id.as_str(), paid.partner_id.as_str()),
        ("wx1", clients::MCH_ID)
    );
    let paid = block_on(provider.app_payment_in(PayingApp::SubMerchant, PREPAY_ID)).unwrap();
    assert_eq!(
        (paid.app_id.as_str(), paid.partner_id.as_str()),
        ("wx2", "1900000110")
    );
    let none = block_on(client.jsapi_payment_in(PayingApp::SubMerchant, PREPAY_ID)).unwrap_err();
    assert!(matches!(none.kind(), ErrorKind::Invalid(error) if error.field() == "sub_appid"));
    let none = block_on(client.app_payment_in(PayingApp::SubMerchant, PREPAY_ID)).unwrap_err();
    assert!(matches!(none.kind(), ErrorKind::Invalid(_)), "{none}");
    for wrong in ["", "a b"] {
        assert!(block_on(client.jsapi_payment(wrong)).is_err());
        assert!(block_on(client.app_payment(wrong)).is_err());
    }
}

#[test]
fn a_front_end_of_apiv2_gets_the_ids_of_the_app_in_which_it_runs() {
    let at = Timestamp::from_unix(clients::NOW).unwrap();
    let builder = clients::v2_builder(SignType::Md5, Scripted::default());
    let client = builder.clock(move || at).build().unwrap();
    let provider = client.sub_merchant(sub(), Some(app("wx2")));
    let paid = client.jsapi_payment(PREPAY_ID).unwrap();
    assert_eq!(paid.app_id.as_str(), clients::APP_ID);
    let paid = provider
        .jsapi_payment_in(PayingApp::SubMerchant, PREPAY_ID)
        .unwrap();
    assert_eq!(paid.app_id.as_str(), "wx2");
    let paid = client.app_payment(PREPAY_ID).unwrap();
    assert_eq!(paid.partner_id.as_str(), clients::MCH_ID);
    let paid = provider
        .app_payment_in(PayingApp::SubMerchant, PREPAY_ID)
        .unwrap();
    assert_eq!(
        (paid.app_id.as_str(), paid.partner_id.as_str()),
        ("wx2", "1900000110")
    );
    assert!(
        client
            .jsapi_payment_in(PayingApp::SubMerchant, PREPAY_ID)
            .is_err()
    );
}

#[test]
fn a_nonce_is_up_to_thirty_two_letters_and_digits() {
    let with = |nonce: String| {
        let client = clients::v3_builder(Default::default(), Scripted::default());
        let client = client
            .app_id(app("wx1"))
            .nonce(move || Ok(nonce.clone()))
            .build()
            .unwrap();
        block_on(client.jsapi_payment(PREPAY_ID))
    };
    assert_eq!(with("a1".to_owned()).unwrap().nonce_str, "a1");
    with("a".repeat(32)).unwrap();
    for wrong in [
        String::new(),
        "a".repeat(33),
        "a-b".to_owned(),
        "好".to_owned(),
    ] {
        assert!(matches!(
            with(wrong).unwrap_err().kind(),
            ErrorKind::Signing(_)
        ));
    }
}

#[test]
fn debug_keeps_what_opens_a_page_to_itself() {
    let client = clients::v3(Scripted::default()).app_id(app("wx1"));
    let transfer = client.transfer_confirmation("secret").unwrap();
    assert_eq!(
        transfer.query(),
        "mchId=1900000109&appId=wx1&package=secret"
    );
    let openid = OpenId::new("o1").unwrap();
    let mchid = MchId::new(clients::MCH_ID).unwrap();
    let parking = ParkingServiceOpening::new(mchid, openid, "secret", PlateColor::Blue).unwrap();
    let contract = MiniProgramContract::new(5, "c1", 7, "secret", "https://secret.example/n");
    let v2_client = clients::v2(SignType::Md5, Scripted::default());
    let extra = v2_client.mini_program_contract(&contract).unwrap();
    let fields: Vec<(&str, &str)> = extra.fields().collect();
    assert!(fields.contains(&("contract_display_account", "secret")));
    assert!(fields.contains(&("contract_code", "c1")) && fields.is_sorted());
    for (shown, name) in [
        (format!("{transfer:?}"), "TransferConfirmation { mch_id: "),
        (
            format!("{:?}", PayscoreConfirmation::new("secret").unwrap()),
            "PayscoreConfirmation { .. }",
        ),
        (
            format!("{:?}", MemberCardOpening::new("secret").unwrap()),
            "MemberCardOpening { .. }",
        ),
        (
            format!("{:?}", ProductCouponReceipt::new("secret").unwrap()),
            "ProductCouponReceipt { .. }",
        ),
        (format!("{parking:?}"), "ParkingServiceOpening { mchid: "),
        (
            format!("{contract:?}"),
            "MiniProgramContract { plan_id: 5, contract_code: \"c1\"",
        ),
        (
            format!("{extra:?}"),
            "ContractExtraData{\"appid\", \"contract_code\", ",
        ),
    ] {
        assert!(shown.starts_with(name), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}

//! Operations without behaviour of the sandbox, called by the program itself: of each kind of
//! request and response one or more.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wxpay_sandbox::Sandbox;

use super::{exit, json_of, run};
use crate::setup::{Setup, text};

/// Operations, what is given of them, and a field of the response with what it has to be.
fn calls() -> Vec<(&'static str, Value, &'static str, Value)> {
    let nothing = Value::Null;
    vec![
        (
            "v2.papay.query_contract",
            json!({"contract_id": "C1"}),
            "/contract_id",
            json!("C1"),
        ),
        (
            "v2.deposit.query_order",
            json!({"out_trade_no": "N1"}),
            "/out_trade_no",
            json!("N1"),
        ),
        (
            "v2.face.query_order",
            json!({"out_trade_no": "N1"}),
            "/out_trade_no",
            json!("N1"),
        ),
        (
            "v3.merchant.query_balance",
            json!({"account_type": "BASIC"}),
            "/available_amount",
            json!(SOME),
        ),
        (
            "v3.ecommerce_fund.query_balance",
            json!({}),
            "/sub_mchid",
            json!("1900000110"),
        ),
        (
            "v3.marketing_favor.send_coupon",
            json!({"openid": "o1", "stock_id": "1", "out_request_no": "N1", "stock_creator_mchid": "1900000109"}),
            "/coupon_id",
            json!(SOME),
        ),
        (
            "v3.marketing_favor.query_stock",
            json!({"stock_id": "98", "stock_creator_mchid": "1900000109"}),
            "/stock_id",
            json!("98"),
        ),
        (
            "v3.capital.list_provinces",
            json!({}),
            "/total_count",
            json!(1),
        ),
        (
            "v3.capital.search_banks_by_account",
            json!({"account_number": "6214"}),
            "/data/0",
            json!(SOME),
        ),
        (
            "v3.smartguide.list_guides",
            json!({"store_id": 7, "limit": 3}),
            "/limit",
            json!(3),
        ),
        (
            "v3.realname.verify_real_name",
            json!({
                "credential_type": 1,
                "encrypted_credential_id": "44030119800101001X",
                "encrypted_name": "张三",
                "wxp_trade_no": "4200001",
            }),
            "/verify_result",
            json!(SOME),
        ),
        (
            "v3.apply4sub.query_settlement",
            json!({}),
            "/account_type",
            json!(SOME),
        ),
        (
            "v3.marketing_busifavor.query_coupon_code",
            json!({"stock_id": "1", "coupon_code": "2"}),
            "/code_information",
            json!(SOME),
        ),
        (
            "v3.marketing_paygiftactivity.query_activity",
            json!({"activity_id": "126"}),
            "/activity_id",
            json!("126"),
        ),
        (
            "v3.global_transactions.query_order_by_id",
            json!({"transaction_id": "4200001", "mchid": "1900000109"}),
            "",
            nothing,
        ),
        (
            "v3.brand_card_member.list_cards",
            json!({"offset": 0, "limit": 5}),
            "/limit",
            json!(5),
        ),
        (
            "v3.brand_marketing.query_product_coupon",
            json!({"product_coupon_id": "P1"}),
            "/product_coupon_id",
            json!("P1"),
        ),
        (
            "v3.brand_marketing.query_user_coupon",
            json!({"coupon_code": "C1", "openid": "o1", "product_coupon_id": "P1", "stock_id": "S1"}),
            "/coupon_code",
            json!("C1"),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_of_every_kind_are_called() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    let mut brand = Setup::new(&sandbox);
    let of_brand = sandbox.brand().await.unwrap();
    for (setting, file, text) in [
        (
            "certificate.certificate",
            "brand_cert.pem",
            of_brand.cert_pem.as_str(),
        ),
        (
            "certificate.private_key",
            "brand_key.pem",
            of_brand.key_pem.expose(),
        ),
        (
            "platform.public_key",
            "brand_pub_key.pem",
            &of_brand.platform_public_key_pem,
        ),
    ] {
        brand.file(file, text);
        brand.set(setting, file);
    }
    brand.set("brand_id", of_brand.brand_id.as_str());
    brand.set("platform.public_key_id", of_brand.platform_key_id.as_str());
    let calls = calls();
    let mut seen = BTreeMap::new();
    for (name, request, field, expected) in &calls {
        let setup = if name.starts_with("v3.brand_") {
            &brand
        } else {
            &setup
        };
        setup.file("request.json", request.to_string());
        let call = [
            "call",
            name,
            "--yes",
            "--json",
            "request.json",
            "--sub-mch-id",
            "1900000110",
        ];
        let output = run(setup, &call, &[]);
        assert_eq!(
            exit(&output),
            0,
            "{name}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        let reply = json_of(&output);
        let got = field.is_empty().then_some(Value::Null);
        let got = got.unwrap_or_else(|| reply.pointer(field).cloned().unwrap_or_default());
        assert!(
            got == *expected || (*expected == json!(SOME) && !got.is_null()),
            "{name}: {reply}"
        );
        let known = sandbox
            .request(sandbox.last_request())
            .unwrap()
            .api
            .unwrap();
        seen.insert(known.name(), ());
    }
    assert_eq!(seen.len(), calls.len());
}

/// A value that only has to be there.
const SOME: &str = "some";

//! What the shapes of a spec become on the wire, against messages written by hand.

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use wxpay_api::core::{AppId, Fen, MchId, Params};
use wxpay_api::json::Json;
use wxpay_api::sign::provider::Provider;
use wxpay_api::sign::v2::{SignType, danger_accept_unsigned};
use wxpay_api::sign::v3;
use wxpay_api::v2::pay::{CreateOrder, QueryRefund, create_order, query_refund};
use wxpay_api::v2::{self, Endpoint as _};
use wxpay_api::v3::Endpoint as _;
use wxpay_api::v3::marketing_partner::{QueryImageTask, types::ImageGenerationType};
use wxpay_api::v3::pay::types::{
    OrderAmount, OrderDetail, OrderGoods, OrderScene, OrderSceneOptions, StoreInfo, Transaction,
};
use wxpay_api::v3::pay::{
    CloseOrder, PrepayNative, QueryOrderByOutTradeNo, partner_query_order_by_id, prepay_native,
};
use wxpay_api::v3::refund::{CreateRefund, RefundNotification, create_refund, types::RefundStatus};
use wxpay_api::v3::{Notification as _, pay};
use wxpay_client::dynamic::DynamicRequest;
use wxpay_tests::clients;
use wxpay_tests::scripted::Scripted;

fn client() -> wxpay_api::v3::Client {
    let app = AppId::new("wxd678efh567hg6787").unwrap();
    clients::v3_builder(Provider::default(), Scripted::new([]))
        .app_id(app)
        .build()
        .unwrap()
}

/// Path, query and body of a request.
fn sent(
    client: &wxpay_api::v3::Client,
    request: &impl wxpay_api::v3::Endpoint,
) -> (String, String) {
    let (request, _) = client.prepare(request).now_or_never().unwrap().unwrap();
    let target = request.uri().path_and_query().unwrap().to_string();
    (target, String::from_utf8(request.body().to_vec()).unwrap())
}

fn native() -> PrepayNative {
    PrepayNative {
        description: "Image形象店".to_owned(),
        out_trade_no: "1217752501201407033233368018".parse().unwrap(),
        notify_url: "https://www.weixin.qq.com/wxpay/pay.php".to_owned(),
        amount: OrderAmount {
            total: Fen::new(100),
            options: Default::default(),
        },
        options: Default::default(),
    }
}

#[test]
fn an_order_with_objects_lists_and_a_time() {
    let mut order = native();
    let goods = OrderGoods {
        merchant_goods_id: "1246464644".to_owned(),
        quantity: 1,
        unit_price: Fen::new(528_800),
        options: Default::default(),
    };
    let detail = OrderDetail {
        options: pay::types::OrderDetailOptions::default().goods_detail(vec![goods]),
    };
    let scene = OrderScene {
        payer_client_ip: "14.23.150.211".parse().unwrap(),
        options: OrderSceneOptions::default().store_info(StoreInfo {
            id: "0001".to_owned(),
            options: Default::default(),
        }),
    };
    let expire = wxpay_api::Timestamp::from_unix(1_528_425_296).unwrap();
    order.options = prepay_native::PrepayNativeOptions::default()
        .time_expire(expire)
        .detail(detail)
        .scene_info(scene)
        .extra("brand_new", 7);
    let (target, body) = sent(&client(), &order);
    assert_eq!(target, "/v3/pay/transactions/native");
    let body: Value = serde_json::from_str(&body).unwrap();
    let expected = json!({
        "appid": "wxd678efh567hg6787",
        "mchid": "1900000109",
        "description": "Image形象店",
        "out_trade_no": "1217752501201407033233368018",
        "time_expire": "2018-06-08T10:34:56+08:00",
        "notify_url": "https://www.weixin.qq.com/wxpay/pay.php",
        "amount": {"total": 100},
        "detail": {"goods_detail": [
            {"merchant_goods_id": "1246464644", "quantity": 1, "unit_price": 528_800},
        ]},
        "scene_info": {"payer_client_ip": "14.23.150.211", "store_info": {"id": "0001"}},
        "brand_new": 7,
    });
    assert_eq!(body, expected);
}

#[test]
fn a_broken_rule_is_named_with_its_place() {
    let mut order = native();
    let goods = OrderGoods {
        merchant_goods_id: "1".repeat(33),
        quantity: 1,
        unit_price: Fen::new(1),
        options: Default::default(),
    };
    let detail = pay::types::OrderDetailOptions::default().goods_detail(vec![goods]);
    order.options.detail = Some(OrderDetail { options: detail });
    let error = client()
        .prepare(&order)
        .now_or_never()
        .unwrap()
        .unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("detail.goods_detail[0].merchant_goods_id: must have at most 32"),
        "{said}"
    );

    let without_app = clients::v3(Scripted::new([]));
    let order = native();
    let error = without_app.prepare(&order).now_or_never().unwrap();
    let said = error.unwrap_err().to_string();
    assert!(said.contains("appid: the client needs an app ID"), "{said}");
}

#[test]
fn a_close_goes_by_its_number_and_answers_with_nothing() {
    let close = CloseOrder {
        out_trade_no: "A1".parse().unwrap(),
        options: Default::default(),
    };
    let (target, body) = sent(&client(), &close);
    assert_eq!(target, "/v3/pay/transactions/out-trade-no/A1/close");
    assert_eq!(body, r#"{"mchid":"1900000109"}"#);
    let empty = v3::danger_accept_unsigned(bytes::Bytes::new());
    assert_eq!(*close.decode_body(empty).unwrap().get(), Json::Null);
}

#[test]
fn a_service_provider_asks_for_its_sub_merchant() {
    let client = client().sub_merchant(MchId::new("1900000110").unwrap(), None);
    let query = pay::PartnerQueryOrderById {
        transaction_id: "4200001".parse().unwrap(),
        options: partner_query_order_by_id::PartnerQueryOrderByIdOptions::default(),
    };
    let (target, _) = sent(&client, &query);
    assert_eq!(
        target,
        "/v3/pay/partner/transactions/id/4200001?sp_mchid=1900000109&sub_mchid=1900000110"
    );
}

fn transaction() -> Value {
    json!({
        "appid": "wxd678efh567hg6787", "mchid": "1900000109", "out_trade_no": "A1",
        "transaction_id": "4200001", "trade_state": "SUCCESS", "trade_type": "A_NEW_WAY",
        "success_time": "2018-06-08T10:34:56+08:00", "payer": {"openid": "o1"},
        "amount": {"total": 100, "payer_total": 90, "currency": "CNY"},
        "promotion_detail": [{"coupon_id": "109", "amount": 10, "goods_detail": []}],
        "later": {"more": true},
    })
}

fn read(query: &QueryOrderByOutTradeNo, message: &Value) -> Result<Transaction, String> {
    let body = v3::danger_accept_unsigned(bytes::Bytes::from(message.to_string()));
    query.decode_body(body).map_err(|error| error.to_string())
}

#[test]
fn two_queries_and_a_notification_give_one_type() {
    let query = QueryOrderByOutTradeNo {
        out_trade_no: "A1".parse().unwrap(),
        options: Default::default(),
    };
    let read_one = read(&query, &transaction()).unwrap();
    assert_eq!(read_one.trade_state, pay::types::TradeState::Success);
    assert_eq!(read_one.trade_type.as_ref().unwrap().as_str(), "A_NEW_WAY");
    assert_eq!(
        read_one.amount.as_ref().unwrap().payer_total,
        Some(Fen::new(90))
    );
    assert_eq!(read_one.promotion_detail[0].amount, Some(Fen::new(10)));
    assert!(read_one.reply.get().get("later").is_some());

    let resource = v3::danger_accept_unsigned(bytes::Bytes::from(transaction().to_string()));
    let resource = resource.read(|body| Json::parse(body)).unwrap();
    assert_eq!(Transaction::of(resource).unwrap(), read_one);
    assert_eq!(Transaction::EVENTS, ["TRANSACTION.SUCCESS"]);

    for (name, value, said) in [
        (
            "out_trade_no",
            json!("A2"),
            "out_trade_no: is not what was asked for",
        ),
        ("transaction_id", Value::Null, "transaction_id: missing"),
        ("trade_state", Value::Null, "trade_state: missing"),
    ] {
        let mut message = transaction();
        message[name] = value;
        assert_eq!(read(&query, &message).unwrap_err(), said);
    }
}

#[test]
fn a_refund_has_one_number_of_its_order_and_always_its_currency() {
    let refund = CreateRefund {
        order: create_refund::Order::TransactionId("4200001".parse().unwrap()),
        out_refund_no: "R1".parse().unwrap(),
        amount: create_refund::Amount {
            refund: Fen::new(1),
            total: Fen::new(100),
            options: Default::default(),
        },
        options: Default::default(),
    };
    let (target, body) = sent(&client(), &refund);
    assert_eq!(target, "/v3/refund/domestic/refunds");
    assert_eq!(
        body,
        r#"{"transaction_id":"4200001","out_refund_no":"R1","amount":{"refund":1,"total":100,"currency":"CNY"}}"#
    );
    let resource = json!({
        "mchid": "1900000109", "out_trade_no": "A1", "transaction_id": "4200001",
        "out_refund_no": "R1", "refund_id": "5030", "refund_status": "ABNORMAL",
    });
    let resource = v3::danger_accept_unsigned(bytes::Bytes::from(resource.to_string()));
    let resource = resource.read(|body| Json::parse(body)).unwrap();
    let told = RefundNotification::of(resource).unwrap();
    assert_eq!(told.refund_status, RefundStatus::Abnormal);
}

#[test]
fn an_order_of_apiv2_with_json_within_a_string() {
    let goods = v2::pay::types::OrderGoods {
        goods_id: "iphone6s_16G".to_owned(),
        quantity: 1,
        price: Fen::new(528_800),
        options: Default::default(),
    };
    let detail = v2::pay::types::OrderDetail {
        goods_detail: vec![goods],
        options: Default::default(),
    };
    let order = CreateOrder {
        body: "腾讯充值中心".to_owned(),
        out_trade_no: "20150806125346".parse().unwrap(),
        total_fee: Fen::new(888),
        spbill_create_ip: "2001:db8:85a3:8d3:1319:8a2e:370:7348".parse().unwrap(),
        notify_url: "https://www.weixin.qq.com/wxpay/pay.php".to_owned(),
        trade_type: create_order::TradeType::Jsapi,
        options: create_order::CreateOrderOptions::default().detail(detail),
    };
    let client = clients::v2(SignType::Md5, Scripted::new([]));
    let (request, _) = client.prepare(&order).unwrap();
    let params = Params::from_xml(request.body()).unwrap();
    assert_eq!(
        params.get("detail"),
        Some(r#"{"goods_detail":[{"goods_id":"iphone6s_16G","quantity":1,"price":528800}]}"#)
    );
    assert_eq!(params.get("sub_mch_id"), None);
    let client = client.sub_merchant(MchId::new("1900000110").unwrap(), None);
    let (request, _) = client.prepare(&order).unwrap();
    let params = Params::from_xml(request.body()).unwrap();
    assert_eq!(params.get("sub_mch_id"), Some("1900000110"));

    let native = CreateOrder {
        trade_type: create_order::TradeType::Native,
        ..order
    };
    let error = client.prepare(&native).map(drop).unwrap_err().to_string();
    assert!(
        error.contains("product_id: is required when trade_type is NATIVE"),
        "{error}"
    );
}

#[test]
fn refunds_of_apiv2_are_numbered_and_their_coupons_twice() {
    let message: Params = [
        ("transaction_id", "1008450740201411110005820873"),
        ("out_trade_no", "1415757673"),
        ("total_fee", "100"),
        ("refund_count", "2"),
        ("out_refund_no_0", "R0"),
        ("refund_fee_0", "60"),
        ("refund_status_0", "SUCCESS"),
        ("coupon_refund_count_0", "2"),
        ("coupon_refund_id_0_0", "c00"),
        ("coupon_refund_fee_0_0", "1"),
        ("coupon_refund_id_0_1", "c01"),
        ("coupon_type_0_1", "CASH"),
        ("out_refund_no_1", "R1"),
        ("refund_status_1", "CHANGE"),
        // Without a count, the members themselves are counted.
        ("coupon_refund_id_1_0", "c10"),
    ]
    .into_iter()
    .collect();
    let query = QueryRefund {
        which: query_refund::Which::OutTradeNo("1415757673".parse().unwrap()),
        options: Default::default(),
    };
    let found = query.decode(danger_accept_unsigned(message)).unwrap();
    let coupons: Vec<Vec<&str>> = found
        .refunds
        .iter()
        .map(|refund| {
            let ids = refund.coupons.iter();
            ids.filter_map(|coupon| coupon.coupon_refund_id.as_deref())
                .collect()
        })
        .collect();
    assert_eq!(coupons, [vec!["c00", "c01"], vec!["c10"]]);
    assert_eq!(found.refunds[0].refund_fee, Some(Fen::new(60)));
    assert_eq!(
        found.refunds[0].coupons[0].coupon_refund_fee,
        Some(Fen::new(1))
    );
    assert_eq!(
        found.refunds[1].refund_status,
        Some(v2::pay::types::RefundStatus::Change)
    );
    let _: &v2::Meta = QueryRefund::META;
}

/// What is too short, or has another character than the page allows, is not sent: typed and by its
/// description.
#[test]
fn a_text_that_is_too_short_or_has_another_character_is_named() {
    let client = client();
    let typed = |number: &str| {
        let request = QueryImageTask {
            task_id: number.to_owned(),
            brand_id: "120344".to_owned(),
            image_generation_type: ImageGenerationType::CombineImage,
            options: Default::default(),
        };
        let prepared = client.prepare(&request).now_or_never().unwrap();
        prepared
            .err()
            .map_or(String::new(), |error| error.to_string())
    };
    let described = |number: &str| {
        let operation = wxpay_catalog::find("v3.marketing_partner.query_image_task").unwrap();
        let request = Json::object([
            ("task_id", Json::from(number)),
            ("brand_id", Json::from("120344")),
            ("image_generation_type", Json::from("COMBINE_IMAGE")),
        ]);
        let request = DynamicRequest::new(operation, request);
        let prepared = client.prepare(&request).now_or_never().unwrap();
        prepared
            .err()
            .map_or(String::new(), |error| error.to_string())
    };
    for request in [&typed as &dyn Fn(&str) -> String, &described] {
        assert_eq!(request("Image-task_1"), "");
        let short = request("12345");
        assert!(
            short.contains("task_id: must have at least 6 characters, has 5"),
            "{short}"
        );
        for (number, at) in [("12345.", 6), ("号12345", 1), ("1234 56", 5)] {
            let other = request(number);
            let rule = format!(
                "task_id: must have only characters of 0-9A-Za-z_-, and character {at} is another"
            );
            assert!(other.contains(&rule), "{other}");
        }
    }
}

//! The longest message that WeChat Pay documents, from the socket to its fields.

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};
use wxpay_api::sign::v2::SignType;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::pay::{QueryOrder, query_order, query_order::Order};
use wxpay_tests::{clients, replies};

#[tokio::test]
async fn the_longest_documented_order_passes_the_transport_and_the_reader() {
    let (detail, promotion) = ("优".repeat(8192), "惠".repeat(6000));
    let coupons: Vec<_> = (0..100)
        .flat_map(|n| ["id", "type", "fee"].map(|part| format!("coupon_{part}_{n}")))
        .collect();
    let mut fields = vec![
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("appid", clients::APP_ID),
        ("mch_id", clients::MCH_ID),
        ("nonce_str", "TN55wO9Pba5yENl8"),
        ("trade_state", "SUCCESS"),
        ("out_trade_no", "1415757673"),
        ("transaction_id", "1008450740201411110005820873"),
        ("total_fee", "100"),
        ("coupon_count", "100"),
        ("detail", &detail),
        ("promotion_detail", &promotion),
    ];
    fields.extend(coupons.iter().map(|name| (name.as_str(), "1")));
    let reply = replies::v2_signed(&fields, SignType::Md5).into_body();
    // The longest spelling: every character outside of ASCII as a reference.
    let spelled = |c: char| match c {
        c if c.is_ascii() => c.to_string(),
        c => format!("]]>&#x{:06X};<![CDATA[", u32::from(c)),
    };
    let text = std::str::from_utf8(&reply).unwrap();
    let body: String = text.chars().map(spelled).collect();
    assert!(body.len() > 256 * 1024, "{}", body.len());

    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_string(body);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let transport = ReqwestTransport::builder()
        .allow_plain_http_to_loopback()
        .build()
        .unwrap();
    let client = clients::v2_builder(SignType::Md5, transport)
        .base_url(server.uri())
        .build()
        .unwrap();
    let order = Order::OutTradeNo("1415757673".parse().unwrap());
    let order = query_order(
        &client,
        &QueryOrder {
            order,
            options: Default::default(),
        },
    )
    .await
    .unwrap();
    assert_eq!(order.paid.unwrap().coupons.len(), 100);
    let read = order.reply.get().get("promotion_detail");
    assert_eq!(read, Some(promotion.as_str()));
}

use wxpay_sandbox::{Coupon, Order};

use crate::client::{Client, ORDER};

#[tokio::test]
async fn a_paid_order_is_reported_in_the_way_it_was_asked() {
    let client = Client::start().await;
    let mut order = Order::paid("20150806125346", 10_099);
    order.coupons = vec![
        Coupon::new("CASH", "10000", 60),
        Coupon::new("NO_CASH", "10001", 39),
    ];
    order.attach = Some("深圳分店 ]]> & <1>".to_owned());
    let transaction_id = order.transaction_id.clone();
    client.sandbox.add_order(order);

    let md5 = client.sign(client.order("out_trade_no", "20150806125346"));
    let reply = client.post(ORDER, &md5).await;
    assert!(client.is_signed(&reply, false));
    assert_eq!(reply.get("trade_state"), Some("SUCCESS"));
    assert_eq!(reply.get("attach"), Some("深圳分店 ]]> & <1>"));
    assert_eq!(reply.get("cash_fee"), Some("10000"));
    assert_eq!(reply.get("coupon_count"), Some("2"));
    assert_eq!(reply.get("coupon_type_1"), Some("NO_CASH"));

    let mut hmac = client.order("transaction_id", &transaction_id);
    hmac.insert("sign_type".to_owned(), "HMAC-SHA256".to_owned());
    let reply = client.post(ORDER, &client.sign(hmac)).await;
    assert!(client.is_signed(&reply, true));
    assert_eq!(reply.get("out_trade_no"), Some("20150806125346"));
}

#[tokio::test]
async fn an_unpaid_order_is_little_more_than_its_state() {
    let client = Client::start().await;
    client
        .sandbox
        .add_order(Order::unpaid("1", "NOTPAY", "订单未支付"));
    let fields = client.sign(client.order("out_trade_no", "1"));
    // No certificate is needed here.
    let request = client.without.post(client.url(ORDER));
    let reply = request
        .body(crate::client::xml(&fields))
        .send()
        .await
        .unwrap();
    let reply = wxpay_core::Params::from_xml(&reply.bytes().await.unwrap()).unwrap();
    assert!(client.is_signed(&reply, false));
    let names: Vec<_> = reply.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "appid",
            "mch_id",
            "nonce_str",
            "out_trade_no",
            "result_code",
            "return_code",
            "return_msg",
            "sign",
            "trade_state",
            "trade_state_desc",
        ]
    );
}

#[tokio::test]
async fn orders_that_are_not_there_and_requests_that_are_not_right() {
    let client = Client::start().await;
    let fields = client.sign(client.order("out_trade_no", "1"));
    let reply = client.post(ORDER, &fields).await;
    assert_eq!(reply.get("err_code"), Some("ORDERNOTEXIST"));
    assert!(client.is_signed(&reply, false));

    let mut wrong = fields.clone();
    wrong.insert("sign".to_owned(), "0".repeat(32));
    let reply = client.post(ORDER, &wrong).await;
    assert_eq!(reply.get("return_code"), Some("FAIL"));
    assert_eq!(reply.get("return_msg"), Some("签名错误"));
    assert_eq!(reply.len(), 2);

    let reply = client
        .post(ORDER, &client.sign(client.order("attach", "1")))
        .await;
    assert_eq!(reply.get("return_msg"), Some("缺少参数"));
}

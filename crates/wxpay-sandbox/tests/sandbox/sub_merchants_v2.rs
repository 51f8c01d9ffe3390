//! Orders of sub-merchants in APIv2: found by those whose they are.

use wxpay_core::Fen;
use wxpay_sandbox::Order;

use crate::client::{CLOSE, Client, Fields, ORDER, UNIFIED, codes, with};

const REFUND: &str = "/secapi/pay/refund";
const REFUND_QUERY: &str = "/pay/refundquery";
const SUB: &str = "1900000109";
const OTHER: &str = "1900000110";

impl Client {
    /// The same request about the order of a sub-merchant, if one is given.
    fn of_sub(fields: Fields, sub: Option<&str>) -> Fields {
        match sub {
            None => fields,
            Some(sub) => with(fields, "sub_mch_id", sub),
        }
    }

    async fn asked(&self, path: &str, fields: Fields, sub: Option<&str>) -> [String; 2] {
        let fields = self.sign(Self::of_sub(fields, sub));
        let reply = self.post(path, &fields).await;
        assert!(self.is_signed(&reply, false), "{path}");
        if codes(&reply)[1] == "SUCCESS" {
            assert_eq!(reply.get("sub_mch_id"), sub);
        }
        let [_, result, code] = codes(&reply);
        [result, code].map(str::to_owned)
    }
}

fn done() -> [String; 2] {
    ["SUCCESS".to_owned(), String::new()]
}

fn refused(code: &str) -> [String; 2] {
    ["FAIL".to_owned(), code.to_owned()]
}

#[tokio::test]
async fn an_order_of_another_sub_merchant_is_not_found() {
    let client = Client::start().await;
    let order = with(
        client.unified("SUB-1", "http://127.0.0.1:9/notify"),
        "sub_mch_id",
        SUB,
    );
    let order = with(order, "product_id", "P1");
    let made = client.post(UNIFIED, &client.sign(order)).await;
    assert_eq!(codes(&made)[1], "SUCCESS");
    assert_eq!(made.get("sub_mch_id"), Some(SUB));
    let orders = client.sandbox.orders();
    let of = orders[0].sub_merchant.as_ref().unwrap();
    assert_eq!(of.sub_mchid, SUB);
    client
        .sandbox
        .pay_order("SUB-1", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
        .unwrap();
    client.sandbox.add_order(Order::paid("OWN-1", 100));

    let query = |number: &str| client.order("out_trade_no", number);
    for (number, right, wrong) in [
        ("SUB-1", Some(SUB), [None, Some(OTHER)]),
        ("OWN-1", None, [Some(SUB), Some(OTHER)]),
    ] {
        assert_eq!(client.asked(ORDER, query(number), right).await, done());
        for sub in wrong {
            let found = client.asked(ORDER, query(number), sub).await;
            assert_eq!(found, refused("ORDERNOTEXIST"), "{number} {sub:?}");
        }
    }

    let refund = |fen: &str| {
        let fields = with(query("SUB-1"), "out_refund_no", "R1");
        with(with(fields, "total_fee", "88"), "refund_fee", fen)
    };
    let stranger = client.asked(REFUND, refund("30"), Some(OTHER)).await;
    assert_eq!(stranger[0], "FAIL");
    assert!(client.sandbox.refunds().is_empty());
    assert_eq!(client.asked(REFUND, refund("30"), Some(SUB)).await, done());
    assert_eq!(client.sandbox.refunds()[0].refund, Fen::new(30));
    for by in [("out_refund_no", "R1"), ("out_trade_no", "SUB-1")] {
        let query = || client.order(by.0, by.1);
        assert_eq!(client.asked(REFUND_QUERY, query(), Some(SUB)).await, done());
        for sub in [None, Some(OTHER)] {
            let found = client.asked(REFUND_QUERY, query(), sub).await;
            assert_eq!(found, refused("REFUNDNOTEXIST"));
        }
    }
}

#[tokio::test]
async fn an_order_of_another_sub_merchant_is_not_closed() {
    let client = Client::start().await;
    let order = with(
        client.unified("SUB-1", "http://127.0.0.1:9/notify"),
        "sub_mch_id",
        SUB,
    );
    let order = with(order, "product_id", "P1");
    client.post(UNIFIED, &client.sign(order.clone())).await;
    let close = || client.order("out_trade_no", "SUB-1");
    for sub in [None, Some(OTHER)] {
        let closed = client.asked(CLOSE, close(), sub).await;
        assert_eq!(closed, refused("ORDERNOTEXIST"));
    }
    assert_eq!(client.sandbox.orders()[0].trade_state, "NOTPAY");
    assert_eq!(client.asked(CLOSE, close(), Some(SUB)).await, done());
    // The number belongs to the sub-merchant that it came with.
    let other = with(order, "sub_mch_id", OTHER);
    let other = client.post(UNIFIED, &client.sign(other)).await;
    assert_eq!(codes(&other)[1], "FAIL");
}

#[tokio::test]
async fn a_user_of_a_sub_merchant_s_app_is_told_by_both_names() {
    let client = Client::start().await;
    let jsapi = with(
        client.unified("SUB-1", "http://127.0.0.1:9/notify"),
        "trade_type",
        "JSAPI",
    );
    let jsapi = with(jsapi, "sub_mch_id", SUB);
    let user = with(jsapi, "sub_openid", "o-under-the-sub");
    let nameless = client.post(UNIFIED, &client.sign(user.clone())).await;
    assert_eq!(codes(&nameless)[0], "FAIL");
    let user = with(user, "sub_appid", "wx8888888888888888");
    let made = client.post(UNIFIED, &client.sign(user)).await;
    assert_eq!(codes(&made)[1], "SUCCESS");
    client
        .sandbox
        .pay_order("SUB-1", "o-under-the-sub")
        .unwrap();
    let query = with(client.order("out_trade_no", "SUB-1"), "sub_mch_id", SUB);
    let found = client.post(ORDER, &client.sign(query)).await;
    assert_eq!(found.get("sub_openid"), Some("o-under-the-sub"));
    assert_ne!(found.get("openid"), Some("o-under-the-sub"));
}

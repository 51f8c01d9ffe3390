//! Rows and sums as JSON.

use serde_json::json;

use crate::texts::{all, trade};

#[test]
fn amounts_are_integers_and_say_their_unit() {
    let text = all();
    let mut bill = trade(text.as_bytes()).unwrap();
    let row = serde_json::to_value(bill.next().unwrap().unwrap()).unwrap();
    assert_eq!(
        row,
        json!({
            "line": 2, "trade_time": "2026-11-25T10:00:00+08:00", "appid": "wx1", "mchid": "1900000109", "device": "",
            "transaction_id": "420001", "out_trade_no": "T1", "openid": "o1", "trade_type": "JSAPI",
            "trade_state": "SUCCESS", "bank_type": "OTHERS", "currency": "CNY", "settlement_total": 140, "coupon": 30,
            "settlement_refund": 0, "coupon_refund": 0, "refund_channel": "", "refund_state": "", "body": "小食",
            "attach": "a,b", "fee_millifen": 1000, "rate": "0.60%", "total": 150, "refund": 0, "rate_remark": "726",
        })
    );
    assert_eq!(bill.by_ref().count(), 1);
    assert_eq!(
        serde_json::to_value(bill.totals()).unwrap()["fee_millifen"],
        700
    );
    let comparison = serde_json::to_value(bill.comparison().unwrap()).unwrap();
    assert_eq!(
        comparison["sums"][4],
        json!({"name": "手续费总金额", "of_rows": {"millifen": 700}, "of_summary": {"millifen": 700}, "agrees": true})
    );
    assert_eq!(comparison["sums"][0]["of_rows"], json!({"count": 2}));
}

//! Fund flow bills: every movement of the merchant's own money.

use std::time::Duration;

use serde_json::json;
use wxpay_core::{Fen, Timestamp};
use wxpay_sandbox::{Order, PayoutStatus, RefundEnd, Sandbox, SubMerchant};

use crate::bills::{DAY, fields, path};
use crate::client::{Client, with};

/// A sandbox at noon of 25 November 2026.
pub(crate) async fn at_noon() -> Client {
    let client = Client::start().await;
    let noon = Timestamp::from_unix(1_795_579_200).unwrap();
    client.sandbox.freeze_clock(noon);
    client
}

impl Client {
    fn paid(&self, number: &str, fen: i64) -> Order {
        let mut order = Order::paid(number, fen);
        order.time_end = self.sandbox.now();
        order
    }

    /// The business type, the direction, the amount, the balance and the voucher of each row, and
    /// the sums.
    pub(crate) async fn flows(&self, date: &str, account: &str) -> (Vec<[String; 5]>, Vec<String>) {
        let target = format!("/v3/bill/fundflowbill?bill_date={date}&account_type={account}");
        let (status, applied) = self.get_json(&target).await;
        assert_eq!(status, 200, "{applied}");
        let file = self.get_signed(&path(self, &applied)).await.unwrap();
        let text = file.text().await.unwrap();
        let lines: Vec<_> = text.trim_end().split("\r\n").collect();
        let [names, rows @ .., sums, summary] = &lines[..] else {
            panic!("{text}");
        };
        assert!(names.starts_with("\u{FEFF}记账时间,微信支付业务单号,"));
        assert!(names.contains(",收支金额(元),账户结余(元),"));
        assert_eq!(*sums, "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额");
        let rows = rows.iter().map(|row| {
            let row = fields(row);
            assert_eq!(row.len(), 11);
            [4, 5, 6, 7, 10].map(|at| row[at].to_owned())
        });
        let summary = fields(summary).into_iter().map(str::to_owned);
        (rows.collect(), summary.collect())
    }
}

#[tokio::test]
async fn the_basic_account_takes_payments_and_gives_refunds_and_shares() {
    let client = at_noon().await;
    let mut order = client.paid("T1", 10_000);
    order.profit_sharing = true;
    "4200000001".clone_into(&mut order.transaction_id);
    client.sandbox.add_order(order);
    // Its money is not the merchant's.
    let mut other = client.paid("T2", 500);
    other.sub_merchant = Some(SubMerchant::new("1900000109"));
    client.sandbox.add_order(other);
    let receiver = client.receiver("PERSONAL_OPENID", "oUser");
    assert_eq!(client.sharing("receivers/add", &receiver).await.0, 200);
    client.sandbox.advance(Duration::from_secs(60)).await;
    let share = json!({
        "appid": client.sandbox.merchant().appid.as_str(),
        "transaction_id": "4200000001",
        "out_order_no": "P1",
        "receivers": [{
            "type": "PERSONAL_OPENID",
            "account": "oUser",
            "amount": 2_000,
            "description": "分给\n员工",
        }],
        "unfreeze_unsplit": true,
    });
    let shared = client.sharing("orders", &share).await;
    let detail_id = shared.1["receivers"][0]["detail_id"].as_str().unwrap();
    client.sandbox.advance(Duration::from_secs(60)).await;
    client.sandbox.set_refund_delay(DAY);
    client.sandbox.set_refund_end(RefundEnd::Closed);
    let refund = client.sandbox.refund_order("T1", Fen::new(1_000)).unwrap();
    client.sandbox.advance(2 * DAY).await;

    let (rows, sums) = client.flows("2026-11-25", "BASIC").await;
    let number = &*refund.out_refund_no;
    assert_eq!(
        rows,
        [
            ["交易", "收入", "100.00", "100.00", "T1"],
            ["扣除交易手续费", "支出", "0.60", "99.40", "T1"],
            ["分账", "支出", "20.00", "79.40", detail_id],
            ["退还交易手续费", "收入", "0.06", "79.46", number],
            ["退款", "支出", "10.00", "69.46", number],
        ]
    );
    assert_eq!(sums, ["5", "2", "100.06", "3", "30.60"]);
    let (rows, _) = client.flows("2026-11-26", "BASIC").await;
    assert_eq!(
        rows,
        [
            ["退款关闭", "收入", "10.00", "79.46", number],
            ["扣除交易手续费", "支出", "0.06", "79.40", number],
        ]
    );
}

#[tokio::test]
async fn the_operating_account_is_topped_up_and_pays_users() {
    let client = at_noon().await;
    client.sandbox.set_balance(Fen::new(50_000));
    client.pay(client.payment("T1")).await;
    client.pay(client.payment("T2")).await;
    let failed = PayoutStatus::Failed {
        reason: "余额不足".to_owned(),
    };
    assert!(client.sandbox.set_payout_status("T2", failed));
    client.sandbox.advance(Duration::from_secs(60)).await;
    client.sandbox.set_balance(Fen::new(1_000));
    client.sandbox.advance(DAY).await;
    let snapshot = client.sandbox.snapshot();
    let client = Client::start_built(Sandbox::builder().snapshot(snapshot)).await;
    let (rows, sums) = client.flows("2026-11-25", "OPERATION").await;
    let few: Vec<_> = rows.iter().map(|row| row[..4].to_vec()).collect();
    assert_eq!(
        few,
        [
            ["充值", "收入", "500.00", "500.00"],
            ["企业付款", "支出", "100.99", "399.01"],
            ["提现", "支出", "389.01", "10.00"],
        ]
    );
    assert_eq!(rows[1][4], "T1");
    assert_eq!(sums, ["3", "1", "500.00", "2", "490.00"]);

    for (query, code, field) in [
        (
            "bill_date=2026-11-25&account_type=FEES",
            "NO_STATEMENT_EXIST",
            "",
        ),
        ("bill_date=2026-11-25", "NO_STATEMENT_EXIST", ""),
        ("bill_date=2026-11-26", "STATEMENT_CREATING", ""),
        (
            "bill_date=2026-11-25&account_type=Basic",
            "PARAM_ERROR",
            "account_type",
        ),
        ("account_type=BASIC", "PARAM_ERROR", "bill_date"),
    ] {
        let (status, refused) = client
            .get_json(&format!("/v3/bill/fundflowbill?{query}"))
            .await;
        assert_eq!((status, &refused["code"]), (400, &json!(code)), "{query}");
        assert_eq!(
            refused["detail"]["field"].as_str().unwrap_or_default(),
            field
        );
    }
}

#[tokio::test]
async fn remarks_can_hold_commas_and_no_ends_of_lines() {
    let client = at_noon().await;
    let payment = with(client.payment("T1"), "desc", "六月,\r\n出差\u{9}报销");
    client.pay(payment).await;
    client.sandbox.advance(DAY).await;
    let target = "/v3/bill/fundflowbill?bill_date=2026-11-25&account_type=OPERATION";
    let (_, applied) = client.get_json(target).await;
    let file = client.get_signed(&path(&client, &applied)).await.unwrap();
    let text = file.text().await.unwrap();
    let row = fields(text.split("\r\n").nth(1).unwrap());
    assert_eq!(row[9], "六月,\\r\\n出差\u{9}报销");
    assert_eq!(row[8], format!("{}API", client.sandbox.merchant().mch_id));
    assert!(row[2].starts_with(&format!("{}20261125", client.sandbox.merchant().mch_id)));
}

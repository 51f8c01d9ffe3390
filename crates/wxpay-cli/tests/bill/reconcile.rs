//! A fetched bill against the merchant's own orders, to the fen.

use serde_json::{Value, json};

use crate::day::{Day, exit, json_of};
use crate::setup::text;

const RECONCILE: &[&str] = &["reconcile", "bill.csv", "--orders", "orders.csv"];

fn reconciled(day: &Day, orders: &str) -> (i32, Value) {
    day.setup.file("orders.csv", orders);
    let output = day.bill(&[RECONCILE, &["--json"]].concat());
    (exit(&output), json_of(&output))
}

fn said(day: &Day, orders: &str, lang: &str) -> String {
    day.setup.file("orders.csv", orders);
    let output = day.bill(&[RECONCILE, &["--lang", lang]].concat());
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_the_day_agree_with_the_bill_of_the_sandbox() {
    let day = Day::start().await;
    day.fetch();
    let refund = &day.refund;
    for orders in [
        format!(
            "out_trade_no,kind,out_refund_no,amount_fen\nT1,pay,,2000\nT2,,,1\nT1,refund,{refund},500\n"
        ),
        format!(
            "\u{feff}金额(元),类型,商户订单号,商户退款单号,备注\r\n20,支付,T1,,x\r\n0.01,支付,T2,,\r\n5.0,退款,T1,{refund},\r\n"
        ),
    ] {
        let (exit, told) = reconciled(&day, &orders);
        assert_eq!(exit, 0, "{told}");
        assert_eq!(
            told,
            json!({
                "differences": [], "agrees": true, "summary_agrees": true, "not_compared": 0,
                "agreed": { "payments": 2, "payments_fen": 2001, "refunds": 1, "refunds_fen": 500 },
                "only_in_bill": 0, "only_in_orders": 0, "other_amount": 0, "other_order": 0, "twice_in_bill": 0,
                "refund_not_done": 0,
            })
        );
        let english = said(&day, &orders, "en");
        assert!(
            english.contains("2 payments of 20.01 yuan, 1 refunds of 5.00 yuan"),
            "{english}"
        );
        assert!(said(&day, &orders, "zh").contains("账单与订单一致"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_difference_is_told_with_both_lines() {
    let day = Day::start().await;
    day.fetch();
    let refund = &day.refund;
    let orders = format!(
        "out_trade_no,kind,out_refund_no,amount_yuan\nT1,pay,,20.01\nT9,pay,,3\nT2,refund,{refund},5\nT1,refund,R9,1.00\n"
    );
    let (exit, told) = reconciled(&day, &orders);
    assert_eq!(exit, 1);
    assert_eq!(told["agrees"], false);
    let found = told["differences"].as_array().unwrap();
    let of = |name: &str| {
        let mut found = found.iter().filter(|found| found["difference"] == name);
        let first = found.next().unwrap_or_else(|| panic!("{name} in {told}"));
        assert_eq!(told[name], json!(1 + found.count()), "{name}");
        first
    };
    let amount = of("other_amount");
    assert_eq!(amount["out_trade_no"], "T1");
    assert_eq!(
        (&amount["bill_fen"], &amount["orders_fen"]),
        (&json!(2000), &json!(2001))
    );
    assert_eq!(amount["orders_line"], 2);
    assert_eq!(of("only_in_bill")["out_trade_no"], "T2");
    let order = of("other_order");
    assert_eq!(
        (&order["out_trade_no"], &order["orders_out_trade_no"]),
        (&json!("T1"), &json!("T2"))
    );
    assert_eq!(told["only_in_orders"], 2);
    assert_eq!(
        found[3],
        json!({ "difference": "only_in_orders", "kind": "pay", "out_trade_no": "T9", "out_refund_no": null, "orders_fen": 300, "orders_line": 3 })
    );
    let chinese = said(&day, &orders, "zh");
    for part in [
        "金额不同：支付成功 T1，20.00 元",
        "20.01 元（订单第 2 行）",
        "仅账单有：支付成功 T2，0.01 元",
        "仅订单有：支付 T9，3.00 元（订单第 3 行）",
        "仅订单有：退款 T1/R9，1.00 元（订单第 5 行）",
        "账单与订单不一致。",
    ] {
        assert!(chinese.contains(part), "{part} in {chinese}");
    }
    assert!(said(&day, &orders, "en").contains("a refund of another order"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_of_payments_alone_is_compared_with_payments_alone() {
    let day = Day::start().await;
    let output = day.bill(&["download", "trade-success", &day.date, "bill.csv"]);
    assert_eq!(exit(&output), 0);
    let orders =
        "out_trade_no,kind,out_refund_no,amount_fen\nT1,pay,,2000\nT2,pay,,1\nT1,refund,R1,500\n";
    let (exit, told) = reconciled(&day, orders);
    assert_eq!((exit, &told["not_compared"]), (0, &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_there_twice_and_a_wrong_summary_are_told() {
    let day = Day::start().await;
    day.fetch();
    let path = day.setup.path("bill.csv");
    let bill = std::fs::read_to_string(&path).unwrap();
    let first = bill.split_inclusive("\r\n").nth(1).unwrap();
    std::fs::write(&path, bill.replacen(first, &first.repeat(2), 1)).unwrap();
    let orders = format!(
        "out_trade_no,kind,out_refund_no,amount_fen\nT1,pay,,2000\nT2,pay,,1\nT1,refund,{},500\n",
        day.refund
    );
    let (exit, told) = reconciled(&day, &orders);
    assert_eq!(exit, 1);
    assert_eq!(
        (&told["twice_in_bill"], &told["summary_agrees"]),
        (&json!(1), &json!(false))
    );
    assert!(said(&day, &orders, "en").contains("DOES NOT AGREE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_failed_does_not_agree() {
    let day = Day::start().await;
    day.fetch();
    let path = day.setup.path("bill.csv");
    let bill = std::fs::read_to_string(&path).unwrap();
    let orders = format!(
        "out_trade_no,kind,out_refund_no,amount_fen\nT1,pay,,2000\nT2,pay,,1\nT1,refund,{},500\n",
        day.refund
    );
    for state in ["FAIL", "CHANGE"] {
        let lines: Vec<String> = bill
            .split_inclusive("\r\n")
            .map(|line| {
                if line.contains(",`REFUND,") {
                    let stand = ["PROCESSING", "SUCCESS"].map(|stand| format!(",`{stand},"));
                    let at = stand.iter().filter_map(|stand| line.rfind(stand.as_str()));
                    let at = at.max().unwrap() + 2;
                    let end = at + line[at..].find(',').unwrap();
                    format!("{}{state}{}", &line[..at], &line[end..])
                } else {
                    line.to_owned()
                }
            })
            .collect();
        assert_ne!(lines.concat(), bill);
        std::fs::write(&path, lines.concat()).unwrap();
        let (exit, told) = reconciled(&day, &orders);
        assert_eq!((exit, &told["refund_not_done"]), (1, &json!(1)), "{told}");
        assert_eq!(told["differences"][0]["refund_state"], state);
        assert!(said(&day, &orders, "zh").contains("退款失败或退款异常"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_the_orders_are_told_by_line_and_nothing_is_compared() {
    let day = Day::start().await;
    day.fetch();
    for (orders, en, zh) in [
        ("", "line 1: the file is empty", "第 1 行：文件为空"),
        (
            "out_trade_no,amount\nT1,1\n",
            "line 1: the column of the amount is missing",
            "缺少金额列",
        ),
        (
            "amount_fen\n1\n",
            "the column out_trade_no is missing",
            "缺少 out_trade_no",
        ),
        (
            "out_trade_no,amount_fen,amount_yuan\n",
            "only one of",
            "只能有一列",
        ),
        (
            "out_trade_no,out_trade_no,amount_fen\n",
            "there twice",
            "重复出现",
        ),
        (
            "out_trade_no;amount_fen\n",
            "separated by commas",
            "逗号分隔",
        ),
        (
            "out_trade_no,amount_fen\nT1,1.5\n",
            "line 2: amount_fen must be a whole number",
            "amount_fen 必须是",
        ),
        (
            "out_trade_no,amount_fen\nT1,-1\n",
            "line 2: amount_fen must be a whole number",
            "amount_fen 必须是",
        ),
        (
            "out_trade_no,amount_yuan\nT1,1.234\n",
            "line 2: amount_yuan must be",
            "amount_yuan 必须是",
        ),
        (
            "out_trade_no,amount_yuan\nT1,1e3\n",
            "line 2: amount_yuan must be",
            "amount_yuan 必须是",
        ),
        (
            "out_trade_no,amount_fen\n4.2E+27,1\n",
            "line 2: out_trade_no",
            "第 2 行：out_trade_no",
        ),
        (
            "out_trade_no,amount_fen\nT1,1\nT1,1\n",
            "line 3: duplicates line 2",
            "第 3 行：与第 2 行重复",
        ),
        (
            "out_trade_no,amount_fen,kind\nT1,1,back\n",
            "line 2: kind must be",
            "kind 必须是",
        ),
        (
            "out_trade_no,amount_fen,kind\nT1,1,refund\n",
            "line 2: out_refund_no",
            "out_refund_no",
        ),
        (
            "out_trade_no,amount_fen\n\"a\nb\",1\nT1,x\n",
            "line 4: amount_fen",
            "第 4 行",
        ),
    ] {
        for (lang, part) in [("en", en), ("zh", zh)] {
            let said = said(&day, orders, lang);
            assert!(said.contains(part), "{orders:?}: {said}");
            assert!(said.contains("nothing was compared") || said.contains("没有进行核对"));
        }
        assert_eq!(exit(&day.bill(RECONCILE)), 2);
    }
    day.setup
        .file("orders.csv", b"out_trade_no,amount_fen,x\nT1,1,\xb1\xa8\n");
    let output = day.bill(RECONCILE);
    assert!(exit(&output) == 2 && text(&output.stderr).contains("probably GBK"));
    day.setup.file("orders.csv", b"\xff\xfeo\0");
    assert!(text(&day.bill(RECONCILE).stderr).contains("UTF-16"));
    let output = day.bill(&["reconcile", "bill.csv", "--orders", "none.csv"]);
    assert!(exit(&output) == 2 && text(&output.stderr).contains("can't read none.csv"));
    day.setup.file("shares.bill", "分账时间,分账单号\n");
    day.setup.file("orders.csv", "out_trade_no,amount_fen\n");
    let output = day.bill(&["reconcile", "shares.bill", "--orders", "orders.csv"]);
    assert!(exit(&output) == 2 && text(&output.stderr).contains("is not a trade bill"));
}

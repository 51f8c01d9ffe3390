//! Rows are shown and added up, and sums that do not agree are told by the exit code.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::day::{Day, exit, json_of};
use crate::setup::text;

/// Changes the bill of the day.
fn change(day: &Day, from: &str, to: &str) {
    let path = day.setup.path("bill.csv");
    let bill = std::fs::read_to_string(&path).unwrap();
    assert!(bill.contains(from), "{bill}");
    std::fs::write(path, bill.replacen(from, to, 1)).unwrap();
}

fn pack(day: &Day) {
    let bill = std::fs::read(day.setup.path("bill.csv")).unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&bill).unwrap();
    day.setup.file("bill.csv.gz", encoder.finish().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_sums_of_a_fetched_bill_are_told() {
    let day = Day::start().await;
    day.fetch();
    pack(&day);
    for file in ["bill.csv", "bill.csv.gz"] {
        let shown = day.bill(&["show", file]);
        let out = text(&shown.stdout);
        assert_eq!(exit(&shown), 0, "{}", text(&shown.stderr));
        for part in [
            "T1",
            "20.00",
            "T2",
            "0.01",
            "5.00",
            &day.refund,
            "agrees with the rows",
        ] {
            assert!(out.contains(part), "{part} in {out}");
        }
        let shown = json_of(&day.bill(&["show", file, "--json"]));
        assert_eq!(shown["kind"], "trade.all");
        let rows = shown["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0]["attach"], "桌号 4, 靠窗");
        assert_eq!(rows[0]["fee_millifen"], 12_000);
        let refund = rows
            .iter()
            .find(|row| row["trade_state"] == "REFUND")
            .unwrap();
        assert_eq!(
            (&refund["refund"], &refund["out_trade_no"]),
            (&json!(500), &json!("T1"))
        );
        assert_eq!(shown["comparison"]["sums"].as_array().unwrap().len(), 7);
        let first = json_of(&day.bill(&["show", file, "--json", "--limit", "1"]));
        assert_eq!(first["rows"].as_array().unwrap().len(), 1);
        assert_eq!(first["comparison"], shown["comparison"]);

        let totals = day.bill(&["totals", file, "--lang", "zh"]);
        let out = text(&totals.stdout);
        assert_eq!(exit(&totals), 0);
        for part in ["支付成功", "退款", "20.01", "5.00", "汇总与明细一致"] {
            assert!(out.contains(part), "{part} in {out}");
        }
        let totals = json_of(&day.bill(&["totals", file, "--json"]));
        assert_eq!(totals["agrees"], true);
        let groups = totals["groups"].as_array().unwrap();
        assert_eq!(groups[1]["trade_state"], "SUCCESS");
        assert_eq!(groups[1]["totals"]["total"], 2_001);
        assert_eq!(groups[0]["totals"]["refund"], 500);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_does_not_agree_is_told_by_the_exit_code() {
    let day = Day::start().await;
    day.fetch();
    change(&day, "`20.01,`5.00", "`20.02,`5.00");
    for (arguments, lang, said) in [
        (&["totals", "bill.csv"][..], "en", "DOES NOT AGREE"),
        (&["show", "bill.csv"], "zh", "汇总与明细不一致"),
    ] {
        let output = day.bill(&[arguments, &["--lang", lang]].concat());
        let out = text(&output.stdout);
        assert!(exit(&output) == 1 && out.contains(said), "{out}");
    }
    let totals = day.bill(&["totals", "bill.csv", "--json"]);
    assert_eq!(exit(&totals), 1);
    let totals = json_of(&totals);
    assert_eq!(totals["agrees"], false);
    let sums = totals["comparison"]["sums"].as_array().unwrap();
    let differs: Vec<_> = sums.iter().filter(|sum| sum["agrees"] == false).collect();
    assert_eq!(differs.len(), 1);
    assert_eq!(differs[0]["of_summary"]["millifen"], 2_002_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_bill_is_told_with_its_line_and_column() {
    let day = Day::start().await;
    day.fetch();
    change(&day, "`20.00,`0.00", "`20.001,`0.00");
    for command in ["totals", "show", "reconcile"] {
        day.setup
            .file("orders.csv", "out_trade_no,amount_fen\nT1,2000\n");
        let orders: &[&str] = match command {
            "reconcile" => &["--orders", "orders.csv"],
            _ => &[],
        };
        let run = |lang| day.bill(&[&[command, "bill.csv", "--lang", lang], orders].concat());
        let (english, chinese) = (run("en"), run("zh"));
        assert_eq!((exit(&english), exit(&chinese)), (2, 2));
        let err = text(&english.stderr);
        assert!(
            err.contains("line 2, column 应结订单金额: must have at most two decimals"),
            "{err}"
        );
        let err = text(&chinese.stderr);
        assert!(
            err.contains("第 2 行“应结订单金额”列：最多两位小数"),
            "{err}"
        );
        // What was cut off is no JSON.
        let json = day.bill(&[&[command, "bill.csv", "--json"], orders].concat());
        assert_eq!(exit(&json), 2);
        assert!(serde_json::from_slice::<serde_json::Value>(&json.stdout).is_err());
    }
    day.setup.file("empty.bill", "");
    for command in ["totals", "show"] {
        let output = day.bill(&[command, "empty.bill", "--json"]);
        assert_eq!(
            (exit(&output), &json_of(&output)["kind"]),
            (0, &json!("empty"))
        );
    }
    day.setup.file(
        "shares.bill",
        "分账时间,分账单号\r\n`2026-11-25 10:00:00,`P1\r\n总数\r\n`1\r\n",
    );
    assert_eq!(exit(&day.bill(&["totals", "shares.bill"])), 2);
    let shown = day.bill(&["show", "shares.bill"]);
    let out = text(&shown.stdout);
    assert!(
        exit(&shown) == 0 && out.contains("P1") && out.contains("总数"),
        "{out}"
    );
    let err = text(&day.bill(&["show", "none.bill", "--lang", "zh"]).stderr);
    assert!(err.contains("无法读取 none.bill"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fund_flow_bill_is_added_up_by_way_and_type() {
    let day = Day::start().await;
    let bill = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n\
        `2026-11-25 04:21:23,`5000,`1,`退款,`退款,`支出,`0.02,`0.17,`system,`缺货,`R1\n\
        `2026-11-25 05:00:00,`4200,`2,`交易,`交易,`收入,`3.00,`3.17,`,`,`T1\n\
        `2026-11-25 05:00:01,`4200,`3,`交易,`交易,`收入,`1.00,`4.17,`,`,`T2\n\
        资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`3.0,`2.0,`4.00,`1.0,`0.02\n";
    day.setup.file("fund.bill", bill);
    let totals = json_of(&day.bill(&["totals", "fund.bill", "--json"]));
    assert_eq!(totals["agrees"], true);
    assert_eq!(
        totals["groups"][0],
        json!({ "direction": "in", "business_type": "交易", "totals": {
            "count": 2, "in_count": 2, "in_amount": 400, "out_count": 0, "out_amount": 0,
        } })
    );
    let out = text(&day.bill(&["totals", "fund.bill", "--lang", "zh"]).stdout);
    assert!(out.contains("收入 交易") && out.contains("4.00"), "{out}");
    let out = text(&day.bill(&["show", "fund.bill"]).stdout);
    assert!(out.contains("R1") && out.contains("0.17"), "{out}");
}

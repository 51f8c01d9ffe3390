//! Refunds of orders, from a CSV file.

use std::process::Output;

use serde_json::Value;
use wxpay_api::core::Fen;
use wxpay_sandbox::{Api, Fault, FaultRule, Order, RefundEnd, SubMerchant};

use crate::office::{Office, said};

/// An office that refunds, with orders of 1 yuan each.
async fn office(orders: &[&str]) -> Office {
    let office = Office::open_to("refund").await;
    for order in orders {
        office.sandbox.add_order(Order::paid(order, 100));
    }
    office
}

const RUN: &str = "run rows.csv --product refund --journal j";

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

/// What went back, in fen, by order.
fn went_back(office: &Office) -> Vec<(String, i64)> {
    let refunds = office.sandbox.refunds();
    let mut back: Vec<_> = refunds
        .into_iter()
        .map(|refund| (refund.out_trade_no, refund.refund.get()))
        .collect();
    back.sort();
    back
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_refunded_by_either_number_with_what_the_row_says() {
    let office = office(&["order-A1", "order-A2", "order-A3"]).await;
    let orders = office.sandbox.orders();
    let second = orders.iter().find(|order| order.out_trade_no == "order-A2");
    let transaction = second.unwrap().transaction_id.clone();
    office.set("reason = '缺货'");
    office.write(
        "rows.csv",
        &format!(
            "intent,product,out_trade_no,transaction_id,amount_fen,total_fen,reason,notify_url,funds_account,note\n\
             r1,refund,order-A1,,100,100,,https://shop.example.com/refunds,AVAILABLE,x\n\
             r2,refund,,{transaction},30,100,质量问题,,,\n\
             r3,refund,order-A3,,1,100,,,,\n"
        ),
    );
    // The column says which product it is.
    let output = office.run("run rows.csv --journal j --json");
    assert!(output.status.success(), "{}", said(&output));
    let report = json(&output);
    assert_eq!(report["paid_fen"], 131);
    assert_eq!(report["paid"][0]["product"], "v3.refund.create_refund");
    let back = [("order-A1", 100), ("order-A2", 30), ("order-A3", 1)];
    assert_eq!(
        went_back(&office),
        back.map(|(order, fen)| (order.to_owned(), fen))
    );
    let refunds = office.sandbox.refunds();
    let of = |order: &str| {
        refunds
            .iter()
            .find(|refund| refund.out_trade_no == order)
            .unwrap()
    };
    let (first, second) = (of("order-A1"), of("order-A2"));
    assert_eq!(first.reason.as_deref(), Some("缺货"));
    let url = Some("https://shop.example.com/refunds");
    assert_eq!(first.notify_url.as_deref(), url);
    assert_eq!(first.funds_account, "AVAILABLE");
    assert_eq!(second.reason.as_deref(), Some("质量问题"));
    assert_eq!(second.notify_url, None);
    // What the merchant's books are held against.
    let export = office.run("export rows.csv --journal j");
    let mut reader = csv::Reader::from_reader(export.stdout.as_slice());
    let names = reader.headers().unwrap().clone();
    let at = |name: &str| names.iter().position(|known| known == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(&rows[0][at("note")], "x");
    assert_eq!(&rows[0][at("wxpay_state")], "paid");
    assert_eq!(&rows[0][at("wxpay_number")], first.out_refund_no);
    assert_eq!(&rows[0][at("wxpay_payment_no")], first.refund_id);
    assert_eq!(&rows[0][at("wxpay_product")], "v3.refund.create_refund");
}

/// The same intent with another amount is another refund, and nothing is sent for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_amount_under_the_same_intent_is_a_conflict_and_told() {
    let office = office(&["order-A1"]).await;
    let row = |fen: u32| {
        office.write(
            "rows.csv",
            &format!("intent,out_trade_no,amount_fen,total_fen\nr1,order-A1,{fen},100\n"),
        );
    };
    row(40);
    assert!(office.run(RUN).status.success());
    row(50);
    let output = office.run(&format!("{RUN} --json"));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let line = &json(&output)["not_started"][0];
    assert_eq!(
        (&line["intent"], &line["maybe_sent_before"]),
        (&Value::from("r1"), &Value::from(true))
    );
    let reason = line["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("conflict: the journal has r1 with another payment"),
        "{reason}"
    );
    let told = said(&office.run(&format!("{RUN} --lang zh")));
    assert!(
        told.contains("冲突：付款日志中已有 r1，但付款内容不同"),
        "{told}"
    );
    assert_eq!(went_back(&office), [("order-A1".to_owned(), 40)]);
    // A second journal comes to the same number, so WeChat Pay's own words tell that it is another
    // refund.
    let output = office.run("run rows.csv --product refund --journal two");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let told = "WeChat Pay paid 40 fen under this number, not 50";
    assert!(said(&output).contains(told), "{}", said(&output));
    assert_eq!(went_back(&office), [("order-A1".to_owned(), 40)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_in_a_file_is_told_before_anything_is_sent() {
    let office = office(&["order-A1"]).await;
    office.write(
        "rows.csv",
        "intent,product,out_trade_no,transaction_id,amount_fen,total_fen,notify_url,funds_account,sub_mch_id\n\
         a,refund,order-A1,,101,100,,,\n\
         b,refund,,,1,100,,,\n\
         c,refund,order-A1,4200,1,100,,,\n\
         d,refund,order A,,1,100,,,\n\
         e,transfer,order-A1,,1,100,,,\n\
         f,refund,order-A1,,0,100,,,\n\
         g,refund,order-A1,,1,1.5,,,\n\
         h,refund,order-A1,,1,100,http://shop.example.com/,,\n\
         i,refund,order-A1,,1,100,,SAVINGS,\n\
         j,refund,order-A1,,1,100,,,1900000110\n",
    );
    let output = office.run("run rows.csv --journal j");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    for mistake in [
        "line 2, column 5 (amount_fen): must not be more than total_fen, the amount of the order",
        "line 3: the order is missing: fill in out_trade_no or transaction_id",
        "line 4, column 4 (transaction_id): must be empty when out_trade_no is filled in",
        "line 5, column 3 (out_trade_no): must ",
        "line 6, column 2 (product): must be refund, as in the other rows",
        "line 7, column 5 (amount_fen): must be at least 1 fen",
        "line 8, column 6 (total_fen): must be a whole number of fen",
        "line 9, column 7 (notify_url): must ",
        "line 10, column 8 (funds_account): must be AVAILABLE or UNSETTLED",
        "line 11, column 9 (sub_mch_id): must be empty, since this run has no sub-merchant",
        "error: 10 mistakes; nothing was paid",
    ] {
        assert!(
            said(&output).contains(mistake),
            "{mistake}\n{}",
            said(&output)
        );
    }
    let chinese = said(&office.run("run rows.csv --journal j --lang zh"));
    for mistake in [
        "第 2 行第 5 列（amount_fen）：不能大于 total_fen（订单金额）",
        "第 6 行第 2 列（product）：必须与其他行一样为 refund",
    ] {
        assert!(chinese.contains(mistake), "{mistake}\n{chinese}");
    }
    assert!(office.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_of_another_product_are_named() {
    let office = office(&[]).await;
    for (arguments, text, mistake) in [
        (
            "run rows.csv --journal j",
            "intent,out_trade_no,amount_fen,total_fen\na,order-A1,1,1\n",
            "these are the columns of refunds, not of payments to employees: if that is what they are, add --product refund",
        ),
        (
            RUN,
            "intent,openid,amount_fen,desc\na,o,100,d\n",
            "these are the columns of payments to employees, not of refunds",
        ),
        (
            RUN,
            "intent,amount_fen,total_fen\na,1,1\n",
            "there has to be one of the columns out_trade_no, transaction_id",
        ),
        (
            RUN,
            "intent,out_trade_no,amount_fen,total_amount\na,order-A1,1,1\n",
            "column 4 (total_amount): ambiguous unit: name the column total_fen",
        ),
        (
            RUN,
            "intent,商户订单号,amount_fen,total_fen\na,order-A1,1,1\n",
            "column 2 (商户订单号): unknown column: name it out_trade_no",
        ),
        (
            "run rows.csv --journal j",
            "intent,product,out_trade_no,amount_fen,total_fen\na,refunds,order-A1,1,1\n",
            "line 2, column 2 (product): must be one of employee, transfer, red-packet, batch-transfer, refund",
        ),
        (
            "run rows.csv --product employee --journal j",
            "intent,product,openid,amount_fen,desc\na,refund,o,100,d\n",
            "line 2, column 2 (product): must be employee, as in the other rows",
        ),
    ] {
        office.write("rows.csv", text);
        let output = office.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{text}: {}", said(&output));
        assert!(
            said(&output).contains(mistake),
            "{mistake}\n{}",
            said(&output)
        );
    }
    assert!(office.sandbox.requests().is_empty());
}

/// A refund that WeChat Pay has not finished waits: no success, no doubt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_wechat_pay_is_not_done_with_waits_and_is_settled_later() {
    let office = office(&["order-A1", "order-A2"]).await;
    office.reset("patience = '60s'", "patience = '400ms'");
    office
        .sandbox
        .set_refund_delay(std::time::Duration::from_secs(3600));
    office.write(
        "rows.csv",
        "intent,out_trade_no,amount_fen,total_fen\nr1,order-A1,40,100\nr2,order-A2,60,100\n",
    );
    let output = office.run(&format!("{RUN} --json"));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let report = json(&output);
    assert_eq!(report["waiting_fen"], 100);
    assert_eq!(report["waiting"][0]["waits_for"], "wechat_pay");
    let output = office.run("resolve --journal j");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let told = said(&office.run("status --journal j"));
    assert!(
        told.contains("These wait:") && told.contains("WeChat Pay"),
        "{told}"
    );
    let refunds = office.sandbox.refunds();
    let number = |order: &str| {
        let mut refunds = refunds.iter();
        let refund = refunds.find(|refund| refund.out_trade_no == order);
        refund.unwrap().out_refund_no.clone()
    };
    let (first, second) = (number("order-A1"), number("order-A2"));
    office.reset("patience = '400ms'", "patience = '60s'");
    office.sandbox.set_refund_status(&first, "SUCCESS");
    // A person of the merchant has to look after the other one: that is not merely waiting.
    office.sandbox.set_refund_status(&second, "ABNORMAL");
    let output = office.run("resolve --journal j");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("退款异常"), "{}", said(&output));
    let told = said(&office.run("status --journal j"));
    assert!(told.contains("A person has to look at these:"), "{told}");
    let cancel = office.run("cancel r2 --journal j");
    assert_eq!(cancel.status.code(), Some(2), "{}", said(&cancel));
    let told = "WeChat Pay can cancel transfers that wait for their users, and nothing else";
    assert!(said(&cancel).contains(told), "{}", said(&cancel));
    office.sandbox.set_refund_status(&second, "SUCCESS");
    // What waits for a person is asked about rarely, unless somebody knows that there is news.
    assert!(office.run("resolve --now --journal j").status.success());
    assert!(office.run(RUN).status.success());
    assert_eq!(office.sandbox.refunds().len(), 2);
}

/// `CLOSED` has failed by WeChat Pay's own word, and the intent may be refunded under its next
/// number.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_refund_is_replaced_under_its_next_number() {
    let office = office(&["order-A1"]).await;
    office.sandbox.set_refund_end(RefundEnd::Closed);
    office.write(
        "rows.csv",
        "intent,out_trade_no,amount_fen,total_fen\nr1,order-A1,40,100\n",
    );
    let output = office.run(RUN);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("退款关闭"), "{}", said(&output));
    office.sandbox.set_refund_end(RefundEnd::Success);
    let failed = office.sandbox.refunds().remove(0).out_refund_no;
    let output = office.run("replace r1 --file rows.csv --journal j --json");
    assert!(output.status.success(), "{}", said(&output));
    let ready = json(&output);
    assert_eq!(ready["failed_number"], failed.as_str());
    assert_ne!(ready["number"], ready["failed_number"]);
    let output = office.run(RUN);
    assert!(output.status.success(), "{}", said(&output));
    let refunds = office.sandbox.refunds();
    let numbers: Vec<_> = refunds
        .iter()
        .map(|refund| (&*refund.status, refund.refund.get()))
        .collect();
    assert_eq!(numbers, [("CLOSED", 40), ("SUCCESS", 40)]);
}

/// Nothing is left of the order: refused, and told so, and the others go back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_without_enough_left_is_refused_alone() {
    let office = office(&["order-A1", "order-A2"]).await;
    office
        .sandbox
        .refund_order("order-A1", Fen::new(70))
        .unwrap();
    office.write(
        "rows.csv",
        "intent,out_trade_no,amount_fen,total_fen\nr1,order-A1,40,100\nr2,order-A2,40,100\n",
    );
    let output = office.run(&format!("{RUN} --json"));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let report = json(&output);
    assert_eq!(report["paid"][0]["intent"], "r2");
    let reason = report["rejected"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("INVALID_REQUEST"), "{reason}");
}

/// A lost journal is rebuilt from what WeChat Pay knows of the refunds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_journal_is_rebuilt() {
    let office = office(&["order-A1", "order-A2"]).await;
    let rows = "intent,out_trade_no,amount_fen,total_fen\nr1,order-A1,40,100\n";
    office.write("rows.csv", rows);
    assert!(office.run(RUN).status.success());
    office.write("rows.csv", &format!("{rows}r2,order-A2,7,100\n"));
    let output = office.run("recover rows.csv --product refund --journal two --json");
    assert!(output.status.success(), "{}", said(&output));
    let recovery = json(&output);
    assert_eq!(recovery["found"]["paid"][0]["intent"], "r1");
    assert_eq!(recovery["not_known"][0], "r2");
    let output = office.run("run rows.csv --product refund --journal two");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(
        went_back(&office),
        [("order-A1".to_owned(), 40), ("order-A2".to_owned(), 7)]
    );
}

/// An intent is one thing, whatever it is paid with, and one journal may hold several products.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_journal_holds_several_products() {
    let office = office(&["order-A1", "order-A2"]).await;
    office.write("rows.csv", "intent,openid,amount_fen,desc\np1,o1,100,d\n");
    assert!(office.run("run rows.csv --journal j").status.success());
    office.write(
        "refunds.csv",
        "intent,out_trade_no,amount_fen,total_fen\np1,order-A1,1,100\nr1,order-A2,2,100\n",
    );
    // One is lost on the way, and found by resolve, which follows every product.
    let lost = FaultRule::new(CREATE, Fault::DropAfterCommit).times(1);
    office.sandbox.add_fault_rule(lost).unwrap();
    let output = office.run("run refunds.csv --product refund --journal j");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let told = "p1: conflict: the journal has p1 with another payment";
    assert!(said(&output).contains(told), "{}", said(&output));
    let output = office.run("resolve --journal j");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(went_back(&office), [("order-A2".to_owned(), 2)]);
    let rows = office.export();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.state == "paid"));
}

/// Refunds for one sub-merchant are not found by the queries of another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sub_merchant_has_a_journal_of_its_own() {
    let office = office(&["order-A1"]).await;
    office.write(
        "rows.csv",
        "intent,out_trade_no,amount_fen,total_fen,sub_mch_id\nr1,order-A1,1,100,1900000110\n",
    );
    let output = office.run(&format!("{RUN} --sub-mch-id 1900000111"));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let told = "must be 1900000111, the sub-merchant of this run";
    assert!(said(&output).contains(told), "{}", said(&output));
    office.write(
        "rows.csv",
        "intent,out_trade_no,amount_fen,total_fen\nr1,order-A1,1,100\n",
    );
    assert!(office.run(RUN).status.success());
    let output = office.run(&format!("{RUN} --sub-mch-id 1900000111"));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let told = "it holds the payouts of merchant";
    assert!(said(&output).contains(told), "{}", said(&output));
    // With a journal of its own, and an order that is the sub-merchant's.
    let mut order = Order::paid("order-A9", 100);
    order.sub_merchant = Some(SubMerchant::new("1900000110"));
    office.sandbox.add_order(order);
    office.write(
        "rows.csv",
        "intent,out_trade_no,amount_fen,total_fen,sub_mch_id\nr9,order-A9,30,100,1900000110\n",
    );
    let own = "--product refund --journal k --sub-mch-id 1900000110";
    let output = office.run(&format!("run rows.csv {own}"));
    assert!(output.status.success(), "{}", said(&output));
    let back = ("order-A9".to_owned(), 30);
    assert!(went_back(&office).contains(&back));
    let output = office.run("resolve --journal k --sub-mch-id 1900000110");
    assert!(output.status.success(), "{}", said(&output));
}

/// A key of another merchant is told before the first refund.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_is_told_before_the_first_refund() {
    let office = office(&["order-A1"]).await;
    office.write(
        "rows.csv",
        "intent,out_trade_no,amount_fen,total_fen\nr1,order-A1,1,100\n",
    );
    let refused = FaultRule::new(QUERY, Fault::error_code("NO_AUTH", "无权限"));
    let rule = office.sandbox.add_fault_rule(refused).unwrap();
    let output = office.run(RUN);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("refunds are not open to this merchant ID"),
        "{}",
        said(&output)
    );
    office.sandbox.remove_fault_rule(rule);
    let output = office.run(&format!("{RUN} --mch-id 1900000999"));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("nothing was paid"),
        "{}",
        said(&output)
    );
    assert!(office.sandbox.refunds().is_empty());
}

#[test]
fn a_sandbox_of_its_own_has_the_orders() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "intent,out_trade_no,transaction_id,amount_fen,total_fen\na,order-A1,,100,300\nc,,4200001,7,7\n";
    std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
    let arguments = "run rows.csv --product refund --journal j --sandbox --json";
    let output = crate::office::wxpay(folder.path(), arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(json(&output)["paid_fen"], 107);
}

const CREATE: Api = Api::named("v3.refund.create_refund").unwrap();
const QUERY: Api = Api::named("v3.refund.query_refund").unwrap();

//! What each kind of bill is read into.

use wxpay_bill::{Bill, Direction, MilliFen, TradeScope, TradeState};
use wxpay_core::{Fen, TimeFormat, Timestamp};

use crate::texts::*;

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text, TimeFormat::DateTime).unwrap()
}

#[test]
fn every_field_of_a_trade_bill_is_read() {
    let text = all();
    let mut bill = trade(text.as_bytes()).unwrap();
    assert_eq!(bill.kind().scope, TradeScope::All);
    assert!(!bill.kind().is_old);
    assert_eq!(bill.columns().count(), 27);
    let paid = bill.next().unwrap().unwrap();
    assert_eq!(paid.line, 2);
    assert_eq!(paid.trade_time, time("2026-11-25 10:00:00"));
    assert_eq!(paid.appid.as_str(), "wx1");
    assert_eq!(paid.mchid.as_str(), "1900000109");
    assert_eq!(paid.sub_mchid, None);
    assert_eq!(paid.transaction_id.as_str(), "420001");
    assert_eq!(paid.out_trade_no.as_str(), "T1");
    assert_eq!(paid.openid.as_ref().unwrap().as_str(), "o1");
    assert_eq!(
        (
            &*paid.trade_type,
            &paid.trade_state,
            &*paid.bank_type,
            &*paid.currency
        ),
        ("JSAPI", &TradeState::Success, "OTHERS", "CNY")
    );
    assert_eq!(paid.settlement_total, Fen::new(140));
    assert_eq!(paid.coupon, Fen::new(30));
    assert_eq!(
        (paid.refund_id.as_ref(), paid.out_refund_no.as_ref()),
        (None, None)
    );
    assert_eq!(paid.settlement_refund, Some(Fen::ZERO));
    assert_eq!(paid.attach.raw(), "a\\ b");
    assert_eq!(paid.attach.text(), "a,b");
    assert_eq!(paid.fee, MilliFen::new(1_000));
    assert_eq!((&*paid.rate, &*paid.rate_remark), ("0.60%", "726"));
    assert_eq!(paid.total, Some(Fen::new(150)));
    assert_eq!((paid.amount(), paid.is_refund()), (Fen::new(150), false));

    let refund = bill.next().unwrap().unwrap();
    assert_eq!(refund.sub_mchid.as_ref().unwrap().as_str(), "1900000110");
    assert_eq!(refund.device.text(), "D1");
    assert_eq!(refund.trade_state, TradeState::Refund);
    assert_eq!(refund.refund_id.as_ref().unwrap().as_str(), "503001");
    assert_eq!(refund.out_refund_no.as_ref().unwrap().as_str(), "R1");
    assert_eq!(refund.settlement_refund, Some(Fen::new(40)));
    assert_eq!(refund.coupon_refund, Some(Fen::new(10)));
    assert_eq!(
        (&*refund.refund_channel, &*refund.refund_state),
        ("ORIGINAL", "PROCESSING")
    );
    assert_eq!(refund.fee, MilliFen::new(-300));
    assert_eq!((refund.amount(), refund.is_refund()), (Fen::new(50), true));
    assert!(bill.comparison().is_none(), "the rows are not at their end");

    assert!(bill.next().is_none());
    assert!(bill.next().is_none());
    assert!(bill.comparison().unwrap().agrees());
    assert_eq!(bill.comparison().unwrap().sums.len(), 7);
    assert_eq!(bill.totals().coupon, Fen::new(30));
}

#[test]
fn bills_of_payments_or_refunds_alone_are_told_by_their_columns() {
    let row = "2026-11-25 10:00:00,wx1,1900000109,0,,420001,T1,o1,JSAPI,SUCCESS,OTHERS,CNY,1.40,0.30,小食,,0.01000,0.60%,1.50,";
    let text = bill(SUCCESS, &[row], SUMS_OF_SUCCESS, "1,1.40,0.01,1.50");
    let mut success = trade(text.as_bytes()).unwrap();
    assert_eq!(success.kind().scope, TradeScope::Success);
    let paid = success.next().unwrap().unwrap();
    assert_eq!((paid.refund, paid.settlement_refund), (None, None));
    assert!(success.next().is_none());
    assert_eq!(success.comparison().unwrap().sums.len(), 4);

    // Files of 2019 have all sums, though their rows have no refunds.
    let values = "1,1.40,0.00,0.00,0.01000,1.50,0.00";
    let rows = trade_rows(&bill(SUCCESS, &[row], SUMS_OF_ALL, values)).unwrap();
    assert_eq!(rows, [paid]);

    let row = "2026-11-25 10:00:00,wx1,1900000109,0,,420001,T1,o1,MICROPAY,REVOKED,OTHERS,CNY,0.00,0.00,2026-11-25 10:00:00,,503001,R1,0.40,0.10,ORIGINAL,FAIL,小食,,-0.01000,0.60%,0.00,0.50,";
    let text = bill(
        REFUND,
        &[row],
        SUMS_OF_ALL,
        "1,0.00,0.40,0.10,-0.01,0.00,0.50",
    );
    let mut refunds = trade(text.as_bytes()).unwrap();
    assert_eq!(refunds.kind().scope, TradeScope::Refund);
    let refund = refunds.next().unwrap().unwrap();
    assert_eq!(refund.trade_state, TradeState::Revoked);
    assert!(refund.is_refund());
    assert_eq!(
        refund.refund_request_time,
        Some(time("2026-11-25 10:00:00"))
    );
    assert_eq!(refund.refund_success_time, None);
    assert!(refunds.next().is_none());
}

#[test]
fn bills_of_before_2018_are_read_under_each_of_their_names() {
    let row = "2015-03-30 16：33：45,wx1,1900000109,0,,420001,T1,o1,JSAPI,SUCCESS,CFT,CNY,0.02,0.00,0,0,0.00,0.00,,,小食,,0.00020,1.00%";
    let sums = "1,0.02,0.00,0.00,0.00020";
    let text = bill(OLD_ALL, &[row], SUMS_OF_OLD, sums);
    let oldest = text
        .replace("代金券或立减优惠金额", "企业红包金额")
        .replace("代金券或立减优惠退款金额", "企业红包退款金额")
        .replace("公众账号ID", "应用ID");
    for text in [text, oldest] {
        let mut bill = trade(text.as_bytes()).unwrap();
        assert!(bill.kind().is_old);
        let row = bill.next().unwrap().unwrap();
        assert_eq!(row.trade_time, time("2015-03-30 16:33:45"));
        assert_eq!((row.total, row.amount()), (None, Fen::new(2)));
        assert_eq!(row.fee, MilliFen::new(20));
        assert_eq!(row.fee.to_fen(), None);
        assert!(bill.next().is_none());
    }
    let row = "2015-03-30 16:33:45,wx1,1900000109,0,,420001,T1,o1,JSAPI,SUCCESS,CFT,CNY,0.02,0.00,小食,,0.00000,1.00%";
    let text = bill(OLD_SUCCESS, &[row], SUMS_OF_OLD, "1,0.02,0.00,0.00,0.00000");
    assert_eq!(trade_rows(&text).unwrap().len(), 1);
    let row = "2015-03-30 16:33:45,wx1,1900000109,0,,420001,T1,o1,JSAPI,REFUND,CFT,CNY,0.00,0.00,2015-03-30 16:33:45,2015-03-30 16:33:46,5,R,0.02,0.00,ORIGINAL,SUCCESS,小食,,0.00000,1.00%";
    let text = bill(OLD_REFUND, &[row], SUMS_OF_OLD, "1,0.00,0.02,0.00,0.00000");
    let rows = trade_rows(&text).unwrap();
    assert_eq!(rows[0].amount(), Fen::new(2));
}

#[test]
fn every_field_of_a_fund_flow_bill_is_read() {
    let text = format!(
        "{FUND}\n\
         `2018-02-01 04:21:23,`50000305742018,`1900009231201802,`退款,`退款,`支出,`0.02,`0.17,`system,`缺货, 两件\\n,`REF42\n\
         `2018-02-01 05:00:00,`50000305742019,`1900009231201803,`交易,`交易,`收入,`3.00,`3.17,`,`,`T1\n\
         {SUMS_OF_FUND}\n`2.0,`1.0,`3.00,`1.0,`0.02"
    );
    for text in [text.clone(), text.replace("(元)", "（元）")] {
        let mut bill = fund(text.as_bytes()).unwrap();
        let row = bill.next().unwrap().unwrap();
        assert_eq!(row.booked_time, time("2018-02-01 04:21:23"));
        assert_eq!(
            (&*row.business_id, &*row.flow_id),
            ("50000305742018", "1900009231201802")
        );
        assert_eq!((&*row.business_name, &*row.business_type), ("退款", "退款"));
        assert_eq!(row.direction, Direction::Out);
        assert_eq!((row.amount, row.balance), (Fen::new(2), Fen::new(17)));
        assert_eq!(&*row.applicant, "system");
        // A comma is not escaped here.
        assert_eq!(row.remark.raw(), "缺货, 两件\\n");
        assert_eq!(row.remark.text(), "缺货, 两件\n");
        assert_eq!(row.voucher.text(), "REF42");
        assert_eq!(bill.next().unwrap().unwrap().direction, Direction::In);
        assert!(bill.next().is_none());
        assert!(bill.comparison().unwrap().agrees());
        assert_eq!(bill.totals().out_count, 1);
    }
}

#[test]
fn columns_may_come_in_another_order_and_with_further_ones() {
    let text = "备注,记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,业务凭证号,新列\n";
    // The first column tells the kind, so a moved one makes it another.
    assert!(matches!(
        Bill::open(text.as_bytes()).unwrap(),
        Bill::Other(_)
    ));
    let text = format!(
        "记账时间,新列,备注,微信支付业务单号,资金流水单号,业务名称,业务类型,收支金额(元),收支类型,账户结余(元),资金变更提交申请人,业务凭证号\n\
         `2018-02-01 04:21:23,`new,`remark,`1,`2,`a,`b,`0.02,`支出,`0.17,`system,`v\n\
         支出金额,{}\n",
        "资金流水总笔数"
    );
    // The same holds for the summary.
    let error = fund(text.as_bytes()).unwrap().nth(1).unwrap().unwrap_err();
    assert_eq!(error.line(), 3);
    let text = text.replace(
        "支出金额,资金流水总笔数",
        "资金流水总笔数,支出金额,新总数,收入金额,支出笔数,收入笔数\n`1,`0.02,`9,`0.00,`1,`0",
    );
    let rows: Vec<_> = fund(text.as_bytes()).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows[0].further, [("新列".to_owned(), "new".to_owned())]);
    assert_eq!(rows[0].remark.text(), "remark");
}

#[test]
fn an_empty_bill_is_one_without_rows_or_without_anything() {
    for text in ["", "\u{feff}"] {
        assert!(matches!(Bill::open(text.as_bytes()).unwrap(), Bill::Empty));
    }
    let text = bill(ALL, &[], SUMS_OF_ALL, "0,0.00,0.00,0.00,0.00000,0.00,0.00");
    assert_eq!(trade_rows(&text).unwrap(), []);
}

#[test]
fn nothing_personal_shows_in_debug() {
    let text = all()
        .replace("`o1", "`oSECRETOPENID")
        .replace("小食", "SECRETBODY");
    let mut bill = trade(text.as_bytes()).unwrap();
    let rows: Vec<_> = bill.by_ref().map(Result::unwrap).collect();
    let shown = format!("{rows:?}{bill:?}{:?}", rows[0].body);
    assert!(!shown.contains("SECRET"), "{shown}");
}

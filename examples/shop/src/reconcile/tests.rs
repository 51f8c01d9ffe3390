#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use wxpay_api::Fen;
use wxpay_bill::{Bill, BillError, TradeRow};

use super::{Difference, Entry, Kind, Reconciliation, Sum, What, reconcile};

/// A bill of rows as `payment` and `refund` write them.
fn rows(rows: &[String]) -> Vec<Result<TradeRow, BillError>> {
    let text = format!("{NAMES}\r\n{}", rows.concat());
    let Bill::Trade(bill) = Bill::open(text.as_bytes()).unwrap() else {
        panic!("its columns are those of a trade bill");
    };
    bill.take(rows.len()).collect()
}

fn payment(number: &str, yuan: &str) -> String {
    format!(
        "`2026-11-26 12:00:01,`wx2421b1c4370ec43b,`1900000109,`0,`,`4200001,`{number},`oUpF,`NATIVE,`SUCCESS,`OTHERS,`CNY,`{yuan},\
         `0.00,`0,`0,`0.00,`0.00,`,`,`茶,`,`0.00000,`0.60%,`{yuan},`0.00,`\r\n"
    )
}

fn refund(number: &str, order: &str, yuan: &str) -> String {
    format!(
        "`2026-11-26 12:00:09,`wx2421b1c4370ec43b,`1900000109,`0,`,`4200001,`{order},`oUpF,`NATIVE,`REFUND,`OTHERS,`CNY,`0.00,\
         `0.00,`5030001,`{number},`{yuan},`0.00,`ORIGINAL,`SUCCESS,`茶,`,`0.00000,`0.60%,`0.00,`{yuan},`\r\n"
    )
}

fn entry(kind: Kind, number: &str, of_order: &str, fen: i64) -> Entry {
    Entry {
        kind,
        number: number.to_owned(),
        of_order: of_order.to_owned(),
        fen: Fen::new(fen),
        is_settled: true,
    }
}

/// With a book that has nothing but what is of the day.
fn compared(rows: Vec<Result<TradeRow, BillError>>, of_day: &[Entry]) -> Reconciliation {
    reconcile(rows.into_iter(), of_day.to_vec(), |_, _| Ok(None)).unwrap()
}

fn only(came: &Reconciliation) -> (What, &str, Option<i64>, Option<i64>) {
    let [
        Difference {
            what,
            number,
            here,
            there,
        },
    ] = &*came.differences
    else {
        panic!("{came:?}");
    };
    (*what, number, here.map(Fen::get), there.map(Fen::get))
}

#[test]
fn what_agrees_is_summed_up() {
    let rows = rows(&[
        payment("A", "128.00"),
        refund("AR1", "A", "30.01"),
        payment("B", "29.99"),
    ]);
    let book = [
        entry(Kind::Payment, "A", "A", 12_800),
        entry(Kind::Payment, "B", "B", 2_999),
        entry(Kind::Refund, "AR1", "A", 3_001),
    ];
    let came = compared(rows, &book);
    assert!(came.is_clean(), "{came:?}");
    assert_eq!(
        came.payments,
        Sum {
            count: 2,
            fen: Fen::new(15_799)
        }
    );
    assert_eq!(
        came.refunds,
        Sum {
            count: 1,
            fen: Fen::new(3_001)
        }
    );
}

#[test]
fn one_fen_is_a_difference() {
    let came = compared(
        rows(&[payment("A", "128.00")]),
        &[entry(Kind::Payment, "A", "A", 12_801)],
    );
    assert_eq!(
        only(&came),
        (What::OtherAmount, "A", Some(12_801), Some(12_800))
    );
    assert_eq!(came.payments, Sum::default());
}

#[test]
fn what_one_side_lacks_is_named() {
    let came = compared(rows(&[payment("A", "1.00")]), &[]);
    assert_eq!(only(&came), (What::OnlyThere, "A", None, Some(100)));
    let came = compared(Vec::new(), &[entry(Kind::Refund, "AR1", "A", 50)]);
    assert_eq!(only(&came), (What::OnlyHere, "AR1", Some(50), None));
}

#[test]
fn a_payment_and_a_refund_under_one_number_are_two() {
    let came = compared(
        rows(&[payment("A", "1.00")]),
        &[entry(Kind::Refund, "A", "A", 100)],
    );
    let what: Vec<_> = came.differences.iter().map(|one| one.what).collect();
    assert_eq!(what, [What::OnlyThere, What::OnlyHere]);
}

#[test]
fn a_row_that_comes_twice_is_not_summed_up_twice() {
    let rows = rows(&[payment("A", "1.00"), payment("A", "1.00")]);
    let a = entry(Kind::Payment, "A", "A", 100);
    let came = reconcile(rows.into_iter(), vec![a.clone()], |_, _| {
        Ok(Some(a.clone()))
    })
    .unwrap();
    assert_eq!(only(&came), (What::TwiceThere, "A", Some(100), Some(100)));
    assert_eq!(
        came.payments,
        Sum {
            count: 1,
            fen: Fen::new(100)
        }
    );
}

#[test]
fn a_refund_belongs_to_its_order() {
    let rows = rows(&[refund("AR1", "B", "1.00")]);
    let came = compared(rows, &[entry(Kind::Refund, "AR1", "A", 100)]);
    assert_eq!(only(&came), (What::OtherOrder, "AR1", Some(100), Some(100)));
}

#[test]
fn a_payment_that_the_book_did_not_hear_of_comes_to_light() {
    let unpaid = Entry {
        is_settled: false,
        ..entry(Kind::Payment, "A", "A", 100)
    };
    let rows = rows(&[payment("A", "1.00")]);
    let came = reconcile(rows.into_iter(), Vec::new(), |_, _| {
        Ok(Some(unpaid.clone()))
    })
    .unwrap();
    assert_eq!(
        only(&came),
        (What::NotSettledHere, "A", Some(100), Some(100))
    );
}

#[test]
fn a_bill_that_breaks_off_is_no_bill() {
    let text = format!("{NAMES}\r\n{}", payment("A", "1.00"));
    let Bill::Trade(bill) = Bill::open(text.as_bytes()).unwrap() else {
        panic!("its columns are those of a trade bill");
    };
    assert!(reconcile(bill, Vec::new(), |_, _| Ok(None)).is_err());
}

const NAMES: &str = "\u{feff}交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,\
    应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,\
    订单金额,申请退款金额,费率备注";

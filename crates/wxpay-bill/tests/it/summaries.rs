//! The summary is compared with the rows: their number, and every sum.

use wxpay_bill::{MilliFen, Problem, Sum};

use crate::texts::*;

#[test]
fn each_sum_that_is_another_is_found() {
    let text = all();
    let values = ["2", "1.40", "0.40", "0.10", "0.00700", "1.50", "0.50"];
    let whole: Vec<String> = values.iter().map(|value| format!("`{value}")).collect();
    assert!(text.contains(&whole.join(",")));
    for (place, wrong) in ["3", "1.41", "0.39", "-0.10", "0.00701", "15.00", "0.00"]
        .into_iter()
        .enumerate()
    {
        let mut altered = whole.clone();
        altered[place] = format!("`{wrong}");
        let text = text.replace(&whole.join(","), &altered.join(","));
        let mut bill = trade(text.as_bytes()).unwrap();
        let items: Vec<_> = bill.by_ref().collect();
        assert_eq!(items.len(), 3, "both rows, and the error");
        let error = items[2].as_ref().unwrap_err();
        assert!(matches!(error.problem(), Problem::SummaryDiffers));
        assert_eq!(error.line(), 5);
        let comparison = bill.comparison().unwrap();
        let differs: Vec<usize> = (0..7).filter(|at| !comparison.sums[*at].agrees).collect();
        assert_eq!(differs, [place]);
        assert_eq!(comparison.sums[0].of_rows, Sum::Count(2));
        assert_eq!(
            comparison.sums[4].of_rows,
            Sum::Millifen(MilliFen::new(700))
        );
    }
}

#[test]
fn counts_may_be_decimals_and_the_fee_may_be_rounded() {
    let with = |sums: &str| all().replace("`2,`1.40,`0.40,`0.10,`0.00700,`1.50,`0.50", sums);
    for fine in [
        "`2.0,`1.40,`0.40,`0.10,`0.007,`1.50,`0.50",
        "`2,`1.4,`0.4,`0.1,`0.01,`1.5,`0.5",
        "`2,`1.40,`0.40,`0.10,`0.00,`1.50,`0.50",
    ] {
        assert!(trade_rows(&with(fine)).is_ok(), "{fine}");
    }
    for wrong in [
        "`2,`1.40,`0.40,`0.10,`0.02,`1.50,`0.50",
        "`2,`1.40,`0.40,`0.10,`0,`1.50,`0.50",
        "`2,`1.40,`0.40,`0.10,`0.0,`1.50,`0.50",
        "`2,`1.40,`0.40,`0.10,`-0.01,`1.50,`0.50",
    ] {
        let error = trade_rows(&with(wrong)).unwrap_err();
        assert!(
            matches!(error.problem(), Problem::SummaryDiffers),
            "{wrong}"
        );
    }
    for (wrong, column) in [
        ("`2.5,`1.40,`0.40,`0.10,`0.01,`1.50,`0.50", "总交易单数"),
        ("`,`1.40,`0.40,`0.10,`0.01,`1.50,`0.50", "总交易单数"),
        ("`2,`1.40,`0.40,`0.10,`0.01,`1.50,`", "申请退款总金额"),
        ("`-2,`1.40,`0.40,`0.10,`0.01,`1.50,`0.50", "总交易单数"),
        ("`2,`1.40,`0.40,`x,`0.01,`1.50,`0.50", "充值券退款总金额"),
    ] {
        let error = trade_rows(&with(wrong)).unwrap_err();
        assert_eq!((error.line(), error.column()), (5, Some(column)));
    }
}

#[test]
fn a_sum_that_is_missing_is_named() {
    for sum in [
        "应结订单总金额",
        "手续费总金额",
        "订单总金额",
        "申请退款总金额",
        "退款总金额",
    ] {
        let text = all().replace(&format!(",{sum}"), ",别的");
        let error = trade_rows(&text).unwrap_err();
        assert!(matches!(error.problem(), Problem::MissingColumn), "{error}");
        assert_eq!(error.column(), Some(sum));
    }
}

#[test]
fn a_sum_that_can_not_be_held_is_an_error() {
    let row = "2026-11-25 10:00:00,wx1,1900000109,0,,420001,T1,o1,JSAPI,SUCCESS,OTHERS,CNY,90000000000000.00,0.00,小食,,0.00000,0.60%,1.50,";
    let text = bill(SUCCESS, &[row, row], SUMS_OF_SUCCESS, "2,0,0,3.00");
    let error = trade_rows(&text).unwrap_err();
    assert!(matches!(error.problem(), Problem::TooLarge), "{error}");
    assert_eq!(error.line(), 3);
}

#[test]
fn no_sum_may_be_empty_that_the_rows_do_not_have() {
    let row = "2026-11-25 10:00:00,wx1,1900000109,0,,420001,T1,o1,JSAPI,SUCCESS,OTHERS,CNY,1.40,0.30,小食,,0.01000,0.60%,1.50,";
    let with = |last: &str| {
        let values = format!("1,1.40,0.00,0.00,0.01,1.50,{last}");
        trade_rows(&bill(SUCCESS, &[row], SUMS_OF_ALL, &values))
    };
    assert!(with("0.00").is_ok());
    let error = with("").unwrap_err();
    assert!(matches!(error.problem(), Problem::Empty), "{error}");
    assert_eq!((error.line(), error.column()), (4, Some("申请退款总金额")));
}

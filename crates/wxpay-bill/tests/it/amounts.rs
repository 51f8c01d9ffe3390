//! Amounts from their decimal text, to the fen.

use proptest::prelude::*;
use wxpay_bill::{MilliFen, Problem};
use wxpay_core::Fen;

use crate::texts::{ALL, SUMS_OF_ALL, bill, trade};

/// The first order amount and fee of a bill that has these.
fn read(total: &str, fee: &str) -> Result<(Fen, MilliFen), wxpay_bill::BillError> {
    let row = format!(
        "2026-11-25 10:00:00,wx1,1900000109,0,,420001,T1,o1,JSAPI,SUCCESS,OTHERS,CNY,{total},0.00,0,0,0.00,0.00,,,小食,,{fee},0.60%,{total},0.00,"
    );
    let text = bill(ALL, &[&row], SUMS_OF_ALL, "1,0,0,0,0,0,0");
    let row = trade(text.as_bytes())?.next().unwrap()?;
    assert_eq!(row.settlement_total, row.total.unwrap());
    Ok((row.settlement_total, row.fee))
}

#[test]
fn what_is_written_is_read() {
    for (text, fen) in [
        ("0", 0),
        ("0.00", 0),
        ("-0.00", 0),
        ("8.88", 888),
        ("8.8", 880),
        ("8.88000", 888),
        ("8.880000000", 888),
        ("0001.00", 100),
        ("-0.27", -27),
        ("92233720368547.75", 9_223_372_036_854_775),
    ] {
        assert_eq!(read(text, "0").unwrap().0, Fen::new(fen), "{text}");
    }
    for (text, millifen) in [
        ("0.01000", 1_000),
        ("-0.27000", -27_000),
        ("0.00020", 20),
        ("-0.00001", -1),
        ("4.33", 433_000),
    ] {
        assert_eq!(
            read("1", text).unwrap().1,
            MilliFen::new(millifen),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_amount_is_refused() {
    for (text, is_fen) in [
        ("", false),
        ("-", false),
        (".5", false),
        ("1.", false),
        ("1.2.3", false),
        ("+1.00", false),
        ("1e2", false),
        ("1.00元", false),
        (" 1.00", false),
        ("１.00", false),
        ("--1", false),
        ("NaN", false),
        ("0.000001", false),
        ("0.001", true),
    ] {
        let error = read(text, "0").unwrap_err();
        assert_eq!(
            (error.line(), error.column()),
            (2, Some("应结订单金额")),
            "{text}"
        );
        assert_eq!(
            matches!(error.problem(), Problem::PartOfAFen),
            is_fen,
            "{text}"
        );
    }
    for text in [
        "92233720368547.76",
        "100000000000000000000",
        "99999999999999999999999.99",
    ] {
        let error = read(text, "0").unwrap_err();
        assert!(
            matches!(error.problem(), Problem::TooLarge),
            "{text}: {error}"
        );
    }
}

#[test]
fn an_amount_is_shown_in_yuan() {
    for (millifen, yuan, fen) in [
        (0, "0.00000", Some(0)),
        (-1, "-0.00001", None),
        (-27_000, "-0.27000", Some(-27)),
        (1_234_567, "12.34567", None),
        (i64::MIN, "-92233720368547.75808", None),
    ] {
        let amount = MilliFen::new(millifen);
        assert_eq!(amount.to_yuan(), yuan);
        assert_eq!(amount.to_fen(), fen.map(Fen::new));
        assert_eq!(amount.to_string(), millifen.to_string());
    }
    assert_eq!(MilliFen::of_fen(Fen::new(i64::MAX)), None);
    assert_eq!(MilliFen::new(1).checked_add(MilliFen::new(i64::MAX)), None);
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(millifen in any::<i64>()) {
        let amount = MilliFen::new(millifen);
        prop_assert_eq!(read("1", &amount.to_yuan()).unwrap().1, amount);
    }

    #[test]
    fn any_text_is_an_amount_or_refused(text in "[-+0-9.e ,]{0,12}") {
        if let Ok((fen, fee)) = read("1.00", &text).and_then(|_| read(&text, &text)) {
            prop_assert_eq!(MilliFen::of_fen(fen), Some(fee));
        }
    }
}

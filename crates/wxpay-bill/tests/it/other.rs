//! Bills of other kinds are read as they stand, and packed ones are unpacked.

use wxpay_bill::{Bill, OtherBill};

use crate::texts::{all, trade_rows};

fn fields(text: &str) -> Vec<Vec<String>> {
    let Bill::Other(bill) = Bill::open(text.as_bytes()).unwrap() else {
        panic!("a bill of another kind")
    };
    bill.map(|row| row.unwrap().fields).collect()
}

#[test]
fn a_bill_of_unknown_columns_is_split_as_it_stands() {
    let text = "\u{feff}分账时间,分账单号（微信）,备注\r\n`2026-11-25 10:00:00,`1,`a, b\r\n\r\n`2026-11-25 10:00:00,2,`c\r\n总笔数,总金额\r\n`2,`0.03\r\n";
    let Bill::Other(bill) = Bill::open(text.as_bytes()).unwrap() else {
        panic!("a bill of another kind")
    };
    assert!(bill.columns().eq(["分账时间", "分账单号(微信)", "备注"]));
    assert_eq!(
        fields(text),
        [
            vec!["2026-11-25 10:00:00", "1", "a, b"],
            // Before 2025 some fields had no back-quote.
            vec!["2026-11-25 10:00:00", "2", "c"],
            vec!["总笔数", "总金额"],
            vec!["2", "0.03"],
        ]
    );
}

#[test]
fn the_bill_of_refunded_deposits_is_not_taken_for_a_trade_bill() {
    let text = all().replace("手续费,", "返还手续费,");
    assert_eq!(fields(&text).len(), 4);
}

#[test]
fn any_bill_can_be_read_as_it_stands() {
    let text = all();
    let bill = OtherBill::open(text.as_bytes()).unwrap();
    let rows: Vec<_> = bill.map(Result::unwrap).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[1].fields[21], "");
    assert_eq!(rows[3].line, 5);
    let mut empty = OtherBill::open(&b""[..]).unwrap();
    assert_eq!(empty.columns().count(), 0);
    assert!(empty.next().is_none());
    assert_eq!(trade_rows(&text).unwrap().len(), 2);
}

#[cfg(feature = "gzip")]
#[test]
fn a_packed_bill_is_unpacked() {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use wxpay_bill::{Problem, Unpacked};

    let text = all();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let rows = |bytes: &[u8]| {
        let unpacked = Unpacked::new(bytes).unwrap();
        match Bill::open(unpacked)? {
            Bill::Trade(bill) => bill.collect::<Result<Vec<_>, _>>(),
            other => panic!("{other:?}"),
        }
    };
    let expected = trade_rows(&text).unwrap();
    assert_eq!(rows(text.as_bytes()).unwrap(), expected);
    assert_eq!(rows(&packed).unwrap(), expected);
    // Two packed files in one are two bills, as two texts in one are.
    let error = rows(&packed.repeat(2)).unwrap_err();
    assert!(matches!(error.problem(), Problem::AfterSummary), "{error}");
    let error = rows(&packed[..packed.len() - 9]).unwrap_err();
    assert!(matches!(error.problem(), Problem::Io(_)), "{error}");
}

//! Texts of the merchant's, as the documents escape them.

use proptest::prelude::*;

use crate::properties::escaped;
use crate::texts::{all, trade_rows};

/// The `attach` of an order that the bill writes like this.
fn text(raw: &str) -> String {
    let rows = trade_rows(&all().replace("a\\ b", raw)).unwrap();
    assert_eq!(rows[0].attach.raw(), raw);
    rows[0].attach.text()
}

#[test]
fn every_escape_of_the_documents_is_undone() {
    for (raw, meant) in [
        (r"\\", "\\"),
        (r"\'", "'"),
        ("'", "'"),
        ("\\\"", "\""),
        (r"\`", "`"),
        (r"\140", "`"),
        (r"\ ", ","),
        (r"\n", "\n"),
        (r"\r", "\r"),
        (r"\t", "\t"),
        ("\\\u{1A}", "\u{1A}"),
        (r"\\n", r"\n"),
        (r"\\140", r"\140"),
        (r"{\x}", r"{\x}"),
        (r"\", r"\"),
        (r"\14", r"\14"),
        (
            "{\\\"id\\\":1\\ \\\"n\\\":\\\"\\`\\\"}",
            "{\"id\":1,\"n\":\"`\"}",
        ),
        ("", ""),
        ("`", "`"),
    ] {
        assert_eq!(text(raw), meant, "{raw}");
    }
}

proptest! {
    #[test]
    fn what_was_escaped_is_had_back(
        original in "[\\\\'\"`,\n\r\t a-c140中\u{1A}]{0,24}",
        refund in any::<bool>(),
    ) {
        prop_assert_eq!(text(&escaped(&original, refund)), original);
    }
}

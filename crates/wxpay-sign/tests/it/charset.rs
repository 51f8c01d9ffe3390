use wxpay_sign::v3::check_charset;

use crate::vectors::{of_kind, text};

#[test]
fn characters_outside_the_basic_plane_are_refused() {
    for vector in of_kind("v3_charset") {
        let allowed = check_charset(text(&vector["input"]["text"])).is_ok();
        assert_eq!(
            allowed,
            vector["expected"]["allowed"] == true,
            "{}",
            vector["id"]
        );
    }
    for allowed in ["", "a", "é", "好", "\u{FFFD}", "\u{D7FF}", "1\n2"] {
        assert!(check_charset(allowed).is_ok(), "{allowed:?}");
    }
    for refused in ["\u{10000}", "𠮷野家", "好\u{10FFFF}"] {
        assert!(check_charset(refused).is_err(), "{refused:?}");
    }
    let error = check_charset("早安😀").unwrap_err();
    assert!(error.rule().contains("U+1F600"), "{error}");
}

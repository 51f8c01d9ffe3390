use wxpay_sign::v3::same_serial;

#[test]
fn certificates_are_compared_as_numbers_and_public_keys_by_their_letters() {
    for (a, b) in [
        ("0ABC", "abc"),
        ("0a", "00A"),
        ("50062CE5", "50062ce5"),
        ("0", "00"),
        ("", ""),
        ("PUB_KEY_ID_01", "PUB_KEY_ID_01"),
        ("x", "x"),
    ] {
        assert!(same_serial(a, b) && same_serial(b, a), "{a} {b}");
    }
    for (a, b) in [
        ("ABC", "ABD"),
        ("ABC", "ABC0"),
        ("", "0"),
        ("0x1", "1"),
        ("0g", "g"),
        ("0G", "0g"),
        ("0ag", "ag"),
        ("a ", "a"),
        ("0A:BC", "A:BC"),
        ("PUB_KEY_ID_01", "PUB_KEY_ID_1"),
        ("PUB_KEY_ID_0a", "PUB_KEY_ID_0A"),
        ("PUB_KEY_ID_0A", "0A"),
    ] {
        assert!(!same_serial(a, b) && !same_serial(b, a), "{a} {b}");
    }
}

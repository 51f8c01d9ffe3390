/// Whether two serial numbers name one key.
///
/// The id of a public key (`PUB_KEY_ID_…`) is compared exactly. A certificate's number is
/// hexadecimal, and programs write it in either case and with or without leading zeros.
pub fn same_serial(a: &str, b: &str) -> bool {
    let hexadecimal = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
    if hexadecimal(a) && hexadecimal(b) {
        let digits = |text: &str| text.trim_start_matches('0').to_ascii_uppercase();
        return digits(a) == digits(b);
    }
    a == b
}

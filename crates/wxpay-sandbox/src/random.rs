use aws_lc_rs::rand;

pub(crate) const DIGITS: &[u8] = b"0123456789";
pub(crate) const HEX: &[u8] = b"0123456789ABCDEF";
pub(crate) const ALPHANUMERIC: &[u8] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A text of `length` characters from `alphabet`.
pub(crate) fn text(alphabet: &[u8], length: usize) -> String {
    let mut bytes = vec![0; length];
    fill(&mut bytes);
    bytes
        .iter()
        .filter_map(|byte| alphabet.get(usize::from(*byte) % alphabet.len().max(1)))
        .map(|byte| char::from(*byte))
        .collect()
}

/// Random bytes.
pub(crate) fn fill(bytes: &mut [u8]) {
    rand::fill(bytes).expect("AWS-LC seeds itself when the process starts, or ends it");
}

/// A `nonce_str` (随机字符串).
pub(crate) fn nonce() -> String {
    text(ALPHANUMERIC, 32)
}

/// A text of the same form that differs in its last character.
pub(crate) fn another(text: &str) -> String {
    let mut other = text.to_owned();
    let last = other.pop();
    other.push(if last == Some('1') { '2' } else { '1' });
    other
}

//! Nonces: as long as the protocol allows, of its characters, and never the same twice.

use std::collections::HashSet;

use wxpay_sign::nonce;

#[test]
fn nonces_are_32_letters_and_digits_and_differ() {
    let nonces: HashSet<String> = (0..1000).map(|_| nonce().unwrap()).collect();
    assert_eq!(nonces.len(), 1000);
    let shaped =
        |nonce: &String| nonce.len() == 32 && nonce.bytes().all(|b| b.is_ascii_alphanumeric());
    assert!(nonces.iter().all(shaped));
}

#[test]
fn every_character_is_about_as_likely() {
    let mut counts = [0_u32; 256];
    for byte in (0..2000).flat_map(|_| nonce().unwrap().into_bytes()) {
        counts[usize::from(byte)] += 1;
    }
    // 64,000 characters over an alphabet of 32: 2,000 each, with a deviation of some 44.
    let used: Vec<u32> = counts.into_iter().filter(|count| *count > 0).collect();
    assert_eq!(used.len(), 32);
    assert!(
        used.iter().all(|count| (1600..2400).contains(count)),
        "{used:?}"
    );
}

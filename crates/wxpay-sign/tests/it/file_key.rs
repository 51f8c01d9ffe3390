//! Encrypted files in pieces, against the AES-GCM of another implementation, which takes them
//! whole.

use aes_gcm::aead::consts::{U8, U12, U16};
use aes_gcm::aead::generic_array::ArrayLength;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce};
use proptest::prelude::*;
use wxpay_core::{Secret, VerificationFailure};
use wxpay_sign::v3::FileKey;

const KEY: &str = "0123456789abcdefghijklmnopqrstuv";

fn sealed<N: ArrayLength<u8>>(nonce: &str, text: &[u8]) -> Vec<u8> {
    let cipher = AesGcm::<Aes256, N>::new_from_slice(KEY.as_bytes()).unwrap();
    let mut file = text.to_vec();
    let nonce = Nonce::<N>::from_slice(nonce.as_bytes());
    let tag = cipher.encrypt_in_place_detached(nonce, b"", &mut file);
    file.extend_from_slice(&tag.unwrap());
    file
}

/// The decrypted text, if the tag agrees.
fn opened(
    nonce: &str,
    file: &[u8],
    cuts: &[usize],
) -> Result<Vec<u8>, wxpay_core::VerificationError> {
    let key = FileKey::aes_256_gcm(&Secret::new(KEY), nonce).unwrap();
    let mut opening = key.opening();
    let (mut text, mut rest) = (Vec::new(), file);
    for cut in cuts {
        let (piece, after) = rest.split_at((*cut).min(rest.len()));
        text.extend(opening.update(piece)?);
        rest = after;
    }
    text.extend(opening.update(rest)?);
    opening.end()?;
    Ok(text)
}

proptest! {
    #[test]
    fn any_pieces_of_a_file_are_decrypted(
        text in proptest::collection::vec(any::<u8>(), 0..300),
        cuts in proptest::collection::vec(0_usize..70, 0..12),
    ) {
        for (nonce, file) in [
            ("a8607ef7", sealed::<U8>("a8607ef7", &text)),
            ("09ba90b74310", sealed::<U12>("09ba90b74310", &text)),
            ("a8607ef79034c49c", sealed::<U16>("a8607ef79034c49c", &text)),
        ] {
            prop_assert_eq!(&opened(nonce, &file, &cuts).unwrap(), &text);
        }
    }

    #[test]
    fn a_changed_or_shortened_file_is_refused(
        text in proptest::collection::vec(any::<u8>(), 0..100),
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let nonce = "a8607ef79034c49c";
        let mut file = sealed::<U16>(nonce, &text);
        let at = at.index(file.len());
        let failure = |file: &[u8]| opened(nonce, file, &[7]).unwrap_err().failure().clone();
        prop_assert_eq!(failure(&file[..at]), VerificationFailure::Unopened("file"));
        file[at] ^= 1 << bit;
        prop_assert_eq!(failure(&file), VerificationFailure::Unopened("file"));
    }
}

#[test]
fn another_key_or_nonce_does_not_decrypt_it() {
    let file = sealed::<U12>("09ba90b74310", b"a bill");
    assert!(opened("09ba90b74311", &file, &[]).is_err());
    let other = FileKey::aes_256_gcm(&Secret::new(KEY.replace('0', "1")), "09ba90b74310").unwrap();
    let mut opening = other.opening();
    opening.update(&file).unwrap();
    assert!(opening.end().is_err());
}

#[test]
fn a_key_and_its_nonce_are_checked_and_do_not_show() {
    let field = |key: &str, nonce: &str| {
        let refused = FileKey::aes_256_gcm(&Secret::new(key), nonce).unwrap_err();
        refused.field().to_owned()
    };
    assert_eq!(field("short", "09ba90b74310"), "encrypt_key");
    assert_eq!(field(KEY, ""), "nonce");
    assert_eq!(field(KEY, "12345678901234567"), "nonce");
    let key = FileKey::aes_256_gcm(&Secret::new(KEY), "09ba90b74310").unwrap();
    let mut opening = key.opening();
    opening.update(&[0; 17]).unwrap();
    assert_eq!(
        format!("{key:?} {opening:?}"),
        "[redacted] FileOpening { length: 1, .. }"
    );
}

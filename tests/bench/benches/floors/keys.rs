//! The keys of the tests, as the library takes them and as the floors do: by aws-lc, with nothing
//! around it.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeyPair, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_test_support::{clients, replies, vectors};

/// The merchant's private key.
pub(crate) fn merchant() -> PrivateKey {
    PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).unwrap()
}

/// WeChat Pay's public key.
pub(crate) fn platform() -> PublicKeys {
    PublicKeys::new()
        .with_public_key(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
        .unwrap()
}

pub(crate) fn raw_merchant() -> KeyPair {
    replies::key_pair("mch")
}

pub(crate) fn raw_platform() -> ParsedPublicKey {
    let key = replies::key_pair("plat_key");
    let der: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der.as_ref()).unwrap()
}

/// A text sealed for the merchant, and the raw key that opens it.
pub(crate) fn sealed(text: &str) -> (Vec<u8>, OaepPrivateDecryptingKey) {
    let pair = raw_merchant();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let sealing = PublicEncryptingKey::from_der(public.as_ref()).unwrap();
    let sealing = OaepPublicEncryptingKey::new(sealing).unwrap();
    let mut block = vec![0; sealing.ciphertext_size()];
    sealing
        .encrypt(&OAEP_SHA1_MGF1SHA1, text.as_bytes(), &mut block, None)
        .unwrap();
    let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let opening = PrivateDecryptingKey::from_pkcs8(private.as_ref()).unwrap();
    (block, OaepPrivateDecryptingKey::new(opening).unwrap())
}

/// The least that opening a sealed text costs.
pub(crate) fn raw_open(key: &OaepPrivateDecryptingKey, block: &[u8]) -> Vec<u8> {
    let mut text = vec![0; key.min_output_size()];
    let length = key
        .decrypt(&OAEP_SHA1_MGF1SHA1, block, &mut text, None)
        .unwrap()
        .len();
    text.truncate(length);
    text
}

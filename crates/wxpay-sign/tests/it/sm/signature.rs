use wxpay_core::VerificationFailure;
use wxpay_sign::v3::{MerchantKey, PlatformKeys};

use super::{MCH_SERIAL, keys_of, merchant, sm_base64};

const MESSAGE: &[u8] = b"POST\n/v3/pay\n1636620536\nfixednonce\n{\"a\":1}\n";

#[tokio::test]
async fn what_openssl_signs_for_the_ids_that_the_standard_gives_verifies() {
    let keys = keys_of("mch");
    let signature = sm_base64("signature");
    assert!(keys.verify(MCH_SERIAL, MESSAGE, &signature).await.is_ok());
    for other in ["signature_other_id", "signature_no_id"] {
        let error = keys
            .verify(MCH_SERIAL, MESSAGE, &sm_base64(other))
            .await
            .unwrap_err();
        assert_eq!(error.failure(), &VerificationFailure::Mismatch, "{other}");
    }
}

#[tokio::test]
async fn a_bit_that_is_altered_anywhere_is_found() {
    let keys = keys_of("mch");
    let signature = sm_base64("signature");
    for bit in (0..signature.len() * 8).step_by(3) {
        let mut altered = signature.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let verified = keys.verify(MCH_SERIAL, MESSAGE, &altered).await;
        assert!(verified.is_err(), "bit {bit} of the signature");
    }
    for bit in (0..MESSAGE.len() * 8).step_by(11) {
        let mut altered = MESSAGE.to_vec();
        altered[bit / 8] ^= 1 << (bit % 8);
        let verified = keys.verify(MCH_SERIAL, &altered, &signature).await;
        assert!(verified.is_err(), "bit {bit} of the message");
    }
}

#[tokio::test]
async fn a_signature_is_made_anew_each_time_and_is_der() {
    let (own, keys) = (merchant(), keys_of("mch"));
    let first = own.sign(MESSAGE).await.unwrap();
    let second = own.sign(MESSAGE).await.unwrap();
    assert_ne!(first, second);
    for signature in [first, second] {
        assert_eq!(signature[0], 0x30);
        assert_eq!(usize::from(signature[1]), signature.len() - 2);
        assert!(keys.verify(MCH_SERIAL, MESSAGE, &signature).await.is_ok());
        let other = keys_of("plat");
        let other_key = other.verify(super::PLAT_SERIAL, MESSAGE, &signature).await;
        assert!(other_key.is_err());
    }
}

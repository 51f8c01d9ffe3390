use proptest::prelude::*;
use tokio::runtime::Builder;
use wxpay_core::FromWire;
use wxpay_sign::v3::{MerchantKey, PlatformKeys, Sealed};

use super::{MCH_SERIAL, keys_of, merchant};

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_verifies_until_a_bit_of_it_changes(
        message in prop::collection::vec(any::<u8>(), 0..300),
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
        in_message in any::<bool>(),
    ) {
        let runtime = Builder::new_current_thread().build().unwrap();
        let keys = keys_of("mch");
        let mut message = message;
        let mut signature = runtime.block_on(merchant().sign(&message)).unwrap();
        prop_assert!(runtime.block_on(keys.verify(MCH_SERIAL, &message, &signature)).is_ok());
        let altered = if in_message && !message.is_empty() { &mut message } else { &mut signature };
        let at = at.index(altered.len());
        altered[at] ^= 1 << bit;
        prop_assert!(runtime.block_on(keys.verify(MCH_SERIAL, &message, &signature)).is_err());
    }

    #[test]
    fn what_is_encrypted_is_decrypted_until_a_bit_of_it_changes(
        text in ".{1,80}",
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let runtime = Builder::new_current_thread().build().unwrap();
        let own = merchant();
        let sealed = runtime.block_on(keys_of("mch").seal(&[&text])).unwrap();
        let sealed = Sealed::from_wire(&sealed.texts[0]).unwrap();
        let opened = runtime.block_on(sealed.open(&own)).unwrap();
        prop_assert_eq!(opened.expose(), text.as_str());
        use base64::Engine;
        let ciphertext = base64::engine::general_purpose::STANDARD.decode(sealed.as_str());
        let mut ciphertext = ciphertext.unwrap();
        let at = at.index(ciphertext.len());
        ciphertext[at] ^= 1 << bit;
        prop_assert!(runtime.block_on(own.decrypt(&ciphertext)).is_err());
    }

    #[test]
    fn no_bytes_make_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let runtime = Builder::new_current_thread().build().unwrap();
        prop_assert!(runtime.block_on(merchant().decrypt(&bytes)).is_err());
        prop_assert!(runtime.block_on(keys_of("mch").verify(MCH_SERIAL, b"", &bytes)).is_err());
    }
}

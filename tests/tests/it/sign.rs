//! Keys that can't be used have clear errors. The signatures themselves are held to the vectors by the runner
//! (`runner.rs`) and to the corpus of `negatives.rs`.

use wxpay_api::sign::provider::Provider;
use wxpay_api::sign::v2::Key;
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_tests::clients;
use wxpay_tests::vectors::key;

fn providers() -> [Provider; 2] {
    [Provider::aws_lc(), Provider::rust_crypto()]
}

#[test]
fn v2_keys_have_32_characters() {
    for key in [
        "",
        "192006250b4c09247ec02edce69f6a2",
        "192006250b4c09247ec02edce69f6a2 ",
        "192006250b4c09247ec02edce69f6a2é",
    ] {
        assert!(Key::new(key).is_err(), "{key:?}");
    }
    assert!(!format!("{:?}", Key::new(clients::API_KEY).unwrap()).contains(clients::API_KEY));
}

#[test]
fn broken_keys_have_clear_errors() {
    let good = key("mch");
    for provider in providers() {
        let rule = |pem: &str| {
            let error = PrivateKey::from_pem_with(provider, pem, "00").unwrap_err();
            (error.field().to_owned(), error.rule().to_owned())
        };
        assert!(rule("").1.contains("BEGIN PRIVATE KEY"));
        assert!(rule(&format!("{good}\n{good}")).1.contains("only one"));
        assert!(
            rule(&good.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"))
                .1
                .contains("encrypted")
        );
        assert!(rule(&good.replace("MII", "MIJ")).1.contains("RSA"));
        assert_eq!(
            PrivateKey::from_pem_with(provider, &good, "not hex")
                .unwrap_err()
                .field(),
            "serial_no"
        );
        assert!(
            PublicKeys::new()
                .with_public_key_by(provider, "PUB_KEY_ID_1", &good)
                .is_err()
        );
        assert!(
            !format!(
                "{:?}",
                PrivateKey::from_pem_with(provider, &good, "00").unwrap()
            )
            .contains("MII")
        );
    }
}

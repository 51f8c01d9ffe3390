//! Certificates and files of them that the sandbox does not make.

use std::time::Duration;

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use wxpay_api::core::Timestamp;
use wxpay_sandbox::Sandbox;

pub(super) fn key(sandbox: &Sandbox) -> KeyPair {
    KeyPair::from_pem(sandbox.merchant().client_key_pem.expose()).unwrap()
}

/// A certificate for the merchant's key that has so many days to go.
pub(super) fn certificate(sandbox: &Sandbox, common_name: &str, days: i64) -> String {
    certificate_of(&key(sandbox), common_name, days)
}

pub(super) fn certificate_of(key: &KeyPair, common_name: &str, days: i64) -> String {
    let moment = |days: i64| {
        let unix = Timestamp::now().unix() + days * 24 * 3600 + 3600;
        date_time_ymd(1970, 1, 1) + Duration::from_secs(unix.try_into().unwrap())
    };
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = moment(-1000);
    params.not_after = moment(days);
    params.self_signed(key).unwrap().pem()
}

/// `apiclient_cert.p12` with a password.
pub(super) fn p12(sandbox: &Sandbox, password: &str) -> Vec<u8> {
    let pem = sandbox.merchant().client_cert_pem.as_bytes();
    let certificate = CertificateDer::from_pem_slice(pem).unwrap();
    let chain = PrivateKeyChain::new(
        b"1".to_vec(),
        PrivateKey::from_der(&key(sandbox).serialize_der()).unwrap(),
        [Certificate::from_der(&certificate).unwrap()],
    );
    let mut store = KeyStore::new();
    store.add_entry("merchant", KeyStoreEntry::PrivateKeyChain(chain));
    store.writer(password).write().unwrap()
}

//! The national algorithms (国密). Keys, certificates, signatures and ciphertexts of `tests/data/sm`
//! were made with OpenSSL.

mod api_key;
mod encryption;
mod keys;
mod malformed;
mod properties;
mod signature;
mod suites;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_sign::v3::{Certificate, PrivateKey, PublicKeys, Suite};

use crate::vectors::pem;

pub(crate) const MCH_SERIAL: &str = "157056765AB5A9EEE5D363D0329039A254D5EF49";
pub(crate) const PLAT_SERIAL: &str = "7A51B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3";

fn sm_pem(name: &str) -> String {
    pem(&format!("sm/{name}.pem"))
}

fn sm_base64(name: &str) -> Vec<u8> {
    STANDARD.decode(pem(&format!("sm/{name}.txt"))).unwrap()
}

fn merchant() -> PrivateKey {
    PrivateKey::from_pem_for_certificate(&sm_pem("mch_key"), &sm_pem("mch")).unwrap()
}

/// The merchant's certificate stands in for the platform's, so that what the merchant signs can be
/// verified.
fn keys_of(name: &str) -> PublicKeys {
    let certificate = Certificate::from_pem(&sm_pem(name)).unwrap();
    let keys = PublicKeys::for_suite(Suite::Sm);
    keys.with_certificate(&certificate).unwrap()
}

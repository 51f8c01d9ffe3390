//! WeChat Pay's side of the national algorithms (国密): what its SM2 key signs, and what is encrypted
//! with SM4-GCM.

use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::aes::cipher::consts::U12;
use aes_gcm::{AesGcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_executor::block_on;
use http::Response;
use sm4::Sm4;
use wxpay_api::core::{MchId, Timestamp};
use wxpay_api::sign::sm3;
use wxpay_api::sign::v3::{Certificate, MerchantKey, PlatformKeys, PrivateKey, PublicKeys, Suite};
use wxpay_api::transport::Transport;
use wxpay_api::v3::{Client, ClientBuilder, Credentials};

use crate::{clients, notices, replies, vectors};

/// The serial number of the platform certificate.
pub const PLATFORM_SERIAL: &str = "7A51B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3";
/// What `Wechatpay-Signature-Type` says.
pub const SIGNATURE_TYPE: &str = "WECHATPAY2-SM2-WITH-SM3";

/// The merchant's SM2 key.
pub fn merchant_key() -> PrivateKey {
    let (key, certificate) = (pem("sm_merchant"), pem("sm_merchant_cert"));
    PrivateKey::from_pem_for_certificate(&key, &certificate).unwrap()
}

/// WeChat Pay's SM2 key.
pub fn platform_key() -> PrivateKey {
    PrivateKey::from_pem(&pem("sm_plat_key"), PLATFORM_SERIAL).unwrap()
}

/// WeChat Pay's SM2 certificate, as the client trusts it.
pub fn platform_keys() -> PublicKeys {
    let certificate = Certificate::from_pem(&pem("sm_plat")).unwrap();
    let keys = PublicKeys::for_suite(Suite::Sm);
    keys.with_certificate(&certificate).unwrap()
}

/// A client with the merchant's SM2 key, still to be built.
pub fn builder(keys: impl PlatformKeys, transport: impl Transport) -> ClientBuilder {
    let credentials = Credentials::new(merchant_key(), keys);
    let mch_id = MchId::new(clients::MCH_ID).unwrap();
    Client::builder(mch_id, credentials, transport)
        .nonce(|| Ok(clients::NONCE.to_owned()))
        .clock(|| Timestamp::from_unix(clients::NOW).unwrap())
}

/// A response, signed by WeChat Pay's SM2 key.
pub fn signed(status: u16, body: &str) -> Response<Bytes> {
    let now = clients::NOW;
    let message = format!("{now}\nabc\n{body}\n");
    let signature = block_on(platform_key().sign(message.as_bytes())).unwrap();
    let mut response = replies::plain(status, body.to_owned());
    let headers = response.headers_mut();
    headers.insert("Wechatpay-Timestamp", now.to_string().parse().unwrap());
    headers.insert("Wechatpay-Nonce", "abc".parse().unwrap());
    headers.insert("Wechatpay-Serial", PLATFORM_SERIAL.parse().unwrap());
    let signature = STANDARD.encode(signature).parse().unwrap();
    headers.insert("Wechatpay-Signature", signature);
    headers.insert("Wechatpay-Signature-Type", SIGNATURE_TYPE.parse().unwrap());
    response
}

/// A text encrypted with SM4-GCM under the APIv3 key, as `resource` and `encrypt_certificate` have
/// it.
pub fn encrypted(text: &str, associated_data: &str) -> serde_json::Value {
    let digest = sm3(notices::API_KEY.as_bytes());
    let mut bytes = text.as_bytes().to_vec();
    let tag = AesGcm::<Sm4, U12>::new_from_slice(&digest[..16])
        .unwrap()
        .encrypt_in_place_detached(
            Nonce::from_slice(b"EcZ9Cmy4Xyx1"),
            associated_data.as_bytes(),
            &mut bytes,
        )
        .unwrap();
    bytes.extend_from_slice(&tag);
    serde_json::json!({
        "algorithm": "AEAD_SM4_GCM",
        "nonce": "EcZ9Cmy4Xyx1",
        "associated_data": associated_data,
        "ciphertext": STANDARD.encode(bytes),
    })
}

/// A key or certificate of `tests/vectors/more.json`.
pub fn pem(name: &str) -> String {
    vectors::more_key(name)
}

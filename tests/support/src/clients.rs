//! Clients with fixed keys, nonces and clocks, so that what they send can be compared byte for
//! byte.

use wxpay_api::core::{AppId, MchId, Timestamp};
use wxpay_api::sign::provider::Provider;
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::transport::Transport;
use wxpay_api::{v2, v3};

use crate::{replies, vectors};

/// The key of the official signing example.
pub const API_KEY: &str = "192006250b4c09247ec02edce69f6a2d";
/// The secret of the WeCom app.
pub const APP_SECRET: &str = "ExampleAgentSecret_0123456789abcdefghijklmn";
/// The nonce of the payout's sample message.
pub const NONCE: &str = "3PG2J4ILTKCH16CQ2502SI8ZNMTM67VS";
/// The merchant of the payout's sample message.
pub const MCH_ID: &str = "1900000109";
/// A brand.
pub const BRAND_ID: &str = "1077";
/// A WeCom company.
pub const APP_ID: &str = "ww0123456789abcdef";
/// The serial number of the merchant's certificate.
pub const SERIAL_NO: &str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
/// The time by the clients' clock, in seconds.
pub const NOW: i64 = 1_796_000_000;

/// A client of APIv2 that prefers `sign_type`.
pub fn v2(sign_type: SignType, transport: impl Transport) -> v2::Client {
    v2_builder(sign_type, transport).build().unwrap()
}

/// The same, still to be built.
pub fn v2_builder(sign_type: SignType, transport: impl Transport) -> v2::ClientBuilder {
    let merchant = v2::Merchant::new(MchId::new(MCH_ID).unwrap(), AppId::new(APP_ID).unwrap());
    let credentials = v2::Credentials::new(Key::new(API_KEY).unwrap())
        .sign_type(sign_type)
        .workwx(AppSecret::new(APP_SECRET).unwrap());
    v2::Client::builder(merchant, credentials, transport).nonce(|| Ok(NONCE.to_owned()))
}

/// A client of APIv3 that trusts [`replies::PLATFORM_KEY_ID`].
pub fn v3(transport: impl Transport) -> v3::Client {
    v3_by(Provider::default(), transport)
}

/// The same with a named provider.
pub fn v3_by(provider: Provider, transport: impl Transport) -> v3::Client {
    v3_builder(provider, transport).build().unwrap()
}

/// The same, still to be built.
pub fn v3_builder(provider: Provider, transport: impl Transport) -> v3::ClientBuilder {
    let merchant_key =
        PrivateKey::from_pem_with(provider, &vectors::key("mch"), SERIAL_NO).unwrap();
    let platform = PublicKeys::new()
        .with_public_key_by(
            provider,
            replies::PLATFORM_KEY_ID,
            &replies::platform_public_key(),
        )
        .unwrap();
    v3::Client::builder(
        MchId::new(MCH_ID).unwrap(),
        v3::Credentials::new(merchant_key, platform),
        transport,
    )
    .nonce(|| Ok(NONCE.to_owned()))
    .clock(|| Timestamp::from_unix(NOW).unwrap())
}

//! Headers and body into `wxpay_sign::v3::verify`: accepted is exactly what the platform's key signed.

use std::sync::LazyLock;

use wxpay_api::sign::v3::{PublicKeys, verify};

use crate::fixtures::{now, platform_keys, vector};
use crate::message::{Genuine, Message};

/// Reads the input as a message; see [`crate::message`] for its form.
pub fn run(data: &[u8]) {
    let message = Message::read(data, 1_796_000_003);
    let verified = now(verify(
        &message.headers,
        message.body.clone(),
        &*KEYS,
        message.now,
    ));
    assert_eq!(verified.is_ok(), GENUINE.is(&message), "{message:?}");
    if let Ok(verified) = verified {
        assert_eq!(verified.get(), &message.body);
    }
}

static KEYS: LazyLock<PublicKeys> = LazyLock::new(platform_keys);
static GENUINE: LazyLock<Genuine> = LazyLock::new(|| Genuine::of(&vector("P027")));

//! Headers and body into `wxpay_sign::v3::verify`: accepted is exactly what the platform's key
//! signed.

use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use http::{HeaderMap, HeaderValue};
use wxpay_api::core::Timestamp;
use wxpay_api::sign::v3::{PublicKeys, verify};

use crate::fixtures::{now, platform_keys, vector};
use crate::message::{Genuine, Message};

/// Reads the input as changes to the genuine message when it starts with the byte 255, else as a
/// message; see [`crate::message`] for its form.
pub fn run(data: &[u8]) {
    let mut message = match data.strip_prefix(b"\xFF") {
        Some(_) => Message::read(SEED, NOW),
        None => Message::read(data, NOW),
    };
    if let Some(choices) = data.strip_prefix(b"\xFF") {
        let changes = Vec::<Change>::arbitrary(&mut Unstructured::new(choices));
        for change in changes.unwrap_or_default() {
            change.apply(&mut message);
        }
    }
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

/// What can happen to a message on its way.
#[derive(Arbitrary, Debug)]
enum Change {
    Repeat(u8),
    Add(u8, Text),
    Set(u8, Text),
    Remove(u8),
    LowerCase(u8),
    Lead(u8, Text),
    Trail(u8, Text),
    Flip(u8, u8, u8),
    Body(Vec<u8>),
    BodyTrail(u8),
    Clock(i16),
}

#[derive(Arbitrary, Debug)]
enum Text {
    Empty,
    Zero,
    Plus,
    Blank,
    Scheme,
    Of(u8),
    Any(Vec<u8>),
}

impl Change {
    fn apply(&self, message: &mut Message) {
        let headers = &mut message.headers;
        let value = |headers: &HeaderMap, name: u8| {
            let value = headers.get(name_of(name));
            value.map_or_else(Vec::new, |value| value.as_bytes().to_vec())
        };
        let (name, value) = match self {
            Self::Repeat(name) => {
                append(headers, *name, &value(headers, *name));
                return;
            }
            Self::Add(name, text) => {
                append(headers, *name, &text.bytes());
                return;
            }
            Self::Remove(name) => {
                headers.remove(name_of(*name));
                return;
            }
            Self::Body(body) => {
                message.body = body.clone().into();
                return;
            }
            Self::BodyTrail(byte) => {
                message.body = [&message.body[..], &[*byte]].concat().into();
                return;
            }
            Self::Clock(seconds) => {
                let moved = message.now.unix() + i64::from(*seconds);
                message.now = Timestamp::from_unix(moved).unwrap_or(message.now);
                return;
            }
            Self::Set(name, text) => (name, text.bytes()),
            Self::LowerCase(name) => (name, value(headers, *name).to_ascii_lowercase()),
            Self::Lead(name, text) => (name, [text.bytes(), value(headers, *name)].concat()),
            Self::Trail(name, text) => (name, [value(headers, *name), text.bytes()].concat()),
            Self::Flip(name, at, bits) => {
                let mut value = value(headers, *name);
                let at = usize::from(*at) % value.len().max(1);
                if let Some(byte) = value.get_mut(at) {
                    *byte ^= bits;
                }
                (name, value)
            }
        };
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            headers.insert(name_of(*name), value);
        }
    }
}

impl Text {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Empty => Vec::new(),
            Self::Zero => b"0".to_vec(),
            Self::Plus => b"+".to_vec(),
            Self::Blank => b" ".to_vec(),
            Self::Scheme => b"WECHATPAY2-SHA256-RSA2048".to_vec(),
            Self::Of(name) => {
                let genuine = Message::read(SEED, NOW);
                let value = genuine.headers.get(name_of(*name));
                value.map_or_else(Vec::new, |value| value.as_bytes().to_vec())
            }
            Self::Any(bytes) => bytes.clone(),
        }
    }
}

fn append(headers: &mut HeaderMap, name: u8, value: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.append(name_of(name), value);
    }
}

fn name_of(n: u8) -> &'static str {
    const NAMES: [&str; 5] = [
        "wechatpay-timestamp",
        "wechatpay-nonce",
        "wechatpay-serial",
        "wechatpay-signature",
        "wechatpay-signature-type",
    ];
    NAMES[usize::from(n) % NAMES.len()]
}

const NOW: i64 = 1_796_000_003;
/// The genuine message as text.
const SEED: &[u8] = include_bytes!("../corpus/v3_headers/genuine.txt");

static KEYS: LazyLock<PublicKeys> = LazyLock::new(platform_keys);
static GENUINE: LazyLock<Genuine> = LazyLock::new(|| Genuine::of(&vector("P027")));

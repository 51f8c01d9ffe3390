//! The national algorithms (国密): of signatures and ciphertexts only the genuine ones are taken, and
//! a key that is taken can be used.

use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_api::core::FromWire;
use wxpay_api::sign::v3::{
    ApiKey, Encrypted, MerchantKey, PlatformKeys, PrivateKey, PublicKeys, Sealed, Suite,
};

use crate::fixtures::{more_key, more_vector, now, text};

/// The first byte says what the others are.
pub fn run(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else {
        return;
    };
    match kind % 6 {
        0 => check_signature(data),
        1 => check_ciphertext(data),
        2 => check_private(data),
        3 => check_public(data),
        4 => check_resource(data),
        _ => {
            if let Ok(sequence) = Sequence::arbitrary(&mut Unstructured::new(data)) {
                sequence.check();
            }
        }
    }
}

/// Nobody finds another signature by trying.
fn check_signature(signature: &[u8]) {
    let verified = now(KEYS.verify(ID, &MESSAGE, signature));
    assert_eq!(
        verified.is_ok(),
        signature == *SIGNATURE,
        "{signature:02x?}"
    );
}

fn check_ciphertext(ciphertext: &[u8]) {
    let opened = now(OWN.decrypt(ciphertext));
    assert_eq!(
        opened.is_ok(),
        ciphertext == *CIPHERTEXT,
        "{ciphertext:02x?}"
    );
    if let Ok(opened) = opened {
        assert_eq!(opened.expose(), "张三");
    }
}

fn check_private(data: &[u8]) {
    let from_pem = str::from_utf8(data)
        .ok()
        .and_then(|text| PrivateKey::from_pem(text, "0A").ok());
    for key in [PrivateKey::from_der(data, "0A").ok(), from_pem]
        .into_iter()
        .flatten()
        .filter(|key| key.suite() == Suite::Sm)
    {
        let signature = now(key.sign(&MESSAGE)).expect("a key of SM2 signs");
        let taken = now(KEYS.verify(ID, &MESSAGE, &signature)).is_ok();
        let genuine = now(key.decrypt(&CIPHERTEXT)).is_ok();
        assert!(
            !(taken && genuine),
            "the merchant's key is not the platform's"
        );
        assert!(!format!("{key:?}").contains("scalar"));
    }
}

fn check_public(data: &[u8]) {
    let pem = match str::from_utf8(data) {
        Ok(text) if text.contains("BEGIN") => text.to_owned(),
        _ => format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(data)
        ),
    };
    let keys = PublicKeys::for_suite(Suite::Sm);
    if let Ok(keys) = keys.with_public_key(ID, &pem) {
        let sealed = now(keys.seal(&["张三"])).expect("a point on the curve encrypts");
        let sealed = Sealed::from_wire(&sealed.texts[0]).expect("a text");
        let _ = now(sealed.open(&*OWN));
        let _ = now(keys.verify(ID, &MESSAGE, &SIGNATURE));
    }
}

fn check_resource(data: &[u8]) {
    let genuine = STANDARD
        .decode(text(&RESOURCE["ciphertext"]))
        .expect("base64");
    let opened = API_KEY.open(&Encrypted {
        algorithm: Suite::Sm.encryption(),
        nonce: text(&RESOURCE["nonce"]),
        associated_data: RESOURCE["associated_data"].as_str(),
        ciphertext: &STANDARD.encode(data),
    });
    assert_eq!(opened.is_ok(), data == genuine);
}

/// A sequence in the form of a signature or of a ciphertext, whose pieces are altered.
#[derive(Arbitrary, Debug)]
struct Sequence {
    of_ciphertext: bool,
    changes: Vec<Change>,
    tail: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
enum Change {
    Flip(u8, u8, u8),
    Tag(u8, u8),
    Set(u8, Vec<u8>),
    Lead(u8, u8),
    Cut(u8, u8),
    Swap(u8, u8),
    Repeat(u8),
    Remove(u8),
    Order(u8),
    Prime(u8),
}

impl Sequence {
    fn check(&self) {
        let genuine: &[u8] = if self.of_ciphertext {
            &CIPHERTEXT
        } else {
            &SIGNATURE
        };
        let mut elements = elements(genuine);
        for change in &self.changes {
            change.apply(&mut elements);
        }
        let mut content = Vec::new();
        for (tag, bytes) in &elements {
            content.extend(header(*tag, bytes.len()));
            content.extend_from_slice(bytes);
        }
        let mut der = header(0x30, content.len());
        der.extend(content);
        der.extend_from_slice(&self.tail);
        if self.of_ciphertext {
            check_ciphertext(&der);
        } else {
            check_signature(&der);
        }
    }
}

impl Change {
    fn apply(&self, elements: &mut Vec<(u8, Vec<u8>)>) {
        let count = elements.len();
        if count == 0 {
            return;
        }
        let index = |at: u8| usize::from(at) % count;
        match self {
            Self::Flip(at, byte, bits) => {
                let bytes = &mut elements[index(*at)].1;
                let at = usize::from(*byte) % bytes.len().max(1);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Self::Tag(at, tag) => elements[index(*at)].0 = *tag,
            Self::Set(at, bytes) => elements[index(*at)].1.clone_from(bytes),
            Self::Lead(at, byte) => elements[index(*at)].1.insert(0, *byte),
            Self::Cut(at, length) => elements[index(*at)].1.truncate(usize::from(*length)),
            Self::Swap(a, b) => elements.swap(index(*a), index(*b)),
            Self::Repeat(at) => {
                let again = elements[index(*at)].clone();
                if count < 8 {
                    elements.push(again);
                }
            }
            Self::Remove(at) => drop(elements.remove(index(*at))),
            Self::Order(at) => elements[index(*at)].1 = ORDER.to_vec(),
            Self::Prime(at) => elements[index(*at)].1 = PRIME.to_vec(),
        }
    }
}

/// Tag and content of the elements of a short DER sequence.
fn elements(der: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut rest = &der[2..];
    let mut elements = Vec::new();
    while let [tag, length, after @ ..] = rest {
        let (content, after) = after.split_at(usize::from(*length));
        elements.push((*tag, content.to_vec()));
        rest = after;
    }
    elements
}

fn header(tag: u8, length: usize) -> Vec<u8> {
    match length {
        0..=0x7F => vec![tag, length as u8],
        0x80..=0xFF => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    }
}

fn base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("base64")
}

const ID: &str = "PUB_KEY_ID_1";
/// The curve's order and the prime of its field, with the zero that DER writes before them.
const ORDER: &[u8] = b"\x00\xFF\xFF\xFF\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x72\x03\xDF\x6B\x21\xC6\x05\x2B\x53\xBB\xF4\x09\x39\xD5\x41\x23";
const PRIME: &[u8] = b"\x00\xFF\xFF\xFF\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";

static KEYS: LazyLock<PublicKeys> = LazyLock::new(|| {
    let keys = PublicKeys::for_suite(Suite::Sm);
    keys.with_public_key(ID, &more_key("sm_plat_public"))
        .expect("a key of SM2")
});
static OWN: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::from_pem(&more_key("sm_merchant"), "0A").expect("a key of SM2"));
static API_KEY: LazyLock<ApiKey> =
    LazyLock::new(|| ApiKey::new(text(&RESOURCE["api_v3_key"])).expect("a key"));
static RESOURCE: LazyLock<serde_json::Value> =
    LazyLock::new(|| more_vector("sm4-gcm")["input"].clone());
static MESSAGE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let vector = more_vector("sm2-verify");
    text(&vector["input"]["message"]).as_bytes().to_vec()
});
static SIGNATURE: LazyLock<Vec<u8>> =
    LazyLock::new(|| base64(text(&more_vector("sm2-verify")["input"]["signature"])));
static CIPHERTEXT: LazyLock<Vec<u8>> =
    LazyLock::new(|| base64(text(&more_vector("sm2-decrypt")["input"]["ciphertext"])));

//! Notifications of APIv3: behind the real signature only the genuine one, and behind a signature
//! that always fits only what was sealed with the key, read as it was meant.

use std::sync::LazyLock;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use arbitrary::{Arbitrary, Unstructured};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wxpay_api::core::{AppId, Fen, MchId, OutTradeNo, Timestamp};
use wxpay_api::sign::v3::ApiKey;
use wxpay_api::v3::{
    CombinedPaymentNotice, Json, Notices, PartnerPaymentNotice, PaymentNotice, ProfitSharingNotice,
    RefundNotice,
};

use crate::fixtures::{Credulous, credible_headers, now, platform_keys, text, vector};
use crate::message::{Genuine, Message};

/// Reads the input as choices when it starts with the byte 255, else as a message; see
/// [`crate::message`] for its form.
pub fn run(data: &[u8]) {
    match data.strip_prefix(b"\xFF") {
        Some(choices) => {
            if let Ok(attack) = Attack::arbitrary(&mut Unstructured::new(choices)) {
                attack.check();
            }
        }
        None => check_message(data),
    }
}

fn check_message(data: &[u8]) {
    let message = Message::read(data, NOW);
    let clock = message.now;
    let notices = Notices::new(KEYS.clone(), API_KEY.clone()).clock(move || clock);
    let opened = now(notices.open(&message.headers, message.body.clone()));
    assert_eq!(opened.is_ok(), GENUINE.is(&message), "{message:?}");
    if let Ok(notice) = opened {
        assert_eq!(notice.id, "EV-2018022511223320873");
        let plaintext = text(&vector("P058")["expected"]["plaintext"]).to_owned();
        assert_eq!(notice.plaintext(), plaintext.as_bytes());
    }
    // Without the signature's protection, the body is still read without harm.
    let _ = now(CREDULOUS.open(&credible_headers(NOW), message.body));
}

#[derive(Arbitrary, Debug)]
struct Attack {
    id: String,
    event_type: Option<String>,
    /// `None` for one of the right length, which is not easily met by chance.
    nonce: Option<String>,
    associated_data: Option<String>,
    plaintext: Plaintext,
    tampering: Option<Tampering>,
}

#[derive(Arbitrary, Debug)]
enum Plaintext {
    Any(Vec<u8>),
    Payment(Vec<Change>),
}

#[derive(Arbitrary, Debug)]
enum Change {
    Remove(u8),
    Null(u8),
    Number(u8, i64),
    Text(u8, String),
    Object(u8),
    Total(i64),
    TotalText(String),
    Currency(String),
}

/// What someone does to a sealed resource who does not have the key.
#[derive(Arbitrary, Debug)]
enum Tampering {
    Algorithm(String),
    Nonce(String),
    AssociatedData(Option<String>),
    Flip(u16, u8),
    Cut(u16),
    Extend(u8),
    Text(String),
}

impl Attack {
    fn check(&self) {
        let plaintext = self.plaintext.bytes();
        let nonce = self.nonce.as_deref().unwrap_or("fdasflkja484");
        // A nonce of another length can't seal; the receiver must refuse it.
        let sealing: [u8; 12] = nonce.as_bytes().try_into().unwrap_or(*b"fdasflkja484");
        let payload = Payload {
            msg: &plaintext,
            aad: self
                .associated_data
                .as_deref()
                .unwrap_or_default()
                .as_bytes(),
        };
        let sealed = Aes256Gcm::new(API_V3_KEY.as_bytes().into())
            .encrypt(Nonce::from_slice(&sealing), payload)
            .expect("small enough");
        let mut resource = json!({
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": self.associated_data,
            "ciphertext": STANDARD.encode(&sealed),
        });
        let tampered = match &self.tampering {
            Some(tampering) => tampering.apply(&mut resource, sealed),
            None => false,
        };
        let event_type = self.event_type.as_deref().unwrap_or("TRANSACTION.SUCCESS");
        let body = json!({ "id": self.id, "event_type": event_type, "resource": resource });
        let opened = now(CREDULOUS.open(&credible_headers(NOW), body.to_string().into()));

        let readable = Json::parse(&plaintext);
        let named = !self.id.is_empty() && !event_type.is_empty();
        let sound = named && !tampered && nonce.len() == 12 && readable.is_ok();
        match opened {
            Ok(notice) => {
                assert!(sound, "{self:?}");
                assert_eq!(
                    (&notice.id, notice.event_type.as_str()),
                    (&self.id, event_type)
                );
                assert_eq!(notice.plaintext(), plaintext);
                assert_eq!(Some(notice.resource().get()), readable.as_ref().ok());
                let kinds = [
                    PartnerPaymentNotice::read(&notice).is_ok(),
                    CombinedPaymentNotice::read(&notice).is_ok(),
                    RefundNotice::read(&notice).is_ok(),
                    ProfitSharingNotice::read(&notice).is_ok(),
                    PaymentNotice::read(&notice).is_ok(),
                ];
                let read = kinds.iter().filter(|read| **read).count();
                assert!(read <= 1, "two kinds at once: {self:?}");
                if let Ok(payment) = PaymentNotice::read(&notice) {
                    assert_eq!(event_type, "TRANSACTION.SUCCESS");
                    check_payment(payment, &plaintext);
                }
            }
            Err(error) => assert!(!sound, "refused, {error}: {self:?}"),
        }
    }
}

/// What the shop is told to ship is what was paid, by another reader of the same text.
fn check_payment(payment: PaymentNotice, plaintext: &[u8]) {
    let (number, mchid, appid) = (
        "1217752501201407033233368018",
        "1230000109",
        "wxd678efh567hg6787",
    );
    let paid = payment.expect(
        &OutTradeNo::new(number).expect("a number"),
        Fen::new(100),
        &MchId::new(mchid).expect("a merchant"),
        &AppId::new(appid).expect("an app"),
    );
    if paid.is_err() {
        return;
    }
    let json: Value = serde_json::from_slice(plaintext).expect("JSON");
    let says = |value: &Value, expected: &str| match value {
        Value::String(text) => text == expected,
        Value::Number(number) => number.to_string() == expected,
        _ => false,
    };
    assert!(says(&json["amount"]["total"], "100"), "{json}");
    let currency = &json["amount"]["currency"];
    assert!(
        currency.is_null() || says(currency, "") || says(currency, "CNY"),
        "{json}"
    );
    for (name, expected) in [
        ("out_trade_no", number),
        ("mchid", mchid),
        ("appid", appid),
        ("trade_state", "SUCCESS"),
    ] {
        assert!(says(&json[name], expected), "{name}: {json}");
    }
}

impl Plaintext {
    fn bytes(&self) -> Vec<u8> {
        let changes = match self {
            Self::Any(bytes) => return bytes.clone(),
            Self::Payment(changes) => changes,
        };
        let mut payment = json!({
            "transaction_id": "1217752501201407033233368018",
            "amount": { "payer_total": 100, "total": 100, "currency": "CNY", "payer_currency": "CNY" },
            "mchid": "1230000109",
            "trade_state": "SUCCESS",
            "bank_type": "CMC",
            "success_time": "2018-06-08T10:34:56+08:00",
            "payer": { "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
            "out_trade_no": "1217752501201407033233368018",
            "appid": "wxd678efh567hg6787",
            "trade_type": "MICROPAY",
        });
        for change in changes {
            let (at, value) = match change {
                Change::Remove(at) => {
                    payment
                        .as_object_mut()
                        .expect("an object")
                        .remove(name_of(*at));
                    continue;
                }
                Change::Null(at) => (at, Value::Null),
                Change::Number(at, number) => (at, json!(number)),
                Change::Text(at, text) => (at, json!(text)),
                Change::Object(at) => (at, json!({ "total": 100 })),
                Change::Total(total) => (&0, json!({ "total": total })),
                Change::TotalText(total) => (&0, json!({ "total": total })),
                Change::Currency(name) => (&0, json!({ "total": 100, "currency": name })),
            };
            payment[name_of(*at)] = value;
        }
        payment.to_string().into_bytes()
    }
}

impl Tampering {
    /// Changes the resource and says whether it now is another one.
    fn apply(&self, resource: &mut Value, mut sealed: Vec<u8>) -> bool {
        let before = resource.clone();
        match self {
            Self::Algorithm(name) => resource["algorithm"] = json!(name),
            Self::Nonce(nonce) => resource["nonce"] = json!(nonce),
            Self::AssociatedData(data) => resource["associated_data"] = json!(data),
            Self::Text(text) => resource["ciphertext"] = json!(text),
            Self::Flip(at, bits) => {
                let at = usize::from(*at) % sealed.len();
                sealed[at] ^= bits;
                resource["ciphertext"] = json!(STANDARD.encode(sealed));
            }
            Self::Cut(length) => {
                sealed.truncate(usize::from(*length));
                resource["ciphertext"] = json!(STANDARD.encode(sealed));
            }
            Self::Extend(byte) => {
                sealed.push(*byte);
                resource["ciphertext"] = json!(STANDARD.encode(sealed));
            }
        }
        let data = |resource: &Value| {
            let data = &resource["associated_data"];
            data.as_str().unwrap_or_default().to_owned()
        };
        let same_data = data(resource) == data(&before);
        // No associated data and empty associated data are the same to the cipher.
        resource["associated_data"] = before["associated_data"].clone();
        let same = same_data && *resource == before;
        if !same_data && let Self::AssociatedData(data) = self {
            resource["associated_data"] = json!(data);
        }
        !same
    }
}

fn name_of(n: u8) -> &'static str {
    const NAMES: [&str; 8] = [
        "amount",
        "out_trade_no",
        "mchid",
        "appid",
        "trade_state",
        "transaction_id",
        "payer",
        "success_time",
    ];
    NAMES[usize::from(n) % NAMES.len()]
}

const NOW: i64 = 1_796_000_002;
const API_V3_KEY: &str = "ExampleApiV3Key0123456789abcdefg";

static API_KEY: LazyLock<ApiKey> = LazyLock::new(|| ApiKey::new(API_V3_KEY).expect("a key"));
static KEYS: LazyLock<wxpay_api::sign::v3::PublicKeys> = LazyLock::new(platform_keys);
static GENUINE: LazyLock<Genuine> = LazyLock::new(|| Genuine::of(&vector("P058")));
static CREDULOUS: LazyLock<Notices> = LazyLock::new(|| {
    let clock = || Timestamp::from_unix(NOW).expect("a date");
    Notices::new(Credulous, API_KEY.clone()).clock(clock)
});

//! Values that no request says: plausible ones, the same whenever the same is asked.

use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};
use wxpay_catalog::Field;
use wxpay_core::{Date, TimeFormat, Timestamp};

use super::scalar;
use crate::clock::later;
use crate::random::{ALPHANUMERIC, DIGITS, Random};
use crate::v3::Caller;

/// What values are made from.
pub(crate) struct Values<'a> {
    pub(crate) random: &'a Random,
    /// What the request is about, from which WeChat Pay's numbers follow.
    pub(crate) subject: String,
    pub(crate) now: Timestamp,
    /// The first amount of the request, in fen.
    pub(crate) amount: Option<i64>,
    pub(crate) caller: &'a Caller<'a>,
}

impl Values<'_> {
    /// A value of a field, by its type, its example and its name.
    pub(crate) fn of(&self, field: &Field) -> Value {
        let within = |number: i64| {
            let number = number.max(field.min.unwrap_or(i64::MIN));
            number.min(field.max.unwrap_or(i64::MAX))
        };
        let example = field.example.as_deref();
        let example_number = example.and_then(|text| text.parse::<i64>().ok());
        match field.ty.as_str() {
            "Fen" => json!(within(self.amount.or(example_number).unwrap_or(100))),
            "Integer" if is_count(field.wire()) => json!(within(1)),
            "Integer" => json!(within(example_number.unwrap_or(1))),
            "Boolean" => json!(example == Some("true")),
            "enum" => {
                let first = field.values.first().map(|value| value.value.as_str());
                let value = first.or(example).unwrap_or("VALUE");
                match value.parse::<i64>() {
                    Ok(number) if field.number => json!(number),
                    _ => json!(value),
                }
            }
            "Decimal" => json!(
                example
                    .filter(|text| scalar::has_form(field, text))
                    .unwrap_or("1.25")
            ),
            "Ip" => json!("127.0.0.1"),
            "Time" => json!(self.time(field)),
            "Date" => json!(Date::in_china(self.now).format(scalar::date_format(field))),
            "Raw" => example
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_else(|| json!({})),
            "Sealed" => json!(
                self.caller
                    .key
                    .seal(plain(field.wire()))
                    .unwrap_or_default()
            ),
            _ => json!(self.text(field)),
        }
    }

    fn time(&self, field: &Field) -> String {
        let wire = field.wire();
        let ends = ["expire", "end_", "deadline"]
            .iter()
            .any(|word| wire.contains(word));
        let time = if ends {
            later(self.now, A_DAY)
        } else {
            self.now
        };
        match scalar::format(field) {
            TimeFormat::Unix => time.unix().to_string(),
            format => time.format(format),
        }
    }

    /// A text: the example, in which the digits of a number are others.
    fn text(&self, field: &Field) -> String {
        let (wire, caller) = (field.wire(), self.caller);
        match (wire, field.ty.as_str()) {
            ("mchid" | "sp_mchid" | "mch_id" | "combine_mchid", _) => {
                return caller.merchant.mch_id.to_string();
            }
            ("appid" | "sp_appid" | "combine_appid", _) => {
                return caller.merchant.appid.to_string();
            }
            ("brand_id", _) => {
                if let Some(account) = caller.brand {
                    return account.brand.brand_id.to_string();
                }
            }
            (_, "MchId") => return "1900000109".to_owned(),
            _ => {}
        }
        // In a form, nobody knows where a value ends that looks like the next field.
        let example = field.example.as_deref().filter(|text| {
            let plain = !text.contains(['&', '=', '<', '\n', '\r']) && !text.trim().is_empty();
            plain && text.chars().all(|c| c <= '\u{FFFF}') && scalar::has_form(field, text)
        });
        let is_number = ["_id", "_no", "_code", "_sn", "number"]
            .iter()
            .any(|end| wire.ends_with(end));
        let mut rng = self.rng(wire);
        let text = match (example, field.ty.as_str()) {
            (Some(example), _) if is_number => other_digits(example, &mut rng),
            (Some(example), _) => example.to_owned(),
            (None, "TransactionId") => format!("42000{}", digits(&mut rng, 23)),
            (None, "RefundId") => format!("503{}", digits(&mut rng, 25)),
            (None, "OpenId") => format!("o{}", letters(&mut rng, 27)),
            (None, "AppId") => format!("wx{}", digits(&mut rng, 16)),
            (None, "String" | "Secret") if is_number => digits(&mut rng, 28),
            (None, "String" | "Secret") if wire.ends_with("url") => URL.to_owned(),
            (None, "String" | "Secret") if !field.zh.is_empty() => field.zh.clone(),
            (None, _) => digits(&mut rng, 28),
        };
        if scalar::length_issue(field, &text).is_none() {
            return text;
        }
        let most = field.max_chars.or(field.max_bytes).unwrap_or(1);
        digits(&mut rng, most.min(28))
    }

    fn rng(&self, wire: &str) -> Rng {
        self.random.about(&format!("{} {wire}", self.subject))
    }
}

/// A text of the same form whose last digits are others.
fn other_digits(example: &str, rng: &mut Rng) -> String {
    let keep = example.chars().count().saturating_sub(LAST);
    let chars = example.chars().enumerate();
    let others = chars.map(|(n, c)| match c {
        '0'..='9' if n >= keep => char::from(rng.choice(DIGITS).copied().unwrap_or(b'0')),
        other => other,
    });
    others.collect()
}

fn digits(rng: &mut Rng, length: usize) -> String {
    of(DIGITS, rng, length)
}

fn letters(rng: &mut Rng, length: usize) -> String {
    of(ALPHANUMERIC, rng, length)
}

fn of(alphabet: &[u8], rng: &mut Rng, length: usize) -> String {
    let bytes = (0..length).filter_map(|_| rng.choice(alphabet));
    bytes.map(|byte| char::from(*byte)).collect()
}

fn is_count(wire: &str) -> bool {
    wire.ends_with("count") || wire == "total"
}

/// What a personal value is before it is encrypted.
fn plain(wire: &str) -> &'static str {
    if ["phone", "mobile"].iter().any(|word| wire.contains(word)) {
        "13900000000"
    } else if ["no", "number"].iter().any(|end| wire.ends_with(end)) {
        "1234567890"
    } else if wire == "encrypt_key" {
        "0123456789abcdef0123456789abcdef"
    } else if wire.contains("email") {
        "name@example.com"
    } else {
        "张三"
    }
}

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many characters at the end of a number differ.
const LAST: usize = 12;

const URL: &str = "https://pay.weixin.qq.com/";

//! Payment notifications of APIv2, genuine ones mutated: accepted is only what says the same as the
//! genuine one.

use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use wxpay_api::core::{AppId, Fen, MchId, OutTradeNo, Params};
use wxpay_api::sign::Verified;
use wxpay_api::sign::v2::{Key, SignType, canonical_text};
use wxpay_api::v2::Notices;

use crate::fixtures::V2_KEY;

/// Reads the input as a body when it starts with `<`, else as changes to a genuine notification.
pub fn run(data: &[u8]) {
    for receiver in &*RECEIVERS {
        if data.starts_with(b"<") {
            receiver.check_forged(data);
            let _ = receiver.notices.refund(data);
            let _ = receiver.notices.combined_payment(data);
        } else if let Ok(attack) = Attack::arbitrary(&mut Unstructured::new(data)) {
            receiver.check(&attack);
        }
    }
}

/// A shop that was sent one notification.
struct Receiver {
    notices: Notices,
    key: Key,
    sign_type: SignType,
    genuine: Vec<(String, String)>,
    params: Params,
}

static RECEIVERS: LazyLock<[Receiver; 2]> =
    LazyLock::new(|| [SignType::Md5, SignType::HmacSha256].map(Receiver::new));

impl Receiver {
    fn new(sign_type: SignType) -> Self {
        let key = Key::new(V2_KEY).expect("a key");
        let mut params: Params = GENUINE.iter().copied().collect();
        let sign = key.sign(&params, sign_type);
        params.set("sign", &sign);
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut genuine: Vec<_> = GENUINE.iter().copied().map(owned).collect();
        genuine.push(owned(("sign", &sign)));
        Self {
            notices: Notices::new(key.clone(), sign_type),
            key,
            sign_type,
            genuine,
            params,
        }
    }

    fn check(&self, attack: &Attack) {
        let mut fields = self.genuine.clone();
        for change in &attack.changes {
            change.apply(&mut fields);
        }
        attack.sign.apply(&mut fields, self);
        let body = write(&fields, attack.cdata);
        if attack.sign == Sign::Own {
            self.check_signed(&fields, &body);
        } else {
            let verified = self.check_forged(body.as_bytes());
            let untouched = fields == self.genuine;
            assert!(
                verified || !untouched,
                "the genuine one was refused: {body:?}"
            );
        }
    }

    /// A body whose signature, if it fits, is the genuine one's.
    fn check_forged(&self, body: &[u8]) -> bool {
        let verified = self.notices.verify(body).ok();
        if let Some(verified) = &verified {
            let says = |params: &Params| canonical_text(params);
            let params = verified.get();
            assert_eq!(says(params), says(&self.params), "forged");
            assert_eq!(params.get("sign"), self.params.get("sign"));
        }
        if let Some(paid) = self.paid(body) {
            assert!(verified.is_some());
            self.assert_same_money(&paid);
            for name in ["cash_fee", "openid", "time_end", "transaction_id"] {
                assert_eq!(paid.get().get(name), self.params.get(name), "{name}");
            }
        }
        verified.is_some()
    }

    /// A body that who knows the key has signed: the fields are read as they were written, or it is
    /// refused.
    fn check_signed(&self, fields: &[(String, String)], body: &str) {
        let _ = self.notices.combined_payment(body.as_bytes());
        if let Ok(verified) = self.notices.verify(body.as_bytes()) {
            let mut written: Vec<_> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
            written.sort_unstable();
            assert!(
                verified.get().iter().eq(written),
                "reads otherwise: {body:?}"
            );
        }
        if let Some(paid) = self.paid(body.as_bytes()) {
            self.assert_same_money(&paid);
        }
    }

    /// The message, if it makes the shop ship what was ordered.
    fn paid(&self, body: &[u8]) -> Option<Verified<Params>> {
        let notice = self.notices.payment(body).ok()?;
        let paid = notice.expect(
            &OutTradeNo::new("1217752501201407033233368018").expect("a number"),
            Fen::new(100),
            &MchId::new("1900000109").expect("a merchant"),
            &AppId::new("wx2421b1c4370ec43b").expect("an app"),
        );
        let paid = paid.ok()?;
        assert_eq!(paid.total_fee, Fen::new(100));
        Some(paid.message)
    }

    fn assert_same_money(&self, message: &Verified<Params>) {
        for name in [
            "appid",
            "mch_id",
            "out_trade_no",
            "result_code",
            "total_fee",
        ] {
            assert_eq!(message.get().get(name), self.params.get(name), "{name}");
        }
    }
}

#[derive(Arbitrary, Debug)]
struct Attack {
    changes: Vec<Change>,
    sign: Sign,
    cdata: bool,
}

#[derive(Arbitrary, Debug)]
enum Change {
    Set(u8, Value),
    Append(u8, Value),
    Rename(u8, u8),
    Remove(u8),
    Repeat(u8),
    Add(u8, Value),
    /// A field's value takes in the field that is signed after it.
    Merge(u8),
    /// What looks like a field in a value becomes one.
    Split(u8),
    Swap(u8, u8),
}

#[derive(Arbitrary, Debug)]
enum Value {
    Empty,
    Number(u32),
    Code(bool),
    Of(u8),
    Any(String),
}

#[derive(Arbitrary, Debug, PartialEq)]
enum Sign {
    Genuine,
    Own,
    OtherDigest,
    OtherKey,
    LowerCase,
    Empty,
    Missing,
    Cut(u8),
    Any(String),
}

impl Change {
    fn apply(&self, fields: &mut Vec<(String, String)>) {
        if fields.is_empty() {
            return;
        }
        let at = |n: &u8| usize::from(*n) % fields.len();
        match self {
            Self::Set(n, value) => {
                let n = at(n);
                fields[n].1 = value.text();
            }
            Self::Append(n, value) => {
                let n = at(n);
                fields[n].1.push_str(&value.text());
            }
            Self::Rename(n, name) => {
                let n = at(n);
                fields[n].0 = name_of(*name);
            }
            Self::Remove(n) => drop(fields.remove(at(n))),
            Self::Repeat(n) => fields.push(fields[at(n)].clone()),
            Self::Add(name, value) => fields.push((name_of(*name), value.text())),
            Self::Merge(n) => {
                fields.sort();
                let n = usize::from(*n) % fields.len();
                if n + 1 < fields.len() {
                    let (name, value) = fields.remove(n + 1);
                    fields[n].1.push_str(&format!("&{name}={value}"));
                }
            }
            Self::Split(n) => {
                let n = at(n);
                let value = fields[n].1.clone();
                let parts = value
                    .split_once('&')
                    .and_then(|(head, tail)| Some((head, tail.split_once('=')?)));
                if let Some((head, (name, value))) = parts {
                    fields[n].1 = head.to_owned();
                    fields.push((name.to_owned(), value.to_owned()));
                }
            }
            Self::Swap(a, b) => {
                let (a, b) = (at(a), at(b));
                fields.swap(a, b);
            }
        }
    }
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Number(number) => number.to_string(),
            Self::Code(true) => "SUCCESS".to_owned(),
            Self::Code(false) => "FAIL".to_owned(),
            Self::Of(n) => GENUINE[usize::from(*n) % GENUINE.len()].1.to_owned(),
            Self::Any(text) => text.clone(),
        }
    }
}

impl Sign {
    fn apply(&self, fields: &mut Vec<(String, String)>, receiver: &Receiver) {
        let rest = |fields: &[(String, String)]| -> Params {
            fields
                .iter()
                .filter(|(name, _)| name != "sign")
                .map(|(n, v)| (n, v))
                .collect()
        };
        let genuine = || receiver.params.get("sign").expect("signed").to_owned();
        let sign = match self {
            Self::Genuine => return,
            Self::Own => receiver.key.sign(&rest(fields), receiver.sign_type),
            Self::OtherDigest => {
                let other = match receiver.sign_type {
                    SignType::Md5 => SignType::HmacSha256,
                    SignType::HmacSha256 => SignType::Md5,
                };
                receiver.key.sign(&rest(fields), other)
            }
            Self::OtherKey => {
                let other = Key::new("192006250b4c09247ec02edce69f6a2e").expect("a key");
                other.sign(&rest(fields), receiver.sign_type)
            }
            Self::LowerCase => genuine().to_ascii_lowercase(),
            Self::Empty => String::new(),
            Self::Missing => {
                fields.retain(|(name, _)| name != "sign");
                return;
            }
            Self::Cut(length) => genuine().chars().take(usize::from(*length)).collect(),
            Self::Any(sign) => sign.clone(),
        };
        fields.retain(|(name, _)| name != "sign");
        fields.push(("sign".to_owned(), sign));
    }
}

/// Writes the fields in their order, repeated ones too.
fn write(fields: &[(String, String)], cdata: bool) -> String {
    let field = |(name, value): &(String, String)| {
        if cdata {
            let value = value.replace("]]>", "]]]]><![CDATA[>");
            format!("<{name}><![CDATA[{value}]]></{name}>\n")
        } else {
            let value = value.replace('&', "&amp;").replace('<', "&lt;");
            format!("<{name}>{}</{name}>", value.replace('>', "&gt;"))
        }
    };
    format!(
        "<xml>{}</xml>",
        fields.iter().map(field).collect::<String>()
    )
}

fn name_of(n: u8) -> String {
    match usize::from(n) {
        n if n < GENUINE.len() => GENUINE[n].0.to_owned(),
        100 => "Sign".to_owned(),
        101 => "sign_type".to_owned(),
        102 => "sign".to_owned(),
        n => format!("coupon_fee_{n}"),
    }
}

/// The document's sample, with an `attach` that looks like two fields when it is signed.
const GENUINE: [(&str, &str); 18] = [
    ("appid", "wx2421b1c4370ec43b"),
    ("attach", "支付测试&b=1"),
    ("bank_type", "CFT"),
    ("cash_fee", "100"),
    ("coupon_fee", "0"),
    ("fee_type", "CNY"),
    ("is_subscribe", "Y"),
    ("mch_id", "1900000109"),
    ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
    ("openid", "oUpF8uMEb4qRXf22hE3X68TekukE"),
    ("out_trade_no", "1217752501201407033233368018"),
    ("result_code", "SUCCESS"),
    ("return_code", "SUCCESS"),
    ("time_end", "20140903131540"),
    ("total_fee", "100"),
    ("trade_state_desc", "a=b"),
    ("trade_type", "JSAPI"),
    ("transaction_id", "1004400740201409030005092168"),
];

use serde_json::Value;

use wxpay_sign::v3::Suite;

use super::mistakes::{forms, nonces, timestamps};
use super::request::verify;
use super::search::{Edit, Search};
use crate::causes::{payment as causes, v3};
use crate::finding::Finding;
use crate::{Context, Keys, Report, Verdict, v2};

/// What a front end hands to WeChat to start a payment.
pub(super) struct Payment<'a> {
    /// The name of the signature: `paySign` of a web page or mini program, `sign` of an app.
    name: &'static str,
    signature: &'a str,
    fields: Vec<(&'a str, String)>,
}

impl<'a> Payment<'a> {
    pub(super) fn of(json: &'a Value) -> Option<Self> {
        let object = json.as_object()?;
        let name = if object.contains_key("paySign") {
            "paySign"
        } else if object.contains_key("prepayid") {
            "sign"
        } else {
            return None;
        };
        let fields = object.iter().filter(|(known, _)| *known != name);
        Some(Self {
            name,
            signature: object.get(name)?.as_str()?,
            fields: fields
                .filter_map(|(name, value)| Some((name.as_str(), text(value)?)))
                .collect(),
        })
    }

    pub(super) fn explain(
        &self,
        json: &Value,
        keys: &Keys,
        context: &Context,
        report: &mut Report,
    ) {
        self.check_fields(json, report);
        let hexadecimal = self.signature.bytes().all(|b| b.is_ascii_hexdigit());
        let digest = hexadecimal && matches!(self.signature.len(), 32 | 64);
        let expected = if digest { "MD5 / HMAC-SHA256" } else { "RSA" };
        let found = self.field("signType");
        if found.is_some_and(|found| (found == "RSA") == digest)
            || (self.is_page() && found.is_none())
        {
            let found = found.unwrap_or_default();
            report.find(
                &causes::SIGN_TYPE,
                [("found", found), ("expected", expected)],
            );
        }
        let verdict = if digest {
            v2::explain_payment(&self.fields, self.signature, keys, context, report)
        } else {
            self.rsa(keys, context, report)
        };
        report.check(self.name, verdict);
    }

    fn check_fields(&self, json: &Value, report: &mut Report) {
        for (name, _) in &self.fields {
            if json.get(name).is_some_and(Value::is_number) {
                report.find(&causes::NUMBER, [("field", name)]);
            }
        }
        let package = self.field("package").unwrap_or_default();
        if self.is_page() && !package.starts_with("prepay_id=") {
            report.find(&causes::PACKAGE, [("expected", "prepay_id=…")]);
        }
        if !self.is_page() && package != "Sign=WXPay" {
            report.find(&causes::PACKAGE, [("expected", "Sign=WXPay")]);
        }
    }

    fn rsa(&self, keys: &Keys, context: &Context, report: &mut Report) -> Verdict {
        let names = if self.is_page() {
            ["appId", "timeStamp", "nonceStr", "package"]
        } else {
            ["appid", "timestamp", "noncestr", "prepayid"]
        };
        let [app_id, timestamp, nonce, package] = names.map(|name| self.field(name));
        // Front ends take RSA alone, whatever keys the merchant has.
        if keys
            .merchant_public()
            .is_some_and(|key| key.suite() != Suite::Rsa)
        {
            report.find(&causes::SM2_KEY, []);
            return Verdict::Unchecked;
        }
        let Some(app_id) = app_id else {
            report.find(&causes::APP_ID, []);
            return Verdict::Unchecked;
        };
        let [timestamp, nonce, package] =
            [timestamp, nonce, package].map(Option::unwrap_or_default);
        let other_package = match package.strip_prefix("prepay_id=") {
            Some(id) => id.to_owned(),
            None => format!("prepay_id={package}"),
        };
        let why = Finding::new(&causes::PREPAY_ID, [("found", &other_package)]);
        let mut edits = vec![Edit::line(3, other_package, why)];
        let others = nonces(nonce).into_iter().filter(|other| other != nonce);
        edits.extend(others.map(|other| Edit::line(2, other, Finding::new(&v3::NONCE, []))));
        edits.extend(forms(false));
        let search = Search {
            lines: [app_id, timestamp, nonce, package]
                .map(|line| line.as_bytes().to_vec())
                .into(),
            with_feed: None,
            edits,
            rare: timestamps(1, timestamp),
        };
        verify(&search, self.signature, keys, context, report)
    }

    /// Of a web page or mini program; else of an app.
    fn is_page(&self) -> bool {
        self.name == "paySign"
    }

    fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

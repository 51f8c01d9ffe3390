use crate::Report;
use crate::causes::v3 as causes;

/// The members of an `Authorization` header.
pub(super) struct Authorization<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Authorization<'a> {
    /// Reads the header, and says what is wrong with its form.
    pub(super) fn read(header: &'a str, report: &mut Report) -> Self {
        let (scheme, rest) = header.split_once(' ').unwrap_or(("", header));
        if !SCHEMES.contains(&scheme) {
            let found = if scheme.contains('=') { "" } else { scheme };
            report.find(&causes::SCHEME, [("found", found)]);
        }
        let mut members = Vec::new();
        for part in rest.split(',').take(MEMBERS) {
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            let value = value.trim();
            let quoted = value
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'));
            if quoted.is_none() {
                report.find(&causes::MEMBER_MISSING, [("field", name.trim())]);
            }
            members.push((name.trim(), quoted.unwrap_or(value)));
        }
        let owner = if scheme.contains("BRAND") {
            "brand_id"
        } else {
            "mchid"
        };
        for name in [owner, "nonce_str", "signature", "timestamp", "serial_no"] {
            if members.iter().filter(|(known, _)| *known == name).count() != 1 {
                report.find(&causes::MEMBER_MISSING, [("field", name)]);
            }
        }
        Self(members)
    }

    pub(super) fn member(&self, name: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    }
}

/// Merchants', and brands' (品牌).
/// How many members are read; five are sent.
const MEMBERS: usize = 32;

const SCHEMES: [&str; 2] = [
    "WECHATPAY2-SHA256-RSA2048",
    "WECHATPAY-BRAND-SHA256-RSA2048",
];

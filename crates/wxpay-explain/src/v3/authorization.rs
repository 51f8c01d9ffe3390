use wxpay_sign::v3::{RequestToSign, Suite};

use crate::causes::v3 as causes;
use crate::{Capture, Context, Keys, Report};

/// How a caller has to sign a request.
#[derive(Clone, Copy)]
pub(super) struct Scheme {
    /// What the header begins with.
    pub(super) name: &'static str,
    /// The member that says who calls.
    pub(super) owner: &'static str,
    /// Whether nothing says otherwise: the merchant may have keys of either kind.
    open: bool,
}

impl Scheme {
    /// The scheme that belongs to the path of a request and to the key of who calls.
    pub(super) fn of(capture: &Capture, keys: &Keys, context: &Context) -> Self {
        let is_of_brand = capture
            .target()
            .map_or(context.brand, |path| path.starts_with("/brand/"));
        if is_of_brand {
            return Self {
                name: RequestToSign::BRAND_SCHEME,
                owner: "brand_id",
                open: false,
            };
        }
        let suite = keys.merchant_public().map(|key| key.suite());
        Self {
            name: suite.unwrap_or(Suite::Rsa).signature_type(),
            owner: "mchid",
            open: suite.is_none(),
        }
    }

    fn takes(self, scheme: &str) -> bool {
        scheme == self.name || (self.open && scheme == SM)
    }
}

/// The members of an `Authorization` header.
pub(super) struct Authorization<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Authorization<'a> {
    /// Reads the header, and says what is wrong with its form.
    pub(super) fn read(header: &'a str, expected: Scheme, report: &mut Report) -> Self {
        let (scheme, rest) = header.split_once(' ').unwrap_or(("", header));
        if !expected.takes(scheme) {
            let found = if scheme.contains('=') { "" } else { scheme };
            let cause = if SCHEMES.contains(&scheme) {
                &causes::SCHEME_OTHER
            } else {
                &causes::SCHEME
            };
            report.find(cause, [("found", found), ("expected", expected.name)]);
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
        let owner = if scheme == RequestToSign::BRAND_SCHEME {
            "brand_id"
        } else if SCHEMES.contains(&scheme) {
            "mchid"
        } else {
            expected.owner
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

/// How many members are read; five are sent.
const MEMBERS: usize = 32;

/// That of the national algorithms (国密).
pub(super) const SM: &str = "WECHATPAY2-SM2-WITH-SM3";

/// Merchants', and brands' (品牌).
const SCHEMES: [&str; 3] = [RequestToSign::SCHEME, SM, RequestToSign::BRAND_SCHEME];

//! Why a signature of WeChat Pay (微信支付) does not hold, in words.
//!
//! [`explain`] takes a captured request, response or notification, or what a front end hands to
//! WeChat to pay (调起支付), and whatever keys the user has. It recomputes every signature in it and,
//! where one does not hold, looks for the mistake that explains it: another key, a value that was
//! encoded before it was signed, a body that was parsed and written again. What it says of such a
//! mistake is proven, since the signature holds with it.
//!
//! ```
//! use wxpay_explain::{Capture, Context, Keys, Language, explain};
//!
//! let request = "<xml><appid>wxd930ea5d5a258f4f</appid><mch_id>10000100</mch_id><device_info>1000</device_info>\
//!     <body>test</body><nonce_str>ibuaiVcKdpRxkhJA</nonce_str><sign>9a0a8659f005d6984697e2ca0a9cf3b7</sign></xml>";
//! let capture = Capture::read(request.as_bytes())?;
//! let keys = Keys::new().api_v2_key("192006250b4c09247ec02edce69f6a2d");
//!
//! let report = explain(&capture, &keys, &Context::new());
//! let finding = &report.findings()[0];
//! assert_eq!(finding.id(), "v2.sign-lower-case");
//! assert_eq!(finding.sentence(Language::English), "sign has lower-case letters.");
//! # Ok::<(), wxpay_core::InvalidInput>(())
//! ```
//!
//! # How it finds out
//!
//! APIv2: the digest is recomputed with every usual mistake alone and with two of them together, up
//! to a bound. APIv3: a public key turns a signature back into the SHA-256 that was signed, so that
//! the key and the message are judged apart, and candidates for the message cost one hash each.
//!
//! A capture is seldom the bytes that were on the wire. What a log, a framework or a program did to
//! it is undone where the message holds then, and said: escapes, base64, another charset, headers
//! under their names in CGI.
//!
//! # Secrets
//!
//! No key is in a report, a text or a JSON of this crate: `********` stands in its place, also
//! where a message carries one. Values of the message are in [`Report::expected_text`] and
//! [`Report::diff`] only.

mod capture;
mod causes;
mod charset;
mod context;
mod diff;
mod finding;
mod hash;
mod key;
mod keys;
mod lints;
mod names;
mod report;
mod rsa_key;
#[cfg(feature = "sm")]
mod sm_key;
mod v2;
mod v3;
mod words;

pub use capture::Capture;
pub use causes::{Cause, Language, Severity, causes};
pub use context::Context;
pub use diff::{Diff, Piece};
pub use finding::Finding;
pub use keys::Keys;
pub use report::{Check, Report, Verdict};

/// Says what is wrong with a captured message, as far as the keys that were given can tell.
pub fn explain(capture: &Capture, keys: &Keys, context: &Context) -> Report {
    let report = match reading(capture, keys, context) {
        Some((reading, written)) => {
            let mut report = explained(&reading, keys, context);
            report.find(&causes::capture::ESCAPED, [("found", written)]);
            report
        }
        None => explained(capture, keys, context),
    };
    report.finish(|text| keys::mask(text, keys))
}

/// The bytes that the body of the capture stands for, if they hold and the body as it is does not,
/// or if they alone can be read.
fn reading(capture: &Capture, keys: &Keys, context: &Context) -> Option<(Capture, &'static str)> {
    let readings = capture.readings();
    if readings.is_empty() {
        return None;
    }
    let exact = context.exactly();
    let captured = explained(capture, keys, &exact);
    if captured.is_signed_rightly() {
        return None;
    }
    let mut readings: Vec<_> = readings
        .into_iter()
        .map(|(reading, written)| {
            let report = explained(&reading, keys, &exact);
            (reading, written, report)
        })
        .collect();
    let holds = readings
        .iter()
        .position(|(_, _, report)| report.is_signed_rightly());
    let readable = || {
        let whole = readings
            .iter()
            .position(|(_, _, report)| !report.is_damaged() && !report.checks().is_empty());
        whole.filter(|_| captured.is_damaged() || captured.checks().is_empty())
    };
    let at = holds.or_else(readable)?;
    let (reading, written, _) = readings.swap_remove(at);
    Some((reading, written))
}

fn explained(capture: &Capture, keys: &Keys, context: &Context) -> Report {
    let mut report = Report::default();
    if let Some(length) = capture.wrong_length {
        let [found, expected] = [capture.body.len(), length].map(|number| number.to_string());
        report.find(
            &causes::capture::LENGTH_DIFFERS,
            [("found", &found), ("expected", &expected)],
        );
    }
    if capture.renamed {
        report.find(&causes::capture::RENAMED, []);
    }
    if capture.is_empty_reply() {
        report.find(&causes::capture::EMPTY, []);
    } else if capture.is_xml() {
        v2::explain(capture, keys, context, &mut report);
    } else {
        v3::explain(capture, keys, context, &mut report);
    }
    report
}

/// Decrypts `req_info` of a refund notification (退款结果通知), or says why it can't be decrypted.
pub fn explain_refund_notice(req_info: &str, keys: &Keys) -> Report {
    let mut report = Report::default();
    v2::explain_refund(req_info, keys, &mut report);
    report.finish(|text| keys::mask(text, keys))
}

/// Says whether an encrypted field (敏感信息) can be decrypted with the merchant's private key, and why
/// not.
pub fn explain_sealed(field: &str, sealed: &str, keys: &Keys) -> Report {
    let mut report = Report::default();
    v3::explain_sealed(field, sealed, keys, &mut report);
    report.finish(|text| keys::mask(text, keys))
}

/// The code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! The signatures of APIv2: `sign`, and `workwx_sign` of WeCom payments.

mod draft;
mod edits;
mod kind;
mod lints;
mod mistakes;
mod names;
mod payment;
mod program;
mod refund;
mod search;
mod sign;
mod workwx;

use wxpay_core::{Params, XmlError, XmlLimits};

use self::kind::Kind;
use crate::causes::{capture as causes, v2_reply};
use crate::{Capture, Context, Keys, Report, Verdict};

pub(crate) use self::payment::explain as explain_payment;
pub(crate) use self::refund::explain as explain_refund;

pub(crate) fn explain(capture: &Capture, keys: &Keys, context: &Context, report: &mut Report) {
    let Some(params) = read(&capture.body, report) else {
        report.check("sign", Verdict::Unchecked);
        return;
    };
    if let Some(req_info) = params.get("req_info") {
        explain_refund(req_info, keys, report);
        if params.get("sign").is_none() {
            return;
        }
        // A refund notification has no signature: whatever this is, its other fields are not
        // guaranteed by what is encrypted in one.
    }
    let order = sent_order(&params, &capture.body);
    let kind = Kind::of(&params, capture.path());
    lints::check(&params, &kind, keys, report);
    workwx::explain(&params, &kind, keys, context, report);
    sign::explain(&params, &order, &kind, keys, context, report);
    if !kind.reply && report.verdict() == Verdict::Holds {
        report.find(&v2_reply::HOLDS_REFUSED, []);
    }
}

fn read(body: &[u8], report: &mut Report) -> Option<Params> {
    let mut limits = XmlLimits::default();
    // More than a client should take: the fields of some endpoints are long, and this only looks.
    limits.bytes = 1024 * 1024;
    limits.value_bytes = 64 * 1024;
    limits.fields = 512;
    limits.depth = 8;
    match Params::from_xml_within(body, &limits) {
        Ok(params) => return Some(params),
        Err(XmlError::Duplicate(field)) => {
            report.find(&causes::XML_DUPLICATE, [("field", &field)]);
        }
        Err(XmlError::Encoding) => report.find(&causes::XML_ENCODING, []),
        Err(error) => {
            let (reason, found) = damage(&error);
            report.find(
                &causes::XML_DAMAGED,
                [("reason", reason), ("found", &found)],
            );
        }
    }
    None
}

/// Why a text is not a message of APIv2, and where or how much.
fn damage(error: &XmlError) -> (&'static str, String) {
    let at = |name: &str| format!(" (<{name}>)");
    match error {
        XmlError::TooLarge { limit, .. } => ("it is larger than the limit of", format!(" {limit}")),
        XmlError::Syntax(byte) => ("it is not well-formed at byte", format!(" {byte}")),
        XmlError::Truncated => ("it is cut short", String::new()),
        XmlError::Root => ("its root is not one <xml> element", String::new()),
        XmlError::Declaration => ("its declaration is malformed", String::new()),
        XmlError::Doctype => ("it has a DOCTYPE", String::new()),
        XmlError::Comment => ("it has a comment or processing instruction", String::new()),
        XmlError::Name => ("the name of an element is not one of APIv2", String::new()),
        XmlError::Text => ("it has text between its elements", String::new()),
        XmlError::Attribute(name) => ("an element has an attribute", at(name)),
        XmlError::Nested(name) => ("an element holds too many levels of elements", at(name)),
        XmlError::Entity(name) => ("a value has an unknown entity", at(name)),
        XmlError::Character(name) => ("a value has a character that XML does not allow", at(name)),
        _ => ("it is not the flat XML of APIv2", String::new()),
    }
}

/// The names in the order in which they are sent.
fn sent_order(params: &Params, body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let place = |name: &str| {
        let tags = [
            format!("<{name}>"),
            format!("<{name} "),
            format!("<{name}/"),
        ];
        tags.iter().filter_map(|tag| text.find(tag)).min()
    };
    let mut names: Vec<_> = params.iter().map(|(name, _)| name.to_owned()).collect();
    names.sort_by_cached_key(|name| place(name));
    names
}

//! The rules of headers.

use super::field::Rule;
use crate::codegen::model::Field;
use crate::codegen::spec::Place;
use crate::codegen::types::Form;

pub(super) fn rules(field: &Field) -> Vec<Rule> {
    let header = field.place == Some(Place::Header);
    let text = field.kind.scalar().map(|scalar| scalar.form) == Some(Form::Text);
    vec![
        (header && !text, "a header is of type `String`"),
        (
            header && !is_own_header(&field.wire),
            "is not a header of the operation's own: the client itself writes it, or it is none",
        ),
    ]
}

/// Whether a header belongs to the operation.
fn is_own_header(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let taken = [
        "authorization",
        "accept",
        "user-agent",
        "host",
        "connection",
        "transfer-encoding",
    ];
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_name
        && !name.is_empty()
        && !taken.contains(&lower.as_str())
        && !lower.starts_with("content-")
        && !lower.starts_with("wechatpay-")
}

//! The rule of what must not be printed.

use super::field::Place;
use crate::codegen::model::{Field, Kind};
use crate::codegen::types::Form;

/// What is wrong with a token that a response has as plain text.
pub(super) fn open(field: &Field, place: Place) -> Option<&'static str> {
    let item = match &field.kind {
        Kind::List(item) => &**item,
        kind => kind,
    };
    let is_text = item
        .scalar()
        .is_some_and(|scalar| scalar.form == Form::Text);
    let is_open = is_text && !place.is_sent() && is_token(&field.wire);
    is_open.then_some("a token in a response is a `Secret`, which `Debug` does not print")
}

/// Whether a name is that of what lets its holder act. The other tokens tell where a list goes on,
/// or what the user was shown.
fn is_token(wire: &str) -> bool {
    let is_token = wire == "token" || wire.ends_with("_token") || wire.ends_with("_ticket");
    is_token && !wire.ends_with("page_token") && wire != "market_exposure_token"
}

//! The number that the merchant gives a write, by which a repetition is known.

use serde_json::{Map, Value};
use wxpay_catalog::{Field, Operation, Place, find};

/// The number, if the operation is a write that its own number settles.
pub(crate) fn own(operation: &Operation, asked: &Map<String, Value>) -> Option<String> {
    if operation.effect != "write" {
        return None;
    }
    let field = field(operation)?;
    let number = asked.get(field.wire())?.as_str()?;
    (!number.is_empty()).then(|| number.to_owned())
}

/// The field with the number: a header made for it, or the last number of the merchant in the
/// message that the query for the outcome asks by. The earlier ones say what the write is about. A
/// number in the path is that of something which is there.
fn field(operation: &Operation) -> Option<&Field> {
    let fields = &operation.request;
    let key = fields
        .iter()
        .find(|field| field.place == Some(Place::Header));
    if key.is_some() {
        return key;
    }
    let query = match operation.resolve.as_deref()? {
        "none" => return None,
        "repeat" => None,
        query => find(query),
    };
    let in_message = |field: &&Field| matches!(field.place, None | Some(Place::Body));
    let mut numbers = fields
        .iter()
        .filter(in_message)
        .filter(|field| is_number(field))
        .filter(|field| query.is_none_or(|query| asks_by(query, field)));
    numbers.next_back().filter(|field| {
        // One number can be acted on in one way after the other, unless each act has its own.
        field.wire().ends_with("request_no") || !acts_on_what_is_there(&operation.name)
    })
}

fn acts_on_what_is_there(name: &str) -> bool {
    let verb = name.rsplit('.').next().unwrap_or(name);
    let verb = verb.strip_prefix("partner_").unwrap_or(verb);
    ACTS.contains(&verb.split('_').next().unwrap_or(verb))
}

fn asks_by(query: &Operation, number: &Field) -> bool {
    let choices = query.request.iter().flat_map(|field| &field.fields);
    let mut fields = query.request.iter().chain(choices);
    fields.any(|field| field.wire() == number.wire())
}

/// Whether a merchant makes such a number for each of its writes.
fn is_number(field: &Field) -> bool {
    let wire = field.wire();
    let named = (wire.starts_with("out_") && (wire.ends_with("_no") || wire.ends_with("_id")))
        || wire.ends_with("request_no")
        || matches!(wire, "mch_billno" | "partner_trade_no");
    named && field.required
}

const ACTS: &[&str] = &[
    "cancel", "close", "confirm", "finish", "notify", "report", "reverse", "set", "sync",
    "unfreeze", "update",
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_that_of_the_write() {
        let number = |name: &str| field(find(name).unwrap()).map(Field::wire);
        assert_eq!(number("v2.pay.create_refund"), Some("out_refund_no"));
        assert_eq!(number("v3.pay.prepay_jsapi"), Some("out_trade_no"));
        assert_eq!(
            number("v3.hk_merchants.create_merchant"),
            Some("Idempotency-Key")
        );
        assert_eq!(number("v3.pay.query_order_by_id"), None);
        assert_eq!(number("v3.pay.close_order"), None);
        assert_eq!(number("v3.catering.sync_order_status"), None);
        assert_eq!(
            number("v3.brand_card_member.sync_points"),
            Some("out_request_no")
        );
    }
}

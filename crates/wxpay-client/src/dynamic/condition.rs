//! The values that a description names: those of a condition, and what a field always is.

use wxpay_catalog::{Condition, Is};

use crate::json::Json;

pub(super) fn said(condition: &Condition) -> String {
    let values: Vec<String> = condition.is.iter().map(said_one).collect();
    values.join(" or ")
}

pub(super) fn said_one(is: &Is) -> String {
    match is {
        Is::Flag(flag) => flag.to_string(),
        Is::Number(number) => number.to_string(),
        Is::Text(text) => text.clone(),
        _ => String::new(),
    }
}

pub(super) fn json_of(is: &Is) -> Json {
    match is {
        Is::Flag(flag) => Json::from(*flag),
        Is::Number(number) => Json::from(*number),
        Is::Text(text) => Json::from(text.as_str()),
        _ => Json::Null,
    }
}

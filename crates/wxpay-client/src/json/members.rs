//! Objects that stand as JSON, or as `a=1&b=2`, within a string.

use std::ops::RangeBounds;

#[cfg(feature = "apiv2")]
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use wxpay_core::InvalidInput;

use super::{Body, Json};
use crate::limits::check_items;

/// An object as text.
pub(crate) fn json_text(
    name: &'static str,
    write: impl FnOnce(&mut Body) -> Result<(), InvalidInput>,
) -> Result<String, InvalidInput> {
    let json = object(write).map_err(|error| error.within(name))?;
    Ok(json.to_text())
}

/// A list of objects as text.
pub(crate) fn json_list_text<T>(
    name: &'static str,
    members: &[T],
    items: impl RangeBounds<usize>,
    write: impl Fn(&T, &mut Body) -> Result<(), InvalidInput>,
) -> Result<String, InvalidInput> {
    check_items(name, members.len(), &items)?;
    let mut list = Vec::with_capacity(members.len());
    for (n, member) in members.iter().enumerate() {
        let json = object(|body| write(member, body))
            .map_err(|error| error.within(format_args!("{name}[{n}]")))?;
        list.push(json);
    }
    Ok(Json::List(list).to_text())
}

fn object(write: impl FnOnce(&mut Body) -> Result<(), InvalidInput>) -> Result<Json, InvalidInput> {
    let mut body = Body::new();
    write(&mut body)?;
    // What is encrypted stands in the message itself, never in a string within it.
    body.seal(&mut std::iter::empty()).ok_or_else(|| {
        InvalidInput::new(
            "encrypted field",
            "must not stand in a JSON text",
            "加密字段不能放在 JSON 字符串内",
        )
    })
}

/// An object as `a=1&b=2`.
#[cfg(feature = "apiv2")]
pub(crate) fn url_encoded_text(
    name: &'static str,
    write: impl FnOnce(&mut Body) -> Result<(), InvalidInput>,
) -> Result<String, InvalidInput> {
    let json = object(write).map_err(|error| error.within(name))?;
    let Json::Object(members) = json else {
        return Ok(String::new());
    };
    let mut text = String::new();
    for (member, value) in members {
        let value = value.scalar_text().ok_or_else(|| {
            let error = InvalidInput::new(
                member.to_string(),
                "must be a string, a whole number, true or false",
                "必须是字符串、整数或布尔值",
            );
            error.within(name)
        })?;
        if !text.is_empty() {
            text.push('&');
        }
        text += &member;
        text.push('=');
        text.extend(utf8_percent_encode(&value, NON_ALPHANUMERIC));
    }
    Ok(text)
}

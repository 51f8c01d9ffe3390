//! An operation as JSON: what a list says of it, and all else that the catalogue has.

use serde_json::{Map, Value};
use wxpay_catalog::{Field, Operation};

use crate::command::list;
use crate::fail::Fail;

/// Every field has the same names, with null, false or nothing in a list for what is absent; rules
/// that few fields have stand beside them only where they hold.
pub(super) fn of(operation: &'static Operation) -> Result<Value, Fail> {
    let mut out = list::line(operation);
    let whole = written(operation)?;
    if let (Value::Object(out), Value::Object(whole)) = (&mut out, whole) {
        for (name, value) in whole {
            out.insert(name, value);
        }
        out.insert("request".to_owned(), fields(&operation.request)?);
        out.insert("response".to_owned(), fields(&operation.response)?);
        out.insert("errors".to_owned(), written(&operation.errors)?);
    }
    Ok(out)
}

fn fields(fields: &[Field]) -> Result<Value, Fail> {
    let fields: Result<Vec<Value>, Fail> = fields.iter().map(field).collect();
    Ok(fields?.into())
}

fn field(field: &Field) -> Result<Value, Fail> {
    let mut out = Map::new();
    for (name, absent) in [
        ("name", Value::from("")),
        ("wire", field.wire().into()),
        ("in", Value::Null),
        ("type", Value::Null),
        ("item", Value::Null),
        ("fields", Value::Null),
        ("required", false.into()),
        ("max_chars", Value::Null),
        ("enum", Value::Array(Vec::new())),
        ("encrypted", false.into()),
        ("en", "".into()),
        ("zh", "".into()),
        ("example", Value::Null),
    ] {
        out.insert(name.to_owned(), absent);
    }
    if let Value::Object(known) = written(field)? {
        out.extend(known);
    }
    let item = field.item.as_deref().map(self::field).transpose()?;
    out.insert("item".to_owned(), item.unwrap_or_default());
    out.insert("fields".to_owned(), fields(&field.fields)?);
    Ok(out.into())
}

fn written(value: &impl serde::Serialize) -> Result<Value, Fail> {
    serde_json::to_value(value)
        .map_err(|error| Fail::new("can't write the answer", "无法输出结果").because(error))
}

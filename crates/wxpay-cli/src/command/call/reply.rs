use std::io::{self, Write};
use std::process::ExitCode;

use comfy_table::{Table, presets};
use serde_json::Value as Data;
use wxpay_api::core::{Effect, Fen, FromWire};
use wxpay_api::sign::v3::Sealed;
use wxpay_api::v3;
use wxpay_catalog::{Field, Operation};
use wxpay_client::dynamic::DynamicResponse;

use super::Call;
use crate::fail::Fail;
use crate::lang::Lang;
use crate::operation::{self, shown_name, words};
use crate::out::stdout;
use crate::table;
use crate::visible::visible;

/// A response with what its fields are.
pub(super) struct Reply {
    data: Data,
    fields: &'static [Field],
}

impl Reply {
    /// A response with its personal values hidden, unless they are to be shown.
    pub(super) fn of(call: &Call, response: &DynamicResponse) -> Result<Self, Fail> {
        let mut data = serde_json::to_value(&response.fields).map_err(|error| {
            Fail::new("can't write the response", "无法输出应答").because(error)
        })?;
        let fields = &call.operation.response;
        without_nulls(&mut data);
        if !call.options.open_sealed {
            for place in places(&data, fields, "Secret") {
                if let Some(value) = data.pointer_mut(&place) {
                    *value = REDACTED.into();
                }
            }
        }
        Ok(Self { data, fields })
    }

    /// Decrypts what is encrypted for the merchant. What can't be decrypted stays as it came.
    pub(super) async fn open(&mut self, client: &v3::Client) {
        for place in places(&self.data, self.fields, "Sealed") {
            let Some(value) = self.data.pointer_mut(&place) else {
                continue;
            };
            let text = value.as_str().and_then(Sealed::from_wire);
            if let Some(text) = text
                && let Ok(opened) = client.open(&text).await
            {
                *value = opened.expose().into();
            }
        }
    }

    /// Prints it as a table, or as JSON.
    pub(super) fn print(&self, call: &Call) -> Result<ExitCode, Fail> {
        let text = if call.options.json {
            format!("{:#}\n", self.data)
        } else if self.fields.is_empty() {
            format!("{}\n", taken(call.operation, call.lang))
        } else {
            format!("{}\n", self.table(call.lang))
        };
        match operation::effect(call.operation) {
            Effect::Read => stdout().write_all(text.as_bytes())?,
            // That nobody reads any more what a write has done is an error: its caller does not
            // know it.
            Effect::Write => io::stdout().write_all(text.as_bytes())?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn table(&self, lang: Lang) -> Table {
        let mut table = table::new(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header(lang.pick(["field", "value", "meaning"], ["字段", "值", "含义"]));
        rows(&self.data, self.fields, "", lang, &mut table);
        table::keep_first(&mut table);
        table
    }
}

/// What a success without any field says.
fn taken(operation: &Operation, lang: Lang) -> &'static str {
    if operation.accepted {
        return lang.pick(
            "accepted: WeChat Pay is working on it; the response has no fields",
            "已受理：微信支付正在处理，应答中没有字段",
        );
    }
    lang.pick("done: the response has no fields", "成功：应答中没有字段")
}

/// A table's rows: a value each, members by their place.
fn rows(data: &Data, fields: &[Field], at: &str, lang: Lang, table: &mut Table) {
    for field in fields {
        let Some(value) = data.get(shown_name(field)) else {
            continue;
        };
        let place = format!("{at}{}", shown_name(field));
        match (members(field), value) {
            ([], _) => {
                let (value, meaning) = (shown(field, value, lang), meaning(field, value, lang));
                table.add_row([place, value, meaning]);
            }
            (members, Data::Array(list)) => {
                for (n, value) in list.iter().enumerate() {
                    rows(value, members, &format!("{place}[{n}]."), lang, table);
                }
            }
            (members, _) => rows(value, members, &format!("{place}."), lang, table),
        }
    }
}

/// The members of an object, or of each object in a list.
fn members(field: &Field) -> &[Field] {
    match field.item.as_deref() {
        Some(item) => &item.fields,
        None => &field.fields,
    }
}

fn shown(field: &Field, value: &Data, lang: Lang) -> String {
    match (field.ty.as_str(), value) {
        ("Fen", Data::Number(fen)) => {
            let yuan = fen
                .as_i64()
                .map(|fen| Fen::new(fen).to_yuan())
                .unwrap_or_default();
            format!("{fen} ({yuan} {})", lang.pick("yuan", "元"))
        }
        (_, Data::String(text)) => visible(text),
        ("list", Data::Array(list)) => {
            let item = field.item.as_deref().unwrap_or(field);
            let list: Vec<String> = list.iter().map(|value| shown(item, value, lang)).collect();
            list.join(lang.pick(", ", "、"))
        }
        (_, other) => visible(&other.to_string()),
    }
}

fn meaning(field: &Field, value: &Data, lang: Lang) -> String {
    let text = match value {
        Data::String(text) => text.clone(),
        other => other.to_string(),
    };
    if let Some(value) = field.values.iter().find(|value| value.value == text) {
        let words = words::value(value, lang);
        if !words.is_empty() {
            return words;
        }
    }
    words::both(&field.en, &field.zh, lang)
}

/// Where values of a type stand, as JSON pointers.
fn places(data: &Data, fields: &[Field], ty: &str) -> Vec<String> {
    let mut places = Vec::new();
    collect(data, fields, ty, "", &mut places);
    places
}

fn collect(data: &Data, fields: &[Field], ty: &str, at: &str, places: &mut Vec<String>) {
    for field in fields {
        let Some(value) = data.get(shown_name(field)) else {
            continue;
        };
        let place = format!("{at}/{}", shown_name(field));
        let item = field.item.as_deref().unwrap_or(field);
        match value {
            Data::Array(list) => {
                for (n, value) in list.iter().enumerate() {
                    let place = format!("{place}/{n}");
                    if item.ty == ty {
                        places.push(place);
                    } else {
                        collect(value, &item.fields, ty, &place, places);
                    }
                }
            }
            _ if field.ty == ty => places.push(place),
            _ => collect(value, &field.fields, ty, &place, places),
        }
    }
}

/// A field that did not come is left out.
fn without_nulls(data: &mut Data) {
    match data {
        Data::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(without_nulls);
        }
        Data::Array(members) => members.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

const REDACTED: &str = "[redacted]";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn personal_values_are_found_wherever_they_stand() {
        let fields: Vec<Field> = serde_json::from_value(json!([
            {"name": "name", "type": "Secret"},
            {"name": "payer", "type": "object", "fields": [{"name": "name", "type": "Secret"}]},
            {"name": "all", "type": "list", "item": {"type": "Secret"}},
            {"name": "some", "type": "numbered", "fields": [
                {"name": "n", "wire": "n_$n", "type": "Secret"},
                {"name": "m", "wire": "m_$n", "type": "String"},
            ]},
        ]))
        .unwrap();
        let data = json!({
            "name": "a", "payer": {"name": "b"}, "all": ["c", "d"], "some": [{"n": "e", "m": "f"}],
        });
        assert_eq!(
            places(&data, &fields, "Secret"),
            ["/name", "/payer/name", "/all/0", "/all/1", "/some/0/n"]
        );
    }
}

use std::io::{Write, stdout};
use std::process::ExitCode;

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value as Data;
use wxpay_api::core::{Fen, FromWire};
use wxpay_api::sign::v3::Sealed;
use wxpay_api::v3;

use super::entry::{Call, Callable};
use super::field::{Field, Kind};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::visible::visible;

/// A reply, serialised, with what its fields are.
pub(super) struct Reply {
    data: Data,
    fields: &'static [Field],
}

impl Reply {
    /// A reply with its personal texts hidden, unless they are to be shown.
    pub(super) fn of<E: Callable>(reply: &E::Reply, show: bool) -> Result<Self, Fail> {
        let mut data = serde_json::to_value(reply)
            .map_err(|error| Fail::new("can't write the reply", "无法输出应答").because(error))?;
        if let Some(members) = data.as_object_mut().filter(|_| show) {
            for (name, secret) in E::secrets(reply) {
                if let Some(secret) = secret {
                    members.insert(name.to_owned(), secret.expose().into());
                }
            }
        }
        without_nulls(&mut data);
        Ok(Self {
            data,
            fields: E::REPLY,
        })
    }

    /// Opens what is sealed for the merchant. What does not open stays as it came.
    pub(super) async fn open(&mut self, client: &v3::Client) {
        let mut places = Vec::new();
        sealed(&self.data, self.fields, "", &mut places);
        for place in places {
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
        if call.options.json {
            writeln!(stdout(), "{:#}", self.data)?;
            return Ok(ExitCode::SUCCESS);
        }
        let lang = call.lang;
        let mut table = Table::new();
        table
            .load_preset(presets::UTF8_HORIZONTAL_ONLY)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_header(lang.pick(["field", "value", "meaning"], ["字段", "值", "含义"]));
        rows(&self.data, self.fields, "", lang, &mut table);
        writeln!(stdout(), "{table}")?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A table's rows: a value each, members by their place.
fn rows(data: &Data, fields: &[Field], at: &str, lang: Lang, table: &mut Table) {
    for field in fields {
        let Some(value) = data.get(field.name) else {
            continue;
        };
        let place = format!("{at}{}", field.name);
        match (field.kind, value) {
            (Kind::Object(members), _) => rows(value, members, &format!("{place}."), lang, table),
            (Kind::List(members), Data::Array(list)) => {
                for (n, value) in list.iter().enumerate() {
                    rows(value, members, &format!("{place}[{n}]."), lang, table);
                }
            }
            _ => {
                let (value, meaning) = (shown(field, value, lang), meaning(field, value, lang));
                table.add_row([place, value, meaning]);
            }
        }
    }
}

fn shown(field: &Field, value: &Data, lang: Lang) -> String {
    match (field.kind, value) {
        (Kind::Fen, Data::Number(fen)) => {
            let yuan = fen.as_i64().map(|fen| Fen::new(fen).to_yuan());
            let yuan = yuan.unwrap_or_default();
            format!("{fen} ({yuan} {})", lang.pick("yuan", "元"))
        }
        (_, Data::String(text)) => visible(text),
        (_, other) => other.to_string(),
    }
}

fn meaning(field: &Field, value: &Data, lang: Lang) -> String {
    if let (Kind::Enum(values), Some(text)) = (field.kind, value.as_str())
        && let Some(value) = values.iter().find(|value| value.wire == text)
    {
        let words = lang.pick(value.words.en, value.words.zh);
        if !words.is_empty() {
            return words.to_owned();
        }
    }
    lang.pick(field.words.en, field.words.zh).to_owned()
}

/// Where sealed values stand, as JSON pointers.
fn sealed(data: &Data, fields: &[Field], at: &str, places: &mut Vec<String>) {
    for field in fields {
        let Some(value) = data.get(field.name) else {
            continue;
        };
        let place = format!("{at}/{}", field.name);
        match (field.kind, value) {
            (Kind::Sealed, _) => places.push(place),
            (Kind::Object(members), _) => sealed(value, members, &place, places),
            (Kind::List(members), Data::Array(list)) => {
                for (n, value) in list.iter().enumerate() {
                    sealed(value, members, &format!("{place}/{n}"), places);
                }
            }
            _ => {}
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

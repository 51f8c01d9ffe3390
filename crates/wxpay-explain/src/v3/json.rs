//! JSON that keeps the order of its keys, and the styles in which programs write it.

use std::fmt::{self, Write};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

pub(super) enum Json {
    /// `null`, `true`, `false` or a number, as it is written.
    Plain(String),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) struct Style {
    pub(super) space: Space,
    pub(super) order: Order,
    pub(super) escapes: Escapes,
}

/// The order of the names in objects.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Order {
    /// As they stand.
    Kept,
    Sorted,
    /// As WeChat Pay writes notifications: the names of the message, then those of `resource`.
    Notice([&'static [&'static str]; 2]),
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Space {
    /// None, as most programs write it.
    Compact,
    /// After `,` and `:`, as Python writes it.
    Spaced,
    /// One member a line, indented by this.
    Lines(&'static str),
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) struct Escapes {
    /// `\uXXXX` for what is not ASCII, as Python and PHP write it.
    pub(super) unicode: bool,
    /// `\/`, as PHP writes it.
    pub(super) slash: bool,
    /// `\u003c` for `<`, `>` and `&`, as Go and Gson write it.
    pub(super) html: bool,
}

impl Json {
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// The text in a style, unless it is too long to be a message: what is nested grows much when
    /// it is indented.
    pub(super) fn write(&self, style: Style) -> Option<String> {
        let mut out = String::new();
        self.write_to(&mut out, style, 0);
        (out.len() <= LONGEST).then_some(out)
    }

    fn write_to(&self, out: &mut String, style: Style, level: usize) {
        match self {
            Self::Plain(text) => out.push_str(text),
            Self::Text(text) => write_text(out, text, style.escapes),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(|item| (None, item)).collect();
                write_members(out, ['[', ']'], &items, style, level);
            }
            Self::Object(members) => {
                let mut members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| (Some(name.as_str()), value))
                    .collect();
                match style.order {
                    Order::Kept => {}
                    Order::Sorted => members.sort_by_key(|(name, _)| *name),
                    Order::Notice(lists) => {
                        let list = lists.get(level).copied().unwrap_or_default();
                        let place = |name| list.iter().position(|known| Some(*known) == name);
                        members.sort_by_key(|(name, _)| place(*name).unwrap_or(usize::MAX));
                    }
                }
                write_members(out, ['{', '}'], &members, style, level);
            }
        }
    }
}

fn write_members(
    out: &mut String,
    [open, close]: [char; 2],
    members: &[(Option<&str>, &Json)],
    style: Style,
    level: usize,
) {
    out.push(open);
    for (at, (name, value)) in members.iter().enumerate() {
        if out.len() > LONGEST {
            return;
        }
        if at > 0 {
            out.push(',');
        }
        match style.space {
            Space::Lines(indent) => new_line(out, indent, level + 1),
            Space::Spaced if at > 0 => out.push(' '),
            Space::Spaced | Space::Compact => {}
        }
        if let Some(name) = name {
            write_text(out, name, style.escapes);
            out.push(':');
            if style.space != Space::Compact {
                out.push(' ');
            }
        }
        value.write_to(out, style, level + 1);
    }
    if let (Space::Lines(indent), false) = (style.space, members.is_empty()) {
        new_line(out, indent, level);
    }
    out.push(close);
}

fn new_line(out: &mut String, indent: &str, level: usize) {
    out.push('\n');
    for _ in 0..level {
        out.push_str(indent);
    }
}

fn write_text(out: &mut String, text: &str, escapes: Escapes) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '/' if escapes.slash => out.push_str("\\/"),
            '<' | '>' | '&' if escapes.html => push_escaped(out, c),
            c if c.is_ascii_control() || (escapes.unicode && !c.is_ascii()) => push_escaped(out, c),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn push_escaped(out: &mut String, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        // Writing to a String does not fail.
        let _ = write!(out, "\\u{unit:04x}");
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Plain("null".to_owned()))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Plain(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json::Plain(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json::Plain(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
                Ok(Json::Plain(serde_json::json!(value).to_string()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json::Text(value.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Json::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
                let mut object = Vec::new();
                while let Some(member) = members.next_entry()? {
                    object.push(member);
                }
                Ok(Json::Object(object))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

/// In bytes; far beyond any message of APIv3.
const LONGEST: usize = 256 * 1024;

//! The rules of APIv2's XML once more, written straight down without an XML library.

use std::collections::BTreeMap;

/// What the rules say about a document.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    Message(BTreeMap<String, String>),
    Refused,
    /// It has a declaration other than the usual ones, about which the model says nothing.
    Unsaid,
}

/// Reads a document by the default limits.
pub(crate) fn read(document: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(document) else {
        return Verdict::Refused;
    };
    if document.len() > 512 * 1024 {
        return Verdict::Refused;
    }
    let mut text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if text.starts_with("<?xml") {
        let mut usual = USUAL.iter().filter_map(|usual| text.strip_prefix(usual));
        let Some(rest) = usual.next() else {
            return Verdict::Unsaid;
        };
        text = rest;
    }
    match message(&mut Cursor(text)) {
        Some(fields) => Verdict::Message(fields),
        None => Verdict::Refused,
    }
}

const USUAL: [&str; 3] = [
    r#"<?xml version="1.0"?>"#,
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<?xml version='1.0' encoding='utf-8' ?>"#,
];

fn message(cursor: &mut Cursor<'_>) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    cursor.blanks();
    cursor.take("<xml")?;
    cursor.blanks();
    cursor.take(">")?;
    loop {
        cursor.blanks();
        if cursor.take("</xml").is_some() {
            break;
        }
        cursor.take("<")?;
        let name = cursor.name()?;
        if fields.len() >= 1024 {
            return None;
        }
        cursor.blanks();
        let value = if cursor.take("/>").is_some() {
            String::new()
        } else {
            cursor.take(">")?;
            let value = cursor.value()?;
            cursor.take("</")?;
            cursor.take(name)?;
            cursor.blanks();
            cursor.take(">")?;
            value
        };
        if fields.insert(name.to_owned(), value).is_some() {
            return None;
        }
    }
    cursor.blanks();
    cursor.take(">")?;
    cursor.blanks();
    cursor.0.is_empty().then_some(fields)
}

struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn take(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    fn blanks(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn until(&mut self, end: &str) -> Option<&'a str> {
        let (text, rest) = self.0.split_once(end)?;
        self.0 = rest;
        Some(text)
    }

    fn name(&mut self) -> Option<&'a str> {
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
        let end = self.0.find(|c| !inside(c))?;
        let (name, rest) = self.0.split_at(end);
        let first = name.chars().next()?;
        self.0 = rest;
        ((first.is_ascii_alphabetic() || first == '_') && name.len() <= 64).then_some(name)
    }

    /// The value up to the tag that ends it.
    fn value(&mut self) -> Option<String> {
        let mut value = String::new();
        loop {
            if self.take("<![CDATA[").is_some() {
                value.push_str(self.until("]]>")?);
            } else if self.0.starts_with('<') {
                let allowed =
                    |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
                return (value.len() <= 64 * 1024 && value.chars().all(allowed)).then_some(value);
            } else if self.take("&").is_some() {
                value.push(reference(self.until(";")?)?);
            } else {
                let text = &self.0[..self.0.find(['<', '&'])?];
                if text.contains("]]>") {
                    return None;
                }
                value.push_str(text);
                self.0 = &self.0[text.len()..];
            }
        }
    }
}

fn reference(name: &str) -> Option<char> {
    let number = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        name => name.strip_prefix('#')?,
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let number = digits
        .chars()
        .all(|c| c.is_digit(radix))
        .then_some(digits)?;
    char::from_u32(u32::from_str_radix(number, radix).ok()?)
}

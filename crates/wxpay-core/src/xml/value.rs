//! What one field holds: text, or elements that are passed over and kept as they stand.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{
    XmlError, XmlLimits, check_element, is_character, may_be_no_character, next, refusal, too_large,
};

/// Joins text, CDATA and references up to the end tag.
pub(super) fn read_value<'a>(
    reader: &mut Reader<&'a [u8]>,
    text: &'a str,
    name: &str,
    limits: &XmlLimits,
) -> Result<Cow<'a, str>, XmlError> {
    let begin = reader.buffer_position();
    let mut value = Cow::Borrowed("");
    loop {
        let piece = match next(reader, text)? {
            Event::End(_) => return Ok(value),
            first @ (Event::Start(_) | Event::Empty(_)) => {
                let end = pass_elements(reader, text, first, name, limits)?;
                return between(text, begin, end, limits);
            }
            event => decode(event, name)?,
        };
        if value.len() + piece.len() > limits.value_bytes {
            return Err(too_large("bytes in one value", limits.value_bytes));
        }
        if value.is_empty() {
            value = piece;
        } else {
            value.to_mut().push_str(&piece);
        }
    }
}

/// Passes over a field's elements, held to the same rules as fields, and its end tag; returns where
/// that tag begins.
fn pass_elements<'a>(
    reader: &mut Reader<&'a [u8]>,
    text: &str,
    first: Event<'a>,
    name: &str,
    limits: &XmlLimits,
) -> Result<u64, XmlError> {
    let mut event = first;
    let mut begin = reader.buffer_position();
    let mut level = 0;
    loop {
        match event {
            Event::Start(_) | Event::Empty(_) if level >= limits.depth => {
                return Err(XmlError::Nested(name.to_owned()));
            }
            Event::Start(start) => {
                check_element(&start)?;
                level += 1;
            }
            Event::Empty(start) => check_element(&start)?,
            Event::End(_) if level == 0 => return Ok(begin),
            Event::End(_) => level -= 1,
            event => drop(decode(event, name)?),
        }
        begin = reader.buffer_position();
        event = next(reader, text)?;
    }
}

/// The text between two positions, which the reader gives in bytes.
fn between<'a>(
    text: &'a str,
    begin: u64,
    end: u64,
    limits: &XmlLimits,
) -> Result<Cow<'a, str>, XmlError> {
    let at = |position| usize::try_from(position).map_err(|_| XmlError::Syntax(position));
    let raw = text
        .get(at(begin)?..at(end)?)
        .ok_or(XmlError::Syntax(begin))?;
    if raw.len() > limits.value_bytes {
        return Err(too_large("bytes in one value", limits.value_bytes));
    }
    Ok(Cow::Borrowed(raw))
}

/// The characters that an event stands for.
fn decode<'a>(event: Event<'a>, name: &str) -> Result<Cow<'a, str>, XmlError> {
    let character = || XmlError::Character(name.to_owned());
    let piece = match event {
        Event::Text(text) if text.contains("]]>") => return Err(character()),
        Event::Text(text) => text.into_inner(),
        Event::CData(data) => data.into_inner(),
        Event::GeneralRef(reference) => match &*reference {
            "amp" => Cow::Borrowed("&"),
            "lt" => Cow::Borrowed("<"),
            "gt" => Cow::Borrowed(">"),
            "quot" => Cow::Borrowed("\""),
            "apos" => Cow::Borrowed("'"),
            _ if !reference.is_char_ref() => return Err(XmlError::Entity(name.to_owned())),
            _ => {
                let c = reference.resolve_char_ref().ok().flatten();
                Cow::Owned(c.ok_or_else(character)?.to_string())
            }
        },
        Event::Eof => return Err(XmlError::Truncated),
        other => return Err(refusal(&other)),
    };
    let plain = !piece.bytes().any(may_be_no_character);
    if plain || piece.chars().all(is_character) {
        Ok(piece)
    } else {
        Err(character())
    }
}

#[cfg(test)]
mod tests;

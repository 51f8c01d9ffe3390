//! The XML of APIv2: one flat element, and nothing that two readers could read differently. Only
//! this module knows quick-xml.

mod value;
mod write;

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use thiserror::Error;

use self::value::read_value;
pub(crate) use self::write::write;
use crate::Params;

/// How large a message may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct XmlLimits {
    /// Bytes of the whole text.
    pub bytes: usize,
    /// Fields.
    pub fields: usize,
    /// Bytes of one value.
    pub value_bytes: usize,
    /// Levels of elements that a field may hold. With 0, the default, such a field is refused; with
    /// more, its value is the text between its tags, not decoded.
    pub depth: usize,
}

impl Default for XmlLimits {
    /// 512 KiB, 1,024 fields, 64 KiB a value, nothing nested: more than any documented message
    /// holds, and less than the 1 MiB that a transport reads.
    fn default() -> Self {
        // The longest documented value has 10,240 characters (`sub_order_list`, `receivers`), up to
        // 4 bytes each in UTF-8:
        //   10,240 × 4 = 40,960 ≤ 65,536.
        // The most documented fields: about 40 of an order and 100 coupons of 3 each, or 50 refunds
        // of 13 each with coupons:
        //   40 + 100 × 3 = 340; 40 + 50 × (13 + 2 × 3) = 990 ≤ 1,024.
        // The longest documented message is an order with `detail` (8,192) and `promotion_detail`
        // (6,000), even if every character came as a reference of 10 bytes, beside 340 fields of
        // 256 bytes with tags and CDATA marks:
        //   14,192 × 10 + 340 × 512 = 316,000 ≤ 524,288.
        // 1,024 fields with names of 64 characters and 256 bytes in CDATA, and a value of 64 KiB
        // beside them, fit too:
        //   1,024 × (2 × 64 + 17 + 256) + 65,536 = 476,160 ≤ 524,288.
        Self {
            bytes: 512 * 1024,
            fields: 1024,
            value_bytes: 64 * 1024,
            depth: 0,
        }
    }
}

/// Why a text is not a message of APIv2.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum XmlError {
    /// There is no text.
    #[error("empty")]
    Empty,
    /// The text, a value or the number of fields is over its limit.
    #[error("too large: over {limit} {what}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The bytes are not UTF-8, or the declaration names another encoding.
    #[error("not UTF-8")]
    Encoding,
    /// The text is not well-formed.
    #[error("not well-formed at byte {0}")]
    Syntax(u64),
    /// The text ends before its root element does.
    #[error("cut short")]
    Truncated,
    /// There is no root element of the expected name (`<xml>` unless another was asked for), or
    /// something beside it.
    #[error("not a single root element of the expected name")]
    Root,
    /// The declaration `<?xml …?>` is not the usual one.
    #[error("has a malformed declaration")]
    Declaration,
    /// A document type declaration, the door to XXE.
    #[error("has a DOCTYPE")]
    Doctype,
    /// A comment or processing instruction.
    #[error("has a comment or processing instruction")]
    Comment,
    /// An element has an attribute.
    #[error("<{0}> has an attribute")]
    Attribute(String),
    /// An element's name is not one that APIv2 uses.
    #[error("has an element whose name is not letters, digits, _ and $")]
    Name,
    /// An element holds further elements, or more levels of them than the limit.
    #[error("<{0}> holds further elements")]
    Nested(String),
    /// There is text between the elements.
    #[error("has text between its elements")]
    Text,
    /// Two elements have one name.
    #[error("<{0}> occurs twice")]
    Duplicate(String),
    /// An entity other than the five of XML and character references.
    #[error("<{0}> has an unknown entity")]
    Entity(String),
    /// A character that XML does not allow, or `]]>` in plain text.
    #[error("<{0}> has a character that XML does not allow")]
    Character(String),
}

/// Whether `name` is `[A-Za-z_][A-Za-z0-9_$]{0,63}`.
pub(crate) fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let is_in = |byte: &u8| IN_NAME.get(usize::from(*byte)) == Some(&true);
    let first = bytes.first();
    first.is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && bytes.len() <= 64
        && bytes.iter().all(is_in)
}

/// Which bytes a name may have.
#[allow(clippy::indexing_slicing)] // the compiler does it, and would refuse a wrong index
static IN_NAME: [bool; 256] = {
    let mut all = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        all[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
        byte += 1;
    }
    all
};

/// Whether XML 1.0 allows the character.
pub(crate) fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Whether a text with this byte may hold a character that XML does not allow, or one that is not
/// sent: a control character, or the first byte of U+F000 to U+FFFF.
pub(crate) fn may_be_no_character(byte: u8) -> bool {
    byte < b' ' || byte == 0xEF
}

/// Reads one element of flat fields, whose name is `root`.
pub(crate) fn read(xml: &[u8], root: &str, limits: &XmlLimits) -> Result<Params, XmlError> {
    if xml.len() > limits.bytes {
        return Err(too_large("bytes", limits.bytes));
    }
    let text = std::str::from_utf8(xml).map_err(|_| XmlError::Encoding)?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if text.starts_with('\u{FEFF}') {
        // quick-xml would pass over a second one.
        return Err(XmlError::Root);
    }
    if is_blank(text) {
        return Err(XmlError::Empty);
    }
    let mut reader = strict(text);
    open_root(&mut reader, text, root)?;
    let params = Params::with_capacity(32, text.len());
    let params = read_fields(&mut reader, text, params, limits)?;
    loop {
        match next(&mut reader, text)? {
            Event::Text(text) if is_blank(&text) => {}
            Event::Eof => return Ok(params),
            Event::DocType(_) => return Err(XmlError::Doctype),
            Event::Comment(_) | Event::PI(_) => return Err(XmlError::Comment),
            _ => return Err(XmlError::Root),
        }
    }
}

/// Reads the members of a list: elements of one name, each of flat fields.
pub(crate) fn read_list(
    text: &str,
    item: &str,
    limits: &XmlLimits,
) -> Result<Vec<Params>, XmlError> {
    let mut reader = strict(text);
    let mut list = Vec::new();
    loop {
        let params = match next(&mut reader, text)? {
            Event::Start(start) if start.name().as_ref() == item => {
                no_attributes(&start)?;
                read_fields(&mut reader, text, Params::new(), limits)?
            }
            Event::Empty(start) if start.name().as_ref() == item => {
                no_attributes(&start)?;
                Params::new()
            }
            Event::Text(text) if is_blank(&text) => continue,
            Event::Eof => return Ok(list),
            Event::Start(start) | Event::Empty(start) => {
                check_element(&start)?;
                return Err(XmlError::Nested(start.name().as_ref().to_owned()));
            }
            other => return Err(refusal(&other)),
        };
        if list.len() >= limits.fields {
            return Err(too_large("members of a list", limits.fields));
        }
        list.push(params);
    }
}

fn strict(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    reader
}

/// Reads fields up to the end tag of the element that holds them.
fn read_fields<'a>(
    reader: &mut Reader<&'a [u8]>,
    text: &'a str,
    mut params: Params,
    limits: &XmlLimits,
) -> Result<Params, XmlError> {
    loop {
        match next(reader, text)? {
            Event::Start(start) => {
                let name = field_name(&start, &params, limits)?;
                let value = read_value(reader, text, name, limits)?;
                params.insert_new(name, &value)?;
            }
            Event::Empty(start) => {
                let name = field_name(&start, &params, limits)?;
                params.insert_new(name, "")?;
            }
            Event::End(_) => return Ok(params),
            Event::Text(text) if is_blank(&text) => {}
            Event::Eof => return Err(XmlError::Truncated),
            other => return Err(refusal(&other)),
        }
    }
}

/// Passes the declaration and the root's start tag.
fn open_root(reader: &mut Reader<&[u8]>, text: &str, root: &str) -> Result<(), XmlError> {
    let mut first = true;
    loop {
        match next(reader, text)? {
            Event::Decl(declaration) if first => check_declaration(&declaration)?,
            Event::Text(text) if is_blank(&text) => {}
            Event::Start(start) if start.name().as_ref() == root => {
                return no_attributes(&start);
            }
            Event::Eof if first => return Err(XmlError::Root),
            Event::Eof => return Err(XmlError::Truncated),
            Event::DocType(_) => return Err(XmlError::Doctype),
            Event::Comment(_) | Event::PI(_) => return Err(XmlError::Comment),
            _ => return Err(XmlError::Root),
        }
        first = false;
    }
}

fn field_name<'a>(
    start: &'a BytesStart<'_>,
    params: &Params,
    limits: &XmlLimits,
) -> Result<&'a str, XmlError> {
    check_element(start)?;
    if params.len() >= limits.fields {
        return Err(too_large("fields", limits.fields));
    }
    Ok(start.name().into_inner())
}

fn check_element(start: &BytesStart<'_>) -> Result<(), XmlError> {
    if !is_name(start.name().into_inner()) {
        return Err(XmlError::Name);
    }
    no_attributes(start)
}

fn no_attributes(start: &BytesStart<'_>) -> Result<(), XmlError> {
    if is_blank(start.attributes_raw()) {
        Ok(())
    } else {
        Err(XmlError::Attribute(
            start.name().into_inner().chars().take(64).collect(),
        ))
    }
}

/// `xml version="1.0"`, then perhaps the encoding, then perhaps `standalone`, and nothing else.
fn check_declaration(declaration: &BytesDecl<'_>) -> Result<(), XmlError> {
    let mut members = declaration.split_ascii_whitespace().map(|member| {
        let (name, value) = member.split_once('=')?;
        let quoted = |mark| value.strip_prefix(mark)?.strip_suffix(mark);
        Some((name, quoted('"').or_else(|| quoted('\''))?))
    });
    let known = members.next().is_some_and(|name| name.is_none())
        && matches!(members.next(), Some(Some(("version", "1.0" | "1.1"))));
    if !declaration.starts_with("xml ") || !known {
        return Err(XmlError::Declaration);
    }
    let mut rest = members.peekable();
    if let Some(Some(("encoding", encoding))) = rest.peek() {
        if !encoding.eq_ignore_ascii_case("utf-8") {
            return Err(XmlError::Encoding);
        }
        rest.next();
    }
    rest.next_if(|member| matches!(member, Some(("standalone", "yes" | "no"))));
    if rest.next().is_some() {
        Err(XmlError::Declaration)
    } else {
        Ok(())
    }
}

fn next<'a>(reader: &mut Reader<&'a [u8]>, text: &str) -> Result<Event<'a>, XmlError> {
    reader.read_event().map_err(|_| {
        // An error at the very end means that something was not closed.
        if reader.buffer_position() >= text.len() as u64 {
            XmlError::Truncated
        } else {
            XmlError::Syntax(reader.error_position())
        }
    })
}

fn refusal(event: &Event<'_>) -> XmlError {
    match event {
        Event::DocType(_) => XmlError::Doctype,
        Event::Comment(_) | Event::PI(_) | Event::Decl(_) => XmlError::Comment,
        _ => XmlError::Text,
    }
}

fn too_large(what: &'static str, limit: usize) -> XmlError {
    XmlError::TooLarge { what, limit }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| b" \t\r\n".contains(&b))
}

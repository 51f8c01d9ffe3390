use std::fmt::{self, Display, Write};

use crate::ambiguity;
use crate::xml::{self, XmlLimits};
use crate::{DecodeError, FromWire, InvalidInput, XmlError};

/// A flat APIv2 message: names to values, in the order in which they are signed (bytes of the
/// name).
///
/// `Debug` shows the names only, since values can be personal or secret.
#[derive(Clone, Default)]
pub struct Params {
    /// Every `name=value&`, one after the other: a message of 28 fields costs two allocations, and
    /// what is signed of a field is one piece of it.
    text: String,
    /// Sorted by name.
    fields: Vec<Field>,
}

/// Where a name, and its value between a `=` and a `&`, stand in the text.
#[derive(Clone)]
struct Field {
    /// The name's first eight bytes: nearly every comparison ends with them.
    prefix: u64,
    name: usize,
    value: usize,
    end: usize,
}

impl Params {
    /// An empty message.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty message with room for `fields` fields of `bytes` bytes in all.
    pub fn with_capacity(fields: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            fields: Vec::with_capacity(fields),
        }
    }

    /// Reads a message from its XML form, `<xml><name>value</name>…</xml>`.
    ///
    /// # Errors
    /// [`XmlError`] names the rule that the text breaks. What a response that can't be read says
    /// about the money: nothing.
    pub fn from_xml(xml: &[u8]) -> Result<Self, XmlError> {
        Self::from_xml_within(xml, &XmlLimits::default())
    }

    /// Reads a message from its XML form with other limits.
    ///
    /// # Errors
    /// As [`from_xml`](Self::from_xml).
    pub fn from_xml_within(xml: &[u8], limits: &XmlLimits) -> Result<Self, XmlError> {
        xml::read(xml, "xml", limits)
    }

    /// Reads a message whose root element is `<root>` by another name, as in the decrypted text of
    /// a refund notification (退款结果通知).
    ///
    /// A field that holds further elements is refused unless [`XmlLimits::depth`] allows them; its
    /// value is then the text between its tags as it stands, and the names in it are no fields of
    /// this message.
    ///
    /// # Errors
    /// As [`from_xml`](Self::from_xml).
    pub fn from_xml_root(xml: &[u8], root: &str, limits: &XmlLimits) -> Result<Self, XmlError> {
        xml::read(xml, root, limits)
    }

    /// Reads the value of a field that holds further elements, as
    /// [`from_xml_within`](Self::from_xml_within) gives it with a [depth](XmlLimits::depth) of 2: a
    /// list of `<item>` elements, each of flat fields. A value of nothing but white space is an
    /// empty list.
    ///
    /// # Errors
    /// As [`from_xml`](Self::from_xml); an element of another name is [`XmlError::Nested`].
    pub fn list_from_xml(
        value: &str,
        item: &str,
        limits: &XmlLimits,
    ) -> Result<Vec<Self>, XmlError> {
        xml::read_list(value, item, limits)
    }

    /// Writes the message in its XML form.
    pub fn to_xml(&self) -> String {
        xml::write(self)
    }

    /// Sets a value, replacing an earlier one of that name.
    pub fn set(&mut self, name: &str, value: impl Display) {
        self.put(name, |text| {
            // Writing to a String does not fail; a Display that does leaves a shorter value.
            let _ = write!(text, "{value}");
        });
    }

    /// As [`set`](Self::set), for a value that is a string: it is copied, with no formatting in
    /// between.
    pub fn set_str(&mut self, name: &str, value: &str) {
        self.put(name, |text| text.push_str(value));
    }

    fn put(&mut self, name: &str, write: impl FnOnce(&mut String)) {
        let position = self.position(name);
        let field = self.append(name, write);
        match position {
            Ok(at) => {
                if let Some(earlier) = self.fields.get_mut(at) {
                    *earlier = field;
                }
            }
            Err(at) => self.fields.insert(at, field),
        }
    }

    /// Takes a field out and says whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        self.position(name).map(|at| self.fields.remove(at)).is_ok()
    }

    /// A value; an empty one counts as absent, as it does when signing.
    pub fn get(&self, name: &str) -> Option<&str> {
        let field = self.fields.get(self.position(name).ok()?)?;
        Some(self.value(field)).filter(|value| !value.is_empty())
    }

    /// A value that must be there.
    ///
    /// # Errors
    /// It is missing, empty or has an invalid format.
    pub fn require<T: FromWire>(&self, name: &str) -> Result<T, DecodeError> {
        self.optional(name)?
            .ok_or_else(|| DecodeError::missing(name))
    }

    /// A value that may be there.
    ///
    /// # Errors
    /// It has an invalid format.
    pub fn optional<T: FromWire>(&self, name: &str) -> Result<Option<T>, DecodeError> {
        self.get(name)
            .map(|text| T::from_wire(text).ok_or_else(|| DecodeError::malformed(name)))
            .transpose()
    }

    /// All names and values in signing order, empty values included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|field| (self.name(field), self.value(field)))
    }

    /// The fields that have a value, in signing order: the name, and `name=value&` in one piece.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let has_value = |field: &&Field| field.value < field.end;
        self.fields.iter().filter(has_value).map(|field| {
            let pair = self.text.get(field.name..field.end + 1);
            (self.name(field), pair.unwrap_or_default())
        })
    }

    /// The number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field in whose value another field could begin without a change of the signed text, if
    /// there is one.
    ///
    /// The signed text joins fields with `&`, so a value that holds `&total_fee=1` can be a field
    /// that was merged into it. Only names in `known` count
    /// ([`PAYMENT_NAMES`](crate::PAYMENT_NAMES) where the endpoint is not known); one that ends in
    /// `$n` stands for all its numbers.
    ///
    /// A query string in `attach` is mostly no such value: in `uid=77&openid=oX`, followed by the
    /// field `bank_type`, no field `openid` can begin, because the names of a message are sorted
    /// and an `openid` holds no `&`. `&device_info=` is one: a device may be any text.
    pub fn ambiguous(&self, known: &[&str]) -> Option<&str> {
        if !self.may_hold_ampersand() {
            return None;
        }
        ambiguity::ambiguous(self, known)
    }

    /// Checks that every field can be sent as it is and signed without doubt.
    ///
    /// # Errors
    /// A name is not an XML name of APIv2, or a value is empty, begins or ends with white space
    /// (WeChat Pay's own sample code trims before signing, others do not), or holds a carriage
    /// return or a character that XML can't carry.
    pub fn check_outgoing(&self) -> Result<(), InvalidInput> {
        let plain = !self.may_hold(xml::may_be_no_character);
        for (name, value) in self.iter() {
            let broken = |rule, rule_zh| Err(InvalidInput::new(name.to_owned(), rule, rule_zh));
            if !xml::is_name(name) {
                return broken(
                    "must be a letter or `_`, then letters, digits, `_` or `$`, at most 64",
                    "字段名必须以字母或 `_` 开头，只含字母、数字、`_` 和 `$`，最多 64 个字符",
                );
            }
            if value.is_empty() {
                return broken(
                    "must not be empty; leave it out instead",
                    "不能为空；没有值时请不要传该字段",
                );
            }
            if has_white_edge(value) {
                return broken(
                    "must not begin or end with white space",
                    "首尾不能有空白字符",
                );
            }
            if plain {
                continue;
            }
            if value.contains('\r') {
                return broken("must not hold a carriage return", "不能含有回车符");
            }
            if !value.chars().all(xml::is_character) {
                return broken("must not hold a control character", "不能含有控制字符");
            }
        }
        Ok(())
    }

    /// Whether some byte of the names and values may be of this kind, which `=` and `&` are not.
    /// Replaced and removed ones count too: one look at all the text spares a look at each value,
    /// and most messages hold nothing of any kind that is asked for.
    pub(crate) fn may_hold(&self, kind: impl Fn(u8) -> bool) -> bool {
        // Not `any`, which stops early and is compiled to a byte at a time.
        let bytes = self.text.bytes();
        bytes.fold(false, |found, byte| found | kind(byte))
    }

    /// The same for `&`, of which each field has one behind its value.
    pub(crate) fn may_hold_ampersand(&self) -> bool {
        // Counted in pieces so short that a byte holds the number, many bytes are compared at once.
        let pieces = self.text.as_bytes().chunks(255);
        let count = |piece: &[u8]| piece.iter().fold(0, |sum, b| sum + u8::from(*b == b'&'));
        pieces.map(count).map(usize::from).sum::<usize>() > self.fields.len()
    }

    /// The bytes of all names, and of all values.
    pub(crate) fn lengths(&self) -> (usize, usize) {
        let lengths = self.fields.iter().map(|field| {
            let name = field.value.saturating_sub(field.name + 1);
            (name, field.end.saturating_sub(field.value))
        });
        lengths.fold((0, 0), |all, each| (all.0 + each.0, all.1 + each.1))
    }

    /// Adds a field that must be new; for the XML reader.
    pub(crate) fn insert_new(&mut self, name: &str, value: &str) -> Result<(), XmlError> {
        match self.position(name) {
            Ok(_) => Err(XmlError::Duplicate(name.to_owned())),
            Err(at) => {
                let field = self.append(name, |text| text.push_str(value));
                self.fields.insert(at, field);
                Ok(())
            }
        }
    }

    fn append(&mut self, name: &str, write: impl FnOnce(&mut String)) -> Field {
        let start = self.text.len();
        self.text.push_str(name);
        self.text.push('=');
        let middle = self.text.len();
        write(&mut self.text);
        let end = self.text.len();
        self.text.push('&');
        Field {
            prefix: prefix(name),
            name: start,
            value: middle,
            end,
        }
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        let prefix = prefix(name);
        let at = self.fields.partition_point(|field| field.prefix < prefix);
        let rest = self.fields.get(at..).unwrap_or_default();
        if rest.first().is_none_or(|field| field.prefix != prefix) {
            return Err(at);
        }
        let is_less = |field: &Field| field.prefix == prefix && self.name(field) < name;
        let less = rest.partition_point(is_less);
        let found = rest.get(less).filter(|field| self.name(field) == name);
        found.map(|_| at + less).ok_or(at + less)
    }

    #[inline]
    fn name(&self, field: &Field) -> &str {
        let end = field.value.saturating_sub(1);
        self.text.get(field.name..end).unwrap_or_default()
    }

    #[inline]
    fn value(&self, field: &Field) -> &str {
        self.text.get(field.value..field.end).unwrap_or_default()
    }
}

/// Whether the text begins or ends with white space.
fn has_white_edge(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_visible = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    // Most begin and end with a visible character of one byte, and need not be read as characters.
    if is_visible(bytes.first()) && is_visible(bytes.last()) {
        return false;
    }
    text.trim().len() != text.len()
}

/// The first eight bytes as a number, which sorts as they do.
fn prefix(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let first = bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0; 8];
        for (to, from) in padded.iter_mut().zip(bytes) {
            *to = *from;
        }
        padded
    });
    u64::from_be_bytes(first)
}

impl PartialEq for Params {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Params {}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

impl<N: AsRef<str>, V: Display> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let mut params = Self::new();
        for (name, value) in fields {
            params.set(name.as_ref(), value);
        }
        params
    }
}

use super::draft::{self, Draft, Order};
use crate::causes::{Cause, v2 as causes, v2_reply, workwx};
use crate::charset::{self, Charset};
use crate::finding::Finding;

/// One mistake that could have been made when the text was put together.
pub(super) struct Edit {
    pub(super) why: Finding,
    change: Change,
}

enum Change {
    Drop(String),
    Add(String, String),
    /// Other values for some fields.
    Set(Vec<(String, String)>),
    Order(Order),
    /// Other names for some fields.
    Rename(Vec<(String, String)>),
    /// The order of these names.
    Sent(Vec<String>),
    Charset(Charset),
}

/// The causes for values that were signed in another form.
pub(super) struct ValueCauses {
    blank: &'static Cause,
    url_encoded: &'static Cause,
    xml_escaped: &'static Cause,
    cdata: &'static Cause,
    json_escaped: &'static Cause,
    /// The other way round; the fixed list of `workwx_sign` has no words for it.
    reversed: Option<Reversed>,
}

/// The causes for values that were signed as they should be, and are sent in another form.
pub(super) struct Reversed {
    url_decoded: &'static Cause,
    escaped_twice: &'static Cause,
    cdata: &'static Cause,
    json_escaped: &'static Cause,
    charset: &'static Cause,
}

pub(super) static SIGN: ValueCauses = ValueCauses {
    blank: &causes::BLANK,
    url_encoded: &causes::URL_ENCODED,
    xml_escaped: &causes::XML_ESCAPED,
    cdata: &causes::CDATA,
    json_escaped: &causes::JSON_ESCAPED,
    reversed: Some(Reversed {
        url_decoded: &causes::URL_DECODED,
        escaped_twice: &causes::XML_ESCAPED_TWICE,
        cdata: &causes::CDATA_SENT,
        json_escaped: &causes::JSON_SENT,
        charset: &causes::CHARSET_SENT,
    }),
};

/// WeChat Pay signed, and the value was changed later.
pub(super) static REPLY: ValueCauses = ValueCauses {
    blank: &v2_reply::VALUE,
    url_encoded: &v2_reply::VALUE,
    xml_escaped: &v2_reply::VALUE,
    cdata: &v2_reply::VALUE,
    json_escaped: &v2_reply::VALUE,
    reversed: Some(Reversed {
        url_decoded: &v2_reply::VALUE,
        escaped_twice: &v2_reply::VALUE,
        cdata: &v2_reply::VALUE,
        json_escaped: &v2_reply::VALUE,
        charset: &v2_reply::VALUE,
    }),
};

pub(super) static WORKWX: ValueCauses = ValueCauses {
    blank: &workwx::BLANK,
    url_encoded: &workwx::URL_ENCODED,
    xml_escaped: &workwx::XML_ESCAPED,
    cdata: &workwx::CDATA,
    json_escaped: &workwx::JSON_ESCAPED,
    reversed: None,
};

impl Edit {
    pub(super) fn drop(name: &str, why: Finding) -> Self {
        let change = Change::Drop(name.to_owned());
        Self { why, change }
    }

    pub(super) fn add(name: &str, value: &str, why: Finding) -> Self {
        let change = Change::Add(name.to_owned(), value.to_owned());
        Self { why, change }
    }

    pub(super) fn order(order: Order, why: Finding) -> Self {
        let change = Change::Order(order);
        Self { why, change }
    }

    /// Not sorted: in the order in which the fields are sent.
    pub(super) fn sent(names: &[String], why: Finding) -> Self {
        let change = Change::Sent(names.to_vec());
        Self { why, change }
    }

    /// These fields under other names.
    pub(super) fn rename(names: &[(&str, &str)], why: Finding) -> Self {
        let names = names
            .iter()
            .map(|(old, new)| ((*old).to_owned(), (*new).to_owned()));
        let change = Change::Rename(names.collect());
        Self { why, change }
    }

    pub(super) fn charset(charset: Charset, why: Finding) -> Self {
        let change = Change::Charset(charset);
        Self { why, change }
    }

    pub(super) fn apply(&self, draft: &mut Draft) {
        match &self.change {
            Change::Drop(name) => draft.fields.retain(|(known, _)| known != name),
            Change::Add(name, value) => draft.fields.push((name.clone(), value.clone())),
            Change::Set(values) => {
                for (name, value) in &mut draft.fields {
                    let set = values.iter().find(|(known, _)| known == name);
                    if let Some((_, set)) = set {
                        value.clone_from(set);
                    }
                }
            }
            Change::Order(order) => draft.order = *order,
            Change::Rename(names) => {
                for (name, _) in &mut draft.fields {
                    let new = names.iter().find(|(old, _)| old == name);
                    if let Some((_, new)) = new {
                        name.clone_from(new);
                    }
                }
            }
            Change::Sent(names) => {
                draft.order = Order::Sent;
                let place = |name: &str| names.iter().position(|known| known == name);
                draft.fields.sort_by_key(|(name, _)| place(name));
            }
            Change::Charset(charset) => draft.charset = *charset,
        }
    }
}

/// Values in another form: each one that it changes alone, and all of them together.
pub(super) fn value_edits(fields: &[(String, String)], causes: &ValueCauses) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (cause, shown, form) in forms(causes) {
        let changed: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.clone(), form(value)))
            .zip(fields)
            .filter(|((_, new), (_, old))| new != old)
            .map(|(changed, _)| changed)
            .collect();
        let mut edit = |values: Vec<(String, String)>| {
            let names: Vec<_> = values.iter().map(|(name, _)| name.as_str()).collect();
            edits.push(Edit {
                why: Finding::new(cause, [("field", &names.join(", ")), ("found", shown)]),
                change: Change::Set(values),
            });
        };
        for field in &changed {
            edit(vec![field.clone()]);
        }
        if changed.len() > 1 {
            edit(changed);
        }
    }
    edits
}

/// The whole text in another charset.
pub(super) fn charset_edits(
    fields: &[(String, String)],
    gbk: &'static Cause,
    other: &'static Cause,
) -> Vec<Edit> {
    let ascii = fields.iter().all(|(_, value)| value.is_ascii());
    let mut edits = Vec::new();
    if !ascii {
        edits.push(Edit::charset(Charset::Gbk, Finding::new(gbk, [])));
    }
    for charset in Charset::OTHERS {
        if !ascii || charset.is_wide() {
            let why = Finding::new(other, [("found", charset.name())]);
            edits.push(Edit::charset(charset, why));
        }
    }
    edits
}

type Form = (&'static Cause, &'static str, fn(&str) -> String);

/// Every other form of a value: its cause, its name and how it is made.
fn forms(causes: &ValueCauses) -> Vec<Form> {
    let mut forms: Vec<Form> = vec![
        (causes.blank, "without white space at its ends", |value| {
            value.trim().to_owned()
        }),
        (causes.url_encoded, "URL-encoded", draft::url_encoded),
        (causes.url_encoded, "URL-encoded", draft::form_encoded),
        (causes.url_encoded, "URL-encoded", |value| {
            lower_escapes(&draft::url_encoded(value))
        }),
        (causes.xml_escaped, "escaped for XML", draft::xml_escaped),
        (causes.xml_escaped, "escaped for XML", draft::html_escaped),
        (
            causes.json_escaped,
            "escaped as in JSON",
            draft::json_escaped,
        ),
        (
            causes.json_escaped,
            "escaped as in JSON",
            draft::json_quoted,
        ),
        (causes.cdata, "with CDATA marks", draft::in_cdata),
    ];
    if let Some(reversed) = &causes.reversed {
        forms.extend([
            (
                reversed.url_decoded,
                "URL-decoded",
                draft::url_decoded as fn(&str) -> String,
            ),
            (
                reversed.escaped_twice,
                "unescaped once more",
                draft::xml_unescaped,
            ),
            (reversed.cdata, "without CDATA marks", draft::out_of_cdata),
            (
                reversed.json_escaped,
                "without escapes of JSON",
                draft::json_unescaped,
            ),
            (reversed.charset, "in its right charset", |value| {
                charset::unmixed(value).unwrap_or_else(|| value.to_owned())
            }),
        ]);
    }
    forms
}

fn lower_escapes(text: &str) -> String {
    let mut digits = 0;
    let lower = text.chars().map(|c| {
        if c == '%' {
            digits = 2;
            c
        } else if digits > 0 {
            digits -= 1;
            c.to_ascii_lowercase()
        } else {
            c
        }
    });
    lower.collect()
}

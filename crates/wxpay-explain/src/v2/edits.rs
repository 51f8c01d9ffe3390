use super::draft::{self, Draft, Order};
use crate::causes::{Cause, v2 as causes, workwx};
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
    Gbk,
}

/// The causes for values that were signed in another form.
pub(super) struct ValueCauses {
    blank: &'static Cause,
    url_encoded: &'static Cause,
    xml_escaped: &'static Cause,
    /// The other way round; the fixed list of `workwx_sign` has no words for it.
    reversed: Option<[&'static Cause; 2]>,
}

pub(super) static SIGN: ValueCauses = ValueCauses {
    blank: &causes::BLANK,
    url_encoded: &causes::URL_ENCODED,
    xml_escaped: &causes::XML_ESCAPED,
    reversed: Some([&causes::URL_DECODED, &causes::XML_ESCAPED_TWICE]),
};

pub(super) static WORKWX: ValueCauses = ValueCauses {
    blank: &workwx::BLANK,
    url_encoded: &workwx::URL_ENCODED,
    xml_escaped: &workwx::XML_ESCAPED,
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
        let names = names.iter();
        let names = names.map(|(old, new)| ((*old).to_owned(), (*new).to_owned()));
        let change = Change::Rename(names.collect());
        Self { why, change }
    }

    pub(super) fn gbk(why: Finding) -> Self {
        let change = Change::Gbk;
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
            Change::Gbk => draft.gbk = true,
        }
    }
}

/// Values in another form: each one that it changes alone, and all of them together.
pub(super) fn value_edits(fields: &[(String, String)], causes: &ValueCauses) -> Vec<Edit> {
    type Form = fn(&str) -> String;
    let mut forms: Vec<(&'static Cause, Form)> = vec![
        (causes.blank, |value| value.trim().to_owned()),
        (causes.url_encoded, draft::url_encoded),
        (causes.url_encoded, draft::form_encoded),
        (causes.url_encoded, |value| {
            lower_escapes(&draft::url_encoded(value))
        }),
        (causes.xml_escaped, draft::xml_escaped),
        (causes.xml_escaped, draft::html_escaped),
    ];
    if let Some([decoded, twice]) = causes.reversed {
        forms.push((decoded, draft::url_decoded));
        forms.push((twice, draft::xml_unescaped));
    }
    let mut edits = Vec::new();
    for (cause, form) in forms {
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
                why: Finding::new(cause, [("field", &names.join(", "))]),
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

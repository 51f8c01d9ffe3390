//! Holding the fields of a request to their description.

use serde_json::{Map, Value};
use wxpay_catalog::{Condition, Field, Place, Written};

use super::scalar;
use crate::platform::PlatformKey;

/// What is wrong with a request.
#[derive(Debug)]
pub(crate) struct Issue {
    /// Where the field stands, if the protocol has several places.
    pub(crate) place: Option<Place>,
    /// The field: its name, and a JSON pointer before it in a body.
    pub(crate) field: String,
    /// What came, if it is worth showing.
    pub(crate) value: Value,
    pub(crate) said: String,
}

/// What fields are held to.
pub(crate) struct Rules<'a> {
    /// The platform key that the request names.
    pub(crate) key: Option<&'a PlatformKey>,
    /// Whether every value is a text, as in APIv2.
    pub(crate) texts: bool,
}

/// The members of an object, and where it is.
#[derive(Clone, Copy)]
struct Given<'a> {
    members: &'a Map<String, Value>,
    at: &'a str,
    /// Where in the request it stands, if the protocol has several places.
    place: Option<Place>,
}

impl Rules<'_> {
    /// Checks the fields of a request and gives what was asked: encrypted values decrypted, and
    /// what stands within texts read.
    pub(crate) fn check(
        &self,
        fields: &[Field],
        members: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Issue> {
        let given = Given {
            members,
            at: "",
            place: None,
        };
        self.object(fields, given)
    }

    fn object(&self, fields: &[Field], given: Given<'_>) -> Result<Map<String, Value>, Issue> {
        let mut asked = Map::new();
        for field in fields {
            if field.ty == "File" {
                continue;
            }
            let given = Given {
                place: field.place.or(given.place),
                ..given
            };
            let mut members = std::slice::from_ref(field).iter();
            if field.ty == "one_of" {
                let there = field.fields.iter().filter(|one| given.has(one)).count();
                if there != 1 {
                    let names: Vec<&str> = field.fields.iter().map(Field::wire).collect();
                    let said = format!("须且只能传其中一个：{}", names.join("、"));
                    return Err(given.issue(field, Value::Null, &said));
                }
                members = field.fields.iter();
            }
            for member in members {
                if let Some(value) = self.member(member, given)? {
                    asked.insert(member.wire().to_owned(), value);
                }
            }
        }
        Ok(asked)
    }

    fn member(&self, field: &Field, given: Given<'_>) -> Result<Option<Value>, Issue> {
        let holds = |condition: &Option<Condition>| {
            let condition = condition.as_ref();
            condition.is_some_and(|condition| given.holds(condition))
        };
        let Some(value) = given.members.get(field.wire()).filter(|_| given.has(field)) else {
            if field.required || field.fixed.is_some() || holds(&field.required_if) {
                return Err(given.issue(field, Value::Null, "缺少参数"));
            }
            return Ok(None);
        };
        if field.only_if.is_some() && !holds(&field.only_if) {
            return Err(given.issue(field, Value::Null, "不支持与当前其他参数同时使用"));
        }
        if let Some(fixed) = &field.fixed
            && scalar::text(value).as_deref() != Some(&scalar::said(fixed))
        {
            return Err(given.issue(field, value.clone(), "参数值不正确"));
        }
        self.value(field, value, given).map(Some)
    }

    fn value(&self, field: &Field, value: &Value, given: Given<'_>) -> Result<Value, Issue> {
        if field.written.is_some() {
            let text = value.as_str().unwrap_or_default();
            if let Some(said) = scalar::length_issue(field, text) {
                return Err(given.issue(field, Value::Null, &said));
            }
            let Some(inner) = within(field, text) else {
                return Err(given.issue(field, Value::Null, "格式不正确"));
            };
            // What stands within a text is JSON, with types.
            let rules = Rules {
                texts: field.written == Some(Written::UrlEncoded),
                ..*self
            };
            return rules.nested(field, &inner, given);
        }
        self.nested(field, value, given)
    }

    fn nested(&self, field: &Field, value: &Value, given: Given<'_>) -> Result<Value, Issue> {
        match (field.ty.as_str(), value) {
            ("object", Value::Object(members)) => {
                let inner = Given {
                    members,
                    at: &format!("{}/{}", given.at, field.wire()),
                    place: given.place,
                };
                self.object(&field.fields, inner).map(Value::Object)
            }
            ("object", _) => Err(given.issue(field, Value::Null, "须为对象")),
            ("list", Value::Array(items)) => self.list(field, items, given),
            ("list", _) => Err(given.issue(field, Value::Null, "须为数组")),
            _ => self.scalar(field, field, value, given),
        }
    }

    fn list(&self, field: &Field, items: &[Value], given: Given<'_>) -> Result<Value, Issue> {
        let least = field.min_items.unwrap_or(1);
        let most = field.max_items.unwrap_or(usize::MAX);
        if !(least..=most).contains(&items.len()) {
            return Err(given.issue(field, Value::Null, "数组的项数超出限制"));
        }
        let Some(of) = field.item.as_deref() else {
            return Ok(Value::Array(items.to_vec()));
        };
        let mut asked = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            asked.push(match (of.ty.as_str(), item) {
                ("object", Value::Object(members)) => {
                    let inner = Given {
                        members,
                        at: &format!("{}/{}/{n}", given.at, field.wire()),
                        place: given.place,
                    };
                    Value::Object(self.object(&of.fields, inner)?)
                }
                ("object", _) => return Err(given.issue(field, Value::Null, "每项须为对象")),
                _ => self.scalar(of, field, item, given)?,
            });
        }
        Ok(Value::Array(asked))
    }

    /// One value; `limits` has its lengths and whether it is encrypted, which a list has for its
    /// items.
    fn scalar(
        &self,
        of: &Field,
        limits: &Field,
        value: &Value,
        given: Given<'_>,
    ) -> Result<Value, Issue> {
        let texts = self.texts || given.place.is_some_and(|place| place != Place::Body);
        if !texts && let Some(said) = scalar::type_issue(of, value) {
            return Err(given.issue(limits, value.clone(), said));
        }
        if of.ty == "Raw" {
            return Ok(value.clone());
        }
        let Some(text) = scalar::text(value) else {
            return Err(given.issue(limits, Value::Null, "须为字符串"));
        };
        if limits.encrypted {
            return self.opened(limits, &text, given);
        }
        let is_item = !std::ptr::eq(of, limits);
        let said = scalar::form_issue(of, &text)
            .or_else(|| scalar::length_issue(limits, &text).filter(|_| is_item));
        match said {
            Some(said) => Err(given.issue(limits, value.clone(), &said)),
            None => Ok(value.clone()),
        }
    }

    fn opened(&self, field: &Field, sealed: &str, given: Given<'_>) -> Result<Value, Issue> {
        let said = match self.key {
            None => "敏感信息须加密，并在Http头Wechatpay-Serial中说明所用的公钥或平台证书",
            Some(key) => match key.open(sealed) {
                None => "平台私钥解密失败",
                Some(opened) => {
                    return match scalar::length_issue(field, &opened) {
                        Some(said) => Err(given.issue(field, Value::Null, &said)),
                        None => Ok(Value::String(opened)),
                    };
                }
            },
        };
        Err(given.issue(field, Value::Null, said))
    }
}

impl Given<'_> {
    /// Whether a field is there; in texts, an empty one is not.
    fn has(&self, field: &Field) -> bool {
        let value = self.members.get(field.wire());
        value.is_some_and(|value| value.as_str() != Some(""))
    }

    fn holds(&self, condition: &Condition) -> bool {
        let value = self.members.get(&condition.field).and_then(scalar::text);
        value.is_some_and(|value| condition.is.iter().any(|is| scalar::said(is) == value))
    }

    fn issue(&self, field: &Field, value: Value, said: &str) -> Issue {
        let name = field.wire();
        let in_body = self.place == Some(Place::Body) || !self.at.is_empty();
        Issue {
            place: self.place,
            field: if in_body {
                format!("{}/{name}", self.at)
            } else {
                name.to_owned()
            },
            value: match value {
                Value::Object(_) | Value::Array(_) => Value::Null,
                other => other,
            },
            said: said.to_owned(),
        }
    }
}

/// What stands within a text.
fn within(field: &Field, text: &str) -> Option<Value> {
    if field.written == Some(Written::Json) {
        return serde_json::from_str(text).ok();
    }
    let pairs = text.split('&').map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.to_owned(), Value::from(value)))
    });
    pairs.collect::<Option<Map<_, _>>>().map(Value::Object)
}

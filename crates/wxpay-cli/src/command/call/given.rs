use std::net::IpAddr;

use wxpay_api::core::FromWire;
use wxpay_api::v3::Json;

use super::field::{Field, Kind, Value};
use crate::fail::Fail;

/// The members of an object that was given, read by their fields. Forms and limits are checked when the request is
/// written; here only that a value is of its kind.
pub(crate) struct Given<'a> {
    /// Where it stands in the request, as `transfer_detail_list[0].`.
    at: String,
    fields: &'static [Field],
    members: &'a [(String, Json)],
}

impl<'a> Given<'a> {
    /// The whole request.
    pub(crate) fn request(fields: &'static [Field], request: &'a Json) -> Result<Self, Fail> {
        Self::new(String::new(), fields, request)
    }

    /// A value that must be there.
    pub(crate) fn require<T: FromWire>(&self, name: &str) -> Result<T, Fail> {
        self.optional(name)?.ok_or_else(|| self.missing(name))
    }

    /// A value that may be there.
    pub(crate) fn optional<T: FromWire>(&self, name: &str) -> Result<Option<T>, Fail> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match T::from_wire(&text) {
            Some(value) => Ok(Some(value)),
            None => Err(self.not_its_kind(name)),
        }
    }

    /// An address that must be there.
    pub(crate) fn require_ip(&self, name: &str) -> Result<IpAddr, Fail> {
        self.optional_ip(name)?.ok_or_else(|| self.missing(name))
    }

    /// An address that may be there.
    pub(crate) fn optional_ip(&self, name: &str) -> Result<Option<IpAddr>, Fail> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let wrong = |_| self.wrong(name, "must be an IP address", "必须是 IP 地址");
        text.parse().map(Some).map_err(wrong)
    }

    /// Which one of these is there.
    pub(crate) fn the_one_of(&self, names: &[&'static str]) -> Result<&'static str, Fail> {
        let there: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| self.find(name).is_some())
            .collect();
        match (there.as_slice(), names) {
            ([one], _) => names
                .iter()
                .copied()
                .find(|name| name == one)
                .ok_or_else(|| self.missing(one)),
            _ => Err(Fail::usage(
                format!("give exactly one of {}", names.join(", ")),
                format!("{} 必须且只能给出一个", names.join("、")),
            )),
        }
    }

    /// An object that must be there.
    #[allow(dead_code)] // for the first spec that sends an object by itself
    pub(crate) fn require_object<T>(
        &self,
        name: &str,
        read: fn(&Given<'_>) -> Result<T, Fail>,
    ) -> Result<T, Fail> {
        let object = self.optional_object(name, read)?;
        object.ok_or_else(|| self.missing(name))
    }

    /// An object that may be there.
    #[allow(dead_code)] // for the first spec that sends an object by itself
    pub(crate) fn optional_object<T>(
        &self,
        name: &str,
        read: fn(&Given<'_>) -> Result<T, Fail>,
    ) -> Result<Option<T>, Fail> {
        let Some(value) = self.find(name) else {
            return Ok(None);
        };
        let inner = Given::new(format!("{}{name}.", self.at), self.members_of(name), value)?;
        read(&inner).map(Some)
    }

    /// A list of objects that must be there.
    pub(crate) fn require_list<T>(
        &self,
        name: &str,
        read: fn(&Given<'_>) -> Result<T, Fail>,
    ) -> Result<Vec<T>, Fail> {
        let list = self.optional_list(name, read)?;
        list.ok_or_else(|| self.missing(name))
    }

    /// A list of objects that may be there.
    pub(crate) fn optional_list<T>(
        &self,
        name: &str,
        read: fn(&Given<'_>) -> Result<T, Fail>,
    ) -> Result<Option<Vec<T>>, Fail> {
        let members = match self.find(name) {
            None => return Ok(None),
            Some(Json::List(members)) => members,
            Some(_) => return Err(self.not_its_kind(name)),
        };
        let read = |(n, value)| {
            let at = format!("{}{name}[{n}].", self.at);
            read(&Given::new(at, self.members_of(name), value)?)
        };
        members
            .iter()
            .enumerate()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    fn new(at: String, fields: &'static [Field], value: &'a Json) -> Result<Self, Fail> {
        let Json::Object(members) = value else {
            let place = at.trim_end_matches('.');
            return Err(Fail::usage(
                format!("{place} must be a JSON object"),
                format!("{place} 必须是 JSON 对象"),
            ));
        };
        let is_known = |name: &str| fields.iter().any(|field| field.name == name);
        if let Some((name, _)) = members.iter().find(|(name, _)| !is_known(name)) {
            let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
            return Err(Fail::usage(
                format!(
                    "unknown field {at}{name}; expected one of: {}",
                    known.join(", ")
                ),
                format!("没有字段 {at}{name}；可用字段：{}", known.join("、")),
            ));
        }
        Ok(Self {
            at,
            fields,
            members,
        })
    }

    fn text(&self, name: &str) -> Result<Option<String>, Fail> {
        let text = match self.find(name) {
            None => return Ok(None),
            Some(Json::Text(text)) => text.clone(),
            Some(Json::Integer(number)) => number.to_string(),
            Some(Json::Bool(value)) => value.to_string(),
            Some(_) => return Err(self.not_its_kind(name)),
        };
        if text.is_empty() {
            return Err(self.wrong(
                name,
                "must not be empty; leave it out instead",
                "不能为空；不需要时请省略",
            ));
        }
        match self.kind(name) {
            Some(Kind::Enum(values)) if !knows(values, &text) => Err(self.not_its_kind(name)),
            _ => Ok(Some(text)),
        }
    }

    fn find(&self, name: &str) -> Option<&'a Json> {
        let member = self.members.iter().find(|(known, _)| known == name);
        member.map(|(_, value)| value)
    }

    fn kind(&self, name: &str) -> Option<Kind> {
        let field = self.fields.iter().find(|field| field.name == name);
        field.map(|field| field.kind)
    }

    fn members_of(&self, name: &str) -> &'static [Field] {
        match self.kind(name) {
            Some(Kind::Object(members) | Kind::List(members)) => members,
            _ => &[],
        }
    }

    fn missing(&self, name: &str) -> Fail {
        self.wrong(name, "is missing", "缺失")
    }

    fn not_its_kind(&self, name: &str) -> Fail {
        let (en, zh) = match self.kind(name) {
            Some(Kind::Fen) => (
                "must be an amount in fen, an integer",
                "必须是以分为单位的整数",
            ),
            Some(Kind::Integer) => ("must be an integer from 0 on", "必须是非负整数"),
            Some(Kind::Boolean) => ("must be true or false", "必须是 true 或 false"),
            Some(Kind::List(_)) => ("must be a list of JSON objects", "必须是 JSON 对象的数组"),
            Some(Kind::Object(_)) => ("must be a JSON object", "必须是 JSON 对象"),
            Some(Kind::Enum(values)) => {
                let known: Vec<&str> = values.iter().map(|value| value.wire).collect();
                let (en, zh) = (known.join(", "), known.join("、"));
                return self.wrong(
                    name,
                    &format!("must be one of {en}"),
                    &format!("必须是 {zh} 之一"),
                );
            }
            _ => ("must be a string", "必须是字符串"),
        };
        self.wrong(name, en, zh)
    }

    fn wrong(&self, name: &str, en: &str, zh: &str) -> Fail {
        let at = &self.at;
        Fail::usage(format!("{at}{name} {en}"), format!("{at}{name} {zh}"))
    }
}

fn knows(values: &[Value], text: &str) -> bool {
    values.iter().any(|value| value.wire == text)
}

#[cfg(test)]
mod tests {
    use wxpay_api::core::Fen;

    use super::*;
    use crate::lang::Lang;

    const MEMBERS: &[Field] = &[Field::required("total", Kind::Fen, "", "")];
    const FIELDS: &[Field] = &[
        Field::optional("amount", Kind::Object(MEMBERS), "", ""),
        Field::optional("goods", Kind::List(MEMBERS), "", ""),
        Field::optional("count", Kind::Integer, "", ""),
        Field::optional("sure", Kind::Boolean, "", ""),
    ];

    fn total(given: &Given<'_>) -> Result<Fen, Fail> {
        given.require("total")
    }

    fn read<T>(json: &str, read: impl Fn(&Given<'_>) -> Result<T, Fail>) -> Result<T, String> {
        let json = Json::parse(json.as_bytes()).unwrap();
        let given = Given::request(FIELDS, &json);
        let said = |fail: Fail| fail.said().in_lang(Lang::En).to_owned();
        given.and_then(|given| read(&given)).map_err(said)
    }

    #[test]
    fn objects_and_lists_are_read_by_their_fields() {
        let amount = |given: &Given<'_>| given.require_object("amount", total);
        assert_eq!(read(r#"{"amount": {"total": 5}}"#, amount), Ok(Fen::new(5)));
        assert_eq!(read("{}", amount), Err("amount is missing".to_owned()));
        let goods = |given: &Given<'_>| given.require_list("goods", total);
        let two = r#"{"goods": [{"total": 5}, {"total": "6"}]}"#;
        assert_eq!(read(two, goods), Ok(vec![Fen::new(5), Fen::new(6)]));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let goods = |given: &Given<'_>| given.require_list("goods", total);
        for (json, said) in [
            (
                r#"{"goods": [{"total": 1}, {"total": 1.5}]}"#,
                "goods[1].total must be an amount in fen, an integer",
            ),
            (r#"{"goods": [{}]}"#, "goods[0].total is missing"),
            (r#"{"goods": [1]}"#, "goods[0] must be a JSON object"),
            (r#"{"goods": {}}"#, "goods must be a list of JSON objects"),
            (
                r#"{"goods": [{"totl": 1}]}"#,
                "unknown field goods[0].totl; expected one of: total",
            ),
        ] {
            assert_eq!(read(json, goods), Err(said.to_owned()));
        }
        let count = |given: &Given<'_>| given.optional::<u32>("count");
        assert_eq!(read(r#"{"count": "7"}"#, count), Ok(Some(7)));
        assert!(read(r#"{"count": -7}"#, count).is_err());
        assert!(read(r#"{"count": ""}"#, count).is_err());
        let sure = |given: &Given<'_>| given.optional::<bool>("sure");
        assert_eq!(read(r#"{"sure": true}"#, sure), Ok(Some(true)));
        assert!(read(r#"{"sure": "yes"}"#, sure).is_err());
    }
}

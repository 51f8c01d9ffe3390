//! The JSON bodies of requests.

use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::exchange::Call;
use crate::platform::PlatformKey;
use crate::v3::Answer;

/// A JSON body.
pub(crate) struct Body(Value);

/// An object in a body, and where it is.
pub(crate) struct Object<'a> {
    members: &'a Map<String, Value>,
    /// A JSON pointer.
    at: String,
}

impl Body {
    /// Reads the body, and holds it to what every body is held to.
    pub(crate) fn read(call: &Call) -> Result<Self, Answer> {
        let kind = call.headers.get(CONTENT_TYPE);
        let kind = kind
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            let message = "Http头Content-Type须为application/json";
            return Err(Answer::error(400, "INVALID_REQUEST", message));
        }
        Self::parse(&call.body)
    }

    /// Reads JSON, and holds it to what every body is held to.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Answer> {
        let Ok(body) = serde_json::from_slice(body) else {
            return Err(Answer::error(400, "PARAM_ERROR", "请求体不是合法的JSON"));
        };
        match unwanted(&body, "") {
            Some((at, issue)) => Err(Answer::param_error("body", &at, Value::Null, issue)),
            None => Ok(Self(body)),
        }
    }

    /// All of it.
    pub(crate) fn into_value(self) -> Value {
        self.0
    }
}

impl<'a> Object<'a> {
    /// The whole body.
    pub(crate) fn root(body: &'a Body) -> Result<Self, Answer> {
        Self::of(&body.0, String::new())
    }

    /// A text that has to be there, of this many characters at most.
    pub(crate) fn text(&self, name: &str, max: usize) -> Result<&'a str, Answer> {
        let text = self.optional_text(name, max)?;
        text.ok_or_else(|| self.refuse(name, "缺少参数"))
    }

    /// A text that may be there, of this many characters at most.
    pub(crate) fn optional_text(&self, name: &str, max: usize) -> Result<Option<&'a str>, Answer> {
        match self.members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Err(self.refuse(name, "不能为空")),
            Some(Value::String(text)) if text.chars().count() > max => {
                Err(self.refuse(name, &format!("长度超过限制，最多{max}个字符")))
            }
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.refuse(name, "须为字符串")),
        }
    }

    /// A number of the merchant's: digits and letters.
    pub(crate) fn number(&self, name: &str, max: usize) -> Result<&'a str, Answer> {
        let number = self.text(name, max)?;
        if number.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(number)
        } else {
            Err(self.refuse(name, "只能由数字、大小写字母组成"))
        }
    }

    /// A number of WeChat Pay's: digits.
    pub(crate) fn digits(&self, name: &str, max: usize) -> Result<&'a str, Answer> {
        let number = self.text(name, max)?;
        if number.bytes().all(|b| b.is_ascii_digit()) {
            Ok(number)
        } else {
            Err(self.refuse(name, "只能由数字组成"))
        }
    }

    /// A text that may be there, and is one of these.
    pub(crate) fn optional_choice(
        &self,
        name: &str,
        choices: &[&str],
    ) -> Result<Option<&'a str>, Answer> {
        match self.optional_text(name, usize::MAX)? {
            Some(text) if !choices.contains(&text) => Err(self.refuse(name, "不是有效的枚举值")),
            text => Ok(text),
        }
    }

    /// A text that has to be there, and is one of these.
    pub(crate) fn choice(&self, name: &str, choices: &[&str]) -> Result<&'a str, Answer> {
        let text = self.optional_choice(name, choices)?;
        text.ok_or_else(|| self.refuse(name, "缺少参数"))
    }

    /// A positive integer that has to be there.
    pub(crate) fn positive(&self, name: &str) -> Result<i64, Answer> {
        let number = self.integer(name)?;
        if number > 0 {
            Ok(number)
        } else {
            Err(self.refuse(name, "须为正整数"))
        }
    }

    /// An integer that has to be there.
    pub(crate) fn integer(&self, name: &str) -> Result<i64, Answer> {
        let number = self.optional_integer(name)?;
        number.ok_or_else(|| self.refuse(name, "缺少参数"))
    }

    /// An integer that may be there.
    pub(crate) fn optional_integer(&self, name: &str) -> Result<Option<i64>, Answer> {
        match self.members.get(name) {
            None => Ok(None),
            Some(value) => value
                .as_i64()
                .map(Some)
                .ok_or_else(|| self.refuse(name, "须为整数")),
        }
    }

    /// An encrypted text (敏感信息) that may be there, decrypted.
    pub(crate) fn optional_sealed(
        &self,
        name: &str,
        key: &PlatformKey,
    ) -> Result<Option<String>, Answer> {
        let Some(sealed) = self.optional_text(name, 1024)? else {
            return Ok(None);
        };
        let opened = key
            .open(sealed)
            .ok_or_else(|| self.refuse(name, "平台私钥解密失败"))?;
        Ok(Some(opened))
    }

    /// An encrypted text (敏感信息) that has to be there, decrypted.
    pub(crate) fn sealed(&self, name: &str, key: &PlatformKey) -> Result<String, Answer> {
        let opened = self.optional_sealed(name, key)?;
        opened.ok_or_else(|| self.refuse(name, "缺少参数"))
    }

    /// Refuses members that the document does not have.
    pub(crate) fn known(&self, names: &[&str]) -> Result<(), Answer> {
        match self.members.keys().find(|name| !names.contains(&&***name)) {
            Some(name) => Err(self.refuse(name, "请求中含有未在API文档中定义的参数")),
            None => Ok(()),
        }
    }

    /// A boolean that may be there.
    pub(crate) fn optional_boolean(&self, name: &str) -> Result<Option<bool>, Answer> {
        match self.members.get(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.refuse(name, "须为布尔值")),
        }
    }

    /// An object that may be there.
    pub(crate) fn optional_object(&self, name: &str) -> Result<Option<Self>, Answer> {
        let value = self.members.get(name);
        value
            .map(|value| Self::of(value, format!("{}/{name}", self.at)))
            .transpose()
    }

    /// An object that has to be there.
    pub(crate) fn object(&self, name: &str) -> Result<Self, Answer> {
        let object = self.optional_object(name)?;
        object.ok_or_else(|| self.refuse(name, "缺少参数"))
    }

    /// A list of objects that has to be there, of this many at most.
    pub(crate) fn list(&self, name: &str, max: usize) -> Result<Vec<Self>, Answer> {
        let Some(Value::Array(list)) = self.members.get(name) else {
            return Err(self.refuse(name, "须为数组"));
        };
        if list.is_empty() || list.len() > max {
            return Err(self.refuse(name, &format!("须有1至{max}项")));
        }
        let items = list.iter().enumerate();
        items
            .map(|(n, item)| Self::of(item, format!("{}/{name}/{n}", self.at)))
            .collect()
    }

    /// A list of objects that may be there, of this many at most.
    pub(crate) fn optional_list(&self, name: &str, max: usize) -> Result<Vec<Self>, Answer> {
        match self.members.get(name) {
            None => Ok(Vec::new()),
            Some(_) => self.list(name, max),
        }
    }

    /// A list of texts that may be there, of this many at most, each of this many characters at
    /// most.
    pub(crate) fn optional_texts(
        &self,
        name: &str,
        most: usize,
        max: usize,
    ) -> Result<Vec<String>, Answer> {
        let list = match self.members.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(list)) if list.len() <= most => list,
            Some(_) => return Err(self.refuse(name, &format!("须为数组，最多{most}项"))),
        };
        let texts = list.iter().map(|item| match item.as_str() {
            Some(text) if !text.is_empty() && text.chars().count() <= max => Ok(text.to_owned()),
            _ => Err(self.refuse(name, &format!("每项须为1至{max}个字符的字符串"))),
        });
        texts.collect()
    }

    /// A member as it came.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name)
    }

    /// `PARAM_ERROR` about one member.
    pub(crate) fn refuse(&self, name: &str, issue: &str) -> Answer {
        let value = match self.members.get(name) {
            Some(Value::Array(_) | Value::Object(_)) | None => Value::Null,
            Some(value) => value.clone(),
        };
        Answer::param_error("body", &format!("{}/{name}", self.at), value, issue)
    }

    fn of(value: &'a Value, at: String) -> Result<Self, Answer> {
        match value {
            Value::Object(members) => Ok(Self { members, at }),
            _ => Err(Answer::param_error("body", &at, Value::Null, "须为对象")),
        }
    }
}

/// What no body may hold: `null`, and characters of four bytes.
fn unwanted(value: &Value, at: &str) -> Option<(String, &'static str)> {
    let wide = |text: &str| text.chars().any(|c| c > '\u{FFFF}');
    match value {
        Value::Null => Some((at.to_owned(), "不支持null，请不要传该字段")),
        Value::String(text) if wide(text) => Some((at.to_owned(), "只支持1至3字节的UTF-8字符")),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(n, item)| unwanted(item, &format!("{at}/{n}")))
        }
        Value::Object(members) => {
            let mut members = members.iter();
            members.find_map(|(name, member)| unwanted(member, &format!("{at}/{name}")))
        }
        _ => None,
    }
}

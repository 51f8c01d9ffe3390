use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::v3::Answer;

/// The text behind the `?`. Values are as they came, unless [`decoded`](Self::decoded) is asked
/// for.
pub(crate) struct Query<'a>(pub(crate) &'a str);

impl<'a> Query<'a> {
    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(other, _)| *other == name);
        found.map(|(_, value)| value)
    }

    /// The value of a parameter that has to be there.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, Answer> {
        let missing = || Answer::param_error("query", name, "".into(), "缺少参数");
        self.get(name).ok_or_else(missing)
    }

    /// The value of a parameter that has to be there, decoded.
    pub(crate) fn decoded(&self, name: &str) -> Result<Cow<'a, str>, Answer> {
        let value = self.required(name)?;
        let decoded = percent_decode_str(value).decode_utf8();
        decoded.map_err(|_| refuse(name, value))
    }

    /// A parameter that may be there, and is one of these.
    pub(crate) fn choice(&self, name: &str, choices: &[&str]) -> Result<Option<&'a str>, Answer> {
        match self.get(name) {
            Some(value) if !choices.contains(&value) => Err(refuse(name, value)),
            value => Ok(value),
        }
    }

    /// An integer that may be there, from one bound to the other.
    pub(crate) fn integer(
        &self,
        name: &str,
        least: usize,
        most: usize,
    ) -> Result<Option<usize>, Answer> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value.parse().ok();
        let number = number.filter(|number| (least..=most).contains(number));
        number.map(Some).ok_or_else(|| refuse(name, value))
    }
}

fn refuse(name: &str, value: &str) -> Answer {
    Answer::param_error("query", name, value.into(), "不是有效的取值")
}

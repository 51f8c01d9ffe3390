use std::borrow::Cow;

use thiserror::Error;

/// A request that would be refused, caught before anything is sent.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{field}: {rule}")]
pub struct InvalidInput {
    field: Cow<'static, str>,
    rule: Cow<'static, str>,
    rule_zh: Cow<'static, str>,
}

impl InvalidInput {
    /// `field` breaks a rule, given in English and in Chinese.
    ///
    /// The rule says what must be: `must have at most 81 characters, has 90` and
    /// `最多 81 个字符，现有 90 个`.
    pub fn new(
        field: impl Into<Cow<'static, str>>,
        rule: impl Into<Cow<'static, str>>,
        rule_zh: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            field: field.into(),
            rule: rule.into(),
            rule_zh: rule_zh.into(),
        }
    }

    /// `field` is missing, which the `value` of another field makes necessary.
    pub fn required_with(field: &'static str, other: &str, value: &str) -> Self {
        Self::new(
            field,
            format!("is required when {other} is {value}"),
            format!("{other} 为 {value} 时必填"),
        )
    }

    /// `field` is there, although only the `value` of another field allows it.
    pub fn only_with(field: &'static str, other: &str, value: &str) -> Self {
        Self::new(
            field,
            format!("must be left out unless {other} is {value}"),
            format!("仅当 {other} 为 {value} 时可传"),
        )
    }

    /// The same, where the field is a member of `outer`: `amount` becomes `detail_list[3].amount`.
    #[must_use]
    pub fn within(self, outer: impl std::fmt::Display) -> Self {
        Self {
            field: format!("{outer}.{}", self.field).into(),
            ..self
        }
    }

    /// The same of another field, such as the list that the value stands in.
    #[must_use]
    pub fn named(self, field: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            ..self
        }
    }

    /// The field's name on the wire, or the setting's name.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The rule that it breaks, in English.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The rule that it breaks, in Chinese.
    pub fn rule_zh(&self) -> &str {
        &self.rule_zh
    }
}

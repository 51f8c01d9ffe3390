//! The parameters of a path and a query, each checked as it is written.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::RangeBounds;

use wxpay_core::{Date, DateFormat, Fen, Identifier, InvalidInput, Secret, TimeFormat, WireTime};

use super::Call;
use super::call::Value;
use crate::json::{Body, check_characters, check_text, json_text};
use crate::limits::{FEN, NUMBER, check_range, checked, number, time_text};
use crate::{Extra, Max};

impl Call {
    /// Fills `{name}` in the path with an identifier.
    ///
    /// # Errors
    /// It does not have its documented form.
    pub fn path(
        &mut self,
        name: &'static str,
        value: &impl Identifier,
    ) -> Result<(), InvalidInput> {
        self.path.push((name, checked(name, value)?.to_owned()));
        Ok(())
    }

    /// Adds a query parameter that is an identifier.
    ///
    /// # Errors
    /// It does not have its documented form.
    pub fn query(
        &mut self,
        name: &'static str,
        value: &impl Identifier,
    ) -> Result<(), InvalidInput> {
        let value = checked(name, value)?.to_owned();
        self.query.push((name.into(), Value::Text(value)));
        Ok(())
    }

    /// Adds a query parameter that is a string.
    ///
    /// # Errors
    /// It is empty, too long or holds characters beyond U+FFFF.
    pub fn query_text(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
        max: Max,
    ) -> Result<(), InvalidInput> {
        let value = check_text(name, value.as_ref(), max)?.to_owned();
        self.query.push((name.into(), Value::Text(value)));
        Ok(())
    }

    /// Adds a query parameter that is encrypted for WeChat Pay before it is sent (敏感信息加密). The
    /// limit counts the plain text.
    ///
    /// # Errors
    /// It is empty, too long or holds characters beyond U+FFFF.
    pub fn query_sealed(
        &mut self,
        name: &'static str,
        value: &Secret,
        max: Max,
    ) -> Result<(), InvalidInput> {
        check_text(name, value.expose(), max)?;
        self.query.push((name.into(), Value::Secret(value.clone())));
        Ok(())
    }

    /// Fills `{name}` in the path with a string, such as the value of an enum.
    ///
    /// # Errors
    /// It is empty or too long.
    pub fn path_text(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
        max: Max,
    ) -> Result<(), InvalidInput> {
        let value = check_text(name, value.as_ref(), max)?;
        // A client of HTTP would take it for a folder, and leave it out.
        if [".", ".."].contains(&value) {
            return Err(InvalidInput::new(
                name,
                "must not be `.` or `..`",
                "不能是 `.` 或 `..`",
            ));
        }
        self.path.push((name, value.to_owned()));
        Ok(())
    }

    /// Fills `{name}` in the path with a whole number.
    ///
    /// # Errors
    /// It is out of range.
    pub fn path_integer(
        &mut self,
        name: &'static str,
        value: i64,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        check_range(name, value, &range, NUMBER)?;
        self.path.push((name, value.to_string()));
        Ok(())
    }

    /// Fills `{name}` in the path with a day.
    ///
    /// # Errors
    /// None so far.
    pub fn path_date(
        &mut self,
        name: &'static str,
        value: Date,
        format: DateFormat,
    ) -> Result<(), InvalidInput> {
        self.path.push((name, value.format(format)));
        Ok(())
    }

    /// Adds a query parameter that is an object, as JSON.
    ///
    /// # Errors
    /// Those of `write`, with the path to the member; the text is too long.
    pub fn query_json(
        &mut self,
        name: &'static str,
        max: Max,
        write: impl FnOnce(&mut Body) -> Result<(), InvalidInput>,
    ) -> Result<(), InvalidInput> {
        let text = json_text(name, write)?;
        self.query_text(name, text, max)
    }

    /// Adds a query parameter that is a whole number.
    ///
    /// # Errors
    /// It is out of range.
    pub fn query_integer(
        &mut self,
        name: &'static str,
        value: i64,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        check_range(name, value, &range, NUMBER)?;
        self.query_set(name, value);
        Ok(())
    }

    /// Adds a query parameter that is the value of an enum whose values are numbers.
    ///
    /// # Errors
    /// It is not a number.
    pub fn query_number(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
    ) -> Result<(), InvalidInput> {
        let value = number(name, value.as_ref())?;
        self.query_set(name, value);
        Ok(())
    }

    /// Adds a query parameter that is an amount in fen.
    ///
    /// # Errors
    /// It is out of range.
    pub fn query_fen(
        &mut self,
        name: &'static str,
        value: Fen,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        check_range(name, value.get(), &range, FEN)?;
        self.query_set(name, value);
        Ok(())
    }

    /// Adds a query parameter that is `true` or `false`.
    pub fn query_boolean(&mut self, name: &'static str, value: bool) {
        self.query_set(name, value);
    }

    /// Adds a query parameter that is a time in one form.
    ///
    /// # Errors
    /// Its form is not known, so that it can't be written in another.
    pub fn query_time(
        &mut self,
        name: &'static str,
        value: &WireTime,
        format: TimeFormat,
    ) -> Result<(), InvalidInput> {
        let text = time_text(name, value, format)?;
        self.query_set(name, text);
        Ok(())
    }

    /// Adds a query parameter that is a day in one form.
    ///
    /// # Errors
    /// None so far.
    pub fn query_date(
        &mut self,
        name: &'static str,
        value: Date,
        format: DateFormat,
    ) -> Result<(), InvalidInput> {
        self.query_set(name, value.format(format));
        Ok(())
    }

    /// Adds a query parameter that has no rule of its own.
    pub fn query_set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Display) {
        self.query
            .push((name.into(), Value::Text(value.to_string())));
    }

    /// Fills `{name}` in the path with an ID that the client has, such as `sub_mchid`.
    ///
    /// # Errors
    /// The client has none.
    pub fn own_path(&mut self, name: &'static str, required: bool) -> Result<(), InvalidInput> {
        if let Some(value) = self.identity.own(name, required)? {
            let value = value.to_owned();
            self.path.push((name, value));
        }
        Ok(())
    }

    /// Adds a query parameter that is an ID that the client has, such as `mchid`.
    ///
    /// # Errors
    /// The client has none, and the operation can't do without.
    pub fn own_query(&mut self, name: &'static str, required: bool) -> Result<(), InvalidInput> {
        if let Some(value) = self.identity.own(name, required)? {
            let value = value.to_owned();
            self.query_set(name, value);
        }
        Ok(())
    }

    /// Adds parameters that this version does not know to the query.
    ///
    /// # Errors
    /// One of them is a field of `known`, or is a list or an object.
    pub fn extra(&mut self, extra: &Extra, known: &[&str]) -> Result<(), InvalidInput> {
        for member in extra.checked(known) {
            let (name, value) = member?;
            let text = value.scalar_text().ok_or_else(|| {
                InvalidInput::new(
                    name.to_owned(),
                    "must be a string, a whole number, true or false: it goes into the query",
                    "必须是字符串、整数或布尔值：该字段放在查询参数中",
                )
            })?;
            check_characters(name, &text)?;
            self.query_set(name.to_owned(), text);
        }
        Ok(())
    }
}

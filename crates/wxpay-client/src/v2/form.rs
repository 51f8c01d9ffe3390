use std::fmt::Display;
use std::net::IpAddr;
use std::ops::RangeBounds;

use wxpay_core::{
    Date, DateFormat, Decimal, Fen, Identifier, InvalidInput, Params, TimeFormat, WireTime,
};

use crate::identity::Identity;
use crate::json::{Body, json_list_text, json_text, url_encoded_text};
use crate::limits::{FEN, NUMBER, check_max, check_range, checked, number, time_text};
use crate::{Extra, Max};

/// The fields that a client writes into every request.
const OWN: [&str; 6] = [
    "appid",
    "mch_id",
    "nonce_str",
    "sign",
    "sign_type",
    "workwx_sign",
];

/// A request being filled in: each field is checked as it is written.
#[derive(Clone, Debug, Default)]
pub struct Form {
    identity: Identity,
    params: Params,
}

impl Form {
    /// An empty form.
    pub fn new() -> Self {
        Self::of(Identity::default())
    }

    /// An empty form of a client with these IDs.
    pub(crate) fn of(identity: Identity) -> Self {
        Self {
            identity,
            params: Params::with_capacity(24, 1024),
        }
    }

    /// Writes an identifier.
    ///
    /// # Errors
    /// It does not have its documented form, which one that came in a response may not have.
    pub fn id(&mut self, name: &'static str, value: &impl Identifier) -> Result<(), InvalidInput> {
        self.params.set_str(name, checked(name, value)?);
        Ok(())
    }

    /// Writes a string.
    ///
    /// # Errors
    /// It is too long.
    pub fn text(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
        max: Max,
    ) -> Result<(), InvalidInput> {
        check_max(name, value.as_ref(), max)?;
        self.params.set_str(name, value.as_ref());
        Ok(())
    }

    /// Writes an amount in fen.
    ///
    /// # Errors
    /// It is out of range.
    pub fn fen(
        &mut self,
        name: &'static str,
        value: Fen,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        check_range(name, value.get(), &range, FEN)?;
        self.params.set(name, value);
        Ok(())
    }

    /// Writes a whole number.
    ///
    /// # Errors
    /// It is out of range.
    pub fn integer(
        &mut self,
        name: &'static str,
        value: i64,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        check_range(name, value, &range, NUMBER)?;
        self.params.set(name, value);
        Ok(())
    }

    /// Writes the value of an enum whose values are numbers.
    ///
    /// # Errors
    /// It is not a number.
    pub fn number(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
    ) -> Result<(), InvalidInput> {
        let value = number(name, value.as_ref())?;
        self.params.set(name, value);
        Ok(())
    }

    /// Writes a decimal number.
    ///
    /// # Errors
    /// None so far.
    pub fn decimal(&mut self, name: &'static str, value: &Decimal) -> Result<(), InvalidInput> {
        self.params.set(name, value);
        Ok(())
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, name: &'static str, value: bool) {
        self.params.set(name, value);
    }

    /// Writes a time in one form.
    ///
    /// # Errors
    /// Its form is not known, so that it can't be written in another.
    pub fn time(
        &mut self,
        name: &'static str,
        value: &WireTime,
        format: TimeFormat,
    ) -> Result<(), InvalidInput> {
        self.params.set(name, time_text(name, value, format)?);
        Ok(())
    }

    /// Writes a day in one form.
    ///
    /// # Errors
    /// None so far.
    pub fn date(
        &mut self,
        name: &'static str,
        value: Date,
        format: DateFormat,
    ) -> Result<(), InvalidInput> {
        self.params.set(name, value.format(format));
        Ok(())
    }

    /// Writes an object as JSON within a string.
    ///
    /// # Errors
    /// Those of `write`, with the path to the member; the text is too long.
    pub fn json(
        &mut self,
        name: &'static str,
        max: Max,
        write: impl FnOnce(&mut Body) -> Result<(), InvalidInput>,
    ) -> Result<(), InvalidInput> {
        let text = json_text(name, write)?;
        self.text(name, text, max)
    }

    /// Writes a list of objects as JSON within a string.
    ///
    /// # Errors
    /// It has too few or too many members; those of `write`, with the path to the member; the text
    /// is too long.
    pub fn json_list<T>(
        &mut self,
        name: &'static str,
        members: &[T],
        items: impl RangeBounds<usize>,
        max: Max,
        write: impl Fn(&T, &mut Body) -> Result<(), InvalidInput>,
    ) -> Result<(), InvalidInput> {
        let text = json_list_text(name, members, items, write)?;
        self.text(name, text, max)
    }

    /// Writes an object as `a=1&b=2` within a string, each value percent-encoded.
    ///
    /// # Errors
    /// Those of `write`, with the path to the member; a member is an object or a list; the text is
    /// too long.
    pub fn url_encoded(
        &mut self,
        name: &'static str,
        max: Max,
        write: impl FnOnce(&mut Body) -> Result<(), InvalidInput>,
    ) -> Result<(), InvalidInput> {
        let text = url_encoded_text(name, write)?;
        self.text(name, text, max)
    }

    /// Writes an ID that the client has, such as `sub_mch_id`.
    ///
    /// # Errors
    /// The client has none, and the operation can't do without.
    pub fn own(&mut self, name: &'static str, required: bool) -> Result<(), InvalidInput> {
        if let Some(value) = self.identity.own(name, required)? {
            self.params.set(name, value);
        }
        Ok(())
    }

    /// Writes fields that this version does not know. A list or an object is written as JSON.
    ///
    /// # Errors
    /// One of them is a field of `known`, or one that the client writes itself.
    pub fn extra(&mut self, extra: &Extra, known: &[&str]) -> Result<(), InvalidInput> {
        for member in extra.checked(known) {
            let (name, value) = member?;
            if OWN.contains(&name) {
                return Err(InvalidInput::new(
                    name.to_owned(),
                    "must not be a field that the client itself writes",
                    "不能是由客户端自行填写的字段",
                ));
            }
            value.check_outgoing(name)?;
            let text = value.scalar_text().unwrap_or_else(|| value.to_text());
            self.params.set(name, text);
        }
        Ok(())
    }

    /// Writes an address.
    ///
    /// An IPv4 address written as IPv6 (`::ffff:192.0.2.1`), as servers that listen on both have
    /// it, is sent as IPv4: WeChat Pay refuses the other spelling.
    ///
    /// # Errors
    /// It is longer.
    pub fn ip(&mut self, name: &'static str, value: IpAddr, max: Max) -> Result<(), InvalidInput> {
        let value = value.to_canonical();
        self.text(name, value.to_string(), max)
    }

    /// Writes a value that has no rule of its own, such as a number.
    pub fn set(&mut self, name: &'static str, value: impl Display) {
        self.params.set(name, value);
    }

    pub(crate) fn into_params(self) -> Params {
        self.params
    }
}

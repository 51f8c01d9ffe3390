use std::fmt::Display;
use std::net::IpAddr;

use wxpay_core::{Fen, Identifier, InvalidInput, Params};

use crate::Max;
use crate::text::{check_max, checked};

/// A request being filled in: each field is checked as it is written.
#[derive(Clone, Debug, Default)]
pub struct Form(Params);

impl Form {
    /// An empty form.
    pub fn new() -> Self {
        Self(Params::with_capacity(24, 1024))
    }

    /// Writes an identifier.
    ///
    /// # Errors
    /// It does not have its documented form, which one that came in a reply may not have.
    pub fn id(&mut self, name: &'static str, value: &impl Identifier) -> Result<(), InvalidInput> {
        self.0.set(name, checked(name, value)?);
        Ok(())
    }

    /// Writes a text.
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
        self.0.set(name, value.as_ref());
        Ok(())
    }

    /// Writes an amount of at least `min` fen.
    ///
    /// # Errors
    /// It is less.
    pub fn fen(&mut self, name: &'static str, value: Fen, min: i64) -> Result<(), InvalidInput> {
        if value.get() < min {
            return Err(InvalidInput::new(
                name,
                format!("must be at least {min} fen, is {value}"),
                format!("至少 {min} 分，现为 {value} 分"),
            ));
        }
        self.0.set(name, value);
        Ok(())
    }

    /// Writes an address, for which the documents have 32 characters: enough for IPv4 and for shortened IPv6.
    ///
    /// An IPv4 address written as IPv6 (`::ffff:192.0.2.1`), as servers that listen on both have it, is sent as IPv4: WeChat Pay
    /// refuses the other spelling.
    ///
    /// # Errors
    /// It is longer.
    pub fn ip(&mut self, name: &'static str, value: IpAddr) -> Result<(), InvalidInput> {
        let value = value.to_canonical();
        self.text(name, value.to_string(), Max::Chars(32))
    }

    /// Writes a value that has no rule of its own, such as a number.
    pub fn set(&mut self, name: &'static str, value: impl Display) {
        self.0.set(name, value);
    }

    pub(crate) fn into_params(self) -> Params {
        self.0
    }
}

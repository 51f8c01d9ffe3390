use wxpay_core::{DecodeError, FromWire, Params};

/// The most members that a numbered list may say it has.
const MAX_LIST: u32 = 100;

/// The fields of a reply being read.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(&'a Params);

impl<'a> Fields<'a> {
    /// The fields of a reply.
    pub const fn of(reply: &'a Params) -> Self {
        Self(reply)
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// It is missing, empty or does not have its form.
    pub fn require<T: FromWire>(&self, name: &str) -> Result<T, DecodeError> {
        self.0.require(name)
    }

    /// A field that may be there.
    ///
    /// # Errors
    /// It does not have its form.
    pub fn optional<T: FromWire>(&self, name: &str) -> Result<Option<T>, DecodeError> {
        self.0.optional(name)
    }

    /// Checks that the reply repeats `asked` in the field `name`.
    ///
    /// A signature does not bind a reply to its request, so an authentic reply may be about another payment.
    ///
    /// # Errors
    /// The field is missing or differs.
    pub fn echo(&self, name: &str, asked: impl AsRef<str>) -> Result<(), DecodeError> {
        match self.0.get(name) {
            Some(value) if value == asked.as_ref() => Ok(()),
            Some(_) => Err(DecodeError::mismatch(name)),
            None => Err(DecodeError::missing(name)),
        }
    }

    /// As [`echo`](Self::echo), where the documents do not promise the field.
    ///
    /// # Errors
    /// The field is there and differs.
    pub fn echo_if_present(&self, name: &str, asked: impl AsRef<str>) -> Result<(), DecodeError> {
        match self.0.get(name) {
            None => Ok(()),
            Some(_) => self.echo(name, asked),
        }
    }

    /// The members of a numbered list (`coupon_id_0`, `coupon_id_1`, …), as many as the field `count` says.
    ///
    /// # Errors
    /// The count is not a number up to 100, or a member can't be read.
    pub fn numbered<T>(
        &self,
        count: &str,
        member: impl Fn(u32) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        match self.optional::<u32>(count)? {
            Some(members) if members > MAX_LIST => Err(DecodeError::malformed(count)),
            members => (0..members.unwrap_or(0)).map(member).collect(),
        }
    }
}

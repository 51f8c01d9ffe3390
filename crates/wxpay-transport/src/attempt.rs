use std::num::NonZeroU32;

/// Which attempt of a call this is, found in the request's extensions inside of a `Retry`.
///
/// For reports alone. It may be ignored.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Attempt(NonZeroU32);

impl Attempt {
    /// The first attempt.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The attempt with this number, counted from 1.
    pub const fn new(number: NonZeroU32) -> Self {
        Self(number)
    }

    /// The number, counted from 1.
    pub const fn number(self) -> u32 {
        self.0.get()
    }
}

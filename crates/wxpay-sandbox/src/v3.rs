//! APIv3: JSON messages, signed with RSA in HTTP headers.

mod answer;
pub(crate) mod authorization;
pub(crate) mod detail;

pub(crate) use answer::Answer;

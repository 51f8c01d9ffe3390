//! The typed Rust of `wxpay-api`.

mod checks;
mod decode;
mod docs;
mod encode;
mod enumeration;
mod facts;
mod file;
mod index;
mod operation;
mod received;
mod rooms;
mod sent;
mod shared;

pub(crate) use self::docs::method;
pub(crate) use self::facts::codes;
pub(crate) use self::index::{features, write};

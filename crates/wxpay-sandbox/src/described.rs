//! Operations without behaviour of their own: their requests are checked by their description in
//! the catalogue, and answered with what it says that they answer.
//!
//! The catalogue says what a field is called and what it may be. How a message is signed and read
//! stays the sandbox's own code.

mod answer;
mod digest;
mod form;
mod list;
mod number;
mod repeats;
mod reply;
mod scalar;
pub(crate) mod v2;
pub(crate) mod v3;
mod values;

pub(crate) use answer::Described;
pub(crate) use list::{find, page, route};
pub(crate) use repeats::Repeats;

use http::header::HOST;
use serde_json::{Map, Value};
use wxpay_catalog::Operation;
use wxpay_core::Timestamp;

use self::repeats::UsedDifferently;
use crate::exchange::Call;
use crate::state::Shared;

/// What is wrong with the host, if the request was sent to one of WeChat Pay's that does not have
/// the operation. A sandbox that goes by another name has them all.
fn wrong_host(operation: &Operation, call: &Call) -> Option<String> {
    let host = call
        .headers
        .get(HOST)?
        .to_str()
        .ok()?
        .split(':')
        .next()
        .unwrap_or_default();
    if !host.ends_with(".weixin.qq.com") {
        return None;
    }
    let own = operation.host.as_deref().unwrap_or(MAIN);
    let backup = operation.host.is_none() && host == BACKUP;
    (host != own && !backup).then(|| format!("该接口的域名是{own}，不是{host}"))
}

const MAIN: &str = "api.mch.weixin.qq.com";
const BACKUP: &str = "api2.mch.weixin.qq.com";

/// When a request was first asked for: now, unless it repeats a write by its number. With `commit`,
/// it is remembered.
fn first_asked(
    shared: &Shared,
    operation: &'static Operation,
    asked: &Map<String, Value>,
    digest: [u8; 16],
    commit: bool,
) -> Result<Timestamp, UsedDifferently> {
    let mut state = shared.state();
    let now = state.now();
    match number::own(operation, asked) {
        None => Ok(now),
        Some(number) => state
            .repeats
            .first_asked(&operation.name, number, digest, now, commit),
    }
}

/// The first of these codes that the operation's document has.
fn code_of(operation: &Operation, codes: &[&'static str]) -> Option<&'static str> {
    let known = |code: &&&str| operation.errors.iter().any(|known| known.code == ***code);
    codes.iter().find(known).copied()
}

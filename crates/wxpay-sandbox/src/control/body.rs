//! The bodies of requests.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use wxpay_core::{TimeFormat, Timestamp};

use crate::control::respond::Problem;

/// Reads a body; an empty one is `{}`.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| Problem::bad_request(format!("the body can't be read: {error}")))
}

/// The members of `POST /v1/clock`, of which one is to be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clock {
    pub(crate) advance_seconds: Option<u64>,
    #[serde(default, deserialize_with = "moment")]
    pub(crate) freeze: Option<Moment>,
    pub(crate) run: Option<bool>,
}

/// A time of the clock.
pub(crate) enum Moment {
    Now,
    At(Timestamp),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrder {
    pub(crate) out_trade_no: String,
    pub(crate) total_fee: i64,
    pub(crate) trade_state: Option<String>,
    pub(crate) trade_state_desc: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pay {
    pub(crate) payer: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Status {
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Balance {
    pub(crate) fen: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Name {
    pub(crate) openid: String,
    pub(crate) name: String,
}

/// The body that says nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

fn moment<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Moment>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "\"now\", a time of RFC 3339 or seconds since 1970"
    )]
    enum Form {
        Seconds(i64),
        Text(String),
    }
    let time = match Form::deserialize(input)? {
        Form::Text(text) if text == "now" => return Ok(Some(Moment::Now)),
        Form::Text(text) => Timestamp::parse(&text, TimeFormat::Rfc3339),
        Form::Seconds(seconds) => Timestamp::from_unix(seconds),
    };
    let time = time.ok_or_else(|| Error::custom("freeze is not a time"))?;
    Ok(Some(Moment::At(time)))
}

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::endpoint::{ENDPOINTS, Endpoint};
use crate::{Protocol, described};

/// An endpoint of the sandbox, known by the full name that the client library gives it:
/// `v2.wecom.pay_employee`.
///
/// It has one for every operation. Those with behaviour are [`all`](Self::all); what they are told
/// shows in the books. The rest check a request and answer it, by the operation's description, and
/// remember nothing but the merchant's own numbers. Their names are read from a string:
/// `"v3.ecommerce.query_balance".parse()`.
///
/// [`named`](Self::named) knows those with behaviour, and can be called where a constant is made,
/// so that a wrong name does not compile:
///
/// ```
/// use wxpay_sandbox::Api;
///
/// const QUERY: Api = Api::named("v3.pay.query_order_by_id").unwrap();
/// assert_eq!(QUERY.to_string(), "v3.pay.query_order_by_id");
/// ```
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Api(&'static str);

/// No endpoint of the sandbox has this name.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("the sandbox has no endpoint {0}")]
#[non_exhaustive]
pub struct UnknownApi(
    /// The name.
    pub String,
);

impl Api {
    /// The endpoint of a full name, if it has behaviour.
    pub const fn named(name: &str) -> Option<Self> {
        match find(name) {
            Some(endpoint) => Some(Self(endpoint.name)),
            None => None,
        }
    }

    /// Every endpoint with behaviour.
    pub fn all() -> impl Iterator<Item = Self> {
        ENDPOINTS.iter().map(|endpoint| Self(endpoint.name))
    }

    /// The full name.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// The protocol that it speaks.
    pub const fn protocol(self) -> Protocol {
        match self.0.as_bytes() {
            [b'v', b'2', ..] => Protocol::V2,
            _ => Protocol::V3,
        }
    }

    /// Whether it has behaviour; if not, it answers by the operation's description alone.
    pub const fn has_behaviour(self) -> bool {
        find(self.0).is_some()
    }

    /// The HTTP method and the path, in which `{name}` stands for a part that differs:
    /// `GET /v3/certificates`.
    pub fn target(self) -> String {
        let endpoint = self.endpoint();
        format!("{} {}", endpoint.method, endpoint.path)
    }

    pub(crate) fn endpoint(self) -> &'static Endpoint {
        let endpoint = find(self.0).or_else(|| described::find(self.0));
        endpoint.expect("an Api is made of the name of an endpoint")
    }

    pub(crate) const fn of(endpoint: &Endpoint) -> Self {
        Self(endpoint.name)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Api({})", self.0)
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl FromStr for Api {
    type Err = UnknownApi;

    fn from_str(name: &str) -> Result<Self, UnknownApi> {
        let endpoint = find(name).or_else(|| described::find(name));
        let api = endpoint.map(Self::of);
        api.ok_or_else(|| UnknownApi(name.to_owned()))
    }
}

impl Serialize for Api {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Api {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

const fn find(name: &str) -> Option<&'static Endpoint> {
    let mut endpoints = ENDPOINTS;
    while let [first, rest @ ..] = endpoints {
        if is_same(first.name.as_bytes(), name.as_bytes()) {
            return Some(first);
        }
        endpoints = rest;
    }
    None
}

/// `==` is not to be had where constants are made.
const fn is_same(mut left: &[u8], mut right: &[u8]) -> bool {
    while let ([l, l_rest @ ..], [r, r_rest @ ..]) = (left, right) {
        if *l != *r {
            return false;
        }
        (left, right) = (l_rest, r_rest);
    }
    left.is_empty() && right.is_empty()
}

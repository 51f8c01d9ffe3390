//! APIv3: JSON, signed by RSA over the exact bytes of request and reply.

mod call;
mod client;
mod credentials;
mod endpoint;
mod json;
mod meta;
mod object;
mod reply;

pub use call::Call;
pub use client::{Client, ClientBuilder, Pending};
pub use credentials::Credentials;
pub use endpoint::Endpoint;
pub use json::Json;
pub use meta::{Meta, Method};
pub use object::Object;

#[allow(unreachable_pub, unused_imports)] // nothing is there without a product's feature
pub use crate::generated::v3::*;

//! 商户签名验签／加解密测试.

use http::Method;
use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Content, Request, authorization};

/// The body of the response.
#[derive(Serialize)]
struct Echo {
    echo_message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypted_echo_message: Option<String>,
}

/// 商户签名验签／加解密测试.
pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.security.echo",
    &Method::POST,
    "/v3/security/echo",
    respond,
);

/// Says the texts back: the encrypted one is decrypted, and encrypted again for the merchant.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let key = request
        .key
        .as_deref()
        .ok_or_else(authorization::no_serial)?;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    let echo_message = fields.text("echo_message", MAX)?.to_owned();
    if let Some(url) = fields.optional_text("notify_url", 256)?
        && !url.starts_with("https://")
    {
        return Err(fields.refuse("notify_url", "须为https地址"));
    }
    let encrypted_echo_message = match fields.optional_sealed("encrypted_echo_message", key)? {
        None => None,
        Some(text) => {
            let sealed = request.shared.platform.merchant.seal(&text);
            let too_long = || fields.refuse("encrypted_echo_message", "长度超过限制");
            Some(sealed.ok_or_else(too_long)?)
        }
    };
    Ok(Answer::ok(Echo {
        echo_message,
        encrypted_echo_message,
    }))
}

impl Content for Echo {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.echo_message = another(&self.echo_message);
    }

    fn tamper(&mut self) {
        self.become_another();
    }
}

/// In characters. The document names no limit.
const MAX: usize = 4096;

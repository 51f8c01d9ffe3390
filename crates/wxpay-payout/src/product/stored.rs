//! How a request to APIv3 is kept, and sent as it was kept.

use bytes::Bytes;
use http::{HeaderValue, Request};
use wxpay_client::json::Json;
use wxpay_client::v3::{Client, Endpoint, Pending};
use wxpay_core::{Effect, Error, ErrorKind, InvalidInput, Outcome};
use wxpay_transport::{Hints, Transport as _};

use crate::described;
use crate::evidence::{Message, PayEnd, QueryEnd, Refusal};
use crate::fence::Fence;

/// What is kept of a request: the serial number of the key that its encrypted fields are for, a
/// line break, and the body. The signature is not kept: it holds the time, and is made again for
/// each send.
pub(super) fn message(request: &Request<Bytes>) -> Message {
    let serial = request.headers().get(SERIAL).map(HeaderValue::as_bytes);
    let mut bytes = serial.unwrap_or_default().to_vec();
    bytes.push(b'\n');
    bytes.extend_from_slice(request.body());
    Message::new(bytes)
}

/// A kept request.
pub(super) struct Kept {
    serial: Option<HeaderValue>,
    bytes: Bytes,
    /// The body, which is written to the same bytes.
    pub(super) body: Json,
}

impl Kept {
    /// Reads what [`message`] has written.
    pub(super) fn read(name: &'static str, message: &Message) -> Result<Self, Error> {
        let broken = || {
            let rule = "must be a request that this product has written";
            let rule_zh = "必须是由本产品写入的请求";
            Error::new(
                name,
                Effect::Write,
                InvalidInput::new("message", rule, rule_zh),
            )
        };
        let bytes = message.bytes();
        let end = bytes
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or_else(broken)?;
        let serial = match bytes.slice(..end) {
            empty if empty.is_empty() => None,
            serial => Some(HeaderValue::from_maybe_shared(serial).map_err(|_| broken())?),
        };
        let bytes = bytes.slice(end.saturating_add(1)..);
        let body = Json::parse(&bytes).map_err(|_| broken())?;
        Ok(Self {
            serial,
            bytes,
            body,
        })
    }

    /// Sends it under `endpoint`, which writes its body: these bytes and no others, and only while
    /// the fence is not past.
    pub(super) async fn send<E: Endpoint>(
        &self,
        client: &Client,
        endpoint: &E,
        fence: &Fence,
    ) -> Result<E::Response, Error> {
        let (mut request, pending) = client.prepare(endpoint).await?;
        if *request.body() != self.bytes {
            let rule = "must be written to the bytes that are in the journal";
            let rule_zh = "必须与付款日志中的内容逐字节一致";
            let error = InvalidInput::new("message", rule, rule_zh);
            return Err(Error::new(endpoint.meta().name, Effect::Write, error));
        }
        // The key that the fields were encrypted for need not be today's.
        if let Some(serial) = &self.serial {
            request.headers_mut().insert(SERIAL, serial.clone());
        }
        send(client, request, pending, fence).await
    }
}

/// Sends a request that is not kept, and only while the fence is not past.
#[cfg(feature = "transfer")]
pub(super) async fn call<E: Endpoint>(
    client: &Client,
    endpoint: &E,
    fence: &Fence,
) -> Result<E::Response, Error> {
    let (request, pending) = client.prepare(endpoint).await?;
    send(client, request, pending, fence).await
}

/// Asks once.
pub(super) async fn ask<E: Endpoint>(client: &Client, endpoint: &E) -> Result<E::Response, Error> {
    let (request, pending) = client.prepare(endpoint).await?;
    match client.transport().send(request).await {
        Ok(answer) => pending.finish(answer).await,
        Err(error) => Err(pending.failed(error)),
    }
}

/// Sends a request with the fence's end as its own, if that is not over yet.
async fn send<E: Endpoint>(
    client: &Client,
    mut request: Request<Bytes>,
    pending: Pending<'_, E>,
    fence: &Fence,
) -> Result<E::Response, Error> {
    if let Some(hints) = request.extensions_mut().get_mut::<Hints>() {
        *hints = hints.deadline(Some(fence.deadline()));
    }
    if let Err(error) = fence.deadline().check() {
        return Err(pending.failed(error));
    }
    match client.transport().send(request).await {
        Ok(answer) => pending.finish(answer).await,
        Err(error) => Err(pending.failed(error)),
    }
}

/// How a failed try to pay ended.
pub(super) fn not_paid(error: Error) -> PayEnd {
    if error.outcome() == Outcome::NotExecuted {
        return PayEnd::NotSent(error);
    }
    match error.kind() {
        ErrorKind::Business(_) => match refusal(&error) {
            Some(refusal) => PayEnd::Refused(refusal),
            None => PayEnd::Unclear(described(&error)),
        },
        // Not signed, as for a wrong key: it proves nothing.
        ErrorKind::Protocol(protocol) if protocol.status() == 401 => {
            PayEnd::Declined(described(&error))
        }
        _ => PayEnd::Unclear(described(&error)),
    }
}

/// How a failed query ended. `unknown` is the code of a number that WeChat Pay does not know, in a
/// signed response.
pub(super) fn not_found(error: &Error, unknown: &str) -> QueryEnd {
    match refusal(error) {
        Some(refusal) if refusal.code == unknown => QueryEnd::NotFound,
        Some(refusal) => QueryEnd::Refused(refusal),
        None => QueryEnd::Unclear(described(error)),
    }
}

/// The refusal in a signed response.
pub(super) fn refusal(error: &Error) -> Option<Refusal> {
    match error.kind() {
        ErrorKind::Business(business) => Some(Refusal::new(
            business.code(),
            business.class(),
            business.message(),
        )),
        _ => None,
    }
}

const SERIAL: &str = "Wechatpay-Serial";

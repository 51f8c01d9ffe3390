//! One request and its response: checking, taking effect, and going wrong as told.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::header::DATE;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::sync::oneshot;
use wxpay_core::Timestamp;

use crate::endpoint::Handler;
use crate::form::Form;
use crate::payload::{self, Closed, Payload};
use crate::request_body::{self, Lost};
use crate::route::Route;
use crate::state::Shared;
use crate::{Api, Fault, Protocol, SeenRequest, SignatureCheck, described, state_file, v2, v3};

/// A request that was read to its end.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The path and query as they were on the wire.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    /// Of an upload only the beginning, if it is long.
    pub(crate) body: Bytes,
    pub(crate) client_certificate: bool,
    /// The parts of the body, if it is an upload's; an error is what is wrong with them.
    form: Result<Option<Form>, String>,
}

/// A response before it is signed.
pub(crate) enum Draft {
    V2(v2::Message),
    V2File(v2::File),
    V3(v3::Answer),
}

/// Answers one request, or ends its connection.
pub(crate) async fn serve(
    shared: &Arc<Shared>,
    client_certificate: bool,
    request: Request<Incoming>,
) -> Result<Response<Payload>, Closed> {
    let (head, body) = request.into_parts();
    let target = head.uri.path_and_query();
    let target = target.map_or_else(String::new, |target| target.as_str().to_owned());
    let route = Route::of(&head.method, &target).ok();
    let file_part = route.and_then(|route| route.endpoint.file_part());
    let patience = shared.connection_limits.patience;
    let read = match file_part {
        Some(part) => request_body::upload(body, &head.headers, part, patience).await,
        None => request_body::message(body, patience).await,
    };
    let body = match read {
        Ok(body) => body,
        Err(Lost::TooLong) => return Ok(payload::empty(StatusCode::PAYLOAD_TOO_LARGE)),
        Err(Lost::Gone) => return Err(Closed),
    };
    let call = Call {
        target,
        method: head.method,
        headers: head.headers,
        body: body.bytes,
        client_certificate,
        form: body.form,
    };

    let route = Route::of(&call.method, &call.target).ok();
    let api = route.as_ref().map(|route| Api::of(route.endpoint));
    let (number, fault) = shared.arrive(call.seen(api));
    let _under_way = UnderWay { shared, number };
    let response = match fault {
        Some(Fault::DelayBeforeCommit(time)) => hold(shared, &call, number, time).await?,
        fault => answer(shared, &call, fault, number).await?,
    };
    shared.note(number, |seen| {
        seen.status = Some(response.status().as_u16());
        seen.reply = response.body().bytes();
    });
    Ok(dated(response, shared.state().now()))
}

/// A request that is being answered. It may end at any point: clients go away, and faults close
/// connections.
struct UnderWay<'a> {
    shared: &'a Shared,
    number: u64,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.shared.note(self.number, |seen| seen.ended = true);
    }
}

/// The response with a `Date` of the sandbox's clock, by which the whole server goes.
fn dated(mut response: Response<Payload>, now: Timestamp) -> Response<Payload> {
    let seconds = u64::try_from(now.unix()).unwrap_or_default();
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
    if let Ok(date) = HeaderValue::try_from(date) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

/// Lets the request take effect later, also when its client has gone by then.
async fn hold(
    shared: &Arc<Shared>,
    call: &Call,
    number: u64,
    time: Duration,
) -> Result<Response<Payload>, Closed> {
    let (done, answered) = oneshot::channel();
    let (call, own) = (call.clone(), Arc::clone(shared));
    shared.held.spawn(async move {
        tokio::time::sleep(time).await;
        // Nobody may be there to hear it.
        let _ = done.send(answer(&own, &call, None, number).await);
    });
    answered.await.unwrap_or(Err(Closed))
}

async fn answer(
    shared: &Arc<Shared>,
    call: &Call,
    fault: Option<Fault>,
    number: u64,
) -> Result<Response<Payload>, Closed> {
    let route = match Route::of(&call.method, &call.target) {
        Ok(route) => route,
        Err(unrouted) => return Ok(unrouted.answer(call, shared)),
    };
    let now = shared.state().now();
    let mut signatures = Vec::new();
    let draft = match &call.form {
        Ok(_) => respond(shared, call, &route, fault.as_ref(), now, &mut signatures),
        // What was signed is in the form, so that nobody knows yet whose it is.
        Err(wrong) => Ok(Draft::V3(v3::no_form(wrong))),
    };
    shared.note(number, |seen| seen.signatures = signatures);
    // What a response tells must not be lost when the sandbox is killed.
    state_file::save(shared).await.map_err(|_| Closed)?;
    let draft = draft?;

    match fault {
        Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
        Some(Fault::Stall) => std::future::pending().await,
        Some(Fault::Html502) => {
            return Ok(payload::whole(
                StatusCode::BAD_GATEWAY,
                "text/html",
                BAD_GATEWAY,
            ));
        }
        _ => {}
    }
    let response = match draft {
        Draft::V2(message) => message.seal(&shared.merchant, fault.as_ref()),
        Draft::V2File(file) => file.response(),
        Draft::V3(answer) => {
            let named = match route.endpoint.handler {
                Handler::V3 {
                    signed_as_named: false,
                    ..
                } => None,
                _ => call.serial(),
            };
            let key = v3::caller::signer(call, named, shared);
            answer.seal(&key, fault.as_ref(), now, &shared.random)
        }
    };
    Ok(match fault {
        Some(Fault::EmptyBody) => payload::empty(StatusCode::OK),
        Some(Fault::TruncatedBody) => payload::cut(response),
        _ => response,
    })
}

/// Checks the request, lets it take effect unless the fault says otherwise, and drafts the
/// response.
fn respond(
    shared: &Shared,
    call: &Call,
    route: &Route<'_>,
    fault: Option<&Fault>,
    now: Timestamp,
    signatures: &mut Vec<SignatureCheck>,
) -> Result<Draft, Closed> {
    let commit = !matches!(
        fault,
        Some(Fault::DropBeforeCommit | Fault::ErrorCode { .. })
    );
    let refused = |refusal: v2::Refusal, refusals| {
        let message = refusal.message(call, refusals, &shared.random);
        Draft::V2(message)
    };
    let mut request = v2::Request {
        call,
        shared,
        commit,
        signatures,
    };
    let draft = match route.endpoint.handler {
        Handler::V2 { respond, refusals } => match respond(&mut request) {
            Ok(message) => Draft::V2(message),
            Err(refusal) => refused(refusal, refusals),
        },
        Handler::V2File { respond, refusals } => match respond(&mut request) {
            Ok(file) => Draft::V2File(file),
            Err(refusal) => refused(refusal, refusals),
        },
        Handler::V3 { respond, .. } => Draft::V3(v3::respond(
            respond, route, call, shared, now, commit, signatures,
        )),
        Handler::V3Open { respond } => {
            Draft::V3(v3::respond_to_anyone(respond, route, call, shared, commit))
        }
        Handler::Described(operation) if route.endpoint.protocol() == Protocol::V2 => {
            match described::v2::respond(&mut request, operation) {
                Ok(draft) => draft,
                Err(refusal) => refused(refusal, described::v2::refusals(operation)),
            }
        }
        Handler::Described(operation) => Draft::V3(v3::respond(
            |request| described::v3::respond(request, operation),
            route,
            call,
            shared,
            now,
            commit,
            signatures,
        )),
    };
    match fault {
        Some(Fault::DropBeforeCommit | Fault::DropAfterCommit) => Err(Closed),
        Some(
            Fault::ErrorCode { code, message } | Fault::ErrorCodeAfterCommit { code, message },
        ) => Ok(match route.endpoint.handler {
            Handler::V2 { refusals, .. } | Handler::V2File { refusals, .. } => {
                refused(v2::Refusal::code(code, message), refusals)
            }
            Handler::V3 { .. } => Draft::V3(v3::Answer::documented_error(code, message)),
            Handler::V3Open { .. } => {
                Draft::V3(v3::Answer::documented_error(code, message).unsigned())
            }
            Handler::Described(operation) if route.endpoint.protocol() == Protocol::V2 => refused(
                v2::Refusal::code(code, message),
                described::v2::refusals(operation),
            ),
            Handler::Described(operation) => {
                Draft::V3(described::v3::error(operation, code, message))
            }
        }),
        Some(Fault::ReturnCodeFail { message, code }) => {
            Ok(Draft::V2(v2::return_fail(message, code.as_deref())))
        }
        Some(Fault::OtherReply) => Ok(match draft {
            Draft::V2(message) => Draft::V2(message.about_another()),
            Draft::V2File(file) => Draft::V2File(file),
            Draft::V3(answer) => Draft::V3(answer.about_another()),
        }),
        _ => Ok(draft),
    }
}

impl Call {
    /// The platform key that the request names.
    pub(crate) fn serial(&self) -> Option<&str> {
        self.headers.get("wechatpay-serial")?.to_str().ok()
    }

    /// The parts of an upload.
    pub(crate) fn form(&self) -> Option<&Form> {
        self.form.as_ref().ok()?.as_ref()
    }

    /// What is signed of the body: all of it, and of an upload its `meta`.
    pub(crate) fn signed_body(&self) -> &[u8] {
        self.form().map_or(&self.body, |form| &form.meta)
    }

    /// What follows the `?`.
    pub(crate) fn query(&self) -> &str {
        let parts = self.target.split_once('?');
        parts.map_or("", |(_, query)| query)
    }

    fn seen(&self, api: Option<Api>) -> SeenRequest {
        SeenRequest {
            number: 0,
            time: Timestamp::now(),
            api,
            method: self.method.clone(),
            target: self.target.clone(),
            headers: self.headers.clone(),
            client_certificate: self.client_certificate,
            body: self.body.clone(),
            signatures: Vec::new(),
            fault: None,
            status: None,
            reply: Bytes::new(),
            ended: false,
        }
    }
}

const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

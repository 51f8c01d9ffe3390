use std::time::Duration;

use thiserror::Error;

use crate::{Api, Protocol};

/// A way for one response to go wrong.
///
/// The request is read and its signatures are checked as usual. "Took effect" means what the
/// request would have done without the fault: a payment is in the ledger, a batch of transfers is
/// accepted, unless the request was refused.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The request takes no effect and the connection is closed.
    DropBeforeCommit,
    /// The request took effect and the connection is closed.
    DropAfterCommit,
    /// The request took effect; the response announces its length, and half of it comes before the
    /// connection is closed.
    TruncatedBody,
    /// The request took effect; a gateway answers for it with status 502 and a page of HTML.
    Html502,
    /// The request took effect; the response is status 200 and nothing.
    EmptyBody,
    /// The request takes no effect and is answered with an error code: `err_code` of APIv2, `code`
    /// of APIv3 (with the status that the documents give it, or 400).
    ErrorCode {
        /// The code, such as `SYSTEMERROR`.
        code: String,
        /// `err_code_des` of APIv2, `message` of APIv3.
        message: String,
    },
    /// The request took effect and is answered with an error code all the same.
    ErrorCodeAfterCommit {
        /// The code, such as `SYSTEMERROR`.
        code: String,
        /// `err_code_des` of APIv2, `message` of APIv3.
        message: String,
    },
    /// The request took effect; `return_code` is `FAIL`, with `result_code` and `err_code` beside
    /// it if a code is given, as in the documents' sample of 企业付款. APIv2 only.
    ReturnCodeFail {
        /// `return_msg`.
        message: String,
        /// `err_code`, if there is to be one.
        code: Option<String>,
    },
    /// The response's signature is one of another text. Signed responses only.
    WrongSignature,
    /// The response has no signature. Signed responses only.
    MissingSignature,
    /// The response was signed an hour ago, correctly. APIv3 only.
    StaleSignature,
    /// The response's signature is a probe (签名探测): it begins with `WECHATPAY/SIGNTEST/`. APIv3
    /// only.
    ProbeSignature,
    /// The response is signed, but names a key in `Wechatpay-Serial` that does not exist. APIv3
    /// only.
    UnknownSerial,
    /// The response was signed, then an amount, a state, a code or whatever matters most in it was
    /// changed. Signed responses only.
    TamperedBody,
    /// The response is authentic and correctly signed, but about another number: another
    /// `serial_no` beside the certificate, in the list of them, and another text from the echo.
    OtherReply,
    /// The request took effect; the response takes this long.
    Delay(Duration),
    /// The request is held for this long, and is read, checked and takes effect after that: also
    /// when the client has closed the connection meanwhile. The time is real time, not that of the
    /// sandbox's clock.
    DelayBeforeCommit(Duration),
    /// The request took effect; the response never comes, and the connection stays open.
    Stall,
}

/// A fault that does not exist for an endpoint.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("fault {fault:?} does not apply to {api}")]
#[non_exhaustive]
pub struct InjectError {
    /// The endpoint.
    pub api: Api,
    /// The fault.
    pub fault: Fault,
}

impl Fault {
    /// [`ErrorCode`](Self::ErrorCode).
    pub fn error_code(code: &str, message: &str) -> Self {
        Self::ErrorCode {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    /// [`ErrorCodeAfterCommit`](Self::ErrorCodeAfterCommit).
    pub fn error_code_after_commit(code: &str, message: &str) -> Self {
        Self::ErrorCodeAfterCommit {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    /// Whether responses of `api` can go wrong in this way.
    pub fn applies_to(&self, api: Api) -> bool {
        let reply = api.endpoint().reply;
        let v3 = api.protocol() == Protocol::V3;
        match self {
            Self::TruncatedBody => reply.body,
            Self::TamperedBody => reply.signed && reply.body,
            Self::OtherReply => reply.subject,
            Self::WrongSignature | Self::MissingSignature => reply.signed,
            Self::StaleSignature | Self::ProbeSignature | Self::UnknownSerial => v3 && reply.signed,
            Self::ReturnCodeFail { .. } => !v3,
            _ => true,
        }
    }
}

impl InjectError {
    pub(crate) fn new(api: Api, fault: &Fault) -> Self {
        Self {
            api,
            fault: fault.clone(),
        }
    }
}

use crate::exchange::Call;
use crate::random::Random;
use crate::v2::sign::SignType;
use crate::v2::{Message, request};

/// How a family of endpoints says that a request is not done.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Refusals {
    /// Signed, with whose request it was.
    Signed,
    /// With whose request it was.
    Unsigned,
    /// With the error alone.
    Bare,
    /// With the error alone, and no word of it in `return_msg`.
    Plain,
    /// `return_code` is `FAIL`, with an `error_code` of digits.
    Digits,
    /// `return_code` is `FAIL`, with `error_code` and `error_msg`.
    Words,
}

/// Why a request is not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// `return_code` is `FAIL`, with this `return_msg`; never signed.
    Return(String),
    /// `result_code` is `FAIL`.
    Code { code: String, message: String },
}

impl Refusal {
    pub(crate) fn code(code: &str, message: impl Into<String>) -> Self {
        Self::Code {
            code: code.to_owned(),
            message: message.into(),
        }
    }

    /// The response that says so.
    pub(crate) fn message(&self, call: &Call, form: Refusals, random: &Random) -> Message {
        let (code, message) = match self {
            Self::Return(message) if form == Refusals::Digits => {
                return with_digits("20001", message);
            }
            Self::Return(message) => return return_fail(message, None),
            Self::Code { code, message } => (code, message),
        };
        let request = request::params(&call.body).unwrap_or_default();
        let reply = match form {
            Refusals::Signed => {
                let sign_type = request.get("sign_type").and_then(SignType::parse);
                Message::signed(sign_type.unwrap_or(SignType::Md5))
                    .text("return_code", "SUCCESS")
                    .text("return_msg", "OK")
            }
            Refusals::Digits => return with_digits(code, message),
            Refusals::Words => {
                return Message::default()
                    .text("return_code", "FAIL")
                    .text("error_code", code)
                    .text("error_msg", message);
            }
            Refusals::Plain => Message::default()
                .text("return_code", "SUCCESS")
                .text("return_msg", "OK"),
            Refusals::Unsigned | Refusals::Bare => Message::default()
                .text("return_code", "SUCCESS")
                .text("return_msg", message),
        };
        let reply = match form {
            Refusals::Bare | Refusals::Plain | Refusals::Digits | Refusals::Words => reply,
            Refusals::Signed | Refusals::Unsigned => reply
                .optional("appid", request.get("appid"))
                .optional("mch_id", request.get("mch_id"))
                .optional("device_info", request.get("device_info"))
                .text("nonce_str", random.nonce()),
        };
        reply
            .text("result_code", "FAIL")
            .text("err_code", code)
            .text("err_code_des", message)
    }
}

/// `return_code` is `FAIL`, and an error code stands beside it if there is one.
pub(crate) fn return_fail(message: &str, code: Option<&str>) -> Message {
    let reply = Message::default()
        .text("return_code", "FAIL")
        .text("return_msg", message);
    match code {
        None => reply,
        Some(code) => reply
            .text("result_code", "FAIL")
            .text("err_code", code)
            .text("err_code_des", message),
    }
}

fn with_digits(code: &str, message: &str) -> Message {
    return_fail(message, None).text("error_code", code)
}

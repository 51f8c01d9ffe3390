use bytes::Bytes;
use http::Response;
use wxpay_core::{
    BusinessError, DecodeError, ErrorKind, Params, ProtocolError, VerificationFailure, XmlError,
    XmlLimits,
};
use wxpay_sign::Verified;
use wxpay_sign::v2::{Key, SignType, danger_accept_file, danger_accept_unsigned};

use super::{Fields, Merchant, Meta};

/// What a response is checked against.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    pub(super) meta: &'static Meta,
    pub(super) merchant: &'a Merchant,
    pub(super) key: &'a Key,
    pub(super) sign_type: SignType,
}

/// A response that was accepted.
pub(super) enum Accepted {
    Message(Verified<Params>),
    File(Verified<Bytes>),
}

impl Expected<'_> {
    /// Takes a response through the three levels: communication, origin, business. A file has the
    /// first alone.
    pub(super) fn accept(&self, response: &Response<Bytes>) -> Result<Accepted, ErrorKind> {
        let status = response.status().as_u16();
        if status != 200 {
            return Err(ProtocolError::new(status, "not a response of APIv2").into());
        }
        let body = response.body();
        if self.meta.file_reply && !body.is_empty() && !is_markup(body) {
            return Ok(Accepted::File(danger_accept_file(body.clone())));
        }
        let mut limits = XmlLimits::default();
        if self.meta.nested_reply {
            limits.depth = 2;
        }
        let params = Params::from_xml_within(body, &limits).map_err(|error| match error {
            XmlError::Empty => ProtocolError::new(status, "the response is empty"),
            error => ProtocolError::new(status, &format!("not a message of APIv2: {error}")),
        })?;
        match params.get("return_code") {
            Some("SUCCESS") => {}
            Some("FAIL") => return Err(claimed_failure(status, claimed_text(&params), &params)),
            _ => {
                let mut text = "return_code is neither SUCCESS nor FAIL".to_owned();
                if let Some(claimed) = claimed_text(&params) {
                    text = format!("{text}: {claimed}");
                }
                return Err(claimed_failure(status, Some(&text), &params));
            }
        }
        let reply = self.check_origin(params)?;
        match reply.get().get("result_code") {
            Some("SUCCESS") if self.meta.file_reply => Err(DecodeError::malformed("body").into()),
            Some("SUCCESS") => Ok(Accepted::Message(reply)),
            Some("FAIL") => Err(self.refusal(status, reply.get()).into()),
            Some(_) => Err(DecodeError::malformed("result_code").into()),
            None if !self.meta.result_code => Ok(Accepted::Message(reply)),
            None => Err(DecodeError::missing("result_code").into()),
        }
    }

    fn check_origin(&self, params: Params) -> Result<Verified<Params>, ErrorKind> {
        let Self {
            meta,
            merchant,
            key,
            sign_type,
        } = self;
        let reply = if meta.reply_signed {
            key.verify(params, *sign_type)
                .map_err(ErrorKind::Verification)?
        } else {
            danger_accept_unsigned(params)
        };
        let params = reply.get();
        let fields = Fields::of(params);
        // Without a signature there is no signed text that could be ambiguous.
        if let Some(name) = params.ambiguous(meta.names).filter(|_| meta.reply_signed) {
            let failure = VerificationFailure::Ambiguous(name.to_owned());
            return Err(ErrorKind::Verification(failure.into()));
        }
        let succeeded = params.get("result_code") == Some("SUCCESS") || !meta.result_code;
        let mch_id = meta.mch_id_field.unwrap_or("mch_id");
        let promised = succeeded && !meta.reply_signed && meta.merchant_reply;
        if params.get(mch_id).is_some() || promised {
            fields.echo(mch_id, &merchant.mch_id)?;
        }
        // An unsigned response's appid is not compared: the documents' own samples answer with
        // another form of it.
        let app_id = meta.app_id_field.unwrap_or("appid");
        if meta.reply_signed && params.get(app_id).is_some() {
            fields.echo(app_id, &merchant.app_id)?;
        }
        Ok(reply)
    }

    fn refusal(&self, status: u16, reply: &Params) -> BusinessError {
        let code = claimed_code(reply).unwrap_or_default();
        let message = claimed_text(reply).unwrap_or_default();
        BusinessError::new(status, code, message, self.meta.errors)
    }
}

/// Whether a text begins as XML or HTML does. A bill begins with a word or, compressed, with the
/// bytes of gzip.
pub(super) fn is_markup(body: &[u8]) -> bool {
    body.iter().find(|byte| !is_blank(byte)) == Some(&b'<')
}

/// White space, or a byte of the mark (BOM) that can stand before a text.
pub(super) fn is_blank(byte: &u8) -> bool {
    byte.is_ascii_whitespace() || b"\xEF\xBB\xBF".contains(byte)
}

/// Without a `return_code` of `SUCCESS`, nothing is signed. Some such responses carry an `err_code`
/// all the same.
fn claimed_failure(status: u16, text: Option<&str>, params: &Params) -> ErrorKind {
    let failure =
        ProtocolError::new(status, text.unwrap_or_default()).with_code(claimed_code(params));
    if params.get("return_code") == Some("FAIL") {
        return failure.with_return_code_fail().into();
    }
    failure.into()
}

/// The code of a failure, under the names that the products have for it.
fn claimed_code(params: &Params) -> Option<&str> {
    let names = ["err_code", "error_code", "retcode"];
    names.iter().find_map(|name| params.get(name))
}

/// The text of a failure, under the names that the products have for it; `retmsg` is that of
/// `/mmpaymkttransfers`.
fn claimed_text(params: &Params) -> Option<&str> {
    let names = [
        "err_code_des",
        "error_code_des",
        "retmsg",
        "error_msg",
        "err_msg",
        "result_msg",
        "return_msg",
    ];
    let mut texts = names.iter().filter_map(|name| params.get(name));
    // That the communication went well is not the text of the failure.
    texts.find(|text| !text.eq_ignore_ascii_case("OK"))
}

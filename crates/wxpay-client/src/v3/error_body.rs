use http::HeaderMap;

use super::{Json, Reason};

/// What an error response of APIv3 says of itself (错误信息), read from whatever came.
///
/// Nothing here is proven: an error may come unsigned, from a gateway or as a web page. It helps a
/// person and support, and decides nothing about money;
/// [`Error::outcome`](wxpay_core::Error::outcome) does.
///
/// ```
/// use wxpay_client::v3::ErrorBody;
///
/// let error = ErrorBody::parse(502, &http::HeaderMap::new(), b"<html>Bad Gateway</html>");
/// assert_eq!((error.status, error.code), (502, None));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ErrorBody {
    /// The HTTP status.
    pub status: u16,
    /// The error code (错误码), such as `PARAM_ERROR`.
    pub code: Option<String>,
    /// The server's words (错误描述). They change without notice.
    pub message: Option<String>,
    /// The header `Request-ID`, by which WeChat Pay's support finds the call.
    pub request_id: Option<String>,
    /// What is wrong with which field (错误详情), as it came. It is documented for `PARAM_ERROR` and
    /// `INVALID_REQUEST` and has other shapes elsewhere.
    pub detail: Option<Json>,
}

impl ErrorBody {
    /// Reads what there is. A body that is empty, is not JSON or is not an object leaves its
    /// members `None`, and so does a code or message that is not a string.
    pub fn parse(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let json = Json::parse(body).unwrap_or(Json::Null);
        let text = |name| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let request_id = headers.get("Request-ID");
        Self {
            status,
            code: text("code"),
            message: text("message"),
            request_id: request_id.and_then(|id| Some(id.to_str().ok()?.to_owned())),
            detail: json
                .get("detail")
                .filter(|detail| **detail != Json::Null)
                .cloned(),
        }
    }

    /// The reason (原因码) at the end of the request's id, which says more than the code.
    pub fn reason(&self) -> Option<Reason> {
        Reason::of_request_id(self.request_id.as_deref()?)
    }
}

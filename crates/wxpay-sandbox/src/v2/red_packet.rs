//! 现金红包.

pub(crate) mod query;
pub(crate) mod send;

use crate::v2::Refusal;
use crate::v2::request::Words;

/// Of the requests to send red packets.
const SENDS: Words = Words {
    no_auth: "NO_AUTH",
    ca_error: "商户API证书校验出错",
    app_id: "wxappid",
    wrong_app: ("PARAM_ERROR", "商户号和wxappid不匹配"),
};

/// Of the queries.
const QUERIES: Words = Words {
    app_id: "appid",
    ca_error: "请求未携带证书，或请求携带的证书出错",
    wrong_app: ("PARAM_ERROR", "商户号和appid不匹配"),
    ..SENDS
};

fn missing() -> Refusal {
    Refusal::code("NOT_FOUND", "指定单号数据不存在")
}

//! Names of fields that responses and notifications of APIv2 carry.

use wxpay_core::Params;

use super::edits::Edit;
use crate::causes::v2_reply as causes;
use crate::finding::Finding;
use crate::names::snake;

/// The names as WeChat Pay writes them, if a framework wrote them in camelCase or PascalCase.
pub(super) fn restored(params: &Params) -> Option<Edit> {
    let renamed: Vec<(&str, String)> = params
        .iter()
        .map(|(name, _)| (name, joined(snake(name))))
        .filter(|(name, snake)| name != snake)
        .collect();
    let (found, expected) = renamed.first()?;
    let why = Finding::new(
        &causes::NAMES,
        [("found", found), ("expected", expected.as_str())],
    );
    let names: Vec<_> = renamed
        .iter()
        .map(|(name, snake)| (*name, snake.as_str()))
        .collect();
    Some(Edit::rename(&names, why))
}

/// Some names are one word in WeChat Pay's writing.
fn joined(name: String) -> String {
    match name.as_str() {
        "app_id" => "appid".to_owned(),
        "open_id" => "openid".to_owned(),
        "sub_app_id" => "sub_appid".to_owned(),
        "sub_open_id" => "sub_openid".to_owned(),
        _ => name,
    }
}

/// Those by which a response could be of any call.
pub(super) const COMMON: &[&str] = &[
    "appid",
    "device_info",
    "err_code",
    "err_code_des",
    "mch_id",
    "nonce_str",
    "result_code",
    "return_code",
    "return_msg",
    "sub_appid",
    "sub_mch_id",
];

/// Those that only responses of payouts and red packets carry.
pub(super) const OF_PAYOUTS: &[&str] = &[
    "detail_id",
    "hblist",
    "mch_appid",
    "mch_billno",
    "mchid",
    "payment_no",
    "payment_time",
    "retcode",
    "retmsg",
    "send_listid",
];

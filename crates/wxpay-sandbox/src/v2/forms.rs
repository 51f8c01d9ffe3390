//! What the requests about orders are held to.

use serde_json::Value;
use wxpay_core::{Fen, Params, TimeFormat, Timestamp};

use crate::SubMerchant;
use crate::v2::Refusal;
use crate::v2::request::{self, Need, Rule};

/// Holds every field to its rule.
pub(crate) fn check_rules(params: &Params, rules: &[Rule]) -> Result<(), Refusal> {
    for Rule(name, max, need) in rules {
        match params.get(name) {
            Some(value) if value.chars().count() > *max => {
                return Err(wrong(&format!("{name}参数长度有误")));
            }
            None if *need == Need::Required => return Err(wrong(&format!("缺少参数{name}"))),
            _ => {}
        }
    }
    Ok(())
}

/// Holds a field to its form, if it is there.
pub(crate) fn is(params: &Params, name: &str, check: fn(&str) -> bool) -> Result<(), Refusal> {
    match params.get(name) {
        Some(value) if !check(value) => Err(wrong(&format!("{name}格式错误"))),
        _ => Ok(()),
    }
}

/// An amount that has to be there, of one fen at least.
pub(crate) fn amount(params: &Params, name: &'static str) -> Result<Fen, Refusal> {
    let amount = params.optional(name).ok().flatten();
    let amount = amount.filter(|amount| *amount > Fen::ZERO);
    amount.ok_or_else(|| wrong(&format!("{name}格式错误")))
}

/// The end of the time in which an order can be paid (交易结束时间), if there is one.
pub(crate) fn time_expire(params: &Params, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    let time = |name| match params.get(name) {
        None => Ok(None),
        Some(text) => Timestamp::parse(text, TimeFormat::Compact)
            .map(Some)
            .ok_or_else(|| wrong(&format!("{name}格式错误"))),
    };
    time("time_start")?;
    let end = time("time_expire")?;
    if end.is_some_and(|end| end.unix() - now.unix() < SHORTEST) {
        return Err(wrong("time_expire时间过短，最短失效时间间隔需大于1分钟"));
    }
    Ok(end)
}

/// Checks the fields that change nothing here, and those whose form every order shares.
pub(crate) fn check_order(params: &Params) -> Result<(), Refusal> {
    is(params, "fee_type", |currency| currency == "CNY")?;
    is(params, "limit_pay", |limit| limit == "no_credit")?;
    is(params, "receipt", |receipt| ["Y", "N"].contains(&receipt))?;
    is(params, "profit_sharing", |sharing| {
        ["Y", "N"].contains(&sharing)
    })?;
    for name in ["detail", "scene_info"] {
        is(params, name, |json| {
            serde_json::from_str::<Value>(json).is_ok()
        })?;
    }
    if !params
        .get("spbill_create_ip")
        .is_none_or(request::is_client_ip)
    {
        return Err(wrong(request::INVALID_IP));
    }
    Ok(())
}

/// The sub-merchant (子商户号) that a request of a service provider is about, if it is one.
pub(crate) fn sub_merchant(params: &Params) -> Result<Option<SubMerchant>, Refusal> {
    let Some(sub_mchid) = params.get("sub_mch_id") else {
        return Ok(None);
    };
    is(params, "sub_mch_id", |id| {
        id.len() <= 32 && id.bytes().all(|b| b.is_ascii_digit())
    })?;
    let own = |name| params.get(name).map(str::to_owned);
    let (sub_appid, sub_openid) = (own("sub_appid"), own("sub_openid"));
    if sub_openid.is_some() && sub_appid.is_none() {
        return Err(wrong("传sub_openid时须传sub_appid"));
    }
    Ok(Some(SubMerchant {
        sub_mchid: sub_mchid.to_owned(),
        sub_appid,
        sub_openid,
    }))
}

/// All but what a repetition may change.
pub(crate) fn terms(params: &Params) -> Value {
    params
        .iter()
        .filter(|(name, _)| !["nonce_str", "sign", "sign_type"].contains(name))
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect()
}

pub(crate) fn wrong(message: &str) -> Refusal {
    Refusal::Return(message.to_owned())
}

/// How long an order can be paid at least, in seconds.
const SHORTEST: i64 = 60;

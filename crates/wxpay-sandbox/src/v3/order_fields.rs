//! What the requests that make orders have in common.

use wxpay_core::{TimeFormat, Timestamp};

use crate::state::Shared;
use crate::v3::Answer;
use crate::v3::input::Object;
use crate::v3::party::Party;

/// Checks the app (应用ID) that a request names.
pub(crate) fn check_appid(
    fields: &Object<'_>,
    party: Party,
    shared: &Shared,
) -> Result<(), Answer> {
    let name = match party {
        Party::Merchant => "appid",
        Party::Partner => "sp_appid",
    };
    if fields.text(name, 32)? == shared.merchant.appid.as_str() {
        return Ok(());
    }
    let message = "appid和mch_id不匹配，请检查后再试";
    Err(Answer::error(400, "APPID_MCHID_NOT_MATCH", message))
}

/// The merchant order number (商户订单号) of a new order.
pub(crate) fn new_number<'a>(fields: &Object<'a>, name: &str) -> Result<&'a str, Answer> {
    let number = fields.text(name, 32)?;
    let mut bytes = number.bytes();
    let good = bytes.all(|b| b.is_ascii_alphanumeric() || b"_-|*".contains(&b));
    if good && number.len() >= 6 {
        return Ok(number);
    }
    Err(fields.refuse(name, "只能由6至32个数字、大小写字母和_-|*组成"))
}

/// The end of the time in which the order can be paid (交易结束时间), if there is one.
pub(crate) fn time_expire(
    fields: &Object<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Answer> {
    let Some(text) = fields.optional_text("time_expire", 64)? else {
        return Ok(None);
    };
    let end = Timestamp::parse(text, TimeFormat::Rfc3339);
    let end = end.filter(|end| end.unix() - now.unix() >= SHORTEST);
    let issue = "须为RFC3339格式，且晚于当前时间一分钟以上";
    end.map(Some)
        .ok_or_else(|| fields.refuse("time_expire", issue))
}

/// Whether the money of the order is to be shared (是否指定分账).
pub(crate) fn profit_sharing(fields: &Object<'_>) -> Result<bool, Answer> {
    let settle = fields.optional_object("settle_info")?;
    let sharing = settle.map(|settle| settle.optional_boolean("profit_sharing"));
    Ok(sharing.transpose()?.flatten().unwrap_or_default())
}

/// Checks the members that change nothing here. The number of WeChat Pay's for goods has two names.
pub(crate) fn check_rest(fields: &Object<'_>, wechatpay_goods_id: &str) -> Result<(), Answer> {
    fields.optional_text("goods_tag", 32)?;
    fields.optional_boolean("support_fapiao")?;
    let Some(detail) = fields.optional_object("detail")? else {
        return Ok(());
    };
    detail.optional_text("invoice_id", 32)?;
    detail.optional_integer("cost_price")?;
    for goods in detail.optional_list("goods_detail", 6000)? {
        goods.text("merchant_goods_id", 32)?;
        goods.optional_text(wechatpay_goods_id, 32)?;
        goods.optional_text("goods_name", 256)?;
        goods.positive("quantity")?;
        goods.integer("unit_price")?;
    }
    Ok(())
}

/// How long an order can be paid at least, in seconds.
const SHORTEST: i64 = 60;

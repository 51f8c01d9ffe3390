//! What a request that makes a combined order has to be.

use std::collections::HashSet;

use wxpay_core::{Fen, Timestamp};

use crate::notice::is_notify_url;
use crate::state::{AskedCombined, Shared};
use crate::v2::is_client_ip;
use crate::v3::input::{Body, Object};
use crate::v3::order_fields::{self, new_number};
use crate::v3::prepay::Way;
use crate::v3::{Answer, Request};
use crate::{Api, CombinedOrder, CombinedPart, Order, Prepay, SubMerchant};

/// Checks all of a request that can be checked without the orders.
pub(crate) fn read(request: &Request<'_>, way: Way) -> Result<AskedCombined, Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    let of_way: &[&str] = match way {
        Way::Jsapi => &["combine_payer_info"],
        _ => &[],
    };
    fields.known(&[of_way, MEMBERS].concat())?;
    if fields.text("combine_mchid", 32)? != shared.merchant.mch_id.as_str() {
        let message = "请求中的商户号与签名的商户号不一致";
        return Err(Answer::error(400, "INVALID_REQUEST", message));
    }
    check_appid(&fields, shared)?;
    let number = new_number(&fields, "combine_out_trade_no")?;
    let now = shared.state().now();
    let orders = orders(&fields, number, way, now, shared)?;
    let partner = orders.iter().any(|order| order.sub_merchant.is_some());
    if partner && orders.iter().any(|order| order.sub_merchant.is_none()) {
        return Err(fields.refuse("sub_orders", "服务商的商品单都须填写sub_mchid"));
    }
    if !partner && !(2..=10).contains(&orders.len()) {
        return Err(fields.refuse("sub_orders", "普通商户的合单须有2至10笔商品单"));
    }
    let (openid, by_sub_openid) = payer(&fields, way, &orders)?;
    let device_id = scene(&fields, way)?.map(str::to_owned);
    let notify_url = match (partner, way) {
        (true, Way::Jsapi) => fields.optional_text("notify_url", 255)?,
        _ => Some(fields.text("notify_url", 255)?),
    };
    if notify_url.is_some_and(|url| !is_notify_url(url)) {
        return Err(fields.refuse("notify_url", "须为不带参数的完整URL"));
    }
    let time_expire = order_fields::time_expire(&fields, now)?;
    fields.optional_text("time_start", 64)?;
    let mut orders = orders;
    if by_sub_openid {
        for sub in orders
            .iter_mut()
            .filter_map(|order| order.sub_merchant.as_mut())
        {
            if sub.sub_appid.is_some() {
                sub.sub_openid.clone_from(&openid);
            }
        }
    }
    let prepay = Prepay {
        api: Api::of(request.route.endpoint),
        description: String::new(),
        notify_url: notify_url.unwrap_or_default().to_owned(),
        create_time: now,
        time_expire,
        openid,
        prepay_id: String::new(),
        prepay_time: now,
        code_url: None,
        mweb_url: None,
        hmac_sha256: false,
    };
    Ok(AskedCombined {
        combined: CombinedOrder {
            combine_out_trade_no: number.to_owned(),
            out_trade_nos: orders
                .iter()
                .map(|order| order.out_trade_no.clone())
                .collect(),
            trade_type: way.trade_type().to_owned(),
            prepay,
            by_sub_openid,
            device_id,
        },
        orders,
        terms: body.into_value(),
    })
}

/// Checks the app (合单商户公众账号ID) that a request names.
pub(crate) fn check_appid(fields: &Object<'_>, shared: &Shared) -> Result<(), Answer> {
    if fields.text("combine_appid", 32)? == shared.merchant.appid.as_str() {
        return Ok(());
    }
    let message = "AppID和mch_id不匹配";
    Err(Answer::error(400, "APPID_MCHID_NOT_MATCH", message))
}

/// Checks the merchant of one order in it (商品单商户号).
pub(crate) fn check_mchid(order: &Object<'_>, shared: &Shared) -> Result<(), Answer> {
    if order.text("mchid", 32)? == shared.merchant.mch_id.as_str() {
        return Ok(());
    }
    Err(Answer::error(400, "MCH_NOT_EXISTS", "商户号不存在"))
}

fn orders(
    fields: &Object<'_>,
    combine_out_trade_no: &str,
    way: Way,
    now: Timestamp,
    shared: &Shared,
) -> Result<Vec<Order>, Answer> {
    let mut numbers = HashSet::new();
    let list = fields.list("sub_orders", 50)?;
    list.iter()
        .map(|fields| {
            fields.known(SUB_MEMBERS)?;
            check_mchid(fields, shared)?;
            let number = new_number(fields, "out_trade_no")?;
            if !numbers.insert(number) {
                return Err(fields.refuse("out_trade_no", "商品单商户订单号重复"));
            }
            let mut order = Order::unpaid(number, "NOTPAY", "订单未支付");
            order.transaction_id = String::new();
            order.openid = String::new();
            order.time_end = now;
            way.trade_type().clone_into(&mut order.trade_type);
            order.attach = Some(fields.text("attach", 128)?.to_owned());
            let amount = fields.object("amount")?;
            amount.known(&["total_amount", "currency"])?;
            order.total_fee = Fen::new(amount.positive("total_amount")?);
            amount.choice("currency", &["CNY"])?;
            order.profit_sharing = order_fields::profit_sharing(fields)?;
            fields.optional_text("goods_tag", 32)?;
            let sub_appid = fields.optional_text("sub_appid", 32)?;
            if fields.optional_text("sub_mchid", 32)?.is_some() {
                order.sub_merchant = Some(SubMerchant {
                    sub_mchid: fields.digits("sub_mchid", 32)?.to_owned(),
                    sub_appid: sub_appid.map(str::to_owned),
                    sub_openid: None,
                });
            } else if sub_appid.is_some() {
                return Err(fields.refuse("sub_mchid", "传sub_appid时须传sub_mchid"));
            }
            order.combined = Some(CombinedPart {
                combine_out_trade_no: combine_out_trade_no.to_owned(),
                description: fields.text("description", 127)?.to_owned(),
            });
            Ok(order)
        })
        .collect()
}

/// Who alone can pay, and whether that is a user of a sub-merchant's app.
fn payer(
    fields: &Object<'_>,
    way: Way,
    orders: &[Order],
) -> Result<(Option<String>, bool), Answer> {
    let subs = orders
        .iter()
        .filter_map(|order| order.sub_merchant.as_ref());
    let apps = subs.filter(|sub| sub.sub_appid.is_some()).count();
    if apps > 1 {
        return Err(fields.refuse("sub_orders", "只允许一笔商品单填写sub_appid"));
    }
    if way != Way::Jsapi {
        return Ok((None, false));
    }
    let payer = fields.object("combine_payer_info")?;
    payer.known(&["openid", "sub_openid"])?;
    let openid = payer.optional_text("openid", 128)?;
    let sub_openid = payer.optional_text("sub_openid", 128)?;
    match (openid, sub_openid) {
        (Some(openid), None) => Ok((Some(openid.to_owned()), false)),
        (None, Some(_)) if apps == 0 => {
            Err(payer.refuse("sub_openid", "传sub_openid时须有一笔商品单填写sub_appid"))
        }
        (None, Some(sub_openid)) => Ok((Some(sub_openid.to_owned()), true)),
        _ => Err(payer.refuse("openid", "openid和sub_openid须二选一")),
    }
}

/// Checks where the user is, and gives the terminal's number.
fn scene<'a>(fields: &Object<'a>, way: Way) -> Result<Option<&'a str>, Answer> {
    let Some(scene) = fields.optional_object("scene_info")? else {
        return Ok(None);
    };
    if !is_client_ip(scene.text("payer_client_ip", 45)?) {
        return Err(scene.refuse("payer_client_ip", "须为IP地址"));
    }
    if way == Way::H5
        && let Some(h5) = scene.optional_object("h5_info")?
    {
        h5.text("type", 32)?;
        for (name, max) in [
            ("app_name", 64),
            ("app_url", 128),
            ("bundle_id", 128),
            ("package_name", 128),
        ] {
            h5.optional_text(name, max)?;
        }
    }
    scene.optional_text("device_id", 32)
}

const MEMBERS: &[&str] = &[
    "combine_appid",
    "combine_mchid",
    "combine_out_trade_no",
    "scene_info",
    "sub_orders",
    "time_start",
    "time_expire",
    "notify_url",
];

const SUB_MEMBERS: &[&str] = &[
    "mchid",
    "attach",
    "amount",
    "out_trade_no",
    "sub_mchid",
    "description",
    "settle_info",
    "sub_appid",
    "goods_tag",
];

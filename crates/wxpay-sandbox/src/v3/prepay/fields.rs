//! What a request that makes an order has to be.

use wxpay_core::Fen;

use super::Way;
use crate::notice::is_notify_url;
use crate::state::AskedOrder;
use crate::v2::is_client_ip;
use crate::v3::input::{Body, Object};
use crate::v3::party::Party;
use crate::v3::{Answer, Request, order_fields};
use crate::{Api, Order, Prepay, SubMerchant};

/// Checks all of a request that can be checked without the orders.
pub(crate) fn read(request: &Request<'_>, party: Party, way: Way) -> Result<AskedOrder, Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    known(&fields, party, way)?;
    let sub_mchid = party.of_body(&fields, shared)?;
    order_fields::check_appid(&fields, party, shared)?;
    let sub_appid = fields.optional_text("sub_appid", 32)?;
    let number = order_fields::new_number(&fields, "out_trade_no")?;
    let notify_url = fields.text("notify_url", 255)?;
    if !is_notify_url(notify_url) {
        return Err(fields.refuse("notify_url", "须为不带参数的完整URL"));
    }
    let now = shared.state().now();
    let time_expire = order_fields::time_expire(&fields, now)?;
    order_fields::check_rest(&fields, "wechatpay_goods_id")?;
    let device = scene(&fields, way)?;

    let amount = fields.object("amount")?;
    let total = Fen::new(amount.positive("total")?);
    amount.optional_choice("currency", &["CNY"])?;
    let openid = match way {
        Way::Jsapi => Some(payer(&fields, party)?.to_owned()),
        _ => None,
    };
    let mut order = Order::unpaid(number, "NOTPAY", "订单未支付");
    order.transaction_id = String::new();
    order.total_fee = total;
    way.trade_type().clone_into(&mut order.trade_type);
    order.device_info = device.map(str::to_owned);
    order.attach = fields.optional_text("attach", 128)?.map(str::to_owned);
    order.openid = openid.clone().unwrap_or_default();
    order.time_end = now;
    order.profit_sharing = order_fields::profit_sharing(&fields)?;
    order.sub_merchant = sub_mchid.map(|sub_mchid| SubMerchant {
        sub_mchid: sub_mchid.to_owned(),
        sub_appid: sub_appid.map(str::to_owned),
        sub_openid: sub_openid(&fields),
    });
    let prepay = Prepay {
        api: Api::of(request.route.endpoint),
        description: fields.text("description", 127)?.to_owned(),
        notify_url: notify_url.to_owned(),
        create_time: now,
        time_expire,
        openid,
        prepay_id: String::new(),
        prepay_time: now,
        code_url: None,
        mweb_url: None,
        hmac_sha256: false,
    };
    Ok(AskedOrder {
        order,
        prepay,
        terms: body.into_value(),
    })
}

fn known(fields: &Object<'_>, party: Party, way: Way) -> Result<(), Answer> {
    let of_party: &[&str] = match party {
        Party::Merchant => &["appid", "mchid"],
        Party::Partner => &["sp_appid", "sp_mchid", "sub_appid", "sub_mchid"],
    };
    let of_way: &[&str] = match way {
        Way::Jsapi => &["payer"],
        _ => &[],
    };
    fields.known(&[of_party, of_way, MEMBERS].concat())
}

/// Who alone can pay.
fn payer<'a>(fields: &Object<'a>, party: Party) -> Result<&'a str, Answer> {
    let payer = fields.object("payer")?;
    if party == Party::Merchant {
        return payer.text("openid", 128);
    }
    let of_sub = payer.optional_text("sub_openid", 128)?;
    let of_sp = payer.optional_text("sp_openid", 128)?;
    if of_sub.is_some() && fields.optional_text("sub_appid", 32)?.is_none() {
        return Err(fields.refuse("sub_appid", "传sub_openid时须传sub_appid"));
    }
    of_sp
        .or(of_sub)
        .ok_or_else(|| payer.refuse("sp_openid", "sp_openid和sub_openid须二选一"))
}

/// The payer's name under the sub-merchant's app, if it was given.
fn sub_openid(fields: &Object<'_>) -> Option<String> {
    let payer = fields.optional_object("payer").ok().flatten()?;
    let openid = payer.optional_text("sub_openid", 128).ok().flatten()?;
    Some(openid.to_owned())
}

/// Checks where the user is, and gives the terminal's number.
fn scene<'a>(fields: &Object<'a>, way: Way) -> Result<Option<&'a str>, Answer> {
    let scene = match way {
        Way::H5 => Some(fields.object("scene_info")?),
        _ => fields.optional_object("scene_info")?,
    };
    let Some(scene) = scene else {
        return Ok(None);
    };
    if !is_client_ip(scene.text("payer_client_ip", 45)?) {
        return Err(scene.refuse("payer_client_ip", "须为IP地址"));
    }
    if let Some(store) = scene.optional_object("store_info")? {
        store.text("id", 32)?;
        for (name, max) in [("name", 256), ("area_code", 32), ("address", 512)] {
            store.optional_text(name, max)?;
        }
    }
    if way == Way::H5 {
        let h5 = scene.object("h5_info")?;
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

/// What every request may have.
const MEMBERS: &[&str] = &[
    "description",
    "out_trade_no",
    "time_expire",
    "attach",
    "notify_url",
    "goods_tag",
    "limit_pay",
    "support_fapiao",
    "amount",
    "detail",
    "scene_info",
    "settle_info",
];

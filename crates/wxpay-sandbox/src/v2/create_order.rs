//! 统一下单.

use http::Method;
use wxpay_core::{Params, Timestamp};

use crate::endpoint::{Endpoint, Handler, Reply};
use crate::notice::is_notify_url;
use crate::state::{AskedOrder, Event, PrepayRefusal, Shared};
use crate::v2::query_order::{self, is_number};
use crate::v2::request::{Need, Rule};
use crate::v2::sign::SignType;
use crate::v2::{Message, Refusal, Refusals, Request, forms};
use crate::{Api, Order, Prepay};

/// What a request asks for, and the request.
struct Asked {
    params: Params,
    order: AskedOrder,
}

/// 统一下单.
pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.pay.create_order",
    method: &Method::POST,
    path: "/pay/unifiedorder",
    reply: Reply::SIGNED,
    handler: Handler::V2 {
        respond,
        refusals: Refusals::Signed,
    },
};

fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let asked = check(request)?;
    perform(asked, request.shared, request.commit)
}

/// Checks all of a request that can be checked without the orders.
fn check(request: &mut Request<'_>) -> Result<Asked, Refusal> {
    let params = query_order::read(request)?;
    forms::check_rules(&params, RULES)?;
    let now = request.shared.state().now();
    let order = read(&params, now)?;
    Ok(Asked { params, order })
}

/// Makes the order if it is to take effect, or says once more what was made under this number.
fn perform(asked: Asked, shared: &Shared, commit: bool) -> Result<Message, Refusal> {
    let params = asked.params;
    let number = asked.order.order.out_trade_no.clone();
    let trade_type = asked.order.order.trade_type.clone();
    let mut state = shared.state();
    let now = state.now();
    let made = state
        .orders
        .prepay(asked.order, now, &shared.random, commit);
    let (prepay, new) = made.map_err(|refusal| match refusal {
        PrepayRefusal::Paid => Refusal::code("ORDERPAID", "该订单已支付"),
        PrepayRefusal::Closed => Refusal::code("ORDERCLOSED", "该订单已关闭"),
        PrepayRefusal::OtherTerms => Refusal::code("OUT_TRADE_NO_USED", "商户订单号重复"),
    })?;
    if let Some(end) = prepay.time_expire.filter(|_| new && commit) {
        let expiry = Event::ExpireOrder {
            out_trade_no: number,
        };
        shared.plan(&mut state, end, expiry);
    }
    let sign_type = query_order::sign_type(&params).unwrap_or(SignType::Md5);
    Ok(Message::signed(sign_type)
        .text("return_code", "SUCCESS")
        .text("return_msg", "OK")
        .optional("appid", params.get("appid"))
        .optional("mch_id", params.get("mch_id"))
        .optional("sub_mch_id", params.get("sub_mch_id"))
        .optional("device_info", params.get("device_info"))
        .text("nonce_str", shared.random.nonce())
        .text("result_code", "SUCCESS")
        .text("trade_type", trade_type)
        .text("prepay_id", prepay.prepay_id)
        .optional("code_url", prepay.code_url)
        .optional("mweb_url", prepay.mweb_url))
}

fn read(params: &Params, now: Timestamp) -> Result<AskedOrder, Refusal> {
    let text = |name| params.get(name).unwrap_or_default().to_owned();
    let own = |name| params.get(name).map(str::to_owned);
    check_forms(params)?;
    let total_fee = forms::amount(params, "total_fee")?;
    let time_expire = forms::time_expire(params, now)?;
    let trade_type = text("trade_type");
    let openid = params.get("openid").or_else(|| params.get("sub_openid"));
    let payer = openid.filter(|_| trade_type == "JSAPI").map(str::to_owned);
    let mut order = Order::unpaid(&text("out_trade_no"), "NOTPAY", "订单未支付");
    order.transaction_id = String::new();
    order.total_fee = total_fee;
    order.trade_type = trade_type;
    order.device_info = own("device_info");
    order.attach = own("attach");
    order.openid = payer.clone().unwrap_or_default();
    order.time_end = now;
    order.profit_sharing = params.get("profit_sharing") == Some("Y");
    order.sub_merchant = forms::sub_merchant(params)?;
    Ok(AskedOrder {
        order,
        prepay: Prepay {
            api: Api::of(&ENDPOINT),
            description: text("body"),
            notify_url: text("notify_url"),
            create_time: now,
            time_expire,
            openid: payer,
            prepay_id: String::new(),
            prepay_time: now,
            code_url: None,
            mweb_url: None,
            hmac_sha256: query_order::sign_type(params) == Some(SignType::HmacSha256),
        },
        terms: forms::terms(params),
    })
}

fn check_forms(params: &Params) -> Result<(), Refusal> {
    forms::is(params, "out_trade_no", |number| is_number(number, b"_-|*@"))?;
    forms::is(params, "notify_url", is_notify_url)?;
    forms::check_order(params)?;
    forms::is(params, "trade_type", |kind| {
        ["JSAPI", "NATIVE", "APP", "MWEB"].contains(&kind)
    })?;
    let of_sub = params
        .get("sub_openid")
        .filter(|_| params.get("sub_mch_id").is_some());
    let payer = params.get("openid").or(of_sub);
    match (params.get("trade_type"), payer) {
        (Some("JSAPI"), None) => Err(forms::wrong("JSAPI支付必须传openid")),
        _ => Ok(()),
    }
}

const RULES: &[Rule] = &[
    Rule("device_info", 32, Need::Optional),
    Rule("body", 128, Need::Required),
    Rule("detail", 6000, Need::Optional),
    Rule("attach", 127, Need::Optional),
    Rule("out_trade_no", 32, Need::Required),
    Rule("fee_type", 16, Need::Optional),
    Rule("total_fee", 10, Need::Required),
    Rule("spbill_create_ip", 64, Need::Required),
    Rule("time_start", 14, Need::Optional),
    Rule("time_expire", 14, Need::Optional),
    Rule("goods_tag", 32, Need::Optional),
    Rule("notify_url", 256, Need::Required),
    Rule("trade_type", 16, Need::Required),
    Rule("product_id", 32, Need::Optional),
    Rule("limit_pay", 32, Need::Optional),
    Rule("openid", 128, Need::Optional),
    Rule("sub_appid", 32, Need::Optional),
    Rule("sub_openid", 128, Need::Optional),
    Rule("receipt", 8, Need::Optional),
    Rule("profit_sharing", 16, Need::Optional),
    Rule("scene_info", 256, Need::Optional),
];

//! 统一下单.

use http::Method;
use serde_json::Value;
use wxpay_core::{Fen, Params, TimeFormat, Timestamp};

use crate::endpoint::{Endpoint, Handler, Reply};
use crate::notice::is_notify_url;
use crate::state::{AskedOrder, Event, PrepayRefusal, Shared};
use crate::v2::query_order::{self, is_number};
use crate::v2::request::{self, Need, Rule};
use crate::v2::sign::SignType;
use crate::v2::{Message, Refusal, Refusals, Request};
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
    for Rule(name, max, need) in RULES {
        match params.get(name) {
            Some(value) if value.chars().count() > *max => {
                return Err(wrong(&format!("{name}参数长度有误")));
            }
            None if *need == Need::Required => return Err(wrong(&format!("缺少参数{name}"))),
            _ => {}
        }
    }
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
    let total_fee = params.optional("total_fee").ok().flatten();
    let total_fee = total_fee.filter(|fee| *fee > Fen::ZERO);
    let time = |name| match params.get(name) {
        None => Ok(None),
        Some(text) => Timestamp::parse(text, TimeFormat::Compact)
            .map(Some)
            .ok_or_else(|| wrong(&format!("{name}格式错误"))),
    };
    time("time_start")?;
    let time_expire = time("time_expire")?;
    if time_expire.is_some_and(|end| end.unix() - now.unix() < SHORTEST) {
        return Err(wrong("time_expire时间过短，最短失效时间间隔需大于1分钟"));
    }
    let trade_type = text("trade_type");
    let payer = (trade_type == "JSAPI").then(|| text("openid"));
    let mut order = Order::unpaid(&text("out_trade_no"), "NOTPAY", "订单未支付");
    order.transaction_id = String::new();
    order.total_fee = total_fee.ok_or_else(|| wrong("total_fee格式错误"))?;
    order.trade_type = trade_type;
    order.device_info = own("device_info");
    order.attach = own("attach");
    order.openid = payer.clone().unwrap_or_default();
    order.time_end = now;
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
        terms: terms(params),
    })
}

fn check_forms(params: &Params) -> Result<(), Refusal> {
    let is = |name: &str, check: fn(&str) -> bool| match params.get(name) {
        Some(value) if !check(value) => Err(wrong(&format!("{name}格式错误"))),
        _ => Ok(()),
    };
    is("out_trade_no", |number| is_number(number, b"_-|*@"))?;
    is("notify_url", is_notify_url)?;
    if !params
        .get("spbill_create_ip")
        .is_none_or(request::is_client_ip)
    {
        return Err(wrong(request::INVALID_IP));
    }
    is("fee_type", |currency| currency == "CNY")?;
    is("limit_pay", |limit| limit == "no_credit")?;
    is("receipt", |receipt| ["Y", "N"].contains(&receipt))?;
    is("profit_sharing", |sharing| ["Y", "N"].contains(&sharing))?;
    is("trade_type", |kind| {
        ["JSAPI", "NATIVE", "APP", "MWEB"].contains(&kind)
    })?;
    for name in ["detail", "scene_info"] {
        is(name, |json| serde_json::from_str::<Value>(json).is_ok())?;
    }
    match (params.get("trade_type"), params.get("openid")) {
        (Some("JSAPI"), None) => Err(wrong("JSAPI支付必须传openid")),
        _ => Ok(()),
    }
}

/// All but what a repetition may change.
fn terms(params: &Params) -> Value {
    params
        .iter()
        .filter(|(name, _)| !["nonce_str", "sign", "sign_type"].contains(name))
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect()
}

fn wrong(message: &str) -> Refusal {
    Refusal::Return(message.to_owned())
}

/// How long an order can be paid at least, in seconds.
const SHORTEST: i64 = 60;

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
    Rule("receipt", 8, Need::Optional),
    Rule("profit_sharing", 16, Need::Optional),
    Rule("scene_info", 256, Need::Optional),
];

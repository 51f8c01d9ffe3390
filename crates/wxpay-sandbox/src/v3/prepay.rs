//! Native下单 and JSAPI下单.

use http::Method;
use serde::Serialize;
use wxpay_core::{Fen, TimeFormat, Timestamp};

use crate::endpoint::Endpoint;
use crate::notice::is_notify_url;
use crate::random::another;
use crate::state::{AskedOrder, Event, PrepayRefusal, Shared};
use crate::v2::is_client_ip;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Content, Request, query_order};
use crate::{Api, Order, Prepay};

/// The body of the reply.
#[derive(Serialize)]
#[serde(untagged)]
enum Made {
    Native { code_url: String },
    Jsapi { prepay_id: String },
}

/// Native下单.
pub(crate) const NATIVE: Endpoint = Endpoint::v3(
    "v3.pay.prepay_native",
    &Method::POST,
    "/v3/pay/transactions/native",
    |request| respond(request, Api::of(&NATIVE)),
);

/// JSAPI下单.
pub(crate) const JSAPI: Endpoint = Endpoint::v3(
    "v3.pay.prepay_jsapi",
    &Method::POST,
    "/v3/pay/transactions/jsapi",
    |request| respond(request, Api::of(&JSAPI)),
);

fn respond(request: &Request<'_>, api: Api) -> Result<Answer, Answer> {
    let asked = check(request, api)?;
    perform(asked, request.shared, request.commit)
}

/// Checks all of a request that can be checked without the orders.
fn check(request: &Request<'_>, api: Api) -> Result<AskedOrder, Answer> {
    let shared = request.shared;
    let jsapi = api == Api::of(&JSAPI);
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(MEMBERS)?;
    query_order::check_mchid(fields.text("mchid", 32)?, shared)?;
    if fields.text("appid", 32)? != shared.merchant.appid.as_str() {
        let message = "appid和mch_id不匹配，请检查后再试";
        return Err(Answer::error(400, "APPID_MCHID_NOT_MATCH", message));
    }
    let number = fields.text("out_trade_no", 32)?;
    if !query_order::is_number(number) {
        return Err(fields.refuse("out_trade_no", "只能由6至32个数字、大小写字母和_-|*组成"));
    }
    let notify_url = fields.text("notify_url", 255)?;
    if !is_notify_url(notify_url) {
        return Err(fields.refuse("notify_url", "须为不带参数的完整URL"));
    }
    let now = shared.state().now();
    let time_expire = fields.optional_text("time_expire", 64)?;
    let time_expire = time_expire.map(|text| {
        let end = Timestamp::parse(text, TimeFormat::Rfc3339);
        let end = end.filter(|end| end.unix() - now.unix() >= SHORTEST);
        end.ok_or_else(|| fields.refuse("time_expire", "须为RFC3339格式，且晚于当前时间一分钟以上"))
    });
    check_rest(&fields)?;

    let amount = fields.object("amount")?;
    let total = Fen::new(amount.positive("total")?);
    amount.optional_choice("currency", &["CNY"])?;
    let openid = match jsapi {
        true => Some(fields.object("payer")?.text("openid", 128)?.to_owned()),
        false => None,
    };
    let mut order = Order::unpaid(number, "NOTPAY", "订单未支付");
    order.transaction_id = String::new();
    order.total_fee = total;
    order.trade_type = if jsapi { "JSAPI" } else { "NATIVE" }.to_owned();
    order.attach = fields.optional_text("attach", 128)?.map(str::to_owned);
    order.openid = openid.clone().unwrap_or_default();
    order.time_end = now;
    let prepay = Prepay {
        api,
        description: fields.text("description", 127)?.to_owned(),
        notify_url: notify_url.to_owned(),
        create_time: now,
        time_expire: time_expire.transpose()?,
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

/// Makes the order if it is to take effect, or says once more what was made under this number.
fn perform(asked: AskedOrder, shared: &Shared, commit: bool) -> Result<Answer, Answer> {
    let number = asked.order.out_trade_no.clone();
    let mut state = shared.state();
    let now = state.now();
    let made = state.orders.prepay(asked, now, &shared.random, commit);
    let (prepay, new) = made.map_err(|refusal| match refusal {
        PrepayRefusal::Paid => Answer::error(400, "INVALID_REQUEST", "该订单已支付"),
        PrepayRefusal::Closed => Answer::error(400, "ORDER_CLOSED", "订单已关闭"),
        PrepayRefusal::OtherTerms => Answer::error(403, "OUT_TRADE_NO_USED", "商户订单号重复"),
    })?;
    if let Some(end) = prepay.time_expire.filter(|_| new && commit) {
        let expiry = Event::ExpireOrder {
            out_trade_no: number,
        };
        shared.plan(&mut state, end, expiry);
    }
    Ok(Answer::ok(match prepay.code_url {
        Some(code_url) => Made::Native { code_url },
        None => Made::Jsapi {
            prepay_id: prepay.prepay_id,
        },
    }))
}

/// Checks the members that change nothing here.
fn check_rest(fields: &Object<'_>) -> Result<(), Answer> {
    fields.optional_text("goods_tag", 32)?;
    fields.optional_boolean("support_fapiao")?;
    if let Some(settle) = fields.optional_object("settle_info")? {
        settle.optional_boolean("profit_sharing")?;
    }
    if let Some(detail) = fields.optional_object("detail")? {
        detail.optional_text("invoice_id", 32)?;
    }
    if let Some(scene) = fields.optional_object("scene_info")? {
        let ip = scene.text("payer_client_ip", 45)?;
        if !is_client_ip(ip) {
            return Err(scene.refuse("payer_client_ip", "须为IP地址"));
        }
        scene.optional_text("device_id", 32)?;
        if let Some(store) = scene.optional_object("store_info")? {
            store.text("id", 32)?;
        }
    }
    Ok(())
}

impl Content for Made {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        let (Self::Native { code_url: id } | Self::Jsapi { prepay_id: id }) = self;
        *id = another(id);
    }

    fn tamper(&mut self) {
        self.become_another();
    }
}

/// How long an order can be paid at least, in seconds.
const SHORTEST: i64 = 60;

const MEMBERS: &[&str] = &[
    "appid",
    "mchid",
    "description",
    "out_trade_no",
    "time_expire",
    "attach",
    "notify_url",
    "goods_tag",
    "limit_pay",
    "support_fapiao",
    "amount",
    "payer",
    "detail",
    "scene_info",
    "settle_info",
];

//! 付款码支付.

use http::Method;
use wxpay_core::Params;

use crate::endpoint::{Endpoint, Handler, Reply};
use crate::payment_code::words;
use crate::state::{AskedCharge, ChargeRefusal, Shared};
use crate::v2::query_order::{self, is_number};
use crate::v2::request::{Need, Rule};
use crate::v2::sign::SignType;
use crate::v2::{Message, Refusal, Refusals, Request, forms};
use crate::{Api, Order};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.pay.pay_by_payment_code",
    method: &Method::POST,
    path: "/pay/micropay",
    reply: Reply::SIGNED,
    handler: Handler::V2 {
        respond,
        refusals: Refusals::Signed,
    },
};

fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = check(request)?;
    perform(&params, request.shared, request.commit)
}

/// Checks all of a request that can be checked without orders and codes.
fn check(request: &mut Request<'_>) -> Result<Params, Refusal> {
    let params = query_order::read(request)?;
    forms::check_rules(&params, RULES)?;
    forms::is(&params, "out_trade_no", |number| {
        is_number(number, b"_-|*@")
    })?;
    forms::is(&params, "version", |version| version == "1.0")?;
    forms::check_order(&params)?;
    Ok(params)
}

/// Charges the code if the request is to take effect, or says what became of the order of this
/// number.
fn perform(params: &Params, shared: &Shared, commit: bool) -> Result<Message, Refusal> {
    let mut state = shared.state();
    let now = state.now();
    let text = |name| params.get(name).unwrap_or_default().to_owned();
    let own = |name| params.get(name).map(str::to_owned);
    let mut order = Order::unpaid(&text("out_trade_no"), "NOTPAY", "订单未支付");
    order.transaction_id = String::new();
    order.total_fee = forms::amount(params, "total_fee")?;
    "MICROPAY".clone_into(&mut order.trade_type);
    order.device_info = own("device_info");
    order.attach = own("attach");
    order.profit_sharing = params.get("profit_sharing") == Some("Y");
    order.sub_merchant = forms::sub_merchant(params)?;
    let asked = AskedCharge {
        order,
        api: Api::of(&ENDPOINT),
        description: text("body"),
        auth_code: text("auth_code"),
        time_expire: forms::time_expire(params, now)?,
        terms: forms::terms(params),
    };
    let charged = state.charge(asked, &shared.random, commit);
    shared.changed.notify_one();
    let order = charged.map_err(refuse)?;
    if order.trade_state == "USERPAYING" {
        let message = "需要用户输入支付密码";
        return Err(Refusal::code("USERPAYING", message));
    }
    let sign_type = query_order::sign_type(params).unwrap_or(SignType::Md5);
    let reply = Message::signed(sign_type)
        .text("return_code", "SUCCESS")
        .text("return_msg", "OK")
        .optional("appid", params.get("appid"))
        .optional("mch_id", params.get("mch_id"))
        .optional("sub_mch_id", params.get("sub_mch_id"))
        .text("nonce_str", shared.random.nonce())
        .text("result_code", "SUCCESS")
        .text("out_trade_no", &order.out_trade_no)
        .optional("attach", order.attach.as_deref());
    Ok(query_order::paid(reply, &order, order.total_fee))
}

fn refuse(refusal: ChargeRefusal) -> Refusal {
    match refusal {
        ChargeRefusal::NoCode => Refusal::code("AUTH_CODE_INVALID", words("AUTH_CODE_INVALID")),
        ChargeRefusal::CodeUsed => Refusal::code("AUTH_CODE_ERROR", words("AUTH_CODE_ERROR")),
        ChargeRefusal::Paid => Refusal::code("ORDERPAID", "订单已支付"),
        ChargeRefusal::Closed => Refusal::code("ORDERCLOSED", "订单已关闭"),
        ChargeRefusal::Reversed => Refusal::code("ORDERREVERSED", "订单已撤销"),
        ChargeRefusal::OtherTerms => Refusal::code("OUT_TRADE_NO_USED", "商户订单号重复"),
        ChargeRefusal::Failed(code) => Refusal::code(&code, words(&code)),
    }
}

const RULES: &[Rule] = &[
    Rule("device_info", 32, Need::Optional),
    Rule("body", 127, Need::Required),
    Rule("detail", 6000, Need::Optional),
    Rule("attach", 127, Need::Optional),
    Rule("out_trade_no", 32, Need::Required),
    Rule("total_fee", 10, Need::Required),
    Rule("fee_type", 16, Need::Optional),
    Rule("spbill_create_ip", 64, Need::Required),
    Rule("goods_tag", 32, Need::Optional),
    Rule("time_start", 14, Need::Optional),
    Rule("time_expire", 14, Need::Optional),
    Rule("receipt", 8, Need::Optional),
    Rule("auth_code", 128, Need::Required),
    Rule("sub_appid", 32, Need::Optional),
    Rule("profit_sharing", 16, Need::Optional),
    Rule("scene_info", 256, Need::Optional),
    Rule("version", 32, Need::Optional),
];

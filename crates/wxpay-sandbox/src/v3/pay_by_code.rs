//! 付款码支付.

use http::Method;
use wxpay_core::Fen;

use crate::endpoint::Endpoint;
use crate::payment_code::{code_of_v3, words};
use crate::state::{AskedCharge, ChargeRefusal};
use crate::v2::is_client_ip;
use crate::v3::input::{Body, Object};
use crate::v3::order_fields::{self, new_number};
use crate::v3::party::Party;
use crate::v3::transaction::Transaction;
use crate::v3::{Answer, Request};
use crate::{Api, Order, SubMerchant};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.pay.pay_by_payment_code",
    &Method::POST,
    "/v3/pay/transactions/codepay",
    |request| respond(request, Party::Merchant),
);

pub(crate) const PARTNER: Endpoint = Endpoint::v3(
    "v3.pay.partner_pay_by_payment_code",
    &Method::POST,
    "/v3/pay/partner/transactions/codepay",
    |request| respond(request, Party::Partner),
);

/// Charges the code if the request is to take effect, or says what became of the order of this
/// number.
fn respond(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let asked = read(request, party)?;
    let shared = request.shared;
    let mut state = shared.state();
    let charged = state.charge(asked, &shared.random, request.commit);
    shared.changed.notify_one();
    let order = charged.map_err(refuse)?;
    let told = Transaction::new(&order, &shared.merchant);
    Ok(match &*order.trade_state {
        "USERPAYING" => Answer::accepted(told),
        _ => Answer::ok(told),
    })
}

/// Checks all of a request that can be checked without orders and codes.
fn read(request: &Request<'_>, party: Party) -> Result<AskedCharge, Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    let of_party: &[&str] = match party {
        Party::Merchant => &["appid", "mchid"],
        Party::Partner => &["sp_appid", "sp_mchid", "sub_appid", "sub_mchid"],
    };
    fields.known(&[of_party, MEMBERS].concat())?;
    let sub_mchid = party.of_body(&fields, shared)?;
    order_fields::check_appid(&fields, party, shared)?;
    let sub_appid = fields.optional_text("sub_appid", 32)?;
    let mut order = Order::unpaid(new_number(&fields, "out_trade_no")?, "NOTPAY", "订单未支付");
    order.transaction_id = String::new();
    "MICROPAY".clone_into(&mut order.trade_type);
    let amount = fields.object("amount")?;
    order.total_fee = Fen::new(amount.positive("total")?);
    amount.optional_choice("currency", &["CNY"])?;
    order.attach = fields.optional_text("attach", 128)?.map(str::to_owned);
    order.device_info = device(&fields)?.map(str::to_owned);
    order.profit_sharing = order_fields::profit_sharing(&fields)?;
    order.sub_merchant = sub_mchid.map(|sub_mchid| SubMerchant {
        sub_mchid: sub_mchid.to_owned(),
        sub_appid: sub_appid.map(str::to_owned),
        sub_openid: None,
    });
    order_fields::check_rest(&fields, "wxpay_goods_id")?;
    Ok(AskedCharge {
        order,
        api: Api::of(request.route.endpoint),
        description: fields.text("description", 127)?.to_owned(),
        auth_code: fields.object("payer")?.text("auth_code", 128)?.to_owned(),
        time_expire: None,
        terms: body.into_value(),
    })
}

/// Checks where the cashier is, and gives the terminal's number.
fn device<'a>(fields: &Object<'a>) -> Result<Option<&'a str>, Answer> {
    let Some(scene) = fields.optional_object("scene_info")? else {
        return Ok(None);
    };
    let ip = scene.optional_text("device_ip", 45)?;
    if ip.is_some_and(|ip| !is_client_ip(ip)) {
        return Err(scene.refuse("device_ip", "须为IP地址"));
    }
    if let Some(store) = scene.optional_object("store_info")? {
        store.optional_text("id", 32)?;
        store.optional_text("out_id", 32)?;
    }
    scene.optional_text("device_id", 32)
}

fn refuse(refusal: ChargeRefusal) -> Answer {
    match refusal {
        ChargeRefusal::NoCode => {
            Answer::error(400, "AUTH_CODE_INVALID", words("AUTH_CODE_INVALID"))
        }
        ChargeRefusal::CodeUsed => {
            Answer::error(400, "AUTH_CODE_INVALID", words("AUTH_CODE_ERROR"))
        }
        ChargeRefusal::Paid => Answer::error(400, "ORDER_PAID", "订单已支付"),
        ChargeRefusal::Closed => Answer::error(400, "ORDER_CLOSED", "订单已关闭"),
        ChargeRefusal::Reversed => Answer::error(400, "ORDER_REVERSED", "订单已撤销"),
        ChargeRefusal::OtherTerms => Answer::error(403, "OUT_TRADE_NO_USED", "商户订单号重复"),
        ChargeRefusal::Failed(code) => Answer::documented_error(code_of_v3(&code), words(&code)),
    }
}

const MEMBERS: &[&str] = &[
    "description",
    "out_trade_no",
    "attach",
    "goods_tag",
    "support_fapiao",
    "payer",
    "amount",
    "scene_info",
    "detail",
    "settle_info",
];

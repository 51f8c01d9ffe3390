//! 撤销.

use http::Method;
use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::random::another;
use crate::state::ReverseRefusal;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::party::{Owner, Party};
use crate::v3::{Answer, Content, Request, order_fields, query_order};

/// The body of the response.
#[derive(Serialize)]
struct Reversed {
    #[serde(flatten)]
    owner: Owner,
    out_trade_no: String,
}

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.pay.reverse_order",
    &Method::POST,
    "/v3/pay/transactions/out-trade-no/{out_trade_no}/reverse",
    |request| respond(request, Party::Merchant),
);

pub(crate) const PARTNER: Endpoint = Endpoint::v3(
    "v3.pay.partner_reverse_order",
    &Method::POST,
    "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/reverse",
    |request| respond(request, Party::Partner),
);

/// Reverses the order, if the request is to take effect.
fn respond(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(match party {
        Party::Merchant => &["appid", "mchid"],
        Party::Partner => &["sp_appid", "sp_mchid", "sub_appid", "sub_mchid"],
    })?;
    let sub_mchid = party.of_body(&fields, shared)?;
    order_fields::check_appid(&fields, party, shared)?;
    fields.optional_text("sub_appid", 32)?;
    let number = query_order::path_number(request, "out_trade_no")?;
    let mut state = shared.state();
    let order = state.orders.get(&number);
    let order = order
        .filter(|order| order.is_of(sub_mchid))
        .cloned()
        .ok_or_else(query_order::not_found)?;
    state
        .reverse(&order, &shared.random, request.commit)
        .map_err(refuse)?;
    Ok(Answer::ok(Reversed {
        owner: Owner::of(&order, &shared.merchant),
        out_trade_no: order.out_trade_no,
    }))
}

fn refuse(refusal: ReverseRefusal) -> Answer {
    let (status, code, message) = match refusal {
        ReverseRefusal::UserPaying => (202, "USERPAYING", "用户支付中，需要输入密码"),
        ReverseRefusal::Reversed => (400, "ORDER_REVERSED", "订单已撤销"),
        ReverseRefusal::Closed => (400, "ORDER_CLOSED", "订单已关闭"),
        ReverseRefusal::TooOld => (400, "INVALID_REQUEST", "订单已超过7天的撤销有效期"),
        ReverseRefusal::Refunded => (403, "TRADE_ERROR", "订单已转入退款，无法撤销"),
        ReverseRefusal::NotByCode => {
            let message = "不是付款码支付的订单，请使用申请退款";
            (400, "INVALID_REQUEST", message)
        }
    };
    Answer::error(status, code, message)
}

impl Content for Reversed {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_trade_no = another(&self.out_trade_no);
    }

    fn tamper(&mut self) {
        self.become_another();
    }
}

//! 发起异常退款.

use http::Method;
use serde_json::json;

use crate::RefundEnd;
use crate::endpoint::Endpoint;
use crate::state::{Redirect, RedirectRefusal};
use crate::v3::input::{Body, Object};
use crate::v3::refund_report::{self, RefundReport};
use crate::v3::{Answer, Request, authorization};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.refund.apply_abnormal_refund",
    &Method::POST,
    "/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund",
    respond,
);

/// Lets the refund go another way, if the request is to take effect.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(MEMBERS)?;
    let number = fields.text("out_refund_no", 64)?;
    if !refund_report::is_number(number) {
        return Err(fields.refuse("out_refund_no", "不是有效的单号"));
    }
    let sub_mchid = fields.optional_text("sub_mchid", 32)?;
    let redirect = read(&fields, request)?;

    let mut state = shared.state();
    let refund = state.refunds.get(number);
    let refund = refund.filter(|refund| refund.refund_id == request.route.part("refund_id"));
    let number = refund.ok_or_else(not_found)?.out_refund_no.clone();
    let order = refund.and_then(|refund| state.orders.get(&refund.out_trade_no));
    let order = order
        .filter(|order| order.is_of(sub_mchid))
        .cloned()
        .ok_or_else(not_found)?;
    let refund = state
        .redirect_refund(&number, redirect, request.commit)
        .map_err(refuse)?;
    if request.commit && refund.status == "PROCESSING" {
        shared.settle_refund_later(&mut state, &refund, RefundEnd::Success);
    }
    Ok(Answer::ok(RefundReport::new(&refund, &order)))
}

/// Where the money is to go, its encrypted members decrypted.
fn read(fields: &Object<'_>, request: &Request<'_>) -> Result<Redirect, Answer> {
    let kind = fields.choice("type", &["USER_BANK_CARD", "MERCHANT_BANK_CARD"])?;
    if kind == "MERCHANT_BANK_CARD" {
        return Ok(Redirect {
            received_account: "商户结算银行账户".to_owned(),
            terms: json!({ "type": kind }),
        });
    }
    let bank_type = fields.text("bank_type", 16)?;
    let bank = BANKS.iter().find(|(code, _)| *code == bank_type);
    let (_, bank) = bank.ok_or_else(|| fields.refuse("bank_type", "不支持该银行的借记卡"))?;
    let key = request
        .key
        .as_deref()
        .ok_or_else(authorization::no_serial)?;
    let card = fields.sealed("bank_account", key)?;
    if card.is_empty() || !card.bytes().all(|b| b.is_ascii_digit()) {
        return Err(fields.refuse("bank_account", "须为银行卡号"));
    }
    let name = fields.sealed("real_name", key)?;
    Ok(Redirect {
        received_account: format!("{bank}借记卡"),
        terms: json!({
            "type": kind,
            "bank_type": bank_type,
            "bank_account": card,
            "real_name": name,
        }),
    })
}

fn refuse(refusal: RedirectRefusal) -> Answer {
    let message = match refusal {
        RedirectRefusal::NoRefund => return not_found(),
        RedirectRefusal::NotAbnormal => "退款单不是异常状态，不能发起异常退款",
        RedirectRefusal::OtherTerms => "该退款单已发起过异常退款，且参数与之前请求不一致",
    };
    Answer::error(400, "INVALID_REQUEST", message)
}

fn not_found() -> Answer {
    Answer::error(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
}

const MEMBERS: &[&str] = &[
    "sub_mchid",
    "out_refund_no",
    "type",
    "bank_type",
    "bank_account",
    "real_name",
];

/// The banks whose debit cards take an abnormal refund.
const BANKS: [(&str, &str); 15] = [
    ("CMB_DEBIT", "招商银行"),
    ("COMM_DEBIT", "交通银行"),
    ("ABC_DEBIT", "农业银行"),
    ("CCB_DEBIT", "建设银行"),
    ("ICBC_DEBIT", "工商银行"),
    ("BOC_DEBIT", "中国银行"),
    ("PAB_DEBIT", "平安银行"),
    ("SPDB_DEBIT", "浦发银行"),
    ("CITIC_DEBIT", "中信银行"),
    ("CEB_DEBIT", "光大银行"),
    ("CMBC_DEBIT", "民生银行"),
    ("CIB_DEBIT", "兴业银行"),
    ("GDB_DEBIT", "广发银行"),
    ("PSBC_DEBIT", "邮储银行"),
    ("NBCB_DEBIT", "宁波银行"),
];

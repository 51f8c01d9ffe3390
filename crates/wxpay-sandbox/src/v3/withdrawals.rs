//! 预约提现 of the platform and of its sub-merchants: made, and queried by both numbers.

use http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use wxpay_core::Fen;

use crate::endpoint::Endpoint;
use crate::notice::is_notify_url;
use crate::random::another;
use crate::state::WithdrawalRefusal;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::party::Party;
use crate::v3::query::Query;
use crate::v3::{Answer, Content, Request};
use crate::{Withdrawal, WithdrawalTerms};

/// The body of the response to a request.
#[derive(Serialize)]
struct Made {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<String>,
    withdraw_id: String,
    out_request_no: String,
}

/// The body of the response to a query.
struct Report(Value);

/// 平台预约提现.
pub(crate) const CREATE: Endpoint = Endpoint::v3(
    "v3.merchant.create_withdrawal",
    &Method::POST,
    "/v3/merchant/fund/withdraw",
    |request| create(request, Party::Merchant),
);

/// 二级商户预约提现.
pub(crate) const SUB_CREATE: Endpoint = Endpoint::v3(
    "v3.ecommerce_fund.create_withdrawal",
    &Method::POST,
    "/v3/ecommerce/fund/withdraw",
    |request| create(request, Party::Partner),
);

/// 平台查询预约提现状态（根据商户预约提现单号查询）.
pub(crate) const BY_OUT_REQUEST_NO: Endpoint = Endpoint::v3(
    "v3.merchant.query_withdrawal_by_out_request_no",
    &Method::GET,
    "/v3/merchant/fund/withdraw/out-request-no/{out_request_no}",
    |request| by_out_request_no(request, Party::Merchant),
);

/// 平台查询预约提现状态（根据微信支付预约提现单号查询）.
pub(crate) const BY_ID: Endpoint = Endpoint::v3(
    "v3.merchant.query_withdrawal_by_id",
    &Method::GET,
    "/v3/merchant/fund/withdraw/withdraw-id/{withdraw_id}",
    |request| by_id(request, Party::Merchant),
);

/// 二级商户查询预约提现状态（根据商户预约提现单号查询）.
pub(crate) const SUB_BY_OUT_REQUEST_NO: Endpoint = Endpoint::v3(
    "v3.ecommerce_fund.query_withdrawal_by_out_request_no",
    &Method::GET,
    "/v3/ecommerce/fund/withdraw/out-request-no/{out_request_no}",
    |request| by_out_request_no(request, Party::Partner),
);

/// 二级商户查询预约提现状态（根据微信支付预约提现单号查询）.
pub(crate) const SUB_BY_ID: Endpoint = Endpoint::v3(
    "v3.ecommerce_fund.query_withdrawal_by_id",
    &Method::GET,
    "/v3/ecommerce/fund/withdraw/{withdraw_id}",
    |request| by_id(request, Party::Partner),
);

/// Makes the withdrawal if the request is to take effect, or says once more what was made.
fn create(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    let more: &[&str] = match party {
        Party::Merchant => &[],
        Party::Partner => &["sub_mchid"],
    };
    fields.known(&[MEMBERS, more].concat())?;
    let number = fields.number("out_request_no", 32)?;
    let (shared, commit) = (request.shared, request.commit);
    let terms = read(&fields, party)?;
    let mut state = shared.state();
    let made = state.withdraw(number, terms, &shared.random, commit);
    shared.changed.notify_one();
    let made = made.map_err(|refusal| match refusal {
        WithdrawalRefusal::OtherTerms => {
            let message = "商户预约提现单号已存在，且本次请求的参数与首次请求不一致";
            Answer::error(400, "INVALID_REQUEST", message)
        }
        WithdrawalRefusal::NotEnough => Answer::error(403, "NOT_ENOUGH", "账户可用余额不足"),
    })?;
    Ok(Answer::ok(Made {
        sub_mchid: made.terms.sub_mchid,
        withdraw_id: made.withdraw_id,
        out_request_no: made.out_request_no,
    }))
}

fn read(fields: &Object<'_>, party: Party) -> Result<WithdrawalTerms, Answer> {
    let amount = fields.positive("amount")?;
    if amount > MAX_AMOUNT_FEN {
        return Err(fields.refuse("amount", "不能超过8亿元"));
    }
    let accounts = ["BASIC", "FEES", "OPERATION"];
    let (sub_mchid, account) = match party {
        Party::Merchant => (None, fields.choice("account_type", &accounts)?),
        Party::Partner => {
            let account = fields.optional_choice("account_type", &accounts)?;
            let sub = fields.digits("sub_mchid", 32)?;
            (Some(sub.to_owned()), account.unwrap_or("BASIC"))
        }
    };
    let notify_url = fields.optional_text("notify_url", 256)?;
    if notify_url.is_some_and(|url| !is_notify_url(url)) {
        return Err(fields.refuse("notify_url", "须为不带参数的完整URL"));
    }
    let owned = |name, max| {
        let text = fields.optional_text(name, max)?;
        Ok(text.map(str::to_owned))
    };
    Ok(WithdrawalTerms {
        sub_mchid,
        amount: Fen::new(amount),
        remark: owned("remark", 56)?,
        bank_memo: owned("bank_memo", 32)?,
        account_type: account.to_owned(),
        notify_url: notify_url.map(str::to_owned),
    })
}

fn by_out_request_no(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let number = request.route.part("out_request_no");
    tell(request, party, |made| made.out_request_no == number)
}

fn by_id(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let id = request.route.part("withdraw_id");
    tell(request, party, |made| made.withdraw_id == id)
}

/// Tells what has become of a withdrawal of the party's.
fn tell(
    request: &Request<'_>,
    party: Party,
    is: impl Fn(&Withdrawal) -> bool,
) -> Result<Answer, Answer> {
    let query = Query(request.call.query());
    let sub = match party {
        Party::Merchant => None,
        Party::Partner => Some(query.required("sub_mchid")?),
    };
    let shared = request.shared;
    let state = shared.state();
    let missing = || Answer::error(404, "ORDER_NOT_EXIST", "预约提现单号不存在");
    let mut report = state.withdrawal(sub, is).ok_or_else(missing)?.report();
    if let (Party::Partner, Some(members)) = (party, report.as_object_mut()) {
        let provider = shared.merchant.mch_id.as_str();
        members.insert("sp_mchid".to_owned(), json!(provider));
    }
    Ok(Answer::ok(Report(report)))
}

impl Content for Made {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_request_no = another(&self.out_request_no);
        self.withdraw_id = another(&self.withdraw_id);
    }

    fn tamper(&mut self) {
        self.withdraw_id = another(&self.withdraw_id);
    }
}

impl Report {
    fn change(&mut self, name: &str) {
        if let Some(value) = self.0.get_mut(name) {
            let text = value.as_str().unwrap_or_default();
            *value = json!(another(text));
        }
    }
}

impl Content for Report {
    fn to_json(&self) -> Vec<u8> {
        to_json(&self.0)
    }

    fn become_another(&mut self) {
        self.change("out_request_no");
        self.change("withdraw_id");
    }

    fn tamper(&mut self) {
        self.change("status");
    }
}

const MEMBERS: &[&str] = &[
    "out_request_no",
    "amount",
    "remark",
    "bank_memo",
    "account_type",
    "notify_url",
];

/// The most of one withdrawal, in fen.
const MAX_AMOUNT_FEN: i64 = 80_000_000_000;

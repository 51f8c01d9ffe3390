//! 发起批量转账, of a service provider and of the merchant itself.

use std::collections::HashSet;

use http::Method;
use serde::Serialize;
use wxpay_core::{Fen, Timestamp};

use crate::endpoint::Endpoint;
use crate::platform::PlatformKey;
use crate::random::{DIGITS, Random, another};
use crate::state::money_out::MoneyOut;
use crate::state::{Event, State, WAITS};
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Content, Request, authorization, with_millis};
use crate::{Batch, BatchTerms, Transfer, TransferTerms};

/// What a request asks for.
pub(crate) struct Asked {
    pub(crate) out_batch_no: String,
    pub(crate) terms: BatchTerms,
}

/// The body of the response.
#[derive(Serialize)]
struct Created {
    out_batch_no: String,
    batch_id: String,
    create_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_status: Option<&'static str>,
}

/// 发起批量转账.
pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.partner_transfer.create_batch",
    &Method::POST,
    "/v3/partner-transfer/batches",
    respond,
);

fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let asked = check(request)?;
    let shared = request.shared;
    perform(asked, &mut shared.state(), &shared.random, request.commit)
}

/// Checks all of a request that can be checked without the batches.
fn check(request: &Request<'_>) -> Result<Asked, Answer> {
    let key = request
        .key
        .as_deref()
        .ok_or_else(authorization::no_serial)?;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    let out_batch_no = fields.number("out_batch_no", 32)?.to_owned();
    let authorization_type = fields.choice("authorization_type", AUTHORIZATIONS)?;
    let optional = |name| {
        let text = fields.optional_text(name, 32)?;
        Ok(text.map(str::to_owned))
    };
    let (sub_appid, sp_appid) = (optional("sub_appid")?, optional("sp_appid")?);
    if authorization_type == FUND && sp_appid.is_none() {
        return Err(fields.refuse("sp_appid", "特约商户资金授权类型须填写服务商的appid"));
    }
    if authorization_type != FUND && sub_appid.is_none() {
        return Err(fields.refuse("sub_appid", "特约商户信息授权类型须填写特约商户appid"));
    }
    let sub_mchid = fields.digits("sub_mchid", 32)?;

    let choice = |name, choices| {
        let choice = fields.optional_choice(name, choices)?;
        Ok(choice.map(str::to_owned))
    };
    let terms = BatchTerms {
        sub_mchid: Some(sub_mchid.to_owned()),
        appid: None,
        sub_appid,
        sp_appid,
        authorization_type: Some(authorization_type.to_owned()),
        batch_name: fields.text("batch_name", 32)?.to_owned(),
        batch_remark: fields.text("batch_remark", 32)?.to_owned(),
        total_amount: Fen::new(fields.positive("total_amount")?),
        transfer_purpose: choice("transfer_purpose", PURPOSES)?,
        transfer_scene: choice("transfer_scene", SCENES)?,
        transfer_scene_id: None,
        notify_url: None,
        transfers: transfers(
            &fields,
            3000,
            |fields| fields.sealed("user_name", key).map(Some),
            key,
        )?,
    };
    check_sums(&fields, &terms)?;
    Ok(Asked {
        out_batch_no,
        terms,
    })
}

/// Makes the batch if it is to take effect, or says once more what was made under this number.
pub(crate) fn perform(
    asked: Asked,
    state: &mut State,
    random: &Random,
    commit: bool,
) -> Result<Answer, Answer> {
    let now = state.now();
    if let Some(earlier) = state.batches.batch_mut(&asked.out_batch_no) {
        if earlier.terms != asked.terms {
            let message = "商家批次单号已存在，且本次请求的参数与首次请求不一致";
            return Err(Answer::error(400, "INVALID_REQUEST", message));
        }
        if commit {
            earlier.requests = earlier.requests.saturating_add(1);
        }
        return Ok(Answer::ok(Created::new(earlier)));
    }

    if asked.terms.is_own() {
        let left = state.balance.map(|balance| {
            let left = balance.checked_sub(asked.terms.total_amount);
            left.filter(|left| *left >= Fen::ZERO)
                .ok_or_else(|| Answer::error(403, "NOT_ENOUGH", "资金不足"))
        });
        let left = left.transpose()?;
        if commit {
            state.balance = left;
        }
    }
    let batch = Batch {
        out_batch_no: asked.out_batch_no,
        batch_id: format!("1030{}", random.text(DIGITS, 36)),
        terms: asked.terms,
        create_time: now,
        requests: 1,
    };
    let answer = Answer::ok(Created::new(&batch));
    if commit {
        let terms = batch.terms.transfers.iter();
        let waits = batch.terms.is_own() && state.batches.needs_approval;
        let status = if waits { WAITS } else { "PROCESSING" };
        let transfers = terms
            .map(|terms| begin(terms, status, &batch, now, random))
            .collect();
        if batch.terms.is_own() && !waits {
            let out_batch_no = batch.out_batch_no.clone();
            let event = Event::MoneyOut(MoneyOut::SettleBatch { out_batch_no });
            state.agenda.add(now, event);
        }
        state.batches.add(batch, transfers);
    }
    Ok(answer)
}

/// The transfers, of this many at most. How each has its name, `user_name` says.
pub(crate) fn transfers(
    fields: &Object<'_>,
    most: usize,
    user_name: impl Fn(&Object<'_>) -> Result<Option<String>, Answer>,
    key: &PlatformKey,
) -> Result<Vec<TransferTerms>, Answer> {
    let mut numbers = HashSet::new();
    let list = fields.list("transfer_detail_list", most)?;
    list.iter()
        .map(|fields| {
            let out_detail_no = fields.number("out_detail_no", 32)?;
            if !numbers.insert(out_detail_no) {
                return Err(fields.refuse("out_detail_no", "批次内的商家明细单号重复"));
            }
            Ok(TransferTerms {
                out_detail_no: out_detail_no.to_owned(),
                transfer_amount: Fen::new(fields.positive("transfer_amount")?),
                transfer_remark: fields.text("transfer_remark", 32)?.to_owned(),
                openid: fields.text("openid", 64)?.to_owned(),
                user_name: user_name(fields)?,
                user_id_card: fields.optional_sealed("user_id_card", key)?,
            })
        })
        .collect()
}

pub(crate) fn check_sums(fields: &Object<'_>, terms: &BatchTerms) -> Result<(), Answer> {
    let mut amounts = terms
        .transfers
        .iter()
        .map(|transfer| transfer.transfer_amount);
    let sum = amounts.try_fold(Fen::ZERO, Fen::checked_add);
    if sum != Some(terms.total_amount) {
        let issue = "转账总金额须与批次内所有明细转账金额之和保持一致";
        return Err(fields.refuse("total_amount", issue));
    }
    if usize::try_from(fields.positive("total_num")?) != Ok(terms.transfers.len()) {
        let issue = "转账总笔数须与批次内所有明细之和保持一致";
        return Err(fields.refuse("total_num", issue));
    }
    Ok(())
}

/// A transfer of a new batch.
fn begin(
    terms: &TransferTerms,
    status: &str,
    batch: &Batch,
    now: Timestamp,
    random: &Random,
) -> Transfer {
    let amount = terms.transfer_amount.get();
    let mut transfer = Transfer::new(&batch.out_batch_no, &terms.out_detail_no, amount);
    transfer.batch_id.clone_from(&batch.batch_id);
    transfer.detail_id = format!("1040{}", random.text(DIGITS, 36));
    transfer.appid = match batch.terms.authorization_type.as_deref() {
        None => batch.terms.appid.clone(),
        Some(FUND) => batch.terms.sp_appid.clone(),
        Some(_) => batch.terms.sub_appid.clone(),
    };
    status.clone_into(&mut transfer.detail_status);
    transfer.transfer_remark.clone_from(&terms.transfer_remark);
    transfer.openid.clone_from(&terms.openid);
    transfer.username = terms.user_name.clone().unwrap_or_default();
    transfer.initiate_time = now;
    transfer.update_time = now;
    transfer
}

impl Created {
    fn new(batch: &Batch) -> Self {
        Self {
            out_batch_no: batch.out_batch_no.clone(),
            batch_id: batch.batch_id.clone(),
            create_time: with_millis(batch.create_time),
            batch_status: batch.terms.is_own().then_some("ACCEPTED"),
        }
    }
}

impl Content for Created {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_batch_no = another(&self.out_batch_no);
        self.batch_id = another(&self.batch_id);
    }

    fn tamper(&mut self) {
        self.batch_id = another(&self.batch_id);
    }
}

const FUND: &str = "FUND_AUTHORIZATION_TYPE";

const AUTHORIZATIONS: &[&str] = &[
    "INFORMATION_AUTHORIZATION_TYPE",
    FUND,
    "INFORMATION_AND_FUND_AUTHORIZATION_TYPE",
];

const PURPOSES: &[&str] = &[
    "GOODSPAYMENT",
    "COMMISSION",
    "REFUND",
    "REIMBURSEMENT",
    "FREIGHT",
    "OTHERS",
];

const SCENES: &[&str] = &["ORDINARY_TRANSFER", "PAYROLL_CARD_TRANSFER"];

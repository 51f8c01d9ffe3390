//! 发起商家转账 (商家转账到零钱), of the merchant itself.

use http::Method;
use wxpay_core::Fen;

use crate::BatchTerms;
use crate::endpoint::Endpoint;
use crate::notice::is_notify_url;
use crate::v3::create_batch::{Asked, check_sums, perform, transfers};
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Request, authorization};

/// 发起批量转账.
pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.transfer.create_batch",
    &Method::POST,
    "/v3/transfer/batches",
    respond,
);

fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let asked = check(request)?;
    let shared = request.shared;
    let answer = perform(asked, &mut shared.state(), &shared.random, request.commit);
    shared.changed.notify_one();
    answer
}

/// Checks all of a request that can be checked without the batches.
fn check(request: &Request<'_>) -> Result<Asked, Answer> {
    let key = request
        .key
        .as_deref()
        .ok_or_else(authorization::no_serial)?;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(MEMBERS)?;
    let appid = fields.text("appid", 32)?;
    if appid != request.shared.merchant.appid.as_str() {
        let message = "商户号和appid没有绑定关系";
        return Err(Answer::error(401, "APPID_MCHID_NOT_MATCH", message));
    }
    let notify_url = fields.optional_text("notify_url", 256)?;
    if notify_url.is_some_and(|url| !is_notify_url(url)) {
        return Err(fields.refuse("notify_url", "须为不带参数的完整URL"));
    }
    let scene = fields.optional_text("transfer_scene_id", 36)?;
    let user_name = |fields: &Object<'_>| {
        let name = fields.optional_sealed("user_name", key)?;
        let amount = fields.positive("transfer_amount")?;
        if name.is_none() && amount >= NAMED_FROM {
            return Err(fields.refuse("user_name", "转账金额大于等于2,000元时须传入"));
        }
        if name.is_some() && amount < NAMELESS_BELOW {
            return Err(fields.refuse("user_name", "转账金额小于0.3元时不支持传入"));
        }
        Ok(name)
    };
    let terms = BatchTerms {
        sub_mchid: None,
        appid: Some(appid.to_owned()),
        sub_appid: None,
        sp_appid: None,
        authorization_type: None,
        batch_name: fields.text("batch_name", 32)?.to_owned(),
        batch_remark: fields.text("batch_remark", 32)?.to_owned(),
        total_amount: Fen::new(fields.positive("total_amount")?),
        transfer_purpose: None,
        transfer_scene: None,
        transfer_scene_id: scene.map(str::to_owned),
        notify_url: notify_url.map(str::to_owned),
        transfers: transfers(&fields, MAX_TRANSFERS, user_name, key)?,
    };
    check_sums(&fields, &terms)?;
    Ok(Asked {
        out_batch_no: fields.number("out_batch_no", 32)?.to_owned(),
        terms,
    })
}

const MEMBERS: &[&str] = &[
    "appid",
    "out_batch_no",
    "batch_name",
    "batch_remark",
    "total_amount",
    "total_num",
    "transfer_detail_list",
    "transfer_scene_id",
    "notify_url",
];

/// Transfers of one batch.
const MAX_TRANSFERS: usize = 1000;

/// From this amount on the name has to be given, in fen.
const NAMED_FROM: i64 = 200_000;

/// Below this amount no name may be given, in fen.
const NAMELESS_BELOW: i64 = 30;

//! 发起转账.

use http::Method;
use serde::Serialize;
use wxpay_core::Fen;

use super::{refuse, sub_of_body};
use crate::endpoint::Endpoint;
use crate::notice::is_notify_url;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::party::Party;
use crate::v3::{Answer, Content, Request, authorization, with_millis};
use crate::{SceneReport, TransferBill, TransferBillTerms};

/// The body of the response, its members in the document's order.
#[derive(Serialize)]
struct Created {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<String>,
    out_bill_no: String,
    transfer_bill_no: String,
    create_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_info: Option<String>,
}

/// 发起转账.
pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.fund_app.create_transfer",
    &Method::POST,
    "/v3/fund-app/mch-transfer/transfer-bills",
    |request| respond(request, Party::Merchant),
);

/// 发起转账 for a sub-merchant.
pub(crate) const PARTNER: Endpoint = Endpoint::v3(
    "v3.fund_app.partner_create_transfer",
    &Method::POST,
    "/v3/fund-app/mch-transfer/partner/transfer-bills",
    |request| respond(request, Party::Partner),
);

/// Makes the transfer if the request is to take effect, or tells what has become of it.
fn respond(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    let members: &[&str] = match party {
        Party::Merchant => &["user_recv_style"],
        Party::Partner => &["sub_mchid"],
    };
    fields.known(&[MEMBERS, members].concat())?;
    let out_bill_no = fields.number("out_bill_no", 32)?;
    let terms = read(request, &fields, party)?;
    let (shared, commit) = (request.shared, request.commit);
    let mut state = shared.state();
    let made = state.create_transfer_bill(out_bill_no, terms, &shared.random, commit);
    shared.changed.notify_one();
    Ok(Answer::ok(Created::new(&made.map_err(refuse)?, party)))
}

fn read(
    request: &Request<'_>,
    fields: &Object<'_>,
    party: Party,
) -> Result<TransferBillTerms, Answer> {
    let sub_mchid = sub_of_body(party, fields)?;
    let appid = fields.text("appid", 32)?;
    if party == Party::Merchant && appid != request.shared.merchant.appid.as_str() {
        let message = "商户号与AppID未绑定";
        return Err(Answer::error(400, "INVALID_REQUEST", message));
    }
    let amount = fields.positive("transfer_amount")?;
    let user_name = match fields.optional_text("user_name", 1024)? {
        None if amount >= NAMED_FROM => {
            return Err(fields.refuse("user_name", "转账金额大于等于2,000元时须传入"));
        }
        None => None,
        Some(_) => {
            let key = request.key.as_deref();
            let key = key.ok_or_else(authorization::no_serial)?;
            Some(fields.sealed("user_name", key)?)
        }
    };
    let style = match fields.optional_object("user_recv_style")? {
        None => None,
        Some(style) => Some(style.choice("type", &["CONFIRM_PAGE", "RED_PACKET"])?),
    };
    if style == Some("RED_PACKET") && amount > RED_PACKET_MOST {
        return Err(fields.refuse("transfer_amount", "红包样式的单笔金额须小于等于200元"));
    }
    let notify_url = fields.optional_text("notify_url", 256)?;
    if notify_url.is_some_and(|url| !is_notify_url(url)) {
        return Err(fields.refuse("notify_url", "须为不带参数的完整URL"));
    }
    // The page lets it be empty.
    let perception = match fields.value("user_recv_perception") {
        Some(text) if text == "" => None,
        _ => fields.optional_text("user_recv_perception", 2048)?,
    };
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Ok(TransferBillTerms {
        sub_mchid: owned(sub_mchid),
        appid: appid.to_owned(),
        transfer_scene_id: fields.text("transfer_scene_id", 36)?.to_owned(),
        openid: fields.text("openid", 64)?.to_owned(),
        user_name,
        transfer_amount: Fen::new(amount),
        transfer_remark: fields.text("transfer_remark", 32)?.to_owned(),
        notify_url: owned(notify_url),
        user_recv_perception: owned(perception),
        transfer_scene_report_infos: reports(fields)?,
        user_recv_style: owned(style),
    })
}

fn reports(fields: &Object<'_>) -> Result<Vec<SceneReport>, Answer> {
    let list = fields.list("transfer_scene_report_infos", 1000)?;
    let reports = list.iter().map(|fields| {
        Ok(SceneReport {
            info_type: fields.text("info_type", 15)?.to_owned(),
            info_content: fields.text("info_content", 32)?.to_owned(),
        })
    });
    reports.collect()
}

impl Created {
    fn new(bill: &TransferBill, party: Party) -> Self {
        let waits = bill.state == "WAIT_USER_CONFIRM";
        Self {
            sub_mchid: bill.terms.sub_mchid.clone(),
            out_bill_no: bill.out_bill_no.clone(),
            transfer_bill_no: bill.transfer_bill_no.clone(),
            create_time: with_millis(bill.create_time),
            state: (party == Party::Merchant).then(|| bill.state.clone()),
            package_info: waits.then(|| bill.package_info.clone()),
        }
    }
}

impl Content for Created {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_bill_no = another(&self.out_bill_no);
        self.transfer_bill_no = another(&self.transfer_bill_no);
    }

    fn tamper(&mut self) {
        self.transfer_bill_no = another(&self.transfer_bill_no);
    }
}

const MEMBERS: &[&str] = &[
    "appid",
    "out_bill_no",
    "transfer_scene_id",
    "openid",
    "user_name",
    "transfer_amount",
    "transfer_remark",
    "notify_url",
    "user_recv_perception",
    "transfer_scene_report_infos",
];

/// From this amount on the name has to be given, in fen.
const NAMED_FROM: i64 = 200_000;

/// The most that is received as a red packet, in fen.
const RED_PACKET_MOST: i64 = 20_000;

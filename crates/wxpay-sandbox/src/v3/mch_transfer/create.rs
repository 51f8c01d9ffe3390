//! 发起转账, 发起转账并完成免确认收款授权, and 用户授权后转账.

use http::Method;
use serde::Serialize;

use super::{invalid, refuse, report, terms};
use crate::endpoint::Endpoint;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::party::Party;
use crate::v3::{Answer, Content, Request, with_millis};
use crate::{TransferBill, TransferBillTerms};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    user_display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_authorization_no: Option<String>,
}

/// 发起转账.
pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.fund_app.create_transfer",
    &Method::POST,
    "/v3/fund-app/mch-transfer/transfer-bills",
    |request| {
        respond(
            request,
            Party::Merchant,
            &["openid", "notify_url", REPORTS, "user_recv_style"],
        )
    },
);

/// 发起转账 for a sub-merchant.
pub(crate) const PARTNER: Endpoint = Endpoint::v3(
    "v3.fund_app.partner_create_transfer",
    &Method::POST,
    "/v3/fund-app/mch-transfer/partner/transfer-bills",
    |request| {
        respond(
            request,
            Party::Partner,
            &["openid", "notify_url", REPORTS, "sub_mchid"],
        )
    },
);

/// 发起转账并完成免确认收款授权.
pub(crate) const AUTHORIZING: Endpoint = Endpoint::v3(
    "v3.fund_app.create_transfer_with_authorization",
    &Method::POST,
    "/v3/fund-app/mch-transfer/transfer-bills/pre-transfer-with-authorization",
    |request| {
        let more = [
            "openid",
            "notify_url",
            "authorization_info",
            "sponsor_mchid",
        ];
        respond(request, Party::Merchant, &more)
    },
);

/// 用户授权后转账.
pub(crate) const AUTHORIZED: Endpoint = Endpoint::v3(
    "v3.fund_app.transfer_to_authorized_user",
    &Method::POST,
    "/v3/fund-app/mch-transfer/transfer-bills/transfer",
    to_authorized_user,
);

/// Makes the transfer if the request is to take effect, or tells what has become of it.
fn respond(request: &Request<'_>, party: Party, more: &[&str]) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(&[MEMBERS, more].concat())?;
    let mut terms = terms::read(request, &fields, party)?;
    if more.contains(&REPORTS) && terms.transfer_scene_report_infos.is_empty() {
        return Err(fields.refuse(REPORTS, "缺少参数"));
    }
    fields.text("openid", 64)?.clone_into(&mut terms.openid);
    let bill = make(request, &fields, terms)?;
    Ok(Answer::ok(Created::new(bill, party)))
}

/// Pays the user of an authorization, if the request is to take effect.
fn to_authorized_user(request: &Request<'_>) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    let more = ["authorization_id", "out_authorization_no", "sponsor_mchid"];
    fields.known(&[MEMBERS, &more].concat())?;
    let mut terms = terms::read(request, &fields, Party::Merchant)?;
    if terms.transfer_scene_report_infos.is_empty() {
        return Err(fields.refuse(REPORTS, "缺少参数"));
    }
    let id = fields.optional_text("authorization_id", 32)?;
    let number = fields.optional_text("out_authorization_no", 32)?;
    if id.is_some() == number.is_some() {
        let issue = "authorization_id和out_authorization_no须二选一";
        return Err(fields.refuse("out_authorization_no", issue));
    }
    {
        let state = request.shared.state();
        let named = fields.number("out_bill_no", 32)?;
        let earlier = state.transfer_bills.get(named);
        let in_force = state.authorization_in_force(number, id);
        match (earlier, in_force) {
            (_, Some(found)) if found.terms.transfer_scene_id == terms.transfer_scene_id => {
                terms.openid.clone_from(&found.terms.openid);
                terms.authorization_id.clone_from(&found.authorization_id);
            }
            // What was paid before the authorization ended is told all the same.
            (Some(earlier), _) if earlier.terms.authorization_id.is_some() => {
                terms.openid.clone_from(&earlier.terms.openid);
                let earlier = &earlier.terms.authorization_id;
                terms.authorization_id.clone_from(earlier);
            }
            (_, Some(_)) => return Err(invalid("转账场景与授权的转账场景不一致")),
            _ => return Err(invalid("免确认收款授权不存在或未生效")),
        }
    }
    let bill = make(request, &fields, terms)?;
    report::tell(&bill, request.shared)
}

fn make(
    request: &Request<'_>,
    fields: &Object<'_>,
    terms: TransferBillTerms,
) -> Result<TransferBill, Answer> {
    let out_bill_no = fields.number("out_bill_no", 32)?;
    let (shared, commit) = (request.shared, request.commit);
    let mut state = shared.state();
    let made = state.create_transfer_bill(out_bill_no, terms, &shared.random, commit);
    shared.changed.notify_one();
    made.map_err(refuse)
}

impl Created {
    fn new(bill: TransferBill, party: Party) -> Self {
        let waits = bill.state == "WAIT_USER_CONFIRM";
        let asked = bill.terms.authorization_info;
        let (name, number) = asked
            .map(|asked| (asked.user_display_name, asked.out_authorization_no))
            .unzip();
        Self {
            sub_mchid: bill.terms.sub_mchid,
            out_bill_no: bill.out_bill_no,
            transfer_bill_no: bill.transfer_bill_no,
            create_time: with_millis(bill.create_time),
            state: (party == Party::Merchant).then_some(bill.state),
            package_info: waits.then_some(bill.package_info),
            user_display_name: name,
            out_authorization_no: number,
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

const REPORTS: &str = "transfer_scene_report_infos";

const MEMBERS: &[&str] = &[
    "appid",
    "out_bill_no",
    "transfer_scene_id",
    "user_name",
    "transfer_amount",
    "transfer_remark",
    "user_recv_perception",
    REPORTS,
];

use serde::Serialize;

use super::{complainted, media_url};
use crate::Complaint;
use crate::random::another;
use crate::state::State;
use crate::v3::answer::to_json;
use crate::v3::{Answer, Content, Request, system_error, with_millis};

/// A complaint as its query and the list tell it, the members in the document's order.
#[derive(Serialize)]
pub(crate) struct Report {
    complaint_id: String,
    complaint_time: String,
    complaint_detail: String,
    complaint_state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    complainted_mchid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_openid: Option<String>,
    complaint_order_info: Vec<OrderInfo>,
    complaint_full_refunded: bool,
    incoming_user_response: bool,
    user_complaint_times: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    complaint_media_list: Vec<MediaList>,
    problem_description: &'static str,
    problem_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    apply_refund_amount: Option<i64>,
    in_platform_service: bool,
    need_immediate_service: bool,
}

#[derive(Serialize)]
struct OrderInfo {
    transaction_id: String,
    out_trade_no: String,
    amount: i64,
}

/// Images of one kind.
#[derive(Serialize)]
pub(crate) struct MediaList {
    media_type: &'static str,
    media_url: Vec<String>,
}

impl Report {
    /// Who complains is told in the details alone.
    pub(crate) fn new(
        complaint: &Complaint,
        details: bool,
        state: &State,
        request: &Request<'_>,
    ) -> Result<Self, Answer> {
        let shared = request.shared;
        let order = state.orders.get(&complaint.out_trade_no);
        let of_sub = order.is_some_and(|order| order.sub_merchant.is_some());
        let payer_phone = match &complaint.payer_phone {
            None => None,
            Some(phone) => {
                let sealed = shared.platform.merchant.seal(phone);
                Some(sealed.ok_or_else(system_error)?)
            }
        };
        let (_, full) = state.refunded(&complaint.out_trade_no);
        Ok(Self {
            complaint_id: complaint.complaint_id.clone(),
            complaint_time: with_millis(complaint.complaint_time),
            complaint_detail: complaint.detail.clone(),
            complaint_state: complaint.state.clone(),
            complainted_mchid: of_sub.then(|| complainted(complaint, state, &shared.merchant)),
            payer_phone,
            payer_openid: order.filter(|_| details).map(|order| order.openid.clone()),
            complaint_order_info: order
                .map(|order| OrderInfo {
                    transaction_id: order.transaction_id.clone(),
                    out_trade_no: order.out_trade_no.clone(),
                    amount: order.total_fee.get(),
                })
                .into_iter()
                .collect(),
            complaint_full_refunded: full,
            incoming_user_response: complaint.incoming_user_response,
            user_complaint_times: complaint.user_complaint_times,
            complaint_media_list: MediaList::of("USER_COMPLAINT_IMAGE", &complaint.images, request)
                .into_iter()
                .collect(),
            problem_description: match &*complaint.problem_type {
                "REFUND" => "申请退款",
                "SERVICE_NOT_WORK" => "服务权益未生效",
                _ => "不满意商家服务",
            },
            problem_type: complaint.problem_type.clone(),
            apply_refund_amount: complaint.apply_refund_amount.map(wxpay_core::Fen::get),
            in_platform_service: false,
            need_immediate_service: false,
        })
    }
}

impl MediaList {
    pub(crate) fn of(
        media_type: &'static str,
        ids: &[String],
        request: &Request<'_>,
    ) -> Option<Self> {
        let urls = ids.iter().map(|id| media_url(request, id));
        (!ids.is_empty()).then(|| Self {
            media_type,
            media_url: urls.collect(),
        })
    }
}

impl Content for Report {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.complaint_id = another(&self.complaint_id);
    }

    fn tamper(&mut self) {
        "PROCESSED".clone_into(&mut self.complaint_state);
        self.complaint_full_refunded = !self.complaint_full_refunded;
    }
}

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::media::sha256_of;
use crate::notice::{ComplaintTold, Task, Told};
use crate::random::{ALPHANUMERIC, DIGITS, Random};
use crate::state::{Event, State};
use crate::{
    Api, ComplainError, Complaint, ComplaintEntry, ComplaintTerms, Media, Order, Protocol,
};

/// The complaints, and where they are told.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Complaints {
    pub(crate) entries: IndexMap<String, Complaint>,
    /// Where they are told (投诉通知回调地址), if anywhere.
    pub(crate) notify_url: Option<String>,
}

/// Something that is done about a complaint.
pub(crate) struct Act<'a> {
    /// Who does it (操作人).
    pub(crate) operator: &'a str,
    /// What it is in the history (操作类型).
    pub(crate) operate_type: &'a str,
    /// What it is in the notification (动作类型), if it is told.
    pub(crate) action_type: Option<&'a str>,
    pub(crate) details: Option<&'a str>,
    pub(crate) images: Vec<String>,
}

impl State {
    /// Lets the user of an order complain.
    pub(crate) fn complain(
        &mut self,
        out_trade_no: &str,
        terms: ComplaintTerms,
        random: &Random,
    ) -> Result<Complaint, ComplainError> {
        let now = self.now();
        let order = self.orders.get(out_trade_no);
        if !order.is_some_and(Order::was_paid) {
            return Err(ComplainError::NotPaid(out_trade_no.to_owned()));
        }
        let images: Vec<_> = terms
            .images
            .into_iter()
            .map(|content| {
                let media_id = random.text(ALPHANUMERIC, 64);
                self.uploads.add(Media::of_user(media_id.clone(), content));
                media_id
            })
            .collect();
        let complaint_id = format!("2002018{}", random.text(DIGITS, 20));
        self.complaints.entries.insert(
            complaint_id.clone(),
            Complaint {
                complaint_id: complaint_id.clone(),
                out_trade_no: out_trade_no.to_owned(),
                complaint_time: now,
                state: "PENDING".to_owned(),
                detail: terms.detail.clone(),
                problem_type: terms.problem_type,
                payer_phone: terms.payer_phone,
                apply_refund_amount: terms.apply_refund_amount,
                user_complaint_times: 1,
                incoming_user_response: false,
                refund_approved: false,
                images: images.clone(),
                history: Vec::new(),
            },
        );
        let act = Act {
            operator: "投诉人",
            operate_type: "USER_CREATE_COMPLAINT",
            action_type: Some("CREATE_COMPLAINT"),
            details: Some(&terms.detail),
            images,
        };
        self.act(&complaint_id, act, random, |_| {})
            .ok_or(ComplainError::NoComplaint(complaint_id))
    }

    /// Does something about a complaint, notes it, and plans the notification of it; `change` says
    /// what comes of it.
    pub(crate) fn act(
        &mut self,
        complaint_id: &str,
        act: Act<'_>,
        random: &Random,
        change: impl FnOnce(&mut Complaint),
    ) -> Option<Complaint> {
        let now = self.now();
        let complaint = self.complaints.entries.get_mut(complaint_id)?;
        complaint.history.push(ComplaintEntry {
            log_id: format!("3002853{}", random.text(DIGITS, 20)),
            operator: act.operator.to_owned(),
            operate_time: now,
            operate_type: act.operate_type.to_owned(),
            details: act.details.map(str::to_owned),
            images: act.images,
        });
        change(complaint);
        let complaint = complaint.clone();
        if let (Some(url), Some(action)) = (self.complaints.notify_url.clone(), act.action_type) {
            let told = Told::Complaint(ComplaintTold {
                complaint_id: complaint_id.to_owned(),
                action_type: action.to_owned(),
            });
            let order = &complaint.out_trade_no;
            let task = Task::new(told, order, Protocol::V3, url, now, random);
            self.agenda.add(now, Event::Deliver(Box::new(task)));
        }
        Some(complaint)
    }

    /// Notes in the complaints about an order that money of it goes back.
    pub(crate) fn complaints_hear_of_refund(&mut self, out_trade_no: &str, random: &Random) {
        let (whole, _) = self.refunded(out_trade_no);
        let (operate_type, action_type) = if whole {
            (
                "COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE",
                Some("SELLER_REFUND"),
            )
        } else {
            ("COMPLAINT_PARTIAL_REFUNDED_SYSTEM_MESSAGE", None)
        };
        self.all_hear(out_trade_no, operate_type, action_type, random, |_| {});
    }

    /// Notes in the complaints about an order that the user has money of it. One whose refund was
    /// agreed on is handled then.
    pub(crate) fn complaints_hear_of_arrival(&mut self, out_trade_no: &str, random: &Random) {
        let operate_type = "COMPLAINT_REFUND_RECEIVED_SYSTEM_MESSAGE";
        let action_type = Some("REFUND_SUCCESS");
        self.all_hear(
            out_trade_no,
            operate_type,
            action_type,
            random,
            |complaint| {
                if complaint.refund_approved {
                    "PROCESSED".clone_into(&mut complaint.state);
                }
            },
        );
    }

    /// Whether all of an order is to go back, and whether all of it has arrived.
    pub(crate) fn refunded(&self, out_trade_no: &str) -> (bool, bool) {
        let total = self.orders.get(out_trade_no).map(|order| order.total_fee);
        let sum = |is: fn(&str) -> bool| {
            let refunds = self
                .refunds
                .all_of(out_trade_no)
                .filter(|refund| is(&refund.status));
            refunds.fold(0_i64, |sum, refund| sum.saturating_add(refund.refund.get()))
        };
        let total = total.map_or(i64::MAX, |total| total.get());
        (
            sum(|status| status != "CLOSED") >= total,
            sum(|status| status == "SUCCESS") >= total,
        )
    }

    fn all_hear(
        &mut self,
        out_trade_no: &str,
        operate_type: &str,
        action_type: Option<&str>,
        random: &Random,
        change: impl Fn(&mut Complaint),
    ) {
        let about = self
            .complaints
            .entries
            .values()
            .filter(|complaint| complaint.out_trade_no == out_trade_no);
        let ids: Vec<_> = about
            .map(|complaint| complaint.complaint_id.clone())
            .collect();
        for id in ids {
            let act = Act {
                operator: "系统",
                operate_type,
                action_type,
                details: None,
                images: Vec::new(),
            };
            self.act(&id, act, random, &change);
        }
    }
}

impl Media {
    /// An image that a user sent with a complaint.
    fn of_user(media_id: String, content: bytes::Bytes) -> Self {
        let ending = match &content {
            content if content.starts_with(b"\x89PNG") => "png",
            content if content.starts_with(b"BM") => "bmp",
            _ => "jpg",
        };
        Self {
            filename: format!("complaint.{ending}"),
            sha256: sha256_of(&content),
            size: content.len(),
            content: Some(content),
            api: Api::named("v3.merchant_service.upload_image")
                .expect("it is one of the sandbox's endpoints"),
            media_id,
        }
    }
}

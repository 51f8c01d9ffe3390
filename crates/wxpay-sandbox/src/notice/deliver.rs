//! Delivers a notification, again and again until the callback accepts it.

use std::error::Error;

use serde::{Deserialize, Serialize};
use wxpay_core::Timestamp;

use crate::clock::later;
use crate::notice::{self, Notice, NoticeAnswer, NotifyError, Told};
use crate::random::{DIGITS, Random};
use crate::snapshot::millis;
use crate::state::{Event, Place, Shared};
use crate::{Delivery, Order, PendingDelivery, Prepay, Protocol};

/// A notification that is to be delivered.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Task {
    notice_id: String,
    /// The number of the order, or of the combined one.
    number: String,
    told: Told,
    protocol: Protocol,
    url: String,
    hmac_sha256: bool,
    #[serde(with = "millis")]
    create_time: Timestamp,
    /// How many attempts there were.
    attempts: u32,
}

impl Task {
    /// The notification that an order was paid, just now.
    pub(crate) fn payment(order: &Order, prepay: &Prepay, random: &Random) -> Self {
        let (number, url) = (&order.out_trade_no, prepay.notify_url.clone());
        let now = order.time_end;
        Self {
            hmac_sha256: prepay.hmac_sha256,
            ..Self::new(Told::Payment, number, prepay.protocol(), url, now, random)
        }
    }

    /// A notification of what has just happened.
    pub(crate) fn new(
        told: Told,
        number: &str,
        protocol: Protocol,
        url: String,
        now: Timestamp,
        random: &Random,
    ) -> Self {
        Self {
            notice_id: format!("EV-{}", random.text(DIGITS, 20)),
            number: number.to_owned(),
            told,
            protocol,
            url,
            hmac_sha256: false,
            create_time: now,
            attempts: 0,
        }
    }

    pub(crate) fn pending(&self, due: Timestamp) -> PendingDelivery {
        PendingDelivery {
            kind: self.told.kind(),
            out_trade_no: self.number.clone(),
            out_refund_no: self.out_refund_no(),
            complaint_id: self.told.complaint_id().map(str::to_owned),
            notice_id: self.notice_id.clone(),
            protocol: self.protocol,
            url: self.url.clone(),
            attempt: self.attempts.saturating_add(1),
            due,
        }
    }

    fn out_refund_no(&self) -> Option<String> {
        let told = self.told.refund();
        told.map(|told| told.out_refund_no.clone())
    }

    fn notice(&self) -> Notice {
        Notice {
            id: self.notice_id.clone(),
            hmac_sha256: self.hmac_sha256,
            create_time: Some(self.create_time),
            told: self.told.clone(),
            ..Notice::payment(&self.number)
        }
    }
}

/// Attempts to deliver a notification, notes what came of it, and plans the next attempt if there
/// is to be one.
pub(crate) async fn attempt(shared: &Shared, task: &Task, place: Place) {
    let at = shared.state().now();
    let notice = task.notice();
    let result = match task.protocol {
        Protocol::V2 => notice::notify_v2(shared, &task.url, &notice).await,
        Protocol::V3 => notice::notify_v3(shared, &task.url, &notice).await,
    };

    let acknowledged = matches!(&result, Ok(answer) if answer.acknowledged);
    // Where the sandbox does not send to now it never will.
    let hopeless = matches!(&result, Err(NotifyError::Url | NotifyError::NotLoopback(_)));
    let attempt = task.attempts.saturating_add(1);
    let pause = task
        .told
        .pause(attempt)
        .filter(|_| !acknowledged && !hopeless);
    let next_attempt = pause.map(|pause| later(at, pause));
    let delivery = Delivery {
        kind: task.told.kind(),
        out_trade_no: task.number.clone(),
        out_refund_no: task.out_refund_no(),
        complaint_id: task.told.complaint_id().map(str::to_owned),
        notice_id: task.notice_id.clone(),
        protocol: task.protocol,
        url: task.url.clone(),
        attempt,
        at,
        status: result.as_ref().ok().map(|answer| answer.status),
        acknowledged,
        problem: problem(task.protocol, &result),
        next_attempt,
    };

    let mut state = shared.state();
    // The sandbox may have been reset meanwhile.
    if !state.agenda.done(place) {
        return;
    }
    state.note_delivery(delivery);
    if let Some(due) = next_attempt {
        let mut task = task.clone();
        task.attempts = attempt;
        shared.plan(&mut state, due, Event::Deliver(Box::new(task)));
    }
}

fn problem(protocol: Protocol, result: &Result<NoticeAnswer, NotifyError>) -> Option<String> {
    match result {
        Ok(answer) if answer.acknowledged => None,
        Ok(answer) => Some(match (protocol, answer.status) {
            (Protocol::V2, 200) => {
                "the response is not an <xml> whose return_code is SUCCESS".into()
            }
            (Protocol::V2, status) => format!("the status is {status}, not 200"),
            (Protocol::V3, status) => format!("the status is {status}, neither 200 nor 204"),
        }),
        Err(error) => Some(match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        }),
    }
}

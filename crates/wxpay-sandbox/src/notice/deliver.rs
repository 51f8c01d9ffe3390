//! Delivers the notification of a payment or a refund, again and again until the callback accepts it.

use std::error::Error;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wxpay_core::Timestamp;

use crate::clock::later;
use crate::notice::{self, Notice, NoticeAnswer, NotifyError, RefundTold};
use crate::random::{DIGITS, Random};
use crate::snapshot::millis;
use crate::state::{Event, Place, Shared};
use crate::{Delivery, Order, PendingDelivery, Prepay, Protocol, Refund};

/// A notification that is to be delivered.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Task {
    notice_id: String,
    out_trade_no: String,
    protocol: Protocol,
    url: String,
    hmac_sha256: bool,
    /// The refund that it tells of, unless it tells of the payment.
    refund: Option<RefundTold>,
    #[serde(with = "millis")]
    create_time: Timestamp,
    /// How many attempts there were.
    attempts: u32,
}

impl Task {
    /// The notification that an order was paid, just now.
    pub(crate) fn payment(order: &Order, prepay: &Prepay, random: &Random) -> Self {
        Self {
            notice_id: format!("EV-{}", random.text(DIGITS, 20)),
            out_trade_no: order.out_trade_no.clone(),
            protocol: prepay.protocol(),
            url: prepay.notify_url.clone(),
            hmac_sha256: prepay.hmac_sha256,
            refund: None,
            create_time: order.time_end,
            attempts: 0,
        }
    }

    /// The notification of what a refund has become, just now.
    pub(crate) fn refund(
        refund: &Refund,
        told: RefundTold,
        url: String,
        now: Timestamp,
        random: &Random,
    ) -> Self {
        Self {
            notice_id: format!("EV-{}", random.text(DIGITS, 20)),
            out_trade_no: refund.out_trade_no.clone(),
            protocol: refund.protocol,
            url,
            hmac_sha256: false,
            refund: Some(told),
            create_time: now,
            attempts: 0,
        }
    }

    pub(crate) fn pending(&self, due: Timestamp) -> PendingDelivery {
        PendingDelivery {
            out_trade_no: self.out_trade_no.clone(),
            out_refund_no: self.out_refund_no(),
            notice_id: self.notice_id.clone(),
            protocol: self.protocol,
            url: self.url.clone(),
            attempt: self.attempts.saturating_add(1),
            due,
        }
    }

    fn out_refund_no(&self) -> Option<String> {
        let told = self.refund.as_ref();
        told.map(|told| told.out_refund_no.clone())
    }

    fn notice(&self) -> Notice {
        Notice {
            id: self.notice_id.clone(),
            hmac_sha256: self.hmac_sha256,
            create_time: Some(self.create_time),
            refund: self.refund.clone(),
            ..Notice::payment(&self.out_trade_no)
        }
    }
}

/// Attempts to deliver a notification, notes what came of it, and plans the next attempt if there is to be one.
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
    let pause = usize::try_from(task.attempts).ok();
    let pause = pause.and_then(|n| PAUSES.get(n)).copied();
    let pause = pause.filter(|_| !acknowledged && !hopeless);
    let next_attempt = pause.map(|pause| later(at, pause));
    let delivery = Delivery {
        out_trade_no: task.out_trade_no.clone(),
        out_refund_no: task.out_refund_no(),
        notice_id: task.notice_id.clone(),
        protocol: task.protocol,
        url: task.url.clone(),
        attempt: task.attempts.saturating_add(1),
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
        task.attempts = task.attempts.saturating_add(1);
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

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// How long after each attempt the next one follows.
const PAUSES: [Duration; 15] = [
    Duration::from_secs(15),
    Duration::from_secs(15),
    Duration::from_secs(30),
    minutes(3),
    minutes(10),
    minutes(20),
    minutes(30),
    minutes(30),
    minutes(30),
    minutes(60),
    minutes(3 * 60),
    minutes(3 * 60),
    minutes(3 * 60),
    minutes(6 * 60),
    minutes(6 * 60),
];

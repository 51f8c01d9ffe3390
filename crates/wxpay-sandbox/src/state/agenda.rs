use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wxpay_core::Timestamp;

use crate::RefundEnd;
use crate::notice::Task;
use crate::snapshot::millis;
use crate::state::money_out::MoneyOut;

/// Something that happens on its own.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Event {
    /// A payment to an employee comes to its end.
    SettlePayout {
        partner_trade_no: String,
        /// Why it fails, if it does.
        failure: Option<String>,
    },
    /// An order can no longer be paid.
    ExpireOrder { out_trade_no: String },
    /// The orders of a combined one can no longer be paid.
    ExpireCombined { combine_out_trade_no: String },
    /// A user who is asked for the password enters it or cancels.
    EndPassword { out_trade_no: String, pays: bool },
    /// A refund comes to its end.
    SettleRefund {
        out_refund_no: String,
        end: RefundEnd,
    },
    /// The shares of a request come to their ends.
    SettleSharing { out_order_no: String },
    /// A share that is taken back comes to its end.
    SettleReturn { out_return_no: String },
    /// Something happens to money that goes out.
    MoneyOut(MoneyOut),
    /// A notification is sent, for the first time or again.
    Deliver(Box<Task>),
}

/// What is going to happen, by its moment and then in the order in which it was planned.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    waiting: BTreeMap<Place, Event>,
    /// Taken out but not done yet.
    under_way: BTreeMap<Place, Event>,
    events_ever: u64,
}

/// An event and its moment, to be written down.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Planned {
    #[serde(with = "millis")]
    pub(crate) due: Timestamp,
    pub(crate) event: Event,
}

/// When an event falls due, and how many were planned before it.
pub(crate) type Place = (Timestamp, u64);

impl Agenda {
    pub(crate) fn add(&mut self, due: Timestamp, event: Event) {
        self.waiting.insert((due, self.events_ever), event);
        self.events_ever += 1;
    }

    /// When the next event falls due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        let ((due, _), _) = self.waiting.first_key_value()?;
        Some(*due)
    }

    /// Takes the next event out, if it falls due by then. It is under way until
    /// [`done`](Self::done).
    pub(crate) fn take(&mut self, by: Timestamp) -> Option<(Place, Event)> {
        let first = self.waiting.first_entry()?;
        if first.key().0 > by {
            return None;
        }
        let (place, event) = first.remove_entry();
        self.under_way.insert(place, event.clone());
        Some((place, event))
    }

    /// The event that was taken out is done. It says whether it still was under way.
    pub(crate) fn done(&mut self, place: Place) -> bool {
        self.under_way.remove(&place).is_some()
    }

    /// Forgets all, also what is under way.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
        self.under_way.clear();
    }

    /// The event that was taken out is not done after all.
    pub(crate) fn put_back(&mut self, place: Place) {
        if let Some(event) = self.under_way.remove(&place) {
            self.waiting.insert(place, event);
        }
    }

    /// What is under way, and then what waits.
    pub(crate) fn planned(&self) -> impl Iterator<Item = Planned> {
        let events = self.under_way.iter().chain(&self.waiting);
        events.map(|((due, _), event)| Planned {
            due: *due,
            event: event.clone(),
        })
    }
}

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::notice::{Task, Told};
use crate::random::Random;
use crate::state::{CloseRefusal, Event, OrderEntry, PrepayRefusal, State};
use crate::{CombinedOrder, Order, PayOrderError, Prepay, Protocol};

/// The combined orders, by their merchant order numbers.
#[derive(Debug, Default)]
pub(crate) struct CombinedOrders {
    entries: IndexMap<String, CombinedEntry>,
}

/// A combined order and the terms that asked for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CombinedEntry {
    pub(crate) combined: CombinedOrder,
    /// All that has to be the same when it is asked for again.
    pub(crate) terms: Value,
}

/// What a request asks for.
pub(crate) struct AskedCombined {
    pub(crate) combined: CombinedOrder,
    pub(crate) orders: Vec<Order>,
    pub(crate) terms: Value,
}

impl CombinedOrders {
    pub(crate) fn add(&mut self, entry: CombinedEntry) {
        let number = entry.combined.combine_out_trade_no.clone();
        self.entries.insert(number, entry);
    }

    pub(crate) fn get(&self, number: &str) -> Option<&CombinedOrder> {
        self.entries.get(number).map(|entry| &entry.combined)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &CombinedEntry> {
        self.entries.values()
    }
}

impl State {
    /// Makes a combined order if it is to take effect, or gives the one made earlier. It says
    /// whether it is new.
    pub(crate) fn prepay_combined(
        &mut self,
        asked: AskedCombined,
        random: &Random,
        commit: bool,
    ) -> Result<(Prepay, bool), PrepayRefusal> {
        let now = self.now();
        let number = asked.combined.combine_out_trade_no.clone();
        if let Some(earlier) = self.combined.entries.get_mut(&number) {
            let first = earlier.combined.orders(&self.orders).next();
            match first.map_or("", |order| &*order.trade_state) {
                "NOTPAY" => {}
                "CLOSED" => return Err(PrepayRefusal::Closed),
                _ => return Err(PrepayRefusal::Paid),
            }
            let made = &mut earlier.combined.prepay;
            if made.api != asked.combined.prepay.api || earlier.terms != asked.terms {
                return Err(PrepayRefusal::OtherTerms);
            }
            made.renew(&earlier.combined.trade_type, now, random, commit);
            return Ok((made.clone(), false));
        }
        let mut numbers = asked.orders.iter().map(|order| &order.out_trade_no);
        if numbers.any(|number| self.orders.get(number).is_some()) {
            return Err(PrepayRefusal::OtherTerms);
        }
        let mut combined = asked.combined;
        combined.prepay.begin(&combined.trade_type, now, random);
        let prepay = combined.prepay.clone();
        if commit {
            for order in asked.orders {
                let terms = Value::Null;
                self.orders.add(OrderEntry { order, terms });
            }
            if let Some(end) = prepay.time_expire {
                let combine_out_trade_no = number;
                let expiry = Event::ExpireCombined {
                    combine_out_trade_no,
                };
                self.agenda.add(end, expiry);
            }
            let terms = asked.terms;
            self.combined.add(CombinedEntry { combined, terms });
        }
        Ok((prepay, true))
    }

    /// Closes all orders of a combined one, if that is to take effect.
    pub(crate) fn close_combined(
        &mut self,
        number: &str,
        commit: bool,
    ) -> Result<(), CloseRefusal> {
        let combined = self.combined.get(number).ok_or(CloseRefusal::Missing)?;
        for order in combined.orders(&self.orders) {
            match &*order.trade_state {
                "CLOSED" => return Err(CloseRefusal::Closed),
                _ if order.is_paid() => return Err(CloseRefusal::Paid),
                _ => {}
            }
        }
        if commit {
            for number in combined.out_trade_nos.clone() {
                self.orders.shut(&number);
            }
        }
        Ok(())
    }

    /// Pays an order, or all of a combined one, and plans the notification of that.
    pub(crate) fn pay(
        &mut self,
        number: &str,
        openid: &str,
        random: &Random,
    ) -> Result<(), PayOrderError> {
        let now = self.now();
        let order = self.orders.get(number);
        let part = order.and_then(|order| order.combined.as_ref());
        let combined = match (order, part) {
            (Some(_), None) => None,
            (_, part) => {
                let number = part.map_or(number, |part| &part.combine_out_trade_no);
                self.combined.get(number).cloned()
            }
        };
        if let Some(combined) = combined {
            return self.pay_combined(&combined, openid, random);
        }
        let order = self.orders.pay(number, openid, now, random)?;
        if let Some(prepay) = &order.prepay {
            let task = Task::payment(order, prepay, random);
            self.agenda.add(now, Event::Deliver(Box::new(task)));
        }
        Ok(())
    }

    fn pay_combined(
        &mut self,
        combined: &CombinedOrder,
        openid: &str,
        random: &Random,
    ) -> Result<(), PayOrderError> {
        let now = self.now();
        let payer = combined.prepay.openid.as_deref();
        let number = &combined.combine_out_trade_no;
        if payer.is_some_and(|payer| payer != openid) {
            return Err(PayOrderError::OtherPayer(number.clone()));
        }
        // They are paid and closed together, so that the first tells of all.
        for number in &combined.out_trade_nos {
            self.orders.pay(number, openid, now, random)?;
        }
        if combined.by_sub_openid {
            self.orders.share_payer(&combined.out_trade_nos, openid);
        }
        let url = combined.prepay.notify_url.clone();
        if !url.is_empty() {
            let task = Task::new(Told::Combined, number, Protocol::V3, url, now, random);
            self.agenda.add(now, Event::Deliver(Box::new(task)));
        }
        Ok(())
    }
}

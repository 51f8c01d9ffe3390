use std::collections::HashMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wxpay_core::{TimeFormat, Timestamp};

use crate::random::{ALPHANUMERIC, DIGITS, Random};
use crate::{Order, PayOrderError, Prepay};

/// The orders, by merchant order number.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    entries: IndexMap<String, OrderEntry>,
    /// The merchant order numbers by WeChat Pay order number.
    by_id: HashMap<String, String>,
}

/// An order and the terms that asked for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderEntry {
    pub(crate) order: Order,
    /// All that has to be the same when it is asked for again.
    pub(crate) terms: Value,
}

/// What a request asks for.
pub(crate) struct AskedOrder {
    pub(crate) order: Order,
    pub(crate) prepay: Prepay,
    pub(crate) terms: Value,
}

/// Why an order is not made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PrepayRefusal {
    Paid,
    Closed,
    OtherTerms,
}

/// Why an order is not closed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CloseRefusal {
    Missing,
    Paid,
    Closed,
    /// It is one of a combined order, which is closed as a whole.
    Combined,
}

impl Orders {
    /// Adds an order, replacing one of the same number.
    pub(crate) fn add(&mut self, entry: OrderEntry) {
        let order = &entry.order;
        if !order.transaction_id.is_empty() {
            self.by_id
                .insert(order.transaction_id.clone(), order.out_trade_no.clone());
        }
        self.entries.insert(order.out_trade_no.clone(), entry);
    }

    /// Makes an order if it is to take effect, or gives the one made earlier. It says whether it is
    /// new.
    pub(crate) fn prepay(
        &mut self,
        asked: AskedOrder,
        now: Timestamp,
        random: &Random,
        commit: bool,
    ) -> Result<(Prepay, bool), PrepayRefusal> {
        let number = &asked.order.out_trade_no;
        let mut prepay = asked.prepay;
        if let Some(earlier) = self.entries.get_mut(number) {
            match &*earlier.order.trade_state {
                "NOTPAY" => {}
                "CLOSED" | "REVOKED" => return Err(PrepayRefusal::Closed),
                "SUCCESS" | "REFUND" => return Err(PrepayRefusal::Paid),
                _ => return Err(PrepayRefusal::OtherTerms),
            }
            let order = &mut earlier.order;
            let made = order.prepay.as_mut();
            let made = made
                .filter(|made| made.api == prepay.api && earlier.terms == asked.terms)
                .ok_or(PrepayRefusal::OtherTerms)?;
            made.renew(&order.trade_type, now, random, commit);
            return Ok((made.clone(), false));
        }
        prepay.begin(&asked.order.trade_type, now, random);
        if commit {
            let mut order = asked.order;
            order.prepay = Some(prepay.clone());
            let terms = asked.terms;
            self.entries
                .insert(order.out_trade_no.clone(), OrderEntry { order, terms });
        }
        Ok((prepay, true))
    }

    /// Closes an order if it is to take effect.
    pub(crate) fn close(&mut self, number: &str, commit: bool) -> Result<(), CloseRefusal> {
        let entry = self.entries.get_mut(number);
        let order = &mut entry.ok_or(CloseRefusal::Missing)?.order;
        match &*order.trade_state {
            _ if order.combined.is_some() => return Err(CloseRefusal::Combined),
            "CLOSED" | "REVOKED" => return Err(CloseRefusal::Closed),
            "SUCCESS" | "REFUND" => return Err(CloseRefusal::Paid),
            _ => {}
        }
        if commit {
            order.enter("CLOSED", "订单已关闭");
        }
        Ok(())
    }

    /// Closes an order that can be closed.
    pub(crate) fn shut(&mut self, number: &str) {
        if let Some(entry) = self.entries.get_mut(number) {
            entry.order.enter("CLOSED", "订单已关闭");
        }
    }

    /// Gives orders that a user of a sub-merchant's app paid the name of the user under the app
    /// that they share.
    pub(crate) fn share_payer(&mut self, numbers: &[String], sub_openid: &str) {
        let of_sub = numbers.iter().find_map(|number| {
            let order = self.get(number)?;
            let sub = order.sub_merchant.as_ref()?;
            (sub.sub_openid.as_deref() == Some(sub_openid)).then(|| order.openid.clone())
        });
        for number in numbers {
            if let (Some(entry), Some(openid)) = (self.entries.get_mut(number), &of_sub) {
                entry.order.openid.clone_from(openid);
            }
        }
    }

    /// Notes that money of an order goes back.
    pub(crate) fn refund(&mut self, number: &str) {
        if let Some(entry) = self.entries.get_mut(number) {
            entry.order.enter("REFUND", "转入退款");
        }
    }

    /// Closes an order that was not paid in its time.
    pub(crate) fn expire(&mut self, number: &str) {
        // An order that is paid or closed stays so.
        let _ = self.close(number, true);
    }

    /// Reverses an order.
    pub(crate) fn reverse(&mut self, number: &str) {
        if let Some(entry) = self.entries.get_mut(number) {
            entry.order.enter("REVOKED", "订单已撤销");
        }
    }

    /// Lets the payment of an order fail that waits for its user.
    pub(crate) fn give_up(&mut self, number: &str) -> Result<(), PayOrderError> {
        let missing = || PayOrderError::NoOrder(number.to_owned());
        let order = &mut self.entries.get_mut(number).ok_or_else(missing)?.order;
        if order.trade_state != "USERPAYING" {
            return Err(PayOrderError::State {
                out_trade_no: number.to_owned(),
                trade_state: order.trade_state.clone(),
            });
        }
        order.enter("PAYERROR", "支付失败(其他原因，如银行返回失败)");
        Ok(())
    }

    /// Pays an order that is open. By WeChat Pay's diagrams of states, one that is `PAYERROR` is
    /// never paid.
    pub(crate) fn pay(
        &mut self,
        number: &str,
        openid: &str,
        now: Timestamp,
        random: &Random,
    ) -> Result<&Order, PayOrderError> {
        let missing = || PayOrderError::NoOrder(number.to_owned());
        let order = &mut self.entries.get_mut(number).ok_or_else(missing)?.order;
        if !matches!(&*order.trade_state, "NOTPAY" | "USERPAYING") {
            return Err(PayOrderError::State {
                out_trade_no: number.to_owned(),
                trade_state: order.trade_state.clone(),
            });
        }
        if order.payer().is_some_and(|payer| payer != openid) {
            return Err(PayOrderError::OtherPayer(number.to_owned()));
        }
        if order.transaction_id.is_empty() {
            order.transaction_id = format!("4200{}", random.text(DIGITS, 24));
            self.by_id
                .insert(order.transaction_id.clone(), number.to_owned());
        }
        order.enter("SUCCESS", "支付成功");
        order.name_payer(openid, random);
        order.time_end = now;
        Ok(order)
    }

    pub(crate) fn get(&self, number: &str) -> Option<&Order> {
        self.entry(number).map(|entry| &entry.order)
    }

    pub(crate) fn entry(&self, number: &str) -> Option<&OrderEntry> {
        self.entries.get(number)
    }

    /// The order of a `transaction_id`, or else of an `out_trade_no`.
    pub(crate) fn find(
        &self,
        transaction_id: Option<&str>,
        out_trade_no: Option<&str>,
    ) -> Option<&Order> {
        match (transaction_id, out_trade_no) {
            (Some(id), _) => {
                let order = self.get(self.by_id.get(id)?);
                order.filter(|order| order.transaction_id == id)
            }
            (None, number) => self.get(number?),
        }
    }

    /// The same, but for orders that are found by the query of the combined one alone.
    pub(crate) fn find_single(
        &self,
        transaction_id: Option<&str>,
        out_trade_no: Option<&str>,
    ) -> Option<&Order> {
        let found = self.find(transaction_id, out_trade_no);
        found.filter(|order| order.combined.is_none())
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &OrderEntry> {
        self.entries.values()
    }
}

impl Order {
    /// Notes who paid: one user has a name under each app.
    fn name_payer(&mut self, openid: &str, random: &Random) {
        let named = |app: &str| {
            let mut choices = random.about(&format!("{app} {openid}"));
            let name = (0..27).filter_map(|_| choices.choice(ALPHANUMERIC));
            format!(
                "o{}",
                name.map(|byte| char::from(*byte)).collect::<String>()
            )
        };
        openid.clone_into(&mut self.openid);
        if let Some(sub) = &mut self.sub_merchant
            && let Some(app) = &sub.sub_appid
        {
            if sub.sub_openid.as_deref() == Some(openid) {
                self.openid = named("sp");
            } else if sub.sub_openid.is_none() {
                sub.sub_openid = Some(named(app));
            }
        }
    }

    pub(crate) fn enter(&mut self, state: &str, description: &str) {
        state.clone_into(&mut self.trade_state);
        self.trade_state_desc = Some(description.to_owned());
    }
}

impl Prepay {
    /// Gets another id if this one can't be used any longer, and that is to take effect.
    pub(crate) fn renew(
        &mut self,
        trade_type: &str,
        now: Timestamp,
        random: &Random,
        commit: bool,
    ) {
        if now.unix() - self.prepay_time.unix() >= PREPAY_LIFE && commit {
            self.begin(trade_type, now, random);
        }
    }

    /// Gets its id and what follows from it.
    pub(crate) fn begin(&mut self, trade_type: &str, now: Timestamp, random: &Random) {
        let day = now.format(TimeFormat::Compact);
        self.prepay_id = format!("wx{day}{}", random.text(DIGITS, 20));
        self.prepay_time = now;
        match trade_type {
            "NATIVE" => {
                let id = random.text(ALPHANUMERIC, 9);
                self.code_url = Some(format!("weixin://wxpay/bizpayurl?pr={id}"));
            }
            "MWEB" => {
                let id = &self.prepay_id;
                self.mweb_url = Some(format!(
                    "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={id}"
                ));
            }
            _ => {}
        }
    }
}

/// How long a `prepay_id` can be used, in seconds.
const PREPAY_LIFE: i64 = 2 * 3600;

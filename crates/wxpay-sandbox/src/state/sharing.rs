//! Shared money. The money of an order with `profit_sharing` is frozen until it is shared, refunded
//! or released.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wxpay_core::{Fen, TimeFormat, Timestamp};

use crate::notice::{SharingTold, Task, Told};
use crate::random::{DIGITS, Random};
use crate::state::{Event, State};
use crate::{Order, ProfitReturn, ProfitSharing, Protocol, Share, SharingReceiver};

/// The receivers, what was shared and what was taken back.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sharing {
    pub(crate) receivers: Vec<SharingReceiver>,
    orders: IndexMap<String, Entry<ProfitSharing>>,
    pub(crate) returns: IndexMap<String, Entry<ProfitReturn>>,
    /// How much of an order can be shared (最大分账比例), in ten-thousandths.
    pub(crate) max_ratio: u32,
    /// How long shares and returns are in process, in milliseconds.
    pub(crate) delay_ms: u64,
    /// Where the merchant is told that it received a share, if anywhere.
    pub(crate) notify: Option<SharingNotify>,
}

/// Who is told of shares, and where.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharingNotify {
    pub(crate) mchid: String,
    pub(crate) url: String,
}

/// Something that was asked for, and its terms.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry<T> {
    pub(crate) made: T,
    /// All that has to be the same when it is asked for again.
    pub(crate) terms: Value,
}

/// What a request asks for that shares the money of an order.
pub(crate) struct AskedSharing {
    pub(crate) out_order_no: String,
    pub(crate) shares: Vec<AskedShare>,
    /// Whether what is left is to be released.
    pub(crate) unfreeze: bool,
    /// What for, if that is all.
    pub(crate) description: Option<String>,
    pub(crate) terms: Value,
}

pub(crate) struct AskedShare {
    pub(crate) kind: String,
    pub(crate) account: String,
    pub(crate) name: Option<String>,
    pub(crate) amount: Fen,
    pub(crate) description: String,
}

/// Why money is not shared, or not taken back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SharingRefusal {
    OtherTerms,
    /// The order was not made with `profit_sharing`.
    NoSharing,
    /// The receiver was not added.
    NoReceiver,
    /// The receiver has another name.
    OtherName,
    /// Less is left of the order.
    NotEnough,
    /// The highest ratio is lower.
    Ratio,
    /// There were fifty requests for the order already.
    TooMany,
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            receivers: Vec::new(),
            orders: IndexMap::new(),
            returns: IndexMap::new(),
            max_ratio: 3000,
            delay_ms: 0,
            notify: None,
        }
    }
}

impl Sharing {
    pub(crate) fn get(&self, out_order_no: &str) -> Option<&ProfitSharing> {
        self.orders.get(out_order_no).map(|entry| &entry.made)
    }

    pub(crate) fn by_id(&self, order_id: &str) -> Option<&ProfitSharing> {
        self.all().find(|made| made.order_id == order_id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &ProfitSharing> {
        self.orders.values().map(|entry| &entry.made)
    }

    fn of_order<'a>(&'a self, number: &'a str) -> impl Iterator<Item = &'a ProfitSharing> {
        self.all().filter(move |made| made.out_trade_no == number)
    }

    pub(crate) fn share_mut(&mut self, out_order_no: &str, account: &str) -> Option<&mut Share> {
        let entry = self.orders.get_mut(out_order_no)?;
        let mut shares = entry.made.shares.iter_mut();
        shares.find(|share| share.account == account)
    }

    fn receiver(&self, order: &Order, kind: &str, account: &str) -> Option<&SharingReceiver> {
        self.receivers.iter().find(|receiver| {
            let known = receiver.kind == kind && receiver.account == account;
            known && order.is_of(receiver.sub_mchid.as_deref())
        })
    }
}

impl State {
    /// What of an order is frozen, and can still be shared.
    pub(crate) fn unsplit(&self, order: &Order) -> Fen {
        let age = self.now().unix().saturating_sub(order.time_end.unix());
        if !order.profit_sharing || !order.is_paid() || age > FROZEN {
            return Fen::ZERO;
        }
        let number = &order.out_trade_no;
        let mut made = self.sharing.of_order(number);
        if made.any(|made| made.ends) {
            return Fen::ZERO;
        }
        let shared = self.sharing.of_order(number).map(ProfitSharing::total);
        let refunded = self
            .refunds
            .all_of(number)
            .filter(|refund| refund.status != "CLOSED");
        let gone = shared
            .chain(refunded.map(|refund| refund.refund.get()))
            .fold(0_i64, i64::saturating_add);
        let total = order.settlement_total_fee.unwrap_or(order.total_fee);
        Fen::new(total.get().saturating_sub(gone).max(0))
    }

    /// Shares the money of an order if it is to take effect, or gives what was shared earlier under
    /// this number.
    pub(crate) fn share(
        &mut self,
        order: &Order,
        asked: AskedSharing,
        random: &Random,
        commit: bool,
    ) -> Result<ProfitSharing, SharingRefusal> {
        let now = self.now();
        if let Some(earlier) = self.sharing.orders.get_mut(&asked.out_order_no) {
            let same = earlier.made.out_trade_no == order.out_trade_no;
            if !same || earlier.terms != asked.terms {
                return Err(SharingRefusal::OtherTerms);
            }
            if commit {
                earlier.made.requests = earlier.made.requests.saturating_add(1);
            }
            return Ok(earlier.made.clone());
        }
        if !order.profit_sharing || !order.is_paid() {
            return Err(SharingRefusal::NoSharing);
        }
        if self.sharing.of_order(&order.out_trade_no).count() >= MAX_REQUESTS_OF_ORDER {
            return Err(SharingRefusal::TooMany);
        }
        let left = self.check_shares(order, &asked)?;
        let shares = asked.shares.into_iter();
        let sharing = ProfitSharing {
            order_id: format!("3008{}", random.text(DIGITS, 24)),
            out_trade_no: order.out_trade_no.clone(),
            transaction_id: order.transaction_id.clone(),
            sub_mchid: order.sub_merchant.as_ref().map(|sub| sub.sub_mchid.clone()),
            shares: shares
                .map(|share| Share {
                    kind: share.kind,
                    account: share.account,
                    amount: share.amount,
                    description: share.description,
                    result: "PENDING".to_owned(),
                    fail_reason: None,
                    detail_id: format!("3601{}", random.text(DIGITS, 24)),
                    finish_time: None,
                })
                .collect(),
            unfrozen: if asked.unfreeze { left } else { Fen::ZERO },
            ends: asked.unfreeze,
            description: asked.description,
            create_time: now,
            requests: 1,
            out_order_no: asked.out_order_no,
        };
        if commit {
            let number = sharing.out_order_no.clone();
            let (made, terms) = (sharing.clone(), asked.terms);
            self.sharing.orders.insert(number, Entry { made, terms });
        }
        Ok(sharing)
    }

    /// Holds shares to the rules, and gives what is left after them.
    fn check_shares(&self, order: &Order, asked: &AskedSharing) -> Result<Fen, SharingRefusal> {
        let mut sum = 0_i64;
        for share in &asked.shares {
            let receiver = self
                .sharing
                .receiver(order, &share.kind, &share.account)
                .ok_or(SharingRefusal::NoReceiver)?;
            let real = match &*share.kind {
                "MERCHANT_ID" => receiver.name.as_deref(),
                _ => self.name(&share.account),
            };
            if let (Some(given), Some(real)) = (&share.name, real)
                && given != real
            {
                return Err(SharingRefusal::OtherName);
            }
            sum = sum.saturating_add(share.amount.get());
        }
        let left = self.unsplit(order).get().saturating_sub(sum);
        if left < 0 || sum == 0 && left == 0 {
            return Err(SharingRefusal::NotEnough);
        }
        let number = &order.out_trade_no;
        let earlier = self
            .sharing
            .of_order(number)
            .flat_map(|made| &made.shares)
            .filter(|share| share.result != "CLOSED");
        let shared = earlier.fold(sum, |sum, share| sum.saturating_add(share.amount.get()));
        let total = order.settlement_total_fee.unwrap_or(order.total_fee).get();
        let most = i128::from(total) * i128::from(self.sharing.max_ratio) / 10_000;
        if i128::from(shared) > most {
            return Err(SharingRefusal::Ratio);
        }
        Ok(Fen::new(left))
    }

    /// Ends the shares of a request that are in process. One whose receiver was removed meanwhile
    /// is closed.
    pub(crate) fn settle_sharing(&mut self, out_order_no: &str, random: &Random) {
        let now = self.now();
        let Some(made) = self.sharing.get(out_order_no) else {
            return;
        };
        let order = self.orders.get(&made.out_trade_no);
        let gone: Vec<bool> = made
            .shares
            .iter()
            .map(|share| {
                let of = |order| self.sharing.receiver(order, &share.kind, &share.account);
                order.and_then(of).is_none()
            })
            .collect();
        let Some(entry) = self.sharing.orders.get_mut(out_order_no) else {
            return;
        };
        for (share, gone) in entry.made.shares.iter_mut().zip(gone) {
            if share.result == "PENDING" {
                let reason = gone.then_some("NO_RELATION");
                share.end(reason, now);
            }
        }
        let made = entry.made.clone();
        for share in &made.shares {
            self.tell_share(&made, share, random);
        }
    }

    /// Plans the notification of a share, if the merchant is who received it.
    fn tell_share(&mut self, made: &ProfitSharing, share: &Share, random: &Random) {
        if share.kind == "MERCHANT_ID" && share.result == "SUCCESS" {
            let numbers = [&*made.order_id, &*made.out_order_no];
            let (to, amount) = (&*share.account, share.amount);
            self.tell_sharing(
                "分账",
                made,
                numbers,
                (to, amount, &share.description),
                random,
            );
        }
    }

    /// Plans the notification that money came to the merchant or was taken back from it (分账动账通知).
    pub(crate) fn tell_sharing(
        &mut self,
        summary: &str,
        made: &ProfitSharing,
        [id, number]: [&str; 2],
        (account, amount, description): (&str, Fen, &str),
        random: &Random,
    ) {
        let now = self.now();
        let notify = self.sharing.notify.as_ref();
        let Some(SharingNotify { mchid, url }) = notify.filter(|to| to.mchid == account) else {
            return;
        };
        let payer = match &made.sub_mchid {
            None => vec![("mchid", json!(mchid))],
            Some(sub_mchid) => vec![("sp_mchid", json!(mchid)), ("sub_mchid", json!(sub_mchid))],
        };
        let receiver = json!({
            "type": "MERCHANT_ID",
            "account": account,
            "amount": amount.get(),
            "description": description,
        });
        let members = payer.into_iter().chain([
            ("transaction_id", json!(made.transaction_id)),
            ("order_id", json!(id)),
            ("out_order_no", json!(number)),
            ("receiver", receiver),
            ("success_time", json!(now.format(TimeFormat::Rfc3339))),
        ]);
        let resource = members
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let told = Told::Sharing(SharingTold {
            summary: summary.to_owned(),
            resource,
        });
        let (order, url) = (&made.out_trade_no, url.clone());
        let task = Task::new(told, order, Protocol::V3, url, now, random);
        self.agenda.add(now, Event::Deliver(Box::new(task)));
    }
}

impl Share {
    /// Comes to its end: with a reason the payer gets the money.
    pub(crate) fn end(&mut self, fail_reason: Option<&str>, now: Timestamp) {
        let result = if fail_reason.is_some() {
            "CLOSED"
        } else {
            "SUCCESS"
        };
        result.clone_into(&mut self.result);
        self.fail_reason = fail_reason.map(str::to_owned);
        self.finish_time = Some(now);
    }
}

/// How long money is frozen, in seconds: thirty days.
const FROZEN: i64 = 30 * 24 * 3600;

/// The most requests for one order.
const MAX_REQUESTS_OF_ORDER: usize = 50;

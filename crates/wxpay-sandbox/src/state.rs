//! What the sandbox remembers.

mod batches;

use std::collections::{HashMap, VecDeque};
use std::error::Error as StdError;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use wxpay_core::{Fen, Params, Timestamp};

use crate::certificates::Certificates;
use crate::platform::{MerchantKey, Platform, PlatformKey};
use crate::{
    Api, Fault, Merchant, Order, Payout, PayoutStatus, SeenRequest, Trust,
};

use crate::seen::SeenLog;

pub(crate) use batches::Batches;

/// What every connection shares.
pub(crate) struct Shared {
    pub(crate) merchant: Merchant,
    pub(crate) platform: Platform,
    state: Mutex<State>,
}

/// What changes while the sandbox runs.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) clock: Option<Timestamp>,
    pub(crate) balance: Option<Fen>,
    pub(crate) seen: SeenLog,
    faults: HashMap<Api, VecDeque<Fault>>,
    names: HashMap<String, String>,
    orders: IndexMap<String, Order>,
    payouts: IndexMap<String, PayoutEntry>,
    pub(crate) batches: Batches,
}

/// A payment and the parameters that asked for it.
pub(crate) struct PayoutEntry {
    pub(crate) payout: Payout,
    /// Without `nonce_str` and the signatures: what has to be the same when it is asked for again.
    pub(crate) parameters: Params,
}

impl Shared {
    pub(crate) fn new(
        certificates: Certificates,
        trust: Trust,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let public_key = PlatformKey::new(
            certificates.merchant.platform_key_id.clone(),
            &certificates.platform_key.serialize_der(),
        )?;
        Ok(Self {
            platform: Platform::new(
                MerchantKey::new(
                    certificates.merchant_public,
                    certificates.merchant.client_key_pem.expose(),
                )?,
                trust,
                public_key,
                certificates.platform_certificates,
            ),
            merchant: certificates.merchant,
            state: Mutex::default(),
        })
    }

    /// The state, for as long as the guard lives. Never held across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request, takes the fault that waits for it, and gives its number.
    pub(crate) fn arrive(&self, mut request: SeenRequest) -> (u64, Option<Fault>) {
        let mut state = self.state();
        let waiting = request.api.and_then(|api| state.faults.get_mut(&api));
        request.fault = waiting.and_then(VecDeque::pop_front);
        request.time = state.now();
        let fault = request.fault.clone();
        (state.seen.push(request), fault)
    }

    /// Notes what has become of a request.
    pub(crate) fn note(&self, number: u64, change: impl FnOnce(&mut SeenRequest)) {
        self.state().seen.note(number, change);
    }
}

impl State {
    pub(crate) fn queue_fault(&mut self, api: Api, fault: Fault) {
        self.faults.entry(api).or_default().push_back(fault);
    }

    pub(crate) fn add_order(&mut self, order: Order) {
        self.orders.insert(order.out_trade_no.clone(), order);
    }

    pub(crate) fn register_name(&mut self, openid: &str, name: &str) {
        self.names.insert(openid.to_owned(), name.to_owned());
    }

    pub(crate) fn set_payout_status(&mut self, number: &str, status: PayoutStatus) -> bool {
        let Some(entry) = self.payouts.get_mut(number) else {
            return false;
        };
        entry.payout.status = status;
        true
    }

    pub(crate) fn settle_batch(&mut self, out_batch_no: &str) -> bool {
        let now = self.now();
        let names = &self.names;
        self.batches.settle(out_batch_no, now, |openid, name| {
            names.get(openid).is_none_or(|real| real == name)
        })
    }

    pub(crate) fn set_transfer_status(
        &mut self,
        out_batch_no: &str,
        out_detail_no: &str,
        status: &str,
        fail_reason: Option<&str>,
    ) -> bool {
        let now = self.now();
        let Some(transfer) = self.batches.transfer_mut(out_batch_no, out_detail_no) else {
            return false;
        };
        transfer.detail_status = status.to_owned();
        transfer.fail_reason = fail_reason.map(str::to_owned);
        transfer.update_time = now;
        true
    }

    pub(crate) fn add_payout(&mut self, payout: Payout, parameters: Params) {
        let entry = PayoutEntry { payout, parameters };
        self.payouts
            .insert(entry.payout.partner_trade_no.clone(), entry);
    }

    /// A payment that was made, to be asked for once more.
    pub(crate) fn payout_mut(&mut self, number: &str) -> Option<&mut PayoutEntry> {
        self.payouts.get_mut(number)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(Timestamp::now)
    }

    pub(crate) fn payouts(&self) -> Vec<Payout> {
        let payouts = self.payouts.values();
        payouts.map(|entry| entry.payout.clone()).collect()
    }

    pub(crate) fn payout(&self, number: &str) -> Option<&Payout> {
        self.payouts.get(number).map(|entry| &entry.payout)
    }

    pub(crate) fn name(&self, openid: &str) -> Option<&str> {
        self.names.get(openid).map(String::as_str)
    }

    /// The order of a `transaction_id`, or else of an `out_trade_no`.
    pub(crate) fn order(
        &self,
        transaction_id: Option<&str>,
        out_trade_no: Option<&str>,
    ) -> Option<&Order> {
        match (transaction_id, out_trade_no) {
            (Some(id), _) => self
                .orders
                .values()
                .find(|order| order.transaction_id == id),
            (None, number) => self.orders.get(number?),
        }
    }
}

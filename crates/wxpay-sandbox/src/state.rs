//! What the sandbox remembers.

mod agenda;
mod batches;
mod bills;
mod codes;
mod combined;
mod complaints;
mod invoices;
pub(crate) mod money_out;
mod orders;
mod payouts;
mod red_packets;
mod refunds;
mod reversals;
mod sharing;
mod sharing_returns;
mod transfer_authorizations;
mod transfer_bills;
mod transfer_receipts;
mod uploads;
mod withdrawals;

use std::collections::{BTreeMap, VecDeque};
use std::error::Error as StdError;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rcgen::KeyPair;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::{Notify, RwLock};
use tokio_rustls::TlsConnector;
use wxpay_core::{Fen, Timestamp};

use crate::bill::Deposit;
use crate::brand::BrandAccount;
use crate::certificates::Certificates;
use crate::clock::{Clock, later};
use crate::described::Repeats;
use crate::fault_rule::Faults;
use crate::held::Held;
use crate::notice;
#[cfg(feature = "sm")]
use crate::platform::sm::SmKey;
use crate::platform::{MerchantKey, Platform, PlatformKey, RsaKey};
use crate::random::{self, Random};
use crate::seen::SeenLog;
use crate::state_file::StateFile;
use crate::{
    CallbackCertificate, ConnectionLimits, Delivery, Fault, Merchant, PayoutRules, ProfitReturn,
    ProfitSharing, Refund, RefundEnd, SeenRequest, Trust, Withdrawal,
};

pub(crate) use agenda::{Agenda, Event, Place, Planned};
pub(crate) use batches::{Batches, WAITS};
pub(crate) use bills::Bills;
pub(crate) use codes::{AskedCharge, ChargeRefusal, Codes};
pub(crate) use combined::{AskedCombined, CombinedEntry, CombinedOrders};
pub(crate) use complaints::{Act, Complaints};
pub(crate) use invoices::{Invoice, InvoiceItem, InvoiceTerms, Invoices, Linked, ONE, WHOLE};
pub(crate) use orders::{AskedOrder, CloseRefusal, OrderEntry, Orders, PrepayRefusal};
pub(crate) use payouts::{PayoutEntry, Payouts};
pub(crate) use red_packets::{RedPacketEntry, RedPackets};
pub(crate) use refunds::{AskedRefund, Redirect, RedirectRefusal, RefundEntry, Refunds};
pub(crate) use reversals::ReverseRefusal;
pub(crate) use sharing::{AskedShare, AskedSharing, Sharing, SharingNotify, SharingRefusal};
pub(crate) use sharing_returns::AskedReturn;
pub(crate) use transfer_authorizations::{AuthorizationRefusal, TransferAuthorizations};
pub(crate) use transfer_bills::{TransferBills, TransferRefusal};
pub(crate) use transfer_receipts::ReceiptRefusal;
pub(crate) use uploads::Uploads;
pub(crate) use withdrawals::WithdrawalRefusal;

/// What every connection shares.
pub(crate) struct Shared {
    pub(crate) merchant: Merchant,
    /// The merchant's certificate for TLS.
    pub(crate) client_certificate: CertificateDer<'static>,
    pub(crate) platform: Platform,
    pub(crate) random: Random,
    /// The rules for payments to employees that a reset goes back to.
    pub(crate) payout_rules: PayoutRules,
    /// Held while events are carried out: alone by anyone who moves the clock.
    pub(crate) turn: Arc<RwLock<()>>,
    /// The clock or the agenda changed.
    pub(crate) changed: Notify,
    pub(crate) held: Held,
    pub(crate) connection_limits: ConnectionLimits,
    pub(crate) state_file: Option<StateFile>,
    /// What certificates are signed with.
    pub(crate) ca_key: KeyPair,
    /// The brand, once somebody asked for it.
    pub(crate) brand: OnceLock<BrandAccount>,
    /// How callbacks are spoken to over HTTPS, and what they are to show.
    pub(crate) callback_tls: TlsConnector,
    pub(crate) callback_certificate: CallbackCertificate,
    state: Mutex<State>,
}

/// The state while nobody else has it. Whatever is changed through it counts as a revision.
pub(crate) struct Guard<'a> {
    state: MutexGuard<'a, State>,
    changed: bool,
    shared: &'a Shared,
}

/// What changes while the sandbox runs.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Grows with every change, but not with requests that are only noted.
    pub(crate) revision: u64,
    pub(crate) clock: Clock,
    pub(crate) balance: Option<Fen>,
    /// What made it what it was set to.
    pub(crate) deposits: Vec<Deposit>,
    pub(crate) seen: SeenLog,
    pub(crate) faults: Faults,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) orders: Orders,
    pub(crate) codes: Codes,
    pub(crate) combined: CombinedOrders,
    pub(crate) payouts: Payouts,
    pub(crate) refunds: Refunds,
    /// How long refunds are in process.
    pub(crate) refund_delay: Duration,
    /// What becomes of the next ones.
    pub(crate) refund_end: RefundEnd,
    pub(crate) batches: Batches,
    pub(crate) red_packets: RedPackets,
    pub(crate) withdrawals: Vec<Withdrawal>,
    pub(crate) transfer_bills: TransferBills,
    pub(crate) authorizations: TransferAuthorizations,
    pub(crate) sharing: Sharing,
    pub(crate) complaints: Complaints,
    pub(crate) bills: Bills,
    pub(crate) invoices: Invoices,
    pub(crate) uploads: Uploads,
    /// The writes of operations without behaviour. No snapshot has them.
    pub(crate) repeats: Repeats,
    pub(crate) agenda: Agenda,
    /// The attempts to deliver notifications, as many as requests are kept.
    pub(crate) deliveries: VecDeque<Delivery>,
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
        let ca = certificates.ca()?;
        let brand = match certificates.brand {
            Some(keys) => OnceLock::from(BrandAccount::new(keys)?),
            None => OnceLock::new(),
        };
        let merchant = &certificates.merchant;
        let key_pem = merchant.client_key_pem.expose();
        let key = MerchantKey::Rsa(RsaKey::new(certificates.merchant_public, key_pem)?);
        #[cfg(feature = "sm")]
        let key = match &merchant.sm {
            Some(sm) => MerchantKey::Sm(SmKey::from_pem(sm.key_pem.expose())?.public()?),
            None => key,
        };
        Ok(Self {
            brand,
            callback_tls: notice::tls::connector(ca)?,
            callback_certificate: certificates.callback,
            platform: Platform::new(key, trust, public_key, certificates.platform_certificates),
            client_certificate: CertificateDer::from_pem_slice(
                certificates.merchant.client_cert_pem.as_bytes(),
            )?,
            merchant: certificates.merchant,
            ca_key: certificates.ca_key,
            random: Random::new(random::seed()),
            payout_rules: PayoutRules::default(),
            turn: Arc::default(),
            changed: Notify::new(),
            held: Held::default(),
            connection_limits: ConnectionLimits::default(),
            state_file: None,
            state: Mutex::default(),
        })
    }

    /// The state, for as long as the guard lives. Never held across an await.
    pub(crate) fn state(&self) -> Guard<'_> {
        Guard {
            state: self.lock(),
            changed: false,
            shared: self,
        }
    }

    /// Plans an event.
    pub(crate) fn plan(&self, state: &mut State, due: Timestamp, event: Event) {
        state.agenda.add(due, event);
        self.changed.notify_one();
    }

    /// Ends a refund when its time has come, which may be now.
    pub(crate) fn settle_refund_later(&self, state: &mut State, refund: &Refund, end: RefundEnd) {
        let number = &refund.out_refund_no;
        if state.refund_delay.is_zero() {
            state.settle_refund(number, end, &self.random);
            self.changed.notify_one();
            return;
        }
        let settlement = Event::SettleRefund {
            out_refund_no: number.clone(),
            end,
        };
        let due = later(refund.status_time, state.refund_delay);
        self.plan(state, due, settlement);
    }

    /// Ends the shares of a request when their time has come, which may be now.
    pub(crate) fn settle_sharing_later(&self, state: &mut State, made: &ProfitSharing) {
        let out_order_no = made.out_order_no.clone();
        let delay = Duration::from_millis(state.sharing.delay_ms);
        if delay.is_zero() {
            state.settle_sharing(&out_order_no, &self.random);
            self.changed.notify_one();
        } else {
            let due = later(made.create_time, delay);
            self.plan(state, due, Event::SettleSharing { out_order_no });
        }
    }

    /// Ends a return when its time has come, which may be now.
    pub(crate) fn settle_return_later(&self, state: &mut State, made: &ProfitReturn) {
        let out_return_no = made.out_return_no.clone();
        let delay = Duration::from_millis(state.sharing.delay_ms);
        if delay.is_zero() {
            state.settle_return(&out_return_no, &self.random);
            self.changed.notify_one();
        } else {
            let due = later(made.create_time, delay);
            self.plan(state, due, Event::SettleReturn { out_return_no });
        }
    }

    /// Notes a request, takes the fault that waits for it, and gives its number.
    pub(crate) fn arrive(&self, mut request: SeenRequest) -> (u64, Option<Fault>) {
        let mut state = self.lock();
        request.fault = request.api.and_then(|api| state.faults.take(api));
        request.time = state.now();
        let fault = request.fault.clone();
        (state.seen.push(request), fault)
    }

    /// Notes what has become of a request.
    pub(crate) fn note(&self, number: u64, change: impl FnOnce(&mut SeenRequest)) {
        self.lock().seen.note(number, change);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Guard<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Guard<'_> {
    fn deref_mut(&mut self) -> &mut State {
        self.changed = true;
        &mut self.state
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.changed {
            self.state.revision = self.state.revision.wrapping_add(1);
            if let Some(file) = &self.shared.state_file {
                file.changed.notify_one();
            }
        }
    }
}

impl State {
    /// Forgets all; what is under way has no consequences.
    pub(crate) fn clear(&mut self) {
        self.seen.clear();
        self.agenda.clear();
        *self = Self {
            revision: self.revision,
            seen: std::mem::take(&mut self.seen),
            agenda: std::mem::take(&mut self.agenda),
            ..Self::default()
        };
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How long it takes until something happens, if the clock runs or it is overdue.
    pub(crate) fn until_next_event(&self) -> Option<Duration> {
        self.clock.until(self.agenda.next()?)
    }

    /// Carries out an event that takes no time.
    pub(crate) fn happen(&mut self, event: &Event, place: Place, random: &Random) {
        let now = self.now();
        match event {
            Event::SettlePayout {
                partner_trade_no,
                failure,
            } => {
                let back = self
                    .payouts
                    .settle(partner_trade_no, failure.as_deref(), now);
                if let (Some(balance), Some(back)) = (self.balance, back) {
                    self.balance = balance.checked_add(back);
                }
            }
            Event::ExpireOrder { out_trade_no } => self.orders.expire(out_trade_no),
            Event::ExpireCombined {
                combine_out_trade_no,
            } => {
                // One that is paid or closed stays so.
                let _ = self.close_combined(combine_out_trade_no, true);
            }
            Event::EndPassword { out_trade_no, pays } => {
                self.end_password(out_trade_no, *pays, random);
            }
            Event::SettleRefund { out_refund_no, end } => {
                self.settle_refund(out_refund_no, *end, random);
            }
            Event::SettleSharing { out_order_no } => self.settle_sharing(out_order_no, random),
            Event::SettleReturn { out_return_no } => self.settle_return(out_return_no, random),
            Event::MoneyOut(event) => self.move_money_out(event, random),
            // It takes time, and is not carried out here.
            Event::Deliver(_) => return,
        }
        self.agenda.done(place);
    }

    /// Notes an attempt to deliver a notification.
    pub(crate) fn note_delivery(&mut self, delivery: Delivery) {
        self.deliveries.push_back(delivery);
        while self.deliveries.len() > self.seen.most() {
            self.deliveries.pop_front();
        }
    }

    pub(crate) fn register_name(&mut self, openid: &str, name: &str) {
        self.names.insert(openid.to_owned(), name.to_owned());
    }

    pub(crate) fn name(&self, openid: &str) -> Option<&str> {
        self.names.get(openid).map(String::as_str)
    }
}

use std::fmt;
use std::sync::Arc;

use thiserror::Error;
use wxpay_core::{Error as CallError, OutTradeNo, Timestamp};
use wxpay_transport::Timer;

use crate::outcome::{NotPaid, Open, Outcome, Paid, Refunded};
use crate::progress::Progress;
use crate::reason::Reason;
use crate::record::{End, Record, Seen};
use crate::rules::Rules;
use crate::sale::SaleId;
use crate::service::Service;
use crate::store::{SaleStore, StoreError};

mod drive;

/// Charges payment codes (付款码), each once, and follows every charge to a proven end.
///
/// Cheap to clone; clones are one cashier. Several cashiers, also of several programs, may work over one store.
///
/// Every future that it gives may be dropped at any await, and the program may die at any moment: what was begun is in the
/// store, and [`resume`](Self::resume) finds it.
pub struct Cashier<S>(pub(crate) Arc<Inner<S>>);

pub(crate) struct Inner<S> {
    pub(crate) service: S,
    pub(crate) store: Arc<dyn SaleStore>,
    pub(crate) timer: Arc<dyn Timer>,
    pub(crate) rules: Rules,
    pub(crate) clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pub(crate) progress: Option<Arc<dyn Fn(&Progress) + Send + Sync>>,
}

impl<S: Service> Cashier<S> {
    /// A cashier over the calls, the shop's store and a timer that waits, by the documents' rules.
    pub fn new(service: S, store: impl SaleStore, timer: impl Timer) -> Self {
        Self::builder(service, store, timer).build()
    }

    /// The same, to set rules, clock or display.
    pub fn builder(service: S, store: impl SaleStore, timer: impl Timer) -> CashierBuilder<S> {
        CashierBuilder(Inner {
            service,
            store: Arc::new(store),
            timer: Arc::new(timer),
            rules: Rules::default(),
            clock: Arc::new(Timestamp::now),
            progress: None,
        })
    }

    /// Charges a code for a sale, and follows it until it is settled, for [two minutes](Rules::patience) at most.
    ///
    /// The charge is stored before it is sent, and it is sent once. A user who is asked for the password is waited for; what
    /// stays unknown or unpaid is reversed.
    ///
    /// # Errors
    /// Provably nothing was sent. Everything else is an [`Outcome`], an open one too.
    pub async fn charge(&self, sale: &SaleId, request: &S::Charge) -> Result<Outcome, ChargeError> {
        let inner = &*self.0;
        inner.service.check(request).await?;
        let number = inner.service.number(request).clone();
        let mut record = Record::new(
            sale.clone(),
            inner.service.account(),
            number.clone(),
            inner.service.amount(request),
        );
        if let Some(before) = inner.load(sale).await? {
            let is_known = before.number == number || before.earlier.contains(&number);
            record.earlier.clone_from(&before.earlier);
            record.earlier.push(before.number.clone());
            record.revision = before.revision;
            match inner.outcome(before) {
                Outcome::NotPaid(_) if is_known => return Err(ChargeError::NumberUsed),
                Outcome::NotPaid(_) => {}
                Outcome::Open(open) => return Err(ChargeError::StillOpen(open)),
                Outcome::Paid(paid) => return Err(ChargeError::AlreadyPaid(paid)),
                Outcome::Refunded(refunded) => return Err(ChargeError::Refunded(refunded)),
            }
        }
        record.began_at = inner.now();
        inner.charge(record, request).await
    }

    /// Goes on with an open order until it is settled, for [two minutes](Rules::patience) at most. Nothing is charged.
    pub async fn run(&self, open: Open) -> Outcome {
        let inner = &*self.0;
        match inner.load(open.sale()).await {
            Ok(Some(record)) => inner.follow(record).await,
            Ok(None) => inner.open_for(*open.record, Reason::NotStored, "it is not in the store"),
            Err(error) => inner.not_stored(*open.record, &error),
        }
    }

    /// Reverses the order of a sale because the shop wants it, paid or not, and follows that for
    /// [two minutes](Rules::patience) at most. If the user has paid, the money goes back.
    ///
    /// `number` is the merchant order number of the order that is meant: of the [`Open`] or [`Paid`] that the shop has looked at.
    ///
    /// It ends in [`Outcome::NotPaid`] once the reversal is proven. A payment can be reversed for seven days; if WeChat Pay says
    /// that they are over, the outcome is [`Outcome::Paid`] as before: create a refund instead. The documents ask for a refund
    /// too where an undisputed payment is to be given back. A sale that is not paid or refunded stays as it is.
    ///
    /// # Errors
    /// Nothing was sent, and nothing has changed.
    pub async fn cancel(&self, sale: &SaleId, number: &OutTradeNo) -> Result<Outcome, CancelError> {
        let inner = &*self.0;
        let found = inner.load(sale).await?;
        let Some(mut record) = found.filter(|record| record.number == *number) else {
            return Err(CancelError::NoSuchOrder);
        };
        match record.end.take() {
            end @ Some(End::NotPaid(_) | End::Refunded) => {
                record.end = end;
                return Ok(inner.outcome(record));
            }
            Some(End::Paid(payment)) => record.seen = Seen::Paid(payment),
            None => {}
        }
        if record.is_for_a_person() {
            return Err(CancelError::OtherPayment);
        }
        if record.reversal.too_late || inner.age(&record) > inner.rules.reverse_for {
            return Err(CancelError::TooLate);
        }
        record.cancel = true;
        inner.save(&mut record).await?;
        Ok(inner.follow(record).await)
    }

    /// How a sale stands by the store, if it was ever charged. Nothing is sent or asked.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn find(&self, sale: &SaleId) -> Result<Option<Outcome>, StoreError> {
        let found = self.0.load(sale).await?;
        Ok(found.map(|record| self.0.outcome(record)))
    }

    /// Every sale in the store that is not settled. Call it when the program starts, and [run](Self::run) each.
    ///
    /// # Errors
    /// The store can't be read. A single sale that can't be read is in [`Unsettled::unreadable`].
    pub async fn resume(&self) -> Result<Unsettled, StoreError> {
        let mut unsettled = Unsettled::default();
        for sale in self.0.store.open().await? {
            match self.0.load(&sale).await {
                Ok(Some(record)) => {
                    if let Outcome::Open(open) = self.0.outcome(record) {
                        unsettled.open.push(open);
                    }
                }
                Ok(None) => {}
                Err(error) => unsettled.unreadable.push((sale, error)),
            }
        }
        Ok(unsettled)
    }
}

impl<S> Clone for Cashier<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: fmt::Debug> fmt::Debug for Cashier<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cashier")
            .field("service", &self.0.service)
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Cashier`].
#[must_use]
pub struct CashierBuilder<S>(Inner<S>);

impl<S: Service> CashierBuilder<S> {
    /// Waits by other rules than the documents'.
    pub fn rules(mut self, rules: Rules) -> Self {
        self.0.rules = rules;
        self
    }

    /// Takes the time of day from elsewhere, for tests. It decides only whether the seven days of a reversal are over, and
    /// whether a payment is older than its charge; every wait goes by the timer.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.0.clock = Arc::new(clock);
        self
    }

    /// Is called at each step, for the display at the till. It must return at once.
    pub fn on_progress(mut self, tell: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.0.progress = Some(Arc::new(tell));
        self
    }

    /// Builds it.
    pub fn build(self) -> Cashier<S> {
        Cashier(Arc::new(self.0))
    }
}

impl<S: fmt::Debug> fmt::Debug for CashierBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CashierBuilder")
            .field("service", &self.0.service)
            .field("rules", &self.0.rules)
            .finish_non_exhaustive()
    }
}

/// What [`Cashier::resume`] found.
#[derive(Debug, Default)]
#[must_use = "open orders have to be followed to their end with `Cashier::run`"]
#[non_exhaustive]
pub struct Unsettled {
    /// The open orders.
    pub open: Vec<Open>,
    /// Sales whose text can't be read, or that belong to another merchant's client. Have a person look at them.
    pub unreadable: Vec<(SaleId, StoreError)>,
}

/// A charge that was not begun: provably nothing was sent.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ChargeError {
    /// A field breaks a documented rule, or a key is missing. It names the field and the rule.
    #[error(transparent)]
    Invalid(#[from] CallError),
    /// The store failed, or another program charges the same sale.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An earlier charge of this sale is not settled. Run it to its end first: it may be paid.
    #[error("an earlier charge of this sale, {}, is still open", .0.number())]
    StillOpen(Open),
    /// The sale is paid already.
    #[error("the sale is paid already, under {}", .0.number())]
    AlreadyPaid(Paid),
    /// The sale was paid, and refunded at least in part. Charge it as another sale, if it is one.
    #[error("the sale was paid under {} and refunded", .0.number())]
    Refunded(Refunded),
    /// An earlier charge of this sale had the same merchant order number, which is used up: take another.
    #[error("out_trade_no: was used for an earlier charge of this sale; take another")]
    NumberUsed,
}

/// A sale that could not be cancelled: nothing was sent, and nothing has changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CancelError {
    /// The store failed, or another program works on the sale: look at it again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sale was not charged under this number, or is charged under another one by now: look at it again.
    #[error("the sale is not charged under this number, or is charged under another one by now")]
    NoSuchOrder,
    /// The seven days in which it can be reversed are over. If it is paid, create a refund.
    #[error(
        "the sale is older than seven days and can't be reversed; create a refund if it is paid"
    )]
    TooLate,
    /// What is paid under the number has another amount, or is the payment of another order. A person decides about it in the
    /// merchant platform (商户平台).
    #[error(
        "the payment under this number is not the one that was asked for; a person has to decide"
    )]
    OtherPayment,
}

impl<S: Service> Inner<S> {
    /// The stored record of a sale, if it is one of this merchant.
    pub(crate) async fn load(&self, sale: &SaleId) -> Result<Option<Record>, StoreError> {
        let Some(text) = self.store.load(sale).await? else {
            return Ok(None);
        };
        let record = Record::parse(&text)?;
        if record.sale != *sale {
            return Err(StoreError::Unreadable(format!(
                "it is that of {}",
                record.sale
            )));
        }
        if record.account != self.service.account() {
            return Err(StoreError::OtherAccount(record.account));
        }
        Ok(Some(record))
    }

    /// Writes the record down as the next revision.
    pub(crate) async fn save(&self, record: &mut Record) -> Result<(), StoreError> {
        let before = record.revision;
        record.revision = before.saturating_add(1);
        let saved = self.store.save(&record.snapshot()).await;
        if saved.is_err() {
            record.revision = before;
        }
        saved
    }

    pub(crate) fn outcome(&self, record: Record) -> Outcome {
        let Some(end) = record.end.clone() else {
            let reason = record.reason(&self.rules, self.age(&record));
            return Outcome::Open(Open {
                record: Box::new(record),
                reason,
            });
        };
        let refusal = record.told().cloned();
        let Record {
            sale,
            number,
            amount,
            note,
            ..
        } = record;
        match end {
            End::Paid(payment) => Outcome::Paid(Paid {
                sale,
                number,
                payment,
            }),
            End::NotPaid(proof) => Outcome::NotPaid(NotPaid {
                sale,
                number,
                amount,
                proof,
                refusal,
                note,
            }),
            End::Refunded => Outcome::Refunded(Refunded {
                sale,
                number,
                amount,
            }),
        }
    }

    /// The wall clock, in milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        (self.clock)().unix_millis()
    }

    /// How long ago the charge was begun, by the wall clock.
    pub(crate) fn age(&self, record: &Record) -> std::time::Duration {
        let millis = self.now().saturating_sub(record.began_at);
        std::time::Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

use std::fmt;
use std::sync::Arc;

use wxpay_core::{OutTradeNo, Timestamp};
use wxpay_transport::Timer;

use crate::outcome::{Open, Outcome};
use crate::progress::Progress;
use crate::reason::Reason;
use crate::record::{End, Record, Seen};
use crate::rules::Rules;
use crate::sale::SaleId;
use crate::service::Service;
use crate::store::{SaleStore, StoreError};

mod books;
mod builder;
mod drive;
mod errors;

pub use builder::CashierBuilder;
pub use errors::{CancelError, ChargeError, Unsettled};

/// Charges payment codes (付款码), each once, and follows every charge to a proven end.
///
/// Cheap to clone; clones are one cashier. Several cashiers, also of several programs, may work
/// over one store.
///
/// Every future that it gives may be dropped at any await, and the program may die at any moment:
/// what was begun is in the store, and [`resume`](Self::resume) finds it.
pub struct Cashier<S>(pub(crate) Arc<Inner<S>>);

pub(crate) struct Inner<S> {
    pub(crate) service: S,
    pub(crate) store: Arc<dyn SaleStore>,
    pub(crate) timer: Arc<dyn Timer>,
    pub(crate) rules: Rules,
    pub(crate) clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pub(crate) display: Option<Display>,
}

/// Shows each step.
pub(crate) struct Display(pub(crate) Box<dyn Fn(&Progress) + Send + Sync>);

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
            display: None,
        })
    }

    /// Charges a code for a sale, and follows it until it is settled, for [two
    /// minutes](Rules::patience) after the response to the charge at most.
    ///
    /// The charge is stored before it is sent, and it is sent once. A user who is asked for the
    /// password is waited for; what stays unknown or unpaid is reversed.
    ///
    /// # Errors
    /// Provably nothing was sent. Everything else is an [`Outcome`], an open one too. After
    /// [`ChargeError::Store`] the sale may be stored as open all the same.
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

    /// Goes on with an open order until it is settled, for [two minutes](Rules::patience) at most.
    /// Nothing is charged.
    ///
    /// Where only a [person](Reason::needs_a_person) can settle it, it asks once and returns: do
    /// not call it in a loop then. After [`Reason::NotStored`] and [`Reason::InOtherHands`] it
    /// waits for [ten seconds](Rules::query_every) before it tries again.
    pub async fn run(&self, open: Open) -> Outcome {
        let inner = &*self.0;
        if matches!(open.reason, Reason::NotStored | Reason::InOtherHands) {
            inner.timer.sleep(inner.rules.query_every).await;
        }
        match inner.load(open.sale()).await {
            Ok(Some(record)) => inner.follow(record).await,
            Ok(None) => inner.open_for(*open.record, Reason::NotStored, "it is not in the store"),
            Err(error) => inner.not_stored(*open.record, &error),
        }
    }

    /// Reverses the order of a sale because the shop wants it, paid or not, and follows that for
    /// [two minutes](Rules::patience) at most. If the user has paid, the money goes back.
    ///
    /// `number` is the merchant order number of the order that is meant: of the [`Open`] or
    /// [`Paid`](crate::Paid) that the shop has looked at.
    ///
    /// It ends in [`Outcome::NotPaid`] once the reversal is proven. A payment can be reversed for
    /// seven days; if WeChat Pay says that they are over, the outcome is [`Outcome::Paid`] as
    /// before: create a refund instead. The documents ask for a refund too where an undisputed
    /// payment is to be given back. A sale that is not paid or refunded stays as it is.
    ///
    /// If the store fails to save the wish, it may have saved it all the same. So the outcome is
    /// [`Outcome::Open`] then, and not an error: hand out nothing, and run it on.
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
        if record.seen.is_other() {
            return Err(CancelError::OtherPayment);
        }
        if record.reversal.too_late || inner.age(&record) > inner.rules.reverse_for {
            return Err(CancelError::TooLate);
        }
        record.cancel = true;
        Ok(match inner.save(&mut record).await {
            Ok(()) => inner.follow(record).await,
            Err(error) => inner.not_stored(record, &error),
        })
    }

    /// How a sale stands by the store, if it was ever charged. Nothing is sent or asked.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn find(&self, sale: &SaleId) -> Result<Option<Outcome>, StoreError> {
        let found = self.0.load(sale).await?;
        Ok(found.map(|record| self.0.outcome(record)))
    }

    /// Every sale in the store that is not settled. Call it when the program starts, and
    /// [run](Self::run) each.
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

//! Records in the store, and what the shop is told of them.

use std::time::Duration;

use super::Inner;
use crate::outcome::{NotPaid, Open, Outcome, Paid, Refunded};
use crate::record::{End, Record};
use crate::sale::SaleId;
use crate::service::Service;
use crate::store::StoreError;

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
    pub(crate) fn age(&self, record: &Record) -> Duration {
        let millis = self.now().saturating_sub(record.began_at);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

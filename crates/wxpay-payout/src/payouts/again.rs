//! Payouts that are prepared once more: rejected, failed, attested, or with a corrected payment.

use wxpay_core::InvalidInput;

use crate::Payouts;
use crate::entry::{Entry, State};
use crate::intent::Intent;
use crate::journal::{Inserted, JournalError};
use crate::product::Payment;
use crate::settlement::{
    AttestError, PrepareError, Prepared, Rejected, ReplacementPermit, Settlement, Unknown,
};

impl<T: Payment> Payouts<T> {
    /// Prepares a rejected payout again under the same number, once its cause is out of the way.
    ///
    /// The payment may differ from the rejected one: a name that was wrong, say. Should an earlier
    /// try be paid after all, WeChat Pay does not pay this number a second time.
    ///
    /// # Errors
    /// Nothing was sent, and it stays rejected. See [`PrepareError`]; a
    /// [conflict](JournalError::Conflict) says that another process has taken it up already, or
    /// that WeChat Pay has declared this number [failed](Self::replace).
    pub async fn again(
        &self,
        rejected: Rejected,
        intent: &Intent<T>,
    ) -> Result<Prepared, PrepareError> {
        let engine = &*self.0;
        let mut entry = rejected.0;
        same_intent(&entry, intent)?;
        engine.own(&entry)?;
        if !entry.may_reopen() {
            return Err(JournalError::Conflict.into());
        }
        engine.limits.check_amount(intent.payment.amount())?;
        entry.take(&intent.payment);
        entry.reopen(engine.now());
        if entry.resign {
            entry.message = Some(
                engine
                    .service
                    .compose(&entry.number, &intent.payment)
                    .await?,
            );
        }
        Ok(Prepared(engine.journal().update(&entry).await?))
    }

    /// Prepares a corrected payment, under the same number, in the place of one that is prepared
    /// and has not left.
    ///
    /// # Errors
    /// Nothing was sent, and the payout is as it was. See [`PrepareError`]; a
    /// [conflict](JournalError::Conflict) says that it is not prepared any more, or never was.
    pub async fn correct(&self, intent: &Intent<T>) -> Result<Prepared, PrepareError> {
        let engine = &*self.0;
        let found = engine.journal().by_intent(&intent.id).await?;
        let Some(mut entry) = found.filter(Entry::may_be_corrected) else {
            return Err(JournalError::Conflict.into());
        };
        engine.own(&entry)?;
        engine.limits.check_amount(intent.payment.amount())?;
        entry.take(&intent.payment);
        entry.resign = true;
        // The day's limits are checked for the new amount when it is sent.
        entry.counted = None;
        entry.message = Some(
            engine
                .service
                .compose(&entry.number, &intent.payment)
                .await?,
        );
        Ok(Prepared(engine.journal().update(&entry).await?))
    }

    /// Prepares an intent under another number, because WeChat Pay has declared the one before it
    /// failed.
    ///
    /// The payment may differ from the failed one. It is sent after a [lease](crate::Rules::lease)
    /// at the earliest, when nobody can be about to send the failed number any more.
    ///
    /// # Errors
    /// Nothing was sent, and the permit is used up only if the journal took the replacement. See
    /// [`PrepareError`].
    pub async fn replace(
        &self,
        permit: ReplacementPermit,
        intent: &Intent<T>,
    ) -> Result<Prepared, PrepareError> {
        let engine = &*self.0;
        let mut old = permit.0;
        same_intent(&old, intent)?;
        engine.own(&old)?;
        engine.limits.check_amount(intent.payment.amount())?;
        let generation = old.generation.saturating_add(1);
        let fingerprint = intent.payment.fingerprint();
        let mut new = engine.entry(intent, &fingerprint, generation).await?;
        // From now on, and not from when it failed, which a clock that was wrong may have written.
        new.next_at = engine.now().after(engine.rules.lease);
        new.replaces = Some(old.number.clone());
        old.replaced_by = Some(new.number.clone());
        old.message = None;
        match engine.journal().replace(&old, &new, &engine.limits).await? {
            Inserted::New => Ok(Prepared(new)),
            Inserted::Full(full) => Err(full.into()),
            Inserted::Existing(_) => Err(JournalError::Conflict.into()),
        }
    }

    /// Declares a payout failed that WeChat Pay still does not know long after the last send (10
    /// days), in the words of a person who has looked into the bill (账单). WeChat Pay is asked once
    /// more right before. Within 30 days of the first send it must say `NOT_FOUND`; later it
    /// answers such queries no more, and must only not say anything else.
    ///
    /// It is sent [again](Self::again) under the same number, never under another one.
    ///
    /// # Errors
    /// It was not declared failed. See [`AttestError`].
    pub async fn attest_failed(
        &self,
        unknown: Unknown,
        who: &str,
        evidence: &str,
    ) -> Result<Settlement, AttestError> {
        let engine = &*self.0;
        let entry = unknown.0;
        engine.own(&entry)?;
        entry
            .may_attest(engine.now(), &engine.rules)
            .map_err(AttestError::NotNow)?;
        let words = format!("attested by {who}: {evidence}");
        let (entry, end) = engine.attest(entry, words).await?;
        if matches!(entry.state, State::Unknown | State::Waiting) {
            let why = entry.reason.unwrap_or_else(|| format!("{end:?}"));
            return Err(AttestError::NotConfirmed(why));
        }
        Ok(Settlement::of(entry))
    }
}

fn same_intent<T>(entry: &Entry, intent: &Intent<T>) -> Result<(), InvalidInput> {
    if entry.intent == intent.id {
        return Ok(());
    }
    let rule = format!("must be {}, the intent of the payout before", entry.intent);
    let rule_zh = format!("必须为原付款的 intent {}", entry.intent);
    Err(InvalidInput::new("intent", rule, rule_zh))
}

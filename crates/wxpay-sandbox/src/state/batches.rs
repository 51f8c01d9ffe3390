use indexmap::IndexMap;
use wxpay_core::Fen;

use crate::state::State;
use crate::{Batch, Transfer};

/// The batches of transfers, and the transfers by merchant detail number.
///
/// A transfer that a test added needs no batch.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    batches: IndexMap<String, Batch>,
    transfers: IndexMap<String, IndexMap<String, Transfer>>,
    /// Whether somebody has to approve the merchant's own ones.
    pub(crate) needs_approval: bool,
}

impl Batches {
    pub(crate) fn add(&mut self, batch: Batch, transfers: Vec<Transfer>) {
        self.batches.insert(batch.out_batch_no.clone(), batch);
        for transfer in transfers {
            self.add_transfer(transfer);
        }
    }

    pub(crate) fn add_transfer(&mut self, transfer: Transfer) {
        self.transfers
            .entry(transfer.out_batch_no.clone())
            .or_default()
            .insert(transfer.out_detail_no.clone(), transfer);
    }

    pub(crate) fn batch_mut(&mut self, out_batch_no: &str) -> Option<&mut Batch> {
        self.batches.get_mut(out_batch_no)
    }

    pub(crate) fn all(&self) -> Vec<Batch> {
        self.batches.values().cloned().collect()
    }

    pub(crate) fn transfers(&self) -> Vec<Transfer> {
        let transfers = self.transfers.values().flat_map(IndexMap::values);
        transfers.cloned().collect()
    }

    pub(crate) fn batch(&self, out_batch_no: &str) -> Option<&Batch> {
        self.batches.get(out_batch_no)
    }

    pub(crate) fn batch_by_id(&self, batch_id: &str) -> Option<&Batch> {
        self.batches
            .values()
            .find(|batch| batch.batch_id == batch_id)
    }

    /// Whether a transfer is in a batch of the merchant's own, or in none.
    pub(crate) fn is_own(&self, transfer: &Transfer) -> bool {
        let batch = self.batch(&transfer.out_batch_no);
        batch.is_none_or(|batch| batch.terms.is_own())
    }

    /// Whether a transfer is in a batch of the merchant's own.
    pub(crate) fn has_own(&self, transfer: &Transfer) -> bool {
        let batch = self.batch(&transfer.out_batch_no);
        batch.is_some_and(|batch| batch.terms.is_own())
    }

    /// The transfers of the merchant's own batches.
    pub(crate) fn own_transfers(&self) -> impl Iterator<Item = &Transfer> {
        let transfers = self.transfers.values().flat_map(IndexMap::values);
        transfers.filter(|transfer| self.has_own(transfer))
    }

    /// What the merchant's own account has paid for a transfer, or may have yet to pay.
    fn held(&self, transfer: &Transfer) -> Fen {
        if self.has_own(transfer) && transfer.detail_status != FAILED {
            transfer.total_amount
        } else {
            Fen::ZERO
        }
    }

    /// The transfers of a batch.
    pub(crate) fn transfers_of(&self, out_batch_no: &str) -> impl Iterator<Item = &Transfer> {
        let transfers = self.transfers.get(out_batch_no);
        transfers.into_iter().flat_map(IndexMap::values)
    }

    pub(crate) fn transfer(&self, out_batch_no: &str, out_detail_no: &str) -> Option<&Transfer> {
        self.transfers.get(out_batch_no)?.get(out_detail_no)
    }

    pub(crate) fn transfer_by_id(&self, batch_id: &str, detail_id: &str) -> Option<&Transfer> {
        let mut transfers = self.transfers.values().flat_map(IndexMap::values);
        transfers.find(|transfer| transfer.batch_id == batch_id && transfer.detail_id == detail_id)
    }
}

impl State {
    /// Ends every transfer of a batch that is in process, or waits to be approved. One whose user
    /// has another name fails.
    pub(crate) fn settle_batch(&mut self, out_batch_no: &str) -> bool {
        let transfers = self.batches.transfers_of(out_batch_no);
        let ends: Vec<_> = transfers
            .filter(|transfer| ["PROCESSING", WAITS].contains(&&*transfer.detail_status))
            .map(|transfer| {
                let name = self.names.get(&transfer.openid);
                let given = &transfer.username;
                let fits = given.is_empty() || name.is_none_or(|name| name == given);
                (transfer.out_detail_no.clone(), fits)
            })
            .collect();
        for (out_detail_no, fits) in ends {
            let (status, reason) = match fits {
                true => ("SUCCESS", None),
                false => (FAILED, Some("NAME_NOT_CORRECT")),
            };
            self.set_transfer_status(out_batch_no, &out_detail_no, status, reason);
        }
        self.batches.batch(out_batch_no).is_some()
    }

    /// What the merchant's own account has paid for a transfer that fails comes back.
    pub(crate) fn set_transfer_status(
        &mut self,
        out_batch_no: &str,
        out_detail_no: &str,
        status: &str,
        fail_reason: Option<&str>,
    ) -> bool {
        let now = self.now();
        let Some(transfer) = self.batches.transfer(out_batch_no, out_detail_no) else {
            return false;
        };
        let before = self.batches.held(transfer);
        let mut changed = transfer.clone();
        changed.detail_status = status.to_owned();
        changed.fail_reason = fail_reason.map(str::to_owned);
        changed.update_time = now;
        let after = self.batches.held(&changed);
        let back = before.checked_sub(after);
        if let (Some(balance), Some(back)) = (self.balance, back) {
            self.balance = balance.checked_add(back);
        }
        self.batches.add_transfer(changed);
        true
    }
}

/// The state of a transfer that has to be approved.
pub(crate) const WAITS: &str = "WAIT_PAY";

/// The state of a transfer that failed.
const FAILED: &str = "FAIL";

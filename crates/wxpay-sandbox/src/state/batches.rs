use indexmap::IndexMap;
use wxpay_core::Timestamp;

use crate::{Batch, Transfer};

/// The batches of transfers, and the transfers by merchant detail number.
///
/// A transfer that a test added needs no batch.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    batches: IndexMap<String, Batch>,
    transfers: IndexMap<String, IndexMap<String, Transfer>>,
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

    /// Ends every transfer of a batch that is in process; `is_name` says whether a user has a name.
    pub(crate) fn settle(
        &mut self,
        out_batch_no: &str,
        now: Timestamp,
        is_name: impl Fn(&str, &str) -> bool,
    ) -> bool {
        let transfers = self.transfers.get_mut(out_batch_no);
        let in_process = transfers
            .into_iter()
            .flat_map(IndexMap::values_mut)
            .filter(|transfer| transfer.detail_status == "PROCESSING");
        for transfer in in_process {
            if is_name(&transfer.openid, &transfer.username) {
                "SUCCESS".clone_into(&mut transfer.detail_status);
            } else {
                "FAIL".clone_into(&mut transfer.detail_status);
                transfer.fail_reason = Some("NAME_NOT_CORRECT".to_owned());
            }
            transfer.update_time = now;
        }
        self.batches.contains_key(out_batch_no)
    }

    pub(crate) fn batch_mut(&mut self, out_batch_no: &str) -> Option<&mut Batch> {
        self.batches.get_mut(out_batch_no)
    }

    pub(crate) fn transfer_mut(
        &mut self,
        out_batch_no: &str,
        out_detail_no: &str,
    ) -> Option<&mut Transfer> {
        self.transfers.get_mut(out_batch_no)?.get_mut(out_detail_no)
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

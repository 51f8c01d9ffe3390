//! The state, written down as JSON and read again.

mod forms;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use wxpay_core::Fen;

use crate::bill::Deposit;
use crate::clock::Clock;
use crate::random::Random;
use crate::state::{
    Bills, CombinedEntry, Complaints, Invoices, OrderEntry, PayoutEntry, Planned, RedPackets,
    RefundEntry, Shared, Sharing, State, TransferAuthorizations, TransferBills,
};
use crate::{
    Batch, Delivery, Media, PaymentCode, PayoutRules, PayoutSends, RefundEnd, Transfer, Withdrawal,
};

pub(crate) use forms::{base64_option, fen, fen_option, millis, millis_option, params};

/// Why a snapshot can't be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is not JSON, or not the JSON of a snapshot: `message` names what is wrong and where.
    #[error("not a snapshot of a sandbox: {message}")]
    Malformed {
        /// What is wrong, with line and column.
        message: String,
    },
    /// It was written by a version of the sandbox that writes in another way.
    #[error("the snapshot has version {found}, and this sandbox reads {expected}")]
    Version {
        /// The version of the snapshot.
        found: u64,
        /// The version that can be read.
        expected: u64,
    },
}

/// All that outlives the sandbox; keys and scripted faults do not.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snapshot {
    wxpay_sandbox: u64,
    clock: Clock,
    /// The seed, and where the choices have come to.
    random: (u64, u64),
    #[serde(with = "fen_option")]
    balance: Option<Fen>,
    deposits: Vec<Deposit>,
    names: BTreeMap<String, String>,
    orders: Vec<OrderEntry>,
    combined_orders: Vec<CombinedEntry>,
    payment_codes: Vec<PaymentCode>,
    payout_rules: PayoutRules,
    payouts: Vec<PayoutEntry>,
    #[serde(default)]
    payout_sends: Vec<PayoutSends>,
    refunds: Vec<RefundEntry>,
    refund_delay: Duration,
    refund_end: RefundEnd,
    batches: Vec<Batch>,
    transfers: Vec<Transfer>,
    #[serde(default)]
    batch_approval: bool,
    #[serde(default)]
    red_packets: RedPackets,
    #[serde(default)]
    withdrawals: Vec<Withdrawal>,
    #[serde(default)]
    transfer_bills: TransferBills,
    #[serde(default)]
    transfer_authorizations: TransferAuthorizations,
    sharing: Sharing,
    complaints: Complaints,
    bills: Bills,
    #[serde(default)]
    invoices: Invoices,
    uploads: Vec<Media>,
    agenda: Vec<Planned>,
    deliveries: Vec<Delivery>,
}

#[derive(Deserialize)]
struct Version {
    wxpay_sandbox: u64,
}

/// Writes the state down, and tells its revision.
pub(crate) fn write(shared: &Shared) -> (u64, String) {
    let state = shared.state();
    let mut clock = state.clock.clone();
    clock.release();
    let snapshot = Snapshot {
        wxpay_sandbox: VERSION,
        clock,
        random: shared.random.progress(),
        balance: state.balance,
        deposits: state.deposits.clone(),
        names: state.names.clone(),
        orders: state.orders.entries().cloned().collect(),
        combined_orders: state.combined.entries().cloned().collect(),
        payment_codes: state.codes.all().cloned().collect(),
        payout_rules: state.payouts.rules.clone(),
        payouts: state.payouts.entries().cloned().collect(),
        payout_sends: state.payouts.sends(),
        refunds: state.refunds.entries().cloned().collect(),
        refund_delay: state.refund_delay,
        refund_end: state.refund_end,
        batches: state.batches.all(),
        transfers: state.batches.transfers(),
        batch_approval: state.batches.needs_approval,
        red_packets: state.red_packets.clone(),
        withdrawals: state.withdrawals.clone(),
        transfer_bills: state.transfer_bills.clone(),
        transfer_authorizations: state.authorizations.clone(),
        sharing: state.sharing.clone(),
        complaints: state.complaints.clone(),
        bills: state.bills.clone(),
        invoices: state.invoices.clone(),
        uploads: state.uploads.all().cloned().collect(),
        agenda: state.agenda.planned().collect(),
        deliveries: state.deliveries.iter().cloned().collect(),
    };
    let revision = state.revision;
    drop(state);
    let text = serde_json::to_string_pretty(&snapshot);
    (
        revision,
        text.expect("texts, numbers and maps by text are JSON"),
    )
}

/// Reads a snapshot.
pub(crate) fn read(text: &str) -> Result<Snapshot, SnapshotError> {
    let malformed = |error: serde_json::Error| SnapshotError::Malformed {
        message: error.to_string(),
    };
    let Version { wxpay_sandbox } = serde_json::from_str(text).map_err(malformed)?;
    if wxpay_sandbox != VERSION {
        return Err(SnapshotError::Version {
            found: wxpay_sandbox,
            expected: VERSION,
        });
    }
    serde_json::from_str(text).map_err(malformed)
}

impl Snapshot {
    /// Puts a new sandbox into the state.
    pub(crate) fn restore(self, state: &mut State, random: &mut Random) {
        random.resume(self.random);
        state.clock = self.clock;
        state.balance = self.balance;
        state.deposits = self.deposits;
        state.names = self.names;
        for order in self.orders {
            state.orders.add(order);
        }
        for combined in self.combined_orders {
            state.combined.add(combined);
        }
        for code in self.payment_codes {
            state.codes.add(code);
        }
        state.payouts.rules = self.payout_rules;
        for payout in self.payouts {
            state.payouts.add(payout);
        }
        for sent in self.payout_sends {
            state.payouts.add_sends(sent.partner_trade_no, sent.sends);
        }
        for refund in self.refunds {
            state.refunds.add(refund);
        }
        state.refund_delay = self.refund_delay;
        state.refund_end = self.refund_end;
        for batch in self.batches {
            state.batches.add(batch, Vec::new());
        }
        for transfer in self.transfers {
            state.batches.add_transfer(transfer);
        }
        state.batches.needs_approval = self.batch_approval;
        state.red_packets = self.red_packets;
        state.withdrawals = self.withdrawals;
        state.transfer_bills = self.transfer_bills;
        state.authorizations = self.transfer_authorizations;
        state.sharing = self.sharing;
        state.complaints = self.complaints;
        state.bills = self.bills;
        state.invoices = self.invoices;
        for media in self.uploads {
            state.uploads.add(media);
        }
        for Planned { due, event } in self.agenda {
            state.agenda.add(due, event);
        }
        for delivery in self.deliveries {
            state.note_delivery(delivery);
        }
    }
}

/// Raised whenever a snapshot is written in a way that earlier sandboxes can't read.
const VERSION: u64 = 3;

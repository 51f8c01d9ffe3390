//! The sandbox over real TLS, asked by a raw client that signs by hand.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod batch_rules;
mod batches;
mod bills;
mod bills_v2;
mod callback;
mod certificates;
mod client;
mod clock;
mod combined;
mod complaints;
mod connections;
#[cfg(feature = "control")]
mod control;
mod described;
mod diagnosis;
#[cfg(feature = "directory")]
mod directory;
mod fault_rules;
mod faults;
mod fund_bills;
mod kept_requests;
mod notices;
mod notices_https;
mod notices_v2;
mod order_v2;
mod order_v3;
mod orders;
mod own_batches;
mod paying;
mod payment_codes;
mod payout_repeats;
mod payout_rules;
mod payout_signatures;
mod payouts;
mod prepays;
mod red_packets;
mod refunds;
mod refunds_v2;
mod seeds;
mod sharing;
mod sharing_v2;
mod snapshots;
mod state_files;
mod sub_merchants_v2;
mod transfer_authorizations;
mod transfer_bills;
mod transfer_ends;
mod transfers;
mod uploads;
mod v3;
mod withdrawals;
mod x509;

//! A local WeChat Pay (微信支付) for tests and demonstrations: a real HTTPS server on loopback, with
//! its own certificate authority, its own merchant and its own ledger.
//!
//! [`Sandbox::start`] makes fresh keys and certificates, binds a free port and answers the
//! operations of WeChat Pay as the documents describe them; [`Sandbox::builder`] does so with
//! platform certificates (平台证书), or in the midst of the move from them to the public key
//! ([`Trust`]). Requests are checked from the text of the protocol, with code that shares nothing
//! with the client: a client that signs wrongly is refused here as it would be there.
//!
//! [`Sandbox::inject`] makes the next response go wrong in a chosen way ([`Fault`]), and a
//! [`FaultRule`] many of them; [`Sandbox::payouts`], [`Sandbox::orders`] and [`Sandbox::batches`]
//! then tell what was really done, and [`Sandbox::requests`] what was really asked. [`PayoutRules`]
//! hold payments to employees to the limits of the documents, and let them settle later or fail.
//!
//! An order that either protocol made is seen by both. [`Sandbox::pay_order`] pays it, and its
//! `notify_url` is told until it says yes, on WeChat Pay's schedule. A refund is told in the same
//! way when it ends, which [`Sandbox::set_refund_delay`], [`Sandbox::set_refund_end`] and
//! [`Sandbox::set_refund_status`] decide. [`Sandbox::notify_v3`] and [`Sandbox::notify_v2`] post a
//! [`Notice`], sound or not, to a callback at once. Notifications go to this machine and never to
//! another host: over plain HTTP, or over HTTPS to a callback that shows
//! [`Sandbox::callback_certificate`].
//!
//! Trade bills (交易账单) and fund flow bills (资金账单) list what the books have of a day. They can be had
//! from ten o'clock of the next day, so a test moves the clock.
//!
//! A payment code (付款码) is any 18 digits that begin with 10 to 15, or one of
//! [`Sandbox::make_payment_code`]: it pays at once, asks the user for the password, or fails, as
//! [`PaymentCode`] lists. It is good for one payment.
//!
//! A combined order (合单订单) is paid and told as one, and each order in it is refunded by its own
//! number. The money of an order with `profit_sharing` is frozen until it is shared (分账) up to
//! [`Sandbox::set_max_sharing_ratio`], released or refunded. A transfer to a user (商家转账) waits
//! until [`Sandbox::confirm_transfer_bill`] lets the user confirm it, and fails after 24 hours of
//! the clock. Without enough [balance](Sandbox::set_balance) it stays `PROCESSING`, whatever the
//! response says. [`Sandbox::confirm_transfer_authorization`] lets a user allow transfers without
//! confirmation (免确认收款授权). A batch of transfers (批量转账) of a service provider is carried out by
//! [`Sandbox::settle_batch`], one of the merchant's own at once, unless
//! [`Sandbox::set_batch_approval`] lets it wait for an approver. [`Sandbox::receive_red_packet`]
//! lets a user receive a red packet (现金红包); what nobody receives in 24 hours goes back. Withdrawals
//! (预约提现) arrive at ten o'clock of the next day, and [`Sandbox::set_withdrawal_status`] decides
//! otherwise.
//!
//! An electronic invoice (电子发票) is issued at once, for any payment that is named. The URL of its
//! file, PDF or XML, serves for 30 seconds of the clock, without a signature, and only with the
//! members that belong to its token. With the feature `sm`, the file comes with its `SM3-Digest`.
//! Reversals and cards of invoices are answered by their description.
//!
//! [`Sandbox::complain`] makes the user of a paid order complain (投诉), and [`Sandbox::uploads`] has
//! the files that came. A file may have 4 GiB, or what its operation allows. It is read in pieces:
//! its digest is compared with the one that `meta` says, and no more than 8 MiB of the request are
//! kept.
//!
//! All other operations of WeChat Pay are answered by their description in the catalogue
//! ([`Api::has_behaviour`]). Their requests are held to the same signatures, and to the form of
//! each field; the response repeats what the request said, and has made values for the rest. A
//! write with a number of the merchant's own is answered in the same way when it comes again, and
//! refused when it comes with other parameters. Nothing else of them is remembered: a query is
//! answered as if what it asks for were there. [`Sandbox::brand`] has the keys of the brand (品牌商家)
//! whose operations are under `/brand/`. What no operation has as its path is answered with 404 and
//! a message that says who it is that does not know it.
//!
//! The clock is the system's until it is frozen or moved: [`Sandbox::advance`] lets a day of
//! attempts happen in seconds. Numbers, nonces and chances follow from [`SandboxBuilder::seed`],
//! and [`Sandbox::snapshot`] writes down what [`SandboxBuilder::snapshot`] goes on from.
//!
//! Each [`SeenRequest`] keeps what its [`SignatureCheck`]s saw: the text that had to be signed,
//! with the key masked, and, for a signature that fails, the [`SignatureCause`] in words. The usual
//! mistakes are tried until one gives what came.
//!
//! With the feature `sm`, the merchant can be one of the national algorithms (国密):
//! `SandboxBuilder::sm`. [`Sandbox::notify_event`] tells the merchant or the brand of any event,
//! encrypted and signed with the keys of the one that is told.
//!
//! With the feature `directory`, `SandboxBuilder::directory` keeps the keys from one start to the
//! next, beside the files that a client in any language needs. With the feature `control`,
//! `Control` opens a second port with JSON for programs and a page for people. `wxpay sandbox` is a
//! server of both.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use wxpay_sandbox::{Fault, Order, Sandbox};
//!
//! let sandbox = Sandbox::start().await?;
//! sandbox.add_order(Order::paid("20150806125346", 10_099));
//! sandbox.inject("v2.pay.query_order".parse()?, Fault::Html502)?;
//! assert!(sandbox.base_url().starts_with("https://localhost:"));
//!
//! sandbox.add_order(Order::unpaid("20150806125347", "NOTPAY", "订单未支付"));
//! sandbox.pay_order("20150806125347", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")?;
//! assert_eq!(sandbox.orders()[1].trade_state, "SUCCESS");
//! # Ok(())
//! # }
//! ```
//!
//! Not simulated: what coupons a refund gives back one by one, the bill of shares (分账账单), closing
//! batches of transfers, the notification that an echo can ask for, the five minutes between making
//! an order and closing it, that an order nobody pays closes after seven days, and how often a
//! merchant may ask. [`Fault::ErrorCode`] stands in for the last.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod batch;
mod bill;
mod brand;
mod builder;
mod callback_certificate;
mod certificates;
mod client_certificate;
mod clock;
mod combined;
mod complaint;
#[cfg(feature = "control")]
mod control;
mod delivery;
mod described;
#[cfg(feature = "directory")]
mod directory;
mod endpoint;
mod event_notice;
mod events;
mod exchange;
mod fault;
mod fault_rule;
mod form;
mod held;
mod listener;
mod media;
mod merchant;
mod notice;
mod order;
mod payload;
mod payment_code;
mod payout;
mod payout_rules;
mod pdf;
mod platform;
mod prepay;
mod random;
mod red_packet;
mod refund;
mod request_body;
mod route;
mod sandbox;
mod seen;
mod server;
mod setup;
mod sharing;
mod signature;
#[cfg(feature = "sm")]
mod sm_identity;
mod snapshot;
mod state;
mod state_file;
mod transfer;
mod transfer_authorization;
mod transfer_bill;
mod trust;
mod v2;
mod v3;
mod whole_file;
mod withdrawal;

#[cfg(test)]
mod vectors;

pub use api::{Api, UnknownApi};
pub use batch::{Batch, BatchTerms, TransferTerms};
pub use brand::{Brand, BrandError};
pub use builder::{SandboxBuilder, StartError};
pub use callback_certificate::CallbackCertificate;
pub use combined::{CombinedOrder, CombinedPart};
pub use complaint::{ComplainError, Complaint, ComplaintEntry, ComplaintTerms};
#[cfg(feature = "control")]
pub use control::Control;
pub use delivery::{Delivery, NoticeKind, PendingDelivery, Protocol};
#[cfg(feature = "directory")]
pub use directory::DirectoryError;
pub use event_notice::EventNotice;
pub use fault::{Fault, InjectError};
pub use fault_rule::FaultRule;
pub use listener::ConnectionLimits;
pub use media::Media;
pub use merchant::Merchant;
pub use notice::{Notice, NoticeAnswer, NoticeFault, NotifyError};
pub use order::{CloseOrderError, Coupon, Order, PayOrderError, SubMerchant};
pub use payment_code::{CodeBehaviour, CodePayment, PaymentCode};
pub use payout::{Payout, PayoutSends, PayoutStatus};
pub use payout_rules::{PayoutLimits, PayoutRules, SignatureRefusal};
pub use prepay::Prepay;
pub use red_packet::{ReceiveError, RedPacket, RedPacketClaim, RedPacketKind};
pub use refund::{Refund, RefundEnd, RefundError};
pub use sandbox::{RotateError, Sandbox};
pub use seen::{SeenRequest, Watch};
pub use sharing::{ProfitReturn, ProfitSharing, Share, SharingReceiver};
pub use signature::{SignatureCause, SignatureCheck, SignatureKind};
#[cfg(feature = "sm")]
pub use sm_identity::SmIdentity;
pub use snapshot::SnapshotError;
pub use state_file::StateFileError;
pub use transfer::{AmountField, Transfer};
pub use transfer_authorization::{
    AuthorizationError, AuthorizationRequest, TransferAuthorization, TransferAuthorizationTerms,
};
pub use transfer_bill::{
    ConfirmTransferError, SceneReport, TransferBill, TransferBillTerms, TransferReceipt,
};
pub use trust::Trust;
pub use withdrawal::{Withdrawal, WithdrawalTerms};

/// The code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

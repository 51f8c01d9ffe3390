use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use wxpay_core::{Fen, Timestamp};

use crate::certificates::Certificates;
use crate::state::Shared;
use crate::{
    Api, Fault, InjectError, Merchant, Order, Payout, PayoutStatus, SeenRequest, Transfer, server,
};

/// A running local WeChat Pay (微信支付).
///
/// It stops, and closes every connection, when it is dropped.
pub struct Sandbox {
    shared: Arc<Shared>,
    base_url: String,
    ca_pem: String,
    server: AbortHandle,
}

/// Why the sandbox did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// No port on 127.0.0.1 could be bound.
    #[error("can't listen on 127.0.0.1")]
    Listen(#[source] io::Error),
    /// The keys, the certificates or the TLS configuration could not be made.
    #[error("can't make keys and certificates")]
    Keys(#[source] Box<dyn StdError + Send + Sync>),
}

impl Sandbox {
    /// Makes a merchant with fresh keys and starts to answer on a free port of 127.0.0.1.
    ///
    /// It runs on the Tokio runtime that this is called on.
    ///
    /// # Errors
    /// No port could be bound, or no keys could be made.
    pub async fn start() -> Result<Self, StartError> {
        let certificates = tokio::task::spawn_blocking(Certificates::generate)
            .await
            .map_err(|error| StartError::Keys(error.into()))?
            .map_err(StartError::Keys)?;
        let tls = server::tls_config(&certificates).map_err(StartError::Keys)?;
        let ca_pem = certificates.ca_pem.clone();
        let shared = Shared::new(certificates).map_err(StartError::Keys)?;

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(StartError::Listen)?;
        let port = listener.local_addr().map_err(StartError::Listen)?.port();
        let shared = Arc::new(shared);
        let accepting = tokio::spawn(server::accept(listener, tls, Arc::clone(&shared)));
        Ok(Self {
            shared,
            base_url: format!("https://localhost:{port}"),
            ca_pem,
            server: accepting.abort_handle(),
        })
    }

    /// Makes the next request to `api` go wrong. Faults wait in line; each is for one request.
    ///
    /// # Errors
    /// Replies of this endpoint can't go wrong in this way: they carry no signature, say.
    pub fn inject(&self, api: Api, fault: Fault) -> Result<(), InjectError> {
        if !fault.applies_to(api) {
            return Err(InjectError::new(api, &fault));
        }
        self.shared.state().queue_fault(api, fault);
        Ok(())
    }

    /// Adds an order for `orderquery` (查询订单) to find, replacing one of the same `out_trade_no`.
    pub fn add_order(&self, order: Order) {
        self.shared.state().add_order(order);
    }

    /// Adds a transfer (转账明细单) for the APIv3 query to find, replacing one of the same two numbers.
    pub fn add_transfer(&self, transfer: Transfer) {
        self.shared.state().add_transfer(transfer);
    }

    /// Registers the real name of a user, which `FORCE_CHECK` is then held to. A user without one passes with any name.
    pub fn register_name(&self, openid: &str, name: &str) {
        self.shared.state().register_name(openid, name);
    }

    /// Sets the money that payments can be made from. Until this is called there is no limit.
    pub fn set_balance(&self, balance: Fen) {
        self.shared.state().balance = Some(balance);
    }

    /// Sets what a payment has become, and says whether there is one of this number. The balance stays as it is.
    pub fn set_payout_status(&self, partner_trade_no: &str, status: PayoutStatus) -> bool {
        self.shared
            .state()
            .set_payout_status(partner_trade_no, status)
    }

    /// Stops the sandbox's clock at a moment. Until this is called it is the system's.
    pub fn freeze_clock(&self, now: Timestamp) {
        self.shared.state().clock = Some(now);
    }

    /// `https://localhost:` and the port.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The certificate authority that a client has to trust, as PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The one merchant that the sandbox knows, with every key a client needs.
    pub fn merchant(&self) -> &Merchant {
        &self.shared.merchant
    }

    /// The money left for payments, if [`set_balance`](Self::set_balance) was called.
    pub fn balance(&self) -> Option<Fen> {
        self.shared.state().balance
    }

    /// Every payment that was made, in order. One entry is one time that money moved.
    pub fn payouts(&self) -> Vec<Payout> {
        self.shared.state().payouts()
    }

    /// Every request that was read to its end, in order of arrival. All are kept until the sandbox is dropped.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.shared.state().seen.clone()
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

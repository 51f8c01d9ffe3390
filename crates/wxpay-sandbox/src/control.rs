//! A second port to watch and steer a sandbox from.

mod api;
mod body;
mod fault;
mod guard;
mod page;
mod respond;
mod view;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use self::guard::Hosts;
use crate::{Sandbox, StartError};

/// A port with a page for people and JSON for programs, to watch and steer a [`Sandbox`] from.
///
/// The page is at `/`, in English and Chinese. It needs no other server, and no script to be read.
///
/// The JSON is under `/v1`. Bodies are JSON of type `application/json`, an empty body is `{}`, times are RFC 3339 or
/// seconds since 1970, amounts are fen. An error has a status of 4xx or 5xx and
/// `{"error": {"code": "not_found", "message": "there is no order 1"}}`.
///
/// | Request | What it does |
/// | --- | --- |
/// | `GET /v1/status` | The sandbox's address, mode, clock and counts |
/// | `GET /v1/merchant` | The merchant and what it may know: numbers and public parts, no secret |
/// | `GET /v1/requests?after=0&limit=100` | The requests after a number, or the latest ones, with what each signature check saw |
/// | `GET /v1/requests/{number}` | One request |
/// | `GET /v1/orders` | The orders (订单) |
/// | `POST /v1/orders` | Adds an order: `{"out_trade_no": "A1", "total_fee": 100, "trade_state": "SUCCESS"}` |
/// | `POST /v1/orders/{out_trade_no}/pay` | Pays an order as its user would; `{"payer": "o…"}` names the user. Its notice follows |
/// | `GET /v1/payouts` | The payments to employees (向员工付款) |
/// | `POST /v1/payouts/{partner_trade_no}/status` | Sets what a payment has become: `{"status": "FAILED", "reason": "余额不足"}` |
/// | `GET /v1/batches`, `GET /v1/transfers` | The batches of transfers (转账批次单), and the transfers in them |
/// | `POST /v1/batches/{out_batch_no}/settle` | Carries out the transfers of a batch |
/// | `POST /v1/batches/{out_batch_no}/transfers/{out_detail_no}/status` | Sets what a transfer has become: `{"status": "FAIL", "reason": "ACCOUNT_FROZEN"}` |
/// | `GET /v1/deliveries` | The attempts to deliver notices (通知), and those to come |
/// | `GET /v1/clock` | The clock |
/// | `POST /v1/clock` | `{"advance_seconds": 60}`, `{"freeze": "now"}` or a time, or `{"run": true}` |
/// | `GET /v1/faults` | The faults that wait, and the rules |
/// | `POST /v1/faults` | `{"api": "order_query", "fault": "html_502", "times": 3}`; see below |
/// | `DELETE /v1/faults`, `DELETE /v1/faults/{id}` | Removes all faults, or one rule |
/// | `POST /v1/balance` | `{"fen": 10000}`: the money for payments to employees |
/// | `POST /v1/names` | `{"openid": "o…", "name": "张三"}`: the real name of a user |
/// | `POST /v1/certificates/rotate` | Adds a platform certificate and signs with it |
/// | `POST /v1/reset` | Forgets all but the keys |
///
/// A fault has the endpoint's [name](crate::Api::name), one of the names `drop_before_commit`, `drop_after_commit`,
/// `truncated_body`, `html_502`, `empty_body`, `error_code`, `error_code_after_commit`, `return_code_fail`,
/// `wrong_signature`, `missing_signature`, `stale_signature`, `probe_signature`, `unknown_serial`, `tampered_body`,
/// `other_reply`, `delay` and `stall`, and what those need: `code` and `message` of an error, `delay_ms`. `times` is how
/// many requests it is for, 1 unless it says another number or `"always"`; `chance` from 0 to 1 makes it a matter of luck.
///
/// A browser is let in from the page alone: requests from other sites, and those that name a host that is none of this
/// machine's, are refused. There is no other guard. Whoever reaches the port steers the sandbox, so keep it on loopback.
///
/// It stops when it is dropped.
#[derive(Debug)]
pub struct Control {
    url: String,
    server: AbortHandle,
}

impl Control {
    /// Starts to answer on an address. The `hosts` are names that it may be asked by, besides those of loopback and the
    /// address itself.
    ///
    /// It runs on the Tokio runtime that this is called on.
    ///
    /// # Errors
    /// The address could not be bound.
    pub async fn start(
        sandbox: Arc<Sandbox>,
        address: SocketAddr,
        hosts: &[String],
    ) -> Result<Self, StartError> {
        let failed = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let router = router(sandbox, Hosts::new(bound.ip(), hosts));
        let server = tokio::spawn(async move {
            // It ends by being aborted.
            let _ = axum::serve(listener, router).await;
        });
        let ip = bound.ip();
        let url = if ip.is_loopback() || ip.is_unspecified() {
            format!("http://localhost:{}", bound.port())
        } else {
            format!("http://{bound}")
        };
        Ok(Self {
            url,
            server: server.abort_handle(),
        })
    }

    /// Where it is: `http://localhost:` and the port.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(sandbox: Arc<Sandbox>, hosts: Hosts) -> Router {
    Router::new()
        .nest("/v1", api::routes())
        .merge(page::routes())
        .fallback(respond::no_such_path)
        .method_not_allowed_fallback(respond::no_such_method)
        .layer(from_fn_with_state(Arc::new(hosts), guard::check))
        .with_state(sandbox)
}

//! A second port to watch and steer a sandbox from.

mod api;
mod body;
mod codes;
mod complaints;
mod fault;
mod guard;
mod orders;
mod page;
mod payouts;
mod red_packets;
mod respond;
mod sharing;
mod transfer_bills;
mod view;
mod withdrawals;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use self::guard::Hosts;
use self::respond::Problem;
use crate::{Sandbox, StartError, listener};

/// A port with a page for people and JSON for programs, to watch and steer a [`Sandbox`] from.
///
/// The page is at `/`, in English and Chinese. It needs no other server, and no script to be read.
///
/// The JSON is under `/v1`. Bodies are JSON of type `application/json`, an empty body is `{}`,
/// times are RFC 3339 or seconds since 1970, amounts are fen. An error has a status of 4xx or 5xx
/// and `{"error": {"code": "not_found", "message": "there is no order 1"}}`.
///
/// | Request | What it does |
/// | --- | --- |
/// | `GET /v1/status` | The sandbox's address, mode, clock and counts |
/// | `GET /v1/merchant` | The merchant and what it may know: numbers and public parts, no secret |
/// | `GET /v1/requests?after=0&limit=100` | The requests after a number, or the latest ones, with what each signature check saw |
/// | `GET /v1/requests/{number}` | One request |
/// | `GET /v1/orders` | The orders (订单) |
/// | `GET /v1/combined_orders` | The combined orders (合单订单), and the numbers of the orders in them |
/// | `POST /v1/orders` | Adds an order: `{"out_trade_no": "A1", "total_fee": 100, "trade_state": "SUCCESS"}` |
/// | `POST /v1/orders/{out_trade_no}/pay` | Pays an order as its user would; `{"payer": "o…"}` names the user. Its notification follows. A combined order is paid by its own number |
/// | `POST /v1/orders/{out_trade_no}/cancel` | Lets the user cancel who is asked for the password (用户支付中) |
/// | `POST /v1/orders/{out_trade_no}/close` | Closes an order |
/// | `POST /v1/orders/{out_trade_no}/refund` | Refunds an order: `{"fen": 100}`, or all that is left of it |
/// | `GET /v1/payment_codes` | The payment codes (付款码) that were made or used |
/// | `POST /v1/payment_codes` | Makes one: `{"behaviour": "pays"}`, `{"behaviour": "asks_password", "seconds": 60, "pays": false}` or `{"behaviour": "fails", "code": "NOTENOUGH"}` |
/// | `GET /v1/refunds` | The refunds (退款) |
/// | `POST /v1/refunds/{out_refund_no}/status` | Sets what a refund has become: `{"status": "ABNORMAL"}`. Its notification follows |
/// | `POST /v1/refund_delay` | `{"seconds": 60}`: how long refunds are in process from now on |
/// | `POST /v1/refund_end` | `{"end": "abnormal"}`, `"success"` or `"closed"`: what becomes of refunds from now on |
/// | `GET /v1/complaints` | The complaints (投诉), and where they are told |
/// | `POST /v1/orders/{out_trade_no}/complain` | Lets the user of a paid order complain: `{"detail": "…", "problem_type": "OTHERS", "refund_fen": 100, "payer_phone": "…"}`, of which none need be there. Its notification follows |
/// | `POST /v1/complaints/{complaint_id}/write` | Lets the user write: `{"text": "…"}` |
/// | `POST /v1/complaints/{complaint_id}/again` | Lets the user complain once more: `{"text": "…"}` |
/// | `GET /v1/profit_sharing` | What was shared (分账): receivers, requests and returns |
/// | `POST /v1/profit_sharing` | Sets those that are given: `max_ratio` in ten-thousandths, `delay_seconds`, `notify_url` |
/// | `POST /v1/profit_sharing/orders/{out_order_no}/receivers/{account}/end` | Sets what a share has become: `{}` or `{"fail_reason": "ACCOUNT_ABNORMAL"}` |
/// | `POST /v1/profit_sharing/returns/{out_return_no}/end` | Sets what a return has become: `{}` or `{"fail_reason": "BALANCE_NOT_ENOUGH"}` |
/// | `GET /v1/payouts` | The payments to employees (向员工付款): each with `requests`, the accepted ones, and `sends`, all that named its number; `without_payout` has the numbers that only refused requests named |
/// | `POST /v1/payouts/{partner_trade_no}/status` | Sets what a payment has become: `{"status": "FAILED", "reason": "余额不足"}` |
/// | `GET /v1/payout_rules` | How payments to employees are judged and settled |
/// | `POST /v1/payout_rules` | Changes those that are given: `limits` (`"documented"` or `"none"`), `settle_after_seconds`, `failure_chance`, `visible_after_seconds`, `failed_numbers_pay_again`, `signature_refusal` (`"result_code"` or `"return_code"`) |
/// | `GET /v1/batches`, `GET /v1/transfers` | The batches of transfers (转账批次单), and the transfers in them |
/// | `POST /v1/batches/{out_batch_no}/settle` | Carries out the transfers of a batch |
/// | `POST /v1/batches/{out_batch_no}/transfers/{out_detail_no}/status` | Sets what a transfer has become: `{"status": "FAIL", "reason": "ACCOUNT_FROZEN"}` |
/// | `GET /v1/transfer_bills` | The transfers to users (商家转账) |
/// | `POST /v1/transfer_bills/{out_bill_no}/confirm` | Lets the user confirm a transfer (确认收款); `{"agrees": false}` for one who does not agree to the authorization that was asked for with it. Its notification follows |
/// | `POST /v1/transfer_bills/{out_bill_no}/status` | Sets what a transfer has become: `{"status": "FAIL", "reason": "PAYEE_ACCOUNT_ABNORMAL"}`. The notification of an end follows |
/// | `POST /v1/transfer_bills/{out_bill_no}/receipt/status` | Sets what the electronic receipt (电子回单) of a transfer has become: `{"status": "FAILED", "reason": "…"}` |
/// | `POST /v1/transfer_step` | `{"seconds": 60}`: how long each step of a transfer takes that WeChat Pay does on its own |
/// | `GET /v1/transfer_authorizations` | The authorizations of transfers without confirmation (免确认收款授权) |
/// | `POST /v1/transfer_authorizations/{out_authorization_no}/confirm` | Lets the user agree. The notification follows |
/// | `POST /v1/transfer_authorizations/{out_authorization_no}/close` | Lets the user end it, or another `{"reason": "TRANSFER_RISK"}`. The notification follows |
/// | `GET /v1/red_packets` | The red packets (现金红包), and who has received what of them |
/// | `POST /v1/red_packets/{mch_billno}/receive` | Lets the user receive one (领取红包); `{"openid": "o…"}` names another user, of one that several share |
/// | `POST /v1/red_packets/{mch_billno}/status` | Sets what a red packet has become: `{"status": "FAILED", "reason": "…"}` |
/// | `POST /v1/red_packet_step` | `{"seconds": 60}`: how long red packets are `SENDING`, and `RFUND_ING` |
/// | `GET /v1/withdrawals` | The withdrawals (预约提现) |
/// | `POST /v1/withdrawals/{withdraw_id}/status` | Sets what a withdrawal has become: `{"status": "REFUND", "reason": "银行退票"}`. The notification of an end follows |
/// | `GET /v1/deliveries` | The attempts to deliver notifications (通知), and those to come |
/// | `GET /v1/uploads` | The files that were uploaded (上传), without what is in them |
/// | `GET /v1/clock` | The clock |
/// | `POST /v1/clock` | `{"advance_seconds": 60}`, `{"freeze": "now"}` or a time, or `{"run": true}` |
/// | `GET /v1/faults` | The faults that wait, and the rules |
/// | `POST /v1/faults` | `{"api": "v2.pay.query_order", "fault": "html_502", "times": 3}`; see below |
/// | `DELETE /v1/faults`, `DELETE /v1/faults/{id}` | Removes all faults, or one rule |
/// | `POST /v1/balance` | `{"fen": 10000}`: the money for payments to employees, transfers to users, own batches of transfers and red packets |
/// | `POST /v1/names` | `{"openid": "o…", "name": "张三"}`: the real name of a user |
/// | `POST /v1/certificates/rotate` | Adds a platform certificate and signs with it |
/// | `POST /v1/reset` | Forgets all but the keys |
///
/// A fault has the endpoint's full [name](crate::Api::name), one of the names `drop_before_commit`,
/// `drop_after_commit`, `truncated_body`, `html_502`, `empty_body`, `error_code`,
/// `error_code_after_commit`, `return_code_fail`, `wrong_signature`, `missing_signature`,
/// `stale_signature`, `probe_signature`, `unknown_serial`, `tampered_body`, `other_reply`, `delay`,
/// `delay_before_commit` and `stall`, and what those need: `code` and `message` of an error,
/// `delay_ms`. `times` is how
/// many requests it is for, 1 unless it says another number or `"always"`; `chance` from 0 to 1
/// makes it a matter of luck.
///
/// A browser is let in from the page alone: requests from other sites, and those that name a host
/// that is none of this machine's, are refused. There is no other guard. Anyone who reaches the
/// port steers the sandbox, so keep it on loopback.
///
/// It stops when it is dropped.
#[derive(Debug)]
pub struct Control {
    url: String,
    server: AbortHandle,
}

impl Control {
    /// Starts to answer on an address. The `hosts` are names that it may be asked by, besides those
    /// of loopback and the address itself.
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
        let limits = sandbox.connection_limits();
        let router = router(sandbox, Hosts::new(bound.ip(), hosts));
        let server = tokio::spawn(async move {
            listener::accept(listener, limits, JoinSet::new(), |stream| {
                let service = TowerToHyperService::new(router.clone());
                let connection = limits
                    .http()
                    .serve_connection(TokioIo::new(stream), service);
                async move {
                    let _ = connection.await;
                }
            })
            .await;
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

/// Reads the body to its end before anything is done, and does not wait for it for ever.
async fn read(State(sandbox): State<Arc<Sandbox>>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let reading = axum::body::to_bytes(body, MAX_BODY);
    let patience = sandbox.connection_limits().patience;
    match tokio::time::timeout(patience, reading).await {
        Ok(Ok(body)) => next.run(Request::from_parts(head, body.into())).await,
        Ok(Err(error)) => Problem::bad_request(error.to_string()).into_response(),
        Err(_) => Problem::bad_request("the body did not come in time").into_response(),
    }
}

/// Answers after the file of the state has what was changed or is told.
async fn save(State(sandbox): State<Arc<Sandbox>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    match sandbox.save().await {
        Err(error) if !reads => {
            let why = &error.source;
            Problem::internal(format!("it is done, but not saved: {error}: {why}")).into_response()
        }
        // A file that can't be written is no reason to hide what there is.
        _ => response,
    }
}

fn router(sandbox: Arc<Sandbox>, hosts: Hosts) -> Router {
    Router::new()
        .nest("/v1", api::routes())
        .merge(page::routes())
        .fallback(respond::no_such_path)
        .method_not_allowed_fallback(respond::no_such_method)
        .layer(from_fn_with_state(Arc::clone(&sandbox), save))
        .layer(from_fn_with_state(Arc::clone(&sandbox), read))
        .layer(from_fn_with_state(Arc::new(hosts), guard::check))
        .with_state(sandbox)
}

/// In bytes; far beyond any body.
const MAX_BODY: usize = 1 << 20;

//! Every fault that the transport's suite knows, on each of the four endpoints: what the call's end
//! says of the money, and what the servers saw.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::Request;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use wxpay_api::core::{Error, ErrorKind, Outcome, Sent};
use wxpay_api::sign::provider::Provider;
use wxpay_api::sign::v2::SignType;
use wxpay_api::transport::conformance::{Expected, Fault, Scene, Setup, faults};
use wxpay_api::transport::{
    Deadline, Failover, Hints, RateLimit, ReqwestTransport, Retry, Trace, Transport,
};
use wxpay_api::v2::pay::{QueryOrder, query_order::Order};
use wxpay_api::v2::wecom::QueryEmployeePayment;
use wxpay_api::v3::partner_transfer::QueryDetailByOutDetailNo;
use wxpay_tests::scripted::Answer;
use wxpay_tests::{clients, vectors};

use crate::pay_employee;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Call {
    PayEmployee,
    QueryEmployeePayment,
    QueryOrder,
    QueryDetailByOutDetailNo,
}

const CALLS: [Call; 4] = [
    Call::PayEmployee,
    Call::QueryEmployeePayment,
    Call::QueryOrder,
    Call::QueryDetailByOutDetailNo,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_fault_on_every_endpoint() {
    let faults = faults();
    assert!(faults.len() >= 40);
    let rows = faults
        .iter()
        .flat_map(|fault| {
            CALLS.map(|call| Row {
                fault: fault.clone(),
                call,
            })
        })
        .collect();
    run(rows, check).await;
}

/// Wrapped in everything that sends again and turns elsewhere, a payout still reaches one server,
/// and that once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn wrapped_payout_is_sent_once_and_nowhere_else() {
    let rows = faults()
        .into_iter()
        .filter(|fault| !fault.is_flood())
        .map(|fault| Row {
            fault,
            call: Call::PayEmployee,
        })
        .collect();
    run(rows, check_wrapped).await;
}

#[derive(Clone)]
struct Row {
    fault: Fault,
    call: Call,
}

/// What is wrong with a row for which a busy machine may be to blame: time ran out, and nothing
/// that the servers saw refutes what was said.
struct MayBeBusy(String);

/// Checks every row. One for which a busy machine may be to blame is checked again when the others
/// are through, as in the transports' own suite, and with longer limits of time. The last time
/// counts.
async fn run<F>(mut rows: Vec<Row>, check: impl Fn(Row, u32) -> F)
where
    F: Future<Output = Result<(), MayBeBusy>> + Send + 'static,
{
    let mut wrong: Vec<String> = Vec::new();
    for (times, at_once) in [(1, AT_ONCE), (10, FEW_AT_ONCE), (40, FEW_AT_ONCE)] {
        let busy = run_once(rows, at_once, |row| check(row, times)).await;
        (rows, wrong) = busy.into_iter().map(|(row, busy)| (row, busy.0)).unzip();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn run_once<F>(
    rows: Vec<Row>,
    at_once: usize,
    check: impl Fn(Row) -> F,
) -> Vec<(Row, MayBeBusy)>
where
    F: Future<Output = Result<(), MayBeBusy>> + Send + 'static,
{
    let mut busy = Vec::new();
    let mut checks = JoinSet::new();
    let mut note = |(row, checked): (Row, Result<(), MayBeBusy>)| {
        busy.extend(checked.err().map(|problem| (row, problem)));
    };
    for row in rows {
        // Floods are about memory, which the transport's own tests see to; a few at once are
        // enough.
        let most = if row.fault.is_flood() {
            FEW_AT_ONCE
        } else {
            at_once
        };
        while checks.len() >= most {
            note(checks.join_next().await.unwrap().unwrap());
        }
        let checking = check(row.clone());
        checks.spawn(async move { (row, checking.await) });
    }
    while let Some(end) = checks.join_next().await {
        note(end.unwrap());
    }
    busy
}

async fn check_wrapped(row: Row, times: u32) -> Result<(), MayBeBusy> {
    let Row { fault, call } = row;
    let context = fault.name();
    let Ok(scene) = fault.start().await else {
        return Ok(());
    };
    let backup = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let main = scene.base_url().split_once("://").unwrap().1;
    let hosts = (
        main.parse().unwrap(),
        backup.local_addr().unwrap().to_string().parse().unwrap(),
    );
    let setup = within(times, scene.setup());
    let inner = transport(&setup, call);
    let failover = Failover::new(Trace::new(inner)).hosts(hosts.0, hosts.1);
    let stack: Arc<dyn Transport> = Arc::new(Retry::new(RateLimit::new(failover)));
    let last = last_call(&scene, stack, &fault, call).await;
    let expected = match fault.expected() {
        Expected::NotSent => Outcome::NotExecuted,
        _ => Outcome::Unknown,
    };
    assert!(last.requests <= fault.calls(), "{context}: {last:?}");
    assert_eq!(scene.connections_elsewhere(), 0, "{context}");
    // The document of the payout names no backup host.
    let turned = timeout(Duration::from_millis(30), backup.accept()).await;
    assert!(turned.is_err(), "{context}");
    let problem = format!("{context}: must be {expected:?}: {last:?}");
    if last.error.outcome() == expected {
        return Ok(());
    }
    assert!(last.may_be_busy(&setup), "{problem}");
    Err(MayBeBusy(problem))
}

async fn check(row: Row, times: u32) -> Result<(), MayBeBusy> {
    let Row { fault, call } = row;
    let context = format!("{}, {call:?}", fault.name());
    let Ok(scene) = fault.start().await else {
        // Elsewhere than on Linux some can't be made.
        if cfg!(target_os = "linux") {
            panic!("{context}: can't be made");
        }
        return Ok(());
    };
    let setup = within(times, scene.setup());
    let transport: Arc<dyn Transport> = Arc::new(transport(&setup, call));
    let last = last_call(&scene, transport, &fault, call).await;
    assert!(last.requests <= fault.calls(), "{context}: {last:?}");
    assert_eq!(scene.connections_elsewhere(), 0, "{context}");

    let outcome = match call {
        Call::PayEmployee if *fault.expected() == Expected::NotSent => Outcome::NotExecuted,
        Call::PayEmployee => Outcome::Unknown,
        _ => Outcome::ReadFailed,
    };
    let sent = match fault.expected() {
        Expected::NotSent => Sent::No,
        _ => Sent::Maybe,
    };
    let problem = format!("{context}: must be {outcome:?}, {sent:?}: {last:?}");
    let right = last.error.outcome() == outcome && last.sent().is_none_or(|said| said == sent);
    if !right {
        assert!(last.may_be_busy(&setup), "{problem}");
        return Err(MayBeBusy(problem));
    }
    if outcome == Outcome::NotExecuted {
        assert_eq!(last.requests, last.before, "{problem}");
        // It would show nothing if those before it had not arrived.
        let problem = format!("{context}: the calls before have not arrived: {last:?}");
        if last.before < fault.calls() - 1 {
            return Err(MayBeBusy(problem));
        }
    }
    Ok(())
}

/// How the last call of a fault ended.
#[derive(Debug)]
struct Last {
    error: Error,
    elapsed: Duration,
    /// How many requests the server has read, and how many of them before this call.
    requests: usize,
    before: usize,
}

impl Last {
    /// Whether time ran out, and nothing that the server saw refutes what the transport says.
    fn may_be_busy(&self, setup: &Setup) -> bool {
        let in_vain = self.sent() == Some(Sent::Maybe) || self.requests == self.before;
        self.sent().is_some() && self.elapsed >= setup.connect_timeout && in_vain
    }

    /// What the transport says, if it is its error.
    fn sent(&self) -> Option<Sent> {
        match self.error.kind() {
            ErrorKind::Transport(transport) => Some(transport.sent()),
            _ => None,
        }
    }
}

/// Makes all calls of a fault. No server of the suite speaks the protocol, so none succeeds.
async fn last_call(
    scene: &Scene,
    transport: Arc<dyn Transport>,
    fault: &Fault,
    call: Call,
) -> Last {
    for _ in 1..fault.calls() {
        let _ = send(scene, &transport, call).await;
    }
    let before = match fault.calls() {
        1 => 0,
        _ => scene.requests().await.len(),
    };
    let transport = dated(transport, fault);
    let start = Instant::now();
    let error = send(scene, &transport, call).await.unwrap_err();
    let elapsed = start.elapsed();
    let requests = scene.requests().await.len();
    Last {
        error,
        elapsed,
        requests,
        before,
    }
}

/// The same setup with so many times its limits of time.
fn within(times: u32, setup: &Setup) -> Setup {
    let mut setup = setup.clone();
    setup.connect_timeout *= times;
    setup.response_timeout *= times;
    setup.total_timeout *= times;
    setup
}

/// How many rows are checked at once.
const AT_ONCE: usize = 24;
/// How many of those that need the machine for themselves.
const FEW_AT_ONCE: usize = 4;

/// Gives the deadline of the fault to every request, if it has one.
#[derive(Debug)]
struct Dated(Arc<dyn Transport>, Option<Deadline>);

fn dated(transport: Arc<dyn Transport>, fault: &Fault) -> Arc<dyn Transport> {
    Arc::new(Dated(transport, fault.deadline_from_now()))
}

#[async_trait]
impl Transport for Dated {
    async fn send(&self, mut request: Request<Bytes>) -> Answer {
        let hints: &mut Hints = request.extensions_mut().get_mut().unwrap();
        hints.deadline = self.1;
        self.0.send(request).await
    }
}

fn transport(setup: &Setup, call: Call) -> ReqwestTransport {
    let builder = ReqwestTransport::builder()
        .connect_timeout(setup.connect_timeout)
        .response_timeout(setup.response_timeout)
        .total_timeout(setup.total_timeout)
        .max_response_bytes(setup.max_response_bytes)
        .only_root_pem(setup.root_pem.as_bytes())
        .allow_plain_http_to_loopback();
    let builder = match &setup.identity {
        Some(identity) => {
            builder.identity_pem(identity.cert_pem.as_bytes(), identity.key_pem.as_bytes())
        }
        // Without one these are not sent, whatever the server asks for.
        None if matches!(call, Call::PayEmployee | Call::QueryEmployeePayment) => {
            let (cert, key) = (vectors::key("mch_cert"), vectors::key("mch"));
            builder.identity_pem(cert.as_bytes(), key.as_bytes())
        }
        None => builder,
    };
    builder.build().unwrap()
}

async fn send(scene: &Scene, transport: &Arc<dyn Transport>, call: Call) -> Result<(), Error> {
    let v2 = clients::v2_builder(SignType::HmacSha256, Arc::clone(transport))
        .base_url(scene.base_url())
        .build()
        .unwrap();
    let v3 = clients::v3_builder(Provider::default(), Arc::clone(transport))
        .base_url(scene.base_url())
        .build()
        .unwrap();
    match call {
        Call::PayEmployee => v2.send(&pay_employee::request()).await.map(drop),
        Call::QueryEmployeePayment => {
            let partner_trade_no = "100000982017072019616".parse().unwrap();
            v2.send(&QueryEmployeePayment {
                partner_trade_no,
                options: Default::default(),
            })
            .await
            .map(drop)
        }
        Call::QueryOrder => {
            let order = Order::OutTradeNo("20150806125346".parse().unwrap());
            v2.send(&QueryOrder {
                order,
                options: Default::default(),
            })
            .await
            .map(drop)
        }
        Call::QueryDetailByOutDetailNo => {
            let request = QueryDetailByOutDetailNo {
                out_batch_no: "plfk2020042013".parse().unwrap(),
                out_detail_no: "x23zy545Bd5436".parse().unwrap(),
                options: Default::default(),
            };
            v3.send(&request).await.map(drop)
        }
    }
}

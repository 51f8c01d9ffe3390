//! Every fault that the transport's suite knows, on each of the four endpoints: what the call's end
//! says of the money, and what the servers saw.

use std::sync::Arc;
use std::time::Duration;

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
    let mut checks = JoinSet::new();
    for fault in faults {
        for call in CALLS {
            // Floods are about memory, which the transport's own tests see to; a few at once are
            // enough.
            while checks.len() >= if fault.is_flood() { 4 } else { 40 } {
                checks.join_next().await.unwrap().unwrap();
            }
            checks.spawn(check(fault.clone(), call));
        }
    }
    while let Some(check) = checks.join_next().await {
        check.unwrap();
    }
}

/// Wrapped in everything that sends again and turns elsewhere, a payout still reaches one server,
/// and that once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn wrapped_payout_is_sent_once_and_nowhere_else() {
    let mut checks = JoinSet::new();
    for fault in faults() {
        if fault.is_flood() {
            continue;
        }
        while checks.len() >= 40 {
            checks.join_next().await.unwrap().unwrap();
        }
        checks.spawn(check_wrapped(fault));
    }
    while let Some(check) = checks.join_next().await {
        check.unwrap();
    }
}

async fn check_wrapped(fault: Fault) {
    let context = fault.name();
    let Ok(scene) = fault.start().await else {
        return;
    };
    let backup = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let main = scene.base_url().split_once("://").unwrap().1;
    let hosts = (
        main.parse().unwrap(),
        backup.local_addr().unwrap().to_string().parse().unwrap(),
    );
    let inner = transport(scene.setup(), Call::PayEmployee);
    let failover = Failover::new(Trace::new(inner)).hosts(hosts.0, hosts.1);
    let stack: Arc<dyn Transport> = Arc::new(Retry::new(RateLimit::new(failover)));
    for _ in 1..fault.calls() {
        let _ = send(&scene, &stack, Call::PayEmployee).await;
    }
    let stack = dated(stack, &fault);
    let error = send(&scene, &stack, Call::PayEmployee).await.unwrap_err();
    let expected = match fault.expected() {
        Expected::NotSent => Outcome::NotExecuted,
        _ => Outcome::Unknown,
    };
    assert_eq!(error.outcome(), expected, "{context}: {error:?}");
    assert!(scene.requests().await.len() <= fault.calls(), "{context}");
    assert_eq!(scene.connections_elsewhere(), 0, "{context}");
    // The document of the payout names no backup host.
    let turned = timeout(Duration::from_millis(30), backup.accept()).await;
    assert!(turned.is_err(), "{context}");
}

async fn check(fault: Fault, call: Call) {
    let context = format!("{}, {call:?}", fault.name());
    let Ok(scene) = fault.start().await else {
        // Elsewhere than on Linux some can't be made.
        if cfg!(target_os = "linux") {
            panic!("{context}: can't be made");
        }
        return;
    };
    let transport: Arc<dyn Transport> = Arc::new(transport(scene.setup(), call));
    for _ in 1..fault.calls() {
        let _ = send(&scene, &transport, call).await;
    }
    let transport = dated(transport, &fault);
    // No server of the suite speaks the protocol, so none of these calls succeeds.
    let error = send(&scene, &transport, call).await.unwrap_err();

    let sees = |expected: &Expected| match call {
        Call::PayEmployee if *expected == Expected::NotSent => Outcome::NotExecuted,
        Call::PayEmployee => Outcome::Unknown,
        _ => Outcome::ReadFailed,
    };
    assert_eq!(
        error.outcome(),
        sees(fault.expected()),
        "{context}: {error:?}"
    );
    if let ErrorKind::Transport(transport) = error.kind() {
        let expected = match fault.expected() {
            Expected::NotSent => Sent::No,
            _ => Sent::Maybe,
        };
        assert_eq!(transport.sent(), expected, "{context}");
    }
    let requests = scene.requests().await;
    assert!(requests.len() <= fault.calls(), "{context}: {requests:?}");
    if error.outcome() == Outcome::NotExecuted {
        // Those of the calls before it.
        assert_eq!(requests.len(), fault.calls() - 1, "{context}");
    }
    assert_eq!(scene.connections_elsewhere(), 0, "{context}");
}

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

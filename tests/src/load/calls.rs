//! Concurrent calls to a sandbox that answers slowly, through one transport.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use wxpay_api::core::{Error, Fen, Progress};
use wxpay_api::sign::v2::Key;
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::transport::{ReqwestTransport, Transport};
use wxpay_api::v2::wecom::{
    PayEmployee, pay_employee::CheckName, pay_employee::MessageType,
    pay_employee::PayEmployeeOptions,
};
use wxpay_api::v3::partner_transfer::QueryDetailByOutDetailNo;
use wxpay_api::{v2, v3};
use wxpay_sandbox::{Api, Fault, Sandbox, Transfer};

use super::{Times, resident};

/// What came of the calls of one endpoint.
#[derive(Debug)]
#[non_exhaustive]
pub struct Calls {
    /// The endpoint.
    pub what: &'static str,
    /// How many calls were made, all at once.
    pub made: usize,
    /// How many got their own answer, verified.
    pub answered: usize,
    /// How many requests the sandbox read.
    pub requests: usize,
    /// How many effects it booked, where there are any: payments.
    pub booked: Option<usize>,
    /// How long each call took.
    pub times: Times,
    /// How long all took together.
    pub elapsed: Duration,
    /// By how many bytes the memory of the process grew at most, sandbox included.
    pub memory: Option<u64>,
}

/// Pays so many employees at once, each once, then queries a transfer as often. Every answer takes
/// `delay`.
pub async fn run(count: usize, delay: Duration) -> [Calls; 2] {
    let sandbox = Sandbox::start().await.unwrap();
    let account = sandbox.merchant();
    let transport = ReqwestTransport::builder()
        .only_root_pem(sandbox.ca_pem().as_bytes())
        .identity_pem(
            account.client_cert_pem.as_bytes(),
            account.client_key_pem.expose().as_bytes(),
        )
        // A busy machine needs its time for so many handshakes at once.
        .connect_timeout(Duration::from_secs(30))
        .response_timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    [
        payouts(&sandbox, transport.clone(), count, delay).await,
        queries(&sandbox, transport, count, delay).await,
    ]
}

async fn payouts(
    sandbox: &Sandbox,
    transport: impl Transport,
    count: usize,
    delay: Duration,
) -> Calls {
    let account = sandbox.merchant();
    let client = v2::Client::builder(
        v2::Merchant::new(account.mch_id.clone(), account.appid.clone()),
        v2::Credentials::new(Key::new(account.api_v2_key.clone()).unwrap())
            .workwx(AppSecret::new(account.workwx_secret.clone()).unwrap()),
        transport,
    )
    .base_url(sandbox.base_url())
    .build()
    .unwrap();
    let agentid = account.agentid;
    let call = move |number: usize| {
        let client = client.clone();
        async move {
            let payment = PayEmployee {
                partner_trade_no: format!("LOAD{number}").parse().unwrap(),
                openid: "ohO4Gt7wVPxIT1A9GjFaMYMiZY1s".parse().unwrap(),
                check_name: CheckName::NoCheck,
                amount: Fen::new(100),
                desc: "load".to_owned(),
                spbill_create_ip: [127, 0, 0, 1].into(),
                ww_msg_type: MessageType::NormalMsg,
                act_name: "load".to_owned(),
                options: PayEmployeeOptions::default().agentid(agentid),
            };
            let paid = client.send(&payment).await?;
            Ok(paid.partner_trade_no == payment.partner_trade_no)
        }
    };
    let mut calls = at_once(sandbox, "pay_employee", PAY_EMPLOYEE, count, delay, call).await;
    let mut numbers: Vec<_> = sandbox
        .payouts()
        .into_iter()
        .map(|payout| payout.partner_trade_no)
        .collect();
    let booked = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), booked, "a number was paid twice");
    calls.booked = Some(booked);
    calls
}

async fn queries(
    sandbox: &Sandbox,
    transport: impl Transport,
    count: usize,
    delay: Duration,
) -> Calls {
    let account = sandbox.merchant();
    sandbox.add_transfer(Transfer::new("plfk2020042013", "x23zy545Bd5436", 200_000));
    let key = PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no).unwrap();
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)
        .unwrap();
    let credentials = v3::Credentials::new(key, platform);
    let client = v3::Client::builder(account.sp_mchid.clone(), credentials, transport)
        .base_url(sandbox.base_url())
        .build()
        .unwrap();
    let call = move |_| {
        let client = client.clone();
        async move {
            let detail = client
                .send(&QueryDetailByOutDetailNo {
                    out_batch_no: "plfk2020042013".parse().unwrap(),
                    out_detail_no: "x23zy545Bd5436".parse().unwrap(),
                    options: Default::default(),
                })
                .await?;
            Ok(detail.detail_status.progress() == Progress::Succeeded)
        }
    };
    at_once(
        sandbox,
        "detail_by_out_no",
        QUERY_DETAIL,
        count,
        delay,
        call,
    )
    .await
}

async fn at_once<F>(
    sandbox: &Sandbox,
    what: &'static str,
    api: Api,
    count: usize,
    delay: Duration,
    call: impl Fn(usize) -> F,
) -> Calls
where
    F: Future<Output = Result<bool, Error>> + Send + 'static,
{
    for _ in 0..count {
        sandbox.inject(api, Fault::Delay(delay)).unwrap();
    }
    let before = sandbox.requests().len();
    let memory = resident();
    let start = Instant::now();
    let mut running = JoinSet::new();
    for number in 0..count {
        let call = call(number);
        running.spawn(async move {
            let start = Instant::now();
            (call.await, start.elapsed())
        });
    }
    let watch = Arc::new(());
    let most = tokio::spawn({
        let watched = Arc::downgrade(&watch);
        async move {
            let mut most = 0;
            while watched.strong_count() > 0 {
                most = most.max(resident().unwrap_or_default());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            most
        }
    });
    let mut times = Vec::with_capacity(count);
    let mut answered = 0;
    while let Some(ended) = running.join_next().await {
        let (end, time) = ended.unwrap();
        answered += usize::from(matches!(end, Ok(true)));
        times.push(time);
    }
    let elapsed = start.elapsed();
    drop(watch);
    let most = most.await.unwrap();
    Calls {
        what,
        made: count,
        answered,
        requests: sandbox.requests().len() - before,
        booked: None,
        times: Times::new(times),
        elapsed,
        memory: memory.map(|memory| most.saturating_sub(memory)),
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            made,
            answered,
            requests,
            times,
            ..
        } = self;
        write!(
            f,
            "{what}: {made} calls at once, {answered} answered, {requests} requests"
        )?;
        if let Some(booked) = self.booked {
            write!(f, ", {booked} booked")?;
        }
        write!(f, "; {times}; {} ms in all", self.elapsed.as_millis())?;
        if let Some(memory) = self.memory {
            let (mib, each) = (memory >> 20, memory / 1024 / *made as u64);
            write!(
                f,
                "; memory grew by {mib} MiB, {each} KiB a call, sandbox included"
            )?;
        }
        Ok(())
    }
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

const QUERY_DETAIL: Api = Api::named("v3.partner_transfer.query_detail_by_out_detail_no").unwrap();

//! Payouts that are settled exactly once: two connections break, the program dies in the middle,
//! and each employee gets the money one time.
//!
//! `cargo run -p wxpay-payout --example payouts`

use std::error::Error;
use std::time::Duration;

use wxpay_api::sign::{v2::Key, workwx::AppSecret};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::wecom::{
    pay_employee::CheckName, pay_employee::MessageType, pay_employee::PayEmployeeOptions,
};
use wxpay_api::v2::{Client, Credentials, Merchant};
use wxpay_core::Fen;
use wxpay_payout::{
    EmployeePayment, Intent, JournalOwner, Limits, Payouts, Preparation, Rules, RunOptions,
    Settlement, SqliteJournal, Wecom,
};
use wxpay_sandbox::{Api, Fault, Sandbox};
use wxpay_transport::TokioTimer;

/// What the books say that an employee is to get. The name of the intent comes from the books too,
/// never from a counter.
fn bonus(employee: &str, amount: Fen, agentid: u32) -> Result<Intent, Box<dyn Error>> {
    Ok(Intent {
        id: format!("bonus-2026-11-{employee}").parse()?,
        payment: EmployeePayment {
            openid: format!("oxTWIuGaIt6gTKsQRLau2M0yL{employee}").parse()?,
            amount,
            check_name: CheckName::NoCheck,
            desc: "十一月奖金".to_owned(),
            act_name: "奖金".to_owned(),
            spbill_create_ip: [10, 2, 3, 10].into(),
            ww_msg_type: MessageType::NormalMsg,
            options: PayEmployeeOptions::default().agentid(agentid),
        },
    })
}

/// An engine over a journal.
fn engine(journal: SqliteJournal, sandbox: &Sandbox) -> Result<Payouts, Box<dyn Error>> {
    let account = sandbox.merchant();
    let merchant = Merchant::new(account.mch_id.clone(), account.appid.clone());
    let credentials = Credentials::new(Key::new(account.api_v2_key.clone())?)
        .workwx(AppSecret::new(account.workwx_secret.clone())?);
    let transport = ReqwestTransport::builder()
        .only_root_pem(sandbox.ca_pem().as_bytes())
        .identity_pem(
            account.client_cert_pem.as_bytes(),
            account.client_key_pem.expose().as_bytes(),
        )
        .build()?;
    let client = Client::builder(merchant, credentials, transport)
        .base_url(sandbox.base_url())
        .build()?;

    // A sandbox answers at once. Leave rules and limits as they are for WeChat Pay.
    let mut rules = Rules::default();
    rules.settle = Duration::from_millis(50);
    rules.query_waits = vec![Duration::from_millis(50)];
    rules.not_found_gap = Duration::from_millis(50);
    let mut limits = Limits::default();
    limits.payee_gap = Duration::ZERO;
    let payouts = Payouts::builder(journal, Wecom::new(client), TokioTimer::new());
    Ok(payouts.rules(rules).limits(limits).build())
}

/// One payout, from its intent to its end.
async fn pay(payouts: &Payouts, intent: &Intent) -> Result<Option<String>, Box<dyn Error>> {
    let mut settlement = match payouts.prepare(intent).await? {
        Preparation::Ready(prepared) => payouts.send(prepared).await?,
        Preparation::Before(settlement) => settlement,
    };
    loop {
        settlement = match settlement {
            Settlement::Paid(paid) => return Ok(Some(paid.number().to_string())),
            Settlement::Rejected(_) => return Ok(None),
            Settlement::Waiting(waiting) => payouts.resolve(waiting).await?,
            Settlement::Unknown(unknown) => payouts.resolve(unknown).await?,
        };
    }
}

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let agentid = sandbox.merchant().agentid;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("payouts.db");
    // The host is where the payouts are made: "api.mch.weixin.qq.com" for WeChat Pay itself.
    let host = sandbox.base_url().trim_start_matches("https://");
    let owner = JournalOwner::new(sandbox.merchant().mch_id.as_str(), host);

    // The money moves and the answer is lost. The query finds it.
    sandbox.inject(PAY_EMPLOYEE, Fault::DropAfterCommit)?;
    // Made once, when there are no payouts yet, and opened ever after.
    let journal = SqliteJournal::create(&path, &owner)?;
    let payouts = engine(journal, &sandbox)?;
    let first = bonus("E1001", Fen::new(8_800), agentid)?;
    let number = pay(&payouts, &first).await?.ok_or("not paid")?;
    println!("{} is paid as {number}", first.id);

    // A program that died here and starts again finds what was paid in the journal.
    drop(payouts);
    let payouts = engine(SqliteJournal::open(&path, &owner)?, &sandbox)?;
    assert_eq!(pay(&payouts, &first).await?, Some(number));

    // The same for a whole list, of which one is paid already and one loses its connection.
    sandbox.inject(PAY_EMPLOYEE, Fault::DropBeforeCommit)?;
    let intents = ["E1001", "E1002", "E1003", "E1004"];
    let intents: Vec<Intent> = intents
        .iter()
        .map(|employee| bonus(employee, Fen::new(8_800), agentid))
        .collect::<Result<_, _>>()?;
    let result = payouts.run(intents, RunOptions::new()).await;
    for line in &result.paid {
        println!("{} is paid as {}", line.intent, line.number);
    }
    assert_eq!(result.paid.len(), 4);
    assert!(result.rejected.is_empty() && result.unknown.is_empty());
    assert_eq!(sandbox.payouts().len(), 4, "each was paid once");
    Ok(())
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

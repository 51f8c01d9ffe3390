//! What to do when a payment fails: the sandbox makes it go wrong in every way, and the same few
//! lines end it each time.
//!
//! `cargo run -p wxpay-api --features v2-wecom --example errors`

use wxpay_api::core::{Error, ErrorKind, Fen, Outcome, Progress};
use wxpay_api::sign::{v2::Key, workwx::AppSecret};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::{Client, Credentials, Merchant, wecom};
use wxpay_sandbox::{Api, Fault, Sandbox};

/// How a payment stands after one call to pay, and one query if it takes one.
#[derive(Debug, PartialEq)]
enum Standing {
    Paid,
    /// Nothing left: correct the cause, then call again with the same number.
    NotSent,
    /// Ask again in some minutes. Pay again only with this number and these parameters.
    Open,
}

async fn pay(client: &Client, payment: &wecom::PayEmployee) -> Standing {
    let Err(error) = client.send(payment).await else {
        return Standing::Paid;
    };
    note(&error);
    match error.outcome() {
        Outcome::NotExecuted => Standing::NotSent,
        Outcome::Unknown | Outcome::ReadFailed => query(client, payment).await,
    }
}

/// A real program waits a minute before the first query.
async fn query(client: &Client, payment: &wecom::PayEmployee) -> Standing {
    let query = wecom::QueryEmployeePayment {
        partner_trade_no: payment.partner_trade_no.clone(),
        options: Default::default(),
    };
    match client.send(&query).await {
        Ok(found) if found.status.progress() == Progress::Succeeded => Standing::Paid,
        Ok(_) => Standing::Open,
        // `NOT_FOUND` as well: the payment may not have landed yet.
        Err(error) => {
            note(&error);
            Standing::Open
        }
    }
}

/// For the log: what went wrong, and whether a person has to correct something before anything
/// works again.
#[allow(clippy::print_stdout)] // an example reports to its terminal
fn note(error: &Error) {
    let advice = match error.kind() {
        ErrorKind::Invalid(_) => "correct the field that it names",
        ErrorKind::Signing(_) => "correct the key that it names",
        ErrorKind::Business(business) if business.class().configuration => {
            "stop and correct the merchant's settings: every call will fail like this"
        }
        ErrorKind::Verification(_) => {
            "check WeChat Pay's keys and the clock; somebody may be between"
        }
        ErrorKind::NotProcessed => "repeat it with the same number and the same parameters",
        _ => "nothing to correct",
    };
    println!(
        "{error}: {:?} ({}); {advice}",
        error.outcome(),
        error.kind()
    );
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let account = sandbox.merchant();
    let merchant = Merchant::new(account.mch_id.clone(), account.appid.clone());
    let credentials = Credentials::new(Key::new(account.api_v2_key.clone())?)
        .workwx(AppSecret::new(account.workwx_secret.clone())?);
    let transport = ReqwestTransport::builder()
        .identity_pem(
            account.client_cert_pem.as_bytes(),
            account.client_key_pem.expose().as_bytes(),
        )
        .only_root_pem(sandbox.ca_pem().as_bytes())
        .build()?;
    let client = Client::builder(merchant, credentials, transport)
        .base_url(sandbox.base_url())
        .build()?;

    let payment = |number: &str| -> Result<_, Box<dyn std::error::Error>> {
        Ok(wecom::PayEmployee {
            partner_trade_no: number.parse()?,
            openid: "oxTWIuGaIt6gTKsQRLau2M0yL16E".parse()?,
            check_name: wecom::pay_employee::CheckName::NoCheck,
            amount: Fen::new(100),
            desc: "报销".to_owned(),
            spbill_create_ip: [10, 2, 3, 10].into(),
            ww_msg_type: wecom::pay_employee::MessageType::NormalMsg,
            act_name: "报销".to_owned(),
            options: wecom::pay_employee::PayEmployeeOptions::default().agentid(account.agentid),
        })
    };

    // Refused here, so nothing was sent.
    let mut wrong = payment("E0")?;
    wrong.amount = Fen::new(1);
    assert_eq!(pay(&client, &wrong).await, Standing::NotSent);

    // The same message from the same connection, and the money moved in one case and not in the
    // other.
    let lost = |number, fault, standing| (number, fault, standing);
    for (number, fault, standing) in [
        lost("E1", Fault::DropBeforeCommit, Standing::Open),
        lost("E2", Fault::DropAfterCommit, Standing::Paid),
        lost("E3", Fault::Html502, Standing::Paid),
        lost("E4", Fault::TruncatedBody, Standing::Paid),
        lost(
            "E5",
            Fault::error_code("SYSTEMERROR", "系统繁忙"),
            Standing::Open,
        ),
        lost(
            "E6",
            Fault::error_code_after_commit("SYSTEMERROR", "系统繁忙"),
            Standing::Paid,
        ),
        lost(
            "E7",
            Fault::error_code("NOTENOUGH", "余额不足"),
            Standing::Open,
        ),
    ] {
        sandbox.inject(PAY_EMPLOYEE, fault)?;
        let payment = payment(number)?;
        assert_eq!(pay(&client, &payment).await, standing, "{number}");
        // What is open is paid again, with the same number. What was paid stays paid once.
        assert_eq!(pay(&client, &payment).await, Standing::Paid, "{number}");
    }
    assert_eq!(sandbox.payouts().len(), 7, "each was paid once");
    Ok(())
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

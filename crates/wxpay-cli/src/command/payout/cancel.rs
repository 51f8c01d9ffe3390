use std::io::{Write, stderr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;
use wxpay_payout::{
    CancelError, IntentId, Payouts, Settlement, UserTransfer, UserTransfers, Waiting,
};

use super::attest::{intent, not_there};
use super::engine::Payer;
use super::product::Kind;
use super::report::WAITS;
use super::settings::Settings;
use super::{JournalArgs, json, preflight, unreadable};
use crate::chinese::payout_text;
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;
use crate::visible::visible;

/// Which payout.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The intent of the payout
    intent: String,
    #[command(flatten)]
    journal: JournalArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let intent = intent(&arguments.intent)?;
    let config = Config::load(arguments.config.clone())?;
    Settings::check(&config)?;
    preflight::notes(&config, lang)?;
    match arguments.journal.product_of(&intent).await? {
        Kind::Transfer => cancel(&arguments, &config, &intent, lang).await,
        // In whatever state they are.
        Kind::Employee | Kind::RedPacket | Kind::BatchTransfer | Kind::Refund => {
            Err(not_cancelled(&intent, CancelError::Unsupported))
        }
    }
}

async fn cancel(
    arguments: &Arguments,
    config: &Config,
    intent: &IntentId,
    lang: Lang,
) -> Result<ExitCode, Fail> {
    let settings = Settings::read(config, Kind::Transfer)?;
    let payer = Payer::<UserTransfers>::configured(config, &settings)?;
    let journal = arguments.journal.open(payer.owner())?;
    let payouts = payer.payouts(journal, &settings);
    let asked = payouts.cancel(intent).await;
    let settlement = asked.map_err(|error| not_cancelled(intent, error))?;
    let settlement = match settlement {
        Settlement::Waiting(waiting) => {
            let said = lang.pick(
                "The cancellation is on its way. Asking how it ends; Ctrl-C leaves that to wxpay payout resolve.",
                "撤销已提交，正在查询结果；按 Ctrl-C 可退出，之后由 wxpay payout resolve 查询。",
            );
            writeln!(stderr(), "{said}")?;
            followed(&payouts, waiting, settings.options().patience).await?
        }
        other => other,
    };
    let (said, code) = ended(intent, &settlement, lang);
    if arguments.json {
        let (state, number) = match &settlement {
            Settlement::Rejected(_) => ("not_paid", None),
            Settlement::Paid(paid) => ("paid", Some(paid.number().as_str())),
            Settlement::Waiting(_) | Settlement::Unknown(_) => ("being_cancelled", None),
        };
        json::print(&json!({ "intent": intent.as_str(), "state": state, "number": number }))?;
    } else {
        writeln!(stdout(), "{said}")?;
    }
    Ok(code)
}

/// How it ended, or that it has not after as long as a run would wait. To end the process meanwhile
/// is as safe as any end.
async fn followed(
    payouts: &Payouts<UserTransfer>,
    waiting: Waiting,
    patience: Duration,
) -> Result<Settlement, Fail> {
    let began = Instant::now();
    let mut settlement = Settlement::Waiting(waiting);
    while let Settlement::Waiting(waiting) = settlement {
        if began.elapsed() >= patience {
            return Ok(Settlement::Waiting(waiting));
        }
        settlement = payouts.resolve(waiting).await.map_err(unreadable)?;
    }
    Ok(settlement)
}

fn ended(intent: &IntentId, settlement: &Settlement, lang: Lang) -> (String, ExitCode) {
    match settlement {
        Settlement::Rejected(rejected) => {
            // Cancelled, or ended without payment in another way before that: WeChat Pay's own
            // words say which.
            let reason = visible(rejected.reason());
            let reason_zh = payout_text(&reason);
            (
                lang.pick(
                    format!("{intent} has ended and is not paid: {reason}. wxpay payout replace makes it ready to be paid again."),
                    format!("{intent} 已结束，没有付款：{reason_zh}。如需再次付款，请先执行 wxpay payout replace。"),
                ),
                ExitCode::SUCCESS,
            )
        }
        Settlement::Paid(paid) => (
            lang.pick(
                format!("{intent} is paid ({}): the user was faster.", paid.number()),
                format!("{intent} 已付款（{}）：用户先确认了收款。", paid.number()),
            ),
            ExitCode::FAILURE,
        ),
        Settlement::Waiting(_) | Settlement::Unknown(_) => (
            lang.pick(
                format!("{intent} is being cancelled, and may still be paid. wxpay payout resolve tells how it ends."),
                format!("{intent} 正在撤销，仍可能付款。请用 wxpay payout resolve 查询结果。"),
            ),
            ExitCode::from(WAITS),
        ),
    }
}

fn not_cancelled(intent: &IntentId, error: CancelError) -> Fail {
    let said = |en: &str, zh: &str| {
        Fail::new(
            format!("{intent} was not cancelled: {en}"),
            format!("未撤销 {intent}：{zh}"),
        )
    };
    match error {
        CancelError::NotThere => not_there(intent),
        CancelError::Unsupported => said(
            "WeChat Pay can cancel transfers that wait for their users, and nothing else",
            "微信支付只支持撤销等待用户确认的商家转账",
        )
        .exits(2),
        CancelError::NotWaiting(settlement) => match *settlement {
            Settlement::Paid(_) => said("it is paid already", "该笔已付款"),
            Settlement::Rejected(_) => {
                said("it has ended, and is not paid", "该笔已结束，没有付款")
            }
            Settlement::Unknown(_) | Settlement::Waiting(_) => said(
                "WeChat Pay is not known to hold it. If it was sent, wxpay payout resolve settles that first",
                "尚不确定微信支付是否已受理。如果已经发送，请先执行 wxpay payout resolve",
            ),
        },
        other => Fail::new(
            format!("{intent} was not cancelled"),
            format!("未撤销 {intent}"),
        )
        .because(other),
    }
}

use std::collections::BTreeMap;
use std::io::{Write, stderr};
use std::process::ExitCode;
use std::sync::Arc;

use wxpay_api::core::Timestamp;
use wxpay_payout::{
    BatchTransfers, Entry, Journal as _, JournalError, Moment, Number, Reconciliation, RedPackets,
    Refunds, RunOptions, State, UserTransfers, Wecom,
};

use super::engine::Payer;
use super::opened::OpenJournal;
use super::product::{Kind, Pays};
use super::report::{Report, WAITS, print};
use super::settings::Settings;
use super::status::each;
use super::watch::watched;
use super::{JournalArgs, json, preflight, unreadable};
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::lang::Lang;

/// Whose payouts.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    journal: JournalArgs,
    /// Ask WeChat Pay about each of them at once, though the rules would wait longer: after users
    /// have confirmed, say
    #[arg(long)]
    now: bool,
    /// Print what became of each payout as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let config = Config::load(arguments.config)?;
    let settings = Settings::read(&config, Kind::Employee)?;
    preflight::notes(&config, lang)?;
    let open = open(&arguments.journal).await?;
    unknown(&open, lang)?;
    let none = Open::new();
    let (watch, options) = watched(settings.options(), 0, lang);
    let mut follow = Follow {
        journal: &arguments.journal,
        open: if arguments.now { &open } else { &none },
        opened: None,
        config: &config,
        options,
    };
    let mut parts = Vec::new();
    for kind in open.keys().filter_map(|name| Kind::of_journal(name)) {
        let part = match kind {
            Kind::Employee => follow.product::<Wecom>().await?,
            Kind::Transfer => follow.product::<UserTransfers>().await?,
            Kind::RedPacket => follow.product::<RedPackets>().await?,
            Kind::BatchTransfer => follow.product::<BatchTransfers>().await?,
            Kind::Refund => follow.product::<Refunds>().await?,
        };
        parts.push((kind, part));
    }
    watch.end();
    let values = parts
        .iter()
        .map(|(kind, part)| json::reconciliation(part, *kind));
    let nothing = json::reconciliation(&Reconciliation::default(), Kind::Employee);
    let value = json::together(std::iter::once(nothing).chain(values).collect());
    let whole = parts
        .into_iter()
        .map(|(_, part)| part)
        .reduce(both)
        .unwrap_or_default();
    let report = Report::of(&whole, lang);
    if arguments.json {
        print(&json::text(&value))?;
    } else {
        print(&report.to_string())?;
    }
    let others = open.keys().any(|name| Kind::of_journal(name).is_none());
    Ok(if !report.is_open() && !others {
        ExitCode::SUCCESS
    } else if report.is_settled_or_waits() && !others {
        ExitCode::from(WAITS)
    } else {
        ExitCode::FAILURE
    })
}

/// The numbers of payouts that were sent and are not settled, by product.
type Open = BTreeMap<String, Vec<Number>>;

async fn open(journal: &JournalArgs) -> Result<Open, Fail> {
    let mut open = Open::new();
    each(&journal.read()?, |entry| {
        if matches!(
            entry.state,
            State::Sending | State::Unknown | State::Waiting
        ) {
            open.entry(entry.product).or_default().push(entry.number);
        }
        Ok(())
    })
    .await?;
    Ok(open)
}

/// Those of programs that have products of their own.
fn unknown(open: &Open, lang: Lang) -> Result<(), Fail> {
    let unknown = open
        .iter()
        .filter(|(name, _)| Kind::of_journal(name).is_none());
    for (name, numbers) in unknown {
        let count = numbers.len();
        writeln!(
            stderr(),
            "{}",
            lang.pick(
                format!(
                    "{count} payouts of the product {name} are left to the program that makes them."
                ),
                format!("产品 {name} 的 {count} 笔付款由发起它们的程序处理，此处不跟进。"),
            )
        )?;
    }
    Ok(())
}

/// What follows the payouts of one product after the other.
struct Follow<'a> {
    journal: &'a JournalArgs,
    /// What is asked about before the rules would.
    open: &'a Open,
    /// The journal, once the first of them has opened it.
    opened: Option<Arc<OpenJournal>>,
    config: &'a Config,
    options: RunOptions,
}

impl Follow<'_> {
    async fn product<P: Pays>(&mut self) -> Result<Reconciliation, Fail> {
        let settings = Settings::read(self.config, P::KIND)?;
        let payer = Payer::<P>::configured(self.config, &settings)?;
        let journal = match &self.opened {
            Some(journal) if journal.owner() == payer.owner() => Arc::clone(journal),
            Some(journal) => return Err(of_another(journal, &payer, P::KIND)),
            None => Arc::new(self.journal.open(payer.owner())?),
        };
        self.opened = Some(Arc::clone(&journal));
        let own = settings.options();
        let options = self
            .options
            .clone()
            .at_once(own.at_once)
            .patience(own.patience)
            .most_unclear(own.most_unclear);
        let numbers = self.open.get(P::KIND.in_journal());
        bring_forward(&journal, numbers.into_iter().flatten()).await?;
        let payouts = payer.payouts(journal, &settings);
        payouts.resolve_all(options).await.map_err(unreadable)
    }
}

/// Makes the next query of each of them due, unless another process is at work on it.
async fn bring_forward(
    journal: &OpenJournal,
    numbers: impl Iterator<Item = &Number>,
) -> Result<(), Fail> {
    let now = Moment::from(Timestamp::now());
    for number in numbers {
        let entry = journal.by_number(number).await.map_err(unreadable)?;
        let waits = |entry: &Entry| {
            let open = matches!(entry.state, State::Unknown | State::Waiting);
            open && entry.lease.is_none() && entry.next_at > now
        };
        let Some(mut entry) = entry.filter(waits) else {
            continue;
        };
        entry.next_at = now;
        match journal.update(&entry).await {
            // Another process has just worked on it.
            Ok(_) | Err(JournalError::Conflict) => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    Ok(())
}

fn of_another<P: Pays>(journal: &OpenJournal, payer: &Payer<P>, kind: Kind) -> Fail {
    let (has, wants) = (journal.owner().merchant(), payer.owner().merchant());
    Fail::usage(
        format!(
            "the journal is that of merchant {has}, and {} are made by {wants}",
            kind.title(Lang::En)
        ),
        format!(
            "付款日志属于商户 {has}，而{}由商户 {wants} 发起",
            kind.title(Lang::Zh)
        ),
    )
}

fn both(mut one: Reconciliation, other: Reconciliation) -> Reconciliation {
    one.paid.extend(other.paid);
    one.rejected.extend(other.rejected);
    one.unknown.extend(other.unknown);
    one.waiting.extend(other.waiting);
    one.not_started.extend(other.not_started);
    one.unread.extend(other.unread);
    one
}

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write;
use std::process::ExitCode;

use wxpay_api::core::Fen;
use wxpay_payout::{Entry, Journal, State};

use super::report::{MOST_FEN, some, sums};
use super::{JournalArgs, unreadable};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;
use crate::visible::visible;

/// Whose standing.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    journal: JournalArgs,
}

pub(super) async fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let journal = arguments.journal.existing()?;
    let mut states: HashMap<State, (usize, Fen)> = HashMap::new();
    let mut alarms = Vec::new();
    each(&journal, |entry| {
        let (count, amount) = states.entry(entry.state).or_default();
        *count += 1;
        *amount = amount.checked_add(entry.amount).unwrap_or(MOST_FEN);
        if let Some(alarm) = entry.alarm.as_ref().filter(|_| !entry.state.is_settled()) {
            let (intent, number, advice) = (&entry.intent, &entry.number, alarm.advice());
            let reason = visible(entry.reason.as_deref().unwrap_or_default());
            alarms.push(format!("{intent} ({number}): {reason}; {advice}"));
        }
        Ok(())
    })
    .await?;
    let mut table = sums(lang);
    for state in State::ALL {
        let (count, amount) = states.get(&state).copied().unwrap_or_default();
        table.add_row([
            name(state, lang).to_owned(),
            count.to_string(),
            amount.to_yuan(),
        ]);
    }
    let mut text = table.to_string();
    if !alarms.is_empty() {
        let needed = lang.pick("\n\nA person has to look at these:", "\n\n需要人工处理：");
        // Writing to a string can't fail.
        let _ = text.write_str(needed);
        let _ = some(&mut text, lang, alarms.into_iter());
    }
    writeln!(stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}

/// Every entry of a journal, in the order of their numbers.
pub(super) async fn each(
    journal: &impl Journal,
    mut does: impl FnMut(Entry) -> Result<(), Fail>,
) -> Result<(), Fail> {
    let mut after = None;
    loop {
        let page = journal
            .page(after.as_ref(), PAGE)
            .await
            .map_err(unreadable)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.number.clone());
        page.into_iter().try_for_each(&mut does)?;
    }
}

fn name(state: State, lang: Lang) -> &'static str {
    match state {
        State::Prepared => lang.pick("not sent", "未发起"),
        State::Sending => lang.pick("being sent", "发送中"),
        State::Unknown => lang.pick("unknown", "未知"),
        State::Paid => lang.pick("paid", "已付"),
        State::Rejected => lang.pick("rejected", "被拒"),
        State::Failed => lang.pick("failed", "失败"),
    }
}

const PAGE: usize = 500;

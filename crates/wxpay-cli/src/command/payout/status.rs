use std::collections::HashMap;
use std::io::Write;
use std::process::ExitCode;

use comfy_table::presets;
use serde_json::{Map, Value, json};
use wxpay_api::core::Fen;
use wxpay_payout::{Alarm, Entry, Journal, Moment, State, WaitsFor};

use super::engine::SANDBOX;
use super::opened::OpenJournal;
use super::report::{MAX_LINES, MOST_FEN, more, some, sums, waits_for};
use super::{JournalArgs, json, unreadable};
use crate::chinese::payout_text;
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;
use crate::table;
use crate::visible::visible;

/// Whose standing.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    journal: JournalArgs,
    /// Tell it as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let journal = arguments.journal.read()?;
    let mut states: HashMap<State, (usize, Fen)> = HashMap::new();
    let mut alarmed = Vec::new();
    let mut waiting = Vec::new();
    each(&journal, |entry| {
        let (count, amount) = states.entry(entry.state).or_default();
        *count += 1;
        *amount = amount.checked_add(entry.amount).unwrap_or(MOST_FEN);
        if is_for_a_person(&entry) {
            alarmed.push(entry);
        } else if entry.state == State::Waiting {
            waiting.push(entry);
        }
        Ok(())
    })
    .await?;
    let of = |state| states.get(&state).copied().unwrap_or_default();
    if arguments.json {
        json::print(&as_json(&journal, of, &alarmed, &waiting))?;
        return Ok(ExitCode::SUCCESS);
    }
    let owner = journal.owner();
    let (merchant, host) = (owner.merchant(), owner.host().unwrap_or("?"));
    let mut text = if merchant == SANDBOX {
        lang.pick(
            "Payouts of a trial in a sandbox; no real money moved\n",
            "沙箱试运行的付款，没有真实资金变动\n",
        )
        .to_owned()
    } else {
        lang.pick(
            format!("Payouts of merchant {merchant}, made at {host}\n"),
            format!("商户 {merchant} 在 {host} 的付款\n"),
        )
    };
    let mut table = sums(lang);
    for state in State::ALL {
        let (count, amount) = of(state);
        table.add_row([
            name(state, lang).to_owned(),
            count.to_string(),
            amount.to_yuan(),
        ]);
    }
    text.push_str(&table.to_string());
    if !alarmed.is_empty() {
        text.push_str(lang.pick("\n\nA person has to look at these:", "\n\n需要人工处理："));
        let lines = alarmed.iter().map(|entry| {
            let (intent, number) = (&entry.intent, &entry.number);
            let reason = visible(entry.reason.as_deref().unwrap_or_default());
            let alarm = entry.alarm.as_ref();
            lang.pick(
                format!(
                    "{intent} ({number}): {reason}; {}",
                    alarm.map_or("", Alarm::advice)
                ),
                format!(
                    "{intent}（{number}）：{}；{}",
                    payout_text(&reason),
                    alarm.map_or("", Alarm::advice_zh)
                ),
            )
        });
        // Writing to a string can't fail.
        let _ = some(&mut text, lang, lines);
    }
    if !waiting.is_empty() {
        text.push_str(lang.pick("\n\nThese wait:\n", "\n\n等待中：\n"));
        text.push_str(&waits(&waiting, lang));
    }
    writeln!(stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}

/// Whom each of them waits for, since when, and whether there is what the user's front end needs.
fn waits(entries: &[Entry], lang: Lang) -> String {
    let mut table = table::new(presets::NOTHING);
    table.set_header(lang.pick(
        [
            "intent",
            "number",
            "yuan",
            "waits for",
            "sent",
            "next query",
            "package_info",
        ],
        [
            "intent",
            "单号",
            "金额（元）",
            "等待",
            "发送时间",
            "下次查询",
            "package_info",
        ],
    ));
    let moment =
        |moment: Option<Moment>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    for entry in entries.iter().take(MAX_LINES) {
        let who = waits_for(entry.waits_for.unwrap_or(WaitsFor::WeChatPay), lang);
        let cancelling = lang.pick("cancelled (撤销)", "撤销完成");
        let who = if entry.cancel_asked_at.is_some() {
            lang.pick("to be ", "等待").to_owned() + cancelling
        } else {
            who.to_owned()
        };
        let package = if entry.package.is_some() {
            lang.pick("there", "有")
        } else {
            ""
        };
        table.add_row([
            entry.intent.to_string(),
            entry.number.to_string(),
            entry.amount.to_yuan(),
            who,
            moment(entry.first_sent_at),
            moment(Some(entry.next_at)),
            package.to_owned(),
        ]);
    }
    table::keep_first(&mut table);
    let mut text = table.to_string();
    if entries.len() > MAX_LINES {
        text.push('\n');
        text.push_str(&more(entries.len() - MAX_LINES, lang));
    }
    if entries.iter().any(|entry| entry.package.is_some()) {
        text.push_str(lang.pick(
            "\n--json and wxpay payout export have each package_info, for the front end of that user alone.",
            "\n每笔的 package_info 见 --json 或 wxpay payout export，只应交给该用户的前端。",
        ));
    }
    text
}

/// A settled payout needs nobody, unless it was paid after it had been booked as not paid.
fn is_for_a_person(entry: &Entry) -> bool {
    match entry.alarm {
        Some(Alarm::PaidLate) => true,
        Some(_) => !entry.state.is_settled(),
        None => false,
    }
}

fn as_json(
    journal: &OpenJournal,
    of: impl Fn(State) -> (usize, Fen),
    alarmed: &[Entry],
    waiting: &[Entry],
) -> Value {
    let states: Map<String, Value> = State::ALL
        .into_iter()
        .map(|state| {
            let (count, amount) = of(state);
            let sums = json!({ "count": count, "amount_fen": amount.get() });
            (state.as_str().to_owned(), sums)
        })
        .collect();
    json!({
        "merchant": journal.owner().merchant(),
        "host": journal.owner().host(),
        "states": states,
        "waiting": waiting.iter().map(json::entry).collect::<Vec<_>>(),
        "alarms": alarmed.iter().map(json::entry).collect::<Vec<_>>(),
    })
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
        State::Waiting => lang.pick("waiting", "待处理"),
        State::Paid => lang.pick("paid", "已付"),
        State::Rejected => lang.pick("rejected", "被拒"),
        State::Failed => lang.pick("failed", "失败"),
    }
}

const PAGE: usize = 500;

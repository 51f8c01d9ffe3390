//! What the payout library says, in Chinese.

use std::error::Error;
use std::sync::LazyLock;

use wxpay_api::core;
use wxpay_payout::{
    Alarm, AttestError, BackupError, CancelError, JournalError, NotSent, NotSentCause, OpenError,
    PrepareError,
};

use super::sentences::Sentences;

/// What an error of the payout library says. Nothing if it is not one.
pub(super) fn of(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<PrepareError>() {
        return Some(prepare(error));
    }
    if let Some(error) = error.downcast_ref::<NotSentCause>() {
        return Some(not_sent(error));
    }
    if let Some(error) = error.downcast_ref::<AttestError>() {
        return Some(payout_text(&error.to_string()));
    }
    if let Some(error) = error.downcast_ref::<CancelError>() {
        return Some(match error {
            CancelError::NotSent(error) => format!("撤销请求没有发出：{}", call(error)),
            error => payout_text(&error.to_string()),
        });
    }
    if let Some(error) = error.downcast_ref::<OpenError>() {
        return Some(open(error));
    }
    if let Some(error) = error.downcast_ref::<BackupError>() {
        return Some(backup(error));
    }
    let is_known =
        error.is::<JournalError>() || error.is::<NotSent>() || error.is::<wxpay_payout::DayFull>();
    is_known.then(|| payout_text(&error.to_string()))
}

/// What the payout library has written into a journal, a report or an event, in Chinese.
///
/// The words of WeChat Pay and of persons stay as they are, and so does what is not known here.
pub(crate) fn payout_text(english: &str) -> String {
    let advised = |alarm: &&Alarm| alarm.advice() == english;
    match Alarm::ALL.iter().find(advised) {
        Some(alarm) => alarm.advice_zh().to_owned(),
        None => SENTENCES.translate(english),
    }
}

fn prepare(error: &PrepareError) -> String {
    match error {
        PrepareError::Invalid(invalid) => format!("{}：{}", invalid.field(), invalid.rule_zh()),
        PrepareError::Compose(error) => call(error),
        error => payout_text(&error.to_string()),
    }
}

fn not_sent(cause: &NotSentCause) -> String {
    match cause {
        NotSentCause::Call(error) => call(error),
        cause => payout_text(&cause.to_string()),
    }
}

fn call(error: &core::Error) -> String {
    let kind = super::of_kind(error.kind());
    let kind = kind.unwrap_or_else(|| payout_text(&error.kind().to_string()));
    format!("{}：{kind}", error.endpoint())
}

fn open(error: &OpenError) -> String {
    let (path, kind) = (
        error.path().display(),
        payout_text(&error.kind().to_string()),
    );
    format!("无法打开付款日志 {path}：{kind}")
}

fn backup(error: &BackupError) -> String {
    match error {
        BackupError::Write { path, error, .. } => {
            let why = super::of(error).unwrap_or_else(|| payout_text(&error.to_string()));
            format!("无法写入备份 {}：{why}", path.display())
        }
        BackupError::Check(error) => {
            format!("复制得到的不是完整的付款日志，已将其删除：{}", open(error))
        }
        error => payout_text(&error.to_string()),
    }
}

static SENTENCES: LazyLock<Sentences> =
    LazyLock::new(|| Sentences::read(&TABLES).unwrap_or_default());

const TABLES: [&str; 3] = [
    include_str!("payout.zh.toml"),
    include_str!("calls.zh.toml"),
    include_str!("system.zh.toml"),
];

#[cfg(test)]
mod tests;

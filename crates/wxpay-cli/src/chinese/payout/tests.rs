use wxpay_api::core::{Certainty, Class, Effect, InvalidInput, TransportError};
use wxpay_payout::{Limits, Moment, NotAttestable, NotStartedReason, OpenErrorKind, Refusal};

use super::*;

mod journals;
mod literals;
mod tables;

#[test]
fn sentences_are_put_into_chinese() {
    for (english, chinese) in [
        ("", ""),
        ("under way (处理中)", "处理中"),
        (
            "unknown: v2.wecom.pay_employee: no complete response; the request may have been sent",
            "结果未知：v2.wecom.pay_employee：没有收到完整的应答，请求可能已经发出",
        ),
        (
            "3 payouts in a row ended unclear, the last one so: v2.wecom.pay_employee: HTTP 502: not a response of APIv2",
            "连续 3 笔付款结果不明，最后一笔：v2.wecom.pay_employee：HTTP 502：不是 APIv2 的应答",
        ),
        (
            "not sent: v2.wecom.pay_employee: the request was not sent: error sending request: client error (Connect): tcp \
             connect error: Connection refused (os error 111)",
            "未发送：v2.wecom.pay_employee：请求没有发出：发送请求时出错：连接失败：TCP 连接失败：连接被拒绝（os error 111）",
        ),
        (
            "rejected: NAME_MISMATCH: 收款人姓名校验出错",
            "被拒：NAME_MISMATCH: 收款人姓名校验出错",
        ),
        (
            "WeChat Pay does not know it so far (NOT_FOUND); it was refused with SYSTEMERROR: under way",
            "微信支付目前查无此单（NOT_FOUND）；此前被拒绝：SYSTEMERROR: under way",
        ),
        (
            "WeChat Pay paid 100 fen under this number, not 200",
            "微信支付在该单号下付了 100 分，而不是 200 分",
        ),
        (
            "the run ended early: NOTENOUGH: balance is missing",
            "本次运行提前结束：NOTENOUGH: balance is missing",
        ),
        (
            "attested by Wang Wei: bill of 2026-11-25: not in it",
            "由 Wang Wei 人工确认失败，依据：bill of 2026-11-25: not in it",
        ),
        (
            "the payee's amount of the day is used up; it resets at 2026-11-27T00:00:30+08:00",
            "该收款人的单日限额已用完，2026-11-27T00:00:30+08:00 起恢复",
        ),
        (
            "WeChat Pay was not reached: the query before the send failed: v2.wecom.query_employee_payment: not verified: the \
             signature does not match",
            "未能连通微信支付：发送前的查询没有结果：v2.wecom.query_employee_payment：未通过验证：签名不匹配",
        ),
        (
            "not sent now, and may have been sent before: the journal's storage failed: the disk is full (database or disk is \
             full: Error code 13: Insertion failed because database is full)",
            "本次没有发送，但此前可能已经发送：付款日志读写失败：磁盘空间不足（database or disk is full: Error code 13: Insertion \
             failed because database is full）",
        ),
        ("amount: must be at least 100 fen", "amount：至少 100 分"),
        (
            "v2.wecom.pay_employee: desc: must have at most 81 characters, has 90",
            "v2.wecom.pay_employee：desc：最多 81 个字符，现有 90 个",
        ),
        ("payment_no: missing", "payment_no：缺失"),
        ("HTTP 502: no error text", "HTTP 502：没有错误说明"),
        (
            "the query before the send was refused: SYSTEMERROR: no error text",
            "发送前的查询被拒绝：SYSTEMERROR：没有错误说明",
        ),
        (
            "HTTP 200: not a message of APIv2: <a> occurs twice",
            "HTTP 200：不是 APIv2 报文：<a> 重复出现",
        ),
        (
            "HTTP 200: SIGNERROR: 签名错误",
            "HTTP 200：SIGNERROR: 签名错误",
        ),
        (
            "words that nobody knows: under way",
            "words that nobody knows: under way",
        ),
        ("the printer is missing", "the printer is missing"),
    ] {
        assert_eq!(payout_text(english), chinese, "{english}");
    }
}

#[test]
fn reasons_of_what_was_not_started_are_chinese() {
    let moment = Moment::from_millis(0);
    let full = Limits::default()
        .check_day(
            moment.day(),
            Default::default(),
            Default::default(),
            core::Fen::new(20_001),
        )
        .unwrap_err();
    for reason in [
        NotStartedReason::Stopped,
        NotStartedReason::Unreached("under way".to_owned()),
        NotStartedReason::NotBefore(moment),
        NotStartedReason::OnlyFollowed,
        NotStartedReason::Full(full),
        NotStartedReason::Refused("amount: must be at most 20000 fen".to_owned()),
        NotStartedReason::Conflict("amount: must be at most 20000 fen".to_owned()),
        NotStartedReason::Unread("the disk is full".to_owned()),
        NotStartedReason::Halted("stopped before".to_owned()),
    ] {
        let chinese = payout_text(&reason.to_string());
        assert_eq!(english_words(&chinese), "", "{chinese}");
    }
}

#[test]
fn errors_are_told_in_chinese() {
    let refusal = Refusal::new("CA_ERROR", Class::new(Certainty::Definite), "证书错误");
    let unsent = || TransportError::not_sent("refused");
    let call = || core::Error::new("v2.wecom.pay_employee", Effect::Write, unsent());
    let cases: Vec<(Box<dyn Error>, &str)> = vec![
        (
            Box::new(PrepareError::OtherPayment("a".parse().unwrap())),
            "冲突：付款日志中已有 a，但付款内容不同",
        ),
        (
            Box::new(PrepareError::Invalid(InvalidInput::new(
                "amount", "x", "太多",
            ))),
            "amount：太多",
        ),
        (
            Box::new(PrepareError::Compose(call())),
            "v2.wecom.pay_employee：请求没有发出",
        ),
        (
            Box::new(PrepareError::Journal(JournalError::Conflict)),
            "该记录刚刚被其他进程修改",
        ),
        (
            Box::new(JournalError::storage("the disk is full")),
            "付款日志读写失败：磁盘空间不足",
        ),
        (
            Box::new(AttestError::NotNow(NotAttestable::NotUnknown)),
            "该笔付款并非结果未知",
        ),
        (
            Box::new(AttestError::NotNow(NotAttestable::Held(
                Moment::from_millis(0),
            ))),
            "另一个进程正在处理它，最迟到 1970-01-01T08:00:00+08:00",
        ),
        (
            Box::new(AttestError::NotNow(NotAttestable::NeverNotFound)),
            "最后一次发送之后，微信支付还没有答复过 NOT_FOUND",
        ),
        (
            Box::new(AttestError::NotNow(NotAttestable::TooEarly(
                Moment::from_millis(0),
            ))),
            "距最后一次发送的时间还不够",
        ),
        (
            Box::new(AttestError::NotConfirmed("under way (处理中)".to_owned())),
            "已再次向微信支付查询，答复并不是 NOT_FOUND：处理中",
        ),
        (
            Box::new(NotSentCause::Call(call())),
            "v2.wecom.pay_employee：请求没有发出",
        ),
        (
            Box::new(NotSentCause::Refused(refusal)),
            "发送前的查询被拒绝：CA_ERROR: 证书错误",
        ),
        (
            Box::new(NotSentCause::Unclear(
                "the query before the send failed: x".to_owned(),
            )),
            "发送前的查询没有结果：x",
        ),
        (
            Box::new(BackupError::Exists("a.db".into())),
            "a.db 已经存在，备份不会覆盖它",
        ),
        (
            Box::new(BackupError::Copy("the disk is full".to_owned())),
            "无法复制付款日志：磁盘空间不足",
        ),
    ];
    for (error, chinese) in cases {
        let said = super::super::of(error.as_ref()).unwrap();
        assert!(said.starts_with(chinese), "{error}: {said}");
        assert_eq!(english_words(&said), "", "{said}");
    }
}

/// Words of the server that look like many sentences at once do not take long.
#[test]
fn long_texts_are_done_with() {
    for piece in [
        "x) (",
        "unknown: ",
        "a: ",
        "; it was refused with ",
        "HTTP 1: ",
    ] {
        let text = piece.repeat(4096 / piece.len());
        assert!(!payout_text(&text).is_empty());
    }
}

/// Words of small letters that are left in a text, apart from names of things.
fn english_words(text: &str) -> String {
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase());
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric() && !"_./-".contains(c))
        .filter(is_word)
        .filter(|word| !NAMES.contains(word));
    words.collect::<Vec<_>>().join(" ")
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

const NAMES: [&str; 16] = [
    "amount",
    "intent",
    "wxpay",
    "payout",
    "backup",
    "uid",
    "chmod",
    "chown",
    "os",
    "error",
    "virtiofs",
    "sqlite3",
    "entries",
    "synchronous",
    "owner",
    "unsaved",
];

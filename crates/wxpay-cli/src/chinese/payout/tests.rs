use std::collections::BTreeSet;

use wxpay_api::core::{Certainty, Class, Effect, InvalidInput, TransportError};
use wxpay_payout::{Limits, Moment, NotAttestable, NotStartedReason, OpenErrorKind, Refusal};

use super::*;

mod literals;

use literals::{literals, read, sources, without_names};

#[test]
fn every_sentence_of_the_payout_library_is_known() {
    let known = english_of(&TABLES);
    let mut missing = Vec::new();
    for (file, literal) in sources("../wxpay-payout/src") {
        let is_advice = Alarm::ALL.iter().any(|alarm| alarm.advice() == literal);
        if !is_advice && !known.contains(&literal) && !NOT_SHOWN.contains(&&*literal) {
            missing.push(format!("{file}: {literal:?}"));
        }
    }
    assert!(
        missing.is_empty(),
        "write in Chinese:\n{}",
        missing.join("\n")
    );
}

/// A sentence that was reworded in the library stands in the table in vain.
#[test]
fn every_sentence_of_the_table_is_one_of_the_payout_library() {
    let said: BTreeSet<String> = sources("../wxpay-payout/src")
        .into_iter()
        .map(|(_, literal)| literal)
        .collect();
    let table = english_of(&[include_str!("../payout.zh.toml")]);
    let pattern_of_two = "{} ({})".to_owned();
    let gone: Vec<_> = table
        .iter()
        .filter(|english| !said.contains(*english) && **english != pattern_of_two)
        .collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn what_calls_say_is_known() {
    for file in [
        "../wxpay-core/src/kind.rs",
        "../wxpay-core/src/params.rs",
        "../wxpay-core/src/xml.rs",
        "../wxpay-api/src/text.rs",
        "../wxpay-api/src/v2/form.rs",
        "../wxpay-api/src/v2/reply.rs",
        "../wxpay-transport/src/deadline.rs",
        "../wxpay-transport/src/reqwest_transport.rs",
        "../wxpay-transport/src/target.rs",
    ] {
        for literal in literals(&read(file)) {
            let example = literal.replace("{}", "bytes");
            let is_known = SENTENCES.known(&example).is_some();
            assert!(
                is_known || NOT_SHOWN.contains(&&*literal),
                "{file}: {literal:?}"
            );
        }
    }
}

#[test]
fn every_line_of_the_tables_is_chinese() {
    for table in TABLES {
        for (english, chinese) in table.parse::<toml::Table>().unwrap() {
            let chinese = chinese.as_str().unwrap();
            let places = without_names(&english).matches("{}").count();
            let filled = (1..=places).all(|place| chinese.contains(&format!("{{{place}}}")));
            assert!(filled, "{english}: {chinese}");
            let has_words = chinese.contains(is_chinese);
            assert!(has_words || FRAMES.contains(&&*english), "{chinese}");
        }
    }
}

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
            "3 payouts in a row ended unclear, the last one so: v2.wecom.pay_employee: HTTP 502: not a reply of APIv2",
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
            "the payee's amount of the day is used up; it opens again at 2026-11-27T00:00:30+08:00",
            "该收款人的单日限额已用完，2026-11-27T00:00:30+08:00 起恢复",
        ),
        (
            "WeChat Pay was not reached: the query before the send failed: v2.wecom.query_employee_payment: not verified: the \
             signature does not fit",
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
        NotStartedReason::Unread("the disk is full".to_owned()),
        NotStartedReason::Halted("stopped before".to_owned()),
    ] {
        let chinese = payout_text(&reason.to_string());
        assert_eq!(english_words(&chinese), "", "{chinese}");
    }
}

#[test]
fn a_journal_that_is_not_opened_is_told_in_chinese() {
    for kind in open_error_kinds() {
        let chinese = payout_text(&kind.to_string());
        assert!(chinese.contains(is_chinese), "{kind}");
        assert_eq!(english_words(&chinese), "", "{chinese}");
    }
}

#[test]
fn a_locked_journal_names_its_process() {
    assert_eq!(
        payout_text(
            "the journal's storage failed: another process has held it for 10 s: process 7 (vim), which is stopped. It is not \
             damaged: leave it where it is. Let that process go on or end it, and try again"
        ),
        "付款日志读写失败：另一个进程占用它已有 10 秒：进程 7（vim），该进程已被暂停。文件没有损坏，请勿移动。请让该进程继续运行或结束它，\
         然后重试"
    );
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

#[test]
fn a_journal_that_is_missing_is_told_with_its_path() {
    let owner = wxpay_payout::JournalOwner::new("1900000109", "api.mch.weixin.qq.com");
    let error = wxpay_payout::SqliteJournal::open("no/such/payouts.db", &owner).unwrap_err();
    let said = super::super::of(&error).unwrap();
    assert!(
        said.starts_with("无法打开付款日志 no/such/payouts.db：文件不存在"),
        "{said}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_that_is_not_written_is_told_in_chinese() {
    let folder = tempfile::tempdir().unwrap();
    let owner = wxpay_payout::JournalOwner::new("1900000109", "api.mch.weixin.qq.com");
    let path = folder.path().join("payouts.db");
    let journal = wxpay_payout::SqliteJournal::create(&path, &owner).unwrap();
    let nowhere = folder.path().join("nowhere/backup.db");
    let error = journal.backup(&nowhere).await.unwrap_err();
    let said = super::super::of(&error).unwrap();
    assert!(
        said.contains("：文件或目录不存在（os error 2）："),
        "{said}"
    );
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

fn open_error_kinds() -> Vec<OpenErrorKind> {
    use OpenErrorKind as K;
    let host = |name: &str| name.to_owned();
    vec![
        K::Missing,
        K::Exists,
        K::LogLeft {
            log: "a-wal".into(),
        },
        K::NotAFile,
        K::Empty,
        K::NotSqlite,
        K::OtherProgram,
        K::LaterVersion { found: 3, known: 2 },
        K::NoOwner,
        K::OtherMerchant {
            found: host("1900000109"),
            wanted: host("1900000110"),
        },
        K::OtherHost {
            found: host("api.mch.weixin.qq.com"),
            wanted: host("127.0.0.1:1"),
        },
        K::Damaged { found: host("x") },
        K::Schema {
            lacks: host("table entries"),
        },
        K::LogMissing {
            log: "a-wal".into(),
        },
        K::RollbackLog {
            log: "a-journal".into(),
        },
        K::ForeignLog {
            log: "a-wal".into(),
            problem: host("it has 2 names (hard links)"),
        },
        K::OtherUser {
            found: 1,
            wanted: 2,
        },
        K::Mode { mode: 0o644 },
        K::Folder {
            folder: "/tmp".into(),
            mode: 0o777,
        },
        K::HardLinks { count: 2 },
        K::MountPoint,
        K::NetworkFileSystem {
            name: host("a network file system (NFS)"),
        },
        K::NotDurable,
        K::Busy {
            seconds: 10,
            holder: None,
        },
        K::Inaccessible {
            reason: host("its folder /a: Permission denied (os error 13)"),
        },
    ]
}

fn english_of(tables: &[&str]) -> BTreeSet<String> {
    let tables = tables
        .iter()
        .map(|table| table.parse::<toml::Table>().unwrap());
    tables
        .flatten()
        .map(|(english, _)| without_names(&english))
        .collect()
}

/// Words of small letters that are left in a text, apart from names of things.
fn english_words(text: &str) -> String {
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase());
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"_./-".contains(c));
    let words = words.filter(is_word).filter(|word| !NAMES.contains(word));
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

/// What has no words of its own, only places for those of others.
const FRAMES: [&str; 3] = ["{!} ({})", "HTTP {w}: {>}", "apiclient_cert.pem {>}"];

/// Literals that no person is shown as a sentence, or that Chinese keeps as they are.
const NOT_SHOWN: [&str; 6] = [
    "name, NULL, 0",
    "name, host, unsaved",
    "{} ms",
    "Message({} bytes)",
    "必须为原付款的 intent {}",
    "xml ",
];

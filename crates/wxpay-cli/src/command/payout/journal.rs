//! The journal that the arguments name: made on request only, opened for its merchant and host, or
//! read.

use std::io::{IsTerminal, Write, stderr, stdin};
use std::path::{Path, PathBuf};

use wxpay_payout::{IntentId, Journal as _, JournalOwner, OpenError, OpenErrorKind, SqliteJournal};

use super::attest::not_there;
use super::database::{self, Use};
use super::opened::OpenJournal;
use super::product::Kind;
use crate::fail::Fail;
use crate::lang::Lang;

/// The file that the payouts are written down in.
#[derive(clap::Args)]
pub(crate) struct JournalArgs {
    /// The journal: one SQLite file that must not be lost, and that one merchant's payouts share
    /// for ever; or a postgres:// URL
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
}

impl JournalArgs {
    pub(super) fn path(&self) -> &Path {
        &self.journal
    }

    /// For reading, any merchant's.
    pub(super) fn read(&self) -> Result<OpenJournal, Fail> {
        self.at(Use::Read, || SqliteJournal::read(&self.journal))
    }

    /// What the payout of an intent is made with.
    pub(super) async fn product_of(&self, intent: &IntentId) -> Result<Kind, Fail> {
        let entry = self
            .read()?
            .by_intent(intent)
            .await
            .map_err(unreadable)?
            .ok_or_else(|| not_there(intent))?;
        Kind::of_journal(&entry.product).ok_or_else(|| {
            let product = &entry.product;
            Fail::usage(
                format!(
                    "{intent} is a payout of the product {product}: use the program that makes them"
                ),
                format!("{intent} 是产品 {product} 的付款：请使用发起它的程序"),
            )
        })
    }

    /// For paying. It has to be there.
    pub(super) fn open(&self, owner: &JournalOwner) -> Result<OpenJournal, Fail> {
        let file = || SqliteJournal::open(&self.journal, owner);
        self.at(Use::Open(owner), file)
    }

    /// A new one. Nothing may be at its path.
    pub(super) fn create(&self, owner: &JournalOwner) -> Result<OpenJournal, Fail> {
        let file = || SqliteJournal::create(&self.journal, owner);
        self.at(Use::Create(owner), file)
    }

    /// The one that is there, or else a new one.
    pub(super) fn open_or_create(&self, owner: &JournalOwner) -> Result<OpenJournal, Fail> {
        if let Some(opened) = database::at(&self.journal, Use::OpenOrCreate(owner)) {
            return opened;
        }
        if self.journal.exists() {
            self.open(owner)
        } else {
            self.create(owner)
        }
    }

    fn at(
        &self,
        what: Use<'_>,
        file: impl FnOnce() -> Result<SqliteJournal, OpenError>,
    ) -> Result<OpenJournal, Fail> {
        database::at(&self.journal, what)
            .unwrap_or_else(|| file().map(OpenJournal::File).map_err(unusable))
    }

    /// For paying. `None` if there is none and a person at the terminal wants a new one.
    pub(super) fn open_or_ask(
        &self,
        owner: &JournalOwner,
        lang: Lang,
    ) -> Result<Option<OpenJournal>, Fail> {
        if let Some(opened) = database::at(&self.journal, Use::Open(owner)) {
            return opened.map(Some);
        }
        match SqliteJournal::open(&self.journal, owner) {
            Err(error) if *error.kind() == OpenErrorKind::Missing => {
                if self.is_wanted(lang)? {
                    return Ok(None);
                }
                Err(self.missing())
            }
            opened => opened.map(OpenJournal::File).map(Some).map_err(unusable),
        }
    }

    fn is_wanted(&self, lang: Lang) -> Result<bool, Fail> {
        if !stdin().is_terminal() || !stderr().is_terminal() {
            return Ok(false);
        }
        let shown = self.journal.display();
        let question = lang.pick(
            format!(
                "There is no journal {shown}. Make a new one? Only if these payouts were never begun with another journal [y/N] "
            ),
            format!("没有付款日志文件 {shown}。是否新建？仅当这些付款从未用其他日志发起过时才可新建 [y/N] "),
        );
        write!(stderr(), "{question}")?;
        stderr().flush()?;
        let mut answer = String::new();
        stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是"))
    }

    fn missing(&self) -> Fail {
        let shown = self.journal.display();
        Fail::usage(
            format!("there is no journal {shown}; nothing was paid"),
            format!("没有付款日志文件 {shown}；没有付款"),
        )
        .because_said(
            "check the path. If these payouts were never begun with another journal, add --new-journal. If the journal is \
             lost, restore a backup, or rebuild it with wxpay payout recover",
            "请检查路径。如果这些付款从未用其他日志发起过，请加上 --new-journal；如果日志已丢失，请恢复备份，\
             或用 wxpay payout recover 重建",
        )
    }
}

pub(super) fn unusable(error: OpenError) -> Fail {
    let shown = error.path().display();
    Fail::usage(
        format!("can't use the journal {shown}"),
        format!("无法使用付款日志文件 {shown}"),
    )
    .because(Cause(error))
}

/// Its cause without the path, which is said already.
#[derive(Debug)]
struct Cause(OpenError);

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.kind().fmt(f)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

/// The journal could not be read.
pub(super) fn unreadable(error: wxpay_payout::JournalError) -> Fail {
    Fail::new("the journal can't be read", "无法读取付款日志").because(error)
}

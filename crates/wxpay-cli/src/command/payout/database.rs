//! A journal in PostgreSQL, which `--journal` names with a URL. Its password is looked for as
//! PostgreSQL's own programs do, and never shown.

use std::path::Path;

use wxpay_payout::JournalOwner;

use super::opened::OpenJournal;
use crate::fail::Fail;

#[cfg(feature = "postgres")]
mod passfile;

/// What the journal is opened for.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code))] // no file is opened so
pub(super) enum Use<'a> {
    Read,
    Open(&'a JournalOwner),
    Create(&'a JournalOwner),
    OpenOrCreate(&'a JournalOwner),
}

/// The journal, if `--journal` is a URL of PostgreSQL and no file.
pub(super) fn at(journal: &Path, what: Use<'_>) -> Option<Result<OpenJournal, Fail>> {
    let url = journal.to_str().filter(|text| is_url(text))?;
    Some(connect(url, what))
}

/// Whether it is such a URL.
pub(super) fn is_url(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

#[cfg(not(feature = "postgres"))]
fn connect(_: &str, _: Use<'_>) -> Result<OpenJournal, Fail> {
    Err(Fail::usage(
        "this wxpay was built without PostgreSQL: install it with cargo install wxpay-cli --features postgres",
        "此 wxpay 未包含 PostgreSQL 支持：请用 cargo install wxpay-cli --features postgres 安装",
    ))
}

#[cfg(feature = "postgres")]
fn connect(url: &str, what: Use<'_>) -> Result<OpenJournal, Fail> {
    use crate::chinese::payout_text;
    use wxpay_payout::{PostgresError, PostgresErrorKind, PostgresJournal, PostgresServer};

    let unusable = |error: PostgresError| {
        let en = error.kind().to_string();
        let zh = payout_text(&en);
        Fail::usage(
            format!("can't use the journal in PostgreSQL: {en}"),
            format!("无法使用 PostgreSQL 中的付款日志：{zh}"),
        )
    };
    let mut server = PostgresServer::parse(url).map_err(unusable)?;
    if !server.has_password()
        && let Some(password) = passfile::password(&server)?
    {
        server = server.password(&password);
    }
    let opened = async {
        match what {
            Use::Read => PostgresJournal::read(&server).await,
            Use::Open(owner) => PostgresJournal::open(&server, owner).await,
            Use::Create(owner) => PostgresJournal::create(&server, owner).await,
            Use::OpenOrCreate(owner) => match PostgresJournal::open(&server, owner).await {
                Err(error) if matches!(error.kind(), PostgresErrorKind::Missing { .. }) => {
                    PostgresJournal::create(&server, owner).await
                }
                opened => opened,
            },
        }
    };
    // Opening a file takes no waiting either, so the commands do not know the difference.
    let opened = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(opened));
    let journal = opened.map_err(unusable)?;
    Ok(OpenJournal::Database(journal))
}

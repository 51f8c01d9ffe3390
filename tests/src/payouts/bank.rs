//! A sandbox with a folder, in which workers find what they need to pay there.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use wxpay_payout::{Journal, JournalOwner, OpenErrorKind, SqliteJournal};
use wxpay_sandbox::{Api, Fault, FaultRule, Sandbox};

/// A sandbox that lives in this process, and the folder of its workers.
#[derive(Debug)]
pub struct Bank {
    /// The sandbox.
    pub sandbox: Sandbox,
    folder: TempDir,
}

impl Bank {
    /// A sandbox without faults, and a folder in `parent`, or where the system keeps such folders.
    pub async fn open(parent: Option<&Path>) -> Self {
        Self::open_at(parent, (Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// The same at another address than a free port of 127.0.0.1.
    pub async fn open_at(parent: Option<&Path>, address: SocketAddr) -> Self {
        let sandbox = Sandbox::builder().listen(address).start().await.unwrap();
        let folder = match parent {
            Some(parent) => tempfile::tempdir_in(parent),
            None => tempfile::tempdir(),
        }
        .unwrap();
        let merchant = sandbox.merchant();
        let agentid = merchant.agentid.to_string();
        for (name, text) in [
            ("url", sandbox.base_url()),
            ("ca", sandbox.ca_pem()),
            ("mch_id", merchant.mch_id.as_str()),
            ("appid", merchant.appid.as_str()),
            ("agentid", &agentid),
            ("key", merchant.api_v2_key.expose()),
            ("workwx", merchant.workwx_secret.expose()),
            ("certificate", &merchant.client_cert_pem),
            ("private_key", merchant.client_key_pem.expose()),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self { sandbox, folder }
    }

    /// The folder, for a worker's argument.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The path of its journal.
    pub fn path(&self) -> PathBuf {
        journal_in(self.folder())
    }

    /// Lets its workers write into a journal in PostgreSQL, which is there already.
    #[cfg(feature = "postgres")]
    pub fn use_postgres(&self, url: &str) {
        fs::write(self.folder().join(POSTGRES), url).unwrap();
    }

    /// Its journal.
    pub fn journal(&self) -> SqliteJournal {
        journal_at(&self.path())
    }

    /// Makes a fifth of all payments and a fifth of all queries go wrong, each fault as likely as
    /// the others.
    pub fn trouble(&self) {
        let busy = ("SYSTEMERROR", "系统繁忙");
        let pays = [
            Fault::DropBeforeCommit,
            Fault::DropAfterCommit,
            Fault::TruncatedBody,
            Fault::Html502,
            Fault::EmptyBody,
            Fault::error_code(busy.0, busy.1),
            Fault::error_code_after_commit(busy.0, busy.1),
        ];
        let queries = [
            Fault::DropBeforeCommit,
            Fault::Html502,
            Fault::error_code(busy.0, busy.1),
            Fault::error_code("NOT_FOUND", "指定单号数据不存在"),
        ];
        self.rules(PAY_EMPLOYEE, &pays);
        self.rules(QUERY_EMPLOYEE_PAYMENT, &queries);
    }

    fn rules(&self, api: Api, faults: &[Fault]) {
        for (at, fault) in faults.iter().enumerate() {
            // A rule sees only what those before it have left.
            let part = 0.2 / faults.len() as f64;
            let chance = part / (1.0 - part * at as f64);
            let rule = FaultRule::new(api, fault.clone()).chance(chance);
            self.sandbox.add_fault_rule(rule).unwrap();
        }
    }
}

/// The journal of a folder.
pub(super) fn journal_in(folder: &Path) -> PathBuf {
    folder.join("payouts.journal")
}

/// The journal at a path, which whichever process comes first makes.
pub(super) fn journal_at(path: &Path) -> SqliteJournal {
    match SqliteJournal::create(path, &owner()) {
        Err(error) if *error.kind() == OpenErrorKind::Exists => {
            SqliteJournal::open(path, &owner()).unwrap()
        }
        made => made.unwrap(),
    }
}

/// The journal of a folder, in whichever database it is.
pub(super) async fn shared_journal(folder: &Path) -> Arc<dyn Journal> {
    #[cfg(feature = "postgres")]
    if let Ok(url) = fs::read_to_string(folder.join(POSTGRES)) {
        let server = wxpay_payout::PostgresServer::parse(&url).unwrap();
        let opened = wxpay_payout::PostgresJournal::open(&server, &owner()).await;
        return Arc::new(opened.unwrap());
    }
    Arc::new(journal_at(&journal_in(folder)))
}

/// Whose payouts these are.
pub fn owner() -> JournalOwner {
    JournalOwner::new("1900000109", "localhost")
}

/// The file with the address of a journal in PostgreSQL.
#[cfg(feature = "postgres")]
const POSTGRES: &str = "postgres";

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();

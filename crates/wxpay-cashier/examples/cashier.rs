//! A till that takes payments by scanned code (付款码支付): one customer pays at once, one is asked for
//! the password, one has too little money and pays with another card, and one order was left open
//! by a crash.
//!
//! `cargo run -p wxpay-cashier --features v2 --example cashier`

use std::error::Error;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use wxpay_api::sign::v2::Key;
use wxpay_api::transport::{ReqwestTransport, TokioTimer};
use wxpay_api::v2::pay::PayByPaymentCode;
use wxpay_api::v2::pay::pay_by_payment_code::PayByPaymentCodeOptions;
use wxpay_api::v2::{Client, Credentials, Merchant};
use wxpay_cashier::{
    Cashier, ChargeError, Outcome, Rules, SaleId, SaleStore, Snapshot, Step, StoreError, V2,
};
use wxpay_core::{Fen, OutTradeNo};
use wxpay_sandbox::Sandbox;

/// The shop's store: a folder with two lines for each sale, used by one program. A shop with a
/// database uses a table.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// One save at a time, so that nothing comes between the look at the revision and the write.
    saves: Mutex<()>,
}

impl Folder {
    fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            saves: Mutex::new(()),
        }
    }

    /// The file of a sale. A sale's name may hold a path, such as `../till`, so only names that
    /// can't are taken.
    fn file(&self, sale: &SaleId) -> Result<PathBuf, StoreError> {
        let name = sale.as_str();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !name.bytes().all(is_plain) {
            let rule = "a sale's name must have letters, digits, `-` and `_` only, to be a file's";
            return Err(StoreError::failed(rule));
        }
        Ok(self.path.join(name))
    }

    /// Revision, whether it is settled, and the text.
    fn read(&self, sale: &SaleId) -> Result<Option<(u64, bool, String)>, StoreError> {
        let text = match fs::read_to_string(self.file(sale)?) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::failed(error)),
        };
        let (head, text) = text.split_once('\n').unwrap_or_default();
        let (revision, state) = head.split_once(' ').unwrap_or_default();
        let revision = revision.parse().map_err(StoreError::failed)?;
        Ok(Some((revision, state == "settled", text.to_owned())))
    }

    /// Replaces the file in one step, and waits until it is on the disk.
    fn write(&self, snapshot: &Snapshot, to: &Path) -> std::io::Result<()> {
        let state = if snapshot.is_settled() {
            "settled"
        } else {
            "open"
        };
        let new = self.path.join(".new");
        let mut file = File::create(&new)?;
        write!(file, "{} {state}\n{}", snapshot.revision(), snapshot.text())?;
        file.sync_all()?;
        fs::rename(&new, to)?;
        File::open(&self.path)?.sync_all()
    }
}

#[async_trait]
impl SaleStore for Folder {
    async fn load(&self, sale: &SaleId) -> Result<Option<String>, StoreError> {
        Ok(self.read(sale)?.map(|(_, _, text)| text))
    }

    async fn save(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let _one = self.saves.lock().unwrap_or_else(PoisonError::into_inner);
        let file = self.file(snapshot.sale())?;
        let known = self.read(snapshot.sale())?;
        let known = known.map_or(0, |(revision, ..)| revision);
        if known + 1 != snapshot.revision() {
            return Err(StoreError::Conflict);
        }
        self.write(snapshot, &file).map_err(StoreError::failed)
    }

    async fn open(&self) -> Result<Vec<SaleId>, StoreError> {
        let mut open = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(StoreError::failed)? {
            let name = entry.map_err(StoreError::failed)?.file_name();
            // What is left of a write that was cut off is no sale.
            if let Some(Ok(sale)) = name.to_str().map(str::parse)
                && name != ".new"
                && let Some((_, false, _)) = self.read(&sale)?
            {
                open.push(sale);
            }
        }
        Ok(open)
    }
}

/// `asked` hears of each customer who is asked for the password.
#[allow(clippy::print_stdout)] // an example reports to its terminal
fn till(
    sandbox: &Sandbox,
    folder: &Path,
    asked: Arc<Notify>,
) -> Result<Cashier<V2>, Box<dyn Error>> {
    let account = sandbox.merchant();
    let merchant = Merchant::new(account.mch_id.clone(), account.appid.clone());
    let credentials = Credentials::new(Key::new(account.api_v2_key.clone())?);
    // The reversal needs the client certificate.
    let transport = ReqwestTransport::builder()
        .only_root_pem(sandbox.ca_pem().as_bytes())
        .identity_pem(
            account.client_cert_pem.as_bytes(),
            account.client_key_pem.expose().as_bytes(),
        )
        .build()?;
    let client = Client::builder(merchant, credentials, transport)
        .base_url(sandbox.base_url())
        .build()?;

    // Nobody wants to wait in an example. Leave the rules as they are for WeChat Pay.
    let mut rules = Rules::default();
    rules.first_query = Duration::from_millis(500);
    rules.query_every = Duration::from_millis(500);
    rules.wait = Duration::from_secs(60);
    rules.reverse_after = Duration::from_secs(1);
    rules.confirm = Duration::from_secs(1);
    let cashier = Cashier::builder(V2::new(client), Folder::new(folder), TokioTimer::new())
        .rules(rules)
        .on_progress(move |progress| {
            if progress.step == Step::CustomerPaying {
                asked.notify_waiters();
                println!("{}: please enter your password", progress.sale);
            }
        });
    Ok(cashier.build())
}

fn charge(number: &str, amount: Fen, code: &str) -> Result<PayByPaymentCode, Box<dyn Error>> {
    Ok(PayByPaymentCode {
        body: "coffee".to_owned(),
        out_trade_no: OutTradeNo::new(number)?,
        total_fee: amount,
        spbill_create_ip: Ipv4Addr::LOCALHOST.into(),
        auth_code: code.into(),
        options: PayByPaymentCodeOptions::default(),
    })
}

/// What the till shows. It follows an open order to its end.
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn finish(cashier: &Cashier<V2>, mut outcome: Outcome) -> Result<bool, Box<dyn Error>> {
    for _ in 0..3 {
        outcome = match outcome {
            Outcome::Paid(paid) => {
                let yuan = paid.payment().amount.to_yuan();
                println!("{}: {yuan} yuan are paid; hand out the goods", paid.sale());
                return Ok(true);
            }
            Outcome::NotPaid(not_paid) => {
                println!("{}: {}", not_paid.sale(), not_paid.advice().customer);
                return Ok(false);
            }
            Outcome::Refunded(refunded) => {
                println!("{}: {}", refunded.sale(), refunded.advice().shop);
                return Ok(false);
            }
            Outcome::Open(open) => {
                println!("{}: {}", open.sale(), open.advice().shop);
                cashier.run(open).await
            }
        };
    }
    Err("the order is still open".into())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let folder = tempfile::tempdir()?;
    let asked = Arc::new(Notify::new());
    let cashier = till(&sandbox, folder.path(), Arc::clone(&asked))?;

    // In the sandbox the first two digits of a code say what its user does.
    for (sale, code) in [("till-3-0001", AT_ONCE), ("till-3-0002", BY_PASSWORD)] {
        let sale: SaleId = sale.parse()?;
        let number = format!("{sale}-a");
        let outcome = cashier
            .charge(&sale, &charge(&number, Fen::new(1_800), code)?)
            .await?;
        assert!(finish(&cashier, outcome).await?);
    }

    // Too little money: another number, once the first is proven not paid.
    let sale: SaleId = "till-3-0003".parse()?;
    let first = charge("till-3-0003-a", Fen::new(1_800), TOO_LITTLE)?;
    let outcome = cashier.charge(&sale, &first).await?;
    assert!(!finish(&cashier, outcome).await?);
    let second = charge("till-3-0003-b", Fen::new(1_800), ANOTHER_CARD)?;
    let outcome = cashier.charge(&sale, &second).await?;
    assert!(finish(&cashier, outcome).await?);

    // The program dies while the customer looks for the password.
    let sale: SaleId = "till-3-0004".parse()?;
    let request = charge("till-3-0004-a", Fen::new(1_800), BY_PASSWORD_TOO)?;
    tokio::select! {
        () = asked.notified() => {}
        _ = cashier.charge(&sale, &request) => return Err("the customer is not that fast".into()),
    }
    drop(cashier);

    // When it starts again, it follows what it finds in its store.
    let cashier = till(&sandbox, folder.path(), asked)?;
    let unsettled = cashier.resume().await?;
    assert_eq!((unsettled.open.len(), unsettled.unreadable.len()), (1, 0));
    for open in unsettled.open {
        let outcome = cashier.run(open).await;
        assert!(finish(&cashier, outcome).await?);
    }
    assert!(cashier.resume().await?.open.is_empty());

    // The code of another customer's payment is scanned once more. The sale is free again at once.
    let sale: SaleId = "till-3-0005".parse()?;
    let used = charge("till-3-0005-a", Fen::new(1_800), AT_ONCE)?;
    let outcome = cashier.charge(&sale, &used).await?;
    assert!(matches!(outcome, Outcome::NotPaid(_)), "{outcome:?}");
    assert!(!finish(&cashier, outcome).await?);

    // A name that leads out of the folder is refused before anything is sent.
    let sale: SaleId = "../till-3-0006".parse()?;
    let request = charge("till-3-0006-a", Fen::new(1_800), ANOTHER_CUSTOMER)?;
    let error = cashier.charge(&sale, &request).await;
    assert!(matches!(error, Err(ChargeError::Store(_))), "{error:?}");
    assert!(!folder.path().join("../till-3-0006").exists());
    Ok(())
}

const AT_ONCE: &str = "100000000000000001";
const BY_PASSWORD: &str = "120000000000000002";
const TOO_LITTLE: &str = "140000000000000003";
const ANOTHER_CARD: &str = "100000000000000004";
const BY_PASSWORD_TOO: &str = "120000000000000005";
const ANOTHER_CUSTOMER: &str = "100000000000000006";

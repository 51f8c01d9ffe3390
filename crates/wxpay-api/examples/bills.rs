//! The trade bill (交易账单) of a day: applied for, streamed into a file, compared with its digest,
//! read, and its sums compared.
//!
//! `cargo run -p wxpay-api --features download,v3-bill --example bills`

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use wxpay_api::core::{Date, Timestamp};
use wxpay_api::sign::v3::{Certificate, PrivateKey, PublicKeys};
use wxpay_api::transport::{DownloadLimits, ReqwestTransport};
use wxpay_api::v3::bill::{ApplyTradeBill, types::TarType};
use wxpay_api::v3::{Client, Credentials};
use wxpay_api::{Fen, FileDigest};
use wxpay_bill::Bill;
use wxpay_sandbox::{Order, Sandbox};

/// Fetches the bill of a day. The file is whole and proven when this returns, and is not there
/// after an error.
async fn fetch(client: &Client, day: Date, path: &Path) -> Result<u64, Box<dyn Error>> {
    let mut request = ApplyTradeBill {
        bill_date: day,
        options: Default::default(),
    };
    request.options.tar_type = Some(TarType::Gzip);
    let told = client.send(&request).await?;
    let digest = FileDigest::new(&told.hash_type, &told.hash_value)?;
    let limits = DownloadLimits::DEFAULT;
    let file = client.download(&told.download_url, digest, limits).await?;
    let part = path.with_extension("part");
    let written = file.write_to(&mut File::create(&part)?, |_| {}).await;
    match written {
        Ok(bytes) => {
            std::fs::rename(&part, path)?;
            Ok(bytes)
        }
        Err(error) => {
            std::fs::remove_file(&part)?;
            Err(error.into())
        }
    }
}

/// What was paid, in fen. The sums of the bill agree with its rows when this returns.
fn paid(path: &Path) -> Result<i64, Box<dyn Error>> {
    let mut fen = 0;
    if let Bill::Trade(bill) = Bill::open(BufReader::new(File::open(path)?))? {
        for row in bill {
            let row = row?;
            if !row.is_refund() {
                fen += row.amount().get();
            }
        }
    }
    Ok(fen)
}

fn client(sandbox: &Sandbox) -> Result<Client, Box<dyn Error>> {
    let account = sandbox.merchant();
    let certificate = Certificate::first_from_pem(&account.client_cert_pem)?;
    let key = PrivateKey::from_pem(account.client_key_pem.expose(), certificate.serial_no())?;
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)?;
    let root = sandbox.ca_pem().as_bytes();
    let transport = ReqwestTransport::builder().only_root_pem(root).build()?;
    let credentials = Credentials::new(key, platform);
    let client = Client::builder(account.mch_id.clone(), credentials, transport);
    Ok(client.base_url(sandbox.base_url()).build()?)
}

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let two_days_ago = Timestamp::from_unix(Timestamp::now().unix() - 2 * 24 * 3600);
    let two_days_ago = two_days_ago.ok_or("no such day")?;
    for (number, fen) in [("T20261125001", 10_099), ("T20261125002", 1)] {
        let mut order = Order::paid(number, fen);
        order.time_end = two_days_ago;
        sandbox.add_order(order);
    }

    let path = std::env::temp_dir().join(format!("wxpay-bill-{}.csv", std::process::id()));
    let bytes = fetch(&client(&sandbox)?, Date::in_china(two_days_ago), &path).await?;
    println!("{bytes} bytes, with the digest that WeChat Pay gave");
    let fen = paid(&path)?;
    std::fs::remove_file(&path)?;
    println!("{} yuan were paid", Fen::new(fen).to_yuan());
    if fen == 10_100 {
        Ok(())
    } else {
        Err("not what was paid".into())
    }
}

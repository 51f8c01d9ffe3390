//! The bill of each day (交易账单), fetched in the morning after it and reconciled with the book.

use std::error::Error;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use wxpay_api::core::{Date, TimeFormat};
use wxpay_api::transport::DownloadLimits;
use wxpay_api::v3::bill::{ApplyTradeBill, types::TarType};
use wxpay_api::{FileDigest, Timestamp};
use wxpay_bill::Bill;

use crate::book::days::dashed;
use crate::reconcile::{Reconciliation, reconcile};
use crate::shop::Shop;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Runs until the program ends.
pub(crate) async fn run(shop: Shop) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    // Bills can be asked for once a minute.
    let mut not_before = Timestamp::from_unix(0);
    loop {
        ticks.tick().await;
        let now = shop.clock.now();
        if not_before.is_some_and(|moment| now < moment) {
            continue;
        }
        match missing_day(&shop, now) {
            Ok(None) => {}
            Ok(Some(day)) => {
                if let Err(error) = reconcile_day(&shop, day).await {
                    eprintln!("the bill of {}: {error}", dashed(day));
                    not_before = Timestamp::from_unix(now.unix() + 60);
                }
            }
            Err(error) => eprintln!("{error}"),
        }
    }
}

/// The latest day that has a bill by now and was not reconciled: yesterday, or one on which the shop did not run.
fn missing_day(shop: &Shop, now: Timestamp) -> Result<Option<Date>> {
    // Bills are made from nine o'clock in China on, and are to be fetched after ten.
    let is_there = now.format(TimeFormat::DateTime).get(11..16) >= Some("10:30");
    let Some(first) = shop.book.first_day()? else {
        return Ok(None);
    };
    let mut day = Date::in_china(now).yesterday();
    if !is_there {
        day = day.and_then(Date::yesterday);
    }
    while let Some(candidate) = day
        && candidate >= first
    {
        if !shop.book.is_reconciled(candidate)? {
            return Ok(Some(candidate));
        }
        day = candidate.yesterday();
    }
    Ok(None)
}

/// Fetches the bill of a day, compares it with the book, and writes down what came of it.
pub(crate) async fn reconcile_day(shop: &Shop, day: Date) -> Result<()> {
    let of_day = shop.book.entries_of(day)?;
    let find = |kind, number: &str| Ok(shop.book.entry(kind, number)?);
    let came: Reconciliation = match fetch(shop, day).await? {
        None => reconcile(std::iter::empty(), of_day, find)?,
        Some(path) => match Bill::open(BufReader::new(File::open(&path)?))? {
            // The last item is an error if the bill's own sums do not agree with its rows.
            Bill::Trade(bill) => {
                let rows = bill.map(|row| {
                    row.map_err(|error| -> Box<dyn Error + Send + Sync> { error.into() })
                });
                reconcile(rows, of_day, find)?
            }
            Bill::Empty => reconcile(std::iter::empty(), of_day, find)?,
            _ => return Err("this is no trade bill".into()),
        },
    };
    shop.book.day_is_reconciled(day, &came)?;
    Ok(())
}

/// Fetches the bill of a day; none if nothing was traded on it. A file under its name is whole, and is the one that a signed
/// response named.
async fn fetch(shop: &Shop, day: Date) -> Result<Option<PathBuf>> {
    let mut request = ApplyTradeBill {
        bill_date: day,
        options: Default::default(),
    };
    request.options.tar_type = Some(TarType::Gzip);
    let told = match shop.client.send(&request).await {
        Ok(told) => told,
        Err(error)
            if error
                .business()
                .is_some_and(|said| said.code() == "NO_STATEMENT_EXIST") =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let digest = FileDigest::new(&told.hash_type, &told.hash_value)?;
    let limits = DownloadLimits::DEFAULT;
    let file = shop
        .client
        .download(&told.download_url, digest, limits)
        .await?;
    let path = shop.bills.join(format!("{}.csv", dashed(day)));
    write(file, &path).await?;
    Ok(Some(path))
}

async fn write(file: wxpay_api::File, path: &Path) -> Result<()> {
    let part = path.with_extension("part");
    let written = file.write_to(&mut File::create(&part)?, |_| {}).await;
    if let Err(error) = written {
        fs::remove_file(&part)?;
        return Err(error.into());
    }
    fs::rename(&part, path)?;
    Ok(())
}

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
    // A bill can be asked for once a minute.
    let mut not_before = shop.clock.now();
    loop {
        ticks.tick().await;
        let now = shop.clock.now();
        if now < not_before {
            continue;
        }
        let missing = missing_days(&shop, now).unwrap_or_else(|error| {
            eprintln!("{error}");
            Vec::new()
        });
        for day in missing {
            if let Err(error) = reconcile_day(&shop, day).await {
                eprintln!("the bill of {}: {error}", dashed(day));
                not_before = Timestamp::from_unix(now.unix() + 60).unwrap_or(now);
            }
        }
    }
}

/// The days that have a bill by now and were not reconciled: yesterday, and those on which the shop
/// did not run. Bills can be had for three months.
fn missing_days(shop: &Shop, now: Timestamp) -> Result<Vec<Date>> {
    let Some(first) = shop.book.first_day()? else {
        return Ok(Vec::new());
    };
    // Bills are made from nine o'clock in China on, and are to be fetched after ten.
    let is_there = now.format(TimeFormat::DateTime).get(11..16) >= Some("10:30");
    let mut day = Date::in_china(now).yesterday();
    if !is_there {
        day = day.and_then(Date::yesterday);
    }
    let days = std::iter::successors(day, |day| day.yesterday());
    let mut missing = Vec::new();
    for day in days.take(90).take_while(|day| *day >= first) {
        if !shop.book.is_reconciled(day)? {
            missing.push(day);
        }
    }
    Ok(missing)
}

/// Fetches the bill of a day, compares it with the book, and writes down what came of it.
pub(crate) async fn reconcile_day(shop: &Shop, day: Date) -> Result<()> {
    let file = fetch(shop, day).await?;
    // Reading takes a while, so the runtime is told to move its other tasks elsewhere.
    tokio::task::block_in_place(|| {
        let came = compare(shop, day, file.as_deref())?;
        Ok(shop.book.day_is_reconciled(day, &came)?)
    })
}

fn compare(shop: &Shop, day: Date, file: Option<&Path>) -> Result<Reconciliation> {
    let of_day = shop.book.entries_of(day)?;
    let find = |kind, number: &str| Ok(shop.book.entry(kind, number)?);
    let Some(file) = file else {
        return reconcile(std::iter::empty(), of_day, find);
    };
    match Bill::open(BufReader::new(File::open(file)?))? {
        // The last item is an error if the bill's own sums do not agree with its rows.
        Bill::Trade(bill) => reconcile(bill.map(|row| Ok(row?)), of_day, find),
        Bill::Empty => reconcile(std::iter::empty(), of_day, find),
        _ => Err("this is no trade bill".into()),
    }
}

/// Fetches the bill of a day; none if nothing was traded on it. A file under its name is whole, and
/// is the one that a signed response named.
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

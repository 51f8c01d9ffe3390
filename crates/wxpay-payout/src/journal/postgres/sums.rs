//! What is counted on the limits of a day. Who changes a sum has locked the merchant's sum of that
//! day.

use deadpool_postgres::Transaction;
use futures_util::future::try_join;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use wxpay_core::Fen;

use super::books::key;
use super::session::Trouble;
use crate::{Day, DayFull, DaySum, Entry, Limits};

/// Locks these days for a product, from the earliest on.
pub(super) async fn lock_days(
    tx: &Transaction<'_>,
    product: &str,
    days: impl IntoIterator<Item = Day> + Send,
) -> Result<(), Trouble> {
    let mut days: Vec<i64> = days.into_iter().map(Day::number).collect();
    days.sort_unstable();
    days.dedup();
    let merchant = key(product, MERCHANT);
    for day in days {
        let lock = tx.prepare_cached(LOCK).await?;
        if tx.query_opt(&lock, &[&day, &merchant]).await?.is_none() {
            make(tx, day, &merchant).await?;
            tx.query_one(&lock, &[&day, &merchant]).await?;
        }
    }
    Ok(())
}

/// Counts an entry on a day, if that has room for it. All who do so wait for each other from here
/// to the end of the transaction, so there are few steps.
pub(super) async fn reserve(
    tx: &Transaction<'_>,
    entry: &Entry,
    day: Day,
    limits: &Limits,
) -> Result<Result<(), DayFull>, Trouble> {
    let (merchant, payee) = (
        key(&entry.product, MERCHANT),
        key(&entry.product, &entry.payee),
    );
    let (lock, get, set) = (
        tx.prepare_cached(LOCK).await?,
        tx.prepare_cached(GET).await?,
        tx.prepare_cached(SET_BOTH).await?,
    );
    let number = day.number();
    let (all, one): ([&(dyn ToSql + Sync); 2], [&(dyn ToSql + Sync); 2]) =
        ([&number, &merchant], [&number, &payee]);
    let sums = loop {
        // One after the other on the server: the second is read when the first is locked.
        let found = try_join(tx.query_opt(&lock, &all), tx.query_opt(&get, &one));
        match found.await? {
            (Some(merchant), payee) => break (sum_of(Some(merchant))?, sum_of(payee)?),
            (None, _) => make(tx, number, &merchant).await?,
        }
    };
    let (of_merchant, of_payee) = sums;
    if let Err(full) = limits.check_day(day, of_payee, of_merchant, entry.amount) {
        return Ok(Err(full));
    }
    let (of_merchant, of_payee) = (of_merchant.with(entry.amount), of_payee.with(entry.amount));
    let (merchant_count, payee_count) = (i64::from(of_merchant.count), i64::from(of_payee.count));
    let values: [&(dyn ToSql + Sync); 7] = [
        &number,
        &merchant,
        &of_merchant.amount.get(),
        &merchant_count,
        &payee,
        &of_payee.amount.get(),
        &payee_count,
    ];
    tx.execute(&set, &values).await?;
    Ok(Ok(()))
}

async fn make(tx: &Transaction<'_>, day: i64, merchant: &str) -> Result<(), Trouble> {
    let make = tx.prepare_cached(MAKE).await?;
    tx.execute(&make, &[&day, &merchant]).await?;
    Ok(())
}

pub(super) async fn check_day(
    tx: &Transaction<'_>,
    entry: &Entry,
    day: Day,
    limits: &Limits,
) -> Result<Result<(), DayFull>, Trouble> {
    let payee = sum(tx, day, &key(&entry.product, &entry.payee)).await?;
    let merchant = sum(tx, day, &key(&entry.product, MERCHANT)).await?;
    Ok(limits.check_day(day, payee, merchant, entry.amount))
}

pub(super) async fn count(
    tx: &Transaction<'_>,
    entry: &Entry,
    day: Day,
    change: impl Fn(DaySum) -> DaySum + Send + Sync,
) -> Result<(), Trouble> {
    for payee in [entry.payee.as_str(), MERCHANT] {
        let payee = key(&entry.product, payee);
        let sum = change(sum(tx, day, &payee).await?);
        let set = tx.prepare_cached(SET).await?;
        let (amount, count) = (sum.amount.get(), i64::from(sum.count));
        tx.execute(&set, &[&day.number(), &payee, &amount, &count])
            .await?;
    }
    Ok(())
}

async fn sum(tx: &Transaction<'_>, day: Day, payee: &str) -> Result<DaySum, Trouble> {
    let get = tx.prepare_cached(GET).await?;
    sum_of(tx.query_opt(&get, &[&day.number(), &payee]).await?)
}

fn sum_of(row: Option<Row>) -> Result<DaySum, Trouble> {
    let Some(row) = row else {
        return Ok(DaySum::default());
    };
    Ok(DaySum {
        amount: Fen::new(row.try_get(0)?),
        count: u32::try_from(row.try_get::<_, i64>(1)?).unwrap_or(u32::MAX),
    })
}

/// No payee's digest is empty.
const MERCHANT: &str = "";

const LOCK: &str = "SELECT amount, count FROM days WHERE day = $1 AND payee = $2 FOR UPDATE";
const GET: &str = "SELECT amount, count FROM days WHERE day = $1 AND payee = $2";
const MAKE: &str =
    "INSERT INTO days (day, payee, amount, count) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING";
const SET: &str = "INSERT INTO days (day, payee, amount, count) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (day, payee) DO UPDATE SET amount = excluded.amount, count = excluded.count";
const SET_BOTH: &str = "INSERT INTO days (day, payee, amount, count) VALUES ($1, $2, $3, $4), ($1, $5, $6, $7) \
    ON CONFLICT (day, payee) DO UPDATE SET amount = excluded.amount, count = excluded.count";

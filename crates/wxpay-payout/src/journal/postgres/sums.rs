//! What is counted on the limits of a day. Who changes a sum has locked the merchant's sum of that day.

use deadpool_postgres::Transaction;
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
        let lock = tx
            .prepare_cached("SELECT FROM days WHERE day = $1 AND payee = $2 FOR UPDATE")
            .await?;
        if tx.query_opt(&lock, &[&day, &merchant]).await?.is_none() {
            let make = tx
                .prepare_cached(
                    "INSERT INTO days (day, payee, amount, count) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING",
                )
                .await?;
            tx.execute(&make, &[&day, &merchant]).await?;
            tx.query_one(&lock, &[&day, &merchant]).await?;
        }
    }
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
        let set = tx
            .prepare_cached(
                "INSERT INTO days (day, payee, amount, count) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (day, payee) DO UPDATE SET amount = $3, count = $4",
            )
            .await?;
        let (amount, count) = (sum.amount.get(), i64::from(sum.count));
        tx.execute(&set, &[&day.number(), &payee, &amount, &count])
            .await?;
    }
    Ok(())
}

async fn sum(tx: &Transaction<'_>, day: Day, payee: &str) -> Result<DaySum, Trouble> {
    let get = tx
        .prepare_cached("SELECT amount, count FROM days WHERE day = $1 AND payee = $2")
        .await?;
    let Some(row) = tx.query_opt(&get, &[&day.number(), &payee]).await? else {
        return Ok(DaySum::default());
    };
    Ok(DaySum {
        amount: Fen::new(row.try_get(0)?),
        count: u32::try_from(row.try_get::<_, i64>(1)?).unwrap_or(u32::MAX),
    })
}

/// No payee's digest is empty.
const MERCHANT: &str = "";

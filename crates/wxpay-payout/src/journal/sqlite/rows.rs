//! Entries as rows of a SQLite journal: written, found and read.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use wxpay_core::Fen;

use super::JournalError;
use crate::journal::words::{alarm_of, class_text, refusal_of, state_of, waits_for};
use crate::{Alarm, Day, Entry, IntentId, Lease, Message, Moment, Number, Package, WaitsFor};

pub(super) fn write(db: &Connection, entry: &Entry) -> Result<(), JournalError> {
    let refusal = entry.refusal.as_ref();
    let lease = entry.lease.as_ref();
    let class = refusal.map(|refusal| class_text(refusal.class));
    // Not OR REPLACE, which would also push out another entry of the same intent.
    db.prepare_cached("DELETE FROM entries WHERE number = ?1")
        .and_then(|mut delete| delete.execute([entry.number.as_str()]))
        .map_err(JournalError::storage)?;
    db.prepare_cached(
        "INSERT INTO entries VALUES (:number, :intent, :version, :state, :fingerprint, :payee, :amount, \
         :message, :counted, :sends, :doubt, :refusal_code, :refusal_class, :refusal_message, :queries, :not_found, \
         :not_found_at, :prepared_at, :first_sent_at, :last_sent_at, :next_at, :closed_at, :payment_no, :reason, :alarm, \
         :lease_holder, :lease_until, :replaced_by, :generation, :replaces, :resign, :attested, :product, :waits_for, \
         :package, :cancel_asked_at)",
    )
    .and_then(|mut set| {
        set.execute(named_params! {
            ":number": entry.number.as_str(),
            ":intent": entry.intent.as_str(),
            ":version": i64::try_from(entry.version).unwrap_or(i64::MAX),
            ":state": entry.state.as_str(),
            ":fingerprint": entry.fingerprint,
            ":payee": entry.payee,
            ":amount": entry.amount.get(),
            ":message": entry.message.as_ref().map(|message| message.bytes().to_vec()),
            ":counted": entry.counted.map(Day::number),
            ":sends": entry.sends,
            ":doubt": entry.doubt,
            ":refusal_code": refusal.map(|refusal| refusal.code.as_str()),
            ":refusal_class": class,
            ":refusal_message": refusal.map(|refusal| refusal.message.as_str()),
            ":queries": entry.queries,
            ":not_found": entry.not_found,
            ":not_found_at": entry.not_found_at.map(Moment::millis),
            ":prepared_at": entry.prepared_at.millis(),
            ":first_sent_at": entry.first_sent_at.map(Moment::millis),
            ":last_sent_at": entry.last_sent_at.map(Moment::millis),
            ":next_at": entry.next_at.millis(),
            ":closed_at": entry.closed_at.map(Moment::millis),
            ":payment_no": entry.payment_no,
            ":reason": entry.reason,
            ":alarm": entry.alarm.as_ref().map(Alarm::as_str),
            ":lease_holder": lease.map(|lease| lease.holder.as_str()),
            ":lease_until": lease.map(|lease| lease.until.millis()),
            ":replaced_by": entry.replaced_by.as_ref().map(Number::as_str),
            ":generation": entry.generation,
            ":replaces": entry.replaces.as_ref().map(Number::as_str),
            ":resign": entry.resign,
            ":attested": entry.attested,
            ":product": entry.product,
            ":waits_for": entry.waits_for.map(WaitsFor::as_str),
            ":package": entry.package.as_ref().map(Package::as_str),
            ":cancel_asked_at": entry.cancel_asked_at.map(Moment::millis),
        })
    })
    .map_err(JournalError::storage)?;
    Ok(())
}

pub(super) fn by_number(db: &Connection, number: &Number) -> Result<Option<Entry>, JournalError> {
    db.prepare_cached("SELECT * FROM entries WHERE number = ?1")
        .and_then(|mut get| get.query_row([number.as_str()], read).optional())
        .map_err(JournalError::storage)
}

pub(super) fn by_intent(db: &Connection, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
    db.prepare_cached("SELECT * FROM entries WHERE intent = ?1 AND replaced_by IS NULL")
        .and_then(|mut get| get.query_row([intent.as_str()], read).optional())
        .map_err(JournalError::storage)
}

pub(super) fn open(db: &Connection, most: usize) -> Result<Vec<Number>, JournalError> {
    let mut numbers = db
        .prepare_cached(
            "SELECT number FROM entries WHERE closed_at IS NULL ORDER BY next_at, number LIMIT ?1",
        )
        .map_err(JournalError::storage)?;
    let rows = numbers.query_map([limit(most)], |row| number(row, "number"));
    rows.and_then(Iterator::collect)
        .map_err(JournalError::storage)
}

pub(super) fn page(
    db: &Connection,
    after: Option<&Number>,
    most: usize,
) -> Result<Vec<Entry>, JournalError> {
    let mut entries = db
        .prepare_cached("SELECT * FROM entries WHERE number > ?1 ORDER BY number LIMIT ?2")
        .map_err(JournalError::storage)?;
    let after = after.map_or("", Number::as_str);
    let rows = entries.query_map((after, limit(most)), read);
    rows.and_then(Iterator::collect)
        .map_err(JournalError::storage)
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let moment =
        |name| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(name)?.map(Moment::from_millis));
    let text = |name| row.get::<_, Option<String>>(name);
    let intent: String = row.get("intent")?;
    let state: String = row.get("state")?;
    let (code, class) = (text("refusal_code")?, text("refusal_class")?);
    let refusal =
        refusal_of(code, class, text("refusal_message")?).ok_or_else(|| broken("refusal_class"))?;
    let alarm = match text("alarm")? {
        Some(alarm) => Some(alarm_of(&alarm).ok_or_else(|| broken("alarm"))?),
        None => None,
    };
    let lease = match (text("lease_holder")?, moment("lease_until")?) {
        (Some(holder), Some(until)) => Some(Lease { holder, until }),
        _ => None,
    };
    let waits_for = match text("waits_for")? {
        Some(who) => Some(waits_for(&who).ok_or_else(|| broken("waits_for"))?),
        None => None,
    };
    let other = |name| match text(name)? {
        Some(_) => number(row, name).map(Some),
        None => Ok(None),
    };
    let (replaces, replaced_by) = (other("replaces")?, other("replaced_by")?);
    Ok(Entry {
        intent: IntentId::new(intent).map_err(|_| broken("intent"))?,
        number: number(row, "number")?,
        version: u64::try_from(row.get::<_, i64>("version")?).map_err(|_| broken("version"))?,
        state: state_of(&state).ok_or_else(|| broken("state"))?,
        fingerprint: row.get("fingerprint")?,
        payee: row.get("payee")?,
        amount: Fen::new(row.get("amount")?),
        message: row.get::<_, Option<Vec<u8>>>("message")?.map(Message::new),
        counted: row.get::<_, Option<i64>>("counted")?.map(Day::from_number),
        sends: row.get("sends")?,
        doubt: row.get("doubt")?,
        refusal,
        queries: row.get("queries")?,
        not_found: row.get("not_found")?,
        not_found_at: moment("not_found_at")?,
        prepared_at: Moment::from_millis(row.get("prepared_at")?),
        first_sent_at: moment("first_sent_at")?,
        last_sent_at: moment("last_sent_at")?,
        next_at: Moment::from_millis(row.get("next_at")?),
        closed_at: moment("closed_at")?,
        payment_no: text("payment_no")?,
        reason: text("reason")?,
        alarm,
        lease,
        replaces,
        replaced_by,
        generation: row.get("generation")?,
        resign: row.get("resign")?,
        attested: row.get("attested")?,
        product: row.get("product")?,
        waits_for,
        package: text("package")?.map(Package::new),
        cancel_asked_at: moment("cancel_asked_at")?,
    })
}

fn number(row: &Row<'_>, name: &'static str) -> rusqlite::Result<Number> {
    let number: String = row.get(name)?;
    Number::new(number).map_err(|_| broken(name))
}

fn broken(column: &'static str) -> rusqlite::Error {
    let problem = format!("{column} holds what no version of the journal writes");
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, problem.into())
}

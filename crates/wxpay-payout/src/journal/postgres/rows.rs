//! An entry as a row.

use std::sync::LazyLock;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use wxpay_core::Fen;

use super::JournalError;
use super::schema::COLUMNS;
use super::server::said;
use crate::journal::words::{alarm_of, class_text, refusal_of, state_of, waits_for};
use crate::{Alarm, Day, Entry, IntentId, Lease, Message, Moment, Number, Package, WaitsFor};

type Value = Box<dyn ToSql + Send + Sync>;

/// The values of a row, and what the statements want besides.
pub(super) struct Values(Vec<Value>);

impl Values {
    /// `now` is the moment by the same clock that the lease was written with; `writer` is who
    /// writes.
    pub(super) fn of(entry: &Entry, now: Moment, writer: &str) -> Self {
        let refusal = entry.refusal.as_ref();
        let lease = entry.lease.as_ref();
        let millis = |moment: Option<Moment>| Box::new(moment.map(Moment::millis)) as Value;
        let some = |text: Option<&str>| Box::new(text.map(plain)) as Value;
        let word = |text: &str| Box::new(text.to_owned()) as Value;
        let count = |count: u32| Box::new(i64::from(count)) as Value;
        let flag = |flag: bool| Box::new(flag) as Value;
        let message = entry.message.as_ref();
        let time = lease.map_or(0, |lease| {
            i64::try_from(lease.until.since(now).as_millis()).unwrap_or(i64::MAX)
        });
        Self(vec![
            word(entry.number.as_str()),
            word(entry.intent.as_str()),
            Box::new(i64::try_from(entry.version).unwrap_or(i64::MAX)),
            word(entry.state.as_str()),
            word(&entry.fingerprint),
            word(&entry.payee),
            Box::new(entry.amount.get()),
            Box::new(message.map(|message| message.bytes().to_vec())),
            Box::new(entry.counted.map(Day::number)),
            count(entry.sends),
            flag(entry.doubt),
            some(refusal.map(|refusal| refusal.code.as_str())),
            Box::new(refusal.map(|refusal| class_text(refusal.class))),
            some(refusal.map(|refusal| refusal.message.as_str())),
            count(entry.queries),
            count(entry.not_found),
            millis(entry.not_found_at),
            millis(Some(entry.prepared_at)),
            millis(entry.first_sent_at),
            millis(entry.last_sent_at),
            millis(Some(entry.next_at)),
            millis(entry.closed_at),
            some(entry.payment_no.as_deref()),
            some(entry.reason.as_deref()),
            some(entry.alarm.as_ref().map(Alarm::as_str)),
            some(lease.map(|lease| lease.holder.as_str())),
            millis(lease.map(|lease| lease.until)),
            some(entry.replaced_by.as_ref().map(Number::as_str)),
            count(entry.generation),
            some(entry.replaces.as_ref().map(Number::as_str)),
            flag(entry.resign),
            flag(entry.attested),
            word(&entry.product),
            some(entry.waits_for.map(WaitsFor::as_str)),
            some(entry.package.as_ref().map(Package::as_str)),
            millis(entry.cancel_asked_at),
            Box::new(time),
            word(writer),
        ])
    }

    /// With one more.
    pub(super) fn and(mut self, value: impl ToSql + Send + Sync + 'static) -> Self {
        self.0.push(Box::new(value));
        self
    }

    pub(super) fn list(&self) -> Vec<&(dyn ToSql + Sync)> {
        let values = self.0.iter();
        values
            .map(|value| &**value as &(dyn ToSql + Sync))
            .collect()
    }
}

/// PostgreSQL keeps no NUL in a text. What came from elsewhere may have one, and must not keep a
/// payout from its end.
fn plain(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// The statements that write a row.
pub(super) struct Statements {
    pub(super) insert: String,
    /// Of the version before.
    pub(super) update: String,
    /// The same, if nothing changes that is counted, and neither the lease nor the clock nor the
    /// settings of the session forbid it.
    pub(super) update_alone: String,
}

pub(super) static STATEMENTS: LazyLock<Statements> = LazyLock::new(|| {
    let names: Vec<_> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    let place = |wanted: &str| {
        let at = names.iter().position(|name| *name == wanted);
        format!("${}", at.unwrap_or_default() + 1)
    };
    let places: Vec<_> = (1..=names.len()).map(|at| format!("${at}")).collect();
    let (time, writer, before) = ("$37::bigint", "$38::text", "$39::bigint");
    let holder = format!("{}::text", place("lease_holder"));
    let insert = format!(
        "INSERT INTO entries ({}, lease_ends, lease_writer) VALUES ({}, \
         CASE WHEN {holder} IS NOT NULL THEN clock_timestamp() + {time} * interval '1 millisecond' END, CASE WHEN {holder} IS NOT NULL THEN {writer} END) \
         ON CONFLICT DO NOTHING",
        names.join(", "),
        places.join(", "),
    );
    let sets: Vec<_> = names
        .iter()
        .zip(&places)
        .filter(|(name, _)| !["number", "intent"].contains(*name))
        .map(|(name, place)| format!("{name} = {place}"))
        .collect();
    // Every place has to be used, or its type is unknown.
    let update = format!(
        "UPDATE entries SET {}, \
         lease_ends = CASE WHEN {holder} IS NULL THEN NULL WHEN lease_holder = {holder} THEN lease_ends ELSE clock_timestamp() + {time} * interval '1 millisecond' END, \
         lease_writer = CASE WHEN {holder} IS NULL THEN NULL WHEN lease_holder = {holder} THEN lease_writer ELSE {writer} END \
         WHERE number = $1 AND intent = $2 AND version = {before}",
        sets.join(", "),
    );
    let unchanged = format!(
        " AND current_setting('wxpay.session', true) = {writer} \
         AND counted IS NOT DISTINCT FROM {}::bigint AND amount = {} AND payee = {} \
         AND (lease_holder IS NULL OR lease_ends <= clock_timestamp() OR lease_writer = {writer} \
            OR lease_holder = {holder} OR {}::bigint IS NOT NULL) \
         AND ({holder} IS NULL OR lease_holder = {holder} \
            OR abs(extract(epoch FROM statement_timestamp()) * 1000 - $40::bigint) <= $41::bigint)",
        place("counted"),
        place("amount"),
        place("payee"),
        place("closed_at"),
    );
    let update_alone = format!("{update}{unchanged}");
    Statements {
        insert,
        update,
        update_alone,
    }
});

pub(super) fn read(row: &Row) -> Result<Entry, JournalError> {
    let column = Column(row);
    let moment = |name| Ok::<_, JournalError>(column.number(name)?.map(Moment::from_millis));
    let text = |name| column.text(name);
    let count = |name| {
        let count = column.number(name)?.unwrap_or_default();
        u32::try_from(count).map_err(|_| broken(name))
    };
    let needed = |name| column.number(name)?.ok_or_else(|| broken(name));
    let word = |name| column.text(name)?.ok_or_else(|| broken(name));
    let flag = |name: &'static str| row.try_get::<_, bool>(name).map_err(unreadable);
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
        Some(number) => Number::new(number).map(Some).map_err(|_| broken(name)),
        None => Ok(None),
    };
    let message = row.try_get::<_, Option<Vec<u8>>>("message");
    Ok(Entry {
        intent: IntentId::new(word("intent")?).map_err(|_| broken("intent"))?,
        number: number(row)?,
        version: u64::try_from(needed("version")?).map_err(|_| broken("version"))?,
        state: state_of(&word("state")?).ok_or_else(|| broken("state"))?,
        fingerprint: word("fingerprint")?,
        payee: word("payee")?,
        amount: Fen::new(needed("amount")?),
        message: message.map_err(unreadable)?.map(Message::new),
        counted: column.number("counted")?.map(Day::from_number),
        sends: count("sends")?,
        doubt: flag("doubt")?,
        refusal,
        queries: count("queries")?,
        not_found: count("not_found")?,
        not_found_at: moment("not_found_at")?,
        prepared_at: Moment::from_millis(needed("prepared_at")?),
        first_sent_at: moment("first_sent_at")?,
        last_sent_at: moment("last_sent_at")?,
        next_at: Moment::from_millis(needed("next_at")?),
        closed_at: moment("closed_at")?,
        payment_no: text("payment_no")?,
        reason: text("reason")?,
        alarm,
        lease,
        replaces: other("replaces")?,
        replaced_by: other("replaced_by")?,
        generation: count("generation")?,
        resign: flag("resign")?,
        attested: flag("attested")?,
        product: word("product")?,
        waits_for,
        package: text("package")?.map(Package::new),
        cancel_asked_at: moment("cancel_asked_at")?,
    })
}

pub(super) fn number(row: &Row) -> Result<Number, JournalError> {
    let number: String = row.try_get("number").map_err(unreadable)?;
    Number::new(number).map_err(|_| broken("number"))
}

struct Column<'a>(&'a Row);

impl Column<'_> {
    fn number(&self, name: &'static str) -> Result<Option<i64>, JournalError> {
        self.0.try_get(name).map_err(unreadable)
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, JournalError> {
        self.0.try_get(name).map_err(unreadable)
    }
}

fn unreadable(error: tokio_postgres::Error) -> JournalError {
    JournalError::storage(said(&error))
}

fn broken(column: &'static str) -> JournalError {
    JournalError::storage(format!(
        "{column} holds what no version of the journal writes"
    ))
}

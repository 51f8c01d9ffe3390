use std::time::Duration;

use wxpay_core::{Certainty, Class, Error, Fen, TransportError};

use super::*;
use crate::Number;
use crate::evidence::{Message, PayEnd, QueryEnd, Refusal};

mod ages;
mod late;
mod people;
mod queries;
mod sends;

/// Noon in China.
const NOON: Moment = Moment::from_millis(1_796_011_200_000);
const DAY: u64 = 86_400;

fn at(seconds: u64) -> Moment {
    NOON.after(Duration::from_secs(seconds))
}

/// A millisecond before.
fn just_before(moment: Moment) -> Moment {
    Moment::from_millis(moment.millis() - 1)
}

fn rules() -> Rules {
    Rules::default()
}

fn prepared() -> Entry {
    Entry::prepared(
        "intent".parse().unwrap(),
        "a product",
        Number::new("A1").unwrap(),
        "fingerprint",
        "payee".to_owned(),
        Fen::new(100),
        Message::new("bytes"),
        NOON,
    )
}

/// Sent at noon, and ended so.
fn sent(end: &PayEnd) -> Entry {
    let mut entry = prepared();
    entry.begin_send("me", NOON, &rules());
    entry.end_send(end, at(1), &rules());
    entry
}

fn unclear() -> PayEnd {
    PayEnd::Unclear("cut".to_owned())
}

fn not_sent() -> PayEnd {
    let error = TransportError::not_sent("no route");
    PayEnd::NotSent(Error::new("pay", wxpay_core::Effect::Write, error))
}

fn refused(code: &str, class: Class) -> PayEnd {
    PayEnd::Refused(Refusal::new(code, class, "words"))
}

fn definite() -> PayEnd {
    refused("NAME_MISMATCH", Class::new(Certainty::Definite))
}

fn ask(entry: &mut Entry, end: &QueryEnd, now: Moment) {
    entry.hold("me", now, &rules());
    entry.end_query(end, now, &rules());
}

fn found(amount: i64, payee: Option<&str>) -> QueryEnd {
    QueryEnd::Paid {
        payment_no: Some("1".to_owned()),
        amount: Some(Fen::new(amount)),
        payee: payee.map(str::to_owned),
        at: None,
    }
}

//! The record as text, and back.

use std::time::Duration;

use wxpay_client::json::{Json, Object};
use wxpay_core::{DecodeError, Fen, Timestamp, TransactionId};

use crate::evidence::Payment;
use crate::outcome::{Proof, Told};
use crate::record::{Charge, End, Record, Refused, Reversal, Seen, Stand};
use crate::store::{Snapshot, StoreError};

impl Record {
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            sale: self.sale.clone(),
            revision: self.revision,
            is_settled: self.end.is_some(),
            text: self.to_json().to_text(),
        }
    }

    /// Reads what [`snapshot`](Self::snapshot) has written.
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        let unreadable = |error: DecodeError| StoreError::Unreadable(error.to_string());
        let json = Json::parse(text.as_bytes()).map_err(unreadable)?;
        read(&json).map_err(unreadable)
    }

    fn to_json(&self) -> Json {
        let mut members = vec![
            ("format", Json::Integer(FORMAT)),
            ("sale", self.sale.as_str().into()),
            ("revision", integer(self.revision)),
            ("account", self.account.as_str().into()),
            ("number", self.number.as_str().into()),
            (
                "earlier",
                Json::List(self.earlier.iter().map(|n| n.as_str().into()).collect()),
            ),
            ("amount", Json::Integer(self.amount.get())),
            ("began_at", Json::Integer(self.began_at)),
            ("is_sent", self.is_sent.into()),
            ("elapsed_ms", millis(self.elapsed)),
            ("charge", charge_to_json(&self.charge)),
            ("seen", seen_to_json(&self.seen)),
            ("not_known", integer(self.not_known.into())),
            ("reversal", reversal_to_json(&self.reversal)),
            ("cancel", self.cancel.into()),
        ];
        if let Some(last) = self.last_query {
            members.push(("last_query_ms", millis(last)));
        }
        if let Some(note) = &self.note {
            members.push(("note", note.as_str().into()));
        }
        if let Some(end) = &self.end {
            members.push(("end", end_to_json(end)));
        }
        Json::object(members)
    }
}

fn read(json: &Json) -> Result<Record, DecodeError> {
    let fields = Object::of(json)?;
    if fields.require::<i64>("format")? != FORMAT {
        return Err(DecodeError::malformed("format"));
    }
    let sale: String = fields.require("sale")?;
    let sale = sale.parse().map_err(|_| DecodeError::malformed("sale"))?;
    Ok(Record {
        sale,
        account: fields.require("account")?,
        revision: fields.require("revision")?,
        number: fields.require("number")?,
        earlier: fields.list("earlier")?,
        amount: fields.require("amount")?,
        began_at: fields.require("began_at")?,
        is_sent: boolean(&fields, "is_sent")?,
        elapsed: duration(&fields, "elapsed_ms")?.unwrap_or_default(),
        charge: read_charge(&fields.require_object("charge")?)?,
        seen: read_seen(&fields.require_object("seen")?)?,
        not_known: fields.require("not_known")?,
        reversal: read_reversal(&fields.require_object("reversal")?)?,
        cancel: boolean(&fields, "cancel")?,
        last_query: duration(&fields, "last_query_ms")?,
        note: fields.optional("note")?,
        end: fields
            .object("end")?
            .map(|end| read_end(&end))
            .transpose()?,
    })
}

fn charge_to_json(charge: &Charge) -> Json {
    match charge {
        Charge::Unknown => state("unknown"),
        Charge::Paying => state("paying"),
        Charge::Refused { told, kind } => Json::object([
            ("state", "refused".into()),
            ("code", told.code.as_str().into()),
            ("message", told.message.as_str().into()),
            ("kind", name(&REFUSED, *kind).into()),
        ]),
    }
}

fn read_charge(fields: &Object<'_>) -> Result<Charge, DecodeError> {
    let state: String = fields.require("state")?;
    match &*state {
        "unknown" => Ok(Charge::Unknown),
        "paying" => Ok(Charge::Paying),
        "refused" => Ok(Charge::Refused {
            told: Told::new(
                fields.optional("code")?.unwrap_or_default(),
                fields.optional("message")?.unwrap_or_default(),
            ),
            kind: named(fields, "kind", &REFUSED)?,
        }),
        _ => Err(DecodeError::malformed("charge.state")),
    }
}

fn seen_to_json(seen: &Seen) -> Json {
    match seen {
        Seen::Nothing => state("nothing"),
        Seen::Unpaid => state("unpaid"),
        Seen::Paying => state("paying"),
        Seen::Paid(payment) => payment_to_json("paid", payment),
        Seen::OtherAmount(amount) => Json::object([
            ("state", "other_amount".into()),
            ("amount", Json::Integer(amount.get())),
        ]),
        Seen::OtherPayment => state("other_payment"),
    }
}

fn read_seen(fields: &Object<'_>) -> Result<Seen, DecodeError> {
    let state: String = fields.require("state")?;
    match &*state {
        "nothing" => Ok(Seen::Nothing),
        "unpaid" => Ok(Seen::Unpaid),
        "paying" => Ok(Seen::Paying),
        "paid" => Ok(Seen::Paid(read_payment(fields)?)),
        "other_amount" => Ok(Seen::OtherAmount(fields.require("amount")?)),
        "other_payment" => Ok(Seen::OtherPayment),
        _ => Err(DecodeError::malformed("seen.state")),
    }
}

fn reversal_to_json(reversal: &Reversal) -> Json {
    Json::object([
        ("sent", integer(reversal.sent.into())),
        ("last_ms", millis(reversal.last)),
        ("stand", name(&STAND, reversal.stand).into()),
        ("found_nothing", reversal.found_nothing.into()),
        ("too_late", reversal.too_late.into()),
    ])
}

fn read_reversal(fields: &Object<'_>) -> Result<Reversal, DecodeError> {
    Ok(Reversal {
        sent: fields.require("sent")?,
        last: duration(fields, "last_ms")?.unwrap_or_default(),
        stand: named(fields, "stand", &STAND)?,
        found_nothing: boolean(fields, "found_nothing")?,
        too_late: boolean(fields, "too_late")?,
    })
}

fn end_to_json(end: &End) -> Json {
    match end {
        End::Paid(payment) => payment_to_json("paid", payment),
        End::NotPaid(proof) => Json::object([
            ("state", "not_paid".into()),
            ("proof", name(&PROOF, *proof).into()),
        ]),
        End::Refunded => state("refunded"),
    }
}

fn read_end(fields: &Object<'_>) -> Result<End, DecodeError> {
    let state: String = fields.require("state")?;
    match &*state {
        "paid" => Ok(End::Paid(read_payment(fields)?)),
        "not_paid" => Ok(End::NotPaid(named(fields, "proof", &PROOF)?)),
        "refunded" => Ok(End::Refunded),
        _ => Err(DecodeError::malformed("end.state")),
    }
}

fn payment_to_json(state: &str, payment: &Payment) -> Json {
    let mut members = vec![
        ("state", state.into()),
        ("transaction_id", payment.transaction_id.as_str().into()),
        ("amount", Json::Integer(payment.amount.get())),
    ];
    if let Some(at) = payment.paid_at {
        members.push(("paid_at", Json::Integer(at.unix_millis())));
    }
    Json::object(members)
}

fn read_payment(fields: &Object<'_>) -> Result<Payment, DecodeError> {
    let transaction_id: TransactionId = fields.require("transaction_id")?;
    let amount: Fen = fields.require("amount")?;
    let paid_at = fields.optional("paid_at")?;
    Ok(Payment {
        transaction_id,
        amount,
        paid_at: paid_at.and_then(Timestamp::from_unix_millis),
    })
}

fn state(state: &str) -> Json {
    Json::object([("state", state.into())])
}

fn integer(value: u64) -> Json {
    Json::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn millis(time: Duration) -> Json {
    integer(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

fn duration(fields: &Object<'_>, name: &str) -> Result<Option<Duration>, DecodeError> {
    Ok(fields.optional(name)?.map(Duration::from_millis))
}

fn boolean(fields: &Object<'_>, name: &str) -> Result<bool, DecodeError> {
    fields.require(name)
}

fn name<T: PartialEq>(names: &[(T, &'static str)], wanted: T) -> &'static str {
    let known = names.iter().find(|(value, _)| *value == wanted);
    known.map_or("", |(_, name)| name)
}

fn named<T: Copy>(
    fields: &Object<'_>,
    field: &str,
    names: &[(T, &'static str)],
) -> Result<T, DecodeError> {
    let text: String = fields.require(field)?;
    let known = names.iter().find(|(_, name)| *name == text);
    known
        .map(|(value, _)| *value)
        .ok_or_else(|| DecodeError::malformed(field))
}

const FORMAT: i64 = 1;

const REFUSED: [(Refused, &str); 3] = [
    (Refused::ForGood, "for_good"),
    (Refused::ForNow, "for_now"),
    (Refused::NumberUsed, "number_used"),
];

const STAND: [(Stand, &str); 5] = [
    (Stand::None, "none"),
    (Stand::Refused, "refused"),
    (Stand::InDoubt, "in_doubt"),
    (Stand::CallAgain, "call_again"),
    (Stand::Accepted, "accepted"),
];

const PROOF: [(Proof, &str); 6] = [
    (Proof::NotSent, "not_sent"),
    (Proof::Refused, "refused"),
    (Proof::Failed, "failed"),
    (Proof::Closed, "closed"),
    (Proof::Reversed, "reversed"),
    (Proof::NeverArrived, "never_arrived"),
];

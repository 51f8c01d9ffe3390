use serde_json::{Map, Value, json};
use wxpay_core::TimeFormat;

use crate::v2::Message;
use crate::v3::with_millis;
use crate::{ProfitSharing, Share};

/// Which of the two documents' forms the receivers have.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Form {
    /// That of the requests.
    Accepted,
    /// That of the query.
    Found,
}

/// Adds the numbers of a request that shared or released money.
pub(super) fn numbers(reply: Message, made: &ProfitSharing) -> Message {
    reply
        .text("transaction_id", &made.transaction_id)
        .text("out_order_no", &made.out_order_no)
        .text("order_id", &made.order_id)
}

/// Adds what has become of it.
pub(super) fn state(reply: Message, made: &ProfitSharing, form: Form) -> Message {
    let status = if made.is_finished() {
        "FINISHED"
    } else {
        "PROCESSING"
    };
    let receivers = made.shares.iter().map(|share| receiver(share, form));
    let receivers = Value::Array(receivers.collect());
    reply
        .text("status", status)
        .text("receivers", receivers.to_string())
}

fn receiver(share: &Share, form: Form) -> Value {
    let merchant = share.kind == "MERCHANT_ID";
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| {
        members.insert(name.to_owned(), value);
    };
    add("type", json!(share.kind));
    match form {
        Form::Found => add("account", json!(share.account)),
        Form::Accepted => add("receiver_account", json!(share.account)),
    }
    if merchant && form == Form::Accepted {
        add("receiver_mchid", json!(share.account));
    }
    add("amount", json!(share.amount.get()));
    add("description", json!(share.description));
    add("result", json!(share.result));
    if let Some(time) = share.finish_time {
        let time = match form {
            Form::Accepted => with_millis(time),
            Form::Found => time.format(TimeFormat::Compact),
        };
        add("finish_time", json!(time));
    }
    if let Some(reason) = &share.fail_reason {
        add("fail_reason", json!(reason));
    }
    add("detail_id", json!(share.detail_id));
    Value::Object(members)
}

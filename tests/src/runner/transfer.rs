//! What a reply about a transfer of APIv3 says about the money: it goes through the client, as one
//! from WeChat Pay would.

use http::StatusCode;
use serde_json::Value;
use wxpay_api::core::{OutBatchNo, OutDetailNo};
use wxpay_api::v3::partner_transfer::QueryDetailByOutDetailNo;

use super::outcome::{failed, outcome};
use super::{Case, Got, Malformed, block_on};
use crate::scripted::Scripted;
use crate::{clients, replies};

pub(super) fn detail(case: &Case<'_>) -> Result<Got, Malformed> {
    let status = u16::try_from(case.integer("status")?).ok();
    let status = status
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| Malformed::new("the input's `status` is not one of HTTP"))?;
    let body = case.bytes("body")?;
    let body = String::from_utf8_lossy(&body);

    let said: Option<Value> = serde_json::from_str(&body).ok().filter(Value::is_object);
    let asked = |name: &str, own: &str| {
        let text = said.as_ref().and_then(|said| said.get(name)?.as_str());
        text.unwrap_or(own).to_owned()
    };
    let batch = asked("out_batch_no", BATCH);
    let number = asked("out_detail_no", NUMBER);
    let numbers = OutBatchNo::new(batch)
        .or_else(|_| OutBatchNo::new(BATCH))
        .and_then(|batch| {
            let number = OutDetailNo::new(number).or_else(|_| OutDetailNo::new(NUMBER));
            Ok((batch, number?))
        });
    let (out_batch_no, out_detail_no) =
        numbers.map_err(|error| Malformed::new(format!("the runner's own request: {error}")))?;
    let body = match &said {
        Some(said) if status.is_success() => filled(&body, said),
        _ => body.into_owned(),
    };

    let request = QueryDetailByOutDetailNo {
        out_batch_no,
        out_detail_no,
        options: Default::default(),
    };
    let reply = replies::v3_signed(status.as_u16(), &body, clients::NOW);
    let client = clients::v3_by(case.provider, Scripted::default());
    let found = block_on(async {
        let (_, pending) = client.prepare(&request).await?;
        pending.finish(reply).await
    });
    Ok(match found {
        Ok(found) => outcome(found.detail_status.progress()).is("amount_fen", found.amount.get()),
        Err(error) => failed(&error),
    })
}

/// Adds what every reply has and the vector does not speak of. The rest of the text stays as it is,
/// repeated names included.
fn filled(body: &str, said: &Value) -> String {
    let members = [
        (
            "out_batch_no",
            &["out_batch_no"][..],
            format!("\"{BATCH}\""),
        ),
        ("out_detail_no", &["out_detail_no"], format!("\"{NUMBER}\"")),
        (
            "total_amount",
            &["total_amount", "transfer_amount"],
            "100".to_owned(),
        ),
    ];
    let missing = members
        .iter()
        .filter(|(_, names, _)| !names.iter().any(|name| said.get(name).is_some()));
    let added: String = missing
        .map(|(name, _, value)| format!("\"{name}\":{value},"))
        .collect();
    let Some(rest) = body.trim_start().strip_prefix('{') else {
        return body.to_owned();
    };
    let added = if rest.trim_start().starts_with('}') {
        added.trim_end_matches(',')
    } else {
        &added
    };
    format!("{{{added}{rest}")
}

const BATCH: &str = "plfk2020042013";
const NUMBER: &str = "x23zy545Bd5436";

//! Electronic invoices (电子发票): their issue, what became of it, and their files.

pub(crate) mod files;
pub(crate) mod issue;
pub(crate) mod query;

use serde_json::{Map, Value};

use crate::described;
use crate::endpoint::Reply;
use crate::state::{Invoice, Invoices};
use crate::v3::{Answer, Request, system_error};

/// What a request says, after it was checked by its description.
fn asked(request: &Request<'_>) -> Result<Map<String, Value>, Answer> {
    let operation = wxpay_catalog::find(request.route.endpoint.name);
    described::v3::checked(request, operation.ok_or_else(system_error)?)
}

fn text<'a>(asked: &'a Map<String, Value>, name: &str) -> &'a str {
    asked.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The invoices that a query is about.
fn found<'a>(
    invoices: &'a Invoices,
    asked: &'a Map<String, Value>,
) -> Result<Vec<&'a Invoice>, Answer> {
    let application: Vec<_> = invoices
        .of(text(asked, "fapiao_apply_id"), text(asked, "sub_mchid"))
        .collect();
    if application.is_empty() {
        return Err(not_there("发票申请单不存在"));
    }
    let Some(fapiao_id) = asked.get("fapiao_id").and_then(Value::as_str) else {
        return Ok(application);
    };
    let one: Vec<_> = application
        .into_iter()
        .filter(|invoice| invoice.fapiao_id == fapiao_id)
        .collect();
    if one.is_empty() {
        return Err(not_there("商户发票单号对应的发票不存在"));
    }
    Ok(one)
}

fn not_there(message: &str) -> Answer {
    Answer::error(404, "RESOURCE_NOT_EXISTS", message)
}

fn invalid(message: &str) -> Answer {
    Answer::error(400, "INVALID_REQUEST", message)
}

/// A response that does not say what it is about.
const UNNAMED: Reply = Reply {
    subject: false,
    ..Reply::SIGNED
};

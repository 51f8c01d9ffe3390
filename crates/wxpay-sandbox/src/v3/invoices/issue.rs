//! 开具电子发票, of each industry.

use http::Method;
use serde_json::{Map, Value};

use super::{asked, invalid, text};
use crate::endpoint::{Endpoint, Reply};
use crate::state::{InvoiceItem, InvoiceTerms, ONE, WHOLE};
use crate::v3::{Answer, Request};

pub(crate) const FORMER: Endpoint = endpoint(
    "v3.new_tax_control_fapiao.issue_fapiao",
    "/v3/new-tax-control-fapiao/fapiao-applications",
);

pub(crate) const GENERAL: Endpoint = endpoint(
    "v3.new_tax_control_fapiao.issue_general_fapiao",
    "/v3/new-tax-control-fapiao/fapiao-applications/issue-general",
);

pub(crate) const PASSENGER_TRANSPORT: Endpoint = endpoint(
    "v3.new_tax_control_fapiao.issue_passenger_transport_fapiao",
    "/v3/new-tax-control-fapiao/fapiao-applications/issue-passenger-transport",
);

pub(crate) const REAL_ESTATE_LEASING: Endpoint = endpoint(
    "v3.new_tax_control_fapiao.issue_real_estate_leasing_fapiao",
    "/v3/new-tax-control-fapiao/fapiao-applications/real-estate-leasing",
);

pub(crate) const REFINED_OIL: Endpoint = endpoint(
    "v3.new_tax_control_fapiao.issue_refined_oil_fapiao",
    "/v3/new-tax-control-fapiao/fapiao-applications/issue-refined-oil",
);

const fn endpoint(name: &'static str, path: &'static str) -> Endpoint {
    Endpoint {
        reply: Reply {
            body: false,
            subject: false,
            ..Reply::SIGNED
        },
        ..Endpoint::v3(name, &Method::POST, path, respond)
    }
}

/// Issues the invoices at once if the request is to take effect. Their payment need not be in the
/// books.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let asked = asked(request)?;
    let apply_id = text(&asked, "fapiao_apply_id");
    let mut buyer = asked.get("buyer_information").map_or_else(Map::new, object);
    // They came encrypted, and nobody asks for them.
    buyer.remove("phone");
    buyer.remove("email");
    let mut terms = Vec::new();
    match asked.get("fapiao_information") {
        Some(Value::Array(many)) => {
            for one in many {
                terms.push(invoice(&object(one), &buyer)?);
            }
        }
        Some(one) => terms.push(invoice(&object(one), &buyer)?),
        None => {}
    }
    let shared = request.shared;
    let mut state = shared.state();
    if state.invoices.has_application(apply_id) {
        let message = "发票申请单已存在";
        return Err(Answer::error(400, "RESOURCE_ALREADY_EXISTS", message));
    }
    let mut ids: Vec<_> = terms.iter().map(|(id, _)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    let is_used = |id: &&String| state.invoices.get(id).is_some();
    if ids.len() < terms.len() || ids.iter().any(is_used) {
        return Err(invalid("商户发票单号重复，该单号在每个商户下必须唯一"));
    }
    if request.commit {
        let (now, sub_mchid) = (state.now(), text(&asked, "sub_mchid"));
        for (id, terms) in terms {
            state
                .invoices
                .issue(apply_id, &id, sub_mchid, terms, now, &shared.random);
        }
    }
    Ok(Answer::nothing_yet())
}

/// The number of an invoice, and what it says.
fn invoice(
    fapiao: &Map<String, Value>,
    buyer: &Map<String, Value>,
) -> Result<(String, InvoiceTerms), Answer> {
    let items: Vec<_> = fapiao
        .get("items")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(item)
        .collect();
    let total_amount = integer(fapiao, "total_amount", 0);
    let sum = items.iter().map(|item| i128::from(item.total_amount)).sum();
    if !items.is_empty() && i128::from(total_amount) != sum {
        return Err(invalid("总价税合计须等于所有发票行单行金额合计的累加"));
    }
    if let Some(paid) = fapiao.get("transaction_information") {
        let paid: i128 = paid
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| i128::from(integer(&object(one), "amount", 0)))
            .sum();
        if i128::from(total_amount) > paid {
            return Err(invalid("交易可剩余开票金额不足"));
        }
    }
    let optional = |name| {
        let value = fapiao.get(name).and_then(Value::as_str);
        value.map(str::to_owned)
    };
    let terms = InvoiceTerms {
        total_amount,
        items,
        buyer: buyer.clone(),
        drawer: optional("billing_person"),
        remark: optional("remark"),
    };
    Ok((text(fapiao, "fapiao_id").to_owned(), terms))
}

fn item(item: &Value) -> InvoiceItem {
    let item = object(item);
    let said = SAID.iter().filter_map(|name| {
        let value = item.get(*name)?;
        Some(((*name).to_owned(), value.clone()))
    });
    InvoiceItem {
        said: said.collect(),
        quantity: integer(&item, "quantity", ONE),
        total_amount: integer(&item, "total_amount", 0),
        tax_rate: integer(&item, "tax_rate", 0).clamp(0, WHOLE),
    }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn integer(object: &Map<String, Value>, name: &str, otherwise: i64) -> i64 {
    let value = object.get(name).and_then(Value::as_i64);
    value.unwrap_or(otherwise)
}

const SAID: &[&str] = &[
    "tax_code",
    "goods_name",
    "specification",
    "unit",
    "tax_prefer_mark",
    "discount",
];

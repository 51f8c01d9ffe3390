//! 查询电子发票.

use http::Method;
use serde_json::{Map, Value, json};
use wxpay_core::TimeFormat;

use super::{UNNAMED, asked, found};
use crate::described::Described;
use crate::endpoint::Endpoint;
use crate::state::{Invoice, InvoiceItem};
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: UNNAMED,
    ..Endpoint::v3(
        "v3.new_tax_control_fapiao.query_fapiao",
        &Method::GET,
        "/v3/new-tax-control-fapiao/fapiao-applications/{fapiao_apply_id}",
        respond,
    )
};

fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let asked = asked(request)?;
    let state = request.shared.state();
    let found = found(&state.invoices, &asked)?;
    let merchant = &request.shared.merchant;
    let list: Vec<_> = found
        .iter()
        .map(|invoice| report(invoice, merchant.appid.as_str()))
        .collect();
    let mut members = Map::new();
    members.insert("total_count".to_owned(), json!(list.len()));
    members.insert("fapiao_information".to_owned(), Value::Array(list));
    Ok(Answer::ok(Described {
        members,
        repeated: Vec::new(),
    }))
}

fn report(invoice: &Invoice, card_appid: &str) -> Value {
    let terms = &invoice.terms;
    let amount: i64 = terms.items.iter().map(InvoiceItem::amount).sum();
    let mut report = json!({
        "fapiao_id": invoice.fapiao_id,
        "status": "ISSUED",
        "blue_fapiao": {
            "fapiao_number": invoice.fapiao_number,
            "fapiao_time": invoice.issued.format(TimeFormat::Rfc3339),
        },
        "card_information": {
            "card_appid": card_appid,
            "card_openid": invoice.card_openid,
            "card_id": "p4gLgvlAYSEOpeXGFVJRFxgop6iY",
            "card_code": invoice.card_code,
            "card_status": "INSERTED",
        },
        "total_amount": terms.total_amount,
        "tax_amount": terms.total_amount.saturating_sub(amount),
        "amount": amount,
        "seller_information": {
            "name": "wxpay-sandbox",
            "taxpayer_id": invoice.sub_mchid,
        },
        "buyer_information": terms.buyer,
        "extra_information": { "drawer": terms.drawer.as_deref().unwrap_or("wxpay-sandbox") },
        "items": terms.items.iter().map(line).collect::<Vec<_>>(),
    });
    if let (Some(report), Some(remark)) = (report.as_object_mut(), &terms.remark) {
        report.insert("remark".to_owned(), json!(remark));
    }
    report
}

fn line(item: &InvoiceItem) -> Value {
    let mut line = item.said.clone();
    for (name, number) in [
        ("quantity", item.quantity),
        ("unit_price", item.unit_price()),
        ("amount", item.amount()),
        ("tax_amount", item.total_amount - item.amount()),
        ("total_amount", item.total_amount),
        ("tax_rate", item.tax_rate),
    ] {
        line.insert(name.to_owned(), json!(number));
    }
    Value::Object(line)
}

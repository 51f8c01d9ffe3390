//! 获取发票下载信息, and 下载发票文件, whose URL nobody signs.

use http::Method;
use http::header::{CONTENT_DISPOSITION, HOST};
use serde_json::{Map, Value, json};
use wxpay_core::{Fen, TimeFormat};

use super::{UNNAMED, asked, found, invalid};
use crate::described::Described;
use crate::endpoint::{Endpoint, Handler, Reply};
use crate::pdf::{ascii, pdf};
use crate::state::{Invoice, Linked};
use crate::v3::query::Query;
use crate::v3::{Answer, Request};

pub(crate) const QUERY: Endpoint = Endpoint {
    reply: UNNAMED,
    ..Endpoint::v3(
        "v3.new_tax_control_fapiao.query_fapiao_files",
        &Method::GET,
        "/v3/new-tax-control-fapiao/fapiao-applications/{fapiao_apply_id}/fapiao-files",
        query,
    )
};

pub(crate) const FILE: Endpoint = Endpoint {
    name: "v3.download_invoice",
    method: &Method::GET,
    path: "/invoicing/fapiao/fapiao-file",
    reply: Reply {
        subject: false,
        ..Reply::UNSIGNED
    },
    handler: Handler::V3Open { respond: file },
};

/// Tells where the files can be had.
fn query(request: &Request<'_>) -> Result<Answer, Answer> {
    let asked = asked(request)?;
    let shared = request.shared;
    let mut state = shared.state();
    let now = state.now();
    let found: Vec<_> = found(&state.invoices, &asked)?
        .iter()
        .map(|invoice| (invoice.fapiao_id.clone(), invoice.has_file(now)))
        .collect();
    // By whatever name the client knows the sandbox.
    let host = request.call.headers.get(HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let mut list = Vec::new();
    for (fapiao_id, has_file) in found {
        let mut one = json!({ "fapiao_id": fapiao_id, "status": "ISSUED" });
        if let (Some(one), true) = (one.as_object_mut(), has_file) {
            let token = state.invoices.link(&fapiao_id, now, &shared.random);
            let url = format!("https://{host}{}?token={token}", FILE.path);
            one.insert("download_url".to_owned(), json!(url));
        }
        list.push(one);
    }
    let mut members = Map::new();
    members.insert("fapiao_download_info_list".to_owned(), Value::Array(list));
    Ok(Answer::ok(Described {
        members,
        repeated: Vec::new(),
    }))
}

/// Gives the file of a token to anyone who says what belongs to it.
fn file(request: &Request<'_>) -> Result<Answer, Answer> {
    let query = Query(request.call.query());
    let token = query.required("token")?;
    let format = query.choice("file_format", &["PDF", "XML", "OFD"])?;
    let shared = request.shared;
    let state = shared.state();
    let invoice = match state.invoices.linked(token, state.now()) {
        Linked::To(invoice) => invoice,
        Linked::Expired => return Err(invalid("链接已失效，请重新获取")),
        Linked::Unknown => return Err(invalid("token无法解析")),
    };
    for (name, wanted) in [
        ("mchid", shared.merchant.mch_id.as_str()),
        ("sub_mchid", &invoice.sub_mchid),
        ("openid", &invoice.card_openid),
        ("invoice_no", &invoice.fapiao_number),
        ("fapiao_id", &invoice.fapiao_id),
    ] {
        if query.decoded(name)? != wanted {
            return Err(invalid("请求参数与token不匹配"));
        }
    }
    // Invoices of this kind have no code.
    if query
        .get("invoice_code")
        .is_some_and(|code| !code.is_empty())
    {
        return Err(invalid("请求参数与token不匹配"));
    }
    let (bytes, ending) = match format {
        None | Some("PDF") => (as_pdf(invoice), "pdf"),
        Some("XML") => (as_xml(invoice), "xml"),
        Some(_) => {
            return Err(invalid(
                "wxpay-sandbox makes files of PDF and XML, not of OFD",
            ));
        }
    };
    let name = ascii(&invoice.fapiao_id);
    let disposition = format!(r#"attachment; filename="{name}.{ending}""#);
    let answer = Answer::file("application/octet-stream", bytes);
    Ok(answer
        .with_sm3_digest()
        .with_header(CONTENT_DISPOSITION, &disposition))
}

fn as_pdf(invoice: &Invoice) -> Vec<u8> {
    let mut lines = vec!["Electronic invoice (wxpay-sandbox)".to_owned()];
    lines.extend(facts(invoice).map(|(name, value)| format!("{name}: {value}")));
    pdf(&lines)
}

fn as_xml(invoice: &Invoice) -> Vec<u8> {
    let facts: String = facts(invoice)
        .map(|(name, value)| format!("  <{name}>{value}</{name}>\n"))
        .collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<fapiao>\n{facts}</fapiao>\n").into_bytes()
}

/// What is in a file, in characters that mean nothing in one.
fn facts(invoice: &Invoice) -> impl Iterator<Item = (&'static str, String)> {
    [
        ("fapiao_number", ascii(&invoice.fapiao_number)),
        ("fapiao_id", ascii(&invoice.fapiao_id)),
        ("fapiao_apply_id", ascii(&invoice.fapiao_apply_id)),
        ("sub_mchid", ascii(&invoice.sub_mchid)),
        (
            "total_amount",
            format!("{} CNY", Fen::new(invoice.terms.total_amount).to_yuan()),
        ),
        ("fapiao_time", invoice.issued.format(TimeFormat::Rfc3339)),
    ]
    .into_iter()
}

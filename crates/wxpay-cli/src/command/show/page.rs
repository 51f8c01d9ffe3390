//! An operation as a page to read.

use wxpay_catalog::{Certainty, ErrorCode, Operation, Reply, Role};

use super::tree::{self, Way};
use crate::command::list;
use crate::lang::Lang;
use crate::operation::{is_notification, words};
use crate::wrap;

pub(super) fn of(operation: &Operation, lang: Lang) -> String {
    let mut page = format!("{}\n{}\n\n", operation.name, words::title(operation, lang));
    let route = list::route(operation);
    if is_notification(operation) {
        let label = lang.pick("events", "事件");
        page += &format!("{label}{}{route}\n", lang.pick(": ", "："));
    } else {
        page += &format!("{route}\n");
    }
    for (label, text) in facts(operation, lang) {
        page += &format!("{label}{}{text}\n", lang.pick(": ", "："));
    }
    if let Some(notes) = &operation.notes {
        if lang == Lang::Zh {
            page += "\n补充说明（仅有英文）：";
        }
        page += &format!("\n{}\n", wrap::unwrap(&words::plain(notes.trim())));
    }
    if !operation.request.is_empty() {
        page += lang.pick("\nRequest\n", "\n请求\n");
        page += &tree::of(&operation.request, Way::Sent, lang);
    }
    page += &response(operation, lang);
    if !operation.errors.is_empty() {
        page += lang.pick("\nError codes\n", "\n错误码\n");
        for error in &operation.errors {
            page += &code(operation, error, lang);
        }
    }
    page
}

/// What else there is to know, each with its label.
fn facts(operation: &Operation, lang: Lang) -> Vec<(&'static str, String)> {
    let mut facts = vec![(lang.pick("document", "文档"), operation.doc.clone())];
    if operation.certainty == Certainty::ThirdParty {
        let said = lang.pick("not an official page", "非官方文档");
        facts.push((lang.pick("source", "来源"), said.to_owned()));
    }
    facts.push((
        lang.pick("effect", "类型"),
        effect(operation, lang).to_owned(),
    ));
    if operation.effect == "write" {
        facts.push((
            lang.pick("an unknown outcome", "结果未知时"),
            settles(operation, lang),
        ));
    }
    if !operation.roles.is_empty() {
        let roles: Vec<&str> = operation
            .roles
            .iter()
            .map(|asked| role(*asked, lang))
            .collect();
        facts.push((
            lang.pick("for", "适用对象"),
            roles.join(lang.pick(", ", "、")),
        ));
    }
    if let Some(host) = &operation.host {
        facts.push((lang.pick("host", "域名"), host.clone()));
    }
    if operation.client_cert {
        let said = lang.pick("the client certificate", "商户API证书（双向证书）");
        facts.push((lang.pick("needs", "需要"), said.to_owned()));
    }
    if let Some(calls) = operation.per_second {
        facts.push((
            lang.pick("calls a second", "每秒次数上限"),
            calls.to_string(),
        ));
    }
    facts
}

fn effect(operation: &Operation, lang: Lang) -> &'static str {
    match operation.effect.as_str() {
        "read" => lang.pick("read, changes nothing", "查询，不产生变更"),
        "page" => lang.pick(
            "page that the user's browser opens; `wxpay call` prints its URL",
            "由用户浏览器打开的网页；`wxpay call` 输出其网址",
        ),
        "notification" => lang.pick("notification, sent by WeChat Pay", "通知，由微信支付发送"),
        _ => lang.pick("write, changes something", "会产生变更"),
    }
}

fn settles(operation: &Operation, lang: Lang) -> String {
    match operation.resolve.as_deref() {
        Some("repeat") => lang
            .pick(
                "the same call again, with the same parameters, settles it",
                "以完全相同的参数再次调用即可确定",
            )
            .to_owned(),
        None | Some("none") => lang
            .pick("nothing settles it", "没有可用来确定结果的查询")
            .to_owned(),
        Some(query) => lang.pick(
            format!("`wxpay call {query}` settles it"),
            format!("用 `wxpay call {query}` 查询"),
        ),
    }
}

fn role(role: Role, lang: Lang) -> &'static str {
    match role {
        Role::Merchant => lang.pick("merchants", "普通商户"),
        Role::Partner => lang.pick("service providers", "服务商"),
        Role::Brand => lang.pick("brands", "品牌商家"),
        _ => lang.pick("others", "其他"),
    }
}

fn response(operation: &Operation, lang: Lang) -> String {
    let heading = match is_notification(operation) {
        true => lang.pick("\nContents\n", "\n内容\n"),
        false => lang.pick("\nResponse\n", "\n应答\n"),
    };
    let said = match operation.reply {
        Reply::File => lang.pick("  a file\n", "  文件\n").to_owned(),
        _ if operation.response.is_empty() => lang.pick("  no fields\n", "  没有字段\n").to_owned(),
        _ => tree::of(&operation.response, Way::Received, lang),
    };
    format!("{heading}{said}")
}

fn code(operation: &Operation, error: &ErrorCode, lang: Lang) -> String {
    let outcome = match (operation.effect.as_str(), error.outcome.as_deref()) {
        ("write", Some("not_executed")) => lang.pick("not executed", "未执行"),
        ("write", _) => lang.pick("outcome unknown", "结果未知"),
        _ => lang.pick("the read failed", "查询失败"),
    };
    let status = error.status.map(|status| format!(" {status}"));
    let said = words::both(&error.en, &error.zh, lang);
    let (code, status) = (&error.code, status.unwrap_or_default());
    lang.pick(
        format!("  {code}{status} ({outcome}): {said}\n"),
        format!("  {code}{status}（{outcome}）：{said}\n"),
    )
}

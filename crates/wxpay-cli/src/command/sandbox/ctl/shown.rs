//! Answers for people.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use serde_json::Value;

use crate::lang::Lang;
use crate::table;

/// The members of an answer: lists as tables, the rest as lines.
pub(super) fn text(answer: &Value, lang: Lang) -> String {
    let Some(members) = answer.as_object() else {
        return format!("{answer:#}\n");
    };
    if answer.get("done").is_some() {
        return lang.pick("Done.\n", "完成。\n").to_owned();
    }
    if members.contains_key("signatures") {
        return request(answer, lang);
    }
    let mut text = String::new();
    for (name, value) in members {
        match value {
            Value::Array(list) if list.is_empty() => {
                text += &format!("{name}: {}\n", lang.pick("none", "无"));
            }
            Value::Array(list) => text += &format!("{name}:\n{}\n", rows(list, columns(name))),
            Value::Object(inner) => {
                for (inner_name, value) in inner {
                    text += &line(&format!("{name}.{inner_name}"), value);
                }
            }
            value => text += &line(name, value),
        }
    }
    text
}

/// One request, with what its checks saw.
fn request(seen: &Value, lang: Lang) -> String {
    let member = |name: &str| plain(seen.get(name).unwrap_or(&Value::Null));
    let mut text = format!(
        "#{}  {} {}  {}\n",
        member("number"),
        member("method"),
        member("target"),
        member("status")
    );
    for check in list(seen, "signatures") {
        let held = check.get("held") == Some(&Value::Bool(true));
        let verdict = if held {
            lang.pick("holds", "通过")
        } else {
            lang.pick("fails", "失败")
        };
        text += &format!(
            "\n{} {verdict}\n",
            plain(check.get("kind").unwrap_or(&Value::Null))
        );
        for cause in list(check, "causes") {
            let said = cause.get(lang.pick("en", "zh")).unwrap_or(&Value::Null);
            text += &format!("  {}\n", plain(said));
        }
        for (name, english, chinese) in [
            ("text", "text to be signed", "待签名串"),
            ("signed_text", "text that was signed", "实际签名的内容"),
            ("expected", "expected signature", "应有的签名"),
            ("received", "received signature", "收到的签名"),
        ] {
            if let Some(value) = check.get(name).and_then(Value::as_str) {
                let indented = value.replace('\n', "\n    ");
                text += &format!(
                    "  {}{}\n    {}\n",
                    lang.pick(english, chinese),
                    lang.pick(":", "："),
                    clean(&indented)
                );
            }
        }
    }
    let body = member("body");
    let headers = seen.get("headers").and_then(Value::as_object);
    if headers.is_some_and(|headers| !headers.is_empty()) || !body.is_empty() {
        text += &format!("\n{}\n", lang.pick("request:", "请求："));
    }
    for (name, value) in headers.into_iter().flatten() {
        text += &format!("  {}: {}\n", clean(name), plain(value));
    }
    if !body.is_empty() {
        text += &format!("\n{body}\n");
    }
    let reply = member("reply");
    if !reply.is_empty() {
        text += &format!(
            "\n{}{}\n",
            lang.pick("response: ", "应答："),
            member("status")
        );
        text += &format!("\n{reply}\n");
    }
    text
}

fn rows(rows: &[Value], columns: &[&str]) -> String {
    let mut table = table::new(UTF8_HORIZONTAL_ONLY);
    table.set_header(columns);
    for row in rows {
        let cells = columns.iter().map(|name| match row.get(*name) {
            Some(Value::Array(checks)) => marks(checks),
            Some(value) => moment(plain(value)),
            None => String::new(),
        });
        table.add_row(cells);
    }
    table::keep_first(&mut table);
    table.to_string()
}

/// A time as people read it, and everything else as it is. The sandbox tells times in Beijing's.
fn moment(text: String) -> String {
    match (text.strip_suffix("+08:00"), text.len()) {
        (Some(time), 25) => time.replacen('T', " ", 1),
        _ => text,
    }
}

/// The signatures of a request in short.
fn marks(checks: &[Value]) -> String {
    let marks = checks.iter().map(|check| {
        let held = check.get("held") == Some(&Value::Bool(true));
        let mark = if held { '✓' } else { '✗' };
        format!(
            "{mark} {}",
            plain(check.get("kind").unwrap_or(&Value::Null))
        )
    });
    marks.collect::<Vec<_>>().join(" ")
}

fn columns(name: &str) -> &'static [&'static str] {
    match name {
        "requests" => &["number", "time", "method", "target", "signatures", "status"],
        "orders" => &[
            "out_trade_no",
            "total_fee",
            "trade_type",
            "trade_state",
            "time_end",
        ],
        "refunds" => &[
            "out_refund_no",
            "out_trade_no",
            "refund",
            "status",
            "status_time",
        ],
        "payouts" => &[
            "partner_trade_no",
            "amount",
            "openid",
            "status",
            "reason",
            "payment_no",
            "requests",
            "sends",
        ],
        "without_payout" => &["partner_trade_no", "sends"],
        "transfer_bills" => &[
            "out_bill_no",
            "openid",
            "transfer_amount",
            "state",
            "fail_reason",
            "create_time",
            "requests",
        ],
        "red_packets" => &[
            "mch_billno",
            "re_openid",
            "total_amount",
            "status",
            "reason",
            "send_time",
            "requests",
        ],
        "batches" => &[
            "out_batch_no",
            "batch_id",
            "total_amount",
            "total_num",
            "create_time",
        ],
        "transfers" => &[
            "out_batch_no",
            "out_detail_no",
            "total_amount",
            "detail_status",
            "fail_reason",
        ],
        "made" => &[
            "time",
            "out_trade_no",
            "out_refund_no",
            "attempt",
            "url",
            "status",
            "problem",
            "acknowledged",
            "next_attempt",
        ],
        "to_come" => &["due", "out_trade_no", "out_refund_no", "attempt", "url"],
        "rules" => &["id", "api", "fault", "code", "times_left", "chance"],
        _ => &["api", "fault", "code", "delay_ms"],
    }
}

fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    let list = of.get(name).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn line(name: &str, value: &Value) -> String {
    format!("{name}: {}\n", plain(value))
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => clean(text),
        other => other.to_string(),
    }
}

/// Requests are not to be trusted with the terminal.
fn clean(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control() || *c == '\n');
    kept.collect()
}

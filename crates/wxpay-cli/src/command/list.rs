//! `wxpay list`: the operations of the catalogue.

use std::io::{Write, stderr};
use std::process::ExitCode;

use comfy_table::{Table, presets};
use serde_json::{Value, json};
use textwrap::core::display_width;
use wxpay_catalog::Operation;

use crate::fail::Fail;
use crate::lang::Lang;
use crate::operation::found;
use crate::out::stdout;
use crate::{width, wrap};

/// What to look for.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Words of the name, the path or the title in English or Chinese, or the path of a request;
    /// without any, all are listed
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let found = found(&arguments.text.join(" "));
    let mut out = stdout().lock();
    if arguments.json {
        let all: Vec<Value> = found.into_iter().map(line).collect();
        writeln!(out, "{:#}", Value::from(all))?;
        return Ok(ExitCode::SUCCESS);
    }
    if found.is_empty() {
        writeln!(
            stderr(),
            "{}",
            lang.pick("no operation has these words", "没有符合的接口")
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let lines = rows(&found, lang);
    let fits = |width| lines.iter().all(|line| display_width(line) <= width);
    match width::of_tables().filter(|width| !fits(*width)) {
        Some(width) => {
            for operation in found {
                writeln!(out, "{}", wrap::fit_items(&block(operation, lang), width))?;
            }
        }
        None => {
            for line in lines {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A line for each.
fn rows(found: &[&Operation], lang: Lang) -> Vec<String> {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(lang.pick(
        ["name", "effect", "method and path", "title"],
        ["接口名", "类型", "方法和路径", "功能"],
    ));
    for operation in found {
        table.add_row([
            operation.name.as_str(),
            effect(operation, lang),
            &route(operation),
            lang.pick(&operation.title_en, &operation.title_zh),
        ]);
    }
    table.lines().map(|line| line.trim().to_owned()).collect()
}

/// One of them where the lines would be too long: below its name, what it does and where it is.
fn block(operation: &Operation, lang: Lang) -> String {
    format!(
        "{} ({})\n    {}\n    {}",
        operation.name,
        effect(operation, lang),
        lang.pick(&operation.title_en, &operation.title_zh),
        route(operation)
    )
}

/// What a list says of an operation, in JSON; what is absent is null.
pub(super) fn line(operation: &'static Operation) -> Value {
    json!({
        "name": operation.name,
        "version": operation.version,
        "method": operation.method,
        "path": operation.path,
        "title_en": operation.title_en,
        "title_zh": operation.title_zh,
        "effect": operation.effect,
        "resolve": operation.resolve,
        "doc": operation.doc,
        "certainty": operation.certainty,
    })
}

pub(super) fn effect(operation: &Operation, lang: Lang) -> &'static str {
    match operation.effect.as_str() {
        "read" => lang.pick("read", "查询"),
        "page" => lang.pick("page", "网页"),
        "notification" => lang.pick("notification", "通知"),
        _ => lang.pick("write", "变更"),
    }
}

/// The method and the path; a notification has neither, and is known by its events.
pub(super) fn route(operation: &Operation) -> String {
    match (&operation.method, &operation.path) {
        (Some(method), Some(path)) => format!("{method} {path}"),
        _ => operation.events.join(", "),
    }
}

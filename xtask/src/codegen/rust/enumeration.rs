//! Enums, which are open: what the documents do not list is kept.

use super::docs::comment;
use super::file::RustFile;
use crate::codegen::model::Value;

/// An enum; `sent` if a request has it, where a value that nobody knows is dangerous.
pub(super) fn write(file: &mut RustFile<'_>, name: &str, values: &[Value], sent: bool) {
    let other = if sent { "DangerOther" } else { "Other" };
    file.push("/// A documented value, or another.\n#[derive(Clone, Debug, Eq, Hash, PartialEq)]\n#[non_exhaustive]\n");
    file.line(format_args!("pub enum {name} {{"));
    let (mut names, mut wires, mut progress) = (String::new(), String::new(), String::new());
    for value in values {
        let (wire, variant) = (&value.wire, &value.variant);
        file.push(&comment(&description(value)));
        file.line(format_args!("{variant},"));
        names += &format!("Self::{variant} => \"{wire}\",\n");
        wires += &format!("\"{wire}\" => Self::{variant},\n");
        if let Some(meaning) = value.progress {
            progress += &format!("Self::{variant} => Progress::{meaning:?},\n");
        }
    }
    file.push(if sent {
        "/// A value that this version does not know; WeChat Pay may refuse it or take it for something else.\n"
    } else {
        "/// A value that this version does not know, as it came.\n"
    });
    file.line(format_args!("{other}(String),\n}}\n\nimpl {name} {{"));
    file.line(format_args!(
        "/// The value as it goes on the wire.\npub fn as_str(&self) -> &str {{\nmatch self {{\n{names}Self::{other}(text) => text,\n}}\n}}"
    ));
    if !progress.is_empty() {
        file.core("Progress");
        file.line(format_args!(
            "\n/// How far this says that things have come.\npub fn progress(&self) -> Progress {{\nmatch self {{\n{progress}Self::{other}(_) => Progress::Unknown,\n}}\n}}"
        ));
    }
    file.line(format_args!("}}\n"));
    file.line(format_args!(
        "impl From<&str> for {name} {{\nfn from(text: &str) -> Self {{\nmatch text {{\n{wires}_ => Self::{other}(text.to_owned()),\n}}\n}}\n}}\n\nwxpay_client::wire_value!({name});\n"
    ));
}

fn description(value: &Value) -> String {
    let words = &value.words;
    match (words.en.as_str(), words.zh.as_str()) {
        (en, "") => format!("`{}`: {en}.", value.wire),
        ("", zh) => format!("`{}`: {zh}.", value.wire),
        (en, zh) => format!("`{}`: {en} ({zh}).", value.wire),
    }
}

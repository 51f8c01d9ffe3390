//! The arguments of one operation.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgGroup, Args, Command, value_parser};
use wxpay_catalog::{Field, Operation, Reply};

use super::{Options, invoice};
use crate::lang::Lang;
use crate::operation::{choice_of, given, is_choice, is_secret, words};
use crate::{help, width};

/// The command of an operation, with an argument for each field and what every call has.
pub(super) fn command(operation: &'static Operation, lang: Lang) -> Command {
    let name = &operation.name;
    let hint = lang.pick(
        format!("`wxpay show {name}` explains it in full, with the members of each object."),
        format!("`wxpay show {name}` 显示该接口的全部说明，包括各对象的成员。"),
    );
    let shared = shared(operation, lang);
    let heading = lang.pick("Fields of the request", "请求字段");
    let fields =
        given(operation).map(|field| argument(operation, field, lang).help_heading(heading));
    Command::new(name)
        .bin_name(format!("wxpay call {name}"))
        .about(words::title(operation, lang))
        .after_help(hint)
        .term_width(width::of_text())
        .args(fields)
        .args(&shared)
        .groups(choices(operation))
}

/// The arguments that every call has, and where a file goes if one comes.
fn shared(operation: &Operation, lang: Lang) -> Vec<Arg> {
    let mut shared = Command::new("shared").arg(language());
    if operation.reply == Reply::File {
        shared = shared.arg(out().required(true));
    } else if invoice::is_told_by(operation) {
        shared = shared.arg(out());
    }
    shared = Options::augment_args(shared);
    if lang == Lang::Zh {
        shared = help::shared_in_chinese(shared);
    }
    shared.get_arguments().cloned().collect()
}

/// A group for each choice: one of its fields is given, or the whole request.
fn choices(operation: &'static Operation) -> impl Iterator<Item = ArgGroup> {
    let choices = operation.request.iter().filter(|field| is_choice(field));
    choices.map(|choice| {
        ArgGroup::new(format!("choice.{}", choice.name))
            .args(choice.fields.iter().map(id))
            .arg(REQUEST)
            .multiple(true)
            .required(true)
    })
}

/// The id of a field's argument, which no option of the call has.
pub(super) fn id(field: &Field) -> String {
    format!("field.{}", field.wire())
}

/// The option that gives a field: `out_trade_no` is `--out-trade-no`. One that is called like an
/// option of every call gets `field-` before it.
pub(super) fn option(operation: &Operation, field: &Field) -> String {
    let name = kebab(field.wire());
    let shared = shared(operation, Lang::En);
    let is_taken = shared.iter().any(|one| one.get_long() == Some(&name));
    if is_taken || name == "help" {
        format!("field-{name}")
    } else {
        name
    }
}

fn kebab(wire: &str) -> String {
    let mut option = String::new();
    for c in wire.chars() {
        if c.is_ascii_uppercase() && !option.is_empty() && !option.ends_with('-') {
            option.push('-');
        }
        option.push(if c == '_' {
            '-'
        } else {
            c.to_ascii_lowercase()
        });
    }
    option
}

fn argument(operation: &'static Operation, field: &'static Field, lang: Lang) -> Arg {
    let mut argument = Arg::new(id(field))
        .long(option(operation, field))
        .value_name(value_name(field))
        .help(help(field, lang));
    if let Some(choice) = choice_of(operation, field) {
        let others = choice.fields.iter().filter(|other| *other != field);
        argument = argument.conflicts_with_all(others.map(id));
    } else if field.required {
        argument = argument.required_unless_present(REQUEST);
    }
    match field.ty.as_str() {
        "list" | "numbered" => argument.action(ArgAction::Append),
        "Boolean" => argument.value_parser(["true", "false"]),
        "enum" if !field.values.is_empty() => {
            let possible = field.values.iter().map(|value| {
                let words = words::value(value, lang);
                let possible = PossibleValue::new(&value.value);
                if words.is_empty() {
                    possible
                } else {
                    possible.help(words)
                }
            });
            argument.value_parser(possible.collect::<Vec<_>>())
        }
        _ => argument,
    }
}

fn value_name(field: &Field) -> &'static str {
    if is_secret(field) {
        return "@FILE";
    }
    match field.ty.as_str() {
        "Fen" => "FEN",
        "Integer" | "Decimal" => "NUMBER",
        "Boolean" => "BOOLEAN",
        "Time" => "TIME",
        "Date" => "DATE",
        "enum" => "VALUE",
        "File" => "FILE",
        "object" | "numbered" | "Raw" => "JSON",
        "list" if holds_objects(field) => "JSON",
        _ => "TEXT",
    }
}

/// Whether each member of a list is an object.
pub(super) fn holds_objects(list: &Field) -> bool {
    let item = list.item.as_deref();
    item.is_none_or(|item| matches!(item.ty.as_str(), "object" | "Raw"))
}

fn help(field: &Field, lang: Lang) -> String {
    let mut help = words::sent(field, lang);
    if field.required {
        help += lang.pick(". Required", "。必填");
    }
    if is_secret(field) {
        help += lang.pick(
            ". Personal, so never given as it is: `@FILE`, `@-` for standard input or `env:NAME`",
            "。属于敏感信息，不能直接写在命令行：使用 `@文件`、`@-`（标准输入）或 `env:变量名`",
        );
    }
    let item = field.item.as_deref();
    let members = item.map_or(&field.fields, |item| &item.fields);
    if !members.is_empty() {
        let members: Vec<String> = members
            .iter()
            .filter(|member| member.fixed.is_none() && member.from.is_none())
            .map(|member| shape(member, lang))
            .collect();
        help += lang.pick(". JSON with ", "。JSON，成员：");
        help += &members.join(lang.pick(", ", "、"));
    } else if field.ty == "list" {
        if let Some(values) = item.map(|item| &item.values).filter(|all| !all.is_empty()) {
            let values: Vec<&str> = values.iter().map(|value| value.value.as_str()).collect();
            help += lang.pick(". Each is one of ", "。可用的值：");
            help += &values.join(lang.pick(", ", "、"));
        }
        help += lang.pick("; may be given several times", "；可多次给出");
    }
    help
}

/// A member of an object, such as `transfer_amount (fen)`.
fn shape(member: &Field, lang: Lang) -> String {
    let kind = words::kind(member, lang);
    let optional = if member.required || is_choice(member) {
        ""
    } else {
        lang.pick(", optional", "，可选")
    };
    lang.pick(
        format!("{} ({kind}{optional})", member.wire()),
        format!("{}（{kind}{optional}）", member.wire()),
    )
}

/// As the whole program has it.
fn language() -> Arg {
    Arg::new("lang")
        .long("lang")
        .value_name("LANG")
        .value_parser(value_parser!(Lang))
        .hide_possible_values(true)
        .help("The language of what is printed: en or zh; that of the locale by default")
}

fn out() -> Arg {
    Arg::new(OUT)
        .long(OUT)
        .value_name("FILE")
        .help_heading("Options of the call")
        .help("Where the file goes, up to 256 MiB: a name that is not there yet, or `-` for standard output")
}

/// The id of the option that gives the whole request.
const REQUEST: &str = "request";
/// The option that says where a file goes.
pub(super) const OUT: &str = "out";

#[cfg(test)]
mod tests {
    use textwrap::core::display_width;
    use wxpay_catalog::{Entry, entries};

    use super::*;
    use crate::operation::is_notification;
    use crate::parse_error::laid_out;

    fn callable() -> impl Iterator<Item = &'static Operation> {
        let all = entries().iter().map(Entry::operation);
        all.filter(|operation| !is_notification(operation))
    }

    #[test]
    fn every_operation_makes_a_command_in_both_languages() {
        assert!(callable().count() >= 10);
        for operation in callable() {
            for lang in [Lang::En, Lang::Zh] {
                command(operation, lang).debug_assert();
            }
        }
    }

    #[test]
    fn every_help_fits_80_columns() {
        let mut wide = Vec::new();
        for operation in callable() {
            for lang in [Lang::En, Lang::Zh] {
                let help = command(operation, lang).term_width(80).render_long_help();
                let text = laid_out(&help.to_string(), lang, 80);
                let lines = text.lines().filter(|line| display_width(line) > 80);
                wide.extend(lines.map(ToOwned::to_owned));
            }
        }
        assert!(wide.is_empty(), "{wide:#?}");
    }

    #[test]
    fn every_field_and_option_is_explained_in_chinese() {
        let is_chinese = |c: char| ('\u{4e00}'..'\u{a000}').contains(&c);
        let mut missing = Vec::new();
        for operation in callable() {
            let (english, chinese) = (command(operation, Lang::En), command(operation, Lang::Zh));
            if !operation.title_zh.contains(is_chinese) {
                missing.push(operation.name.clone());
            }
            for (english, chinese) in english.get_arguments().zip(chinese.get_arguments()) {
                let id = chinese.get_id();
                assert_eq!(english.get_id(), id);
                let help = chinese
                    .get_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                // A label can be a name that both languages have, such as OpenID.
                let is_name = help.len() < 16 && help.is_ascii() && !help.contains(' ');
                let is_told = help.contains(is_chinese) || is_name;
                let heading = chinese
                    .get_help_heading()
                    .is_none_or(|text| text.contains(is_chinese));
                if help.is_empty() || !is_told || !heading {
                    missing.push(format!("{} {id}: {help}", operation.name));
                }
            }
        }
        assert!(missing.is_empty(), "not in Chinese: {missing:#?}");
    }

    #[test]
    fn options_are_named_as_on_the_wire() {
        for (wire, said) in [
            ("out_trade_no", "out-trade-no"),
            ("payAuthNo", "pay-auth-no"),
            ("Idempotency-Key", "idempotency-key"),
        ] {
            assert_eq!(kebab(wire), said);
        }
    }
}

//! The arguments of one endpoint.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgGroup, Args, Command};

use super::Options;
use super::field::{Field, Kind, Need};
use crate::help;
use crate::lang::Lang;

/// The command with an argument for each field, and what every call has.
pub(super) fn add(command: Command, fields: &'static [Field], lang: Lang) -> Command {
    let heading = lang.pick("Fields of the request", "请求字段");
    let mut options = Options::augment_args(Command::new("options"));
    if lang == Lang::Zh {
        options = help::shared_in_chinese(options);
    }
    let options: Vec<Arg> = options.get_arguments().cloned().collect();
    let arguments = fields
        .iter()
        .map(|field| argument(field, fields, &options, lang).help_heading(heading));
    command
        .args(arguments)
        .args(&options)
        .groups(choices(fields))
}

/// A group for each choice: one of its fields is given, or the whole request.
fn choices(fields: &[Field]) -> Vec<ArgGroup> {
    let mut names: Vec<&str> = fields.iter().filter_map(choice).collect();
    names.sort_unstable();
    names.dedup();
    let group = |name: &&str| {
        let members = fields.iter().filter(|field| choice(field) == Some(name));
        ArgGroup::new(format!("choice.{name}"))
            .args(members.map(id))
            .arg(REQUEST)
            .multiple(true)
            .required(true)
    };
    names.iter().map(group).collect()
}

fn choice(field: &Field) -> Option<&'static str> {
    match field.need {
        Need::Choice(choice) => Some(choice),
        Need::Optional | Need::Required => None,
    }
}

/// The id of a field's argument, which no option of the call has.
pub(super) fn id(field: &Field) -> String {
    format!("field.{}", field.name)
}

fn argument(field: &Field, fields: &[Field], options: &[Arg], lang: Lang) -> Arg {
    let mut argument = Arg::new(id(field))
        .long(long(field, options))
        .value_name(value_name(field.kind))
        .help(help(field, lang));
    argument = match field.need {
        Need::Optional => argument,
        Need::Required => argument.required_unless_present(REQUEST),
        Need::Choice(name) => {
            let is_other = |other: &&Field| choice(other) == Some(name) && other.name != field.name;
            argument.conflicts_with_all(fields.iter().filter(is_other).map(id))
        }
    };
    match field.kind {
        Kind::List(_) => argument.action(ArgAction::Append),
        Kind::Boolean => argument.value_parser(["true", "false"]),
        Kind::Enum(values) => {
            let possible = values.iter().map(|value| {
                let words = lang.pick(value.words.en, value.words.zh);
                let possible = PossibleValue::new(value.wire);
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

/// A field that is called like an option of every call gets `field-` before it.
fn long(field: &Field, options: &[Arg]) -> String {
    let name = field.option();
    let is_taken = options
        .iter()
        .any(|option| option.get_long() == Some(&name));
    if is_taken || ["help", "lang", "version"].contains(&&*name) {
        format!("field-{name}")
    } else {
        name
    }
}

fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Sealed => "TEXT",
        Kind::Secret => "@FILE",
        Kind::Fen => "FEN",
        Kind::Integer => "NUMBER",
        Kind::Boolean => "BOOLEAN",
        Kind::Enum(_) => "VALUE",
        Kind::Object(_) | Kind::List(_) if kind.is_secret() => "@FILE",
        Kind::Object(_) | Kind::List(_) => "JSON",
    }
}

fn help(field: &Field, lang: Lang) -> String {
    let mut help = lang.pick(field.words.en, field.words.zh).to_owned();
    if field.kind.is_secret() {
        help += lang.pick(
            ". Personal, so never given as it is: `@FILE`, `@-` for standard input or `env:NAME`",
            "。属于敏感信息，不能直接写在命令行：使用 `@文件`、`@-`（标准输入）或 `env:变量名`",
        );
    }
    if let Kind::List(members) | Kind::Object(members) = field.kind {
        help += lang.pick(". JSON with ", "。JSON，成员：");
        let members: Vec<String> = members.iter().map(|member| shape(member, lang)).collect();
        help += &members.join(lang.pick(", ", "、"));
    }
    help
}

/// A member of an object, such as `transfer_amount (fen)`.
fn shape(member: &Field, lang: Lang) -> String {
    let kind = match member.kind {
        Kind::Fen => lang.pick("fen", "分"),
        Kind::Integer => lang.pick("number", "整数"),
        Kind::Boolean => lang.pick("true or false", "布尔"),
        Kind::Object(_) => lang.pick("object", "对象"),
        Kind::List(_) => lang.pick("list", "数组"),
        Kind::Text | Kind::Secret | Kind::Sealed | Kind::Enum(_) => lang.pick("text", "文本"),
    };
    let optional = match member.need {
        Need::Optional => lang.pick(", optional", "，可选"),
        _ => "",
    };
    format!("{} ({kind}{optional})", member.name)
}

/// The id of the option that gives the whole request.
const REQUEST: &str = "request";

//! What clap says, in Chinese: mistakes in the arguments, and the fixed words of the help.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::process::ExitCode;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::lang::Lang;

/// Prints the help, the version or a mistake in the arguments, and gives the exit code.
pub(crate) fn print(error: &Error, lang: Lang) -> ExitCode {
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    // If the output is gone, the exit code still tells.
    let _ = match lang {
        Lang::En => error.print(),
        Lang::Zh if error.use_stderr() => write!(stderr(), "{}", in_chinese(error)),
        Lang::Zh => {
            let colours = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            let text = error.render();
            let text = if colours {
                text.ansi().to_string()
            } else {
                text.to_string()
            };
            write!(stdout(), "{}", fixed_words(&text))
        }
    };
    ExitCode::from(code)
}

fn in_chinese(error: &Error) -> String {
    let value = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let argument = value(ContextKind::InvalidArg);
    let said = match error.kind() {
        ErrorKind::UnknownArgument => format!("未知的参数 {argument}"),
        ErrorKind::InvalidSubcommand => {
            format!("未知的命令 {}", value(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => {
            format!(
                "缺少命令，可用的命令：{}",
                value(ContextKind::ValidSubcommand)
            )
        }
        ErrorKind::MissingRequiredArgument => format!("缺少参数 {argument}"),
        ErrorKind::ArgumentConflict => match value(ContextKind::PriorArg) {
            prior if prior.is_empty() || prior == argument => {
                format!("参数 {argument} 只能给出一次")
            }
            prior => format!("参数 {argument} 不能与 {prior} 同时使用"),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let possible = value(ContextKind::ValidValue);
            let possible = match possible.as_str() {
                "" => possible,
                _ => format!("，可用的值：{possible}"),
            };
            match value(ContextKind::InvalidValue) {
                given if given.is_empty() => format!("参数 {argument} 缺少值{possible}"),
                given => format!("参数 {argument} 的值 {given} 无效{possible}"),
            }
        }
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8 文本".to_owned(),
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("参数 {argument} 的值的个数不对")
        }
        ErrorKind::TooManyValues => format!("参数 {argument} 的值过多"),
        // The help, printed since nothing was given.
        _ => return fixed_words(&error.render().to_string()),
    };
    let mut text = format!("错误：{said}\n");
    for kind in [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ] {
        let alike = value(kind);
        if !alike.is_empty() {
            text += &format!("\n  提示：是否应为 {alike}？\n");
        }
    }
    let usage = value(ContextKind::Usage);
    if !usage.is_empty() {
        text += &format!("\n{}\n", fixed_words(&usage));
    }
    text + "\n更多说明请用 --help 查看。\n"
}

/// A text of clap's with its fixed words in Chinese.
fn fixed_words(text: &str) -> String {
    FIXED
        .iter()
        .fold(text.to_owned(), |text, (english, chinese)| {
            text.replace(english, chinese)
        })
}

/// The longer of two comes first.
const FIXED: [(&str, &str); 15] = [
    ("Usage:", "用法："),
    ("Commands:", "命令："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("请求字段:", "请求字段："),
    ("调用选项:", "调用选项："),
    ("配置:", "配置："),
    (
        "Print help (see a summary with '-h')",
        "显示帮助（-h 显示摘要）",
    ),
    (
        "Print help (see more with '--help')",
        "显示帮助（--help 显示详情）",
    ),
    ("Print help", "显示帮助"),
    ("Print version", "显示版本"),
    (
        "Print this message or the help of the given subcommand(s)",
        "显示本说明，或指定命令的说明",
    ),
    ("Possible values:", "可用的值："),
    ("[possible values: ", "[可用的值："),
    ("[default: ", "[默认："),
];

//! What clap says, for the width of a terminal and in the language: the help, and mistakes in the
//! arguments.

use std::env;
use std::io::Write;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::builder::styling::Styles;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Command, Error};

use crate::config::ConfigArgs;
use crate::lang::Lang;
use crate::{width, wrap};

/// Prints the help, the version or a mistake in the arguments, and gives the exit code.
pub(crate) fn print(mut error: Error, lang: Lang) -> ExitCode {
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    without_settings(&mut error);
    let text = match lang {
        Lang::Zh if error.use_stderr() => in_chinese(&error),
        _ => error.render().ansi().to_string(),
    };
    let text = laid_out(&text, lang, width::of_text());
    // If the output is gone, the exit code still tells.
    let _ = if error.use_stderr() {
        write!(anstream::stderr(), "{text}")
    } else {
        write!(anstream::stdout(), "{text}")
    };
    ExitCode::from(code)
}

/// A text of clap's in a language and a width.
pub(crate) fn laid_out(text: &str, lang: Lang, width: usize) -> String {
    match lang {
        Lang::En => wrap::fit(text, width),
        Lang::Zh => wrap::fit(&fixed_words(text), width),
    }
}

/// Takes the settings out of the usage that the environment gives, and the language: clap lists
/// what is given as if it had to be.
fn without_settings(error: &mut Error) {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else {
        return;
    };
    let plain = usage.to_string();
    let settings = ConfigArgs::augment_args(Command::new("settings"));
    let from_env = settings.get_arguments().filter(|setting| {
        let name = setting.get_env();
        name.is_some_and(|name| env::var_os(name).is_some())
    });
    let lang = " --lang <LANG>".to_owned();
    let shown = from_env.filter_map(|setting| {
        let (option, value) = (setting.get_long()?, setting.get_value_names()?.first()?);
        Some(format!(" --{option} <{value}>"))
    });
    let shown = shown.chain([lang]);
    let kept = shown.fold(plain.clone(), |usage, shown| usage.replace(&shown, ""));
    if kept != plain {
        let kept = StyledStr::from(kept);
        error.insert(ContextKind::Usage, ContextValue::StyledStr(kept));
    }
}

fn in_chinese(error: &Error) -> String {
    let value = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        Some(ContextValue::StyledStr(text)) => text.ansi().to_string(),
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
        _ => return error.render().ansi().to_string(),
    };
    let style = *Styles::styled().get_error();
    let mut text = format!("{style}错误：{style:#}{said}\n");
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
        text += &format!("\n{}\n", usage.trim_end());
    }
    text + "\n更多说明请用 --help 查看。\n"
}

/// A text of clap's with its fixed words in Chinese.
pub(crate) fn fixed_words(text: &str) -> String {
    FIXED
        .iter()
        .fold(text.to_owned(), |text, (english, chinese)| {
            text.replace(english, chinese)
        })
}

/// The longer of two comes first.
const FIXED: [(&str, &str); 20] = [
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
    ("[env: ", "[环境变量："),
    ("[aliases: ", "[别名："),
    ("[OPTIONS]", "[选项]"),
    ("[COMMAND]", "[命令]"),
    ("<COMMAND>", "<命令>"),
];

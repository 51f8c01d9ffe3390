//! The help as it is printed: in a language, and for the width of a terminal.
//!
//! What `help.zh.toml` says takes the place of each English text.

use clap::Command;
use toml::Table;

use crate::lang::Lang;
use crate::{width, wrap};

/// The command with its help in a language, its paragraphs in one line each: they are broken when
/// they are printed.
pub(crate) fn prepared(command: Command, lang: Lang) -> Command {
    unwrapped(in_lang(command, lang)).term_width(width::of_text())
}

fn unwrapped(mut command: Command) -> Command {
    let one_line = |text: &clap::builder::StyledStr| wrap::unwrap(&text.to_string());
    if let Some(text) = command.get_long_about().map(one_line) {
        command = command.long_about(text);
    }
    if let Some(text) = command.get_after_help().map(one_line) {
        command = command.after_help(text);
    }
    command.mut_subcommands(unwrapped)
}

/// The command with its help in a language.
fn in_lang(command: Command, lang: Lang) -> Command {
    match (lang, CHINESE.parse::<Table>()) {
        (Lang::Zh, Ok(texts)) => in_chinese(command, &texts),
        _ => command,
    }
}

/// Replaces what a table has: `about` and `long_about` of the command, one text for each argument
/// by its id, and a table for each subcommand.
fn in_chinese(mut command: Command, texts: &Table) -> Command {
    let text = |table: &Table, key: &str| table.get(key)?.as_str().map(ToOwned::to_owned);
    if let Some(about) = text(texts, "about") {
        // A long text alone makes the list of arguments a long one.
        if command.get_long_about().is_some() {
            let long = text(texts, "long_about").unwrap_or_else(|| about.clone());
            command = command.long_about(long);
        }
        command = command.about(about);
    }
    if let Some(after) = text(texts, "after_help") {
        command = command.after_help(after);
    }
    command = arguments_in_chinese(shared_in_chinese(command), texts);
    command.mut_subcommands(|subcommand| {
        match texts
            .get(subcommand.get_name())
            .and_then(|value| value.as_table())
        {
            Some(texts) => in_chinese(subcommand, texts),
            None => subcommand,
        }
    })
}

/// Replaces the help of the arguments that several commands have.
pub(crate) fn shared_in_chinese(command: Command) -> Command {
    match SHARED.parse::<Table>() {
        Ok(texts) => arguments_in_chinese(command, &texts),
        Err(_) => command,
    }
}

fn arguments_in_chinese(command: Command, texts: &Table) -> Command {
    let text = |key: &str| texts.get(key)?.as_str().map(ToOwned::to_owned);
    command.mut_args(|mut argument| {
        if let Some(help) = text(argument.get_id().as_str()) {
            argument = match argument.get_long_help() {
                Some(_) => argument.help(help.clone()).long_help(help),
                None => argument.help(help),
            };
        }
        match argument.get_help_heading().and_then(text) {
            Some(heading) => argument.help_heading(heading),
            None => argument,
        }
    })
}

const CHINESE: &str = include_str!("help.zh.toml");
/// The arguments of [`ConfigArgs`](crate::config::ConfigArgs) and others that several commands
/// have.
const SHARED: &str = include_str!("help_shared.zh.toml");

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use textwrap::core::display_width;

    use super::*;
    use crate::Arguments;
    use crate::parse_error::laid_out;

    #[test]
    fn every_text_is_there_in_chinese() {
        let (mut english, mut chinese) = (
            Arguments::command(),
            in_lang(Arguments::command(), Lang::Zh),
        );
        english.build();
        chinese.build();
        let mut missing = Vec::new();
        collect(&chinese, &english, "wxpay", &mut missing);
        assert!(missing.is_empty(), "not in Chinese: {missing:#?}");
    }

    #[test]
    fn every_help_fits_80_columns() {
        let mut wide = Vec::new();
        for lang in [Lang::En, Lang::Zh] {
            let mut command = unwrapped(in_lang(Arguments::command(), lang)).term_width(80);
            command.build();
            wider(&mut command, lang, &mut wide);
        }
        assert!(wide.is_empty(), "{wide:#?}");
    }

    fn wider(command: &mut Command, lang: Lang, wide: &mut Vec<String>) {
        let (long, short) = (command.render_long_help(), command.render_help());
        for help in [long, short] {
            let text = laid_out(&help.to_string(), lang, 80);
            let lines = text.lines().filter(|line| display_width(line) > 80);
            wide.extend(lines.map(ToOwned::to_owned));
        }
        for subcommand in command.get_subcommands_mut() {
            wider(subcommand, lang, wide);
        }
    }

    fn collect(chinese: &Command, english: &Command, path: &str, missing: &mut Vec<String>) {
        let is_chinese = |text: Option<String>| {
            text.is_some_and(|text| text.chars().any(|c| ('\u{4e00}'..'\u{a000}').contains(&c)))
        };
        if !is_chinese(chinese.get_about().map(ToString::to_string)) {
            missing.push(path.to_owned());
        }
        // These two are clap's own.
        let own = |name: &str| name != "help" && name != "version";
        for argument in chinese
            .get_arguments()
            .filter(|argument| own(argument.get_id().as_str()))
        {
            let id = argument.get_id();
            let mut others = english.get_arguments();
            let before = others
                .find(|other| other.get_id() == id)
                .and_then(|argument| argument.get_help())
                .map(ToString::to_string);
            let help = argument.get_help().map(ToString::to_string);
            if help == before || help.is_none_or(|help| help.is_empty()) {
                missing.push(format!("{path} {id}"));
            }
        }
        for subcommand in chinese
            .get_subcommands()
            .filter(|command| own(command.get_name()))
        {
            let name = subcommand.get_name();
            match english.find_subcommand(name) {
                Some(before) => collect(subcommand, before, &format!("{path} {name}"), missing),
                None => missing.push(format!("{path} {name}")),
            }
        }
    }
}

//! The help in Chinese: what `help.zh.toml` says in the place of each English text.

use clap::Command;
use toml::Table;

use crate::lang::Lang;

/// The command with its help in a language.
pub(crate) fn in_lang(command: Command, lang: Lang) -> Command {
    match (lang, CHINESE.parse::<Table>()) {
        (Lang::Zh, Ok(texts)) => in_chinese(command, &texts),
        _ => command,
    }
}

/// Replaces what a table has: `about` and `long_about` of the command, one text for each argument by its id, and a table
/// for each subcommand.
fn in_chinese(mut command: Command, texts: &Table) -> Command {
    let text = |table: &Table, key: &str| table.get(key)?.as_str().map(ToOwned::to_owned);
    if let Some(about) = text(texts, "about") {
        let long = text(texts, "long_about").unwrap_or_else(|| about.clone());
        command = command.about(about).long_about(long);
    }
    if let Some(after) = text(texts, "after_help") {
        command = command.after_help(after);
    }
    command = command.mut_args(|argument| {
        let found = text(texts, argument.get_id().as_str()).or_else(|| {
            SHARED
                .parse::<Table>()
                .ok()
                .and_then(|shared| text(&shared, argument.get_id().as_str()))
        });
        match found {
            Some(help) => argument.help(help.clone()).long_help(help),
            None => argument,
        }
    });
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

const CHINESE: &str = include_str!("help.zh.toml");
/// The arguments of [`ConfigArgs`](crate::config::ConfigArgs) and others that several commands have.
const SHARED: &str = include_str!("help_shared.zh.toml");

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::Arguments;

    #[test]
    fn every_text_is_there_in_chinese() {
        let mut english = Vec::new();
        let command = in_lang(Arguments::command(), Lang::Zh);
        collect(&command, "wxpay", &mut english);
        assert!(english.is_empty(), "not in help.zh.toml: {english:#?}");
    }

    fn collect(command: &Command, path: &str, english: &mut Vec<String>) {
        let chinese = |text: Option<String>| {
            text.is_some_and(|text| text.chars().any(|c| ('\u{4e00}'..'\u{a000}').contains(&c)))
        };
        if !chinese(command.get_about().map(ToString::to_string)) {
            english.push(path.to_owned());
        }
        for argument in command.get_arguments() {
            let own = Arguments::command();
            let before = find(&own, path, argument.get_id().as_str());
            let help = argument.get_help().map(ToString::to_string);
            if help.is_none() || help == before {
                english.push(format!("{path} {}", argument.get_id()));
            }
        }
        for subcommand in command.get_subcommands() {
            collect(
                subcommand,
                &format!("{path} {}", subcommand.get_name()),
                english,
            );
        }
    }

    /// The English help of an argument.
    fn find(root: &Command, path: &str, id: &str) -> Option<String> {
        let mut command = root;
        for name in path.split(' ').skip(1) {
            command = command.find_subcommand(name)?;
        }
        let argument = command
            .get_arguments()
            .find(|argument| argument.get_id() == id)?;
        argument.get_help().map(ToString::to_string)
    }
}

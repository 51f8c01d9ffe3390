//! The two languages of the command.

use std::ffi::OsString;

use clap::ValueEnum;

/// A language to speak in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Lang {
    /// English.
    En,
    /// Chinese (简体中文).
    Zh,
}

/// A sentence in both languages.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Text {
    en: String,
    zh: String,
}

impl Lang {
    /// The one that the arguments name, or that of the locale, or English.
    ///
    /// It is looked for before the arguments are parsed, so that `--help` and mistakes in them are
    /// told in it too.
    pub(crate) fn of(
        arguments: impl Iterator<Item = OsString>,
        env: impl Fn(&str) -> Option<OsString>,
    ) -> Self {
        Self::named(arguments).unwrap_or_else(|| Self::of_locale(env))
    }

    /// The one of two that is in this language.
    pub(crate) fn pick<T>(self, en: T, zh: T) -> T {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    fn named(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut arguments = arguments.skip(1);
        while let Some(argument) = arguments.next() {
            let argument = argument.to_str()?;
            let value = match argument.strip_prefix("--lang") {
                Some("") => arguments.next()?.to_str()?.to_owned(),
                Some(rest) => rest.strip_prefix('=')?.to_owned(),
                None if argument == "--" => return None,
                None => continue,
            };
            return Self::from_str(&value, true).ok();
        }
        None
    }

    fn of_locale(env: impl Fn(&str) -> Option<OsString>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(env)
            .find(|value| !value.is_empty());
        match locale.as_deref().and_then(|locale| locale.to_str()) {
            Some(locale) if locale.starts_with("zh") => Self::Zh,
            _ => Self::En,
        }
    }
}

impl Text {
    pub(crate) fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// Both sentences changed alike.
    pub(crate) fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self::new(change(&self.en), change(&self.zh))
    }

    pub(crate) fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.en, &self.zh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lang(arguments: &[&str], env: &[(&str, &str)]) -> Lang {
        Lang::of(
            std::iter::once(&"wxpay")
                .chain(arguments)
                .map(OsString::from),
            |name| {
                let found = env.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            },
        )
    }

    #[test]
    fn the_argument_comes_before_the_locale() {
        assert_eq!(
            lang(&["demo", "--lang", "en"], &[("LANG", "zh_CN.UTF-8")]),
            Lang::En
        );
        assert_eq!(lang(&["--lang=zh", "demo"], &[]), Lang::Zh);
        assert_eq!(lang(&["call", "--", "--lang=zh"], &[]), Lang::En);
    }

    #[test]
    fn the_locale_is_read_in_the_order_of_posix() {
        assert_eq!(lang(&[], &[("LANG", "zh_CN.UTF-8")]), Lang::Zh);
        assert_eq!(lang(&[], &[("LANG", "zh_CN"), ("LC_ALL", "C")]), Lang::En);
        assert_eq!(lang(&[], &[("LANG", "zh_TW"), ("LC_ALL", "")]), Lang::Zh);
        assert_eq!(lang(&["--lang"], &[]), Lang::En);
    }
}

use std::error::Error;

use crate::fail::{Fail, explained};
use crate::lang::{Lang, Text};

/// How serious a finding is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Level {
    Green,
    /// It works, and a person should look at it.
    Yellow,
    /// It would fail.
    Red,
    /// It was not looked at, since something before it is red or there is no connection.
    Skipped,
    /// It is not configured, and nothing that is needs it.
    Unused,
}

/// What a check found, and what to do about it.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) level: Level,
    pub(super) said: Text,
    pub(super) to_do: Option<Text>,
}

impl Verdict {
    pub(super) fn green(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(Level::Green, en, zh)
    }

    pub(super) fn yellow(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(Level::Yellow, en, zh)
    }

    pub(super) fn red(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(Level::Red, en, zh)
    }

    pub(super) fn skipped(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(Level::Skipped, en, zh)
    }

    pub(super) fn unused() -> Self {
        Self::new(Level::Unused, "not configured", "未配置")
    }

    /// Red, in the words of a failure.
    pub(super) fn failed(fail: &Fail) -> Self {
        let mut verdict = Self::new(Level::Red, "", "");
        verdict.said = fail.said().clone();
        verdict.because_each(|lang| fail.explained(lang))
    }

    /// The same with the error that is behind it.
    pub(super) fn because(self, error: &(dyn Error + 'static)) -> Self {
        self.because_each(|lang| explained(error, lang))
    }

    fn because_each(mut self, causes: impl Fn(Lang) -> Vec<String>) -> Self {
        let join = |lang, between: &str| {
            let mut said = vec![self.said.in_lang(lang).to_owned()];
            said.extend(causes(lang));
            said.join(between)
        };
        self.said = Text::new(join(Lang::En, ": "), join(Lang::Zh, "："));
        self
    }

    /// The same with something more.
    pub(super) fn also(mut self, en: String, zh: String) -> Self {
        self.said = Text::new(
            format!("{}: {en}", self.said.in_lang(Lang::En)),
            format!("{}：{zh}", self.said.in_lang(Lang::Zh)),
        );
        self
    }

    /// The same with what to do.
    pub(super) fn advise(mut self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.to_do = Some(Text::new(en, zh));
        self
    }

    /// The same with what to do, if there is anything.
    pub(super) fn advise_unless_green(self, en: &str, zh: &str) -> Self {
        if self.level == Level::Green {
            self
        } else {
            self.advise(en, zh)
        }
    }

    /// The same, said of one file of several.
    pub(super) fn within(mut self, file: &str) -> Self {
        self.said = self.said.map(|said| format!("{file}: {said}"));
        self
    }

    pub(super) fn is_green(&self) -> bool {
        self.level == Level::Green
    }

    /// Whether it was not made.
    pub(super) fn is_skipped(&self) -> bool {
        matches!(self.level, Level::Skipped | Level::Unused)
    }

    pub(super) fn is_red(&self) -> bool {
        self.level == Level::Red
    }

    fn new(level: Level, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            level,
            said: Text::new(en, zh),
            to_do: None,
        }
    }
}

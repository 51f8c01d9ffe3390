//! What the command could not do, and why.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use crate::chinese;
use crate::lang::{Lang, Text};

/// Why a command ends without having done what it was asked.
#[derive(Debug)]
pub(crate) struct Fail {
    said: Text,
    cause: Option<Cause>,
    pub(crate) exit: u8,
}

#[derive(Debug)]
enum Cause {
    Error(Box<dyn Error + Send + Sync>),
    Said(Text),
}

impl Fail {
    /// It could not be done. Exit code 1.
    pub(crate) fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            said: Text::new(en, zh),
            cause: None,
            exit: 1,
        }
    }

    /// What was asked can't be understood: an argument, a file or a setting is wrong. Exit code 2.
    pub(crate) fn usage(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            exit: 2,
            ..Self::new(en, zh)
        }
    }

    pub(crate) fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(Cause::Error(cause.into()));
        self
    }

    /// The same, with a cause that is told in both languages.
    pub(crate) fn because_said(mut self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.cause = Some(Cause::Said(Text::new(en, zh)));
        self
    }

    pub(crate) fn exits(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }

    /// What it says, without its cause.
    pub(crate) fn said(&self) -> &Text {
        &self.said
    }

    /// Each cause behind it in English, from the nearest on.
    pub(crate) fn causes(&self) -> Vec<String> {
        self.explained(Lang::En)
    }

    /// Each cause behind it, from the nearest on.
    pub(crate) fn explained(&self, lang: Lang) -> Vec<String> {
        match &self.cause {
            None => Vec::new(),
            Some(Cause::Said(text)) => vec![text.in_lang(lang).to_owned()],
            Some(Cause::Error(error)) => explained(error.as_ref(), lang),
        }
    }

    /// What it says, and each cause behind it, one a line.
    pub(crate) fn write(&self, out: &mut impl Write, lang: Lang) -> io::Result<()> {
        writeln!(
            out,
            "{}{}",
            lang.pick("error: ", "错误："),
            self.said.in_lang(lang)
        )?;
        for cause in self.explained(lang) {
            writeln!(out, "{}{cause}", lang.pick("  because: ", "  原因："))?;
        }
        Ok(())
    }
}

impl From<io::Error> for Fail {
    /// Standard output or input is gone.
    fn from(error: io::Error) -> Self {
        Self::new("can't write the answer", "无法输出结果").because(error)
    }
}

/// A file can't be read.
pub(crate) fn unreadable(path: &Path, error: io::Error) -> Fail {
    let shown = path.display();
    Fail::usage(format!("can't read {shown}"), format!("无法读取 {shown}")).because(error)
}

/// An error and each one behind it, in English.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    explained(error, Lang::En)
}

/// An error and each one behind it. In Chinese those of other libraries are left out, except for
/// the first and the last.
pub(crate) fn explained(error: &(dyn Error + 'static), lang: Lang) -> Vec<String> {
    if lang == Lang::En {
        return errors(error).map(ToString::to_string).collect();
    }
    let last = errors(error).count().saturating_sub(1);
    let text = |(place, error): (usize, &(dyn Error + 'static))| {
        let ours =
            || (place == 0 || place == last).then(|| chinese::payout_text(&error.to_string()));
        chinese::of(error).or_else(ours)
    };
    errors(error).enumerate().filter_map(text).collect()
}

fn errors<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_with_its_causes() {
        let cause = io::Error::other("the printer is on fire");
        let fail = Fail::usage("can't read it", "无法读取").because(cause);
        let mut out = Vec::new();
        fail.write(&mut out, Lang::Zh).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "错误：无法读取\n  原因：the printer is on fire\n"
        );
        assert_eq!(fail.exit, 2);
    }
}

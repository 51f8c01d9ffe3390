//! What the command could not do, and why.

use std::error::Error;
use std::io::{self, Write};

use crate::lang::{Lang, Text};

/// Why a command ends without having done what it was asked.
#[derive(Debug)]
pub(crate) struct Fail {
    said: Text,
    cause: Option<Box<dyn Error + Send + Sync>>,
    pub(crate) exit: u8,
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
        self.cause = Some(cause.into());
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

    /// Each cause behind it, from the nearest on.
    pub(crate) fn causes(&self) -> Vec<String> {
        let cause = self.cause.as_deref().map(|cause| cause as &dyn Error);
        cause.map(chain).unwrap_or_default()
    }

    /// What it says, and each cause behind it, one a line.
    pub(crate) fn write(&self, out: &mut impl Write, lang: Lang) -> io::Result<()> {
        writeln!(
            out,
            "{}{}",
            lang.pick("error: ", "错误："),
            self.said.in_lang(lang)
        )?;
        for cause in self.causes() {
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

/// An error and each one behind it.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut said = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        said.push(error.to_string());
        next = error.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_with_its_causes() {
        let cause = io::Error::other("the disk is full");
        let fail = Fail::usage("can't read it", "无法读取").because(cause);
        let mut out = Vec::new();
        fail.write(&mut out, Lang::Zh).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "错误：无法读取\n  原因：the disk is full\n"
        );
        assert_eq!(fail.exit, 2);
    }
}

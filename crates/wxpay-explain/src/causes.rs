//! What can be wrong: every cause with its stable id, its weight and its words in two languages.

pub(crate) mod body;
pub(crate) mod capture;
pub(crate) mod keys;
pub(crate) mod payment;
pub(crate) mod program;
pub(crate) mod sealed;
#[cfg(feature = "sm")]
pub(crate) mod sm;
pub(crate) mod v2;
pub(crate) mod v2_reply;
pub(crate) mod v3;
pub(crate) mod workwx;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Severity {
    /// Something to know; nothing is wrong with it.
    Note,
    /// It can't be proven from what was given, or WeChat Pay may refuse it.
    Warning,
    /// It is proven, or WeChat Pay refuses it.
    Error,
}

impl Severity {
    /// The name: `note`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The language of a text.
#[allow(clippy::exhaustive_enums)] // every text exists in these two
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese (简体中文).
    Chinese,
}

/// One thing that can be wrong. A name in braces stands for what a finding fills in.
#[derive(Debug)]
pub struct Cause {
    id: &'static str,
    severity: Severity,
    english: [&'static str; 2],
    chinese: [&'static str; 2],
}

impl Cause {
    /// The stable id, such as `v2.sign-lower-case`.
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// How much it weighs.
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong, with names in braces.
    pub const fn sentence(&self, language: Language) -> &'static str {
        let [sentence, _] = self.texts(language);
        sentence
    }

    /// What to do, with names in braces.
    pub const fn advice(&self, language: Language) -> &'static str {
        let [_, advice] = self.texts(language);
        advice
    }

    const fn texts(&self, language: Language) -> [&'static str; 2] {
        match language {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }
}

/// Every cause that can be found, in the order of their protocols.
pub fn causes() -> impl Iterator<Item = &'static Cause> {
    [
        keys::ALL,
        capture::ALL,
        v2::ALL,
        v2_reply::ALL,
        workwx::ALL,
        v3::ALL,
        body::ALL,
        program::ALL,
        payment::ALL,
        sealed::ALL,
        #[cfg(feature = "sm")]
        sm::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Declares causes: name, weight, id, then sentence and advice in English and in Chinese.
macro_rules! declare {
    ($($name:ident: $severity:ident $id:literal $en:literal $en_do:literal $zh:literal $zh_do:literal)*) => {
        $(pub(crate) static $name: $crate::causes::Cause = $crate::causes::Cause {
            id: $id,
            severity: $crate::causes::Severity::$severity,
            english: [$en, $en_do],
            chinese: [$zh, $zh_do],
        };)*

        pub(super) static ALL: &[&$crate::causes::Cause] = &[$(&$name),*];
    };
}
use declare;

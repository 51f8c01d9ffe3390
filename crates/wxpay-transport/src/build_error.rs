use std::borrow::Cow;
use std::error::Error as StdError;

use thiserror::Error;

/// A transport that could not be built. Nothing was sent.
///
/// Neither the text nor the sources hold anything of a key, a certificate or a proxy's password.
#[derive(Debug, Error)]
#[error("{setting}: {problem}")]
pub struct BuildError {
    setting: &'static str,
    problem: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl BuildError {
    /// The setting, file or environment variable that is wrong, such as `apiclient_key.pem` or
    /// `connect_timeout`.
    pub fn setting(&self) -> &'static str {
        self.setting
    }

    pub(crate) fn new(setting: &'static str, problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            setting,
            problem: problem.into(),
            source: None,
        }
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}

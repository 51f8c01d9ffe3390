//! The two languages of the pages.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;

/// The language that the browser asks for first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Words {
    English,
    Chinese,
}

impl Words {
    pub(crate) fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        self.pick("en", "zh-CN")
    }
}

impl<S: Sync> FromRequestParts<S> for Words {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let asked = parts.headers.get(ACCEPT_LANGUAGE);
        let asked = asked
            .and_then(|asked| asked.to_str().ok())
            .unwrap_or_default();
        Ok(if asked.starts_with("zh") {
            Self::Chinese
        } else {
            Self::English
        })
    }
}

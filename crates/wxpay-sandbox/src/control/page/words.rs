//! The two languages of the page.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;

/// A language to show the page in: that of the URL, else that of the cookie, else that of the
/// browser.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Words {
    English,
    Chinese,
}

impl Words {
    /// The one of two texts that is in this language.
    pub(crate) fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        self.pick("en", "zh")
    }

    fn named(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }

    fn of(parts: &Parts) -> Option<Self> {
        let header = |name| parts.headers.get(name)?.to_str().ok();
        let in_url = parts.uri.query().and_then(|query| {
            let mut pairs = query.split('&');
            pairs.find_map(|pair| Self::named(pair.strip_prefix("lang=")?))
        });
        let in_cookie = || {
            let mut cookies = header(COOKIE)?.split(';');
            cookies.find_map(|pair| Self::named(pair.trim().strip_prefix("lang=")?))
        };
        let of_browser = || Self::named(header(ACCEPT_LANGUAGE)?.get(..2)?);
        in_url.or_else(in_cookie).or_else(of_browser)
    }
}

impl<S: Sync> FromRequestParts<S> for Words {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts).unwrap_or(Self::English))
    }
}

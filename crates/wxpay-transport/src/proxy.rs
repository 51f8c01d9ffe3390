use std::env::{self, VarError};

use reqwest::{NoProxy, Proxy, Url};
use wxpay_core::Secret;

use crate::BuildError;

/// Which proxy to go through. It only ever tunnels (`CONNECT`), so it sees neither requests nor
/// responses.
#[derive(Clone, Debug)]
pub(crate) enum ProxyChoice {
    Direct,
    Url(Secret),
    Environment,
}

impl ProxyChoice {
    pub(crate) fn load(&self) -> Result<Option<Proxy>, BuildError> {
        match self {
            Self::Direct => Ok(None),
            Self::Url(url) => parse("proxy", url).map(Some),
            Self::Environment => from_env(),
        }
    }
}

fn from_env() -> Result<Option<Proxy>, BuildError> {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        match env::var(name) {
            Ok(url) if !url.is_empty() => {
                let proxy = parse(name, &Secret::new(url))?;
                return Ok(Some(proxy.no_proxy(NoProxy::from_env())));
            }
            Ok(_) | Err(VarError::NotPresent) => {}
            Err(VarError::NotUnicode(_)) => return Err(BuildError::new(name, "is not Unicode")),
        }
    }
    Ok(None)
}

fn parse(setting: &'static str, url: &Secret) -> Result<Proxy, BuildError> {
    let refuse = || {
        let rule = "must be the URL of an HTTP proxy, such as http://proxy.example:3128";
        BuildError::new(setting, rule)
    };
    let url = url.expose();
    // Environments name a proxy as often by `host:port`.
    let url = if url.contains("://") {
        Url::parse(url)
    } else {
        Url::parse(&format!("http://{url}"))
    };
    // The parse error is not a source: it may quote the URL, which may hold a password.
    let url = url.map_err(|_| refuse())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(refuse());
    }
    // Never `Proxy::all`: a request over plain HTTP would be readable, and changeable, in the
    // proxy.
    Proxy::https(url).map_err(|_| refuse())
}

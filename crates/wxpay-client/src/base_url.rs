use std::net::IpAddr;

use http::Uri;
use wxpay_core::InvalidInput;

/// Checks that a string can be the base URL of a client: `https`, or plain HTTP to this machine, a
/// host, and no query.
///
/// # Errors
/// It breaks one of these rules.
pub fn check_base_url(text: &str) -> Result<(), InvalidInput> {
    BaseUrl::new(text).map(|_| ())
}

/// The host that serves all endpoints.
pub(crate) const MAIN: &str = "https://api.mch.weixin.qq.com";

/// Where requests go: scheme, host and, in front of a gateway, a path that is sent but not signed.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    pub(crate) fn new(text: &str) -> Result<Self, InvalidInput> {
        let broken = |rule, rule_zh| InvalidInput::new("base_url", rule, rule_zh);
        let uri: Uri = text
            .parse()
            .map_err(|_| broken("must be a URL", "必须是 URL"))?;
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let loopback =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if loopback => {}
            _ => {
                return Err(broken(
                    "must begin with https://; plain HTTP goes to this machine only",
                    "必须以 https:// 开头；明文 HTTP 只能用于本机",
                ));
            }
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(broken(
                "must have no query and no fragment",
                "不能带查询参数或 # 片段",
            ));
        }
        if uri
            .authority()
            .is_none_or(|authority| authority.as_str().contains('@'))
        {
            return Err(broken(
                "must have a host and no user name",
                "必须有主机名，且不能带用户名",
            ));
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// The host.
    #[cfg(feature = "download")]
    pub(crate) fn host(&self) -> Option<&str> {
        let rest = self.0.split_once("://")?.1;
        let authority = rest.split('/').next()?;
        let host = authority
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
            .map_or(authority, |(host, _)| host);
        Some(host)
    }

    /// The URL of a target, which begins with a slash. An operation's own host takes the place of
    /// the main one, and of no other: a sandbox or a gateway serves all.
    pub(crate) fn join(&self, host: Option<&str>, target: &str) -> Result<Uri, InvalidInput> {
        let url = match host {
            Some(host) if self.0 == MAIN => format!("https://{host}{target}"),
            _ => format!("{}{target}", self.0),
        };
        url.parse().map_err(|_| {
            InvalidInput::new(
                "path",
                "must make a URL with the base URL",
                "与 base_url 拼接后必须是合法的 URL",
            )
        })
    }
}

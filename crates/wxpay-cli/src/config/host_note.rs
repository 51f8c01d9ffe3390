//! What a person should know of the way that payments take, if it is not the usual one.

use super::Config;
use crate::lang::Text;
use crate::visible::visible;

impl Config {
    /// A sentence on each thing that leads payments elsewhere than to WeChat Pay over the
    /// authorities of the web: another host, another authority, a proxy. For payouts TLS is the
    /// only proof, so these decide what is believed.
    pub(crate) fn host_notes(&self) -> Vec<Text> {
        let mut notes = Vec::new();
        if let Some(url) = self.base_url().filter(|url| !is_wechat_pay(url)) {
            let url = without_user(url);
            notes.push(Text::new(
                format!("Requests go to {url}, which is not WeChat Pay's own host."),
                format!("请求将发往 {url}，这不是微信支付的正式地址。"),
            ));
        }
        if let Some(root) = self.root() {
            let root = visible(&root.display().to_string());
            notes.push(Text::new(
                format!("Only the certificate authority in {root} is trusted, instead of the public ones."),
                format!("只信任 {root} 中的证书颁发机构，不使用公共证书颁发机构。"),
            ));
        }
        if let Some(proxy) = self.proxy() {
            let proxy = without_user(proxy.expose());
            notes.push(Text::new(
                format!("Requests go through the proxy {proxy}."),
                format!("请求经由代理 {proxy}。"),
            ));
        }
        notes
    }
}

/// Whether a URL leads to WeChat Pay itself, with TLS.
pub(crate) fn is_wechat_pay(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    let is_own = host == "mch.weixin.qq.com" || host.ends_with(".mch.weixin.qq.com");
    is_own && uri.scheme_str() == Some("https") && matches!(uri.port_u16(), None | Some(443))
}

/// A URL as it may be shown: without a name and a password in it.
fn without_user(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let scheme = if scheme.is_empty() {
        String::new()
    } else {
        format!("{scheme}://")
    };
    visible(&format!("{scheme}{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigArgs;
    use crate::config::file::File;
    use crate::lang::Lang;

    fn notes(text: &str) -> Vec<Text> {
        let config = Config {
            path: Some("conf/wxpay.toml".into()),
            opened: None,
            args: ConfigArgs::default(),
            file: File::parse("wxpay.toml".as_ref(), text).unwrap(),
        };
        config.host_notes()
    }

    #[test]
    fn the_usual_way_needs_no_word() {
        for url in [
            "https://api.mch.weixin.qq.com",
            "https://api2.mch.weixin.qq.com/",
            "https://API.mch.weixin.qq.com:443",
        ] {
            assert_eq!(notes(&format!("base_url = '{url}'")), [], "{url}");
        }
        assert_eq!(notes(""), []);
    }

    #[test]
    fn another_host_is_named_however_alike_it_is() {
        for url in [
            "https://api.mch.weixin.qq.com.example.com",
            "https://apimch.weixin.qq.com",
            "https://mch.weixin.qq.com.cn",
            "https://api.mch.weixin.qq.com:8443",
            "http://api.mch.weixin.qq.com",
            "https://127.0.0.1:9443",
        ] {
            let [note] = &notes(&format!("base_url = '{url}'"))[..] else {
                panic!("{url}");
            };
            for lang in [Lang::En, Lang::Zh] {
                assert!(note.in_lang(lang).contains(url), "{url}");
            }
        }
        let [note] = &notes("base_url = 'https://api.mch.weixin.qq.com@example.com/x'")[..] else {
            panic!("no note");
        };
        assert!(note.in_lang(Lang::En).contains("https://example.com/x,"));
    }

    #[test]
    fn another_authority_and_a_proxy_are_named_without_a_password() {
        let text = "[tls]\nroot = 'ca.pem'\nproxy = 'http://me:canary@proxy.example:3128'";
        let [root, proxy] = &notes(text)[..] else {
            panic!("not two notes");
        };
        assert!(root.in_lang(Lang::En).contains("conf/ca.pem"));
        assert!(root.in_lang(Lang::Zh).contains("conf/ca.pem"));
        for lang in [Lang::En, Lang::Zh] {
            let said = proxy.in_lang(lang);
            assert!(said.contains("http://proxy.example:3128"), "{said}");
            assert!(!said.contains("canary"), "{said}");
        }
    }
}

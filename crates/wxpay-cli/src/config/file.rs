use std::path::{Path, PathBuf};

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use wxpay_api::core::Secret;

use super::words;
use crate::fail::Fail;

/// `wxpay.toml`, as it is written. Paths are seen from its folder.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) mch_id: Option<String>,
    pub(super) app_id: Option<String>,
    pub(super) sub_mch_id: Option<String>,
    pub(super) sub_app_id: Option<String>,
    pub(super) brand_id: Option<String>,
    pub(super) base_url: Option<String>,
    pub(super) v2: V2,
    pub(super) v3: V3,
    pub(super) wecom: Wecom,
    pub(super) certificate: MerchantCertificate,
    pub(super) platform: Platform,
    pub(super) tls: Tls,
    pub(super) payout: toml::Table,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct V2 {
    #[serde(deserialize_with = "secret")]
    pub(super) key: Option<Secret>,
    pub(super) key_file: Option<PathBuf>,
    pub(super) sign_type: Option<SignTypeName>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct V3 {
    /// Set if APIv3 is asked by another merchant than APIv2: a service provider (服务商商户号).
    pub(super) mch_id: Option<String>,
    #[serde(deserialize_with = "secret")]
    pub(super) key: Option<Secret>,
    pub(super) key_file: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wecom {
    #[serde(deserialize_with = "secret")]
    pub(super) secret: Option<Secret>,
    pub(super) secret_file: Option<PathBuf>,
    pub(super) agent_id: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct MerchantCertificate {
    pub(super) certificate: Option<PathBuf>,
    pub(super) private_key: Option<PathBuf>,
    pub(super) p12: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Platform {
    pub(super) public_key_id: Option<String>,
    pub(super) public_key: Option<PathBuf>,
    /// Set before the key is switched on on the merchant platform: it verifies, and certificates go
    /// on sealing.
    pub(super) public_key_only_verifies: bool,
    pub(super) certificates: Certificates,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Tls {
    pub(super) root: Option<PathBuf>,
    #[serde(deserialize_with = "secret")]
    pub(super) proxy: Option<Secret>,
}

/// The digests of APIv2, by their names on the wire.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub(crate) enum SignTypeName {
    #[serde(rename = "MD5")]
    Md5,
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
}

/// The platform certificates (平台证书).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(untagged, expecting = "must be \"fetch\" or a list of files")]
pub(crate) enum Certificates {
    /// None: WeChat Pay's public key is used.
    #[default]
    #[serde(skip)]
    None,
    /// To be fetched with the APIv3 key.
    Fetch(Fetch),
    /// In these files.
    Files(Vec<PathBuf>),
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub(crate) enum Fetch {
    #[serde(rename = "fetch")]
    Fetch,
}

impl File {
    /// Reads the text of the file that this path leads to.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, Fail> {
        toml::from_str(text).map_err(|error| {
            // The text of the whole error would show the line, and a secret in it.
            let line = error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.matches('\n').count() + 1);
            let shown = path.display();
            Fail::usage(
                format!("{shown}, line {line}: invalid"),
                format!("{shown} 第 {line} 行有误"),
            )
            .because_said(error.message(), words::chinese(error.message()))
        })
    }
}

fn secret<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Secret>, D::Error> {
    // Another type's own message would show the value.
    match toml::Value::deserialize(input) {
        Ok(toml::Value::String(text)) => Ok(Some(Secret::new(text))),
        _ => Err(D::Error::custom(words::SECRET)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    fn read(text: &str) -> Result<File, String> {
        File::parse(Path::new("wxpay.toml"), text).map_err(|fail| {
            let mut out = Vec::new();
            fail.write(&mut out, Lang::En).unwrap();
            String::from_utf8(out).unwrap()
        })
    }

    #[test]
    fn certificates_are_fetched_or_files() {
        let file = read("[platform]\ncertificates = \"fetch\"").unwrap();
        assert_eq!(
            file.platform.certificates,
            Certificates::Fetch(Fetch::Fetch)
        );
        let file = read("[platform]\ncertificates = [\"a.pem\"]").unwrap();
        assert_eq!(
            file.platform.certificates,
            Certificates::Files(vec!["a.pem".into()])
        );
        let said = read("[platform]\ncertificates = \"fech\"").unwrap_err();
        assert!(
            said.contains("line 2") && said.contains("must be \"fetch\""),
            "{said}"
        );
    }

    #[test]
    fn what_is_unknown_is_named_with_its_line() {
        let said = read("mch_id = \"1900000109\"\n[v2]\nkei = \"x\"").unwrap_err();
        assert!(said.contains("line 3") && said.contains("`kei`"), "{said}");
    }

    #[test]
    fn a_mistake_beside_a_secret_does_not_show_it() {
        for text in [
            "[v2]\nkey = canary-canary",
            "[v2]\nkey = \"canary-canary",
            "[v2]\nkey = [\"canary-canary\"]",
        ] {
            let said = read(text).unwrap_err();
            assert!(!said.contains("canary"), "{said}");
        }
        // A secret of digits alone, without quotes.
        for digits in [
            "31415926",
            "31415926535897932384626433832795",
            "3141592e6",
            "31415926.5",
        ] {
            for name in ["[v2]\nkey", "[v3]\nkey", "[wecom]\nsecret", "[tls]\nproxy"] {
                let said = read(&format!("{name} = {digits}")).unwrap_err();
                assert!(!said.contains("31415"), "{said}");
            }
        }
        let file = read("[v2]\nkey = \"canary-canary\"").unwrap();
        assert!(!format!("{file:?}").contains("canary"));
    }
}

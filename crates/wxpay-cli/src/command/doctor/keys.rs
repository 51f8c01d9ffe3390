//! The three secrets that are typed by hand: the APIv2 key, the APIv3 key and the WeCom secret.

use wxpay_api::core::Secret;
use wxpay_api::sign::workwx::AppSecret;

use super::verdict::Verdict;
use crate::config::{Config, SecretSource};

/// The APIv2 key (APIv2密钥) has a valid format.
pub(super) fn v2_key(config: &Config) -> Verdict {
    if config.v2_key_source().is_none() {
        return Verdict::unused();
    }
    match config.v2_key() {
        Ok((key, source)) => api_key(&key, &source, "APIv2"),
        Err(fail) => Verdict::failed(&fail),
    }
}

/// The APIv3 key (APIv3密钥) has a valid format.
pub(super) fn v3_key(config: &Config) -> Verdict {
    if config.v3_key_source().is_none() {
        return Verdict::unused();
    }
    match config.v3_key() {
        Ok((key, source)) => api_key(&key, &source, "APIv3"),
        Err(fail) => Verdict::failed(&fail),
    }
}

/// The two are not the same: one that leaks must not open both.
pub(super) fn differ(config: &Config) -> Verdict {
    match (config.v2_key(), config.v3_key()) {
        (Ok((v2, _)), Ok((v3, _))) if v2.expose() == v3.expose() => Verdict::yellow(
            "the APIv2 key and the APIv3 key are the same",
            "APIv2 密钥与 APIv3 密钥相同",
        )
        .advise(
            "set another APIv3 key on the merchant platform: who learns one would have both",
            "在商户平台重新设置 APIv3 密钥：泄露一个等于泄露两个",
        ),
        (Ok(_), Ok(_)) => Verdict::green("two keys", "两个密钥不同"),
        (Err(fail), _) | (_, Err(fail)) => Verdict::failed(&fail),
    }
}

/// The secret of the WeCom app (自建应用secret) has a valid format.
pub(super) fn wecom_secret(config: &Config) -> Verdict {
    if config.wecom_secret_source().is_none() {
        return Verdict::unused();
    }
    let (secret, source) = match config.wecom_secret() {
        Ok(found) => found,
        Err(fail) => return Verdict::failed(&fail),
    };
    let to_do = (
        "copy the app's Secret from the WeCom admin page (应用管理 > 自建应用), 43 characters without spaces",
        "从企业微信管理后台“应用管理 > 自建应用”复制 Secret：43 个字符，不含空白",
    );
    if let Some(verdict) = spaces(&secret) {
        return verdict.advise(to_do.0, to_do.1);
    }
    let has = secret.expose().chars().count();
    if let Err(error) = AppSecret::new(secret) {
        return Verdict::red(error.rule(), error.rule_zh()).advise(to_do.0, to_do.1);
    }
    if has == 43 {
        return found(has, &source);
    }
    Verdict::yellow(
        format!("{has} characters; WeCom's secrets have 43"),
        format!("{has} 个字符；企业微信的 Secret 为 43 个字符"),
    )
    .advise(to_do.0, to_do.1)
}

fn api_key(key: &Secret, source: &SecretSource, kind: &str) -> Verdict {
    let to_do = |verdict: Verdict| {
        verdict.advise(
            format!(
                "take the {kind} key as it was set on the merchant platform (账户中心 > API安全): 32 letters and digits"
            ),
            format!("使用商户平台“账户中心 > API安全”中设置的 {kind} 密钥：32 个字母和数字"),
        )
    };
    if let Some(verdict) = spaces(key) {
        return to_do(verdict);
    }
    let text = key.expose();
    if text.len() != 32 {
        let has = text.len();
        return to_do(Verdict::red(
            format!("{has} bytes, must be 32"),
            format!("{has} 字节，应为 32 字节"),
        ));
    }
    if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return to_do(Verdict::red(
            "contains something other than letters and digits",
            "含有字母和数字以外的字符",
        ));
    }
    found(32, source)
}

/// Spaces and line ends around a secret, as copying brings them.
fn spaces(secret: &Secret) -> Option<Verdict> {
    let text = secret.expose();
    (text.trim() != text)
        .then(|| Verdict::red("has spaces or line ends around it", "首尾有空格或换行"))
}

fn found(characters: usize, source: &SecretSource) -> Verdict {
    let (en, zh) = match source {
        SecretSource::Environment(variable) => {
            (format!("from {variable}"), format!("来自 {variable}"))
        }
        SecretSource::File(path) => (
            format!("from {}", path.display()),
            format!("来自 {}", path.display()),
        ),
        SecretSource::Inline => (
            "from the configuration".to_owned(),
            "来自配置文件".to_owned(),
        ),
    };
    Verdict::green(
        format!("{characters} characters, {en}"),
        format!("{characters} 个字符，{zh}"),
    )
}

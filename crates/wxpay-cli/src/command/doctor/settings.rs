//! The file, the files that it names, who asks, and whom.

use std::fs::File;
use std::path::PathBuf;

use wxpay_api::check_base_url;
use wxpay_api::core::{AppId, BrandId, MchId};

use super::verdict::Verdict;
use crate::config::{Certificates, Config, SecretSource, is_wechat_pay};

/// Where the settings come from.
pub(super) fn config(config: &Config) -> Verdict {
    match &config.path {
        Some(path) => {
            let shown = path.display();
            Verdict::green(shown.to_string(), shown.to_string())
        }
        None => Verdict::green(
            "no file: arguments and environment only",
            "没有配置文件：仅使用参数和环境变量",
        ),
    }
}

/// Every file that is named is there and can be read.
pub(super) fn files(config: &Config) -> Verdict {
    let named = named(config);
    let broken = named
        .iter()
        .find_map(|(what, path)| Some((what, path, File::open(path).err()?)));
    let Some((what, path, error)) = broken else {
        let count = named.len();
        return Verdict::green(
            format!("{count} files are named, and can be read"),
            format!("配置了 {count} 个文件，均可读取"),
        );
    };
    let shown = path.display();
    Verdict::red(
        format!("{what}: can't read {shown}"),
        format!("{what}：无法读取 {shown}"),
    )
    .because(&error)
    .advise(
        "relative paths start at the folder of the configuration file; correct the path or the file",
        "相对路径以配置文件所在目录为准；请修正路径或文件",
    )
}

/// No file with a secret can be read by others.
pub(super) fn modes(config: &Config) -> Verdict {
    let secrets = secrets(config);
    let mut refused = secrets
        .iter()
        .filter(|source| !is_missing(source))
        .filter_map(|source| config.check_secret(source).err());
    match refused.next() {
        Some(fail) => Verdict::failed(&fail).advise(
            "every file with a secret must be this user's own or root's, with mode 600",
            "含密钥的文件必须归当前用户或 root 所有，权限为 600",
        ),
        None => Verdict::green(
            "only their owner can read the files with secrets",
            "含密钥的文件只有所有者可以读取",
        ),
    }
}

/// The checks of all files that have to be right before these can be read: `files` where one is not
/// there, `modes` where others may read one that is a secret.
pub(super) fn needs(
    config: &Config,
    secrets: Vec<Option<SecretSource>>,
    others: Vec<Option<PathBuf>>,
) -> Vec<&'static str> {
    let (secrets, others) = (secrets.into_iter().flatten(), others.into_iter().flatten());
    let (missing, there): (Vec<SecretSource>, Vec<SecretSource>) = secrets.partition(is_missing);
    let mut needs = Vec::new();
    if !missing.is_empty() || others.into_iter().any(|path| File::open(path).is_err()) {
        needs.push("files");
    }
    if there
        .iter()
        .any(|source| config.check_secret(source).is_err())
    {
        needs.push("modes");
    }
    needs
}

fn is_missing(source: &SecretSource) -> bool {
    matches!(source, SecretSource::File(path) if File::open(path).is_err())
}

/// Something is configured to be asked with.
pub(super) fn protocols(config: &Config) -> Verdict {
    let has_v3 = config.v3_key_source().is_some()
        || config.public_key().is_some()
        || config.certificates() != Certificates::None;
    let configured: Vec<&str> = [
        ("APIv2", config.v2_key_source().is_some()),
        ("APIv3", has_v3),
        ("WeCom", config.wecom_secret_source().is_some()),
    ]
    .into_iter()
    .filter_map(|(name, is_configured)| is_configured.then_some(name))
    .collect();
    if configured.is_empty() || configured == ["WeCom"] {
        return Verdict::red(
            "neither an APIv2 key nor a key of WeChat Pay for APIv3 is configured",
            "既没有配置 APIv2 密钥，也没有配置 APIv3 所需的密钥",
        )
        .advise(
            "give [v2] key_file; for APIv3 [certificate] and [platform]",
            "APIv2 请配置 [v2] key_file；APIv3 请配置 [certificate] 和 [platform]",
        );
    }
    Verdict::green(configured.join(", "), configured.join("、"))
}

/// The merchant ID is there and has a valid format.
pub(super) fn mch_id(config: &Config) -> Verdict {
    if config.is_of_brand() {
        return brand_id(config);
    }
    let of_v3 = config.v3_mch_id();
    let (mch_id, of_v3) = match (config.mch_id(), of_v3) {
        (Ok(mch_id), Ok(of_v3)) => (mch_id, of_v3),
        (Err(fail), _) | (_, Err(fail)) => return Verdict::failed(&fail),
    };
    for number in [mch_id, of_v3] {
        if let Err(error) = MchId::new(number) {
            return Verdict::red(
                format!("{number:?} is not a merchant ID: {}", error.rule()),
                format!("{number:?} 不是商户号：{}", error.rule_zh()),
            )
            .advise(
                "copy it from the merchant platform (账户中心 > 商户信息): digits only",
                "从商户平台“账户中心 > 商户信息”复制，只含数字",
            );
        }
    }
    if mch_id == of_v3 {
        return Verdict::green(mch_id, mch_id);
    }
    Verdict::green(
        format!("{mch_id}; for APIv3 {of_v3}"),
        format!("{mch_id}；APIv3 使用 {of_v3}"),
    )
}

/// The brand ID is there in the place of a merchant's, and has a valid format.
fn brand_id(config: &Config) -> Verdict {
    let brand_id = match config.brand_id() {
        Ok(brand_id) => brand_id,
        Err(fail) => return Verdict::failed(&fail),
    };
    match BrandId::new(brand_id) {
        Ok(_) => Verdict::green(format!("the brand {brand_id}"), format!("品牌 {brand_id}")),
        Err(error) => Verdict::red(
            format!("{brand_id:?} is not a brand ID: {}", error.rule()),
            format!("{brand_id:?} 不是品牌ID：{}", error.rule_zh()),
        )
        .advise(
            "copy it from the brand platform: digits only",
            "从品牌经营平台复制，只含数字",
        ),
    }
}

/// The app id is there and has a valid format; APIv2 alone sends it.
pub(super) fn app_id(config: &Config) -> Verdict {
    let app_id = match config.app_id() {
        Ok(app_id) => app_id,
        Err(_) if config.v2_key_source().is_none() => return Verdict::unused(),
        Err(fail) => return Verdict::failed(&fail),
    };
    match AppId::new(app_id) {
        // Payments in WeCom take it, and an app ID is easily mistaken for it.
        Ok(_) if app_id.starts_with("ww") && has_no_wecom(config) => Verdict::yellow(
            format!("{app_id} is the corpid of a WeCom company, and no WeCom secret is set"),
            format!("{app_id} 是企业微信的 corpid，而没有配置企业微信 secret"),
        )
        .advise(
            "for orders in an official account, a mini program or an app, put its appid (wx…) here",
            "公众号、小程序或 App 的订单，请填写其 appid（wx…）",
        ),
        Ok(_) if app_id.starts_with("ww") => Verdict::green(
            format!(
                "{app_id}, the corpid of a WeCom company; a mini program or an app has an appid of its own (wx…)"
            ),
            format!("{app_id}，企业微信的 corpid；小程序、App 等另有自己的 appid（wx…）"),
        ),
        Ok(_) => Verdict::green(app_id, app_id),
        Err(error) => Verdict::red(
            format!("{app_id:?} is not an app ID: {}", error.rule()),
            format!("{app_id:?} 不是应用 ID：{}", error.rule_zh()),
        )
        .advise(
            "copy the appid (wx…), or the corpid (ww…) for WeCom payments",
            "请复制 appid（wx…）；企业微信付款请填 corpid（ww…）",
        ),
    }
}

/// Whether nothing is set up that a corpid is for. A sandbox's merchant has one for everything.
fn has_no_wecom(config: &Config) -> bool {
    config.wecom_secret_source().is_none() && config.base_url().is_none_or(is_wechat_pay)
}

/// The host is WeChat Pay's own, with the authorities of the web, or another one on purpose.
pub(super) fn host(config: &Config) -> Verdict {
    let url = config.base_url().unwrap_or(PRODUCTION);
    if let Err(error) = check_base_url(url) {
        return Verdict::red(
            format!("base_url {url}: {}", error.rule()),
            format!("base_url {url}：{}", error.rule_zh()),
        )
        .advise(
            format!("leave base_url out for {PRODUCTION}"),
            format!("访问 {PRODUCTION} 时不要设置 base_url"),
        );
    }
    let is_production = is_wechat_pay(url);
    if let Some(root) = config.root().filter(|_| is_production) {
        let shown = root.display();
        return Verdict::red(
            format!("WeChat Pay's own host, but only {shown} is trusted"),
            format!("访问的是微信支付正式地址，却只信任 {shown}"),
        )
        .advise(
            "leave out root, which is for a sandbox: WeChat Pay's certificate is issued by a public authority",
            "去掉 root（仅供沙箱使用）：微信支付的证书由公网 CA 签发",
        );
    }
    if is_production {
        Verdict::green(url, url)
    } else {
        Verdict::green(
            format!("{url}, which is not WeChat Pay's own"),
            format!("{url}（不是微信支付正式地址）"),
        )
    }
}

/// Each file with what it is.
fn named(config: &Config) -> Vec<(&'static str, PathBuf)> {
    let file = |source| match source {
        Some(SecretSource::File(path)) => Some(path),
        _ => None,
    };
    let mut files = vec![
        ("[v2] key_file", file(config.v2_key_source())),
        ("[v3] key_file", file(config.v3_key_source())),
        ("[wecom] secret_file", file(config.wecom_secret_source())),
        ("[certificate] certificate", config.certificate()),
        ("[certificate] private_key", config.private_key()),
        ("[certificate] p12", config.p12()),
        ("[platform] public_key", config.public_key()),
        ("[tls] root", config.root()),
    ];
    if let Certificates::Files(paths) = config.certificates() {
        let paths = paths.into_iter();
        files.extend(paths.map(|path| ("[platform] certificates", Some(path))));
    }
    let named = |(what, path): (&'static str, Option<PathBuf>)| Some((what, path?));
    files.into_iter().filter_map(named).collect()
}

/// Where each secret is.
fn secrets(config: &Config) -> Vec<SecretSource> {
    let keys = [config.private_key(), config.p12()]
        .into_iter()
        .flatten()
        .map(SecretSource::File);
    [
        config.v2_key_source(),
        config.v3_key_source(),
        config.wecom_secret_source(),
    ]
    .into_iter()
    .flatten()
    .chain(keys)
    .collect()
}

pub(super) const PRODUCTION: &str = "https://api.mch.weixin.qq.com";

//! The merchant's certificate (商户API证书) and its private key.

use std::fs;

use wxpay_api::core::{InvalidInput, Secret, Timestamp};
use wxpay_api::sign::v3::{Certificate, P12, PrivateKey};

use super::verdict::Verdict;
use crate::config::{Config, Identity};
use crate::fail::Fail;

/// `apiclient_cert.p12` opens with the merchant ID, and holds what the PEM files do.
pub(super) fn p12(config: &Config) -> Verdict {
    let Some(path) = config.p12() else {
        return Verdict::unused();
    };
    let opened = config.mch_id().and_then(|mch_id| {
        let bytes = fs::read(&path)?;
        P12::open(&bytes, &Secret::new(mch_id)).map_err(|error| wrong(&error))
    });
    let p12 = match opened {
        Ok(p12) => p12,
        Err(fail) => {
            return Verdict::failed(&fail).advise(
                "the password must be the merchant ID, as in the file from the merchant platform; download it again",
                "密码应为商户号；请从商户平台重新下载 apiclient_cert.p12",
            );
        }
    };
    let serial =
        |pem: &str| Certificate::first_from_pem(pem).map(|found| found.serial_no().to_owned());
    let of_p12 = match serial(&p12.certificate_pem) {
        Ok(serial) => serial,
        Err(error) => return Verdict::failed(&wrong(&error)),
    };
    let pem = config
        .certificate()
        .and_then(|path| fs::read_to_string(path).ok());
    match pem.map(|pem| serial(&pem)) {
        Some(Ok(of_pem)) if of_pem != of_p12 => Verdict::yellow(
            format!(
                "it holds certificate {of_p12}, the PEM files hold {of_pem}, and those are used"
            ),
            format!("其中的证书为 {of_p12}，PEM 文件中为 {of_pem}；实际使用 PEM 文件"),
        )
        .advise(
            "leave out p12, or take all three files from one download",
            "去掉 p12，或使用同一次下载的三个文件",
        ),
        _ => Verdict::green(
            format!("it opens and holds certificate {of_p12}"),
            format!("可以打开，其中的证书为 {of_p12}"),
        ),
    }
}

/// The private key (商户API私钥) is one RSA key in PEM, not encrypted.
pub(super) fn private_key(config: &Config) -> Verdict {
    let identity = match identity(config) {
        Ok(identity) => identity,
        Err(verdict) => return *verdict,
    };
    // Which certificate it belongs to is another check's.
    match PrivateKey::from_pem(identity.private_key.expose(), "01") {
        Ok(_) => Verdict::green("one RSA key, not encrypted", "一个未加密的 RSA 私钥"),
        Err(error) => Verdict::failed(&wrong(&error)).advise(
            "use apiclient_key.pem as the certificate tool wrote it (-----BEGIN PRIVATE KEY-----)",
            "使用证书工具生成的 apiclient_key.pem（-----BEGIN PRIVATE KEY-----）",
        ),
    }
}

/// The certificate is one, and has a serial number (证书序列号).
pub(super) fn certificate(config: &Config) -> Verdict {
    match identity(config).map(|identity| Certificate::first_from_pem(&identity.certificate)) {
        Ok(Ok(certificate)) => Verdict::green(
            format!("serial number {}", certificate.serial_no()),
            format!("序列号 {}", certificate.serial_no()),
        ),
        Ok(Err(error)) => Verdict::failed(&wrong(&error)).advise(
            "use apiclient_cert.pem as the certificate tool wrote it (-----BEGIN CERTIFICATE-----)",
            "使用证书工具生成的 apiclient_cert.pem（-----BEGIN CERTIFICATE-----）",
        ),
        Err(verdict) => *verdict,
    }
}

/// The two belong together.
pub(super) fn key_pair(config: &Config) -> Verdict {
    let fits = with_identity(config, |identity| {
        PrivateKey::from_pem_for_certificate(identity.private_key.expose(), &identity.certificate)
    });
    match fits {
        Ok(_) => Verdict::green("the key is the certificate's", "私钥与证书匹配"),
        Err(fail) => Verdict::failed(&fail).advise(
            "take apiclient_key.pem and apiclient_cert.pem from one download",
            "请使用同一次申请得到的 apiclient_key.pem 和 apiclient_cert.pem",
        ),
    }
}

/// The certificate is valid, and for more than a month.
pub(super) fn dates(config: &Config) -> Verdict {
    let certificate = match own_certificate(config) {
        Ok(certificate) => certificate,
        Err(fail) => return Verdict::failed(&fail),
    };
    expiry(&certificate, Timestamp::now()).advise_unless_green(
        "make a new certificate on the merchant platform (账户中心 > API安全); the old one works beside it until it expires",
        "在商户平台“账户中心 > API安全”申请新证书；旧证书在到期前仍可同时使用",
    )
}

/// The certificate is this merchant's.
pub(super) fn owner(config: &Config) -> Verdict {
    let found = own_certificate(config).and_then(|certificate| {
        if config.is_of_brand() {
            return Ok((certificate, config.brand_id()?, config.brand_id()?));
        }
        Ok((certificate, config.mch_id()?, config.v3_mch_id()?))
    });
    let (certificate, mch_id, of_v3) = match found {
        Ok(found) => found,
        Err(fail) => return Verdict::failed(&fail),
    };
    match certificate.common_name() {
        Some(name) if name == mch_id || name == of_v3 => {
            Verdict::green(format!("issued to {name}"), format!("签发给 {name}"))
        }
        name => {
            let name = name.unwrap_or("?");
            Verdict::yellow(
                format!("issued to {name}, not to {mch_id}"),
                format!("证书签发给 {name}，而不是 {mch_id}"),
            )
            .advise(
                "check that the certificate is this merchant's; APIv3 refuses another one's with SIGN_ERROR",
                "请确认证书属于该商户；否则 APIv3 会返回 SIGN_ERROR",
            )
        }
    }
}

/// Whether a certificate is valid now and for another month.
pub(super) fn expiry(certificate: &Certificate, now: Timestamp) -> Verdict {
    let (from, until) = (certificate.not_before(), certificate.not_after());
    let days = (until.unix() - now.unix()).div_euclid(DAY);
    if now.unix() < from.unix() {
        return Verdict::red(
            format!("valid from {from} only"),
            format!("{from} 起才有效"),
        );
    }
    if now.unix() > until.unix() {
        return Verdict::red(format!("expired at {until}"), format!("已于 {until} 过期"));
    }
    if days < 30 {
        return Verdict::yellow(
            format!("expires in {days} days, at {until}"),
            format!("将在 {days} 天后（{until}）过期"),
        );
    }
    Verdict::green(
        format!("valid until {until}, {days} days"),
        format!("有效期至 {until}，剩余 {days} 天"),
    )
}

pub(super) fn own_certificate(config: &Config) -> Result<Certificate, Fail> {
    with_identity(config, |identity| {
        Certificate::first_from_pem(&identity.certificate)
    })
}

fn with_identity<T>(
    config: &Config,
    read: impl Fn(&Identity) -> Result<T, InvalidInput>,
) -> Result<T, Fail> {
    let missing = || Fail::usage("no certificate is configured", "未配置商户证书");
    let identity = config.identity()?.ok_or_else(missing)?;
    read(&identity).map_err(|error| wrong(&error))
}

/// Both files, or the verdict on what is missing of them.
fn identity(config: &Config) -> Result<Identity, Box<Verdict>> {
    let half = match (config.certificate(), config.private_key()) {
        (Some(_), None) => Some("private_key"),
        (None, Some(_)) => Some("certificate"),
        _ => None,
    };
    if let Some(missing) = half.filter(|_| config.p12().is_none()) {
        return Err(Box::new(
            Verdict::red(
                format!("[certificate] {missing} is missing beside the other"),
                format!("缺少 [certificate] {missing}，两者须同时配置"),
            )
            .advise(
                "give apiclient_cert.pem and apiclient_key.pem, or apiclient_cert.p12",
                "请同时提供 apiclient_cert.pem 和 apiclient_key.pem，或提供 apiclient_cert.p12",
            ),
        ));
    }
    match config.identity() {
        Ok(Some(identity)) => Ok(identity),
        Ok(None) if uses_v3(config) => Err(Box::new(
            Verdict::red(
                "APIv3 is configured, but no merchant certificate to sign with",
                "已配置 APIv3，但没有用于签名的商户证书",
            )
            .advise(
                "give apiclient_cert.pem and apiclient_key.pem in [certificate]",
                "请在 [certificate] 中提供 apiclient_cert.pem 和 apiclient_key.pem",
            ),
        )),
        Ok(None) => Err(Box::new(Verdict::unused())),
        Err(fail) => Err(Box::new(Verdict::failed(&fail))),
    }
}

/// Whether anything is configured that only APIv3 needs.
fn uses_v3(config: &Config) -> bool {
    config.v3_key_source().is_some()
        || config.public_key().is_some()
        || config.public_key_id().is_some()
}

fn wrong(error: &InvalidInput) -> Fail {
    Fail::usage(
        error.to_string(),
        format!("{}：{}", error.field(), error.rule_zh()),
    )
}

/// In seconds.
const DAY: i64 = 24 * 3600;

//! WeChat Pay's own keys: its public key (微信支付公钥) or its platform certificates (平台证书).

use wxpay_api::core::{InvalidInput, Timestamp};
use wxpay_api::sign::v3::{Certificate, MerchantKey, PlatformKeys};

use super::merchant::{expiry, own_certificate};
use super::verdict::Verdict;
use crate::config::{Certificates, Config, certificate_text};
use crate::fail::Fail;

/// The public key and its id are there and have their form.
pub(super) fn public_key(config: &Config) -> Verdict {
    let (id, pem) = match config.public_key_pem() {
        Ok(Some(found)) => found,
        Ok(None) => return Verdict::unused(),
        Err(fail) => {
            return Verdict::failed(&fail)
                .advise("give both, the id and the key", "公钥 ID 和公钥须同时配置");
        }
    };
    let digits = id.strip_prefix("PUB_KEY_ID_");
    if !digits
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
    {
        return Verdict::red(
            format!("the id {id:?} is not PUB_KEY_ID_…"),
            format!("公钥 ID {id:?} 不是 PUB_KEY_ID_… 形式"),
        )
        .advise(
            "copy the id from the merchant platform (账户中心 > API安全 > 微信支付公钥); it is not the serial number of a certificate",
            "从商户平台“账户中心 > API安全 > 微信支付公钥”复制公钥 ID；它不是证书序列号",
        );
    }
    match config.public_key_only() {
        Ok(_) => Verdict::green(id.clone(), id),
        Err(fail) if pem.contains("BEGIN CERTIFICATE") && !is_merchants(&pem) => Verdict::failed(
            &fail,
        )
        .advise(
            "this file is a certificate: a platform certificate goes into [platform] certificates",
            "该文件是证书：平台证书应配置在 [platform] certificates",
        ),
        Err(fail) => Verdict::failed(&fail).advise(
            "download pub_key.pem from the merchant platform again (-----BEGIN PUBLIC KEY-----)",
            "请从商户平台重新下载 pub_key.pem（-----BEGIN PUBLIC KEY-----）",
        ),
    }
}

/// Whether it is a merchant's certificate (商户API证书), whose owner is a merchant ID.
fn is_merchants(pem: &str) -> bool {
    let certificate = Certificate::first_from_pem(pem);
    certificate.is_ok_and(|certificate| {
        let owner = certificate.common_name().unwrap_or_default();
        !owner.is_empty() && owner.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The public key is not the merchant's own.
pub(super) async fn owner(config: &Config) -> Verdict {
    match is_own(config).await {
        Ok(false) => Verdict::green("not the merchant's own key", "不是商户自己的密钥"),
        Ok(true) => Verdict::red(
            "the public key is the merchant's own: no response of WeChat Pay will verify",
            "公钥文件是商户自己的公钥：将无法验证微信支付的应答",
        )
        .advise(
            "download WeChat Pay's key (微信支付公钥) from the merchant platform, pub_key.pem",
            "请从商户平台下载微信支付公钥 pub_key.pem",
        ),
        Err(fail) => Verdict::failed(&fail),
    }
}

/// The platform certificates that are in files are valid, and WeChat Pay's.
pub(super) fn certificates(config: &Config) -> Verdict {
    let Certificates::Files(files) = config.certificates() else {
        return Verdict::unused();
    };
    let own = own_certificate(config).ok();
    let mut worst: Option<Verdict> = None;
    let mut serials = Vec::new();
    for file in files {
        let shown = file.display();
        let wrong = |error: InvalidInput| {
            let shown = shown.to_string();
            Fail::usage(shown.clone(), shown).because(error)
        };
        let read = certificate_text(&file);
        let certificate = match read.and_then(|pem| Certificate::from_pem(&pem).map_err(wrong)) {
            Ok(certificate) => certificate,
            Err(fail) => {
                return Verdict::failed(&fail).advise(
                    "give WeChat Pay's certificate, wechatpay_….pem, one in each file",
                    "请提供平台证书 wechatpay_….pem，每个文件一张",
                );
            }
        };
        if own
            .as_ref()
            .is_some_and(|own| own.public_key_der() == certificate.public_key_der())
        {
            return Verdict::red(
                format!(
                    "{shown} is the merchant's own certificate: no response of WeChat Pay will verify"
                ),
                format!("{shown} 是商户自己的证书：将无法验证微信支付的应答"),
            )
            .advise(
                "give WeChat Pay's certificates, or certificates = \"fetch\"",
                "请提供平台证书，或设置 certificates = \"fetch\"",
            );
        }
        let verdict = expiry(&certificate, Timestamp::now());
        if !verdict.is_green() && worst.as_ref().is_none_or(|worst| !worst.is_red()) {
            worst = Some(verdict.within(&shown.to_string()));
        }
        serials.push(certificate.serial_no().to_owned());
    }
    let green = Verdict::green(serials.join(", "), serials.join("、"));
    worst.unwrap_or(green).advise_unless_green(
        "set certificates = \"fetch\", which keeps them up to date, or move to the public key (微信支付公钥)",
        "设置 certificates = \"fetch\" 以自动更新，或改用微信支付公钥",
    )
}

/// There is a key to verify responses of APIv3 with, if it is used.
pub(super) fn trust(config: &Config) -> Verdict {
    let has_key = config.public_key().is_some();
    let (en, zh) = match (has_key, config.certificates()) {
        (true, Certificates::None) => ("the public key", "微信支付公钥模式"),
        (false, Certificates::Files(_)) => {
            ("platform certificates in files", "平台证书模式（文件）")
        }
        (false, Certificates::Fetch(_)) => {
            ("platform certificates, fetched", "平台证书模式（自动下载）")
        }
        (true, Certificates::Files(_) | Certificates::Fetch(_)) => (
            "the public key, and platform certificates beside it",
            "公钥与平台证书并用（迁移期间）",
        ),
        (false, Certificates::None) if config.v3_key_source().is_none() => {
            return Verdict::unused();
        }
        (false, Certificates::None) => {
            return Verdict::red(
                "APIv3 is configured, but no key of WeChat Pay to verify its responses with",
                "已配置 APIv3，但没有用于验证应答的微信支付公钥或平台证书",
            )
            .advise(
                "give public_key_id and public_key in [platform], or certificates = \"fetch\"",
                "请在 [platform] 中配置 public_key_id 和 public_key，或 certificates = \"fetch\"",
            );
        }
    };
    Verdict::green(en, zh)
}

/// What the merchant signs would verify with the public key only if it were the merchant's own.
async fn is_own(config: &Config) -> Result<bool, Fail> {
    let Some((id, keys)) = config.public_key_only()? else {
        return Ok(false);
    };
    let signature = config.signing_key_at_any_time()?.sign(PROBE).await;
    let signature =
        signature.map_err(|error| Fail::new("can't sign", "无法签名").because(error))?;
    Ok(keys.verify(&id, PROBE, &signature).await.is_ok())
}

const PROBE: &[u8] = b"wxpay doctor";

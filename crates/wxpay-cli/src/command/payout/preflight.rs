//! What is looked at before the first fen: settings, and the answers to two harmless queries.

use std::io::{Write, stderr};
use std::time::Duration;

use wxpay_api::core::{Error, ErrorKind, VerificationFailure};

use super::super::probe;
use crate::config::{Certificates, Config};
use crate::fail::{Fail, explained};
use crate::lang::Lang;
use crate::visible::visible;

/// What products of APIv3 need and a configuration can lack.
pub(super) fn needs_v3(config: &Config) -> Result<(), Fail> {
    config.v3_mch_id()?;
    config.signing_key()?;
    if matches!(config.certificates(), Certificates::Fetch(_)) {
        config.v3_key()?;
    } else {
        config.public_keys()?;
    }
    Ok(())
}

/// Says what leads payments elsewhere than to WeChat Pay.
pub(super) fn notes(config: &Config, lang: Lang) -> Result<(), Fail> {
    for note in config.host_notes() {
        writeln!(stderr(), "{}", note.in_lang(lang))?;
    }
    Ok(())
}

/// Asks about numbers that do not exist, and ends with what a certain refusal says of certificate
/// and key. What is not certain is left to the run.
pub(super) async fn employee(config: &Config, lang: Lang) -> Result<(), Fail> {
    let asked = tokio::time::timeout(CHECKS_TIMEOUT, async {
        tokio::join!(probe::payment(config), probe::order(config))
    });
    let Ok((payment, order)) = asked.await else {
        return late(lang);
    };
    // Merchants who only pay employees may have no app for orders: only what it says of the key
    // counts.
    let order = order?.filter(probe::speaks_of_the_key);
    judge([payment?, order], certain, lang)
}

/// The same for transfers.
pub(super) async fn transfer(config: &Config, lang: Lang) -> Result<(), Fail> {
    let Ok(asked) = tokio::time::timeout(CHECKS_TIMEOUT, probe::transfer(config)).await else {
        return late(lang);
    };
    let closed = (
        "transfers to users (商家转账) are not open to this merchant ID",
        "该商户号未开通商家转账",
    );
    judge([asked?], |error| certain_v3(error, closed), lang)
}

/// The same for red packets.
pub(super) async fn red_packet(config: &Config, lang: Lang) -> Result<(), Fail> {
    let Ok(asked) = tokio::time::timeout(CHECKS_TIMEOUT, probe::red_packet(config)).await else {
        return late(lang);
    };
    let certain = |error: &Error| match error.kind() {
        ErrorKind::Business(refusal) if refusal.code() == "NO_AUTH" => Some(before(
            "red packets are not open to this merchant ID",
            "该商户号未开通现金红包",
        )),
        _ => certain(error),
    };
    judge([asked?], certain, lang)
}

/// The same for transfers to balances.
pub(super) async fn batch_transfer(config: &Config, lang: Lang) -> Result<(), Fail> {
    let Ok(asked) = tokio::time::timeout(CHECKS_TIMEOUT, probe::batch_transfer(config)).await
    else {
        return late(lang);
    };
    let closed = (
        "transfers to balances (商家转账到零钱) are not open to this merchant ID: new merchants have --product transfer",
        "该商户号未开通商家转账到零钱：新商户请使用 --product transfer",
    );
    judge([asked?], |error| certain_v3(error, closed), lang)
}

/// The same for refunds.
pub(super) async fn refund(config: &Config, lang: Lang) -> Result<(), Fail> {
    let Ok(asked) = tokio::time::timeout(CHECKS_TIMEOUT, probe::refund(config)).await else {
        return late(lang);
    };
    let closed = (
        "refunds are not open to this merchant ID, or not for this sub-merchant",
        "该商户号未开通退款，或未获得该子商户的授权",
    );
    judge([asked?], |error| certain_v3(error, closed), lang)
}

fn late(lang: Lang) -> Result<(), Fail> {
    writeln!(
        stderr(),
        "{}",
        lang.pick(
            "The check before the payments was not answered in time; each payout is still asked about before it is sent.",
            "付款前检查未及时得到应答；每笔付款发送之前仍会查询。",
        )
    )?;
    Ok(())
}

fn judge(
    answers: impl IntoIterator<Item = Option<Error>>,
    certain: impl Fn(&Error) -> Option<Fail>,
    lang: Lang,
) -> Result<(), Fail> {
    let mut unanswered = None;
    for error in answers.into_iter().flatten() {
        if let Some(fail) = certain(&error) {
            return Err(fail.because(Told(error)));
        }
        if matches!(error.kind(), ErrorKind::Transport(_)) {
            unanswered = Some(error);
        }
    }
    if let Some(error) = unanswered {
        let causes = explained(error.kind(), lang);
        let causes = visible(&causes.join(lang.pick(": ", "：")));
        writeln!(
            stderr(),
            "{}",
            lang.pick(
                format!("The check before the payments was not answered: {causes}"),
                format!("付款前检查未得到应答：{causes}"),
            )
        )?;
    }
    Ok(())
}

/// What an answer of APIv3 says for certain; `closed` if the product is not this merchant's.
fn certain_v3(error: &Error, closed: (&str, &str)) -> Option<Fail> {
    let status = match error.kind() {
        ErrorKind::Business(refusal) if refusal.code() == "NO_AUTH" => {
            return Some(before(closed.0, closed.1));
        }
        ErrorKind::Business(refusal) => refusal.status(),
        ErrorKind::Protocol(claim) => claim.status(),
        ErrorKind::Verification(failure) => {
            let is_stale = matches!(failure.failure(), VerificationFailure::Stale(_));
            return (!is_stale).then(|| {
                before(
                    "the answers are not signed with the key in [platform]: it must be the merchant's own, with its ID",
                    "应答的签名与 [platform] 中的公钥不符：须使用该商户自己的微信支付公钥及其 ID",
                )
            });
        }
        _ => return None,
    };
    (status == 401).then(|| {
        before(
            "WeChat Pay does not know this signature: the certificate must be one of this merchant ID's, and not revoked",
            "微信支付不认可该签名：证书须属于该商户号，且未作废",
        )
    })
}

fn certain(error: &Error) -> Option<Fail> {
    let code = match error.kind() {
        ErrorKind::Business(refusal) => Some(refusal.code()),
        ErrorKind::Protocol(claim) => claim.claimed_code(),
        _ => None,
    };
    if probe::speaks_of_the_key(error) {
        return Some(before(
            "the APIv2 key is not this merchant's",
            "APIv2 密钥与商户平台设置的不一致",
        ));
    }
    let refused_without_certificate =
        matches!(error.kind(), ErrorKind::Protocol(claim) if claim.status() == 400);
    match code {
        Some("CA_ERROR") => Some(certificate()),
        _ if refused_without_certificate => Some(certificate()),
        Some("NO_AUTH") => Some(before(
            "payments to employees are not open to this merchant ID",
            "该商户号未开通企业微信付款",
        )),
        Some("WORKWX_MCHID_ERROR") => Some(before(
            "app_id is not the company (corpid) that the merchant ID is bound to in WeCom",
            "app_id 不是企业微信中绑定该商户号的企业的 corpid",
        )),
        _ => None,
    }
}

fn certificate() -> Fail {
    before(
        "WeChat Pay refuses the client certificate: it must be this merchant's, not expired and not revoked",
        "微信支付拒绝了商户API证书：证书须属于该商户，且未过期、未作废",
    )
}

fn before(en: &str, zh: &str) -> Fail {
    Fail::usage(
        format!("{en}; nothing was paid. wxpay doctor tells more"),
        format!("{zh}；没有付款。详情请运行 wxpay doctor"),
    )
}

/// What WeChat Pay said, without the endpoint's name.
#[derive(Debug)]
struct Told(Error);

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&visible(&self.0.kind().to_string()))
    }
}

impl std::error::Error for Told {}

/// Both are over by then, or nobody answers.
const CHECKS_TIMEOUT: Duration = Duration::from_secs(10);

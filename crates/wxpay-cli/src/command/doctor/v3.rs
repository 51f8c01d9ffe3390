//! What APIv3 says to an echo and to a query about a number that does not exist.

use wxpay_api::core::{Error, ErrorKind, OutBatchNo, Timestamp, VerificationFailure};
use wxpay_api::transport::Transport;
use wxpay_api::v3::partner_transfer::{
    QueryBatchByOutBatchNo, query_batch_by_out_batch_no::QueryBatchByOutBatchNoOptions,
};
use wxpay_api::v3::security::{Echo, echo::EchoOptions};
use wxpay_api::v3::{Client, Json, Reason, RefreshError};
use wxpay_client::dynamic::DynamicRequest;

use super::verdict::Verdict;
use crate::config::{Certificates, Clients, Config};
use crate::fail::Fail;

/// The platform certificates (平台证书) can be fetched and open with the APIv3 key.
pub(super) async fn fetch(config: &Config) -> (Verdict, ()) {
    if !matches!(config.certificates(), Certificates::Fetch(_)) {
        return (Verdict::unused(), ());
    }
    let fetched = match Clients::without_identity(config).and_then(|clients| clients.fetched()) {
        Ok(fetched) => fetched,
        Err(fail) => return (Verdict::failed(&fail), ()),
    };
    let verdict = match fetched.refresh().await {
        Ok(()) => {
            let serials = fetched.serial_numbers();
            Verdict::green(serials.join(", "), serials.join("、"))
        }
        Err(error) => fetch_verdict(&error),
    };
    (verdict, ())
}

/// Both sides verify and open what the other signs and seals.
pub(super) async fn echo(config: &Config) -> (Verdict, ()) {
    if config.is_of_brand() {
        return (Verdict::unused(), ());
    }
    let clients = match Clients::without_identity(config) {
        Ok(clients) => clients,
        Err(fail) => return (Verdict::failed(&fail), ()),
    };
    let verdict = match clients.v3() {
        Ok(client) => ask_echo(&client, &clients).await,
        Err(fail) => Verdict::failed(&fail),
    };
    (verdict, ())
}

/// A query is answered, with a signature that holds.
pub(super) async fn query(config: &Config) -> (Verdict, ()) {
    if config.is_of_brand() {
        return (query_as_brand(config).await, ());
    }
    let verdict = match ask_batch(config).await {
        Err(fail) => Verdict::failed(&fail),
        Ok(None) => Verdict::green("a batch was found", "查到了批次"),
        Ok(Some(error)) => match error.business().map(|refusal| refusal.code()) {
            Some("NOT_FOUND") => Verdict::green(
                "NOT_FOUND, as it should for a number that does not exist; its signature holds",
                "NOT_FOUND：号码不存在，符合预期；应答验签通过",
            ),
            Some("NO_AUTH") => Verdict::green(
                "NO_AUTH: the keys are right, but this merchant may not use partner transfers",
                "NO_AUTH：密钥无误，该商户未开通服务商批量转账",
            ),
            _ => refused(&error),
        },
    };
    (verdict, ())
}

/// The same for a brand: whatever a response says, it is signed for this brand.
async fn query_as_brand(config: &Config) -> Verdict {
    let clients = match Clients::without_identity(config) {
        Ok(clients) => clients,
        Err(fail) => return Verdict::failed(&fail),
    };
    let client = match clients.brand() {
        Ok(client) => client,
        Err(fail) => return Verdict::failed(&fail),
    };
    let Some(operation) = wxpay_catalog::find(OF_A_BRAND) else {
        return Verdict::unused();
    };
    let request = DynamicRequest::new(operation, Json::object([("extra", Json::Null)]));
    let holds = |said: &str| {
        Verdict::green(
            format!("{said}; the signatures hold, both ways"),
            format!("{said}；双向验签通过"),
        )
    };
    match client.send(&request).await {
        Ok(_) => holds("200"),
        Err(error) => match error.business() {
            Some(refusal) => holds(refusal.code()),
            None => refused(&error),
        },
    }
}

async fn ask_echo(client: &Client, clients: &Clients<'_>) -> Verdict {
    let request = Echo {
        echo_message: MESSAGE.to_owned(),
        options: EchoOptions::default().encrypted_echo_message(SEALED),
    };
    let (http, pending) = match client.prepare(&request).await {
        Ok(prepared) => prepared,
        Err(error) => return refused(&error),
    };
    let response = match clients.transport().send(http).await {
        Ok(response) => response,
        Err(error) => return refused(&pending.failed(error)),
    };
    let signed_at = response
        .headers()
        .get("Wechatpay-Timestamp")
        .and_then(|text| text.to_str().ok()?.parse::<i64>().ok());
    let reply = match pending.finish(response).await {
        Ok(reply) => reply,
        Err(error) => return refused(&error),
    };
    let opened = match &reply.encrypted_echo_message {
        Some(sealed) => client.open(sealed).await.ok(),
        None => None,
    };
    if opened.is_none_or(|opened| opened.expose() != SEALED) {
        return Verdict::red(
            "signatures hold both ways, but the encrypted field did not come back",
            "双向验签通过，但加密字段未能还原",
        )
        .advise(
            "the certificate that WeChat Pay seals for is another one of this merchant's: use the newest",
            "微信支付加密所用的是该商户的另一张证书：请使用最新的证书",
        );
    }
    let apart = signed_at.map_or(0, |at| at.abs_diff(Timestamp::now().unix()));
    if apart > 60 {
        return Verdict::yellow(
            format!("it works, and the response was signed {apart} s away from this clock"),
            format!("正常，但应答签名时间与本机时钟相差 {apart} 秒"),
        )
        .advise("set the clock by NTP", "请用 NTP 校时");
    }
    Verdict::green(
        "signatures hold and encrypted fields decrypt, both ways",
        "双向签名、加密均正常",
    )
}

async fn ask_batch(config: &Config) -> Result<Option<Error>, Fail> {
    let number = format!("wxpaydoctor{}", Timestamp::now().unix_millis());
    let request = QueryBatchByOutBatchNo {
        out_batch_no: OutBatchNo::new(number).map_err(|error| {
            Fail::new("the clock can't be right", "本机时钟有误").because(error)
        })?,
        need_query_detail: false,
        options: QueryBatchByOutBatchNoOptions::default(),
    };
    Ok(Clients::without_identity(config)?
        .v3()?
        .send(&request)
        .await
        .err())
}

fn fetch_verdict(error: &RefreshError) -> Verdict {
    let verdict = Verdict::red("can't be fetched", "无法下载").because(error);
    match error {
        RefreshError::NoCertificates => verdict.advise(
            "use the public key: public_key_id and public_key in [platform], from 账户中心 > API安全 > 微信支付公钥",
            "请改用微信支付公钥：在 [platform] 配置 public_key_id 和 public_key（账户中心 > API安全 > 微信支付公钥）",
        ),
        RefreshError::Expired => verdict.advise(
            "use the public key: public_key_id and public_key in [platform], or ask WeChat Pay's support",
            "请改用微信支付公钥：在 [platform] 配置 public_key_id 和 public_key，或联系微信支付技术支持",
        ),
        RefreshError::Unverified(_) => verdict.advise(
            "the APIv3 key is not the one that was set on the merchant platform",
            "APIv3 密钥与商户平台设置的不一致",
        ),
        RefreshError::Status(401) => wrong_merchant(verdict),
        _ => verdict,
    }
}

fn refused(error: &Error) -> Verdict {
    let mut verdict = Verdict::red("refused", "被拒绝").because(error.kind());
    if let Some(id) = error.request_id() {
        let reason = Reason::of_request_id(id).filter(|reason| reason.chinese().is_some());
        verdict = verdict.also(
            format!(
                "Request-ID {id}{}",
                reason
                    .as_ref()
                    .map(|reason| format!(": {reason}"))
                    .unwrap_or_default()
            ),
            format!(
                "Request-ID {id}{}",
                reason
                    .as_ref()
                    .and_then(Reason::chinese)
                    .map(|text| format!("：{text}"))
                    .unwrap_or_default()
            ),
        );
    }
    match error.kind() {
        ErrorKind::Protocol(claim) if claim.status() == 401 => wrong_merchant(verdict),
        ErrorKind::Business(refusal) if refusal.status() == 401 => wrong_merchant(verdict),
        ErrorKind::Business(refusal) if refusal.code() == "PARAM_ERROR" => wrong_platform(verdict),
        ErrorKind::Protocol(claim) if claim.claimed_code() == Some("PARAM_ERROR") => {
            wrong_platform(verdict)
        }
        ErrorKind::Verification(failure) => match failure.failure() {
            VerificationFailure::Stale(_) => {
                verdict.advise("set the clock by NTP", "请用 NTP 校时")
            }
            _ => wrong_platform(verdict),
        },
        _ => verdict.advise(
            "try again; if it persists, ask WeChat Pay's support with the Request-ID",
            "请重试；若仍如此，请携带 Request-ID 联系微信支付客服",
        ),
    }
}

fn wrong_merchant(verdict: Verdict) -> Verdict {
    verdict.advise(
        "WeChat Pay does not know this signature: the certificate must be one of this mch_id's, and not be revoked",
        "微信支付不认可该签名：证书须属于该商户号且未作废",
    )
}

fn wrong_platform(verdict: Verdict) -> Verdict {
    verdict.advise(
        "the key and the id in [platform] must be the merchant's own pair from the merchant platform",
        "[platform] 中的公钥与公钥 ID 须是该商户在商户平台上对应的一组",
    )
}

/// A query of a brand that needs no number.
const OF_A_BRAND: &str = "v3.brand_marketing.query_notify_config";

const MESSAGE: &str = "wxpay doctor";
const SEALED: &str = "微信支付";

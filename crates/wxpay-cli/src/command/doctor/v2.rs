//! What APIv2 says to queries about numbers that do not exist.

use wxpay_api::core::{Error, ErrorKind};

use super::super::probe;
use super::verdict::Verdict;
use crate::config::Config;

/// What a query was answered.
pub(super) type Asked = Option<Error>;

/// The APIv2 key signs what WeChat Pay accepts, and verifies what it answers.
pub(super) async fn order_query(config: &Config) -> (Verdict, ()) {
    let verdict = match probe::order(config).await {
        Err(fail) => Verdict::failed(&fail),
        Ok(None) => Verdict::green("an order was found", "查到了订单"),
        Ok(Some(error)) => order_verdict(&error),
    };
    (verdict, ())
}

/// The server takes the client certificate, where it demands one.
pub(super) async fn ask_payment(config: &Config) -> (Verdict, Asked) {
    match probe::payment(config).await {
        Err(fail) => (Verdict::failed(&fail), None),
        Ok(None) => (certificate_taken(), None),
        Ok(Some(error)) => (certificate_verdict(&error), Some(error)),
    }
}

/// The WeCom payments of this company can be queried.
pub(super) fn payment_query(asked: Asked) -> Verdict {
    let Some(error) = asked else {
        return Verdict::green("a payment was found", "查到了付款");
    };
    match error.business().map(|refusal| refusal.code()) {
        _ if probe::speaks_of_the_key(&error) => wrong_key(&error),
        Some("NOT_FOUND") => Verdict::green(
            "NOT_FOUND, as it should for a number that does not exist",
            "NOT_FOUND：号码不存在，符合预期",
        ),
        Some("NO_AUTH") => told(Verdict::red("NO_AUTH", "NO_AUTH"), &error).advise(
            "payments to employees are not enabled for this merchant ID, or mch_id is another's",
            "该商户号未开通企业微信付款，或 mch_id 有误",
        ),
        Some("WORKWX_MCHID_ERROR") => told(
            Verdict::red("WORKWX_MCHID_ERROR", "WORKWX_MCHID_ERROR"),
            &error,
        )
        .advise(
            "app_id must be the corpid (ww…) of the company that the merchant ID is bound to in WeCom",
            "app_id 必须是企业微信中绑定了该商户号的企业的 corpid（ww…）",
        ),
        _ => unexpected(&error),
    }
}

fn order_verdict(error: &Error) -> Verdict {
    match error.kind() {
        _ if probe::speaks_of_the_key(error) => wrong_key(error),
        ErrorKind::Business(refusal) => match refusal.code() {
            "ORDERNOTEXIST" => Verdict::green(
                "ORDERNOTEXIST, as it should for a number that does not exist; its signature holds",
                "ORDERNOTEXIST：号码不存在，符合预期；应答验签通过",
            ),
            _ => unexpected(error),
        },
        // These refusals come unsigned, and only their text says which it is.
        ErrorKind::Protocol(claim) => {
            let text = claim.claimed_message();
            if text.to_ascii_lowercase().contains("appid") {
                told(Verdict::red("app_id is refused", "app_id 不被接受"), error).advise(
                    "app_id must be bound to the merchant ID (产品中心 > AppID账号管理)",
                    "app_id 须与商户号绑定（商户平台“产品中心 > AppID账号管理”）",
                )
            } else if text.contains("商户号") || text.contains("mch_id") {
                told(Verdict::red("mch_id is refused", "mch_id 不被接受"), error)
                    .advise("check the merchant ID", "请核对商户号")
            } else {
                unexpected(error)
            }
        }
        _ => unexpected(error),
    }
}

fn certificate_verdict(error: &Error) -> Verdict {
    let to_do = |verdict: Verdict| {
        verdict.advise(
            "the certificate must be this merchant's and neither expired nor revoked; download a new one",
            "证书须属于该商户，且未过期、未作废；请重新申请",
        )
    };
    match error.kind() {
        ErrorKind::Business(refusal) if refusal.code() == "CA_ERROR" => {
            to_do(told(Verdict::red("refused", "证书被拒绝"), error))
        }
        ErrorKind::Protocol(claim)
            if claim.status() == 400 || claim.claimed_code() == Some("CA_ERROR") =>
        {
            to_do(told(Verdict::red("refused", "证书被拒绝"), error))
        }
        ErrorKind::Transport(_) => to_do(told(
            Verdict::red("the handshake failed", "双向 TLS 握手失败"),
            error,
        )),
        // The answer is about something else, so the certificate was taken.
        ErrorKind::Business(_) | ErrorKind::Decode(_) => certificate_taken(),
        _ => unexpected(error),
    }
}

fn certificate_taken() -> Verdict {
    Verdict::green(
        "taken where APIv2 demands it (双向证书)",
        "APIv2 双向证书接口接受该证书",
    )
}

fn wrong_key(error: &Error) -> Verdict {
    told(
        Verdict::red(
            "the APIv2 key is not the merchant's",
            "APIv2 密钥与商户平台设置的不一致",
        ),
        error,
    )
    .advise(
        "take the APIv2 key of this mch_id, not the APIv3 key; if nobody knows it, set a new one (账户中心 > API安全)",
        "使用该商户号的 APIv2 密钥（不是 APIv3 密钥）；忘记时请在“账户中心 > API安全”重新设置",
    )
}

fn unexpected(error: &Error) -> Verdict {
    told(Verdict::red("an unexpected response", "意外的应答"), error).advise(
        "try again; if it persists, ask WeChat Pay's support",
        "请重试；若仍如此，请联系微信支付客服",
    )
}

fn told(verdict: Verdict, error: &Error) -> Verdict {
    verdict.because(error.kind())
}

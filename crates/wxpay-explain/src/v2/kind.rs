use wxpay_core::Params;
use wxpay_sign::workwx::Api;

use super::names::{COMMON, OF_PAYOUTS};
use crate::names::snake;

/// What a message of APIv2 is, from its path if that is known, else from its fields.
pub(super) struct Kind {
    /// A response or a notification.
    pub(super) reply: bool,
    /// A response that carries no sign.
    pub(super) unsigned: bool,
    /// A response of which nobody can say whether it should carry sign.
    pub(super) unclear: bool,
    /// Of the payouts and red packets (mmpaymkttransfers, mmpaysptrans), which take MD5 alone and
    /// whose responses carry no sign.
    pub(super) payout: bool,
    /// Of the calls that take HMAC-SHA256 alone, such as profit sharing (分账).
    pub(super) hmac: bool,
    /// Which list of fields `workwx_sign` covers.
    pub(super) workwx: Option<Api>,
}

impl Kind {
    pub(super) fn of(params: &Params, target: Option<&str>) -> Self {
        let has = |name| params.get(name).is_some();
        let reply = params.iter().any(|(name, _)| snake(name) == "return_code");
        let target = target.map(|target| target.split('?').next().unwrap_or_default());
        if let Some(path) = target.filter(|path| path.len() > 1) {
            let workwx = match path.rsplit('/').next() {
                Some("paywwsptrans2pocket") => Some(Api::Pay),
                Some("sendworkwxredpack") => Some(Api::RedPack),
                _ => None,
            };
            let payout = path.contains("/mmpaymkttransfers/") || path.contains("/mmpaysptrans/");
            let hmac = [
                "profitsharing",
                "/pay/downloadfundflow",
                "/batchquerycomment",
            ];
            let workwx = workwx.filter(|_| !reply);
            return Self {
                reply,
                unsigned: reply && (payout || path.ends_with("/getpublickey")),
                unclear: false,
                payout,
                hmac: hmac.iter().any(|part| path.contains(part)),
                workwx,
            };
        }
        let red_packet = has("mch_billno") && has("re_openid");
        let workwx = if reply {
            None
        } else if has("ww_msg_type") {
            Some(Api::Pay)
        } else if red_packet && has("workwx_sign") {
            Some(Api::RedPack)
        } else {
            None
        };
        let transfer = has("partner_trade_no") && !has("out_trade_no");
        let order = has("out_trade_no") || has("transaction_id");
        let of_payouts = reply && !order && OF_PAYOUTS.iter().any(|name| has(name));
        let payout = workwx.is_some() || has("mch_billno") || transfer || of_payouts;
        let common = params.iter().all(|(name, _)| COMMON.contains(&name));
        Self {
            reply,
            unsigned: reply && (payout || has("pub_key")),
            unclear: reply && !payout && common,
            hmac: false,
            payout,
            workwx,
        }
    }
}

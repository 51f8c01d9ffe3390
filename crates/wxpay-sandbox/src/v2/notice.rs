//! 支付结果通知 and 退款结果通知.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, UnboundCipherKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use md5::{Digest, Md5};
use wxpay_core::{Params, TimeFormat, Timestamp};

use crate::notice::{RefundTold, Told};
use crate::random::another;
use crate::refund::Shares;
use crate::state::Shared;
use crate::v2::Message;
use crate::v2::query_order;
use crate::v2::query_refund::{refund_account, refund_status};
use crate::v2::sign::SignType;
use crate::{Fault, Notice, NoticeFault, NotifyError, Order};

/// Writes and signs a notification, or encrypts it.
pub(crate) fn write(notice: &Notice, shared: &Shared) -> Result<(HeaderMap, String), NotifyError> {
    if !matches!(notice.told, Told::Payment | Told::Refund(_)) {
        return Err(NotifyError::Protocol);
    }
    let (order, now) = {
        let state = shared.state();
        (notice.order(&state)?, state.now())
    };
    check_fault(notice)?;
    let xml = match &notice.told {
        Told::Refund(told) => refund(notice, told, &order, shared, now),
        _ => payment(notice, &order, shared),
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    Ok((headers, xml))
}

/// Whether a response says that the notification arrived.
pub(crate) fn is_success(body: &[u8]) -> bool {
    Params::from_xml(body).is_ok_and(|params| params.get("return_code") == Some("SUCCESS"))
}

/// `req_info`: AES-256-ECB with PKCS#7 and, for a key, the digits of the APIv2 key's MD5.
pub(crate) fn req_info(text: &str, key: &str) -> Option<String> {
    let key: String = Md5::digest(key)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut bytes = text.as_bytes().to_vec();
    let padding = BLOCK - bytes.len() % BLOCK;
    bytes.resize(bytes.len() + padding, u8::try_from(padding).ok()?);
    let key = UnboundCipherKey::new(&AES_256, key.as_bytes()).ok()?;
    EncryptingKey::ecb(key).ok()?.encrypt(&mut bytes).ok()?;
    Some(STANDARD.encode(bytes))
}

fn check_fault(notice: &Notice) -> Result<(), NotifyError> {
    let Some(fault) = notice.fault else {
        return Ok(());
    };
    let exists = match fault {
        NoticeFault::Forged | NoticeFault::OtherAmount(_) => true,
        // No `sign`.
        _ if notice.told.refund().is_some() => false,
        NoticeFault::WrongSignature | NoticeFault::MissingSignature => true,
        NoticeFault::Stale | NoticeFault::Probe | NoticeFault::UnknownSerial => false,
    };
    if exists {
        Ok(())
    } else {
        Err(NotifyError::Fault(fault))
    }
}

fn payment(notice: &Notice, order: &Order, shared: &Shared) -> String {
    let merchant = &shared.merchant;
    let (sign_type, named) = match notice.hmac_sha256 {
        true => (SignType::HmacSha256, Some("HMAC-SHA256")),
        false => (SignType::Md5, None),
    };
    let message = Message::signed(sign_type)
        .text("return_code", "SUCCESS")
        .text("appid", merchant.appid.as_str())
        .text("mch_id", merchant.mch_id.as_str())
        .optional("sub_mch_id", sub_mch_id(order))
        .text("nonce_str", shared.random.nonce())
        .optional("sign_type", named)
        .text("result_code", "SUCCESS")
        .text("out_trade_no", &order.out_trade_no)
        .optional("attach", order.attach.as_deref());
    let message = query_order::paid(message, order, notice.total(order));
    message.write(merchant, notice.signature_fault().as_ref())
}

fn refund(
    notice: &Notice,
    told: &RefundTold,
    order: &Order,
    shared: &Shared,
    now: Timestamp,
) -> String {
    let merchant = &shared.merchant;
    let total = notice.total(order);
    let mut order = order.clone();
    order.total_fee = total;
    let shares = Shares::of(told.refund_fee, &order);
    let success_time = (told.status == "SUCCESS")
        .then(|| told.success_time.unwrap_or(now))
        .map(|time| time.format(TimeFormat::DateTime));
    let root = Message::default()
        .text("out_refund_no", &told.out_refund_no)
        .text("out_trade_no", &order.out_trade_no)
        .text("refund_account", refund_account(&told.funds_account))
        .fen("refund_fee", told.refund_fee)
        .text("refund_id", &told.refund_id)
        .text("refund_recv_accout", &told.received_account)
        .text("refund_request_source", "API")
        .text("refund_status", refund_status(&told.status))
        .fen("settlement_refund_fee", shares.settlement_refund)
        .fen("settlement_total_fee", shares.settlement_total)
        .optional("success_time", success_time)
        .fen("total_fee", total)
        .text("transaction_id", &order.transaction_id)
        .to_xml("root");
    let mut key = merchant.api_v2_key.expose().to_owned();
    if notice.signature_fault() == Some(Fault::TamperedBody) {
        key = another(&key);
    }
    let req_info = req_info(&root, &key).expect("an MD5 has 32 digits, and blocks are whole");
    Message::default()
        .text("return_code", "SUCCESS")
        .text("appid", merchant.appid.as_str())
        .text("mch_id", merchant.mch_id.as_str())
        .optional("sub_mch_id", sub_mch_id(&order))
        .text("nonce_str", shared.random.nonce())
        .text("req_info", req_info)
        .to_xml("xml")
}

/// Whose order it is, if it is one of a sub-merchant.
fn sub_mch_id(order: &Order) -> Option<&str> {
    let sub = order.sub_merchant.as_ref()?;
    Some(&sub.sub_mchid)
}

/// In bytes.
const BLOCK: usize = 16;

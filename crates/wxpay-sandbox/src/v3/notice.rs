//! 支付通知 and 退款结果通知.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use serde_json::{Value, json};
use wxpay_core::{TimeFormat, Timestamp};

use crate::notice::Refund;
use crate::random::another;
use crate::state::Shared;
use crate::v3::aead::Encrypted;
use crate::v3::answer::to_json;
use crate::v3::signature::sign;
use crate::{Fault, Merchant, Notice, Order};

/// The body of a notice.
#[derive(Serialize)]
struct Envelope<'a> {
    id: &'a str,
    create_time: String,
    resource_type: &'static str,
    event_type: &'static str,
    summary: &'static str,
    resource: Resource,
}

#[derive(Serialize)]
struct Resource {
    original_type: &'static str,
    #[serde(flatten)]
    encrypted: Encrypted,
}

/// Writes and signs a notice.
pub(crate) fn write(
    notice: &Notice,
    order: &Order,
    shared: &Shared,
    now: Timestamp,
) -> (HeaderMap, Vec<u8>) {
    let (event_type, summary, kind, resource) = match &notice.refund {
        None => (
            "TRANSACTION.SUCCESS",
            "支付成功",
            "transaction",
            transaction(notice, order, &shared.merchant),
        ),
        Some(told) => (
            "REFUND.SUCCESS",
            "退款成功",
            "refund",
            refund(notice, told, order, &shared.merchant, now),
        ),
    };
    let key = shared.merchant.api_v3_key.expose();
    let mut envelope = Envelope {
        id: &notice.id,
        create_time: notice
            .create_time
            .unwrap_or(now)
            .format(TimeFormat::Rfc3339),
        resource_type: "encrypt-resource",
        event_type,
        summary,
        resource: Resource {
            original_type: kind,
            encrypted: Encrypted::new(key, kind, &resource.to_string(), &shared.random)
                .expect("the sandbox makes its APIv3 keys of 32 bytes"),
        },
    };
    let body = to_json(&envelope);

    let named = notice
        .public_key
        .then_some(&*shared.merchant.platform_key_id);
    let signer = shared.platform.signer(named);
    let fault = notice.signature_fault();
    let mut headers = sign(&body, &signer, fault.as_ref(), now, &shared.random);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if fault != Some(Fault::TamperedBody) {
        return (headers, body);
    }
    // A replay that pretends to be news; the signature alone tells.
    let other = another(&notice.id);
    envelope.id = &other;
    (headers, to_json(&envelope))
}

fn transaction(notice: &Notice, order: &Order, merchant: &Merchant) -> Value {
    let total = notice.total(order);
    let payer_total = total.checked_sub(order.coupon_fee()).unwrap_or_default();
    let mut transaction = json!({
        "appid": merchant.appid.as_str(),
        "mchid": merchant.mch_id.as_str(),
        "out_trade_no": order.out_trade_no,
        "transaction_id": order.transaction_id,
        "trade_type": order.trade_type,
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": order.bank_type,
        "success_time": order.time_end.format(TimeFormat::Rfc3339),
        "payer": { "openid": order.openid },
        "amount": {
            "total": total.get(),
            "payer_total": payer_total.get(),
            "currency": order.fee_type,
            "payer_currency": order.fee_type,
        },
    });
    if let (Some(members), Some(attach)) = (transaction.as_object_mut(), &order.attach) {
        members.insert("attach".to_owned(), attach.as_str().into());
    }
    transaction
}

fn refund(
    notice: &Notice,
    told: &Refund,
    order: &Order,
    merchant: &Merchant,
    now: Timestamp,
) -> Value {
    let total = notice.total(order);
    let payer_total = total.checked_sub(order.coupon_fee()).unwrap_or_default();
    json!({
        "mchid": merchant.mch_id.as_str(),
        "out_trade_no": order.out_trade_no,
        "transaction_id": order.transaction_id,
        "out_refund_no": told.out_refund_no,
        "refund_id": told.refund_id,
        "refund_status": "SUCCESS",
        "success_time": now.format(TimeFormat::Rfc3339),
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": total.get(),
            "refund": told.refund_fee.get(),
            "payer_total": payer_total.get(),
            "payer_refund": told.refund_fee.min(payer_total).get(),
        },
    })
}

//! The books as JSON, in the names of the wire.

use serde_json::{Map, Value, json};
use wxpay_core::{Fen, TimeFormat, Timestamp};

use crate::control::fault;
use crate::{
    Batch, CombinedOrder, Delivery, FaultRule, Media, Order, Payout, PendingDelivery, Refund,
    Sandbox, SeenRequest, SignatureCheck, Transfer, Trust,
};

pub(crate) fn status(sandbox: &Sandbox) -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "base_url": sandbox.base_url(),
        "trust": trust(sandbox.trust()),
        "mch_id": sandbox.merchant().mch_id.as_str(),
        "clock": clock(sandbox),
        "balance": sandbox.balance().map(Fen::get),
        "counts": {
            "requests": sandbox.last_request(),
            "orders": sandbox.orders().len(),
            "refunds": sandbox.refunds().len(),
            "combined_orders": sandbox.combined_orders().len(),
            "payment_codes": sandbox.payment_codes().len(),
            "complaints": sandbox.complaints().len(),
            "profit_sharings": sandbox.profit_sharings().len(),
            "uploads": sandbox.uploads().len(),
            "payouts": sandbox.payouts().len(),
            "batches": sandbox.batches().len(),
            "withdrawals": sandbox.withdrawals().len(),
            "red_packets": sandbox.red_packets().len(),
            "transfer_bills": sandbox.transfer_bills().len(),
            "deliveries": sandbox.deliveries().len(),
        },
    })
}

pub(crate) fn merchant(sandbox: &Sandbox) -> Value {
    let merchant = sandbox.merchant();
    json!({
        "mch_id": merchant.mch_id.as_str(),
        "appid": merchant.appid.as_str(),
        "agentid": merchant.agentid,
        "serial_no": merchant.serial_no,
        "client_cert_pem": merchant.client_cert_pem,
        "platform_key_id": merchant.platform_key_id,
        "platform_public_key_pem": merchant.platform_public_key_pem,
        "platform_certificate_pems": sandbox.platform_certificate_pems(),
        "ca_pem": sandbox.ca_pem(),
    })
}

pub(crate) fn clock(sandbox: &Sandbox) -> Value {
    json!({
        "now": time(sandbox.now()),
        "unix": sandbox.now().unix(),
        "frozen": sandbox.is_clock_frozen(),
    })
}

pub(crate) fn request(seen: &SeenRequest) -> Value {
    let headers: Map<String, Value> = seen
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), json!(value))
        })
        .collect();
    json!({
        "number": seen.number,
        "time": time(seen.time),
        "api": seen.api.map(|api| api.name()),
        "method": seen.method.as_str(),
        "target": seen.target,
        "headers": headers,
        "client_certificate": seen.client_certificate,
        "body": String::from_utf8_lossy(&seen.body),
        "signatures": list(&seen.signatures, signature),
        "fault": seen.fault.as_ref().map(fault::to_json),
        "status": seen.status,
        "reply": String::from_utf8_lossy(&seen.reply),
        "ended": seen.ended,
    })
}

pub(crate) fn order(order: &Order) -> Value {
    let prepay = order.prepay.as_ref();
    let combined = order.combined.as_ref();
    json!({
        "combine_out_trade_no": combined.map(|part| &part.combine_out_trade_no),
        "out_trade_no": order.out_trade_no,
        "transaction_id": order.transaction_id,
        "trade_state": order.trade_state,
        "trade_state_desc": order.trade_state_desc,
        "total_fee": order.total_fee.get(),
        "fee_type": order.fee_type,
        "trade_type": order.trade_type,
        "sub_mchid": order.sub_merchant.as_ref().map(|sub| &sub.sub_mchid),
        "openid": order.openid,
        "attach": order.attach,
        "time_end": order.was_paid().then(|| time(order.time_end)),
        "description": order.description(),
        "profit_sharing": order.profit_sharing,
        "notify_url": prepay.map(|prepay| &prepay.notify_url),
        "prepay_id": prepay.map(|prepay| &prepay.prepay_id),
    })
}

pub(crate) fn combined(combined: &CombinedOrder) -> Value {
    json!({
        "combine_out_trade_no": combined.combine_out_trade_no,
        "out_trade_nos": combined.out_trade_nos,
        "trade_type": combined.trade_type,
        "notify_url": combined.prepay.notify_url,
        "prepay_id": combined.prepay.prepay_id,
    })
}

pub(crate) fn refund(refund: &Refund) -> Value {
    json!({
        "out_refund_no": refund.out_refund_no,
        "refund_id": refund.refund_id,
        "out_trade_no": refund.out_trade_no,
        "refund": refund.refund.get(),
        "status": refund.status,
        "create_time": time(refund.create_time),
        "status_time": time(refund.status_time),
        "reason": refund.reason,
        "channel": refund.channel,
        "received_account": refund.received_account,
        "protocol": refund.protocol,
        "notify_url": refund.notify_url,
        "requests": refund.requests,
    })
}

pub(crate) fn payout(payout: &Payout) -> Map<String, Value> {
    let members = [
        ("partner_trade_no", json!(payout.partner_trade_no)),
        ("payment_no", json!(payout.payment_no)),
        ("transfer_time", json!(time(payout.transfer_time))),
        ("payment_time", json!(time(payout.payment_time))),
        ("openid", json!(payout.openid)),
        ("re_user_name", json!(payout.re_user_name)),
        ("amount", json!(payout.amount.get())),
        ("desc", json!(payout.desc)),
        ("status", json!(payout.status.as_str())),
        ("reason", json!(payout.status.reason())),
        ("requests", json!(payout.requests)),
    ];
    let members = members.into_iter();
    members
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

pub(crate) fn batch(batch: &Batch) -> Value {
    json!({
        "out_batch_no": batch.out_batch_no,
        "batch_id": batch.batch_id,
        "batch_name": batch.terms.batch_name,
        "total_amount": batch.terms.total_amount.get(),
        "total_num": batch.terms.transfers.len(),
        "create_time": time(batch.create_time),
        "requests": batch.requests,
    })
}

pub(crate) fn transfer(transfer: &Transfer) -> Value {
    json!({
        "out_batch_no": transfer.out_batch_no,
        "out_detail_no": transfer.out_detail_no,
        "detail_id": transfer.detail_id,
        "detail_status": transfer.detail_status,
        "fail_reason": transfer.fail_reason,
        "total_amount": transfer.total_amount.get(),
        "openid": transfer.openid,
        "update_time": time(transfer.update_time),
    })
}

pub(crate) fn media(media: &Media) -> Value {
    json!({
        "media_id": media.media_id,
        "api": media.api.name(),
        "filename": media.filename,
        "sha256": media.sha256,
        "size": media.size,
    })
}

pub(crate) fn deliveries(sandbox: &Sandbox) -> Value {
    json!({
        "made": list(&sandbox.deliveries(), delivery),
        "to_come": list(&sandbox.pending_deliveries(), pending),
    })
}

pub(crate) fn faults(sandbox: &Sandbox) -> Value {
    let waiting = sandbox.injected_faults();
    let waiting = waiting.iter().map(|(api, one)| {
        let mut json = fault::to_json(one);
        json.insert("api".to_owned(), json!(api.name()));
        json
    });
    json!({
        "waiting": waiting.collect::<Vec<_>>(),
        "rules": list(&sandbox.fault_rules(), rule),
    })
}

/// Each thing of a list as JSON.
pub(crate) fn list<T>(things: &[T], json: fn(&T) -> Value) -> Value {
    Value::Array(things.iter().map(json).collect())
}

pub(crate) fn time(time: Timestamp) -> String {
    time.format(TimeFormat::Rfc3339)
}

pub(crate) fn trust(trust: Trust) -> &'static str {
    match trust {
        Trust::PublicKey => "public-key",
        Trust::Certificates => "certificates",
        Trust::Both => "both",
    }
}

fn signature(check: &SignatureCheck) -> Value {
    let causes = check
        .causes
        .iter()
        .map(|cause| json!({"code": cause.code(), "en": cause.english(), "zh": cause.chinese()}));
    json!({
        "kind": check.kind.as_str(),
        "held": check.held,
        "text": check.text,
        "received": check.received,
        "expected": check.expected,
        "causes": causes.collect::<Vec<_>>(),
        "signed_text": check.signed_text,
    })
}

fn delivery(delivery: &Delivery) -> Value {
    json!({
        "kind": delivery.kind,
        "out_trade_no": delivery.out_trade_no,
        "out_refund_no": delivery.out_refund_no,
        "complaint_id": delivery.complaint_id,
        "notice_id": delivery.notice_id,
        "protocol": delivery.protocol,
        "url": delivery.url,
        "attempt": delivery.attempt,
        "time": time(delivery.at),
        "status": delivery.status,
        "acknowledged": delivery.acknowledged,
        "problem": delivery.problem,
        "next_attempt": delivery.next_attempt.map(time),
    })
}

fn pending(pending: &PendingDelivery) -> Value {
    json!({
        "kind": pending.kind,
        "out_trade_no": pending.out_trade_no,
        "out_refund_no": pending.out_refund_no,
        "complaint_id": pending.complaint_id,
        "notice_id": pending.notice_id,
        "protocol": pending.protocol,
        "url": pending.url,
        "attempt": pending.attempt,
        "due": time(pending.due),
    })
}

fn rule(rule: &FaultRule) -> Value {
    let mut json = fault::to_json(rule.fault());
    for (name, value) in [
        ("id", json!(rule.id())),
        ("api", json!(rule.api().name())),
        ("times_left", json!(rule.times_left())),
        ("chance", json!(rule.probability())),
    ] {
        json.insert(name.to_owned(), value);
    }
    Value::Object(json)
}

//! 支付通知 and 退款结果通知.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use serde_json::{Value, json};
use wxpay_core::{Secret, TimeFormat, Timestamp};

use crate::brand::BrandAccount;
use crate::notice::{RefundTold, Told};
use crate::platform::{PlatformKey, Suite};
use crate::random::{Random, another};
use crate::refund::Shares;
use crate::state::{Shared, State};
use crate::v3::aead::Encrypted;
use crate::v3::answer::to_json;
use crate::v3::combined_transaction::CombinedTransaction;
use crate::v3::signature::sign;
use crate::v3::transaction::Transaction;
use crate::{EventNotice, Fault, Merchant, Notice, NotifyError, Order};

/// The body of a notification.
#[derive(Serialize)]
struct Envelope<'a> {
    id: &'a str,
    create_time: String,
    resource_type: &'static str,
    event_type: &'a str,
    summary: &'a str,
    resource: Resource<'a>,
}

#[derive(Serialize)]
struct Resource<'a> {
    original_type: &'a str,
    #[serde(flatten)]
    encrypted: Encrypted,
}

/// What the envelope says, and what is in it.
struct Letter {
    event_type: &'static str,
    summary: String,
    original_type: &'static str,
    text: String,
}

/// What a notification is made of.
struct Sending<'a> {
    id: &'a str,
    create_time: Timestamp,
    event_type: &'a str,
    summary: &'a str,
    original_type: &'a str,
    text: &'a str,
    suite: Suite,
    api_key: &'a Secret,
    signer: &'a PlatformKey,
    fault: Option<Fault>,
}

/// Writes and signs a notification.
pub(crate) fn write(notice: &Notice, shared: &Shared) -> Result<(HeaderMap, Vec<u8>), NotifyError> {
    let (letter, now) = {
        let state = shared.state();
        (letter(notice, &state, &shared.merchant)?, state.now())
    };
    let named = notice
        .public_key
        .then_some(&*shared.merchant.platform_key_id);
    let sending = Sending {
        id: &notice.id,
        create_time: notice.create_time.unwrap_or(now),
        event_type: letter.event_type,
        summary: &letter.summary,
        original_type: letter.original_type,
        text: &letter.text,
        suite: shared.platform.suite(),
        api_key: &shared.merchant.api_v3_key,
        signer: &shared.platform.signer(named),
        fault: notice.signature_fault(),
    };
    Ok(sending.seal(now, &shared.random))
}

/// Writes and signs a notification about any event, to the brand if it is given.
pub(crate) fn write_event(
    notice: &EventNotice,
    brand: Option<&BrandAccount>,
    shared: &Shared,
) -> Result<(HeaderMap, Vec<u8>), NotifyError> {
    let fault = notice.fault.map(|fault| {
        let of_signature = fault.of_signature();
        of_signature.ok_or(NotifyError::Fault(fault))
    });
    let (suite, api_key, signer) = match brand {
        Some(account) => {
            let signer = Arc::clone(&account.platform_key);
            (account.key.suite(), &account.brand.api_key, signer)
        }
        None => {
            let platform = &shared.platform;
            let api_key = &shared.merchant.api_v3_key;
            (platform.suite(), api_key, platform.signer(None))
        }
    };
    let now = shared.state().now();
    let sending = Sending {
        id: &notice.id,
        create_time: now,
        event_type: &notice.event_type,
        summary: &notice.summary,
        original_type: &notice.original_type,
        text: &notice.resource,
        suite,
        api_key,
        signer: &signer,
        fault: fault.transpose()?,
    };
    Ok(sending.seal(now, &shared.random))
}

impl Sending<'_> {
    fn seal(&self, now: Timestamp, random: &Random) -> (HeaderMap, Vec<u8>) {
        let key = self.api_key.expose();
        let mut envelope = Envelope {
            id: self.id,
            create_time: self.create_time.format(TimeFormat::Rfc3339),
            resource_type: "encrypt-resource",
            event_type: self.event_type,
            summary: self.summary,
            resource: Resource {
                original_type: self.original_type,
                encrypted: Encrypted::new(self.suite, key, self.original_type, self.text, random)
                    .expect("the sandbox makes its APIv3 keys of 32 bytes"),
            },
        };
        let body = to_json(&envelope);
        let mut headers = sign(&body, self.signer, self.fault.as_ref(), now, random);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.fault != Some(Fault::TamperedBody) {
            return (headers, body);
        }
        // A replay that pretends to be news; the signature alone tells.
        let other = another(self.id);
        envelope.id = &other;
        (headers, to_json(&envelope))
    }
}

fn letter(notice: &Notice, state: &State, merchant: &Merchant) -> Result<Letter, NotifyError> {
    let paid = |text| Letter {
        event_type: "TRANSACTION.SUCCESS",
        summary: "支付成功".to_owned(),
        original_type: "transaction",
        text,
    };
    Ok(match &notice.told {
        Told::Payment => paid(transaction(notice, &notice.order(state)?, merchant)),
        Told::Combined => paid(combined(notice, state, merchant)?),
        Told::Sharing(told) => Letter {
            event_type: "TRANSACTION.SUCCESS",
            summary: told.summary.clone(),
            original_type: "profitsharing",
            text: told.resource.to_string(),
        },
        Told::Complaint(told) => {
            let (event_type, summary) = match &*told.action_type {
                "CREATE_COMPLAINT" => ("COMPLAINT.CREATE", "产生新投诉"),
                _ => ("COMPLAINT.STATE_CHANGE", "投诉状态变化"),
            };
            let resource = json!({
                "complaint_id": told.complaint_id,
                "action_type": told.action_type,
            });
            Letter {
                event_type,
                summary: summary.to_owned(),
                original_type: "complaint",
                text: resource.to_string(),
            }
        }
        Told::Funds(told) => {
            let mut resource = told.resource.clone();
            let merchant_id = told.event.merchant_member();
            if let (Some(members), Some(name)) = (resource.as_object_mut(), merchant_id) {
                members.insert(name.to_owned(), json!(merchant.mch_id.as_str()));
            }
            Letter {
                event_type: told.event.event_type(),
                summary: told.event.summary().to_owned(),
                original_type: told.event.original_type(),
                text: resource.to_string(),
            }
        }
        Told::Refund(told) => Letter {
            event_type: match &*told.status {
                "ABNORMAL" => "REFUND.ABNORMAL",
                "CLOSED" => "REFUND.CLOSED",
                _ => "REFUND.SUCCESS",
            },
            summary: match &*told.status {
                "ABNORMAL" => "退款异常",
                "CLOSED" => "退款关闭",
                _ => "退款成功",
            }
            .to_owned(),
            original_type: "refund",
            text: refund(notice, told, &notice.order(state)?, merchant, state.now()).to_string(),
        },
    })
}

fn combined(notice: &Notice, state: &State, merchant: &Merchant) -> Result<String, NotifyError> {
    let number = &notice.number;
    let combined = state
        .combined
        .get(number)
        .ok_or_else(|| NotifyError::NoOrder(number.clone()))?;
    let mut orders: Vec<_> = combined.orders(&state.orders).cloned().collect();
    if !orders.iter().all(Order::was_paid) {
        return Err(NotifyError::NotPaid(number.clone()));
    }
    for (n, order) in orders.iter_mut().enumerate() {
        // The first of them is the one with another amount, if one is to have it.
        if n == 0 {
            order.total_fee = notice.total(order);
        }
        "SUCCESS".clone_into(&mut order.trade_state);
    }
    let orders = orders.iter();
    Ok(CombinedTransaction::new(combined, orders, merchant).to_text())
}

fn transaction(notice: &Notice, order: &Order, merchant: &Merchant) -> String {
    let mut told = order.clone();
    told.total_fee = notice.total(order);
    // What is told is the payment, whatever became of it since.
    "SUCCESS".clone_into(&mut told.trade_state);
    told.trade_state_desc = Some("支付成功".to_owned());
    Transaction::new(&told, merchant).to_text()
}

fn refund(
    notice: &Notice,
    told: &RefundTold,
    order: &Order,
    merchant: &Merchant,
    now: Timestamp,
) -> Value {
    let mut order = order.clone();
    order.total_fee = notice.total(&order);
    let shares = Shares::of(told.refund_fee, &order);
    let mut refund = match &order.sub_merchant {
        None => json!({"mchid": merchant.mch_id.as_str()}),
        Some(sub) => json!({"sp_mchid": merchant.mch_id.as_str(), "sub_mchid": sub.sub_mchid}),
    };
    let mut put = |name: &str, value: Value| {
        if let Some(members) = refund.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    };
    put("out_trade_no", json!(order.out_trade_no));
    put("transaction_id", json!(order.transaction_id));
    put("out_refund_no", json!(told.out_refund_no));
    put("refund_id", json!(told.refund_id));
    put("refund_status", json!(told.status));
    if told.status == "SUCCESS" {
        let time = told.success_time.unwrap_or(now);
        put("success_time", json!(time.format(TimeFormat::Rfc3339)));
    }
    put("user_received_account", json!(told.received_account));
    let amount = json!({
        "total": order.total_fee.get(),
        "refund": told.refund_fee.get(),
        "payer_total": shares.payer_total.get(),
        "payer_refund": shares.payer_refund.get(),
    });
    put("amount", amount);
    refund
}

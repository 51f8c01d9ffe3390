//! What a reply of APIv2 says about the money: the reply goes through the client, as one from
//! WeChat Pay would.

use wxpay_api::core::{
    AppId, Error, Fen, MchId, OpenId, OutTradeNo, Outcome, Params, PartnerTradeNo, Progress,
    Result as Answer,
};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::v2::pay::{QueryOrder, query_order::Order};
use wxpay_api::v2::wecom::{
    PayEmployee, QueryEmployeePayment, pay_employee::CheckName, pay_employee::MessageType,
    pay_employee::PayEmployeeOptions,
};
use wxpay_api::v2::{Client, Credentials, Endpoint, Merchant};

use super::{Case, Got, Malformed};
use crate::scripted::Scripted;
use crate::{clients, replies};

pub(super) fn pay(case: &Case<'_>) -> Result<Got, Malformed> {
    let (op, mut fields) = (case.text("op")?, case.params("fields")?);
    if op != "pay_workwx" {
        return Err(no_such_op(op));
    }
    let request = PayEmployee {
        partner_trade_no: echoed(&mut fields, "partner_trade_no", PartnerTradeNo::new, NUMBER)?,
        openid: own(OpenId::new("ohO4Gt7wVPxIT1A9GjFaMYMiZY1s"))?,
        check_name: CheckName::NoCheck,
        amount: Fen::new(100),
        desc: "desc".to_owned(),
        spbill_create_ip: std::net::Ipv4Addr::LOCALHOST.into(),
        ww_msg_type: MessageType::NormalMsg,
        act_name: "name".to_owned(),
        options: PayEmployeeOptions::default(),
    };
    Ok(match answer(&request, fields)? {
        Ok(_) => outcome(Progress::Succeeded),
        Err(error) => failed(&error),
    })
}

pub(super) fn query(case: &Case<'_>) -> Result<Got, Malformed> {
    let (op, mut fields) = (case.text("op")?, case.params("fields")?);
    Ok(match op {
        "query_workwx" => {
            let number = echoed(&mut fields, "partner_trade_no", PartnerTradeNo::new, NUMBER)?;
            if fields.get("status") == Some("SUCCESS") {
                fill(&mut fields, "payment_amount", "100");
            }
            let request = QueryEmployeePayment {
                partner_trade_no: number,
                options: Default::default(),
            };
            match answer(&request, fields)? {
                Ok(found) => outcome(found.status.progress()),
                Err(error) => failed(&error),
            }
        }
        "orderquery" => {
            let number = echoed(&mut fields, "out_trade_no", OutTradeNo::new, NUMBER)?;
            if fields.get("trade_state") == Some("SUCCESS") {
                fill(
                    &mut fields,
                    "transaction_id",
                    "1009660380201506130728806387",
                );
                fill(&mut fields, "total_fee", "100");
            }
            let order = Order::OutTradeNo(number);
            match answer(
                &QueryOrder {
                    order,
                    options: Default::default(),
                },
                fields,
            )? {
                Ok(found) if found.paid.is_some() => outcome(Progress::Succeeded),
                // What a paid order's refund came to is for another query to say.
                Ok(found) if found.trade_state.progress() == Progress::Returned => {
                    outcome(Progress::Unknown)
                }
                Ok(found) if found.trade_state.progress() == Progress::Succeeded => {
                    Got::error("the order is called paid and has no payment")
                }
                Ok(found) => outcome(found.trade_state.progress()),
                Err(error) => failed(&error),
            }
        }
        other => return Err(no_such_op(other)),
    })
}

/// What the caller may do next.
pub(super) fn outcome(progress: Progress) -> Got {
    let (succeeded, failed) = match progress {
        Progress::Succeeded => (true, false),
        Progress::Failed | Progress::Returned => (false, true),
        Progress::Pending | Progress::Unknown => (false, false),
    };
    Got::default()
        .is("definite_success", succeeded)
        .is("definite_failure", failed)
        .is("must_query", !succeeded && !failed)
}

/// The same after a call that failed.
pub(super) fn failed(error: &Error) -> Got {
    Got::default()
        .is("definite_success", false)
        .is("definite_failure", error.outcome() == Outcome::NotExecuted)
        .is("must_query", error.must_query())
        .refused(error.to_string())
}

/// Sends `request` and lets the client read the reply of these fields, which get what every reply
/// repeats.
fn answer<E: Endpoint>(request: &E, mut fields: Params) -> Result<Answer<E::Response>, Malformed> {
    let mch_id = echoed(&mut fields, "mch_id", MchId::new, clients::MCH_ID)?;
    let app_id = echoed(&mut fields, "appid", AppId::new, clients::APP_ID)?;
    fill(&mut fields, "nonce_str", clients::NONCE);
    let key = own(Key::new(clients::API_KEY))?;
    // WeChat Pay signs what it understood.
    if E::META.reply_signed && fields.get("return_code") == Some("SUCCESS") {
        let sign = key.sign(&fields, SIGN_TYPE);
        fill(&mut fields, "sign", &sign);
    }
    let credentials = Credentials::new(key)
        .sign_type(SIGN_TYPE)
        .workwx(own(AppSecret::new(clients::APP_SECRET))?);
    let client = Client::builder(
        Merchant::new(mch_id, app_id),
        credentials,
        Scripted::default(),
    );
    let client = own(client.build())?;
    let (_, pending) = own(client.prepare(request))?;
    Ok(pending.finish(replies::plain(200, fields.to_xml())))
}

/// The number that the reply repeats, so that the request asks about it; a reply without one gets
/// `own`.
fn echoed<T: AsRef<str>, E>(
    fields: &mut Params,
    name: &str,
    new: fn(String) -> Result<T, E>,
    number: &str,
) -> Result<T, Malformed>
where
    E: std::fmt::Display,
{
    fill(fields, name, number);
    let said = fields.get(name).unwrap_or_default().to_owned();
    own(new(said).or_else(|_| new(number.to_owned())))
}

/// Adds a field that the vector does not speak of; one that it leaves empty stays so.
fn fill(fields: &mut Params, name: &str, value: &str) {
    if !fields.iter().any(|(known, _)| known == name) {
        fields.set(name, value);
    }
}

/// What the runner itself brings along can't be wrong.
fn own<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<T, Malformed> {
    result.map_err(|error| Malformed::new(format!("the runner's own request: {error}")))
}

fn no_such_op(op: &str) -> Malformed {
    Malformed::new(format!("no such op: {op}"))
}

const NUMBER: &str = "100000982017072019616";
const SIGN_TYPE: SignType = SignType::HmacSha256;

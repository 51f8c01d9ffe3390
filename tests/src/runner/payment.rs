//! What a front end needs to start a payment.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_api::core::{AppId, MchId, Params, Timestamp};
use wxpay_api::sign::v2::{Key, SignType, canonical_text};
use wxpay_api::sign::v3::payment::{app_payment, jsapi_payment, mini_program_payment};
use wxpay_api::sign::v3::{MerchantKey, PrivateKey};

use super::got::object;
use super::v2::{named, no_such_type};
use super::{Case, Got, Malformed, Refusal, block_on};

struct Order<'a> {
    flavour: &'a str,
    app_id: AppId,
    partner_id: Option<MchId>,
    prepay_id: &'a str,
    timestamp: Timestamp,
    nonce: &'a str,
}

/// What is handed over, by the names on the wire.
type Fields = Vec<(&'static str, String)>;

impl<'a> Order<'a> {
    /// The inner error is the library's, which checks the ids.
    fn read(case: &Case<'a>) -> Result<Result<Self, Refusal>, Malformed> {
        let flavour = case.text("flavour")?;
        let app_id = AppId::new(case.text("appid")?);
        let partner_id = match flavour {
            "app" => Some(MchId::new(case.text("partnerid")?)),
            "jsapi" | "miniprogram" => None,
            other => return Err(Malformed::new(format!("no such flavour: {other}"))),
        };
        let (app_id, partner_id) = match (app_id, partner_id.transpose()) {
            (Ok(app_id), Ok(partner_id)) => (app_id, partner_id),
            (Err(error), _) | (_, Err(error)) => return Ok(Err(error.into())),
        };
        Ok(Ok(Self {
            flavour,
            app_id,
            partner_id,
            prepay_id: case.text("prepay_id")?,
            timestamp: case.moment("timestamp")?,
            nonce: case.text("nonce")?,
        }))
    }
}

pub(super) fn v3(case: &Case<'_>) -> Result<Got, Malformed> {
    // What is signed here names no serial number.
    let key = PrivateKey::from_pem_with(case.provider, case.pem("private_key")?, "00");
    let got = match (Order::read(case)?, key) {
        (Ok(order), Ok(key)) => block_on(v3_signed(&key, &order)),
        (Err(refusal), _) => Err(refusal),
        (_, Err(error)) => Err(error.into()),
    };
    Ok(got.unwrap_or_else(Got::error))
}

async fn v3_signed(key: &PrivateKey, order: &Order<'_>) -> Result<Got, Refusal> {
    let Order {
        app_id,
        prepay_id: id,
        nonce,
        timestamp: time,
        ..
    } = order;
    let (form, signed) = if let Some(partner_id) = &order.partner_id {
        let payment = app_payment(key, app_id, partner_id, id, *time, nonce).await?;
        let signed = [
            payment.timestamp.clone(),
            payment.nonce_str.clone(),
            payment.prepay_id.clone(),
        ];
        (owned(&payment.fields()), signed)
    } else if order.flavour == "miniprogram" {
        let payment = mini_program_payment(key, app_id, id, *time, nonce).await?;
        let signed = [
            payment.time_stamp.clone(),
            payment.nonce_str.clone(),
            payment.package.clone(),
        ];
        (owned(&payment.fields()), signed)
    } else {
        let payment = jsapi_payment(key, app_id, id, *time, nonce).await?;
        let signed = [
            payment.time_stamp.clone(),
            payment.nonce_str.clone(),
            payment.package.clone(),
        ];
        (owned(&payment.fields()), signed)
    };
    let [time, nonce, what] = signed;
    let message = format!("{app_id}\n{time}\n{nonce}\n{what}\n");
    let sign = value(&form, &["paySign", "sign"]);
    // The library hands out no message. PKCS #1 v1.5 has one signature for each, so signing these
    // lines again shows that they are the ones that were signed.
    if STANDARD.encode(key.sign(message.as_bytes()).await?) != sign {
        return Err("the library signed another message than the one of its fields".into());
    }
    // A mini program need not be handed the app id, which is signed all the same, but may be.
    let mut whole = form.clone();
    if order.flavour == "miniprogram" {
        whole.push(("appId", app_id.to_string()));
    }
    Ok(Got::default()
        .is("message", message)
        .is("sign", sign)
        .is_one_of("params", [object(form), object(whole)]))
}

pub(super) fn v2(case: &Case<'_>) -> Result<Got, Malformed> {
    let (key, name) = (case.text("key")?, case.text("sign_type")?);
    let sign_type = named(name).ok_or_else(|| no_such_type(name))?;
    Ok(match (Order::read(case)?, Key::new(key)) {
        (Ok(order), Ok(signing)) => v2_signed(&signing, key, &order, sign_type),
        (Err(refusal), _) => Got::error(refusal),
        (_, Err(error)) => Got::error(error),
    })
}

fn v2_signed(signing: &Key, key: &str, order: &Order<'_>, sign_type: SignType) -> Got {
    let Order {
        app_id,
        prepay_id: id,
        nonce,
        timestamp: time,
        ..
    } = order;
    let form = match &order.partner_id {
        Some(partner_id) => signing
            .app_payment(app_id, partner_id, id, *time, nonce, sign_type)
            .map(|payment| owned(&payment.fields())),
        // The vectors know no form of mini programs in APIv2.
        None => signing
            .jsapi_payment(app_id, id, *time, nonce, sign_type)
            .map(|payment| owned(&payment.fields())),
    };
    let form = match form {
        Ok(form) => form,
        Err(error) => return Got::error(error),
    };
    let names = ["paySign", "sign"];
    let signed: Params = form
        .iter()
        .filter(|(name, _)| !names.contains(name))
        .map(|(name, value)| (*name, value))
        .collect();
    let text = canonical_text(&signed);
    Got::default()
        .is("string_to_sign", format!("{text}&key={key}"))
        .is("sign", value(&form, &names))
        .is("params", object(form))
}

fn value(form: &Fields, names: &[&str]) -> String {
    let mut fields = form.iter();
    let field = fields.find(|(name, _)| names.contains(name));
    field.map(|(_, value)| value.clone()).unwrap_or_default()
}

fn owned(fields: &[(&'static str, &str)]) -> Fields {
    let fields = fields.iter();
    fields
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect()
}

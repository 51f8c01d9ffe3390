//! Requests of the brand: its paths, its scheme and its keys.

use std::sync::Arc;

use http::{HeaderValue, Response};
use wxpay_catalog::Operation;
use wxpay_core::Timestamp;

use super::v3::Caller;
use crate::brand::BrandAccount;
use crate::exchange::Call;
use crate::payload::Payload;
use crate::route::Route;
use crate::state::Shared;
use crate::v3::authorization::{Signer, check_signer};
use crate::v3::{Answer, Request};
use crate::{Fault, SignatureCheck};

/// Whether a brand asks, and no merchant.
pub(crate) fn is_of(route: &Route<'_>) -> bool {
    route.endpoint.path.starts_with("/brand/")
}

/// Checks a request by the brand's keys, and answers it.
pub(crate) fn respond(
    operation: &'static Operation,
    route: &Route<'_>,
    call: &Call,
    shared: &Shared,
    now: Timestamp,
    commit: bool,
    signatures: &mut Vec<SignatureCheck>,
) -> Answer {
    let Some(account) = shared.brand.get() else {
        let message =
            "wxpay-sandbox has no brand yet: ask it for one (Sandbox::brand) and use its keys";
        return Answer::error(401, "SIGN_ERROR", message).unsigned();
    };
    let BrandAccount { brand, key, .. } = account;
    let signer = Signer {
        scheme: SCHEME,
        member: "brand_id",
        id: brand.brand_id.as_str(),
        serial_no: &brand.serial_no,
        key,
    };
    let done = check_signer(&signer, call, shared, now, signatures).and_then(|()| {
        // Every request of a brand names the key.
        let serial = call.serial();
        let platform_key = &account.platform_key;
        if serial != Some(platform_key.serial()) {
            let message = "Http头Wechatpay-Serial须为品牌的微信支付公钥ID";
            return Err(Answer::error(400, "PARAM_ERROR", message));
        }
        let request = Request {
            call,
            route,
            shared,
            key: Some(Arc::clone(platform_key)),
            commit,
        };
        let caller = Caller {
            key,
            brand_id: Some(brand.brand_id.as_str()),
            ..Caller::of(shared)
        };
        super::v3::respond(&request, operation, &caller)
    });
    done.unwrap_or_else(|refusal| refusal)
}

/// Writes and signs a response to the brand.
pub(crate) fn seal(
    answer: Answer,
    fault: Option<&Fault>,
    now: Timestamp,
    shared: &Shared,
) -> Response<Payload> {
    let key = match shared.brand.get() {
        Some(account) => Arc::clone(&account.platform_key),
        None => shared.platform.signer(None),
    };
    let mut response = answer.seal(&key, fault, now, &shared.random);
    if let Some(scheme) = response.headers_mut().get_mut("wechatpay-signature-type") {
        *scheme = HeaderValue::from_static(SCHEME);
    }
    response
}

const SCHEME: &str = "WECHATPAY-BRAND-SHA256-RSA2048";

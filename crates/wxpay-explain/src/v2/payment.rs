use wxpay_core::Params;
use wxpay_sign::v2::SignType;

use super::edits::Edit;
use super::kind::Kind;
use super::sign;
use crate::causes::payment as causes;
use crate::finding::Finding;
use crate::{Context, Keys, Report, Verdict};

/// What a front end hands over for an order of APIv2: fields without their signature, and that
/// signature.
pub(crate) fn explain(
    fields: &[(&str, String)],
    signature: &str,
    keys: &Keys,
    context: &Context,
    report: &mut Report,
) -> Verdict {
    crate::lints::symmetric(keys.api_v2.as_ref(), "APIv2 key", true, report);
    let mut params: Params = fields.iter().map(|(name, value)| (name, value)).collect();
    let long = signature.len() == 64;
    let suggested = if long {
        SignType::HmacSha256
    } else {
        SignType::Md5
    };
    let named = match params.get("signType") {
        Some("MD5") => SignType::Md5,
        Some("HMAC-SHA256") => SignType::HmacSha256,
        _ => suggested,
    };
    let order: Vec<_> = fields.iter().map(|(name, _)| (*name).to_owned()).collect();
    params.set("sign", signature);
    let kind = Kind {
        reply: false,
        unsigned: false,
        unclear: false,
        payout: false,
        hmac: false,
        workwx: None,
    };
    let context = context.clone().sign_type(named);
    let more = renamed();
    sign::verdict(&params, &order, &kind, more, keys, &context, report)
}

/// Names of the order, of the web page and of the app are mixed up easily.
fn renamed() -> Vec<Edit> {
    let lists: [&[(&str, &str)]; 4] = [
        &[("appId", "appid")],
        &[("timeStamp", "timestamp")],
        &[
            ("appId", "appid"),
            ("timeStamp", "timestamp"),
            ("nonceStr", "noncestr"),
            ("signType", "signtype"),
        ],
        &[("noncestr", "nonce_str"), ("prepayid", "prepay_id")],
    ];
    lists
        .into_iter()
        .map(|names| {
            let new: Vec<_> = names.iter().map(|(_, new)| *new).collect();
            Edit::rename(
                names,
                Finding::new(&causes::NAMES, [("found", &new.join(", "))]),
            )
        })
        .collect()
}

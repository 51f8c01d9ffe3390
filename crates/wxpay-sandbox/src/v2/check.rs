//! Holding the signatures of a request to the rules, and noting what was seen.

use wxpay_core::Params;

use crate::signature::{MASK, SignatureCause};
use crate::v2::diagnose::{self, Rules};
use crate::v2::sign::{self, SignType};
use crate::{Merchant, SignatureCheck, SignatureKind};

/// The `sign` of a request that says how it is signed.
pub(crate) fn sign(
    sign_type: SignType,
    params: &Params,
    merchant: &Merchant,
    signatures: &mut Vec<SignatureCheck>,
) -> bool {
    let fields = || params.iter().filter(|(name, _)| *name != "sign");
    let expected = sign::sign(sign_type, fields(), merchant.api_v2_key.expose());
    let mut check = SignatureCheck::new(SignatureKind::Sign);
    check.text = sign::string_to_sign(fields(), "key", MASK);
    finish(check, expected, params, signatures, || Rules {
        sign_type,
        suffix: "key",
        only: None,
        merchant,
    })
}

/// The `sign` of a request whose family knows no `sign_type` (签名类型): one that sends it was signed
/// by other rules.
pub(crate) fn plain_sign(
    params: &Params,
    merchant: &Merchant,
    signatures: &mut Vec<SignatureCheck>,
) -> bool {
    let held = sign(SignType::Md5, params, merchant, signatures);
    let sent = params.iter().any(|(name, _)| name == "sign_type");
    refuse_if(sent, signatures, SignatureCause::sign_type_sent);
    held && !sent
}

/// The `workwx_sign` of a request, which covers these fields.
pub(crate) fn workwx_sign(
    params: &Params,
    merchant: &Merchant,
    only: &'static [&'static str],
    signatures: &mut Vec<SignatureCheck>,
) -> bool {
    let expected = sign::workwx_sign(params.iter(), only, merchant.workwx_secret.expose());
    let mut check = SignatureCheck::new(SignatureKind::WorkwxSign);
    let signed = params.iter().filter(|(name, _)| only.contains(name));
    check.text = sign::string_to_sign(signed, "secret", MASK);
    let held = finish(check, expected, params, signatures, || Rules {
        sign_type: SignType::Md5,
        suffix: "secret",
        only: Some(only),
        merchant,
    });
    let agentid = merchant.agentid.to_string();
    let other = params.get("agentid").is_some_and(|sent| sent != agentid);
    refuse_if(other, signatures, || {
        SignatureCause::other_agent(merchant.agentid)
    });
    held && !other
}

fn finish<'a>(
    mut check: SignatureCheck,
    expected: String,
    params: &Params,
    signatures: &mut Vec<SignatureCheck>,
    rules: impl FnOnce() -> Rules<'a>,
) -> bool {
    let received = params.get(check.kind.as_str());
    check.held = received == Some(&*expected);
    check.received = received.map(str::to_owned);
    if let (false, Some(received)) = (check.held, received) {
        (check.causes, check.signed_text) = diagnose::diagnose(params, received, &rules());
    } else if !check.held {
        check.causes = vec![SignatureCause::missing(check.kind.as_str())];
    }
    check.expected = Some(expected);
    let held = check.held;
    signatures.push(check);
    held
}

fn refuse_if(
    wrong: bool,
    signatures: &mut [SignatureCheck],
    cause: impl FnOnce() -> SignatureCause,
) {
    if let (true, Some(check)) = (wrong, signatures.last_mut()) {
        check.held = false;
        check.causes.insert(0, cause());
    }
}

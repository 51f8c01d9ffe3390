//! The names of headers, as CGI programs, frameworks and logs write them.

/// The header that is meant by `HTTP_WECHATPAY_NONCE`, `$http_wechatpay_nonce` or
/// `wechatpay_nonce`, if it is one that is read here and is written in another way than on the
/// wire.
pub(super) fn rewritten(name: &str) -> Option<&'static str> {
    let known = known(name)?;
    (!known.eq_ignore_ascii_case(name)).then_some(known)
}

/// The header of this name, however it is written, if it is one that is read here.
pub(super) fn known(name: &str) -> Option<&'static str> {
    let mut name = name.trim_start_matches('$').to_ascii_lowercase();
    if name.len() > LONGEST {
        return None;
    }
    name = name.replace('_', "-");
    for prefix in ["redirect-", "upstream-", "sent-", "http-"] {
        if let Some(rest) = name.strip_prefix(prefix) {
            name = rest.to_owned();
        }
    }
    let joined = name.replace('-', "");
    let mut known = KNOWN.iter();
    known
        .find(|known| known.replace('-', "").eq_ignore_ascii_case(&joined))
        .copied()
}

const KNOWN: [&str; 8] = [
    "Authorization",
    "Content-Length",
    "Content-Type",
    "Wechatpay-Nonce",
    "Wechatpay-Serial",
    "Wechatpay-Signature",
    "Wechatpay-Signature-Type",
    "Wechatpay-Timestamp",
];

/// Bytes; far more than any of these names has.
const LONGEST: usize = 64;

use super::{
    Case, Got, Malformed, aead, bill, certificate, message, notice, outcome, paid, payment, refund,
    reply, request, sealed, sm, small, transfer, upload, v2,
};

/// Runs the input of one kind.
pub(super) type Kind = fn(&Case<'_>) -> Result<Got, Malformed>;

/// The function of a kind.
pub(super) fn find(name: &str) -> Option<Kind> {
    Some(match name {
        "v2_sign" => v2::sign,
        "v2_verify" => v2::verify,
        "v2_auto_verify" => v2::auto_verify,
        "workwx_sign" => v2::workwx_sign,
        "workwx_full" => v2::workwx_full,
        "v2_xml_parse" => message::parse,
        "v2_xml_roundtrip" => message::roundtrip,
        "v2_refund_req_info" => refund::open,
        "v2_notify" => notice::v2,
        "v2_pay_outcome" => outcome::pay,
        "v2_query_outcome" => outcome::query,
        "v3_canonical_url" => request::canonical_url,
        "v3_request_sign" => request::sign,
        "v3_verify" => reply::verify,
        "v3_error_parse" => reply::error,
        "v3_aead_decrypt" => aead::decrypt,
        "v3_certificates" => certificate::list,
        "v3_transfer_detail" => transfer::detail,
        "v3_notification" => notice::v3,
        "v3_charset" => small::charset,
        "oaep_decrypt" => sealed::open,
        "oaep_encrypt_limit" => sealed::limit,
        "v2_payment" => paid::v2,
        "v3_payment" => paid::v3,
        "paysign_v3" => payment::v3,
        "paysign_v2" => payment::v2,
        "cert_serial" => certificate::serial,
        "serial_match" => small::serial_match,
        "time_parse" => small::time,
        "bill_hash" => bill::hash,
        "bill_parse" => bill::parse,
        "sm3" => sm::digest,
        "sm4_key" => sm::sm4_key,
        "sm4_gcm_decrypt" => sm::gcm_decrypt,
        "sm2_verify" => sm::sm2_verify,
        "sm2_decrypt" => sealed::open,
        "sm_reply" => sm::reply,
        "upload_meta" => upload::meta,
        _ => return None,
    })
}

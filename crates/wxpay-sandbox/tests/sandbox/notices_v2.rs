use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use wxpay_core::{Fen, Params};
use wxpay_sandbox::{Notice, NoticeFault, NotifyError, Trust};

use crate::callback::Callback;
use crate::client::Client;
use crate::notices::{FAIL, OK, with_order};

#[tokio::test]
async fn a_payment_is_told_in_xml() {
    let client = with_order(Trust::PublicKey).await;
    for (notice, hmac, signed, total) in [
        (Notice::payment("A1"), false, true, "10099"),
        (Notice::payment("A1").hmac_sha256(), true, true, "10099"),
        (gone(NoticeFault::Forged), false, false, "10090"),
        (gone(NoticeFault::WrongSignature), false, false, "10099"),
        (gone(NoticeFault::MissingSignature), false, false, "10099"),
        (
            gone(NoticeFault::OtherAmount(Fen::new(1))),
            false,
            true,
            "1",
        ),
    ] {
        let callback = Callback::answering(&[SUCCESS]);
        let answer = client.sandbox.notify_v2(&callback.url, notice).await;
        assert!(answer.unwrap().acknowledged);
        let seen = callback.next();
        assert_eq!(seen.headers["content-type"], "text/xml");
        let params = Params::from_xml(&seen.body).unwrap();
        assert_eq!(client.is_signed(&params, hmac), signed);
        assert_eq!(params.get("result_code"), Some("SUCCESS"));
        assert_eq!(params.get("out_trade_no"), Some("A1"));
        // A forged digit, whichever it is.
        let told = params.get("total_fee").unwrap();
        assert_eq!(told == "10099", total == "10099");
        assert_eq!(params.get("coupon_count"), Some("1"));
    }
    let callback = Callback::answering(&[OK, FAIL]);
    for _ in 0..2 {
        let notice = Notice::payment("A1");
        let answer = client.sandbox.notify_v2(&callback.url, notice).await;
        assert!(!answer.unwrap().acknowledged);
    }
}

#[tokio::test]
async fn a_refund_is_told_in_xml_that_only_the_merchant_reads() {
    let client = with_order(Trust::PublicKey).await;
    let callback = Callback::answering(&[SUCCESS, SUCCESS]);
    let notice = Notice::refund("A1", "R1", 99);
    let url = &callback.url;
    client.sandbox.notify_v2(url, notice.clone()).await.unwrap();
    let params = Params::from_xml(&callback.next().body).unwrap();
    assert_eq!(params.get("sign"), None);
    let told = req_info(&client, &params).unwrap();
    assert!(told.starts_with("<root>") && told.ends_with("</root>"));
    assert!(told.contains("<refund_fee>99</refund_fee>"));
    assert!(told.contains("<out_refund_no><![CDATA[R1]]></out_refund_no>"));

    let forged = notice.clone().fault(NoticeFault::Forged);
    client.sandbox.notify_v2(url, forged).await.unwrap();
    let params = Params::from_xml(&callback.next().body).unwrap();
    assert!(!req_info(&client, &params).is_some_and(|told| told.starts_with("<root>")));

    let unsigned = notice.fault(NoticeFault::WrongSignature);
    let refused = client.sandbox.notify_v2(url, unsigned).await;
    assert!(matches!(refused, Err(NotifyError::Fault(_))));
}

fn gone(fault: NoticeFault) -> Notice {
    Notice::payment("A1").fault(fault)
}

/// Opens what an APIv2 refund tells; `None` when it is no text.
pub(crate) fn req_info(client: &Client, params: &Params) -> Option<String> {
    let key = client.sandbox.merchant().api_v2_key.expose();
    let digits = Md5::digest(key)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    let key = UnboundCipherKey::new(&AES_256, digits.as_bytes()).unwrap();
    let key = DecryptingKey::ecb(key).unwrap();
    let mut bytes = STANDARD.decode(params.get("req_info").unwrap()).unwrap();
    let text = key.decrypt(&mut bytes, DecryptionContext::None).unwrap();
    let padding = usize::from(*text.last()?);
    let text = text.get(..text.len().checked_sub(padding)?)?;
    String::from_utf8(text.to_vec()).ok()
}

pub(crate) const SUCCESS: (&str, &str) = (
    "200 OK",
    "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>",
);

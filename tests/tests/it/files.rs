//! Files that are uploaded, files that APIv2 answers with, pages and lists in XML, against messages
//! written by hand.

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::header::CONTENT_TYPE;
use http::{Method, Response};
use wxpay_api::core::{Date, ErrorKind, Fen, MchId, Outcome, Params, VerificationFailure};
use wxpay_api::sign::provider::Provider;
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{PrivateKey, RequestToSign, authorize};
use wxpay_api::sign::{Proof, Verified};
use wxpay_api::v2::papay::{SignContractH5, SignContractJsapi, sign_contract_jsapi};
use wxpay_api::v2::pay::download_bill::{BillType, DownloadBillOptions};
use wxpay_api::v2::pay::{DownloadBill, DownloadFundFlow, download_fund_flow};
use wxpay_api::v2::red_packet::{QueryRedPacket, query_red_packet::RedPacketStatus};
use wxpay_api::v3::global::DownloadStatement;
use wxpay_api::v3::merchant as v3_merchant;
use wxpay_api::v3::merchant_service::UploadImage;
use wxpay_api::{Error, Timestamp, Upload};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, replies, vectors};

fn image(name: &str, content: impl Into<Bytes>) -> UploadImage {
    UploadImage {
        file: Upload::new(name, content),
        options: Default::default(),
    }
}

fn prepared(request: &UploadImage) -> Result<http::Request<Bytes>, Error> {
    let client = clients::v3(Scripted::new([]));
    let prepared = client.prepare(request).now_or_never().unwrap();
    prepared.map(|(request, _)| request)
}

/// `sha256sum` of the four bytes.
const META: &str = r#"{"filename":"图.png","sha256":"0f4636c78f65d3639ece5a064b5ae753e3408614a14fb18ab4d7540d2c248543"}"#;
const PNG: &[u8] = b"\x89PNG";

#[test]
fn an_upload_has_two_parts_and_signs_the_first() {
    let request = prepared(&image("图.png", PNG)).unwrap();
    assert_eq!(request.uri().path(), "/v3/merchant-service/images/upload");
    let boundary = format!("wxpay-{}", clients::NONCE);
    assert_eq!(
        request.headers()["content-type"],
        format!("multipart/form-data; boundary={boundary}")
    );
    let mut expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{META}\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"图.png\"\r\nContent-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    expected.extend_from_slice(PNG);
    expected.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    assert_eq!(request.body(), &expected);

    let key = PrivateKey::from_pem_with(
        Provider::default(),
        &vectors::key("mch"),
        clients::SERIAL_NO,
    )
    .unwrap();
    let to_sign = RequestToSign {
        method: "POST",
        target: "/v3/merchant-service/images/upload",
        timestamp: Timestamp::from_unix(clients::NOW).unwrap(),
        nonce_str: clients::NONCE,
        body: META.as_bytes(),
    };
    let mch_id = MchId::new(clients::MCH_ID).unwrap();
    let signed = authorize(&key, &mch_id, &to_sign).now_or_never().unwrap();
    assert_eq!(request.headers()["authorization"], signed.unwrap());
}

#[test]
fn each_ending_has_its_media_type() {
    let client = clients::v3(Scripted::new([]));
    let part = |request: http::Request<Bytes>| {
        let text = String::from_utf8(request.body().to_vec()).unwrap();
        let (_, rest) = text.rsplit_once("Content-Type: ").unwrap();
        rest.split("\r\n").next().unwrap().to_owned()
    };
    for (name, media_type) in [
        ("a.jpg", "image/jpeg"),
        ("a.jpeg", "image/jpeg"),
        ("a.PNG", "image/png"),
        ("a.bmp", "image/bmp"),
        ("a.pdf", "application/pdf"),
    ] {
        let request = v3_merchant::UploadFile {
            file: Upload::new(name, "content"),
            options: Default::default(),
        };
        let (request, _) = client.prepare(&request).now_or_never().unwrap().unwrap();
        assert_eq!(part(request), media_type, "{name}");
    }
    for (name, media_type) in [
        ("a.avi", "video/x-msvideo"),
        ("a.wmv", "video/x-ms-wmv"),
        ("a.mpeg", "video/mpeg"),
        ("a.mp4", "video/mp4"),
        ("a.mov", "video/quicktime"),
        ("a.mkv", "video/x-matroska"),
        ("a.flv", "video/x-flv"),
        ("a.m4v", "video/x-m4v"),
        ("a.rmvb", "application/octet-stream"),
    ] {
        let request = v3_merchant::UploadVideo {
            file: Upload::new(name, "content"),
            options: Default::default(),
        };
        let (request, _) = client.prepare(&request).now_or_never().unwrap().unwrap();
        assert_eq!(part(request), media_type, "{name}");
    }
}

#[test]
fn no_content_can_end_its_own_part() {
    let line = format!("\r\n--wxpay-{}\r\n", clients::NONCE);
    let request = prepared(&image("a.png", line.clone())).unwrap();
    let content_type = request.headers()["content-type"].to_str().unwrap();
    let boundary = content_type.split_once("boundary=").unwrap().1;
    let text = String::from_utf8(request.body().to_vec()).unwrap();
    let parts: Vec<&str> = text.split(boundary).collect();
    assert_eq!(
        parts.len(),
        4,
        "two begin a part, one ends the last: {text}"
    );
    assert!(parts[2].contains(&line), "{text}");
}

#[test]
fn no_content_makes_the_line_between_the_parts_longer_than_it_may_be() {
    let line = format!("wxpay-{}", clients::NONCE);
    for content in [
        format!("{line}{}", "x".repeat(100)),
        format!("{line} {line}-1 {line}-2"),
    ] {
        let request = prepared(&image("a.png", content.clone())).unwrap();
        let content_type = request.headers()["content-type"].to_str().unwrap();
        let boundary = content_type.split_once("boundary=").unwrap().1;
        assert!(boundary.len() <= 70, "RFC 2046: {boundary}");
        assert!(!content.contains(boundary), "{boundary}");
    }
}

#[test]
fn a_file_that_breaks_a_rule_is_refused_before_it_is_sent() {
    for (name, content, said) in [
        (
            "a.gif",
            &b"GIF"[..],
            "must have a name that ends with one of jpg, png, bmp",
        ),
        ("png", b"PNG", "must have a name that ends with one of"),
        ("", b"PNG", "must have a name of 1 to 128 characters"),
        ("/tmp/a.png", b"PNG", "without a path"),
        ("a\".png", b"PNG", "without a path, quotation marks"),
        ("a\r\n.png", b"PNG", "control characters"),
        ("a.png", b"", "must not be empty"),
        (
            "a.png",
            &[0; 2_097_153],
            "must have at most 2097152 bytes, has 2097153",
        ),
    ] {
        let error = prepared(&image(name, content.to_vec())).unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotExecuted);
        let text = error.to_string();
        assert!(
            text.contains("file: ") && text.contains(said),
            "{name}: {text}"
        );
    }
    let longest = format!("{}.png", "长".repeat(124));
    assert!(prepared(&image(&longest, PNG)).is_ok());
    assert!(prepared(&image(&format!("1{longest}"), PNG)).is_err());
    assert!(prepared(&image("A.PNG", vec![0; 2_097_152])).is_ok());
}

#[test]
fn what_is_uploaded_is_not_in_its_debug() {
    let shown = format!("{:?}", image("a.png", b"secret".to_vec()));
    assert!(
        shown.contains("a.png") && shown.contains("bytes: 6"),
        "{shown}"
    );
    assert!(
        !shown.contains("secret") && !shown.contains("115"),
        "{shown}"
    );
}

const BILL: &[u8] =
    "\u{FEFF}交易时间,公众账号ID\r\n`2014-11-10 16:33:45,`wx2421b1c4370ec43b\r\n".as_bytes();

fn bill() -> DownloadBill {
    DownloadBill {
        bill_date: Date::new(2014, 6, 3).unwrap(),
        options: DownloadBillOptions::default().bill_type(BillType::Success),
    }
}

fn downloaded(answer: &[u8]) -> (Scripted, Result<Verified<Bytes>, Error>) {
    let transport = Scripted::answering(Response::new(Bytes::copy_from_slice(answer)));
    let client = clients::v2(SignType::Md5, transport.clone());
    let sent = client.send(&bill()).now_or_never().unwrap();
    (transport, sent)
}

#[test]
fn a_bill_of_apiv2_comes_as_it_is() {
    for file in [BILL, &[0x1F, 0x8B, 8, 0], b"total"] {
        let (transport, bill) = downloaded(file);
        let bill = bill.unwrap();
        assert_eq!(bill.get(), file);
        assert_eq!(*bill.proof(), Proof::TlsAlone);
        let sent = transport.seen();
        let text = String::from_utf8(sent[0].body().to_vec()).unwrap();
        assert!(text.contains("<bill_date>20140603</bill_date>"), "{text}");
        assert!(text.contains("<bill_type>SUCCESS</bill_type>"), "{text}");
    }
}

#[test]
fn a_bill_that_is_not_there_is_an_error_with_its_code() {
    let refusal = b"<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[No Bill Exist]]></return_msg><error_code><![CDATA[20002]]></error_code></xml>";
    let (_, answer) = downloaded(refusal);
    let error = answer.unwrap_err();
    assert_eq!(error.outcome(), Outcome::ReadFailed);
    let text = error.to_string();
    assert!(
        text.contains("20002") || format!("{:?}", error.kind()).contains("20002"),
        "{text}"
    );
    for broken in [
        &b""[..],
        b"<html>busy</html>",
        b" \r\n\xEF\xBB\xBF<xml>",
        b"<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code><mch_id>1900000109</mch_id></xml>",
    ] {
        let (_, answer) = downloaded(broken);
        assert!(answer.is_err(), "{}", String::from_utf8_lossy(broken));
    }
}

#[test]
fn a_fund_flow_bill_takes_hmac_alone_and_names_its_cause() {
    let refusal = "<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg><result_code>FAIL</result_code><err_code>NO_BILL_EXIST</err_code><err_code_des>账单不存在</err_code_des></xml>";
    let transport = Scripted::answering(Response::new(refusal.into()));
    let client = clients::v2(SignType::Md5, transport.clone());
    let request = DownloadFundFlow {
        bill_date: Date::new(2014, 6, 3).unwrap(),
        account_type: download_fund_flow::AccountType::Basic,
        options: Default::default(),
    };
    let error = client.send(&request).now_or_never().unwrap().unwrap_err();
    assert!(error.to_string().contains("NO_BILL_EXIST"), "{error}");
    let sent = transport.seen();
    let text = String::from_utf8(sent[0].body().to_vec()).unwrap();
    assert!(
        text.contains("<sign_type>HMAC-SHA256</sign_type>"),
        "{text}"
    );
}

#[test]
fn a_list_in_xml_is_read_member_by_member() {
    let answer = "<xml>
<return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<result_code><![CDATA[SUCCESS]]></result_code>
<mch_billno><![CDATA[9010080799701411170000046603]]></mch_billno>
<mch_id><![CDATA[1900000109]]></mch_id>
<status><![CDATA[RECEIVED]]></status>
<total_amount>300</total_amount>
<hblist>
<hbinfo>
<openid><![CDATA[oHkLxtzmyHXX6FW_cAWo_orTSRXs]]></openid>
<amount>100</amount>
<rcv_time><![CDATA[2016-08-08 21:49:46]]></rcv_time>
</hbinfo>
<hbinfo><openid>ohO4GtzOAAYMp2yapORH3dQB3W18</openid><amount>200</amount><rcv_time/></hbinfo>
</hblist>
</xml>";
    let query = QueryRedPacket {
        mch_billno: "9010080799701411170000046603".to_owned(),
        options: Default::default(),
    };
    let send = |answer: String| {
        let transport = Scripted::answering(Response::new(answer.into()));
        let client = clients::v2(SignType::Md5, transport);
        client.send(&query).now_or_never().unwrap()
    };
    let packet = send(answer.to_owned()).unwrap();
    assert_eq!(packet.status, RedPacketStatus::Received);
    let claims: Vec<_> = packet
        .hblist
        .iter()
        .map(|claim| (claim.amount.unwrap(), claim.rcv_time.is_some()))
        .collect();
    assert_eq!(claims, [(Fen::new(100), true), (Fen::new(200), false)]);
    assert_eq!(
        packet.hblist[0].openid.as_ref().unwrap().as_str(),
        "oHkLxtzmyHXX6FW_cAWo_orTSRXs"
    );

    let none = answer
        .replace("<hblist>", "<hblist></hblist><other>")
        .replace("</hblist>\n</xml>", "</other>\n</xml>");
    assert!(send(none).unwrap().hblist.is_empty());
    for (from, to) in [
        ("<hbinfo><openid>", "<hbother><openid>"),
        ("<amount>200", "<amount>200<b/>"),
        ("<amount>200", "<amount>2.5"),
        ("<hbinfo>\n", "<hbinfo a=\"1\">\n"),
        ("<hbinfo>\n", "text<hbinfo>\n"),
    ] {
        let broken = answer
            .replacen(from, to, 1)
            .replacen("</hbother>", "</hbinfo>", 1);
        assert!(send(broken).is_err(), "{to}");
    }
}

#[test]
fn the_url_of_a_page_is_signed_over_plain_values() {
    let client = clients::v2(SignType::HmacSha256, Scripted::new([]));
    let page = SignContractJsapi {
        plan_id: 12535,
        contract_code: "100000".to_owned(),
        request_serial: 1000,
        contract_display_account: "微信代扣".to_owned(),
        notify_url: "https://weixin.qq.com".to_owned(),
        timestamp: Timestamp::from_unix(1_414_488_825).unwrap().into(),
        options: Default::default(),
    };
    let url = sign_contract_jsapi(&client, &page).unwrap();
    let (address, query) = url.split_once('?').unwrap();
    assert_eq!(address, "https://api.mch.weixin.qq.com/papay/entrustweb");
    let params: Params = form_urlencoded(query);
    let mut names: Vec<&str> = params.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "appid",
            "contract_code",
            "contract_display_account",
            "mch_id",
            "notify_url",
            "plan_id",
            "request_serial",
            "sign",
            "timestamp",
            "version",
        ]
    );
    assert_eq!(params.get("contract_display_account"), Some("微信代扣"));
    assert!(
        query.contains("notify_url=https%3A%2F%2Fweixin%2Eqq%2Ecom"),
        "{query}"
    );
    // MD5 alone, whatever the client prefers for calls.
    let key = Key::new(clients::API_KEY).unwrap();
    assert!(key.verify(params, SignType::Md5).is_ok());
    let mut broken = page;
    broken.contract_code = "1".repeat(129);
    let error = client.page_url(&broken).unwrap_err();
    assert!(error.to_string().contains("contract_code"), "{error}");
}

/// 纯签约 in a mobile browser: what is signed goes into the query of a GET, and the answer is XML.
#[test]
fn a_contract_page_of_a_mobile_browser_is_asked_for() {
    let request = SignContractH5 {
        plan_id: "12535".to_owned(),
        contract_code: "100000".to_owned(),
        request_serial: 1000,
        contract_display_account: "微信代扣".to_owned(),
        notify_url: "https://weixin.qq.com".to_owned(),
        timestamp: Timestamp::from_unix(1_414_488_825).unwrap().into(),
        clientip: "119.145.83.6".parse().unwrap(),
        options: Default::default(),
    };
    let reply = |result: &'static str| {
        replies::v2_unsigned(&[
            ("return_code", "SUCCESS"),
            ("result_code", result),
            ("result_msg", "SIGN_ERROR"),
            ("redirect_url", "https://payapp.weixin.qq.com"),
        ])
    };
    let transport = Scripted::new([Ok(reply("SUCCESS")), Ok(reply("FAIL"))]);
    let client = clients::v2(SignType::HmacSha256, transport.clone());
    let response = client.send(&request).now_or_never().unwrap().unwrap();
    let page = response.redirect_url.as_deref();
    assert_eq!(page, Some("https://payapp.weixin.qq.com"));

    let error = client.send(&request).now_or_never().unwrap().unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(error.to_string().contains("SIGN_ERROR"), "{error}");

    let sent = &transport.seen()[0];
    assert_eq!(sent.method(), Method::GET);
    assert!(sent.body().is_empty());
    assert!(sent.headers().get(CONTENT_TYPE).is_none());
    assert_eq!(sent.uri().path(), "/papay/h5entrustweb");
    let params = form_urlencoded(sent.uri().query().unwrap());
    assert_eq!(params.get("clientip"), Some("119.145.83.6"));
    assert_eq!(params.get("sign_type"), Some("HMAC-SHA256"));
    let key = Key::new(clients::API_KEY).unwrap();
    assert!(key.verify(params, SignType::HmacSha256).is_ok());
}

fn form_urlencoded(query: &str) -> Params {
    query
        .split('&')
        .map(|member| {
            let (name, value) = member.split_once('=').unwrap();
            let value = percent_encoding::percent_decode_str(value);
            (name.to_owned(), value.decode_utf8().unwrap().into_owned())
        })
        .collect()
}

/// `sha1sum` of the file below.
const STATEMENT_SHA1: &str = "0a4d55a8d778e5022fab701977c5d840bbc486d0";
const STATEMENT: &str = "Hello World";

/// A statement whose signature covers the digest, as this text writes it.
fn statement(signed: &str, told: &[&str], file: &'static str) -> Result<Verified<Bytes>, Error> {
    let mut response = replies::v3_signed(200, signed, clients::NOW);
    for digest in told {
        let headers = response.headers_mut();
        headers.append("Wechatpay-Statement-Sha1", digest.parse().unwrap());
    }
    *response.body_mut() = Bytes::from_static(file.as_bytes());
    let request = DownloadStatement {
        date: "2018-01-30".parse().unwrap(),
        options: Default::default(),
    };
    let client = clients::v3(Scripted::answering(response));
    client.send(&request).now_or_never().unwrap()
}

/// The signature of a statement covers its digest, and the digest the file.
#[test]
fn a_statement_from_overseas_is_what_its_digest_says() {
    let signed = format!(r#"{{"sha1":"{STATEMENT_SHA1}"}}"#);
    let file = statement(&signed, &[STATEMENT_SHA1], STATEMENT).unwrap();
    assert_eq!(file.get(), STATEMENT.as_bytes());
    assert!(matches!(file.proof(), Proof::Rsa { .. }));

    let other = "0a4d55a8d778e5022fab701977c5d840bbc486d1";
    let failure = |signed: &str, told: &[&str], file| {
        let error = statement(signed, told, file).unwrap_err();
        assert_eq!(error.outcome(), Outcome::ReadFailed);
        match error.kind() {
            ErrorKind::Verification(error) => error.failure().clone(),
            other => panic!("{other}"),
        }
    };
    for (signed, told, file, expected) in [
        (
            &signed[..],
            &[STATEMENT_SHA1][..],
            "Hello world",
            VerificationFailure::OtherDigest,
        ),
        (&signed, &[other], STATEMENT, VerificationFailure::Mismatch),
        (
            STATEMENT,
            &[STATEMENT_SHA1],
            STATEMENT,
            VerificationFailure::Mismatch,
        ),
        (
            &signed,
            &[],
            STATEMENT,
            VerificationFailure::Missing("Wechatpay-Statement-Sha1"),
        ),
        (
            &signed,
            &[STATEMENT_SHA1, STATEMENT_SHA1],
            STATEMENT,
            VerificationFailure::Repeated("Wechatpay-Statement-Sha1"),
        ),
    ] {
        assert_eq!(failure(signed, told, file), expected, "{told:?} {file}");
    }
}

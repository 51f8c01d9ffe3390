//! Captures in every form that people paste, and whatever else is thrown at them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::{any, proptest};
use wxpay_explain::{Capture, Context, Keys, Language, Verdict, explain};

const SIGNED: &str = "<xml><appid>wxd930ea5d5a258f4f</appid><mch_id>10000100</mch_id><device_info>1000</device_info><body>test</body><nonce_str>ibuaiVcKdpRxkhJA</nonce_str><sign>9A0A8659F005D6984697E2CA0A9CF3B7</sign></xml>";

fn keys() -> Keys {
    Keys::new().api_v2_key("192006250b4c09247ec02edce69f6a2d")
}

fn holds(text: &str) -> bool {
    let capture = Capture::read(text.as_bytes()).unwrap();
    explain(&capture, &keys(), &Context::new()).verdict() == Verdict::Holds
}

#[test]
fn every_way_to_write_a_curl_command_is_read() {
    let url = "https://api.mch.weixin.qq.com/pay/unifiedorder";
    for text in [
        format!("curl {url} -d '{SIGNED}'"),
        format!("$ curl -X POST \\\n  --url {url} \\\n  --data-raw '{SIGNED}'"),
        format!("curl \\\r\n-kXPOST {url} --data=\"{SIGNED}\""),
        format!("curl {url} -sSkX POST -H 'Content-Type: text/xml' --data-binary $'{SIGNED}'"),
        format!("curl -o /dev/null --max-time 5 '{url}' -d'{SIGNED}' --compressed"),
    ] {
        assert!(holds(&text), "{text}");
    }
}

#[test]
fn quotes_and_escapes_of_a_shell_are_taken_off() {
    let read = |text: &str| Capture::read(text.as_bytes()).unwrap().body().to_vec();
    let body = read(r#"curl https://x -d $'{"a":"it\'s\u5f20\n"}'"#);
    assert_eq!(body, "{\"a\":\"it's张\n\"}".as_bytes());
    assert_eq!(read(r#"curl https://x -d "{\"a\":1}""#), br#"{"a":1}"#);
    assert_eq!(read("curl https://x -d a=1 -d b=2"), b"a=1&b=2");
}

#[test]
fn http_text_is_read_with_either_line_end() {
    for end in ["\n", "\r\n"] {
        let head = [
            "POST /pay/unifiedorder HTTP/1.1",
            "Host: api.mch.weixin.qq.com",
            "",
            SIGNED,
        ];
        assert!(holds(&head.join(end)));
        let head = ["HTTP/2 200", "content-type: text/xml", "", SIGNED, ""];
        assert!(holds(&head.join(end)));
    }
}

/// Tools that ask for compressed bodies show them unpacked, with the length of the packed one.
#[test]
fn length_of_a_compressed_body_says_nothing_of_the_one_that_is_shown() {
    let text = |encoding: &str| {
        format!("HTTP/1.1 200 OK\nContent-Length: 99\nContent-Encoding: {encoding}\n\n{SIGNED}\n")
    };
    for (encoding, findings) in [("gzip", 1), ("br", 1), ("identity", 2)] {
        let capture = Capture::read(text(encoding).as_bytes()).unwrap();
        let report = explain(&capture, &keys(), &Context::new());
        assert_eq!(report.verdict(), Verdict::Holds, "{encoding}");
        assert_eq!(report.findings().len(), findings, "{encoding}");
    }
}

#[test]
fn headers_have_one_name_however_they_are_written() {
    for name in [
        "Wechatpay-Nonce",
        "wechatpay_nonce",
        "HTTP_WECHATPAY_NONCE",
        "http_wechatpay_nonce",
        "$http_wechatpay_nonce",
        "$upstream_http_wechatpay_nonce",
        "REDIRECT_HTTP_WECHATPAY_NONCE",
        "HTTP_WechatpayNonce",
    ] {
        let capture = Capture::of_body("{}").header(name, "1");
        let (found, value) = capture.headers().next().unwrap();
        assert!(found.eq_ignore_ascii_case("Wechatpay-Nonce"), "{name}");
        assert_eq!(value, "1");
    }
    let other = Capture::of_body("{}").header("HTTP_X_FORWARDED_FOR", "1");
    assert_eq!(
        other.headers().next(),
        Some(("HTTP_X_FORWARDED_FOR", "1")),
        "headers that are not read here are kept"
    );
}

#[test]
fn the_request_of_a_log_counts_when_there_is_no_reply() {
    let request =
        format!("> POST /pay/unifiedorder HTTP/1.1\n> Host: api.mch.weixin.qq.com\n>\n{SIGNED}\n");
    assert!(holds(&request));
    let logged = format!(
        "--> POST https://api.mch.weixin.qq.com/pay/unifiedorder http/1.1\nContent-Type: text/xml\n\n{SIGNED}\n--> END POST (1-byte body)\n"
    );
    assert!(holds(&logged));
}

#[test]
fn what_can_not_be_read_says_which_rule_it_breaks() {
    for (text, rule) in [
        ("", "must not be empty"),
        ("curl 'https://x", "must close every quote"),
        ("curl -H 'a: b'", "must name a URL after curl"),
        ("curl https://x -d @body.json", "must hold the body itself"),
        ("curl https://x -d", "must have a value after -d"),
        ("GET /a b HTTP/1.1\n\n", "must begin with METHOD TARGET"),
        (
            "GET /a HTTP/1.1\nnothing\n\n",
            "must have headers as name: value",
        ),
    ] {
        let error = Capture::read(text.as_bytes()).unwrap_err();
        assert!(error.rule().starts_with(rule), "{text}: {error}");
    }
}

#[test]
fn the_search_is_bounded_whatever_the_message() {
    let fields = (0..400).map(|n| format!("<f{n}>{}&amp;</f{n}>", "值".repeat(700)));
    let fields: String = fields.collect();
    let sign = "A".repeat(32);
    let large = format!("<xml>{fields}<sign>{sign}</sign></xml>");
    let size = large.len();
    let capture = Capture::of_body(large);
    let keys = keys().api_v3_key("x".repeat(32)).workwx_secret("secret");
    let report = explain(&capture, &keys, &Context::new());
    assert_eq!(report.verdict(), Verdict::Broken);
    // It hashes 32 MiB at most; a search through pairs of everything would take days.
    let finding = report.findings().iter().find(|f| f.id() == "v2.no-match");
    let sentence = finding.unwrap().sentence(Language::English);
    let tried = sentence
        .split(' ')
        .find_map(|word| word.parse::<usize>().ok());
    let hashed = tried.unwrap() * size;
    assert!((size..40 * 1024 * 1024).contains(&hashed), "{sentence}");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        if let Ok(capture) = Capture::read(&bytes) {
            explain(&capture, &keys(), &Context::new()).to_json();
        }
    }

    #[test]
    fn no_text_in_its_parts_makes_it_panic(
        head in "(GET /[a-z?%=+é]{0,8} HTTP/1.1|HTTP/1.1 [0-9]{3}|curl https://x)",
        header in "(Authorization|Wechatpay-Signature|Wechatpay-Timestamp): [ -~é]{0,40}",
        body in "(\\{\"resource\":\\{\"ciphertext\":\"[A-Za-z+/=]{0,40}\"\\}\\}|<xml><sign>[0-9A-Fé]{0,64}</sign></xml>|\\PC{0,20})",
        signed in any::<String>(),
    ) {
        let text = format!("{head}\n{header}\n\n{body}");
        if let Ok(capture) = Capture::read(text.as_bytes()) {
            let keys = keys().api_v3_key("x".repeat(32));
            let context = Context::new().signed_text(signed);
            explain(&capture, &keys, &context).to_json();
        }
    }
}

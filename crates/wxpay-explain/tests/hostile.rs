//! Messages that were made to pass for others, to cost much, or to write on the screen of anyone
//! who looks at them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::time::{Duration, Instant};

use toml::Table;
use wxpay_explain::{Capture, Context, Keys, Language, Verdict, explain};

fn read(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples");
    std::fs::read_to_string(format!("{folder}/{name}")).unwrap()
}

/// The capture of a sample of a good message.
fn good(name: &str) -> String {
    let sample: Table = read(&format!("good/{name}.toml")).parse().unwrap();
    sample["capture"].as_str().unwrap().to_owned()
}

/// A right signature of WeChat Pay's, of another body.
fn signed(body: &str) -> Capture {
    let reply = good("reply_public_key");
    let reply = Capture::read(reply.as_bytes()).unwrap();
    let capture = Capture::of_body(body);
    reply.headers().fold(capture, |capture, (name, value)| {
        capture.header(name, value)
    })
}

fn platform_keys() -> Keys {
    let id = "PUB_KEY_ID_0114232134912410000000000000";
    let pem = read("keys/platform_public.pem");
    Keys::new().platform_public_key_pem(id, &pem).unwrap()
}

#[test]
fn a_sealed_refund_does_not_vouch_for_a_signature_beside_it() {
    let refund = good("v2_refund_notice");
    let keys = Keys::new().api_v2_key("Ji6ihaif3eiyeipuhoy6eeMee1deiM4O");
    let verdict = |text: &str| {
        let capture = Capture::read(text.as_bytes()).unwrap();
        explain(&capture, &keys, &Context::new()).verdict()
    };
    assert_eq!(verdict(&refund), Verdict::Holds);
    let forged = format!(
        "<total_fee>1</total_fee><sign>{}</sign></xml>",
        "A".repeat(32)
    );
    let forged = refund.replace("</xml>", &forged);
    assert_eq!(verdict(&forged), Verdict::Broken);
}

#[test]
fn a_small_body_is_not_written_anew_in_large() {
    // Every item in a line of its own has hundreds of spaces before it.
    let [open, close] = ["[", "]"].map(|bracket| bracket.repeat(120));
    let body = format!("{open}{}0{close}", "0,".repeat(50_000));
    let began = Instant::now();
    let report = explain(&signed(&body), &platform_keys(), &Context::new());
    assert_eq!(report.verdict(), Verdict::Broken);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(60), "{took:?}");
    let tried = report.findings()[0].sentence(Language::English);
    // What is small is tried to the end, since nothing large takes its place.
    let right = "none of 21 usual mistakes fits";
    assert!(tried.contains(right), "{tried}");
}

#[test]
fn a_header_of_many_members_is_not_told_in_full() {
    let members: String = (0..100_000).map(|n| format!("a{n}=,")).collect();
    let capture = Capture::of_body("{}")
        .request("POST", "/v3/pay/transactions/jsapi")
        .header(
            "Authorization",
            &format!("WECHATPAY2-SHA256-RSA2048 {members}"),
        );
    let began = Instant::now();
    let report = explain(&capture, &Keys::new(), &Context::new());
    assert_eq!(report.verdict(), Verdict::Broken);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert!(report.findings().len() < 40, "{}", report.findings().len());
}

#[test]
fn nothing_in_a_message_moves_the_cursor_or_forges_a_line() {
    let sealed = "A".repeat(342) + "==";
    let name = r"name\nWechatpay-Signature: holds";
    let body = format!("{{\"{name}\":\"{sealed}\",\"a\":\"\u{9b}2J\u{202e}\"}}");
    let texts = [
        explain(&signed(&body), &platform_keys(), &Context::new()),
        explain(
            &Capture::of_body("<xml><a>\u{9b}2J\u{202e}</a><sign>x</sign></xml>"),
            &Keys::new(),
            &Context::new(),
        ),
        explain(
            &Capture::of_body("").request("GET\u{1b}[2J", "/v3/x"),
            &Keys::new(),
            &Context::new(),
        ),
    ]
    .map(|report| report.to_text(Language::English));
    for text in texts {
        let moves = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(moves), "{text:?}");
        assert!(!text.contains("\nWechatpay-Signature: holds"), "{text}");
    }
}

#[test]
fn a_key_that_was_not_given_is_hidden_however_its_name_is_written() {
    let key = "192006250b4c09247ec02edce69f6a2d";
    let text = "<xml><a>1</a><sign>9A0A8659F005D6984697E2CA0A9CF3B7</sign></xml>";
    for logged in ["a=1&key=", "a=1&KEY=", "a=2&Key=", "key=", "a=1&Secret="] {
        let context = Context::new().signed_text(format!("{logged}{key}"));
        let report = explain(&Capture::of_body(text), &Keys::new(), &context);
        for said in [report.to_text(Language::English), report.to_json()] {
            assert!(!said.contains(key), "{logged}: {said}");
        }
    }
}

#[test]
fn a_body_that_looks_escaped_in_every_way_does_not_multiply_the_search() {
    // Everything by which a body could be taken for another, in one that holds in no way.
    let field = r"\x22\u0022&quot;&#39;%3C".repeat(200) + &"\u{e5}\u{bc}\u{a0}".repeat(200);
    let fields: String = (0..40).map(|n| format!("<f{n}>{field}</f{n}>")).collect();
    let sign = "A".repeat(32);
    let body = format!("<xml>{fields}<sign>{sign}</sign></xml>");
    let keys = Keys::new().api_v2_key("Ji6ihaif3eiyeipuhoy6eeMee1deiM4O");
    let began = Instant::now();
    let report = explain(&Capture::of_body(body), &keys, &Context::new());
    assert_eq!(report.verdict(), Verdict::Broken);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn a_large_notification_with_other_names_is_not_written_in_every_order() {
    let members: String = (0..4_000)
        .map(|n| format!("\"aName{n}\":{n}.0,\"b{n}\":null,"))
        .collect();
    for members in [members.as_str(), &members[..60_000], &members[..200]] {
        let members = members.rsplit_once(',').unwrap().0;
        let body = format!("{{\"resource\":{{\"ciphertext\":\"\"}},{members}}}");
        let began = Instant::now();
        let report = explain(&signed(&body), &platform_keys(), &Context::new());
        assert_eq!(report.verdict(), Verdict::Broken);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(60), "{took:?}");
    }
}

#[test]
fn an_escaped_body_vouches_for_nothing_but_what_it_stands_for() {
    let notice = good("v2_notice");
    let escaped = notice.replace('\n', r"\x0A").replace(
        "支付测试",
        r"\xE6\x94\xAF\xE4\xBB\x98\xE6\xB5\x8B\xE8\xAF\x95",
    );
    let keys = Keys::new().api_v2_key("Ji6ihaif3eiyeipuhoy6eeMee1deiM4O");
    let verdict = |text: &str| explain(&Capture::of_body(text), &keys, &Context::new()).verdict();
    assert_eq!(verdict(&escaped), Verdict::Holds);
    let forged = escaped.replace("<total_fee><![CDATA[1]]>", "<total_fee><![CDATA[2]]>");
    assert_ne!(forged, escaped);
    assert_eq!(verdict(&forged), Verdict::Broken);
    // Neither does a field that only the escapes bring in.
    let added = escaped.replace("</xml>", r"\x3Ca\x3E1\x3C/a\x3E</xml>");
    assert_eq!(verdict(&added), Verdict::Broken);
}

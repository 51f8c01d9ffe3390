use wxpay_api::core::Params;
use wxpay_api::sign::v2::{Key, SignType};

use crate::bench::{Bench, Sample, V2_KEY};

/// The notification of the samples with one more field, signed again.
fn notice_with(name: &str, value: &str) -> String {
    let notice = Sample::read("good/v2_notice").capture;
    let mut params = Params::from_xml(notice.as_bytes()).unwrap();
    params.set(name, value);
    let sign = Key::new(V2_KEY).unwrap().sign(&params, SignType::Md5);
    params.set("sign", sign);
    params.to_xml()
}

#[test]
fn a_reply_or_notification_that_holds_ends_with_0() {
    for name in [
        "good/v2_notice",
        "good/v2_notice_hmac",
        "good/v2_refund_notice",
        "good/reply_public_key",
        "good/reply_empty",
        "good/notification",
    ] {
        let said = Sample::read(name).run(&["verify"]);
        assert_eq!(said.code, 0, "{name}: {}{}", said.out, said.err);
    }
}

#[test]
fn one_that_does_not_hold_ends_with_1_and_says_why() {
    for (name, id) in [
        ("broken/notice_unsigned", "v2.sign-missing"),
        ("broken/notice_tampered", "v2.no-match"),
        ("broken/reply_tampered", "v3.reply-no-match"),
        ("broken/reply_probe", "v3.probe"),
        ("broken/reply_header_missing", "v3.header-missing"),
        ("broken/reply_header_doubled", "v3.header-doubled"),
        ("broken/reply_forged", "v3.reply-other-key"),
    ] {
        let said = Sample::read(name).run(&["verify", "--json"]);
        assert_eq!(said.ids(), [id], "{name}");
        assert_eq!(said.code, 1, "{name}");
    }
}

#[test]
fn a_sealed_refund_does_not_vouch_for_what_stands_beside_it() {
    let mut refund = Sample::read("good/v2_refund_notice");
    let forged = format!(
        "<total_fee>1</total_fee><sign>{}</sign></xml>",
        "A".repeat(32)
    );
    refund.capture = refund.capture.replace("</xml>", &forged);
    let said = refund.run(&["verify"]);
    assert_eq!(said.code, 1, "{}", said.out);
}

#[test]
fn fields_that_were_put_into_another_do_not_pass() {
    let mut notice = Sample::read("good/v2_notice");
    // The same text is signed, and what is read is another.
    let merged = "<openid>oUpF8uMEb4qRXf22hE3X68TekukE&amp;out_trade_no=1409811653</openid>";
    let parts = notice
        .capture
        .lines()
        .filter(|line| !line.contains("<out_trade_no>"));
    let parts = parts.map(|line| {
        if line.contains("<openid>") {
            merged
        } else {
            line
        }
    });
    notice.capture = parts.collect::<Vec<_>>().join("\n");
    let said = notice.run(&["verify"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("openid"), "{}", said.err);
}

#[test]
fn the_digest_that_was_asked_for_is_the_one_that_counts() {
    let sample = Sample::read("good/v2_notice");
    let said = sample.run(&["verify", "--sign-type", "HMAC-SHA256"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert_eq!(sample.run(&["verify", "--sign-type", "SHA"]).code, 2);
}

/// Browsers and proxies write such lines for HTTP/2, and `open` says no less than `verify`.
#[test]
fn lines_that_are_no_headers_do_not_matter() {
    let mut notice = Sample::read("good/notification");
    let (first, rest) = notice.capture.split_once('\n').unwrap();
    notice.capture = format!("{first}\n:status: 200\n{rest}");
    for command in ["verify", "open"] {
        let said = notice.run(&[command]);
        assert_eq!(said.code, 0, "{command}: {}{}", said.out, said.err);
    }
}

#[test]
fn an_old_reply_is_refused_when_the_moment_is_given() {
    let sample = Sample::read("good/reply_public_key");
    assert_eq!(sample.run(&["verify", "--now", "1796000300"]).code, 0);
    assert_eq!(sample.run(&["verify", "--now", "1796000301"]).code, 1);
}

#[test]
fn without_a_key_it_can_not_be_answered() {
    for name in ["good/v2_notice", "good/reply_public_key"] {
        let said = Bench::new().run(&["verify"], &Sample::read(name).capture);
        assert_eq!(said.code, 2, "{name}");
        assert!(said.err.contains("is missing"), "{}", said.err);
    }
}

#[test]
fn what_shops_and_wechat_pay_put_into_a_message_is_no_reason_to_refuse_it() {
    let detail = "优".repeat(6000);
    for (name, value) in [
        ("promotion_detail", detail.as_str()),
        ("attach", "uid=77&openid=oUpF8uMEb4qRXf22hE3X68TekukE"),
        ("attach", r#"{"url":"/pay?uid=77&openid=oUpF8"}"#),
    ] {
        let said = Bench::merchant().run(&["verify"], &notice_with(name, value));
        assert_eq!(said.code, 0, "{name}: {}{}", said.out, said.err);
        assert_eq!(said.err, "", "{name}");
    }
}

#[test]
fn a_message_that_is_refused_has_its_reason() {
    let long = notice_with("promotion_detail", &"x".repeat(65_537));
    let attach = notice_with("attach", "a&device_info=x");
    for (message, en, zh) in [
        (
            &long,
            "it is larger than the limit of 65536",
            "XML 无法解析",
        ),
        (
            &attach,
            "refused: another field could begin within the value of attach",
            "拒绝：签名相符，但 attach 的值中间可以开始另一个字段",
        ),
    ] {
        for (lang, expected) in [("en", en), ("zh", zh)] {
            let said = Bench::merchant().run(&["verify", "--lang", lang], message);
            assert_eq!(said.code, 1, "{}{}", said.out, said.err);
            let all = format!("{}{}", said.out, said.err);
            assert!(all.contains(expected), "{lang}: {all}");
        }
    }
}

#[test]
fn what_is_no_message_at_all_ends_with_2() {
    for body in ["1", "ok", "return_code=SUCCESS"] {
        let said = Bench::merchant().run(&["verify"], body);
        assert_eq!(said.code, 2, "{body}: {}", said.out);
        assert!(
            said.err.contains("neither XML nor a JSON object"),
            "{}",
            said.err
        );
    }
}

use crate::bench::{Bench, Sample};

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

use crate::bench::{Bench, Sample, V2_KEY};

#[test]
fn it_names_the_cause_and_ends_with_1() {
    for (name, id) in [
        ("broken/v2_lower_case", "v2.sign-lower-case"),
        ("broken/workwx_agentid", "workwx.extra-field"),
        ("broken/v3_no_query", "v3.target-without-query"),
        (
            "broken/notification_aad_missing",
            "resource.associated-data-missing",
        ),
        ("broken/refund_raw_key", "refund.raw-key"),
    ] {
        let said = Sample::read(name).run(&["explain", "--json"]);
        assert_eq!(said.ids(), [id], "{name}: {}", said.err);
        assert_eq!(said.json()["verdict"], "broken");
        assert_eq!(said.code, 1, "{name}");
    }
}

#[test]
fn a_good_message_ends_with_0_and_says_so() {
    let sample = Sample::read("good/v2_pay_employee");
    let said = sample.run(&["explain"]);
    assert_eq!(said.out, "workwx_sign: holds\nsign: holds\n");
    assert_eq!(said.code, 0);
    let said = sample.run(&["explain", "--lang", "zh"]);
    assert_eq!(said.out, "workwx_sign: 成立\nsign: 成立\n");
}

#[test]
fn what_was_not_checked_does_not_end_with_0() {
    let sample = Sample::read("good/v2_doc_md5");
    let said = Bench::new().run(&["explain", "--json"], &sample.capture);
    assert_eq!(said.ids(), ["key.missing"]);
    assert_eq!(said.json()["verdict"], "unchecked");
    assert_eq!(said.code, 1);
}

#[test]
fn the_clock_is_compared_with_now_if_it_is_given() {
    let sample = Sample::read("good/v3_get");
    assert_eq!(sample.run(&["explain"]).code, 0);
    let said = sample.run(&["explain", "--now", "1796000301", "--json"]);
    assert_eq!((said.ids(), said.code), (vec!["v3.clock".to_owned()], 1));
    assert_eq!(sample.run(&["explain", "--now", "yesterday"]).code, 2);
}

#[test]
fn the_signed_text_shows_what_differs_and_hides_the_key() {
    let sample = Sample::read("broken/v2_logged_text");
    let signed = format!("appid=wx1&total_fee=100&key={V2_KEY}");
    let path = sample.bench.file("signed.txt", &signed);
    let signed = format!("@{}", path.display());
    let said = sample.run(&["explain", "--signed-text", &signed]);
    assert!(said.out.contains("v2.value-differs"), "{}", said.out);
    assert!(said.out.contains("&key=********"), "{}", said.out);
    assert!(!said.out.contains(V2_KEY), "{}", said.out);
}

#[test]
fn a_body_can_be_given_apart_from_its_headers() {
    let whole = Sample::read("good/notification");
    let (head, body) = whole.capture.split_once("\n\n").unwrap();
    let mut arguments = vec!["explain".to_owned(), body.to_owned()];
    for header in head.lines().skip(1) {
        arguments.extend(["-H".to_owned(), header.to_owned()]);
    }
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let said = whole.bench.run(&arguments, "");
    assert_eq!(said.out, "Wechatpay-Signature: holds\nresource: holds\n");
    assert_eq!(said.code, 0);
}

#[test]
fn what_can_be_found_is_listed() {
    let said = Bench::new().run(&["explain", "--list", "--lang", "zh"], "");
    assert!(
        said.out
            .contains("v2.sign-lower-case (error)\n  sign 含有小写字母。")
    );
    assert_eq!(said.code, 0);
}

#[test]
fn what_is_no_message_ends_with_2() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["explain"], "").code, 2);
    assert_eq!(bench.run(&["explain", "@nowhere"], "").code, 2);
    assert_eq!(
        bench.run(&["explain", "curl -d @body https://x"], "").code,
        2
    );
    assert_eq!(bench.run(&["explain", "{}", "-H", "nothing"], "").code, 2);
}

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
    let holds = "workwx_sign: holds\nsign: holds\n\nnote v2.request-holds\n";
    assert!(said.out.starts_with(holds), "{}", said.out);
    assert_eq!(said.code, 0);
    let said = sample.run(&["explain", "--lang", "zh"]);
    let holds = "workwx_sign: 验签通过\nsign: 验签通过\n\n提示 v2.request-holds\n";
    assert!(said.out.starts_with(holds), "{}", said.out);
    // A reply or notification that holds has nothing to be told.
    let said = Sample::read("good/v2_notice").run(&["explain"]);
    assert_eq!(said.out, "sign: holds\n");
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

#[test]
fn the_program_s_text_is_compared_also_when_the_message_holds() {
    let sample = Sample::read("good/v2_notice");
    let signed = "appid=wx1&total_fee=1";
    let said = sample.run(&["explain", "--signed-text", signed]);
    assert!(said.out.starts_with("sign: holds\n"), "{}", said.out);
    assert!(said.out.contains("v2.program-text-differs"), "{}", said.out);
    assert!(said.out.contains("\nwhat differs"), "{}", said.out);
    assert_eq!(said.code, 1);
}

#[test]
fn the_path_of_the_request_tells_what_an_unsigned_reply_is() {
    let reply = "<xml><return_code>SUCCESS</return_code><result_code>FAIL</result_code>\
        <err_code>SYSTEMERROR</err_code></xml>";
    for (path, id, severity) in [
        (None, "v2.sign-missing-unclear", "warning"),
        (
            Some("/mmpaymkttransfers/promotion/transfers"),
            "v2.reply-unsigned",
            "note",
        ),
        (
            Some("https://api.mch.weixin.qq.com/mmpaymkttransfers/sendredpack"),
            "v2.reply-unsigned",
            "note",
        ),
        (Some("/pay/orderquery"), "v2.sign-missing", "error"),
    ] {
        let mut arguments = vec!["explain", "--json"];
        arguments.extend(path.iter().flat_map(|path| ["--url", path]));
        let said = Bench::merchant().run(&arguments, reply);
        assert_eq!(said.ids(), [id], "{path:?}: {}", said.err);
        assert_eq!(said.json()["findings"][0]["severity"], severity);
        assert_eq!(said.code, 1);
    }
    let said = Bench::new().run(&["explain", "--url", "/pay/orderquery", "--json"], "");
    assert_eq!(said.ids(), ["capture.empty-reply"]);
    assert_eq!(
        Bench::new().run(&["explain", "--method", "GET"], "").code,
        2
    );
}

#[test]
fn what_wechat_pay_verified_is_shown_as_that() {
    let sample = Sample::read("broken/reply_sign_error");
    let said = sample.run(&["explain", "--signed-text", "GET\n/v3/x\n1\n2\n\n"]);
    let title = "\nwhat WeChat Pay verified (its first 60 of 129 characters):\nGET\n/v3/pay/";
    assert!(said.out.contains(title), "{}", said.out);
    assert!(!said.out.contains("what should be signed"), "{}", said.out);
    let said = sample.run(&["explain", "--lang", "zh"]);
    let title = "\n微信支付验签所用的字符串（共 129 个字符，此为前 60 个）：\nGET\n";
    assert!(said.out.contains(title), "{}", said.out);
    let json = sample.run(&["explain", "--json"]).json();
    assert!(json["expected_text"].is_null());
    let verified = json["verified_text"].as_str().unwrap();
    assert!(verified.starts_with("GET\n/v3/pay/"), "{verified}");
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let sample = Sample::read("broken/v2_lower_case");
    let holds = Sample::read("good/v2_notice");
    for (bench, arguments, input, code) in [
        (&sample.bench, &["explain", "--list"][..], "", 0),
        (&sample.bench, &["explain"], sample.capture.as_str(), 1),
        (&holds.bench, &["explain", "--json"], &holds.capture, 0),
        (&holds.bench, &["verify"], &holds.capture, 0),
        (&holds.bench, &["completions", "bash"], "", 0),
    ] {
        let said = bench.run_unread(arguments, input);
        assert_eq!(said.err, "", "{arguments:?}");
        assert_eq!(said.code, code, "{arguments:?}");
    }
}

#[test]
fn a_file_is_read_with_and_without_the_sign_before_its_name() {
    let sample = Sample::read("good/v2_notice");
    let file = sample.bench.file("notice.xml", &sample.capture);
    let name = file.to_str().unwrap();
    for argument in [name, &format!("@{name}"), &sample.capture] {
        let said = sample.bench.run(&["explain", argument], "");
        assert_eq!(
            (&*said.out, said.code),
            ("sign: holds\n", 0),
            "{}",
            said.err
        );
    }
    let said = sample.bench.run(&["verify", name], "");
    assert_eq!(said.code, 0, "{}", said.err);
    let said = sample.bench.run(&["explain", "missing.xml"], "");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("can't read missing.xml"), "{}", said.err);
    // XML and JSON are never the name of a file.
    let folder = file.parent().unwrap();
    std::fs::write(folder.join("{}"), &sample.capture).unwrap();
    let said = sample.bench.run(&["explain", "{}"], "");
    assert_ne!(said.code, 0, "{}", said.out);
}

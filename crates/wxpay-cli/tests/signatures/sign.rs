use crate::bench::{Bench, Sample, V2_KEY};

const DOC: [&str; 5] = [
    "appid=wxd930ea5d5a258f4f",
    "mch_id=10000100",
    "device_info=1000",
    "body=test",
    "nonce_str=ibuaiVcKdpRxkhJA",
];

#[test]
fn the_vector_of_the_documents_comes_out() {
    let bench = Bench::new().with("WXPAY_V2_KEY", "192006250b4c09247ec02edce69f6a2d");
    let said = bench.run(&[&["sign", "v2"], &DOC[..]].concat(), "");
    assert_eq!(
        said.out,
        "sign_type: MD5\nsign: 9A0A8659F005D6984697E2CA0A9CF3B7\n"
    );
    let hmac = ["--sign-type", "HMAC-SHA256", "--json", "--show-message"];
    let said = bench.run(&[&["sign", "v2"], &DOC[..], &hmac[..]].concat(), "");
    let json = said.json();
    let expected = "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6";
    assert_eq!(json["sign"], expected);
    let message = json["message"].as_str().unwrap();
    assert!(message.ends_with("&nonce_str=ibuaiVcKdpRxkhJA&key=********"));
}

#[test]
fn a_payment_of_wecom_is_signed_twice() {
    let sample = Sample::read("good/v2_pay_employee");
    let said = sample.run(&["sign", "v2", "-", "--xml"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let again = sample.bench.run(&["explain"], &said.out);
    let holds = "workwx_sign: holds\nsign: holds\n\nnote v2.request-holds\n";
    assert!(again.out.starts_with(holds), "{}", again.out);
    let packet = Sample::read("good/v2_red_packet");
    let (_, xml) = packet.capture.split_once("\r\n\r\n").unwrap();
    let said = packet
        .bench
        .run(&["sign", "v2", xml, "--workwx", "--json"], "");
    let sign = said.json()["workwx_sign"].as_str().unwrap().to_owned();
    assert!(xml.contains(&sign), "{sign}");
}

#[test]
fn a_request_of_apiv3_is_signed_as_explain_wants_it() {
    let bench = Bench::merchant();
    let url = "https://api.mch.weixin.qq.com/v3/pay/transactions/jsapi";
    let body = "{\"description\":\"形象店\"}";
    let path = bench.file("body.json", body);
    let file = format!("@{}", path.display());
    let said = bench.run(&["sign", "v3", "POST", url, &file, "--show-message"], "");
    assert_eq!(said.code, 0, "{}", said.err);
    let begins = "POST\n/v3/pay/transactions/jsapi\n";
    assert!(said.err.starts_with(begins) && said.err.ends_with("形象店\"}\n"));
    let header = said.out.trim_end();
    let arguments = [
        "explain", body, "--method", "POST", "--url", url, "-H", header,
    ];
    let again = bench.run(&arguments, "");
    let holds = "Authorization: holds\n\nnote v3.request-holds\n";
    assert!(again.out.starts_with(holds), "{}", again.out);
    let fixed = ["--timestamp", "1796000000", "--nonce", "N1", "--json"];
    let arguments = [&["sign", "v3", "GET", "/v3/certificates"], &fixed[..]].concat();
    let json = bench.run(&arguments, "").json();
    assert_eq!(json["timestamp"], "1796000000");
    let authorization = json["authorization"].as_str().unwrap();
    assert!(authorization.contains("nonce_str=\"N1\",signature=\""));
}

#[test]
fn a_front_end_gets_what_it_needs_to_pay() {
    let bench = Bench::merchant();
    let said = bench.run(&["sign", "jsapi", "wx201410272009395522657", "--json"], "");
    let json = said.json();
    assert_eq!(json["package"], "prepay_id=wx201410272009395522657");
    assert_eq!(json["signType"], "RSA");
    let fixed = ["--v2", "MD5", "--timestamp", "1414561699", "--nonce", "n1"];
    let said = bench.run(&[&["sign", "app", "wx1"], &fixed[..]].concat(), "");
    // Computed with another implementation over
    // appid=…&noncestr=n1&package=Sign=WXPay&partnerid=1900009191&prepayid=wx1&timestamp=1414561699.
    assert!(
        said.out
            .ends_with("sign: ED838A5F2D9CF2D8257DD5337ADD3292\n"),
        "{}",
        said.out
    );
}

/// The signature of APIv3 does not cover the merchant ID, so a wrong one is found by nobody but the
/// user's phone.
#[test]
fn the_merchant_of_an_app_payment_is_chosen_when_there_are_two() {
    let bench = Bench::merchant();
    let app = ["sign", "app", "wx1", "--json"];
    let partner = |more: &[&str]| {
        let said = bench.run(&[&app, more].concat(), "");
        said.json()["partnerid"].as_str().unwrap().to_owned()
    };
    assert_eq!(partner(&[]), "1900009191");
    assert_eq!(partner(&["--partner-id", "1900000109"]), "1900000109");
    let said = bench.run(&[&app[..], &["--partner-id", "x"]].concat(), "");
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    bench.file("wxpay.toml", "[v3]\nmch_id = \"1900000100\"\n");
    let said = bench.run(&app, "");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("--partner-id"), "{}", said.err);
    assert_eq!(partner(&["--partner-id", "1900000100"]), "1900000100");
    assert_eq!(partner(&["--v2", "MD5"]), "1900009191");
}

#[test]
fn what_can_not_be_signed_ends_with_2_and_shows_no_key() {
    let bench = Bench::merchant();
    for arguments in [
        &["sign", "v2", "body=test "][..],
        &["sign", "v2", "body"],
        &["sign", "v2", "a=1", "a=2"],
        &["sign", "v2", "<xml><a>1</a>"],
        &["sign", "v2", "sign_type=SHA"],
        &["sign", "v2", "ww_msg_type=NORMAL_MSG"],
        &["sign", "v3", "GET", "/v3/x y"],
        &["sign", "v3", "GET", "/v3/x", "--nonce", "a b"],
        &["sign", "app", "prepay_id=wx1", "--v2", "MD5"],
        &["sign", "jsapi", "wx1&signType=MD5", "--v2", "MD5"],
    ] {
        let said = bench.run(arguments, "");
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.out);
        assert!(!said.err.is_empty() && !said.err.contains(V2_KEY));
    }
}

//! Broken specs.

use super::{BATCH, Copy, DETAIL, ECHO, ORDER, PAY};

#[test]
fn a_broken_spec_is_refused_with_file_line_and_reason() {
    let copy = Copy::new();
    let replaced =
        |from: &'static str, to: &'static str| move |spec: &str| spec.replacen(from, to, 1);
    let cases: Vec<(&str, &str, &str, &str)> = vec![
        (
            PAY,
            "client_cert = true",
            "client_certs = true",
            "unknown field `client_certs`",
        ),
        (
            PAY,
            "max_chars = 81",
            "max_char = 81",
            "unknown field `max_char`",
        ),
        (
            PAY,
            "resolve     = \"v2.wecom.query_employee_payment\"\n",
            "",
            "a write must name in `resolve`",
        ),
        (
            PAY,
            "v2.wecom.query_employee_payment",
            "v2.wecom.pay_employee",
            "is not a read endpoint",
        ),
        (
            PAY,
            "v2.wecom.query_employee_payment",
            "v2.wecom.missing",
            "is not a read endpoint",
        ),
        (
            PAY,
            "effect      = \"write\"",
            "effect      = \"read\"",
            "a read has nothing to resolve",
        ),
        (
            PAY,
            "AMOUNT_LIMIT ",
            "ZZZ_LIMIT ",
            "error codes must be sorted",
        ),
        (
            PAY,
            "class = \"D L\"",
            "class = \"L D\"",
            "a class is A, D or Q",
        ),
        (
            PAY,
            "outcome = \"unknown\", doc = \"The amount",
            "doc = \"The amount",
            "a write's code needs an `outcome`",
        ),
        (
            PAY,
            "class = \"A C\", outcome = \"unknown\"",
            "class = \"A C\", outcome = \"not_executed\"",
            "only a definite code",
        ),
        (
            PAY,
            "max_chars = 81, ",
            "",
            "a text in a request needs either `max_chars` or `max_bytes`",
        ),
        (
            PAY,
            "max_chars = 81",
            "max_chars = 81, max_bytes = 81",
            "a text in a request needs either",
        ),
        (
            PAY,
            "min = 100, ",
            "",
            "an amount in a request needs a `min`",
        ),
        (
            PAY,
            "type = \"Fen\"",
            "type = \"Money\"",
            "unknown type `Money`",
        ),
        (
            PAY,
            "enum = \"CheckName\"",
            "enum = \"Missing\"",
            "unknown enum `Missing`",
        ),
        (
            PAY,
            "check_name = \"FORCE_CHECK\"",
            "check_name = \"SOME_CHECK\"",
            "is not a value of `check_name`",
        ),
        (
            PAY,
            "required_if = { check_name",
            "required_if = { amount",
            "is not an enum or a Boolean of this table",
        ),
        (
            PAY,
            "sign_types  = [\"MD5\"]",
            "sign_types  = [\"MD5\", \"HMAC-SHA256\"]",
            "takes MD5 alone",
        ),
        (
            PAY,
            "reply_sign  = \"none\"\n",
            "",
            "APIv2 needs `reply_sign`",
        ),
        (
            PAY,
            ", echo = true",
            "",
            "an unsigned reply must repeat a number",
        ),
        (
            ORDER,
            "out_trade_no   = { type = \"OutTradeNo\", doc = \"The merchant's own number (商户订单号)\" }\n",
            "",
            "a choice needs two members",
        ),
        (
            ORDER,
            "count = \"coupon_count\", ",
            "",
            "a numbered list needs `count`",
        ),
        (
            ORDER,
            "when = { trade_state = \"SUCCESS\" }, ",
            "",
            "a group needs `when`",
        ),
        (
            ORDER,
            "progress = \"failed\", ",
            "",
            "either every value has a `progress` or none",
        ),
        (
            ORDER,
            "class = \"Q\", doc",
            "class = \"Q\", outcome = \"unknown\", doc",
            "a read's has none",
        ),
        (
            ORDER,
            "doc = \"Its kind (代金券类型)\"",
            "doc = \"\"",
            "doc must not be empty",
        ),
        (
            ORDER,
            "[group.Paid]",
            "[group.Coupon]",
            "another table is called `Coupon`",
        ),
        (
            ORDER,
            "Y = { name = \"Yes\"",
            "Y = { name = \"No\"",
            "another variant is called `No`",
        ),
        (
            ORDER,
            "attach           =",
            "type             =",
            "keyword of Rust",
        ),
        (
            ORDER,
            "path        = \"/pay/orderquery\"",
            "path        = \"/mmpaymkttransfers/promotion/querywwsptrans2pocket\"",
            "another spec has this method and path",
        ),
        (
            ORDER,
            "echo = true, doc",
            "echo = false, doc",
            "leave `echo = false` out",
        ),
        (
            ORDER,
            "Queries an order (查询订单)",
            "Queries an order",
            "title needs the Chinese title",
        ),
        (
            ORDER,
            "The merchant's own number (商户订单号)",
            "The merchant's own number (out_trade_no)",
            "doc needs the Chinese name in parentheses",
        ),
        (
            BATCH,
            "only_if = { need_query_detail = true }",
            "only_if = { offset = true }",
            "the condition's `offset` must itself be required",
        ),
        (
            BATCH,
            "only_if = { need_query_detail = true }",
            "only_if = { need_query_detail = \"true\" }",
            "is true or false, without quotes",
        ),
        (
            BATCH,
            "close_reason         = {",
            "close_reason         = { only_if = { batch_status = \"CLOSED\" },",
            "`only_if` is for optional fields of requests",
        ),
        (
            DETAIL,
            "method      = \"GET\"\n",
            "",
            "APIv3 needs a `method`",
        ),
        (DETAIL, "in = \"path\", ", "", "go together"),
        (DETAIL, "{out_batch_no}", "{out_no}", "go together"),
        (
            DETAIL,
            "status = 404, ",
            "",
            "an APIv3 code has its HTTP `status`",
        ),
        (
            DETAIL,
            "title       = ",
            "titel       = ",
            "unknown field `titel`",
        ),
        (
            ECHO,
            "serial      = \"required\"",
            "serial      = \"sometimes\"",
            "unknown variant `sometimes`",
        ),
        (
            ECHO,
            "serial      = \"required\"",
            "accept      = \"application/json\"",
            "leave it out",
        ),
        (
            ORDER,
            "effect      = ",
            "accept      = \"*/*\"\neffect      = ",
            "`accept` is for APIv3",
        ),
        (
            ECHO,
            "in = \"body\", max_chars = 256",
            "in = \"header\", max_chars = 256",
            "a header needs its name in `wire`",
        ),
        (
            ECHO,
            "in = \"body\", max_chars = 256",
            "in = \"header\", wire = \"Wechatpay-Serial\", max_chars = 256",
            "not one that the client itself writes",
        ),
        (
            ECHO,
            "type = \"Secret\", encrypted = true, in = \"body\"",
            "type = \"Secret\", encrypted = true, in = \"header\", wire = \"X-Secret\"",
            "a header is of type `String`",
        ),
        (
            ECHO,
            "in = \"body\", max_chars = 256",
            "in = \"body\", wire = \"X-Url\", max_chars = 256",
            "a request field has its wire name",
        ),
        (
            ECHO,
            "in = \"body\", max_chars = 256",
            "in = \"header\", wire = \"X-Key\", max_chars = 256, doc = \"A key (键)\" }\nother = { type = \"String\", in = \"header\", wire = \"x-key\", max_chars = 256",
            "other: another field has this header",
        ),
        (
            ECHO,
            "serial      = \"required\"",
            "accept      = \"图片\"",
            "`accept` must be printable ASCII",
        ),
        (
            ORDER,
            "order = { one_of = \"Order\"",
            "order = { one_of = \"Order\", only_if = { order = \"X\" }",
            "`only_if` is for optional fields of requests",
        ),
    ];
    for (spec, from, to, reason) in cases {
        let refusal = copy.refusal(spec, replaced(from, to));
        assert!(refusal.contains(reason), "{from} -> {to}: {refusal}");
        let line = refusal.lines().find(|line| line.contains(reason)).unwrap();
        let (file, rest) = line
            .split_once(".toml")
            .unwrap_or_else(|| panic!("no file: {line}"));
        assert!(file.starts_with("error: xtask/spec/"), "{line}");
        let number = rest.trim_start_matches(':').split(':').next().unwrap();
        assert!(
            number.parse::<usize>().is_ok_and(|number| number > 0),
            "no line: {line}"
        );
    }
}

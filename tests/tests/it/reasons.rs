//! The reason codes (原因码) at the end of a `Request-ID`.

use http::HeaderMap;
use wxpay_api::v3::{ErrorBody, Reason};

const ID: &str = "08CCA5E89306102F18AD80C4E00A200028F81E";

fn reason(end: &str) -> Option<Reason> {
    Reason::of_request_id(&format!("{ID}{end}"))
}

#[test]
fn a_known_number_has_its_words() {
    let cases = [
        (
            "-269546525",
            "错误的签名，导致验签失败",
            Some("the signature is wrong"),
        ),
        ("-268479183", "风控聚合问询收款账户异常", None),
        (
            "-50027158",
            "客户交易限额（反洗钱等级较高风险客户）限制",
            Some("the customer's limit for payments"),
        ),
        (
            "-a-272955424",
            "业务成功（非 0 但属正常业务态）",
            Some("the business succeeded, in a state of its own"),
        ),
    ];
    for (end, chinese, english) in cases {
        let reason = reason(end).unwrap();
        assert!(end.ends_with(&format!("-{}", reason.number())), "{end}");
        assert_eq!(reason.chinese(), Some(chinese));
        assert_eq!(reason.english(), english);
        let shown = reason.to_string();
        assert!(shown.starts_with(&reason.number().to_string()), "{shown}");
        assert!(shown.contains(chinese), "{shown}");
        assert!(
            english.is_none_or(|english| shown.contains(english)),
            "{shown}"
        );
    }
}

#[test]
fn an_unknown_number_is_kept() {
    let reason = reason("-268478747").unwrap();
    assert_eq!((reason.number(), reason.chinese()), (268_478_747, None));
    assert_eq!(reason.to_string(), "268478747");
}

#[test]
fn what_ends_in_no_reason_has_none() {
    let too_large = format!("-{}", "9".repeat(30));
    for end in [
        "", "-", "-0", "-00", "-x1", "-+1", "-1 ", "--", "-１", &too_large,
    ] {
        assert_eq!(reason(end), None, "{end:?}");
    }
    assert_eq!(Reason::of_request_id(""), None);
}

#[test]
fn an_error_tells_its_reason() {
    let mut headers = HeaderMap::new();
    let body = br#"{"code":"INVALID_REQUEST","message":"x"}"#;
    assert_eq!(ErrorBody::parse(400, &headers, body).reason(), None);
    let id = format!("{ID}-270924333");
    headers.insert("Request-ID", id.parse().unwrap());
    let reason = ErrorBody::parse(400, &headers, body).reason().unwrap();
    assert_eq!(reason.chinese(), Some("时间戳距离当前时间超过 5 分钟"));
}

/// Each number is there once, in order, and with Chinese.
#[test]
fn the_table_is_whole() {
    let table = include_str!("../../../crates/wxpay-client/src/v3/reasons.tsv");
    let mut before = 0;
    for line in table.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [number, chinese, english] = columns[..] else {
            panic!("{line}")
        };
        let number: u64 = number.parse().unwrap();
        assert!(number > before, "{line}");
        assert!(!chinese.is_empty() && english.is_ascii(), "{line}");
        assert_eq!(
            Reason::of_request_id(&format!("x-{number}"))
                .unwrap()
                .number(),
            number
        );
        before = number;
    }
    assert_eq!(table.lines().count(), 476);
}

//! The strict XML of APIv2: what is read. What is refused is in the corpus of `malformed.rs`.

use proptest::prelude::*;
use serde_json::Value;
use wxpay_core::{Params, XmlError, XmlLimits};

fn read(xml: &str) -> Result<Params, XmlError> {
    Params::from_xml(xml.as_bytes())
}

#[test]
fn pieces_of_a_value_are_joined() {
    let value = |inner: &str| {
        read(&format!("<xml><a>{inner}</a></xml>"))
            .map(|params| params.get("a").unwrap_or("").to_owned())
    };
    assert_eq!(value("a&amp;b").unwrap(), "a&b");
    assert_eq!(value("&lt;&gt;&quot;&apos;&amp;").unwrap(), "<>\"'&");
    assert_eq!(value("<![CDATA[x]]]]><![CDATA[>y]]>").unwrap(), "x]]>y");
    assert_eq!(value("1<![CDATA[2]]>&#51;&#x34;").unwrap(), "1234");
    assert_eq!(value(" 1 ").unwrap(), " 1 ");
    assert_eq!(value("&#20013;文").unwrap(), "中文");
    assert_eq!(value("a\r\nb").unwrap(), "a\r\nb");
    assert_eq!(value("]]&gt;").unwrap(), "]]>");
    assert_eq!(value("").unwrap(), "");
}

#[test]
fn harmless_forms_are_read() {
    for xml in [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml><a>1</a></xml>",
        "<?xml version=\"1.0\"?><xml><a>1</a></xml>",
        "<?xml version='1.1' encoding='utf-8' standalone='yes' ?><xml><a>1</a></xml>",
        "<?xml version=\"1.0\" standalone=\"no\"?>\n\n<xml><a>1</a></xml>",
        "\u{FEFF}<xml><a>1</a></xml>",
        " \r\n\t<xml>\n <a >1</a >\n</xml>\n",
        "<xml ><a>1</a><b/><c></c></xml >",
    ] {
        assert_eq!(read(xml).unwrap().get("a"), Some("1"), "{xml}");
    }
    assert!(read("<xml></xml>").unwrap().is_empty());
}

#[test]
fn every_strict_prefix_is_refused() {
    let written = "<?xml version=\"1.0\"?>\n<xml>\n<return_code><![CDATA[SUCCESS]]></return_code>\n<a>1&amp;2</a><b/>\n</xml>";
    let vectors = include_str!("../../../../tests/vectors/public.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap().iter();
    let messages: Vec<&str> = vectors
        .filter(|vector| vector["kind"] == "v2_notify")
        .map(|vector| vector["input"]["xml"].as_str().unwrap())
        .chain([
            written,
            include_str!("../../../../tests/tests/it/samples/order_query_reply.xml"),
            include_str!("../../../../tests/tests/it/samples/pay_employee_reply.xml"),
            include_str!("../../../../tests/tests/it/samples/query_employee_payment_reply.xml"),
        ])
        .collect();
    assert_eq!(messages.len(), 5);
    for xml in messages {
        let xml = xml.trim_end();
        assert!(read(xml).is_ok(), "{xml}");
        for (end, _) in xml.char_indices() {
            assert!(read(&xml[..end]).is_err(), "cut at {end}: {xml}");
        }
    }
}

#[test]
fn messages_are_bounded() {
    let field = |n: usize| format!("<f{n}>1</f{n}>");
    let fields = |n: usize| format!("<xml>{}</xml>", (0..n).map(field).collect::<String>());
    assert_eq!(read(&fields(1024)).unwrap().len(), 1024);
    assert_eq!(
        read(&fields(1025)),
        Err(XmlError::TooLarge {
            what: "fields",
            limit: 1024
        })
    );
    let value = |bytes: usize| format!("<xml><a>{}</a></xml>", "x".repeat(bytes));
    assert!(read(&value(65_536)).is_ok());
    assert_eq!(
        read(&value(65_537)),
        Err(XmlError::TooLarge {
            what: "bytes in one value",
            limit: 65_536
        })
    );
    let name = "n".repeat(64);
    assert!(read(&format!("<xml><{name}>1</{name}></xml>")).is_ok());
    let blanks = format!("<xml>{}</xml>", " ".repeat(524_288 - 11));
    assert!(read(&blanks).is_ok());
}

/// In characters, by the documents.
const LONGEST_VALUE: usize = 10_240;

#[test]
fn every_documented_message_is_read() {
    // The number in front of each value is what the documents allow, in characters.
    for (chars, name) in [
        (LONGEST_VALUE, "sub_order_list"),
        (LONGEST_VALUE, "receivers"),
        (8192, "detail"),
        (6000, "promotion_detail"),
        (6000, "certificates"),
        (4096, "authinfo"),
    ] {
        for (c, written) in [
            ("x", "x"),
            ("优", "优"),
            ("优", "&#x4F18;"),
            ("😀", "😀"),
            ("\"", "&quot;"),
            ("😀", "&#x1F600;"),
        ] {
            let xml = format!("<xml><{name}>{}</{name}></xml>", written.repeat(chars));
            let message = read(&xml).unwrap();
            assert_eq!(message.get(name), Some(c.repeat(chars).as_str()));
        }
    }
    let order = |n: usize| {
        format!(
            "<coupon_id_{n}><![CDATA[{:020}]]></coupon_id_{n}><coupon_type_{n}><![CDATA[NO_CASH]]></coupon_type_{n}>\
             <coupon_fee_{n}>100</coupon_fee_{n}>",
            n
        )
    };
    let coupons: String = (0..100).map(order).collect();
    let long = |name: &str, chars: usize| format!("<{name}>{}</{name}>", "&#x1F600;".repeat(chars));
    let xml = format!(
        "<xml>{coupons}{}{}</xml>",
        long("detail", 8192),
        long("promotion_detail", 6000)
    );
    assert_eq!(read(&xml).unwrap().len(), 302);
    // Orders are refunded in up to 50 parts.
    let refunds: String = (0..50)
        .flat_map(|n| {
            (0..13).map(move |part| format!("<refund_part_{part}_{n}>1</refund_part_{part}_{n}>"))
        })
        .collect();
    assert_eq!(read(&format!("<xml>{refunds}</xml>")).unwrap().len(), 650);
}

#[test]
fn what_the_limits_allow_fits_the_whole() {
    let limits = XmlLimits::default();
    // Every field allowed, under the longest names and in CDATA, and one value as long as one may
    // be.
    let field = |n: usize| {
        let name = format!("f{n:063}");
        format!("<{name}><![CDATA[{}]]></{name}>", "x".repeat(256))
    };
    let fields: String = (1..limits.fields).map(field).collect();
    let value = "x".repeat(limits.value_bytes);
    let xml = format!("<xml>{fields}<a>{value}</a></xml>");
    assert!(xml.len() <= limits.bytes, "{}", xml.len());
    assert_eq!(read(&xml).unwrap().len(), limits.fields);
    // A value of the longest documented kind fits in the longest spelling that XML has for a
    // character.
    assert!(LONGEST_VALUE * "😀".len() <= limits.value_bytes);
    assert!(LONGEST_VALUE * "&#x10FFFF;".len() <= limits.bytes);
}

#[test]
fn only_what_must_be_is_escaped() {
    let params: Params = [("b", "]]> & \"q\" 'r'\r\n<中>"), ("a", "1")]
        .into_iter()
        .collect();
    assert_eq!(
        params.to_xml(),
        "<xml><a>1</a><b>]]&gt; &amp; \"q\" 'r'&#13;\n&lt;中&gt;</b></xml>"
    );
    assert_eq!(Params::new().to_xml(), "<xml></xml>");
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(fields in prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_$]{0,20}", "[ -~\u{80}-\u{d7ff}\u{10000}-\u{10ffff}\t\n\r]{0,40}", 0..12)) {
        let params: Params = fields.iter().collect();
        let back = read(&params.to_xml()).unwrap();
        let pairs: Vec<_> = back.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        prop_assert_eq!(pairs, fields.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn no_strict_prefix_of_a_message_is_one(fields in prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_$]{0,6}", "[ -~\u{80}-\u{d7ff}]{0,10}", 0..5), cdata in any::<bool>()) {
        let xml = if cdata {
            let fields: String = fields.iter().map(|(name, value)| format!("<{name}><![CDATA[{}]]></{name}>", value.replace("]]>", ""))).collect();
            format!("<xml>{fields}</xml>")
        } else {
            fields.iter().collect::<Params>().to_xml()
        };
        prop_assert!(Params::from_xml(xml.as_bytes()).is_ok(), "{xml}");
        for end in 0..xml.len() {
            prop_assert!(Params::from_xml(&xml.as_bytes()[..end]).is_err(), "cut at {end}: {xml}");
        }
    }

    #[test]
    fn no_text_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Params::from_xml(&bytes);
    }

    #[test]
    fn no_markup_makes_it_panic(pieces in prop::collection::vec(prop::sample::select(vec!["<xml>", "</xml>", "<a>", "</a>", "<b/>", "<![CDATA[", "]]>", "&amp;", "&#1;", "&", "<!--", "-->", "<?", "?>", "1", " ", "<!DOCTYPE", ">"]), 0..20)) {
        let _ = read(&pieces.concat());
    }
}

#[test]
fn a_list_is_read_member_by_member() {
    let read = |text| Params::list_from_xml(text, "item", &XmlLimits::default());
    let list =
        read("\n<item><a>1</a><b><![CDATA[<2>]]></b></item> <item/>\n<item><a>&amp;</a></item>");
    let list = list.unwrap();
    assert_eq!(list.len(), 3);
    assert_eq!(list[0].get("b"), Some("<2>"));
    assert!(list[1].is_empty());
    assert_eq!(list[2].get("a"), Some("&"));
    assert!(read(" \n").unwrap().is_empty());
    for (text, error) in [
        ("<other/>", XmlError::Nested("other".to_owned())),
        ("<other></other>", XmlError::Nested("other".to_owned())),
        ("<an-item/>", XmlError::Name),
        ("<item a=\"1\"/>", XmlError::Attribute("item".to_owned())),
        (
            "<item a=\"1\"></item>",
            XmlError::Attribute("item".to_owned()),
        ),
        (
            "<item><a>1</a><a>2</a></item>",
            XmlError::Duplicate("a".to_owned()),
        ),
        ("<item><a><b/></a></item>", XmlError::Nested("a".to_owned())),
        ("<item>1</item>", XmlError::Text),
        ("text<item/>", XmlError::Text),
        ("<item>", XmlError::Truncated),
        ("<!-- --><item/>", XmlError::Comment),
    ] {
        assert_eq!(read(text).unwrap_err(), error, "{text}");
    }
    let mut few = XmlLimits::default();
    few.fields = 2;
    assert!(Params::list_from_xml("<item/><item/>", "item", &few).is_ok());
    assert!(matches!(
        Params::list_from_xml("<item/><item/><item/>", "item", &few),
        Err(XmlError::TooLarge { limit: 2, .. })
    ));
}

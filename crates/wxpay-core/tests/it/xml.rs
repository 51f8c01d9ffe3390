//! The strict XML of APIv2: what is read. What is refused is in the corpus of `malformed.rs`.

use proptest::prelude::*;
use serde_json::Value;
use wxpay_core::{Params, XmlError};

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
    assert_eq!(read(&fields(128)).unwrap().len(), 128);
    assert_eq!(
        read(&fields(129)),
        Err(XmlError::TooLarge {
            what: "fields",
            limit: 128
        })
    );
    let value = |bytes: usize| format!("<xml><a>{}</a></xml>", "x".repeat(bytes));
    assert!(read(&value(4096)).is_ok());
    assert_eq!(
        read(&value(4097)),
        Err(XmlError::TooLarge {
            what: "bytes in one value",
            limit: 4096
        })
    );
    let name = "n".repeat(64);
    assert!(read(&format!("<xml><{name}>1</{name}></xml>")).is_ok());
    let blanks = format!("<xml>{}</xml>", " ".repeat(65_536 - 11));
    assert!(read(&blanks).is_ok());
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

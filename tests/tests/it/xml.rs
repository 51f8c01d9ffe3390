//! The strict XML of APIv2: what is read, what is refused and why.

use proptest::prelude::*;
use wxpay_api::core::{Params, XmlError};
use wxpay_tests::vectors::{of_kind, text, texts};

fn read(xml: &str) -> Result<Params, XmlError> {
    Params::from_xml(xml.as_bytes())
}

#[test]
fn the_golden_messages_parse() {
    for vector in of_kind("v2_xml_parse") {
        let xml = text(&vector["input"]["xml"]);
        match vector["expected"].get("fields") {
            Some(fields) => {
                let params = read(xml).unwrap();
                let got: Vec<_> = params
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect();
                let mut wanted = texts(fields);
                wanted.sort();
                assert_eq!(got, wanted, "{}", vector["id"]);
            }
            None => assert!(read(xml).is_err(), "{}", vector["id"]),
        }
    }
    for vector in of_kind("v2_xml_roundtrip") {
        let params: Params = texts(&vector["input"]["fields"]).into_iter().collect();
        assert_eq!(read(&params.to_xml()).unwrap(), params);
    }
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
        "\u{FEFF}<xml><a>1</a></xml>",
        " \r\n\t<xml>\n <a >1</a >\n</xml>\n",
        "<xml ><a>1</a><b/><c></c></xml >",
    ] {
        assert_eq!(read(xml).unwrap().get("a"), Some("1"), "{xml}");
    }
    assert!(read("<xml></xml>").unwrap().is_empty());
}

#[test]
fn malformed_messages_are_refused_for_their_reason() {
    use XmlError as E;
    let a = || "a".to_owned();
    let cases: Vec<(&str, E)> = vec![
        ("<!DOCTYPE xml><xml><a>1</a></xml>", E::Doctype),
        (
            "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><a>&e;</a></xml>",
            E::Doctype,
        ),
        ("<?xml version=\"1.0\"?><!DOCTYPE x><xml/>", E::Doctype),
        ("<xml><!DOCTYPE x><a>1</a></xml>", E::Doctype),
        ("<xml><a><!DOCTYPE x></a></xml>", E::Doctype),
        ("<xml><a>1</a></xml><!DOCTYPE x>", E::Doctype),
        ("<xml><a>1</a><a>2</a></xml>", E::Duplicate(a())),
        ("<xml><a>1</a><a/></xml>", E::Duplicate(a())),
        ("<xml><a/><a>1</a></xml>", E::Duplicate(a())),
        ("<xml><a><b>1</b></a></xml>", E::Nested(a())),
        ("<xml><a>1<b/></a></xml>", E::Nested(a())),
        ("<xml><a b=\"1\">1</a></xml>", E::Attribute(a())),
        ("<xml><a b>1</a></xml>", E::Attribute(a())),
        ("<xml><a b=\"1\"/></xml>", E::Attribute(a())),
        (
            "<xml b=\"1\"><a>1</a></xml>",
            E::Attribute("xml".to_owned()),
        ),
        (
            "<xml xmlns=\"x\"><a>1</a></xml>",
            E::Attribute("xml".to_owned()),
        ),
        ("<xml><a>10<!-- x -->0</a></xml>", E::Comment),
        ("<xml><!-- x --><a>1</a></xml>", E::Comment),
        ("<!-- x --><xml><a>1</a></xml>", E::Comment),
        ("<xml><a>1</a></xml><!-- x -->", E::Comment),
        ("<xml><a>10<?x y?>0</a></xml>", E::Comment),
        ("<?x y?><xml><a>1</a></xml>", E::Comment),
        ("<xml><?xml version=\"1.0\"?><a>1</a></xml>", E::Comment),
        ("<xml><a>1</a></xml><xml><b>2</b></xml>", E::Root),
        ("<xml><a>1</a></xml>junk", E::Root),
        ("junk<xml><a>1</a></xml>", E::Root),
        ("<root><a>1</a></root>", E::Root),
        ("<XML><a>1</a></XML>", E::Root),
        ("<q:xml><a>1</a></q:xml>", E::Root),
        ("<html><body><hr>502</body></html>", E::Root),
        ("{\"return_code\":\"SUCCESS\"}", E::Root),
        ("return_code=SUCCESS", E::Root),
        ("<xml/>", E::Root),
        ("", E::Root),
        ("   ", E::Truncated),
        ("<xml><q:a>1</q:a></xml>", E::Name),
        ("<xml><a/b>1</a/b></xml>", E::Name),
        ("<xml><1a>1</1a></xml>", E::Name),
        ("<xml><a-b>1</a-b></xml>", E::Name),
        ("<xml><中>1</中></xml>", E::Name),
        ("<xml><>1</></xml>", E::Name),
        ("<xml><a\"b>1</a\"b></xml>", E::Name),
        ("<xml>text<a>1</a></xml>", E::Text),
        ("<xml><a>1</a>text</xml>", E::Text),
        ("<xml><![CDATA[x]]><a>1</a></xml>", E::Text),
        ("<xml>&amp;<a>1</a></xml>", E::Text),
        ("<xml><a>&nbsp;</a></xml>", E::Entity(a())),
        ("<xml><a>&e;</a></xml>", E::Entity(a())),
        ("<xml><a>&#0;</a></xml>", E::Character(a())),
        ("<xml><a>&#x110000;</a></xml>", E::Character(a())),
        ("<xml><a>&#xFFFF;</a></xml>", E::Character(a())),
        ("<xml><a>&#xD800;</a></xml>", E::Character(a())),
        ("<xml><a>&#;</a></xml>", E::Character(a())),
        ("<xml><a>\u{0}</a></xml>", E::Character(a())),
        ("<xml><a>\u{1b}[31m</a></xml>", E::Character(a())),
        ("<xml><a><![CDATA[\u{8}]]></a></xml>", E::Character(a())),
        ("<xml><a>\u{FFFE}</a></xml>", E::Character(a())),
        ("<xml><a>x]]>y</a></xml>", E::Character(a())),
        (
            "<?xml version=\"1.0\" encoding=\"GBK\"?><xml><a>1</a></xml>",
            E::Encoding,
        ),
        (
            "<?xml version=\"1.0\" encoding=\"UTF-16\"?><xml><a>1</a></xml>",
            E::Encoding,
        ),
    ];
    assert!(cases.len() >= 60, "{}", cases.len());
    for (xml, reason) in cases {
        assert_eq!(
            read(xml).map(|params| params.to_xml()),
            Err(reason),
            "{xml}"
        );
    }
    for xml in [
        "<xml><a>1</b></xml>",
        "<xml><a>1</a></a></xml>",
        "<xml><a>1</xml></a>",
        "<xml><![cdata[x]]></xml>",
        "<xml><a>a & b</a></xml>",
        "<xml><a>&lt</a></xml>",
    ] {
        assert!(
            matches!(read(xml), Err(E::Syntax(_) | E::Truncated)),
            "{xml} {:?}",
            read(xml)
        );
    }
    for bytes in [
        &b"<xml><a>\xC4\xE3</a></xml>"[..],
        b"\xFF\xFE<\0x\0m\0l\0>\0",
        b"<xml><a>\xED\xA0\x80</a></xml>",
    ] {
        assert_eq!(Params::from_xml(bytes), Err(E::Encoding));
    }
}

#[test]
fn every_strict_prefix_is_refused() {
    let xml = "<?xml version=\"1.0\"?>\n<xml>\n<return_code><![CDATA[SUCCESS]]></return_code>\n<a>1&amp;2</a><b/>\n</xml>";
    assert!(read(xml).is_ok());
    for (end, _) in xml.char_indices() {
        assert!(read(&xml[..end]).is_err(), "{}", &xml[..end]);
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
    assert!(matches!(
        read(&value(4097)),
        Err(XmlError::TooLarge { limit: 4096, .. })
    ));
    assert!(matches!(
        read(&"<xml>".repeat(20_000)),
        Err(XmlError::TooLarge { limit: 65_536, .. })
    ));
    let split = format!("<xml><a>{}</a></xml>", "<![CDATA[xxxx]]>".repeat(1025));
    assert!(matches!(
        read(&split),
        Err(XmlError::TooLarge { limit: 4096, .. })
    ));
    let name = "n".repeat(65);
    assert_eq!(
        read(&format!("<xml><{name}>1</{name}></xml>")),
        Err(XmlError::Name)
    );
}

#[test]
fn debug_shows_names_only() {
    let params = read("<xml><re_user_name>张三</re_user_name></xml>").unwrap();
    assert_eq!(format!("{params:?}"), "{\"re_user_name\"}");
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
    fn no_text_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Params::from_xml(&bytes);
    }

    #[test]
    fn no_markup_makes_it_panic(pieces in prop::collection::vec(prop::sample::select(vec!["<xml>", "</xml>", "<a>", "</a>", "<b/>", "<![CDATA[", "]]>", "&amp;", "&#1;", "&", "<!--", "-->", "<?", "?>", "1", " ", "<!DOCTYPE", ">"]), 0..20)) {
        let _ = read(&pieces.concat());
    }
}

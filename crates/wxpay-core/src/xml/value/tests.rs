use crate::{Params, XmlError, XmlLimits};

fn nested(xml: &str, depth: usize) -> Result<Params, XmlError> {
    let limits = XmlLimits {
        depth,
        ..XmlLimits::default()
    };
    Params::from_xml_root(xml.as_bytes(), "xml", &limits)
}

const RED_PACKET: &str = "<xml><status>RECEIVED</status><hblist>\n<hbinfo><status>x</status><openid><![CDATA[o<1]]></openid></hbinfo></hblist><total_num>1</total_num></xml>";

#[test]
fn a_nested_field_is_kept_as_it_stands() {
    let params = nested(RED_PACKET, 2).expect("it is well-formed");
    assert_eq!(
        params.get("hblist"),
        Some("\n<hbinfo><status>x</status><openid><![CDATA[o<1]]></openid></hbinfo>")
    );
    let names: Vec<_> = params.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["hblist", "status", "total_num"]);
    assert_eq!(params.get("status"), Some("RECEIVED"));
    // Text beside the elements, and elements that are empty.
    let value = |inner: &str| {
        let params = nested(&format!("<xml><a>{inner}</a><b>2</b></xml>"), 3).expect("well-formed");
        assert_eq!((params.len(), params.get("b")), (2, Some("2")));
        params.get("a").map(str::to_owned)
    };
    for inner in [
        "<b/>",
        "<b/>x",
        "x&amp;<b>&#x597D;</b >y",
        "<b><c><d></d></c></b><b/>",
    ] {
        assert_eq!(value(inner).as_deref(), Some(inner));
    }
}

#[test]
fn nesting_is_refused_unless_asked_for_and_bounded() {
    let refused = |name: &str| Err(XmlError::Nested(name.to_owned()));
    assert_eq!(Params::from_xml(RED_PACKET.as_bytes()), refused("hblist"));
    assert_eq!(nested(RED_PACKET, 0), refused("hblist"));
    assert_eq!(nested(RED_PACKET, 1), refused("hblist"));
    assert_eq!(nested("<xml><a><b/></a></xml>", 0), refused("a"));
    assert!(nested("<xml><a><b/></a></xml>", 1).is_ok());
    let deep = format!(
        "<xml><a>{}{}</a></xml>",
        "<b>".repeat(5000),
        "</b>".repeat(5000)
    );
    assert_eq!(nested(&deep, 16), refused("a"));
    let long = |inner: &str| {
        nested(
            &format!("<xml><a>{}{inner}</a></xml>", "<b>1</b>".repeat(8191)),
            1,
        )
    };
    assert!(long("<b>1</b>").is_ok(), "65,536 bytes");
    let limit = XmlError::TooLarge {
        what: "bytes in one value",
        limit: 65_536,
    };
    assert_eq!(long("<b>12</b>"), Err(limit));
}

#[test]
fn what_is_nested_keeps_the_rules() {
    let a = || "a".to_owned();
    for (inner, error) in [
        ("<b c='1'/>", XmlError::Attribute("b".to_owned())),
        ("<b c='1'></b>", XmlError::Attribute("b".to_owned())),
        ("<b-c/>", XmlError::Name),
        ("<b/><!-- x -->", XmlError::Comment),
        ("<b><?x y?></b>", XmlError::Comment),
        ("<b/><!DOCTYPE x>", XmlError::Doctype),
        ("<b>&e;</b>", XmlError::Entity(a())),
        ("<b>&#0;</b>", XmlError::Character(a())),
        ("<b>\u{1}</b>", XmlError::Character(a())),
        ("<b>]]></b>", XmlError::Character(a())),
    ] {
        assert_eq!(
            nested(&format!("<xml><a>{inner}</a></xml>"), 4),
            Err(error),
            "{inner}"
        );
    }
    for broken in [
        "<xml><a><b></a></b></xml>",
        "<xml><a><b></a></xml>",
        "<xml><a><b>",
        "<xml><a><b/></xml>",
    ] {
        assert!(nested(broken, 4).is_err(), "{broken}");
    }
}

#[test]
fn the_root_has_the_name_that_was_asked_for() {
    let read =
        |xml: &str, root: &str| Params::from_xml_root(xml.as_bytes(), root, &XmlLimits::default());
    let root = "<root><a>1</a></root>";
    assert_eq!(read(root, "root").map(|params| params.len()), Ok(1));
    assert_eq!(read(root, "xml"), Err(XmlError::Root));
    assert_eq!(Params::from_xml(root.as_bytes()), Err(XmlError::Root));
    assert_eq!(read("<xml><a>1</a></xml>", "root"), Err(XmlError::Root));
    assert_eq!(read("<root/>", "root"), Err(XmlError::Root));
}

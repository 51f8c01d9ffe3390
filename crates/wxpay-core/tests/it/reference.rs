//! The messages of APIv2 against the plainest thing that could hold them: a map by the bytes of the
//! names.

use std::collections::BTreeMap;

use proptest::prelude::*;
use wxpay_core::{Params, XmlError};

type Reference = BTreeMap<Vec<u8>, (String, String)>;

#[derive(Clone, Debug)]
enum Step {
    Set(String, String),
    Remove(String),
}

/// Few names that are alike: they share eight bytes or more, are one another's beginning, or end
/// with what pads short ones.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "(coupon_f|coupon_fee_){0,2}[0-2]{0,2}",
        "[aA_]{0,3}[\0$é\u{10FFFF}]{0,3}",
        "[é张]{2,4}[ab\0]{0,2}",
        "[ab]{6,10}",
        ".{0,10}",
    ]
}

fn xml_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "coupon_(f|fee|fee_)[0-2$]{0,2}",
        "[aB_][bA_0]{0,2}",
        "[ab]{6,10}",
        "[A-Za-z_][A-Za-z0-9_$]{0,20}",
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[&<>\r\n\t\"' \u{f000}\u{ffee}é张😀\u{80}]{0,8}"
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any_name(), value()).prop_map(|(name, value)| Step::Set(name, value)),
        1 => any_name().prop_map(Step::Remove),
    ]
}

fn pairs(reference: &Reference) -> Vec<(&str, &str)> {
    let fields = reference.values();
    fields.map(|(name, value)| (&**name, &**value)).collect()
}

fn escaped(value: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;");
    value.replace('>', "&gt;").replace('\r', "&#13;")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn fields_are_kept_as_a_map_by_bytes_keeps_them(
        steps in prop::collection::vec(step(), 0..40),
        asked in prop::collection::vec(any_name(), 0..4),
    ) {
        let (mut params, mut reference) = (Params::new(), Reference::new());
        for step in &steps {
            match step {
                Step::Set(name, value) => {
                    params.set(name, value);
                    reference.insert(name.clone().into_bytes(), (name.clone(), value.clone()));
                }
                Step::Remove(name) => {
                    let removed = reference.remove(name.as_bytes()).is_some();
                    prop_assert_eq!(params.remove(name), removed);
                }
            }
        }
        prop_assert_eq!(params.iter().collect::<Vec<_>>(), pairs(&reference));
        prop_assert_eq!(params.len(), reference.len());
        let again: Params = pairs(&reference).into_iter().rev().collect();
        prop_assert_eq!(&params, &again);
        let held = reference.values().map(|(name, _)| name);
        for name in asked.iter().chain(held) {
            let value = reference.get(name.as_bytes()).map(|(_, value)| value.as_str());
            prop_assert_eq!(params.get(name), value.filter(|value| !value.is_empty()));
        }
        let written: String = pairs(&reference)
            .iter()
            .map(|(name, value)| format!("<{name}>{}</{name}>", escaped(value)))
            .collect();
        prop_assert_eq!(params.to_xml(), format!("<xml>{written}</xml>"));
    }

    #[test]
    fn xml_is_read_in_any_order_and_no_name_twice(
        fields in prop::collection::vec((xml_name(), value(), any::<bool>()), 0..20),
    ) {
        let mut reference = Reference::new();
        let mut twice = None;
        let mut xml = "<xml>".to_owned();
        for (name, value, cdata) in &fields {
            let text = if *cdata && !value.contains("]]>") {
                format!("<![CDATA[{value}]]>")
            } else {
                escaped(value)
            };
            xml += &format!("<{name}>{text}</{name}>");
            let field = (name.clone(), value.clone());
            if reference.insert(name.clone().into_bytes(), field).is_some() {
                twice.get_or_insert_with(|| name.clone());
            }
        }
        xml += "</xml>";
        let read = Params::from_xml(xml.as_bytes());
        if let Some(name) = twice {
            prop_assert_eq!(read, Err(XmlError::Duplicate(name)));
        } else {
            let read = read.unwrap();
            prop_assert_eq!(read.iter().collect::<Vec<_>>(), pairs(&reference));
            let again = Params::from_xml(read.to_xml().as_bytes()).unwrap();
            prop_assert_eq!(read, again);
        }
    }
}

//! The feature `serde`: values as on the wire, and nothing secret.

use wxpay_core::{Fen, FromWire, OutTradeNo, Secret, WireTime};

#[test]
fn values_are_serialised_as_on_the_wire_and_secrets_hidden() {
    let number = OutTradeNo::new("20150806125346").unwrap();
    let time = WireTime::from_wire("20141030133525").unwrap();
    let reply = (Fen::new(-5), number, time, Secret::new("张三"));
    assert_eq!(
        serde_json::to_string(&reply).unwrap(),
        r#"[-5,"20150806125346","20141030133525","[redacted]"]"#
    );
}

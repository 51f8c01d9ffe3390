//! The JSON of APIv3: what is read, what is refused, and a user's own endpoint with a body and a
//! query.

use bytes::Bytes;
use serde_json::json;
use wxpay_api::Max;
use wxpay_api::core::{DecodeError, ErrorKind, InvalidInput, OutTradeNo, Resolve};
use wxpay_api::sign::{Proof, Verified};
use wxpay_api::v3::{Call, Endpoint, Json, JsonText, Meta, Method, Object};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, replies};

#[test]
fn a_name_twice_is_refused_at_any_depth() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"b":{"a":1,"c":2,"a":1}}"#,
        r#"[{"a":1,"a":null}]"#,
        r#"{"a":1,"\u0061":2}"#,
    ] {
        assert!(Json::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Json::parse(br#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
}

#[test]
fn a_name_twice_is_refused_in_objects_of_any_size() {
    for size in [2, 16, 31, 32, 33, 64] {
        let object = |doubled: Option<(usize, usize)>| {
            let names = (0..size).map(|n| match doubled {
                Some((first, second)) if n == second => first,
                _ => n,
            });
            let members: Vec<String> = names.map(|n| format!(r#""name{n}":{n}"#)).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(Json::parse(object(None).as_bytes()).is_ok(), "{size}");
        for (first, second) in [
            (0, 1),
            (0, size - 1),
            (size / 2 - 1, size / 2),
            (size - 2, size - 1),
        ] {
            let text = object(Some((first, second)));
            assert!(Json::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}

#[test]
fn only_json_is_read() {
    for text in [
        "",
        "{",
        "{}x",
        "{'a':1}",
        "{\"a\":01}",
        "NaN",
        "{\"a\":1,}",
        "\u{FEFF}{}",
        "{\"a\":\"\n\"}",
        "1e999",
    ] {
        assert!(Json::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Json::parse(b"{\"a\":\"\xFF\"}").is_err());
    assert!(Json::parse("[".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn debug_shows_names_only() {
    let json = Json::parse(r#"{"name":"张三","n":[1,true,null,1.5]}"#.as_bytes()).unwrap();
    assert_eq!(
        format!("{json:?}"),
        r#"{"name": text, "n": [integer, bool, null, number]}"#
    );
}

#[test]
fn members_are_found_in_any_order_and_more_than_once() {
    let json = Json::parse(br#"{"a":1,"b":2,"c":3,"d":4}"#).unwrap();
    let object = Object::of(&json).unwrap();
    for (name, value) in [("b", 2), ("b", 2), ("d", 4), ("a", 1), ("c", 3), ("b", 2)] {
        assert_eq!(object.require::<i64>(name).unwrap(), value, "{name}");
        assert_eq!(object.optional::<i64>("x").unwrap(), None);
    }
}

#[test]
fn members_are_found_by_their_path() {
    let json = Json::parse(
        &serde_json::to_vec(&json!({
            "amount": { "total": 5, "currency": "" },
            "list": [{ "id": "a" }, { "id": 7 }],
            "flag": true,
        }))
        .unwrap(),
    )
    .unwrap();
    let root = Object::of(&json).unwrap();
    let amount = root.object("amount").unwrap().unwrap();
    assert_eq!(amount.require::<i64>("total").unwrap(), 5);
    assert_eq!(amount.optional::<String>("currency").unwrap(), None);
    assert_eq!(
        amount.require::<i64>("missing").unwrap_err().field(),
        "amount.missing"
    );
    let ids: Vec<String> = root.objects("list", |member| member.require("id")).unwrap();
    assert_eq!(ids, ["a", "7"]);
    let missing = root.objects("list", |member| member.require::<String>("x"));
    assert_eq!(missing.unwrap_err().field(), "list[0].x");
    assert_eq!(
        amount.require::<String>("currency").unwrap_err().field(),
        "amount.currency"
    );
    assert!(root.require::<bool>("flag").unwrap());
    assert!(root.require_objects("absent", |_| Ok(())).is_err());
    assert!(
        root.objects("amount", |_| Ok(())).is_err()
            && root.object("list").is_err()
            && root.require::<String>("list").is_err()
    );
    assert!(
        root.object("absent").unwrap().is_none()
            && root.objects("absent", |_| Ok(())).unwrap().is_empty()
    );
}

/// 关闭订单 in APIv3, which this crate does not have.
struct Close {
    out_trade_no: OutTradeNo,
    body: Json,
    note: &'static str,
}

impl Endpoint for Close {
    type Response = ();
    const META: &'static Meta = &Meta::write(
        "my.close",
        Method::Post,
        "/v3/pay/transactions/out-trade-no/{out_trade_no}/close",
        Resolve::Query("my.query"),
    );

    fn encode(&self, call: &mut Call) -> Result<(), InvalidInput> {
        call.path("out_trade_no", &self.out_trade_no)?;
        call.query_text("note", self.note, Max::Chars(9))?;
        call.json(self.body.clone())
    }

    fn decode(&self, reply: Verified<Json>) -> Result<(), DecodeError> {
        assert_eq!(reply.get(), &Json::Null);
        Ok(())
    }
}

fn close(body: Json) -> Close {
    Close {
        out_trade_no: OutTradeNo::new("a|b*@-_").unwrap(),
        body,
        note: "1 &/中",
    }
}

#[tokio::test]
async fn an_endpoint_of_ones_own_sends_a_body_and_a_query() {
    let transport = Scripted::answering(replies::v3_signed(204, "", clients::NOW));
    let body = Json::object([
        ("mchid", Json::from("1900000109")),
        ("n", Json::from(5)),
        ("b", Json::from(true)),
    ]);
    clients::v3(transport.clone())
        .send(&close(body))
        .await
        .unwrap();
    let seen = transport.seen();
    let sent = &seen[0];
    assert_eq!(
        sent.uri().path_and_query().unwrap(),
        "/v3/pay/transactions/out-trade-no/a%7Cb%2A%40-_/close?note=1%20%26%2F%E4%B8%AD"
    );
    assert_eq!(sent.body(), r#"{"mchid":"1900000109","n":5,"b":true}"#);
    assert_eq!(sent.headers()["content-type"], "application/json");
    assert_eq!(sent.method(), "POST");
}

#[tokio::test]
async fn queries_are_held_to_the_rules_of_bodies() {
    for note in ["", "1234567890", "早安😀"] {
        let mut request = close(Json::object([("a", Json::from(1))]));
        request.note = note;
        let sent = clients::v3(Scripted::default()).send(&request).await;
        let error = sent.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Invalid(invalid) if invalid.field() == "note"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn bodies_that_wechat_pay_refuses_are_not_sent() {
    for (body, field) in [
        (Json::object([("a", Json::from("早安😀"))]), "body.a"),
        (
            Json::object([("a", Json::List(vec![Json::from("x"), Json::Null]))]),
            "body.a[1]",
        ),
        (Json::object([("a", Json::Number(1.5))]), "body.a"),
    ] {
        let error = clients::v3(Scripted::default())
            .send(&close(body))
            .await
            .unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Invalid(invalid) if invalid.field() == field),
            "{error}"
        );
    }
}

/// Downloads of a file, which is no JSON.
macro_rules! download {
    ($name:ident, $meta:expr) => {
        struct $name;

        impl Endpoint for $name {
            type Response = (Vec<u8>, Proof);
            const META: &'static Meta = $meta;

            fn encode(&self, call: &mut Call) -> Result<(), InvalidInput> {
                call.query_text(
                    "token",
                    "6XIv5TUPto7pByrTQKhd6kwvyKLG2uY2wMMR8cNXqaA_Cv_isgaUtBzp4QtiozLO",
                    Max::Chars(64),
                )
            }

            fn decode(&self, _: Verified<Json>) -> Result<Self::Response, DecodeError> {
                Err(DecodeError::malformed("json"))
            }

            fn decode_body(&self, body: Verified<Bytes>) -> Result<Self::Response, DecodeError> {
                Ok((body.get().to_vec(), body.proof().clone()))
            }
        }
    };
}

download!(
    Bill,
    &Meta::read("my.bill", Method::Get, "/v3/billdownload/file")
);
download!(
    OtherBill,
    &Meta::read("my.other_bill", Method::Get, "/v3/bill/downloadurl")
);
download!(
    Receipt,
    &Meta::read("my.receipt", Method::Get, "/v3/transferbilldownload/file")
);
// No page has this path: the files of e-invoices come from another host.
download!(
    Invoice,
    &Meta::read(
        "my.invoice",
        Method::Get,
        "/v3/new-tax-control-fapiao/download"
    )
);
download!(
    Other,
    &Meta::read("my.other", Method::Get, "/v3/billdownload/files")
);
download!(
    Write,
    &Meta::write(
        "my.write",
        Method::Get,
        "/v3/billdownload/file",
        Resolve::Query("my.query")
    )
);

#[tokio::test]
async fn only_the_listed_files_may_come_unsigned() {
    let file = || Scripted::answering(replies::plain(200, "\u{FEFF}交易时间,公众账号ID"));
    let client = || clients::v3(file());
    for (bytes, proof) in [
        client().send(&Bill).await.unwrap(),
        client().send(&OtherBill).await.unwrap(),
        client().send(&Receipt).await.unwrap(),
    ] {
        assert_eq!((bytes.len(), proof), (30, Proof::TlsAlone));
    }
    let error = client().send(&Invoice).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Verification(_)));
    assert!(matches!(
        clients::v3(file()).send(&Other).await.unwrap_err().kind(),
        ErrorKind::Verification(_)
    ));
    assert!(matches!(
        clients::v3(file()).send(&Write).await.unwrap_err().kind(),
        ErrorKind::Verification(_)
    ));
    let signed = replies::v3_signed(200, "x", clients::NOW);
    let forged = signed.map(|_| Bytes::from("y"));
    assert!(
        clients::v3(Scripted::answering(forged))
            .send(&Bill)
            .await
            .is_err()
    );
    let error = clients::v3(Scripted::answering(replies::plain(404, "{}")))
        .send(&Bill)
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Protocol(_)));
}

#[test]
fn texts_are_the_same_whatever_their_length() {
    for length in [0, 1, 22, 23, 24, 25, 300] {
        let text = "a".repeat(length);
        let parsed = Json::parse(format!("{{\"{text}\":\"{text}\"}}").as_bytes()).unwrap();
        assert_eq!(
            parsed,
            Json::object([(text.as_str(), Json::from(text.as_str()))])
        );
        let Json::Object(members) = parsed else {
            panic!("{length}")
        };
        let (name, value) = &members[0];
        assert_eq!(name, text.as_str());
        assert_eq!(value.as_str(), Some(text.as_str()));
        assert_eq!(String::from(name.clone()), text);
        assert_eq!(name.to_string(), text);
        assert_eq!(name.clone(), JsonText::from(text.clone()));
        assert_ne!(*name, *"b");
    }
    assert_eq!(JsonText::of("appid"), "appid".to_owned());
    assert_eq!(JsonText::default().as_str(), "");
}

#[test]
fn a_text_shows_its_length_in_debug() {
    let shown = format!("{:?}", JsonText::from("secret"));
    assert_eq!(shown, "JsonText(6 bytes)");
}

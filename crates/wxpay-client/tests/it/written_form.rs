//! The fields of a request of APIv2, each in its form, and what is read from the fields of a
//! response.

use wxpay_client::core::{
    AppId, Date, DateFormat, Decimal, DecodeProblem, Fen, InvalidInput, MchId, OutTradeNo, Params,
    Secret, TimeFormat, Timestamp, WireTime,
};
use wxpay_client::json::{Body, Json, Object};
use wxpay_client::sign::v2::SignType;
use wxpay_client::v2::{Fields, Form};
use wxpay_client::{Extra, Max};
use wxpay_test_support::clients;
use wxpay_test_support::scripted::Scripted;

use crate::asked::{posted, posted_by};

const C9: Max = Max::Chars(9);
const C99: Max = Max::Chars(99);

fn one(write: impl Fn(&mut Form) -> Result<(), InvalidInput> + Send + Sync) -> String {
    let sent = posted(write).unwrap();
    sent.get("x").unwrap().to_owned()
}

fn told(write: fn(&mut Form) -> Result<(), InvalidInput>) -> (String, String) {
    let error = posted(write).unwrap_err();
    (error.field().to_owned(), error.rule().to_owned())
}

#[test]
fn each_type_of_field_has_its_form() {
    let at = Timestamp::parse("2026-05-20T13:29:35+08:00", TimeFormat::Rfc3339).unwrap();
    let time = WireTime::from(at);
    let day = Date::new(2026, 6, 11).unwrap();
    assert_eq!(
        one(|form| form.id("x", &OutTradeNo::new("14157").unwrap())),
        "14157"
    );
    assert_eq!(one(|form| form.text("x", "微信", Max::Bytes(6))), "微信");
    assert_eq!(one(|form| form.fen("x", Fen::new(100), 1..)), "100");
    assert_eq!(one(|form| form.integer("x", -7, -7..)), "-7");
    assert_eq!(one(|form| form.number("x", "12")), "12");
    let number: Decimal = "1.50".parse().unwrap();
    assert_eq!(one(|form| form.decimal("x", &number)), "1.50");
    for flag in [true, false] {
        let sent = one(|form| {
            form.boolean("x", flag);
            Ok(())
        });
        assert_eq!(sent, flag.to_string());
    }
    assert_eq!(
        one(|form| form.time("x", &time, TimeFormat::Compact)),
        "20260520132935"
    );
    assert_eq!(
        one(|form| form.time("x", &time, TimeFormat::Unix)),
        at.unix().to_string()
    );
    assert_eq!(
        one(|form| form.date("x", day, DateFormat::Dashed)),
        "2026-06-11"
    );
    assert_eq!(
        one(|form| form.date("x", day, DateFormat::Compact)),
        "20260611"
    );
    let mapped = "::ffff:14.23.150.211".parse().unwrap();
    assert_eq!(
        one(|form| form.ip("x", mapped, Max::Chars(16))),
        "14.23.150.211"
    );
    let text = |value: &&str, member: &mut Body| member.text("t", value, C9);
    assert_eq!(
        one(|form| form.json("x", C99, |body| text(&"a", body))),
        r#"{"t":"a"}"#
    );
    assert_eq!(
        one(|form| form.json_list("x", &["a", "b"], 1..=2, C99, text)),
        r#"[{"t":"a"},{"t":"b"}]"#
    );
    assert_eq!(
        one(|form| form.url_encoded("x", C99, |body| {
            body.set("a", "1&2=中");
            body.set("b", 5);
            body.set("c", true);
            Ok(())
        })),
        "a=1%262%3D%E4%B8%AD&b=5&c=true"
    );
    let set = one(|form| {
        form.set("x", "first");
        form.set("x", 5);
        Ok(())
    });
    assert_eq!(set, "5");
}

#[test]
fn each_rule_of_a_field_is_told() {
    let same = |name: &str, rule: &str| (name.to_owned(), rule.to_owned());
    let long = "must have at most 9 characters, has 10";
    assert_eq!(
        told(|form| form.text("x", "1234567890", C9)),
        same("x", long)
    );
    assert_eq!(
        told(|form| form.number("x", "007")),
        same("x", "must be a whole number")
    );
    assert_eq!(
        told(|form| form.ip("x", "2001:db8::1".parse().unwrap(), C9)),
        same("x", "must have at most 9 characters, has 11")
    );
    assert_eq!(
        told(|form| form.json("x", C9, |body| body.text("t", "123", C9))),
        same("x", "must have at most 9 characters, has 11")
    );
    let empty = "must not be empty; leave it out instead";
    assert_eq!(
        told(|form| form.json("x", C99, |body| body.text("t", "", C9))),
        same("x.t", empty)
    );
    assert_eq!(
        told(|form| form.url_encoded("x", C99, |body| body.text("t", "", C9))),
        same("x.t", empty)
    );
    assert_eq!(
        told(|form| form.url_encoded("x", C99, |body| {
            body.set("list", Json::List(Vec::new()));
            Ok(())
        })),
        same("x.list", "must be a string, a whole number, true or false")
    );
    assert_eq!(
        told(|form| form.url_encoded("x", C99, |body| body.sealed("s", &Secret::new("1"), C9))).1,
        "must not stand in a JSON text"
    );
    let text = |value: &&str, member: &mut Body| member.text("t", value, C9);
    let list = posted(|form| form.json_list("x", &["a", ""], 1..=2, C99, text)).unwrap_err();
    assert_eq!(list.field(), "x[1].t");
    let list = posted(|form| form.json_list("x", &["a"], 2.., C99, text)).unwrap_err();
    assert_eq!(list.rule(), "must have at least 2 members, has 1");
}

#[test]
fn the_ids_of_a_service_provider_are_filled_in() {
    let client = clients::v2(SignType::Md5, Scripted::default());
    let own = |client: &wxpay_client::v2::Client, required| {
        posted_by(client, move |form| {
            form.own("sub_mch_id", required)?;
            form.own("sub_appid", false)
        })
    };
    let sent = own(&client, false).unwrap();
    assert_eq!(
        (sent.get("sub_mch_id"), sent.get("sub_appid")),
        (None, None)
    );
    assert_eq!(sent.get("sign_type"), Some("MD5"));
    let error = own(&client, true).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sub_mch_id: the client needs a sub-merchant: set it with `sub_merchant`"
    );
    let app_id = AppId::new("wx8888888888888888").unwrap();
    let sub = client.sub_merchant(MchId::new("1900000110").unwrap(), Some(app_id.clone()));
    let sent = own(&sub, true).unwrap();
    assert_eq!(sent.get("sub_mch_id"), Some("1900000110"));
    assert_eq!(sent.get("sub_appid"), Some("wx8888888888888888"));
    assert_eq!(sent.get("mch_id"), Some(clients::MCH_ID));
    assert_eq!(sub.merchant().sub_app_id, Some(app_id));
    // The client that it was made from is as it was.
    assert_eq!(client.merchant().sub_mch_id, None);
}

#[test]
fn an_extra_field_of_any_form_is_sent_as_text() {
    let mut extra = Extra::new();
    extra.insert("text", "a");
    extra.insert("number", 5);
    extra.insert("flag", true);
    extra.insert("object", Json::object([("a", Json::from(1))]));
    let sent = posted(|form| form.extra(&extra, &["known"])).unwrap();
    assert_eq!(sent.get("text"), Some("a"));
    assert_eq!(sent.get("number"), Some("5"));
    assert_eq!(sent.get("flag"), Some("true"));
    assert_eq!(sent.get("object"), Some(r#"{"a":1}"#));
    let mut null = Extra::new();
    null.insert("x", Json::Null);
    let error = posted(|form| form.extra(&null, &[])).unwrap_err();
    assert_eq!(error.field(), "x");
}

fn params(fields: &[(&str, &str)]) -> Params {
    fields.iter().copied().collect()
}

#[test]
fn the_fields_of_a_response_are_required_or_not() {
    let reply = params(&[("n", "5"), ("e", ""), ("w", "x")]);
    let fields = Fields::of(&reply);
    assert_eq!(fields.require::<i64>("n").unwrap(), 5);
    assert_eq!(fields.optional::<i64>("n").unwrap(), Some(5));
    assert_eq!(fields.optional::<i64>("none").unwrap(), None);
    assert_eq!(
        fields.require::<i64>("none").unwrap_err().problem(),
        &DecodeProblem::Missing
    );
    for wrong in [
        fields.require::<i64>("w").map(Some),
        fields.optional::<i64>("w"),
    ] {
        assert_eq!(wrong.unwrap_err().problem(), &DecodeProblem::Malformed);
    }
    fields.echo("n", "5").unwrap();
    fields.echo_if_present("n", "5").unwrap();
    fields.echo_if_present("none", "5").unwrap();
    assert_eq!(
        fields.echo("none", "5").unwrap_err().problem(),
        &DecodeProblem::Missing
    );
    for other in [fields.echo("n", "6"), fields.echo_if_present("n", "6")] {
        assert_eq!(other.unwrap_err().problem(), &DecodeProblem::Mismatch);
    }
}

#[test]
fn json_within_a_field_is_read() {
    let reply = params(&[
        ("o", r#"{"id":1}"#),
        ("l", r#"[{"id":1},{"id":2}]"#),
        ("w", "{"),
    ]);
    let fields = Fields::of(&reply);
    let id = |object: &Object<'_>| object.require::<i64>("id");
    assert_eq!(fields.optional_json("o", id).unwrap(), Some(1));
    assert_eq!(fields.require_json("o", id).unwrap(), 1);
    assert_eq!(fields.json_list("l", id).unwrap(), [1, 2]);
    assert_eq!(fields.require_json_list("l", id).unwrap(), [1, 2]);
    assert_eq!(fields.optional_json("none", id).unwrap(), None);
    assert!(fields.json_list("none", id).unwrap().is_empty());
    assert_eq!(
        fields.require_json("none", id).unwrap_err().problem(),
        &DecodeProblem::Missing
    );
    assert_eq!(
        fields.require_json_list("none", id).unwrap_err().problem(),
        &DecodeProblem::Missing
    );
    for wrong in [
        fields.optional_json("w", id).map(|_| ()),
        fields.json_list("w", id).map(|_| ()),
    ] {
        assert_eq!(wrong.unwrap_err().problem(), &DecodeProblem::Malformed);
    }
}

#[test]
fn a_list_of_elements_is_read_from_its_field() {
    let reply = params(&[
        ("l", "<item><id>1</id><e></e></item><item><id>2</id></item>"),
        ("w", "<other><id>1</id></other>"),
    ]);
    let fields = Fields::of(&reply);
    let id = |object: &Object<'_>| {
        assert_eq!(object.raw("e"), None);
        object.require::<i64>("id")
    };
    assert_eq!(fields.xml_list("l", "item", id).unwrap(), [1, 2]);
    assert_eq!(fields.require_xml_list("l", "item", id).unwrap(), [1, 2]);
    assert!(fields.xml_list("none", "item", id).unwrap().is_empty());
    let missing = fields.require_xml_list("none", "item", id).unwrap_err();
    assert_eq!(
        (missing.field(), missing.problem()),
        ("none", &DecodeProblem::Missing)
    );
    let wrong = fields.require_xml_list("w", "item", id).unwrap_err();
    assert_eq!(
        (wrong.field(), wrong.problem()),
        ("w", &DecodeProblem::Malformed)
    );
    let missing = fields.xml_list("l", "item", |object| object.require::<i64>("x"));
    assert_eq!(missing.unwrap_err().field(), "l[0].x");
}

#[test]
fn a_numbered_list_has_as_many_members_as_it_says() {
    let reply = params(&[
        ("count", "2"),
        ("most", "100"),
        ("many", "101"),
        ("id_0", "a"),
        ("id_1", "b"),
        ("type_2", "c"),
        ("id_4", "d"),
    ]);
    let fields = Fields::of(&reply);
    let numbers = |count: &str, names: &[&str]| fields.numbered(count, names, Ok);
    assert_eq!(numbers("count", &["id_"]).unwrap(), [0, 1]);
    assert_eq!(numbers("most", &["id_"]).unwrap().len(), 100);
    let error = numbers("many", &["id_"]).unwrap_err();
    assert_eq!(
        (error.field(), error.problem()),
        ("many", &DecodeProblem::Malformed)
    );
    // Without a count they are counted, up to the first number that no field has.
    assert_eq!(numbers("none", &["id_"]).unwrap(), [0, 1]);
    assert_eq!(numbers("none", &["id_", "type_"]).unwrap(), [0, 1, 2]);
    assert!(numbers("none", &["other_"]).unwrap().is_empty());
    assert!(numbers("id_0", &["id_"]).is_err());
}

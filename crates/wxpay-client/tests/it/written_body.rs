//! The body of a request of APIv3, member by member.

use wxpay_client::core::{
    Date, DateFormat, Decimal, Fen, InvalidInput, OutTradeNo, Secret, TimeFormat, Timestamp,
    WireTime,
};
use wxpay_client::json::Json;
use wxpay_client::v3::Body;
use wxpay_client::{Extra, Max};

use crate::asked::{body, called};

const C9: Max = Max::Chars(9);

/// What is written, and refused.
type Write = fn(&mut Body) -> Result<(), InvalidInput>;

fn rule(result: Result<String, InvalidInput>) -> (String, String) {
    let error = result.unwrap_err();
    (error.field().to_owned(), error.rule().to_owned())
}

#[test]
fn each_type_of_member_has_its_form() {
    let sent = body(|body| {
        body.id("id", &OutTradeNo::new("1415757673").unwrap())?;
        body.text("text", "微信", C9)?;
        body.fen("fen", Fen::new(100), 1..)?;
        body.integer("integer", -7, -10..=10)?;
        body.number("number", "12")?;
        body.decimal("decimal", &"1.50".parse::<Decimal>().unwrap())?;
        body.boolean("flag", true);
        body.ip("v4", "14.23.150.211".parse().unwrap())?;
        body.ip("mapped", "::ffff:14.23.150.211".parse().unwrap())?;
        body.ip("v6", "2001:db8::1".parse().unwrap())?;
        body.date("day", Date::new(2026, 6, 11).unwrap(), DateFormat::Dashed)?;
        body.date(
            "compact",
            Date::new(2026, 6, 11).unwrap(),
            DateFormat::Compact,
        )?;
        body.raw(
            "raw",
            &Json::object([("a", Json::List(vec![Json::from(1)]))]),
        )?;
        body.set("set", "x");
        Ok(())
    });
    assert_eq!(
        sent.unwrap(),
        r#"{"id":"1415757673","text":"微信","fen":100,"integer":-7,"number":12,"decimal":1.5,"flag":true,"v4":"14.23.150.211","mapped":"14.23.150.211","v6":"2001:db8::1","day":"2026-06-11","compact":"20260611","raw":{"a":[1]},"set":"x"}"#
    );
}

#[test]
fn a_time_is_sent_in_the_form_that_is_asked_for() {
    let at = Timestamp::parse("2026-05-20T13:29:35+08:00", TimeFormat::Rfc3339).unwrap();
    let time = WireTime::from(at);
    let sent = body(|body| {
        body.time("rfc", &time, TimeFormat::Rfc3339)?;
        body.time("compact", &time, TimeFormat::Compact)?;
        body.time("unix", &time, TimeFormat::Unix)
    });
    assert_eq!(
        sent.unwrap(),
        format!(
            r#"{{"rfc":"2026-05-20T13:29:35+08:00","compact":"20260520132935","unix":{}}}"#,
            at.unix()
        )
    );
}

#[test]
fn each_rule_of_a_member_is_told() {
    let cases: [(Write, &str); 9] = [
        (
            |body| body.text("x", "", C9),
            "must not be empty; leave it out instead",
        ),
        (
            |body| body.text("x", "1234567890", C9),
            "must have at most 9 characters, has 10",
        ),
        (
            |body| body.text("x", "早😀", C9),
            "must not hold characters beyond U+FFFF, such as emoji",
        ),
        (
            |body| body.fen("x", Fen::new(0), 1..),
            "must be at least 1 fen, is 0",
        ),
        (
            |body| body.integer("x", 11, 1..=10),
            "must be at most 10, is 11",
        ),
        (|body| body.number("x", "+5"), "must be a whole number"),
        (
            |body| body.sealed("x", &Secret::new("1234567890"), C9),
            "must have at most 9 characters, has 10",
        ),
        (
            |body| body.sealed_list("x", &[Secret::new("1")], 2..3, C9),
            "must have 2 to 2 members, has 1",
        ),
        (
            |body| body.sealed_list("x", &[Secret::new("")], 1.., C9),
            "must not be empty; leave it out instead",
        ),
    ];
    for (write, told) in cases {
        assert_eq!(rule(body(write)), ("x".to_owned(), told.to_owned()));
    }
    for (value, at) in [
        (Json::Null, "x"),
        (
            Json::object([("a", Json::List(vec![Json::from(1), Json::Null]))]),
            "x.a[1]",
        ),
        (Json::object([("a", Json::Number(0.5))]), "x.a"),
        (Json::from("😀"), "x"),
    ] {
        assert_eq!(rule(body(|body| body.raw("x", &value))).0, at);
    }
}

#[test]
fn objects_and_lists_say_where_a_rule_is_broken() {
    let text = |value: &&str, member: &mut Body| member.text("t", value, C9);
    let sent = body(|body| {
        body.object("o", |object| {
            object.text("a", "1", C9)?;
            object.objects("l", &["x", "y"], 1..=2, text)
        })?;
        body.ids("ids", &[OutTradeNo::new("1415757673").unwrap()], 1..)?;
        body.texts("texts", &["a", "b"], 1..=2, C9)?;
        body.integers("integers", &[1, 2], 1.., 1..=2)?;
        body.json("json", Max::Chars(99), |object| object.text("a", "1", C9))?;
        body.json_list("json_list", &["x"], 1.., Max::Chars(99), text)
    });
    assert_eq!(
        sent.unwrap(),
        r#"{"o":{"a":"1","l":[{"t":"x"},{"t":"y"}]},"ids":["1415757673"],"texts":["a","b"],"integers":[1,2],"json":"{\"a\":\"1\"}","json_list":"[{\"t\":\"x\"}]"}"#
    );
    let at = |write: &(dyn Fn(&mut Body) -> Result<(), InvalidInput> + Sync)| {
        rule(body(|body| write(body))).0
    };
    assert_eq!(
        at(&|body| body.object("o", |object| object.text("a", "", C9))),
        "o.a"
    );
    assert_eq!(
        at(&|body| body.objects("l", &["x", ""], 1.., text)),
        "l[1].t"
    );
    assert_eq!(at(&|body| body.objects("l", &["x"], 2.., text)), "l");
    assert_eq!(
        at(&|body| body.json("j", C9, |object| object.text("a", "", C9))),
        "j.a"
    );
    assert_eq!(
        at(&|body| body.json("j", C9, |object| object.text("a", "1234", C9))),
        "j"
    );
    assert_eq!(
        at(&|body| body.json_list("j", &["x", ""], 1.., C9, text)),
        "j[1].t"
    );
    assert_eq!(at(&|body| body.json_list("j", &["x"], 2.., C9, text)), "j");
    assert_eq!(at(&|body| body.texts("t", &["a", ""], 1.., C9)), "t");
    assert_eq!(at(&|body| body.texts("t", &["a"], 2.., C9)), "t");
    assert_eq!(at(&|body| body.integers("n", &[1, 3], 1.., 1..=2)), "n");
    let sealed = body(|body| {
        body.json("j", Max::Chars(99), |object| {
            object.sealed("a", &Secret::new("x"), C9)
        })
    });
    assert_eq!(rule(sealed).1, "must not stand in a JSON text");
}

#[test]
fn secrets_are_encrypted_where_they_stand() {
    let sent = body(|body| {
        body.text("open", "a", C9)?;
        body.sealed("secret", &Secret::new("张三"), C9)?;
        body.sealed_list("secrets", &[Secret::new("1"), Secret::new("2")], 1.., C9)?;
        body.object("o", |object| {
            object.sealed("secret", &Secret::new("李四"), C9)
        })?;
        body.objects("l", &["王五"], 1.., |name, object| {
            object.sealed("secret", &Secret::new(*name), C9)
        })
    });
    let sent = Json::parse(sent.unwrap().as_bytes()).unwrap();
    let of = |json: Option<&Json>| json.and_then(Json::as_str).unwrap().to_owned();
    let Some(Json::List(secrets)) = sent.get("secrets") else {
        panic!("no list");
    };
    let Some(Json::List(list)) = sent.get("l") else {
        panic!("no list");
    };
    let mut texts = vec![
        of(sent.get("secret")),
        of(sent.get("o").unwrap().get("secret")),
    ];
    texts.extend(secrets.iter().map(|secret| of(Some(secret))));
    texts.push(of(list[0].get("secret")));
    // A key of 2048 bits makes 256 bytes, which are 344 characters of base64.
    assert!(texts.iter().all(|text| text.len() == 344), "{texts:?}");
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), 5);
    assert_eq!(sent.get("open"), Some(&Json::from("a")));
}

#[test]
fn what_the_client_has_is_filled_in() {
    let own = |name: &'static str, required| {
        called(move |call| {
            call.path_integer("id", 1, ..)?;
            let mut body = Body::new();
            body.own(name, call, required)?;
            call.body(body);
            Ok(())
        })
        .map(|(_, body)| body)
    };
    assert_eq!(own("mchid", true).unwrap(), r#"{"mchid":"1900000109"}"#);
    assert_eq!(own("appid", false).unwrap(), "{}");
    for (name, told) in [
        ("appid", "the client needs an app ID: set it with `app_id`"),
        (
            "sub_appid",
            "the client needs the sub-merchant's app ID: set it with `sub_app_id`",
        ),
        (
            "sub_mchid",
            "the client needs a sub-merchant: set it with `sub_merchant`",
        ),
        (
            "brand_id",
            "the client needs a brand ID: use `Client::brand`",
        ),
        ("other", "no client fills it"),
    ] {
        assert_eq!(rule(own(name, true)), (name.to_owned(), told.to_owned()));
    }
}

#[test]
fn an_extra_member_is_sent_behind_the_others() {
    let mut extra = Extra::new();
    assert!(extra.is_empty());
    extra.insert("new", "first");
    extra.insert("list", Json::List(vec![Json::from(1)]));
    extra.insert("new", "second");
    assert!(!extra.is_empty());
    let names: Vec<&str> = extra.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["list", "new"]);
    let sent = body(|body| {
        body.set("known", 1);
        body.extra(&extra, &["known"])
    });
    assert_eq!(sent.unwrap(), r#"{"known":1,"list":[1],"new":"second"}"#);
    assert_eq!(rule(body(|body| body.extra(&extra, &["new"]))).0, "new");
    let mut null = Extra::new();
    null.insert("x", Json::Null);
    assert_eq!(rule(body(|body| body.extra(&null, &[]))).0, "x");
}

#[test]
fn debug_shows_the_names_of_members() {
    let mut body = Body::new();
    body.set("name", "张三");
    body.sealed("secret", &Secret::new("李四"), C9).unwrap();
    assert_eq!(format!("{body:?}"), r#"{"name", "secret"}"#);
}

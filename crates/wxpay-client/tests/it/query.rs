//! The path, the query and the headers of a request of APIv3.

use wxpay_client::core::{
    Date, DateFormat, Fen, InvalidInput, OutTradeNo, Secret, TimeFormat, Timestamp, WireTime,
};
use wxpay_client::json::Json;
use wxpay_client::v3::Call;
use wxpay_client::{Extra, Max};

use crate::asked::called;

const C9: Max = Max::Chars(9);

fn target(write: impl Fn(&mut Call) -> Result<(), InvalidInput> + Send + Sync) -> String {
    let (target, body) = called(write).unwrap();
    assert_eq!(body, "");
    target
}

/// The query behind `/v3/my/1/called`.
fn query(write: impl Fn(&mut Call) -> Result<(), InvalidInput> + Send + Sync) -> String {
    let target = target(|call| {
        call.path_integer("id", 1, 1..=1)?;
        write(call)
    });
    target.strip_prefix("/v3/my/1/called").unwrap().to_owned()
}

fn told(write: fn(&mut Call) -> Result<(), InvalidInput>) -> (String, String) {
    let error = called(write).unwrap_err();
    (error.field().to_owned(), error.rule().to_owned())
}

#[test]
fn each_parameter_of_a_path_has_its_form() {
    let day = Date::new(2026, 6, 11).unwrap();
    assert_eq!(
        target(|call| call.path("id", &OutTradeNo::new("a|b*@-_").unwrap())),
        "/v3/my/a%7Cb%2A%40-_/called"
    );
    assert_eq!(
        target(|call| call.path_text("id", "a/b~.", C9)),
        "/v3/my/a%2Fb~./called"
    );
    assert_eq!(
        target(|call| call.path_integer("id", 5, 1..)),
        "/v3/my/5/called"
    );
    assert_eq!(
        target(|call| call.path_date("id", day, DateFormat::Dashed)),
        "/v3/my/2026-06-11/called"
    );
    assert_eq!(
        target(|call| call.path_date("id", day, DateFormat::Compact)),
        "/v3/my/20260611/called"
    );
    assert_eq!(
        target(|call| {
            call.path_integer("id", 1, ..)?;
            call.own_path("mchid", true)
        }),
        "/v3/my/1/called"
    );
}

#[test]
fn each_parameter_of_a_query_has_its_form() {
    let at = Timestamp::parse("2026-05-20T13:29:35+08:00", TimeFormat::Rfc3339).unwrap();
    let time = WireTime::from(at);
    let day = Date::new(2026, 6, 11).unwrap();
    let sent = query(|call| {
        call.query("id", &OutTradeNo::new("14157").unwrap())?;
        call.query_text("text", "微 信", C9)?;
        call.query_integer("integer", -7, -7..)?;
        call.query_number("number", "12")?;
        call.query_fen("fen", Fen::new(100), 1..)?;
        call.query_boolean("flag", true);
        call.query_time("time", &time, TimeFormat::Compact)?;
        call.query_date("day", day, DateFormat::Dashed)?;
        call.query_json("json", Max::Chars(99), |body| body.text("a", "1", C9))?;
        call.own_query("mchid", true)?;
        call.own_query("appid", false)?;
        call.query_set("set", 5);
        Ok(())
    });
    assert_eq!(
        sent,
        "?id=14157&text=%E5%BE%AE%20%E4%BF%A1&integer=-7&number=12&fen=100&flag=true\
         &time=20260520132935&day=2026-06-11&json=%7B%22a%22%3A%221%22%7D&mchid=1900000109&set=5"
    );
    assert_eq!(query(|_| Ok(())), "");
}

#[test]
fn each_rule_of_a_path_and_a_query_is_told() {
    let same = |name: &str, rule: &str| (name.to_owned(), rule.to_owned());
    let empty = "must not be empty; leave it out instead";
    let long = "must have at most 9 characters, has 10";
    assert_eq!(told(|call| call.path_text("id", "", C9)), same("id", empty));
    assert_eq!(
        told(|call| call.path_text("id", "1234567890", C9)),
        same("id", long)
    );
    for dots in [".", ".."] {
        let error = called(|call| call.path_text("id", dots, C9)).unwrap_err();
        assert_eq!(error.rule(), "must not be `.` or `..`");
    }
    assert_eq!(
        told(|call| call.path_integer("id", 0, 1..)),
        same("id", "must be at least 1, is 0")
    );
    assert_eq!(told(|_| Ok(())), same("id", "is missing from the path"));
    assert_eq!(told(|call| call.query_text("x", "", C9)), same("x", empty));
    assert_eq!(
        told(|call| call.query_text("x", "1234567890", C9)),
        same("x", long)
    );
    assert_eq!(
        told(|call| call.query_sealed("x", &Secret::new(""), C9)),
        same("x", empty)
    );
    assert_eq!(
        told(|call| call.query_integer("x", 3, 1..3)),
        same("x", "must be at most 2, is 3")
    );
    assert_eq!(
        told(|call| call.query_fen("x", Fen::new(0), 1..)),
        same("x", "must be at least 1 fen, is 0")
    );
    assert_eq!(
        told(|call| call.query_number("x", " 5")),
        same("x", "must be a whole number")
    );
    assert_eq!(
        told(|call| call.query_json("x", C9, |body| body.text("a", "1234", C9))),
        same("x", "must have at most 9 characters, has 12")
    );
    for write in [Call::own_path, Call::own_query] {
        let error = called(|call| write(call, "appid", true)).unwrap_err();
        assert_eq!(
            error.rule(),
            "the client needs an app ID: set it with `app_id`"
        );
    }
}

#[test]
fn an_extra_parameter_is_a_scalar() {
    let with = |value: Json| {
        let mut extra = Extra::new();
        extra.insert("new", value);
        called(|call| {
            call.path_integer("id", 1, ..)?;
            call.extra(&extra, &["known"])
        })
    };
    for (value, text) in [
        (Json::from("a b"), "a%20b"),
        (Json::from(5), "5"),
        (Json::from(true), "true"),
    ] {
        assert_eq!(
            with(value).unwrap().0,
            format!("/v3/my/1/called?new={text}")
        );
    }
    for value in [
        Json::Null,
        Json::List(Vec::new()),
        Json::Number(0.5),
        Json::from("😀"),
    ] {
        assert_eq!(with(value).unwrap_err().field(), "new");
    }
}

#[test]
fn debug_shows_names_and_no_values() {
    let mut call = Call::default();
    call.path_text("id", "secret1", C9).unwrap();
    call.query_set("q", "secret2");
    call.header("Idempotency-Key", "secret3", C9).unwrap();
    call.json(Json::object([("a", Json::from("secret4"))]))
        .unwrap();
    let shown = format!("{call:?}");
    for name in ["\"id\"", "\"q\"", "idempotency-key", "\"a\": text"] {
        assert!(shown.contains(name), "{shown}");
    }
    assert!(!shown.contains("secret"), "{shown}");
}

//! The members of a response in JSON, each read in every way that it can stand there.

use wxpay_client::core::{Decimal, DecodeError, DecodeProblem};
use wxpay_client::json::{Json, Object};

fn json(text: &str) -> Json {
    Json::parse(text.as_bytes()).unwrap()
}

fn missing<T: std::fmt::Debug>(result: Result<T, DecodeError>, field: &str) {
    let error = result.unwrap_err();
    assert_eq!(
        (error.field(), error.problem()),
        (field, &DecodeProblem::Missing)
    );
}

fn malformed<T: std::fmt::Debug>(result: Result<T, DecodeError>, field: &str) {
    let error = result.unwrap_err();
    assert_eq!(
        (error.field(), error.problem()),
        (field, &DecodeProblem::Malformed)
    );
}

fn differs<T: std::fmt::Debug>(result: Result<T, DecodeError>, field: &str) {
    let error = result.unwrap_err();
    assert_eq!(
        (error.field(), error.problem()),
        (field, &DecodeProblem::Mismatch)
    );
}

#[test]
fn only_an_object_has_members() {
    for text in ["[]", "1", "\"a\"", "null"] {
        malformed(Object::of(&json(text)), "json");
    }
}

#[test]
fn a_scalar_is_read_whether_it_stands_as_a_number_or_a_string() {
    let json = json(r#"{"n":5,"s":"6","f":true,"t":"false","x":1.5,"e":"","z":null,"l":[]}"#);
    let object = Object::of(&json).unwrap();
    assert_eq!(object.require::<i64>("n").unwrap(), 5);
    assert_eq!(object.require::<i64>("s").unwrap(), 6);
    assert_eq!(object.require::<String>("n").unwrap(), "5");
    assert!(object.require::<bool>("f").unwrap());
    assert!(!object.require::<bool>("t").unwrap());
    assert_eq!(object.require::<String>("f").unwrap(), "true");
    for absent in ["e", "z", "none"] {
        assert_eq!(object.optional::<String>(absent).unwrap(), None, "{absent}");
        missing(object.require::<String>(absent), absent);
    }
    malformed(object.optional::<String>("x"), "x");
    malformed(object.optional::<String>("l"), "l");
    malformed(object.require::<i64>("f"), "f");
}

#[test]
fn a_member_of_several_names_must_be_the_same_under_each() {
    let json = json(r#"{"a":"1","b":"1","c":"2","e":""}"#);
    let object = Object::of(&json).unwrap();
    assert_eq!(object.require_any::<String>(&["x", "a", "e"]).unwrap(), "1");
    assert_eq!(object.require_any::<String>(&["a", "b"]).unwrap(), "1");
    differs(object.require_any::<String>(&["a", "b", "c"]), "c");
    missing(object.require_any::<String>(&["x", "e"]), "x or e");
}

#[test]
fn what_was_asked_must_come_back() {
    let json = json(r#"{"o":{"id":"7","n":7,"e":"","z":null,"l":[]}}"#);
    let object = Object::of(&json).unwrap().require_object("o").unwrap();
    for name in ["id", "n"] {
        object.echo(name, "7").unwrap();
        object.echo_if_present(name, "7").unwrap();
        differs(object.echo(name, "8"), &format!("o.{name}"));
        differs(object.echo_if_present(name, "8"), &format!("o.{name}"));
    }
    for absent in ["z", "none"] {
        missing(object.echo(absent, "7"), &format!("o.{absent}"));
        object.echo_if_present(absent, "7").unwrap();
    }
    differs(object.echo("e", "7"), "o.e");
    object.echo_if_present("e", "7").unwrap();
    malformed(object.echo("l", "7"), "o.l");
    malformed(object.echo_if_present("l", "7"), "o.l");
}

#[test]
fn objects_within_are_named_by_their_path() {
    let json =
        json(r#"{"o":{"p":{"q":1}},"z":null,"n":1,"l":[{"id":1},{"id":2}],"m":[{"id":1},5]}"#);
    let root = Object::of(&json).unwrap();
    let inner = root
        .require_object("o")
        .unwrap()
        .require_object("p")
        .unwrap();
    assert_eq!(inner.require::<i64>("q").unwrap(), 1);
    missing(inner.require::<i64>("r"), "o.p.r");
    for absent in ["z", "none"] {
        assert!(root.object(absent).unwrap().is_none());
        missing(root.require_object(absent), absent);
        let id = |member: &Object<'_>| member.require::<i64>("id");
        assert!(root.objects(absent, id).unwrap().is_empty());
        missing(root.require_objects(absent, id), absent);
        assert_eq!(root.optional_objects(absent, id).unwrap(), None);
    }
    malformed(root.object("n"), "n");
    let id = |member: &Object<'_>| member.require::<i64>("id");
    assert_eq!(root.objects("l", id).unwrap(), [1, 2]);
    assert_eq!(root.require_objects("l", id).unwrap(), [1, 2]);
    assert_eq!(root.optional_objects("l", id).unwrap(), Some(vec![1, 2]));
    missing(
        root.objects("l", |member| member.require::<i64>("x")),
        "l[0].x",
    );
    for wrong in ["m", "n"] {
        malformed(root.objects(wrong, id), wrong);
        malformed(root.require_objects(wrong, id), wrong);
        malformed(root.optional_objects(wrong, id), wrong);
    }
}

#[test]
fn a_list_of_values_says_which_member_is_wrong() {
    let json = json(r#"{"o":{"l":[1,"2"],"e":[],"z":null,"n":1,"w":[1,"x"]}}"#);
    let object = Object::of(&json).unwrap().require_object("o").unwrap();
    assert_eq!(object.list::<i64>("l").unwrap(), [1, 2]);
    assert_eq!(object.require_list::<i64>("l").unwrap(), [1, 2]);
    assert_eq!(object.optional_list::<i64>("l").unwrap(), Some(vec![1, 2]));
    assert_eq!(object.optional_list::<i64>("e").unwrap(), Some(Vec::new()));
    for absent in ["z", "none"] {
        assert!(object.list::<i64>(absent).unwrap().is_empty());
        assert_eq!(object.optional_list::<i64>(absent).unwrap(), None);
        missing(object.require_list::<i64>(absent), &format!("o.{absent}"));
    }
    malformed(object.list::<i64>("n"), "o.n");
    malformed(object.list::<i64>("w"), "o.w[1]");
}

#[test]
fn json_of_any_form_is_taken_as_it_is() {
    let json = json(r#"{"a":{"b":[1]},"z":null,"e":""}"#);
    let object = Object::of(&json).unwrap();
    assert_eq!(object.raw("a"), json.get("a").cloned());
    assert_eq!(object.raw("e"), Some(Json::from("")));
    assert_eq!(object.require_raw("a").unwrap(), *json.get("a").unwrap());
    for absent in ["z", "none"] {
        assert_eq!(object.raw(absent), None);
        missing(object.require_raw(absent), absent);
    }
}

#[test]
fn a_decimal_number_may_stand_as_a_string() {
    let json = json(r#"{"n":1.25,"i":3,"s":"0.50","e":"","z":null,"w":"x","l":[]}"#);
    let object = Object::of(&json).unwrap();
    let text = |number: Option<Decimal>| number.map(|number| number.as_str().to_owned());
    for (name, value) in [("n", "1.25"), ("i", "3"), ("s", "0.50")] {
        assert_eq!(text(object.decimal(name).unwrap()).as_deref(), Some(value));
        assert_eq!(object.require_decimal(name).unwrap().as_str(), value);
    }
    for absent in ["e", "z", "none"] {
        assert!(object.decimal(absent).unwrap().is_none());
        missing(object.require_decimal(absent), absent);
    }
    malformed(object.decimal("w"), "w");
    malformed(object.require_decimal("l"), "l");
}

#[test]
fn json_within_a_string_is_read_as_if_it_stood_there() {
    let json = json(
        r#"{"o":{"s":"{\"id\":1}","as_it_is":{"id":1},"l":"[{\"id\":1},{\"id\":2}]","e":"","z":null,"w":"{","n":"5","m":"[5]"}}"#,
    );
    let object = Object::of(&json).unwrap().require_object("o").unwrap();
    let id = |member: &Object<'_>| member.require::<i64>("id");
    for name in ["s", "as_it_is"] {
        assert_eq!(object.require_json(name, id).unwrap(), 1);
        assert_eq!(object.optional_json(name, id).unwrap(), Some(1));
    }
    assert_eq!(object.json_list("l", id).unwrap(), [1, 2]);
    assert_eq!(object.require_json_list("l", id).unwrap(), [1, 2]);
    assert_eq!(
        object.optional_json_list("l", id).unwrap(),
        Some(vec![1, 2])
    );
    for absent in ["e", "z", "none"] {
        assert_eq!(object.optional_json(absent, id).unwrap(), None);
        assert!(object.json_list(absent, id).unwrap().is_empty());
        assert_eq!(object.optional_json_list(absent, id).unwrap(), None);
        missing(object.require_json(absent, id), &format!("o.{absent}"));
        missing(object.require_json_list(absent, id), &format!("o.{absent}"));
    }
    for wrong in ["w", "n"] {
        malformed(object.optional_json(wrong, id), &format!("o.{wrong}"));
        malformed(object.json_list(wrong, id), &format!("o.{wrong}"));
    }
    malformed(object.json_list("m", id), "o.m");
    missing(
        object.json_list("l", |member| member.require::<i64>("x")),
        "o.l[0].x",
    );
    missing(
        object.require_json("s", |inner| inner.require::<i64>("x")),
        "o.s.x",
    );
}

#[test]
fn a_request_in_json_has_no_member_that_nobody_knows() {
    let json = json(r#"{"a":1,"extra":{"new":"x","list":[1]},"coupon_id":"c"}"#);
    let object = Object::of(&json).unwrap();
    object.only(&["a", "coupon_id_$n"]).unwrap();
    let error = object.only(&["a", "b"]).unwrap_err();
    assert_eq!(error.field(), "coupon_id");
    assert_eq!(error.problem(), &DecodeProblem::Unknown("a, b".to_owned()));
    let extra = object.extra().unwrap();
    let members: Vec<_> = extra.iter().collect();
    assert_eq!(members[0], ("new", &Json::from("x")));
    assert_eq!(members[1], ("list", &Json::List(vec![Json::from(1)])));
    assert_eq!(members.len(), 2);
    for text in ["{}", r#"{"extra":null}"#] {
        let json = Json::parse(text.as_bytes()).unwrap();
        assert!(Object::of(&json).unwrap().extra().unwrap().is_empty());
    }
    let wrong = Json::object([("extra", Json::from(1))]);
    malformed(Object::of(&wrong).unwrap().extra(), "extra");
}

#[test]
fn a_fixed_member_is_left_out_or_given_as_it_is() {
    let given = |value: Json| {
        let json = Json::object([("type", value)]);
        Object::of(&json).unwrap().fixed("type", "5")
    };
    for same in [Json::from("5"), Json::from(5), Json::from(""), Json::Null] {
        given(same).unwrap();
    }
    Object::of(&Json::object([("other", Json::from("6"))]))
        .unwrap()
        .fixed("type", "5")
        .unwrap();
    for other in [Json::from("6"), Json::from(true), Json::List(Vec::new())] {
        let error = given(other).unwrap_err();
        assert_eq!(error.field(), "type");
        assert_eq!(error.problem(), &DecodeProblem::Fixed("\"5\"".to_owned()));
    }
}

#[test]
fn exactly_one_of_several_members_is_given() {
    let one = |text: &str| {
        let json = Json::parse(text.as_bytes()).unwrap();
        let object = Object::of(&json).unwrap();
        object.one_of(&["a", "b", "c"]).map(str::to_owned)
    };
    assert_eq!(one(r#"{"b":1}"#).unwrap(), "b");
    assert_eq!(one(r#"{"a":null,"b":"","c":{}}"#).unwrap(), "c");
    for wrong in ["{}", r#"{"a":1,"c":2}"#, r#"{"a":""}"#] {
        let error = one(wrong).unwrap_err();
        assert_eq!(error.problem(), &DecodeProblem::OneOf("a, b, c".to_owned()));
    }
}

//! Bodies of APIv3: one reading of a text or none, and no error that says more than it proves.

use std::fmt::Write as _;
use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use wxpay_api::core::{
    DecodeError, ErrorKind, Fen, InvalidInput, MchId, Outcome, Resolve, Timestamp, WireTime,
};
use wxpay_api::sign::Verified;
use wxpay_api::transport::{Transport, TransportError};
use wxpay_api::v3::{
    Call, Client, Credentials, Endpoint, ErrorBody, Json, JsonText, Meta, Method, Object,
};

use crate::fixtures::{Credulous, Unsigned, credible_headers, now};

/// Reads the input as choices when it starts with the byte 255, else as a body.
pub fn run(data: &[u8]) {
    match data.strip_prefix(b"\xFF") {
        Some(choices) => {
            let mut choices = Unstructured::new(choices);
            if let Ok(written) = Written::arbitrary(&mut choices) {
                check_written(&written);
            }
        }
        None => {
            check_text(data);
            check_replies(data);
        }
    }
}

fn check_text(text: &[u8]) {
    let parsed = Json::parse(text);
    let plain = serde_json::from_slice::<serde_json::Value>(text);
    match &parsed {
        Ok(json) => {
            assert!(plain.is_ok(), "{json:?}");
            check_value(json);
        }
        // What is JSON is refused for one reason alone.
        Err(error) if plain.is_ok() => assert!(error.to_string().contains("twice"), "{error}"),
        Err(_) => {}
    }
}

fn check_value(json: &Json) {
    assert!(!repeats_a_name(json), "{json:?}");
    let written = serde_json::to_vec(json).expect("every name is a text");
    let again = Json::parse(&written).expect("what we wrote");
    assert!(same(json, &again), "{}", written.escape_ascii());
    if let Ok(object) = Object::of(json) {
        read_all(&object, json);
    }
}

/// Reads every member in every way.
fn read_all(object: &Object<'_>, json: &Json) {
    let Json::Object(members) = json else { return };
    for (name, value) in members {
        let text = object.require::<String>(name);
        match value {
            Json::Text(expected) if !expected.is_empty() => {
                assert_eq!(text.as_deref(), Ok(expected.as_str()));
            }
            Json::Integer(expected) => assert_eq!(text, Ok(expected.to_string())),
            Json::Bool(expected) => assert_eq!(object.require(name), Ok(*expected)),
            _ => assert!(text.is_err(), "{name}"),
        }
        if let (Ok(fen), Json::Integer(expected)) = (object.require::<Fen>(name), value) {
            assert_eq!(fen, Fen::new(*expected));
        }
        let _ = object.optional::<WireTime>(name);
        let is_x = text.as_ref().is_ok_and(|text| text == "x");
        assert_eq!(object.echo(name, "x").is_ok(), is_x);
        let either = object.require_any::<String>(&[name, "no such member"]);
        assert_eq!(either.ok(), text.ok());
        let inner = object.object(name);
        assert_eq!(
            inner.is_err(),
            !matches!(value, Json::Null | Json::Object(_))
        );
        if let Ok(Some(inner)) = inner {
            read_all(&inner, value);
        }
        let _ = object.objects(name, |member| member.optional::<String>("id"));
    }
}

/// The same body as replies of all kinds.
fn check_replies(body: &[u8]) {
    let body = Bytes::copy_from_slice(body);
    let json = if body.is_empty() {
        Ok(Json::Null)
    } else {
        Json::parse(&body)
    };
    let code = json
        .as_ref()
        .ok()
        .and_then(|json| json.get("code")?.as_str());
    let error = ErrorBody::parse(500, &HeaderMap::new(), &body);
    assert_eq!(error.code.as_deref(), code);
    for (status, signed) in [
        (200, true),
        (200, false),
        (400, true),
        (400, false),
        (500, false),
    ] {
        let mut response = Response::new(body.clone());
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        if signed {
            *response.headers_mut() = credible_headers(NOW);
        }
        let (_, pending) = now(CLIENT.prepare(&Probe)).expect("nothing is wrong with it");
        let error = match now(pending.finish(response)) {
            Ok(reply) => {
                assert!(signed && status == 200);
                assert!(same(&reply, json.as_ref().expect("read")));
                continue;
            }
            Err(error) => error,
        };
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
        let _ = format!("{error} {error:?}");
        match (status, signed, error.kind()) {
            (200, true, ErrorKind::Decode(_)) => assert!(json.is_err()),
            (200, false, ErrorKind::Verification(_)) => {}
            (400, true, ErrorKind::Business(business)) => assert!(code.is_some(), "{business}"),
            (400, true, ErrorKind::Protocol(_)) => assert!(code.is_none()),
            (400 | 500, false, ErrorKind::Protocol(_)) => {}
            (_, _, kind) => panic!("{status}, signed {signed}: {kind:?}"),
        }
    }
}

fn repeats_a_name(json: &Json) -> bool {
    match json {
        Json::List(list) => list.iter().any(repeats_a_name),
        Json::Object(members) => {
            let mut names = std::collections::HashSet::new();
            let repeated = |(name, value)| !names.insert(name) || repeats_a_name(value);
            members
                .iter()
                .map(|(name, value)| (name, value))
                .any(repeated)
        }
        _ => false,
    }
}

/// Equal, where a number with a fraction may differ in its last place: amounts are never such
/// numbers.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || (a - b).abs() <= a.abs() * f64::EPSILON,
        (Json::List(a), Json::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            let member =
                |((m, a), (n, b)): (&(JsonText, Json), &(JsonText, Json))| m == n && same(a, b);
            a.len() == b.len() && a.iter().zip(b).all(member)
        }
        (a, b) => a == b,
    }
}

/// A value and the ways in which its text is written.
#[derive(Arbitrary, Debug)]
enum Written {
    Null,
    Bool(bool),
    Integer(i64),
    Text(String, Style),
    List(Vec<Self>),
    Object(Vec<(Name, Style, Self)>),
}

#[derive(Arbitrary, Debug)]
enum Name {
    Of(u8),
    Any(String),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Style {
    Plain,
    Escaped,
    Spaced,
}

fn check_written(written: &Written) {
    let mut text = String::new();
    written.write(&mut text);
    let parsed = Json::parse(text.as_bytes());
    match written.meaning() {
        // `serde_json` goes 127 levels down.
        Some(_) if written.depth() > 127 => assert!(parsed.is_err(), "{text}"),
        Some(meaning) => {
            assert_eq!(parsed.as_ref(), Ok(&meaning), "{text}");
            check_value(&meaning);
        }
        None => assert!(parsed.is_err(), "a name twice: {text}"),
    }
}

impl Written {
    fn write(&self, out: &mut String) {
        let _ = match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Integer(value) => write!(out, "{value}"),
            Self::Text(text, style) => out.write_str(&style.quote(text)),
            Self::List(list) => {
                out.push('[');
                for (n, value) in list.iter().enumerate() {
                    out.push_str(if n == 0 { "" } else { "," });
                    value.write(out);
                }
                out.write_str("]")
            }
            Self::Object(members) => {
                out.push('{');
                for (n, (name, style, value)) in members.iter().enumerate() {
                    out.push_str(if n == 0 { "" } else { "," });
                    let _ = write!(out, "{}:", style.quote(&name.text()));
                    value.write(out);
                }
                out.write_str("}")
            }
        };
    }

    /// The value, unless an object has a name twice.
    fn meaning(&self) -> Option<Json> {
        Some(match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Integer(value) => Json::Integer(*value),
            Self::Text(text, _) => Json::from(text.clone()),
            Self::List(list) => Json::List(list.iter().map(Self::meaning).collect::<Option<_>>()?),
            Self::Object(members) => {
                let mut object: Vec<(JsonText, Json)> = Vec::new();
                for (name, _, value) in members {
                    let name = name.text();
                    if object.iter().any(|(known, _)| *known == name) {
                        return None;
                    }
                    object.push((name.into(), value.meaning()?));
                }
                Json::Object(object)
            }
        })
    }

    fn depth(&self) -> usize {
        match self {
            Self::List(list) => 1 + list.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(members) => {
                1 + members
                    .iter()
                    .map(|(_, _, value)| value.depth())
                    .max()
                    .unwrap_or(0)
            }
            _ => 0,
        }
    }
}

impl Name {
    fn text(&self) -> String {
        const NAMES: [&str; 6] = ["code", "message", "detail", "amount", "total", ""];
        match self {
            Self::Of(n) => NAMES[usize::from(*n) % NAMES.len()].to_owned(),
            Self::Any(name) => name.clone(),
        }
    }
}

impl Style {
    fn quote(self, text: &str) -> String {
        match self {
            Self::Plain => serde_json::to_string(text).expect("a text"),
            Self::Spaced => format!(" {}\r\n", serde_json::to_string(text).expect("a text")),
            Self::Escaped => {
                let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
                format!("\"{}\"", units.collect::<String>())
            }
        }
    }
}

/// An endpoint that moves money, so that nothing but a proof says that it did not.
struct Probe;

impl Endpoint for Probe {
    type Response = Json;

    const META: &'static Meta = &Meta::write(
        "fuzz.write",
        Method::Post,
        "/v3/fuzz",
        Resolve::Query("fuzz.read"),
    );

    fn encode(&self, _: &mut Call) -> Result<(), InvalidInput> {
        Ok(())
    }

    fn decode(&self, reply: Verified<Json>) -> Result<Json, DecodeError> {
        Ok(reply.into_inner())
    }
}

#[derive(Debug)]
struct Offline;

#[async_trait]
impl Transport for Offline {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        unreachable!("nothing is sent")
    }
}

const NOW: i64 = 1_796_000_000;

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    Client::builder(
        MchId::new("1900000109").expect("a merchant"),
        Credentials::new(Unsigned, Credulous),
        Offline,
    )
    .nonce(|| Ok("3PG2J4ILTKCH16CQ2502SI8ZNMTM67VS".to_owned()))
    .clock(|| Timestamp::from_unix(NOW).expect("a date"))
    .build()
    .expect("nothing is wrong with it")
});

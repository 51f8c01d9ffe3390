//! What is reported of an attempt, and what never is.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use wxpay_core::Effect;
use wxpay_transport::{DownloadLimits, Trace, Transport};

use crate::script::{Act, CANARY, Script, bare, request};

type Fields = BTreeMap<String, String>;

#[derive(Clone, Default)]
struct Capture(Arc<Captured>);

#[derive(Default)]
struct Captured {
    next: AtomicU64,
    spans: Mutex<BTreeMap<u64, Fields>>,
    events: Mutex<Vec<(Level, Option<u64>, Fields)>>,
}

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl Subscriber for Capture {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.0.next.fetch_add(1, Ordering::SeqCst) + 1;
        let mut fields = Fields::new();
        span.record(&mut Into(&mut fields));
        fields.insert("name".into(), span.metadata().name().into());
        self.0.spans.lock().unwrap().insert(id, fields);
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut spans = self.0.spans.lock().unwrap();
        values.record(&mut Into(spans.get_mut(&span.into_u64()).unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Into(&mut fields));
        let parent = event.parent().map(Id::into_u64);
        let level = *event.metadata().level();
        self.0.events.lock().unwrap().push((level, parent, fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Capture {
    /// The only attempt: its span, and the event in it.
    #[track_caller]
    fn one(&self) -> (Fields, Level, Fields) {
        let spans = self.0.spans.lock().unwrap();
        let events = self.0.events.lock().unwrap();
        let (Some((id, span)), [(level, parent, event)]) = (spans.first_key_value(), &events[..])
        else {
            panic!("{spans:?} {events:?}");
        };
        assert_eq!(*parent, Some(*id));
        let text = format!("{spans:?} {events:?}");
        assert!(!text.contains(CANARY), "{text}");
        (span.clone(), *level, event.clone())
    }
}

fn fields<const N: usize>(fields: [(&str, &str); N]) -> Fields {
    let owned = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    owned.into_iter().collect()
}

#[tokio::test]
async fn each_outcome_has_its_word() {
    for (effect, act, outcome, level) in [
        (Effect::Read, Act::Status(200), "answered", Level::DEBUG),
        (Effect::Write, Act::Status(500), "answered", Level::DEBUG),
        (Effect::Write, Act::NO, "not_executed", Level::WARN),
        (Effect::Write, Act::MAYBE, "unknown", Level::WARN),
        (Effect::Read, Act::NO, "read_failed", Level::WARN),
        (Effect::Read, Act::MAYBE, "read_failed", Level::WARN),
    ] {
        let capture = Capture::default();
        let _guard = tracing::subscriber::set_default(capture.clone());
        let status = match act {
            Act::Status(status) => Some(status.to_string()),
            _ => None,
        };
        let act = Act::After(Duration::from_millis(1234), Box::new(act));
        let script = Script::of([act]);
        let transport = Trace::with_clock(Arc::clone(&script), script.clock());
        let _ = transport.send(request(effect)).await;

        let (span, at, event) = capture.one();
        assert_eq!(at, level);
        let mut expected = fields([("outcome", outcome), ("elapsed_ms", "1234")]);
        expected.extend(status.map(|status| ("status".to_owned(), status)));
        assert_eq!(event, expected);
        let effect = match effect {
            Effect::Read => "read",
            Effect::Write => "write",
        };
        expected.extend(fields([
            ("name", "wxpay.attempt"),
            ("endpoint", "test.endpoint"),
            ("effect", effect),
            ("attempt", "1"),
            ("host", "api.mch.weixin.qq.com"),
        ]));
        assert_eq!(span, expected);
    }
}

#[tokio::test]
async fn request_without_hints_is_a_write() {
    let capture = Capture::default();
    let _guard = tracing::subscriber::set_default(capture.clone());
    let script = Script::of([Act::MAYBE]);
    Trace::new(script).send(bare()).await.unwrap_err();
    let (span, _, event) = capture.one();
    assert_eq!(span["effect"], "write");
    assert!(!span.contains_key("endpoint"));
    assert_eq!(event["outcome"], "unknown");
}

#[tokio::test]
async fn request_id_is_reported_if_it_looks_like_one() {
    const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123-";
    for (header, expected) in [
        ("08F78BB5AF0610D302-0", Some("08F78BB5AF0610D302-0")),
        (&LONG[1..], Some(&LONG[1..])),
        (LONG, None),
        ("", None),
        ("a b", None),
        ("a\tb", None),
    ] {
        let capture = Capture::default();
        let _guard = tracing::subscriber::set_default(capture.clone());
        let headers = vec![("Request-ID", header), ("set-cookie", CANARY)];
        let script = Script::of([Act::Reply(200, headers, CANARY)]);
        Trace::new(script).send(bare()).await.unwrap();
        let (span, _, event) = capture.one();
        assert_eq!(event.get("request_id").map(String::as_str), expected);
        assert_eq!(span.get("request_id"), event.get("request_id"));
    }
}

#[tokio::test]
async fn dropped_attempt_is_reported() {
    for (effect, outcome) in [(Effect::Write, "unknown"), (Effect::Read, "read_failed")] {
        let capture = Capture::default();
        let _guard = tracing::subscriber::set_default(capture.clone());
        let transport = Trace::new(Script::of([Act::Hang]));
        let call = transport.send(request(effect));
        assert!(
            tokio::time::timeout(Duration::from_millis(1), call)
                .await
                .is_err()
        );
        let (_, level, event) = capture.one();
        assert_eq!((level, event["outcome"].as_str()), (Level::WARN, outcome));
    }
}

#[tokio::test]
async fn download_is_reported_when_it_begins() {
    let capture = Capture::default();
    let _guard = tracing::subscriber::set_default(capture.clone());
    let transport = Trace::new(Script::of([Act::Reply(200, vec![], CANARY)]));
    let limits = DownloadLimits::DEFAULT;
    let answer = transport.download(request(Effect::Read), limits).await;
    let (_, _, event) = capture.one();
    assert_eq!(
        (event["outcome"].as_str(), event["status"].as_str()),
        ("answered", "200")
    );
    drop(answer);
    capture.one();
}

#[cfg(feature = "retry")]
#[tokio::test]
async fn innermost_it_sees_every_attempt_at_every_host() {
    use wxpay_transport::{Failover, Retry};

    let capture = Capture::default();
    let _guard = tracing::subscriber::set_default(capture.clone());
    let script = Script::of([Act::NO]);
    let failover = Failover::with_clock(Trace::new(Arc::clone(&script)), script.clock());
    let transport = Retry::with_timer(failover, script.clock());
    transport.send(request(Effect::Write)).await.unwrap_err();
    let spans = capture.0.spans.lock().unwrap();
    let attempts = spans
        .values()
        .map(|span| format!("{} {}", span["attempt"], span["host"]));
    let expected = ["1", "1", "2", "2", "3", "3"].iter().enumerate();
    let expected = expected.map(|(n, attempt)| match n % 2 {
        0 => format!("{attempt} api.mch.weixin.qq.com"),
        _ => format!("{attempt} api2.mch.weixin.qq.com"),
    });
    assert!(attempts.eq(expected));
}

/// The settings may be logged, too.
#[test]
fn debug_shows_no_request() {
    let transport = Trace::new(Script::of([Act::NO]));
    assert!(!format!("{transport:?}").contains(CANARY));
}

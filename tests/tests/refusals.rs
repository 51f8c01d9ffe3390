//! The log learns why a notification was refused.
//!
//! In a binary of its own: who is the first to come by an event, of all threads, decides whether it
//! is listened to.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::v2;
use wxpay_tests::clients::{self, NOW};
use wxpay_tests::notices::{Told, notices};

type Said = BTreeMap<String, String>;

/// The events of the target that refusals have.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<(Level, Said)>>>);

struct Fields(Said);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl Subscriber for Heard {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "wxpay.notice"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(Said::new());
        event.record(&mut fields);
        let heard = (*event.metadata().level(), fields.0);
        self.0.lock().unwrap().push(heard);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn the_log_learns_why_a_notification_was_refused() {
    let heard = Heard::default();
    let _guard = tracing::subscriber::set_default(heard.clone());
    let one = || {
        let mut events = std::mem::take(&mut *heard.0.lock().unwrap());
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0)
    };
    let told = Told::new("NEW.THING", None, &json!({ "openid": "oCANARYuser" }));
    assert!(notices().receive(told.request()).await.is_ok());
    assert!(heard.0.lock().unwrap().is_empty());

    let probe = || {
        let mut request = told.request();
        let signature = "WECHATPAY/SIGNTEST/x".parse().unwrap();
        request
            .headers_mut()
            .insert("Wechatpay-Signature", signature);
        request
    };
    for (request, level, why) in [
        (
            told.request_at(NOW - 301),
            Level::WARN,
            "not verified: the timestamp is 301 s away from this clock, more than 300 s",
        ),
        (
            probe(),
            Level::INFO,
            "not verified: a signature probe, refused like any wrong signature",
        ),
    ] {
        assert!(notices().receive(request).await.is_err());
        let (told_level, fields) = one();
        assert_eq!((told_level, &*fields["error"]), (level, why));
        assert_eq!((&*fields["protocol"], &*fields["status"]), ("APIv3", "401"));
        assert!(!format!("{fields:?}").contains("CANARY"));
    }

    let key = Key::new(clients::API_KEY).unwrap();
    let v2 = v2::Notices::new(key, SignType::Md5);
    let request = Request::post("/")
        .body(Bytes::from_static(b"garbage"))
        .unwrap();
    assert!(v2.receive_payment(&request).is_err());
    let (level, fields) = one();
    assert_eq!((level, &*fields["protocol"]), (Level::WARN, "APIv2"));
    assert!(fields["error"].starts_with("not verified: not a message of APIv2"));
}

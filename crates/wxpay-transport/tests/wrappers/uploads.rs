//! An upload stays an upload through every wrapper, and a file that can't be sent is nobody else's
//! failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use http::Request;
use wxpay_core::{Effect, Sent, TransportError};
use wxpay_transport::{
    Failover, Hints, RateLimit, Retry, Trace, Transport, UploadBody, UploadError, UploadReader,
    UploadSource,
};

use crate::script::{Act, BACKUP, MAIN, Script, hinted, request};

const DONE: Act = Act::Reply(200, Vec::new(), "done");

fn each(script: &Arc<Script>) -> [Box<dyn Transport>; 5] {
    let (inner, hand) = (|| Arc::clone(script), || script.clock());
    let failover = || Failover::with_clock(inner(), hand());
    let stack = Trace::new(RateLimit::with_timer(failover(), hand()));
    [
        Box::new(failover()),
        Box::new(Retry::with_timer(inner(), hand())),
        Box::new(RateLimit::with_timer(inner(), hand())),
        Box::new(Trace::new(inner())),
        Box::new(Retry::with_timer(stack, hand())),
    ]
}

/// A file of three pieces, which counts how often it is read and can fail after the first one.
#[derive(Clone, Default)]
struct InThree {
    opened: Arc<AtomicUsize>,
    fails: bool,
}

#[async_trait]
impl UploadSource for InThree {
    fn length(&self) -> u64 {
        6
    }

    async fn open(&self) -> Result<Box<dyn UploadReader>, UploadError> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Pieces(vec!["six", "pi", "e"], self.fails)))
    }
}

struct Pieces(Vec<&'static str>, bool);

#[async_trait]
impl UploadReader for Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        match self.0.pop() {
            Some("six") if self.1 => Err(UploadError::changed()),
            piece => Ok(piece.map(|piece| Bytes::from_static(piece.as_bytes()))),
        }
    }
}

fn upload(hints: Request<Bytes>, file: &InThree) -> Request<UploadBody> {
    hints.map(|_| UploadBody::new(file.clone()))
}

#[tokio::test]
async fn pieces_leave_as_they_are_read() {
    let script = Script::of([DONE]);
    for transport in each(&script) {
        let file = InThree::default();
        let sent = transport
            .upload(upload(request(Effect::Write), &file))
            .await;
        assert_eq!(sent.unwrap().body(), "done");
    }
    assert_eq!(script.count(), 5);
    for seen in script.seen() {
        assert_eq!(seen.uploaded.unwrap(), [1, 2, 3]);
        assert_eq!(seen.request.body(), "episix");
    }
}

#[tokio::test]
async fn only_what_was_not_sent_goes_out_again() {
    for (acts, count) in [
        (vec![Act::NO, Act::NO, DONE], 3),
        (vec![Act::MAYBE, DONE], 1),
        (vec![Act::Status(503), DONE], 1),
    ] {
        let script = Script::of(acts);
        let transport = Retry::with_timer(Arc::clone(&script), script.clock());
        let file = InThree::default();
        let _ = transport
            .upload(upload(request(Effect::Write), &file))
            .await;
        assert_eq!(script.count(), count);
        assert_eq!(file.opened.load(Ordering::SeqCst), count);
        for seen in script.seen() {
            assert_eq!(seen.request.body(), "episix", "each from its beginning");
        }
    }
}

#[tokio::test]
async fn an_unsent_upload_goes_to_the_backup() {
    let script = Script::hosts(Act::NO, DONE);
    let transport = Failover::with_clock(Arc::clone(&script), script.clock());
    let file = InThree::default();
    let sent = transport
        .upload(upload(request(Effect::Write), &file))
        .await;
    assert_eq!(sent.unwrap().status(), 200);
    let hosts: Vec<_> = script.seen().into_iter().map(|seen| seen.host).collect();
    assert_eq!(hosts, [MAIN, BACKUP]);
    assert_eq!(file.opened.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn uploads_keep_to_the_rate() {
    let script = Script::of([DONE]);
    let transport = RateLimit::with_timer(Arc::clone(&script), script.clock());
    let transport = transport.max_wait(std::time::Duration::ZERO);
    let hints = Hints::new("a", Effect::Write, false).per_second(Some(1));
    let file = InThree::default();
    transport
        .upload(upload(hinted(hints), &file))
        .await
        .unwrap();
    let error = transport.upload(upload(hinted(hints), &file)).await;
    assert_eq!(error.unwrap_err().sent(), Sent::No);
    assert_eq!(script.count(), 1);
}

/// The file is what failed: no wrapper reads it again, and the main host is not to blame.
#[tokio::test]
async fn a_file_that_fails_is_read_once() {
    let script = Script::hosts(DONE, DONE);
    for effect in [Effect::Read, Effect::Write] {
        for transport in each(&script) {
            for _ in 0..4 {
                let file = InThree {
                    fails: true,
                    ..InThree::default()
                };
                let error = transport.upload(upload(request(effect), &file)).await;
                assert_source(&error.unwrap_err(), Sent::Maybe);
                assert_eq!(file.opened.load(Ordering::SeqCst), 1);
            }
            transport.send(request(Effect::Write)).await.unwrap();
        }
    }
    assert_eq!(script.asked(), "m".repeat(10));
}

/// A transport that only knows `send` gets the body in one piece, up to a length, and nothing of a
/// longer one or of a file that fails.
#[tokio::test]
async fn without_an_upload_of_its_own() {
    #[derive(Debug)]
    struct Buffered(Arc<Script>);

    #[async_trait]
    impl Transport for Buffered {
        async fn send(
            &self,
            request: Request<Bytes>,
        ) -> Result<http::Response<Bytes>, TransportError> {
            self.0.send(request).await
        }
    }

    struct Long;

    #[async_trait]
    impl UploadSource for Long {
        fn length(&self) -> u64 {
            UploadBody::MAX_COLLECTED as u64 + 1
        }

        async fn open(&self) -> Result<Box<dyn UploadReader>, UploadError> {
            panic!("it is too long to be read")
        }
    }

    let script = Script::of([DONE]);
    let transport = Buffered(Arc::clone(&script));
    let post = |body: UploadBody| transport.upload(request(Effect::Write).map(|_| body));
    post(UploadBody::new(InThree::default())).await.unwrap();
    assert_eq!(script.seen()[0].request.body(), "episix");

    let fails = InThree {
        fails: true,
        ..InThree::default()
    };
    assert_source(&post(UploadBody::new(fails)).await.unwrap_err(), Sent::No);
    let longest = vec![b'x'; UploadBody::MAX_COLLECTED];
    post(UploadBody::whole(longest)).await.unwrap();
    assert_source(&post(UploadBody::new(Long)).await.unwrap_err(), Sent::No);
    assert_eq!(script.count(), 2);
}

/// Its bytes are exactly as many as its length says, and the last of them only come when the file
/// has ended well.
#[tokio::test]
async fn a_body_is_what_its_length_says() {
    struct Wrong(u64, &'static [&'static str]);

    #[async_trait]
    impl UploadSource for Wrong {
        fn length(&self) -> u64 {
            self.0
        }

        async fn open(&self) -> Result<Box<dyn UploadReader>, UploadError> {
            let mut pieces = self.1.to_vec();
            pieces.reverse();
            Ok(Box::new(Pieces(pieces, true)))
        }
    }

    for (length, pieces, given) in [
        (6, &["abc", "def", "six"][..], 1),
        (5, &["abc", "def"], 0),
        (7, &["abc", "", "def"], 1),
        (2, &["abc"], 0),
        (1, &[""], 0),
    ] {
        let mut pieces = UploadBody::new(Wrong(length, pieces)).open().await.unwrap();
        for _ in 0..given {
            assert_eq!(pieces.next().await.unwrap().unwrap(), "abc");
        }
        for _ in 0..2 {
            pieces.next().await.unwrap_err();
        }
    }
    let mut none = UploadBody::whole("").open().await.unwrap();
    assert_eq!(none.next().await.unwrap(), None);
    assert_eq!(none.next().await.unwrap(), None);
}

#[track_caller]
fn assert_source(error: &TransportError, sent: Sent) {
    assert_eq!(error.sent(), sent);
    let source = std::error::Error::source(error).unwrap();
    assert!(source.is::<UploadError>(), "{source}");
}

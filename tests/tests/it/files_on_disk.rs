//! Files that are read from disk: the same messages as of those in memory, and nothing whole of one
//! that has changed.

use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Request, Response};
use tempfile::TempDir;
use wxpay_api::core::Outcome;
use wxpay_api::json::Json;
use wxpay_api::transport::{UploadBody, UploadError};
use wxpay_api::v3::marketing::UploadAgreementNumbers;
use wxpay_api::v3::merchant_service::UploadImage;
use wxpay_api::{Error, Upload};
use wxpay_client::dynamic::DynamicRequest;
use wxpay_tests::clients;
use wxpay_tests::scripted::Scripted;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    /// A file of zeros, which takes no room.
    fn long(&self, name: &str, length: u64) -> PathBuf {
        let path = self.path(name);
        fs::File::create(&path).unwrap().set_len(length).unwrap();
        path
    }
}

/// Outside of a runtime, as in a blocking program.
fn open(path: PathBuf) -> Upload {
    Upload::open(path).now_or_never().unwrap().unwrap()
}

fn image(file: Upload) -> UploadImage {
    UploadImage {
        file,
        options: Default::default(),
    }
}

/// The document names no limit.
fn numbers(file: Upload) -> UploadAgreementNumbers {
    UploadAgreementNumbers {
        package_id: "8473295".to_owned(),
        file,
        bank_type: "ICBC_DEBIT".to_owned(),
        options: Default::default(),
    }
}

/// The body with the line between the parts taken out, which is a new one each time.
fn without_boundary(request: &Request<Bytes>) -> String {
    let content_type = request.headers()["content-type"].to_str().unwrap();
    let (_, boundary) = content_type.split_once("boundary=").unwrap();
    assert!(boundary.len() >= 32 && boundary.is_ascii(), "{boundary}");
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    body.replace(boundary, "LINE")
}

fn prepared(request: &UploadImage) -> Result<Request<Bytes>, Error> {
    let client = clients::v3(Scripted::new([]));
    let prepared = client.prepare(request).now_or_never().unwrap();
    prepared.map(|(request, _)| request)
}

const PNG: &[u8] = "PNG of some bytes".as_bytes();

#[test]
fn it_is_the_message_of_the_same_file_in_memory() {
    let folder = Folder::new();
    let disk = open(folder.file("图.png", PNG));
    let memory = Upload::new("图.png", PNG);
    assert_eq!((disk.name(), disk.length()), ("图.png", 17));
    assert_eq!(disk.sha256(), memory.sha256());
    assert_eq!((disk.content(), memory.path()), (None, None));
    assert_eq!(disk.path(), Some(&*folder.path("图.png")));

    let memory = prepared(&image(memory)).unwrap();
    let from_disk = prepared(&image(disk.clone())).unwrap();
    assert_eq!(without_boundary(&from_disk), without_boundary(&memory));
    assert_eq!(
        from_disk.headers()["authorization"],
        memory.headers()["authorization"],
        "meta alone is signed"
    );
    let again = prepared(&image(disk.clone())).unwrap();
    let content_type = |request: &Request<Bytes>| request.headers()["content-type"].clone();
    assert_ne!(content_type(&from_disk), content_type(&again));

    let renamed = prepared(&image(disk.named("b.jpg"))).unwrap();
    let text = without_boundary(&renamed);
    assert!(text.contains(r#""filename":"b.jpg""#), "{text}");
    assert!(text.contains("Content-Type: image/jpeg"), "{text}");
}

/// A transport that only knows `send` gets the whole message.
#[test]
fn a_transport_that_can_not_stream_gets_it_whole() {
    let folder = Folder::new();
    let request = image(open(folder.file("a.png", PNG)));
    let transport = Scripted::answering(Response::new(Bytes::new()));
    let client = clients::v3(transport.clone());
    client.send(&request).now_or_never().unwrap().unwrap_err();
    let seen = transport.seen();
    assert_eq!(
        without_boundary(&seen[0]),
        without_boundary(&prepared(&request).unwrap())
    );
}

#[test]
fn one_for_a_client_of_your_own_has_its_length_and_can_be_read_twice() {
    let folder = Folder::new();
    let client = clients::v3(Scripted::new([]));
    let collected = |body: &UploadBody| {
        let collected = body.collect(usize::MAX).now_or_never().unwrap();
        collected.unwrap()
    };
    for file in [open(folder.file("a.png", PNG)), Upload::new("a.png", PNG)] {
        let request = image(file);
        let prepared = client.prepare_upload(&request).now_or_never().unwrap();
        let (request, _) = prepared.unwrap();
        let body = request.body().clone();
        let whole = collected(&body);
        assert_eq!(whole.len() as u64, body.length());
        assert_eq!(collected(&body), whole);
        let text = without_boundary(&request.map(|_| whole));
        assert!(
            text.contains("\r\n\r\nPNG of some bytes\r\n--LINE--\r\n"),
            "{text}"
        );
    }
}

#[test]
fn one_that_is_too_long_for_memory_names_the_way_out() {
    let folder = Folder::new();
    let request = numbers(open(folder.long("a.csv", UploadBody::MAX_COLLECTED as u64)));
    let client = clients::v3(Scripted::new([]));
    let (http, _) = client
        .prepare_upload(&request)
        .now_or_never()
        .unwrap()
        .unwrap();
    assert!(http.body().length() > UploadBody::MAX_COLLECTED as u64);
    let prepared = client.prepare(&request).now_or_never().unwrap();
    let sent = client.send(&request).now_or_never().unwrap().map(drop);
    for error in [prepared.map(drop).unwrap_err(), sent.unwrap_err()] {
        assert_eq!(error.outcome(), Outcome::NotExecuted);
        let cause = cause(&error);
        assert!(cause.to_string().contains("prepare_upload"), "{cause}");
        assert!(cause.zh().contains("prepare_upload"), "{}", cause.zh());
    }
}

fn cause(error: &Error) -> &UploadError {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref() {
            return error;
        }
        source = error.source();
    }
    panic!("{error:?}")
}

#[test]
fn what_breaks_a_rule_is_refused_before_it_is_sent() {
    let folder = Folder::new();
    for (name, length, said) in [
        (
            "a.png",
            2_097_153,
            "must have at most 2097152 bytes, has 2097153",
        ),
        ("a.png", 0, "must not be empty"),
        ("a.gif", 3, "must have a name that ends with one of"),
    ] {
        let error = prepared(&image(open(folder.long(name, length)))).unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotExecuted);
        assert!(error.to_string().contains(said), "{error}");
    }
    let opened = |path| Upload::open(path).now_or_never().unwrap().unwrap_err();
    let missing = opened(folder.path("none.png"));
    assert!(std::error::Error::source(&missing).is_some(), "{missing}");
    let folder = opened(folder.path(""));
    assert!(folder.to_string().contains("regular file"), "{folder}");
    assert!(folder.zh().contains("普通文件"), "{}", folder.zh());
}

/// The pieces of a body until it ends or fails, and whether the whole of it came.
fn read(body: &UploadBody) -> (u64, Result<(), UploadError>) {
    let mut pieces = match body.open().now_or_never().unwrap() {
        Ok(pieces) => pieces,
        Err(error) => return (0, Err(error)),
    };
    let mut read = 0;
    loop {
        match pieces.next().now_or_never().unwrap() {
            Ok(Some(piece)) => read += piece.len() as u64,
            Ok(None) => return (read, Ok(())),
            Err(error) => return (read, Err(error)),
        }
    }
}

type Change = fn(&mut Vec<u8>);

/// Whatever happens to the file, and whenever: its last bytes do not leave.
#[test]
fn one_that_has_changed_is_never_whole() {
    const MIB: usize = 1 << 20;
    let changes: [(&str, Change); 5] = [
        ("first byte", |bytes| bytes[0] ^= 1),
        ("middle", |bytes| bytes[MIB / 2] ^= 1),
        ("last byte", |bytes| bytes[MIB - 1] ^= 1),
        ("shorter", |bytes| bytes.truncate(MIB - 1)),
        ("longer", |bytes| bytes.push(0)),
    ];
    for (what, change) in changes {
        let folder = Folder::new();
        let mut bytes = vec![7; MIB];
        let path = folder.file("a.png", &bytes);
        let request = image(open(path.clone()));
        let client = clients::v3(Scripted::new([]));
        let prepared = client.prepare_upload(&request).now_or_never().unwrap();
        let (http, _) = prepared.unwrap();
        let (length, whole) = read(http.body());
        whole.unwrap();
        assert_eq!(length, http.body().length());

        change(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        let (left, end) = read(http.body());
        let error = end.unwrap_err();
        assert!(left < length, "{what}: {left} of {length}");
        assert!(error.to_string().contains("was changed"), "{what}: {error}");
        assert!(error.zh().contains("被修改"), "{what}: {}", error.zh());

        fs::remove_file(&path).unwrap();
        let (left, end) = read(http.body());
        assert!(left == 0 && end.is_err(), "{what}");
    }
}

/// It changes between two pieces, when its length was looked at long ago.
#[test]
fn one_that_changes_while_it_is_read_is_never_whole() {
    let folder = Folder::new();
    let path = folder.long("a.csv", 3 << 20);
    let request = numbers(open(path.clone()));
    let client = clients::v3(Scripted::new([]));
    for length in [(3 << 20) - 1, (3 << 20) + 1] {
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(3 << 20)
            .unwrap();
        let prepared = client.prepare_upload(&request).now_or_never().unwrap();
        let (http, _) = prepared.unwrap();
        let mut pieces = http.body().open().now_or_never().unwrap().unwrap();
        let mut next = || pieces.next().now_or_never().unwrap();
        next().unwrap().unwrap();
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(length)
            .unwrap();
        let error = loop {
            match next() {
                Ok(piece) => assert!(piece.is_some(), "it came whole"),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains("was changed"), "{error}");
    }
}

#[test]
fn it_shows_no_bytes_and_is_no_json() {
    let folder = Folder::new();
    let file = open(folder.file("a.png", PNG));
    let shown = format!("{:?}", image(file.clone()));
    assert!(
        shown.contains("a.png") && shown.contains("bytes: 17"),
        "{shown}"
    );
    let error = serde_json::to_string(&image(file.clone())).unwrap_err();
    assert!(
        error.to_string().contains("can't be written as JSON"),
        "{error}"
    );
    assert_eq!(file, open(folder.path("a.png")));
    assert_ne!(file, Upload::new("a.png", PNG));
}

#[test]
fn a_call_by_its_description_takes_it_beside_the_members() {
    let folder = Folder::new();
    let file = open(folder.file("a.png", PNG));
    let operation = wxpay_catalog::find("v3.merchant_service.upload_image").unwrap();
    let empty = Json::object([("file", Json::Null)]);
    let request = DynamicRequest::new(operation, empty).file("file", file.clone());
    request.check().unwrap();
    let client = clients::v3(Scripted::new([]));
    let (dynamic, _) = client.prepare(&request).now_or_never().unwrap().unwrap();
    let typed = prepared(&image(file.clone())).unwrap();
    assert_eq!(without_boundary(&dynamic), without_boundary(&typed));
    let authorization = |request: &Request<Bytes>| request.headers()["authorization"].clone();
    assert_eq!(authorization(&dynamic), authorization(&typed));

    let of = |json| DynamicRequest::new(operation, Json::parse(json).unwrap());
    let once = of(br#"{"file": {"name": "a.png", "content": "UE5H"}}"#);
    once.check().unwrap();
    for (request, said) in [
        (once.file("file", file.clone()), "file: must be given once"),
        (
            of(b"{}")
                .file("file", file.clone())
                .file("file", file.clone()),
            "file: must be given once",
        ),
        (
            of(b"{}").file("sha256", file.clone()),
            "sha256: is not a file of this request",
        ),
        (of(b"{}"), "file: is required"),
        // No path in JSON makes this machine's files leave it.
        (
            of(br#"{"file": "/etc/hostname"}"#),
            "file: must be an object",
        ),
        (
            of(br#"{"file": {"path": "/etc/hostname", "name": "a.png"}}"#),
            "file: must not be empty",
        ),
    ] {
        let error = request.check().unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        let sent = client.send(&request).now_or_never().unwrap().unwrap_err();
        assert_eq!(sent.outcome(), Outcome::NotExecuted);
    }
    let v2 = wxpay_catalog::find("v2.pay.query_order").unwrap();
    let order = Json::object([("out_trade_no", Json::from("1"))]);
    let error = DynamicRequest::new(v2, order).file("file", file).check();
    assert!(error.unwrap_err().to_string().contains("is not a file"));
}

//! Any file as an upload: anyone who takes the message apart finds the two parts that were meant,
//! and no third one.

use std::sync::LazyLock;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use wxpay_api::Upload;
use wxpay_api::core::{MchId, Outcome, Timestamp};
use wxpay_api::transport::{Transport, TransportError, UploadBody};
use wxpay_api::v3::marketing::UploadAgreementNumbers;
use wxpay_api::v3::{Client, Credentials};

use crate::fixtures::{Credulous, Unsigned, now};

/// Reads the input as the length of a name, the name, and the file.
pub fn run(data: &[u8]) {
    let Some((length, rest)) = data.split_first() else {
        return;
    };
    let (name, content) = rest.split_at(rest.len().min(usize::from(*length)));
    let name = String::from_utf8_lossy(name).into_owned();
    let request = UploadAgreementNumbers {
        package_id: "8473295".to_owned(),
        file: Upload::new(name.clone(), content.to_vec()),
        bank_type: "ICBC_DEBIT".to_owned(),
        options: Default::default(),
    };
    let prepared = now(CLIENT.prepare(&request)).map(|(http, _)| http);
    let in_pieces = now(CLIENT.prepare_upload(&request)).map(|(http, _)| http);
    let (http, in_pieces) = match (prepared, in_pieces) {
        (Ok(http), Ok(in_pieces)) => (http, in_pieces),
        (Err(error), Err(_)) => return assert_eq!(error.outcome(), Outcome::NotExecuted),
        (one, other) => panic!("{one:?} {other:?}"),
    };
    let (meta, file) = parts(&http);
    assert_eq!(meta["filename"], name.as_str());
    assert_eq!(meta["bank_type"], "ICBC_DEBIT");
    assert_eq!(meta["sha256"], request.file.sha256());
    assert_eq!(file, content);

    let body: &UploadBody = in_pieces.body();
    assert_eq!(body.length(), http.body().len() as u64);
    let collected = now(body.collect(usize::MAX)).expect("it is in memory");
    assert_eq!(collected, http.body());
    assert!(now(body.collect(collected.len() - 1)).is_err());
}

/// The part `meta` and the file, by a reader that knows nothing but the line between them.
fn parts(http: &Request<Bytes>) -> (serde_json::Value, Vec<u8>) {
    let kind = http.headers()["content-type"].to_str().expect("ASCII");
    let boundary = kind
        .strip_prefix("multipart/form-data; boundary=")
        .expect("a message of parts");
    assert!(boundary.len() <= 70, "RFC 2046 allows no more");
    let body = http.body().as_ref();
    let line = format!("--{boundary}");
    let lines: Vec<usize> = (0..body.len())
        .filter(|&at| body[at..].starts_with(line.as_bytes()))
        .collect();
    let [first, second, last] = lines[..] else {
        panic!("{} lines: {}", lines.len(), body.escape_ascii());
    };
    assert_eq!(first, 0);
    assert_eq!(&body[last + line.len()..], b"--\r\n");
    let part = |from: usize, to: usize| {
        let part = body[from + line.len()..to].strip_prefix(b"\r\n");
        let part = part.and_then(|part| part.strip_suffix(b"\r\n"));
        let part = part.expect("a line ends before and behind it");
        let end = part.windows(4).position(|end| end == b"\r\n\r\n");
        let (head, content) = part.split_at(end.expect("an end of its head"));
        let head = String::from_utf8(head.to_vec()).expect("UTF-8");
        assert_eq!(head.lines().count(), 2, "{head}");
        (head, content[4..].to_vec())
    };
    let (head, meta) = part(first, second);
    assert!(head.starts_with("Content-Disposition: form-data; name=\"meta\"\r\n"));
    let (head, file) = part(second, last);
    assert_eq!(head.matches('"').count(), 4, "{head}");
    (serde_json::from_slice(&meta).expect("JSON"), file)
}

#[derive(Debug)]
struct Offline;

#[async_trait]
impl Transport for Offline {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        unreachable!("nothing is sent")
    }
}

/// Its nonces are as easy to guess as can be: a file can hold the line that they begin.
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    Client::builder(
        MchId::new("1900000109").expect("a merchant"),
        Credentials::new(Unsigned, Credulous),
        Offline,
    )
    .nonce(|| Ok("N".to_owned()))
    .clock(|| Timestamp::from_unix(1_796_000_000).expect("a date"))
    .build()
    .expect("nothing is wrong with it")
});

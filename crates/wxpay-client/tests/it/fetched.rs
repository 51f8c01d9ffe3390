//! Files that come in pieces: whole, wrong, broken off, and the errors that come in their place.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use futures_executor::block_on;
use http::{Request, Response};
use wxpay_client::core::{
    DecodeError, ErrorKind, InvalidInput, Params, TransportError, VerificationFailure,
};
use wxpay_client::sign::Verified;
use wxpay_client::sign::v2::SignType;
use wxpay_client::transport::{Chunks, Download, DownloadLimits, Transport};
use wxpay_client::v2::{Endpoint, Form, Meta};
use wxpay_client::{File, FileDigest, FileError};
use wxpay_test_support::clients;

const URL: &str = "https://api.mch.weixin.qq.com/v3/billdownload/file?token=abc";
const SHA1: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
const SHA256: &str = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";

/// Answers with these pieces, of which the last may be a break.
#[derive(Debug)]
struct InPieces(Mutex<Option<Response<Pieces>>>);

#[derive(Debug)]
struct Pieces(VecDeque<Result<Bytes, TransportError>>);

impl InPieces {
    fn new(status: u16, pieces: &[&str]) -> Self {
        let pieces = pieces.iter().map(|piece| match *piece {
            "!" => Err(TransportError::maybe_sent("closed")),
            piece => Ok(Bytes::from(piece.to_owned())),
        });
        let response = Response::builder()
            .status(status)
            .header("content-length", "3");
        Self(Mutex::new(Some(
            response.body(Pieces(pieces.collect())).unwrap(),
        )))
    }
}

#[async_trait]
impl Transport for InPieces {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        panic!("a file is downloaded")
    }

    async fn download(
        &self,
        _: Request<Bytes>,
        limits: DownloadLimits,
    ) -> Result<Response<Download>, TransportError> {
        let response = self.0.lock().unwrap().take().unwrap();
        Ok(response.map(|pieces| Download::new(pieces, limits)))
    }
}

#[async_trait]
impl Chunks for Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        self.0.pop_front().transpose()
    }
}

fn begun(
    status: u16,
    pieces: &[&str],
    digest: &FileDigest,
) -> Result<File, wxpay_client::core::Error> {
    let client = clients::v3(InPieces::new(status, pieces));
    block_on(client.download(URL, digest.clone(), DownloadLimits::DEFAULT))
}

#[test]
fn a_file_is_what_its_digest_says() {
    for digest in [
        FileDigest::new("SHA1", SHA1).unwrap(),
        FileDigest::new("SHA1", SHA1).unwrap().as_fetched(),
        FileDigest::new("SHA256", SHA256).unwrap(),
    ] {
        let file = begun(200, &["ab", "c"], &digest).unwrap();
        assert!(file.has_digest());
        assert_eq!(file.progress().total, Some(3));
        assert_eq!(block_on(file.read()).unwrap(), b"abc");
        let mut out = Vec::new();
        let mut steps = Vec::new();
        let file = begun(200, &["ab", "c"], &digest).unwrap();
        let written = block_on(file.write_to(&mut out, |progress| steps.push(progress.fetched)));
        assert_eq!((written.unwrap(), out.as_slice()), (3, &b"abc"[..]));
        assert_eq!(steps.last(), Some(&3));
        let error = block_on(begun(200, &["ab", "d"], &digest).unwrap().read()).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Verification(error) if *error.failure() == VerificationFailure::OtherDigest),
            "{error}"
        );
        let error = block_on(begun(200, &["ab", "!"], &digest).unwrap().read()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Transport(_)), "{error}");
    }
    assert!(FileDigest::new("SHA1", SHA1).unwrap() != FileDigest::new("SHA256", SHA256).unwrap());
    for (kind, value, field) in [
        ("MD5", SHA1, "hash_type"),
        ("SHA1", SHA256, "hash_value"),
        ("SHA256", SHA1, "hash_value"),
        (
            "SHA1",
            "g9993e364706816aba3e25717850c26c9cd0d89d",
            "hash_value",
        ),
    ] {
        assert_eq!(FileDigest::new(kind, value).unwrap_err().field(), field);
    }
}

#[test]
fn a_file_that_broke_off_is_not_read_on() {
    let digest = FileDigest::new("SHA1", SHA1).unwrap();
    let mut file = begun(200, &["abc", "!", "abc"], &digest).unwrap();
    let mut out = Vec::new();
    loop {
        match block_on(file.chunk()) {
            Ok(Some(piece)) => out.extend_from_slice(&piece),
            Ok(None) => panic!("the file has no end"),
            Err(_) => break,
        }
    }
    assert!(block_on(file.chunk()).is_err());
    // The end is the end, too.
    let mut file = begun(200, &["abc"], &digest).unwrap();
    while block_on(file.chunk()).unwrap().is_some() {}
    assert_eq!(block_on(file.chunk()).unwrap(), None);

    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("full"))
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let file = begun(200, &["abc"], &digest).unwrap();
    let error = block_on(file.write_to(&mut Full, |_| {})).unwrap_err();
    assert!(matches!(error, FileError::Write(_)), "{error}");
}

#[test]
fn debug_shows_how_far_a_file_has_come() {
    let digest = FileDigest::new("SHA1", SHA1).unwrap();
    assert_eq!(format!("{digest:?}"), format!("SHA1:{SHA1} (Unpacked)"));
    let file = begun(200, &["abc"], &digest).unwrap();
    let shown = format!("{file:?}");
    assert!(
        shown.starts_with(r#"File { operation: "v3.download", progress: "#),
        "{shown}"
    );
}

#[test]
fn an_error_in_the_place_of_a_file_is_read_to_its_end() {
    let digest = FileDigest::new("SHA1", SHA1).unwrap();
    let space = " ".repeat(1000);
    let pieces = [
        r#"{"message":"x","#,
        &space,
        &space,
        &space,
        r#""code":"NO_STATEMENT"}"#,
    ];
    let error = begun(404, &pieces, &digest).unwrap_err();
    let ErrorKind::Protocol(claimed) = error.kind() else {
        panic!("{error}");
    };
    assert_eq!(claimed.claimed_code(), Some("NO_STATEMENT"));
    for url in [
        "https://other.example/x",
        "not a URL",
        "https://mch.weixin.qq.com.example/x",
    ] {
        let client = clients::v3(InPieces::new(200, &[]));
        let fetched = block_on(client.download(url, digest.clone(), DownloadLimits::DEFAULT));
        let error = fetched.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Invalid(error) if error.field() == "download_url"),
            "{error}"
        );
    }
}

/// A bill of APIv2.
struct Bill;

impl Endpoint for Bill {
    type Response = ();
    const META: &'static Meta = &Meta::read("my.bill", "/my/bill")
        .file_reply()
        .unsigned_reply();

    fn encode(&self, _: &mut Form) -> Result<(), InvalidInput> {
        Ok(())
    }

    fn decode(&self, _: Verified<Params>) -> Result<(), DecodeError> {
        Ok(())
    }
}

#[test]
fn a_file_of_apiv2_is_told_from_a_message() {
    let begun = |pieces: &[&str]| {
        let client = clients::v2(SignType::Md5, InPieces::new(200, pieces));
        block_on(client.download(&Bill, DownloadLimits::DEFAULT))
    };
    let file = begun(&["\u{FEFF}", " \r\n", "交易时间", "x"]).unwrap();
    assert!(!file.has_digest());
    let text = String::from_utf8(block_on(file.read()).unwrap()).unwrap();
    assert_eq!(text, "\u{FEFF} \r\n交易时间x");
    let space = " ".repeat(1000);
    let failure = [
        "\u{FEFF}",
        " <xml><return_code>FAIL</return_code>",
        &space,
        &space,
        &space,
        "<return_msg>No Bill Exist</return_msg></xml>",
    ];
    let error = begun(&failure).unwrap_err();
    let ErrorKind::Protocol(claimed) = error.kind() else {
        panic!("{error}");
    };
    assert_eq!(claimed.claimed_message(), "No Bill Exist");
    for nothing in [&[][..], &["!"], &["<xml>"]] {
        assert!(begun(nothing).is_err());
    }
}

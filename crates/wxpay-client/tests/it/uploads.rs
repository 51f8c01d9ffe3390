//! Files that are uploaded: what may be one, and the message around it.

use std::fs;

use futures_executor::block_on;
use wxpay_client::Upload;
use wxpay_client::core::{DecodeProblem, ErrorKind, InvalidInput, Outcome};
use wxpay_client::json::{Json, Object};
use wxpay_client::v3::Call;
use wxpay_test_support::clients;
use wxpay_test_support::scripted::Scripted;

use crate::asked::{Called, called};

const PNG: &[&str] = &["png", "jpg"];

fn sent(file: &Upload, extensions: &[&str], max: Option<u64>) -> Result<String, InvalidInput> {
    let sent = called(|call| {
        call.path_integer("id", 1, ..)?;
        call.json(Json::object([("sha256", Json::from(file.sha256()))]))?;
        call.file("file", file, extensions, max)
    });
    sent.map(|(_, body)| body)
}

#[test]
fn a_file_in_memory_is_what_it_was_made_of() {
    let file = Upload::new("a.PNG", "abc");
    assert_eq!((file.name(), file.length()), ("a.PNG", 3));
    assert_eq!(file.content().unwrap(), &"abc");
    assert_eq!(file.path(), None);
    assert_eq!(
        file.sha256(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(file.clone().named("b.png").name(), "b.png");
    assert_eq!(file, Upload::new("a.PNG", "abc"));
    assert_ne!(file, Upload::new("a.PNG", "abd"));
    assert_ne!(file, Upload::new("b.PNG", "abc"));
    assert_eq!(format!("{file:?}"), r#"Upload { name: "a.PNG", bytes: 3 }"#);
}

#[test]
fn a_file_on_disk_is_read_when_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("licence.png");
    fs::write(&path, "abc").unwrap();
    let file = block_on(Upload::open(&path)).unwrap();
    let memory = Upload::new("licence.png", "abc");
    assert_eq!((file.name(), file.length()), ("licence.png", 3));
    assert_eq!(file.path(), Some(path.as_path()));
    assert_eq!(file.content(), None);
    assert_eq!(file.sha256(), memory.sha256());
    assert_eq!(
        format!("{file:?}"),
        r#"Upload { name: "licence.png", bytes: 3 }"#
    );
    let body = sent(&file, PNG, Some(3)).unwrap();
    assert!(body.contains("\r\n\r\nabc\r\n--"), "{body}");
    // Changed behind the program's back, it is not sent.
    fs::write(&path, "abd").unwrap();
    let called = Called(|call: &mut Call| {
        call.path_integer("id", 1, ..)?;
        call.file("file", &file, PNG, None)
    });
    let client = clients::v3(Scripted::default());
    let error = block_on(client.prepare(&called)).unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotExecuted);
    assert!(matches!(error.kind(), ErrorKind::Transport(_)), "{error}");
    assert!(block_on(Upload::open(folder.path())).is_err());
    assert!(block_on(Upload::open(folder.path().join("none"))).is_err());
}

#[test]
fn the_message_has_the_json_and_the_file() {
    let file = Upload::new("a.png", "abc");
    let body = sent(&file, PNG, Some(3)).unwrap();
    let boundary = body.split("\r\n").next().unwrap();
    assert_eq!(
        body,
        format!(
            "{boundary}\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n\
             {{\"sha256\":\"{}\"}}\r\n\
             {boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\
             abc\r\n{boundary}--\r\n",
            file.sha256()
        )
    );
    // A line of the file is never taken for the end of it.
    let hostile = Upload::new("a.png", boundary.strip_prefix("--").unwrap().to_owned());
    let body = sent(&hostile, PNG, None).unwrap();
    assert!(body.starts_with(&format!("{boundary}-1\r\n")), "{body}");
}

#[test]
fn each_ending_has_its_type() {
    for (ending, media_type) in [
        ("jpg", "image/jpeg"),
        ("JPEG", "image/jpeg"),
        ("png", "image/png"),
        ("bmp", "image/bmp"),
        ("gif", "image/gif"),
        ("pdf", "application/pdf"),
        ("mp4", "video/mp4"),
        ("avi", "video/x-msvideo"),
        ("wmv", "video/x-ms-wmv"),
        ("mpeg", "video/mpeg"),
        ("mov", "video/quicktime"),
        ("mkv", "video/x-matroska"),
        ("flv", "video/x-flv"),
        ("m4v", "video/x-m4v"),
        ("txt", "application/octet-stream"),
    ] {
        let body = sent(&Upload::new(format!("a.{ending}"), "x"), &[], None).unwrap();
        let line = format!("\r\nContent-Type: {media_type}\r\n\r\nx\r\n");
        assert!(body.contains(&line), "{ending}: {body}");
    }
}

#[test]
fn what_is_no_file_of_the_field_is_told() {
    let long = "a".repeat(125);
    sent(&Upload::new(format!("{long}png"), "abc"), &[], Some(3)).unwrap();
    sent(&Upload::new("A.JPG", "abc"), PNG, Some(4)).unwrap();
    let name = "must have a name of 1 to 128 characters";
    let path = "must have a name without a path, quotation marks and control characters";
    let ending = "must have a name that ends with one of png, jpg";
    for (file, rule) in [
        (Upload::new("", "abc"), name),
        (Upload::new(format!("{long}.png"), "abc"), name),
        (Upload::new("a/b.png", "abc"), path),
        (Upload::new("a\\b.png", "abc"), path),
        (Upload::new("a\".png", "abc"), path),
        (Upload::new("a\n.png", "abc"), path),
        (Upload::new("a.gif", "abc"), ending),
        (Upload::new("png", "abc"), ending),
        (Upload::new("a.png", ""), "must not be empty"),
        (
            Upload::new("a.png", "abcd"),
            "must have at most 3 bytes, has 4",
        ),
    ] {
        let error = sent(&file, PNG, Some(3)).unwrap_err();
        assert_eq!((error.field(), error.rule()), ("file", rule));
    }
    let twice = called(|call| {
        let file = Upload::new("a.png", "abc");
        call.file("first", &file, &[], None)?;
        call.file("second", &file, &[], None)
    });
    assert_eq!(
        twice.unwrap_err().to_string(),
        "second: must be the only file"
    );
}

#[test]
fn a_file_in_json_is_its_name_and_its_bytes_in_base64() {
    let read = |text: &str| {
        let json = Json::parse(text.as_bytes()).unwrap();
        Upload::read(&Object::of(&json).unwrap())
    };
    let file = Upload::new("a.png", "abc");
    assert_eq!(read(r#"{"name":"a.png","content":"YWJj"}"#).unwrap(), file);
    assert_eq!(
        read(r#"{"name":"a.png"}"#).unwrap(),
        Upload::new("a.png", "")
    );
    let error = read(r#"{"name":"a.png","content":"?"}"#).unwrap_err();
    assert_eq!(
        (error.field(), error.problem()),
        ("content", &DecodeProblem::Malformed)
    );
    let error = read(r#"{"content":"YWJj"}"#).unwrap_err();
    assert_eq!(
        (error.field(), error.problem()),
        ("name", &DecodeProblem::Missing)
    );
    #[cfg(feature = "serde")]
    assert_eq!(
        serde_json::to_string(&file).unwrap(),
        r#"{"name":"a.png","content":"YWJj"}"#
    );
}

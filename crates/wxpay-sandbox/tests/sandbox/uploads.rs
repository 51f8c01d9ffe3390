//! Files that are uploaded, and images that are downloaded.

use aws_lc_rs::digest::{SHA256, digest};
use reqwest::Response;
use serde_json::{Value, json};
use wxpay_sandbox::{Api, Fault, Sandbox};

use crate::client::Client;

const FILE: &str = "/v3/merchant/media/upload";
const VIDEO: &str = "/v3/merchant/media/video_upload";
const IMAGE: &str = "/v3/merchant-service/images/upload";

/// Begins like a PNG file.
fn png(length: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.resize(length, 7);
    bytes
}

fn meta(filename: &str, file: &[u8]) -> String {
    let sha256 = digest(&SHA256, file);
    let sha256: String = sha256.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    json!({"filename": filename, "sha256": sha256}).to_string()
}

impl Client {
    /// Uploads a file; `signed` is what is signed of the request.
    async fn upload(&self, target: &str, meta: &str, file: &[u8], signed: &[u8]) -> Response {
        let body = parts(&[
            ("meta\"", meta.as_bytes()),
            ("file\"; filename=\"a.png\"", file),
        ]);
        self.upload_parts(target, body, signed).await
    }

    async fn upload_parts(&self, target: &str, body: Vec<u8>, signed: &[u8]) -> Response {
        let now = self.sandbox.now().unix();
        let request = self.without.post(self.url(target)).body(body);
        let request = request
            .header("accept", "application/json")
            .header("user-agent", "wxpay-sandbox-tests")
            .header("content-type", "multipart/form-data; boundary=b0undary")
            .header(
                "authorization",
                self.authorization_of("POST", target, now, signed),
            );
        request.send().await.unwrap()
    }

    /// Uploads what is signed rightly, and gives the status and the body.
    async fn uploaded(&self, target: &str, filename: &str, file: &[u8]) -> (u16, Value) {
        let meta = meta(filename, file);
        let reply = self.upload(target, &meta, file, meta.as_bytes()).await;
        self.read_transaction(reply).await
    }
}

fn parts(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in parts {
        let head = format!("--b0undary\r\nContent-Disposition: form-data; name=\"{name}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b0undary--\r\n");
    body
}

#[tokio::test]
async fn files_are_taken_in_and_images_given_back() {
    let client = Client::start().await;
    for (target, filename, file) in [
        (FILE, "a.PNG", png(100)),
        (
            FILE,
            "a.pdf",
            [b"%PDF-1.7".to_vec(), vec![7; 7_000_000]].concat(),
        ),
        (VIDEO, "a.mp4", vec![7; 100]),
        (IMAGE, "营业执照.png", png(2 << 20)),
    ] {
        let (status, made) = client.uploaded(target, filename, &file).await;
        assert_eq!(status, 200, "{made}");
        let uploads = client.sandbox.uploads();
        let last = uploads.last().unwrap();
        assert_eq!(made["media_id"], *last.media_id);
        assert_eq!((&*last.filename, last.size), (filename, file.len()));
        assert_eq!(last.content.is_some(), target == IMAGE);
    }
    let uploads = client.sandbox.uploads();
    let target = format!("/v3/merchant-service/images/{}", uploads[3].media_id);
    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(Sandbox::builder().snapshot(&*snapshot)).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    for client in [client, next] {
        let image = client.send(&target, None, None).await;
        assert_eq!(image.headers()["content-type"], "image/png");
        assert!(!image.headers().contains_key("wechatpay-signature"));
        assert_eq!(image.bytes().await.unwrap(), png(2 << 20));
        // What is not an image of a complaint stays there.
        let other = format!("/v3/merchant-service/images/{}", uploads[0].media_id);
        let (status, refused) = client.get_json(&other).await;
        assert_eq!((status, &refused["code"]), (400, &json!("PARAM_ERROR")));
    }
}

#[tokio::test]
async fn files_that_break_a_rule_are_refused_by_name() {
    let client = Client::start().await;
    for (target, filename, file, said) in [
        (FILE, "a.gif", png(100), "文件名称不正确"),
        (FILE, "png", png(100), "文件名称不正确"),
        (FILE, "a.png", Vec::new(), "文件为空"),
        (FILE, "a.png", b"GIF89a".to_vec(), "文件二进制内容不是图片"),
        (FILE, "a.png", png((5 << 20) + 1), "文件大小不能超过5M"),
        (VIDEO, "a.mp4", png((5 << 20) + 1), "文件大小不能超过5M"),
        (VIDEO, "a.mp4", png(30 << 20), "文件大小不能超过5M"),
        (VIDEO, "a.png", png(100), "文件名称不正确"),
        (IMAGE, "a.png", png((2 << 20) + 1), "文件大小不能超过2M"),
        (IMAGE, "a.pdf", b"%PDF-1.7".to_vec(), "文件名称不正确"),
    ] {
        let (status, refused) = client.uploaded(target, filename, &file).await;
        assert_eq!((status, &refused["code"]), (400, &json!("PARAM_ERROR")));
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains(said), "{message}");
    }
    let other = meta("a.png", b"another file");
    let reply = client
        .upload(FILE, &other, &png(100), other.as_bytes())
        .await;
    let (_, refused) = client.read_transaction(reply).await;
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .contains("sha256值有误")
    );

    let good = meta("a.png", &png(100));
    for (body, said) in [
        (parts(&[("meta\"", good.as_bytes())]), "缺少file"),
        (parts(&[("file\"", &png(100))]), "缺少meta"),
        (parts(&[("meta\"", b"{}"), ("meta\"", b"{}")]), "有两个meta"),
        (b"--b0undary".to_vec(), "multipart/form-data"),
    ] {
        let reply = client.upload_parts(FILE, body, good.as_bytes()).await;
        assert_eq!(reply.status(), 400);
        let refused: Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
        assert!(
            refused["message"].as_str().unwrap().contains(said),
            "{refused}"
        );
    }
    let json = client.send(FILE, None, Some("{}")).await;
    assert_eq!(json.status(), 400);
    assert!(client.sandbox.uploads().is_empty());
}

#[tokio::test]
async fn the_meta_is_what_is_signed() {
    let client = Client::start().await;
    let (file, meta) = (png(100), meta("a.png", &png(100)));
    let body = parts(&[
        ("meta\"", meta.as_bytes()),
        ("file\"; filename=\"a.png\"", &file),
    ]);
    let respaced = meta.replace(':', ": ").replace(',', ", ");
    for (signed, said) in [
        (&body[..], "only the text of its part meta"),
        (b"", "An empty body was signed"),
        (respaced.as_bytes(), "written again after signing"),
    ] {
        let reply = client.upload(FILE, &meta, &file, signed).await;
        assert_eq!(reply.status(), 401);
        let seen = client.sandbox.requests().pop().unwrap();
        assert!(seen.signatures[0].text.ends_with(&format!("{meta}\n")));
        let cause = seen.signatures[0].causes[0].english();
        assert!(cause.contains(said), "{cause}");
    }
}

#[tokio::test]
async fn an_upload_goes_wrong_as_told() {
    let client = Client::start().await;
    let api = Api::named("v3.merchant.upload_file").unwrap();
    let file = png(100);
    client
        .sandbox
        .inject(api, Fault::error_code("SYSTEM_ERROR", "系统错误"))
        .unwrap();
    let (status, refused) = client.uploaded(FILE, "a.png", &file).await;
    assert_eq!((status, &refused["code"]), (500, &json!("SYSTEM_ERROR")));
    assert!(client.sandbox.uploads().is_empty());
    client.sandbox.inject(api, Fault::OtherReply).unwrap();
    let (_, other) = client.uploaded(FILE, "a.png", &file).await;
    assert_ne!(other["media_id"], *client.sandbox.uploads()[0].media_id);
}

//! 文件上传, 视频上传 and 图片上传.

use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::random::{ALPHANUMERIC, another};
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Content, Request};
use crate::{Api, Media};

/// What files an endpoint takes.
pub(crate) struct Kind {
    /// What the words of errors call them.
    name: &'static str,
    /// The endings of names, and how long such a file may be, in bytes.
    endings: &'static [(&'static str, u64)],
    /// The same for people.
    most: &'static str,
    /// Whether what is in a file has to look like it.
    looks: bool,
    /// Whether it can be downloaded.
    kept: bool,
}

/// The body of the response.
#[derive(Serialize)]
struct Uploaded {
    media_id: String,
}

/// 文件上传.
pub(crate) const FILE: Endpoint = Endpoint::v3_upload(
    "v3.merchant.upload_file",
    "/v3/merchant/media/upload",
    |request| respond(request, &FILES),
);

/// 视频上传.
pub(crate) const VIDEO: Endpoint = Endpoint::v3_upload(
    "v3.merchant.upload_video",
    "/v3/merchant/media/video_upload",
    |request| respond(request, &VIDEOS),
);

/// 图片上传 of complaints.
pub(crate) const IMAGE: Endpoint = Endpoint::v3_upload(
    "v3.merchant_service.upload_image",
    "/v3/merchant-service/images/upload",
    |request| respond(request, &IMAGES),
);

fn respond(request: &Request<'_>, kind: &Kind) -> Result<Answer, Answer> {
    let media_id = take(request, kind, "sha256")?;
    Ok(Answer::ok(Uploaded { media_id }))
}

/// Takes the file in, if the request is to take effect, and gives its id. `digest` is the member of
/// `meta` with the SHA-256.
pub(crate) fn take(request: &Request<'_>, kind: &Kind, digest: &str) -> Result<String, Answer> {
    let form = request
        .call
        .form()
        .ok_or_else(|| wrong("请求体不是合法的multipart/form-data"))?;
    let meta = Body::parse(&form.meta)?;
    let fields = Object::root(&meta)?;
    let filename = fields.text("filename", 128)?;
    let sha256 = fields.text(digest, 64)?;
    let ending = filename
        .rsplit_once('.')
        .map(|(_, ending)| ending)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let endings = kind.endings.iter();
    let most = endings.clone().find(|(known, _)| *known == ending);
    let name = kind.name;
    let (_, most) = most.ok_or_else(|| {
        let known: Vec<_> = endings.map(|(known, _)| *known).collect();
        wrong(&format!("{name}文件名称不正确，只支持{}", known.join("，")))
    })?;
    let file = &form.file;
    if file.size == 0 {
        return Err(wrong("文件为空，请检查后重新提交"));
    }
    if file.size > *most {
        let most = kind.most;
        return Err(wrong(&format!("文件大小不能超过{most}，请检查后重新提交")));
    }
    if kind.looks && !looks_like(&ending, &file.start) {
        return Err(wrong(&format!(
            "文件二进制内容不是{name}，请检查后重新提交"
        )));
    }
    if !sha256.eq_ignore_ascii_case(&file.sha256) {
        return Err(wrong(&format!("{name}sha256值有误，请检查后重新提交")));
    }
    let media_id = request.shared.random.text(ALPHANUMERIC, 64);
    if request.commit {
        request.shared.state().uploads.add(Media {
            media_id: media_id.clone(),
            api: Api::of(request.route.endpoint),
            filename: filename.to_owned(),
            sha256: file.sha256.clone(),
            size: usize::try_from(file.size).unwrap_or(usize::MAX),
            content: kind.kept.then(|| file.whole().cloned()).flatten(),
        });
    }
    Ok(media_id)
}

/// Whether a file begins as one of its ending does.
fn looks_like(ending: &str, file: &[u8]) -> bool {
    match ending {
        "jpg" | "jpeg" => file.starts_with(&[0xFF, 0xD8, 0xFF]),
        "png" => file.starts_with(b"\x89PNG\r\n\x1a\n"),
        "bmp" => file.starts_with(b"BM"),
        "pdf" => file.starts_with(b"%PDF-"),
        _ => true,
    }
}

fn wrong(message: &str) -> Answer {
    Answer::error(400, "PARAM_ERROR", message)
}

impl Content for Uploaded {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.media_id = another(&self.media_id);
    }

    fn tamper(&mut self) {
        self.become_another();
    }
}

const MIB: u64 = 1 << 20;

const FILES: Kind = Kind {
    name: "图片",
    endings: &[
        ("jpg", 5 * MIB),
        ("jpeg", 5 * MIB),
        ("png", 5 * MIB),
        ("bmp", 5 * MIB),
        ("pdf", 15 * MIB / 2),
    ],
    most: "5M（PDF不能超过7.5M）",
    looks: true,
    kept: false,
};

const VIDEOS: Kind = Kind {
    name: "视频",
    endings: &[
        ("avi", 5 * MIB),
        ("wmv", 5 * MIB),
        ("mpeg", 5 * MIB),
        ("mp4", 5 * MIB),
        ("mov", 5 * MIB),
        ("mkv", 5 * MIB),
        ("flv", 5 * MIB),
        ("f4v", 5 * MIB),
        ("m4v", 5 * MIB),
        ("rmvb", 5 * MIB),
    ],
    most: "5M",
    looks: false,
    kept: false,
};

pub(crate) const IMAGES: Kind = Kind {
    name: "图片",
    endings: &[("jpg", 2 * MIB), ("png", 2 * MIB), ("bmp", 2 * MIB)],
    most: "2M",
    looks: true,
    kept: true,
};

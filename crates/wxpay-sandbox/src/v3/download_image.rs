//! 图片请求: an image of a complaint.

use http::Method;
use percent_encoding::percent_decode_str;

use crate::endpoint::{Endpoint, Reply};
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        subject: false,
        ..Reply::UNSIGNED
    },
    ..Endpoint::v3(
        "v3.merchant_service.download_image",
        &Method::GET,
        "/v3/merchant-service/images/{media_id}",
        respond,
    )
};

/// Gives the image, without a signature.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let part = request.route.part("media_id");
    let media_id = percent_decode_str(part).decode_utf8_lossy();
    let state = request.shared.state();
    let media = state.uploads.get(&media_id);
    let found = media.and_then(|media| Some((media, media.content.as_ref()?)));
    let unknown = || Answer::param_error("url", "media_id", part.into(), "图片不存在");
    let (media, content) = found.ok_or_else(unknown)?;
    let ending = media.filename.rsplit_once('.').map(|(_, ending)| ending);
    let kind = match ending.unwrap_or_default().to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "bmp" => "image/bmp",
        _ => "image/jpeg",
    };
    Ok(Answer::file(kind, content.to_vec()))
}

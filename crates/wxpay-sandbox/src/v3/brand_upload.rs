//! 品牌会员卡图片上传, which a brand calls.

use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::upload::{IMAGES, take};
use crate::v3::{Answer, Content, Request};

/// The body of the response.
#[derive(Serialize)]
struct Uploaded {
    media_url: String,
}

/// 品牌会员卡图片上传.
pub(crate) const ENDPOINT: Endpoint = Endpoint::v3_upload(
    "v3.brand_card_member.upload_image",
    "/brand/card-member/media/image-upload",
    respond,
);

/// Takes the file in, and says where it is.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let media_id = take(request, &IMAGES, "file_digest")?;
    Ok(Answer::ok(Uploaded {
        media_url: format!("https://wxpaylogo.qpic.cn/wxpaylogo/{media_id}/0"),
    }))
}

impl Content for Uploaded {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.media_url = another(&self.media_url);
    }

    fn tamper(&mut self) {
        self.become_another();
    }
}

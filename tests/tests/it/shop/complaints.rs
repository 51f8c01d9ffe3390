//! Complaints: told, read, answered with an image and completed.

use bytes::Bytes;
use wxpay_api::Upload;
use wxpay_api::core::Date;
use wxpay_api::v3::merchant_service::reply_complaint::ReplyComplaintOptions;
use wxpay_api::v3::merchant_service::types::ComplaintState;
use wxpay_api::v3::merchant_service::{
    ComplaintNotification, CompleteComplaint, CreateComplaintNotifyUrl, DownloadImage,
    ListComplaints, QueryComplaint, ReplyComplaint, UploadImage,
};
use wxpay_sandbox::ComplaintTerms;

use super::Shop;
use crate::callback::Callback;

/// The eight bytes that begin a PNG, and some more.
const IMAGE: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";

#[tokio::test]
async fn a_complaint_is_told_answered_and_completed() {
    let shop = Shop::new().await;
    let mut callback = Callback::of(&shop.sandbox).await;
    let notify = CreateComplaintNotifyUrl {
        url: callback.url.clone(),
        options: Default::default(),
    };
    shop.v3.send(&notify).await.unwrap();
    shop.paid("ORDER-T1", 100);
    let terms = ComplaintTerms::refund("没有收到商品", 100);
    let made = shop.sandbox.complain("ORDER-T1", terms).unwrap();

    shop.after(0).await;
    let (headers, body) = callback.take();
    let notice = shop.notices.open(&headers, body).await.unwrap();
    let told: ComplaintNotification = notice.read().unwrap();
    assert_eq!(told.complaint_id, made.complaint_id);
    let list = ListComplaints {
        begin_date: Date::new(2026, 11, 25).unwrap(),
        end_date: Date::new(2026, 11, 25).unwrap(),
        options: Default::default(),
    };
    let listed = shop.v3.send(&list).await.unwrap();
    assert_eq!(listed.total_count, Some(1));

    let upload = UploadImage {
        file: Upload::new("receipt.png", Bytes::from_static(IMAGE)),
        options: Default::default(),
    };
    let uploaded = shop.v3.send(&upload).await.unwrap();
    let image = DownloadImage {
        media_id: uploaded.media_id.clone(),
        options: Default::default(),
    };
    let found = shop.v3.send(&image).await.unwrap().into_inner();
    assert_eq!(found, IMAGE);
    let mch_id = shop.sandbox.merchant().mch_id.clone();
    let reply = ReplyComplaint {
        complaint_id: made.complaint_id.clone(),
        complainted_mchid: mch_id.clone(),
        response_content: "已安排补发".to_owned(),
        options: ReplyComplaintOptions::default().response_images([uploaded.media_id]),
    };
    shop.v3.send(&reply).await.unwrap();
    let query = QueryComplaint {
        complaint_id: made.complaint_id.clone(),
        options: Default::default(),
    };
    let state = async || {
        let found = shop.v3.send(&query).await.unwrap();
        found.complaint.complaint_state
    };
    assert_eq!(state().await, ComplaintState::Processing);
    let complete = CompleteComplaint {
        complaint_id: made.complaint_id,
        complainted_mchid: mch_id,
        options: Default::default(),
    };
    shop.v3.send(&complete).await.unwrap();
    assert_eq!(state().await, ComplaintState::Processed);
}

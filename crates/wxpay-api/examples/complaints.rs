//! A complaint (消费者投诉) from its arrival to its end: listed, read, answered with an image, and
//! completed.
//!
//! `cargo run -p wxpay-api --features apiv2,v3-merchant-service --example complaints`

#[path = "shared/clients.rs"]
mod clients;

use std::error::Error;

use wxpay_api::core::Date;
use wxpay_api::transport::bytes::Bytes;
use wxpay_api::v3::merchant_service::reply_complaint::ReplyComplaintOptions;
use wxpay_api::v3::merchant_service::types::ComplaintState;
use wxpay_api::v3::merchant_service::{
    CompleteComplaint, CreateComplaintNotifyUrl, DownloadImage, ListComplaints,
    ListNegotiationHistory, QueryComplaint, ReplyComplaint, UploadImage,
};
use wxpay_api::{Timestamp, Upload};
use wxpay_sandbox::{ComplaintTerms, Order as Paid};

/// The eight bytes that begin a PNG, and some more.
const RECEIPT: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = clients::open().await?;
    let client = &shop.v3;
    // Where complaints are told. Once per merchant ID, and not in each program that starts.
    let notify = CreateComplaintNotifyUrl {
        url: "https://shop.example/wxpay/complaints".to_owned(),
        options: Default::default(),
    };
    client.send(&notify).await?;

    // A customer complains and wants 5 yuan back.
    shop.sandbox.add_order(Paid::paid("20150806125346", 10_099));
    let mut terms = ComplaintTerms::refund("没有收到商品", 500);
    terms.payer_phone = Some("13800138000".to_owned());
    shop.sandbox.complain("20150806125346", terms)?;

    // The list finds it also if no notification came.
    let today = Date::in_china(Timestamp::now());
    let list = ListComplaints {
        begin_date: today,
        end_date: today,
        options: Default::default(),
    };
    let listed = client.send(&list).await?;
    let complaint = listed.data.first().ok_or("nobody complained")?;
    assert_eq!(complaint.complaint_state, ComplaintState::Pending);
    let phone = complaint.payer_phone.as_ref().ok_or("no phone number")?;
    let phone = client.open(phone).await?; // a `Secret`: it shows only what `expose` gives away
    assert_eq!(phone.expose(), "13800138000");
    println!("{:?}: {phone:?}", complaint.complaint_detail);

    // An answer with an image. The image comes first, and its ID goes into the answer.
    let upload = UploadImage {
        file: Upload::new("receipt.png", Bytes::from_static(RECEIPT)),
        options: Default::default(),
    };
    let image = client.send(&upload).await?.media_id;
    let merchant = shop.sandbox.merchant().mch_id.clone();
    let reply = ReplyComplaint {
        complaint_id: complaint.complaint_id.clone(),
        complainted_mchid: merchant.clone(),
        response_content: "已安排补发，请查收".to_owned(),
        options: ReplyComplaintOptions::default().response_images([image.clone()]),
    };
    client.send(&reply).await?;
    let download = DownloadImage {
        media_id: image,
        options: Default::default(),
    };
    assert_eq!(client.send(&download).await?.into_inner(), RECEIPT);

    let complete = CompleteComplaint {
        complaint_id: complaint.complaint_id.clone(),
        complainted_mchid: merchant,
        options: Default::default(),
    };
    client.send(&complete).await?;
    let query = QueryComplaint {
        complaint_id: complaint.complaint_id.clone(),
        options: Default::default(),
    };
    let state = client.send(&query).await?.complaint.complaint_state;
    assert_eq!(state, ComplaintState::Processed);

    let history = ListNegotiationHistory {
        complaint_id: complaint.complaint_id.clone(),
        options: Default::default(),
    };
    for entry in client.send(&history).await?.data {
        println!("{:?}: {:?}", entry.operate_type, entry.operate_details);
    }
    Ok(())
}

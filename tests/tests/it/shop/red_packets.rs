//! Red packets (现金红包), through the client of APIv2.

use wxpay_api::core::{Fen, OpenId, Outcome, Progress};
use wxpay_api::v2::red_packet::query_red_packet::RedPacketStatus;
use wxpay_api::v2::red_packet::send_group_red_packet::AmountMode;
use wxpay_api::v2::red_packet::{QueryRedPacket, SendGroupRedPacket, SendRedPacket};
use wxpay_sandbox::{Api, Fault};

use super::Shop;

fn openid() -> OpenId {
    OpenId::new("oxTWIuGaIt6gTKsQRLau2M0yL16E").unwrap()
}

fn packet(number: &str) -> SendRedPacket {
    SendRedPacket {
        mch_billno: number.to_owned(),
        send_name: "天虹百货".to_owned(),
        re_openid: openid(),
        total_amount: Fen::new(1_000),
        wishing: "祝您元宵节快乐！".to_owned(),
        client_ip: "192.168.0.1".parse().unwrap(),
        act_name: "猜灯谜抢红包活动".to_owned(),
        remark: "猜越多得越多，快来抢！".to_owned(),
        options: Default::default(),
    }
}

fn query(number: &str) -> QueryRedPacket {
    QueryRedPacket {
        mch_billno: number.to_owned(),
        options: Default::default(),
    }
}

#[tokio::test]
async fn a_red_packet_whose_response_was_lost_is_found_and_received() {
    let shop = Shop::new().await;
    let api = Api::named("v2.red_packet.send_red_packet").unwrap();
    shop.sandbox.inject(api, Fault::DropAfterCommit).unwrap();
    let lost = shop.v2.send(&packet("R1")).await.unwrap_err();
    assert_eq!(lost.outcome(), Outcome::Unknown);
    let found = shop.v2.send(&query("R1")).await.unwrap();
    assert_eq!(found.status, RedPacketStatus::Sent);
    let sent = shop.v2.send(&packet("R1")).await.unwrap();
    assert_eq!(sent.send_listid, found.detail_id);
    assert_eq!(shop.sandbox.red_packets().len(), 1);
    shop.sandbox.receive_red_packet("R1", None).unwrap();
    let found = shop.v2.send(&query("R1")).await.unwrap();
    assert_eq!(found.status.progress(), Progress::Succeeded);
    assert_eq!(found.hblist.len(), 1);
    assert_eq!(found.hblist[0].amount, Some(Fen::new(1_000)));
    let missing = shop.v2.send(&query("R2")).await.unwrap_err();
    assert_eq!(missing.business().unwrap().code(), "NOT_FOUND");
}

#[tokio::test]
async fn what_a_group_leaves_comes_back_after_a_day() {
    let shop = Shop::new().await;
    let group = SendGroupRedPacket {
        mch_billno: "G1".to_owned(),
        send_name: "天虹百货".to_owned(),
        re_openid: openid(),
        total_amount: Fen::new(1_000),
        total_num: 3,
        amt_type: AmountMode::AllRand,
        wishing: "祝您元宵节快乐！".to_owned(),
        act_name: "猜灯谜抢红包活动".to_owned(),
        remark: "猜越多得越多，快来抢！".to_owned(),
        options: Default::default(),
    };
    shop.v2.send(&group).await.unwrap();
    for user in [None, Some("o-second")] {
        shop.sandbox.receive_red_packet("G1", user).unwrap();
    }
    shop.after(24 * 3600).await;
    let found = shop.v2.send(&query("G1")).await.unwrap();
    assert_eq!(found.status, RedPacketStatus::Refund);
    let claims = found.hblist.iter().filter_map(|claim| claim.amount);
    let taken = claims.fold(0, |sum, amount| sum + amount.get());
    let back = found.refund_amount.unwrap().get();
    assert_eq!((found.hblist.len(), taken + back), (2, 1_000));
}

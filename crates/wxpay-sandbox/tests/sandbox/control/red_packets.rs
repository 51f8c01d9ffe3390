use serde_json::json;
use wxpay_sandbox::Trust;

use super::Port;
use crate::client::{Client, codes};

#[tokio::test]
async fn red_packets_are_received_and_ended() {
    let port = Port::open(Trust::PublicKey).await;
    let client = Client::of(port.sandbox.clone());
    let send = "/mmpaymkttransfers/sendredpack";
    for number in ["R1", "R2"] {
        let sent = client
            .send_packet(send, client.red_packet(number, "1000"))
            .await;
        assert_eq!(codes(&sent)[1], "SUCCESS");
    }
    let page = port.page("/books", ("accept-language", "zh")).await.1;
    let receive = "/red_packets/R1/receive";
    for there in [receive, "现金红包", "用户领取"] {
        assert!(page.contains(there), "{there}");
    }
    let received = port.post(receive, json!({})).await;
    assert_eq!(received["status"], "RECEIVED");
    assert_eq!(received["claims"][0]["amount"], 1_000);
    let (status, said) = port.refused(receive, json!({})).await;
    let over = "red packet R1 is RECEIVED, not SENT";
    assert_eq!((status, said.as_str()), (409, over));
    assert_eq!(
        port.refused("/red_packets/R3/receive", json!({})).await.0,
        404
    );
    let failed = json!({"status": "FAILED", "reason": "用户账号异常"});
    port.post("/red_packets/R2/status", failed.clone()).await;
    assert_eq!(port.refused("/red_packets/R3/status", failed).await.0, 404);
    let listed = port.get("/red_packets").await;
    assert_eq!(listed["red_packets"][1]["reason"], "用户账号异常");
    assert_eq!(port.get("/status").await["counts"]["red_packets"], 2);
    port.post("/red_packet_step", json!({"seconds": 60})).await;
    let sending = client
        .send_packet(send, client.red_packet("R3", "1000"))
        .await;
    assert_eq!(codes(&sending)[2], "PROCESSING");
}

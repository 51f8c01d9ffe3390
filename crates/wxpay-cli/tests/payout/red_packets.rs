//! Red packets, from a CSV file.

use std::process::Output;

use serde_json::Value;

use crate::office::{Office, said};

async fn office() -> Office {
    let office = Office::open_to("red-packet").await;
    office.set("send_name = '天虹百货'\nact_name = '新年红包'\nremark = '新年快乐'\nclient_ip = '10.0.0.8'");
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,wishing,note\nr1,openid_1,100,恭喜发财,x\nr2,openid_2,500,恭喜发财,y\n",
    );
    office
}

const RUN: &str = "run rows.csv --product red-packet --journal j";

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

/// The number of the red packet of a user.
fn number(office: &Office, openid: &str) -> String {
    let packets = office.sandbox.red_packets();
    let mut of = packets.iter().filter(|packet| packet.re_openid == openid);
    let packet = of.next().unwrap();
    assert!(of.next().is_none(), "one for each user");
    assert_eq!((packet.requests, &*packet.act_name), (1, "新年红包"));
    packet.mch_billno.clone()
}

/// Both are sent once and wait for their users. One is received, the other goes back after a day
/// and gets its next number.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_received_goes_back_and_can_be_sent_again() {
    let office = office().await;
    let output = office.run(&format!("{RUN} --json"));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    for line in json(&output)["waiting"].as_array().unwrap() {
        assert_eq!(line["waits_for"], "receiver");
        assert_eq!(line["package_info"], Value::Null);
    }
    let (first, second) = (number(&office, "openid_1"), number(&office, "openid_2"));
    let status = office.run("status --journal j");
    assert!(said(&status).contains("receive"), "{}", said(&status));

    office.sandbox.receive_red_packet(&first, None).unwrap();
    assert!(
        office
            .sandbox
            .set_red_packet_status(&second, "REFUND", None)
    );
    let output = office.run("resolve --journal j --now --json");
    assert!(output.status.success(), "{}", said(&output));
    let report = json(&output);
    assert_eq!(report["paid"][0]["intent"], "r1");
    assert_eq!(report["rejected"][0]["intent"], "r2");
    assert!(
        report["rejected"][0]["reason"]
            .as_str()
            .unwrap()
            .starts_with("REFUND")
    );

    let output = office.run("replace r2 --file rows.csv --journal j");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(office.run(RUN).status.code(), Some(4));
    let packets = office.sandbox.red_packets();
    let of_second = packets
        .iter()
        .filter(|packet| packet.re_openid == "openid_2");
    assert_eq!(of_second.count(), 2);
    assert_eq!(packets.len(), 3);

    let output = office.run("cancel r2 --journal j");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}

/// Each mistake is told with its column, before anything is sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_in_a_file_is_told_before_anything_is_sent() {
    let office = office().await;
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,wishing,client_ip,scene_id,msgappid\n\
         r1,openid_1,100,恭喜发财,::1,,\n\
         r2,openid_2,20001,恭喜发财,,PRODUCT_2,\n\
         r3,openid_3,100,恭喜发财,,PRODUCT_9,\n",
    );
    let output = office.run(RUN);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    for part in [
        "client_ip",
        "20000 fen",
        "PRODUCT_1 to PRODUCT_8",
        "3 mistakes",
    ] {
        assert!(said(&output).contains(part), "{part}: {}", said(&output));
    }
    assert!(office.sandbox.red_packets().is_empty());

    // The file of red packets is not taken for one of payments to employees.
    office.write(
        "rows.csv",
        "intent,openid,amount_fen,wishing\nr1,openid_1,100,恭喜发财\n",
    );
    let output = office.run("run rows.csv --journal j");
    assert!(
        said(&output).contains("--product red-packet"),
        "{}",
        said(&output)
    );
}

//! Red packets: sent, received, and given back.

use std::time::Duration;

use md5::{Digest, Md5};
use wxpay_core::{Fen, Params, Timestamp};
use wxpay_sandbox::{Api, Fault, PayoutRules, ReceiveError, RedPacketKind, Sandbox};

use crate::client::{Client, Fields, codes, hex, join, with, xml};

const SEND: &str = "/mmpaymkttransfers/sendredpack";
const GROUP: &str = "/mmpaymkttransfers/sendgroupredpack";
const MINI: &str = "/mmpaymkttransfers/sendminiprogramhb";
const QUERY: &str = "/mmpaymkttransfers/gethbinfo";
const WECOM: &str = "/mmpaymkttransfers/sendworkwxredpack";
const WECOM_QUERY: &str = "/mmpaymkttransfers/queryworkwxredpack";
const OPENID: &str = "oxTWIuGaIt6gTKsQRLau2M0yL16E";
const WORKWX: [&str; 7] = [
    "act_name",
    "mch_billno",
    "mch_id",
    "nonce_str",
    "re_openid",
    "total_amount",
    "wxappid",
];

/// A sandbox whose clock stands at noon.
async fn noon() -> Client {
    let client = Client::start().await;
    let noon = Timestamp::from_unix(1_795_579_200).unwrap();
    client.sandbox.freeze_clock(noon);
    client
}

impl Client {
    /// What every red packet has, before it is signed.
    fn packet(&self, number: &str, fen: &str) -> Fields {
        let mut fields = self.order("mch_billno", number);
        let app = fields.remove("appid").unwrap();
        for (name, value) in [
            ("wxappid", &*app),
            ("re_openid", OPENID),
            ("total_amount", fen),
            ("wishing", "祝您元宵节快乐！"),
            ("act_name", "猜灯谜抢红包活动"),
            ("remark", "猜越多得越多，快来抢！"),
        ] {
            fields.insert(name.to_owned(), value.to_owned());
        }
        fields
    }

    /// One for one user.
    pub(crate) fn red_packet(&self, number: &str, fen: &str) -> Fields {
        let fields = with(self.packet(number, fen), "send_name", "天虹百货");
        with(with(fields, "total_num", "1"), "client_ip", "192.168.0.1")
    }

    fn group(&self, number: &str, fen: &str, num: &str) -> Fields {
        let fields = with(self.packet(number, fen), "send_name", "天虹百货");
        with(with(fields, "total_num", num), "amt_type", "ALL_RAND")
    }

    /// One of WeCom, signed as its document says.
    fn wecom(&self, number: &str, fen: &str) -> Fields {
        let fields = with(self.packet(number, fen), "sender_name", "XX活动");
        let mut few = fields.clone();
        few.retain(|name, _| WORKWX.contains(&&**name));
        let text = join(&few) + "&secret=" + self.sandbox.merchant().workwx_secret.expose();
        self.sign(with(fields, "workwx_sign", &hex(&Md5::digest(text))))
    }

    pub(crate) async fn send_packet(&self, path: &str, fields: Fields) -> Params {
        self.post(path, &self.sign(fields)).await
    }

    async fn packet_found(&self, number: &str) -> Params {
        let fields = with(self.order("mch_billno", number), "bill_type", "MCHT");
        let reply = self.try_post(QUERY, &self.sign(fields)).await.unwrap();
        let text = reply.text().await.unwrap();
        // The one field that has elements in it.
        let flat = match (text.find("<hblist>"), text.find("</hblist>")) {
            (Some(start), Some(end)) => text[..start].to_owned() + &text[end + 9..],
            _ => text,
        };
        Params::from_xml(flat.as_bytes()).unwrap()
    }

    async fn packet_status(&self, number: &str) -> String {
        let found = self.packet_found(number).await;
        found.get("status").unwrap_or_default().to_owned()
    }
}

#[tokio::test]
async fn a_red_packet_is_sent_once_and_received() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(5_000));
    let sent = client
        .send_packet(SEND, client.red_packet("R1", "1000"))
        .await;
    assert_eq!(codes(&sent), ["SUCCESS", "SUCCESS", "SUCCESS"]);
    assert_eq!(sent.get("mch_billno"), Some("R1"));
    assert_eq!(sent.get("re_openid"), Some(OPENID));
    assert_eq!(sent.get("sign"), None);
    let again = with(client.red_packet("R1", "1000"), "nonce_str", "another");
    let again = client.send_packet(SEND, again).await;
    assert_eq!(again.get("send_listid"), sent.get("send_listid"));
    let other = client
        .send_packet(SEND, client.red_packet("R1", "1001"))
        .await;
    assert_eq!(codes(&other), ["SUCCESS", "FAIL", "FATAL_ERROR"]);
    assert_eq!(client.sandbox.balance(), Some(Fen::new(4_000)));
    assert_eq!(client.sandbox.red_packets()[0].requests, 2);

    let found = client.packet_found("R1").await;
    assert_eq!(found.get("status"), Some("SENT"));
    assert_eq!(found.get("hb_type"), Some("NORMAL"));
    assert_eq!(found.get("detail_id"), sent.get("send_listid"));
    assert_eq!(found.get("send_time"), Some("2026-11-25 12:00:00"));
    let other = client.sandbox.receive_red_packet("R1", Some("o-another"));
    assert_eq!(other.unwrap_err(), ReceiveError::OtherUser("R1".to_owned()));
    client.sandbox.receive_red_packet("R1", None).unwrap();
    let fields = with(client.order("mch_billno", "R1"), "bill_type", "MCHT");
    let reply = client.try_post(QUERY, &client.sign(fields)).await.unwrap();
    let text = reply.text().await.unwrap();
    assert!(text.contains("<status><![CDATA[RECEIVED]]></status>"));
    let claim = format!("<openid><![CDATA[{OPENID}]]></openid>\n<amount>1000</amount>");
    assert!(
        text.contains("<hblist><hbinfo>") && text.contains(&claim),
        "{text}"
    );
    let twice = client.sandbox.receive_red_packet("R1", None);
    let received = ReceiveError::NotSent {
        mch_billno: "R1".to_owned(),
        status: "RECEIVED".to_owned(),
    };
    assert_eq!(twice.unwrap_err(), received);
    client.sandbox.advance(Duration::from_secs(86_400)).await;
    assert_eq!(client.packet_status("R1").await, "RECEIVED");
    assert_eq!(client.sandbox.balance(), Some(Fen::new(4_000)));
}

#[tokio::test]
async fn what_nobody_receives_goes_back_after_a_day() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(1_000));
    client.sandbox.set_red_packet_step(Duration::from_secs(60));
    let sending = client
        .send_packet(SEND, client.red_packet("R1", "1000"))
        .await;
    assert_eq!(codes(&sending), ["SUCCESS", "FAIL", "PROCESSING"]);
    assert_eq!(client.packet_status("R1").await, "SENDING");
    let poor = client
        .send_packet(SEND, client.red_packet("R2", "1000"))
        .await;
    assert_eq!(codes(&poor), ["SUCCESS", "FAIL", "NOTENOUGH"]);
    assert_eq!(codes(&client.packet_found("R2").await)[2], "NOT_FOUND");
    client.sandbox.advance(Duration::from_secs(60)).await;
    let sent = client
        .send_packet(SEND, client.red_packet("R1", "1000"))
        .await;
    assert_eq!(codes(&sent)[1], "SUCCESS");
    client
        .sandbox
        .advance(Duration::from_secs(86_399 - 60))
        .await;
    assert_eq!(client.packet_status("R1").await, "SENT");
    client.sandbox.advance(Duration::from_secs(1)).await;
    assert_eq!(client.packet_status("R1").await, "RFUND_ING");
    assert_eq!(client.sandbox.balance(), Some(Fen::ZERO));
    // All of it goes on after a restart.
    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(Sandbox::builder().snapshot(&*snapshot)).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    next.sandbox.advance(Duration::from_secs(60)).await;
    let found = next.packet_found("R1").await;
    assert_eq!(found.get("status"), Some("REFUND"));
    assert_eq!(found.get("refund_amount"), Some("1000"));
    assert_eq!(found.get("refund_time"), Some("2026-11-26 12:01:00"));
    assert_eq!(next.sandbox.balance(), Some(Fen::new(1_000)));
    next.sandbox.advance(Duration::from_secs(30 * 86_400)).await;
    assert_eq!(codes(&next.packet_found("R1").await)[2], "NOT_FOUND");
}

#[tokio::test]
async fn a_group_shares_a_red_packet_to_the_last_fen() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(3_000));
    let sent = client
        .send_packet(GROUP, client.group("G1", "1000", "3"))
        .await;
    assert_eq!(codes(&sent)[1], "SUCCESS");
    let early = client.sandbox.receive_red_packet("G1", Some("o-second"));
    assert!(early.is_err());
    for openid in [OPENID, "o-second"] {
        let openid = Some(openid);
        client.sandbox.receive_red_packet("G1", openid).unwrap();
        let twice = client.sandbox.receive_red_packet("G1", openid);
        assert_eq!(twice.unwrap_err(), ReceiveError::Twice("G1".to_owned()));
    }
    assert_eq!(client.packet_status("G1").await, "SENT");
    let whole = client.sandbox.receive_red_packet("G1", Some("o-third"));
    let whole = whole.unwrap();
    assert_eq!(
        (&*whole.status, whole.kind),
        ("RECEIVED", RedPacketKind::Group)
    );
    let amounts: Vec<_> = whole
        .claims
        .iter()
        .map(|claim| claim.amount.get())
        .collect();
    assert_eq!(amounts.iter().sum::<i64>(), 1_000);
    assert!(amounts.iter().all(|amount| *amount > 0), "{amounts:?}");

    client
        .send_packet(GROUP, client.group("G2", "1000", "3"))
        .await;
    let first = client.sandbox.receive_red_packet("G2", None).unwrap();
    client.sandbox.advance(Duration::from_secs(86_400)).await;
    let found = client.packet_found("G2").await;
    let left = 1_000 - first.claims[0].amount.get();
    assert_eq!(found.get("status"), Some("REFUND"));
    assert_eq!(found.get("refund_amount"), Some(&*left.to_string()));
    assert_eq!(client.sandbox.balance(), Some(Fen::new(1_000 + left)));
    let few = client
        .send_packet(GROUP, client.group("G3", "1000", "2"))
        .await;
    assert_eq!(codes(&few)[2], "PARAM_ERROR");
}

#[tokio::test]
async fn wecom_signs_twice_and_has_a_query_of_its_own() {
    let client = noon().await;
    let sent = client.post(WECOM, &client.wecom("W1", "1000")).await;
    assert_eq!(codes(&sent)[1], "SUCCESS");
    assert!(client.is_signed(&sent, false));
    assert_eq!(sent.get("sender_name"), Some("XX活动"));
    let mut forged = client.wecom("W2", "1000");
    forged.insert("total_amount".to_owned(), "2000".to_owned());
    let refused = client.post(WECOM, &client.sign(forged)).await;
    assert_eq!(codes(&refused)[2], "SIGN_ERROR");
    let both = with(client.packet("W3", "1000"), "agentid", "1");
    let both = with(both, "sender_name", "XX活动");
    assert_eq!(codes(&client.send_packet(WECOM, both).await)[1], "FAIL");
    client.sandbox.receive_red_packet("W1", None).unwrap();
    let query = client.sign(client.order("mch_billno", "W1"));
    let found = client.post(WECOM_QUERY, &query).await;
    assert!(client.is_signed(&found, false));
    assert_eq!(found.get("status"), Some("RECEIVED"));
    assert_eq!(
        (found.get("openid"), found.get("amount")),
        (Some(OPENID), Some("1000"))
    );
    assert_eq!(codes(&client.packet_found("W1").await)[2], "NOT_FOUND");
    assert_eq!(client.sandbox.red_packets().len(), 1);
}

#[tokio::test]
async fn what_the_page_does_not_allow_is_refused() {
    let client = noon().await;
    let good = || client.red_packet("R1", "1000");
    for (fields, code) in [
        (client.red_packet("R1", "99"), "MONEY_LIMIT"),
        (client.red_packet("R1", "20001"), "MONEY_LIMIT"),
        (with(good(), "total_num", "2"), "PARAM_ERROR"),
        (with(good(), "mch_billno", "R-1"), "PARAM_ERROR"),
        (with(good(), "scene_id", "PRODUCT_9"), "PARAM_ERROR"),
        (with(good(), "wxappid", "wx0000000000000000"), "PARAM_ERROR"),
        (with(good(), "sub_mch_id", "1900001121"), "PARAM_ERROR"),
        (with(good(), "sign_type", "MD5"), "SIGN_ERROR"),
    ] {
        let refused = client.send_packet(SEND, fields).await;
        assert_eq!(codes(&refused), ["SUCCESS", "FAIL", code]);
    }
    let request = client.without.post(client.url(SEND));
    let request = request.body(xml(&client.sign(good())));
    let reply = request.send().await.unwrap().bytes().await.unwrap();
    let reply = Params::from_xml(&reply).unwrap();
    assert_eq!(codes(&reply)[2], "CA_ERROR");
    assert!(client.sandbox.red_packets().is_empty());
    let scene = with(client.red_packet("R2", "30000"), "scene_id", "PRODUCT_2");
    assert_eq!(codes(&client.send_packet(SEND, scene).await)[1], "SUCCESS");
    let mini = with(client.packet("M1", "100"), "send_name", "天虹百货");
    let mini = with(
        with(mini, "total_num", "1"),
        "notify_way",
        "MINI_PROGRAM_JSAPI",
    );
    let sent = client.send_packet(MINI, mini.clone()).await;
    let package = sent.get("package").unwrap().to_owned();
    assert!(package.starts_with("sendid=") && package.contains("&mchid="));
    assert_eq!(
        client.send_packet(MINI, mini).await.get("package"),
        Some(&*package)
    );

    client.sandbox.set_payout_rules(PayoutRules::documented());
    for n in 3..=10 {
        let sent = client
            .send_packet(SEND, client.red_packet(&format!("R{n}"), "100"))
            .await;
        assert_eq!(codes(&sent)[1], "SUCCESS");
    }
    let eleventh = client
        .send_packet(SEND, client.red_packet("R11", "100"))
        .await;
    assert_eq!(codes(&eleventh)[2], "SENDNUM_LIMIT");
}

#[tokio::test]
async fn a_failed_one_is_not_sent_again_and_a_lost_response_says_nothing() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(1_000));
    client
        .send_packet(SEND, client.red_packet("R1", "1000"))
        .await;
    let set = |number: &str| {
        client
            .sandbox
            .set_red_packet_status(number, "FAILED", Some("用户账号异常"))
    };
    assert!(set("R1") && !set("R2"));
    assert_eq!(
        client.packet_found("R1").await.get("reason"),
        Some("用户账号异常")
    );
    assert_eq!(client.sandbox.balance(), Some(Fen::new(1_000)));
    let failed = client
        .send_packet(SEND, client.red_packet("R1", "1000"))
        .await;
    assert_eq!(codes(&failed)[2], "SEND_FAILED");

    let api = Api::named("v2.red_packet.send_red_packet").unwrap();
    for (number, fault, made) in [
        ("R2", Fault::DropBeforeCommit, false),
        ("R3", Fault::DropAfterCommit, true),
    ] {
        client.sandbox.inject(api, fault).unwrap();
        let fields = client.sign(client.red_packet(number, "100"));
        assert!(client.try_post(SEND, &fields).await.is_err());
        let packets = client.sandbox.red_packets();
        assert_eq!(
            packets.iter().any(|packet| packet.mch_billno == number),
            made
        );
    }
    assert_eq!(client.sandbox.balance(), Some(Fen::new(900)));
}

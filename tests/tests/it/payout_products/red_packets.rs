//! 现金红包 by its pages: <https://pay.weixin.qq.com/doc/v2/merchant/4011974053> and
//! <https://pay.weixin.qq.com/doc/v2/merchant/4011981612>.

use wxpay_api::core::{BusinessError, Certainty};
use wxpay_api::sign::v2::SignType;
use wxpay_api::v2::Endpoint as _;
use wxpay_api::v2::red_packet::SendRedPacket;
use wxpay_api::v2::red_packet::types::SceneId;

use super::*;

const OPENID: &str = "oxTWIuGaIt6gTKsQRLau2M0yL16E";
/// It follows from merchant, product and intent, for ever.
const NUMBER: &str = "1VVKBBQJDX27FXHPPDKTFDJJWS4B";

fn packet(amount: i64) -> Intent<RedPacket> {
    Intent {
        id: "gift-2026-11-U1001".parse().unwrap(),
        payment: RedPacket {
            openid: OPENID.parse().unwrap(),
            amount: Fen::new(amount),
            send_name: "天虹百货".to_owned(),
            wishing: "感谢您参加猜灯谜活动，祝您元宵节快乐！".to_owned(),
            act_name: "猜灯谜抢红包活动".to_owned(),
            remark: "猜越多得越多，快来抢！".to_owned(),
            client_ip: [192, 168, 0, 1].into(),
            options: Default::default(),
        },
    }
}

fn answer(fields: &[(&str, &str)]) -> Answer {
    Ok(replies::v2_unsigned(fields))
}

fn taken() -> Answer {
    answer(&[
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("mch_billno", NUMBER),
        ("mch_id", clients::MCH_ID),
        ("re_openid", OPENID),
        ("total_amount", "1000"),
        ("send_listid", "100000000020150520314766074200"),
    ])
}

fn code(code: &str) -> Answer {
    answer(&[
        ("return_code", "SUCCESS"),
        ("result_code", "FAIL"),
        ("err_code", code),
        ("err_code_des", "words"),
    ])
}

fn unknown() -> Answer {
    code("NOT_FOUND")
}

fn found(status: &str) -> Answer {
    found_with(status, "1000", &[])
}

fn found_with(status: &str, amount: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("mch_billno", NUMBER),
        ("mch_id", clients::MCH_ID),
        ("detail_id", "1000000000201503283103439304"),
        ("status", status),
        ("send_type", "API"),
        ("hb_type", "NORMAL"),
        ("total_num", "1"),
        ("total_amount", amount),
        ("send_time", "2026-11-21 20:00:00"),
    ];
    answer(&[&fields[..], more].concat())
}

fn over(answers: impl IntoIterator<Item = Answer>) -> (Payouts<RedPacket>, Scripted) {
    let transport = Scripted::new(answers);
    let client = clients::v2(SignType::Md5, transport.clone());
    (payouts(RedPackets::new(client)), transport)
}

/// The requests that send a red packet, as they left.
fn sends(transport: &Scripted) -> Vec<Bytes> {
    let seen = transport.seen().into_iter();
    let sends = seen.filter(|request| request.uri().path() == "/mmpaymkttransfers/sendredpack");
    sends.map(|request| request.body().clone()).collect()
}

/// It is sent once, waits for its user as long as they take, without a second request, and is paid
/// when it is received.
#[tokio::test(start_paused = true)]
async fn what_is_sent_waits_for_its_receiver() {
    let (payouts, transport) = over([
        unknown(),
        taken(),
        found("SENT"),
        found("SENT"),
        found("RECEIVED"),
    ]);
    let mut settlement = sent(&payouts, &packet(1000)).await;
    for _ in 0..3 {
        let held = waiting(&settlement);
        assert_eq!(
            (held.waits_for(), held.package(), held.alarm()),
            (WaitsFor::Receiver, None, None)
        );
        assert_eq!(held.number().as_str(), NUMBER);
        settlement = stepped(&payouts, settlement).await;
    }
    let Settlement::Paid(paid) = settlement else {
        panic!("{settlement:?}")
    };
    assert_eq!(paid.payment_no(), Some("1000000000201503283103439304"));
    let sends = sends(&transport);
    assert_eq!(sends.len(), 1);
    let sent = String::from_utf8(sends[0].to_vec()).unwrap();
    for part in [NUMBER, OPENID, "<total_num>", "192.168.0.1", "天虹百货"] {
        assert!(sent.contains(part), "{part}: {sent}");
    }
}

/// Each status of the page, as a query tells it after a response that was lost.
#[tokio::test(start_paused = true)]
async fn every_status_is_what_its_page_says() {
    for (status, waits_for, is_settled) in [
        ("SENDING", Some(WaitsFor::Repetition), false),
        ("SENT", Some(WaitsFor::Receiver), false),
        ("RFUND_ING", Some(WaitsFor::WeChatPay), false),
        ("RECEIVED", None, true),
        ("FAILED", None, true),
        ("REFUND", None, true),
        ("SOMETHING_NEW", None, false),
    ] {
        let (payouts, _) = over([unknown(), cut(), found(status)]);
        let settlement = sent(&payouts, &packet(1000)).await;
        match stepped(&payouts, settlement).await {
            Settlement::Waiting(held) => assert_eq!(Some(held.waits_for()), waits_for, "{status}"),
            Settlement::Paid(_) => assert!(is_settled && status == "RECEIVED", "{status}"),
            Settlement::Rejected(rejected) => {
                assert!(is_settled && status != "RECEIVED", "{status}");
                assert!(rejected.into_permit().is_ok(), "{status}");
            }
            Settlement::Unknown(_) => assert!(!is_settled && waits_for.is_none(), "{status}"),
        }
    }
}

/// Still being sent after twenty minutes, it is sent once more under the same number, with the same
/// bytes.
#[tokio::test(start_paused = true)]
async fn what_is_still_being_sent_is_sent_again_after_twenty_minutes() {
    let still = (0..12).map(|_| found("SENDING"));
    let (payouts, transport) = over([unknown(), code("PROCESSING")].into_iter().chain(still));
    let start = tokio::time::Instant::now();
    let mut settlement = sent(&payouts, &packet(1000)).await;
    while sends(&transport).len() < 2 && transport.seen().len() < 12 {
        settlement = stepped(&payouts, settlement).await;
    }
    assert!(start.elapsed() >= Duration::from_secs(20 * 60));
    let sends = sends(&transport);
    assert_eq!(sends.len(), 2);
    assert_eq!(sends[0], sends[1]);
}

/// Every code of the page: those that name a cause which stops a red packet reject it after two
/// `NOT_FOUND`s, twenty minutes apart, and keep its number; all others leave it unknown.
#[tokio::test(start_paused = true)]
async fn no_code_ends_a_red_packet_by_itself() {
    let mut definite = 0;
    for facts in SendRedPacket::META.errors {
        let error = BusinessError::new(200, facts.code, "", std::slice::from_ref(facts));
        let may_end = error.class().certainty == Certainty::Definite;
        definite += usize::from(may_end);
        let (payouts, _) = over([unknown(), code(facts.code), unknown(), unknown()]);
        let start = tokio::time::Instant::now();
        let mut settlement = sent(&payouts, &packet(1000)).await;
        assert!(
            matches!(settlement, Settlement::Unknown(_)),
            "{}",
            facts.code
        );
        settlement = stepped(&payouts, settlement).await;
        assert!(
            matches!(settlement, Settlement::Unknown(_)),
            "{}",
            facts.code
        );
        if !may_end {
            continue;
        }
        settlement = stepped(&payouts, settlement).await;
        assert!(start.elapsed() >= Duration::from_secs(20 * 60));
        let Settlement::Rejected(rejected) = settlement else {
            panic!("{}: {settlement:?}", facts.code)
        };
        assert!(rejected.can_be_sent_again(), "{}", facts.code);
        assert!(rejected.into_permit().is_err(), "{}", facts.code);
    }
    assert_eq!((definite, SendRedPacket::META.errors.len()), (15, 21));
    let (payouts, _) = over([unknown(), code("BRAND_NEW_CODE")]);
    let Settlement::Unknown(new) = sent(&payouts, &packet(1000)).await else {
        panic!("it is unknown")
    };
    assert_eq!(new.alarm(), Some(&Alarm::UnlistedCode));
}

/// What the amount, the receiver and the sum that came back say, and a refusal that only says that
/// nothing was found in words.
#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_left_to_a_person() {
    let other = "<hbinfo><openid>another</openid><amount>1000</amount></hbinfo>";
    for (answer, alarm) in [
        (found_with("RECEIVED", "1001", &[]), Some(Alarm::Mismatch)),
        (
            found_with("REFUND", "1000", &[("refund_amount", "400")]),
            None,
        ),
        (
            answer(&[
                ("return_code", "FAIL"),
                ("return_msg", "指定单号数据不存在"),
                ("result_code", "FAIL"),
                ("err_code", "SYSTEMERROR"),
            ]),
            None,
        ),
        (
            {
                let xml = replies::v2_xml(&[
                    ("return_code", "SUCCESS"),
                    ("result_code", "SUCCESS"),
                    ("mch_billno", NUMBER),
                    ("mch_id", clients::MCH_ID),
                    ("status", "RECEIVED"),
                    ("total_amount", "1000"),
                ]);
                let end = format!("<hblist>{other}</hblist></xml>");
                Ok(replies::plain(200, xml.replace("</xml>", &end)))
            },
            Some(Alarm::Mismatch),
        ),
    ] {
        let (payouts, _) = over([unknown(), cut(), answer]);
        let settlement = sent(&payouts, &packet(1000)).await;
        let Settlement::Unknown(unknown) = stepped(&payouts, settlement).await else {
            panic!("it is unknown")
        };
        assert_eq!(unknown.alarm(), alarm.as_ref(), "{}", unknown.reason());
    }
}

/// The rules of the page for amount and scene, before anything is sent.
#[tokio::test(start_paused = true)]
async fn amount_and_scene_are_checked_before() {
    let (payouts, transport) = over([]);
    for amount in [99, 20_001] {
        let error = payouts.prepare(&packet(amount)).await.unwrap_err();
        assert!(matches!(error, PrepareError::Invalid(_)), "{error}");
    }
    let client = clients::v2(SignType::Md5, transport.clone());
    let product = RedPackets::new(client);
    let number = "1".parse().unwrap();
    for (amount, scene, is_right) in [
        (99, None, false),
        (100, None, true),
        (20_000, None, true),
        (20_001, None, false),
        (99, Some(SceneId::Product2), true),
    ] {
        let mut payment = packet(amount).payment;
        payment.options.scene_id = scene;
        let composed = product.compose(&number, &payment).await;
        assert_eq!(composed.is_ok(), is_right, "{amount}");
        if let Err(error) = composed {
            assert!(error.to_string().contains("scene_id"), "{error}");
        }
    }
    let long = "1".repeat(29).parse().unwrap();
    assert!(product.compose(&long, &packet(100).payment).await.is_err());
    let sub = clients::v2(SignType::Md5, transport.clone())
        .sub_merchant("1900000110".parse().unwrap(), None);
    let error = RedPackets::new(sub)
        .compose(&number, &packet(100).payment)
        .await;
    assert!(error.unwrap_err().to_string().contains("msgappid"));
    assert!(transport.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_paid_is_told_apart_by_each_field() {
    let base = packet(1000).payment;
    let mut seen = vec![base.fingerprint()];
    assert_eq!(packet(1000).payment.fingerprint(), seen[0]);
    let changes: [fn(&mut RedPacket); 9] = [
        |payment| payment.amount = Fen::new(1001),
        |payment| payment.send_name.push('1'),
        |payment| payment.wishing.push('!'),
        |payment| payment.act_name.push('!'),
        |payment| payment.remark.push('!'),
        |payment| payment.client_ip = [192, 168, 0, 2].into(),
        |payment| payment.options = payment.options.clone().scene_id(SceneId::Product1),
        |payment| payment.options = payment.options.clone().risk_info("posttime%3d1"),
        |payment| payment.openid = "another".parse().unwrap(),
    ];
    for change in changes {
        let mut payment = base.clone();
        change(&mut payment);
        assert!(!seen.contains(&payment.fingerprint()), "{payment:?}");
        seen.push(payment.fingerprint());
    }
}

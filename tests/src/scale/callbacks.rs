//! Notifications of payments (支付成功通知) by APIv3, coming at a steady pace: verified, opened and held
//! against the order.

use std::fmt;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cpu_time::ProcessTime;
use http::Response;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use wxpay_api::core::{AppId, Fen, MchId, OutTradeNo, Timestamp};
use wxpay_api::sign::v3::{ApiKey, PublicKeys};
use wxpay_api::v3::{Notices, PaymentNotice};

use crate::load::Times;
use crate::{clients, replies};

/// What came of a stream of callbacks.
#[derive(Debug)]
#[non_exhaustive]
pub struct Stream {
    /// How many came.
    pub sent: usize,
    /// How many were proven to be WeChat Pay's and to pay what was expected.
    pub opened: usize,
    /// How long they came.
    pub elapsed: Duration,
    /// How long each took, from when it came.
    pub times: Times,
    /// How long the process computed for all of them.
    pub computed: Duration,
}

/// Lets so many callbacks come in a second, for so long. Each is another payment.
pub async fn stream(per_second: u32, time: Duration) -> Stream {
    let answers: Vec<_> = (0..per_second).map(notice).collect();
    let platform = PublicKeys::new()
        .with_public_key(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
        .unwrap();
    let notices = Notices::new(platform, ApiKey::new(API_KEY).unwrap())
        .clock(|| Timestamp::from_unix(clients::NOW).unwrap());

    let sent = per_second as usize * usize::try_from(time.as_secs()).unwrap();
    let mut ticks = interval(Duration::from_secs(1) / per_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (start, computed) = (Instant::now(), ProcessTime::now());
    let mut running = JoinSet::new();
    for (number, answer) in answers.iter().enumerate().cycle().take(sent) {
        ticks.tick().await;
        let (notices, answer, came) = (notices.clone(), answer.clone(), Instant::now());
        running.spawn(async move {
            let opened = open(&notices, number, answer).await;
            (opened, came.elapsed())
        });
    }
    let ended = running.join_all().await;
    Stream {
        sent,
        opened: ended.iter().filter(|(opened, _)| *opened).count(),
        elapsed: start.elapsed(),
        times: Times::new(ended.iter().map(|(_, time)| *time).collect()),
        computed: computed.elapsed(),
    }
}

async fn open(notices: &Notices, number: usize, answer: Response<Bytes>) -> bool {
    let (head, body) = answer.into_parts();
    let Ok(notice) = notices.open(&head.headers, body).await else {
        return false;
    };
    let (mch_id, app_id) = (
        MchId::new(clients::MCH_ID).unwrap(),
        AppId::new(clients::APP_ID).unwrap(),
    );
    let order = OutTradeNo::new(order(number)).unwrap();
    PaymentNotice::read(&notice)
        .is_ok_and(|paid| paid.expect(&order, Fen::new(100), &mch_id, &app_id).is_ok())
}

fn order(number: usize) -> String {
    format!("SCALE{number}")
}

/// The notification of a payment of its own, as WeChat Pay would post it.
fn notice(number: u32) -> Response<Bytes> {
    let nonce = format!("{number:012}");
    let mut sealed = json!({
        "transaction_id": "1217752501201407033233368018",
        "amount": {"payer_total": 100, "total": 100, "currency": "CNY", "payer_currency": "CNY"},
        "mchid": clients::MCH_ID,
        "trade_state": "SUCCESS",
        "bank_type": "CMC",
        "success_time": "2018-06-08T10:34:56+08:00",
        "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        "out_trade_no": order(number as usize),
        "appid": clients::APP_ID,
        "trade_state_desc": "支付成功",
        "trade_type": "JSAPI",
    })
    .to_string()
    .into_bytes();
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, API_KEY.as_bytes()).unwrap())
        .seal_in_place_append_tag(
            Nonce::try_assume_unique_for_key(nonce.as_bytes()).unwrap(),
            Aad::from("transaction"),
            &mut sealed,
        )
        .unwrap();
    let body = json!({
        "id": format!("EV-{number}"),
        "create_time": "2018-06-08T10:34:56+08:00",
        "resource_type": "encrypt-resource",
        "event_type": "TRANSACTION.SUCCESS",
        "summary": "支付成功",
        "resource": {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": STANDARD.encode(sealed),
            "associated_data": "transaction",
            "nonce": nonce,
        },
    });
    replies::v3_signed(200, &body.to_string(), clients::NOW)
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sent,
            opened,
            elapsed,
            times,
            computed,
        } = self;
        let seconds = elapsed.as_secs_f64();
        let micros = |percent| times.percentile(percent).as_micros();
        write!(
            f,
            "{sent} callbacks in {seconds:.2} s ({:.0} a second), {opened} verified, opened and expected; \
             {} µs median, {} µs p99; {:.1} % of one core, {:.0} µs each",
            *sent as f64 / seconds,
            micros(50),
            micros(99),
            computed.as_secs_f64() / seconds * 100.0,
            computed.as_secs_f64() * 1e6 / *sent as f64,
        )
    }
}

const API_KEY: &str = "ExampleApiV3Key0123456789abcdefg";

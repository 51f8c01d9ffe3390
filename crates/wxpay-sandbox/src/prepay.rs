use serde::{Deserialize, Serialize};
use wxpay_core::Timestamp;

use crate::snapshot::{millis, millis_option};
use crate::{Api, Protocol};

/// What a request that made an order (下单) asked for, and what it got.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Prepay {
    /// The endpoint that made the order.
    pub api: Api,
    /// What is sold (商品描述).
    pub description: String,
    /// Where the payment is to be told (通知地址). The sandbox posts to loopback and nowhere else.
    pub notify_url: String,
    /// When the order was made.
    #[serde(with = "millis")]
    pub create_time: Timestamp,
    /// Until when it can be paid (交易结束时间), if there is an end.
    #[serde(with = "millis_option")]
    pub time_expire: Option<Timestamp>,
    /// Who alone can pay it (用户标识): the user of a JSAPI order.
    pub openid: Option<String>,
    /// The id (预支付交易会话标识) that the order is paid by. One that is two hours old is replaced when it
    /// is asked for again.
    pub prepay_id: String,
    /// When that id was made.
    #[serde(with = "millis")]
    pub prepay_time: Timestamp,
    /// What a NATIVE order's QR code (二维码链接) says.
    pub code_url: Option<String>,
    /// Where a MWEB order is paid (支付跳转链接).
    pub mweb_url: Option<String>,
    /// Whether APIv2 signs with HMAC-SHA256 what it tells of the order.
    pub(crate) hmac_sha256: bool,
}

impl Prepay {
    /// The protocol that the order was made with, which is the one that its payment is told in.
    pub fn protocol(&self) -> Protocol {
        self.api.protocol()
    }
}

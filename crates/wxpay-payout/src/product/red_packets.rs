use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use wxpay_api::v2::red_packet::query_red_packet::{
    QueryRedPacketOptions, QueryRedPacketResponse, RedPacketStatus,
};
use wxpay_api::v2::red_packet::{QueryRedPacket, SendRedPacket};
use wxpay_client::v2::{Client, Endpoint, Fields, Form, Meta};
use wxpay_core::{DecodeError, Effect, Error, Fen, InvalidInput, Params};
use wxpay_sign::Verified;

use super::{Product, RedPacket, form, payee_digest};
use crate::evidence::{Message, PayEnd, QueryEnd};
use crate::fence::Fence;
use crate::{Hold, Limits, Moment, Number, Rules, WaitsFor};

/// Red packets for one user each (现金红包) over a [`Client`]. It sends for the client's sub-merchant,
/// if it has one.
///
/// A success says that the red packet was sent, not that it was received: it waits for its
/// [receiver](WaitsFor::Receiver), and is paid when it is received (`RECEIVED`). What nobody has
/// received within 24 hours goes back (`RFUND_ING`, then `REFUND`). Then it has failed, as one that
/// was never sent (`FAILED`), and the intent may be paid under its next number.
///
/// No code of the request is final by its page (如果状态是FAIL，请务必再请求一次查询接口). Those that name a cause
/// which stops a red packet reject it once two queries, twenty minutes apart, do not know it; all
/// others leave it unknown.
///
/// Responses have no signature: only the TLS connection proves them.
///
/// <https://pay.weixin.qq.com/doc/v2/merchant/4011974053>
#[derive(Clone, Debug)]
pub struct RedPackets {
    client: Client,
}

impl RedPackets {
    /// Over this client, which signs and sends, with the merchant's client certificate.
    ///
    /// Its transport's time limit for a whole call must not exceed [`Rules::call`]: a send must
    /// have ended before the lease does.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    fn has_sub_merchant(&self) -> bool {
        self.client.merchant().sub_mch_id.is_some()
    }

    /// What the page asks of service providers.
    fn check_app(&self, payment: &RedPacket) -> Result<(), InvalidInput> {
        if !self.has_sub_merchant() || payment.options.msgappid.is_some() {
            return Ok(());
        }
        let rule = "must be given by a service provider: the app that tells the user";
        let rule_zh = "服务商发放红包时必须填写触达用户appid";
        Err(InvalidInput::new("msgappid", rule, rule_zh))
    }

    /// What a query says, by the status (红包状态) alone.
    fn found(&self, packet: QueryRedPacketResponse) -> QueryEnd {
        let hold = |who, said: &str| {
            let said = format!("{}: {said}", packet.status.as_str());
            QueryEnd::Waiting(Hold::new(who, said))
        };
        match &packet.status {
            // The page: still being sent after twenty minutes, it is to be sent once more under the
            // same number.
            RedPacketStatus::Sending => hold(WaitsFor::Repetition, "发放中"),
            RedPacketStatus::Sent => hold(WaitsFor::Receiver, "已发放待领取"),
            RedPacketStatus::RfundIng => hold(WaitsFor::WeChatPay, "退款中"),
            RedPacketStatus::Received => {
                let claim = packet.hblist.into_iter().next();
                let (openid, received) = claim
                    .map(|claim| (claim.openid, claim.rcv_time))
                    .unwrap_or_default();
                // Users of a sub-merchant have an openid of each of two apps, and no page says
                // which of them stands here.
                let openid = openid.filter(|_| !self.has_sub_merchant());
                QueryEnd::Paid {
                    payment_no: packet.detail_id,
                    amount: packet.total_amount,
                    payee: openid.map(|openid| payee_digest(openid.as_str())),
                    at: received.and_then(|time| time.timestamp()).map(Moment::from),
                }
            }
            RedPacketStatus::Failed => {
                let reason = packet.reason.unwrap_or_else(|| "发放失败".to_owned());
                QueryEnd::Failed(Some(format!("FAILED: {reason}")))
            }
            RedPacketStatus::Refund => match (packet.refund_amount, packet.total_amount) {
                (Some(back), Some(total)) if back != total => QueryEnd::Unclear(format!(
                    "{back} of {total} fen were returned: this number is that of a red packet for several users"
                )),
                _ => QueryEnd::Failed(Some("REFUND: 未领取，已退款".to_owned())),
            },
            _ => QueryEnd::Processing,
        }
    }
}

#[async_trait]
impl Product for RedPackets {
    type Payment = RedPacket;

    fn merchant(&self) -> &str {
        self.client.merchant().mch_id.as_str()
    }

    fn name(&self) -> &str {
        PRODUCT
    }

    /// As the pages have it: twenty minutes until what is being sent, or was not found, is sent
    /// again; queries for 30 days.
    fn rules(&self) -> Rules {
        Rules {
            not_found_gap: Duration::from_secs(20 * 60),
            overdue_after: DAY * 2,
            ..Rules::default()
        }
    }

    /// What the page says of a merchant that has not changed it.
    fn limits(&self) -> Limits {
        Limits {
            payee_day: Some(Fen::new(100_000)),
            payee_day_count: Some(10),
            payee_gap: Duration::ZERO,
            merchant_day: Some(Fen::new(100_000_000)),
            per_second: NonZeroU32::new(30),
            ..Limits::default()
        }
    }

    async fn compose(&self, number: &Number, payment: &RedPacket) -> Result<Message, Error> {
        own(number, Effect::Write)?;
        payment
            .check_scene()
            .and_then(|()| self.check_app(payment))
            .map_err(|error| Error::new(PRODUCT, Effect::Write, error))?;
        let request = payment.with_number(number.as_str());
        let (request, _) = self.client.prepare(&request)?;
        Ok(Message::new(request.into_body()))
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        let sent = match own(number, Effect::Write) {
            Ok(()) => form::send(&self.client, &Stored(number), message, fence).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => PayEnd::Waiting(Hold::new(WaitsFor::Receiver, "SENT: 已发放待领取")),
            Err(error) => form::not_paid(error),
        }
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        let request = QueryRedPacket {
            mch_billno: number.as_str().to_owned(),
            options: QueryRedPacketOptions::default(),
        };
        match form::ask(&self.client, &request).await {
            Ok(packet) => self.found(packet),
            Err(error) => form::not_found(&error),
        }
    }
}

/// 28 letters and digits at most.
fn own(number: &Number, effect: Effect) -> Result<(), Error> {
    let text = number.as_str();
    if text.len() <= 28 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let rule = "must have 1 to 28 letters and digits";
    let rule_zh = "必须为 1 至 28 个字母或数字";
    let error = InvalidInput::new("mch_billno", rule, rule_zh);
    Err(Error::new(PRODUCT, effect, error))
}

/// Part of every number: it stays as it is, whatever the endpoint may be called one day.
const PRODUCT: &str = "v2.red_packet.send_red_packet";
const DAY: Duration = Duration::from_secs(86_400);

/// A red packet whose request is there already, to the byte. Only its response is read.
struct Stored<'a>(&'a Number);

impl Endpoint for Stored<'_> {
    type Response = ();
    const META: &'static Meta = SendRedPacket::META;

    fn encode(&self, form: &mut Form) -> Result<(), InvalidInput> {
        form.set("mch_billno", self.0.as_str());
        Ok(())
    }

    fn decode(&self, reply: Verified<Params>) -> Result<(), DecodeError> {
        Fields::of(reply.get()).echo("mch_billno", self.0.as_str())
    }
}

use std::time::Duration;

/// How long the cashier waits for what.
///
/// The defaults are those of WeChat Pay's documents of [the
/// payment](https://pay.weixin.qq.com/doc/v2/merchant/4011937125) and of [the
/// reversal](https://pay.weixin.qq.com/doc/v2/merchant/4011937361) where they name a time; where
/// they name none, it says so.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rules {
    /// The wait between the charge and the first query: 5 seconds (等待5秒后调用查询订单API).
    pub first_query: Duration,
    /// The wait between two queries: 10 seconds (建议10秒).
    pub query_every: Duration,
    /// The same once [`late`](Self::late) is over: one minute. No document names it.
    pub query_every_later: Duration,
    /// After this time an order counts as left behind, and is asked about less often: 5 minutes. No
    /// document names it.
    pub late: Duration,
    /// How long an order may stay unknown or unpaid before it is reversed: 45 seconds
    /// (直到支付成功或超时，建议45秒).
    pub wait: Duration,
    /// The shortest time between the charge and a reversal: 15 seconds (建议至少15秒后再调用). It is also
    /// the shortest between a reversal that was refused and a query that may prove the payment.
    pub reverse_after: Duration,
    /// For how long after the charge an order can be reversed: 7 days (7天以内的交易单可调用撤销).
    pub reverse_for: Duration,
    /// In this time a request that was sent has arrived, or never will: 5 minutes. No document
    /// names it. So long after a reversal in doubt a query proves a payment, and so long after a
    /// charge without an answer an accepted reversal of an order that no query knows is believed.
    pub doubt: Duration,
    /// After a charge that was refused for good, the time to the second of the two queries that
    /// must not know the order: 5 seconds, the time after which the documents ask for a query.
    pub confirm: Duration,
    /// After this time, an order that WeChat Pay does not know, and that was reversed without
    /// effect, counts as never arrived: 10 minutes. No document names it; [`Duration::MAX`] turns
    /// it off.
    ///
    /// A charge leaves within [`send_within`](Self::send_within), and the code on the phone changes
    /// every minute, so it can't be paid so late.
    pub not_known_for: Duration,
    /// A charge or a reversal leaves within this time after the facts it rests on, or not at all:
    /// 10 seconds.
    pub send_within: Duration,
    /// How long one call of the cashier goes on at most, apart from the charge itself and the last
    /// requests: 2 minutes. What is then not settled is [`Open`](crate::Open).
    pub patience: Duration,
    /// A payment that WeChat Pay dates this much before the charge is that of an earlier order with
    /// the same number: 10 minutes, for clocks that differ.
    ///
    /// It is compared only if the response to the charge was lost or says neither yes nor
    /// `USERPAYING`. If the shop's clock is fast by more than this, such a payment is not believed,
    /// and stays [for a person](crate::Reason::OtherPayment): let the clock be set by the network.
    pub clocks_differ: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            first_query: SECOND * 5,
            query_every: SECOND * 10,
            query_every_later: MINUTE,
            late: MINUTE * 5,
            wait: SECOND * 45,
            reverse_after: SECOND * 15,
            reverse_for: DAY * 7,
            doubt: MINUTE * 5,
            confirm: SECOND * 5,
            not_known_for: MINUTE * 10,
            send_within: SECOND * 10,
            patience: MINUTE * 2,
            clocks_differ: MINUTE * 10,
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

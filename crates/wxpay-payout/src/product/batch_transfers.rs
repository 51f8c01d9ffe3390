use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use wxpay_api::v3::transfer::query_batch_by_out_batch_no::QueryBatchByOutBatchNoOptions;
use wxpay_api::v3::transfer::query_detail_by_out_detail_no::QueryDetailByOutDetailNoOptions;
use wxpay_api::v3::transfer::types::{Batch, BatchStatus, DetailStatus, TransferDetail};
use wxpay_api::v3::transfer::{CreateBatch, QueryBatchByOutBatchNo, QueryDetailByOutDetailNo};
use wxpay_client::json::{Json, Object};
use wxpay_client::v3::{Call, Client, Endpoint, Meta};
use wxpay_core::{BatchId, DecodeError, Effect, Error, InvalidInput, OutBatchNo, OutDetailNo};
use wxpay_sign::Verified;

use super::stored::{self, Kept};
use super::{BatchTransfer, Product, payee_digest};
use crate::evidence::{Message, PayEnd, QueryEnd};
use crate::fence::Fence;
use crate::{Hold, Limits, Moment, Number, Rules, WaitsFor, described};

/// Transfers to users' balances (商家转账到零钱) over a [`Client`] with an app ID. WeChat Pay opens this
/// product to nobody any more; new merchants have `UserTransfers`.
///
/// Each payment is a batch of its own with one transfer in it, and both have the payment's number.
/// So the number, and with it what a query asks for, follows from the intent alone, as it must when
/// a journal is lost; and the end of one payment never depends on others. In a batch of many, the
/// same list had to be sent again to the byte, and one that failed needed another batch anyway.
///
/// A success says that the batch was taken. How it ends, queries of the transfer tell; as long as
/// they do not find it, the batch is asked about, which may wait for an
/// [approval](WaitsFor::Approver). A batch that is finished or closed proves nothing about its
/// transfer.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012458841>
#[derive(Clone, Debug)]
pub struct BatchTransfers {
    client: Client,
}

impl BatchTransfers {
    /// Over this client, which signs, sends and verifies.
    ///
    /// Its transport's time limit for a whole call must not exceed [`Rules::call`]: a send must
    /// have ended before the lease does.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    async fn send(
        &self,
        number: &Number,
        message: &Message,
        fence: &Fence,
    ) -> Result<PayEnd, Error> {
        let kept = Kept::read(PRODUCT, message)?;
        let stored = Stored {
            number,
            body: &kept.body,
        };
        kept.send(&self.client, &stored, fence).await
    }

    /// What the batch says as long as its transfer is not found.
    async fn batch(&self, out_batch_no: OutBatchNo) -> QueryEnd {
        let request = QueryBatchByOutBatchNo {
            out_batch_no,
            need_query_detail: false,
            options: QueryBatchByOutBatchNoOptions::default(),
        };
        match stored::ask(&self.client, &request).await {
            Ok(found) => without_detail(&found.transfer_batch),
            Err(error) => stored::not_found(&error, NOT_FOUND),
        }
    }
}

#[async_trait]
impl Product for BatchTransfers {
    type Payment = BatchTransfer;

    fn merchant(&self) -> &str {
        self.client.mch_id().map_or("", |mch_id| mch_id.as_str())
    }

    fn name(&self) -> &str {
        PRODUCT
    }

    /// For how long a batch may be asked for again, no page says; these are the days of the product
    /// that took its place.
    fn rules(&self) -> Rules {
        Rules {
            resend_for: DAY * 2,
            overdue_after: DAY * 3,
            ..Rules::default()
        }
    }

    /// What a merchant may transfer is set at the merchant platform, and not known here.
    fn limits(&self) -> Limits {
        Limits {
            per_second: NonZeroU32::new(10),
            ..Limits::none()
        }
    }

    async fn compose(&self, number: &Number, payment: &BatchTransfer) -> Result<Message, Error> {
        let request = payment
            .check_name()
            .and_then(|()| payment.with_number(number.as_str()))
            .map_err(|error| Error::new(PRODUCT, Effect::Write, error))?;
        let (request, _) = self.client.prepare(&request).await?;
        Ok(stored::message(&request))
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        match self.send(number, message, fence).await {
            Ok(end) => end,
            Err(error) => stored::not_paid(error),
        }
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        let number = number.as_str();
        let own = OutBatchNo::new(number).and_then(|batch| Ok((batch, OutDetailNo::new(number)?)));
        let (out_batch_no, out_detail_no) = match own {
            Ok(own) => own,
            Err(error) => {
                let error = Error::new(PRODUCT, Effect::Read, error);
                return QueryEnd::Unclear(described(&error));
            }
        };
        let request = QueryDetailByOutDetailNo {
            out_detail_no,
            out_batch_no: out_batch_no.clone(),
            options: QueryDetailByOutDetailNoOptions::default(),
        };
        match stored::ask(&self.client, &request).await {
            Ok(detail) => found(detail),
            Err(error) => match stored::not_found(&error, NOT_FOUND) {
                QueryEnd::NotFound => self.batch(out_batch_no).await,
                end => end,
            },
        }
    }
}

/// What a query of the transfer says, by its status (明细状态) alone.
fn found(detail: TransferDetail) -> QueryEnd {
    match &detail.detail_status {
        DetailStatus::Success => QueryEnd::Paid {
            payment_no: Some(detail.detail_id.to_string()),
            amount: Some(detail.transfer_amount),
            payee: detail.openid.map(|openid| payee_digest(openid.as_str())),
            at: detail
                .update_time
                .and_then(|time| time.timestamp())
                .map(Moment::from),
        },
        DetailStatus::Fail => {
            let reason = detail.fail_reason;
            QueryEnd::Failed(reason.map(|reason| format!("FAIL: {}", reason.as_str())))
        }
        DetailStatus::WaitPay => hold(WaitsFor::Approver, "WAIT_PAY: 待确认"),
        DetailStatus::Init => hold(WaitsFor::WeChatPay, "INIT: 初始态"),
        DetailStatus::Processing => hold(WaitsFor::WeChatPay, "PROCESSING: 转账中"),
        _ => QueryEnd::Processing,
    }
}

/// What a batch says whose transfer was not found.
fn without_detail(batch: &Batch) -> QueryEnd {
    match &batch.batch_status {
        Some(BatchStatus::WaitPay) => hold(WaitsFor::Approver, "WAIT_PAY: 待付款确认"),
        Some(BatchStatus::Accepted) => hold(WaitsFor::WeChatPay, "ACCEPTED: 已受理"),
        Some(BatchStatus::Processing) => hold(WaitsFor::WeChatPay, "PROCESSING: 处理中"),
        Some(status @ (BatchStatus::Finished | BatchStatus::Closed)) => {
            let status = status.as_str();
            QueryEnd::Unclear(format!(
                "the batch is {status}, and its transfer is not found so far"
            ))
        }
        _ => QueryEnd::Processing,
    }
}

fn hold(waits_for: WaitsFor, said: &str) -> QueryEnd {
    QueryEnd::Waiting(Hold::new(waits_for, said))
}

/// Part of every number: it stays as it is, whatever the endpoint may be called one day.
const PRODUCT: &str = "v3.transfer.create_batch";
const NOT_FOUND: &str = "NOT_FOUND";
const DAY: Duration = Duration::from_secs(86_400);

/// A batch whose request is there already, to the byte. Only its response is read.
struct Stored<'a> {
    number: &'a Number,
    body: &'a Json,
}

impl Endpoint for Stored<'_> {
    type Response = PayEnd;
    const META: &'static Meta = CreateBatch::META;

    fn encode(&self, call: &mut Call) -> Result<(), InvalidInput> {
        call.json(self.body.clone())
    }

    /// A success says that WeChat Pay has taken the batch. How its transfer ends, a query tells.
    fn decode(&self, reply: Verified<Json>) -> Result<PayEnd, DecodeError> {
        let fields = Object::of(reply.get())?;
        fields.echo("out_batch_no", self.number.as_str())?;
        let _: BatchId = fields.require("batch_id")?;
        let status: Option<BatchStatus> = fields.optional("batch_status")?;
        Ok(match status {
            None | Some(BatchStatus::Accepted) => {
                PayEnd::Waiting(Hold::new(WaitsFor::WeChatPay, "ACCEPTED: 已受理"))
            }
            Some(BatchStatus::Processing) => {
                PayEnd::Waiting(Hold::new(WaitsFor::WeChatPay, "PROCESSING: 处理中"))
            }
            Some(BatchStatus::WaitPay) => {
                PayEnd::Waiting(Hold::new(WaitsFor::Approver, "WAIT_PAY: 待付款确认"))
            }
            Some(status) => PayEnd::Unclear(format!("the response says {}", status.as_str())),
        })
    }
}

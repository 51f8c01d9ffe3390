use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use wxpay_api::v3::fund_app::cancel_transfer::CancelTransferOptions;
use wxpay_api::v3::fund_app::query_transfer_by_out_bill_no::QueryTransferByOutBillNoOptions;
use wxpay_api::v3::fund_app::types::{Transfer, TransferState};
use wxpay_api::v3::fund_app::{CancelTransfer, CreateTransfer, QueryTransferByOutBillNo};
use wxpay_client::json::{Json, Object};
use wxpay_client::v3::{Call, Client, Endpoint, Meta};
use wxpay_core::{DecodeError, Effect, Error, InvalidInput, Outcome};
use wxpay_sign::Verified;

use super::stored::{self, Kept};
use super::{Product, UserTransfer, payee_digest};
use crate::evidence::{CancelEnd, Message, PayEnd, QueryEnd};
use crate::fence::Fence;
use crate::{Hold, Limits, Moment, Number, Package, Rules, WaitsFor, described};

/// Transfers that the user confirms (商家转账，用户确认模式) over a [`Client`] with an app ID.
///
/// WeChat Pay takes a transfer, locks the money and waits for the user, who confirms on the page
/// that the [package](crate::Waiting::package) opens. After 24 hours WeChat Pay closes it by
/// itself, which may take longer. Then, or when it was [cancelled](crate::Payouts::cancel), it has
/// failed, and the intent may be paid under its next number.
///
/// The package comes with the response to the request alone, so the engine sends the same request
/// once more if that response was lost. WeChat Pay takes it under the same number as the same
/// transfer, for three calendar days.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012716434>
#[derive(Clone, Debug)]
pub struct UserTransfers {
    client: Client,
}

impl UserTransfers {
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
}

#[async_trait]
impl Product for UserTransfers {
    type Payment = UserTransfer;

    fn merchant(&self) -> &str {
        self.client.mch_id().map_or("", |mch_id| mch_id.as_str())
    }

    fn name(&self) -> &str {
        PRODUCT
    }

    /// A request may be repeated for three calendar days, which can be little more than two days of
    /// 24 hours.
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
            per_second: NonZeroU32::new(100),
            ..Limits::none()
        }
    }

    async fn compose(&self, number: &Number, payment: &UserTransfer) -> Result<Message, Error> {
        let invalid = |error: InvalidInput| Error::new(PRODUCT, Effect::Write, error);
        own(number)
            .and_then(|()| payment.check_name())
            .map_err(invalid)?;
        let request = payment.with_number(number.as_str());
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
        let request = QueryTransferByOutBillNo {
            out_bill_no: number.as_str().to_owned(),
            options: QueryTransferByOutBillNoOptions::default(),
        };
        match stored::ask(&self.client, &request).await {
            Ok(transfer) => found(transfer),
            Err(error) => stored::not_found(&error, "NOT_FOUND"),
        }
    }

    async fn cancel(&self, number: &Number, fence: &Fence) -> CancelEnd {
        let request = CancelTransfer {
            out_bill_no: number.as_str().to_owned(),
            options: CancelTransferOptions::default(),
        };
        match stored::call(&self.client, &request, fence).await {
            Ok(_) => CancelEnd::Taken,
            Err(error) if error.outcome() == Outcome::NotExecuted => CancelEnd::NotSent(error),
            Err(error) => match stored::refusal(&error) {
                Some(refusal) => CancelEnd::Refused(refusal),
                None => CancelEnd::Unclear(described(&error)),
            },
        }
    }
}

/// What a query says, by the state (单据状态) alone.
fn found(transfer: Transfer) -> QueryEnd {
    match &transfer.state {
        TransferState::Success => QueryEnd::Paid {
            payment_no: Some(transfer.transfer_bill_no),
            amount: Some(transfer.transfer_amount),
            payee: transfer.openid.map(|openid| payee_digest(openid.as_str())),
            at: transfer
                .update_time
                .and_then(|time| time.timestamp())
                .map(Moment::from),
        },
        TransferState::Fail => QueryEnd::Failed(transfer.fail_reason),
        TransferState::Cancelled => {
            QueryEnd::Failed(Some("it was cancelled (转账撤销完成)".to_owned()))
        }
        state => hold(state).map_or(QueryEnd::Processing, QueryEnd::Waiting),
    }
}

/// Whom a transfer waits for in this state. Nothing in a state that is an end, or that is not known
/// here.
fn hold(state: &TransferState) -> Option<Hold> {
    let (waits_for, said) = match state {
        TransferState::WaitUserConfirm => (WaitsFor::User, "待收款用户确认"),
        TransferState::Transfering => (WaitsFor::User, "转账中，用户可再次确认收款"),
        TransferState::Accepted => (WaitsFor::Repetition, "转账已受理"),
        TransferState::Processing => (WaitsFor::Repetition, "转账锁定资金中，请检查余额"),
        TransferState::Canceling => (WaitsFor::WeChatPay, "转账撤销中"),
        _ => return None,
    };
    Some(Hold::new(waits_for, format!("{}: {said}", state.as_str())))
}

fn own(number: &Number) -> Result<(), InvalidInput> {
    let text = number.as_str();
    if text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let rule = "must have 1 to 32 letters and digits";
    let rule_zh = "必须为 1 至 32 个字母或数字";
    Err(InvalidInput::new("out_bill_no", rule, rule_zh))
}

/// Part of every number: it stays as it is, whatever the endpoint may be called one day.
const PRODUCT: &str = "v3.fund_app.create_transfer";
const DAY: Duration = Duration::from_secs(86_400);

/// A transfer whose request is there already, to the byte. Only its response is read.
struct Stored<'a> {
    number: &'a Number,
    body: &'a Json,
}

impl Endpoint for Stored<'_> {
    type Response = PayEnd;
    const META: &'static Meta = CreateTransfer::META;

    fn encode(&self, call: &mut Call) -> Result<(), InvalidInput> {
        call.json(self.body.clone())
    }

    /// `FAIL` and `CANCELLED` are left to a query, after which alone another number may be taken.
    /// So is what is not known here.
    fn decode(&self, reply: Verified<Json>) -> Result<PayEnd, DecodeError> {
        let fields = Object::of(reply.get())?;
        fields.echo("out_bill_no", self.number.as_str())?;
        let payment_no: String = fields.require("transfer_bill_no")?;
        let state: TransferState = fields.require("state")?;
        let package: Option<String> = fields.optional("package_info")?;
        if state == TransferState::Success {
            return Ok(PayEnd::Paid { payment_no });
        }
        Ok(match hold(&state) {
            Some(hold) => PayEnd::Waiting(hold.package(package.map(Package::new))),
            None => PayEnd::Unclear(format!("the response says {}", state.as_str())),
        })
    }
}

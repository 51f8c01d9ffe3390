use async_trait::async_trait;
use wxpay_api::v2::wecom::query_employee_payment::QueryEmployeePaymentOptions;
use wxpay_api::v2::wecom::{PayEmployee, QueryEmployeePayment, QueryEmployeePaymentResponse};
use wxpay_client::v2::{Client, Endpoint, Fields, Form, Meta};
use wxpay_core::{
    DecodeError, Effect, Error, InvalidInput, Params, PartnerTradeNo, PaymentNo, Progress,
};
use wxpay_sign::Verified;

use super::{EmployeePayment, Product, form, payee_digest};
use crate::evidence::{Message, PayEnd, QueryEnd};
use crate::fence::Fence;
use crate::{Moment, Number, described};

/// 向员工付款 and 查询付款记录 over a [`Client`].
#[derive(Clone, Debug)]
pub struct Wecom {
    client: Client,
}

impl Wecom {
    /// Over this client, which signs, sends and verifies.
    ///
    /// Its transport's time limit for a whole call must not exceed
    /// [`Rules::call`](crate::Rules::call): a send must have ended before the lease does.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    async fn send(
        &self,
        number: &Number,
        message: &Message,
        fence: &Fence,
    ) -> Result<PaymentNo, Error> {
        let number = own(number, Effect::Write)?;
        form::send(&self.client, &Stored(&number), message, fence).await
    }
}

#[async_trait]
impl Product for Wecom {
    type Payment = EmployeePayment;

    fn merchant(&self) -> &str {
        self.client.merchant().mch_id.as_str()
    }

    fn name(&self) -> &str {
        PRODUCT
    }

    async fn compose(&self, number: &Number, payment: &EmployeePayment) -> Result<Message, Error> {
        let request = payment.with_number(own(number, Effect::Write)?);
        let (request, _) = self.client.prepare(&request)?;
        Ok(Message::new(request.into_body()))
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        match self.send(number, message, fence).await {
            Ok(payment_no) => PayEnd::Paid {
                payment_no: payment_no.to_string(),
            },
            Err(error) => form::not_paid(error),
        }
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        let partner_trade_no = match own(number, Effect::Read) {
            Ok(number) => number,
            Err(error) => return QueryEnd::Unclear(described(&error)),
        };
        let request = QueryEmployeePayment {
            partner_trade_no,
            options: QueryEmployeePaymentOptions::default(),
        };
        match form::ask(&self.client, &request).await {
            Ok(found) => found_to_end(found),
            Err(error) => form::not_found(&error),
        }
    }
}

/// The number as this product takes it: 28 letters and digits at most.
fn own(number: &Number, effect: Effect) -> Result<PartnerTradeNo, Error> {
    PartnerTradeNo::new(number.as_str()).map_err(|error| Error::new(PRODUCT, effect, error))
}

fn found_to_end(found: QueryEmployeePaymentResponse) -> QueryEnd {
    match found.status.progress() {
        Progress::Succeeded => QueryEnd::Paid {
            payment_no: found.detail_id.map(|id| id.to_string()),
            amount: found.payment_amount,
            payee: found.openid.map(|openid| payee_digest(openid.as_str())),
            at: found
                .transfer_time
                .and_then(|time| time.timestamp())
                .map(Moment::from),
        },
        Progress::Failed => QueryEnd::Failed(found.reason),
        Progress::Pending | Progress::Returned | Progress::Unknown => QueryEnd::Processing,
    }
}

/// Part of every number: it stays as it is, whatever the endpoint may be called one day.
const PRODUCT: &str = "v2.wecom.pay_employee";

/// A payment whose request is there already, to the byte. Only its response is read.
struct Stored<'a>(&'a PartnerTradeNo);

impl Endpoint for Stored<'_> {
    type Response = PaymentNo;
    const META: &'static Meta = PayEmployee::META;

    fn encode(&self, form: &mut Form) -> Result<(), InvalidInput> {
        form.id("partner_trade_no", self.0)
    }

    fn decode(&self, reply: Verified<Params>) -> Result<PaymentNo, DecodeError> {
        let fields = Fields::of(reply.get());
        fields.echo("partner_trade_no", self.0)?;
        fields.require("payment_no")
    }
}

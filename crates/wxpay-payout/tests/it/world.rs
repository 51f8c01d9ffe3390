//! A service that plays a script, and engines over it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use wxpay_api::v2::wecom::{
    pay_employee::CheckName, pay_employee::MessageType, pay_employee::PayEmployeeOptions,
};
use wxpay_core::{Error, Fen};
use wxpay_payout::{
    CancelEnd, EmployeePayment, Fence, Intent, Journal, Message, Moment, Number, PayEnd, Payouts,
    Product, QueryEnd, Rules,
};
use wxpay_transport::TokioTimer;

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// What was called, in order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Call {
    Pay(Number, Message),
    Query(Number),
    Cancel(Number),
}

/// Ends pays and queries by a script; when that has ended, pays succeed and queries find them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scripted {
    pub(crate) pays: Arc<Mutex<VecDeque<PayEnd>>>,
    pub(crate) queries: Arc<Mutex<VecDeque<QueryEnd>>>,
    pub(crate) cancels: Arc<Mutex<VecDeque<CancelEnd>>>,
    pub(crate) calls: Arc<Mutex<Vec<Call>>>,
}

impl Scripted {
    pub(crate) fn new(
        pays: impl IntoIterator<Item = PayEnd>,
        queries: impl IntoIterator<Item = QueryEnd>,
    ) -> Self {
        Self {
            pays: Arc::new(Mutex::new(pays.into_iter().collect())),
            queries: Arc::new(Mutex::new(queries.into_iter().collect())),
            cancels: Arc::default(),
            calls: Arc::default(),
        }
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        let calls = self.calls.lock().unwrap();
        let pays = calls.iter().filter_map(|call| match call {
            Call::Pay(_, message) => Some(message.clone()),
            Call::Query(_) | Call::Cancel(_) => None,
        });
        pays.collect()
    }
}

#[async_trait]
impl Product for Scripted {
    type Payment = EmployeePayment;

    fn merchant(&self) -> &str {
        "1900000109"
    }

    fn name(&self) -> &str {
        "a product"
    }

    async fn compose(&self, number: &Number, payment: &EmployeePayment) -> Result<Message, Error> {
        Ok(Message::new(format!("{number} {}", payment.amount)))
    }

    async fn pay(&self, number: &Number, message: &Message, _: &Fence) -> PayEnd {
        let call = Call::Pay(number.clone(), message.clone());
        self.calls.lock().unwrap().push(call);
        self.pays
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(PayEnd::Paid {
                payment_no: "1".to_owned(),
            })
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        self.calls.lock().unwrap().push(Call::Query(number.clone()));
        self.queries
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(QueryEnd::NotFound)
    }

    async fn cancel(&self, number: &Number, _: &Fence) -> CancelEnd {
        self.calls
            .lock()
            .unwrap()
            .push(Call::Cancel(number.clone()));
        let end = self.cancels.lock().unwrap().pop_front();
        end.unwrap_or(CancelEnd::Unsupported)
    }
}

/// Noon in China, on tokio's clock, which a test pauses.
pub(crate) fn clock() -> impl Fn() -> Moment + Send + Sync + 'static {
    let start = tokio::time::Instant::now();
    move || Moment::from_millis(1_796_011_200_000).after(start.elapsed())
}

pub(crate) fn payouts(journal: impl Journal) -> Payouts {
    payouts_over(journal, Scripted::default())
}

pub(crate) fn payouts_over(
    journal: impl Journal,
    service: impl Product<Payment = EmployeePayment>,
) -> Payouts {
    payouts_by(unasked(), journal, service)
}

/// The same by other rules.
pub(crate) fn payouts_by(
    rules: Rules,
    journal: impl Journal,
    service: impl Product<Payment = EmployeePayment>,
) -> Payouts {
    Payouts::builder(journal, service, TokioTimer::new())
        .clock(clock())
        .rules(rules)
        .build()
}

/// Without the query before each send, so that a script's queries are those after it.
pub(crate) fn unasked() -> Rules {
    let mut rules = Rules::default();
    rules.query_before_send = false;
    rules
}

pub(crate) fn intent(name: &str, amount: i64) -> Intent {
    Intent {
        id: name.parse().unwrap(),
        payment: EmployeePayment {
            openid: format!("openid-{name}").parse().unwrap(),
            amount: Fen::new(amount),
            check_name: CheckName::NoCheck,
            desc: "报销".to_owned(),
            act_name: "项目".to_owned(),
            spbill_create_ip: [127, 0, 0, 1].into(),
            ww_msg_type: MessageType::NormalMsg,
            options: PayEmployeeOptions::default(),
        },
    }
}

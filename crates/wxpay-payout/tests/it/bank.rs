//! A server that pays each number once, as WeChat Pay does, for tests with several journals.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use wxpay_core::{Certainty, Class, Error, Fen};
use wxpay_payout::{
    EmployeePayment, Fence, Message, Number, PayEnd, Product, QueryEnd, Refusal, payee_digest,
};

/// Clones are one server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bank(Arc<Mutex<Books>>);

#[derive(Debug, Default)]
struct Books {
    paid: HashMap<Number, Message>,
    failed: HashMap<Number, Message>,
    /// How many of the next payments fail.
    fails: usize,
    /// How many of the next payments get lost before they arrive.
    losses: usize,
    /// What queries about a number say first.
    says: HashMap<Number, VecDeque<QueryEnd>>,
    queries: usize,
    sends: usize,
    key_is_wrong: bool,
}

impl Bank {
    pub(crate) fn message(&self, number: &Number, payment: &EmployeePayment) -> Message {
        let payee = payee_digest(payment.openid.as_str());
        Message::new(format!("{number} {} {payee}", payment.amount))
    }

    pub(crate) fn fail_next(&self, count: usize) {
        self.0.lock().unwrap().fails = count;
    }

    pub(crate) fn lose_next(&self, count: usize) {
        self.0.lock().unwrap().losses = count;
    }

    /// The next queries about a number end so, whatever is true.
    pub(crate) fn say(&self, number: &Number, ends: impl IntoIterator<Item = QueryEnd>) {
        let mut books = self.0.lock().unwrap();
        books.says.entry(number.clone()).or_default().extend(ends);
    }

    pub(crate) fn wrong_key(&self, wrong: bool) {
        self.0.lock().unwrap().key_is_wrong = wrong;
    }

    /// A number that failed is paid after all.
    pub(crate) fn pay_failed(&self, number: &Number) {
        let mut books = self.0.lock().unwrap();
        let message = books.failed.remove(number).unwrap();
        books.paid.insert(number.clone(), message);
    }

    /// A payment that was lost arrives.
    pub(crate) fn pay_lost(&self, number: &Number, message: Message) {
        self.0.lock().unwrap().paid.insert(number.clone(), message);
    }

    /// A payment that was made and failed.
    pub(crate) fn fail(&self, number: &Number, message: Message) {
        let mut books = self.0.lock().unwrap();
        books.failed.insert(number.clone(), message);
    }

    pub(crate) fn reset_sends(&self, sends: usize) {
        self.0.lock().unwrap().sends = sends;
    }

    pub(crate) fn paid(&self) -> usize {
        self.0.lock().unwrap().paid.len()
    }

    pub(crate) fn sends(&self) -> usize {
        self.0.lock().unwrap().sends
    }

    pub(crate) fn queries(&self) -> usize {
        self.0.lock().unwrap().queries
    }
}

fn part(message: &Message, at: usize) -> String {
    let text = String::from_utf8_lossy(message.bytes()).into_owned();
    text.split(' ').nth(at).unwrap_or_default().to_owned()
}

fn wrong_key() -> Refusal {
    let class = Class::new(Certainty::QueryFailed).configuration();
    Refusal::new("SIGN_ERROR", class, "签名错误")
}

#[async_trait]
impl Product for Bank {
    type Payment = EmployeePayment;

    fn merchant(&self) -> &str {
        "1900000109"
    }

    fn name(&self) -> &str {
        "a product"
    }

    async fn compose(&self, number: &Number, payment: &EmployeePayment) -> Result<Message, Error> {
        Ok(self.message(number, payment))
    }

    async fn pay(&self, number: &Number, message: &Message, _: &Fence) -> PayEnd {
        let mut books = self.0.lock().unwrap();
        books.sends += 1;
        if books.losses > 0 {
            books.losses -= 1;
            return PayEnd::Unclear("no reply".to_owned());
        }
        let known = books
            .paid
            .get(number)
            .or_else(|| books.failed.get(number))
            .cloned();
        if known.is_some_and(|known| known != *message) {
            return PayEnd::Refused(Refusal::new(
                "FATAL_ERROR",
                Class::new(Certainty::Ambiguous),
                "两次请求参数不一致",
            ));
        }
        if books.failed.contains_key(number) || books.fails > 0 {
            books.fails = books.fails.saturating_sub(1);
            books.failed.insert(number.clone(), message.clone());
            return PayEnd::Unclear("no reply".to_owned());
        }
        books.paid.insert(number.clone(), message.clone());
        PayEnd::Paid {
            payment_no: format!("W{number}"),
        }
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        let mut books = self.0.lock().unwrap();
        books.queries += 1;
        if books.key_is_wrong {
            return QueryEnd::Refused(wrong_key());
        }
        let said = books.says.get_mut(number).and_then(VecDeque::pop_front);
        if let Some(end) = said {
            return end;
        }
        if let Some(message) = books.paid.get(number) {
            return QueryEnd::Paid {
                payment_no: Some(format!("W{number}")),
                amount: Some(Fen::new(part(message, 1).parse().unwrap())),
                payee: Some(part(message, 2)),
                at: None,
            };
        }
        match books.failed.contains_key(number) {
            true => QueryEnd::Failed(Some("余额不足".to_owned())),
            false => QueryEnd::NotFound,
        }
    }
}

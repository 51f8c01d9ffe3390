//! A service that plays a script, and cashiers over it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use wxpay_cashier::{
    Cashier, Fence, MemoryStore, Outcome, PayEnd, Payment, QueryEnd, Refusal, ReverseEnd, Rules,
    SaleId, Service,
};
use wxpay_core::{
    Certainty, Class, Effect, Error, Fen, InvalidInput, OutTradeNo, Timestamp, TransportError,
};
use wxpay_transport::TokioTimer;

/// What was called, and how many seconds after the start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Call {
    Pay,
    Query,
    Reverse,
}

/// A charge without the code.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) number: OutTradeNo,
    pub(crate) amount: Fen,
}

#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) pays: VecDeque<PayEnd>,
    /// The last one is given again and again.
    pub(crate) queries: VecDeque<QueryEnd>,
    /// When there are no more, reversals are accepted.
    pub(crate) reverses: VecDeque<ReverseEnd>,
    pub(crate) calls: Vec<(Call, u64)>,
}

/// Ends calls by a script.
#[derive(Clone, Debug)]
pub(crate) struct Scripted {
    pub(crate) script: Arc<Mutex<Script>>,
    start: tokio::time::Instant,
    account: &'static str,
}

impl Scripted {
    pub(crate) fn new(
        pay: PayEnd,
        queries: impl IntoIterator<Item = QueryEnd>,
        reverses: impl IntoIterator<Item = ReverseEnd>,
    ) -> Self {
        Self {
            script: Arc::new(Mutex::new(Script {
                pays: [pay].into(),
                queries: queries.into_iter().collect(),
                reverses: reverses.into_iter().collect(),
                calls: Vec::new(),
            })),
            start: tokio::time::Instant::now(),
            account: "scripted 1900000109",
        }
    }

    pub(crate) fn of_account(mut self, account: &'static str) -> Self {
        self.account = account;
        self
    }

    pub(crate) fn calls(&self) -> Vec<(Call, u64)> {
        self.script.lock().unwrap().calls.clone()
    }

    /// When this was called.
    pub(crate) fn times(&self, wanted: Call) -> Vec<u64> {
        let calls = self.calls().into_iter();
        calls
            .filter(|(call, _)| *call == wanted)
            .map(|(_, at)| at)
            .collect()
    }

    fn call(&self, call: Call) {
        let at = self.start.elapsed().as_secs();
        self.script.lock().unwrap().calls.push((call, at));
    }
}

#[async_trait]
impl Service for Scripted {
    type Charge = Asked;

    fn account(&self) -> String {
        self.account.to_owned()
    }

    fn number<'a>(&self, charge: &'a Asked) -> &'a OutTradeNo {
        &charge.number
    }

    fn amount(&self, charge: &Asked) -> Fen {
        charge.amount
    }

    async fn check(&self, charge: &Asked) -> Result<(), Error> {
        if charge.amount < Fen::new(1) {
            let rule = InvalidInput::new("amount", "must be at least 1", "至少为 1");
            return Err(Error::new("a charge", Effect::Write, rule));
        }
        Ok(())
    }

    async fn pay(&self, _: &Asked, fence: &Fence) -> PayEnd {
        assert!(!fence.is_past());
        self.call(Call::Pay);
        let end = self.script.lock().unwrap().pays.pop_front();
        end.unwrap()
    }

    async fn query(&self, _: &OutTradeNo) -> QueryEnd {
        self.call(Call::Query);
        let mut script = self.script.lock().unwrap();
        let next = script.queries.front().cloned();
        if script.queries.len() > 1 {
            script.queries.pop_front();
        }
        next.unwrap()
    }

    async fn reverse(&self, _: &OutTradeNo, fence: &Fence) -> ReverseEnd {
        assert!(!fence.is_past());
        self.call(Call::Reverse);
        let end = self.script.lock().unwrap().reverses.pop_front();
        end.unwrap_or(ReverseEnd::Accepted)
    }
}

/// Noon in China, on tokio's clock, which a test pauses.
pub(crate) fn clock() -> impl Fn() -> Timestamp + Send + Sync + 'static {
    let start = tokio::time::Instant::now();
    move || Timestamp::from_unix(NOON).unwrap() + start.elapsed()
}

pub(crate) const NOON: i64 = 1_796_011_200;

pub(crate) fn cashier(service: &Scripted) -> Cashier<Scripted> {
    cashier_by(service, Rules::default(), Arc::default())
}

pub(crate) fn cashier_by(
    service: &Scripted,
    rules: Rules,
    store: Arc<MemoryStore>,
) -> Cashier<Scripted> {
    Cashier::builder(service.clone(), store, TokioTimer::new())
        .clock(clock())
        .rules(rules)
        .build()
}

pub(crate) fn sale() -> SaleId {
    "till-3-0042".parse().unwrap()
}

pub(crate) fn asked(number: &str) -> Asked {
    Asked {
        number: number.parse().unwrap(),
        amount: Fen::new(1_800),
    }
}

/// Charges one number with a script.
pub(crate) async fn charged(service: &Scripted) -> Outcome {
    let cashier = cashier(service);
    cashier.charge(&sale(), &asked("A1")).await.unwrap()
}

/// The payment that is asked for, this many seconds after the start.
pub(crate) fn payment(seconds: i64) -> Payment {
    let paid_at = Timestamp::from_unix(NOON + seconds);
    Payment::new("4200001".parse().unwrap(), Fen::new(1_800), paid_at)
}

pub(crate) fn paid() -> QueryEnd {
    QueryEnd::Paid(payment(3))
}

pub(crate) fn unclear() -> QueryEnd {
    QueryEnd::Unclear("no response".to_owned())
}

pub(crate) fn lost() -> PayEnd {
    PayEnd::Unclear("no response".to_owned())
}

pub(crate) fn refusal(code: &str) -> Refusal {
    let definite = Class::new(Certainty::Definite);
    let class = match code {
        "NOAUTH" => definite.configuration(),
        "SYSTEMERROR" | "OUT_TRADE_NO_USED" | "USERPAYING" => Class::new(Certainty::Ambiguous),
        "A_NEW_CODE" => Class::UNLISTED,
        _ => definite,
    };
    Refusal::new(code, class, "")
}

pub(crate) fn refused(code: &str) -> PayEnd {
    PayEnd::Refused(refusal(code))
}

pub(crate) fn not_reversed(code: &str) -> ReverseEnd {
    ReverseEnd::Refused(refusal(code))
}

pub(crate) fn not_sent() -> Error {
    let error = TransportError::not_sent("no connection");
    Error::new("a call", Effect::Write, error)
}

/// What a test compares: the variant, with its proof or reason.
pub(crate) fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Paid(_) => "paid".to_owned(),
        Outcome::NotPaid(not_paid) => format!("not paid: {:?}", not_paid.proof()),
        Outcome::Refunded(_) => "refunded".to_owned(),
        Outcome::Open(open) => format!("open: {:?}", open.reason()),
    }
}

/// Runs an outcome on until it is settled, or so often.
pub(crate) async fn settled(
    cashier: &Cashier<Scripted>,
    mut outcome: Outcome,
    times: u32,
) -> Outcome {
    for _ in 0..times {
        outcome = match outcome {
            Outcome::Open(open) => cashier.run(open).await,
            settled => return settled,
        };
    }
    outcome
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);

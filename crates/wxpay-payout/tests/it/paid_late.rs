//! Payments that are heard of after they were given up: they are kept, told, and stop whatever
//! comes after.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::oneshot;
use wxpay_payout::{
    Alarm, EmployeePayment, Entry, Fence, Intent, Journal, MemoryJournal, Message, Number, PayEnd,
    Payouts, Preparation, Product, QueryEnd, Reconciliation, Rejected, RunEvent, RunOptions,
    Settlement, State,
};

use crate::around::{Around, Layer};
use crate::bank::Bank;
use crate::run::lines;
use crate::world::{DAY, MINUTE, intent, payouts_by};

/// A server whose answer to the first payment comes late.
#[derive(Clone, Debug)]
struct Late {
    bank: Bank,
    answer: Arc<Mutex<Option<oneshot::Receiver<()>>>>,
}

#[async_trait]
impl Layer for Late {
    fn inner(&self) -> &dyn Product<Payment = EmployeePayment> {
        &self.bank
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        let answer = self.answer.lock().unwrap().take();
        if let Some(answer) = answer {
            answer.await.unwrap();
            // It was on its way all the time.
            self.bank.pay_lost(number, message.clone());
            return PayEnd::Paid {
                payment_no: format!("W{number}"),
            };
        }
        self.bank.pay(number, message, fence).await
    }
}

fn one() -> Intent {
    intent("one", 100)
}

/// A process whose send hangs, in a run, and another one on its journal.
struct World {
    bank: Bank,
    journal: Arc<MemoryJournal>,
    other: Payouts,
    events: Arc<Mutex<Vec<RunEvent>>>,
    tell: Option<oneshot::Sender<()>>,
    running: tokio::task::JoinHandle<Reconciliation>,
}

impl World {
    async fn new() -> Self {
        let (tell, answer) = oneshot::channel();
        let (bank, journal) = (Bank::default(), Arc::new(MemoryJournal::new()));
        let late = Late {
            bank: bank.clone(),
            answer: Arc::new(Mutex::new(Some(answer))),
        };
        let mut rules = wxpay_payout::Rules::default();
        rules.resend = false;
        let first = payouts_by(rules.clone(), Arc::clone(&journal), Around(late));
        let other = payouts_by(rules, Arc::clone(&journal), bank.clone());
        let events = Arc::new(Mutex::new(Vec::new()));
        let note = Arc::clone(&events);
        let options =
            RunOptions::new().events(move |event| note.lock().unwrap().push(event.clone()));
        let running = tokio::spawn(async move { first.run([one()], options).await });
        tokio::time::sleep(MINUTE * 10).await;
        Self {
            bank,
            journal,
            other,
            events,
            tell: Some(tell),
            running,
        }
    }

    async fn current(&self) -> Entry {
        self.journal.by_intent(&one().id).await.unwrap().unwrap()
    }

    async fn by_number(&self, number: &Number) -> Entry {
        self.journal.by_number(number).await.unwrap().unwrap()
    }

    /// WeChat Pay says that it failed.
    async fn failed(&self) -> Rejected {
        let number = self.current().await.number;
        self.bank.say(&number, [QueryEnd::Failed(None)]);
        self.given_up().await
    }

    async fn attested(&self) -> Rejected {
        let number = self.current().await.number;
        loop {
            let settlement = self.other.resolve_by_number(&number).await.unwrap();
            let Settlement::Unknown(unknown) = settlement else {
                panic!("{settlement:?}")
            };
            if let Ok(Settlement::Rejected(rejected)) =
                self.other.attest_failed(unknown, "Wang", "bill").await
            {
                return rejected;
            }
            tokio::time::sleep(DAY).await;
        }
    }

    async fn rejected(&self) -> Rejected {
        let mut entry = self.current().await;
        entry.state = State::Rejected;
        (entry.lease, entry.counted, entry.doubt) = (None, None, false);
        self.journal.update(&entry).await.unwrap();
        self.given_up().await
    }

    async fn given_up(&self) -> Rejected {
        let number = self.current().await.number;
        loop {
            match self.other.resolve_by_number(&number).await.unwrap() {
                Settlement::Rejected(rejected) => return rejected,
                Settlement::Unknown(_) | Settlement::Waiting(_) => tokio::time::sleep(MINUTE).await,
                Settlement::Paid(paid) => panic!("{paid:?}"),
            }
        }
    }

    async fn replaced(&self) -> wxpay_payout::Prepared {
        let permit = self.failed().await.into_permit().unwrap();
        self.other.replace(permit, &one()).await.unwrap()
    }

    /// What the process is told whose answer comes now. It is never told that it was rejected.
    async fn hears(&mut self) -> Reconciliation {
        self.tell.take().unwrap().send(()).unwrap();
        let told = (&mut self.running).await.unwrap();
        assert_eq!(lines(&told), [1, 0, 0, 0], "{told:?}");
        assert_eq!(told.paid[0].alarm, Some(Alarm::PaidLate));
        assert!(told.paid[0].payment_no.is_some());
        let entry = self.by_number(&told.paid[0].number).await;
        assert_eq!(
            (entry.state, entry.alarm.clone(), entry.attested),
            (State::Paid, Some(Alarm::PaidLate), false)
        );
        assert_eq!(entry.payment_no, told.paid[0].payment_no);
        assert!(entry.counted.is_some() && !entry.allows_replacement());
        let events = self.events.lock().unwrap();
        let is_told = |event: &RunEvent| matches!(event, RunEvent::Trouble { what, .. } if what.contains("after it had been booked as not paid"));
        assert!(events.iter().any(is_told), "{events:?}");
        told
    }

    /// Later runs show it, and pay nothing.
    async fn is_shown(&self) {
        let sends = self.bank.sends();
        for again in [false, true] {
            let options = RunOptions::new().again(again);
            let result = self.other.run([one()], options).await;
            assert_eq!(lines(&result), [1, 0, 0, 0], "{result:?}");
            assert_eq!(result.paid[0].alarm, Some(Alarm::PaidLate));
        }
        assert_eq!(self.bank.sends(), sends);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_rejection() {
    let mut world = World::new().await;
    let rejected = world.rejected().await;
    world.hears().await;
    world.is_shown().await;
    // What was taken up before goes nowhere.
    assert!(world.other.again(rejected, &one()).await.is_err());
    assert_eq!(world.bank.paid(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_wechat_pays_own_failed() {
    let mut world = World::new().await;
    let permit = world.failed().await.into_permit().unwrap();
    world.hears().await;
    world.is_shown().await;
    assert!(world.other.replace(permit, &one()).await.is_err());
    assert_eq!(world.bank.paid(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_somebody_attested() {
    let mut world = World::new().await;
    let rejected = world.attested().await;
    world.hears().await;
    world.is_shown().await;
    assert!(world.other.again(rejected, &one()).await.is_err());
    assert_eq!(world.bank.paid(), 1);
}

/// The next number is in the journal, and stays there: by the journal alone, and by the query
/// before.
#[tokio::test(start_paused = true)]
async fn after_the_next_number_was_prepared() {
    for heard_before in [true, false] {
        let mut world = World::new().await;
        let prepared = world.replaced().await;
        if heard_before {
            world.hears().await;
        } else {
            // Nobody has heard of it, but WeChat Pay says so when it is asked.
            let first = world.by_number(prepared.number()).await.replaces.unwrap();
            let message = world.bank.message(&first, &one().payment);
            world.bank.pay_lost(&first, message);
        }
        let Settlement::Unknown(unknown) = world.other.send(prepared).await.unwrap() else {
            panic!("it must not be sent")
        };
        assert_eq!(unknown.alarm(), Some(&Alarm::PaidLate));
        let result = world.other.run([one()], RunOptions::new()).await;
        assert_eq!(lines(&result), [0, 0, 1, 0], "{result:?}");
        assert_eq!(result.unknown[0].alarm, Some(Alarm::PaidLate));
        if !heard_before {
            world.hears().await;
        }
        assert_eq!((world.bank.sends(), world.bank.paid()), (0, 1));
    }
}

/// The next number has been paid too. That can't be undone, and both are told.
#[tokio::test(start_paused = true)]
async fn after_the_next_number_was_sent() {
    let mut world = World::new().await;
    let prepared = world.replaced().await;
    let next = prepared.number().clone();
    let Settlement::Paid(paid) = world.other.send(prepared).await.unwrap() else {
        panic!("it is paid")
    };
    assert_eq!(*paid.number(), next);
    let told = world.hears().await;
    assert_ne!(told.paid[0].number, next);
    let both = world.journal.page(None, 9).await.unwrap();
    assert_eq!(both.len(), 2);
    assert!(both.iter().all(|entry| entry.state == State::Paid));
    let alarms = both.iter().filter(|entry| entry.alarm.is_some());
    assert_eq!(alarms.count(), 1);
}

/// The next number is in doubt when the failed one is heard to be paid. If it was paid as well,
/// that is told, whatever was heard in between.
#[tokio::test(start_paused = true)]
async fn both_numbers_are_paid_and_the_second_says_so() {
    let (bank, journal) = (Bank::default(), Arc::new(MemoryJournal::new()));
    let rules = wxpay_payout::Rules::default();
    let payouts = payouts_by(rules, Arc::clone(&journal), bank.clone());
    bank.fail_next(1);
    let options = || RunOptions::new().patience(MINUTE * 30);
    let mut result = payouts.run([one()], options()).await;
    let failed = result.rejected.remove(0).number;
    let Settlement::Rejected(rejected) = payouts.resolve_by_number(&failed).await.unwrap() else {
        panic!("it failed")
    };
    let permit = rejected.into_permit().unwrap();
    bank.lose_next(1);
    let prepared = payouts.replace(permit, &one()).await.unwrap();
    let next = prepared.number().clone();
    let sent = payouts.send(prepared).await.unwrap();
    assert!(matches!(sent, Settlement::Unknown(_)), "{sent:?}");

    bank.pay_failed(&failed);
    let result = payouts.run([one()], options()).await;
    assert_eq!(result.unknown[0].alarm, Some(Alarm::PaidLate));
    let message = bank.message(&next, &one().payment);
    bank.pay_lost(&next, message);
    tokio::time::sleep(DAY).await;
    let result = payouts.run([one()], options()).await;
    assert_eq!(lines(&result), [1, 0, 0, 0], "{result:?}");
    assert_eq!(
        (&result.paid[0].number, &result.paid[0].alarm),
        (&next, &Some(Alarm::PaidLate))
    );
    let entry = journal.by_number(&next).await.unwrap().unwrap();
    assert!(entry.reason.unwrap().contains(failed.as_str()));
    assert_eq!(bank.paid(), 2);
}

/// What was paid is what was sent first, and not its correction.
#[tokio::test(start_paused = true)]
async fn after_the_payment_was_corrected() {
    for is_sent in [false, true] {
        let mut world = World::new().await;
        let rejected = world.attested().await;
        let corrected = intent("one", 300);
        let prepared = world.other.again(rejected, &corrected).await.unwrap();
        let number = prepared.number().clone();
        if is_sent {
            world.bank.lose_next(1);
            let sent = world.other.send(prepared).await.unwrap();
            assert!(matches!(sent, Settlement::Unknown(_)), "{sent:?}");
            world.tell.take().unwrap().send(()).unwrap();
            let told = (&mut world.running).await.unwrap();
            assert_eq!(lines(&told), [1, 0, 0, 0], "{told:?}");
            assert_eq!(told.paid[0].alarm, Some(Alarm::PaidLate));
        } else {
            world.hears().await;
            let again = world.other.send(prepared).await.unwrap();
            assert!(matches!(again, Settlement::Paid(_)), "{again:?}");
        }
        let entry = world.by_number(&number).await;
        assert_eq!(
            (entry.state, entry.amount, entry.payee.as_str()),
            (State::Paid, one().payment.amount, &*payee()),
        );
        let Preparation::Before(Settlement::Paid(_)) = world.other.prepare(&one()).await.unwrap()
        else {
            panic!("it is paid")
        };
        assert!(world.other.prepare(&corrected).await.is_err());
        assert_eq!(world.bank.paid(), 1);
    }
}

fn payee() -> String {
    wxpay_payout::payee_digest(one().payment.openid.as_str())
}

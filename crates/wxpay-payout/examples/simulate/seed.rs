//! One seed: a careful caller, its crashes, and what must hold at the end.

use std::pin::Pin;
use std::task::{Context, Waker};

use futures_util::FutureExt;
use wxpay_api::v2::wecom::{PayEmployeeCheckName, PayEmployeeMessageType, PayEmployeeOptions};
use wxpay_core::Fen;
use wxpay_payout::{Intent, Journal, Limits, Payment, Payouts, Preparation, Settlement, State};

use super::policies::{Claim, Policy};
use super::world::{FailingJournal, World, Yield};

/// What must never happen.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Violation {
    PaidTwice,
    BookedFailedButPaid,
    BookedPaidButUnpaid,
    Lost,
}

/// The end of one seed.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) violation: Option<Violation>,
    pub(crate) state: Option<State>,
    pub(crate) history: String,
}

/// Runs one seed by one policy.
pub(crate) fn run(seed: u64, policy: Policy, keeps_history: bool) -> End {
    let world = World::new(seed, keeps_history);
    let (violation, state) = match policy {
        Policy::Ours => {
            carefully(&world);
            judge(&world)
        }
        bad => {
            let claim = block_on(bad.pay(&world));
            (judge_claim(&world, claim), None)
        }
    };
    End {
        violation,
        state,
        history: world.history(),
    }
}

fn judge_claim(world: &World, claim: Claim) -> Option<Violation> {
    let paid = world.paid().len();
    match claim {
        _ if paid > 1 => Some(Violation::PaidTwice),
        Claim::Failed if paid > 0 => Some(Violation::BookedFailedButPaid),
        Claim::Paid if paid == 0 => Some(Violation::BookedPaidButUnpaid),
        Claim::Paid | Claim::Failed | Claim::Open => None,
    }
}

fn judge(world: &World) -> (Option<Violation>, Option<State>) {
    let paid = world.paid();
    let page = world.journal().page(None, 1000).now_or_never();
    let entries = page.and_then(Result::ok).unwrap_or_default();
    let current = entries.iter().find(|entry| entry.replaced_by.is_none());
    let state = current.map(|entry| entry.state);
    let of =
        |number: &wxpay_core::PartnerTradeNo| entries.iter().find(|entry| entry.number == *number);
    let violation = if paid.len() > 1 {
        Some(Violation::PaidTwice)
    } else if paid.iter().any(|number| of(number).is_none()) {
        Some(Violation::Lost)
    } else if paid
        .iter()
        .filter_map(of)
        .any(|entry| matches!(entry.state, State::Rejected | State::Failed))
    {
        Some(Violation::BookedFailedButPaid)
    } else if entries
        .iter()
        .any(|entry| entry.state == State::Paid && !paid.contains(&entry.number))
    {
        Some(Violation::BookedPaidButUnpaid)
    } else {
        None
    };
    (violation, state)
}

type Caller = Pin<Box<dyn Future<Output = bool>>>;

/// One or two callers over one journal. Each may be gone at any moment, and then begins anew some time later.
fn carefully(world: &World) {
    let many = if world.chance(|chance| chance.percent(25)) {
        2
    } else {
        1
    };
    let mut callers: Vec<Option<Caller>> = (0..many).map(|_| Some(caller(world))).collect();
    let mut context = Context::from_waker(Waker::noop());
    let mut crashes = world.chance(|chance| chance.below(4));
    for _ in 0..MOST_POLLS {
        let at = usize::try_from(world.chance(|chance| chance.below(many))).unwrap_or(0);
        let Some(slot) = callers.get_mut(at) else {
            break;
        };
        let Some(running) = slot else {
            if callers.iter().all(Option::is_none) {
                return;
            }
            continue;
        };
        if crashes > 0 && world.chance(|chance| chance.percent(4)) {
            crashes -= 1;
            world.note(|| "crash".to_owned());
            let away = world.chance(|chance| chance.below(3_600_000));
            world.pass(away);
            *slot = Some(caller(world));
        } else if running.as_mut().poll(&mut context).is_ready() {
            *slot = None;
        }
    }
}

fn caller(world: &World) -> Caller {
    let limits = Limits::default();
    let clock = world.clone();
    let payouts = Payouts::builder(FailingJournal(world.clone()), world.clone(), world.clone())
        .clock(move || clock.now())
        .numbers(world.clone())
        .limits(limits)
        .build();
    Box::pin(settle(payouts, world.clone()))
}

/// Does what the types offer, until it is paid or there is nothing more to do for so many days.
async fn settle(payouts: Payouts, world: World) -> bool {
    let intent = intent(20_000);
    let mut settlement = None;
    while world.days() < 12 {
        Yield::once().await;
        settlement = match settlement.take() {
            None => match payouts.prepare(&intent).await {
                Ok(Preparation::Ready(prepared)) => payouts.send(prepared).await.ok(),
                Ok(Preparation::Before(settlement)) => Some(settlement),
                Err(error) => {
                    world.note(|| format!("prepare: {error}"));
                    world.pass(60_000);
                    None
                }
            },
            Some(Settlement::Paid(_)) => return true,
            Some(Settlement::Unknown(unknown)) => payouts.resolve(unknown).await.ok(),
            Some(Settlement::Rejected(rejected)) => {
                world.pass(3_600_000);
                match rejected.into_permit() {
                    Ok(permit) => match payouts.replace(permit, &intent).await {
                        Ok(prepared) => payouts.send(prepared).await.ok(),
                        Err(_) => None,
                    },
                    Err(rejected) => match payouts.again(rejected).await {
                        Ok(prepared) => payouts.send(prepared).await.ok(),
                        Err(_) => None,
                    },
                }
            }
        };
        if settlement.is_none() {
            world.pass(1_000);
        }
    }
    false
}

fn intent(amount: i64) -> Intent {
    Intent {
        id: "intent".parse().expect("a sound name"),
        payment: Payment {
            openid: "openid".parse().expect("a sound openid"),
            amount: Fen::new(amount),
            check_name: PayEmployeeCheckName::NoCheck,
            desc: String::new(),
            act_name: String::new(),
            spbill_create_ip: [127, 0, 0, 1].into(),
            ww_msg_type: PayEmployeeMessageType::NormalMsg,
            options: PayEmployeeOptions::default(),
        },
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = Box::pin(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let std::task::Poll::Ready(end) = future.as_mut().poll(&mut context) {
            return end;
        }
    }
}

/// Enough for everything that ends; a caller that does not is stopped here, and judged as it stands.
const MOST_POLLS: usize = 4000;

//! What a careful program does with one intent, until it is paid; and what careless ones do
//! instead.

use wxpay_api::v2::wecom::{
    pay_employee::CheckName, pay_employee::MessageType, pay_employee::PayEmployeeOptions,
};
use wxpay_core::Fen;
use wxpay_payout::{
    EmployeePayment, Intent, Payouts, Preparation, Settlement, State, Unknown, Waiting,
};

use super::course::Notice;
use super::policies::Policy;
use super::world::{World, Yield};

/// Does what the types offer, until it is paid or the days of the seed are over.
pub(crate) async fn settle(payouts: Payouts, world: World, policy: Policy) {
    let intent = intent(20_000);
    let mut settlement = None;
    while !world.is_over() {
        Yield::once().await;
        if policy == Policy::AttestsUnderALease && world.chance(|chance| chance.percent(10)) {
            attest_whatever_happens(&payouts, &intent).await;
        }
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
            Some(Settlement::Paid(_)) => return,
            Some(Settlement::Waiting(waiting)) => {
                wait(&payouts, &world, policy, &intent, waiting).await
            }
            Some(Settlement::Unknown(unknown)) => follow(&payouts, &world, unknown).await,
            Some(Settlement::Rejected(rejected)) => {
                world.pass(3_600_000);
                let prepared = match rejected.into_permit() {
                    Ok(permit) => payouts.replace(permit, &intent).await,
                    Err(rejected) => payouts.again(rejected, &intent).await,
                };
                match prepared {
                    Ok(prepared) => payouts.send(prepared).await.ok(),
                    Err(_) => None,
                }
            }
        };
        if settlement.is_none() {
            world.pass(1_000);
        }
    }
}

/// Waits for the one who has to act; now and then the program asks without an occasion, or the
/// merchant changes their mind.
async fn wait(
    payouts: &Payouts,
    world: &World,
    policy: Policy,
    intent: &Intent,
    waiting: Waiting,
) -> Option<Settlement> {
    if policy == Policy::TakenIsPaid {
        book(payouts, intent, State::Paid).await;
        return payouts.find(&intent.id).await.ok().flatten();
    }
    match world.chance(|chance| chance.below(100)) {
        0..5 if world.kind().is_cancelled() => {
            let cancelled = payouts.cancel(&intent.id).await.ok()?;
            if policy == Policy::CancelIsFailure {
                book(payouts, intent, State::Failed).await;
                return payouts.find(&intent.id).await.ok().flatten();
            }
            Some(cancelled)
        }
        5..20 => payouts.ask(waiting.number()).await.ok(),
        20..24 if policy == Policy::Impatient => {
            book(payouts, intent, State::Failed).await;
            payouts.find(&intent.id).await.ok().flatten()
        }
        _ => payouts.resolve(waiting).await.ok(),
    }
}

/// A notification has come: an occasion to ask, and nothing else.
pub(crate) async fn hear(payouts: Payouts, policy: Policy, notice: Notice) {
    if policy == Policy::BelievesNotices {
        let intent = intent(20_000);
        if notice.sounds_failed() {
            book(&payouts, &intent, State::Failed).await;
        } else if notice.sounds_paid() {
            book(&payouts, &intent, State::Paid).await;
        }
        return;
    }
    let _ = payouts.ask(&notice.number).await;
}

/// Writes an end into the journal that WeChat Pay has not said.
async fn book(payouts: &Payouts, intent: &Intent, end: State) {
    if let Ok(Some(mut entry)) = payouts.journal().by_intent(&intent.id).await
        && entry.state == State::Waiting
    {
        entry.state = end;
        entry.lease = None;
        entry.closed_at = Some(entry.next_at);
        if end == State::Failed {
            entry.counted = None;
        }
        let _ = payouts.journal().update(&entry).await;
    }
}

async fn follow(payouts: &Payouts, world: &World, unknown: Unknown) -> Option<Settlement> {
    if world.troubles().attests && world.days() >= 10 {
        // The person has waited, and the bill does not have it.
        if world.paid().contains(unknown.number()) {
            return payouts.resolve(unknown).await.ok();
        }
        let attested = payouts
            .attest_failed(unknown, "Wang", "not in the bill")
            .await;
        if let Ok(settlement) = attested {
            world.note(|| "attested".to_owned());
            return Some(settlement);
        }
        world.pass(3_600_000);
        return None;
    }
    payouts.resolve(unknown).await.ok()
}

/// Writes into the journal that it failed, while somebody is working on it.
async fn attest_whatever_happens(payouts: &Payouts, intent: &Intent) {
    let Ok(Some(mut entry)) = payouts.journal().by_intent(&intent.id).await else {
        return;
    };
    if entry.lease.is_some() && matches!(entry.state, State::Sending | State::Unknown) {
        entry.state = State::Failed;
        entry.lease = None;
        entry.closed_at = Some(entry.next_at);
        entry.counted = None;
        let _ = payouts.journal().update(&entry).await;
    }
}

pub(crate) fn intent(amount: i64) -> Intent {
    Intent {
        id: "intent".parse().expect("a sound name"),
        payment: EmployeePayment {
            openid: "openid".parse().expect("a sound openid"),
            amount: Fen::new(amount),
            check_name: CheckName::NoCheck,
            desc: String::new(),
            act_name: String::new(),
            spbill_create_ip: [127, 0, 0, 1].into(),
            ww_msg_type: MessageType::NormalMsg,
            options: PayEmployeeOptions::default(),
        },
    }
}

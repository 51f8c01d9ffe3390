//! What a shop does with one sale until it is settled: it charges, follows, cancels now and then,
//! and charges again under another number once the one before is proven not paid.

use wxpay_cashier::{Cashier, ChargeError, Outcome, SaleId, Service};
use wxpay_core::{Fen, OutTradeNo};

use super::judge::Belief;
use super::world::{SECOND, World, Yield};

/// How the shop writes a charge.
pub(crate) type Write<C> = fn(OutTradeNo, Fen) -> C;

/// Works on the sale until it is settled or the seed's time is over.
pub(crate) async fn sell<S: Service>(world: World, cashier: Cashier<S>, write: Write<S::Charge>) {
    let sale = sale();
    let mut cancels = u32::from(world.troubles().cancels && world.percent(40));
    let mut charges = 0;
    loop {
        Yield::once().await;
        if let Ok(unsettled) = cashier.resume().await {
            for open in unsettled.open {
                note(&world, &cashier.run(open).await);
            }
        }
        let Ok(found) = cashier.find(&sale).await else {
            world.pass(SECOND);
            continue;
        };
        match found {
            Some(outcome @ (Outcome::Paid(_) | Outcome::Open(_))) => {
                note(&world, &outcome);
                let is_open = matches!(outcome, Outcome::Open(_));
                if cancels > 0 {
                    cancels -= 1;
                    let number = number(&outcome);
                    world.state().judge.wants_cancel(number.as_str());
                    world.note(|| "the cashier cancels".to_owned());
                    match cashier.cancel(&sale, number).await {
                        Ok(outcome) => note(&world, &outcome),
                        Err(error) => {
                            world.note(|| format!("cancel: {error}"));
                            world.state().judge.cancels_nothing(number.as_str());
                        }
                    }
                } else if !is_open || needs_a_person(&outcome) {
                    return;
                }
                world.pass(world.chance(|chance| chance.below(60 * SECOND)));
            }
            Some(outcome @ Outcome::Refunded(_)) => {
                note(&world, &outcome);
                return;
            }
            not_paid => {
                if let Some(outcome) = &not_paid {
                    note(&world, outcome);
                }
                charges += 1;
                // The customer tries it a few times.
                if charges > 3 || (not_paid.is_some() && world.percent(30)) {
                    return;
                }
                let number = number_for(&world, not_paid.is_none());
                match cashier.charge(&sale, &write(number, AMOUNT)).await {
                    Ok(outcome) => note(&world, &outcome),
                    Err(ChargeError::StillOpen(_)) => world.pass(SECOND),
                    Err(error) => {
                        world.note(|| format!("charge: {error}"));
                        world.pass(SECOND);
                    }
                }
            }
        }
    }
}

/// The number of the first charge may be one that was used before.
fn number_for(world: &World, is_first: bool) -> OutTradeNo {
    let is_used = is_first && world.troubles().used_number;
    let number = world.another_number();
    let mut state = world.state();
    if is_used && number.as_str() == "N1" {
        state.judge.of_another(number.as_str());
    }
    number
}

fn note(world: &World, outcome: &Outcome) {
    world.note(|| format!("    the shop: {outcome:?}"));
    let belief = match outcome {
        Outcome::Paid(_) => Belief::Paid,
        Outcome::NotPaid(_) => Belief::NotPaid,
        Outcome::Refunded(_) | Outcome::Open(_) => return,
    };
    let mut state = world.state();
    let super::world::State { server, judge, .. } = &mut *state;
    judge.believes(number(outcome).as_str(), belief, server);
}

fn number(outcome: &Outcome) -> &OutTradeNo {
    match outcome {
        Outcome::Paid(paid) => paid.number(),
        Outcome::NotPaid(not_paid) => not_paid.number(),
        Outcome::Refunded(refunded) => refunded.number(),
        Outcome::Open(open) => open.number(),
    }
}

fn needs_a_person(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Open(open) if open.reason().needs_a_person())
}

pub(crate) fn sale() -> SaleId {
    "till-3-0042".parse().expect("a sound name")
}

pub(crate) const AMOUNT: Fen = Fen::new(100);

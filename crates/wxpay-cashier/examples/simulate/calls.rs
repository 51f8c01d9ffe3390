//! The way between the shop and WeChat Pay: what is lost, late, doubled or spoiled on it.

use wxpay_cashier::Fence;

use super::server::{Answer, Event, Status};
use super::world::{SECOND, World, Yield};

/// What comes back from a call.
#[derive(Clone, Debug)]
pub(crate) enum Delivery {
    /// Nothing has left.
    NotSent,
    /// No response.
    Lost,
    /// A response that is none.
    Garbage,
    /// A response that WeChat Pay has not signed.
    Unsigned,
    /// The signed response to another order, which is paid.
    OtherOrder,
    /// An error of a gateway.
    Gateway,
    Answer(Answer),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    Pay(i64),
    Reverse,
    Query,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Fine,
    NotSent,
    LostBefore,
    LostAfter,
    Late,
    SecondCopyLater,
    SecondCopyAnswers,
    SystemError,
    SystemErrorAfter,
    Spoiled,
}

impl World {
    pub(crate) async fn call(&self, call: Call, number: &str, fence: Option<&Fence>) -> Delivery {
        Yield::once().await;
        if fence.is_some() && self.troubles().stalls && self.percent(40) {
            // It stands still between the decision to send and the first byte.
            for _ in 0..self.chance(|chance| chance.below(60)) {
                self.pass(self.chance(|chance| chance.one_of(&[10, 1_000, 20_000])));
                Yield::once().await;
            }
        }
        let is_past = fence.is_some_and(Fence::is_past) && !self.troubles().ignores_fence;
        let fate = if is_past { Fate::NotSent } else { self.fate() };
        if !matches!(fate, Fate::NotSent) {
            let now = self.now();
            let mut state = self.state();
            match call {
                Call::Pay(_) => state.judge.charges(number, now),
                Call::Reverse => state.judge.reverses(number, now),
                Call::Query => {}
            }
        }
        let delivery = self.travel(call, number, fate).await;
        self.note(|| format!("{call:?} {number}: {fate:?}: {delivery:?}"));
        let mut state = self.state();
        match &delivery {
            Delivery::Answer(Answer::Found {
                status: Status::Paid,
                ..
            }) => state.judge.told_paid(number),
            Delivery::Answer(Answer::Reversed { .. }) => state.judge.told_reversed(number),
            _ => {}
        }
        delivery
    }

    async fn travel(&self, call: Call, number: &str, fate: Fate) -> Delivery {
        let answer = match fate {
            Fate::NotSent => return Delivery::NotSent,
            Fate::LostBefore => None,
            Fate::Late => {
                let longest = self.chance(|chance| chance.one_of(&[10, 60, 240])) * SECOND;
                let late = self.chance(|chance| chance.below(longest));
                self.send_later(call, number, late);
                None
            }
            Fate::SecondCopyAnswers => {
                self.arrive(call, number);
                self.pass(self.chance(|chance| chance.below(8 * SECOND)));
                Yield::once().await;
                Some(self.arrive(call, number))
            }
            Fate::SecondCopyLater => {
                let late = self.chance(|chance| chance.below(8 * SECOND));
                self.send_later(call, number, late);
                Some(self.arrive(call, number))
            }
            Fate::SystemError => Some(Answer::Code("SYSTEMERROR")),
            Fate::Fine | Fate::LostAfter | Fate::SystemErrorAfter | Fate::Spoiled => {
                Some(self.arrive(call, number))
            }
        };
        let slow = self.chance(|chance| chance.one_of(&[100, 100, 300, 2_000, 6_000]));
        match (fate, answer) {
            (Fate::LostBefore | Fate::Late | Fate::LostAfter, _) | (_, None) => {
                self.pass(self.chance(|chance| chance.one_of(&[1, 5, 10, 20])) * SECOND);
                Yield::once().await;
                Delivery::Lost
            }
            (Fate::SystemErrorAfter, _) => {
                self.pass(slow);
                Yield::once().await;
                Delivery::Answer(Answer::Code("SYSTEMERROR"))
            }
            (Fate::Spoiled, _) => {
                self.pass(slow);
                Yield::once().await;
                self.chance(|chance| {
                    let spoiled = [
                        Delivery::Garbage,
                        Delivery::Unsigned,
                        Delivery::OtherOrder,
                        Delivery::Gateway,
                    ];
                    chance.pick(&spoiled).clone()
                })
            }
            (_, Some(answer)) => {
                self.pass(slow);
                Yield::once().await;
                Delivery::Answer(answer)
            }
        }
    }

    fn fate(&self) -> Fate {
        let wrong = self.troubles().network;
        self.chance(|chance| {
            if !chance.percent(wrong) {
                return Fate::Fine;
            }
            *chance.pick(&[
                Fate::NotSent,
                Fate::LostBefore,
                Fate::LostAfter,
                Fate::LostAfter,
                Fate::Late,
                Fate::Late,
                Fate::SecondCopyLater,
                Fate::SecondCopyAnswers,
                Fate::SystemError,
                Fate::SystemErrorAfter,
                Fate::Spoiled,
                Fate::Spoiled,
            ])
        })
    }

    /// The request arrives now.
    fn arrive(&self, call: Call, number: &str) -> Answer {
        let now = self.now();
        let mut state = self.state();
        let answer = self.chance(|chance| match call {
            Call::Pay(amount) => state.server.pay(number, amount, now, chance),
            Call::Reverse => state.server.reverse(number, now, chance),
            Call::Query => state.server.query(number, now, chance),
        });
        let super::world::State { server, judge, .. } = &mut *state;
        judge.look(server);
        answer
    }

    fn send_later(&self, call: Call, number: &str, late: u64) {
        let number = number.to_owned();
        let event = match call {
            Call::Pay(amount) => Event::Pay { number, amount },
            Call::Reverse => Event::Reverse { number },
            Call::Query => return,
        };
        let at = self.now() + i64::try_from(late).unwrap_or(0);
        self.state().server.later(at, event);
    }
}

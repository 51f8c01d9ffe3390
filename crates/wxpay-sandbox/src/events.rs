//! What happens on its own, carried out at its moment of the sandbox's clock.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedRwLockReadGuard;
use tokio::task::JoinSet;
use wxpay_core::Timestamp;

use crate::clock::later;
use crate::notice::deliver;
use crate::state::{Event, Place, Shared};

/// Carries events out when they fall due by the running clock, until it is dropped.
pub(crate) async fn keep(shared: Arc<Shared>) {
    let mut deliveries = JoinSet::new();
    loop {
        let turn = Arc::new(Arc::clone(&shared.turn).read_owned().await);
        carry_out_due(&shared, &turn, &mut deliveries);
        drop(turn);
        let next = shared.state().until_next_event();
        tokio::select! {
            () = shared.changed.notified() => {}
            () = tokio::time::sleep(next.unwrap_or_default()), if next.is_some() => {}
            Some(_) = deliveries.join_next(), if !deliveries.is_empty() => {}
        }
    }
}

/// Moves the clock, and carries out what falls due in order, each event at its own moment.
pub(crate) async fn advance(shared: &Arc<Shared>, by: Duration) {
    // Deliveries under way come to their end first.
    let _turn = shared.turn.write().await;
    let held = Held::new(shared);
    let target = later(shared.state().now(), by);
    while let Some(event) = step(shared, target) {
        event.carry_out().await;
    }
    drop(held);
    shared.changed.notify_one();
}

/// An event that was taken from the agenda; it goes back if it is dropped before it is done.
struct Taken {
    shared: Arc<Shared>,
    place: Place,
    event: Option<Event>,
}

/// Ends the holding of the clock even if the moving is given up halfway.
struct Held<'a>(&'a Shared);

/// Moves the clock to the next event and takes that, or else to the target.
fn step(shared: &Arc<Shared>, target: Timestamp) -> Option<Taken> {
    let mut state = shared.state();
    let next = state.agenda.take(target);
    let reached = next.as_ref().map_or(target, |((due, _), _)| *due);
    state.clock.reach(reached);
    next.map(|(place, event)| Taken::new(shared, place, event))
}

/// A slow callback keeps no other event waiting.
fn carry_out_due(
    shared: &Arc<Shared>,
    turn: &Arc<OwnedRwLockReadGuard<()>>,
    deliveries: &mut JoinSet<()>,
) {
    loop {
        let next = {
            let mut state = shared.state();
            let now = state.now();
            state.agenda.take(now)
        };
        let Some((place, event)) = next else {
            return;
        };
        if !matches!(event, Event::Deliver(_)) {
            shared.state().happen(&event, place, &shared.random);
            continue;
        }
        let event = Taken::new(shared, place, event);
        let turn = Arc::clone(turn);
        deliveries.spawn(async move {
            event.carry_out().await;
            drop(turn);
        });
    }
}

impl Taken {
    fn new(shared: &Arc<Shared>, place: Place, event: Event) -> Self {
        Self {
            shared: Arc::clone(shared),
            place,
            event: Some(event),
        }
    }

    async fn carry_out(mut self) {
        match &self.event {
            Some(Event::Deliver(task)) => deliver::attempt(&self.shared, task, self.place).await,
            Some(event) => {
                let random = &self.shared.random;
                self.shared.state().happen(event, self.place, random);
            }
            None => {}
        }
        self.event = None;
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if self.event.is_some() {
            self.shared.state().agenda.put_back(self.place);
        }
    }
}

impl<'a> Held<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.state().clock.hold();
        Self(shared)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.state().clock.release();
    }
}

//! Whole calls to a server on loopback, which answers with a reply that was signed beforehand.

use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::http_client::{self, Floor};
use crate::measure::{Effort, allocations, compare};
use crate::report::{Goal, Row};
use crate::{Work, keys};

pub(crate) const WORKS: &[Work] = &[
    ("V3 call over HTTP, 1 at once", |work, effort| {
        calls(work, effort, false, 1)
    }),
    ("V3 call over HTTP, 64 at once", |work, effort| {
        calls(work, effort, false, 64)
    }),
    ("V3 call over HTTPS, 1 at once", |work, effort| {
        calls(work, effort, true, 1)
    }),
    ("V3 call over HTTPS, 64 at once", |work, effort| {
        calls(work, effort, true, 64)
    }),
];

fn calls(work: &'static str, effort: Effort, tls: bool, at_once: u32) -> Row {
    let server = http_client::server(tls);
    let client = http_client::ours(&server, keys::merchant());
    let ours = move || {
        let client = client.clone();
        async move { http_client::call(&client).await }
    };
    let floor = Floor::new(&server);
    let floor = move || {
        let floor = floor.clone();
        async move { floor.call().await }
    };

    let counted = {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        (
            allocations(|| runtime.block_on(ours())),
            allocations(|| runtime.block_on(floor())),
        )
    };
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    let comparison = compare(
        effort.coarse(),
        |n| waves(&runtime, at_once, n, &ours),
        |n| waves(&runtime, at_once, n, &floor),
    );
    Row {
        work,
        floor_is: "reqwest + raw signature + raw verification + serde_json",
        comparison: comparison.each(at_once),
        goal: if at_once == 1 {
            Goal::None
        } else {
            Goal::Ratio(1.05)
        },
        allocations: Some(counted),
    }
}

/// How long so many tasks take that make so many calls each, one after the other.
fn waves<F: Future<Output = ()> + Send + 'static>(
    runtime: &Runtime,
    tasks: u32,
    calls: u32,
    call: &(impl Fn() -> F + Clone + Send + 'static),
) -> Duration {
    runtime.block_on(async {
        let start = Instant::now();
        let mut running = JoinSet::new();
        for _ in 0..tasks {
            let call = call.clone();
            running.spawn(async move {
                for _ in 0..calls {
                    call().await;
                }
            });
        }
        running.join_all().await;
        start.elapsed()
    })
}

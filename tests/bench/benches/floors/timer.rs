//! What signing does to others on the same runtime: how late a timer of two milliseconds is, beside
//! 64 calls at once.

use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::task::JoinSet;
use wxpay_api::sign::v3::MerchantKey;
use wxpay_api::v3::Client;

use crate::http_client::{self, Inline};
use crate::measure::{Comparison, Effort, median};
use crate::report::{Goal, Row};
use crate::{Work, keys};

pub(crate) const WORKS: &[Work] = &[
    (
        "2 ms timer beside 64 V3 calls: late, p99",
        |work, effort| {
            row(
                work,
                effort,
                keys::merchant(),
                Goal::Time(Duration::from_micros(1500)),
            )
        },
    ),
    (
        "2 ms timer, were they signed inline: late, p99",
        |work, effort| row(work, effort, Inline(keys::merchant()), Goal::None),
    ),
];

fn row(work: &'static str, effort: Effort, key: impl MerchantKey, goal: Goal) -> Row {
    let server = http_client::server(false);
    let client = http_client::ours(&server, key);
    let mut rounds = Vec::new();
    for _ in 0..effort.few() {
        rounds.push((late(64, &client), late(0, &client)));
    }
    let ratios = rounds
        .iter()
        .map(|(ours, idle)| ours.as_secs_f64() / idle.as_secs_f64());
    let (ratio, spread) = median(ratios);
    let seconds = |time: &Duration| time.as_secs_f64();
    Row {
        work,
        floor_is: "the timer alone",
        comparison: Comparison {
            ours: Duration::from_secs_f64(median(rounds.iter().map(|(ours, _)| seconds(ours))).0),
            floor: Duration::from_secs_f64(median(rounds.iter().map(|(_, idle)| seconds(idle))).0),
            ratio,
            spread,
        },
        goal,
        allocations: None,
    }
}

/// How late one in a hundred of the timer's wakings is at least, beside so many callers.
fn late(callers: usize, client: &Client) -> Duration {
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut calling = JoinSet::new();
        for _ in 0..callers {
            let client = client.clone();
            calling.spawn(async move {
                loop {
                    http_client::call(&client).await;
                }
            });
        }
        let timer = tokio::spawn(async {
            let mut late = Vec::with_capacity(WAKINGS);
            for _ in 0..WAKINGS {
                let due = Instant::now() + Duration::from_millis(2);
                tokio::time::sleep_until(due.into()).await;
                late.push(due.elapsed());
            }
            late.sort_unstable();
            late[WAKINGS * 99 / 100]
        });
        timer.await.unwrap()
    })
}

const WAKINGS: usize = 300;

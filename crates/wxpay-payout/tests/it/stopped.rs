//! Runs that are stopped while nothing happens.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{sleep, timeout};
use wxpay_payout::{Intent, MemoryJournal, PayEnd, RunOptions, Source, Stop};

use crate::run::{lines, unclear};
use crate::world::{Scripted, intent, payouts_over};

/// Gives one intent, and then nothing for ever.
struct Quiet(bool);

#[async_trait]
impl Source for Quiet {
    async fn next(&mut self) -> Option<Intent> {
        if std::mem::replace(&mut self.0, true) {
            std::future::pending::<()>().await;
        }
        Some(intent("one", 100))
    }
}

/// Whether nothing is open, or something waits for its next query.
#[tokio::test(start_paused = true)]
async fn stop_is_noticed_while_a_source_is_quiet() {
    let paid = PayEnd::Paid {
        payment_no: "1".to_owned(),
    };
    for (end, expected) in [(paid, [1, 0, 0, 0]), (unclear(), [0, 0, 1, 0])] {
        let payouts = payouts_over(MemoryJournal::new(), Scripted::new([end], []));
        let stop = Stop::new();
        let options = RunOptions::new().stop(stop.clone());
        let running = tokio::spawn(async move {
            let mut source = Quiet(false);
            payouts.run_from(&mut source, options).await
        });
        sleep(Duration::from_secs(5)).await;
        assert!(!running.is_finished());
        stop.stop();
        let result = timeout(Duration::from_secs(1), running).await;
        let result = result.expect("it ends soon").unwrap();
        assert_eq!(lines(&result), expected, "{result:?}");
    }
}

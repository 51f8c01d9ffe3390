//! The shop's time.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::Deserialize;
use wxpay_api::Timestamp;

/// The system's time. With the sandbox it is the sandbox's, which can be moved on by a day: who
/// lets a day pass there has to see it pass here too, since both sides refuse what was signed more
/// than five minutes ago.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    /// How far it is ahead of the system's, in milliseconds.
    ahead: Arc<AtomicI64>,
}

/// What the sandbox says of its clock.
#[derive(Deserialize)]
struct Told {
    unix: i64,
}

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        let system = Timestamp::now();
        let ahead = self.ahead.load(Ordering::Relaxed);
        Timestamp::from_unix_millis(system.unix_millis().saturating_add(ahead)).unwrap_or(system)
    }

    /// Follows the sandbox's clock if there is one, from here on until the program ends.
    pub(crate) async fn start(&self, control: Option<&str>) -> Result<(), Box<dyn Error>> {
        let Some(control) = control else {
            return Ok(());
        };
        let url = format!("{control}/v1/clock");
        self.set(&url).await?;
        let clock = self.clone();
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(250));
            loop {
                ticks.tick().await;
                // A sandbox that is being restarted is asked again.
                let _ = clock.set(&url).await;
            }
        });
        Ok(())
    }

    async fn set(&self, url: &str) -> Result<(), reqwest::Error> {
        let told = reqwest::get(url).await?.bytes().await?;
        if let Ok(Told { unix }) = serde_json::from_slice(&told) {
            let ahead = unix.saturating_sub(Timestamp::now().unix());
            // Whole seconds: less than two are the two programs asking at different moments.
            let ahead = if ahead.abs() < 2 { 0 } else { ahead };
            self.ahead
                .store(ahead.saturating_mul(1000), Ordering::Relaxed);
        }
        Ok(())
    }
}

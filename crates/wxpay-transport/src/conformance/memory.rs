use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Watches how much memory the process takes beyond what it had. Linux only; elsewhere it sees
/// nothing.
pub(super) struct Watch {
    over: Arc<AtomicBool>,
    most: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub(super) fn start() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let most = Arc::new(AtomicU64::new(0));
        let thread = resident().map(|before| {
            let (over, most) = (Arc::clone(&over), Arc::clone(&most));
            thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let now = resident().unwrap_or(before);
                    most.fetch_max(now.saturating_sub(before), Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(2));
                }
            })
        });
        Self { over, most, thread }
    }

    /// The most bytes that came on top; `None` where it can't be determined.
    pub(super) fn stop(self) -> Option<u64> {
        self.over.store(true, Ordering::Relaxed);
        self.thread?.join().ok()?;
        Some(self.most.load(Ordering::Relaxed))
    }
}

/// Resident memory in bytes. The kernel counts in pages, which have 4 KiB nearly everywhere.
fn resident() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

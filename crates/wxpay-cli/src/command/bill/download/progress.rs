//! How far a download has come, on a terminal.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wxpay_api::FileProgress;

/// A bar for the files of a bill. Each of them is told to a clone of its own.
#[derive(Clone)]
pub(super) struct Bar {
    bar: ProgressBar,
    told: Option<FileProgress>,
}

impl Bar {
    /// A bar; without a terminal, nothing.
    pub(super) fn new() -> Self {
        let target = if stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, told: None }
    }

    /// How far one file has come.
    pub(super) fn tell(&mut self, progress: FileProgress) {
        if self.told.is_none() {
            self.bar.inc_length(progress.total.unwrap_or_default());
        }
        let before = self.told.map_or(0, |told| told.fetched);
        self.bar.inc(progress.fetched.saturating_sub(before));
        self.told = Some(progress);
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

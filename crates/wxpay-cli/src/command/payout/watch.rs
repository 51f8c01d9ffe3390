//! What a person sees while a run goes on: a bar on a terminal, lines in a pipe.

use std::collections::HashMap;
use std::io::{IsTerminal, Write, stderr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wxpay_payout::{IntentId, Progress, RunEvent, RunOptions, RunWait};

use super::stop;
use crate::chinese::payout_text;
use crate::lang::Lang;
use crate::visible::visible;

/// Shows how far a run has come.
#[derive(Clone)]
pub(super) struct Watch(Arc<Shown>);

struct Shown {
    bar: ProgressBar,
    lang: Lang,
    /// Whether lines are written instead of a bar, and what was last written when.
    lines: bool,
    last: Mutex<(Option<Instant>, Progress)>,
    /// The trouble that was last told of each payout.
    troubles: Mutex<HashMap<IntentId, String>>,
}

/// Options that tell of every step, and an end on Ctrl-C.
pub(super) fn watched(options: RunOptions, count: usize, lang: Lang) -> (Watch, RunOptions) {
    let lines = !stderr().is_terminal();
    let target = if lines {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let length = u64::try_from(count).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(length), target);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    if !lines {
        bar.enable_steady_tick(TICK);
    }
    let watch = Watch(Arc::new(Shown {
        bar,
        lang,
        lines,
        last: Mutex::new((None, Progress::default())),
        troubles: Mutex::default(),
    }));
    let (steps, events) = (watch.clone(), watch.clone());
    let options = options
        .progress(move |progress| steps.step(progress))
        .events(move |event| events.tell(event));
    stop::on_signal(options.stop.clone(), lang);
    (watch, options)
}

impl Watch {
    pub(super) fn end(&self) {
        self.0.bar.finish_and_clear();
    }

    fn step(&self, progress: &Progress) {
        let Progress {
            paid,
            rejected,
            open,
            not_started,
            ..
        } = progress;
        let done = u64::try_from(paid + rejected + not_started).unwrap_or(u64::MAX);
        self.0.bar.set_position(done);
        let said = self.0.lang.pick(
            format!("{paid} paid, {rejected} rejected, {open} open"),
            format!("已付 {paid}，被拒 {rejected}，未决 {open}"),
        );
        if !self.0.lines {
            self.0.bar.set_message(said);
            return;
        }
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.0.is_none_or(|at| at.elapsed() >= BETWEEN_LINES);
        if is_due && last.1 != *progress {
            *last = (Some(Instant::now()), *progress);
            self.line(&said);
        }
    }

    fn tell(&self, event: &RunEvent) {
        let lang = self.0.lang;
        match event {
            // Each query that hears the same again would tell it again.
            RunEvent::Trouble { intent, what } if self.is_new(intent, what) => {
                let what = visible(what);
                self.line(&lang.pick(
                    format!("{intent}: {what}"),
                    format!("{intent}：{}", payout_text(&what)),
                ));
            }
            RunEvent::Waiting {
                what,
                until,
                payouts,
                ..
            } => self.line(&wait(*what, &until.to_string(), *payouts, lang)),
            RunEvent::Halted(why) => {
                let why = visible(why);
                self.line(&lang.pick(
                    format!("Nothing more is begun in this run: {why}"),
                    format!("本次运行不再发起新的付款：{}", payout_text(&why)),
                ));
            }
            _ => {}
        }
    }

    fn is_new(&self, intent: &IntentId, what: &str) -> bool {
        let mut troubles = self
            .0
            .troubles
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = troubles.insert(intent.clone(), what.to_owned());
        before.is_none_or(|before| before != what)
    }

    fn line(&self, text: &str) {
        if self.0.lines {
            // Nobody may be reading any more, which changes nothing about the payouts.
            let _ = writeln!(stderr(), "{text}");
        } else {
            self.0.bar.println(text);
        }
    }
}

fn wait(what: RunWait, until: &str, payouts: usize, lang: Lang) -> String {
    let (en, zh) = match what {
        RunWait::Outcome => (
            "the next query about an unknown outcome",
            "下一次查询未知结果",
        ),
        RunWait::Limits => ("the limits", "限额或频率限制"),
        RunWait::Connection => ("WeChat Pay to be reached again", "重新连接微信支付"),
        _ => (
            "another process that works on the same payouts",
            "正在处理同一批付款的其他进程",
        ),
    };
    lang.pick(
        format!("Waiting for {en}, until {until}; {payouts} open."),
        format!("等待{zh}，直到 {until}；未决 {payouts} 笔。"),
    )
}

const TICK: Duration = Duration::from_millis(200);
const BETWEEN_LINES: Duration = Duration::from_secs(10);

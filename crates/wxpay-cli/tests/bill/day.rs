//! A day of trade in a sandbox, and the command run on its bill.

use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use wxpay_core::{Fen, TimeFormat, Timestamp};
use wxpay_sandbox::{Order, Sandbox};

use crate::setup::{Setup, text};

pub(crate) struct Day {
    pub(crate) sandbox: Sandbox,
    pub(crate) setup: Setup,
    /// The day, such as `2026-01-31`.
    pub(crate) date: String,
    pub(crate) refund: String,
}

impl Day {
    /// Two orders were paid two days ago, T1 of 20.00 with 5.00 back and T2 of 0.01, and another
    /// one a day later.
    pub(crate) async fn start() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let noon = Timestamp::from_unix(Timestamp::now().unix() - 48 * 3600).unwrap();
        sandbox.freeze_clock(noon);
        for (number, fen) in [("T1", 2_000), ("T2", 1)] {
            let mut order = Order::paid(number, fen);
            order.time_end = noon;
            order.attach = Some("桌号 4, 靠窗".to_owned());
            sandbox.add_order(order);
        }
        let refund = sandbox.refund_order("T1", Fen::new(500)).unwrap();
        sandbox.freeze_clock(Timestamp::now());
        sandbox.run_clock();
        let mut later = Order::paid("T3", 7);
        later.time_end = noon + Duration::from_secs(24 * 3600);
        sandbox.add_order(later);
        let setup = Setup::new(&sandbox);
        let date = noon.format(TimeFormat::DateTime)[..10].to_owned();
        Self {
            sandbox,
            setup,
            date,
            refund: refund.out_refund_no,
        }
    }

    /// Fetches the trade bill into `bill.csv`.
    pub(crate) fn fetch(&self) {
        let output = self.bill(&["download", "trade", &self.date, "bill.csv"]);
        assert_eq!(exit(&output), 0, "{}", text(&output.stderr));
    }

    pub(crate) fn bill(&self, arguments: &[&str]) -> Output {
        self.setup.run(&[&["bill"], arguments].concat())
    }

    /// The names of the files in the folder that are a bill's, or were to be.
    pub(crate) fn files(&self) -> Vec<String> {
        let folder = self.setup.path("");
        let names = std::fs::read_dir(folder).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.contains("bill")).collect();
        names.sort();
        names
    }
}

pub(crate) fn exit(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}{}", text(&output.stdout), text(&output.stderr)))
}

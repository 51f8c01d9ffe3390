//! This library and `wxpay-rs` at the same work, and the messages that clients in other languages
//! are given.
//!
//! `peers make FOLDER` writes the keys and a payment notification that is signed now;
//! `peers run FOLDER` measures.

mod inputs;
mod ours;
mod wxpay_rs;

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use cpu_time::ProcessTime;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, folder] = arguments.as_slice() else {
        return Err("usage: peers make|run FOLDER".into());
    };
    let folder = Path::new(folder);
    if mode == "make" {
        return inputs::make(folder);
    }
    ours::run(folder)?;
    wxpay_rs::run(folder)
}

/// Prints what one call computes in microseconds, on all threads of this process: the least of some
/// batches, which other work on the machine disturbs least.
fn report(peer: &str, work: &str, mut call: impl FnMut()) {
    let batch = Duration::from_millis(200);
    let mut best = f64::MAX;
    for _ in 0..10 {
        let start = ProcessTime::now();
        let mut calls = 0u32;
        while start.elapsed() < batch {
            black_box(call());
            calls += 1;
        }
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(calls));
    }
    println!("{work}\t{peer}\t{best:.1}");
}

//! What many merchants in one process cost, and a thousand callbacks a second.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use comfy_table::{CellAlignment, Table, presets};
use wxpay_tests::scale::{callbacks, merchants};

/// Measures what many merchants in one process cost, and a stream of callbacks.
#[derive(Parser)]
struct Arguments {
    /// How many callbacks come in a second
    #[arg(long, default_value_t = 1000)]
    per_second: u32,
    /// For how many seconds they come
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments {
        per_second,
        seconds,
    } = Arguments::parse();
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header([
        "merchants in one process",
        "set-up of one",
        "memory of one",
        "one request of each, signed",
    ]);
    for step in merchants::grow(&[1, 10, 100, 1000]).await {
        table.add_row([
            step.merchants.to_string(),
            format!("{:.2} ms", step.set_up.as_secs_f64() * 1e3),
            step.memory
                .map_or_else(String::new, |bytes| format!("{} KiB", bytes / 1024)),
            format!("{:.1} ms", step.requests.as_secs_f64() * 1e3),
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!(
        "APIv2 and APIv3 clients, all over one transport; the first line holds what is made once."
    );
    println!("{table}\n");

    let stream = callbacks::stream(per_second, Duration::from_secs(seconds)).await;
    println!("{stream}");
    ExitCode::from(u8::from(stream.opened != stream.sent))
}

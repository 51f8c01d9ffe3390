//! How wide a line may be.
//!
//! The variable `COLUMNS` says it when it is exported. Else it is what the terminal says, if there
//! is one.

use std::env;
use std::io::stdout;

use terminal_size::{Width, terminal_size, terminal_size_of};

/// For help and prose: also when it is piped, as into `less`.
pub(crate) fn of_text() -> usize {
    let terminal = || terminal_size().map(|(Width(columns), _)| columns.into());
    exported()
        .or_else(terminal)
        .unwrap_or(DEFAULT)
        .clamp(MIN_WIDTH, MAX_WIDTH)
}

/// For tables. There is no bound in a pipe or a file, where a row has to stay one line.
pub(crate) fn of_tables() -> Option<usize> {
    let terminal = || terminal_size_of(stdout()).map(|(Width(columns), _)| columns.into());
    exported()
        .or_else(terminal)
        .map(|columns: usize| columns.max(MIN_WIDTH))
}

fn exported() -> Option<usize> {
    let columns: usize = env::var("COLUMNS").ok()?.parse().ok()?;
    (columns > 0).then_some(columns)
}

/// Without a terminal.
const DEFAULT: usize = 80;
/// No command fits less.
const MIN_WIDTH: usize = 40;
/// Longer lines of prose are hard to read.
const MAX_WIDTH: usize = 120;

//! The table.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};

use crate::measure::Comparison;

/// What came of one piece of work.
pub(crate) struct Row {
    pub(crate) work: &'static str,
    /// What the floor does.
    pub(crate) floor_is: &'static str,
    pub(crate) comparison: Comparison,
    pub(crate) goal: Goal,
    /// Per call: ours, and the floor's.
    pub(crate) allocations: Option<(u64, u64)>,
}

/// What is to be reached.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// Nothing was set: the figure is for knowing.
    None,
    /// At most so many times the floor.
    Ratio(f64),
    /// At most so many times the floor, with at most so many allocations.
    RatioAndAllocations(f64, u64),
    /// At most so long.
    Time(Duration),
}

pub(crate) fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header([
        "work",
        "ours",
        "floor",
        "ratio",
        "±",
        "goal",
        "met",
        "allocations",
        "floor's",
        "floor is",
    ]);
    for row in rows {
        let Comparison {
            ours,
            floor,
            ratio,
            spread,
        } = row.comparison;
        let count =
            |allocations: Option<u64>| allocations.map_or_else(String::new, |n| n.to_string());
        let (goal, met) = row.goal();
        table.add_row([
            row.work.to_owned(),
            time(ours),
            time(floor),
            format!("{ratio:.3}"),
            format!("{spread:.3}"),
            goal,
            met.to_owned(),
            count(row.allocations.map(|(ours, _)| ours)),
            count(row.allocations.map(|(_, floor)| floor)),
            row.floor_is.to_owned(),
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

impl Row {
    fn goal(&self) -> (String, &'static str) {
        let ratio = self.comparison.ratio;
        let word = |met: bool| if met { "yes" } else { "no" };
        match self.goal {
            Goal::None => (String::new(), ""),
            Goal::Ratio(most) => (format!("≤ {most} ×"), word(ratio <= most)),
            Goal::RatioAndAllocations(most, allocations) => (
                format!("≤ {most} ×, ≤ {allocations} allocations"),
                word(
                    ratio <= most
                        && self
                            .allocations
                            .is_some_and(|(ours, _)| ours <= allocations),
                ),
            ),
            Goal::Time(most) => (
                format!("≤ {}", time(most)),
                word(self.comparison.ours <= most),
            ),
        }
    }
}

fn time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1000.0 {
        format!("{micros:.2} µs")
    } else {
        format!("{:.2} ms", micros / 1000.0)
    }
}

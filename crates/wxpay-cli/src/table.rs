//! Tables that fit the terminal.

use comfy_table::{ColumnConstraint, ContentArrangement, Table};

use crate::width;

/// An empty table in a style of `comfy_table::presets`. Its cells are broken where the terminal is
/// too narrow; in a pipe or a file each row is as long as it is.
pub(crate) fn new(preset: &str) -> Table {
    let mut table = Table::new();
    table.load_preset(preset);
    if let Some(width) = width::of_tables() {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(width).unwrap_or(u16::MAX));
    }
    table
}

/// Keeps the first column whole, to be copied from, if that leaves the others half of the width.
pub(crate) fn keep_first(table: &mut Table) {
    let widest = table.column_max_content_widths().first().copied();
    let fits = |widest: u16| table.width().is_none_or(|width| widest <= width / 2);
    if widest.is_some_and(fits)
        && let Some(column) = table.column_mut(0)
    {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
}

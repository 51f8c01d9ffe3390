//! Tables, which become cards on a narrow screen: there each cell says what it is.

use maud::{Markup, html};

/// A row, and what finds it.
pub(crate) struct Row<const N: usize> {
    /// The number that it is about.
    number: String,
    class: &'static str,
    cells: [Cell; N],
}

pub(crate) struct Cell {
    class: &'static str,
    content: Markup,
}

impl<const N: usize> Row<N> {
    pub(crate) fn of(number: &str, cells: [Cell; N]) -> Self {
        Self {
            number: number.to_owned(),
            class: "",
            cells,
        }
    }

    pub(crate) fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }
}

pub(crate) fn cell(content: Markup) -> Cell {
    Cell { class: "", content }
}

/// A cell of a number or of an amount.
pub(crate) fn amount(text: impl ToString) -> Cell {
    Cell {
        class: "amount",
        content: html! { (text.to_string()) },
    }
}

/// A cell of a day and a time, which is broken only between the two.
pub(crate) fn time(text: impl ToString) -> Cell {
    let text = text.to_string();
    Cell {
        class: "time",
        content: html! { @for part in text.split_whitespace() { span { (part) } " " } },
    }
}

/// A cell of buttons.
pub(crate) fn act(content: Markup) -> Cell {
    Cell {
        class: "act",
        content,
    }
}

pub(crate) fn table<const N: usize>(
    class: &str,
    names: [&str; N],
    rows: impl IntoIterator<Item = Row<N>>,
) -> Markup {
    html! {
        table class=(class) {
            thead { tr { @for name in names { th scope="col" { (name) } } } }
            tbody {
                @for row in rows {
                    tr class=(row.class) data-number=(row.number) {
                        @for (cell, name) in row.cells.iter().zip(names) {
                            td class=(cell.class) data-name=(name) { div { (cell.content) } }
                        }
                    }
                }
            }
        }
    }
}

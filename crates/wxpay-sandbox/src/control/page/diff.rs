//! Two texts beside each other, with what differs marked.

use std::time::Duration;

use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

/// A run of characters that both texts have, or one of them.
struct Run {
    tag: ChangeTag,
    text: String,
}

/// The right text and the one that came, each with its own characters marked.
pub(crate) fn show(right: &str, right_name: &str, came: &str, came_name: &str) -> Markup {
    let runs = runs(right, came);
    html! {
        div.diff {
            (side(right_name, "right", &runs, ChangeTag::Delete))
            (side(came_name, "came", &runs, ChangeTag::Insert))
        }
    }
}

/// The same for two signatures: the characters of those that have nothing in common are not
/// compared.
pub(crate) fn show_if_alike(right: &str, right_name: &str, came: &str, came_name: &str) -> Markup {
    if right.eq_ignore_ascii_case(came.trim()) {
        return show(right, right_name, came, came_name);
    }
    html! {
        div.diff {
            figure { figcaption { (right_name) } pre { (right) } }
            figure { figcaption { (came_name) } pre { (visible(came)) } }
        }
    }
}

/// A text with its line ends made visible.
pub(crate) fn visible(text: &str) -> String {
    text.replace('\r', "␍").replace('\n', "⏎\n")
}

fn side(name: &str, class: &str, runs: &[Run], own: ChangeTag) -> Markup {
    html! {
        figure class=(class) {
            figcaption { (name) }
            pre {
                @for run in runs {
                    @if run.tag == ChangeTag::Equal {
                        (visible(&run.text))
                    } @else if run.tag == own {
                        mark { (visible(&run.text)) }
                    }
                }
            }
        }
    }
}

fn runs(right: &str, came: &str) -> Vec<Run> {
    let diff = TextDiff::configure()
        .timeout(FINE_DIFF_TIMEOUT)
        .diff_chars(right, came);
    let mut runs: Vec<Run> = Vec::new();
    for change in diff.iter_all_changes() {
        let tag = change.tag();
        // Each side keeps its own order, whatever stands between its characters on the other.
        match runs.last_mut().filter(|run| run.tag == tag) {
            Some(run) => run.text.push_str(change.value()),
            None => runs.push(Run {
                tag,
                text: change.value().to_owned(),
            }),
        }
    }
    runs
}

/// After this the marks are coarser.
const FINE_DIFF_TIMEOUT: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_marked_and_escaped() {
        let html = show("a=1&b=<2>&key=***", "right", "a=1&b=<3>&key=***", "came").into_string();
        assert!(html.contains("a=1&amp;b=&lt;<mark>2</mark>&gt;"), "{html}");
        assert!(html.contains("a=1&amp;b=&lt;<mark>3</mark>&gt;"), "{html}");
        assert!(!html.contains("<2>"), "{html}");
    }
}

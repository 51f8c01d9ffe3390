//! The anchors that a Markdown page gets from its headings, as code hosts make them.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Every `#anchor` of the page.
pub(crate) fn of(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut seen = BTreeMap::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let before: &mut u32 = seen.entry(slug.clone()).or_default();
                anchors.insert(match *before {
                    0 => slug,
                    number => format!("{slug}-{number}"),
                });
                *before += 1;
            }
            _ => {}
        }
    }
    anchors
}

/// Letters and digits of any script stay, spaces become hyphens, the rest goes.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|one| match one {
        ' ' => Some('-'),
        '-' | '_' => Some(one),
        _ if one.is_alphanumeric() => Some(one),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn headings_become_anchors() {
        let text = "# What to do, when?\n\n## `v2::pay` and more\n\n## 企业付款 (payouts)\n\nAgain\n---\n\n## Again\n\n\
                    ```\n# not one\n```\n";
        let expected = [
            "again",
            "again-1",
            "v2pay-and-more",
            "what-to-do-when",
            "企业付款-payouts",
        ];
        assert!(of(text).iter().eq(expected), "{:?}", of(text));
    }
}

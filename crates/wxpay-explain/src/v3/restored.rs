//! What a framework did to the names and values of a body when it made an object of it and wrote
//! that again, undone.

use super::json::Json;
use crate::causes::body as causes;
use crate::finding::Finding;
use crate::names::snake;

/// The body with names and values as WeChat Pay writes them, and what was otherwise; `None` if
/// nothing was.
pub(super) fn restored(json: &Json) -> Option<(Json, Vec<Finding>)> {
    let mut changes = Changes::default();
    let restored = changes.undo(json, 0)?;
    let mut why = Vec::new();
    if let Some((found, expected)) = changes.name {
        why.push(Finding::new(
            &causes::NAMES,
            [("found", &found), ("expected", &expected)],
        ));
    }
    if changes.number {
        why.push(Finding::new(&causes::NUMBERS, []));
    }
    if changes.null {
        why.push(Finding::new(&causes::NULLS, []));
    }
    (!why.is_empty()).then_some((restored, why))
}

#[derive(Default)]
struct Changes {
    /// The first name that was rewritten, and what it was.
    name: Option<(String, String)>,
    number: bool,
    null: bool,
}

impl Changes {
    /// `None` for what is nested deeper than any message.
    fn undo(&mut self, json: &Json, depth: usize) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        Some(match json {
            Json::Plain(text) => {
                let whole = text.strip_suffix(".0");
                self.number |= whole.is_some();
                Json::Plain(whole.unwrap_or(text).to_owned())
            }
            Json::Text(text) => Json::Text(text.clone()),
            Json::List(items) => {
                let items = items.iter().map(|item| self.undo(item, depth + 1));
                Json::List(items.collect::<Option<_>>()?)
            }
            Json::Object(members) => {
                let mut kept = Vec::with_capacity(members.len());
                for (name, value) in members {
                    if matches!(value, Json::Plain(text) if text == "null") {
                        self.null = true;
                        continue;
                    }
                    let snake = snake(name);
                    if snake != *name && self.name.is_none() {
                        self.name = Some((name.clone(), snake.clone()));
                    }
                    kept.push((snake, self.undo(value, depth + 1)?));
                }
                Json::Object(kept)
            }
        })
    }
}

/// Levels; serde_json reads no more than 128.
const DEEPEST: usize = 128;

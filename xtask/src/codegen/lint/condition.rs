//! The rules of what a field depends on.

use super::field::Place;
use super::tables::Home;
use crate::codegen::model::{Asked, Condition, Field, Kind};
use crate::codegen::types::Form;

/// Why a condition can't be looked at, if it can't.
pub(super) fn broken(home: &Home<'_>, condition: &Condition, table: &[Field]) -> Option<String> {
    if condition.names != 1 || condition.asked.is_empty() {
        return Some("a condition names one field and its values".to_owned());
    }
    let name = &condition.wire;
    let field = table.iter().find(|field| field.wire == *name);
    if field.is_some_and(|field| !field.required) {
        return Some(format!("the condition's `{name}` must itself be required"));
    }
    let values = match field.map(|field| &field.kind) {
        Some(Kind::Enum(ty) | Kind::NumberEnum(ty)) => Some(home.scope.values(ty)),
        _ => None,
    };
    let is_flag = field
        .and_then(|field| field.kind.scalar())
        .is_some_and(|scalar| scalar.form == Form::Boolean);
    for asked in &condition.asked {
        let problem = match (asked, values) {
            (Asked::Flag(_), None) if is_flag && condition.asked.len() == 1 => None,
            (Asked::Value(value), Some(values))
                if values.iter().any(|known| known.wire == *value) =>
            {
                None
            }
            (_, Some(_)) => Some(format!("`{asked}` is not a value of `{name}`")),
            (_, None) if is_flag => Some(format!("`{name}` is true or false, without quotes")),
            (_, None) => Some(format!(
                "the condition's `{name}` is not an enum or a Boolean of this table"
            )),
        };
        if problem.is_some() {
            return problem;
        }
    }
    None
}

/// What is wrong with a note that states a condition which no key of the field makes the client
/// check.
pub(super) fn unchecked(
    home: &Home<'_>,
    field: &Field,
    table: &[Field],
    place: Place,
) -> Option<String> {
    let is_checked = field.required_if.is_some() || field.only_if.is_some();
    if is_checked || !matches!(place, Place::Request | Place::Sent) {
        return None;
    }
    let sentences = field.note.as_deref()?.split(". ");
    let mut named = sentences
        .filter(|sentence| states_condition(sentence))
        .flat_map(quoted)
        .filter(|name| !has_value(home, field, name));
    let others = || table.iter().filter(|other| other.wire != field.wire);
    let name = named.find(|name| others().any(|other| decides(home, other, name)))?;
    Some(format!(
        "its note makes it depend on `{name}`; say that in `required_if` or `only_if`, which is checked"
    ))
}

/// Whether a sentence says when a field is there: `Only with ..`, `Required for ..`. An exception
/// is more than a condition can say.
fn states_condition(sentence: &str) -> bool {
    let mut words = sentence.split(|c: char| !c.is_alphanumeric());
    let is_one_of =
        |words: &[&str], word: &str| words.iter().any(|one| word.eq_ignore_ascii_case(one));
    words
        .clone()
        .any(|word| is_one_of(&["only", "required"], word))
        && !words.any(|word| is_one_of(&["unless"], word))
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether this name is a value of a required enum, or the name of a required Boolean: what a
/// condition can name.
fn decides(home: &Home<'_>, other: &Field, name: &str) -> bool {
    let is_flag = other
        .kind
        .scalar()
        .is_some_and(|scalar| scalar.form == Form::Boolean);
    other.required && (has_value(home, other, name) || (is_flag && other.wire == name))
}

fn has_value(home: &Home<'_>, field: &Field, name: &str) -> bool {
    match &field.kind {
        Kind::Enum(ty) | Kind::NumberEnum(ty) => {
            let mut values = home.scope.values(ty).iter();
            values.any(|value| value.wire == name)
        }
        _ => false,
    }
}

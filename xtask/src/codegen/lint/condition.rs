//! The rules of what a field depends on.

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

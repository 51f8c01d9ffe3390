//! What is encrypted in every request.

use crate::codegen::model::{Field, Kind, Scope};

/// Whether every request has something encrypted.
pub(super) fn always(scope: &Scope, fields: &[Field]) -> bool {
    fields.iter().any(|field| match &field.kind {
        Kind::Choice(ty) => {
            let members = scope.fields(ty);
            !members.is_empty() && members.iter().all(|member| seals(scope, member))
        }
        _ => field.required && seals(scope, field),
    })
}

/// Whether a field, where it is there, has something encrypted. A list that is there has a member,
/// unless its spec says otherwise.
fn seals(scope: &Scope, field: &Field) -> bool {
    let can_be_empty = field.limits.min_items == Some(0);
    let has_sealed = || {
        let members = field.kind.types().map(|ty| scope.fields(ty));
        members.is_some_and(|members| always(scope, members))
    };
    !can_be_empty && (field.encrypted || has_sealed())
}

//! What is checked before a request, or what it is made of, is written.

use super::file::RustFile;
use crate::codegen::model::{Asked, Condition, Field, Kind};
use crate::codegen::types::Form;

/// The fields that other fields make necessary, or rule out.
pub(super) fn conditions(file: &mut RustFile<'_>, fields: &[Field]) -> String {
    let mut out = String::new();
    for field in fields {
        let (name, wire) = (&field.name, &field.wire);
        for (condition, holds, state, kind) in [
            (&field.required_if, true, "is_none", "required_with"),
            (&field.only_if, false, "is_some", "only_with"),
        ] {
            let Some(condition) = condition else { continue };
            let test = test(file, fields, condition, "self.", holds);
            let values: Vec<String> = condition.asked.iter().map(Asked::to_string).collect();
            out += &format!(
                "if {test} && self.options.{name}.{state}() {{\nreturn Err(InvalidInput::{kind}(\"{wire}\", \"{}\", \"{}\"));\n}}\n",
                condition.wire,
                values.join(" or ")
            );
        }
    }
    out
}

/// The test whether a condition holds, or does not.
pub(super) fn test(
    file: &mut RustFile<'_>,
    fields: &[Field],
    condition: &Condition,
    owner: &str,
    holds: bool,
) -> String {
    let Some(other) = fields.iter().find(|field| field.wire == condition.wire) else {
        return String::new();
    };
    let place = format!("{owner}{}", other.name);
    if let [Asked::Flag(flag)] = condition.asked.as_slice() {
        return if *flag == holds {
            place
        } else {
            format!("!{place}")
        };
    }
    let (Kind::Enum(ty) | Kind::NumberEnum(ty)) = &other.kind else {
        return String::new();
    };
    let name = file.named(ty);
    let values = file.scope.values(ty);
    let variants: Vec<String> = condition
        .asked
        .iter()
        .filter_map(|asked| {
            let wire = asked.to_string();
            let value = values.iter().find(|value| value.wire == wire)?;
            Some(format!("{name}::{}", value.variant))
        })
        .collect();
    match (variants.as_slice(), holds) {
        ([variant], true) => format!("{place} == {variant}"),
        ([variant], false) => format!("{place} != {variant}"),
        (variants, true) => format!("matches!({place}, {})", variants.join(" | ")),
        (variants, false) => format!("!matches!({place}, {})", variants.join(" | ")),
    }
}

/// What checks a text beyond its longest length, before it is written.
pub(super) fn text(file: &mut RustFile<'_>, field: &Field, value: &str) -> String {
    if field.limits.min_chars.is_none() && field.alphabet.is_none() {
        return String::new();
    }
    file.import("wxpay_client", "check_text");
    let owner = value.trim_start_matches(['&', '*']);
    let form = field.kind.scalar().map(|scalar| scalar.form);
    let text = match form {
        Some(Form::Secret) => format!("{owner}.expose()"),
        _ => value.to_owned(),
    };
    format!(
        "check_text({:?}, {text}, {}, {:?})?;\n",
        field.wire,
        field.limits.min_chars.unwrap_or(0),
        field.alphabet.as_deref().unwrap_or_default(),
    )
}

//! The rules of tables and of enum values.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::field::{Place, check, is_text};
use super::{Lint, Problems};
use crate::codegen::catalog;
use crate::codegen::model::{
    Field, Level, Model, Operation, Scope, Shape, TypeRef, Value, Version,
};
use crate::codegen::names::{camel, is_camel};
use crate::codegen::usage::{Seen, Usage};

/// What a table is looked at with.
pub(super) struct Home<'a> {
    pub(super) usage: &'a Usage,
    pub(super) seen: Seen<'a>,
    pub(super) scope: &'a Scope,
    /// The operation, unless the table is shared.
    pub(super) operation: Option<&'a Operation>,
}

impl Lint<'_> {
    pub(super) fn operation_tables(&mut self, operation: &Operation, home: &Home<'_>) {
        self.table(home, &operation.request, Place::Request);
        if let crate::codegen::model::Reply::Own(fields) = &operation.reply {
            self.table(home, fields, Place::Response);
        }
        let own = camel(&operation.name);
        for ty in operation.scope.types.values() {
            for taken in [
                own.clone(),
                format!("{own}Options"),
                format!("{own}Response"),
            ] {
                if ty.name == taken {
                    self.say(
                        &ty.at,
                        format!("`{taken}` is the operation's own; take another name"),
                    );
                }
            }
        }
        self.scope(home);
    }

    /// The named types of an operation, a product or a version.
    pub(super) fn scope(&mut self, home: &Home<'_>) {
        for ty in home.scope.types.values() {
            self.name(home, &ty.name, &ty.at);
            let name = TypeRef {
                name: ty.name.clone(),
                level: home.scope.level,
            };
            let sent = home.usage.is_sent(home.seen, &name);
            let received = home.usage.is_received(home.seen, &name);
            if !sent && !received {
                self.say(&ty.at, format!("nothing names `{}`", ty.name));
            }
            if holds_itself(home.scope, &name, &name, &mut HashSet::new()) {
                self.say(
                    &ty.at,
                    format!("`{}` holds itself, which no message does", ty.name),
                );
            }
            let place = match &ty.shape {
                Shape::Enum(values) => {
                    self.values(values, sent, &ty.at);
                    continue;
                }
                Shape::Choice(fields) => {
                    if fields.len() < 2 {
                        self.say(&ty.at, "a choice needs two members at least");
                    }
                    if let Some(operation) = home.operation {
                        self.echoes(operation, fields);
                    }
                    Place::Choice
                }
                Shape::Group(_) => Place::Group,
                Shape::Numbered(_) => Place::Numbered,
                Shape::Object(_) if sent && received => {
                    self.say(
                        &ty.at,
                        format!("`{}` is sent and received; write it twice", ty.name),
                    );
                    Place::Sent
                }
                Shape::Object(_) if sent => Place::Sent,
                Shape::Object(_) if home.usage.is_reply(home.seen, &name) => Place::Response,
                Shape::Object(_) => Place::Received,
            };
            self.table(home, ty.fields(), place);
        }
    }

    fn name(&mut self, home: &Home<'_>, name: &str, at: &Range<usize>) {
        if !is_camel(name) || RESERVED.contains(&name) || name.ends_with("Options") {
            self.say(at, format!("invalid table name `{name}`"));
        }
        if home.scope.level != Level::Version
            && let Some(parent) = &home.scope.parent
            && parent.find(name).is_some()
        {
            self.say(at, format!("types.toml has a `{name}` too"));
        }
    }

    fn values(&mut self, values: &[Value], sent: bool, at: &Range<usize>) {
        let known = values
            .iter()
            .filter(|value| value.progress.is_some())
            .count();
        if known != 0 && known != values.len() {
            self.say(at, "either every value has a `progress` or none");
        }
        let other = if sent { "DangerOther" } else { "Other" };
        let mut variants = HashSet::from([other]);
        for value in values {
            let (wire, variant) = (&value.wire, &value.variant);
            if !is_camel(variant) {
                self.say(
                    &value.at,
                    format!("`{wire}` makes no variant; give it a `name`"),
                );
            } else if !variants.insert(variant) {
                self.say(
                    &value.at,
                    format!("another variant is called `{variant}`; give this one a `name`"),
                );
            }
            if value.words.en.is_empty() && value.words.zh.is_empty() {
                self.say(&value.at, "needs `en` or `zh`");
            }
        }
    }

    /// By whichever of its numbers a thing is asked for, the response must be about that thing.
    fn echoes(&mut self, operation: &Operation, members: &[Field]) {
        let response = operation.response();
        let in_response = |member: &Field| response.iter().find(|field| field.wire == member.wire);
        let echoes = |member: &Field| {
            let in_response = in_response(member).and_then(|field| field.echo);
            member.echo.or(in_response).is_some()
        };
        if !members.iter().any(echoes) {
            return;
        }
        for member in members.iter().filter(|member| !echoes(member)) {
            if in_response(member).is_some_and(|field| is_text(&field.kind)) {
                let reason =
                    "stands in the response too, and needs an `echo` as another member has";
                self.say(&member.at, format!("{}: {reason}", member.wire));
            }
        }
    }

    fn table(&mut self, home: &Home<'_>, fields: &[Field], place: Place) {
        let mut names = HashSet::new();
        for field in fields {
            if !names.insert(field.name.as_str()) {
                self.say(
                    &field.at,
                    format!("{}: another field is called `{}`", field.wire, field.name),
                );
            }
            for reason in check(home, field, fields, place) {
                self.say(&field.at, format!("{}: {reason}", field.wire));
            }
        }
    }
}

/// Tables that two operations of a product both have: `types.toml` holds them once.
pub(super) fn twice(model: &Model, usage: &Usage, problems: &mut Problems) {
    let mut known: HashMap<(Version, &str, bool, String), &str> = HashMap::new();
    for operation in &model.operations {
        let (seen, scope) = (Seen::from(operation), &operation.scope);
        for ty in scope.types.values() {
            let name = TypeRef {
                name: ty.name.clone(),
                level: scope.level,
            };
            let Some(described) = catalog::described(scope, &name) else {
                continue;
            };
            let key = (
                operation.version,
                operation.product.as_str(),
                usage.is_sent(seen, &name),
                described.to_string(),
            );
            if let Some(other) = known.insert(key, &operation.name) {
                let reason = format!(
                    "`{}` is described in {other}.toml too; put it into types.toml",
                    ty.name
                );
                problems.push(operation.source.problem(&ty.at, reason));
            }
        }
    }
}

/// Whether a type is among the members of `ty`, at any depth.
fn holds_itself<'a>(
    scope: &'a Scope,
    wanted: &TypeRef,
    ty: &TypeRef,
    seen: &mut HashSet<&'a TypeRef>,
) -> bool {
    let named = scope
        .fields(ty)
        .iter()
        .filter_map(|field| field.kind.types());
    named.into_iter().any(|inner| {
        inner == wanted || (seen.insert(inner) && holds_itself(scope, wanted, inner, seen))
    })
}

impl Home<'_> {
    pub(super) fn version(&self) -> Version {
        self.seen.version
    }
}

/// Names that the generated modules import or that the prelude has.
const RESERVED: &[&str] = &[
    "Body",
    "Box",
    "Bytes",
    "Call",
    "Certainty",
    "Class",
    "Client",
    "Clone",
    "CodeFacts",
    "Copy",
    "Date",
    "DateFormat",
    "Debug",
    "Decimal",
    "DecodeError",
    "Default",
    "Endpoint",
    "Eq",
    "Err",
    "Extra",
    "Fen",
    "Fields",
    "Form",
    "From",
    "Hash",
    "Into",
    "InvalidInput",
    "IpAddr",
    "Json",
    "Max",
    "Meta",
    "Method",
    "None",
    "Notification",
    "Object",
    "Ok",
    "Option",
    "Options",
    "Outcome",
    "Page",
    "Params",
    "PartialEq",
    "Progress",
    "Resolve",
    "Response",
    "Result",
    "Sealed",
    "Secret",
    "Self",
    "Some",
    "String",
    "TimeFormat",
    "Upload",
    "Vec",
    "Verified",
    "WireTime",
];

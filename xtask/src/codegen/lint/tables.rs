//! The rules of tables, fields and values.

use std::collections::HashSet;

use super::Lint;
use crate::codegen::emit::{other, variant};
use crate::codegen::names::{is_camel, is_snake};
use crate::codegen::spec::{Condition, Echo, Field, Place, Table, Value, Version, Wire};
use crate::codegen::types::{self, Written};

/// Where a field stands.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Home {
    Request,
    Choice,
    Response,
    Group,
    List,
}

impl Home {
    fn is_sent(self) -> bool {
        matches!(self, Self::Request | Self::Choice)
    }
}

impl Lint<'_> {
    pub(super) fn tables(&mut self) {
        let spec = &self.endpoint.spec;
        self.table(&spec.request, Home::Request);
        self.table(&spec.response, Home::Response);
        let mut names = HashSet::new();
        for (tables, home) in [
            (&spec.one_of, Home::Choice),
            (&spec.group, Home::Group),
            (&spec.list, Home::List),
        ] {
            for (name, members) in tables {
                self.name(name, &members.span(), &mut names);
                if home == Home::Choice && members.get_ref().len() < 2 {
                    self.say(members.span(), "a choice needs two members at least");
                }
                self.table(members.get_ref(), home);
            }
        }
        for (name, values) in &spec.enums {
            self.name(name, &values.span(), &mut names);
            self.values(name, values.get_ref(), values.span());
        }
    }

    fn name<'a>(
        &mut self,
        name: &'a str,
        at: &std::ops::Range<usize>,
        names: &mut HashSet<&'a str>,
    ) {
        if !is_camel(name) || ["Options", "Response"].contains(&name) {
            self.say(at.clone(), format!("`{name}` is no name for a table"));
        }
        if !names.insert(name) {
            self.say(at.clone(), format!("another table is called `{name}`"));
        }
    }

    fn values(&mut self, name: &str, values: &Table<Value>, at: std::ops::Range<usize>) {
        let known = values
            .values()
            .filter(|value| value.get_ref().progress.is_some())
            .count();
        if known != 0 && known != values.len() {
            self.say(at, "either every value has a `progress` or none");
        }
        let mut variants = HashSet::from([other(self.endpoint, name).to_owned()]);
        for (wire, value) in values {
            let variant = variant(wire, value.get_ref());
            if !is_camel(&variant) {
                self.say(
                    value.span(),
                    format!("`{wire}` makes no variant; give it a `name`"),
                );
            } else if !variants.insert(variant.clone()) {
                self.say(
                    value.span(),
                    format!("another variant is called `{variant}`; give this one a `name`"),
                );
            }
            if value.get_ref().doc.trim().is_empty() {
                self.say(value.span(), "doc must not be empty");
            }
        }
    }

    fn table(&mut self, table: &Table<Field>, home: Home) {
        for (name, field) in table {
            let mut reasons = Vec::new();
            self.kind(field.get_ref(), home, &mut reasons);
            self.rules(name, field.get_ref(), table, home, &mut reasons);
            for reason in reasons {
                self.say(field.span(), format!("{name}: {reason}"));
            }
        }
    }

    /// That the field is exactly one thing, and that the thing is known, allowed here and bounded.
    fn kind(&self, field: &Field, home: Home, reasons: &mut Vec<String>) {
        let spec = &self.endpoint.spec;
        let v3 = self.endpoint.version == Version::V3;
        let mut add = |broken: bool, reason: &str| {
            if broken {
                reasons.push(reason.to_owned());
            }
        };
        match (
            &field.ty,
            &field.enumeration,
            &field.one_of,
            &field.group,
            &field.list,
        ) {
            (Some(name), None, None, None, None) => match types::find(name) {
                None => reasons.push(format!("unknown type `{name}`")),
                Some(ty) if home.is_sent() => {
                    let bounded = field.max_chars.is_some() != field.max_bytes.is_some();
                    let text = matches!(ty.written, Written::Text | Written::Secret);
                    let in_path = field.place == Some(Place::Path);
                    add(
                        text && !bounded,
                        "a text in a request needs either `max_chars` or `max_bytes`",
                    );
                    add(
                        ty.written == Written::Fen && field.min.is_none(),
                        "an amount in a request needs a `min` in fen",
                    );
                    add(ty.written == Written::Never, "is for replies only");
                    add(
                        v3 && !text && ty.written != Written::Id,
                        "only identifiers and texts go into an APIv3 request",
                    );
                    add(
                        in_path && ty.written != Written::Id,
                        "only identifiers go into a path",
                    );
                }
                Some(_) => {}
            },
            (None, Some(name), None, None, None) => {
                add(
                    !spec.enums.contains_key(name),
                    &format!("unknown enum `{name}`"),
                );
                add(
                    field.place == Some(Place::Path),
                    "only identifiers go into a path",
                );
            }
            (None, None, Some(name), None, None) => {
                add(
                    !spec.one_of.contains_key(name),
                    &format!("unknown one_of `{name}`"),
                );
                add(home != Home::Request, "a choice stands in [request]");
            }
            (None, None, None, Some(name), None) => {
                add(
                    !spec.group.contains_key(name),
                    &format!("unknown group `{name}`"),
                );
                add(home != Home::Response, "a group stands in [response]");
                add(field.when.is_none(), "a group needs `when`");
            }
            (None, None, None, None, Some(name)) => {
                add(
                    !spec.list.contains_key(name),
                    &format!("unknown list `{name}`"),
                );
                add(
                    v3 || !matches!(home, Home::Response | Home::Group),
                    "a numbered list stands in an APIv2 [response] or group",
                );
                add(field.count.is_none(), "a numbered list needs `count`");
            }
            _ => add(
                true,
                "needs exactly one of `type`, `enum`, `one_of`, `group` and `list`",
            ),
        }
    }

    /// What else is said of it.
    fn rules(
        &self,
        name: &str,
        field: &Field,
        table: &Table<Field>,
        home: Home,
        reasons: &mut Vec<String>,
    ) {
        let spec = &self.endpoint.spec;
        let v2 = self.endpoint.version == Version::V2;
        let mut add = |broken: bool, reason: &str| {
            if broken {
                reasons.push(reason.to_owned());
            }
        };
        let sent = home.is_sent();
        let limited = field.max_chars.or(field.max_bytes).is_some() || field.min.is_some();
        let several = matches!(field.wire, Some(Wire::Several(_)));
        add(
            !is_snake(name),
            "must be named in snake_case, and not by a keyword of Rust",
        );
        add(field.doc.trim().is_empty(), "doc must not be empty");
        add(
            sent && field.wire.is_some(),
            "a request field has its wire name",
        );
        add(
            several && (v2 || !field.required),
            "several wire names are for required APIv3 fields",
        );
        add(!sent && limited, "a reply is not limited");
        add(
            field.place.is_some() && (v2 || !sent),
            "only an APIv3 request has places",
        );
        add(
            home == Home::List && field.required,
            "a member of a numbered list is never required",
        );
        add(
            field.required && field.required_if.is_some(),
            "is required always or on a condition, not both",
        );
        let conditional = field.required_if.is_some() || field.when.is_some();
        add(
            conditional && !matches!(home, Home::Request | Home::Response),
            "a condition stands in [request] or [response]",
        );
        add(
            field.echo.is_some() && home != Home::Response,
            "an echo stands in [response]",
        );
        add(
            matches!(field.echo, Some(Echo::Always(false))),
            "leave `echo = false` out",
        );
        if field.echo.is_some() {
            let mut choices = spec.one_of.values();
            let asked = spec.request.contains_key(name)
                || choices.any(|members| members.get_ref().contains_key(name));
            add(!asked, "echoes a field that is not in the request");
        }
        for condition in field.required_if.iter().chain(&field.when) {
            if let Some(reason) = self.condition(condition, table) {
                add(true, &reason);
            }
        }
    }

    fn condition(&self, condition: &Condition, table: &Table<Field>) -> Option<String> {
        let Some((name, value)) = condition.first().filter(|_| condition.len() == 1) else {
            return Some("a condition names one field and one value".to_owned());
        };
        let field = table.get(name).map(|field| field.get_ref());
        let values = field
            .and_then(|field| field.enumeration.as_ref())
            .and_then(|name| self.endpoint.spec.enums.get(name));
        match (field, values) {
            (Some(field), Some(_)) if !field.required => {
                Some(format!("the condition's `{name}` must itself be required"))
            }
            (_, Some(values)) if !values.get_ref().contains_key(value) => {
                Some(format!("`{value}` is not a value of `{name}`"))
            }
            (_, Some(_)) => None,
            (_, None) => Some(format!(
                "the condition's `{name}` is not an enum of this table"
            )),
        }
    }
}

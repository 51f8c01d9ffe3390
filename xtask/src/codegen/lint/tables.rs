//! The rules of tables and of enum values.

use std::collections::HashSet;

use super::Lint;
use super::field::{Home, check};
use crate::codegen::emit::{fields, is_sent, other, variant};
use crate::codegen::names::is_camel;
use crate::codegen::spec::{Field, Table, Value, Version};

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
        for (name, members) in &spec.object {
            self.name(name, &members.span(), &mut names);
            let sent = is_sent(self.endpoint, name);
            if self.endpoint.version == Version::V2 {
                self.say(members.span(), "APIv2 has no objects");
            }
            if sent
                && fields(&spec.response)
                    .any(|(_, field)| field.object.as_ref().or(field.list.as_ref()) == Some(name))
            {
                self.say(
                    members.span(),
                    format!("`{name}` is sent and received; write it twice"),
                );
            }
            self.table(
                members.get_ref(),
                if sent { Home::Sent } else { Home::Received },
            );
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
            for reason in check(self.endpoint, name, field.get_ref(), table, home) {
                self.say(field.span(), format!("{name}: {reason}"));
            }
        }
    }
}

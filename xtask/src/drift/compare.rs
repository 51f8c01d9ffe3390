//! Both sides, side by side.

use super::difference::{Difference, Doubt, Kind};
use super::facts::{Effect, Field, Operation, Operations, Required, Serial, Type};

mod codes;
mod field;

/// Every difference, in order.
pub(super) fn all(described: &Operations, specs: &Operations) -> Vec<Difference> {
    let mut found = Found(Vec::new());
    for (label, described) in described {
        let side = Side {
            label,
            doubts: &described.doubts,
        };
        match specs.get(label) {
            None => found.say(&side, "", Kind::New, String::new()),
            Some(spec) => operation(label, described, spec, &mut found),
        }
    }
    for label in specs.keys() {
        if !described.contains_key(label) {
            let side = Side { label, doubts: &[] };
            found.say(&side, "", Kind::Gone, String::new());
        }
    }
    found.0.sort();
    found.0
}

struct Found(Vec<Difference>);

/// The operation that is looked at, and what speaks against the description.
struct Side<'a> {
    label: &'a str,
    doubts: &'a [Doubt],
}

impl Found {
    fn say(&mut self, side: &Side<'_>, field: &str, kind: Kind, says: String) {
        self.0.push(Difference {
            operation: side.label.to_owned(),
            field: field.to_owned(),
            kind,
            says,
            doubts: side.doubts.to_vec(),
        });
    }
}

fn operation(label: &str, described: &Operation, spec: &Operation, found: &mut Found) {
    let side = Side {
        label,
        doubts: &described.doubts,
    };
    if described.effect != spec.effect {
        let says = format!("{:?}, the spec has {:?}", described.effect, spec.effect);
        found.say(&side, "", Kind::Effect, says.to_lowercase());
    }
    if described.reply != spec.reply {
        let says = format!("{:?}, the spec has {:?}", described.reply, spec.reply);
        found.say(&side, "", Kind::Reply, says.to_lowercase());
    }
    let says = match (described.serial, spec.serial) {
        (Serial::All, Serial::WithSealed) => {
            Some("in every request, the spec has it beside encrypted fields only")
        }
        (Serial::WithSealed, Serial::All) => Some("not in every request, the spec has it required"),
        _ => None,
    };
    if let Some(says) = says {
        found.say(&side, "", Kind::Serial, says.to_owned());
    }
    for (name, facts) in &described.fields {
        let side = Side {
            label,
            doubts: &facts.doubts,
        };
        match spec.fields.get(name) {
            Some(of_spec) => {
                let is_request = !name.starts_with("response.");
                field::compare(name, facts, of_spec, is_request, &mut |kind, says| {
                    found.say(&side, name, kind, says);
                });
            }
            // What is in something new is as new.
            None if holds(spec, name) => {
                let says = field::types(facts);
                found.say(&side, name, Kind::New, says);
            }
            None => {}
        }
    }
    for (name, of_spec) in &spec.fields {
        let is_there = described.fields.contains_key(name) || described.elsewhere.contains(name);
        let is_free = of_spec.is_implied || of_spec.is_optional_name;
        if !is_free && !is_there && holds(described, name) {
            let says = field::types(of_spec);
            found.say(&side, name, Kind::Gone, says);
            if name.starts_with("response.") && of_spec.required == Required::Yes {
                let says = "not there, the spec has yes".to_owned();
                found.say(&side, name, Kind::Required, says);
            }
        }
    }
    if described.effect == Effect::Write && spec.effect == Effect::Write {
        codes::compare(label, described, spec, found);
    }
}

/// Whether an operation has what a field stands in, and has members there.
fn holds(operation: &Operation, name: &str) -> bool {
    let Some((parent, _)) = name.rsplit_once('.') else {
        return true;
    };
    match operation.fields.get(parent) {
        Some(parent) => has_members(parent),
        // A place, such as `body`.
        None => !parent.contains('.'),
    }
}

fn has_members(field: &Field) -> bool {
    let members = [Type::Object, Type::Json, Type::UrlEncoded];
    let holds = |types: &std::collections::BTreeSet<Type>| {
        members.iter().any(|member| types.contains(member))
    };
    holds(&field.types) || holds(&field.items) || field.is_implied
}

//! The error codes of a write.

use super::{Found, Side};
use crate::drift::difference::Kind;
use crate::drift::facts::{Code, Operation};

pub(super) fn compare(label: &str, described: &Operation, spec: &Operation, found: &mut Found) {
    for (name, facts) in &described.codes {
        let side = Side {
            label,
            doubts: &facts.doubts,
        };
        let field = format!("errors.{name}");
        let Some(of_spec) = spec.codes.get(name) else {
            found.say(&side, &field, Kind::New, statuses(facts));
            continue;
        };
        let fits = of_spec.statuses.is_subset(&facts.statuses);
        if !fits && !facts.statuses.is_empty() && !of_spec.is_common {
            let says = format!("{}, the spec has {}", statuses(facts), statuses(of_spec));
            found.say(&side, &field, Kind::Code, says);
        }
        if of_spec.not_executed && facts.leaves_open {
            let says = "leaves open what happened, the spec has not_executed".to_owned();
            found.say(&side, &field, Kind::Outcome, says);
        }
    }
    let side = Side {
        label,
        doubts: &described.doubts,
    };
    for (name, of_spec) in &spec.codes {
        if !of_spec.is_common && !described.codes.contains_key(name) {
            let field = format!("errors.{name}");
            found.say(&side, &field, Kind::Gone, statuses(of_spec));
        }
    }
}

fn statuses(code: &Code) -> String {
    let statuses: Vec<_> = code.statuses.iter().map(u16::to_string).collect();
    statuses.join(" or ")
}

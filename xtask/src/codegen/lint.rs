//! The rules between fields, tables and files.

mod alphabet;
mod codes;
mod condition;
mod facts;
mod field;
mod header;
mod secret;
mod tables;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Problems;
use super::model::{Model, Operation, Resolve, Source, Version};
use super::names::is_snake;
use super::spec::{Effect, Method, OperationKind};
use super::usage::{Seen, Usage};

/// Everything that breaks a rule.
pub(crate) fn check_all(model: &Model, usage: &Usage) -> Result<(), Problems> {
    let mut problems = Problems::new();
    let effects: HashMap<String, Effect> = model
        .operations
        .iter()
        .filter(|operation| operation.kind == OperationKind::Call)
        .map(|operation| (operation.full_name(), operation.effect))
        .collect();
    let mut routes: HashSet<(&str, Method, Option<&str>)> = HashSet::new();
    for operation in &model.operations {
        let mut lint = Lint {
            source: &operation.source,
            problems: &mut problems,
        };
        lint.names(operation);
        lint.facts(operation, &model.unsigned);
        lint.effect(operation, &effects);
        lint.codes(operation);
        let home = tables::Home {
            usage,
            seen: Seen::from(operation),
            scope: &operation.scope,
            operation: Some(operation),
        };
        lint.operation_tables(operation, &home);
        let host = operation.host.as_ref().map(|(host, _)| host.as_str());
        let route = (operation.path.as_str(), operation.method, host);
        if !operation.is_notification() && !routes.insert(route) {
            lint.say(&operation.path_at, "another spec has this method and path");
        }
    }
    for product in &model.products {
        shared(
            &mut problems,
            usage,
            product.version,
            &product.name,
            &product.scope,
        );
    }
    for (version, scope) in &model.versions {
        shared(&mut problems, usage, *version, "", scope);
    }
    // Of sound tables only: what holds itself has no end.
    if problems.is_empty() {
        tables::twice(model, usage, &mut problems);
    }
    // Several operations name one set of codes.
    problems.sort();
    problems.dedup();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn shared(
    problems: &mut Problems,
    usage: &Usage,
    version: Version,
    product: &str,
    scope: &super::model::Scope,
) {
    let home = tables::Home {
        usage,
        seen: Seen {
            version,
            product,
            operation: "",
        },
        scope,
        operation: None,
    };
    let mut lint = Lint {
        source: &scope.source,
        problems,
    };
    lint.scope(&home);
}

struct Lint<'a> {
    source: &'a Source,
    problems: &'a mut Problems,
}

impl Lint<'_> {
    fn say(&mut self, at: &Range<usize>, reason: impl std::fmt::Display) {
        self.problems.push(self.source.problem(at, reason));
    }

    fn names(&mut self, operation: &Operation) {
        if !is_snake(&operation.product) || !is_snake(&operation.name) {
            self.say(&(0..0), "folder and file must be named in snake_case");
        }
        if !operation.is_notification() && !has_verb(&operation.name) {
            self.say(
                &(0..0),
                format!("`{}` must begin with a verb", operation.name),
            );
        }
        if operation.title.en.trim().is_empty() || operation.doc.trim().is_empty() {
            self.say(&operation.title_at, "must not be empty");
        }
        if operation.title.en.ends_with('.') {
            self.say(&operation.title_at, "a title has no full stop");
        }
        if !is_chinese(&operation.title.zh) {
            self.say(&operation.title_at, "`zh` must be the Chinese title");
        }
        if !operation.doc.starts_with("https://") {
            self.say(&operation.doc_at, "doc must be the URL of the page");
        }
    }

    fn effect(&mut self, operation: &Operation, effects: &HashMap<String, Effect>) {
        let nowhere = 0..0;
        let at = operation.effect_at.as_ref().unwrap_or(&nowhere);
        if operation.kind == OperationKind::Notification {
            if operation.effect_at.is_some() || operation.resolve.is_some() {
                self.say(at, "a notification has no `effect` and no `resolve`");
            }
            return;
        }
        if operation.is_page() {
            if operation.effect_at.is_some() || operation.resolve.is_some() {
                self.say(
                    at,
                    "a page has no `effect` and no `resolve`: the user opens it",
                );
            }
            return;
        }
        if operation.effect_at.is_none() {
            self.say(&operation.path_at, "needs `effect`");
        }
        match (operation.effect, &operation.resolve) {
            (Effect::Write, None) => self.say(
                at,
                "a write must name in `resolve` the query that settles an unknown outcome, or \"repeat\" or \"none\"",
            ),
            (Effect::Read, Some((_, at))) => self.say(at, "a read has nothing to resolve"),
            (Effect::Write, Some((Resolve::Query(name), at)))
                if effects.get(name) != Some(&Effect::Read) =>
            {
                self.say(at, format!("`{name}` is not a read operation"));
            }
            (Effect::Write, Some((Resolve::Repeat | Resolve::None, at)))
                if operation.notes.is_none() =>
            {
                self.say(at, "\"repeat\" and \"none\" need `notes` that say why");
            }
            _ => {}
        }
    }
}

/// Whether a string has a Chinese character.
fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..'\u{a000}').contains(&c))
}

/// Whether a name begins with a verb: the part before the first underscore, or after `partner_` and
/// its like.
fn has_verb(name: &str) -> bool {
    let name = ROLES
        .iter()
        .find_map(|role| name.strip_prefix(role))
        .unwrap_or(name);
    let first = name.split('_').next().unwrap_or_default();
    VERBS.contains(&first)
}

const ROLES: [&str; 3] = ["partner_", "acquiring_bank_", "institution_"];

const VERBS: &[&str] = &[
    "accept",
    "activate",
    "add",
    "apply",
    "associate",
    "audit",
    "authorize",
    "bind",
    "cancel",
    "change",
    "check",
    "close",
    "complete",
    "confirm",
    "consume",
    "convert",
    "create",
    "deactivate",
    "deduct",
    "delete",
    "deposit",
    "disable",
    "disassociate",
    "download",
    "echo",
    "enable",
    "end",
    "enter",
    "estimate",
    "exchange",
    "finish",
    "freeze",
    "generate",
    "get",
    "grant",
    "import",
    "issue",
    "list",
    "lock",
    "micropay",
    "modify",
    "notify",
    "open",
    "pause",
    "pay",
    "precharge",
    "preorder",
    "prepay",
    "pre",
    "preview",
    "publish",
    "query",
    "read",
    "receive",
    "reconcile",
    "record",
    "redeem",
    "refund",
    "register",
    "reject",
    "release",
    "remove",
    "renew",
    "replace",
    "reply",
    "report",
    "request",
    "reset",
    "respond",
    "restart",
    "return",
    "reverse",
    "revoke",
    "save",
    "search",
    "send",
    "set",
    "share",
    "shorten",
    "sign",
    "split",
    "start",
    "stop",
    "submit",
    "subscribe",
    "sync",
    "terminate",
    "transfer",
    "unbind",
    "undo",
    "unfreeze",
    "update",
    "upload",
    "use",
    "verify",
    "withdraw",
];

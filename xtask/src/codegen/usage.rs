//! Which named types are sent, and which are received.

use std::collections::HashSet;

use super::model::{Field, Level, Model, Operation, Scope, TypeRef, Version};

/// The directions of every named type.
pub(crate) struct Usage {
    sent: HashSet<Key>,
    received: HashSet<Key>,
    /// Objects that are whole responses.
    replies: HashSet<Key>,
    /// What a field names.
    members: HashSet<Key>,
    /// Objects that a notification tells, and those that several do.
    told: HashSet<Key>,
    told_twice: HashSet<Key>,
    /// What needs the feature of its product alone.
    plain: HashSet<Key>,
    /// What needs the feature for service providers as well, unless it is plain.
    split_off: HashSet<Key>,
}

/// A type of the whole model.
#[derive(Clone, Eq, Hash, PartialEq)]
struct Key {
    version: Version,
    product: Option<String>,
    operation: Option<String>,
    name: String,
}

/// Where a type is looked at from.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) version: Version,
    pub(crate) product: &'a str,
    pub(crate) operation: &'a str,
}

impl Usage {
    pub(crate) fn of(model: &Model) -> Self {
        let mut usage = Self {
            sent: HashSet::new(),
            received: HashSet::new(),
            replies: HashSet::new(),
            members: HashSet::new(),
            told: HashSet::new(),
            told_twice: HashSet::new(),
            plain: HashSet::new(),
            split_off: HashSet::new(),
        };
        for operation in &model.operations {
            let seen = Seen::from(operation);
            let scope = &operation.scope;
            walk(&mut usage.sent, seen, scope, &operation.request);
            match &operation.reply {
                super::model::Reply::Shared(ty) => {
                    usage.replies.insert(seen.key(ty));
                    if operation.is_notification() && !usage.told.insert(seen.key(ty)) {
                        usage.told_twice.insert(seen.key(ty));
                    }
                    add(&mut usage.received, seen, scope, ty);
                }
                _ => walk(&mut usage.received, seen, scope, operation.response()),
            }
            let shared = match &operation.reply {
                super::model::Reply::Shared(ty) => scope.fields(ty),
                _ => operation.response(),
            };
            for fields in [operation.request.as_slice(), shared] {
                walk(&mut usage.members, seen, scope, fields);
            }
            let needing = if operation.is_split_off() {
                &mut usage.split_off
            } else {
                &mut usage.plain
            };
            walk(needing, seen, scope, &operation.request);
            match &operation.reply {
                super::model::Reply::Shared(ty) => add(needing, seen, scope, ty),
                _ => walk(needing, seen, scope, operation.response()),
            }
        }
        usage
    }

    pub(crate) fn is_sent(&self, seen: Seen<'_>, ty: &TypeRef) -> bool {
        self.sent.contains(&seen.key(ty))
    }

    pub(crate) fn is_received(&self, seen: Seen<'_>, ty: &TypeRef) -> bool {
        self.received.contains(&seen.key(ty))
    }

    /// Whether the object is a whole response and nothing else.
    pub(crate) fn is_reply(&self, seen: Seen<'_>, ty: &TypeRef) -> bool {
        self.replies.contains(&seen.key(ty)) && !self.is_member(seen, ty)
    }

    /// Whether several notifications tell the object: each is then a type of its own that holds it.
    pub(crate) fn is_told_twice(&self, seen: Seen<'_>, ty: &TypeRef) -> bool {
        self.told_twice.contains(&seen.key(ty))
    }

    /// Whether only operations have it that are behind the feature for service providers.
    pub(crate) fn is_split_off(&self, seen: Seen<'_>, ty: &TypeRef) -> bool {
        let key = seen.key(ty);
        self.split_off.contains(&key) && !self.plain.contains(&key)
    }

    /// Whether the object stands within other ones, too: a response that is one then holds it.
    pub(crate) fn is_member(&self, seen: Seen<'_>, ty: &TypeRef) -> bool {
        self.members.contains(&seen.key(ty))
    }
}

impl Seen<'_> {
    fn key(self, ty: &TypeRef) -> Key {
        Key {
            version: self.version,
            product: (ty.level != Level::Version).then(|| self.product.to_owned()),
            operation: (ty.level == Level::Operation).then(|| self.operation.to_owned()),
            name: ty.name.clone(),
        }
    }
}

impl<'a> From<&'a Operation> for Seen<'a> {
    fn from(operation: &'a Operation) -> Self {
        Self {
            version: operation.version,
            product: &operation.product,
            operation: &operation.name,
        }
    }
}

fn walk(found: &mut HashSet<Key>, seen: Seen<'_>, scope: &Scope, fields: &[Field]) {
    for ty in fields.iter().filter_map(|field| field.kind.types()) {
        add(found, seen, scope, ty);
    }
}

/// Adds a type and all that it names; an object may name itself.
fn add(found: &mut HashSet<Key>, seen: Seen<'_>, scope: &Scope, ty: &TypeRef) {
    if found.insert(seen.key(ty)) {
        walk(found, seen, scope, scope.fields(ty));
    }
}

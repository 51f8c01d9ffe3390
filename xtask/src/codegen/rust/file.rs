//! A Rust file being written: its imports are collected while its text grows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::codegen::model::{Kind, Level, Scope, Shape, TypeRef, Version};
use crate::codegen::names;
use crate::codegen::types::Form;
use crate::codegen::usage::{Seen, Usage};

/// A file of generated Rust.
pub(super) struct RustFile<'a> {
    pub(super) usage: &'a Usage,
    pub(super) seen: Seen<'a>,
    pub(super) scope: &'a Scope,
    /// The level of the types that stand in this file.
    pub(super) level: Level,
    /// The module that this file is below the first one; `None` for the first.
    pub(super) room: Option<String>,
    imports: BTreeMap<(Origin, String), BTreeSet<String>>,
    text: String,
}

/// The groups of imports, in their order.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Origin {
    Std,
    Other,
    Own,
}

impl<'a> RustFile<'a> {
    pub(super) fn new(usage: &'a Usage, seen: Seen<'a>, scope: &'a Scope, level: Level) -> Self {
        Self {
            usage,
            seen,
            scope,
            level,
            room: None,
            imports: BTreeMap::new(),
            text: String::new(),
        }
    }

    pub(super) fn version(&self) -> Version {
        self.seen.version
    }

    /// Imports a name and gives it back.
    pub(super) fn import<'n>(&mut self, path: &str, name: &'n str) -> &'n str {
        let origin = match path.split("::").next() {
            Some("std") => Origin::Std,
            Some("super" | "crate") => Origin::Own,
            _ => Origin::Other,
        };
        let names = self.imports.entry((origin, path.to_owned())).or_default();
        names.insert(name.to_owned());
        name
    }

    /// Imports from the module of this file's protocol.
    pub(super) fn client<'n>(&mut self, name: &'n str) -> &'n str {
        match self.version() {
            Version::V2 => self.import("wxpay_client::v2", name),
            Version::V3 => self.import("wxpay_client::v3", name),
        }
    }

    /// Imports what reads or writes JSON.
    pub(super) fn client_json<'n>(&mut self, name: &'n str) -> &'n str {
        self.import("wxpay_client::json", name)
    }

    /// Imports a type of the core.
    pub(super) fn core<'n>(&mut self, name: &'n str) -> &'n str {
        self.import("wxpay_core", name)
    }

    /// The Rust name of a named type.
    pub(super) fn named(&mut self, ty: &TypeRef) -> String {
        let path = match (self.level, ty.level) {
            (Level::Operation, Level::Product) if self.room.is_some() => {
                Some("super::super::types".to_owned())
            }
            (Level::Operation, Level::Product) => Some("super::types".to_owned()),
            (Level::Operation | Level::Product, Level::Version) => {
                Some(format!("crate::{}::types", self.version().folder()))
            }
            _ if self.room.is_some() && self.room != self.room_of(ty) => Some("super".to_owned()),
            _ => None,
        };
        if let Some(path) = path {
            self.import(&path, &ty.name);
        }
        ty.name.clone()
    }

    /// The module of a type below the file that is first: each has one of its own. Of an operation,
    /// the types that are no objects stand in its file.
    pub(super) fn room_of(&self, ty: &TypeRef) -> Option<String> {
        let is_object = matches!(self.scope.get(ty)?.shape, Shape::Object(_));
        (is_object || ty.level != Level::Operation).then(|| names::field(&ty.name))
    }

    /// The Rust type of a field, without its `Option`.
    pub(super) fn rust_type(&mut self, kind: &Kind) -> String {
        match kind {
            Kind::Scalar(scalar) => {
                if let Some(path) = scalar.path {
                    self.import(path, scalar.rust);
                }
                scalar.rust.to_owned()
            }
            Kind::Enum(ty)
            | Kind::NumberEnum(ty)
            | Kind::Object(ty)
            | Kind::Choice(ty)
            | Kind::Group(ty) => self.named(ty),
            Kind::Numbered(ty) => format!("Vec<{}>", self.named(ty)),
            Kind::List(item) => format!("Vec<{}>", self.rust_type(item)),
            Kind::Embedded(_, item) => self.rust_type(item),
            Kind::Client | Kind::OfFile(_) | Kind::Fixed(_) => String::new(),
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn line(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string can't fail.
        let _ = writeln!(self.text, "{text}");
    }

    /// The whole file, to be formatted.
    pub(super) fn finish(self, head: &str) -> String {
        let mut out = head.to_owned();
        let mut previous = None;
        for ((origin, path), names) in &self.imports {
            if previous.is_some_and(|previous| previous != origin) {
                out.push('\n');
            }
            previous = Some(origin);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            match names.as_slice() {
                [name] => out += &format!("use {path}::{name};\n"),
                names => out += &format!("use {path}::{{{}}};\n", names.join(", ")),
            }
        }
        out.push('\n');
        out + &self.text
    }
}

/// Whether a value of this form is `Copy`.
pub(super) fn is_copy(form: Form) -> bool {
    matches!(
        form,
        Form::Boolean | Form::Date | Form::Fen | Form::Integer | Form::Ip
    )
}

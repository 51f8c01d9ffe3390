//! The types that the operations of a product, or of a version, share.

use std::collections::BTreeMap;

use super::file::{RustFile, VALUES};
use super::operation::{named, read_reply};
use super::received;
use crate::codegen::model::{Scope, Shape, Type, TypeRef, Version};
use crate::codegen::usage::{Seen, Usage};

/// `types.rs` and a file for each object below it, by their paths from the product's folder on.
pub(super) fn files(
    scope: &Scope,
    version: Version,
    product: &str,
    usage: &Usage,
) -> Vec<(String, String)> {
    let seen = Seen {
        version,
        product,
        operation: "",
    };
    let mut rooms: BTreeMap<String, (Vec<String>, RustFile<'_>)> = BTreeMap::new();
    for ty in scope.types.values() {
        let name = TypeRef {
            name: ty.name.clone(),
            level: scope.level,
        };
        let mut file = RustFile::new(usage, seen, scope, scope.level);
        let room = file.room_of(&name);
        file.room = Some(room.clone());
        let (names, file) = rooms.entry(room).or_insert((Vec::new(), file));
        names.push(ty.name.clone());
        if matches!(ty.shape, Shape::Object(_)) && usage.is_sent(seen, &name) {
            names.push(format!("{}Options", ty.name));
        }
        write(file, ty, &name);
    }
    let (mut modules, mut exports) = (String::new(), String::new());
    let mut files = Vec::new();
    for (room, (mut names, file)) in rooms {
        names.sort();
        let head = if room == VALUES {
            "//! The documented values of fields.\n\n".to_owned()
        } else {
            format!(
                "//! [`{}`], which several operations have.\n\n",
                names.first().map_or("", String::as_str)
            )
        };
        modules += &format!("mod {room};\n");
        exports += &match names.as_slice() {
            [name] => format!("pub use {room}::{name};\n"),
            names => format!("pub use {room}::{{{}}};\n", names.join(", ")),
        };
        files.push((format!("types/{room}.rs"), file.finish(&head)));
    }
    let index = format!("//! What several operations have in common.\n\n{modules}\n{exports}");
    files.push(("types.rs".to_owned(), index));
    files
}

fn write(file: &mut RustFile<'_>, ty: &Type, name: &TypeRef) {
    match &ty.shape {
        Shape::Object(fields) if file.usage.is_reply(file.seen, name) => {
            let version = file.version();
            received::reply(file, &ty.name, "A response.", fields);
            file.core("DecodeError");
            let message = received::message(file);
            let read = read_reply(file, version, fields, "Self", "reply", "");
            file.line(format_args!(
                "impl {} {{\npub(crate) fn of(reply: Verified<{message}>) -> Result<Self, DecodeError> {{\n{read}}}\n}}\n",
                ty.name
            ));
        }
        shape => named(file, name, shape, "pub(crate) "),
    }
}

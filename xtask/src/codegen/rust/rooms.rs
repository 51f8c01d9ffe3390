//! Objects have a file each: those that operations share below `types.rs`, those of one operation below its own file.

use std::collections::BTreeMap;

use super::file::{RustFile, VALUES};
use super::operation::named;
use super::{received, shared};
use crate::codegen::model::{Level, Scope, Shape, TypeRef};
use crate::codegen::usage::{Seen, Usage};

/// What stands in files of its own.
pub(super) struct Rooms {
    /// The declarations of the modules, and what is exported from them.
    pub(super) index: String,
    /// The files, by the names of their modules.
    pub(super) files: Vec<(String, String)>,
}

/// The files of a scope's types, as far as they do not stand in the file above.
pub(super) fn of(scope: &Scope, seen: Seen<'_>, usage: &Usage) -> Rooms {
    let mut rooms: BTreeMap<String, (Vec<String>, RustFile<'_>)> = BTreeMap::new();
    for ty in scope.types.values() {
        let name = TypeRef {
            name: ty.name.clone(),
            level: scope.level,
        };
        let mut file = RustFile::new(usage, seen, scope, scope.level);
        let Some(room) = file.room_of(&name) else {
            continue;
        };
        file.room = Some(room.clone());
        let (names, file) = rooms.entry(room).or_insert((Vec::new(), file));
        names.push(ty.name.clone());
        if matches!(ty.shape, Shape::Object(_)) && usage.is_sent(seen, &name) {
            names.push(format!("{}Options", ty.name));
        }
        match &ty.shape {
            Shape::Object(fields) if usage.is_reply(seen, &name) => {
                received::reply(file, &ty.name, "A response.", fields);
                shared::of(file, &ty.name, fields);
            }
            shape if scope.level == Level::Operation => named(file, &name, shape, "pub(super) "),
            shape => named(file, &name, shape, "pub(crate) "),
        }
    }
    let (mut modules, mut exports) = (String::new(), String::new());
    let mut files = Vec::new();
    for (room, (mut names, file)) in rooms {
        names.sort();
        let head = match names.first() {
            Some(name) if room != VALUES => {
                format!("//! [`{name}`], with how it is checked and read.\n\n")
            }
            _ => "//! The documented values of fields.\n\n".to_owned(),
        };
        modules += &format!("mod {room};\n");
        exports += &match names.as_slice() {
            [name] => format!("pub use {room}::{name};\n"),
            names => format!("pub use {room}::{{{}}};\n", names.join(", ")),
        };
        files.push((room, file.finish(&head)));
    }
    let index = if files.is_empty() {
        String::new()
    } else {
        format!("{modules}\n{exports}\n")
    };
    Rooms { index, files }
}

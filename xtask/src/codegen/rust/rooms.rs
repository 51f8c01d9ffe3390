//! Objects have a file each: those that operations share below `types.rs`, those of one operation below its own file.

use std::collections::BTreeMap;

use super::file::RustFile;
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
    let mut rooms: BTreeMap<String, (String, String)> = BTreeMap::new();
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
        let is_object = matches!(ty.shape, Shape::Object(_));
        let exported = if is_object && usage.is_sent(seen, &name) {
            format!("{{{0}, {0}Options}}", ty.name)
        } else {
            ty.name.clone()
        };
        match &ty.shape {
            Shape::Object(fields) if usage.is_reply(seen, &name) => {
                received::reply(&mut file, &ty.name, "A response.", fields);
                shared::of(&mut file, &ty.name, fields);
            }
            shape if scope.level == Level::Operation => {
                named(&mut file, &name, shape, "pub(super) ");
            }
            shape => named(&mut file, &name, shape, "pub(crate) "),
        }
        let what = if is_object {
            "with how it is checked and read"
        } else {
            "its documented values"
        };
        let head = format!("//! [`{}`], {what}.\n\n", ty.name);
        rooms.insert(room, (exported, file.finish(&head)));
    }
    let (mut modules, mut exports) = (String::new(), String::new());
    for (room, (exported, _)) in &rooms {
        modules += &format!("mod {room};\n");
        exports += &format!("pub use {room}::{exported};\n");
    }
    let index = if rooms.is_empty() {
        String::new()
    } else {
        format!("{modules}\n{exports}\n")
    };
    let files = rooms.into_iter().map(|(room, (_, text))| (room, text));
    Rooms {
        index,
        files: files.collect(),
    }
}

//! Objects have a file each: those that operations share below `types.rs`, those of one operation
//! below its own file.

use std::collections::BTreeMap;

use super::file::RustFile;
use super::index::feature_of;
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

struct Room {
    exported: String,
    /// The condition that both stand under, if there is one.
    behind: String,
    text: String,
}

/// The files of a scope's types, as far as they do not stand in the file above.
pub(super) fn of(scope: &Scope, seen: Seen<'_>, usage: &Usage) -> Rooms {
    let mut rooms: BTreeMap<String, Room> = BTreeMap::new();
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
        let is_split_off = scope.level == Level::Product && usage.is_split_off(seen, &name);
        let behind = if is_split_off {
            let product = feature_of(seen.version, seen.product);
            format!("#[cfg(feature = \"{product}-partner\")]\n")
        } else {
            String::new()
        };
        let text = file.finish(&head);
        rooms.insert(
            room,
            Room {
                exported,
                behind,
                text,
            },
        );
    }
    let (mut modules, mut exports) = (String::new(), String::new());
    for (name, room) in &rooms {
        let (behind, exported) = (&room.behind, &room.exported);
        modules += &format!("{behind}mod {name};\n");
        exports += &format!("{behind}pub use {name}::{exported};\n");
    }
    let index = if rooms.is_empty() {
        String::new()
    } else {
        format!("{modules}\n{exports}\n")
    };
    let files = rooms.into_iter().map(|(name, room)| (name, room.text));
    Rooms {
        index,
        files: files.collect(),
    }
}

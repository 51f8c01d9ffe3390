//! The types that the operations of a product, or of a version, share.

use super::file::RustFile;
use super::operation::{named, read_reply};
use super::received;
use crate::codegen::model::{Scope, Shape, TypeRef, Version};
use crate::codegen::usage::{Seen, Usage};

/// The file `types.rs`.
pub(super) fn file(scope: &Scope, version: Version, product: &str, usage: &Usage) -> String {
    let seen = Seen {
        version,
        product,
        operation: "",
    };
    let mut file = RustFile::new(usage, seen, scope, scope.level);
    for ty in scope.types.values() {
        let name = TypeRef {
            name: ty.name.clone(),
            level: scope.level,
        };
        match &ty.shape {
            Shape::Object(fields) if usage.is_reply(seen, &name) => {
                received::reply(&mut file, &ty.name, "A response.", fields);
                file.core("DecodeError");
                let message = received::message(&mut file);
                let read = read_reply(&mut file, version, fields, "Self", "reply", "");
                file.line(format_args!(
                    "impl {} {{\npub(crate) fn of(reply: Verified<{message}>) -> Result<Self, DecodeError> {{\n{read}}}\n}}\n",
                    ty.name
                ));
            }
            shape => named(&mut file, &name, shape, "pub(crate) "),
        }
    }
    file.finish("//! What several operations have in common.\n\n")
}

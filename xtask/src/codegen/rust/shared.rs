//! The types that the operations of a product, or of a version, share.

use super::file::RustFile;
use super::operation::read_reply;
use super::{received, rooms};
use crate::codegen::model::{Field, Scope, Version};
use crate::codegen::usage::{Seen, Usage};

/// `types.rs` and the files below it, by their paths from the product's folder on.
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
    let rooms = rooms::of(scope, seen, usage);
    let index = format!(
        "//! What several operations have in common.\n\n{}",
        rooms.index
    );
    let below = rooms.files.into_iter();
    let mut files: Vec<(String, String)> = below
        .map(|(room, text)| (format!("types/{room}.rs"), text))
        .collect();
    files.push(("types.rs".to_owned(), index));
    files
}

/// How an object is read that is a whole response.
pub(super) fn of(file: &mut RustFile<'_>, name: &str, fields: &[Field]) {
    let version = file.version();
    file.core("DecodeError");
    let message = received::message(file);
    let read = read_reply(file, version, fields, "Self", "reply", "");
    file.line(format_args!(
        "impl {name} {{\npub(crate) fn of(reply: Verified<{message}>) -> Result<Self, DecodeError> {{\n{read}}}\n}}\n",
    ));
}

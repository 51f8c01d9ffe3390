//! The types of what is read.

use super::decode::{self, From};
use super::docs::{comment, description};
use super::file::RustFile;
use super::sent::rename;
use crate::codegen::model::{Field, TypeRef, Version};
use crate::codegen::names;

const DERIVES: &str = "#[derive(Clone, Debug, PartialEq)]\n#[cfg_attr(feature = \"serde\", derive(serde::Serialize))]\n#[non_exhaustive]\n";

/// A whole response.
pub(super) fn reply(file: &mut RustFile<'_>, name: &str, doc: &str, fields: &[Field]) {
    let message = message(file);
    file.import("wxpay_sign", "Verified");
    file.push(&comment(doc));
    file.push(DERIVES);
    file.line(format_args!("pub struct {name} {{"));
    members(file, fields);
    file.line(format_args!(
        "/// The whole response, with what this version does not know.\n#[cfg_attr(feature = \"serde\", serde(skip))]\npub reply: Verified<{message}>,\n}}\n"
    ));
}

/// A whole response that holds an object which other responses have as a member.
pub(super) fn holder(file: &mut RustFile<'_>, name: &str, doc: &str, ty: &TypeRef) {
    let message = message(file);
    file.import("wxpay_sign", "Verified");
    let held = file.named(ty);
    let member = names::field(&ty.name);
    file.push(&comment(doc));
    file.push(DERIVES);
    file.line(format_args!(
        "pub struct {name} {{\n/// What it tells.\n#[cfg_attr(feature = \"serde\", serde(flatten))]\npub {member}: {held},\n/// The whole response, with what this version does not know.\n#[cfg_attr(feature = \"serde\", serde(skip))]\npub reply: Verified<{message}>,\n}}\n"
    ));
}

/// A notification that tells what other notifications tell, too.
pub(super) fn teller(file: &mut RustFile<'_>, name: &str, doc: &str, ty: &TypeRef) {
    let told = file.named(ty);
    let member = names::field(&ty.name);
    file.push(&comment(doc));
    file.push(DERIVES);
    file.line(format_args!(
        "pub struct {name} {{\n/// What it tells.\n#[cfg_attr(feature = \"serde\", serde(flatten))]\npub {member}: {told},\n}}\n"
    ));
}

/// A part of a response.
pub(super) fn part(file: &mut RustFile<'_>, name: &str, fields: &[Field]) {
    file.push("/// A part of a response.\n");
    file.push(DERIVES);
    file.line(format_args!("pub struct {name} {{"));
    members(file, fields);
    file.push("}\n\n");
}

/// How an object is read.
pub(super) fn object(file: &mut RustFile<'_>, name: &str, fields: &[Field], visible: &str) {
    file.core("DecodeError");
    file.client_json("Object");
    let bind = decode::bind(file, fields, From::Json);
    let members = decode::members(file, fields, From::Json);
    file.line(format_args!(
        "impl {name} {{\n{visible}fn read(fields: &Object<'_>) -> Result<Self, DecodeError> {{\n{bind}Ok(Self {{\n{members}}})\n}}\n}}\n"
    ));
}

/// The message that a response is.
pub(super) fn message(file: &mut RustFile<'_>) -> &'static str {
    match file.version() {
        Version::V2 => file.core("Params"),
        Version::V3 => file.client_json("Json"),
    }
}

fn members(file: &mut RustFile<'_>, fields: &[Field]) {
    for field in fields {
        let ty = file.rust_type(&field.kind);
        let is_list = ty.starts_with("Vec<");
        let ty = if field.required || is_list {
            ty
        } else {
            format!("Option<{ty}>")
        };
        if !field.is_given() {
            continue;
        }
        file.push(&comment(&description(field, false)));
        file.push(&rename(field));
        file.line(format_args!("pub {}: {ty},", field.name));
    }
}

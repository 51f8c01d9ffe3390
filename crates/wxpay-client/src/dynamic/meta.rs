//! The constant facts of operations, made from the catalogue once for each.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use wxpay_catalog::{ErrorCode, Field, Operation, Reply, Written};
use wxpay_core::{Certainty, Class, CodeFacts, Effect, Outcome, Resolve};
use wxpay_sign::workwx;

use crate::{v2, v3};

/// Facts that were made are kept: there are as many as there are operations in the catalogue.
struct Kept<T: 'static>(LazyLock<Mutex<HashMap<&'static str, &'static T>>>);

impl<T> Kept<T> {
    const fn new() -> Self {
        Self(LazyLock::new(Mutex::default))
    }

    fn get(&self, operation: &'static Operation, make: impl FnOnce() -> T) -> &'static T {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry(operation.name.as_str())
            .or_insert_with(|| Box::leak(Box::new(make())))
    }
}

static V2: Kept<v2::Meta> = Kept::new();
static V3: Kept<v3::Meta> = Kept::new();

pub(super) fn v2(operation: &'static Operation) -> &'static v2::Meta {
    V2.get(operation, || {
        let path = operation.path.as_deref().unwrap_or_default();
        let mut meta = match resolve(operation) {
            Some(resolve) => v2::Meta::write(&operation.name, path, resolve),
            None => v2::Meta::read(&operation.name, path),
        };
        meta.get = operation.method.as_deref() == Some("GET");
        meta.host = operation.host.as_deref();
        meta.client_cert = operation.client_cert;
        meta.backup_host = operation.backup_host;
        meta.reply_signed = !operation.unsigned_reply;
        meta.file_reply = operation.reply == Reply::File;
        meta.nested_reply = operation
            .response
            .iter()
            .any(|field| field.written == Some(Written::Xml));
        let named = |name: &'static str| Some(name).filter(|name| !name.is_empty());
        if let Some(name) = &operation.app_id_field {
            meta.app_id_field = named(name);
        }
        if let Some(name) = &operation.mch_id_field {
            meta.mch_id_field = named(name);
        }
        meta.nonce = !operation.no_nonce;
        meta.result_code = !operation.no_result_code;
        meta.merchant_reply = !operation.no_merchant_reply;
        meta.sign_types = match operation.sign_types.as_slice() {
            [one] if one == "MD5" => v2::SignTypes::Md5Only,
            [one] if one == "HMAC-SHA256" => v2::SignTypes::HmacSha256Only,
            _ => v2::SignTypes::Either,
        };
        meta.workwx = match operation.workwx_sign.as_deref() {
            Some("pay") => Some(workwx::Api::Pay),
            Some("redpack") => Some(workwx::Api::RedPack),
            _ => None,
        };
        meta.names = Box::leak(names(operation).into());
        meta.errors = errors(operation);
        meta
    })
}

pub(super) fn v3(operation: &'static Operation) -> &'static v3::Meta {
    V3.get(operation, || {
        let path = operation.path.as_deref().unwrap_or_default();
        let method = match operation.method.as_deref() {
            Some("POST") => v3::Method::Post,
            Some("PUT") => v3::Method::Put,
            Some("PATCH") => v3::Method::Patch,
            Some("DELETE") => v3::Method::Delete,
            _ => v3::Method::Get,
        };
        let mut meta = match resolve(operation) {
            Some(resolve) => v3::Meta::write(&operation.name, method, path, resolve),
            None => v3::Meta::read(&operation.name, method, path),
        };
        meta.host = operation.host.as_deref();
        meta.backup_host = operation.backup_host;
        meta.per_second = operation.per_second;
        meta.accept = operation.accept.as_deref().unwrap_or(meta.accept);
        meta.serial_required = operation.serial;
        meta.accepted_is_success = operation.accepted;
        meta.digest_header = operation.digest_header.as_deref();
        meta.errors = errors(operation);
        meta
    })
}

fn resolve(operation: &'static Operation) -> Option<Resolve> {
    if effect(operation) == Effect::Read {
        return None;
    }
    Some(match operation.resolve.as_deref() {
        None | Some("none") => Resolve::None,
        Some("repeat") => Resolve::Repeat,
        Some(query) => Resolve::Query(query),
    })
}

/// Whatever is not said to be a read may change something. A page is opened by the user; asking for
/// its URL sends nothing.
fn effect(operation: &Operation) -> Effect {
    if ["read", "page"].contains(&operation.effect.as_str()) {
        Effect::Read
    } else {
        Effect::Write
    }
}

fn errors(operation: &'static Operation) -> &'static [CodeFacts] {
    let write = effect(operation) == Effect::Write;
    let facts = operation.errors.iter().map(|error| facts(error, write));
    Box::leak(facts.collect())
}

fn facts(error: &'static ErrorCode, write: bool) -> CodeFacts {
    let outcome = match (write, error.outcome.as_deref()) {
        (false, _) => Outcome::ReadFailed,
        (true, Some("not_executed")) => Outcome::NotExecuted,
        (true, _) => Outcome::Unknown,
    };
    let mut letters = error.class.split(' ');
    let mut class = Class::new(match letters.next() {
        Some("D") if write => Certainty::Definite,
        Some("D" | "Q") => Certainty::QueryFailed,
        _ => Certainty::Ambiguous,
    });
    for letter in letters {
        class = match letter {
            "C" => class.configuration(),
            "L" => class.limit(),
            "S" => class.same_number(),
            _ => class,
        };
    }
    CodeFacts::new(&error.code, outcome, class)
}

/// The names of all fields of request and response, those of the client and of every response
/// included.
fn names(operation: &'static Operation) -> Vec<&'static str> {
    let mut names = vec![
        "err_code",
        "err_code_des",
        "result_code",
        "return_code",
        "return_msg",
        "sign",
        "sign_type",
    ];
    let own = |name: &'static Option<String>, usual| name.as_deref().unwrap_or(usual);
    names.push(own(&operation.app_id_field, "appid"));
    names.push(own(&operation.mch_id_field, "mch_id"));
    names.push("nonce_str");
    names.retain(|name| !name.is_empty());
    if operation.workwx_sign.is_some() {
        names.push("workwx_sign");
    }
    collect(&operation.request, &mut names);
    collect(&operation.response, &mut names);
    names.sort_unstable();
    names.dedup();
    names
}

fn collect(fields: &'static [Field], names: &mut Vec<&'static str>) {
    for field in fields {
        match field.ty.as_str() {
            "one_of" | "group" | "numbered" => {
                names.extend(field.count.as_deref());
                collect(&field.fields, names);
            }
            _ => {
                names.push(field.wire());
                names.extend(field.also.iter().map(String::as_str));
            }
        }
    }
}

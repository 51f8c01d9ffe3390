//! The operations of the specs.

use std::collections::{BTreeMap, BTreeSet};

use self::fields::Reader;
use super::facts::{Code, Effect, Field, Operation, Operations, Reply, Required, Serial, label};
use crate::codegen::model::{self, Model, Version};
use crate::codegen::spec::{self, Method, OperationKind, Outcome};

mod fields;
mod sealed;

/// How many characters a type of identifiers takes, by its name in a spec.
pub(super) type Identifiers = BTreeMap<String, usize>;

/// Every operation that is called; what WeChat Pay tells has no path.
pub(super) fn read(model: &Model, identifiers: &Identifiers) -> Operations {
    let called = model
        .operations
        .iter()
        .filter(|operation| operation.kind != OperationKind::Notification);
    let mut operations = Operations::new();
    for operation in called {
        let method = format!("{:?}", operation.method).to_uppercase();
        let label = label(&method, &operation.path);
        operations.insert(label, read_one(operation, identifiers));
    }
    operations
}

fn read_one(spec: &model::Operation, identifiers: &Identifiers) -> Operation {
    let mut operation = Operation {
        effect: if spec.is_page() {
            Effect::Page
        } else {
            match spec.effect {
                spec::Effect::Read => Effect::Read,
                spec::Effect::Write => Effect::Write,
            }
        },
        reply: match &spec.reply {
            _ if spec.is_page() => Reply::None,
            model::Reply::Own(_) | model::Reply::Shared(_) => Reply::Message,
            model::Reply::File => Reply::File,
            model::Reply::Empty => Reply::Empty,
        },
        fields: BTreeMap::new(),
        elsewhere: BTreeSet::new(),
        codes: codes(spec),
        serial: serial(spec),
        doubts: Vec::new(),
    };
    let mut reader = Reader {
        scope: &spec.scope,
        is_request: true,
        is_upload: spec.file().is_some(),
        identifiers,
        operation: &mut operation,
    };
    let request = match (spec.version, spec.method) {
        (Version::V2, Method::Get) => "query",
        _ => "body",
    };
    reader.add(request, &spec.request);
    reader.is_request = false;
    reader.add("response", spec.response());
    match spec.version {
        Version::V2 => envelope(spec, request, &mut operation),
        Version::V3 => headers(spec, &mut operation),
    }
    operation
}

fn serial(spec: &model::Operation) -> Serial {
    match &spec.serial {
        // The key is named anyway.
        _ if sealed::always(&spec.scope, &spec.request) => Serial::Unsaid,
        _ if spec.version == Version::V2 => Serial::Unsaid,
        Some((spec::Serial::Required, _)) => Serial::All,
        None => Serial::WithSealed,
    }
}

/// What the client adds to every request of APIv2, and reads in every response.
fn envelope(spec: &model::Operation, request: &str, operation: &mut Operation) {
    let (app, merchant) = (spec.app_id_name(), spec.mch_id_name());
    let common = [app, merchant, "nonce_str", "sign", "sign_type"];
    for name in common.into_iter().chain(["workwx_sign"]) {
        imply(operation, format!("{request}.{name}"));
    }
    let read = [
        "return_code",
        "return_msg",
        "result_code",
        "err_code",
        "err_code_des",
        "appid",
        "mch_id",
    ];
    for name in common.into_iter().chain(read) {
        imply(operation, format!("response.{name}"));
    }
}

/// What the client adds to a request of APIv3.
fn headers(spec: &model::Operation, operation: &mut Operation) {
    let seals = |field: &Field| field.is_sealed;
    if spec.serial.is_some() || operation.fields.values().any(seals) {
        imply(operation, "header.Wechatpay-Serial".to_owned());
    }
    if spec.accept.is_some() {
        imply(operation, "header.Accept".to_owned());
    }
    if spec.file().is_some() {
        imply(operation, "body.meta".to_owned());
    }
}

fn imply(operation: &mut Operation, place: String) {
    let field = Field {
        required: Required::Always,
        is_implied: true,
        ..Field::default()
    };
    operation.fields.entry(place).or_insert(field);
}

fn codes(spec: &model::Operation) -> BTreeMap<String, Code> {
    let code = |code: &model::Code, is_common| {
        let facts = Code {
            statuses: code.status.into_iter().collect(),
            not_executed: code.outcome == Some(Outcome::NotExecuted),
            is_common,
            ..Code::default()
        };
        (code.code.clone(), facts)
    };
    let common = spec.common_errors.iter().map(|one| code(one, true));
    // An operation's own code comes before a common one.
    common
        .chain(spec.errors.iter().map(|one| code(one, false)))
        .collect()
}

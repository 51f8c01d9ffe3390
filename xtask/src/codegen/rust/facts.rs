//! The constants of an operation: its facts and its error codes.

use super::file::RustFile;
use super::sent::names;
use crate::codegen::model::{Code, Field, Kind, Operation, Reply, Resolve, Text, Version};
use crate::codegen::spec::{Method, Outcome, ReplySign, SignType, Workwx};

/// The value of `META`.
pub(super) fn meta(file: &mut RustFile<'_>, operation: &Operation) -> String {
    let name = operation.full_name();
    let path = if has_long_path(operation) {
        "PATH".to_owned()
    } else {
        format!("\"{}\"", operation.path)
    };
    let method = if operation.version == Version::V2 {
        String::new()
    } else {
        file.client("Method");
        format!("Method::{:?}, ", operation.method)
    };
    file.client("Meta");
    let mut out = match operation.resolve.as_ref().map(|(resolve, _)| resolve) {
        Some(resolve) => {
            file.core("Resolve");
            let resolve = match resolve {
                Resolve::Query(query) => format!("Resolve::Query(\"{query}\")"),
                Resolve::Repeat => "Resolve::Repeat".to_owned(),
                Resolve::None => "Resolve::None".to_owned(),
            };
            format!("Meta::write(\"{name}\", {method}{path}, {resolve})")
        }
        None => format!("Meta::read(\"{name}\", {method}{path})"),
    };
    let mut call = |yes: bool, text: &str| {
        if yes {
            out.push_str(text);
        }
    };
    let sign_types = operation
        .sign_types
        .as_ref()
        .map(|(types, _)| types.as_slice());
    let workwx = operation.workwx_sign.as_ref().map(|(api, _)| *api);
    if workwx.is_some() {
        file.import("wxpay_sign", "workwx");
    }
    let unsigned = operation
        .reply_sign
        .as_ref()
        .is_some_and(|(sign, _)| *sign == ReplySign::None);
    let v2 = operation.version == Version::V2;
    call(v2 && operation.method == Method::Get, ".get()");
    call(operation.client_cert, ".client_cert()");
    call(operation.backup_host, ".backup_host()");
    call(operation.accepted, ".accepted_is_success()");
    call(sign_types == Some(&[SignType::Md5]), ".md5_only()");
    call(
        sign_types == Some(&[SignType::HmacSha256]),
        ".hmac_sha256_only()",
    );
    call(workwx == Some(Workwx::Pay), ".workwx(workwx::Api::Pay)");
    call(
        workwx == Some(Workwx::Redpack),
        ".workwx(workwx::Api::RedPack)",
    );
    for (field, method) in [
        (&operation.app_id_field, "app_id_field"),
        (&operation.mch_id_field, "mch_id_field"),
    ] {
        match field.as_ref().map(|(name, _)| name.as_str()) {
            None => {}
            Some("") => call(true, &format!(".{method}(None)")),
            Some(name) => call(true, &format!(".{method}(Some(\"{name}\"))")),
        }
    }
    for (flag, text) in [
        (&operation.nonce, ".no_nonce()"),
        (&operation.result_code, ".no_result_code()"),
        (&operation.merchant_reply, ".no_merchant_reply()"),
    ] {
        call(matches!(flag, Some((false, _))), text);
    }
    call(unsigned, ".unsigned_reply()");
    call(
        v2 && matches!(operation.reply, Reply::File),
        ".file_reply()",
    );
    let nested = |field: &Field| matches!(field.kind, Kind::Embedded(Text::Xml, _));
    call(operation.response().iter().any(nested), ".nested_reply()");
    if let Some((host, _)) = &operation.host {
        call(true, &format!(".host({host:?})"));
    }
    if let Some(calls) = operation.per_second {
        call(true, &format!(".per_second({calls})"));
    }
    if let Some((media_types, _)) = &operation.accept {
        call(true, &format!(".accept({media_types:?})"));
    }
    if let Some((header, _)) = &operation.digest_header {
        call(true, &format!(".digest_header({header:?})"));
    }
    call(operation.serial.is_some(), ".serial_required()");
    call(operation.version == Version::V2, ".names(NAMES)");
    call(!codes(operation).is_empty(), ".errors(ERRORS)");
    out
}

/// The constants behind `META`.
pub(super) fn constants(file: &mut RustFile<'_>, operation: &Operation) {
    let names = names(file, &operation.request);
    file.line(format_args!("\nconst FIELDS: &[&str] = &[{names}];"));
    if has_long_path(operation) {
        file.line(format_args!("\nconst PATH: &str = \"{}\";", operation.path));
    }
    let codes = codes(operation);
    if codes.is_empty() {
        return;
    }
    for name in ["Certainty", "Class", "CodeFacts", "Outcome"] {
        file.core(name);
    }
    file.push("\nconst ERRORS: &[CodeFacts] = &[\n");
    for code in codes {
        file.push(&code_facts(operation, code));
    }
    file.push("];\n");
}

/// The operation's codes and the common ones that it does not have itself, sorted.
pub(crate) fn codes(operation: &Operation) -> Vec<&Code> {
    let common = operation
        .common_errors
        .iter()
        .filter(|common| !operation.errors.iter().any(|own| own.code == common.code));
    let mut codes: Vec<&Code> = operation.errors.iter().chain(common).collect();
    codes.sort_by(|one, other| one.code.cmp(&other.code));
    codes
}

/// A literal that rustfmt could not fit into a call would leave the call unformatted.
fn has_long_path(operation: &Operation) -> bool {
    operation.path.len() > 80
}

fn code_facts(operation: &Operation, code: &Code) -> String {
    let outcome = match (operation.is_write(), code.outcome) {
        (false, _) => "ReadFailed",
        (true, Some(Outcome::NotExecuted)) => "NotExecuted",
        (true, _) => "Unknown",
    };
    let mut class = String::new();
    for letter in code.class.split(' ') {
        class += match letter {
            "A" => "Class::new(Certainty::Ambiguous)",
            "D" if operation.is_write() => "Class::new(Certainty::Definite)",
            "D" | "Q" => "Class::new(Certainty::QueryFailed)",
            "C" => ".configuration()",
            "L" => ".limit()",
            "S" => ".same_number()",
            _ => "",
        };
    }
    format!(
        "CodeFacts::new(\"{}\", Outcome::{outcome}, {class}),\n",
        code.code
    )
}

//! One operation.

use std::ops::Range;
use std::rc::Rc;

use toml::Spanned;

use super::fields::Reader;
use super::{Context, Tables, scope};
use crate::codegen::model::{Code, Level, Operation, Reply, Resolve, Scope, Version, Words};
use crate::codegen::read::File;
use crate::codegen::spec::{self, Certainty, CommonErrors, Effect, Method, Spec, Table};

/// Where the spec of an operation stands.
pub(super) struct Place<'a> {
    pub(super) version: Version,
    pub(super) product: &'a str,
    pub(super) name: &'a str,
    pub(super) scope: &'a Rc<Scope>,
    pub(super) common: &'a File<CommonErrors>,
}

pub(super) fn resolve(place: Place<'_>, file: &File<Spec>, context: &mut Context<'_>) -> Operation {
    let spec = &file.content;
    let tables = Tables {
        objects: (&spec.object).into(),
        choices: (&spec.one_of).into(),
        groups: (&spec.group).into(),
        lists: (&spec.list).into(),
        enums: (&spec.enums).into(),
    };
    let parent = Some(Rc::clone(place.scope));
    let scope = scope(
        &file.source,
        Level::Operation,
        parent,
        place.version,
        &tables,
        context,
    );
    let mut reader = Reader {
        scope: &scope,
        version: place.version,
        context,
    };
    let request = reader.fields(&spec.request);
    let response = reader.fields(&spec.response);
    let reply = match spec.reply.as_ref().map(|reply| reply.get_ref().as_str()) {
        None => Reply::Own(response),
        Some("empty") => Reply::Empty,
        Some("file") => Reply::File,
        Some(name) => match scope.find(name) {
            Some(ty) if ty.level != Level::Operation => Reply::Shared(ty),
            _ => {
                let at = spec.reply.as_ref().map_or(0..0, Spanned::span);
                let reason = format!(
                    "`reply` is \"empty\", \"file\" or an object of types.toml; `{name}` is none of them"
                );
                context.problems.push(file.source.problem(&at, reason));
                Reply::Empty
            }
        },
    };
    if spec.reply.is_some() && !spec.response.is_empty() {
        let at = spec.reply.as_ref().map_or(0..0, Spanned::span);
        let reason = "`reply` and `[response]` exclude each other";
        context.problems.push(file.source.problem(&at, reason));
    }
    let mut common_errors = Vec::new();
    for set in &spec.common_errors {
        match place.common.content.get(set.get_ref()) {
            Some(codes) => common_errors.extend(self::codes(codes)),
            None => {
                let reason = format!("errors.toml has no `{}`", set.get_ref());
                context
                    .problems
                    .push(file.source.problem(&set.span(), reason));
            }
        }
    }
    Operation {
        source: file.source.clone(),
        version: place.version,
        product: place.product.to_owned(),
        name: place.name.to_owned(),
        kind: spec.kind,
        title: Words {
            en: spec.title.get_ref().clone(),
            zh: spec.zh.get_ref().clone(),
        },
        title_at: spec.title.span(),
        doc: spec.doc.get_ref().clone(),
        doc_at: spec.doc.span(),
        certainty: spec.certainty.unwrap_or(Certainty::Official),
        roles: spec.roles.clone(),
        notes: spec.notes.clone(),
        method: spec
            .method
            .as_ref()
            .map_or(Method::Post, |method| *method.get_ref()),
        has_method: spec.method.is_some(),
        path: text(&spec.path).map(|(path, _)| path).unwrap_or_default(),
        path_at: spec.path.as_ref().map_or(0..0, Spanned::span),
        host: text(&spec.host),
        effect: spec
            .effect
            .as_ref()
            .map_or(Effect::Read, |effect| *effect.get_ref()),
        effect_at: spec.effect.as_ref().map(Spanned::span),
        resolve: text(&spec.resolve).map(|(name, at)| (settles(name), at)),
        events: spec
            .events
            .as_ref()
            .map(|events| events.get_ref().clone())
            .unwrap_or_default(),
        accepted: spec.accepted,
        digest_header: text(&spec.digest_header),
        client_cert: spec.client_cert,
        backup_host: spec.backup_host,
        sign_types: spec
            .sign_types
            .as_ref()
            .map(|types| (types.get_ref().clone(), types.span())),
        workwx_sign: spec
            .workwx_sign
            .as_ref()
            .map(|api| (*api.get_ref(), api.span())),
        reply_sign: spec
            .reply_sign
            .as_ref()
            .map(|sign| (*sign.get_ref(), sign.span())),
        app_id_field: text(&spec.app_id_field),
        mch_id_field: text(&spec.mch_id_field),
        nonce: flag(&spec.nonce),
        result_code: flag(&spec.result_code),
        merchant_reply: flag(&spec.merchant_reply),
        per_second: spec.per_second,
        accept: text(&spec.accept),
        serial: spec
            .serial
            .as_ref()
            .map(|serial| (*serial.get_ref(), serial.span())),
        request,
        reply,
        scope,
        errors: codes(&spec.errors),
        common_errors,
        common_source: place.common.source.clone(),
    }
}

fn text(value: &Option<Spanned<String>>) -> Option<(String, Range<usize>)> {
    let value = value.as_ref()?;
    Some((value.get_ref().clone(), value.span()))
}

fn flag(value: &Option<Spanned<bool>>) -> Option<(bool, Range<usize>)> {
    let value = value.as_ref()?;
    Some((*value.get_ref(), value.span()))
}

fn settles(name: String) -> Resolve {
    match name.as_str() {
        "repeat" => Resolve::Repeat,
        "none" => Resolve::None,
        _ => Resolve::Query(name),
    }
}

fn codes(table: &Table<spec::Code>) -> Vec<Code> {
    let code = |(code, facts): (&String, &Spanned<spec::Code>)| {
        let spec = facts.get_ref();
        Code {
            at: facts.span(),
            code: code.clone(),
            status: spec.status,
            class: spec.class.clone(),
            outcome: spec.outcome,
            words: Words {
                en: spec.en.clone(),
                zh: spec.zh.clone(),
            },
        }
    };
    table.iter().map(code).collect()
}

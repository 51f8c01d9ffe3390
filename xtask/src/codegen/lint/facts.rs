//! The rules of a spec's own keys.

use super::Lint;
use crate::codegen::model::{Field, Kind, Operation, Reply, Text, Version};
use crate::codegen::names::is_snake;
use crate::codegen::spec::{Certainty, Method, OperationKind, Place, ReplySign, Role, SignType};

impl Lint<'_> {
    pub(super) fn facts(&mut self, operation: &Operation, unsigned: &[String]) {
        let at = &operation.path_at;
        // Who may call it, an official page always says.
        if operation.certainty == Certainty::Official && operation.roles.is_empty() {
            self.say(
                &operation.title_at,
                "needs `roles`: who may call it, or is told, as the page says",
            );
        }
        if operation.kind == OperationKind::Notification {
            return self.notification(operation);
        }
        if !operation.events.is_empty() {
            self.say(&operation.title_at, "`events` is for notifications");
        }
        if !operation.path.starts_with('/') {
            self.say(at, "path must begin with a slash");
        }
        if let Some((host, at)) = &operation.host
            && (host.is_empty()
                || !host
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b)))
        {
            self.say(at, "host must be the name of a host");
        }
        if operation.is_page() {
            return self.page(operation);
        }
        match operation.version {
            Version::V2 => self.facts_v2(operation),
            Version::V3 => self.facts_v3(operation, unsigned),
        }
    }

    fn notification(&mut self, operation: &Operation) {
        let at = &operation.title_at;
        if operation.version == Version::V2 {
            self.say(at, "only APIv3 has notifications of its own");
        }
        if operation.events.is_empty() {
            self.say(at, "a notification needs its `events`");
        }
        let has_more = operation.has_method
            || !operation.path.is_empty()
            || !operation.request.is_empty()
            || !operation.errors.is_empty();
        if has_more {
            self.say(
                at,
                "a notification has no `method`, `path`, `[request]` and `[errors]`",
            );
        }
        if matches!(operation.reply, Reply::Empty | Reply::File) {
            self.say(at, "a notification has a content");
        }
    }

    fn page(&mut self, operation: &Operation) {
        let at = &operation.path_at;
        if operation.version != Version::V2 {
            self.say(at, "only APIv2 has pages");
        }
        if operation.method != Method::Get {
            self.say(at, "a page has `method = \"GET\"`");
        }
        let has_reply = !matches!(&operation.reply, Reply::Own(fields) if fields.is_empty());
        if has_reply || operation.reply_sign.is_some() || !operation.errors.is_empty() {
            self.say(
                at,
                "a page has no `reply`, `reply_sign`, `[response]` and `[errors]`",
            );
        }
        if operation.client_cert || operation.backup_host {
            self.say(at, "a page has no `client_cert` and no `backup_host`");
        }
        self.signature(operation);
    }

    /// What the client adds to an APIv2 request.
    fn signature(&mut self, operation: &Operation) {
        let at = &operation.path_at;
        match &operation.sign_types {
            None => self.say(at, "APIv2 needs `sign_types`"),
            Some((types, at)) if types.is_empty() => self.say(at, "must not be empty"),
            Some((types, at)) => {
                if operation.workwx_sign.is_some() && *types != [SignType::Md5] {
                    self.say(at, "an operation with a `workwx_sign` takes MD5 alone");
                }
            }
        }
        for (field, usual) in [
            (&operation.app_id_field, "appid"),
            (&operation.mch_id_field, "mch_id"),
        ] {
            if let Some((name, at)) = field
                && (name == usual || !(name.is_empty() || is_snake(name)))
            {
                self.say(
                    at,
                    format!("names another field than `{usual}`, or is empty where there is none"),
                );
            }
        }
        for (flag, name) in [
            (&operation.nonce, "nonce"),
            (&operation.result_code, "result_code"),
            (&operation.merchant_reply, "merchant_reply"),
        ] {
            if let Some((true, at)) = flag {
                self.say(at, format!("leave `{name} = true` out"));
            }
        }
    }

    fn facts_v2(&mut self, operation: &Operation) {
        let at = &operation.path_at;
        let get = operation.method == Method::Get;
        if operation.has_method && !get {
            self.say(at, "APIv2 posts: leave `method` out, or it is \"GET\"");
        }
        if get && matches!(operation.reply, Reply::File) {
            self.say(at, "only what is posted is answered with a file");
        }
        self.signature(operation);
        if operation.per_second.is_some() {
            self.say(at, "`per_second` is for APIv3");
        }
        if operation.accepted {
            self.say(at, "`accepted` is for APIv3");
        }
        if let Some((_, at)) = &operation.accept {
            self.say(at, "`accept` is for APIv3");
        }
        if let Some((_, at)) = &operation.digest_header {
            self.say(at, "`digest_header` is for APIv3");
        }
        if let Some((_, at)) = &operation.serial {
            self.say(at, "`serial` is for APIv3");
        }
        if matches!(operation.reply, Reply::Empty) {
            self.say(at, "APIv2 answers in fields or with a file");
        }
        let file = matches!(operation.reply, Reply::File);
        let nested = |field: &Field| matches!(field.kind, Kind::Embedded(Text::Xml, _));
        let nested = operation.response().iter().any(nested);
        match &operation.reply_sign {
            None => self.say(at, "APIv2 needs `reply_sign`: \"required\" or \"none\""),
            Some((ReplySign::Required, at)) if file => {
                self.say(at, "a file carries no signature: `reply_sign = \"none\"`");
            }
            Some((ReplySign::Required, at)) if nested => {
                self.say(at, "how a signature covers a list in XML is not known");
            }
            // What a GET answers repeats nothing.
            Some((ReplySign::None, _)) if file || get || operation.response().is_empty() => {}
            Some((ReplySign::None, at)) => {
                let echoes = operation.response().iter().chain(&operation.request);
                if !echoes.into_iter().any(|field| field.echo.is_some()) {
                    self.say(
                        at,
                        "an unsigned response must repeat a number of the request (`echo`)",
                    );
                }
            }
            Some((ReplySign::Required, _)) => {}
        }
    }

    fn facts_v3(&mut self, operation: &Operation, unsigned: &[String]) {
        let at = &operation.path_at;
        if !operation.has_method {
            self.say(at, "APIv3 needs a `method`");
        }
        if operation.client_cert {
            self.say(at, "APIv3 asks for no client certificate");
        }
        if operation.is_of_a_brand() != operation.roles.contains(&Role::Brand) {
            self.say(
                at,
                "brands (`roles = [\"brand\"]`) ask for the paths under /brand/, and for no others",
            );
        }
        if let Some((_, at)) = &operation.sign_types {
            self.say(at, "APIv3 has one signature; leave `sign_types` out");
        }
        if let Some((_, at)) = &operation.reply_sign {
            self.say(at, "APIv3 signs its responses; leave `reply_sign` out");
        }
        if let Some((_, at)) = &operation.workwx_sign {
            self.say(at, "APIv3 has no `workwx_sign`");
        }
        for (_, at) in [&operation.app_id_field, &operation.mch_id_field]
            .into_iter()
            .flatten()
        {
            self.say(at, "is for APIv2: an APIv3 request names its fields itself");
        }
        for (flag, name) in [
            (&operation.nonce, "nonce"),
            (&operation.result_code, "result_code"),
            (&operation.merchant_reply, "merchant_reply"),
        ] {
            if let Some((_, at)) = flag {
                self.say(at, format!("`{name}` is for APIv2"));
            }
        }
        if let Some((accept, at)) = &operation.accept {
            if ["", "application/json"].contains(&accept.as_str()) {
                self.say(
                    at,
                    "`accept` is for another type than application/json; leave it out",
                );
            }
            if !accept.bytes().all(|b| (b' '..=b'~').contains(&b)) {
                self.say(at, "`accept` must be printable ASCII");
            }
        }
        let is_file = matches!(operation.reply, Reply::File);
        let is_unsigned = unsigned.contains(&bare(&operation.path));
        match &operation.digest_header {
            Some((_, at)) if !is_file => self.say(at, "`digest_header` is for `reply = \"file\"`"),
            Some((_, at)) if is_unsigned => {
                self.say(at, "a file with a `digest_header` is signed; take its path out of v3/unsigned.toml");
            }
            None if is_file && !is_unsigned => {
                self.say(at, "the path of a file must stand in v3/unsigned.toml, unless it has a `digest_header`");
            }
            _ => {}
        }
        if operation.method == Method::Get
            && operation
                .request
                .iter()
                .any(|field| field.place == Some(Place::Body))
        {
            self.say(at, "a GET has no body");
        }
        self.places(operation);
        self.upload(operation);
    }

    fn upload(&mut self, operation: &Operation) {
        let files = operation.request.iter().filter(|field| field.is_file());
        if files.count() > 1 {
            self.say(&operation.path_at, "a request has one file at most");
        }
        let file = operation.file();
        if file.is_some() && !matches!(operation.method, Method::Post | Method::Put) {
            self.say(&operation.path_at, "a file goes with POST or PUT");
        }
        for field in &operation.request {
            let (wire, at) = (&field.wire, &field.at);
            if field.is_file() != (field.place == Some(Place::Form)) {
                self.say(
                    at,
                    format!("{wire}: a file stands `in = \"form\"`, and nothing else does"),
                );
            }
            if field.is_file() && !field.required {
                self.say(at, format!("{wire}: a file is required"));
            }
            let follows = matches!(field.kind, Kind::OfFile(_));
            if follows && (file.is_none() || field.place != Some(Place::Body)) {
                self.say(
                    at,
                    format!("{wire}: what follows from a file stands in the body beside it"),
                );
            }
        }
    }

    fn places(&mut self, operation: &Operation) {
        let mut headers = Vec::new();
        for field in &operation.request {
            let (wire, at) = (&field.wire, &field.at);
            let members: &[_] = match &field.kind {
                Kind::Choice(ty) => operation.scope.fields(ty),
                _ => &[],
            };
            let marked = |wire: &str| operation.path.contains(&format!("{{{wire}}}"));
            let placed = field.place == Some(Place::Path);
            if (marked(wire) || members.iter().any(|member| marked(&member.wire))) != placed {
                self.say(
                    at,
                    format!("{wire}: `in = \"path\"` and the path's {{{wire}}} go together"),
                );
            }
            if field.place.is_none() {
                self.say(at, format!("{wire}: APIv3 needs `in`"));
            }
            // The client refuses a call that gives a header twice.
            if field.place == Some(Place::Header) {
                let header = wire.to_ascii_lowercase();
                if headers.contains(&header) {
                    self.say(at, format!("{wire}: another field has this header"));
                }
                headers.push(header);
            }
        }
        let brackets = operation.path.matches('{').count();
        let placed = operation
            .request
            .iter()
            .filter(|field| field.place == Some(Place::Path))
            .count();
        if brackets != placed {
            self.say(
                &operation.path_at,
                "every {name} of the path must be a request field",
            );
        }
    }
}

/// The path with `{}` for every parameter.
fn bare(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| match segment.starts_with('{') {
            true => "{}",
            false => segment,
        });
    segments.collect::<Vec<_>>().join("/")
}

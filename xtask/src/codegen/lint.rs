use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Problems;
use super::names::is_snake;
use super::spec::{
    Condition, Echo, Effect, Endpoint, Field, Outcome, Place, ReplySign, SignType, Table, Version,
};
use super::types::{self, Written};

/// What serde can't say: the rules between fields, tables and files.
pub(crate) fn check_all(endpoints: &[Endpoint]) -> Result<(), Problems> {
    let mut problems = Problems::new();
    let effects: HashMap<String, Effect> = endpoints
        .iter()
        .map(|endpoint| (endpoint.full_name(), *endpoint.spec.effect.get_ref()))
        .collect();
    let mut routes: HashSet<(&str, bool)> = HashSet::new();
    for endpoint in endpoints {
        let mut lint = Lint {
            endpoint,
            problems: &mut problems,
        };
        lint.facts(&effects);
        lint.tables();
        lint.errors();
        let path = &endpoint.spec.path;
        let get = endpoint.method() == super::spec::Method::Get;
        if !routes.insert((path.get_ref(), get)) {
            lint.say(path.span(), "another spec has this method and path");
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

struct Lint<'a> {
    endpoint: &'a Endpoint,
    problems: &'a mut Problems,
}

impl Lint<'_> {
    fn say(&mut self, at: Range<usize>, reason: impl std::fmt::Display) {
        self.problems.push(self.endpoint.problem(at, reason));
    }

    fn facts(&mut self, effects: &HashMap<String, Effect>) {
        let spec = &self.endpoint.spec;
        if !is_snake(&self.endpoint.product) || !is_snake(&self.endpoint.name) {
            self.say(0..0, "folder and file must be named in snake_case");
        }
        for text in [&spec.title, &spec.doc] {
            if text.get_ref().trim().is_empty() {
                self.say(text.span(), "must not be empty");
            }
        }
        if !spec.path.get_ref().starts_with('/') {
            self.say(spec.path.span(), "path must begin with a slash");
        }
        match (spec.effect.get_ref(), &spec.resolve) {
            (Effect::Write, None) => {
                self.say(
                    spec.effect.span(),
                    "a write must name in `resolve` the query that settles an unknown outcome",
                );
            }
            (Effect::Read, Some(resolve)) => {
                self.say(resolve.span(), "a read has nothing to resolve")
            }
            (Effect::Write, Some(resolve))
                if effects.get(resolve.get_ref()) != Some(&Effect::Read) =>
            {
                self.say(
                    resolve.span(),
                    format!("`{}` is not a read endpoint", resolve.get_ref()),
                );
            }
            _ => {}
        }
        match self.endpoint.version {
            Version::V2 => self.facts_v2(),
            Version::V3 => self.facts_v3(),
        }
    }

    fn facts_v2(&mut self) {
        let spec = &self.endpoint.spec;
        if let Some(method) = &spec.method {
            self.say(method.span(), "APIv2 knows POST alone; leave `method` out");
        }
        match &spec.sign_types {
            None => self.say(spec.path.span(), "APIv2 needs `sign_types`"),
            Some(types) if types.get_ref().is_empty() => {
                self.say(types.span(), "must not be empty")
            }
            Some(types) => {
                if spec.workwx_sign.is_some() && *types.get_ref() != [SignType::Md5] {
                    self.say(
                        types.span(),
                        "an endpoint with a `workwx_sign` takes MD5 alone",
                    );
                }
            }
        }
        if spec.reply_sign.is_none() {
            self.say(
                spec.path.span(),
                "APIv2 needs `reply_sign`: \"required\" or \"none\"",
            );
        }
        let unsigned = spec
            .reply_sign
            .as_ref()
            .filter(|sign| *sign.get_ref() == ReplySign::None);
        if let Some(sign) = unsigned
            && !spec
                .response
                .values()
                .any(|field| field.get_ref().echo.is_some())
        {
            self.say(
                sign.span(),
                "an unsigned reply must repeat a number of the request (`echo`)",
            );
        }
    }

    fn facts_v3(&mut self) {
        let spec = &self.endpoint.spec;
        if spec.method.is_none() {
            self.say(spec.path.span(), "APIv3 needs a `method`");
        }
        if let Some(types) = &spec.sign_types {
            self.say(
                types.span(),
                "APIv3 has one signature; leave `sign_types` out",
            );
        }
        if let Some(sign) = &spec.reply_sign {
            self.say(
                sign.span(),
                "APIv3 signs its replies; leave `reply_sign` out",
            );
        }
        if let Some(sign) = &spec.workwx_sign {
            self.say(sign.span(), "APIv3 has no `workwx_sign`");
        }
        for (name, field) in &spec.request {
            let marked = spec.path.get_ref().contains(&format!("{{{name}}}"));
            let placed = field.get_ref().place == Some(Place::Path);
            if marked != placed {
                self.say(
                    field.span(),
                    format!("{name}: `in = \"path\"` and the path's {{{name}}} go together"),
                );
            }
            if field.get_ref().place.is_none() {
                self.say(field.span(), format!("{name}: APIv3 needs `in`"));
            }
        }
        let brackets = spec.path.get_ref().matches('{').count();
        let placed = spec
            .request
            .values()
            .filter(|field| field.get_ref().place == Some(Place::Path))
            .count();
        if brackets != placed {
            self.say(
                spec.path.span(),
                "every {name} of the path must be a request field",
            );
        }
    }

    fn tables(&mut self) {
        let spec = &self.endpoint.spec;
        self.table(&spec.request, true);
        for members in spec.one_of.values() {
            if members.get_ref().len() < 2 {
                self.say(members.span(), "a choice needs two members at least");
            }
            self.table(members.get_ref(), true);
        }
        self.table(&spec.response, false);
        for members in spec.group.values().chain(spec.list.values()) {
            self.table(members.get_ref(), false);
        }
        for values in spec.enums.values() {
            let members = values.get_ref().values();
            let known = members
                .filter(|value| value.get_ref().progress.is_some())
                .count();
            if known != 0 && known != values.get_ref().len() {
                self.say(values.span(), "either every value has a `progress` or none");
            }
            for value in values.get_ref().values() {
                if value.get_ref().doc.trim().is_empty() {
                    self.say(value.span(), "doc must not be empty");
                }
            }
        }
    }

    fn table(&mut self, table: &Table<Field>, request: bool) {
        for (name, field) in table {
            for reason in self.field(name, field.get_ref(), table, request) {
                self.say(field.span(), format!("{name}: {reason}"));
            }
        }
    }

    fn field(&self, name: &str, field: &Field, table: &Table<Field>, request: bool) -> Vec<String> {
        let mut reasons = self.kind(field, request);
        let mut add = |broken: bool, reason: &str| {
            if broken {
                reasons.push(reason.to_owned());
            }
        };
        add(!is_snake(name), "must be named in snake_case");
        add(field.doc.trim().is_empty(), "doc must not be empty");
        add(
            field.required && field.required_if.is_some(),
            "is required always or on a condition, not both",
        );
        add(request && field.echo.is_some(), "only a reply can echo");
        add(
            request && field.wire.is_some(),
            "a request field has its wire name",
        );
        add(
            !request && (field.max_chars.or(field.max_bytes).is_some() || field.min.is_some()),
            "a reply is not limited",
        );
        add(!request && field.place.is_some(), "a reply has no place");
        add(
            matches!(field.echo, Some(Echo::Always(false))),
            "leave `echo = false` out",
        );
        if field.echo.is_some() {
            let spec = &self.endpoint.spec;
            let asked = spec.request.contains_key(name)
                || spec
                    .one_of
                    .values()
                    .any(|members| members.get_ref().contains_key(name));
            add(!asked, "echoes a field that is not in the request");
        }
        for condition in field.required_if.iter().chain(&field.when) {
            if let Some(reason) = self.condition(condition, table) {
                add(true, &reason);
            }
        }
        reasons
    }

    /// That the field is exactly one thing, and that the thing is known and bounded.
    fn kind(&self, field: &Field, request: bool) -> Vec<String> {
        let spec = &self.endpoint.spec;
        let mut reasons = Vec::new();
        let unknown = |what: &str, name: &str| vec![format!("unknown {what} `{name}`")];
        match (
            &field.ty,
            &field.enumeration,
            &field.one_of,
            &field.group,
            &field.list,
        ) {
            (Some(ty), None, None, None, None) => match types::find(ty) {
                None => return unknown("type", ty),
                Some(ty) if request => {
                    let bounded = field.max_chars.is_some() != field.max_bytes.is_some();
                    match ty.written {
                        Written::Text | Written::Secret if !bounded => {
                            reasons.push(
                                "a text in a request needs either `max_chars` or `max_bytes`"
                                    .to_owned(),
                            );
                        }
                        Written::Fen if field.min.is_none() => {
                            reasons.push("an amount in a request needs a `min` in fen".to_owned());
                        }
                        Written::Never => {
                            reasons.push(format!("`{}` is for replies only", ty.name))
                        }
                        _ => {}
                    }
                }
                Some(_) => {}
            },
            (None, Some(name), None, None, None) if !spec.enums.contains_key(name) => {
                return unknown("enum", name);
            }
            (None, Some(_), None, None, None) => {}
            (None, None, Some(name), None, None) if !spec.one_of.contains_key(name) => {
                return unknown("one_of", name);
            }
            (None, None, Some(_), None, None) if !request => {
                reasons.push("a choice is for requests only".to_owned())
            }
            (None, None, Some(_), None, None) => {}
            (None, None, None, Some(name), None) if !spec.group.contains_key(name) => {
                return unknown("group", name);
            }
            (None, None, None, Some(_), None) => {
                if field.when.is_none() {
                    reasons.push("a group needs `when`".to_owned());
                }
            }
            (None, None, None, None, Some(name)) if !spec.list.contains_key(name) => {
                return unknown("list", name);
            }
            (None, None, None, None, Some(_)) => {
                if field.count.is_none() {
                    reasons.push("a numbered list needs `count`".to_owned());
                }
            }
            _ => reasons.push(
                "needs exactly one of `type`, `enum`, `one_of`, `group` and `list`".to_owned(),
            ),
        }
        if request && (field.group.is_some() || field.list.is_some()) {
            reasons.push("groups and numbered lists are for replies only".to_owned());
        }
        reasons
    }

    fn condition(&self, condition: &Condition, table: &Table<Field>) -> Option<String> {
        let Some((name, value)) = condition.first().filter(|_| condition.len() == 1) else {
            return Some("a condition names one field and one value".to_owned());
        };
        let values = table
            .get(name)
            .and_then(|field| field.get_ref().enumeration.as_ref())
            .and_then(|name| self.endpoint.spec.enums.get(name));
        match values {
            None => Some(format!(
                "the condition's `{name}` is not an enum of this table"
            )),
            Some(values) if !values.get_ref().contains_key(value) => {
                Some(format!("`{value}` is not a value of `{name}`"))
            }
            Some(_) => None,
        }
    }

    fn errors(&mut self) {
        let spec = &self.endpoint.spec;
        let mut previous: Option<&String> = None;
        for (code, facts) in &spec.errors {
            let at = facts.span();
            if previous.is_some_and(|previous| previous >= code) {
                self.say(
                    at.clone(),
                    format!("{code}: error codes must be sorted by their bytes"),
                );
            }
            previous = Some(code);
            let facts = facts.get_ref();
            let mut letters = facts.class.split(' ');
            let certain = letters
                .next()
                .is_some_and(|letter| ["A", "D", "Q"].contains(&letter));
            if !certain || !letters.all(|letter| ["C", "L", "S"].contains(&letter)) {
                self.say(
                    at.clone(),
                    format!("{code}: a class is A, D or Q, then any of C, L, S"),
                );
            }
            let write = *spec.effect.get_ref() == Effect::Write;
            if write != facts.outcome.is_some() {
                self.say(
                    at.clone(),
                    format!("{code}: a write's code needs an `outcome`, a read's has none"),
                );
            }
            if facts.outcome == Some(Outcome::NotExecuted) && !facts.class.starts_with('D') {
                self.say(
                    at.clone(),
                    format!("{code}: only a definite code (class D) can mean not executed"),
                );
            }
            if (self.endpoint.version == Version::V3) != facts.status.is_some() {
                self.say(
                    at.clone(),
                    format!("{code}: an APIv3 code has its HTTP `status`, an APIv2 code has none"),
                );
            }
            if facts.doc.trim().is_empty() {
                self.say(at, format!("{code}: doc must not be empty"));
            }
        }
    }
}

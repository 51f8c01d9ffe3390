mod field;
mod tables;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Problems;
use super::call::chinese;
use super::names::is_snake;
use super::spec::{Effect, Endpoint, Method, Outcome, Place, ReplySign, SignType, Version};

/// What serde can't say: the rules between fields, tables and files.
pub(crate) fn check_all(endpoints: &[Endpoint]) -> Result<(), Problems> {
    let mut problems = Problems::new();
    let effects: HashMap<String, Effect> = endpoints
        .iter()
        .map(|endpoint| (endpoint.full_name(), *endpoint.spec.effect.get_ref()))
        .collect();
    let mut routes: HashSet<(&str, Method)> = HashSet::new();
    for endpoint in endpoints {
        let mut lint = Lint {
            endpoint,
            problems: &mut problems,
        };
        lint.facts(&effects);
        lint.tables();
        lint.errors();
        let path = &endpoint.spec.path;
        if !routes.insert((path.get_ref(), endpoint.method())) {
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
        if chinese(spec.title.get_ref()).is_none() {
            self.say(
                spec.title.span(),
                "title needs the Chinese title in parentheses",
            );
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
        if spec.per_second.is_some() {
            self.say(spec.path.span(), "`per_second` is for APIv3");
        }
        if let Some(accept) = &spec.accept {
            self.say(accept.span(), "`accept` is for APIv3");
        }
        if let Some(serial) = &spec.serial {
            self.say(serial.span(), "`serial` is for APIv3");
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
        if spec.client_cert {
            self.say(spec.path.span(), "APIv3 asks for no client certificate");
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
        if let Some(accept) = &spec.accept
            && ["", "application/json"].contains(&accept.get_ref().as_str())
        {
            self.say(
                accept.span(),
                "`accept` is for another type than application/json; leave it out",
            );
        }
        if let Some(accept) = &spec.accept
            && !accept.get_ref().bytes().all(|b| (b' '..=b'~').contains(&b))
        {
            self.say(accept.span(), "`accept` must be printable ASCII");
        }
        self.headers();
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

    /// The client refuses a call that gives a header twice, so every call of such an endpoint would be refused.
    fn headers(&mut self) {
        let mut known = Vec::new();
        for (name, field) in &self.endpoint.spec.request {
            if field.get_ref().place != Some(Place::Header) {
                continue;
            }
            let header = field.get_ref().wire(name).to_ascii_lowercase();
            if known.contains(&header) {
                self.say(
                    field.span(),
                    format!("{name}: another field has this header"),
                );
            }
            known.push(header);
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
